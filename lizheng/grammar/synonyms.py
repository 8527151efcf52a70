"""Wordings that mean the same made one, for search: folded text with each known wording as one character.

A line of `assets/synonyms.txt` is a concept; it becomes one character of the private use area, so that it can be treated
like any other.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from lizheng.text import fold

ASSETS = Path(__file__).resolve().parent.parent / "assets"
FIRST_CONCEPT = 0xE000


@cache
def concepts() -> tuple[re.Pattern[str], dict[str, str]]:
    """The pattern that finds every wording, longest first, and the character each becomes."""
    known: dict[str, str] = {}
    lines = (ASSETS / "synonyms.txt").read_text("utf-8").splitlines()
    for number, line in enumerate(line for line in lines if line and not line.startswith("#")):
        for word in line.split():
            known.setdefault(fold(word), chr(FIRST_CONCEPT + number))
    ranked = sorted(known, key=len, reverse=True)
    parts = [rf"(?<![a-z0-9]){re.escape(w)}(?![a-z0-9])" if w.isascii() else re.escape(w) for w in ranked]
    return re.compile("|".join(parts)), known


@cache
def wordings(concept: str) -> tuple[str, ...]:
    """Every wording of a concept, folded; empty for any other character."""
    return tuple(word for word, known in concepts()[1].items() if known == concept)


def is_concept(char: str) -> bool:
    """Tell whether a character stands for a wording."""
    return "\ue000" <= char < "\uf8ff"


def canonical(folded: str) -> str:
    """Put the concept in place of every known wording of a folded text."""
    pattern, known = concepts()
    return pattern.sub(lambda found: known[found[0]], folded)
