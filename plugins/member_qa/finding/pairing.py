"""What tells whether two wordings ask the same: how much they share, and what each has that the other lacks. Pure.

`measures` are a fixed row of numbers, `leftovers` names of differences whose weight is learned one by one.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from lizheng.grammar.synonyms import is_concept

from .terms import Wording, asking

UNSEEN = 10.0
"""The weight of a character that the background has never seen."""
NAMES = (
    "cosine", "margin",
    "letters.asked", "letters.entry", "letters.left_asked", "letters.left_entry", "letters.rarest_asked", "letters.rarest_entry",
    "symbols.asked", "symbols.entry", "symbols.left_asked", "symbols.left_entry", "symbols.rarest_asked", "symbols.rarest_entry",
    "pairs.asked", "pairs.entry", "symbol_pairs.asked", "symbol_pairs.entry",
    "ratio", "longest", "asks_otherwise", "one_asks", "asks", "negated", "codes",
    "length", "length_difference", "asked_length", "equal", "same_bag", "turned", "same_end", "same_start",
)  # fmt: skip
_PIECE = 3
_DIRECTED = re.compile("[到给比转换变成让被把对从往]")
"""What makes the same words in another order another question: from one to the other, and back."""

_FRAME = 2
"""Characters and concepts that must be left around an exchanged name, or there is no frame to speak of."""
_SMALL_WORDS = frozenset("的了吗呢么是个就都也还很太这那和与跟给再一")
"""What stands in turns of phrase rather than in names."""


def measures(
    asked: Wording, entry: Wording, cosine: float, margin: float, rarity: Mapping[str, float]
) -> tuple[list[float], set[str]]:
    """The numbers of `NAMES`, and the leftovers. `rarity` is each character's weight in ordinary talk."""
    matcher = SequenceMatcher(None, asked.core, entry.core, autojunk=False)
    codes = matcher.get_opcodes()
    lengths = len(asked.canonical) + 1, len(entry.canonical) + 1
    ratio = math.log(lengths[0] / lengths[1])
    same = sum(i2 - i1 for kind, i1, i2, _, _ in codes if kind == "equal")
    longest = max((i2 - i1 for kind, i1, i2, _, _ in codes if kind == "equal"), default=0)
    sizes = len(asked.core), len(entry.core)
    row = [
        cosine,
        margin,
        *_coverage(asked.letters, entry.letters, rarity),
        *_coverage(asked.symbols, entry.symbols, rarity),
        *_shares(asked.pairs, entry.pairs),
        *_shares(asked.symbol_pairs, entry.symbol_pairs),
        2 * same / max(1, sum(sizes)),
        longest / max(1, min(sizes)),
        float(bool(asked.asks and entry.asks and not asked.asks & entry.asks)),
        float(bool(asked.asks) != bool(entry.asks)),
        float(bool(asked.asks)),
        float(asked.negations != entry.negations),
        float(len(asked.codes ^ entry.codes)),
        ratio,
        abs(ratio),
        math.log(lengths[0]),
        float(asked.canonical == entry.canonical),
        float(asked.symbols == entry.symbols),
        float(asked.letters == entry.letters and asked.core != entry.core and is_directed(asked)),
        float(asked.canonical[-1:] == entry.canonical[-1:]),
        float(asked.canonical[:1] == entry.canonical[:1]),
    ]
    return row, set(_leftovers(asked, entry, codes))


def is_directed(wording: Wording) -> bool:
    return bool(_DIRECTED.search(wording.core))


def are_rivals(asked: Wording, entry: Wording) -> bool:
    """Whether both say the same around one place, where each has a name of its own (微信 here, 支付宝 there)."""
    one, other = asked.canonical, entry.canonical
    start = _same_start(one, other)
    end = _same_start(one[start:][::-1], other[start:][::-1])
    names = one[start : len(one) - end], other[start : len(other) - end]
    return start + end >= _FRAME and all(map(_may_be_name, names)) and not set(names[0]) & set(names[1])


def _same_start(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (own, its) in pairs if own != its), min(len(one), len(other)))


def _may_be_name(symbols: str) -> bool:
    """At least two characters, or Latin; more than known wordings; nothing that asks or only joins."""
    if len(symbols) < 2 and not (symbols and symbols.isascii()):
        return False
    return not (all(map(is_concept, symbols)) or set(symbols) & (_SMALL_WORDS | asking()))


def _coverage(asked: Counter[str], entry: Counter[str], rarity: Mapping[str, float]) -> list[float]:
    """Shares of either side's weight that the other has; the weight it lacks; the rarest it lacks."""
    sides: list[tuple[float, float, float]] = []
    for own, other in ((asked, entry), (entry, asked)):
        weights = {char: rarity.get(char, UNSEEN) for char in own}
        left = [weight for char, weight in weights.items() if char not in other]
        missing = sum(left)
        sides.append((1 - missing / (sum(weights.values()) or 1.0), missing, max(left, default=0.0)))
    return [value for pair in zip(*sides, strict=True) for value in pair]


def _shares(asked: frozenset[str], entry: frozenset[str]) -> tuple[float, float]:
    shared = len(asked & entry)
    return shared / max(1, len(asked)), shared / max(1, len(entry))


def _leftovers(
    asked: Wording, entry: Wording, codes: Sequence[tuple[str, int, int, int, int]]
) -> Iterator[str]:
    """`?x` the question alone has, `!x` the entry alone, `~x` either; `+x` inserted, `-x` left out, `x|y` exchanged."""
    for mark, own, other in (("?", asked, entry), ("!", entry, asked)):
        for char, count in own.letters.items():
            if count > other.letters[char]:
                yield mark + char
                yield "~" + char
        for char in own.concepts - other.concepts:
            yield mark + char
            yield "~" + char
    for kind, i1, i2, j1, j2 in codes:
        if kind == "delete" and i2 - i1 <= _PIECE:
            yield "-" + asked.core[i1:i2]
        elif kind == "insert" and j2 - j1 <= _PIECE:
            yield "+" + entry.core[j1:j2]
        elif kind == "replace" and i2 - i1 <= _PIECE and j2 - j1 <= _PIECE:
            yield "|".join(sorted((asked.core[i1:i2], entry.core[j1:j2])))
