"""The clock: it only goes forward, sleepers wake when it is moved, an alarm rings once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from lizheng.base.clock import Alarm, Clock

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def frozen() -> Clock:
    clock = Clock()
    clock.freeze(NOON)
    return clock


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_now_is_aware_and_moves_forward_only():
    clock = Clock()
    before = clock.now()
    clock.move(timedelta(days=1))
    assert clock.now() - before >= timedelta(days=1)
    assert clock.now().tzinfo is UTC
    with pytest.raises(ValueError, match="backwards"):
        clock.move(timedelta(seconds=-1))


def test_frozen_stands_still_until_moved():
    clock = frozen()
    assert clock.now() == clock.now() == NOON
    clock.move(timedelta(hours=6))
    assert clock.now() == NOON + timedelta(hours=6)


def test_freezing_at_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        Clock().freeze(datetime(2026, 1, 1))  # noqa: DTZ001


async def test_sleepers_wake_when_their_time_is_moved_past_and_not_before():
    clock = frozen()
    woken: list[str] = []

    async def sleeper(name: str, until: datetime) -> None:
        await clock.sleep_until(until)
        woken.append(name)

    tasks = [
        asyncio.create_task(sleeper("hour", NOON + timedelta(hours=1))),
        asyncio.create_task(sleeper("day", NOON + timedelta(days=1))),
    ]
    await turns()
    clock.move(timedelta(minutes=59))
    await turns()
    assert woken == []
    clock.move(timedelta(minutes=1))
    await turns()
    assert woken == ["hour"]
    clock.move(timedelta(days=2))
    await asyncio.gather(*tasks)
    assert woken == ["hour", "day"]


async def test_sleep_on_a_running_clock_ends_by_itself_and_by_a_move():
    clock = Clock()
    async with asyncio.timeout(2):
        await clock.sleep(0.01)
        task = asyncio.create_task(clock.sleep(3600))
        await turns()
        clock.move(timedelta(hours=1))
        await task


async def test_a_cancelled_sleeper_is_forgotten():
    clock = frozen()
    task = asyncio.create_task(clock.sleep(10))
    await turns()
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    clock.move(timedelta(minutes=1))


async def test_alarm_wakes_by_ring_by_time_and_by_move():
    clock = Clock()
    alarm = Alarm(clock)
    async with asyncio.timeout(2):
        alarm.ring()
        await alarm.wait(3600)
        await alarm.wait(0.01)
        for wake in (alarm.ring, lambda: clock.move(timedelta(hours=2))):
            task = asyncio.create_task(alarm.wait())
            await turns()
            assert not task.done()
            wake()
            await task
