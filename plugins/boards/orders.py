"""What a posting of 招聘 costs, where the group has set a price and keeps books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from lizheng import Context, Declined, GroupContext, Mention, Role, Slot, atomic
from lizheng.grammar import say_money
from lizheng.ledger import books
from lizheng.ledger import orders as ledger
from lizheng.ledger.tables import Order
from plugins.boards import texts
from plugins.boards.models import Item
from plugins.boards.settings import Settings

BOOKS, EXPIRE = "dues", "expire"
TERM = timedelta(days=3)


async def credits(ctx: Context) -> list[Order] | None:
    """What the author has paid and not used, None where a posting costs nothing. Raises `Declined` with what is to be paid."""
    price = ctx.settings(Settings).price
    if not price or not ctx.is_on(BOOKS) or await ctx.confirmed_role() >= Role.ADMIN:
        return None
    books.insist(ctx.group)
    if paid := await ledger.credits_of(ctx.group.id, ctx.author_id, ctx.feature.id):
        return paid
    owed = await ledger.open_ones(ctx.group.id, ctx.author_id, ctx.feature.id)
    order = owed[0] if owed else await _place(ctx, price)
    raise Declined(texts.PAY_FIRST.format(price=say_money(order.price - order.paid), number=order.number))


@atomic
async def _place(ctx: Context, price: int) -> Order:
    end, source = ctx.now + TERM, f"board-order:{ctx.scope}"
    where = (ctx.group.id, ctx.feature.id, ctx.author_id)
    order = await ledger.place(*where, texts.PURPOSE, price, at=ctx.now, expires_at=end, source=source)
    await ctx.plan(EXPIRE, end, key=str(order.id), payload={"order": order.id})
    return order


async def expire(ctx: GroupContext, slot: Slot) -> None:
    """Nobody has paid in time, and nobody has to."""
    await ledger.expire(await Order.get(id=slot.payload["order"]))


def _use(item: Item) -> str:
    return f"board:{item.id}"


async def spend(ctx: GroupContext, item: Item, paid: Sequence[Order]) -> None:
    """Spend one credit on an entry. Raises `Declined` when none is left."""
    if await ledger.use_any(paid, by=_use(item), at=ctx.now) is None:
        raise Declined(texts.TOO_LATE)


async def give_back(ctx: GroupContext, item: Item) -> None:
    """An entry that was refused has cost nothing."""
    if (order := await Order.get_or_none(used_by=_use(item))) is not None:
        await ledger.give_back(order, by=_use(item), at=ctx.now)


async def settled(ctx: GroupContext, slot: Slot) -> None:
    """An admin has confirmed the price of a posting."""
    order = await Order.get(id=slot.payload["order"])
    if order.state == "settled":
        await ctx.say(texts.PAID, who=Mention(order.user_id), number=order.number)
