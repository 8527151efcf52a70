"""What an event is read from, who sits, who is next, and in which order lots fall. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from lizheng.grammar import (
    Misread,
    parse_date,
    parse_duration,
    parse_int,
    parse_money,
    parse_time_of_day,
    plain,
    say_duration,
    tight,
)
from lizheng.text import is_blank, visible

LONGEST_TITLE, LONGEST_PLACE, LONGEST_NOTE, LONGEST_WORD = 30, 30, 60, 30
MOST_SEATS, MOST_GUESTS, MOST_WINNERS = 2000, 10, 100
FURTHEST = timedelta(days=150)
"""So that whatever is kept of it for 180 days is there when it takes place."""
WITHOUT_A_TIME = timedelta(days=7)
"""How long one may sign up for what has no time."""
DOORS_OPEN, DOORS_CLOSE = timedelta(hours=2), timedelta(hours=12)
"""Before and after the start."""
RUSH = timedelta(hours=2)
"""Before the start a seat that gets free is whose is first, as nobody can be asked any more."""
GRACE = timedelta(seconds=5)
START_HOUR, END_OF_DAY = time(9), time(23, 59)


@dataclass
class Wanted:
    """An event as somebody wrote it. `seats` 0 is no limit, `waiting` None as many as like; money in fen.

    `guessed` names in Chinese what nobody wrote.
    """

    title: str = ""
    seats: int = 0
    starts_at: datetime | None = None
    closes_at: datetime | None = None
    waiting: int | None = None
    price: int = 0
    guests: int = 0
    place: str = ""
    who: str = ""
    guessed: list[str] = field(default_factory=list[str])


_KEYWORDS = ("截止", "候补", "费用", "每人带", "地点", "条件")
_KEYWORD = re.compile(rf"({'|'.join(_KEYWORDS)})[:：]?(.*)")
_SEATS = re.compile(r"限?([0-9]{1,9}|[零一二两三四五六七八九十百千]+)[人位名]")


def read_event(text: str, now: datetime, before: timedelta) -> Wanted:
    """Read what follows 发起, in any order; `before` the start it closes, where nobody says when. Raises `Misread`."""
    wanted, title = Wanted(), list[str]()
    words = [word for word in text.split() if not is_blank(word)]
    at = 0
    while at < len(words):
        word = words[at]
        if match := _KEYWORD.fullmatch(plain(word)):
            at = _keyword(wanted, match[1], words, at, now)
        elif match := _SEATS.fullmatch(tight(word)):
            if wanted.seats:
                raise Misread("人数写了两次。")
            wanted.seats = parse_int(match[1], 1, MOST_SEATS)
            at += 1
        elif len(words) > 1 and (found := read_moment(words[at:], now, START_HOUR)):
            moment, used, guess = found
            if wanted.starts_at is not None:
                raise Misread("开始的时间写了两次，截止前面要写「截止」。")
            wanted.starts_at = moment
            wanted.guessed += [f"{guess}开始"] if guess else []
            at += used
        else:
            title.append(word)
            at += 1
    wanted.title = visible(" ".join(title))
    return checked(wanted, now, before)


def checked(wanted: Wanted, now: datetime, before: timedelta) -> Wanted:
    """Fill in when it closes, and refuse what cannot be. Raises `Misread`."""
    if is_blank(wanted.title):
        raise Misread("还没写叫什么，例如 周末爬山。")
    _within(wanted.title, LONGEST_TITLE, "标题")
    _within(wanted.place, LONGEST_PLACE, "地点")
    start = wanted.starts_at
    if start is not None and start <= now:
        raise Misread(f"开始的时间 {say_moment(start)} 已经过了。")
    if wanted.closes_at is None:
        end = now + WITHOUT_A_TIME if start is None else max(start - before, now + (start - now) / 2)
        wanted.closes_at = end.replace(second=0, microsecond=0) if end - now > timedelta(minutes=2) else end
    if wanted.closes_at <= now:
        raise Misread(f"截止的时间 {say_moment(wanted.closes_at)} 已经过了。")
    if start is not None and wanted.closes_at > start:
        raise Misread("截止要在开始以前。")
    if (start or wanted.closes_at) - now > FURTHEST:
        raise Misread(f"太远了，最多提前 {FURTHEST.days} 天。")
    return wanted


def _within(text: str, most: int, what: str) -> None:
    if len(text) > most:
        raise Misread(f"{what}太长了，最多 {most} 个字，现在是 {len(text)} 个。")


def _keyword(wanted: Wanted, name: str, words: Sequence[str], at: int, now: datetime) -> int:
    """Read what a keyword introduces, glued to it or not; the place of the word after that."""
    glued = words[at][len(name) :].lstrip(":：")
    rest = [*([glued] if glued else []), *words[at + 1 :]]
    offset = 0 if glued else 1
    if name == "截止":
        found = read_moment(rest, now, END_OF_DAY)
        if found is None:
            raise Misread("「截止」后面要写什么时候，例如 截止 明天20:00。")
        wanted.closes_at, used, guess = found
        wanted.guessed += [f"{guess}截止"] if guess else []
        return at + offset + used
    if not rest:
        raise Misread(f"「{name}」后面要写内容。")
    if name in ("地点", "条件"):
        taken: list[str] = []
        for word in rest:
            if taken and (_KEYWORD.fullmatch(plain(word)) or _SEATS.fullmatch(tight(word))):
                break
            taken.append(word)
            if name == "地点":
                break
        if name == "地点":
            wanted.place = visible(" ".join(taken))
        else:
            wanted.who = " ".join(taken)
        return at + offset + len(taken)
    value = tight(rest[0])
    if name == "候补":
        wanted.waiting = (
            0 if value in ("无", "没有", "不要") else parse_int(value.rstrip("人位名"), 0, MOST_SEATS)
        )
    elif name == "费用":
        wanted.price = 0 if value in ("0", "0元", "免费", "无") else parse_money(value)
    else:
        wanted.guests = parse_int(value.rstrip("人位名个"), 0, MOST_GUESTS)
    return at + offset + 1


def read_moment(words: Sequence[str], now: datetime, hour: time) -> tuple[datetime, int, str] | None:
    """The moment that the first one to three words say, how many these are, and what of it was guessed.

    A day alone is meant at `hour`, an hour alone as the next one. None where they say none.
    """
    for count in range(min(3, len(words)), 0, -1):
        written = [tight(word) for word in words[:count]]
        whole = "".join(written)
        if count == 1:
            # 12-118:30 may be two things, and is none.
            cuts = [
                at
                for at in range(len(whole), -1, -1)
                if not whole[max(at - 1, 0) : at + 1].isdigit() or at in (0, len(whole))
            ]
        else:
            cuts = [len("".join(written[:kept])) for kept in range(count, -1, -1)]
        if found := _moment(whole, cuts, now, hour):
            return found[0], count, found[1]
    return None


def _moment(written: str, cuts: Iterable[int], now: datetime, hour: time) -> tuple[datetime, str] | None:
    if match := re.fullmatch(r"(.+)(?:后|以后|之后)", written):
        try:
            return (now + parse_duration(match[1])).replace(second=0, microsecond=0), ""
        except Misread:
            return None
    for cut in cuts:
        day, clock = written[:cut], written[cut:]
        try:
            date = parse_date(day, now) if day else now.date()
            at = parse_time_of_day(clock) if clock else hour
        except Misread:
            continue
        found = datetime.combine(date, at, now.tzinfo)
        if not day and found <= now:
            return found + timedelta(days=1), "明天"
        return found, "" if clock else f"{hour:%H:%M} "
    return None


def say_day(at: datetime) -> str:
    """`11 月 22 日（周日）`."""
    return f"{at.month} 月 {at.day} 日（周{'一二三四五六日'[at.weekday()]}）"


def say_moment(at: datetime) -> str:
    """`11 月 22 日（周日）09:00`; the moment is local."""
    return f"{say_day(at)}{at:%H:%M}"


def say_near(at: datetime, now: datetime) -> str:
    """`今天 20:00`, `明天 20:00`, else with the date; both are local."""
    days = (at.date() - now.date()).days
    return f"{('今天', '明天', '后天')[days]} {at:%H:%M}" if 0 <= days <= 2 else say_moment(at)


def read_leads(text: str) -> list[timedelta]:
    """How long before the start to remind: `1天,2小时`; 无 for never. Raises `Misread`."""
    if tight(text) in ("", "无", "关", "不提醒"):
        return []
    found = {parse_duration(part) for part in re.split(r"[,，、;；]", text) if part.strip()}
    if len(found) > 3 or any(one > timedelta(days=30) for one in found):
        raise Misread("最多写 3 个，每个最长 30 天，例如 1天,2小时。")
    return sorted(found, reverse=True)


def write_leads(leads: Iterable[timedelta]) -> str:
    return ",".join(say_duration(one).replace(" ", "") for one in leads)


def lead_due(starts_at: datetime, leads: Iterable[timedelta], done: int, now: datetime) -> int:
    """The shortest of the leads (in seconds) that has been reached and not been told; 0 for none. Never after the start.

    `done` is the shortest that has been told, 0 while none has.
    """
    if now >= starts_at:
        return 0
    reached = [int(one.total_seconds()) for one in leads if starts_at - one <= now]
    due = min(reached, default=0)
    return due if due and (not done or due < done) else 0


# — who sits —————————————————————————————————————————————————————————————————————————————


@dataclass(frozen=True)
class Sitter:
    """Somebody who takes or waits for `weight` seats, in the order in which they asked."""

    user_id: int
    weight: int
    waits: bool


def next_up(seats: int, sitters: Sequence[Sitter]) -> list[int]:
    """Who moves up from the waiting list: the first in order that fit into what is free. `seats` 0 is no limit.

    One who comes with more guests than there is room for keeps the place, and lets others past.
    """
    free = seats - sum(one.weight for one in sitters if not one.waits)
    up: list[int] = []
    for one in sitters:
        if one.waits and (not seats or one.weight <= free):
            up.append(one.user_id)
            free -= one.weight
    return up


def was_in_time(seats: int, before: int, weight: int) -> bool:
    """Whether somebody, heard of late, had a seat when they asked: `before` were taken by those who had asked earlier."""
    return not seats or before + weight <= seats


def tables(people: Collection[int], size: int, mixed: Collection[int], seed: str) -> list[list[int]]:
    """Tables of at most `size`, as even as can be, each with its share of the `mixed`; random by the seed alone."""
    order = sorted(people, key=lambda one: _lot(seed.encode(), str(one)))
    count = -(-len(order) // size) if order else 0
    made: list[list[int]] = [[] for _ in range(count)]
    first = [one for one in order if one in mixed]
    for place, one in enumerate([*first, *(one for one in order if one not in mixed)]):
        made[place % count].append(one)
    return made


# — lots —————————————————————————————————————————————————————————————————————————————————


def commitment(secret: str) -> str:
    """SHA-256 over the secret's letters: published at the beginning, so that it cannot be another in the end."""
    return hashlib.sha256(secret.encode()).hexdigest()


