"""How much a report weighs, which of them count as one, and when those who decide are told. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Literal

from lizheng.grammar import Misread, tight
from lizheng.parts.measures import KICK, Measure, parse_measure

LEAST, MOST, NEWCOMER = 0.5, 2.0, 0.25
PRIOR = 2
"""Reports upheld and denied that everybody begins with, so that a first one decides little."""
NEW_DAYS, SETTLED_DAYS = 3, 90
TELLING = 2.0
"""Weight from which those who decide are told at once."""
PROPOSING = 3
"""Independent reporters of private pestering from which removal is proposed."""
BURST = timedelta(minutes=10)
"""Who came into the group within this time of each other may be one person's accounts."""

KINDS = ("加我好友发广告", "拉我进群", "骗人", "骚扰")
"""What somebody may do in private, by the number a reporter answers with."""
BAR = "拉黑"
MALICIOUS, UNFOUNDED = "恶意", "没成立"

Telling = Literal["now", "later", "no"]


@dataclass(frozen=True)
class Heard:
    """One voice as it counts: its weight, and the circle of those who came together with its author."""

    weight: float
    circle: int


@dataclass(frozen=True)
class Consequence:
    """What an admin wants to follow: None leaves it to the ladder, or to nothing; `bars` also from coming back."""

    measure: Measure | None = None
    bars: bool = False

    @property
    def said(self) -> str:
        return "移出并拉黑" if self.bars else self.measure.said if self.measure else "成立"


def weight(days_here: int, upheld: int, denied: int, malicious: int, *, trusted: bool = False) -> float:
    """Weigh a reporter from 0.5 to 2 by what became of earlier reports and by time here; 0.25 for newcomers.

    Reports that were meant to harm count three times as denied ones; a `trusted` one is a deputy or admin.
    """
    if days_here < NEW_DAYS and not trusted:
        return NEWCOMER
    share = (upheld + PRIOR) / (upheld + denied + 3 * malicious + 2 * PRIOR)
    known = 1.0 if trusted or days_here >= SETTLED_DAYS else 0.8
    found = 2 * share * known * (1.5 if trusted else 1.0)
    return round(min(max(found, LEAST), MOST), 2)


def arrival(joined_at: int, founded_at: int) -> int:
    """Say when somebody came, 0 for who was there from the beginning: at the founding everybody comes at once."""
    return 0 if joined_at <= founded_at + BURST.total_seconds() else joined_at


def circle_of(joined_at: int, others: Sequence[tuple[int, int]]) -> int:
    """Say with whom a reporter counts as one: the circle of an earlier one who came at the same time, else a new one.

    `others` are `(joined_at, circle)`; times are epoch seconds, 0 unknown, which is near to nobody.
    """
    for theirs, circle in others:
        if joined_at and theirs and abs(joined_at - theirs) <= BURST.total_seconds():
            return circle
    return max((circle for _, circle in others), default=0) + 1


def independent(voices: Sequence[Heard]) -> int:
    return len({voice.circle for voice in voices})


def total(voices: Sequence[Heard]) -> float:
    """Add up the weights, of those who came together only the heaviest."""
    heaviest: dict[int, float] = {}
    for voice in voices:
        heaviest[voice.circle] = max(heaviest.get(voice.circle, 0.0), voice.weight)
    return sum(heaviest.values())


def telling(kind: str, voices: Sequence[Heard], threshold: int, *, risky: bool) -> Telling:
    """Say when those who decide are told of a case."""
    if kind == "private":
        heavy = any(voice.weight >= TELLING for voice in voices)
        # Newcomers alone never make it, however many they are.
        enough = independent([v for v in voices if v.weight > NEWCOMER]) >= threshold
        return "now" if heavy or enough or risky else "no"
    return "now" if risky or total(voices) >= TELLING else "later"


def proposes(kind: str, voices: Sequence[Heard]) -> bool:
    """Tell whether removal is put before the admins; whatever the number, nothing happens by itself."""
    return kind == "private" and independent([v for v in voices if v.weight > NEWCOMER]) >= PROPOSING


def is_risky(text: str, words: str) -> bool:
    """Tell whether one of the words an admin listed stands in a report."""
    said = tight(text)
    return any(
        word in said for word in map(tight, words.replace(",", "、").replace("，", "、").split("、")) if word
    )


def private_words(said: str) -> str:
    """Read what somebody did in private: a number of `KINDS`, or the words themselves."""
    bare = tight(said)
    return KINDS[int(bare) - 1] if bare in {"1", "2", "3", "4"} else said


def parse_consequence(words: str) -> Consequence:
    """Read what follows `/通过 n`. Raises `Misread`."""
    written = tight(words)
    if not written:
        return Consequence()
    if written in (BAR, "踢拉黑", "踢并拉黑", "移出并拉黑"):
        return Consequence(KICK, bars=True)
    if (measure := parse_measure(words)) is None:
        raise Misread("后面可以跟：警告、禁言1天、踢、拉黑。")
    return Consequence(measure)


def parse_denial(words: str) -> bool:
    """Read what follows `/拒绝 n`: whether it was meant to harm. Raises `Misread`."""
    written = tight(words)
    if written not in ("", UNFOUNDED, MALICIOUS):
        raise Misread("后面可以跟：没成立、恶意。")
    return written == MALICIOUS


@dataclass(frozen=True)
class Sum:
    """Reports of a time: how many were taken, upheld and denied, and the median hours until a decision."""

    taken: int
    upheld: int
    denied: int
    hours: float


def summed(rows: Sequence[tuple[str, datetime, datetime | None]]) -> Sum:
    """Count cases, given as `(state, opened, ended)`."""
    decided = [
        (end - start).total_seconds() / 3600
        for state, start, end in rows
        if end and state in ("upheld", "denied")
    ]
    states = [state for state, _, _ in rows]
    return Sum(
        len(rows),
        states.count("upheld"),
        states.count("denied"),
        round(median(decided), 1) if decided else 0.0,
    )
