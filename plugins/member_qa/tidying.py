"""Every night: files go that no entry, no decision and no way back speaks of any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from lizheng import GroupContext, Pending, Record
from lizheng.parts.decisions import carried_out
from lizheng.parts.files import GRACE, sweep
from plugins.member_qa.library import CHANGED
from plugins.member_qa.models import Entry
from plugins.member_qa.rows import READ

TIDY = "tidy"
FEATURE = "member_qa"
OURS = ("png", "jpg", "gif", "webp", "import.json")
"""Pictures and import previews; the vectors of a group are replaced, not collected."""


async def tidy(ctx: GroupContext, slot: Any) -> None:
    await sweep(ctx, OURS, lambda: names_in_use(ctx.now))


async def names_in_use(now: datetime, but: int = 0) -> set[str]:
    """The files that entries have, forgotten ones too, that an undo would bring back, or that wait for a decision.

    The pending with the id `but` is not looked at.
    """
    return {*await _of_entries(), *await _of_ways_back(), *await _of_decisions(now, but)}


async def _of_entries() -> set[str]:
    found: set[str] = set()
    last = 0
    while rows := await Entry.filter(id__gt=last).order_by("id").limit(READ).values("id", "pictures"):
        last = rows[-1]["id"]
        found.update(name for row in rows for name in row["pictures"])
    return found


async def _of_ways_back() -> set[str]:
    """Of answers that were changed: an import leaves pictures as they are."""
    found: set[str] = set()
    last = 0
    changed = Record.filter(feature=FEATURE, kind=CHANGED)
    while rows := await changed.filter(id__gt=last).order_by("id").limit(READ).values("id", "undo"):
        last = rows[-1]["id"]
        steps = [step for row in rows if row["undo"] for step in row["undo"]["entries"]]
        found.update(name for _, _, before in steps if before for name in before["pictures"])
    return found


async def _of_decisions(now: datetime, but: int) -> set[str]:
    """Of what may still be agreed to, and of what was and is not carried out yet."""
    mine = Pending.filter(feature=FEATURE).exclude(id=but)
    rows = await mine.filter(Q(state="approved") | Q(state="open", expires_at__gt=now - GRACE))
    over = await carried_out([row.id for row in rows if row.state == "approved"])
    payloads = [row.payload for row in rows if row.id not in over]
    return {name for payload in payloads for name in (*payload.get("pictures", ()), payload.get("file", ""))}