def list_digest(people: Iterable[int]) -> str:
    """SHA-256 over the sorted QQ numbers, joined by line feeds."""
    return hashlib.sha256("\n".join(map(str, sorted(people))).encode()).hexdigest()


def joined_words(words: Iterable[tuple[int, str]]) -> str:
    """The words that entrants added, by QQ number, joined by line feeds."""
    return "\n".join(word for _, word in sorted(words) if word)


def draw_order(secret: str, digest: str, words: str, people: Iterable[int]) -> list[int]:
    """The order in which lots fall: by HMAC-SHA-256 with the secret over digest, words and QQ number, ascending.

    The three are joined by line feeds.
    """
    return sorted(people, key=lambda one: _lot(secret.encode(), f"{digest}\n{words}\n{one}"))


def _lot(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


@dataclass
class WantedDraw:
    """A draw as somebody wrote it."""

    prize: str = ""
    winners: int = 1
    closes_at: datetime | None = None
    who: str = ""
    organiser_too: bool = False


def read_draw(text: str, now: datetime) -> WantedDraw:
    """Read what follows 发起, in any order. Raises `Misread`."""
    wanted, prize, seen = WantedDraw(), list[str](), False
    words = [word for word in text.split() if not is_blank(word)]
    at = 0
    while at < len(words):
        written = plain(words[at])
        if match := re.fullmatch(r"(截止|谁能抽|条件)[:：]?(.*)", written):
            glued = words[at][len(match[1]) :].lstrip(":：")
            rest = [*([glued] if glued else []), *words[at + 1 :]]
            at += 0 if glued else 1
            if match[1] == "截止":
                found = read_moment(rest, now, END_OF_DAY)
                if found is None:
                    raise Misread("「截止」后面要写什么时候，例如 截止 明天20:00。")
                wanted.closes_at = found[0]
                at += found[1]
            else:
                taken = 0
                while taken < len(rest) and not re.match(r"截止|发起人", plain(rest[taken])):
                    taken += 1
                if not taken:
                    raise Misread(f"「{match[1]}」后面要写是谁，例如 H3到场。")
                wanted.who = " ".join(rest[:taken])
                at += taken
        elif (match := _SEATS.fullmatch(tight(written))) and not seen:
            wanted.winners, seen = parse_int(match[1], 1, MOST_WINNERS), True
            at += 1
        elif written == "发起人也抽":
            wanted.organiser_too = True
            at += 1
        else:
            prize.append(words[at])
            at += 1
    wanted.prize = visible(" ".join(prize))
    if is_blank(wanted.prize):
        raise Misread("还没写抽什么，例如 电影票两张。")
    _within(wanted.prize, LONGEST_TITLE, "奖品")
    wanted.closes_at = wanted.closes_at or (now + timedelta(days=1)).replace(second=0, microsecond=0)
    if wanted.closes_at <= now:
        raise Misread(f"截止的时间 {say_moment(wanted.closes_at)} 已经过了。")
    if wanted.closes_at - now > FURTHEST:
        raise Misread(f"太远了，最多提前 {FURTHEST.days} 天。")
    return wanted
