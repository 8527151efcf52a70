"""What the bytes of a feed say. A child process does the reading; everything is text when it comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urljoin, urlsplit

from lizheng.media.confined import Confined, Unreadable
from lizheng.text import clip
from plugins.morning_brief import texts
from plugins.morning_brief.feeds.dates import read_date
from plugins.morning_brief.feeds.fetching import FetchFailed
from plugins.morning_brief.feeds.identity import Entry, tell_apart

TITLE_LENGTH = 80
NAME_LENGTH = 20
LINK_LENGTH = 500
AT_ONCE, SECONDS = 2, 10.0


class Overran(FetchFailed):
    """Reading the feed would take more time or memory than a feed is worth."""


@dataclass(frozen=True)
class Item:
    """One entry. `keys` tell it from others, across sources and days; `published_at` is None where it is not said."""

    title: str
    link: str
    published_at: datetime | None
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """A feed's own name, and its entries as it orders them."""

    title: str
    items: tuple[Item, ...]


class Reader:
    """Reads feeds, two at a time; dates that name no zone are meant in `zone`."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._parse = Confined("plugins.morning_brief.feeds.parsing:parse", seconds=SECONDS, at_once=AT_ONCE)

    async def read(self, content: bytes, content_type: str, url: str) -> Read:
        """Raises `FetchFailed` for what is no feed or cannot be read, `Overran` where that took too much."""
        try:
            said = await self._parse(content, content_type, url)
        except Unreadable as error:
            raise Overran(texts.OVERRAN) if error.overran else FetchFailed(texts.UNREADABLE) from error
        if not said:
            raise FetchFailed(texts.NO_FEED)
        try:
            return assemble(said[0], said[1:], url, self._zone)
        except (KeyError, TypeError, AttributeError) as error:
            raise FetchFailed(texts.UNREADABLE) from error


def assemble(feed: dict[str, Any], entries: Sequence[dict[str, Any]], url: str, zone: tzinfo) -> Read:
    """The feed from what its reader found; an entry that says nothing is left out, a repeated one stands once."""
    told = [
        (Entry(title, _link(entry["link"], url), entry["guid"]), entry["dates"])
        for entry in entries
        if (title := clip(entry["title"], TITLE_LENGTH))
    ]
    keys = tell_apart([entry for entry, _ in told], _link(feed["link"], url), url)
    items: dict[str, Item] = {}
    for (entry, dates), known_by in zip(told, keys, strict=True):
        found = (read_date(text, zone) for text in dates)
        published_at = next((date for date in found if date), None)
        items.setdefault(known_by[0], Item(entry.title, entry.link, published_at, known_by))
    return Read(clip(feed["title"], NAME_LENGTH), tuple(items.values()))


def _link(text: str, base: str) -> str:
    """The whole address of a link, "" for what leads nowhere a reader could go."""
    try:
        link = urljoin(base, text) if text else ""
        parts = urlsplit(link)
    except ValueError:
        return ""
    fits = parts.scheme in ("http", "https") and parts.netloc and len(link) <= LINK_LENGTH
    return link if fits and link.isprintable() and " " not in link else ""
