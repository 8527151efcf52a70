"""When a timer is due, which groups are meant, how far apart they are sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from random import Random
from typing import Any

from lizheng.grammar import (
    Misread,
    misread,
    parse_date,
    parse_duration,
    parse_time_of_day,
    parse_weekly,
    plain,
    tight,
)
from lizheng.grammar.numbers import chinese_number
from lizheng.grammar.spans import WeeklySpan
from lizheng.grammar.times import TIME_PATTERN
from lizheng.text import clip, fold, visible

LONGEST = 2000
"""Characters of one message, as the page says; QQ takes about twice as many."""
FEW = 10
CLOSE, APART = (2.0, 4.0), (8.0, 15.0)
"""Seconds between two groups: up to `FEW` of them, and more. Even pauses look like a machine's to QQ."""
NAMES_SHOWN = 5
MOST_MISSED = 1000
"""Of one timer that are counted: nobody reads a larger number."""
SEVERAL = "「{word}」对得上几个群：{names}。请写群号。"


# — when ———————————————————————————————————————————————————————————————————————————————————


@dataclass(frozen=True)
class When:
    """Once `at` (ISO, with zone), on some `days` of the week (0 is Monday), or on a `day` of every month.

    `minute` is that of the day. A month without that day has it on its last.
    """

    minute: int = 0
    at: str = ""
    days: tuple[int, ...] = ()
    workdays: bool = False
    day: int = 0

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> When:
        """Read what `kept` gave."""
        return cls(**{**kept, "days": tuple(kept["days"])})

    @property
    def kept(self) -> dict[str, Any]:
        """What JSON can hold."""
        return {**asdict(self), "days": list(self.days)}

    @property
    def is_cut(self) -> bool:
        """Whether some months have not got that day."""
        return self.day > 28


class Past(Misread):
    """A moment that is over."""


_MONTHLY = re.compile(r"每个?月(?:的)?(?:([0-9]{1,2}|[一二三四五六七八九十]{1,3})[号日]?|最后一天|月底)")
_AGAIN = re.compile(r"(?:每个?(?:天|日|周|星期|礼拜|工作日|上班日|双休)|天天|工作日|上班日|周末|双休)")
_WHEN = re.compile(rf"(?P<day>.*?)\s*(?P<time>{TIME_PATTERN})", re.DOTALL)
_LATER = re.compile(r"(.+?)(?:后|以后|之后)")
EXAMPLE = "不是时间，请写 每天 08:00 或 明天9点"


def parse_when(text: str, now: datetime) -> When:
    """Read `明天9点`, `2026-12-31 23:50`, `每天 08:00`, `每周三 20:00`, `每月1号 10:00`, `工作日 09:00`, `20分钟后`.

    `now` is local. Raises `Misread`, and `Past` for a moment that is over.
    """
    written = plain(text)
    match = _WHEN.fullmatch(written)
    if match is None:
        later = _LATER.fullmatch(tight(written))
        if later is None:
            raise misread(text, EXAMPLE)
        return When(at=(now + parse_duration(later[1])).isoformat())
    day, at = match["day"].strip(), parse_time_of_day(match["time"])
    minute = at.hour * 60 + at.minute
    if monthly := _MONTHLY.fullmatch(tight(day)):
        return When(minute, day=_day_of_month(text, monthly[1]))
    if _AGAIN.match(tight(day)):
        spans = parse_weekly(f"{day} 00:00-00:01").spans
        if len(spans) != 1:
            raise misread(text, EXAMPLE)
        return When(minute, days=tuple(sorted(spans[0].days)), workdays=spans[0].workdays)
    on = parse_date(day, now) if day else now.date()
    moment = datetime.combine(on, at, tzinfo=now.tzinfo)
    if moment <= now and not day:
        moment = datetime.combine(on + timedelta(days=1), at, tzinfo=now.tzinfo)
    if moment <= now:
        raise Past(f"{say_moment(moment, now)} 已经过了，请写以后的时间。")
    return When(at=moment.isoformat())


