"""Random histories of the schedule: plans, changes of mind, failures, time and crashes, against a model of what runs when."""

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
from tests.figures import Note

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
RETRY = timedelta(seconds=5)
"""After a failure, as `lizheng.schedule` says."""
KEY, MINUTES = st.integers(0, 4), st.integers(0, 30)
STEPS = st.one_of(
    st.tuples(st.just("plan"), KEY, MINUTES, st.booleans(), st.integers(0, 3)),
    st.tuples(st.just("cancel"), KEY),
    st.tuples(st.just("time"), st.integers(1, 20)),
    st.tuples(st.just("fail"), KEY),
    st.tuples(st.just("restart")),
    st.tuples(st.just("crash")),
)


class Model:
    """Per key when it is due and what caused that (0: nothing); what ran.

    What fails is tried again once after five seconds, and succeeds.
    """

    def __init__(self) -> None:
        self.now = NOON
        self.due: dict[int, datetime] = {}
        self.known: dict[int, int] = {}
        self.failing: set[int] = set()
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
        for key in sorted(k for k, due in self.due.items() if due <= self.now):
            if key in self.failing:
                self.failing.discard(key)
                self.due[key] = self.now + RETRY
            else:
                self.ran.append(key)
                del self.due[key]


class Real:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ran: list[int] = []
        self.failing: set[int] = set()
        self.schedule = Schedule(clock)

    async def start(self) -> None:
        self.schedule = Schedule(self.clock)
        self.schedule.register("f", "job", self.handle)
        await self.schedule.start()

    async def handle(self, slot: Slot) -> None:
        key = int(slot.key)
        if key in self.failing:
            self.failing.discard(key)
            raise RuntimeError("on purpose")
        self.ran.append(key)

    async def plan(self, key: int, minutes: int, replace: bool, cause: int) -> None:
        due, group = self.clock.now() + timedelta(minutes=minutes), 1 + key % 2
        told = f"message:{cause}" if cause else None
        await self.schedule.plan("f", "job", group, due, key=str(key), replace=replace, cause=told)

    async def cancel(self, key: int) -> None:
        await self.schedule.cancel("f", "job", 1 + key % 2, key=str(key))

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
            waiting = await Slot.filter(state="waiting").values_list("key", "due_at", "retry_at")
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
