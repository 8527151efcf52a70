"""When a cycle ends, who reviews whom, and how each member ends a cycle. Pure."""

from __future__ import annotations

import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from lizheng.text import fold

REVIEWING = timedelta(hours=48)
LEAST_LEFT = timedelta(hours=24)
"""A weekday's deadline that is nearer than this is the next week's."""
MANY = 0.6
TRIES = 400
BURST, BURST_SPAN = 3, timedelta(seconds=60)
GRACE = timedelta(seconds=5)


class Outcome(StrEnum):
    """How a member ends a cycle."""

    DONE = "交了"
    LATE = "晚交"
    EXCUSED = "请假"
    MISSED = "没交"
    NO_REVIEW = "没点评"
    LEFT = "退出"


OWES = (Outcome.MISSED, Outcome.NO_REVIEW)


# — time ———————————————————————————————————————————————————————————————————————————————————


def first_due(now: datetime, days: int, weekday: int | None, minute: int, zone: tzinfo) -> datetime:
    """The first deadline: `days` from today, or the next such weekday, at `minute` of that day (1440 is its end)."""
    today = now.astimezone(zone).date()
    if weekday is None:
        return _at(datetime.combine(today + timedelta(days=days), time(), zone), minute)
    ahead = today + timedelta(days=(weekday - today.weekday()) % 7)
    due = _at(datetime.combine(ahead, time(), zone), minute)
    return due if due - now >= LEAST_LEFT else due + timedelta(days=7)


def _at(midnight: datetime, minute: int) -> datetime:
    return midnight + timedelta(minutes=minute)


