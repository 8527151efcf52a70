"""An inverted index over wordings, changed one wording at a time; nearest means cosine of TF-IDF grams."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from .terms import Wording

SHORTLIST = 8
PROMISING = 0.2
"""What shares less than this part of what the best shares is not ranked at all."""
COMMON = 0.08
"""A gram in more than this share of the wordings does not choose candidates, it only counts in comparing them."""


class Near(NamedTuple):
    """A wording of the index, whose it is, and how near it is: a cosine."""

    key: Any
    wording: Wording
    cosine: float


class Index:
    """Wordings under keys of the caller's choice; a key may have several. No order of adding and removing matters."""

    def __init__(self) -> None:
        self._documents: dict[int, tuple[Any, Wording, float]] = {}
        self._by_key: dict[Any, list[int]] = {}
        self._postings: dict[str, dict[int, None]] = {}
        self._weights: dict[str, float] = {}
        self._next = 0
        self.revision = 0
        """Counts the changes, so that what was made of the index knows when it is out of date."""

    def __len__(self) -> int:
        return len(self._documents)

    def __contains__(self, key: Any) -> bool:
        return key in self._by_key

    def put(self, key: Any, texts: list[str]) -> None:
        """Make these the wordings of `key`, instead of any it had."""
        self.drop(key)
        self._weights.clear()
        for text in texts:
            wording = Wording(text)
            if not wording.grams:
                continue
            number = self._next
            self._next += 1
            self._documents[number] = (key, wording, 1 / math.sqrt(len(wording.grams)))
            self._by_key.setdefault(key, []).append(number)
            for gram in wording.grams:
                self._postings.setdefault(gram, {})[number] = None

    def drop(self, key: Any) -> None:
        """Forget a key; one that is not there is no error."""
        self._weights.clear()
        self.revision += 1
        for number in self._by_key.pop(key, ()):
            _, wording, _ = self._documents.pop(number)
            for gram in wording.grams:
                posting = self._postings[gram]
                del posting[number]
                if not posting:
                    del self._postings[gram]

    def knows(self, gram: str) -> bool:
        return gram in self._postings

    def nearest(self, asked: Wording, limit: int = 3) -> list[Near]:
        """The nearest wordings, best first, one per key."""
        squares = {gram: self._square(gram) for gram in asked.grams}
        best: dict[Any, Near] = {}
        for number in self._candidates(squares):
            key, wording, _ = self._documents[number]
            cosine = self._cosine(squares, wording)
            if key not in best or cosine > best[key].cosine:
                best[key] = Near(key, wording, cosine)
        return heapq.nsmallest(limit, best.values(), key=lambda near: (-near.cosine, str(near.key)))

    def cosine(self, asked: Wording, wording: Wording) -> float:
        """How near a question is to a wording, by the weights grams have here."""
        return self._cosine({gram: self._square(gram) for gram in asked.grams}, wording)

    def wordings(self) -> Iterator[tuple[Any, Wording]]:
        """Every key with each of its wordings."""
        return ((key, wording) for key, wording, _ in self._documents.values())

    def _cosine(self, squares: dict[str, float], wording: Wording) -> float:
        shared = sum(squares[gram] for gram in wording.grams & squares.keys())
        lengths = sum(squares.values()) * sum(map(self._square, wording.grams))
        return shared / math.sqrt(lengths or 1.0)

    def _square(self, gram: str) -> float:
        """The squared weight of a gram, worked out once for as long as nothing changes."""
        square = self._weights.get(gram)
        if square is None:
            rarity = math.log((len(self._documents) + 1) / (len(self._postings.get(gram, ())) + 0.5))
            square = rarity * rarity
            if gram in self._postings:
                self._weights[gram] = square
        return square

    def _candidates(self, squares: dict[str, float]) -> list[int]:
        """The most promising wordings by what they share, judged without their rarer rest."""
        known = [gram for gram in squares if gram in self._postings]
        most = max(50.0, COMMON * len(self._documents))
        sums: dict[int, float] = {}
        for gram in [gram for gram in known if len(self._postings[gram]) <= most] or known:
            square = squares[gram]
            for number in self._postings[gram]:
                sums[number] = sums.get(number, 0.0) + square
        least = PROMISING * max(sums.values(), default=0.0)
        ranked = [(total * self._documents[n][2], n) for n, total in sums.items() if total >= least]
        return [number for _, number in heapq.nlargest(SHORTLIST, ranked)]
