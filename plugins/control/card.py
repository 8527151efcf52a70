"""The help as a picture: everything the asker may use here and now, and what it is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lizheng import Command, Feature
from lizheng.drawing import ACCENT, HEADING, INK, MARGIN, PALE, SUBTITLE, TITLE, WIDTH, Sheet, Style, width_of
from plugins.control import texts

NAME, SUMMARY = Style(24, INK), Style(22, "#6b645b")
TITLES = Style(HEADING.size, ACCENT, above=20)
LEFT, WIDE = 34, WIDTH - 64
"""Narrower margins than other pictures have: one more character in each of two columns spares many a line."""
FIRST, LINE, BELOW = NAME.size, NAME.size + 12, 14
BETWEEN, SPACE, ABOVE, LEAST = 26, 10, 6, 4
"""Pixels between the columns, behind a command and above it; how many characters must have room behind it."""
HIGHEST = 1200
"""A card higher than this has two columns."""
TALLEST = 3000
"""One that would be higher than this even so names the commands only: what each is for, `/帮助 名字` says."""


@dataclass(frozen=True)
class Block:
    """A feature's title, and its commands with what each is for."""

    title: str
    commands: tuple[tuple[str, str], ...]


def blocks(found: Sequence[tuple[Feature, list[Command]]]) -> list[Block]:
    """Of each feature that has commands for the asker."""
    return [
        Block(feature.title, tuple((f"/{command.name}", command.summary) for command in commands))
        for feature, commands in found
        if commands
    ]


Layer = Callable[[Sheet, Block, float, float], None]


def as_sheet(found: Sequence[Block]) -> Sheet:
    """In one column, or in two where that gets high; without what each is for where that is a scroll."""
    sheet = _in_columns(found, _lay)
    return sheet if sheet.height <= TALLEST else _in_columns(found, _lay_names)


def _in_columns(found: Sequence[Block], lay: Layer) -> Sheet:
    sheet = _headed()
    for block in found:
        lay(sheet, block, LEFT, WIDE)
    if sheet.height <= HIGHEST or len(found) < 2:
        return sheet
    sheet, room = _headed(), (WIDE - BETWEEN) / 2
    top = sheet.bottom
    split = split_evenly([height_of(lambda one, b=block: lay(one, b, LEFT, room)) for block in found])
    for number, block in enumerate(found):
        if number == split:
            sheet.bottom = top
        lay(sheet, block, LEFT if number < split else LEFT + room + BETWEEN, room)
    middle = LEFT + room + BETWEEN / 2
    sheet.line(middle, top + TITLES.above, middle, sheet.height - MARGIN, PALE)
    return sheet


def split_evenly(heights: Sequence[float]) -> int:
    """How many come into the first column so that the higher of the two is as low as can be; the order stays."""
    return min(range(1, len(heights)), key=lambda n: max(sum(heights[:n]), sum(heights[n:])))


def height_of(lay: Callable[[Sheet], None]) -> float:
    """How far down this goes."""
    sheet = Sheet()
    begin = sheet.bottom
    lay(sheet)
    return sheet.bottom - begin


def _headed() -> Sheet:
    sheet = Sheet()
    sheet.paragraph(texts.CARD, TITLE, left=LEFT, room=WIDE)
    sheet.paragraph(texts.CARD_HINT, SUBTITLE, left=LEFT, room=WIDE)
    return sheet


def _lay(sheet: Sheet, block: Block, left: float, room: float) -> None:
    """Each command, and behind it what it is for, which goes on below it."""
    sheet.paragraph(block.title, TITLES, left=left, room=room)
    for name, summary in block.commands:
        behind, foot = width_of(name, NAME.size) + SPACE, sheet.bottom + ABOVE + SUMMARY.size
        if behind + width_of(summary[:LEAST], SUMMARY.size) > room:
            sheet.paragraph(name, Style(NAME.size, NAME.colour, ABOVE), left=left, room=room)
            behind = 0
        else:
            sheet.word(name, left, foot, NAME)
        sheet.paragraph(
            summary,
            Style(SUMMARY.size, SUMMARY.colour, 0 if not behind else ABOVE),
            left=left,
            room=room,
            indent=behind,
        )


def _lay_names(sheet: Sheet, block: Block, left: float, room: float) -> None:
    """The commands of a feature, as many in a line as it takes; none is broken."""
    sheet.paragraph(block.title, TITLES, left=left, room=room)
    along = room
    for name, _ in block.commands:
        wide = width_of(name, NAME.size)
        if along + wide > room:
            sheet.bottom += FIRST if name == block.commands[0][0] else LINE
            along = 0
        sheet.word(name, left + along, sheet.bottom, NAME)
        along += wide + SPACE
    sheet.bottom += BELOW
    sheet.reach(sheet.bottom)
