"""The ledger: random histories against a simple model."""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lizheng.base.clock import Clock
from lizheng.ledger import orders
from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Balance, Entry, Order
from lizheng.plugin.refusals import Declined
from lizheng.store import Store
from tests.support.reliability_figures import Note

AT = datetime(2026, 11, 18, 4, tzinfo=UTC)
ADMIN = 9
groups = itertools.count(1)

INDEX = st.integers(0, 5)
STEPS = st.one_of(
    st.tuples(st.just("place"), st.integers(1, 2), st.integers(1, 3)),
    st.tuples(st.just("confirm"), INDEX, st.none() | st.integers(1, 4), st.integers(0, 8), st.booleans()),
    st.tuples(st.just("unconfirm"), st.integers(0, 8)),
    st.tuples(st.just("refuse"), INDEX),
    st.tuples(st.just("refund"), INDEX, st.none() | st.integers(1, 4), st.integers(0, 20)),
    st.tuples(st.just("expire"), INDEX),
    st.tuples(st.just("ad"), st.integers(1, 2), st.integers(0, 4)),
)


class Model:
    """What should happen, in a few lines: orders as dicts, causes as sets."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.causes: set[int] = set()
        self.used: dict[tuple[int, int], int] = {}
        self.booked: dict[int, tuple[int, int]] = {}

    def place(self, user: int, price: int) -> bool:
        self.orders.append({"user": user, "price": price, "paid": 0, "state": "open"})
        return True

    def confirm(self, index: int, amount: int | None, cause: int, own: bool) -> bool:
        order = self.orders[index]
        missing = order["price"] - order["paid"]
        if own or order["state"] not in ("open", "expired") or cause in self.causes:
            return False
        self.causes.add(cause)
        self.booked[cause] = index, missing if amount is None else amount
        order["paid"] += missing if amount is None else amount
        if order["paid"] >= order["price"]:
            order["state"] = "settled"
        return True

    def unconfirm(self, cause: int) -> bool:
        index, amount = self.booked.get(cause, (0, 0))
        if not amount or (order := self.orders[index])["state"] not in ("open", "expired", "settled"):
            return False
        if order["paid"] < amount:
            return False
        del self.booked[cause]
        order["paid"] -= amount
        if order["state"] == "settled" and order["paid"] < order["price"]:
            order["state"] = "open"
        return True

    def refuse(self, index: int) -> bool:
        order = self.orders[index]
        if order["state"] not in ("open", "expired") or order["paid"]:
            return False
        order["state"] = "refused"
        return True

    def refund(self, index: int, amount: int | None, cause: int) -> bool:
        order = self.orders[index]
        if not order["paid"]:
            return False
        if amount is None or amount == order["paid"]:
            order.update(paid=0, state="refunded")
            return True
        least = order["price"] if order["state"] in ("settled", "used") else 1
        if order["paid"] - amount < least or -cause - 1 in self.causes:
            return False
        self.causes.add(-cause - 1)
        order["paid"] -= amount
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
        self.orders.append(await orders.place(self.group, "f", user, "事由", price, at=AT))
        return True

    async def confirm(self, index: int, amount: int | None, cause: int, own: bool) -> bool:
        order = await Order.get(id=self.orders[index].id)
        by = order.user_id if own else ADMIN
        await orders.confirm(order, amount, by=by, at=AT, key=f"{self.group}:{cause}")
        return True

    async def unconfirm(self, cause: int) -> bool:
        key = f"{self.group}:{cause}"
        if (entry := await Entry.get_or_none(key=key)) is None:
            return False
        return await orders.unconfirm(entry.order_id, key, by=ADMIN, at=AT) > 0

    async def refuse(self, index: int) -> bool:
        await orders.refuse(self.orders[index], "", by=ADMIN)
        return True

    async def refund(self, index: int, amount: int | None, cause: int) -> bool:
        key = f"{self.group}:back:{cause}"
        await orders.refund(self.orders[index], amount, by=ADMIN, at=AT, key=key)
        return True

    async def expire(self, index: int) -> bool:
        return await orders.expire(self.orders[index])

    async def ad(self, user: int, message: int) -> int | None:
        by = f"{self.group}:{user}:{message}"
        used = await orders.use_any(await orders.credits_of(self.group, user, "f"), by=by, at=AT)
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
        mine = [o for o in model.orders if o["user"] == user]
        held = sum(o["paid"] - o["price"] * (o["state"] == "used") for o in mine)
        assert kept.get(("member", user), 0) == held
    assert kept.get(("income", 0), 0) == sum(o["price"] for o in model.orders if o["state"] == "used")
    assert sum(kept.values()) == 0
    assert not await mismatches()


def play_histories(figure: Note, examples: int, longest: int) -> None:
    """One database for all of them, a group for each."""
    folder = Path(tempfile.mkdtemp())
    store = Store(f"sqlite://{folder}/lizheng.db", {}, Clock())
    with asyncio.Runner() as runner:

        def run(work: Coroutine[Any, Any, None]) -> None:
            runner.run(work)

        run(store.open())

        @settings(max_examples=examples, deadline=None, database=None)
        @given(st.lists(STEPS, max_size=longest))
        @example(
            [("place", 1, 2), ("confirm", 0, 1, 1, False), ("expire", 0), ("confirm", 0, None, 2, False)]
        )
        @example([("place", 1, 1), ("confirm", 0, None, 1, False), ("ad", 1, 1), ("refund", 0, None, 1)])
        @example([("place", 1, 2), ("confirm", 0, None, 1, False), ("refund", 0, 1, 1)])
        @example([("place", 1, 3), ("confirm", 0, 1, 1, False), ("confirm", 0, 1, 1, False)])
        @example([("place", 1, 1), ("confirm", 0, None, 1, False), ("unconfirm", 1), ("ad", 1, 1)])
        @example([("place", 1, 1), ("confirm", 0, 4, 1, False), ("refund", 0, 2, 1), ("ad", 1, 1)])
        def histories(steps: list[tuple]) -> None:
            run(compare(steps))
            figure("machine ledger", histories=1, steps=float(len(steps)))

        try:
            histories()
        finally:
            run(store.close())
            shutil.rmtree(folder, ignore_errors=True)


def test_random_histories_match_the_model(figure: Note) -> None:
    play_histories(figure, 60, 20)


@pytest.mark.nightly
def test_many_random_histories_match_the_model(figure: Note) -> None:
    play_histories(figure, 1000, 30)
