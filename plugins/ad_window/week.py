"""The seven days from today, and what of each is open: the picture of the advertising times in numbers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lizheng.grammar import say_time_of_day
from plugins.ad_window.rules import Calendar

DAYS = 7
DAY = 1440


@dataclass(frozen=True)
class Bar:
    """Part of one day, in minutes after midnight on the wall clock: 0 ≤ `start` < `end` ≤ 1440.

    `goes_on`: it began the day before. `off`: it would be open, but began on a day off.
    """

    start: int
    end: int
    goes_on: bool = False
    off: bool = False

    def labels(self, day_off: str) -> tuple[str, str]:
        """`18:00-20:00`, of the part after midnight only until when, and what to write where that is too long.

        `day_off` is the word for a bar that does not open.
        """
        hours = (
            f"到 {say_time_of_day(self.end)}"
            if self.goes_on
            else f"{say_time_of_day(self.start)}-{say_time_of_day(self.end)}"
        )
        if self.off:
            return f"{hours} {day_off}", day_off
        return hours, hours if self.goes_on else f"{say_time_of_day(self.start)} 起"


@dataclass(frozen=True)
class Row:
    """One day, and its bars in their order."""

    day: date
    bars: tuple[Bar, ...]


def week(calendar: Calendar, today: date) -> list[Row]:
    """Today and the six days after it. What lasts past midnight goes on in the next row."""
    bars: dict[date, list[Bar]] = {today + timedelta(days=n): [] for n in range(DAYS)}
    for span in calendar.spans.spans:
        # What began two days ago may last until today where the clock is set back.
        for opens, closes in span.windows(
            today - timedelta(days=2), today + timedelta(days=DAYS - 1), calendar.zone
        ):
            first, last = (at.astimezone(calendar.zone).replace(tzinfo=None) for at in (opens, closes))
            for day in bars:
                start, end = _minute(first, day), _minute(last, day)
                if start < end:
                    off = first.date() in calendar.days_off
                    bars[day].append(Bar(start, end, goes_on=first.date() < day, off=off))
    return [Row(day, tuple(sorted(found, key=lambda bar: bar.start))) for day, found in bars.items()]


def _minute(at: datetime, day: date) -> int:
    """Where that moment lies on this day: 0 when it is earlier, 1440 when it is later."""
    minutes = (at - datetime.combine(day, time())) // timedelta(minutes=1)
    return min(max(minutes, 0), DAY)
