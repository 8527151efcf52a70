"""The words of a message that rules are held against: its own text, and what members read of the cards in it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

CARD_BYTES = 64 * 1024
DEEPEST, MOST_IN_A_LIST = 6, 20
SPOKEN = frozenset(("prompt", "title", "desc", "description", "summary", "text", "content", "tag"))
LINKS = frozenset(("url", "jumpurl", "qqdocurl", "targeturl", "href"))
"""The fields of a card that a member reads, and those that say where a tap leads."""
_XML_TEXT = re.compile(r">([^<>]+)<|\b(?:brief|summary|title|content)\s*=\s*\"([^\"]*)\"")
_XML_LINK = re.compile(r"\b(?:url|href)\s*=\s*\"([^\"]*)\"", re.IGNORECASE)


class Part(Protocol):
    """One segment of a message."""

    type: str
    data: dict[str, Any]


def words_in(message: Iterable[Part]) -> str:
    """Quotes and what is inside of forwards are somebody else's words, and no part of it."""
    parts: list[str] = []
    for part in message:
        if part.type == "text":
            parts.append(part.data["text"])
        elif reader := CARDS.get(part.type):
            parts.append(f" {' '.join(dict.fromkeys(filter(None, reader(part.data))))} ")
    return "".join(parts)


def _of_json(data: Mapping[str, Any]) -> Iterator[str]:
    card = data.get("data")
    if isinstance(card, str):
        try:
            card = json.loads(card) if len(card) <= CARD_BYTES else None
        except (ValueError, RecursionError):
            return
    yield from _read(card, 0)


def _read(value: Any, depth: int, name: str = "") -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _read(inner, depth + 1, str(key).casefold())
    elif isinstance(value, list):
        for inner in value[:MOST_IN_A_LIST]:
            yield from _read(inner, depth + 1, name)
    elif isinstance(value, str) and name in LINKS:
        yield _place(value)
    elif isinstance(value, str) and name in SPOKEN:
        yield value.strip()


def _of_xml(data: Mapping[str, Any]) -> Iterator[str]:
    card = str(data.get("data") or "")[:CARD_BYTES]
    yield from (part.strip() for pair in _XML_TEXT.findall(card) for part in pair)
    yield from map(_place, _XML_LINK.findall(card))


def _of_share(data: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(data.get(name) or "") for name in ("title", "content"))
    yield _place(str(data.get("url") or ""))


def _of_markdown(data: Mapping[str, Any]) -> Iterator[str]:
    yield str(data.get("content") or "")[:CARD_BYTES]


def _place(address: str) -> str:
    """The site a link leads to, "" for what opens no web page."""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        return f"https://{parts.hostname}/" if parts.hostname and parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


CARDS: dict[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "json": _of_json,
    "ark": _of_json,
    "xml": _of_xml,
    "share": _of_share,
    "markdown": _of_markdown,
}
