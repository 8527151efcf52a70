"""The brief as a picture: the same page, drawn."""

from __future__ import annotations

from lizheng.drawing import BODY, FAINT, HEADING, SUBTITLE, TITLE, Sheet, Style
from lizheng.messages.templates import Segment, compose
from plugins.morning_brief.page import Page

CLOSING = Style(24, FAINT, above=22)


async def draw(page: Page) -> list[Segment] | None:
    """The title as text, so that it can be read in a list of chats, and the picture; None when there can be none."""
    drawing = await as_sheet(page).draw()
    return drawing and compose("{title}{drawing}", {"title": page.title, "drawing": drawing})


def as_sheet(page: Page) -> Sheet:
    """Each line of the page is one paragraph."""
    sheet = Sheet()
    sheet.paragraph(page.title, TITLE)
    if page.subtitle:
        sheet.paragraph(page.subtitle, SUBTITLE)
    for section in page.sections:
        sheet.paragraph(f"【{section.title}】", HEADING)
        for line in section.lines:
            sheet.paragraph(line, BODY)
    if page.closing:
        sheet.paragraph(page.closing, CLOSING)
    return sheet
