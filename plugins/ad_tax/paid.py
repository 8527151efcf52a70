"""What a paid order brings: its ad posted by us, or the member's leave to post one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lizheng import Completed, GroupContext, Slot, State, Withdrawal, atomic
from lizheng.events import MemberLeft
from lizheng.grammar import say_duration
from lizheng.ledger import SETTLED, orders
from lizheng.ledger.tables import Order
from lizheng.messages.templates import Mention, compose
from lizheng.text import clip, visible
from plugins.ad_tax import texts

SLOT = timedelta(minutes=10)
SLOT_END = "slot_end"
POSTED = "posted"


async def post(ctx: GroupContext, user_id: int, text: str, **more: Any) -> None:
    """Put a member's ad into the group, under their name."""
    name = clip(visible(ctx.name_of(user_id)), 20)
    await ctx.post(compose(texts.POST, {"name": name, "text": text}), **more)


async def post_for(ctx: GroupContext, order: Order, text: str, source: str) -> None:
    """The same for a credit that has been spent by `source`; `posted` is told whether QQ took it."""
    payload = {"order": order.id, "source": source}
    await post(ctx, order.user_id, text, source=source, then=POSTED, payload=payload)


async def settled(ctx: GroupContext, slot: Any) -> None:
    """An admin has confirmed the whole price."""
    order = await Order.get(id=slot.payload["order"])
    await ctx.names_of([order.user_id])
    if order.text:
        await _post_order(ctx, order)
        return
    if order.state != "settled":
        return
    # Counted from when the member is told, which after an outage is later than the confirmation.
    await ctx.plan(SLOT_END, ctx.now + SLOT, key=str(order.id), payload={"order": order.id}, replace=True)
    await ctx.say(texts.SLOT, who=Mention(order.user_id), span=say_duration(SLOT))


async def with_slot(ctx: GroupContext, user_id: int, at: datetime) -> list[Order]:
    """The member's credits by which they may post an ad of that moment themselves."""
    mine = await orders.credits_of(ctx.group.id, user_id, ctx.feature.id)
    slots = _slots(ctx, [SLOT_END], mine).filter(due_at__gte=at.astimezone(UTC))
    keys = set(await slots.values_list("key", flat=True))
    return [order for order in mine if str(order.id) in keys]


def _slots(ctx: GroupContext, names: list[str], of: list[Order]) -> Any:
    keys = ["", *(str(order.id) for order in of)]
    return Slot.filter(feature=ctx.feature.id, name__in=names, group_id=ctx.group.id, key__in=keys)


async def catch_up(ctx: GroupContext) -> None:
    """Carry on with the orders that were settled while nobody did."""
    waiting = await Order.filter(group_id=ctx.group.id, feature=ctx.feature.id, state="settled")
    dealt_with = set(await _slots(ctx, [SLOT_END, POSTED], waiting).values_list("key", flat=True))
    for order in waiting:
        key = str(order.id)
        if order.text or key not in dealt_with:
            await ctx.plan(SETTLED, ctx.now, key=key, payload={"order": order.id}, replace=True)


@atomic
async def _post_order(ctx: GroupContext, order: Order) -> None:
    """The credit is spent with the post put on its way, or neither is."""
    source = f"ad-order:{order.id}"
    if await orders.use(order, by=source, at=ctx.now):
        await post_for(ctx, order, order.text, source)


@atomic
async def posted(ctx: GroupContext, done: Completed) -> None:
    """An ad QQ did not take has cost nothing."""
    if done.state is not State.NOT_DONE:
        return
    order = await Order.get(id=done.payload["order"])
    if await orders.give_back(order, by=done.payload["source"], at=ctx.now):
        await ctx.say(texts.NOT_POSTED, who=Mention(order.user_id), number=order.number)


async def looked_after(ctx: GroupContext, slot: Any) -> None:
    """The slot of an ad that a release until 0.1 posted."""
    await ctx.follow(slot.payload["source"], POSTED, slot.payload)


async def member_left(ctx: GroupContext, happened: MemberLeft) -> None:
    """The ad of somebody who is gone is not posted any more."""
    await take_back(ctx, texts.AUTHOR_LEFT, happened.user_id)


@atomic
async def take_back(ctx: GroupContext, why: str, user_id: int = 0) -> None:
    """Posts that still wait, of one member or of all, are not made, and the credits spent on them are there again."""
    sources = await ctx.still_waiting()
    spent = Order.filter(group_id=ctx.group.id, state="used", used_by__in=["", *sources])
    for order in await (spent.filter(user_id=user_id) if user_id else spent):
        source = order.used_by or ""
        if await ctx.hold_back(source, why) is Withdrawal.TAKEN_BACK:
            await orders.give_back(order, by=source, at=ctx.now)


async def slot_ended(ctx: GroupContext, slot: Any) -> None:
    order = await Order.get(id=slot.payload["order"])
    if order.state == "settled":
        await ctx.say(
            texts.SLOT_ENDED, who=Mention(order.user_id), span=say_duration(SLOT), number=order.number
        )
