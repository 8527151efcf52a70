"""The fund: what is paid out of it, what somebody advances, what is missing, and what the database and check refuse."""

import asyncio
import itertools
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from lizheng.ledger import fund, orders
from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Balance, Entry, Order
from lizheng.plugin.refusals import Declined
from lizheng.store import Store
from lizheng.store.sql import fetch

AT = datetime(2026, 11, 18, 4, tzinfo=UTC)
ADMIN, PAYER, WANG = 9, 7, 1
groups = itertools.count(1)


async def fine(group: int, price: int, account: Literal["income", "shared"] = "income") -> Order:
    due = orders.Due(WANG, price, "没交", f"fine:{group}:{next(groups)}")
    [order] = await orders.place_many(group, "f", [due], at=AT, kind="fine", account=account)
    return await orders.confirm(order, None, by=ADMIN, at=AT, key=f"c:{order.id}")


async def reward(group: int, price: int) -> Order:
    return await orders.place(group, "f", WANG, "奖", price, at=AT, kind="reward", payer_id=PAYER)


async def test_what_came_in_goes_out_and_what_went_to_everybody_does_not(store: Store) -> None:
    group = next(groups)
    await fine(group, 300)
    await fine(group, 500, "shared")
    order = await reward(group, 400)
    with pytest.raises(Declined, match="公账只有 3 元，不够付 4 元"):
        await fund.pay_out(order, payer=PAYER, by=WANG, at=AT)
    with pytest.raises(Declined, match="是你自己发的"):
        await fund.pay_out(order, payer=PAYER, by=PAYER, at=AT, advanced=True)
    assert await fund.pay_out(order, payer=PAYER, by=WANG, at=AT, advanced=True) == 100
    with pytest.raises(Declined, match="送到了，没有再记"):
        await fund.pay_out(order, payer=PAYER, by=WANG, at=AT, advanced=True)
    assert await fund.state(group) == fund.Fund(-100, {PAYER: 100}, 0)
    assert await fund.flow(group, AT, AT + timedelta(seconds=1)) == fund.Flow(300, 400, 500)
    assert await fund.flow(group, AT - timedelta(days=1), AT) == fund.Flow(0, 0, 0)
    assert not await mismatches()


async def test_no_payment_is_booked_on_what_is_to_be_paid_out(store: Store) -> None:
    order = await reward(next(groups), 400)
    for refused in (
        orders.confirm(order, None, by=ADMIN, at=AT, key="k"),
        orders.refund(order, None, by=ADMIN, at=AT, key="k"),
        orders.waive(order, "", by=ADMIN),
    ):
        with pytest.raises(Declined, match="发给人的"):
            await refused
    assert not await orders.open_ones(order.group_id, WANG)
    assert await fund.cancel(order, by=ADMIN)
    assert not await fund.cancel(order, by=ADMIN)
    assert not await Entry.filter(group_id=order.group_id).exists()


async def test_an_undo_that_leaves_the_fund_short_stops_paying_out(store: Store) -> None:
    group = next(groups)
    paid = await fine(group, 300)
    await fund.pay_out(await reward(group, 300), payer=PAYER, by=WANG, at=AT)
    await orders.unconfirm(paid.id, f"c:{paid.id}", by=ADMIN, at=AT)
    assert (await fund.state(group)).short == 300
    more = await reward(group, 100)
    with pytest.raises(Declined, match="公账还差 3 元没有着落"):
        await fund.pay_out(more, payer=PAYER, by=WANG, at=AT, advanced=True)
    assert await fund.own_up(group, ADMIN, at=AT, key=f"own:{group}") == 300
    with pytest.raises(Declined, match="没有缺口"):
        await fund.own_up(group, ADMIN, at=AT, key=f"own:{group}:2")
    assert await fund.pay_out(more, payer=PAYER, by=WANG, at=AT, advanced=True) == 100
    assert await fund.state(group) == fund.Fund(-400, {PAYER: 100, ADMIN: 300}, 0)
    assert not await mismatches()


