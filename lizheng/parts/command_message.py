"""The message of a command whose words the bot has taken over: it is recalled, tried again for ten minutes if need be."""

from __future__ import annotations

from datetime import datetime, timedelta

from lizheng.acts.decisions import feature as owner
from lizheng.acts.perform import UNREADABLE
from lizheng.base.outcome import State
from lizheng.base.roles import Role
from lizheng.plugin.context import Context, GroupContext
from lizheng.store.tables import Slot

CLEAR = "clear"
PAUSE = timedelta(seconds=5)
GIVE_UP = timedelta(minutes=10)
LEFT = "有条消息没撤成：一直读不到成员列表。请管理员看一下。"


def is_cleared(ctx: Context) -> bool:
    """Whether the message of this command is one `clear` takes away: a member's, in the group."""
    return ctx.channel == "group" and ctx.role < Role.ADMIN


async def clear(ctx: Context, reason: str) -> None:
    """Recall the message of this command; what cannot be looked up now is tried again for ten minutes, then told."""
    if not is_cleared(ctx):
        return
    ctx.cleared = True
    outcome = await ctx.recall(ctx.message_id, ctx.author_id, reason, again=True)
    if outcome.why == UNREADABLE:
        await clear_later(ctx, ctx.message_id, ctx.author_id, reason)
    elif outcome.state is State.NOT_DONE:
        ctx.cleared = False


async def clear_later(ctx: GroupContext, message_id: int, author_id: int, reason: str) -> None:
    """Have a member's message recalled as soon as its author can be looked up."""
    now = ctx.host.clock.now()
    payload = {
        "message": message_id,
        "author": author_id,
        "reason": reason,
        "feature": ctx.feature.id,
        "until": (now + GIVE_UP).timestamp(),
    }
    await ctx.host.schedule.plan(
        owner.id, CLEAR, ctx.group.id, now + PAUSE, key=str(message_id), payload=payload, replace=True
    )


async def _try_again(ctx: GroupContext, slot: Slot) -> datetime | None:
    told = slot.payload
    feature = ctx.host.features.get(told["feature"])
    if feature is None:
        return None
    now = ctx.host.clock.now()
    again = now.timestamp() < told["until"]
    acting = ctx.on_behalf(feature, 0, Role.MEMBER, f"clear:{slot.id}:{told['until']}")
    outcome = await acting.recall(told["message"], told["author"], told["reason"], again=again)
    if outcome.why != UNREADABLE:
        return None
    if again:
        return now + PAUSE
    await ctx.say("{sentence}", sentence=LEFT)
    return None


owner.job(CLEAR, _try_again)
