"""What one group taught: a small model on top of the shipped one, with undo."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from .features import Features
from .model import Model

LIMIT = 400
_SKETCH, _ALIKE = 16, 11
_MIX, _MIX_PRIME = 0x9E3779B97F4A7C15, (1 << 61) - 1
# how far past the line a lesson pushes its own message, how strong one may be, how widely it carries over
_AIM, _STRONGEST, _REACH = 2.0, 6.0, 3.0
# grams a message lacks to speak with full voice, so that two common words cannot stand for a lesson
_QUIET = 1500.0**2


@dataclass(frozen=True, slots=True)
class Taught:
    """One taught message: `strength` is signed (ads positive), `units` its unit-length gram vector."""

    digest: str
    is_ad: bool
    strength: float
    sketch: tuple[int, ...]
    units: dict[int, float]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the group's lessons add to the margin; `match` says a taught message is nearly the same (True: an ad)."""

    margin: float = 0.0
    match: bool | None = None


def units(features: Features, model: Model) -> dict[int, float]:
    """Gram -> weight, of length 1 or, in short messages, less; grams that ordinary chat is full of weigh little."""
    size, rarity = len(model.rarity), model.rarity
    letters, sounds, _ = features.views
    out = {}
    for view, codes in enumerate((letters, sounds)):
        for code in codes:
            if code > 0xFFFF and (weight := rarity[(code + view) % size]):
                out[code % 2147483629 * 2 + view] = weight
    length = sqrt(_QUIET + sum([w * w for w in out.values()]))
    return {code: weight / length for code, weight in out.items()}


def sketch(features: Features) -> tuple[int, ...]:
    """The smallest mixed grams of the sounds: two messages sharing most of them are nearly the same."""
    return tuple(sorted([code * _MIX % _MIX_PRIME for code in features.views[1]])[:_SKETCH])


@dataclass
class GroupModel:
    """Lessons of one group; the newest `LIMIT` are kept."""

    lessons: list[Taught] = field(default_factory=list)
    _weights: dict[int, float] = field(default_factory=dict, repr=False)
    _seen: dict[int, list[int]] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.lessons)

    def opinion(self, features: Features, model: Model) -> Opinion:
        if not self.lessons:
            return Opinion()
        return Opinion(self._margin(units(features, model)), self._match(sketch(features)))

    def _margin(self, mine: dict[int, float]) -> float:
        get = self._weights.get
        return _REACH * sum([weight * get(code, 0.0) for code, weight in mine.items()])

    def _match(self, mine: tuple[int, ...]) -> bool | None:
        hits = Counter([index for code in mine for index in self._seen.get(code, ())])
        if not hits:
            return None
        index, count = hits.most_common(1)[0]
        lesson = self.lessons[index]
        full = max(len(mine), len(lesson.sketch))
        needed = _ALIKE if full == _SKETCH else full
        return lesson.is_ad if count >= needed else None

    def learn(self, digest: str, features: Features, model: Model, margin: float, is_ad: bool) -> None:
        """Take one lesson; `margin` is the shipped model's own. The same message taught again replaces the old lesson."""
        self._drop(digest)
        mine = units(features, model)
        reached = margin + self._margin(mine)
        limits = model.thresholds
        lack = limits.ad + _AIM - reached if is_ad else reached - (limits.suspect - _AIM)
        strength = min(max(lack, 0.1), _STRONGEST) * (1 if is_ad else -1)
        self.lessons.append(Taught(digest, is_ad, strength, sketch(features), mine))
        if len(self.lessons) > LIMIT:
            del self.lessons[0]
            self._rebuild()
        else:
            self._add(len(self.lessons) - 1)

    def forget(self, digest: str) -> bool:
        """Undo one lesson; False when it was never taught."""
        return self._drop(digest)

    def _drop(self, digest: str) -> bool:
        kept = [lesson for lesson in self.lessons if lesson.digest != digest]
        if len(kept) == len(self.lessons):
            return False
        self.lessons[:] = kept
        self._rebuild()
        return True

    def _rebuild(self) -> None:
        self._weights.clear()
        self._seen.clear()
        for index in range(len(self.lessons)):
            self._add(index)

    def _add(self, index: int) -> None:
        lesson = self.lessons[index]
        for code, weight in lesson.units.items():
            self._weights[code] = self._weights.get(code, 0.0) + lesson.strength * weight
        for code in lesson.sketch:
            self._seen.setdefault(code, []).append(index)

    def to_json(self) -> str:
        return json.dumps([_plain(lesson) for lesson in self.lessons], separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> GroupModel:
        """Read what `to_json` wrote. Raises ValueError when it is something else."""
        try:
            lessons = [_taught(row) for row in json.loads(text)]
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError("not a group's lessons") from error
        group = cls(lessons)
        group._rebuild()
        return group


def digest_of(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _plain(lesson: Taught) -> dict[str, Any]:
    return {
        "d": lesson.digest,
        "ad": lesson.is_ad,
        "s": round(lesson.strength, 4),
        "k": lesson.sketch,
        "u": [[code, round(weight, 4)] for code, weight in lesson.units.items()],
    }


def _taught(row: dict[str, Any]) -> Taught:
    pairs: Iterable[tuple[int, float]] = row["u"]
    return Taught(
        row["d"], bool(row["ad"]), float(row["s"]), tuple(row["k"]), {int(c): float(w) for c, w in pairs}
    )
