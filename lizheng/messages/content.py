"""What a message holds: typed words, cards, links, pictures, forwards. The one reader of foreign segments.

Endpoints tell the same card in different shapes; everything here reads all of them, within the limits below, and never
raises. What a feature makes of it (which fields count, what is suspicious) is the feature's own judgement.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import partial
from html import unescape
from itertools import islice
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng.messages.templates import Segment

CARD_CHARACTERS = 64 * 1024
"""A longer JSON card is not read at all; of XML and Markdown only so much is."""
DEEPEST, DEEPEST_KEYBOARD = 6, 8
"""Levels of a card, and of a keyboard, that are looked into."""
MOST_IN_LIST = 20
FIRST_NODES, LAST_NODES, MOST_NODES = 20, 10, 500
"""Messages of a merged forward that are read from its beginning and its end, and nodes that are looked at for them."""
MOST_NESTED = 2
"""Levels of forwards inside a forward."""
OWN_SUMMARY = 8
"""Characters of what clients themselves call a picture: [图片], [动画表情]."""

READ = frozenset(
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
"""The fields of a card that may stand where a member reads them."""
LINKED = frozenset(("jumpurl", "url", "qqdocurl", "targeturl", "href"))
"""The fields that say where a tap leads."""
CARDS = frozenset(("json", "ark", "xml"))
_XML = re.compile(
    r">([^<>]+)<|<!\[CDATA\[([^\]<]+)"
    r"|\b(brief|summary|title|content|name|[uU][rR][lL]|[hH][rR][eE][fF])\s*=\s*\"([^\"]*)\""
)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")

Ask = Callable[..., Awaitable[Any]]
"""How an endpoint is asked: `ctx.query`."""


class Said(Protocol):
    """One segment as NoneBot has it."""

    type: str
    data: dict[str, Any]


class Word(NamedTuple):
    """Something one reads: what it says, the field it stands in (lower case), and whether it is an address to tap."""

    text: str
    field: str = "text"
    link: bool = False


class Part(NamedTuple):
    """A segment that holds something: its type and data, what was typed, or the words in it, in their order."""

    kind: str
    data: Mapping[str, Any]
    typed: str = ""
    words: tuple[Word, ...] = ()


class Content(NamedTuple):
    """What a message holds. Quotes, mentions and faces are no part of it."""

    parts: list[Part]

    @property
    def text(self) -> str:
        """What the author typed; what stands around a picture or a mention is one text."""
        return "".join(part.typed for part in self.parts)

    @property
    def words(self) -> tuple[str, ...]:
        """Everything a member reads, each once: what was typed, and what cards, pictures and buttons say."""
        typed = [self.text] if self.text else []
        read = (word.text for part in self.parts for word in part.words if not word.link)
        return tuple(dict.fromkeys((*typed, *read)))

    @property
    def sites(self) -> tuple[str, ...]:
        """The web sites that cards and shares lead to, each once, as `https://host/`."""
        links = (word.text for part in self.parts for word in part.words if word.link)
        return tuple(dict.fromkeys(filter(None, map(site_of, links))))

    @property
    def cards(self) -> tuple[Part, ...]:
        """The JSON, ark and XML cards."""
        return tuple(part for part in self.parts if part.kind in CARDS)

    @property
    def forwards(self) -> tuple[str, ...]:
        """The ids of merged forwards, for `opened`."""
        return tuple(str(part.data["id"]) for part in self._of("forward") if part.data.get("id"))

    @property
    def images(self) -> tuple[Mapping[str, Any], ...]:
        """The data of pictures, with `file` or `url`, as `lizheng.media` takes it."""
        return tuple(part.data for part in self._of("image"))

    @property
    def contacts(self) -> tuple[str, ...]:
        """What is recommended by QQ's own cards: `group` or `qq`."""
        return tuple("group" if part.data.get("type") == "group" else "qq" for part in self._of("contact"))

    def _of(self, kind: str) -> Iterator[Part]:
        return (part for part in self.parts if part.kind == kind)


def read(segments: Iterable[Said | Segment]) -> Content:
    """Read what these segments hold."""
    found: list[Part] = []
    for segment in segments:
        if isinstance(segment, dict):
            kind, data = segment["type"], segment["data"]
        else:
            kind, data = segment.type, segment.data
        if kind == "text":
            found.append(Part(kind, data, str(data.get("text") or "")))
        elif reader := _READERS.get(kind):
            found.append(Part(kind, data, "", tuple(reader(data))))
    return Content(found)


def words_of(kind: str, data: Mapping[str, Any]) -> Iterable[Word]:
    """The words of one card, picture or keyboard, in their order; none for other kinds of segments."""
    reader = _READERS.get(kind)
    return reader(data) if reader else ()


def site_of(address: str, *, any_scheme: bool = False) -> str:
    """The site an address leads to as `https://host/`, "" for what opens no web page.

    What follows the host says nothing to a reader. With `any_scheme` also where links to other apps lead.
    """
    try:
        if not _SCHEME.match(address):
            address = f"https:{'' if address.startswith('//') else '//'}{address}"
        parts = urlsplit(address)
        return (
            f"https://{parts.hostname}/"
            if parts.hostname and (any_scheme or parts.scheme in ("http", "https"))
            else ""
        )
    except ValueError:
        return ""


# — forwards ———————————————————————————————————————————————————————————————————————————————————


