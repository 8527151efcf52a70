"""Charts on a `Sheet`, each also as at most five lines of text: bars, a line, a week's hours, and what became of cohorts.

A value that is None was not seen: it is drawn as a gap, never as nothing. Values are not negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from lizheng.drawing import ACCENT, HEADING, INK, MARGIN, PALE, PAPER, ROOM, SMALL, Sheet, Style

Value = float | None
BLOCKS = "▁▂▃▄▅▆▇█"
NOTHING = "·"
"""What stands in a text where nothing was seen."""
MOST_LINES = 5
WEEKDAYS = "一二三四五六日"
HIGH = 200
_SHADES = (PALE, "#e9cfc4", "#dba694", "#cb7a63", "#b5402a")


def spark(values: Sequence[Value]) -> str:
    """The values as blocks of eight heights, the highest of them the full one."""
    most = max((value for value in values if value is not None), default=0) or 1
    return "".join(NOTHING if value is None else BLOCKS[min(7, round(value / most * 7))] for value in values)


def number(value: float) -> str:
    """A number without needless decimals: 12, 3.5."""
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class Bars:
    """Upright bars, each with its label below and its value above; at most 14 can be read on a phone."""

    title: str
    bars: Sequence[tuple[str, Value]]
    unit: str = ""

    def on(self, sheet: Sheet) -> None:
        """Draw it below what is there."""
        sheet.paragraph(self.title, HEADING)
        top = sheet.bottom + 40
        foot, step = top + HIGH, ROOM / max(1, len(self.bars))
        most = max((value for _, value in self.bars if value is not None), default=0) or 1
        sheet.line(MARGIN, foot, MARGIN + ROOM, foot)
        for place, (label, value) in enumerate(self.bars):
            middle, wide = MARGIN + step * (place + 0.5), min(64.0, step * 0.6)
            if value is None:
                sheet.box(middle - wide / 2, top, wide, HIGH, "none", edge=PALE, thick=2)
                sheet.word("缺", middle, foot - 12, SMALL, "middle")
            else:
                high = HIGH * value / most
                sheet.box(middle - wide / 2, foot - high, wide, high, ACCENT)
                sheet.word(number(value), middle, foot - high - 8, SMALL, "middle")
            sheet.word(label, middle, foot + 30, SMALL, "middle")
        sheet.bottom = foot
        sheet.gap(40)

    def lines(self) -> list[str]:
        """The same in words."""
        said = [
            f"{label} {'没看着' if value is None else number(value) + self.unit}"
            for label, value in self.bars
        ]
        each = max(1, -(-len(said) // (MOST_LINES - 1)))
        rows = ["，".join(said[at : at + each]) for at in range(0, len(said), each)]
        return [f"{self.title} {spark([value for _, value in self.bars])}", *rows]


@dataclass(frozen=True)
class Line:
    """One value after the other from left to right, broken where nothing was seen; `first` and `last` are its ends."""

    title: str
    values: Sequence[Value]
    first: str
    last: str
    unit: str = ""

    def on(self, sheet: Sheet) -> None:
        """Draw it below what is there."""
        sheet.paragraph(self.title, HEADING)
        top = sheet.bottom + 40
        foot, step = top + HIGH, ROOM / max(1, len(self.values) - 1)
        known = [value for value in self.values if value is not None]
        most = max(known, default=0) or 1
        sheet.line(MARGIN, top, MARGIN + ROOM, top)
        sheet.line(MARGIN, foot, MARGIN + ROOM, foot)
        sheet.word(number(max(known, default=0)) + self.unit, MARGIN + ROOM, top - 8, SMALL, "end")
        before: tuple[float, float] | None = None
        for place, value in enumerate(self.values):
            if value is None:
                before = None
                continue
            here = (MARGIN + step * place, foot - HIGH * value / most)
            if before is not None:
                sheet.line(*before, *here, ACCENT, 4)
            sheet.box(here[0] - 3, here[1] - 3, 6, 6, ACCENT, corner=3)
            before = here
        sheet.word(self.first, MARGIN, foot + 30, SMALL)
        sheet.word(self.last, MARGIN + ROOM, foot + 30, SMALL, "end")
        sheet.bottom = foot
        sheet.gap(40)

    def lines(self) -> list[str]:
        """The same in words."""
        known = [value for value in self.values if value is not None]
        ends = (
            f"最低 {number(min(known))}{self.unit}，最高 {number(max(known))}{self.unit}"
            if known
            else "没看着"
        )
        return [f"{self.title} {spark(self.values)}", f"{self.first} 到 {self.last}，{ends}"]


@dataclass(frozen=True)
class Heat:
    """How busy each hour of the week is: seven days from Monday of 24 values."""

    title: str
    week: Sequence[Sequence[Value]]

    def on(self, sheet: Sheet) -> None:
        """Draw it below what is there."""
        sheet.paragraph(self.title, HEADING)
        left, top = MARGIN + 36, sheet.bottom + 14
        side = (ROOM - 36) / 24
        most = self._most()
        for day, hours in enumerate(self.week):
            y = top + day * 30
            sheet.word(WEEKDAYS[day], MARGIN, y + 23, SMALL)
            for hour, value in enumerate(hours):
                x = left + hour * side
                if value is None:
                    sheet.line(x + 4, y + 24, x + side - 6, y + 4, PALE)
                else:
                    shade = _SHADES[min(4, ceil(value / most * 4)) if most else 0]
                    sheet.box(x, y, side - 2, 28, shade, corner=3)
        for hour in (0, 6, 12, 18):
            sheet.word(f"{hour} 点", left + hour * side, top + 7 * 30 + 24, SMALL)
        sheet.bottom = top + 7 * 30
        sheet.gap(36)

    def _most(self) -> float:
        return max((value for hours in self.week for value in hours if value is not None), default=0)

    def lines(self) -> list[str]:
        """The same in words: the hours of workdays and of weekends, and the busiest one."""
        rows = [self.title]
        for name, days in (("工作日", self.week[:5]), ("周末", self.week[5:])):
            rows.append(f"{name} 0 点起 {spark([_sum(day[hour] for day in days) for hour in range(24)])}")
        if most := self._most():
            day, hour = next(
                (day, hour)
                for day, hours in enumerate(self.week)
                for hour, v in enumerate(hours)
                if v == most
            )
            rows.append(f"最热闹：周{WEEKDAYS[day]} {hour} 点，{number(most)} 句")
        return rows


@dataclass(frozen=True)
class Cohorts:
    """What became of those who came together: per row a label, how many they were, and their share from 0 to 1 at each
    of the `heads`; None where that is still to come or was not seen."""

    title: str
    heads: Sequence[str]
    rows: Sequence[tuple[str, int, Sequence[Value]]]

    def on(self, sheet: Sheet) -> None:
        """Draw it below what is there."""
        sheet.paragraph(self.title, HEADING)
        left = MARGIN + 190
        wide, top = (ROOM - 190) / max(1, len(self.heads)), sheet.bottom + 40
        for place, head in enumerate(self.heads):
            sheet.word(head, left + wide * (place + 0.5), top - 12, SMALL, "middle")
        for row, (label, count, shares) in enumerate(self.rows):
            y = top + row * 46
            sheet.word(f"{label} {count} 人", MARGIN, y + 31, SMALL)
            for place, share in enumerate(shares):
                if share is None:
                    continue
                x, shade = left + wide * place, _SHADES[min(4, round(share * 4))]
                sheet.box(x, y, wide - 4, 42, shade, corner=4)
                style = Style(SMALL.size, INK if share < 0.6 else PAPER)
                sheet.word(_percent(share), x + wide / 2, y + 30, style, "middle")
        sheet.bottom = top + len(self.rows) * 46
        sheet.gap(20)

    def lines(self) -> list[str]:
        """The same in words, of the latest rows."""
        rows = [f"{self.title}（{'、'.join(self.heads)}）"]
        for label, count, shares in self.rows[-(MOST_LINES - 1) :]:
            said = " ".join(NOTHING if share is None else _percent(share) for share in shares)
            rows.append(f"{label} {count} 人：{said}")
        return rows


Chart = Bars | Line | Heat | Cohorts


def _percent(share: float) -> str:
    return f"{round(share * 100)}%"


def _sum(values: Iterable[Value]) -> Value:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
