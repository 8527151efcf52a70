"""Everything the model looks at in one message, as three sets of integers."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from .evidence import Findings, find
from .fold import Folded, Tables
from .grams import grams

_STEPS = (1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 50, 70, 100, 200)


class Features(NamedTuple):
    folded: Folded
    findings: Findings
    views: tuple[set[int], set[int], set[int]]


def step(size: int) -> int:
    """A size as one of sixteen steps."""
    return bisect_right(_STEPS, size)


def extract(text: str, tables: Tables) -> Features:
    folded = tables.fold(text)
    flat = folded.flat
    findings = find(flat)
    look = grams(folded.shape)
    look.update(findings.marks)
    look.add(0xF060 + step(len(flat)))
    look.add(0xF070 + step(len(text) - len(flat)))
    return Features(folded, findings, (grams(folded.letters), grams(folded.sounds), look))
