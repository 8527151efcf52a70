"""What a paid order brings: its ad posted by us, or the member's leave to post one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lizheng.context import GroupContext
from lizheng.grammar import say_duration
from lizheng.ledger import orders
from lizheng.models import Order
from lizheng.speech import Mention, compose
from lizheng.store import atomic
from lizheng.text import clip, visible
from plugins.ad_tax import texts

SLOT = timedelta(minutes=10)
SLOT_END = "slot_end"


async def post(ctx: GroupContext, user_id: int, text: str, source: str | None = None) -> None:
    """Put a member's ad into the group, under their name."""
    name = clip(visible(ctx.name_of(user_id)), 20)
    await ctx.post(compose(texts.POST, {"name": name, "text": text}), source=source)


async def settled(ctx: GroupContext, slot: Any) -> None:
    """An admin has confirmed the whole price."""
    order = await Order.get(id=slot.payload["order"])
    await ctx.names_of([order.user_id])
    if order.text:
        await _post_order(ctx, order)
        return
    if order.state != "settled":
        return
    await ctx.plan(SLOT_END, slot.due_at + SLOT, key=str(order.id), payload={"order": order.id})
    await ctx.say(texts.SLOT, who=Mention(order.user_id), span=say_duration(SLOT))


@atomic
async def _post_order(ctx: GroupContext, order: Order) -> None:
    """The credit is spent with the post put on its way, or neither is."""
    source = f"ad-order:{order.id}"
    if await orders.use(order, by=source, at=ctx.now):
        await post(ctx, order.user_id, order.text, source)


async def slot_ended(ctx: GroupContext, slot: Any) -> None:
    order = await Order.get(id=slot.payload["order"])
    if order.state == "settled":
        await ctx.say(
            texts.SLOT_ENDED, who=Mention(order.user_id), span=say_duration(SLOT), number=order.number
        )
