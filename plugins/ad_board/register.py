"""The entries and those that wait to become one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from lizheng import GroupContext, Waiting
from lizheng.grammar.trades import unlawful
from lizheng.parts.quota import Quota
from lizheng.text import clip, fold, visible
from plugins.ad_board import rules, texts
from plugins.ad_board.models import Entry, Used
from plugins.ad_board.rules import Shown

DECISION, UNDO = "entry", "entry"
SUBMISSIONS = Quota(Used, "submit", timedelta(days=1), texts.TOO_OFTEN)
CLEARED = "cleared"
"""In what waits: whether the message that submitted it was taken away with it. One from before this was, has none."""


async def live(ctx: GroupContext) -> list[Entry]:
    """What is on the board now, oldest first."""
    now = ctx.now
    return await Entry.filter(group_id=ctx.group.id, down_at=None, expires_at__gt=now).order_by("number")


async def find_live(ctx: GroupContext, number: int) -> Entry | None:
    return next((entry for entry in await live(ctx) if entry.number == number), None)


async def board(ctx: GroupContext) -> list[Shown]:
    """The board as it is shown."""
    entries = await live(ctx)
    await ctx.names_of({entry.author_id for entry in entries})
    return rules.in_order(shown(ctx, entry) for entry in entries)


def shown(ctx: GroupContext, entry: Entry) -> Shown:
    return Shown(entry.number, entry.text, name(ctx, entry.author_id), entry.expires_at, entry.pinned_at)


def name(ctx: GroupContext, user_id: int) -> str:
    return clip(visible(ctx.name_of(user_id)), 12)


async def waiting(ctx: GroupContext, author_id: int | None = None) -> list[Waiting]:
    """Submissions that are open, the newest first."""
    return await ctx.waiting(DECISION, author=author_id)


async def why_not(ctx: GroupContext, author_id: int, text: str) -> str:
    """Why this member may not submit this text now, "" when they may."""
    if trade := unlawful(text):
        return texts.UNLAWFUL.format(trade=trade)
    for pending in await waiting(ctx, author_id):
        return texts.WAITS.format(number=pending.number)
    for entry in await live(ctx):
        if fold(entry.text) == fold(text):
            return texts.SAME.format(number=entry.number)
    return ""


def before(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """What it takes to bring these entries back to what they are now."""
    return [
        {"number": e.number, "live": e.down_at is None, "pinned": e.pinned_at is not None} for e in entries
    ]
