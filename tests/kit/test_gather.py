"""What is gathered is handed over together, all of it, once: in conversation, and through random crashes."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lizheng.base.clock import Clock
from lizheng.delivery.schedule import Schedule
from lizheng.plugin.context import GroupContext
from lizheng.plugin.feature import Feature
from lizheng.sandbox.stage import HostStage
from lizheng.store import Store, atomic
from lizheng.store.tables import Gathered, Slot

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AFTER, QUIET, MOST = timedelta(seconds=3), timedelta(seconds=20), 4


async def test_what_comes_within_a_moment_is_said_together(stage: HostStage) -> None:
    """One slot for all; after one hand-over there is none for 20 seconds; more than four take two."""
    await stage.play("""
开：试办
里正：醒了。
小王：记一
小李：记二
【过 2 秒】
小王：记三
【过 1 秒】
里正：记下了：记一、记二、记三。
小王：记四
【过 19 秒】
小李：记五
小李：记六
小李：记七
小李：记八
【过 1 秒】
里正：记下了：记四、记五、记六、记七。
【过 20 秒】
里正：记下了：记八。
【过 1 分钟】
小王：记九
【重启】
里正：醒了。
【过 3 秒】
里正：记下了：记九。
""")
    assert await Slot.filter(feature="steward").count() == 1


async def test_what_is_gathered_shares_the_fate_of_its_transaction(stage: HostStage) -> None:
    player = await stage.play("开：试办\n里正：醒了。")
    host = stage.host
    ctx = GroupContext(host, host.groups[int(player.group.group_id)], host.features["steward"])

    @atomic
    async def failing() -> None:
        await ctx.gather("notes", {"said": "白记"})
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        await failing()
    with pytest.raises(ValueError, match="gathers nothing called 'other'"):
        await ctx.gather("other", {})
    await player.play("小王：记一\n【过 3 秒】\n里正：记下了：记一。")


async def test_one_cause_gathers_a_thing_once(stage: HostStage) -> None:
    """A slot that runs again after a crash gathers nothing twice, even when that had been handed over already."""
    player = await stage.play("开：试办\n里正：醒了。")
    host = stage.host
    for _ in range(2):
        group = host.groups[int(player.group.group_id)]
        ctx = GroupContext(host, group, host.features["steward"], source="slot:9:9")
        await ctx.gather("notes", {"said": "一"})
        await ctx.gather("notes", {"said": "二"})
        await stage.pass_time(timedelta(minutes=1))
        await stage.settle()
    said = [c for c in stage.world.api_log if "记下了" in str(c.params)]
    assert len(said) == 1
    assert "一、二" in str(said[0].params)


class Place:
    """As much of a host as gathering needs, with a handler that can be killed before or after what it does."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.effects: dict[str, list[int]] = {}
        self.kill: str = ""
        self.killed = asyncio.Event()
        self.feature = Feature("tests.gatherer", "攒", "测试用")
        self.feature.gather("item", self.handle, after=AFTER, quiet=QUIET, most=MOST)
        self.on = True
        self.schedule = Schedule(clock)
        self.host: Any = SimpleNamespace(clock=clock, zone=UTC, now=clock.now, schedule=self.schedule)

    def context(self, source: str | None = None) -> GroupContext:
        group: Any = SimpleNamespace(id=1)
        return GroupContext(self.host, group, self.feature, source=source)

    async def start(self) -> None:
        self.host.schedule = self.schedule = Schedule(self.clock)
        job = self.feature.jobs["item"]

        async def run(slot: Slot) -> datetime | None:
            following = await job.handler(self.context(f"slot:{slot.id}"), slot)
            await self.die_if("handed over")
            return following

        self.schedule.register("gatherer", "item", run, allowed=lambda slot: self.on)
        await self.schedule.start()

    async def die_if(self, when: str) -> None:
        if self.kill == when:
            self.kill = ""
            self.killed.set()
            await asyncio.sleep(3600)

    async def handle(self, ctx: GroupContext, items: list[dict[str, Any]]) -> None:
        """An effect under the source of the hand-over, as the outbox has it: the same one again changes nothing."""
        await self.die_if("before")
        assert 0 < len(items) <= MOST
        numbers = [item["n"] for item in items]
        assert self.effects.setdefault(str(ctx.source), numbers) == numbers
        await self.die_if("after")

    async def settle(self) -> None:
        async with asyncio.timeout(20):
            while not self.schedule.idle() and not self.killed.is_set():
                await asyncio.sleep(0.001)
        if self.killed.is_set():
            self.killed.clear()
            await self.crash()
            await self.settle()

    async def crash(self) -> None:
        running, ticker = [*self.schedule._running.values()], self.schedule._ticker
        assert ticker is not None
        ticker.cancel()
        await asyncio.wait({ticker})
        await self.start()
        for task in running:
            task.cancel()


STEPS = st.one_of(
    st.tuples(st.just("put"), st.integers(1, 6)),
    st.tuples(st.just("time"), st.integers(1, 30)),
    st.tuples(st.just("kill"), st.sampled_from(["before", "after", "handed over"])),
    st.tuples(st.just("switch"), st.booleans()),
    st.tuples(st.just("crash")),
)


async def play(steps: list[tuple]) -> None:
    folder = Path(tempfile.mkdtemp())
    store = Store(f"sqlite://{folder}/lizheng.db", {}, Clock())
    await store.open()
    clock = Clock()
    clock.freeze(NOON)
    place, put = Place(clock), 0
    try:
        await place.start()
        for name, *arguments in [*steps, ("switch", True), *[("time", 30)] * 40]:
            if name == "put":
                for _ in range(arguments[0]):
                    put += 1
                    await place.context(f"message:{put}").gather("item", {"n": put})
            elif name == "time":
                clock.move(timedelta(seconds=arguments[0]))
            elif name == "kill":
                place.kill = arguments[0]
            elif name == "switch":
                place.on = arguments[0]
                if place.on:
                    await place.schedule.unpark("gatherer", 1)
            else:
                await place.settle()
                await place.crash()
            await place.settle()
            if put == sum(map(len, place.effects.values())) and name == "time" and not place.kill:
                assert not await Gathered.filter(done_at=None).exists() or not place.on
        handed = [n for numbers in place.effects.values() for n in numbers]
        assert handed == list(range(1, put + 1))
        assert await Slot.all().count() <= 1
        await place.schedule.stop()
    finally:
        await store.close()
        shutil.rmtree(folder, ignore_errors=True)


def histories(examples: int, longest: int) -> None:
    @given(st.lists(STEPS, max_size=longest))
    @example([("put", 6), ("kill", "handed over"), ("time", 3), ("put", 1), ("crash",), ("time", 30)])
    @example([("put", 2), ("kill", "before"), ("time", 3), ("put", 2), ("kill", "after"), ("time", 30)])
    @example([("put", 1), ("switch", False), ("time", 9), ("put", 1), ("crash",), ("switch", True)])
    @settings(max_examples=examples, deadline=None, database=None)
    def each(steps: list[tuple]) -> None:
        asyncio.run(play(steps))

    each()


def test_random_histories_lose_nothing_and_tell_nothing_twice() -> None:
    histories(10, 10)


@pytest.mark.nightly
def test_many_random_histories_lose_nothing_and_tell_nothing_twice() -> None:
    histories(500, 30)
