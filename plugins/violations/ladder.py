"""The ladder: which measure follows which, and where on it somebody stands. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise

from lizheng.grammar import Misread
from lizheng.parts.measures import KICK, MOST_RUNGS, WARN, Measure, parse_measure
from lizheng.text import clip

MOST_OF_ONE = 10
EXAMPLE = "警告×1 → 禁言10分 → 禁言1天 → 踢"
_ARROWS = re.compile(r"\s*(?:→|➡️?|⇒|=>|->|-->|＞|>|，|,|、|；|;|\n)\s*")
_TIMES = re.compile(r"(?P<what>.+?)\s*[×xX✕＊*]\s*(?P<count>[0-9]{1,6})\s*次?")


@dataclass(frozen=True)
class Ladder:
    """The rungs from the bottom up, at least one. Rungs are counted from 1; 0 is the ground."""

    rungs: tuple[Measure, ...]

    def __str__(self) -> str:
        parts = []
        for measure, same in groupby(self.rungs):
            count = len(list(same))
            parts.append(measure.written + (f"×{count}" if count > 1 or measure == WARN else ""))
        return " → ".join(parts)

    def climb(self, rung: int, entry: int = 0) -> int:
        """The rung after one case more: one up, at least `entry`, never beyond the top."""
        return min(max(rung + 1, entry), len(self.rungs))

    def stand(self, entries: Iterable[int]) -> int:
        """The rung after these cases, oldest first, each with its entry rung."""
        rung = 0
        for entry in entries:
            rung = self.climb(rung, entry)
        return rung

    def at(self, rung: int) -> Measure:
        return self.rungs[rung - 1]


def parse_ladder(text: str) -> Ladder:
    """Read `警告×1 → 禁言10分 → 踢`. Raises `Misread` with what makes no sense about it."""
    parts = [part for part in _ARROWS.split(text.strip()) if part]
    if not parts:
        raise Misread(f"阶梯是空的，请写成 {EXAMPLE}。")
    rungs: list[Measure] = []
    for part in parts:
        times = _TIMES.fullmatch(part)
        count = int(times["count"]) if times else 1
        measure = parse_measure(times["what"] if times else part)
        if measure is None:
            raise Misread(f"「{clip(part, 12)}」看不懂：阶梯里只能有 警告、禁言加时长、踢。")
        if not 1 <= count <= MOST_OF_ONE:
            raise Misread(f"「{clip(part, 12)}」：同一步要重复 1 到 {MOST_OF_ONE} 次。")
        rungs += [measure] * count
    _refuse_nonsense(rungs)
    return Ladder(tuple(rungs))


def _refuse_nonsense(rungs: list[Measure]) -> None:
    if len(rungs) > MOST_RUNGS:
        raise Misread(f"阶梯最多 {MOST_RUNGS} 级，你写了 {len(rungs)} 级。")
    if KICK in rungs[:-1]:
        raise Misread("踢只能是最后一步：踢了之后人已经不在了。")
    for lower, upper in pairwise(rungs):
        if upper.weight < lower.weight:
            raise Misread(f"「{upper.written}」比它前面的「{lower.written}」还轻，要一步不比一步轻。")
