"""What follows when the author confirms a broadcast."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng import Declined, GroupContext, Pending
from lizheng.parts.other_groups import elsewhere
from plugins.broadcast import broadcasts, rules, texts


async def confirmed(ctx: GroupContext, pending: Pending) -> None:
    """Freeze the groups that were shown and still are sent to, and begin; none is added to those."""
    payload = pending.payload
    if payload["quoted"] and await _is_recalled(ctx, payload["quoted"]):
        raise Declined(texts.RECALLED)
    asked = datetime.fromtimestamp(payload["at"], UTC)
    at = max(asked, ctx.now)
    shown = [elsewhere(ctx, group_id) for group_id in payload["groups"]]
    found = await broadcasts.plan(ctx, shown, ctx.author_id, at, upkeep=payload["upkeep"], fresh=True)
    if not found.groups:
        raise Declined(texts.NOBODY.format(left_out=found.said))
    cast = await broadcasts.begin(ctx, f"pending:{pending.id}", payload, found.groups, at)
    if cast is None:
        return
    count = len(found.groups)
    values: dict[str, Any] = {"number": cast.number, "count": count, "left_out": found.said}
    if asked > ctx.now:
        template = texts.BEGINS
        values["at"] = rules.say_moment(asked, ctx.now)
    else:
        template = texts.BEGUN
        values["span"] = rules.say_lasts(count)
    if payload["aside"]:
        await ctx.tell(ctx.author_id, template, **values)
    else:
        await ctx.say(template, **values)


async def _is_recalled(ctx: GroupContext, message_id: int) -> bool:
    """Tell whether a message has been taken back; while nobody answers it counts as there, as its words are kept."""
    try:
        await ctx.query("get_msg", message_id=message_id)
    except ActionFailed:
        return True
    except NetworkError:
        return False
    return False
