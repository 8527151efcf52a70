"""All orders of payment, ad, recall and confirmation match a model, for every form of a red packet, through the real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Balance, Evidence, Order
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.world.endpoints import MANNERS
from lizheng.sandbox.world.refusal import WorldError
from lizheng.store.tables import About
from tests.plugins.ad_tax.paying_model import PRICE, Model
from tests.support.reliability_figures import Note

pytestmark = pytest.mark.skipif(find_spec("plugins.dues") is None, reason="no account book")
FORMS = tuple(MANNERS)
USERS = st.sampled_from(("小王", "小王", "小王", "小李", "管理员"))
ADMINS = st.sampled_from(("管理员", "群主"))
NUMBERS = st.integers(0, 6)
SUMS = st.none() | st.sampled_from((30, 70, 100, 130))
SAID = st.one_of(
    st.tuples(st.just("order"), USERS),
    st.tuples(st.just("ad"), st.sampled_from(("小王", "小李"))),
    st.tuples(st.just("packet"), USERS, NUMBERS),
    st.tuples(st.just("claim"), USERS, NUMBERS, SUMS),
    st.tuples(st.just("confirm"), ADMINS, st.integers(1, 6), SUMS),
    st.tuples(st.just("refuse"), ADMINS, st.integers(1, 6)),
    st.tuples(st.just("refund"), ADMINS, st.integers(1, 6), SUMS),
)
QUOTE = st.tuples(st.just("quote"), ADMINS, st.integers(0, 9), SUMS)
STEPS = st.one_of(
    SAID,
    SAID,
    QUOTE,
    QUOTE,
    st.tuples(st.just("recall"), st.integers(0, 9)),
    st.tuples(st.just("twice"), st.integers(2, 3)),
    st.tuples(st.just("swap"), SAID, SAID),
    st.tuples(st.just("wait"), st.sampled_from((1, 9, 10, 11, 23 * 60, 25 * 60, 96 * 60))),
)


class Real:
    """The same steps, said in a group of the simulated QQ."""

    def __init__(self, stage: HostStage, player: Player) -> None:
        self.stage, self.world, self.player = stage, stage.world, player
        self.group = player.group.group_id
        self.heard: list[str] = []
        self.recalled: set[int] = set()
        self._texts = 0

    def say(self, who: str, text: str, reply_to: int | None = None) -> None:
        self.world.say(self.group, self.player.person(who), text, reply_to=reply_to)

    def fresh(self) -> str:
        self._texts += 1
        return f"内容{self._texts}"

    async def quoted(self, which: int) -> int:
        """The message that shows a payment, or ours about it where that one is gone."""
        row = (await self.rows())[which]
        if row.message_id not in self.recalled:
            return row.message_id
        notices = await About.filter(group_id=self.group, feature="ledger", kind="evidence")
        return next((told.message_id or 0 for told in notices if told.ref == row.id), 0)

    async def recall(self, which: int) -> None:
        row = (await self.rows())[which]
        self.recalled.add(row.message_id)
        try:
            self.world.recall(row.message_id, row.user_id)
        except WorldError:
            return

    async def rows(self) -> list[Evidence]:
        return await Evidence.filter(group_id=self.group, grade__lt=5).order_by("id")


def words(amount: int | None) -> str:
    return "" if amount is None else f" {amount}"


class History:
    """One history, played to the model and to the host at once."""

    def __init__(self, form: str, real: Real) -> None:
        self.model, self.real = Model(form), real

    async def play(self, steps: list[tuple]) -> None:
        for step in steps:
            for told in await self._do(*step):
                told()
            await self.real.stage.settle()
            await self.compare(step)
        assert not await mismatches()

    async def _do(self, name: str, *details: Any) -> list[Callable[[], None]]:
        """Do it for real; what the model is to be told then, in the order in which the host heard of it."""
        real, model = self.real, self.model
        if name == "swap":
            real.world.faults.add("reorder", "message")
            first, second = [self._say(*one) for one in details]
            return [second, first]
        if name == "twice":
            real.world.faults.add("duplicate", "message", times=details[0])
            return []
        if name == "wait":
            await real.stage.move(timedelta(minutes=details[0]))
            return [lambda: model.wait(details[0])]
        if name in ("recall", "quote") and not model.shown:
            return []
        if name == "recall":
            await real.recall(details[0] % len(model.shown))
            return []
        if name == "quote":
            admin, which, amount = details[0], details[1] % len(model.shown), details[2]
            if not (message := await real.quoted(which)):
                return []
            real.say(admin, f"收到{words(amount)}", message)
            return [lambda: model.quote(admin, which, amount)]
        return [self._say(name, *details)]

    def _say(self, name: str, who: str, *details: Any) -> Callable[[], None]:
        real, model = self.real, self.model
        if name == "order":
            text = real.fresh()
            real.say(who, f"/广告 {text}")
            return lambda: model.order(who, text)
        if name == "ad":
            real.say(who, "广告一条")
            return lambda: model.ad(who)
        number = details[0]
        if name == "packet":
            real.world.red_packet(real.group, real.player.person(who), f"A{number}" if number else "恭喜发财")
            return lambda: model.packet(who, number)
        label = f" A{number}" if number else ""
        if name == "refuse":
            real.say(who, f"/拒绝收款{label}")
            return lambda: model.refuse(who, number)
        amount = details[1]
        command = {"claim": "/已发红包", "confirm": "/确认收款", "refund": "/退款"}[name]
        real.say(who, f"{command}{label}{words(amount)}")
        return lambda: getattr(model, name)(who, number, amount)

    async def compare(self, step: tuple) -> None:
        model, player = self.model, self.real.player
        rows = await Order.filter(group_id=self.real.group).order_by("number")
        got = [(player.name(row.user_id), row.text, row.state, row.paid // 100) for row in rows]
        assert got == [(o.user, o.text, o.state, o.paid) for o in model.orders], step
        numbers = {row.id: row.number - 1 for row in rows}
        seen = [
            (player.name(row.user_id), numbers.get(row.order_id or 0), row.amount and row.amount // 100)
            for row in await self.real.rows()
        ]
        assert seen == [(one.user, one.order, one.amount) for one in model.shown], step
        ads = [text.split("\n")[1] for text in self.real.heard if text.startswith("【广告】")]
        assert ads == model.posted, step
        kept = {(one.kind, one.user_id): one.amount for one in await Balance.filter(group_id=self.real.group)}
        used = [order for order in model.orders if order.state == "used"]
        assert kept.get(("income", 0), 0) == len(used) * PRICE * 100, step
        assert kept.get(("outside", 0), 0) == -sum(order.paid for order in model.orders) * 100, step
        assert sum(kept.values()) == 0, step


async def play(stage: HostStage, form: str, steps: list[tuple]) -> None:
    world = stage.world
    world.faults.clear()
    world.flush()
    world.manner = MANNERS[form]
    player = Player(stage)
    for name in ("管理员", "小王", "小李"):
        player.person(name)
    real = Real(stage, player)
    await stage.introduce(real.group)
    for feature in ("广告税", "账本", "目击"):
        await stage.switch_on(real.group, feature)

    def hear(one: Any) -> None:
        if one.kind == "message" and one.group_id == real.group and one.user_id == world.account:
            real.heard.append(one.data["text"])

    world.watchers.append(hear)
    try:
        await stage.settle()
        await History(form, real).play(steps)
    finally:
        world.watchers.remove(hear)


TWO_CREDITS = [
    ("ad", "小王"),
    ("wait", 25 * 60),
    ("ad", "小王"),
    ("confirm", "群主", 2, None),
    ("confirm", "群主", 1, 130),
]
PAID = [("ad", "小王"), ("packet", "小王", 1), ("quote", "群主", 0, None)]


async def histories(stage: HostStage, figure: Note, examples: int, longest: int) -> None:
    """Hypothesis in a thread of its own, every history on this loop."""
    loop = asyncio.get_running_loop()

    def run(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, loop).result()

    @settings(max_examples=examples, deadline=None, database=None)
    @given(st.sampled_from(FORMS), st.lists(STEPS, max_size=longest))
    @example("NapCat", [*PAID, ("wait", 10), ("swap", ("ad", "小王"), ("ad", "小王"))])
    @example(
        "NapCat",
        [("order", "小王"), ("claim", "小王", 1, 30), ("quote", "群主", 0, None), ("quote", "群主", 0, 70)],
    )
    @example("LLBot", [("order", "小王"), ("claim", "小王", 1, 130), ("quote", "群主", 0, None)])
    @example(
        "go-cqhttp", [("order", "小王"), ("wait", 25 * 60), ("packet", "小王", 0), ("quote", "群主", 0, 130)]
    )
    @example(
        "SnowLuma",
        [("order", "小王"), ("confirm", "群主", 1, None), ("order", "小王"), ("packet", "小王", 1)],
    )
    @example("NapCat", [*TWO_CREDITS, ("ad", "小王"), ("refund", "群主", 1, None), ("order", "小王")])
    @example("LLBot", [*PAID, ("wait", 11), ("ad", "小王"), ("order", "小王")])
    @example("go-cqhttp", [("packet", "小王", 0), ("order", "小王"), ("quote", "管理员", 0, 130)])
    @example(
        "SnowLuma", [("order", "小王"), ("order", "小王"), ("packet", "小李", 2), ("quote", "群主", 0, 30)]
    )
    @example(
        "SnowLuma 文字",
        [("order", "小王"), ("wait", 25 * 60), ("packet", "小王", 1), ("quote", "群主", 0, None)],
    )
    @example(
        "Lagrange", [("order", "小王"), ("packet", "小王", 0), ("recall", 0), ("quote", "群主", 0, None)]
    )
    @example(
        "NapCat debug", [("order", "小王"), ("twice", 3), ("claim", "小王", 1, 70), ("twice", 3), *PAID[2:]]
    )
    def all_of_them(form: str, steps: list[tuple]) -> None:
        run(play(stage, form, steps))
        figure("machine paying", histories=1, steps=float(len(steps)))

    await asyncio.to_thread(all_of_them)


async def test_histories_of_paying_match_the_model(stage: HostStage, figure: Note) -> None:
    await histories(stage, figure, 25, 15)


@pytest.mark.nightly
async def test_many_histories_of_paying_match_the_model(stage: HostStage, figure: Note) -> None:
    await histories(stage, figure, 1000, 30)
