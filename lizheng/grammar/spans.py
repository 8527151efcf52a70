"""Weekly spans: `每周五 18:00-20:00`, `工作日 9:00-10:00`, `22:00-02:00`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from lizheng.grammar.misread import Misread, misread, plain
from lizheng.grammar.times import TIME_PATTERN, WEEKDAYS, minute_of_day, say_time_of_day

NOON, DAY, WEEK = 720, 1440, 10080
EVERY_DAY = frozenset(range(7))
MONDAY_TO_FRIDAY = frozenset(range(5))
MOST_SPANS = 20
LONGEST_TEXT = 1000
Window = tuple[datetime, datetime]


def _instant(day: date, minute: int, zone: tzinfo) -> datetime:
    """The UTC instant when the wall clock of `zone` first reaches or passes that minute of that day."""
    wall = datetime.combine(day, time(), tzinfo=zone) + timedelta(minutes=minute)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # The clock jumps over this minute: find the jump, which lies between the two readings.
    before, after = sorted((instant, wall.replace(fold=1).astimezone(UTC)))
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == old else (before, middle)
    return after.replace(microsecond=0)


@dataclass(frozen=True)
class WeeklySpan:
    """The same hours on some days of the week, [start, end) on the wall clock.

    `days` holds 0 (Monday) … 6; `start` (0…1439) and `end` (1…1440) are minutes after midnight; an end not
    after the start lies on the next day. `workdays` says the person wrote 工作日, so a caller with a
    calendar may know better than Monday to Friday. All datetimes returned are UTC.
    """

    days: frozenset[int]
    start: int
    end: int
    workdays: bool = False

    def __post_init__(self) -> None:
        if not self.days or not self.days <= EVERY_DAY:
            raise ValueError(f"days out of range: {self.days}")
        if not (0 <= self.start < DAY and 0 < self.end <= DAY and self.start != self.end):
            raise ValueError(f"minutes out of range: {self.start}-{self.end}")

    @property
    def length(self) -> int:
        """Minutes on the wall clock."""
        return self.end - self.start if self.end > self.start else self.end + DAY - self.start

    def windows(self, first: date, last: date, zone: tzinfo) -> Iterator[Window]:
        """The windows that begin on first…last, in order; one the clock jumps over entirely is left out."""
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if day.weekday() in self.days:
                opens = _instant(day, self.start, zone)
                closes = _instant(day, self.start + self.length, zone)
                if opens < closes:
                    yield opens, closes

    def contains(self, at: datetime, zone: tzinfo) -> bool:
        return self.current(at, zone) is not None

    def current(self, at: datetime, zone: tzinfo) -> Window | None:
        """The window open at `at`."""
        today, at = at.astimezone(zone).date(), at.astimezone(UTC)
        near = self.windows(today - timedelta(days=2), today + timedelta(days=1), zone)
        return next((window for window in near if window[0] <= at < window[1]), None)

    def next_after(self, at: datetime, zone: tzinfo) -> Window:
        """The first window that opens strictly later than `at`."""
        today, at = at.astimezone(zone).date(), at.astimezone(UTC)
        coming = self.windows(today - timedelta(days=1), today + timedelta(days=400), zone)
        return next(window for window in coming if window[0] > at)

    def describe(self) -> str:
        """`每周五 18:00-20:00`; what `parse_weekly` reads back."""
        over = "次日 " if self.end < self.start else ""
        hours = f"{say_time_of_day(self.start)}-{over}{say_time_of_day(self.end)}"
        return f"{'工作日' if self.workdays else _say_days(self.days)} {hours}"


@dataclass(frozen=True)
class WeeklySpans:
    """Several weekly spans that never overlap; each opening is a window of its own."""

    spans: tuple[WeeklySpan, ...]

    def contains(self, at: datetime, zone: tzinfo) -> bool:
        return self.current(at, zone) is not None

    def current(self, at: datetime, zone: tzinfo) -> Window | None:
        """The window open at `at`."""
        return next((window for span in self.spans if (window := span.current(at, zone))), None)

    def next_after(self, at: datetime, zone: tzinfo) -> Window:
        """The first window that opens strictly later than `at`."""
        return min(span.next_after(at, zone) for span in self.spans)

    def describe(self) -> str:
        """`每周五 18:00-20:00；每天 22:00-次日 02:00`; what `parse_weekly` reads back."""
        return "；".join(span.describe() for span in self.spans)


def _say_days(days: frozenset[int]) -> str:
    if days == EVERY_DAY:
        return "每天"
    if days == frozenset({5, 6}):
        return "周末"
    ordered = sorted(days)
    if len(days) >= 3 and ordered[-1] - ordered[0] == len(days) - 1:
        return f"每周{'一二三四五六日'[ordered[0]]}至周{'一二三四五六日'[ordered[-1]]}"
    return "每周" + "、".join("一二三四五六日"[day] for day in ordered)


_D = "[一二三四五六日天七]"
_NOT_HOUR = r"(?!\s*[点时:]|[0-9])"
_NOT_TEN = r"(?!\s*[点时:]|[0-9十])"
_JOIN = r"\s*(?:-|~|至|到)\s*"
_NEXT = r"(?:次日|第二天|隔天|翌日)"
_RANGE = re.compile(rf"(?P<start>{TIME_PATTERN}){_JOIN}(?P<next>{_NEXT})?\s*(?P<end>{_NEXT}|{TIME_PATTERN})")
_WEEK = r"每?个?(?:周|星期|礼拜)"
_FROM_TO = re.compile(rf"{_WEEK}(?P<a>{_D}|[1-7]){_JOIN}(?:{_WEEK})?(?P<b>{_D}|[1-7]){_NOT_HOUR}")
_NAMED = re.compile(rf"{_WEEK}(?P<days>{_D}(?:{_D}{_NOT_TEN})*|[1-7]+(?![0-9:点时]))")
_MORE = re.compile(rf"(?P<days>{_D}|[1-7]){_NOT_TEN}")
_GROUPS = re.compile(
    r"(?P<all>每天|每日|天天)|(?P<work>每?个?(?:工作日|上班日))|(?P<end>每?个?(?:周末|双休日|双休))"
)
_SOFT = re.compile(r"[\s,、和与及]+|的")
_HARD = re.compile(r"\s*[;\n。]\s*")


_AFTERNOON = ("下午", "傍晚", "晚上", "晚", "p")
_NIGHT = ("凌晨", "清晨", "早上", "早晨", "早", "夜里", "半夜", "a")
_SPOKEN = re.compile("[点时]")
"""Hours in words are on a dial of twelve; `10:00` is on one of twenty-four unless something else is said."""


class _Reader:
    """Reads days and hours from left to right; hours take the days before them.

    Hours after 、 or a comma keep the days of the hours before; after ； or a new line they start afresh.
    """

    def __init__(self, text: str) -> None:
        self.text, self.left = text, plain(text)
        self.days: frozenset[int] = frozenset()
        self.workdays = False
        self.used = False
        self.found: list[WeeklySpan] = []

    def read(self) -> list[WeeklySpan]:
        while self.left:
            if not (self._hours() or self._days() or self._gap()):
                raise self._fault()
        if not self.found or ((self.days or self.workdays) and not self.used):
            raise misread(self.text, "缺钟点，请写 每周五 18:00-20:00")
        return self.found

    def _fault(self) -> Misread:
        if re.match(rf"{_WEEK}[八九十089]", self.left):
            return misread(self.text, "里没有这一天，请写 周一 到 周日")
        if re.match(rf"{_WEEK}(?:\s|$)", self.left):
            return misread(self.text, "没写哪天，请写 每周五 18:00-20:00")
        return misread(self.text, "看不懂，请写 每周五 18:00-20:00")

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.left)
        if match:
            self.left = self.left[match.end() :]
        return match

    def _gap(self) -> bool:
        if self._take(_HARD):
            if self.used:
                self.days, self.workdays, self.used = frozenset(), False, False
            return True
        return bool(self._take(_SOFT))

    def _add_days(self, days: Iterable[int], workdays: bool = False) -> bool:
        if self.used:
            self.days, self.workdays, self.used = frozenset(), False, False
        self.days |= frozenset(days)
        self.workdays |= workdays
        return True

    def _days(self) -> bool:
        if match := self._take(_GROUPS):
            if match["work"]:
                return self._add_days((), workdays=True)
            return self._add_days(EVERY_DAY if match["all"] else (5, 6))
        if match := self._take(_FROM_TO):
            first, last = WEEKDAYS[match["a"]], WEEKDAYS[match["b"]]
            return self._add_days((first + more) % 7 for more in range((last - first) % 7 + 1))
        match = self._take(_NAMED)
        if not match and self.days and not self.used:
            match = self._take(_MORE)
        return bool(match) and self._add_days(WEEKDAYS[name] for name in match["days"])

    def _hours(self) -> bool:
        match = self._take(_RANGE)
        if not match:
            return False
        start, period = minute_of_day(match["start"])
        end, ends = minute_of_day(match["end"], over=True)
        if not match["next"]:
            if period:
                end = _end_after(start, period, end, ends)
            elif ends and _SPOKEN.search(match["start"]):
                start = _start_before(start, end, ends)
        if start == DAY:
            raise misread(match["start"], "不能作开始，请写 00:00")
        if start == end:
            raise misread(match[0], "开始和结束相同，请改一个")
        if match["next"] and end > start:
            raise misread(match[0], "超过一天，请改短")
        end = end or DAY
        if self.workdays:
            self.found.append(WeeklySpan(MONDAY_TO_FRIDAY, start, end, workdays=True))
        if self.days or not self.workdays:
            self.found.append(WeeklySpan(self.days or EVERY_DAY, start, end))
        self.used = True
        return True


def _end_after(start: int, period: str, end: int, ends: str) -> int:
    """The end of `晚上8点到12点`: the half of the day that was named for the start goes on as far as it can."""
    if ends and not (ends in _AFTERNOON and NOON <= end < NOON + 60 and end <= start):
        return end
    if end >= NOON + 60:
        return end  # 晚上8点到23点 says it all
    if end >= NOON:
        # Twelve: midnight for whoever began after noon, 12:00 for everybody else.
        return end if end > start else DAY if end == NOON else end - NOON
    if period in _AFTERNOON or start >= NOON or end <= start:
        return end + NOON if end + NOON > start else end
    return end


def _start_before(start: int, end: int, ends: str) -> int:
    """The start of `10点到凌晨2点` and `2点到下午5点`, for which only the end names a part of the day."""
    if ends in _AFTERNOON and 60 <= start < 360:
        return start + NOON if start + NOON < end else start
    if ends in _NIGHT and end <= start and start >= 360:
        return start + NOON if start < NOON else start - NOON if start - NOON < min(end, 60) else start
    return start


def _merged(spans: list[WeeklySpan]) -> list[WeeklySpan]:
    by_hours: dict[tuple[int, int, bool], frozenset[int]] = {}
    for span in spans:
        key = (span.start, span.end, span.workdays)
        by_hours[key] = by_hours.get(key, frozenset()) | span.days
    return [WeeklySpan(days, start, end, workdays) for (start, end, workdays), days in by_hours.items()]


def parse_weekly(text: str) -> WeeklySpans:
    """The spans written; the same hours on several days become one span, overlapping ones are refused."""
    if len(text) > LONGEST_TEXT:
        raise misread(text, "太长，请分几次写")
    spans = _merged(_Reader(text).read())
    if len(spans) > MOST_SPANS:
        raise misread(text, f"太多，最多 {MOST_SPANS} 个时段")
    taken: list[tuple[int, int]] = []
    for span in spans:
        for day in sorted(span.days):
            begin = day * DAY + span.start
            finish = begin + span.length
            for shift in (-WEEK, 0, WEEK):
                if any(begin + shift < old_end and old < finish + shift for old, old_end in taken):
                    raise misread(span.describe(), "和别的时段重叠，请改开")
            taken.append((begin, finish))
    return WeeklySpans(tuple(spans))
