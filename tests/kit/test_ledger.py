"""The ledger: random histories against a simple model, simultaneous spends, what the database itself refuses."""

import asyncio
import csv
import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from nonebot.adapters.onebot.v11 import MessageSegment
from tortoise.exceptions import IntegrityError

from lizheng.ledger import book, evidence, orders
from lizheng.ledger.checking import mismatches
from lizheng.ledger.evidence import Grade, Seen
from lizheng.ledger.export import export
from lizheng.ledger.tables import Balance, Entry, Order
from lizheng.media import sheets
from lizheng.plugin.refusals import Declined
from lizheng.store import Store
from lizheng.store.sql import fetch
from tests.support.reliability_figures import Note

AT = datetime(2026, 11, 18, 4, tzinfo=UTC)
ADMIN = 9
groups = itertools.count(1)


async def place(group: int, user: int = 1, price: int = 100) -> Order:
    return await orders.place(group, "f", user, "事由", price, at=AT)


async def settled(group: int, user: int = 1, price: int = 100) -> Order:
    order = await place(group, user, price)
    return await orders.confirm(order, None, by=ADMIN, at=AT, key=f"k:{order.id}")


# — at once ————————————————————————————————————————————————————————————————————————————————


async def spend_at_once(rounds: int) -> None:
    for _ in range(rounds):
        group = next(groups)
        await settled(group)
        credit = await orders.credits_of(group, 1, "f")
        spends = [orders.use_any(credit, by=f"{group}:{n}", at=AT) for n in range(30)]
        granted = [order for order in await asyncio.gather(*spends) if order]
        assert len(granted) == 1
        assert await Entry.filter(group_id=group, kind="use").count() == 1
    assert not await mismatches()


async def confirm_at_once() -> None:
    group = next(groups)
    order = await place(group)

    async def one(number: int) -> bool:
        try:
            await orders.confirm(order, None, by=ADMIN, at=AT, key=f"c:{group}:{number}")
        except Declined:
            return False
        return True

    assert sum(await asyncio.gather(*(one(n) for n in range(10)))) == 1
    assert (await Order.get(id=order.id)).paid == 100
    assert not await mismatches()


async def test_one_credit_is_spent_once(store: Store, figure: Note) -> None:
    await spend_at_once(10)
    figure("spends", rounds=10, wrong=0)
    await confirm_at_once()


async def test_one_credit_is_spent_once_on_postgres(on_postgres: Store, figure: Note) -> None:
    await spend_at_once(10)
    figure("spends postgres", rounds=10, wrong=0)
    await confirm_at_once()
    with pytest.raises(IntegrityError):
        await Entry.create(**row(await settled(next(groups)), amount=0))
    with pytest.raises(Exception, match="only added to"):
        await Entry.all().update(amount=5)


@pytest.mark.nightly
async def test_one_credit_is_spent_once_a_thousand_times(store: Store, figure: Note) -> None:
    await spend_at_once(1000)
    figure("spends", rounds=1000, wrong=0)


@pytest.mark.nightly
async def test_one_credit_is_spent_once_a_thousand_times_on_postgres(
    on_postgres: Store, figure: Note
) -> None:
    await spend_at_once(1000)
    figure("spends postgres", rounds=1000, wrong=0)


# — what does not add up is not written —————————————————————————————————————————————————————————————————


async def test_money_moves_inside_an_atomic_in_amounts_that_are_some(store: Store) -> None:
    order = await place(next(groups))
    terms = {"at": AT, "kind": "payment", "key": "k", "actor_id": ADMIN}
    with pytest.raises(RuntimeError):
        await book.move(order, book.OUTSIDE, book.member(1), 1, **terms)
    for amount in (0, -1, book.MOST_FEN + 1):
        with pytest.raises(ValueError, match="cannot be moved"):
            await store.atomic(book.move)(order, book.OUTSIDE, book.member(1), amount, **terms)
    with pytest.raises(book.Overdrawn):
        await store.atomic(book.move)(order, book.member(1), book.INCOME, 1, **terms)
    assert await Entry.filter(group_id=order.group_id).count() == 0
    assert not await mismatches()


async def test_one_cause_opens_one_order(store: Store) -> None:
    group = next(groups)
    first, second = [
        await orders.place(group, "f", 1, "事由", 100, at=AT, source=f"message:{group}") for _ in range(2)
    ]
    assert first.id == second.id
    assert await Order.filter(group_id=group).count() == 1


async def test_one_cause_spends_one_credit(store: Store) -> None:
    group = next(groups)
    one, other = await settled(group), await settled(group)
    assert await orders.use(one, by="ad:1", at=AT)
    assert await orders.give_back(one, by="ad:1", at=AT)
    assert not await orders.give_back(one, by="ad:1", at=AT), "it is not spent any more"
    with pytest.raises(Declined, match="用过一次"):
        await orders.use(other, by="ad:1", at=AT)
    assert (await Order.get(id=other.id)).state == "settled"
    assert not await mismatches()


async def test_one_cause_takes_a_part_off_once(store: Store) -> None:
    group = next(groups)
    order = await orders.confirm(await place(group), 150, by=ADMIN, at=AT, key=f"over:{group}")
    assert await orders.refund(order, 20, by=ADMIN, at=AT, key=f"back:{group}") == 20
    with pytest.raises(Declined, match="已经退过"):
        await orders.refund(order, 20, by=ADMIN, at=AT, key=f"back:{group}")
    assert (await Order.get(id=order.id)).paid == 130
    assert not await mismatches()


async def test_what_was_given_back_is_not_given_back_again(store: Store) -> None:
    order = await settled(next(groups))
    (entry,) = await Entry.filter(order_id=order.id)
    back = store.atomic(book.reverse)
    assert await back(order, entry, at=AT, actor_id=ADMIN)
    assert not await back(order, entry, at=AT, actor_id=ADMIN)
    assert await store.atomic(book.reverse_all)(order, at=AT, actor_id=ADMIN) == 0


