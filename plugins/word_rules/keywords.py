"""Keywords: Chinese ones wherever they stand, Latin letters and digits only as a word of their own. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from lizheng.text import fold, is_unseen
from plugins.word_rules.links import Span, addresses_in

PIECED = 4
"""Letters from which on a word may also be broken by blanks anywhere: `fu ck`. Shorter ones are `s b`, for there are
sentences such as `is a`."""
IN_A_PATH = 4
"""Letters a word has at least to be found behind the host of an address, where many happen to stand."""
_LATIN = re.compile("[a-z0-9]")
_APOSTROPHES = "'’＇"


class Keyword(NamedTuple):
    """One keyword of rule `number`, as written and folded."""

    number: int
    written: str
    folded: str


class Keywords:
    """The keywords of a group's rules, looked for all at once."""

    def __init__(self, words: Iterable[tuple[int, str]]) -> None:
        """`words` with the numbers of their rules."""
        self._words = [Keyword(number, word, fold(word)) for number, word in words]
        self._finder = AhoCorasick([word.folded for word in self._words]) if self._words else None
        self._bare = [not (_latin(word.folded[0]) or _latin(word.folded[-1])) for word in self._words]

    def hits(self, text: str) -> set[int]:
        """The numbers of the rules a keyword of which stands in the text."""
        if self._finder is None or not (found := self._finder.find_matches_as_indexes(fold(text), True)):
            return set()
        hit = {self._words[index].number for index, _, _ in found if self._bare[index]}
        doubtful = [place for place in found if self._words[place[0]].number not in hit]
        if doubtful:
            original = _Original(text)
            for index, start, end in doubtful:
                word = self._words[index]
                if word.number not in hit and original.has_word(word, start, end):
                    hit.add(word.number)
        return hit


def _latin(char: str) -> bool:
    return _LATIN.match(char) is not None


def _letter(char: str) -> bool:
    return "a" <= char <= "z"


class _Original:
    """A text, and which of its characters became which of the folded one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded = [fold(char) for char in text]
        self._places = [place for place, folded in enumerate(self._folded) for _ in folded]
        self._addresses: Sequence[Span] | None = None

    def has_word(self, word: Keyword, start: int, end: int) -> bool:
        """Whether the folded characters from `start` to `end` are that word and no part of another."""
        first, last = self._places[start], self._places[end - 1]
        if _latin(word.folded[0]) and self._goes_on(first, -1, word.folded[0]):
            return False
        if _latin(word.folded[-1]) and self._goes_on(last, 1, word.folded[-1]):
            return False
        if span := self._address_of(first, last):
            return self._stands_in(span, word, first, last)
        between = self._text[first : last + 1]
        return (
            not word.folded.isascii() or not word.folded.isalnum() or self._is_one(word, between, first, last)
        )

    def _goes_on(self, place: int, step: int, edge: str) -> bool:
        """Whether the word goes on beside its edge: a letter beside a letter, a digit beside a digit."""
        beside = place + step
        while 0 <= beside < len(self._text) and not self._folded[beside] and _invisible(self._text[beside]):
            beside += step
        if 0 <= beside < len(self._text) and self._text[beside] in _APOSTROPHES:
            beside += step  # `it's b` has no `sb` in it
        if not 0 <= beside < len(self._text) or not (folded := self._folded[beside]):
            return False
        char = folded[-1 if step < 0 else 0]
        return _letter(char) if _letter(edge) else "0" <= char <= "9"

    def _is_one(self, word: Keyword, between: str, first: int, last: int) -> bool:
        """Whether what separates its letters is disguise, not the gaps of a sentence or of a longer abbreviation."""
        gaps = [char for char in between if not fold(char) and not _invisible(char)]
        if not gaps:
            return True
        pieces = [piece for piece in re.split(r"\s+", between) if fold(piece)]
        if len(pieces) > 1:
            return len(word.folded) >= PIECED or all(len(fold(piece)) == 1 for piece in pieces)
        return not (self._abbreviates(first, -1, gaps[0]) or self._abbreviates(last, 1, gaps[-1]))

    def _abbreviates(self, place: int, step: int, gap: str) -> bool:
        """Whether the same mark and one more letter stand beside it: `U.S.B`."""
        mark, more, after = (place + step * far for far in (1, 2, 3))
        inside = min(mark, more) >= 0 and max(mark, more) < len(self._text)
        if not inside or self._text[mark] != gap or not self._folded[more]:
            return False
        ends = not 0 <= after < len(self._text) or not self._folded[after]
        return _letter(self._folded[more][0]) and ends

    def _address_of(self, first: int, last: int) -> Span | None:
        if self._addresses is None:
            self._addresses = addresses_in(self._text)
        return next((s for s in self._addresses if s.start <= last and first < s.end), None)

    def _stands_in(self, span: Span, word: Keyword, first: int, last: int) -> bool:
        """In an address only as it is written: a part of the host, or a longer word behind it."""
        if first < span.host or self._text[first : last + 1].casefold() != word.written.casefold():
            return False
        return last < span.path or len(word.folded) >= IN_A_PATH


def _invisible(char: str) -> bool:
    return is_unseen(char) and not char.isspace()
