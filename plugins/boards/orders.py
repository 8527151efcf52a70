"""What a posting of 招聘 costs, where the group has set a price and keeps books."""

from __future__ import annotations

from datetime import timedelta

from lizheng import Context, Declined, GroupContext, Mention, Role, Slot
from lizheng.grammar import say_money
from lizheng.ledger import books
from lizheng.ledger import orders as ledger
from lizheng.ledger.tables import Order
from plugins.boards import texts
from plugins.boards.settings import Settings

BOOKS = "dues"
TERM = timedelta(days=3)


async def claim(ctx: Context) -> None:
    """Use up what the author has paid for one posting. Raises `Declined` with what is to be paid."""
    price = ctx.settings(Settings).price
    if not price or not ctx.is_on(BOOKS) or await ctx.confirmed_role() >= Role.ADMIN:
        return
    books.insist(ctx.group)
    credits = await ledger.credits_of(ctx.group.id, ctx.author_id, ctx.feature.id)
    if await ledger.use_any(credits, by=f"board:{ctx.scope}", at=ctx.now):
        return
    owed = await ledger.open_ones(ctx.group.id, ctx.author_id, ctx.feature.id)
    order = owed[0] if owed else await _place(ctx, price)
    raise Declined(texts.PAY_FIRST.format(price=say_money(order.price - order.paid), number=order.number))


async def _place(ctx: Context, price: int) -> Order:
    end = ctx.now + TERM
    return await ledger.place(
        ctx.group.id,
        ctx.feature.id,
        ctx.author_id,
        texts.PURPOSE,
        price,
        at=ctx.now,
        expires_at=end,
        source=f"board-order:{ctx.scope}",
    )


async def settled(ctx: GroupContext, slot: Slot) -> None:
    """An admin has confirmed the price of a posting."""
    order = await Order.get(id=slot.payload["order"])
    if order.state == "settled":
        await ctx.say(texts.PAID, who=Mention(order.user_id), number=order.number)
