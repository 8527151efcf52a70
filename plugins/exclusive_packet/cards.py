"""What is done with rewards: opened, handed over, received, gone astray. Each side speaks once; both together are booked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lizheng import CannotUndo, Context, Declined, Dimension, GroupContext, Role, atomic
from lizheng.grammar import say_money
from lizheng.ledger import books, evidence, fund, orders
from lizheng.ledger.tables import Entry, Order
from lizheng.messages.templates import Mention, compose
from plugins.exclusive_packet import rules, texts
from plugins.exclusive_packet.models import Card
from plugins.exclusive_packet.rules import Open
from plugins.exclusive_packet.settings import Settings

NAG, UNDO, ABOUT = "nag", "reward", "reward"
MOST_NAGS = 2


async def reward(ctx: GroupContext, number: int) -> Order:
    """The reward of this number, whoever opened it. Raises `Declined` for a number that is none."""
    order = await orders.find(ctx.group.id, number)
    if order.kind != "reward":
        raise Declined(texts.NOT_A_REWARD.format(number=number))
    return order


async def card_of(ctx: GroupContext, order: Order, payer_id: int = 0) -> Card:
    """The card of a reward, made for one that another feature has opened."""
    values = {"user_id": order.user_id, "payer_id": order.payer_id or payer_id, "announced_at": ctx.now}
    card, _ = await Card.get_or_create(values, group_id=ctx.group.id, number=order.number)
    return card


async def tell(ctx: GroupContext, template: str, **values: Any) -> None:
    """Say it in the group, and where it answers a private command there, too."""
    about = (ABOUT, values["number"])
    await ctx.post(compose(template, values), about=about, key=f"told/{values['number']}")
    if ctx.answers_to:
        await ctx.say(template, **values)


@atomic
async def award(ctx: Context, user_id: int, amount: int, why: str, picture: Any) -> None:
    books.insist(ctx.group)
    order = await orders.place(
        ctx.group.id,
        ctx.feature.id,
        user_id,
        why,
        amount,
        at=ctx.now,
        source=f"reward:{ctx.source}",
        kind="reward",
        payer_id=ctx.author_id,
    )
    await card_of(ctx, order)
    await ctx.plan(
        NAG, ctx.now + ctx.settings(Settings).nag, key=str(order.number), payload={"n": order.number}
    )
    await tell(
        ctx,
        texts.AWARDED,
        who=Mention(user_id),
        why=why,
        payer=ctx.who(ctx.author_id),
        amount=say_money(amount),
        number=order.number,
        picture=picture,
    )


# — the payer's word ———————————————————————————————————————————————————————————————————————


async def look(ctx: Context) -> bool | None:
    """Every message: a packet for a reward, or 收到 of its receiver. Neither is ever shown to the ledger."""
    if ctx.quoted is not None:
        return await _quoted(ctx)
    if ctx.command is not None:
        return None
    seen = evidence.read(ctx.message, getattr(ctx.event, "raw", None))
    if seen is None:
        return None
    rows = await Card.filter(group_id=ctx.group.id, payer_id=ctx.author_id, handed_at=None)
    waiting = [Open(row.number, row.payer_id, row.announced_at) for row in rows if row.got_at is None]
    number = rules.bound_to(orders.number_in(seen.wish), ctx.author_id, ctx.at, waiting)
    order = await Order.get_or_none(group_id=ctx.group.id, number=number or 0, kind="reward")
    if order is None or order.state not in orders.PAYABLE:
        return None
    if ctx.author_id != order.payer_id and await ctx.confirmed_role(Role.ADMIN) < Role.ADMIN:
        return None
    await ctx.names_of([order.user_id, ctx.author_id])
    await _packet(ctx, order)
    return True


@atomic
async def _packet(ctx: Context, order: Order) -> None:
    card = await card_of(ctx, order, ctx.author_id)
    fresh = Card.filter(id=card.id, handed_at=None)
    values = {"handed_at": ctx.at, "message_id": ctx.message_id, "payer_id": ctx.author_id, "wrong_id": 0}
    if await Card.filter(group_id=ctx.group.id, message_id=ctx.message_id).exists():
        return
    if not await fresh.update(**values):
        return
    if await _both_spoke(ctx, order):
        return
    extra = texts.OPEN_TO_ALL.format(number=order.number) if rules.is_for_all(ctx.message) else ""
    name = ctx.who(order.user_id)
    await tell(ctx, texts.SEEN, who=Mention(order.user_id), name=name, number=order.number, open=extra)


@atomic
async def handed(ctx: Context, number: int) -> None:
    """`/专属红包 已发`: the payer's word; another admin's word is enough for both sides."""
    books.insist(ctx.group)
    order = await reward(ctx, number)
    if order.state not in orders.PAYABLE:
        raise Declined(texts.CLOSED.format(number=number, state=orders.say_state(order)))
    card = await card_of(ctx, order, ctx.author_id)
    if ctx.author_id == order.user_id:
        raise Declined(texts.TO_SELF)
    new = await Card.filter(id=card.id, handed_at=None).update(handed_at=ctx.now)
    if ctx.author_id != card.payer_id:
        await _book(ctx, order, card.payer_id, ctx.author_id)
        return
    if not new:
        raise Declined(texts.HANDED_ALREADY.format(number=number, name=ctx.who(order.user_id)))
    if not await _both_spoke(ctx, order):
        await tell(ctx, texts.HANDED, number=number, who=Mention(order.user_id))


# — the receiver's word ————————————————————————————————————————————————————————————————————


async def _quoted(ctx: Context) -> bool | None:
    text = ctx.message.extract_plain_text().strip(" 。！!")
    if text not in ("收到", "收到了", "已收到"):
        return None
    number = await quoted_number(ctx)
    order = await Order.get_or_none(group_id=ctx.group.id, number=number or 0, kind="reward")
    if order is None or order.user_id != ctx.author_id:
        return None
    try:
        await got(ctx, order.number)
    except Declined as why:
        await ctx.say("{why}", why=str(why))
    return True


async def quoted_number(ctx: Context) -> int | None:
    """The reward of the packet that is quoted, or of what we said about it."""
    if ctx.quoted is None:
        return None
    card = await Card.get_or_none(group_id=ctx.group.id, message_id=ctx.quoted.message_id)
    if card is not None:
        return card.number
    about = await ctx.quoted_about(ABOUT)
    return int(about[1]) if about else None


async def mine(ctx: Context) -> int:
    """The one reward that somebody may mean who names none. Raises `Declined` when that is not plain."""
    if (quoted := await quoted_number(ctx)) is not None:
        return quoted
    open_ones = Order.filter(group_id=ctx.group.id, user_id=ctx.author_id, kind="reward", state="open")
    waiting = [order.number for order in await open_ones.order_by("number")]
    cards = await Card.filter(group_id=ctx.group.id, number__in=[0, *waiting], got_at=None)
    sent = sorted(card.number for card in cards if card.handed_at is not None)
    waiting = sent or sorted(card.number for card in cards)
    if not waiting:
        raise Declined(texts.NONE_FOR_YOU)
    if len(waiting) > 1:
        numbers = "、".join(f"A{number}" for number in waiting[:6])
        raise Declined(texts.WHICH.format(numbers=numbers, first=waiting[0]))
    return waiting[0]


@atomic
async def got(ctx: Context, number: int) -> None:
    """`/收到`: the receiver's word."""
    books.insist(ctx.group)
    order = await reward(ctx, number)
    if order.user_id != ctx.author_id:
        raise Declined(texts.NOT_FOR_YOU.format(number=number))
    if order.state not in orders.PAYABLE:
        raise Declined(texts.CLOSED.format(number=number, state=orders.say_state(order)))
    card = await card_of(ctx, order)
    if not await Card.filter(id=card.id, got_at=None).update(got_at=ctx.now, wrong_id=0):
        raise Declined(texts.GOT_ALREADY.format(number=number))
    if not await _both_spoke(ctx, order):
        await ctx.say(texts.GOT_FIRST, number=number)


