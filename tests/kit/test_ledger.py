"""The ledger: random histories against a simple model, simultaneous spends, what the database itself refuses."""

import asyncio
import csv
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nonebot.adapters.onebot.v11 import MessageSegment
from tortoise.exceptions import IntegrityError, OperationalError

from lizheng.clock import Clock
from lizheng.commands import Declined
from lizheng.ledger import evidence, orders
from lizheng.ledger.checking import mismatches
from lizheng.ledger.evidence import Grade, Seen
from lizheng.ledger.export import cell, export
from lizheng.models import Balance, Entry, Order
from lizheng.store import Store
from lizheng.store.sql import fetch
from tests.kit.test_store import on_postgres, postgres_url  # noqa: F401 (fixtures)

AT = datetime(2026, 11, 18, 4, tzinfo=UTC)
ADMIN = 9
groups = itertools.count(1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(f"sqlite://{tmp_path}/lizheng.db", {}, tmp_path, Clock())
    await store.open()
    yield store
    await store.close()


async def place(group: int, user: int = 1, price: int = 100) -> Order:
    return await orders.place(group, "f", user, "事由", price, at=AT)


async def settled(group: int, user: int = 1, price: int = 100) -> Order:
    order = await place(group, user, price)
    return await orders.confirm(order, None, by=ADMIN, at=AT, key=f"k:{order.id}")


# — histories ——————————————————————————————————————————————————————————————————————————————

INDEX = st.integers(0, 5)
STEPS = st.one_of(
    st.tuples(st.just("place"), st.integers(1, 2), st.integers(1, 3)),
    st.tuples(st.just("confirm"), INDEX, st.none() | st.integers(1, 4), st.integers(0, 40), st.booleans()),
    st.tuples(st.just("refuse"), INDEX),
    st.tuples(st.just("refund"), INDEX),
    st.tuples(st.just("expire"), INDEX),
    st.tuples(st.just("ad"), st.integers(1, 2), st.integers(0, 4)),
)


class Model:
    """What should happen, in a few lines: orders as dicts, causes as sets."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.causes: set[int] = set()
        self.used: dict[tuple[int, int], int] = {}

    def place(self, user: int, price: int) -> bool:
        self.orders.append({"user": user, "price": price, "paid": 0, "state": "open"})
        return True

    def confirm(self, index: int, amount: int | None, cause: int, own: bool) -> bool:
        order = self.orders[index]
        missing = order["price"] - order["paid"]
        if own or order["state"] not in ("open", "expired") or cause in self.causes:
            return False
        self.causes.add(cause)
        order["paid"] += missing if amount is None else amount
        if order["paid"] >= order["price"]:
            order["state"] = "settled"
        return True

    def refuse(self, index: int) -> bool:
        order = self.orders[index]
        if order["state"] not in ("open", "expired") or order["paid"]:
            return False
        order["state"] = "refused"
        return True

    def refund(self, index: int) -> bool:
        order = self.orders[index]
        if not order["paid"]:
            return False
        order.update(paid=0, state="refunded")
        return True

    def expire(self, index: int) -> bool:
        order = self.orders[index]
        if order["state"] != "open":
            return False
        order["state"] = "expired"
        return True

    def ad(self, user: int, message: int) -> int | None:
        if (user, message) in self.used:
            return self.used[user, message]
        for number, order in enumerate(self.orders):
            if order["user"] == user and order["state"] == "settled":
                order["state"] = "used"
                self.used[user, message] = number
                return number
        return None


class Real:
    def __init__(self, group: int) -> None:
        self.group = group
        self.orders: list[Order] = []

    async def place(self, user: int, price: int) -> bool:
        self.orders.append(await place(self.group, user, price))
        return True

    async def confirm(self, index: int, amount: int | None, cause: int, own: bool) -> bool:
        order = await Order.get(id=self.orders[index].id)
        by = order.user_id if own else ADMIN
        await orders.confirm(order, amount, by=by, at=AT, key=f"{self.group}:{cause}")
        return True

    async def refuse(self, index: int) -> bool:
        await orders.refuse(self.orders[index], "", by=ADMIN)
        return True

    async def refund(self, index: int) -> bool:
        await orders.refund(self.orders[index], by=ADMIN, at=AT)
        return True

    async def expire(self, index: int) -> bool:
        return await orders.expire(self.orders[index])

    async def ad(self, user: int, message: int) -> int | None:
        by = f"{self.group}:{user}:{message}"
        used = await orders.use_any(self.group, user, "f", by=by, at=AT)
        return used.number - 1 if used else None


async def compare(steps: list[tuple]) -> None:
    group = next(groups)
    model, real = Model(), Real(group)
    for name, *arguments in steps:
        if name in ("confirm", "refuse", "refund", "expire"):
            if not model.orders:
                continue
            arguments[0] %= len(model.orders)
        expected = getattr(model, name)(*arguments)
        try:
            got = await getattr(real, name)(*arguments)
        except Declined:
            got = False
        assert got == expected, (name, arguments)
    rows = await Order.filter(group_id=group).order_by("number")
    assert [(r.user_id, r.paid, r.state) for r in rows] == [
        (o["user"], o["paid"], o["state"]) for o in model.orders
    ]
    kept = {(b.kind, b.user_id): b.amount for b in await Balance.filter(group_id=group)}
    for user in (1, 2):
        held = sum(o["paid"] for o in model.orders if o["user"] == user and o["state"] != "used")
        assert kept.get(("member", user), 0) == held
    assert kept.get(("income", 0), 0) == sum(o["paid"] for o in model.orders if o["state"] == "used")
    assert sum(kept.values()) == 0
    assert not await mismatches()


def play_histories(examples: int, longest: int) -> None:
    """One database for all of them, a group for each."""
    folder = Path(tempfile.mkdtemp())
    store = Store(f"sqlite://{folder}/lizheng.db", {}, folder, Clock())
    with asyncio.Runner() as runner:

        def run(work: Coroutine[Any, Any, None]) -> None:
            runner.run(work)

        run(store.open())

        @settings(max_examples=examples, deadline=None, database=None)
        @given(st.lists(STEPS, max_size=longest))
        @example(
            [("place", 1, 2), ("confirm", 0, 1, 1, False), ("expire", 0), ("confirm", 0, None, 2, False)]
        )
        @example([("place", 1, 1), ("confirm", 0, None, 1, False), ("ad", 1, 1), ("refund", 0), ("ad", 1, 1)])
        def histories(steps: list[tuple]) -> None:
            run(compare(steps))

        try:
            histories()
        finally:
            run(store.close())
            shutil.rmtree(folder, ignore_errors=True)


def test_random_histories_match_the_model() -> None:
    play_histories(60, 20)


@pytest.mark.nightly
def test_many_random_histories_match_the_model() -> None:
    play_histories(1000, 30)


# — at once ————————————————————————————————————————————————————————————————————————————————


async def spend_at_once(rounds: int) -> None:
    for _ in range(rounds):
        group = next(groups)
        await settled(group)
        spends = [orders.use_any(group, 1, "f", by=f"{group}:{n}", at=AT) for n in range(30)]
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


async def test_one_credit_is_spent_once(store: Store) -> None:
    await spend_at_once(10)
    await confirm_at_once()


async def test_one_credit_is_spent_once_on_postgres(on_postgres: Store) -> None:  # noqa: F811
    await spend_at_once(10)
    await confirm_at_once()
    with pytest.raises(IntegrityError):
        await Entry.create(**row(await settled(next(groups)), amount=0))
    with pytest.raises(Exception, match="only added to"):
        await Entry.all().update(amount=5)


@pytest.mark.nightly
async def test_one_credit_is_spent_once_a_thousand_times(store: Store) -> None:
    await spend_at_once(1000)


@pytest.mark.nightly
async def test_one_credit_is_spent_once_a_thousand_times_on_postgres(on_postgres: Store) -> None:  # noqa: F811
    await spend_at_once(1000)


# — what the database refuses, what the check finds —————————————————————————————————————————————


def row(order: Order, **changed: Any) -> dict[str, Any]:
    base = {"group_id": order.group_id, "at": AT, "kind": "payment", "giver": "outside", "taker": "member"}
    return {**base, "taker_id": 1, "amount": 1, "order_id": order.id, "key": f"x{changed}", **changed}


async def test_the_journal_is_only_added_to(store: Store) -> None:
    order = await settled(1)
    for statement in ('UPDATE "lizheng_entry" SET "amount" = 5', 'DELETE FROM "lizheng_entry"'):
        with pytest.raises((OperationalError, IntegrityError)):
            await fetch(statement)
    for wrong in ({"amount": 0}, {"amount": -5}, {"taker": "outside"}, {"key": f"k:{order.id}"}):
        with pytest.raises(IntegrityError):
            await Entry.create(**row(order, **wrong))
    with pytest.raises(IntegrityError):
        await Balance.filter(kind="member").update(amount=-1)
    with pytest.raises(IntegrityError):
        await Order.create(group_id=1, number=9, feature="f", user_id=1, purpose="", price=0, created_at=AT)
    assert not await mismatches()


@pytest.mark.parametrize(
    "damage",
    [
        'UPDATE "lizheng_balance" SET "amount" = "amount" + 1 WHERE "kind" = \'member\'',
        'DELETE FROM "lizheng_balance" WHERE "kind" = \'income\'',
        'UPDATE "lizheng_order" SET "paid" = 99',
        'UPDATE "lizheng_order" SET "state" = \'settled\' WHERE "state" = \'used\'',
        'UPDATE "lizheng_order" SET "state" = \'open\'',
        'DROP TRIGGER "lizheng_entry_no_delete"; DELETE FROM "lizheng_entry" WHERE "id" = 1',
    ],
)
async def test_every_damage_is_found(store: Store, damage: str) -> None:
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
    await orders.refund(order, by=ADMIN, at=AT)
    out = tmp_path / "流水.csv"
    assert await export(1, out, ZoneInfo("Asia/Shanghai")) == 2
    _, first, second = csv.reader(out.read_text("utf-8-sig").splitlines())
    assert first[1:7] == ["2026-11-18 12:00:00+08:00", "收款", "A1", "'=HYPERLINK(1)", "1", "8.88"]
    assert second[2] == "冲销"
    assert second[-1] == first[0]
    for text in ("=1", "+1", "-1", "@x", "\t=1", "＝1", " =1"):
        assert cell(text) == f"'{text}"


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
