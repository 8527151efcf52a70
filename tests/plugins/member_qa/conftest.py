"""What a test stores as files goes where its database is, whatever the engine."""

from pathlib import Path

import pytest

from lizheng.base import config


@pytest.fixture(autouse=True)
def files_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "ROOT", tmp_path)
