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
from lizheng.ledger import fund, orders
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
    st.tuples(st.just("fine"), st.integers(1, 2), st.integers(1, 3), st.booleans()),
    st.tuples(st.just("reward"), st.integers(1, 2), st.integers(1, 3)),
    st.tuples(st.just("pay_out"), INDEX, st.integers(1, 3), st.booleans()),
    st.tuples(st.just("take_back"), INDEX),
    st.tuples(st.just("waive"), INDEX),
    st.tuples(st.just("unwaive"), INDEX),
    st.tuples(st.just("own_up"), st.integers(0, 20)),
    st.tuples(st.just("repay"), st.integers(1, 4), st.integers(0, 20)),
)
ON_AN_ORDER = ("confirm", "refuse", "refund", "expire", "pay_out", "take_back", "waive", "unwaive")
PAYER = 7


class Model:
    """What should happen, in a few lines: orders as dicts, causes as sets."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.causes: set[int] = set()
        self.used: dict[tuple[Any, int], int] = {}
        self.booked: dict[int, tuple[int, int]] = {}
        self.advances = {0: 0, ADMIN: 0, PAYER: 0}

    def place(self, user: int, price: int, kind: str = "charge", account: str = "income") -> bool:
        base = {"user": user, "price": price, "paid": 0, "state": "open", "advanced": (0, 0)}
        self.orders.append({**base, "kind": kind, "account": account, "was": "open"})
        return True

    def fine(self, user: int, price: int, shared: bool) -> bool:
        return self.place(user, price, "fine", "shared" if shared else "income")

    def reward(self, user: int, price: int) -> bool:
        return self.place(user, price, "reward")

    @property
    def income(self) -> int:
        return sum(
            -o["paid"] if o["kind"] == "reward" else o["price"] * (o["state"] == "used")
            for o in self.orders
            if o["account"] == "income"
        )

    @property
    def shared(self) -> int:
        return sum(o["price"] for o in self.orders if o["account"] == "shared" and o["state"] == "used")

    def holds(self, user: int) -> int:
        mine = [o for o in self.orders if o["user"] == user and o["kind"] != "reward"]
        return sum(o["paid"] - o["price"] * (o["state"] == "used") for o in mine)

    @property
    def short(self) -> int:
        return max(0, -self.income - self.advances[ADMIN] - self.advances[PAYER])

    def cover(self, by: int) -> None:
        """Money went back that is not there any more."""
        in_hand = self.income + self.holds(1) + self.holds(2) + sum(self.advances.values())
        self.advances[by] += max(0, -in_hand)

    def confirm(self, index: int, amount: int | None, cause: int, own: bool) -> bool:
        order = self.orders[index]
        missing = order["price"] - order["paid"]
        if order["kind"] == "reward" or own:
            return False
        if order["state"] not in ("open", "expired") or cause in self.causes:
            return False
        self.causes.add(cause)
        self.booked[cause] = index, missing if amount is None else amount
        order["paid"] += missing if amount is None else amount
        if order["paid"] >= order["price"]:
            order["state"] = "used" if order["kind"] == "fine" else "settled"
        return True

    def unconfirm(self, cause: int) -> bool:
        index, amount = self.booked.get(cause, (0, 0))
        if not amount:
            return False
        order = self.orders[index]
        below = order["paid"] - amount < order["price"]
        usual = order["state"] in ("open", "expired", "settled")
        if not usual and not (order["kind"] == "fine" and order["state"] == "used" and below):
            return False
        if order["paid"] < amount:
            return False
        del self.booked[cause]
        order["paid"] -= amount
        if order["state"] in ("settled", "used") and below:
            order["state"] = "open"
        self.cover(0)
        return True

    def refuse(self, index: int) -> bool:
        order = self.orders[index]
        if order["state"] not in ("open", "expired") or order["paid"]:
            return False
        order["state"] = "refused"
        return True

    def waive(self, index: int) -> bool:
        order = self.orders[index]
        if order["kind"] == "reward" or order["state"] not in ("open", "expired") or order["paid"]:
            return False
        order.update(state="waived", was=order["state"])
        return True

    def unwaive(self, index: int) -> bool:
        order = self.orders[index]
        if order["state"] != "waived":
            return False
        order["state"] = order["was"]
        return True

    def pay_out(self, index: int, _: int, advanced: bool) -> bool:
        order = self.orders[index]
        missing = max(0, order["price"] - max(0, self.income))
        open_one = order["kind"] == "reward" and order["state"] in ("open", "expired")
        if self.short or (missing and not advanced) or not open_one:
            return False
        order.update(state="used", paid=order["price"], missing=missing)
        self.advances[PAYER] += missing
        return True

    def take_back(self, index: int) -> bool:
        order = self.orders[index]
        if order["kind"] != "reward" or order["state"] != "used" or self.advances[PAYER] < order["missing"]:
            return False
        order.update(state="open", paid=0)
        self.advances[PAYER] -= order["missing"]
        return True

    def own_up(self, cause: int) -> bool:
        short = self.short
        if not short or ("own", cause) in self.used:
            return False
        known = min(short, self.advances[0])
        self.used["own", cause] = 0
        self.advances[0] -= known
        self.advances[ADMIN] += short
        return True

    def repay(self, amount: int, cause: int) -> bool:
        named = self.advances[ADMIN] + self.advances[PAYER]
        if amount > self.advances[PAYER] or amount > self.income + named or ("repay", cause) in self.used:
            return False
        self.used["repay", cause] = 0
        self.advances[PAYER] -= amount
        return True

    def refund(self, index: int, amount: int | None, cause: int) -> bool:
        order = self.orders[index]
        if not order["paid"] or order["kind"] == "reward":
            return False
        if amount is None or amount == order["paid"]:
            order.update(paid=0, state="refunded")
            self.cover(ADMIN)
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
            if order["user"] == user and order["state"] == "settled" and order["kind"] == "charge":
                order["state"] = "used"
                self.used[user, message] = number
                return number
        return None


class Real:
    def __init__(self, group: int) -> None:
        self.group = group
        self.orders: list[Order] = []
        self.was: dict[int, str] = {}

    async def place(self, user: int, price: int) -> bool:
        self.orders.append(await orders.place(self.group, "f", user, "事由", price, at=AT))
        return True

    async def fine(self, user: int, price: int, shared: bool) -> bool:
        due = orders.Due(user, price, "罚款", f"fine:{self.group}:{len(self.orders)}")
        account = "shared" if shared else "income"
        placed: list[Order] = []
        for _ in range(2):
            placed = await orders.place_many(self.group, "f", [due], at=AT, kind="fine", account=account)
        self.orders += placed
        return True

    async def reward(self, user: int, price: int) -> bool:
        self.orders.append(await orders.place(self.group, "f", user, "奖", price, at=AT, kind="reward"))
        return True

    async def pay_out(self, index: int, by: int, advanced: bool) -> bool:
        await fund.pay_out(self.orders[index], payer=PAYER, by=by, at=AT, advanced=advanced)
        return True

    async def take_back(self, index: int) -> bool:
        await fund.take_back(await Order.get(id=self.orders[index].id), by=ADMIN, at=AT)
        return True

    async def waive(self, index: int) -> bool:
        self.was[index] = await orders.waive(self.orders[index], "忙", by=ADMIN)
        return True

    async def unwaive(self, index: int) -> bool:
        return await orders.unwaive(self.orders[index].id, self.was.get(index, "open"))

    async def own_up(self, cause: int) -> bool:
        return await fund.own_up(self.group, ADMIN, at=AT, key=f"{self.group}:own:{cause}") > 0

    async def repay(self, amount: int, cause: int) -> bool:
        key = f"{self.group}:repay:{cause}"
        return await fund.repay(self.group, PAYER, amount, by=ADMIN, at=AT, key=key) >= 0

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
        if name in ON_AN_ORDER:
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
        assert kept.get(("member", user), 0) == model.holds(user)
    assert kept.get(("income", 0), 0) == model.income
    assert kept.get(("shared", 0), 0) == model.shared
    for user, amount in model.advances.items():
        assert kept.get(("advance" if user else "short", user), 0) == amount
    assert (await fund.state(group)).short == model.short
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
        @example([("fine", 1, 2, True), ("confirm", 0, None, 1, False), ("unconfirm", 1), ("waive", 0)])
        @example(
            [
                ("fine", 1, 2, False),
                ("confirm", 0, None, 1, False),
                ("reward", 2, 2),
                ("pay_out", 1, 2, False),
                ("unconfirm", 1),
                ("own_up", 1),
                ("take_back", 1),
            ]
        )
        @example(
            [
                ("place", 1, 2),
                ("confirm", 0, None, 1, False),
                ("ad", 1, 1),
                ("reward", 1, 1),
                ("pay_out", 1, 1, True),
                ("refund", 0, None, 1),
                ("repay", 1, 1),
            ]
        )
        @example([("reward", 2, 3), ("pay_out", 0, 2, True), ("repay", 3, 1), ("take_back", 0)])
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
