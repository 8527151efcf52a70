"""How sure one may be that an entry answers a question: learned weights over `pairing`, nothing but arithmetic at run time."""

from __future__ import annotations

import gzip
import json
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from .pairing import are_rivals, is_directed, measures
from .terms import ASSETS, Wording

SAME = 0.95
"""The least for wordings that differ in nothing but what means the same."""
OTHER = 0.5
"""The most where what they name differs: numbers, opposites, or a name in the other's place."""
Tree = Any
"""A leaf's value, or (feature, limit, the tree up to the limit, the tree above it)."""


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
        sure = 1 / (1 + math.exp(-self.start - _sum_of_leaves(self.trees, row)))
        low, high = bounds(asked, entry)
        return min(max(sure, low), high)


def bounds(asked: Wording, entry: Wording) -> tuple[float, float]:
    """What the score may be where it needs no learning: the same words ask the same, other numbers do not."""
    if asked.numbers and entry.numbers and asked.numbers != entry.numbers:
        return 0.0, OTHER
    if any(_exchanged(asked.core, entry.core, pair) for pair in opposites()) or are_rivals(asked, entry):
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


def _sum_of_leaves(trees: list[Tree], row: list[float]) -> float:
    total = 0.0
    for tree in trees:
        node = tree
        while node.__class__ is tuple:
            node = node[2] if row[node[0]] <= node[1] else node[3]
        total += node
    return total


def _grown(nodes: list[list[Any]], at: int = 0) -> Tree:
    feature, limit, left, right = nodes[at]
    return limit if feature < 0 else (feature, limit, _grown(nodes, left), _grown(nodes, right))


@cache
def shipped(name: str = "verifier") -> Verifier:
    """The verifier without meaning, or `verifier-meaning`."""
    stored = json.loads(gzip.decompress((ASSETS / f"{name}.json.gz").read_bytes()))
    stored["trees"] = [_grown(nodes) for nodes in stored["trees"]]
    return Verifier(**stored)