async def opened(ask: Ask, forward: str) -> list[list[Segment]]:
    """The messages inside a merged forward, see `nodes`; `ask` is `ctx.query`. None where the endpoint tells none."""
    try:
        answer = await ask("get_forward_msg", message_id=forward, id=forward)
    except (NetworkError, ActionFailed):
        return []
    return list(nodes(answer))


def nodes(answer: Any) -> Iterator[list[Segment]]:
    """The messages inside a merged forward as `get_forward_msg` answers it, nested ones included: the first, and the last."""
    found = _nodes(answer)
    yield from islice(found, FIRST_NODES)
    yield from deque(found, LAST_NODES)


def _nodes(answer: Any) -> Iterator[list[Segment]]:
    left = [(0, node) for node in reversed(_listed(answer, "messages", "message"))]
    looked_at = 0
    while left and looked_at < MOST_NODES:
        looked_at += 1
        depth, node = left.pop()
        data = node.get("data") if node.get("type") == "node" else node
        content = _listed(data, "content", "message")
        inner = [(depth + 1, one) for one in content if one.get("type") == "node" and depth < MOST_NESTED]
        left.extend(reversed(inner))
        segments = [one for one in content if one.get("type") != "node" and isinstance(one.get("data"), dict)]
        for segment in segments:
            inside = segment["data"].get("content")
            if segment.get("type") == "forward" and isinstance(inside, list) and depth < MOST_NESTED:
                left.extend((depth + 1, one) for one in reversed(inside) if isinstance(one, dict))
        if segments:
            yield [one for one in segments if isinstance(one.get("type"), str)]


def _listed(data: Any, *names: str) -> list[dict[str, Any]]:
    if not isinstance(data, dict):
        return []
    found = next((data[name] for name in names if data.get(name)), [])
    if isinstance(found, str):
        return [{"type": "text", "data": {"text": found}}]
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


# — the kinds of segments ——————————————————————————————————————————————————————————————————————


def _nothing(data: Mapping[str, Any]) -> Iterable[Word]:
    return ()


def _card(data: Mapping[str, Any]) -> list[Word]:
    found: list[Word] = []
    _walk(_parsed(data.get("data")), DEEPEST, "", found)
    return found


def _keyboard(data: Mapping[str, Any]) -> list[Word]:
    found: list[Word] = []
    _walk(data, DEEPEST_KEYBOARD, "", found)
    return found


def _parsed(card: Any) -> Any:
    """A card as told, or out of its text; None for text that is too long or broken."""
    if not isinstance(card, str):
        return card
    try:
        return json.loads(card) if len(card) <= CARD_CHARACTERS else None
    except (ValueError, RecursionError):
        return None


def _walk(value: Any, left: int, field: str, found: list[Word]) -> None:
    """Add the words in a value, at most so many levels down. A list, as generators within generators cost double."""
    if isinstance(value, str):
        link = field in LINKED
        if (link or field in READ) and (text := value.strip()):
            found.append(Word(text, field, link))
    elif left and isinstance(value, dict):
        for key, inner in value.items():
            _walk(inner, left - 1, str(key).casefold(), found)
    elif left and isinstance(value, list):
        for inner in value[:MOST_IN_LIST]:
            _walk(inner, left - 1, field, found)


def _xml(data: Mapping[str, Any]) -> Iterator[Word]:
    card = str(data.get("data") or "")[:CARD_CHARACTERS]
    links: list[Word] = []
    for between, verbatim, name, value in _XML.findall(card):
        text = (verbatim or unescape(between or value)).strip()
        if not text:
            continue
        if (field := name.lower()) in LINKED:
            links.append(Word(text, field, link=True))
        else:
            yield Word(text, field or "text")
    yield from links


def _share(data: Mapping[str, Any]) -> Iterator[Word]:
    yield from _fields(("title", "content"), data)
    if text := str(data.get("url") or ""):
        yield Word(text, "url", link=True)


def _markdown(data: Mapping[str, Any]) -> Iterator[Word]:
    told = data.get("content")
    inside = _parsed(told) if isinstance(told, str) and told.lstrip().startswith("{") else told
    if isinstance(inside, dict) and isinstance(inside.get("content"), str):
        told = inside["content"]  # an endpoint that hands over QQ's own JSON
    if text := str(told or "")[:CARD_CHARACTERS]:
        yield Word(text, "content")


def _picture(data: Mapping[str, Any]) -> Iterator[Word]:
    """What a picture is called in the list of chats; nothing for the client's own 「[图片]」."""
    bare = str(data.get("summary") or "").strip()
    if bare and not (bare.startswith("[") and bare.endswith("]") and len(bare) <= OWN_SUMMARY):
        yield Word(bare, "summary")


def _fields(names: Iterable[str], data: Mapping[str, Any]) -> Iterator[Word]:
    for name in names:
        if text := str(data.get(name) or ""):
            yield Word(text, name)


_READERS: dict[str, Callable[[Mapping[str, Any]], Iterable[Word]]] = {
    "json": _card,
    "ark": _card,
    "xml": _xml,
    "share": _share,
    "markdown": _markdown,
    "keyboard": _keyboard,
    "image": _picture,
    "mface": _picture,
    "location": partial(_fields, ("title", "content")),
    "music": partial(_fields, ("title", "content")),
    "file": partial(_fields, ("name", "file")),
    "forward": _nothing,
    "contact": _nothing,
}
