"""What makes two appearances of one story equal, and two stories different. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit

from lizheng.text import fold

TELLING = 6
"""Titles of fewer letters (早报, 日报) are shared by different items."""
GUID = "guid:"
_COUNTED = ("utm_", "spm", "from")
"""Parameters that say where a click came from."""
_JUST_A_PLACE = re.compile(r"(?:comments?|respond|rss|utm_.*|ref[=-].*|from[=-].*)?", re.IGNORECASE)
_WORLDWIDE = re.compile(r"[a-z][a-z0-9+.-]*://|tag:|urn:", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """What a feed says of one item; `link` is absolute or ""."""

    title: str
    link: str
    guid: str = ""


def tell_apart(entries: Sequence[Entry], site: str = "", url: str = "") -> list[tuple[str, ...]]:
    """For each entry the keys it is known by, the first of which no other story of the feed has.

    A guid comes first, if it says more than the link. What several stories of the feed have in common (all of them link
    to the front page, say) is no key. `site` is what the feed itself links to, `url` where it was read.
    """
    fronts = {link_key(site), link_key(url)} if site else {link_key(url)}
    marks = [_marks(entry, fronts, url) for entry in entries]
    stories: defaultdict[str, set[str]] = defaultdict(set)
    for entry, found in zip(entries, marks, strict=True):
        for mark in found:
            stories[mark].add(story_key(entry))
    return [
        tuple(mark for mark in found if len(stories[mark]) == 1) or (story_key(entry),)
        for entry, found in zip(entries, marks, strict=True)
    ]


def unlike(keys: tuple[str, ...], known: Collection[tuple[str, ...]]) -> tuple[str, ...]:
    """The keys of a new item without those that other stories of its source had before it.

    One whose link and title are both known is the same story under a new guid, and keeps them.
    """
    own, others = keys[:1], list(keys[1:])
    for row in known:
        shared = set(others) & set(row)
        if shared and len(shared) < len(keys) - 1:
            others = [key for key in others if key not in shared]
    return (*own, *others)


def _marks(entry: Entry, fronts: Collection[str], url: str) -> list[str]:
    found: list[str] = []
    link = link_key(entry.link) if entry.link else ""
    if entry.guid and (not link or link_key(entry.guid) != link):
        found.append(_key(GUID, entry.guid if _WORLDWIDE.match(entry.guid) else f"{url} {entry.guid}"))
    if link and link not in fronts:
        found.append(link)
    folded = fold(entry.title)
    if len(folded) >= TELLING or not found:
        found.append(_key("title:", folded or entry.title))
    return found


def story_key(entry: Entry) -> str:
    return _key("story:", f"{link_key(entry.link)} {fold(entry.title) or entry.title}")


def link_key(link: str) -> str:
    """An address without what counts clicks; whatever is no address counts as it stands."""
    try:
        parts = urlsplit(link)
        asked = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return _key("link:", link)
    query = sorted((k, v) for k, v in asked if not k.lower().startswith(_COUNTED))
    host = parts.netloc.lower().removeprefix("www.")
    place = "" if _JUST_A_PLACE.fullmatch(parts.fragment) else f"#{parts.fragment}"
    return _key("link:", f"{host}{parts.path.rstrip('/')}?{urlencode(query)}{place}")


def _key(kind: str, what: str) -> str:
    return f"{kind}{sha256(what.encode('utf-8', 'replace')).hexdigest()[:32]}"