async def _both_spoke(ctx: Context, order: Order) -> bool:
    """Book a reward whose payer and receiver have both spoken; whether they have."""
    card = await Card.get(group_id=ctx.group.id, number=order.number)
    if card.handed_at is None or card.got_at is None or card.payer_id in (0, order.user_id):
        return False
    await _book(ctx, order, card.payer_id, order.user_id)
    return True


async def _book(ctx: Context, order: Order, payer: int, by: int) -> None:
    missing = await fund.pay_out(order, payer=payer, by=by, at=ctx.now, advanced=True)
    undo = {"name": UNDO, "order": order.id}
    amount = say_money(order.price)
    await ctx.note("reward", f"A{order.number} 送到 {amount}", target=order.user_id, undo=undo)
    key = await _deed_of(order)
    await ctx.deed(payer, "packet.given", key=key, dimension=Dimension.WELFARE, amount=order.price)
    advanced = ""
    if 0 < missing < order.price:
        advanced = texts.ADVANCED.format(amount=say_money(missing), payer=ctx.who(payer))
    await tell(ctx, texts.BOOKED, number=order.number, amount=amount, advanced=advanced)


# — what goes astray ———————————————————————————————————————————————————————————————————————


async def not_got(ctx: Context, number: int) -> None:
    order = await reward(ctx, number)
    if order.user_id != ctx.author_id:
        raise Declined(texts.NOT_FOR_YOU.format(number=number))
    card = await card_of(ctx, order)
    payer, name = Mention(card.payer_id) if card.payer_id else "", ctx.who(ctx.author_id)
    await tell(ctx, texts.NOT_GOT, payer=payer, name=name, number=number)


