"""What a message says to a judge of advertisements: the words of everything in it, and what its cards are. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from lizheng.messages.content import CARDS, Said, Word, site_of, words_of
from lizheng.messages.templates import Segment
from plugins.ad_guard.recognise import Evidence

MOST_CHARACTERS = 5000
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
    images: tuple[Mapping[str, Any], ...] = ()


def read(segments: Iterable[Said | Segment]) -> Reading:
    """What these segments say, and the evidence in them. Quotes are no part of it."""
    parts: list[str] = []
    evidence: list[Evidence] = []
    forwards: list[str] = []
    images: list[Mapping[str, Any]] = []
    for segment in segments:
        if isinstance(segment, dict):
            kind, data = segment["type"], segment["data"]
        else:
            kind, data = segment.type, segment.data
        if kind == "text":
            parts.append(str(data.get("text") or ""))
            continue
        if words := words_of(kind, data):
            parts.append(" ".join(_read(kind, words))[:MOST_CHARACTERS])
        if kind == "image":
            images.append(data)
        elif kind == "forward":
            forwards.append(str(data.get("id") or ""))
        elif kind == "contact":
            evidence.append(GROUP_CARD if data.get("type") == "group" else PERSON_CARD)
        elif kind in CARDS and _GROUP_CARD.search(str(data.get("data") or "")):
            evidence.append(GROUP_CARD)
    text = " ".join(filter(None, parts))
    return Reading(text[:MOST_CHARACTERS], tuple(evidence), tuple(filter(None, forwards)), tuple(images))


def _read(kind: str, words: Iterable[Word]) -> Iterable[str]:
    """Each once. Where the links of XML lead is left out: clients show none of it."""
    return dict.fromkeys(
        site_of(text, any_scheme=True) if link else text
        for text, _, link in words
        if not (link and kind == "xml")
    )


def without_command(text: str) -> str:
    """The arguments alone."""
    return _COMMAND_NAME.sub("", text, count=1)
