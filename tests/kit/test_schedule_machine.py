"""Random histories of the schedule: plans, changes of mind, switches, failures, time and crashes, against a model."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lizheng.base.clock import Clock
from lizheng.delivery.schedule import Schedule
from lizheng.store import Store
from lizheng.store.tables import Slot
from tests.support.reliability_figures import Note

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
RETRY = timedelta(seconds=5)
"""After a failure, as `lizheng.schedule` says."""
KEY, MINUTES, CAUSE = st.integers(0, 4), st.integers(0, 30), st.integers(0, 3)
STEPS = st.one_of(
    st.tuples(st.just("plan"), KEY, MINUTES, st.booleans(), CAUSE),
    st.tuples(st.just("meanwhile"), KEY, MINUTES, CAUSE),
    st.tuples(st.just("killed"), KEY, MINUTES, CAUSE),
    st.tuples(st.just("switch"), st.integers(1, 2), st.booleans()),
    st.tuples(st.just("cancel"), KEY),
    st.tuples(st.just("time"), st.integers(1, 20)),
    st.tuples(st.just("fail"), KEY),
    st.tuples(st.just("restart")),
    st.tuples(st.just("crash")),
)


class Model:
    """Per key when it is due and what caused that (0: nothing); what ran.

    What fails is tried again once after five seconds, and succeeds. What comes due in a group that is off waits there.
    What is planned meanwhile, while it runs, counts when that run has ended.
    """

    def __init__(self) -> None:
        self.now = NOON
        self.due: dict[int, datetime] = {}
        self.known: dict[int, int] = {}
        self.failing: set[int] = set()
        self.off: set[int] = set()
        self.meanwhile: dict[int, tuple[int, int]] = {}
        self.ran: list[int] = []

    def plan(self, key: int, minutes: int, replace: bool, cause: int) -> None:
        anew = key not in self.due and cause not in (0, self.known.get(key))
        if key not in self.known or replace or anew:
            self.known[key] = cause
            self.due[key] = self.now + timedelta(minutes=minutes)

    def cancel(self, key: int) -> None:
        self.known.pop(key, None)
        self.due.pop(key, None)

    def run(self) -> None:
        """Whatever is due by now has run, the failing ones first in vain."""
        while due := sorted(
            k for k, at in self.due.items() if at <= self.now and group_of(k) not in self.off
        ):
            for key in due:
                if key in self.failing:
                    self.failing.discard(key)
                    self.due[key] = self.now + RETRY
                else:
                    self.ran.append(key)
                    del self.due[key]
                    if (then := self.meanwhile.pop(key, None)) is not None:
                        self.plan(key, then[0], False, then[1])


def group_of(key: int) -> int:
    return 1 + key % 2


class Real:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ran: list[int] = []
        self.failing: set[int] = set()
        self.off: set[int] = set()
        self.meanwhile: dict[int, tuple[int, int]] = {}
        self.hanging: asyncio.Event | None = None
        self.schedule = Schedule(clock)

    async def start(self) -> None:
        self.schedule = Schedule(self.clock)
        self.schedule.register("f", "job", self.handle, allowed=lambda slot: slot.group_id not in self.off)
        await self.schedule.start()

    async def handle(self, slot: Slot) -> None:
        key = int(slot.key)
        if key in self.failing:
            self.failing.discard(key)
            raise RuntimeError("on purpose")
        if (then := self.meanwhile.pop(key, None)) is not None:
            await self.plan(key, then[0], False, then[1])
        if self.hanging is not None:
            self.hanging.set()
            self.hanging = None
            await asyncio.sleep(3600)
        self.ran.append(key)

    async def plan(self, key: int, minutes: int, replace: bool, cause: int) -> None:
        due, group = self.clock.now() + timedelta(minutes=minutes), group_of(key)
        told = f"message:{cause}" if cause else None
        await self.schedule.plan("f", "job", group, due, key=str(key), replace=replace, cause=told)

    async def cancel(self, key: int) -> None:
        await self.schedule.cancel("f", "job", group_of(key), key=str(key))

    async def switch(self, group: int, on: bool) -> None:
        (self.off.discard if on else self.off.add)(group)
        if on:
            await self.schedule.unpark("f", group)

    async def killed(self, key: int, minutes: int, cause: int) -> None:
        """It is planned meanwhile, while it runs, and then the process dies."""
        self.meanwhile[key] = minutes, cause
        self.hanging = started = asyncio.Event()
        await self.plan(key, 0, True, 0)
        if group_of(key) in self.off:
            self.hanging = None
            return
        await asyncio.wait_for(started.wait(), 5)
        running = [*self.schedule._running.values()]
        await self.crash()
        for task in running:
            task.cancel()

    async def settle(self) -> None:
        async with asyncio.timeout(20):
            await self.schedule.settle()

    async def crash(self) -> None:
        """As a killed process: its tasks are gone, nothing is written any more."""
        ticker = self.schedule._ticker
        assert ticker is not None
        ticker.cancel()
        await asyncio.wait({ticker})
        await self.start()


async def play(steps: list[tuple]) -> None:
    folder = Path(tempfile.mkdtemp())
    store = Store(f"sqlite://{folder}/lizheng.db", {}, Clock())
    await store.open()
    clock = Clock()
    clock.freeze(NOON)
    model, real = Model(), Real(clock)
    try:
        await real.start()
        for name, *arguments in steps:
            if name in ("plan", "cancel"):
                getattr(model, name)(*arguments)
                await getattr(real, name)(*arguments)
            elif name == "meanwhile":
                key, *then = arguments
                model.meanwhile[key] = real.meanwhile[key] = tuple(then)
            elif name == "switch":
                (model.off.discard if arguments[1] else model.off.add)(arguments[0])
                await real.switch(*arguments)
            elif name == "killed":
                key, *then = arguments
                model.failing.discard(key)
                real.failing.discard(key)
                model.plan(key, 0, True, 0)
                model.meanwhile[key] = tuple(then)
                await real.killed(key, *then)
            elif name == "fail":
                model.failing.add(arguments[0])
                real.failing.add(arguments[0])
            elif name == "time":
                clock.move(timedelta(minutes=arguments[0]))
                model.now = clock.now()
            elif name == "restart":
                await real.schedule.stop()
                await real.start()
            else:
                await real.settle()
                await real.crash()
            await real.settle()
            model.run()
            assert sorted(real.ran) == sorted(model.ran), (name, arguments)
            left = Slot.filter(state__in=("waiting", "parked"))
            waiting = await left.values_list("key", "due_at", "retry_at")
            due = {int(key): retry or at for key, at, retry in waiting}
            assert due == model.due, (name, arguments)
        await real.schedule.stop()
    finally:
        await store.close()
        shutil.rmtree(folder, ignore_errors=True)


def histories(figure: Note, examples: int, longest: int) -> None:
    @given(st.lists(STEPS, max_size=longest))
    @example([("plan", 0, 5, False, 1), ("time", 10), ("crash",), ("plan", 0, 5, False, 1), ("time", 10)])
    @example([("plan", 0, 5, False, 1), ("time", 10), ("crash",), ("plan", 0, 5, False, 2), ("time", 10)])
    @example([("plan", 0, 5, False, 0), ("fail", 0), ("time", 10), ("restart",), ("time", 1)])
    @example([("plan", 0, 5, False, 0), ("cancel", 0), ("time", 10), ("plan", 0, 5, True, 0), ("time", 10)])
    @example([("switch", 1, False), ("plan", 0, 5, False, 1), ("time", 10), ("crash",), ("switch", 1, True)])
    @example([("meanwhile", 0, 5, 2), ("plan", 0, 5, False, 1), ("time", 6), ("crash",), ("time", 10)])
    @example([("killed", 0, 5, 2), ("time", 6), ("plan", 0, 5, False, 2), ("time", 10)])
    @settings(max_examples=examples, deadline=None, database=None)
    def each(steps: list[tuple]) -> None:
        asyncio.run(play(steps))
        figure("machine deadlines", histories=1, steps=float(len(steps)))

    each()


def test_random_histories_match_the_model(figure: Note) -> None:
    histories(figure, 15, 15)


@pytest.mark.nightly
def test_many_random_histories_match_the_model(figure: Note) -> None:
    histories(figure, 1000, 30)
