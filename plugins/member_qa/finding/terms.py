"""From a question to what is compared: folded text, wordings that mean the same made one, grams of one and two characters.

A concept of `lizheng.grammar.synonyms` is one character, so that it can be treated like any other.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, cached_property
from pathlib import Path

from lizheng.grammar.synonyms import canonical, concepts, is_concept
from lizheng.text import fold

ASSETS = Path(__file__).resolve().parent.parent / "assets"
LONGEST = 120
"""Characters of a question that are looked at; what is longer is a story, not a question."""
ASKING = ("怎么", "怎么办", "哪里", "什么时候", "多少钱", "什么", "为什么", "多久", "多少", "哪个", "谁")
_OPENING = re.compile(
    "^(?:请问|你好|您好|哈喽|大家好|各位(?:大佬|朋友|老师)?|大佬们?|大神们?|兄弟们|老师们?|有没有人知道|有人知道|有谁知道|谁知道|求问|求助"
    "|想问一下|想问下|想问|问一下|问下|请教一下|请教|麻烦问一下|麻烦问下|弱弱问一句|话说)+"
)
_ENDING = re.compile("(?:啊|呀|呢|吧|哦|哈|嘛|哇|哟|诶|谢谢|求解|求助|在线等)+$")
_NEGATION = re.compile("[不没别未勿]")
_CODES = re.compile(r"\d+|[a-z]+")


@cache
def asking() -> frozenset[str]:
    """The concepts that ask."""
    known = concepts()[1]
    return frozenset(known[word] for word in ASKING)


class Wording:
    """One way to ask something, with everything that comparing it needs, each worked out once."""

    __slots__ = ("__dict__", "core", "folded")

    def __init__(self, text: str):
        self.folded = fold(text[:LONGEST])
        self.core = _core(self.folded)
        """Without what only makes it polite; what is compared."""

    @cached_property
    def canonical(self) -> str:
        """The core with every known wording as its concept."""
        return canonical(self.core)

    @cached_property
    def letters(self) -> Counter[str]:
        return Counter(self.core)

    @cached_property
    def pairs(self) -> frozenset[str]:
        return frozenset(map(str.__add__, self.core, self.core[1:]))

    @cached_property
    def symbols(self) -> Counter[str]:
        """Characters and concepts, a wording's own characters gone where it is a concept."""
        return Counter(self.canonical)

    @cached_property
    def symbol_pairs(self) -> frozenset[str]:
        return frozenset(map(str.__add__, self.canonical, self.canonical[1:]))

    @cached_property
    def concepts(self) -> frozenset[str]:
        return frozenset(c for c in self.canonical if is_concept(c))

    @cached_property
    def asks(self) -> frozenset[str]:
        return self.concepts & asking()

    @cached_property
    def grams(self) -> frozenset[str]:
        """What the index holds."""
        return self.concepts.union(self.core, self.pairs)

    @cached_property
    def negations(self) -> int:
        return len(_NEGATION.findall(self.core))

    @cached_property
    def codes(self) -> frozenset[str]:
        """Numbers and Latin words."""
        return frozenset(_CODES.findall(self.core))

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(code for code in self.codes if code.isdecimal())


def _core(folded: str) -> str:
    bare = _ENDING.sub("", _OPENING.sub("", folded))
    return bare if len(bare) > 1 else folded
