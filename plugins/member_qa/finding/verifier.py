"""How sure one may be that an entry answers a question: learned weights over `pairing`, nothing but arithmetic at run time."""

from __future__ import annotations

import gzip
import json
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from .pairing import is_directed, measures
from .terms import ASSETS, Wording

SAME = 0.95
"""The least for wordings that differ in nothing but what means the same."""
OTHER = 0.5
"""The most where both name numbers, and not the same."""
Tree = list[tuple[int, float, int, int]]
"""Nodes as (feature, limit, left, right); a leaf is (-1, value, 0, 0)."""


@dataclass(frozen=True)
class Verifier:
    """`rarity` of characters in ordinary talk; a linear model over measures and leftovers, whose sum joins the measures
    in a forest of small trees; `line` is the score above which to speak unasked.
    """

    rarity: dict[str, float]
    linear: list[float]
    leftovers: dict[str, float]
    bias: float
    trees: list[Tree]
    start: float
    line: float
    about: dict[str, Any]

    def score(
        self, asked: Wording, entry: Wording, cosine: float, margin: float, meaning: tuple[float, ...] = ()
    ) -> float:
        """Between 0 and 1. `meaning` must be there for a verifier that was taught with it, and only then."""
        row, left = measures(asked, entry, cosine, margin, self.rarity)
        row.extend(meaning)
        weights = self.leftovers
        row.append(
            self.bias
            + sum(map(float.__mul__, self.linear, row))
            + sum(weights[name] for name in left if name in weights)
        )
        sure = 1 / (1 + math.exp(-self.start - sum(_leaf(tree, row) for tree in self.trees)))
        low, high = bounds(asked, entry)
        return min(max(sure, low), high)


def bounds(asked: Wording, entry: Wording) -> tuple[float, float]:
    """What the score may be where it needs no learning: the same words ask the same, other numbers do not."""
    if asked.numbers and entry.numbers and asked.numbers != entry.numbers:
        return 0.0, OTHER
    if any(_exchanged(asked.core, entry.core, pair) for pair in opposites()):
        return 0.0, OTHER
    same = asked.canonical == entry.canonical or (asked.symbols == entry.symbols and not is_directed(asked))
    return (SAME if same else 0.0), 1.0


@cache
def opposites() -> list[tuple[str, str]]:
    lines = (ASSETS / "opposites.txt").read_text("utf-8").splitlines()
    words = (line.split() for line in lines if not line.startswith("#"))
    return [(one, other) for one, other in words]


def _exchanged(asked: str, entry: str, pair: tuple[str, str]) -> bool:
    """Whether one has the first and the other the second of the pair, and nothing else differs."""
    one, other = pair if pair[0] in asked else pair[::-1]
    return one in asked and other in entry and asked.replace(one, "", 1) == entry.replace(other, "", 1)


def _leaf(tree: Tree, row: list[float]) -> float:
    at = 0
    while True:
        feature, limit, left, right = tree[at]
        if feature < 0:
            return limit
        at = left if row[feature] <= limit else right


@cache
def shipped(name: str = "verifier") -> Verifier:
    """The verifier without meaning, or `verifier-meaning`."""
    stored = json.loads(gzip.decompress((ASSETS / f"{name}.json.gz").read_bytes()))
    stored["trees"] = [[tuple(node) for node in tree] for tree in stored["trees"]]
    return Verifier(**stored)
