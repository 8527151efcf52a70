"""Where payments are seen and confirmed: packets and claims of members, and 收到 or 同意 of an admin who quotes one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lizheng.base.roles import Role
from lizheng.delivery.outbox import Subject, follow_ups
from lizheng.grammar import Misread, Words, parse_money, say_money
from lizheng.ledger import books, evidence, orders
from lizheng.ledger.evidence import Grade, Seen
from lizheng.ledger.tables import Entry, Evidence, Order
from lizheng.messages.templates import Mention, compose
from lizheng.plugin.refusals import CannotUndo, Declined
from lizheng.registry.access import is_on
from lizheng.store import atomic

if TYPE_CHECKING:
    from lizheng.plugin.context import Context

MONEY = "money"
UNDO = "payment"
SETTLED = "settled"
LATE = timedelta(days=3)
LEDGER, EVIDENCE = "ledger", "evidence"
NOTICE_SOURCE = "evidence:"
YES = ("收到", "同意", "已收到")
SEEN = {
    Grade.ELEMENT: "看到 {who} 付 {order}的红包了",
    Grade.TEXT: "看到 {who} 付 {order}的红包了（只是一句提示文字，谁都能打）",
    Grade.EMPTY: "看到 {who} 付 {order}的红包了（只是一条空消息，可能不是）",
    Grade.CLAIM: "{who} 说 {order}的红包已经发了",
}
AWAITED = "A{number}（{purpose}，还差 {rest}）"
HOW = "，等管理员确认。\n管理员引用它或这条，回复「收到」就入账；实收不同就写金额，比如「收到 50」。"
STILL = "A{number} 已经在等管理员确认了，不用再说。"
WHICH = "{who} 你有几个单没付：{numbers}。发 /已发红包 A{first} 说一下付的是哪个。"
PARTLY = "A{number} 收到 {amount}，还差 {rest}。"
WHOLE = "A{number}（{purpose}）收齐了 {paid}，谢谢 {who}。{over}{off}"
OVER = "\n多收了 {over}，先记在他名下；退给他以后发 /退款 A{number} {bare}。"
OFF = "\n「{title}」现在是关的，打开以后再接着办。"
UNCLEAR = "不知道这是付哪个单的，请发 /确认收款 加单号，比如 /确认收款 A12。"


class Stated:
    """An amount and an order number, either of them, in any order."""

    label = "[金额] [单号]"

    def __init__(self, number: int | None, amount: int | None):
        self.number = number
        self.amount = amount

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Stated:
        number = amount = None
        while word := words.word():
            if number is None and (found := orders.NUMBER.fullmatch(word.strip("《》「」"))):
                number = int(found[1])
            elif amount is None:
                amount = parse_money(word)
            else:
                raise Misread(f"「{word[:20]}」是多出来的。")
        return cls(number, amount)


# — what members show ——————————————————————————————————————————————————————————————————————


async def look(ctx: Context) -> bool | None:
    """Every message: an admin's answer to a payment, or a packet."""
    if ctx.quoted is not None:
        return await _answered(ctx)
    if ctx.command is not None:
        return None
    seen = evidence.read(ctx.message, getattr(ctx.event, "raw", None))
    if seen is not None:
        await _note(ctx, seen, None, await _bind(ctx, orders.number_in(seen.wish)))
    return None


async def claim(ctx: Context, stated: Stated) -> None:
    """`/已发红包 [金额] [A12]`."""
    if stated.number is not None:
        order = await orders.find(ctx.group.id, stated.number)
    else:
        order = await _bind(ctx, None)
    if order is None:
        mine = await orders.open_ones(ctx.group.id, ctx.author_id)
        if not mine:
            raise Declined("你现在没有要付的单。")
        await ctx.say(WHICH, who=Mention(ctx.author_id), numbers=_numbers(mine), first=mine[0].number)
        return
    if order.state not in orders.PAYABLE:
        raise Declined(f"A{order.number} {orders.STATES[order.state]}，不用再付。")
    if await _claimed(ctx, order, stated.amount):
        raise Declined(STILL.format(number=order.number))
    await _note(ctx, Seen(Grade.CLAIM), stated.amount, order)


async def _claimed(ctx: Context, order: Order, amount: int | None) -> bool:
    """Whether the member has said just this, and no admin has booked it yet."""
    said = Evidence.filter(order_id=order.id, user_id=ctx.author_id, grade=Grade.CLAIM, amount=amount)
    last = await said.exclude(message_id=ctx.message_id).order_by("-id").first()
    return last is not None and not await Entry.filter(key=_key_of(last)).exists()


def _key_of(found: Evidence) -> str:
    """Under which key its sum is booked for the first time."""
    return f"evidence:{found.id}"


async def _bind(ctx: Context, number: int | None) -> Order | None:
    """The order a packet is for: the one its wish names, else the author's only open one, else the one it is late for."""
    if number is not None:
        named = await Order.get_or_none(group_id=ctx.group.id, number=number)
        if named is not None and named.state in orders.PAYABLE:
            return named
    mine = await orders.open_ones(ctx.group.id, ctx.author_id)
    if not mine:
        lately = {"state": "expired", "expires_at__gt": ctx.now - LATE}
        mine = await Order.filter(group_id=ctx.group.id, user_id=ctx.author_id, **lately).limit(2)
    return mine[0] if len(mine) == 1 else None


