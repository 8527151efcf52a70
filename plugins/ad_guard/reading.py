"""What a message says: its own text, and what cards, links to groups and file names carry. Pure."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from lizheng.messages.templates import Segment
from plugins.ad_guard.recognise import Evidence

MOST_CHARACTERS = 5000
MOST_NODES, LAST_NODES, MOST_LOOKED_AT = 20, 10, 500
DEEPEST = 6
OWN_SUMMARY = 8
"""Characters of what clients themselves call a picture: [图片], [动画表情]."""
CARD_BYTES = 64 * 1024
SPOKEN = frozenset(
    (
        "prompt",
        "title",
        "desc",
        "description",
        "summary",
        "text",
        "tag",
        "name",
        "content",
        "preview",
        "nick",
        "label",
        "visited_label",
    )
)
"""The fields of a card that a member reads."""
LINKS = frozenset(("jumpurl", "url", "qqdocurl", "targeturl", "href"))
_XML_TEXT = re.compile(r">([^<>]+)<|\b(?:brief|summary|title|content|name)\s*=\s*\"([^\"]*)\"")
_COMMAND_NAME = re.compile(r"\s*\S+\s*")
GROUP_CARD = Evidence("card", "推荐别的群的卡片", 1.6)
PERSON_CARD = Evidence("card", "推荐好友的名片", 1.0)
_GROUP_CARD = re.compile(
    r"推荐群聊|邀请你加入(?:群聊|QQ群)|群名片|com\.tencent\.(?:contact|troopsharecard)|qun\.invite"
)


class Reading(NamedTuple):
    """`forwards` are the ids of merged forwards inside, `images` the data of pictures."""

    text: str
    evidence: tuple[Evidence, ...] = ()
    forwards: tuple[str, ...] = ()
    images: tuple[dict[str, Any], ...] = ()


def read(segments: Iterable[Segment]) -> Reading:
    """What these segments say. Quotes are no part of it."""
    parts: list[str] = []
    evidence: list[Evidence] = []
    forwards: list[str] = []
    images: list[dict[str, Any]] = []
    for segment in segments:
        kind, data = segment["type"], segment["data"]
        if kind == "text":
            parts.append(str(data.get("text") or ""))
        elif kind == "forward":
            forwards.append(str(data.get("id") or ""))
        elif kind == "image":
            images.append(data)
            parts.append(_unbracketed(str(data.get("summary") or "")))
        elif kind == "mface":
            parts.append(_unbracketed(str(data.get("summary") or "")))
        elif kind == "keyboard":
            parts.append(" ".join(dict.fromkeys(_spoken(data, 0, deepest=DEEPEST + 2)))[:MOST_CHARACTERS])
        elif kind == "contact":
            evidence.append(GROUP_CARD if data.get("type") == "group" else PERSON_CARD)
        elif reader := CARDS.get(kind):
            words = reader(data)
            parts.append(words[:MOST_CHARACTERS])
            if kind in ("json", "xml", "ark") and _GROUP_CARD.search(str(data.get("data") or words)):
                evidence.append(GROUP_CARD)
    text = " ".join(part for part in parts if part)
    return Reading(text[:MOST_CHARACTERS], tuple(evidence), tuple(filter(None, forwards)), tuple(images))


def without_command(text: str) -> str:
    """The arguments alone."""
    return _COMMAND_NAME.sub("", text, count=1)


def nodes(answer: Any) -> Iterator[list[Segment]]:
    """The messages inside a merged forward as `get_forward_msg` answers it, nested ones included: the first, and the last."""
    found = _nodes(answer)
    yield from islice(found, MOST_NODES)
    yield from deque(found, LAST_NODES)


def _nodes(answer: Any) -> Iterator[list[Segment]]:
    left = [(0, node) for node in reversed(_listed(answer, "messages", "message"))]
    looked_at = 0
    while left and looked_at < MOST_LOOKED_AT:
        looked_at += 1
        depth, node = left.pop()
        data = node.get("data") if node.get("type") == "node" else node
        content = _listed(data if isinstance(data, dict) else {}, "content", "message")
        inner = [(depth + 1, one) for one in content if one.get("type") == "node" and depth < 2]
        left.extend(reversed(inner))
        segments = [one for one in content if one.get("type") != "node" and isinstance(one.get("data"), dict)]
        for segment in segments:
            inside = segment["data"].get("content")
            if segment["type"] == "forward" and isinstance(inside, list) and depth < 2:
                left.extend((depth + 1, one) for one in reversed(inside) if isinstance(one, dict))
        if segments:
            yield segments


def _unbracketed(summary: str) -> str:
    """What a picture is called in the list of chats; nothing for the client's own 「[图片]」."""
    bare = summary.strip()
    return "" if bare.startswith("[") and bare.endswith("]") and len(bare) <= OWN_SUMMARY else bare


def _listed(data: Any, *names: str) -> list[dict[str, Any]]:
    if not isinstance(data, dict):
        return []
    found = next((data[name] for name in names if data.get(name)), [])
    if isinstance(found, str):
        return [{"type": "text", "data": {"text": found}}]
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _json_card(data: dict[str, Any]) -> str:
    raw = data.get("data")
    if isinstance(raw, str):
        if len(raw) > CARD_BYTES:
            return ""
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError):
            return ""
    return " ".join(dict.fromkeys(_spoken(raw, 0)))


def _spoken(value: Any, depth: int, name: str = "", deepest: int = DEEPEST) -> Iterator[str]:
    if depth > deepest:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _spoken(inner, depth + 1, str(key).casefold(), deepest)
    elif isinstance(value, list):
        for inner in value[:MOST_NODES]:
            yield from _spoken(inner, depth + 1, name, deepest)
    elif isinstance(value, str) and value.strip():
        if name in LINKS:
            yield _site(value)
        elif name in SPOKEN:
            yield value.strip()


def _site(address: str) -> str:
    """Only where a link leads: what follows the host says nothing to a reader."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname
    except ValueError:
        return ""
    return f"https://{host}/" if host else ""


def _xml_card(data: dict[str, Any]) -> str:
    found = _XML_TEXT.findall(str(data.get("data") or "")[:CARD_BYTES])
    return " ".join(dict.fromkeys(part.strip() for pair in found for part in pair if part.strip()))


def _fields(*names: str) -> Any:
    return lambda data: " ".join(str(data[name]) for name in names if data.get(name))


CARDS: dict[str, Any] = {
    "json": _json_card,
    "ark": _json_card,
    "xml": _xml_card,
    "share": lambda data: f"{_fields('title', 'content')(data)} {_site(str(data.get('url') or ''))}",
    "markdown": _fields("content"),
    "location": _fields("title", "content"),
    "music": _fields("title", "content"),
    "file": _fields("name", "file"),
}
"""What members read of each kind of card."""
