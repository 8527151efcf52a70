"""Which packet is whose, how far a reward has come, and which time is asked for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SEEN_WITHIN = timedelta(minutes=10)
_FOR_ALL = re.compile(r"\[(?:拼手气|普通|口令|语音)红包")
_YEAR = re.compile(r"(20\d{2})年?")


@dataclass(frozen=True)
class Open:
    """A reward that its payer has not handed over yet."""

    number: int
    payer_id: int
    announced_at: datetime


def bound_to(named: int | None, payer_id: int, at: datetime, waiting: Sequence[Open]) -> int | None:
    """Say which reward a packet of this person is: the one its wish names, else the only one just announced."""
    if named is not None:
        return named
    mine = [one for one in waiting if one.payer_id == payer_id and abs(at - one.announced_at) <= SEEN_WITHIN]
    return mine[0].number if len(mine) == 1 else None


def is_for_all(segments: Iterable[Any]) -> bool:
    """Tell whether the endpoint shows that anybody may take a packet; most show nothing, which is no."""
    for segment in segments:
        if segment.type == "text" and _FOR_ALL.match(str(segment.data.get("text", "")).strip()):
            return True
        if segment.type == "red_packet" and segment.data.get("type") in ("lucky", "normal", "password"):
            return True
    return False


def stage_of(
    handed: datetime | None, got: datetime | None, wrong: int, now: datetime, confirm: timedelta
) -> str:
    """How far a reward has come that is not booked."""
    if wrong:
        return "wrong"
    if handed is None:
        return "open" if got is None else "got"
    return "late" if now - handed > confirm else "handed"


def period(text: str, now: datetime) -> tuple[datetime, datetime] | None:
    """Read 本月 (also nothing) or a year into its local beginning and end; None for anything else."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if text in ("", "本月", "这个月"):
        first = midnight.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    if found := _YEAR.fullmatch(text):
        first = midnight.replace(year=int(found[1]), month=1, day=1)
        return first, first.replace(year=first.year + 1)
    return None