async def test_a_refund_of_what_was_spent_is_an_advance_of_who_gives_it_back(store: Store) -> None:
    group = next(groups)
    paid = await fine(group, 300)
    await fund.pay_out(await reward(group, 200), payer=PAYER, by=WANG, at=AT)
    await orders.refund(paid, None, by=ADMIN, at=AT, key=f"r:{group}")
    assert await fund.state(group) == fund.Fund(-200, {ADMIN: 200}, 0)
    await fine(group, 250)
    with pytest.raises(Declined, match="请别的管理员来记"):
        await fund.repay(group, ADMIN, 200, by=ADMIN, at=AT, key=f"p:{group}")
    with pytest.raises(Declined, match="公账只欠他 2 元"):
        await fund.repay(group, ADMIN, 201, by=PAYER, at=AT, key=f"p:{group}")
    assert await fund.repay(group, ADMIN, 200, by=PAYER, at=AT, key=f"p:{group}") == 0
    assert await fund.state(group) == fund.Fund(50, {}, 0)
    assert not await mismatches()


async def money_at_once(rounds: int) -> None:
    """Thirty say at once that a reward was handed over, while fines are paid and taken back; nothing waits for ever."""

    async def tried(work: Awaitable[object]) -> bool:
        try:
            await work
        except Declined:
            return False
        return True

    for _ in range(rounds):
        group = next(groups)
        order = await reward(group, 100)
        paid = [await fine(group, 100) for _ in range(3)]
        words = [tried(fund.pay_out(order, payer=PAYER, by=20 + n, at=AT, advanced=True)) for n in range(30)]
        back = [tried(orders.unconfirm(one.id, f"c:{one.id}", by=ADMIN, at=AT)) for one in paid[:2]]
        gone = [tried(orders.refund(paid[2], None, by=ADMIN, at=AT, key=f"r:{group}:{n}")) for n in range(3)]
        more = [tried(fine(group, 50 + n)) for n in range(5)]
        said = await asyncio.wait_for(asyncio.gather(*words, *back, *gone, *more), 60)
        assert sum(said[:30]) <= 1
        assert await Entry.filter(order_id=order.id, kind="spend").count() == sum(said[:30])
        assert all(said[30:32])
        assert sum(said[32:35]) == 1
    assert not await mismatches()


async def test_money_moves_at_once(store: Store) -> None:
    await money_at_once(3)


async def test_money_moves_at_once_on_postgres(on_postgres: Store) -> None:
    await money_at_once(5)


@pytest.mark.parametrize(
    "damage",
    [
        'UPDATE "lizheng_order" SET "paid" = 0 WHERE "kind" = \'reward\'',
        'UPDATE "lizheng_order" SET "state" = \'open\' WHERE "kind" = \'reward\'',
        'UPDATE "lizheng_order" SET "kind" = \'charge\' WHERE "kind" = \'reward\'',
        'UPDATE "lizheng_order" SET "account" = \'income\' WHERE "kind" = \'fine\'',
        'UPDATE "lizheng_balance" SET "amount" = 0 WHERE "kind" = \'advance\'',
        'UPDATE "lizheng_balance" SET "amount" = "amount" - 1 WHERE "kind" = \'shared\'',
    ],
)
async def test_every_damage_is_found(store: Store, damage: str) -> None:
    group = next(groups)
    await fine(group, 500, "shared")
    await fund.pay_out(await reward(group, 200), payer=PAYER, by=WANG, at=AT, advanced=True)
    assert not await mismatches()
    await fetch(damage)
    assert await mismatches()
    assert await Balance.filter(group_id=group).count() == 5


async def test_rows_of_the_last_release_are_charges_into_the_fund(store: Store) -> None:
    """The columns are new: whatever does not name them, as rows of before, is what there was."""
    await fetch(
        'INSERT INTO "lizheng_order" ("group_id", "number", "feature", "user_id", "purpose", "text", "price", "paid", '
        '"state", "created_at", "settled_by", "reason") VALUES (?, 1, ?, 1, ?, ?, 5, 0, ?, ?, 0, ?)',
        (next(groups), "ad_tax", "广告税", "", "open", AT, ""),
    )
    order = await Order.all().order_by("-id").get()
    assert (order.kind, order.account, order.payer_id, orders.say_state(order)) == (
        "charge",
        "income",
        0,
        "待付款",
    )
    settled = await orders.confirm(order, None, by=ADMIN, at=AT, key="old")
    assert settled.state == "settled"
    assert await orders.use(settled, by="ad:old", at=AT)
    assert (await fund.state(order.group_id)).balance == 5
