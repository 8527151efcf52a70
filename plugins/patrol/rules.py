"""Who is worth a look, by facts alone. Pure: nothing is read and nothing is done here."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta

from lizheng.grammar import Misread, parse_time_of_day, tight

CLEARABLE, WATCHED = 0.6, 0.3
JUST_BELOW = 0.59
"""What a nickname alone comes to at most."""
NICKNAME, NEVER, SILENT, LOW, BURST = 0.6, 0.3, 0.2, 0.15, 0.3
MOST_OF_A_MARK = 0.4
DEED, KNOWN, REPLIED, TIER = 0.5, 0.3, 0.2, 0.3
SEVERE = 0.6
"""Marks of others that together are enough to do without a reminder."""
FUSE = 0.3
"""The share of a group beyond which what was found is doubted."""
TOGETHER = timedelta(minutes=10)
REMINDER_AGE = timedelta(days=7)
LIST_AGE = timedelta(minutes=30)
"""How long the numbers of a list mean anything."""

NICKNAME_SAID, BURST_SAID = "名片像群发广告的", "和名片相像的人一起进的群"
DAYS = "一二三四五六日"
CRITERIA = ("名片", "沉默", "从未发言", "低等级", "重复", "有记号")


@dataclass(frozen=True)
class Bars:
    """What a group has set, in days; a `level` of 0 is not looked at."""

    silent: int = 90
    never: int = 30
    grace: int = 14
    level: int = 0
    nicknames: bool = True


@dataclass(frozen=True)
class Facts:
    """What is known of one member. None is not known: it never speaks against anybody.

    `silent` are days since the last word, `here` days since they came; `marks` are (what, weight) of other features.
    """

    user_id: int
    nickname: float = 0.0
    here: int | None = None
    silent: int | None = None
    never: bool | None = None
    level: int | None = None
    burst: bool = False
    marks: tuple[tuple[str, float], ...] = ()
    deed: bool = False
    known: bool = False
    replied: bool = False
    tier: int = 0


@dataclass(frozen=True)
class Found:
    """How much speaks against somebody, 0 to 1, and what, in Chinese; `marks` is what others know."""

    user_id: int
    score: float
    reasons: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    severe: bool = False
    kinds: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_clearable(self) -> bool:
        return self.score >= CLEARABLE

    @property
    def points(self) -> int:
        return round(self.score * 100)


def judge(facts: Facts, bars: Bars) -> Found:
    """Add up what speaks against somebody and what speaks for them."""
    against: list[tuple[str, float, str]] = []
    if bars.nicknames and facts.nickname >= 0.3:
        against.append(("名片", NICKNAME * facts.nickname, NICKNAME_SAID))
    settled = facts.here is None or facts.here >= bars.grace
    if settled and facts.never and facts.here is not None and facts.here >= bars.never:
        against.append(("从未发言", NEVER, f"进群 {facts.here} 天没说过话"))
    elif settled and not facts.never and facts.silent is not None and facts.silent >= bars.silent:
        against.append(("沉默", SILENT, f"{facts.silent} 天没说话"))
    if bars.level and facts.level is not None and facts.level < bars.level:
        against.append(("低等级", LOW, f"群等级 {facts.level}"))
    if facts.burst:
        against.append(("重复", BURST, BURST_SAID))
    marks = [(what, min(weight, MOST_OF_A_MARK)) for what, weight in facts.marks]
    for_them = DEED * facts.deed + KNOWN * facts.known + REPLIED * facts.replied + TIER * (facts.tier >= 1)
    score = sum(weight for _, weight, _ in against) + sum(weight for _, weight in marks) - for_them
    if {kind for kind, _, _ in against} == {"名片"} and not marks:
        score = min(score, JUST_BELOW)
    kinds = {kind for kind, _, _ in against} | ({"有记号"} if marks else set())
    return Found(
        facts.user_id,
        round(min(max(score, 0.0), 1.0), 2),
        tuple(said for _, _, said in against),
        tuple(what for what, _ in marks),
        sum(weight for _, weight in marks) >= SEVERE,
        frozenset(kinds),
    )


def bursts(people: Iterable[tuple[int, int, float]]) -> set[int]:
    """Name those of `(user, joined_at, nickname)` who came within ten minutes of another one with such a nickname."""
    suspects = sorted((joined, user) for user, joined, nickname in people if joined and nickname >= 0.3)
    found: set[int] = set()
    for (before, one), (after, other) in itertools.pairwise(suspects):
        if after - before <= TOGETHER.total_seconds():
            found |= {one, other}
    return found


def listed(found: Iterable[Found], criterion: str = "") -> list[Found]:
    """Sort what is to be shown: the heaviest first; by one criterion whatever the score, else from 0.3 on."""
    chosen = (
        [one for one in found if criterion in one.kinds]
        if criterion
        else [one for one in found if one.score >= WATCHED]
    )
    return sorted(chosen, key=lambda one: (-one.score, one.user_id))


def is_doubtful(found: int, group: int) -> bool:
    """Tell whether so many were found that something is wrong rather than they."""
    return found > max(2, group * FUSE)


def why_not(
    position: int, *, clearable: bool, severe: bool, reminded: timedelta | None, remind_first: bool
) -> str:
    """Say in Chinese why somebody may not be removed yet, "" when they may. `reminded` is how long ago."""
    if not clearable:
        return f"{position} 号分不够，只能提醒。"
    if severe or not remind_first:
        return ""
    if reminded is None:
        return f"{position} 号还没提醒过，先发 /巡查 提醒 {position}，7 天后再清。"
    if reminded < REMINDER_AGE:
        left = (REMINDER_AGE - reminded).days + 1
        return f"{position} 号提醒了还不到 7 天，再过 {left} 天。"
    return ""


def covered_days(days: Mapping[int, float], wanted: int) -> int:
    """Count for how many days back, yesterday first, counting went on without a gap; `days` are shares seen by age."""
    return next((age - 1 for age in range(1, wanted + 1) if days.get(age, 0.0) < 0.5), wanted)


def parse_weekly(text: str) -> tuple[int, time]:
    """Read `每周一 21:00`: the weekday from 0, and the hour. Raises `Misread`."""
    match = re.fullmatch(rf"(?:每)?(?:周|星期|礼拜)([{DAYS}天])(.+)", tight(text))
    if match is None:
        raise Misread("要写成 每周一 21:00，或者 关。")
    return DAYS.index(match[1].replace("天", "日")), parse_time_of_day(match[2])


@dataclass(frozen=True)
class Result:
    """What became of a list."""

    done: int = 0
    spoke: int = 0
    not_done: tuple[str, ...] = ()
    unknown: int = 0
    waiting: int = 0


def summed(states: Sequence[tuple[str, str]]) -> Result:
    """Sum up targets given as `(state, why)`."""
    names = [state for state, _ in states]
    return Result(
        names.count("done"),
        names.count("spoke"),
        tuple(why for state, why in states if state == "not_done"),
        names.count("unknown") + names.count("acting"),
        names.count("waiting"),
    )
