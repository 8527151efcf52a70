"""The commands of 账本."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

from lizheng import CannotUndo, Context, Declined, Line, Member, Numbered, Person, Withdrawal, Yuan, atomic
from lizheng.grammar import Misread, Words, say_money
from lizheng.ledger import books, desk, orders
from lizheng.ledger.tables import Order
from lizheng.messages.templates import Mention
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.text import clip, visible
from plugins.dues import texts

LONGEST_PURPOSE = 30
BOOK = Page(texts.BOOK, texts.EMPTY, "/账本")
BILL = Numbered("A", "单号")
UNWAIVE = "unwaive"
OWED = Page(texts.OWING, texts.NOTHING_OWED, "/欠款")


class Quoted:
    """The order that the quoted packet, or our notice about it, is for."""

    label = "（引用红包）"

    def __init__(self, number: int):
        self.number = number

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Quoted:
        found = await desk.quoted_evidence(ctx)
        if found is None:
            raise Misread(texts.WHICH_REFUSED)
        return cls((await desk.order_of(ctx, found)).number)


# — looking ————————————————————————————————————————————————————————————————————————————————


async def show_own(ctx: Context, page: PageNumber = FIRST) -> None:
    await _show(ctx, ctx.author_id, page, "/账本")


async def show_member(ctx: Context, person: Person, page: PageNumber = FIRST) -> None:
    await ctx.names_of([person])
    await _show(ctx, person, page, f"/账本 @{ctx.who(person)}")


async def _show(ctx: Context, user_id: int, page: PageNumber, command: str) -> None:
    mine = Order.filter(group_id=ctx.group.id, user_id=user_id).order_by("-number")
    await ctx.names_of([user_id])
    await BOOK.say(ctx, mine, _line, page, command=command, name=ctx.who(user_id))


def _line(order: Order) -> str:
    line = texts.LINE.format(
        number=order.number,
        purpose=order.purpose,
        price=say_money(order.price),
        state=orders.say_state(order),
    )
    if order.paid > order.price:
        return line + texts.PAID_OVER.format(over=say_money(order.paid - order.price))
    part = order.paid > 0 and order.state in orders.PAYABLE
    return line + (texts.PAID_PARTLY.format(paid=say_money(order.paid)) if part else "")


async def owing(ctx: Context, page: PageNumber = FIRST) -> None:
    present = await _present(ctx)

    def line(order: Order) -> str:
        return texts.OWED_LINE.format(
            number=order.number,
            name=ctx.who(order.user_id)
            + (texts.GONE if present is not None and order.user_id not in present else ""),
            purpose=order.purpose,
            rest=say_money(order.price - order.paid),
        )

    found = Order.filter(group_id=ctx.group.id, state="open", kind__in=orders.PAYABLE_KINDS).order_by(
        "number"
    )
    sums = await found.values_list("price", "paid")
    total = say_money(sum(price - paid for price, paid in sums))
    await OWED.say(ctx, found, line, page, people=lambda order: [order.user_id], total=total)


async def _present(ctx: Context) -> Collection[int] | None:
    """Who is in the group; None while that cannot be read, and then nobody is said to have left."""
    try:
        return await ctx.members(fresh=False)
    except Declined:
        return None


# — money ——————————————————————————————————————————————————————————————————————————————————


async def bill(ctx: Context, person: Member, amount: Yuan, purpose: Annotated[str, "事由"] = "") -> None:
    books.insist(ctx.group)
    if person == ctx.author_id:
        raise Declined(texts.OWN_BILL)
    purpose = visible(purpose) or texts.NO_PURPOSE
    if len(purpose) > LONGEST_PURPOSE:
        raise Misread(texts.LONG_PURPOSE)

    @atomic
    async def place() -> None:
        order = await orders.place(
            ctx.group.id, ctx.feature.id, person, purpose, amount, at=ctx.now, source=ctx.source
        )
        await ctx.say(
            texts.BILLED,
            who=Mention(person),
            number=order.number,
            purpose=purpose,
            price=say_money(amount),
        )

    await place()


async def confirm(ctx: Context, stated: desk.Stated) -> None:
    if len(stated.numbers) > 1:
        await desk.confirm_many(ctx, stated.numbers)
        return
    found = await desk.quoted_evidence(ctx)
    if stated.number is not None:
        order = await orders.find(ctx.group.id, stated.number)
    elif found is not None:
        order = await desk.order_of(ctx, found)
    else:
        raise Declined(texts.WHICH)
    await desk.confirm(ctx, order, stated.amount, found)


async def refuse(ctx: Context, which: Annotated[int, BILL], reason: Annotated[str, "理由"] = "") -> None:
    await _refuse(ctx, which, reason)


async def refuse_quoted(ctx: Context, which: Quoted, reason: Annotated[str, "理由"] = "") -> None:
    await _refuse(ctx, which.number, reason)


async def _refuse(ctx: Context, number: int, reason: str) -> None:
    books.insist(ctx.group)
    order = await orders.find(ctx.group.id, number)
    reason = clip(visible(reason), 60)

    @atomic
    async def close() -> None:
        await orders.refuse(order, reason, by=ctx.author_id)
        await ctx.note("refuse", f"拒绝收款 A{order.number}", target=order.user_id)
        why = texts.WHY.format(reason=reason) if reason else ""
        billed = order.feature == ctx.feature.id
        again = texts.BILL_AGAIN if billed else texts.ORDER_AGAIN
        await ctx.say(texts.REFUSED, number=order.number, why=why, who=Mention(order.user_id), again=again)

    await close()


async def refund(ctx: Context, which: Annotated[int, BILL], amount: Yuan | None = None) -> None:
    books.insist(ctx.group)
    order = await orders.find(ctx.group.id, which)

    @atomic
    async def give_back() -> None:
        key = f"word:{ctx.source}"
        gone = await orders.refund(order, amount, by=ctx.author_id, at=ctx.now, key=key)
        await ctx.note("refund", f"退款 A{order.number} {say_money(gone)}", target=order.user_id)
        rest = (await orders.find(ctx.group.id, order.number)).paid
        left = texts.LEFT.format(rest=say_money(rest)) if rest else ""
        post = "" if rest else await _take_back(ctx, order)
        await ctx.say(
            texts.REFUNDED,
            number=order.number,
            amount=say_money(gone),
            left=left,
            who=Mention(order.user_id),
            post=post,
        )

    await give_back()


async def _take_back(ctx: Context, order: Order) -> str:
    """What the money was spent on is not said any more, if it still waits; what to tell about that."""
    spent_on = (await Order.get(id=order.id)).used_by
    if not spent_on:
        return ""
    came_to = await ctx.hold_back(spent_on, "已退款")
    if came_to is Withdrawal.TAKEN_BACK:
        return texts.NOT_POSTED
    return texts.TOO_LATE if came_to is Withdrawal.ON_ITS_WAY else ""


async def waive(
    ctx: Context, which: Annotated[int, BILL], reason: Annotated[str, Line(most=60, what="理由")]
) -> None:
    order = await orders.find(ctx.group.id, which)
    await ctx.names_of([order.user_id])

    @atomic
    async def let_off() -> None:
        before = await orders.waive(order, reason, by=ctx.author_id)
        undo = {"name": UNWAIVE, "order": order.id, "state": before}
        record = await ctx.note("waive", f"豁免 A{order.number}", target=order.user_id, undo=undo)
        await ctx.say(
            texts.WAIVED,
            number=order.number,
            name=ctx.who(order.user_id),
            reason=reason,
            record=record.number,
        )

    await let_off()


async def owe_again(ctx: Context, undo: dict[str, Any]) -> None:
    """`/撤销` of a waiver. Raises `CannotUndo` when it is not waived any more."""
    if not await orders.unwaive(undo["order"], undo["state"]):
        raise CannotUndo("这张单已经不是豁免的了")