@atomic
async def taken_by(ctx: Context, number: int, user_id: int) -> None:
    """`错领`: nobody is punished, they are asked to give it back."""
    order = await reward(ctx, number)
    card = await card_of(ctx, order, ctx.author_id)
    await Card.filter(id=card.id).update(wrong_id=user_id)
    await ctx.note("reward", f"A{number} 被错领", target=user_id)
    name, payer = ctx.who(order.user_id), ctx.who(card.payer_id)
    await tell(ctx, texts.WRONG, who=Mention(user_id), number=number, name=name, payer=payer)


@atomic
async def returned(ctx: Context, number: int) -> None:
    """`退回`: QQ gave the money back to the payer, so it was not given to anybody, booked or not."""
    books.insist(ctx.group)
    order = await reward(ctx, number)
    if order.state == "used":
        await _undo(ctx, order)
    elif order.state not in orders.PAYABLE:
        raise Declined(texts.CLOSED.format(number=number, state=orders.say_state(order)))
    await _start_again(ctx, number)
    await tell(ctx, texts.RETURNED, number=number)


async def _start_again(ctx: GroupContext, number: int) -> None:
    again = Card.filter(group_id=ctx.group.id, number=number)
    await again.update(handed_at=None, got_at=None, message_id=None, wrong_id=0, announced_at=ctx.now)


async def _undo(ctx: Context, order: Order) -> None:
    deed = await _deed_of(order)
    await fund.take_back(order, by=ctx.author_id, at=ctx.now)
    await ctx.undo_deed(deed)


async def _deed_of(order: Order) -> str:
    """The key of the deed that the last payment of this reward is."""
    entry = await Entry.filter(order_id=order.id, kind="spend").order_by("-id").first()
    return f"given/{entry.id if entry else 0}"


@atomic
async def cancel(ctx: Context, number: int) -> None:
    order = await reward(ctx, number)
    if not await fund.cancel(order, by=ctx.author_id):
        order = await reward(ctx, number)
        raise Declined(texts.CLOSED.format(number=number, state=orders.say_state(order)))
    await ctx.unplan(NAG, key=str(number))
    await ctx.note("reward", f"A{number} 不发了", target=order.user_id)
    await tell(ctx, texts.CANCELLED, number=number, name=ctx.who(order.user_id))


async def undo_book(ctx: Context, undo: dict[str, Any]) -> None:
    """`/撤销` of a reward that was booked. Raises `CannotUndo`."""
    books.insist(ctx.group)

    @atomic
    async def back() -> None:
        order = await Order.get(id=undo["order"])
        await _undo(ctx, order)
        await _start_again(ctx, order.number)

    try:
        await back()
    except Declined as why:
        raise CannotUndo(str(why).rstrip("。")) from why


async def nag(ctx: GroupContext, slot: Any) -> datetime | None:
    """One line to a payer who has not sent it, twice."""
    number = slot.payload["n"]
    order = await Order.get_or_none(group_id=ctx.group.id, number=number, kind="reward", state="open")
    card = await Card.get_or_none(group_id=ctx.group.id, number=number, handed_at=None, got_at=None)
    if order is None or card is None or card.nags >= MOST_NAGS or not card.payer_id:
        return None
    await ctx.names_of([order.user_id])
    await _nag(ctx, order, card)
    return ctx.now + ctx.settings(Settings).nag if card.nags + 1 < MOST_NAGS else None


@atomic
async def _nag(ctx: GroupContext, order: Order, card: Card) -> None:
    if await Card.filter(id=card.id, nags=card.nags).update(nags=card.nags + 1):
        values = {"number": order.number, "name": ctx.who(order.user_id), "amount": say_money(order.price)}
        await ctx.say(texts.NAG, who=Mention(card.payer_id), **values)
