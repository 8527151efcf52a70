"""From a question to the entries that may answer it, best first, each with how sure one may be. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from .index import Index, Near
from .terms import Wording
from .verifier import Verifier

LOOKED_AT = 3
WORTH = 0.45
"""A candidate less than this part as near as the nearest is not looked at closely."""


class Found(NamedTuple):
    """An entry's key, how sure one may be that it answers (0 to 1), and the cosine of its nearest wording."""

    key: Any
    score: float
    cosine: float


class Sense(Protocol):
    """How near each wording of an index is to one question in meaning, where something can tell."""

    def nearest(self, limit: int) -> list[tuple[Any, Wording]]:
        """Keys with their nearest wording, best first."""
        ...

    def of(self, wording: Wording) -> float:
        """The cosine of a wording of the index."""
        ...


class Candidate(NamedTuple):
    """A wording to look at closely: how far ahead of the others it is, and what its meaning says."""

    near: Near
    margin: float
    meaning: tuple[float, ...] = ()


def candidates(index: Index, asked: Wording, sense: Sense | None = None) -> Iterator[Candidate]:
    """What is worth looking at closely, the nearest by letters first."""
    near = index.nearest(asked, LOOKED_AT + 1)
    if sense is not None:
        yield from _with_meaning(index, asked, near, sense)
        return
    for place, one in enumerate(near[:LOOKED_AT]):
        if place and one.cosine < WORTH * near[0].cosine:
            return
        yield Candidate(one, one.cosine - _rival(near, one))


def _rival(near: list[Near], one: Near) -> float:
    """The cosine of the nearest other."""
    return next((other.cosine for other in near if other.key != one.key), 0.0)


def _with_meaning(index: Index, asked: Wording, near: list[Near], sense: Sense) -> Iterator[Candidate]:
    meant = sense.nearest(LOOKED_AT + 1)
    cosines = [(key, sense.of(wording)) for key, wording in meant]
    chosen = {one.key: one for one in near[:LOOKED_AT]}
    for key, wording in meant[:LOOKED_AT]:
        if key not in chosen:
            chosen[key] = Near(key, wording, index.cosine(asked, wording))
    for one in chosen.values():
        own = sense.of(one.wording)
        rival = next((cosine for key, cosine in cosines if key != one.key), 0.0)
        first = bool(meant) and meant[0][0] == one.key
        yield Candidate(one, one.cosine - _rival(near, one), (own, own - rival, float(first)))


def find(
    index: Index, verifier: Verifier, text: str, limit: int = 3, sense: Sense | None = None
) -> list[Found]:
    """The entries nearest to a question, the surest first; `verifier` is one that was taught with or without meaning."""
    asked = Wording(text)
    found = [
        Found(
            one.near.key,
            verifier.score(asked, one.near.wording, one.near.cosine, one.margin, one.meaning),
            one.near.cosine,
        )
        for one in candidates(index, asked, sense)
    ]
    if len(found) < limit:
        known = {one.key for one in found}
        rest = index.nearest(asked, limit)
        found += [Found(one.key, 0.0, one.cosine) for one in rest if one.key not in known]
    found.sort(key=lambda one: (-one.score, -one.cosine))
    return found[:limit]
