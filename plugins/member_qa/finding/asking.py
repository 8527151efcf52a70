"""Whether a message could be a question at all: looked at before anything is compared, in a few microseconds."""

from __future__ import annotations

import re

from .index import Index

SHORTEST, LONGEST = 2, 100
KNOWN = 0.5
_MARKS = re.compile(
    "[?？吗么怎咋啥谁哪何几什]|多[少久大长远高]|为什|请问|求|能不|可不|是不|有没|会不|要不|可以|可否|是否|如何|知道|推荐|介绍|告诉|教"
)


def could_ask(text: str, index: Index) -> bool:
    """Short, and either worded as a question or made mostly of pairs of characters that the entries know."""
    if not SHORTEST <= len(text) <= LONGEST:
        return False
    if _MARKS.search(text):
        return True
    known = sum(map(index.knows, map(str.__add__, text, text[1:])))
    return known >= KNOWN * (len(text) - 1)
