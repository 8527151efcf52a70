"""What members are to pay and what became of it. Every step is one conditional update, its entries in the same atomic.

open → settled (a credit) → used; open → expired, which may still be paid; open or expired → refused or waived; whatever
was paid → refunded. A fine that is paid is used at once. What is paid beyond the price stays on the member's account
until it is refunded. What members are to get, rewards and spendings, is paid out in `ledger.fund`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lizheng.grammar import say_money
from lizheng.ledger.book import INCOME, OUTSIDE, SHARED, Account, hold, member, move, reverse, reverse_all
from lizheng.ledger.tables import Entry, Order
from lizheng.plugin.refusals import Declined
from lizheng.store import atomic, next_number
from lizheng.store.sql import fetch

PAYABLE = ("open", "expired")
STATES = {
    "open": "待付款",
    "settled": "已付清，还没用掉",
    "used": "已用掉",
    "expired": "已过期",
    "refused": "已拒收",
    "refunded": "已退款",
    "waived": "已豁免",
}
STATES_OF = {
    "fine": {"used": "已付清"},
    "deposit": {"settled": "已付清，押着", "used": "没收了"},
    "reward": {"open": "等着发", "used": "送到了", "refused": "取消了"},
    "spending": {"used": "已支出", "refused": "收回了"},
}
Kind = Literal["charge", "fine", "deposit", "reward", "spending"]
PAYABLE_KINDS = ("charge", "fine", "deposit")
"""Kinds that a member is to pay; the others are to be paid out, and no payment is ever booked on them."""
FINE = "fine:"
"""How `used_by` of a fine begins, which nothing else spends."""
NUMBER = re.compile(r"[Aa](\d{1,9})")


@dataclass(frozen=True)
class Due:
    """One of the orders that are placed together."""

    user_id: int
    price: int
    purpose: str
    source: str


def say_state(order: Order) -> str:
    """Say in Chinese how an order stands, in the words of its kind."""
    return STATES_OF.get(order.kind, {}).get(order.state, STATES[order.state])


def number_in(text: str) -> int | None:
    """The one order number a wish or sentence carries (`广告A12`); None when it has none or several."""
    found = {int(digits) for digits in NUMBER.findall(text)}
    return found.pop() if len(found) == 1 else None


@atomic
async def place(
    group_id: int,
    feature: str,
    user_id: int,
    purpose: str,
    price: int,
    *,
    at: datetime,
    expires_at: datetime | None = None,
    text: str = "",
    source: str | None = None,
    kind: Kind = "charge",
    account: Literal["income", "shared"] = "income",
    payer_id: int = 0,
) -> Order:
    """Open an order under the group's next number, or return the one this `source` has opened before.

    `account` is where the money goes once it is used: the fund, or everybody at once. `payer_id` hands a reward over.
    """
    if source and (earlier := await Order.get_or_none(source=source)):
        return earlier
    return await Order.create(
        group_id=group_id,
        number=await next_number(group_id, "order"),
        feature=feature,
        user_id=user_id,
        purpose=purpose,
        text=text,
        price=price,
        created_at=at,
        expires_at=expires_at,
        source=source,
        kind=kind,
        account=account,
        payer_id=payer_id,
    )


@atomic
async def place_many(
    group_id: int,
    feature: str,
    dues: Sequence[Due],
    *,
    at: datetime,
    expires_at: datetime | None = None,
    kind: Kind = "charge",
    account: Literal["income", "shared"] = "income",
) -> list[Order]:
    """Open all of them or none, in this order; one whose `source` has opened an order before is that order.

    Called in an atomic together with `desk.announce`, they are told in one message, which admins may quote.
    """
    terms = {"at": at, "expires_at": expires_at, "kind": kind, "account": account}
    return [
        await place(group_id, feature, due.user_id, due.purpose, due.price, source=due.source, **terms)
        for due in dues
    ]


async def find(group_id: int, number: int) -> Order:
    """Raises `Declined` when this group has no such order."""
    if order := await Order.get_or_none(group_id=group_id, number=number):
        return order
    raise Declined(f"本群没有 A{number} 这个单。")


async def open_ones(group_id: int, user_id: int = 0, feature: str = "") -> list[Order]:
    """Not paid and not given up, oldest first; of one member and one feature when they are named."""
    named: Mapping[str, int | str] = {
        name: value for name, value in (("user_id", user_id), ("feature", feature)) if value
    }
    found = Order.filter(group_id=group_id, state="open", kind__in=PAYABLE_KINDS, **named)
    return await found.order_by("number")


async def credits_of(group_id: int, user_id: int, feature: str) -> list[Order]:
    """Paid and not used, in the order in which they are to be used: those nothing else is planned for first."""
    found = Order.filter(group_id=group_id, user_id=user_id, feature=feature, state="settled")
    return sorted(await found, key=lambda order: (bool(order.text), order.number))


@atomic
async def confirm(order: Order, amount: int | None, *, by: int, at: datetime, key: str) -> Order:
    """An admin has seen the money: the sum is credited, and settles the order once the price is reached.

    A fine is used up by that. `amount` None means what is still missing. `key` is the cause, credited once. Raises
    `Declined`, and nothing changes.
    """
    if order.kind not in PAYABLE_KINDS:
        raise Declined(f"A{order.number}（{order.purpose}）是要发给人的，不是收款，没有记。")
    if by == order.user_id:
        raise Declined(f"A{order.number} 是你自己付的，要请别的管理员确认。")
    amount = order.price - order.paid if amount is None else amount
    rows = []
    if amount > 0:
        await hold(order.group_id, Account(0, order.account), OUTSIDE, member(order.user_id))
        rows = await fetch(
            'UPDATE "lizheng_order" SET "paid" = "paid" + ? WHERE "id" = ? AND "paid" < "price" '
            "AND \"state\" IN ('open', 'expired') RETURNING \"paid\"",
            (amount, order.id),
        )
    if not rows:
        raise Declined(f"A{order.number} {say_state(await Order.get(id=order.id))}，没有再记。")
    moved = await move(
        order, OUTSIDE, member(order.user_id), amount, at=at, kind="payment", key=key, actor_id=by
    )
    if not moved:
        raise Declined("这一笔已经确认过了，没有再记。")
    if rows[0]["paid"] >= order.price:
        await Order.filter(id=order.id).update(state="settled", settled_at=at, settled_by=by)
        if order.kind == "fine":
            cause = await free_key(f"use:{FINE}{order.id}")
            await use(order, by=cause.removeprefix("use:"), at=at)
    return await Order.get(id=order.id)


async def free_key(key: str) -> str:
    """`key`, or where what it booked was taken back the next of its kind, so that it can be booked again."""
    tried, count = key, 1
    while (entry := await Entry.get_or_none(key=tried)) and await Entry.filter(reverses=entry.id).exists():
        count += 1
        tried = f"{key}/{count}"
    return tried


@atomic
async def unconfirm(order_id: int, key: str, *, by: int, at: datetime) -> int:
    """Take back one confirmed sum, booked under `key`, as if it had not been confirmed; the fen.

    Raises `Declined` when what it paid for was used or given back since, and nothing changes.
    """
    entry, order = await Entry.get(key=key), await Order.get(id=order_id)
    await hold(order.group_id, Account(0, order.account), OUTSIDE, member(order.user_id))
    if order.kind == "fine" and order.paid - entry.amount < order.price:
        await give_back(order, by=order.used_by or "", at=at)
    ended = order.expires_at is not None and order.expires_at <= at
    changed = await fetch(
        'UPDATE "lizheng_order" SET "paid" = "paid" - ?, '
        '"state" = CASE WHEN "state" = \'settled\' AND "paid" - ? < "price" THEN ? ELSE "state" END '
        'WHERE "id" = ? AND "paid" >= ? AND "state" IN (\'open\', \'expired\', \'settled\') RETURNING "id"',
        (entry.amount, entry.amount, "expired" if ended else "open", order_id, entry.amount),
    )
    if not changed or not await reverse(order, entry, at=at, actor_id=by):
        state = say_state(await Order.get(id=order_id))
        raise Declined(f"A{order.number} {state}，这一笔收不回来了。钱退了就发 /退款 A{order.number}。")
    return entry.amount


@atomic
async def use(order: Order, *, by: str, at: datetime) -> bool:
    """Spend a credit, for `by` (what it is spent on, which spends one only); False when somebody else was first."""
    if await Order.filter(id=order.id, state="settled").update(state="used", used_by=by):
        key, payer = f"use:{by}", order.user_id
        giver, taker = member(payer), SHARED if order.account == SHARED.kind else INCOME
        if not await move(order, giver, taker, order.price, at=at, kind="use", key=key, actor_id=payer):
            raise Declined(f"A{order.number} 已经为这件事用过一次了。")
        return True
    return False


@atomic
async def give_back(order: Order, *, by: str, at: datetime) -> bool:
    """What a credit was spent on did not happen: the member has it again. False when it was not spent on `by`."""
    spent = Order.filter(id=order.id, state="used", used_by=by)
    if not await spent.update(state="settled", used_by=None, text=""):
        return False
    entry = await Entry.get(key=f"use:{by}")
    await reverse(order, entry, at=at, actor_id=0)
    return True


@atomic
async def use_any(credits: Iterable[Order], *, by: str, at: datetime) -> Order | None:
    """Spend the first of these that is still there, for `by`; the same `by` again gets the same one. None without any."""
    if earlier := await Order.get_or_none(used_by=by):
        return earlier
    for order in credits:
        if await use(order, by=by, at=at):
            return order
    return None


async def refuse(order: Order, reason: str, *, by: int) -> None:
    """Raises `Declined` for one that is closed, or partly paid: that money has to be given back first."""
    if by == order.user_id:
        raise Declined(f"A{order.number} 是你自己的单，要请别的管理员处理。")
    changed = await Order.filter(id=order.id, state__in=PAYABLE, paid=0).update(
        state="refused", reason=reason
    )
    if changed:
        return
    order = await Order.get(id=order.id)
    if order.state in PAYABLE:
        raise Declined(
            f"A{order.number} 已经收过 {say_money(order.paid)}，先把钱退了，再发 /退款 A{order.number}。"
        )
    raise Declined(f"A{order.number} {say_state(order)}，没有再动。")


@atomic
async def waive(order: Order, reason: str, *, by: int) -> str:
    """Let a member off what nobody has paid of yet, for a reason; the state it was in, for `unwaive`.

    Raises `Declined` for one's own, one that is closed, and one that is partly paid.
    """
    if order.kind not in PAYABLE_KINDS:
        raise Declined(f"A{order.number}（{order.purpose}）是要发给人的，不用豁免。")
    if by == order.user_id:
        raise Declined(f"A{order.number} 是你自己的单，要请别的管理员豁免。")
    for state in PAYABLE:
        if await Order.filter(id=order.id, state=state, paid=0).update(state="waived", reason=reason):
            return state
    order = await Order.get(id=order.id)
    if order.state in PAYABLE:
        raise Declined(
            f"A{order.number} 已经收过 {say_money(order.paid)}，先把钱退了，再发 /退款 A{order.number}。"
        )
    raise Declined(f"A{order.number} {say_state(order)}，没有再动。")


async def unwaive(order_id: int, state: str) -> bool:
    """Have it owed again; False when it is not waived any more."""
    return bool(await Order.filter(id=order_id, state="waived").update(state=state, reason=""))


@atomic
async def refund(order: Order, amount: int | None, *, by: int, at: datetime, key: str) -> int:
    """The money has been given back by hand: every entry is reversed, or with a smaller `amount` so much taken off.

    The fen that went back. `key` is the cause, which takes a part off once. Raises `Declined`, and nothing changes.
    """
    if order.kind not in PAYABLE_KINDS:
        raise Declined(f"A{order.number}（{order.purpose}）是发给人的，不是收来的，没有可退的。")
    if by == order.user_id:
        raise Declined(f"A{order.number} 是你自己付的，要请别的管理员退。")
    paid = (await Order.get(id=order.id)).paid
    if amount is not None and amount != paid:
        return await _refund_part(order, amount, by, at, key)
    whole = Order.filter(id=order.id, paid=paid, paid__gt=0).exclude(state="refunded")
    if not await whole.update(state="refunded", paid=0):
        raise Declined(_why_not_refunded(await Order.get(id=order.id)))
    return await reverse_all(order, at=at, actor_id=by)


async def _refund_part(order: Order, amount: int, by: int, at: datetime, key: str) -> int:
    """What is left has to keep the order as it is: the price of one that is settled, something of one that is not."""
    changed = await fetch(
        'UPDATE "lizheng_order" SET "paid" = "paid" - ? WHERE "id" = ? AND "state" IN '
        "('open', 'expired', 'settled', 'used') AND \"paid\" - ? >= "
        'CASE WHEN "state" IN (\'settled\', \'used\') THEN "price" ELSE 1 END RETURNING "id"',
        (amount, order.id, amount),
    )
    if not changed:
        raise Declined(_why_not_refunded(await Order.get(id=order.id)))
    giver = member(order.user_id)
    if not await move(order, giver, OUTSIDE, amount, at=at, kind="refund", key=key, actor_id=by):
        raise Declined("这一笔已经退过了，没有再记。")
    return amount


def _why_not_refunded(order: Order) -> str:
    number = f"A{order.number}"
    if not order.paid:
        return f"{number} 已经退过了。" if order.state == "refunded" else f"{number} 还没收过钱，不用退。"
    paid, over = say_money(order.paid), order.paid - order.price
    if over < 0:
        return f"{number} 只收过 {paid}，退不了这么多。"
    part = f"能单独退的是多收的 {say_money(over)}" if over else "没有多收"
    return f"{number} 收了 {paid}，{part}；要全退发 /退款 {number}。"


async def expire(order: Order) -> bool:
    """True for the one who ended it."""
    return bool(await Order.filter(id=order.id, state="open").update(state="expired"))
