"""Whom a greeting is for, and what its words may contain. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lizheng.messages.templates import placeholders
from lizheng.text import clip, visible
from plugins.welcome import texts

PLACEHOLDERS = ("at", "昵称", "群名", "人数", "群规", "名片格式")
CARD_FORMAT = "{名片格式}"
GATHERING = timedelta(seconds=3)
"""How long a greeting waits for others who join."""
RAID_SPAN = timedelta(seconds=20)
RAID_JOINS = 5
MOST_MENTIONS = 20
MOST_NAMES = 5
STALE = timedelta(hours=1)
"""Who joined longer ago, while nobody was there to greet, is no newcomer any more."""


def check_template(text: str) -> str:
    """The text itself. Raises `Misread` for an unknown placeholder."""
    placeholders(text, PLACEHOLDERS)
    return text


@dataclass(frozen=True)
class Arrival:
    """Somebody joined at this moment. `merged`: greeted together with others of a raid."""

    at: datetime
    greeted_at: datetime | None = None
    merged: bool = False


@dataclass(frozen=True)
class Plan:
    """Greet everybody who waits now, or wait until `later`. `raid`: one greeting, of many."""

    raid: bool
    later: datetime | None = None


def plan(arrivals: Iterable[Arrival], now: datetime) -> Plan:
    """What to do with those who wait: `arrivals` are the joins of the last minutes, greeted ones included.

    The greeting is due when the first of them has waited for the others. In a raid the first merged greeting goes out
    like any other; those who come after it are gathered until 20 seconds have passed since.
    """
    known = list(arrivals)
    recent = sum(a.at > now - RAID_SPAN - GATHERING for a in known)
    waiting = [a.at for a in known if a.greeted_at is None]
    last = max((a.greeted_at for a in known if a.merged and a.greeted_at), default=None)
    if last is not None and last + RAID_SPAN > now:
        return Plan(raid=True, later=last + RAID_SPAN)
    raid = recent >= RAID_JOINS or len(waiting) >= RAID_JOINS
    gathered = min(waiting, default=now) + GATHERING
    return Plan(raid, later=gathered if gathered > now and waiting else None)


def names(nicknames: list[str]) -> str:
    """The nicknames, made safe, and how many there are when there are more."""
    shown = "、".join(clip(visible(name), 12) for name in nicknames[:MOST_NAMES])
    more = len(nicknames) > MOST_NAMES
    return shown + (texts.AND_MORE.format(count=len(nicknames)) if more else "")
