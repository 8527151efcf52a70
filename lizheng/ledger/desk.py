"""Where payments are seen and confirmed: packets and claims of members, and 收到 or 同意 of an admin who quotes one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lizheng.base.roles import Role
from lizheng.delivery.outbox import Subject, follow_ups
from lizheng.grammar import Misread, Words, parse_money, say_money
from lizheng.ledger import batch, books, evidence, orders
from lizheng.ledger.evidence import Grade, Seen
from lizheng.ledger.tables import Entry, Evidence, Order
from lizheng.messages.templates import Mention, compose
from lizheng.plugin.refusals import CannotUndo, Declined
from lizheng.registry.access import is_on
from lizheng.store import atomic

if TYPE_CHECKING:
    from lizheng.plugin.context import Context, GroupContext

MONEY = "money"
UNDO, UNDO_MANY = "payment", "payments"
SETTLED = "settled"
LATE = timedelta(days=3)
LEDGER, EVIDENCE, ORDERS = "ledger", "evidence", "orders"
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
MANY = "收到 {count} 笔，共 {sum}：{booked}。{left}"
NONE_BOOKED = "一笔也没有记：{left}"
LEFT = "\n没记的：{left}。"
NAMED = "A{number} {name}"
MORE = "等 {count} 笔"
MOST_NAMED = 30
UNCLEAR = "不知道这是付哪个单的，请发 /确认收款 加单号，比如 /确认收款 A12。"


class Stated:
    """An amount and an order number, either of them, in any order; or several numbers (`A1 A3-A5`) without an amount."""

    label = "[金额] [单号]"

    def __init__(self, numbers: Sequence[int], amount: int | None):
        self.numbers = tuple(numbers)
        self.amount = amount

    @property
    def number(self) -> int | None:
        """The one number. Raises `Misread` for several."""
        if len(self.numbers) > 1:
            raise Misread("一次只能说一张单。")
        return self.numbers[0] if self.numbers else None

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Stated:
        numbers: dict[int, None] = {}
        amount = None
        while word := words.word():
            if (several := batch.labelled(word.strip("《》「」"))) is not None:
                numbers |= dict.fromkeys(several)
            elif amount is None:
                amount = parse_money(word)
            else:
                raise Misread(f"「{word[:20]}」是多出来的。")
        if amount is not None and len(numbers) > 1:
            raise Misread("几张单一起确认不能写金额，实收不同的请单独确认。")
        if len(numbers) > batch.MOST:
            raise Misread(f"一次最多 {batch.MOST} 张单，现在是 {len(numbers)} 张。")
        return cls(tuple(numbers), amount)


# — what members show ——————————————————————————————————————————————————————————————————————


async def look(ctx: Context) -> bool | None:
    """Every message: an admin's answer to a payment, or a packet."""
    if ctx.quoted is not None:
        return await _answered(ctx)
    if ctx.command is not None:
        return None
    seen = evidence.read(ctx.message, getattr(ctx.event, "raw", None))
    if seen is None:
        return None
    number = orders.number_in(seen.wish)
    if number is not None and await _is_paid_out(ctx, number):
        # Whoever brings a reward pays nothing by it.
        return None
    await _note(ctx, seen, None, await _bind(ctx, number))
    return None


async def _is_paid_out(ctx: Context, number: int) -> bool:
    named = Order.filter(group_id=ctx.group.id, number=number)
    return await named.exclude(kind__in=orders.PAYABLE_KINDS).exists()


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
    if order.state not in orders.PAYABLE or order.kind not in orders.PAYABLE_KINDS:
        raise Declined(f"A{order.number} {orders.say_state(order)}，不用再付。")
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
        if named is not None and named.state in orders.PAYABLE and named.kind in orders.PAYABLE_KINDS:
            return named
    mine = await orders.open_ones(ctx.group.id, ctx.author_id)
    if not mine:
        lately = {"state": "expired", "expires_at__gt": ctx.now - LATE, "kind__in": orders.PAYABLE_KINDS}
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
    listed = await quoted_orders(ctx) if found is None else []
    if (found is None and not listed) or await ctx.confirmed_role(Role.ADMIN) < Role.ADMIN:
        return None
    amount = None
    rest = word.removeprefix(said).strip(" ，,")
    if found is None:
        if not batch.looks_like_choice(rest):
            return None
        numbers = batch.chosen(rest, listed)
        if batch.is_whole(rest):
            waiting = Order.filter(group_id=ctx.group.id, number__in=numbers, state__in=orders.PAYABLE)
            numbers = [order.number for order in await waiting.order_by("number")] or numbers
        await confirm_many(ctx, numbers)
        return True
    if rest:
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


