"""The advertising times of the next seven days, drawn: a row for each day, a bar for each window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lizheng.drawing import (
    ACCENT,
    FAINT,
    INK,
    MARGIN,
    PAPER,
    SMALL,
    SUBTITLE,
    TITLE,
    WIDTH,
    Sheet,
    Style,
    width_of,
)
from lizheng.messages.templates import Drawing
from plugins.ad_window import texts
from plugins.ad_window.rules import Calendar
from plugins.ad_window.week import DAY, Bar, Row, week

LEFT, RIGHT = 190, WIDTH - MARGIN
ROW, BAR, STEP, NEAR = 66, 34, 180, 60
"""Pixels of a row and of a bar in it, minutes between two lines, and within which an hour gives way to the present."""
OPEN, SHUT = "#d98c5f", "#e4ddd0"
LABEL, INSIDE, NAME, TODAY = Style(22, FAINT), Style(22, INK), Style(25, INK), Style(25, ACCENT)
GAP = 8


async def draw(calendar: Calendar, now: datetime, present: str) -> Drawing | None:
    """`present` is the sentence about this moment; `now` is in the zone of the group."""
    return await as_sheet(calendar, now, present).draw()


def as_sheet(calendar: Calendar, now: datetime, present: str) -> Sheet:
    sheet = Sheet()
    sheet.paragraph(texts.PICTURE, TITLE)
    sheet.paragraph(present, SUBTITLE)
    sheet.gap(72)
    top = sheet.bottom
    rows = week(calendar, now.date())
    minute = now.hour * 60 + now.minute
    _grid(sheet, top, len(rows), minute)
    for number, row in enumerate(rows):
        _row(sheet, row, top + number * ROW, is_today=not number)
    _present(sheet, top, across(minute), texts.NOW.format(time=f"{now:%H:%M}"))
    sheet.gap(len(rows) * ROW)
    return sheet


def across(minute: int) -> float:
    """How far from the left this minute of a day lies."""
    return LEFT + (RIGHT - LEFT) * minute / DAY


def _grid(sheet: Sheet, top: float, rows: int, present: int) -> None:
    for minute in range(0, DAY + 1, STEP):
        sheet.line(across(minute), top, across(minute), top + rows * ROW)
        if minute % (2 * STEP) == 0 and abs(minute - present) > NEAR:
            sheet.word(str(minute // 60), across(minute), top - 12, LABEL, "middle")
    for number in range(rows + 1):
        sheet.line(MARGIN, top + number * ROW, RIGHT, top + number * ROW)


def _row(sheet: Sheet, row: Row, top: float, *, is_today: bool) -> None:
    name = texts.TODAY if is_today else f"周{'一二三四五六日'[row.day.weekday()]}"
    foot = top + ROW / 2 + 9
    sheet.word(name, MARGIN, foot, TODAY if is_today else NAME)
    sheet.word(f"{row.day.month}-{row.day.day:02d}", LEFT - 18, foot, LABEL, "end")
    for bar in row.bars:
        width = max(across(bar.end) - across(bar.start), 3)
        sheet.box(across(bar.start), top + (ROW - BAR) / 2, width, BAR, SHUT if bar.off else OPEN, corner=5)
    for x, words, inside in labels(row.bars):
        if not inside:
            sheet.box(x - GAP / 2, top + 3, width_of(words, LABEL.size), ROW - 6, PAPER)
        sheet.word(words, x, foot - 1, INSIDE if inside else LABEL)


def labels(bars: tuple[Bar, ...]) -> Iterator[tuple[float, str, bool]]:
    """Where the hours of the bars of one day are written, and whether inside: there, or to the right or left of each.

    What has no room in a crowded day is left out: the words above the picture say it.
    """
    taken = float(LEFT)
    for number, bar in enumerate(bars):
        start, end = across(bar.start), across(bar.end)
        free = across(bars[number + 1].start) if number + 1 < len(bars) else RIGHT
        taken, begun = end, taken
        for words in bar.labels(texts.DAY_OFF):
            width = width_of(words, LABEL.size) + 2 * GAP
            if start + width <= end:
                yield start + GAP, words, True
            elif end + width <= free:
                yield end + GAP, words, False
                taken = end + width
            elif begun + width <= start:
                yield start - width + GAP, words, False
            else:
                continue
            break


def _present(sheet: Sheet, top: float, x: float, words: str) -> None:
    half = width_of(words, SMALL.size) / 2
    sheet.word(words, min(max(x, LEFT + half), RIGHT - half), top - 46, Style(SMALL.size, ACCENT), "middle")
    sheet.line(x, top - 38, x, top + ROW, ACCENT, 3)
