"""Time of day and dates as people write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from lizheng.grammar.misread import Misread, misread, plain, tight
from lizheng.grammar.numbers import chinese_number

_COUNT = r"[0-9]{1,2}|[零〇一二两三四五六七八九十]{1,3}"
_PERIOD = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|早|晚"
TIME_PATTERN = (
    rf"(?:(?:{_PERIOD})\s*)?"
    rf"(?:[0-9]{{1,2}}\s*:\s*[0-9]{{1,2}}|(?:{_COUNT})\s*[点时](?:钟|整|半|[一三]刻|(?:{_COUNT})分?)?)(?:\s*[ap]m)?"
)
_TIME = re.compile(
    rf"(?P<period>{_PERIOD})?\s*"
    rf"(?:(?P<hour>[0-9]{{1,2}})\s*:\s*(?P<minute>[0-9]{{2}})"
    rf"|(?P<count>{_COUNT})\s*[点时](?:钟|整|(?P<half>半)|(?P<quarter>[一三])刻|(?P<past>{_COUNT})分?)?)"
    r"(?:\s*(?P<noon>[ap])m)?"
)
WEEKDAYS = {
    **{sign: number for number, sign in enumerate("一二三四五六日")},
    **{str(number + 1): number for number in range(7)},
    "天": 6,
    "七": 6,
}
_RELATIVE = {"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3}


def _number(text: str) -> int:
    if text[0].isascii():
        return int(text)
    value = chinese_number(text)
    return 99 if value is None else value


def _by_period(hour: int, period: str) -> int | None:
    """The hour of the day that `period` makes of a spoken hour; None when they contradict."""
    if period in ("下午", "傍晚", "晚上", "晚", "p"):
        if hour == 12:
            return 24 if period in ("晚上", "晚") else 12
        evening_start = 5 if period in ("晚上", "晚") else 1
        return hour + 12 if evening_start <= hour < 12 else hour
    if period == "中午":
        return hour + 12 if 1 <= hour <= 2 else hour if 10 <= hour <= 14 else None
    if period in ("凌晨", "半夜", "夜里", "a"):
        late = period != "凌晨" and period != "a"
        if hour == 12:
            return 24 if late else 0
        return hour + 12 if late and 9 <= hour < 12 else hour if hour < 12 or late else None
    return hour if hour <= 12 else None


def minute_of_day(text: str, *, over: bool = False) -> tuple[int, str]:
    """Minutes after midnight, 0…1440, and the part of day named, "" for none.

    With `over`, 晚上12点半 is half an hour into the next day; else it is refused.
    """
    match = _TIME.fullmatch(plain(text))
    if not match:
        raise _no_time(text)
    if match["hour"]:
        hour, minute = int(match["hour"]), int(match["minute"])
    else:
        hour = _number(match["count"])
        quarter = {"一": 15, "三": 45}.get(match["quarter"] or "", 0)
        minute = 30 if match["half"] else quarter or (_number(match["past"]) if match["past"] else 0)
    period = match["period"] or match["noon"] or ""
    placed = _by_period(hour, period) if period else hour
    if over and placed == 24 and period and 0 < minute <= 59:
        return minute, period
    if placed is None or minute > 59 or placed * 60 + minute > 1440:
        raise misread(text, "不是钟点，请写 00:00 到 23:59")
    return placed * 60 + minute, period


def _no_time(text: str) -> Misread:
    return misread(text, "不是钟点，请写 08:00 或 8点半")


def parse_time_of_day(text: str) -> time:
    """`08:00`, `8点半`, `早上8点`, `晚上八点`, `8:30pm`; 晚上12点 is 00:00, but 24:00 is refused."""
    minutes, period = minute_of_day(text, over=True)
    if minutes == 1440:
        if not period:
            raise misread(text, "请写成 00:00")
        minutes = 0
    return time(minutes // 60, minutes % 60)


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def say_time_of_day(minute: int) -> str:
    """Minutes since midnight as `18:00`; the day's end is `24:00`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def parse_date(text: str, now: datetime) -> date:
    """The date meant at `now`, which must be the group's local time.

    `2026-12-31` and `2026年12月31日` as written; `12-31`, `31号` and `周五` the next one, today included;
    `本周五`, `下周五` in this or the next week (Monday first); `今天`, `明天`, `后天`, `3天后`.
    """
    written, today = tight(text), now.date()
    if written in _RELATIVE:
        return today + timedelta(days=_RELATIVE[written])
    if match := re.fullmatch(r"([0-9]{1,3})天(?:后|以后|之后)", written):
        return today + timedelta(days=int(match[1]))
    if match := re.fullmatch(r"(本|这|这个|下|下个|每)?(?:周|星期|礼拜)([一二三四五六日天七1-7])", written):
        day = WEEKDAYS[match[2]]
        if not match[1] or match[1] == "每":
            return today + timedelta(days=(day - today.weekday()) % 7)
        weeks = 7 if match[1][0] == "下" else 0
        return today + timedelta(days=day - today.weekday() + weeks)
    found: date | None = None
    if match := re.fullmatch(r"(20[0-9]{2})(?:[-/.]|年)([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})[日号]?", written):
        found = _make(int(match[1]), int(match[2]), int(match[3]))
    elif match := re.fullmatch(r"([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})[日号]?", written):
        years = (_make(today.year + more, int(match[1]), int(match[2])) for more in range(9))
        found = next((day for day in years if day and day >= today), None)
    elif match := re.fullmatch(r"([0-9]{1,2})[日号]", written):
        months = (divmod(today.month - 1 + more, 12) for more in range(4))
        days = (_make(today.year + year, month + 1, int(match[1])) for year, month in months)
        found = next((day for day in days if day and day >= today), None)
    else:
        raise misread(text, "不是日期，请写 12-31 或 明天")
    if found is None:
        raise misread(text, "这一天不存在，请写 12-31")
    return found


def next_weekly(after: datetime, weekday: int, at: time) -> datetime:
    """Say when the clock next shows this hour on this day of the week (Monday is 0), later than `after`, in its zone."""
    day = after + timedelta(days=(weekday - after.weekday()) % 7)
    due = day.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return due if due > after else due + timedelta(days=7)
