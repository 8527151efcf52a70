"""The ladder as a staircase: the measure of each rung, and where the asker stands."""

from __future__ import annotations

from lizheng.drawing import ACCENT, INK, MARGIN, ROOM, SUBTITLE, TITLE, WIDTH, Sheet, Style, width_of
from lizheng.parts.measures import Kind
from plugins.violations import texts
from plugins.violations.ladder import Ladder

HEIGHT, GAP, PAD, EDGE = 64, 2, 18, 4
"""Pixels from step to step, between two, before the words of one, and of the line around where the asker stands."""
WIDEST = 64
"""Pixels by which a step begins further right than the one below it, at most."""
GROUND = "#efeade"
COLOURS: dict[Kind, str] = {"warn": "#f3e3b8", "mute": "#f0c79b", "kick": "#e8a48f"}
NUMBER, MEASURE = Style(24, "#5c554c"), Style(25, INK)
HERE, NEXT = Style(24, "#8c2a18"), Style(24, "#5c554c")


def as_sheet(ladder: Ladder, rung: int, told: tuple[str, ...]) -> Sheet:
    """`rung` is where the asker stands, 0 for the ground; `told` are the sentences above the stairs."""
    sheet = Sheet()
    sheet.paragraph(texts.STAIRS, TITLE)
    for sentence in told:
        sheet.paragraph(sentence, SUBTITLE)
    sheet.gap(26)
    top, steps, slope = sheet.bottom, len(ladder.rungs), slope_of(ladder, rung)
    for number in range(steps + 1):
        left, y = MARGIN + number * slope, top + (steps - number) * HEIGHT
        here, foot = number == rung, y + HEIGHT / 2 + 8
        fill = COLOURS[ladder.at(number).kind] if number else GROUND
        edge = ACCENT if here else ""
        sheet.box(left, y, WIDTH - MARGIN - left, HEIGHT - GAP - here * EDGE / 2, fill, edge=edge, thick=EDGE)
        if number:
            sheet.word(str(number), left + PAD, foot, NUMBER)
        sheet.word(_words(ladder, number), left + (_words_at(steps) if number else PAD), foot, MEASURE)
        if mark := _mark(ladder, rung, number):
            sheet.word(mark, WIDTH - MARGIN - PAD, foot, HERE if here else NEXT, "end")
    sheet.gap((steps + 1) * HEIGHT)
    return sheet


def slope_of(ladder: Ladder, rung: int) -> float:
    """How much further right than the one below it each step begins, so that its words have room."""
    free: list[float] = []
    for number in range(1, len(ladder.rungs) + 1):
        words = width_of(_words(ladder, number), MEASURE.size) + width_of(
            _mark(ladder, rung, number), HERE.size
        )
        free.append((ROOM - _words_at(len(ladder.rungs)) - words - 2 * PAD) / number)
    return max(min(WIDEST, *free), 0)


def _words(ladder: Ladder, number: int) -> str:
    return ladder.at(number).said if number else texts.STAIRS_GROUND


def _mark(ladder: Ladder, rung: int, number: int) -> str:
    if number == rung:
        return texts.STAIRS_HERE
    if number == ladder.climb(rung):
        return texts.STAIRS_NEXT if rung else texts.STAIRS_FIRST
    return ""


def _words_at(steps: int) -> float:
    """Where the words of a step begin, right of its number."""
    return 2 * PAD + width_of(str(steps), NUMBER.size)
