"""From a question to the entries that may answer it, best first, each with how sure one may be. Pure."""

from __future__ import annotations

from typing import Any, NamedTuple

from .index import Index
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


def find(index: Index, verifier: Verifier, text: str, limit: int = 3) -> list[Found]:
    """The entries nearest to a question, the surest first."""
    asked = Wording(text)
    near = index.nearest(asked, max(limit, LOOKED_AT) + 1)
    if not near:
        return []
    found: list[Found] = []
    for place, one in enumerate(near):
        if place >= LOOKED_AT or (place and one.cosine < WORTH * near[0].cosine):
            found.append(Found(one.key, 0.0, one.cosine))
            continue
        rival = near[0].cosine if place else (near[1].cosine if len(near) > 1 else 0.0)
        score = verifier.score(asked, one.wording, one.cosine, one.cosine - rival)
        found.append(Found(one.key, score, one.cosine))
    found.sort(key=lambda one: (-one.score, -one.cosine))
    return found[:limit]
