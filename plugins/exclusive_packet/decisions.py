"""What is spent of the fund: asked of one admin, or of two, booked once, and taken back."""

from __future__ import annotations

from typing import Any

from lizheng import CannotUndo, Context, Declined, GroupContext, Pending, atomic
from lizheng.grammar import say_money
from lizheng.ledger import books, fund, orders
from lizheng.ledger.tables import Order
from plugins.exclusive_packet import texts

SPEND, SPEND_TWO, UNDO = "spend", "spend_two", "spending"


async def spend(ctx: GroupContext, pending: Pending) -> None:
    """The admin who asked said yes, or two admins did."""
    books.insist(ctx.group)
    asked = pending.payload
    await ctx.names_of([asked["payer"], *([asked["to"]] if asked["to"] else [])])
    await _book(ctx, pending, asked)


@atomic
async def _book(ctx: GroupContext, pending: Pending, asked: dict[str, Any]) -> None:
    order = await orders.place(
        ctx.group.id,
        ctx.feature.id,
        asked["to"],
        asked["why"],
        asked["amount"],
        at=ctx.now,
        source=f"spending:{pending.id}",
        kind="spending",
        payer_id=asked["payer"],
    )
    by, payer = ctx.author_id or asked["payer"], asked["payer"]
    await fund.pay_out(order, payer=payer, by=by, at=ctx.now, advanced=asked["advanced"])
    amount = say_money(order.price)
    undo = {"name": UNDO, "order": order.id}
    record = await ctx.note("spending", f"支出 {amount}：{order.purpose}", target=asked["to"], undo=undo)
    await ctx.say(
        texts.SPENT,
        number=order.number,
        amount=amount.strip(),
        why=order.purpose,
        who=texts.TO.format(name=ctx.who(asked["to"])) if asked["to"] else "",
        balance=say_money((await fund.state(ctx.group.id)).balance).strip(),
        record=record.number,
    )


async def not_spent(ctx: GroupContext, pending: Pending) -> None:
    amount, why = say_money(pending.payload["amount"]), pending.payload["why"]
    await ctx.say(texts.NOT_SPENT, amount=amount, why=why, reason=pending.reason)


async def undo_spending(ctx: Context, undo: dict[str, Any]) -> None:
    """`/撤销` of a spending. Raises `CannotUndo`."""
    books.insist(ctx.group)
    order = await Order.get(id=undo["order"])
    try:
        await fund.take_back(order, by=ctx.author_id, at=ctx.now, state="refused")
    except Declined as why:
        raise CannotUndo(str(why).rstrip("。")) from why