async def announce(ctx: GroupContext, template: str, placed: Sequence[Order], /, **values: Any) -> None:
    """Say something in the group about orders; quoting it with 收到 and their numbers, an admin confirms them together."""
    ref = ",".join(str(order.number) for order in placed)
    await ctx.post(compose(template, values), about=Subject(LEDGER, ORDERS, ref))


async def quoted_orders(ctx: Context) -> list[int]:
    """The numbers of the orders that the quoted message announced; empty when it is none of these."""
    assert ctx.quoted is not None
    told = await follow_ups.about(ctx.group.id, ctx.quoted.message_id, LEDGER, ORDERS)
    return [int(number) for number in str(told[1]).split(",")] if told and told[1] else []


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
        if now.paid < now.price:
            await ctx.say(PARTLY, number=order.number, amount=say_money(booked), rest=rest)
            return now
        await _settled(ctx, now)
        return now

    return await book()


async def confirm_many(ctx: Context, numbers: Sequence[int]) -> None:
    """Book what is missing of each, an entry for each; those that cannot be booked are named, and stop none.

    Raises `Declined` when there was none to book.
    """
    books.insist(ctx.group)
    placed = [await orders.find(ctx.group.id, number) for number in numbers]
    await ctx.names_of({order.user_id for order in placed})

    @atomic
    async def book() -> None:
        booked: list[Order] = []
        keys: list[list[Any]] = []
        left: list[str] = []
        total = 0
        for order in placed:
            key = await orders.free_key(f"word:{ctx.source}/{order.number}")
            try:
                now = await orders.confirm(order, None, by=ctx.author_id, at=ctx.now, key=key)
            except Declined as why:
                left.append(str(why).rstrip("。"))
                continue
            booked.append(now)
            keys.append([order.id, key])
            total += now.paid - order.paid
        if not booked:
            raise Declined(NONE_BOOKED.format(left="；".join(left[:3])))
        label = f"确认收款 {len(booked)} 笔 {say_money(total)}"
        await ctx.note("payment", label, undo={"name": UNDO_MANY, "booked": keys})
        said = "、".join(NAMED.format(number=o.number, name=ctx.who(o.user_id)) for o in booked[:MOST_NAMED])
        said += MORE.format(count=len(booked)) if len(booked) > MOST_NAMED else ""
        more = LEFT.format(left="；".join(left[:5])) if left else ""
        await ctx.say(MANY, count=len(booked), sum=say_money(total), booked=said, left=more)
        for order in booked:
            await _carry_on(ctx, order)

    await book()


async def undo_many(ctx: Context, undo: dict[str, Any]) -> None:
    """`/撤销` of sums that were confirmed together: all of them or none. Raises `CannotUndo`."""
    books.insist(ctx.group)

    @atomic
    async def back() -> None:
        for order_id, key in undo["booked"]:
            await orders.unconfirm(order_id, key, by=ctx.author_id, at=ctx.now)

    try:
        await back()
    except Declined as why:
        raise CannotUndo(str(why).rstrip("。")) from why


async def undo_confirm(ctx: Context, undo: dict[str, Any]) -> None:
    """`/撤销` of a confirmed sum. Raises `CannotUndo`, and nothing changes."""
    books.insist(ctx.group)
    try:
        await orders.unconfirm(undo["order"], undo["key"], by=ctx.author_id, at=ctx.now)
    except Declined as why:
        raise CannotUndo(str(why).rstrip("。")) from why


async def _settled(ctx: Context, order: Order) -> None:
    """Tell that the whole price is there, what is over, and have the feature carry on."""
    owner = _waits(ctx, order)
    over = say_money(order.paid - order.price)
    off = OFF.format(title=owner.title) if owner and not is_on(ctx.group, owner) else ""
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
    await _carry_on(ctx, order)


def _waits(ctx: Context, order: Order) -> Any:
    """The feature that is to carry on once the order is paid, None where none does."""
    owner = ctx.host.features.get(order.feature)
    return owner if owner is not None and SETTLED in owner.job_names else None


async def _carry_on(ctx: Context, order: Order) -> None:
    if (owner := _waits(ctx, order)) is not None:
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
