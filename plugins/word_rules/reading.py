"""The words of a message that rules are held against: its own text, and what members read of the cards in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lizheng.messages.content import CARDS, Said, Word, site_of, words_of

READ = CARDS | {"share", "markdown"}
UNREAD = frozenset(("name", "preview", "nick", "label", "visited_label"))
"""Fields that name apps, people and pictures: no rule is meant for those."""


def words_in(message: Iterable[Said]) -> str:
    """Quotes and what is inside of forwards are somebody else's words, and no part of it."""
    parts: list[str] = []
    for segment in message:
        if segment.type == "text":
            parts.append(segment.data["text"])
        elif segment.type in READ:
            words = _read(words_of(segment.type, segment.data))
            parts.append(f" {' '.join(dict.fromkeys(filter(None, words)))} ")
    return "".join(parts)


def _read(words: Iterable[Word]) -> Iterator[str]:
    """What a card says, and the sites it leads to."""
    for text, field, link in words:
        if link:
            yield site_of(text)
        elif field not in UNREAD:
            yield text
