"""How a pasted claim order is read, and what it says about somebody. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lizheng.text import fold, visible

TOP = 3
LEAST_PARTS, MOST_PARTS = 4, 100
LIKELY, PERHAPS = 0.9, 0.6
"""How unlikely chance has to be: three of three in packets of ten come to 0.973, two of three to 0.784."""
TALKS, SPARED = 5, 0.4
"""Long messages a week from which somebody is rather a member who is awake, and what then is left of the evidence."""
DAY = 86_400

_RANK = re.compile(r"^\s*第?\d{1,3}(?:[.、)）．:：]|名)(?!\d)\s*")
_QQ = re.compile(r"[@＠]?([1-9]\d{4,10})")
_SECONDS = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)(?:秒|s)", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：](\d{2}(?:\.\d{1,3})?))?")
_MONEY = re.compile(r"[¥￥]?\d+(?:\.\d{1,2})?元?")
_APART = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True)
class Entry:
    """One claim as it was pasted: a name, or a QQ number, and the seconds since the first claim or a clock's."""

    name: str
    user_id: int = 0
    seconds: float | None = None
    is_clock: bool = False


def parse_order(text: str) -> list[Entry]:
    """Read who claimed in which order: one a line, or all on one line; times and amounts may follow a name."""
    lines = [line for line in text.splitlines() if line.strip()]
    found: list[Entry] = []
    for line in lines:
        found += _entries(_RANK.sub("", line), by_word=len(lines) == 1)
    return _since_first(found)


def _entries(line: str, *, by_word: bool) -> list[Entry]:
    words = [word for word in _APART.split(line) if word]
    by_word = by_word or all(_QQ.fullmatch(word) for word in words)
    entries: list[Entry] = []
    for n, word in enumerate(words):
        measured = _measure(word) if n else None
        if measured is not None and entries:
            if measured[0] is not None:
                entries[-1] = Entry(entries[-1].name, entries[-1].user_id, *measured)
        elif entries and not by_word:
            entries[-1] = Entry(f"{entries[-1].name} {word}")
        else:
            number = _QQ.fullmatch(word)
            entries.append(Entry(word.lstrip("@＠"), int(number[1]) if number else 0))
    return entries


def _measure(word: str) -> tuple[float | None, bool] | None:
    """Read a time or, as (None, False), an amount; None for anything else."""
    if seconds := _SECONDS.fullmatch(word):
        return float(seconds[1]), False
    if clock := _CLOCK.fullmatch(word):
        if clock[3] is None:
            return None, False
        return int(clock[1]) * 3600 + int(clock[2]) * 60 + float(clock[3]), True
    is_money = _MONEY.fullmatch(word) and not _QQ.fullmatch(word)
    return (None, False) if is_money else None


def _since_first(entries: list[Entry]) -> list[Entry]:
    """Count clock times from the first one, over midnight too."""
    start = next((one.seconds for one in entries if one.is_clock), None)
    if start is None:
        return entries
    return [
        Entry(one.name, one.user_id, round(((one.seconds or 0) - start) % DAY, 3)) if one.is_clock else one
        for one in entries
    ]


def resolve(entry: Entry, names: Mapping[str, Sequence[int]]) -> Sequence[int]:
    """Find who may be meant: one is certain, several are alike, none is unknown. A number stands for itself."""
    return (entry.user_id,) if entry.user_id else names.get(fold(visible(entry.name)), ())


def is_pasted_again(
    order: Sequence[tuple[int, float | None]], last: Sequence[tuple[int, float | None]], minutes: float
) -> bool:
    """Tell whether this is the last round once more: the very same times, or the same people within half an hour."""
    if [who for who, _ in order] != [who for who, _ in last]:
        return False
    timed = any(seconds is not None for _, seconds in order)
    return list(order) == list(last) if timed else minutes < 30


@dataclass(frozen=True)
class Round:
    """A round that was counted: how many parts the packet had, and who claimed, the first first."""

    parts: int
    order: Sequence[int]

    @property
    def claimants(self) -> int:
        """How many claimed; who names the first three alone means that all parts went."""
        return len(self.order) if len(self.order) > TOP else max(self.parts, len(self.order))

    def is_top(self, user_id: int) -> bool:
        return user_id in self.order[:TOP]


@dataclass(frozen=True)
class Score:
    """What the rounds say of one person, from 0 to 1: `tops` of `rounds` among the first three."""

    value: float
    tops: int
    rounds: int

    @property
    def verdict(self) -> str:
        return "像" if self.value >= LIKELY else "有点像" if self.value >= PERHAPS else "看不出"


def score(user_id: int, rounds: Collection[Round], *, is_spared: bool) -> Score:
    """Weigh how often somebody was among the first three against what chance gives among those who claim."""
    tops = sum(one.is_top(user_id) for one in rounds)
    evidence = 1 - by_chance(tops, [min(1.0, TOP / max(one.claimants, 1)) for one in rounds])
    return Score(round(evidence * (SPARED if is_spared else 1), 3), tops, len(rounds))


def by_chance(tops: int, chances: Sequence[float]) -> float:
    """Say how probable it is to be at the top so often or more, with these chances one by one."""
    exactly = [1.0]
    for chance in chances:
        exactly = [
            (exactly[n] * (1 - chance) if n < len(exactly) else 0.0) + (exactly[n - 1] * chance if n else 0.0)
            for n in range(len(exactly) + 1)
        ]
    return min(1.0, sum(exactly[tops:]))


def long_a_week(last_week: int, last_month: int) -> float:
    """How many long messages somebody writes a week, by the last 7 or 30 days, whichever is more."""
    return max(last_week, last_month * 7 / 30)
