"""What `/自检` says is explained in docs/operating.md, in the same words."""

import re
from pathlib import Path

from lizheng.base.config import ROOT
from plugins.control import checkup

PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")
SOURCES = [Path(checkup.__file__), ROOT / "lizheng" / "delivery" / "outbox" / "traffic.py"]


def test_every_sentence_explained_is_one_that_is_said() -> None:
    table = PAGE.split("### `/自检` 这样说")[1].split("###")[0]
    quoted = re.findall(
        r"`([^`]+)`", "".join(row.split("|")[1] for row in table.splitlines() if row.startswith("| `"))
    )
    said = re.sub(r"\{[^{}]*?\}", "", "".join(path.read_text("utf-8") for path in SOURCES))
    sees = [f"红包{words}" for words in checkup.RED_PACKETS.values()]
    fixed = [
        re.sub(r"(不?能|开|关)$", "", words) for words in quoted if words not in sees and words != "/自检"
    ]
    unknown = [words for words in fixed if words not in said]
    assert len(quoted) > 10
    assert unknown == []


def test_every_sight_of_a_red_packet_is_explained() -> None:
    assert [words for words in checkup.RED_PACKETS.values() if words not in PAGE and words != "不清楚"] == []
