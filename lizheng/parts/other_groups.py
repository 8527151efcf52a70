"""A feature at work in other groups than the one where it was asked: which there are, and how to speak there."""

from __future__ import annotations

from contextlib import suppress

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng.plugin.context import GroupContext
from lizheng.text import clip

__all__ = ["account_in", "elsewhere", "groups_of_ours", "is_connected", "shown_group", "why_paused"]

LONGEST_NAME = 20


def elsewhere(ctx: GroupContext, group_id: int, source: str = "", author_id: int = 0) -> GroupContext:
    """Give this feature in another group, for a cause of its own: without one, nothing said there is known again."""
    group = ctx.host.groups[group_id]
    return GroupContext(ctx.host, group, ctx.feature, source=source or None, author_id=author_id)


def groups_of_ours(ctx: GroupContext) -> list[GroupContext]:
    """List the groups that an account of this host is in, by number, whether the feature is on there or not."""
    known = sorted(group.id for group in ctx.host.groups.known() if group.id > 0)
    return [elsewhere(ctx, group_id) for group_id in known if ctx.host.account_for(group_id) is not None]


async def shown_group(ctx: GroupContext) -> str:
    """Name the group, by its number where nobody tells a name; a group that is new since connecting is asked for."""
    if not ctx.group.name:
        with suppress(NetworkError, ActionFailed):
            told = await ctx.query("get_group_info", group_id=ctx.group.id) or {}
            ctx.group.name = str(told.get("group_name") or "")
    return clip(ctx.group.name, LONGEST_NAME) or str(ctx.group.id)


def account_in(ctx: GroupContext) -> int | None:
    """Return the account of ours that acts in this group, None while none that is in it is connected."""
    return ctx.host.account_for(ctx.group.id)


def is_connected(ctx: GroupContext) -> bool:
    """Tell whether any account of this host is connected, in whatever groups."""
    return bool(ctx.host.accounts())


def why_paused(ctx: GroupContext) -> str:
    """Say in Chinese why messages to this group are held back just now, "" when they are not."""
    account = ctx.host.account_for(ctx.group.id)
    return ctx.host.outbox.paused_there(account, ctx.group.id) if account else ""