# — what the database refuses, what the check finds —————————————————————————————————————————————


def row(order: Order, **changed: Any) -> dict[str, Any]:
    base = {"group_id": order.group_id, "at": AT, "kind": "payment", "giver": "outside", "taker": "member"}
    return {**base, "taker_id": 1, "amount": 1, "order_id": order.id, "key": f"x{changed}", **changed}


async def test_the_journal_is_only_added_to(store: Store) -> None:
    order = await settled(1)
    for statement in ('UPDATE "lizheng_entry" SET "amount" = 5', 'DELETE FROM "lizheng_entry"'):
        with pytest.raises(Exception, match="only added to"):
            await fetch(statement)
    for wrong in ({"amount": 0}, {"amount": -5}, {"taker": "outside"}, {"key": f"k:{order.id}"}):
        with pytest.raises(IntegrityError):
            await Entry.create(**row(order, **wrong))
    with pytest.raises(IntegrityError):
        await Balance.filter(kind="member").update(amount=-1)
    with pytest.raises(IntegrityError):
        await Order.create(group_id=1, number=9, feature="f", user_id=1, purpose="", price=0, created_at=AT)
    assert not await mismatches()


UNGUARDED = 'DROP TRIGGER "lizheng_entry_no_delete"'


@pytest.mark.parametrize(
    "damage",
    [
        'UPDATE "lizheng_balance" SET "amount" = "amount" + 1 WHERE "kind" = \'member\'',
        'DELETE FROM "lizheng_balance" WHERE "kind" = \'income\'',
        'UPDATE "lizheng_order" SET "paid" = 99',
        'UPDATE "lizheng_order" SET "state" = \'settled\' WHERE "state" = \'used\'',
        'UPDATE "lizheng_order" SET "state" = \'open\'',
        f'{UNGUARDED}; DELETE FROM "lizheng_entry" WHERE "id" = 1',
    ],
)
async def test_every_damage_is_found(store: Store, damage: str) -> None:
    if not store.is_sqlite:
        damage = damage.replace(UNGUARDED, 'ALTER TABLE "lizheng_entry" DISABLE TRIGGER ALL')
    order = await settled(1)
    await orders.use(order, by="ad", at=AT)
    await settled(1, user=2)
    assert not await mismatches()
    for statement in damage.split(";"):
        await fetch(statement)
    assert await mismatches()


async def test_export_is_safe_to_open(store: Store, tmp_path: Path) -> None:
    order = await orders.place(1, "f", 1, "=HYPERLINK(1)", 888, at=AT)
    await orders.confirm(order, None, by=ADMIN, at=AT, key="1")
    await orders.refund(order, None, by=ADMIN, at=AT, key="2")
    out = tmp_path / "流水.csv"
    assert await export(1, out, ZoneInfo("Asia/Shanghai")) == 2
    _, first, second = csv.reader(out.read_text("utf-8-sig").splitlines())
    assert first[1:7] == ["2026-11-18 12:00:00+08:00", "收款", "A1", "'=HYPERLINK(1)", "1", "8.88"]
    assert second[2] == "冲销"
    assert second[-1] == first[0]
    out = tmp_path / "流水.xlsx"
    assert await export(1, out, ZoneInfo("Asia/Shanghai")) == 2
    rows = [cells for _, cells in sheets.read_rows(out.read_bytes(), "xlsx")]
    assert [row + [""] * (11 - len(row)) for row in rows[1:]] == [first, second]


# — evidence ———————————————————————————————————————————————————————————————————————————————

TEXT = MessageSegment.text
WALLET = {"elements": [{"textElement": {}}, {"walletElement": {"receiver": {"title": "广告A1"}}}]}


@pytest.mark.parametrize(
    ("segments", "raw", "expected"),
    [
        ([MessageSegment("redbag", {"title": "广告A12"})], None, Seen(Grade.ELEMENT, "广告A12")),
        (
            [MessageSegment("red_packet", {"title": "恭喜", "type": "lucky"})],
            None,
            Seen(Grade.ELEMENT, "恭喜"),
        ),
        ([MessageSegment("redbag", {})], None, Seen(Grade.ELEMENT)),
        ([], WALLET, Seen(Grade.ELEMENT, "广告A1")),
        ([TEXT("你好")], {"elements": [{"textElement": {}}]}, None),
        ([TEXT("你好")], {"elements": "坏"}, None),
        ([TEXT("你好")], [1], None),
        ([], {"elements": [{"walletElement": {"receiver": None}}]}, Seen(Grade.ELEMENT)),
        ([TEXT("[QQ红包]请使用新版手机QQ查收红包。")], None, Seen(Grade.TEXT)),
        ([TEXT("[拼手气红包:广告A3]")], None, Seen(Grade.TEXT, "广告A3")),
        ([TEXT("[拼手气红包:广告A3] 加我")], None, None),
        ([], None, Seen(Grade.EMPTY)),
        ([TEXT(" ")], None, Seen(Grade.EMPTY)),
        ([TEXT("红包")], None, None),
        ([MessageSegment("image", {})], None, None),
        ([TEXT(""), MessageSegment("image", {})], None, None),
    ],
)
def test_forms_of_a_packet(segments: list, raw: Any, expected: Seen | None) -> None:
    assert evidence.read(segments, raw) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("广告A12", 12),
        ("a12", 12),
        ("A1 A1", 1),
        ("A1A2", None),
        ("恭喜发财", None),
        ("A", None),
        ("A0012", 12),
    ],
)
def test_order_numbers(text: str, number: int | None) -> None:
    assert orders.number_in(text) == number
