"""Whether a message could be a question at all: looked at before anything is compared, in a few microseconds."""

from __future__ import annotations

import re

from .index import Index

SHORTEST, LONGEST = 2, 100
KNOWN = 0.2
LOOKED_AT = 60
"""Pairs of characters that are looked up."""
_MARKS = re.compile(
    "[?？吗么怎咋啥谁哪何几什]|多[少久大长远高]|为什|请问|求|能不|可不|是不|有没|会不|要不|可以|可否|是否|如何|知道|推荐|介绍|告诉|教|干嘛|时间|流程|方法|方式|条件|需要"
)


def could_ask(text: str, index: Index) -> bool:
    """Short, and either worded as a question or made in part of pairs of characters that the entries know."""
    if not SHORTEST <= len(text) <= LONGEST:
        return False
    if _MARKS.search(text):
        return True
    pairs = list(map(str.__add__, text[:LOOKED_AT], text[1 : LOOKED_AT + 1]))
    return sum(map(index.knows, pairs)) >= KNOWN * len(pairs)
