"""How much a phone of 390 points shows of one message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from lizheng.text import clip, visible

WIDTH = 18
"""Chinese characters in a line that does not break."""
MOST_LINES = 12
"""With the heading, what is seen at once."""


def width(text: str) -> float:
    """In Chinese characters; Latin letters, digits and spaces are half as wide."""
    return sum(0.5 if char.isascii() else 1 for char in text)


def rows(lines: Iterable[str]) -> int:
    """The lines that these take, broken where they are too long."""
    return sum(max(1, ceil(width(line) / WIDTH)) for text in lines for line in text.split("\n"))


def shortened(text: str, room: float = WIDTH) -> str:
    """No wider than there is room, at first one line that does not break; "…" where it had to be cut."""
    line = visible(text)
    length = len(line)
    while length > 0 and width(clip(line, length)) > room:
        length -= 1
    return clip(line, length)


def packed(entries: Sequence[str], most: int) -> list[str]:
    """One entry a line where that is at most so many lines, else as many in each as do not break it."""
    if len(entries) <= most:
        return list(entries)
    lines: list[str] = []
    for entry in entries:
        together = f"{lines[-1]}　{entry}" if lines else entry
        if lines and width(together) <= WIDTH:
            lines[-1] = together
        else:
            lines.append(entry)
    return lines
