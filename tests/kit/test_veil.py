"""Pseudonyms: whose they are, that they last, and what a veiled command leaves behind."""

import stat
from pathlib import Path

import pytest

from lizheng.base import veil as module
from lizheng.parts.veil import LENGTH, unveil, veil, veiled_source


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "data_file", lambda name: tmp_path / "data" / name)
    return tmp_path / "data" / module.KEY_FILE


def test_a_pseudonym_is_a_persons_for_one_item(beside: Path) -> None:
    one = veil("reports/1", 10001)
    assert len(one) == LENGTH
    assert "10001" not in one
    assert one == veil("reports/1", 10001)
    assert len({one, veil("reports/2", 10001), veil("reports/1", 10002), veiled_source("10001")}) == 4
    assert unveil("reports/1", one, [10003, 10001]) == 10001
    assert unveil("reports/1", one, [10003]) == 0 == unveil("reports/2", one, [10001])


def test_the_key_is_made_once_for_the_host_alone(beside: Path) -> None:
    before = veil("poll/1", 10001)
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    assert [path.name for path in beside.parent.iterdir()] == [module.KEY_FILE]
    module._keys.clear()
    assert veil("poll/1", 10001) == before
    module._keys.clear()
    beside.unlink()
    assert veil("poll/1", 10001) != before


def test_a_key_that_was_cut_is_not_taken(beside: Path) -> None:
    beside.parent.mkdir()
    beside.write_bytes(b"short")
    with pytest.raises(OSError, match="no key"):
        veil("poll/1", 10001)