def _day_of_month(text: str, written: str | None) -> int:
    if not written:
        return 31
    day = int(written) if written.isdecimal() else chinese_number(written)
    if day is None or not 1 <= day <= 31:
        raise misread(text, "里没有这一天，请写 1 到 31 号")
    return day


def split_when(text: str, now: datetime) -> tuple[When, str]:
    """Take the time at the beginning of a text, and what follows it. Raises `Misread`."""
    words = list(re.finditer(r"\S+", text))[:4]
    for last in reversed(words):
        try:
            return parse_when(text[: last.end()], now), text[last.end() :].strip()
        except Past:
            raise
        except Misread:
            continue
    raise misread(text[: words[0].end()] if words else "", EXAMPLE)


def looks_like_when(text: str) -> bool:
    """Tell whether a text begins like a time, so that one that cannot be read is a slip and no content."""
    written = plain(text)
    return bool(_AGAIN.match(written) or _MONTHLY.match(written) or re.match(TIME_PATTERN, written))


def next_after(when: When, at: datetime, zone: tzinfo) -> datetime | None:
    """The first moment strictly later than `at`, None when there is none any more."""
    if when.at:
        moment = datetime.fromisoformat(when.at)
        return moment if moment > at else None
    today = at.astimezone(zone).date()
    for day in _days(when, today):
        moment = datetime.combine(day, time(when.minute // 60, when.minute % 60), tzinfo=zone)
        if moment > at:
            return moment
    raise AssertionError("every week and every month has such a day")


def _days(when: When, today: date) -> Iterable[date]:
    if not when.day:
        following = (today + timedelta(days=more) for more in range(-1, 9))
        yield from (day for day in following if day.weekday() in when.days)
        return
    for more in range(3):
        years, month = divmod(today.month - 1 + more, 12)
        first = date(today.year + years, month + 1, 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        yield first.replace(day=min(when.day, last.day))


def next_times(when: When, now: datetime, count: int = 3) -> list[datetime]:
    """The next moments, local like `now`; fewer where there are no more."""
    assert now.tzinfo is not None
    found: list[datetime] = []
    at: datetime | None = now
    while len(found) < count and (at := next_after(when, at, now.tzinfo)):
        found.append(at.astimezone(now.tzinfo))
    return found


def say_day(day: date, today: date) -> str:
    """`今天`, `明天`, `11 月 25 日`, with the year when it is another one."""
    if day in (today, today + timedelta(days=1)):
        return "今天" if day == today else "明天"
    year = f"{day.year} 年 " if day.year != today.year else ""
    return f"{year}{day.month} 月 {day.day} 日"


def say_moment(at: datetime, now: datetime) -> str:
    """`明天 09:00`, in the zone of `now`."""
    there = at.astimezone(now.tzinfo)
    return f"{say_day(there.date(), now.date())} {there:%H:%M}"


def say_when(when: When, now: datetime) -> str:
    """`每周三 20:00`; what `parse_when` reads back, as long as it is not over."""
    if when.at:
        return say_moment(datetime.fromisoformat(when.at), now)
    if when.day:
        return f"每月 {when.day} 号 {when.minute // 60:02d}:{when.minute % 60:02d}"
    span = WeeklySpan(frozenset(when.days), when.minute, when.minute + 1, when.workdays)
    return span.describe().rpartition("-")[0]


@dataclass(frozen=True)
class Turn:
    """What is to be done when a timer is due: whether to say it, how many are missed, when it is due again."""

    say: bool
    missed: int
    following: datetime | None


def turn(
    when: When,
    due: datetime,
    now: datetime,
    late: timedelta,
    urgent: bool,
    held: Callable[[datetime], datetime],
) -> Turn:
    """Say one of what came due from `due` to `now`, the last, unless that is later than `late`; the others are missed.

    `held` tells until when quiet hours hold what is due at a moment.
    """
    assert now.tzinfo is not None
    last, count = due, 1
    while count < MOST_MISSED:
        following = next_after(when, last, now.tzinfo)
        if following is None or held(following) > now:
            break
        last, count = following, count + 1
    say = urgent or now - held(last) <= late
    return Turn(say, count - say, next_after(when, last, now.tzinfo))


# — which groups ———————————————————————————————————————————————————————————————————————————


@dataclass(frozen=True)
class Place:
    """A group that may be chosen."""

    id: int
    name: str
    labels: frozenset[str] = frozenset()


MARKS = {"到": "to", "除": "without", "除了": "without", "于": "at"}


def split_marks(text: str) -> tuple[str, dict[str, str]]:
    """Take `到 …`, `除 …`, `于 …` from the end of a text, each at most once, as words of their own; what is left, and them."""
    words = list(re.finditer(r"\S+", text))
    places = [n for n, word in enumerate(words) if word[0] in MARKS]
    for first, start in enumerate(places):
        chosen = places[first:]
        kinds = [MARKS[words[n][0]] for n in chosen]
        ends = [*(words[n].start() for n in chosen[1:]), len(text)]
        said = [text[words[n].end() : end].strip() for n, end in zip(chosen, ends, strict=True)]
        if len(set(kinds)) == len(kinds) and all(said):
            return text[: words[start].start()].rstrip(), dict(zip(kinds, said, strict=True))
    return text.strip(), {}


def choose(written: str, places: Sequence[Place], here: int) -> set[int]:
    """The groups that are named: by number, by name or a part of it, `类:地方群`, `本群`, `全部`. Raises `Misread`."""
    chosen: set[int] = set()
    for word in filter(None, re.split(r"[\s、,，;；]+", written)):
        chosen |= _meant(word, places, here)
    return chosen


def _meant(word: str, places: Sequence[Place], here: int) -> set[int]:
    if tight(word) in ("全部", "所有群", "all"):
        return {place.id for place in places}
    if tight(word) in ("本群", "这里"):
        return {here}
    if label := re.fullmatch(r"(?:类|标签)[:：](.+)", word):
        found = {place.id for place in places if fold(label[1]) in place.labels}
        if not found:
            known = sorted({one for place in places for one in place.labels})
            told = f"现在有 {'、'.join(known[:NAMES_SHOWN])}" if known else "先用 /群标签 添加"
            raise misread(label[1], f"这个标签没有群，{told}")
        return found
    if word.isdecimal() and len(word) >= 5:
        if (number := int(word)) not in {place.id for place in places}:
            raise misread(word, "不在能广播的群里，请看看群号")
        return {number}
    folded = fold(word)
    same = [place for place in places if fold(place.name) == folded]
    near = same or [place for place in places if folded and folded in fold(place.name)]
    if not near:
        if labelled := {place.id for place in places if folded in place.labels}:
            return labelled
        raise misread(word, "这个群没有，请写群号、群名或 类:标签")
    if len(near) > 1:
        raise Misread(SEVERAL.format(word=clip(visible(word), 8), names=names_of([p.name for p in near], 2)))
    return {near[0].id}


def names_of(names: Collection[str], most: int = NAMES_SHOWN) -> str:
    """`甲、乙 等 9 个`."""
    shown = "、".join(clip(visible(name), 12) for name in list(names)[:most])
    return f"{shown} 等 {len(names)} 个" if len(names) > most else shown


# — how far apart ——————————————————————————————————————————————————————————————————————————


def offsets(count: int, random: Random) -> list[timedelta]:
    """How long after the first each group is sent to."""
    low, high = CLOSE if count <= FEW else APART
    found, at = [timedelta()] if count else [], 0.0
    for _ in range(count - 1):
        at += random.uniform(low, high)
        found.append(timedelta(seconds=at))
    return found


def lasts(count: int) -> timedelta:
    """How long sending to so many takes, about."""
    low, high = CLOSE if count <= FEW else APART
    return timedelta(seconds=max(count - 1, 0) * (low + high) / 2)


def say_lasts(count: int) -> str:
    """`约 9 分钟`."""
    seconds = lasts(count).total_seconds()
    return f"约 {-(-seconds // 60):.0f} 分钟" if seconds > 60 else "一分钟以内"