async def _note(ctx: Context, seen: Seen, amount: int | None, order: Order | None) -> None:
    # Many things reach us as an empty message: it is a packet only where one is awaited.
    awaited = order is not None or seen.grade is not Grade.EMPTY
    if not awaited and not await orders.open_ones(ctx.group.id, ctx.author_id):
        return

    @atomic
    async def keep() -> None:
        row, new = await Evidence.get_or_create(
            {
                "user_id": ctx.author_id,
                "at": ctx.now,
                "grade": seen.grade,
                "wish": seen.wish,
                "amount": amount,
                "order_id": order.id if order else None,
            },
            group_id=ctx.group.id,
            message_id=ctx.message_id,
        )
        if new:
            await _tell(ctx, row, order)

    await keep()


async def _tell(ctx: Context, row: Evidence, order: Order | None) -> None:
    who = Mention(ctx.author_id)
    if order is not None:
        rest = say_money(order.price - order.paid)
        awaited = AWAITED.format(number=order.number, purpose=order.purpose, rest=rest)
        said = compose(SEEN[Grade(row.grade)] + HOW, {"who": who, "order": awaited})
        await ctx.post(said, source=f"{NOTICE_SOURCE}{row.id}", about=Subject(LEDGER, EVIDENCE, row.id))
        return
    if mine := await orders.open_ones(ctx.group.id, ctx.author_id):
        await ctx.say(WHICH, who=who, numbers=_numbers(mine), first=mine[0].number)


def _numbers(found: list[Order]) -> str:
    return "、".join(f"A{order.number}" for order in found[:6])


# — what admins confirm ————————————————————————————————————————————————————————————————————


async def _answered(ctx: Context) -> bool | None:
    word = ctx.message.extract_plain_text().strip(" 。！!")
    said = next((yes for yes in YES if word.startswith(yes)), None)
    if said is None:
        return None
    found = await quoted_evidence(ctx)
    if found is None or await ctx.confirmed_role(Role.ADMIN) < Role.ADMIN:
        return None
    amount = None
    if rest := word.removeprefix(said).strip(" ，,"):
        try:
            amount = parse_money(rest)
        except Misread:
            return None
    await confirm(ctx, await order_of(ctx, found), amount, found)
    return True


async def quoted_evidence(ctx: Context) -> Evidence | None:
    """What the quoted message shows of a payment: a member's message, or ours about it."""
    if ctx.quoted is None:
        return None
    here = Evidence.filter(group_id=ctx.group.id)
    number = ctx.quoted.message_id
    if found := await here.filter(message_id=number).first():
        return found
    told = await follow_ups.about(ctx.group.id, number, LEDGER, EVIDENCE)
    return await here.get_or_none(id=told[1]) if told else None


async def order_of(ctx: Context, found: Evidence) -> Order:
    """The order it is for. Raises `Declined` when that is not clear."""
    if found.order_id is not None:
        return await Order.get(id=found.order_id)
    mine = await orders.open_ones(ctx.group.id, found.user_id)
    if len(mine) != 1:
        raise Declined(UNCLEAR)
    return mine[0]


async def confirm(ctx: Context, order: Order, amount: int | None, found: Evidence | None) -> Order:
    """Book what an admin has received, tell the group, and have the feature whose order it is carry on, all or nothing.

    Raises `Declined`, and nothing changes.
    """
    books.insist(ctx.group)
    if amount is None and found is not None and found.amount is not None:
        amount = min(found.amount, order.price - order.paid) or None

    @atomic
    async def book() -> Order:
        key = await orders.free_key(_key_of(found)) if found else f"word:{ctx.source}"
        now = await orders.confirm(order, amount, by=ctx.author_id, at=ctx.now, key=key)
        if found is None:
            await _admins_word(ctx, order)
        booked = now.paid - order.paid
        undo = {"name": UNDO, "order": order.id, "key": key}
        await ctx.note(
            "payment", f"确认收款 A{order.number} {say_money(booked)}", target=order.user_id, undo=undo
        )
        rest = say_money(max(0, now.price - now.paid))
        if now.state != "settled":
            await ctx.say(PARTLY, number=order.number, amount=say_money(booked), rest=rest)
            return now
        await _settled(ctx, now)
        return now

    return await book()


async def undo_confirm(ctx: Context, undo: dict[str, Any]) -> None:
    """`/撤销` of a confirmed sum. Raises `CannotUndo`, and nothing changes."""
    books.insist(ctx.group)
    try:
        await orders.unconfirm(undo["order"], undo["key"], by=ctx.author_id, at=ctx.now)
    except Declined as why:
        raise CannotUndo(str(why).rstrip("。")) from why


async def _settled(ctx: Context, order: Order) -> None:
    """Tell that the whole price is there, what is over, and have the feature carry on."""
    owner = ctx.host.features.get(order.feature)
    over = say_money(order.paid - order.price)
    waits = owner is not None and SETTLED in owner.job_names
    off = OFF.format(title=owner.title) if owner and waits and not is_on(ctx.group, owner) else ""
    await ctx.say(
        WHOLE,
        number=order.number,
        purpose=order.purpose,
        paid=say_money(order.paid),
        who=Mention(order.user_id),
        over=OVER.format(over=over, number=order.number, bare=over.split()[0])
        if order.paid > order.price
        else "",
        off=off,
    )
    if owner is not None and waits:
        await ctx.host.schedule.plan(
            owner.id,
            SETTLED,
            ctx.group.id,
            ctx.now,
            key=str(order.id),
            payload={"order": order.id},
            replace=True,
            cause=ctx.source,
        )


async def _admins_word(ctx: Context, order: Order) -> None:
    await Evidence.get_or_create(
        {"user_id": order.user_id, "at": ctx.now, "grade": Grade.WORD, "order_id": order.id},
        group_id=ctx.group.id,
        message_id=ctx.message_id,
    )
