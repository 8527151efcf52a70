"""How the votes stand, as upright bars."""

from __future__ import annotations

from lizheng import Drawing, Sheet
from lizheng.drawing import SUBTITLE, TITLE
from lizheng.parts.charts import Bars
from lizheng.text import clip
from plugins.polls.rules import Tally

LABEL = 5


async def drawn(title: str, tally: Tally) -> Drawing | str:
    """The picture of the votes; "" where the host draws none, or there is nothing to draw."""
    if not tally.voted:
        return ""
    sheet = Sheet()
    sheet.paragraph(title, TITLE)
    pairs = zip(tally.options, tally.counts, strict=True)
    Bars("票数", [(clip(option, LABEL), number) for option, number in pairs], "票").on(sheet)
    sheet.paragraph(f"投了 {tally.voted} 人", SUBTITLE)
    return await sheet.draw() or ""
