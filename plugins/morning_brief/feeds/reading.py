"""What the bytes of a feed say. feedparser does the reading; everything is text when it comes out."""

from __future__ import annotations

import html
import re
from calendar import timegm
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from lizheng.text import clip, fold, visible
from plugins.morning_brief import texts
from plugins.morning_brief.feeds.fetching import FetchFailed

MOST_ITEMS = 60
TITLE_LENGTH = 80
NAME_LENGTH = 20
LINK_LENGTH = 500
UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CHARSET = re.compile(r"""(?:encoding|charset)\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
TELLING = 6
"""Titles of fewer letters (早报, 日报) are shared by different items."""


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


def read_feed(content: bytes, content_type: str) -> Read:
    """Raises `FetchFailed` when it is no feed. Takes seconds for a large one: to be run in a thread."""
    import feedparser

    content, content_type = mend(content, content_type)
    headers = {"content-type": content_type} if content_type else {}
    # In a BytesIO: given plain bytes, feedparser would open a file of that name.
    parsed = feedparser.parse(
        BytesIO(content), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not parsed.entries and not parsed.get("version"):
        raise FetchFailed(texts.NO_FEED)
    items = {item.keys[0]: item for item in map(_item, parsed.entries[:MOST_ITEMS]) if item}
    return Read(clip(_text(parsed.feed.get("title")), NAME_LENGTH), tuple(items.values()))


def mend(content: bytes, content_type: str) -> tuple[bytes, str]:
    """A feed said to be UTF-8 that is not quite: with its few bad bytes replaced, or read as the GBK it is.

    feedparser takes either for a Western encoding, and every title becomes unreadable.
    """
    declared = _CHARSET.search(content[:200].decode("latin-1") + content_type)
    if (declared and declared[1].lower() not in ("utf-8", "utf8")) or content.startswith(UTF16):
        return content, content_type
    text = content.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if not bad:
        return content, content_type
    if bad * 50 > len(text):
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            return content, content_type
    return text.encode(), "application/xml; charset=utf-8"


def _item(entry: Any) -> Item | None:
    title = clip(_text(entry.get("title")) or _text(entry.get("summary")), TITLE_LENGTH)
    if not title:
        return None
    link = str(entry.get("link") or "").strip()
    if not link.startswith(("http://", "https://")) or len(link) > LINK_LENGTH:
        link = ""
    return Item(title, link, _time(entry), keys(title, link))


def keys(title: str, link: str) -> tuple[str, ...]:
    """What is equal for two appearances of one story: its address without what counts clicks, and its title."""
    found: list[str] = []
    if link:
        parts = urlsplit(link)
        query = [
            (k, v) for k, v in parse_qsl(parts.query) if not k.lower().startswith(("utm_", "spm", "from"))
        ]
        host = (parts.netloc.lower()).removeprefix("www.")
        found.append(_key("link", f"{host}{parts.path.rstrip('/')}?{urlencode(sorted(query))}"))
    folded = fold(title)
    if len(folded) >= TELLING or not found:
        found.append(_key("title", folded or title))
    return tuple(found)


def _key(kind: str, what: str) -> str:
    return f"{kind}:{sha256(what.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _text(value: Any) -> str:
    """What a reader would see of it, on one line."""
    import nh3

    text = str(value or "")[:4000].encode("utf-8", "replace").decode()
    return visible(html.unescape(nh3.clean(text, tags=set())))


def _time(entry: Any) -> datetime | None:
    for name in ("published_parsed", "updated_parsed"):
        if parsed := entry.get(name):
            try:
                return datetime.fromtimestamp(timegm(parsed), UTC)
            except (ValueError, OverflowError, OSError):
                continue
    return None
