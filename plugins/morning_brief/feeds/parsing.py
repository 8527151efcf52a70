"""The part of reading a feed that runs in a child process: feedparser and nh3, which strangers' bytes may overwhelm."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import feedparser
import nh3

from lizheng.text import visible

MOST_ITEMS = 60
LONGEST = 4000
"""Characters of a field that are looked at."""
DATES = ("published", "updated", "created")
UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CHARSET = re.compile(r"""(?:encoding|charset)\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)


def parse(content: bytes, content_type: str, url: str) -> Iterator[dict[str, Any]]:
    """The feed's own title and link, then the same of each entry, with its guid and its dates as they are written.

    Nothing at all when it is no feed.
    """
    content, content_type = mend(content, content_type)
    headers = {"content-location": url} | ({"content-type": content_type} if content_type else {})
    # In a BytesIO: given plain bytes, feedparser would open a file of that name.
    parsed = feedparser.parse(
        BytesIO(content), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not parsed.entries and not parsed.get("version"):
        return
    yield {"title": _text(parsed.feed.get("title")), "link": _plain(parsed.feed.get("link"))}
    for entry in parsed.entries[:MOST_ITEMS]:
        yield {
            "title": _text(entry.get("title")) or _text(entry.get("summary")),
            "link": _plain(entry.get("link")),
            "guid": _plain(entry.get("id")),
            "dates": [_plain(entry[name])[:100] for name in DATES if name in entry],
        }


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


def _plain(value: Any) -> str:
    return str(value or "")[:LONGEST].encode("utf-8", "replace").decode().strip()


def _text(value: Any) -> str:
    """What a reader would see of it, on one line."""
    return visible(html.unescape(nh3.clean(_plain(value), tags=set())))
