"""Telling those in charge what went wrong: in the record, and superusers in private."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lizheng import GroupContext, atomic
from plugins.morning_brief import texts

MOST_DAYS = 5


@atomic
async def missed(ctx: GroupContext, days: Sequence[date], why: str) -> None:
    """A brief that was not sent, or may not have been. Where the host names no superuser, the group itself is told."""
    named = "、".join(f"{day.month} 月 {day.day} 日" for day in days[-MOST_DAYS:])
    if len(days) > MOST_DAYS:
        named = f"{named}等 {len(days)} 天"
    what = texts.MISSED.format(days=named, why=why)
    await ctx.note("brief", what)
    if not ctx.superusers:
        await ctx.say("{what}", what=what)
    name = f"「{ctx.group.name}」" if ctx.group.name else ""
    for superuser in sorted(ctx.superusers):
        await ctx.tell(superuser, texts.IN_GROUP, name=name, group=ctx.group.id, what=what)
