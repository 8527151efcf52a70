"""What a message shows of a payment, for every form a red packet reaches us in. Pure. None of it tells an amount."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Grade(IntEnum):
    """How much it shows; the strongest first."""

    ELEMENT = 1
    """A red packet as the endpoint itself tells it."""
    TEXT = 2
    """The text some endpoints put in its place, which anybody can type."""
    EMPTY = 3
    """A message without any content, which is all that others tell."""
    CLAIM = 4
    """The member says so."""
    WORD = 5
    """An admin says so."""


@dataclass(frozen=True)
class Seen:
    """`wish` is the packet's title, "" where it is not told."""

    grade: Grade
    wish: str = ""


ELEMENTS = frozenset({"redbag", "red_packet"})
PLAIN = "[QQ红包]请使用新版手机QQ查收红包。"
TITLED = re.compile(r"\[(?:拼手气|普通|口令|专属|语音)?红包[:：]([^\]]{0,200})\]")


def read(segments: Iterable[Any], raw: Any) -> Seen | None:
    """What the segments of a message and its `raw` (an endpoint's own form, if it is given) show."""
    segments = list(segments)
    for segment in segments:
        if segment.type in ELEMENTS:
            return Seen(Grade.ELEMENT, str(segment.data.get("title") or "")[:200])
    if (wish := wallet(raw)) is not None:
        return Seen(Grade.ELEMENT, wish[:200])
    if not segments:
        return Seen(Grade.EMPTY)
    if len(segments) > 1 or segments[0].type != "text":
        return None
    text = segments[0].data.get("text", "").strip()
    if not text:
        return Seen(Grade.EMPTY)
    if text == PLAIN:
        return Seen(Grade.TEXT)
    if text[0] == "[" and (titled := TITLED.fullmatch(text)):
        return Seen(Grade.TEXT, titled[1])
    return None


def wallet(raw: Any) -> str | None:
    """The title of a `walletElement`; None when there is no such element."""
    elements = raw.get("elements") if isinstance(raw, Mapping) else None
    for element in elements if isinstance(elements, list) else ():
        found = element.get("walletElement") if isinstance(element, Mapping) else None
        if isinstance(found, Mapping):
            receiver = found.get("receiver")
            return str(receiver.get("title") or "") if isinstance(receiver, Mapping) else ""
    return None
