"""A card for somebody who is honoured."""

from __future__ import annotations

from typing import Any

from lizheng.drawing import BODY, TITLE, Sheet


async def card(name: str, why: str) -> Any:
    """Draw who and why; "" where that cannot be drawn."""
    sheet = Sheet()
    sheet.paragraph(name, TITLE)
    sheet.paragraph(why, BODY)
    return await sheet.draw() or ""