def next_due(due: datetime, days: int, now: datetime) -> datetime:
    """The deadline that follows one, and lies ahead of now: cycles that nobody could have kept are not made up for."""
    step = timedelta(days=days)
    missed = max(0, (now - due) // step)
    return due + step * (missed + 1)


def moved_by(paused: datetime, now: datetime, ends: Iterable[datetime]) -> timedelta:
    """By how much deadlines move after a pause: whole days, so that they keep their hour; nothing after a short one."""
    away = now - paused
    if away < timedelta(hours=1) and not any(paused <= end <= now for end in ends):
        return timedelta()
    return timedelta(days=-(-away // timedelta(days=1)))


def counts_now(opens: datetime, due: datetime, joined: datetime) -> bool:
    """Whether who joins in a cycle is in it: until half of it is over."""
    return joined - opens <= (due - opens) / 2


# — pieces —————————————————————————————————————————————————————————————————————————————————

_LINK = re.compile(r"https?://[^\s<>\"'，。；！？、（）]{3,300}", re.IGNORECASE)


def link_in(text: str) -> str:
    """The first link of a text, "" without one."""
    found = _LINK.search(text)
    return found[0].rstrip(".,;)") if found else ""


def digest(text: str) -> str:
    """What tells a piece from others: its link without scheme, www, mark and query words; else its folded text."""
    if link := link_in(text):
        bare = re.sub(r"^https?://(?:www\.)?", "", link, flags=re.IGNORECASE)
        bare, _, query = bare.partition("#")[0].partition("?")
        kept = sorted(
            part for part in query.split("&") if part and not part.startswith(("utm_", "from", "share"))
        )
        host, slash, path = bare.partition("/")
        text = host.lower() + slash + path.rstrip("/") + "?" + "&".join(kept)
    else:
        text = fold(text)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def length_of(text: str) -> int:
    """Characters that say something."""
    return sum(not char.isspace() for char in text)


def in_a_burst(times: Sequence[datetime]) -> bool:
    """Whether so many of these were made within a minute that nobody can have read what they are about."""
    ordered = sorted(times)
    return any(last - first <= BURST_SPAN for first, last in zip(ordered, ordered[BURST - 1 :], strict=False))


# — who reviews whom ———————————————————————————————————————————————————————————————————————

Pair = tuple[int, int]
"""Who reviews, and whose piece."""


def deal(
    authors: Collection[int],
    each: int,
    seed: str,
    avoid: Collection[Pair] = (),
    never: Collection[Pair] = (),
) -> dict[int, list[int]]:
    """Deal a ring: every author gives and gets exactly `each` reviews, or as many as there are others.

    Pairs to `avoid` are avoided where that can be had, those of `never` before them.
    """
    ring = sorted(set(authors))
    each = min(each, len(ring) - 1)
    if each < 1:
        return {author: [] for author in ring}
    chance = random.Random(seed)
    costs = dict.fromkeys(avoid, 1) | {pair: len(ring) * each + 1 for pair in never}
    chance.shuffle(ring)
    least = _cost(ring, each, costs)
    for _ in range(TRIES if least else 0):
        one, other = chance.sample(range(len(ring)), 2)
        ring[one], ring[other] = ring[other], ring[one]
        if (cost := _cost(ring, each, costs)) > least:
            ring[one], ring[other] = ring[other], ring[one]
            continue
        least = cost
        if not least:
            break
    dealt: dict[int, list[int]] = {author: [] for author in sorted(ring)}
    for reviewer, author in _pairs(ring, each):
        dealt[reviewer].append(author)
    return dealt


def _cost(ring: Sequence[int], each: int, costs: Mapping[Pair, int]) -> int:
    return sum(costs.get(pair, 0) for pair in _pairs(ring, each))


def _pairs(ring: Sequence[int], each: int) -> Iterable[Pair]:
    for place, reviewer in enumerate(ring):
        for step in range(1, each + 1):
            yield reviewer, ring[(place + step) % len(ring)]


def mutual_always(history: Sequence[Collection[Pair]]) -> set[Pair]:
    """Pairs that reviewed each other in each of the last three cycles; there must be three."""
    if len(history) < 3:
        return set()
    sets = [set(pairs) for pairs in history[-3:]]
    return {(a, b) for a, b in set.intersection(*sets) if all((b, a) in pairs for pairs in sets)}


def deal_again(gone: int, duties: Iterable[Pair], authors: Collection[int]) -> list[Pair]:
    """Give those who were to review `gone` the piece that has the fewest reviewers, where there is one left for them."""
    load = dict.fromkeys(sorted(set(authors) - {gone}), 0)
    has: dict[int, set[int]] = defaultdict(set)
    for reviewer, author in duties:
        has[reviewer].add(author)
        if author in load:
            load[author] += 1
    dealt: list[Pair] = []
    for reviewer in sorted(person for person, whom in has.items() if gone in whom and person != gone):
        free = [author for author in load if author != reviewer and author not in has[reviewer]]
        if free:
            chosen = min(free, key=lambda author: (load[author], author))
            load[chosen] += 1
            dealt.append((reviewer, chosen))
    return dealt


@dataclass(frozen=True)
class Given:
    """One review that counts at all: whose piece, and whether it came before duties were dealt."""

    author_id: int
    early: bool


def credit(given: Iterable[Given], duties: Collection[int], owed: int) -> int:
    """How many of the owed reviews are done. Once duties are dealt, one at least must be of these."""
    given = list(given)
    early = sum(one.early for one in given)
    of_duties = sum(not one.early and one.author_id in duties for one in given)
    others = sum(not one.early and one.author_id not in duties for one in given)
    return min(owed, early + of_duties + min(others, max(0, owed - 1)))


# — judging ————————————————————————————————————————————————————————————————————————————————


@dataclass(frozen=True)
class Doing:
    """What a member did in a cycle. `piece_at` None is no piece; `credit` of `owed` reviews."""

    user_id: int
    piece_at: datetime | None = None
    excused: bool = False
    left: bool = False
    owed: int = 0
    credit: int = 0


def judge(doing: Doing, due: datetime, buffer: timedelta) -> Outcome:
    """How one member ends: who misses the piece owes that alone, and no review."""
    if doing.piece_at is not None and doing.piece_at <= due + max(buffer, GRACE):
        if doing.credit < doing.owed and not doing.excused and not doing.left:
            return Outcome.NO_REVIEW
        return Outcome.LATE if doing.piece_at > due + GRACE else Outcome.DONE
    if doing.left:
        return Outcome.LEFT
    return Outcome.EXCUSED if doing.excused else Outcome.MISSED


def too_many_missing(outcomes: Mapping[int, Outcome]) -> bool:
    """Whether so many missed it that something else than laziness is the reason."""
    bound = [outcome for outcome in outcomes.values() if outcome not in (Outcome.EXCUSED, Outcome.LEFT)]
    return len(bound) > 2 and sum(outcome is Outcome.MISSED for outcome in bound) > MANY * len(bound)


def is_out(history: Sequence[Outcome], extra: int, times: int, how: str) -> bool:
    """Whether a member's cycles, oldest first, put them off the roster; `extra` misses are fines left unpaid."""
    if how == "不" or not times:
        return False
    if how == "累计":
        return sum(outcome in OWES for outcome in history) + extra >= times
    row = 0
    for outcome in reversed(history):
        if outcome is Outcome.EXCUSED:
            continue
        if outcome not in OWES:
            break
        row += 1
    return row + extra >= times
