"""Numbers with a letter, such as H3 and C7: what to say where there is no such one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lizheng.plugin.refusals import Declined

__all__ = ["label", "missing", "said"]

MOST_NAMED = 6


def label(letter: str, number: int) -> str:
    """Write it as members read it: `H3`."""
    return f"{letter}{number}"


def said(letter: str, numbers: Iterable[int]) -> str:
    """Write several: `H3、H4`."""
    return "、".join(label(letter, number) for number in numbers)


def missing(letter: str, number: int, there_are: Sequence[int]) -> Declined:
    """Say that there is no such number, and which there are: 「没有 H9；现在有 H3、H4。」 To be raised."""
    if not there_are:
        return Declined(f"没有 {label(letter, number)}，现在一个也没有。")
    more = f" 等 {len(there_are)} 个" if len(there_are) > MOST_NAMED else ""
    return Declined(f"没有 {label(letter, number)}；现在有 {said(letter, there_are[:MOST_NAMED])}{more}。")
