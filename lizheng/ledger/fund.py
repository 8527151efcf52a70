"""The group's own money: what it has, what is spent of it, and what somebody paid for it out of their own pocket.

Fines and taxes come in as `income`, rewards and spendings go out. What went to everybody at once (`shared`) was never
the fund's. A reward is an order of its own, open until somebody has handed it over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lizheng.grammar import say_money
from lizheng.ledger.book import (
    INCOME,
    OUTSIDE,
    SHORT,
    Overdrawn,
    advance,
    held,
    hold,
    move,
    reverse,
    standing,
)
from lizheng.ledger.orders import free_key, say_state
from lizheng.ledger.tables import Balance, Entry, Order
from lizheng.plugin.refusals import Declined
from lizheng.store import atomic
from lizheng.store.sql import fetch

PAID_OUT_KINDS = ("reward", "spending")
MISSING = "公账还差 {short}没有着落（收进来的又退了，钱已经花了），先补上再发。"
NOT_ENOUGH = "公账只有 {has}，不够付 {price}。要先自己垫，就在后面写「垫付」。"


@dataclass(frozen=True)
class Fund:
    """How the fund stands, in fen: `balance` is negative where somebody has advanced more than came in since.

    `advanced` is owed to whom by user id; `short` is what is missing and nobody has owned up to.
    """

    balance: int
    advanced: dict[int, int]
    short: int


@dataclass(frozen=True)
class Flow:
    """What moved in a time, in fen, less what was taken back in it."""

    taken_in: int
    paid_out: int
    shared: int


async def state(group_id: int) -> Fund:
    """Return how the fund of a group stands now."""
    balance = await held(group_id, "income")
    rows = await Balance.filter(group_id=group_id, kind="advance", amount__gt=0).order_by("user_id")
    advanced = {row.user_id: row.amount for row in rows}
    return Fund(balance, advanced, max(0, -balance - sum(advanced.values())))


async def flow(group_id: int, since: datetime, until: datetime) -> Flow:
    """Add up what came in, went out and went to everybody from `since` to before `until`."""
    rows = await fetch(
        'SELECT "giver", "taker", SUM("amount") AS "amount" FROM "lizheng_entry" '
        'WHERE "group_id" = ? AND "at" >= ? AND "at" < ? GROUP BY "giver", "taker"',
        (group_id, since, until),
    )
    moved = {(row["giver"], row["taker"]): int(row["amount"]) for row in rows}

    def net(giver: str, taker: str) -> int:
        return moved.get((giver, taker), 0) - moved.get((taker, giver), 0)

    return Flow(net("member", "income"), net("income", "outside"), net("member", "shared"))


@atomic
async def pay_out(order: Order, *, payer: int, by: int, at: datetime, advanced: bool = False) -> int:
    """Book that `payer` has handed the money over, on the word of `by`; the fen advanced for it.

    For a reward that is somebody else. A spending was agreed to before, by as many as the group wants.

    Where the fund has not got it, `advanced` says that the payer pays the rest out of their own pocket. Raises `Declined`,
    and nothing changes.
    """
    if by == payer and order.kind == "reward":
        raise Declined(f"A{order.number} 是你自己发的，要由收到的人或者别的管理员说了才记。")
    await hold(order.group_id, INCOME, OUTSIDE, advance(payer))
    fund = await state(order.group_id)
    if fund.short:
        raise Declined(MISSING.format(short=say_money(fund.short)))
    missing = max(0, order.price - max(0, fund.balance))
    if missing and not advanced:
        raise Declined(NOT_ENOUGH.format(has=say_money(max(0, fund.balance)), price=say_money(order.price)))
    done = Order.filter(id=order.id, state__in=("open", "expired"), kind__in=PAID_OUT_KINDS)
    terms = {"state": "used", "paid": order.price, "payer_id": payer, "settled_at": at, "settled_by": by}
    if not await done.update(**terms):
        raise Declined(f"A{order.number} {say_state(await Order.get(id=order.id))}，没有再记。")
    key = await free_key(f"spend:{order.id}")
    if missing:
        more = {"at": at, "kind": "advance", "key": f"{key}:advance", "actor_id": by}
        await move(order, OUTSIDE, advance(payer), missing, **more)
    await move(order, INCOME, OUTSIDE, order.price, at=at, kind="spend", key=key, actor_id=by)
    return missing


@atomic
async def take_back(order: Order, *, by: int, at: datetime, state: str = "open") -> None:
    """Undo a payment out: the money never reached anybody, or came back. The order is `state` then.

    Raises `Declined` when it was not paid out, or its advance has been given back since; nothing changes.
    """
    await hold(order.group_id, INCOME, OUTSIDE, advance(order.payer_id))
    done = Order.filter(id=order.id, state="used", kind__in=PAID_OUT_KINDS)
    if not await done.update(state=state, paid=0):
        raise Declined(f"A{order.number} {say_state(await Order.get(id=order.id))}，没有再动。")
    try:
        for entry in await standing(order):
            if entry.key.startswith(f"spend:{order.id}"):
                await reverse(order, entry, at=at, actor_id=by)
    except Overdrawn as gone:
        raise Declined(f"A{order.number} 垫的钱已经还给垫付的人了，收不回来。") from gone


async def cancel(order: Order, *, by: int, reason: str = "") -> bool:
    """Give up a reward that was not paid out; False when it is not open any more."""
    open_one = Order.filter(id=order.id, state__in=("open", "expired"), kind__in=PAID_OUT_KINDS)
    return bool(await open_one.update(state="refused", reason=reason, settled_by=by))


@atomic
async def repay(group_id: int, user_id: int, amount: int, *, by: int, at: datetime, key: str) -> int:
    """Give an advance back out of the fund's money; what is still owed, in fen. `by` is somebody else.

    Raises `Declined`, and nothing changes.
    """
    if by == user_id:
        raise Declined("还给自己的要请别的管理员来记。")
    await hold(group_id, INCOME, OUTSIDE, advance(user_id))
    fund = await state(group_id)
    owed = fund.advanced.get(user_id, 0)
    in_hand = fund.balance + sum(fund.advanced.values())
    if amount > owed:
        raise Declined(f"公账只欠他 {say_money(owed)}。")
    if amount > in_hand:
        raise Declined(f"公账手里只有 {say_money(max(0, in_hand))}，还不了这么多。")
    order = await _of(group_id, user_id)
    terms = {"at": at, "kind": "repay", "key": key, "actor_id": by}
    if not await move(order, advance(user_id), OUTSIDE, amount, **terms):
        raise Declined("这一笔已经记过了。")
    return owed - amount


@atomic
async def own_up(group_id: int, user_id: int, *, at: datetime, key: str) -> int:
    """Let somebody say that what is missing came out of their pocket; the fen. Raises `Declined` when nothing is."""
    await hold(group_id, INCOME, OUTSIDE, SHORT, advance(user_id))
    short = (await state(group_id)).short
    if not short:
        raise Declined("公账没有缺口，不用补。")
    order = await _of(group_id)
    known = min(short, await held(group_id, SHORT.kind))
    terms = {"at": at, "kind": "advance", "actor_id": user_id}
    if known and not await move(order, SHORT, advance(user_id), known, key=key, **terms):
        raise Declined("这一笔已经记过了。")
    if short > known:
        await move(order, OUTSIDE, advance(user_id), short - known, key=f"{key}:more", **terms)
    return short


async def _of(group_id: int, user_id: int = 0) -> Order:
    """Return an order that an advance belongs to: every entry names one."""
    where = {"taker": "advance", "taker_id": user_id} if user_id else {"taker": SHORT.kind}
    entry = await Entry.filter(group_id=group_id, **where).order_by("-id").first()
    if entry is not None:
        return await Order.get(id=entry.order_id)
    spent = Order.filter(group_id=group_id, kind__in=PAID_OUT_KINDS, state="used")
    found = (
        await spent.order_by("-id").first() or await Order.filter(group_id=group_id).order_by("-id").first()
    )
    assert found is not None
    return found
