"""When advertisements are welcome, and what is due to be said about it. Pure; datetimes are aware."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum

from lizheng.grammar import Misread, WeeklySpans, parse_date, plain

GRACE = timedelta(seconds=5)
LATE_LIMIT = timedelta(minutes=30)
"""What should have been said longer ago than this is not said any more."""
LAST_CALL = timedelta(minutes=10)
MOST_DATES = 120
_DATE = r"20[0-9]{2}(?:[-/.]|年)[0-9]{1,2}(?:[-/.]|月)[0-9]{1,2}[日号]?"
_DATES = re.compile(rf"({_DATE})(?:\s*(?:至|到|~)\s*({_DATE}))?")
_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Window:
    """One stretch of time from `opens` until just before `closes`."""

    opens: datetime
    closes: datetime

    def holds(self, at: datetime) -> bool:
        return self.opens <= at < self.closes

    def nearly_holds(self, at: datetime) -> bool:
        """Like `holds`, with five seconds of grace at both edges."""
        return self.opens - GRACE <= at <= self.closes + GRACE


@dataclass(frozen=True)
class Calendar:
    """The weekly spans of a group on the wall clock of `zone`; windows that begin on a day off do not take place."""

    spans: WeeklySpans
    zone: tzinfo
    days_off: frozenset[date] = frozenset()

    def _near(self, at: datetime) -> Iterator[Window]:
        today = at.astimezone(self.zone).date()
        for span in self.spans.spans:
            for opens, closes in span.windows(
                today - timedelta(days=2), today + timedelta(days=1), self.zone
            ):
                if opens.astimezone(self.zone).date() not in self.days_off:
                    yield Window(opens, closes)

    def current(self, at: datetime) -> Window | None:
        """The window open at `at`."""
        return next((window for window in self._near(at) if window.holds(at)), None)

    def admits(self, at: datetime) -> Window | None:
        """The window an advertisement of that moment counts for: the open one, else one whose grace it is."""
        return self.current(at) or next((w for w in self._near(at) if w.nearly_holds(at)), None)

    def next_after(self, at: datetime) -> Window | None:
        """The first window that opens strictly later; None when there are no spans."""
        if not self.spans.spans:
            return None
        while True:
            opens, closes = self.spans.next_after(at, self.zone)
            if opens.astimezone(self.zone).date() not in self.days_off:
                return Window(opens, closes)
            at = opens


class Say(Enum):
    """An announcement."""

    OPEN = "open"
    LAST_CALL = "last call"
    CLOSE = "close"


@dataclass(frozen=True)
class Told:
    """What members were told last: the window that is open, None for none, and whether its end was called."""

    window: Window | None = None
    called: bool = False


def announce(told: Told, current: Window | None, now: datetime, due: datetime) -> tuple[Told, list[Say]]:
    """What is to be said at `now`, and what members have been told then.

    `due` is when this look was planned for: for an edge of a window that edge, for a change of the windows the
    change. An announcement that comes more than `LATE_LIMIT` late is left out.
    """
    said: list[Say] = []
    if told.window is not None and (current is None or not _same(told.window, current, now)):
        if current is None and now - told.window.closes <= LATE_LIMIT:
            said.append(Say.CLOSE)
        told = Told()
    if current is None:
        return told, said
    if told.window is None:
        if now - max(current.opens, due) <= LATE_LIMIT:
            said.append(Say.OPEN)
        told = Told(current, called=bool(said) and _ends_soon(current, now))
    elif told.window != current:
        told = Told(current, called=told.called and told.window.closes >= current.closes)
    if not told.called and _has_last_call(current) and _ends_soon(current, now):
        said.append(Say.LAST_CALL)
        told = replace(told, called=True)
    return told, said


def _same(told: Window, current: Window, now: datetime) -> bool:
    """Whether the window members know of is the one open now, be it that its edges were moved meanwhile."""
    return told.opens == current.opens or told.closes > now


def _ends_soon(window: Window, now: datetime) -> bool:
    return now >= window.closes - LAST_CALL


def _has_last_call(window: Window) -> bool:
    return window.closes - window.opens > 2 * LAST_CALL


def next_look(calendar: Calendar, told: Told, now: datetime) -> datetime | None:
    """When something may have to be said again; None when never."""
    following = calendar.next_after(now)
    edges = [following.opens] if following else []
    if current := calendar.current(now):
        edges.append(current.closes)
        if not told.called and _has_last_call(current):
            edges.append(current.closes - LAST_CALL)
    return min((edge for edge in edges if edge > now), default=None)


# — days off ———————————————————————————————————————————————————————————————————————————————


def read_days_off(text: str) -> frozenset[date]:
    """Read `2026-10-01、2026-10-02` or `2026-10-01至2026-10-07`. Raises `Misread`."""
    days: set[date] = set()
    left = plain(text)
    while left := left.lstrip(" \n,，、;；"):
        match = _DATES.match(left)
        if match is None:
            raise Misread("停用日期要写成 2026-10-01，几天用「、」隔开，一段用「至」连接。")
        first = parse_date(match[1], _ANY_DAY)
        last = parse_date(match[2], _ANY_DAY) if match[2] else first
        if last < first:
            raise Misread("停用日期里的一段，结束不能早于开始。")
        if len(days) + (last - first).days >= MOST_DATES:
            raise Misread(f"停用日期最多 {MOST_DATES} 天。")
        days.update(first + timedelta(days=more) for more in range((last - first).days + 1))
        left = left[match.end() :]
    return frozenset(days)


def write_days_off(days: frozenset[date]) -> str:
    """What `read_days_off` reads back, shortest form."""
    parts: list[str] = []
    first = last = None
    for day in [*sorted(days), None]:
        if last is not None and day == last + timedelta(days=1):
            last = day
            continue
        if first is not None and last is not None:
            parts.append(f"{first}至{last}" if last > first else f"{first}")
        first = last = day
    return "、".join(parts)


# — in words ———————————————————————————————————————————————————————————————————————————————


def say_day(day: date, today: date) -> str:
    """`今天`, `明天`, `11 月 20 日（周五）`, with the year when it is another one."""
    if day == today:
        return "今天"
    if day == today + timedelta(days=1):
        return "明天"
    year = f"{day.year} 年 " if day.year != today.year else ""
    return f"{year}{day.month} 月 {day.day} 日（周{'一二三四五六日'[day.weekday()]}）"


def _before_time(day: date, today: date) -> str:
    said = say_day(day, today)
    return said if said.endswith("）") else f"{said} "


def say_window(window: Window, now: datetime) -> str:
    """`今天 18:00-20:00`, in the zone of `now`."""
    opens, closes = (edge.astimezone(now.tzinfo) for edge in (window.opens, window.closes))
    over = "次日 " if closes.date() > opens.date() and closes.time() > closes.min.time() else ""
    end = "24:00" if closes.date() > opens.date() and not over else f"{closes:%H:%M}"
    return f"{_before_time(opens.date(), now.date())}{opens:%H:%M}-{over}{end}"


def say_until(at: datetime, now: datetime) -> str:
    """`20:00`, or `明天 02:00`, in the zone of `now`."""
    there = at.astimezone(now.tzinfo)
    day = "" if there.date() == now.date() else _before_time(there.date(), now.date())
    return f"{day}{there:%H:%M}"
