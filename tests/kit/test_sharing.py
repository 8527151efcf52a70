"""What a host keeps of groups where another one acts, and what it does after it was not sure of its own."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from lizheng.base.clock import Clock
from lizheng.delivery import leases
from lizheng.host import takeover as sharing
from lizheng.host.takeover import KEPT_SECONDS, Standby
from lizheng.store import Store
from tests.support.engines import Postgres


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.freeze()
    return clock


async def test_a_host_that_was_unsure_looks_again_for_what_nobody_has_in_hand(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine that stood still, say: what was written down meanwhile was nobody's to send."""
    clock = Clock()
    store = Store(await postgres.fresh(tmp_path, empty=True), {}, clock)
    await store.open()
    monkeypatch.setattr(leases, "BEAT", 0.02)
    monkeypatch.setattr(leases, "UNSETTLED", 0.2)
    monkeypatch.setattr(leases, "ALIVE", leases.MARGIN + 0.3)

    async def nothing(*_: object) -> None:
        """Nobody wants to know."""

    one = leases.Leases(clock, lambda: {7: 1}, nothing, nothing, nothing)
    await one.start()
    assert one.mine(7)
    await asyncio.sleep(0.4)
    assert one.mine(7)
    assert not one.unsettled
    time.sleep(0.5)  # noqa: ASYNC251 — the whole process stands still
    assert not one.mine(7)
    for _ in range(100):
        if one.mine(7):
            break
        await asyncio.sleep(0.01)
    assert one.mine(7)
    assert one.unsettled
    await one.stop()
    await store.close()


def test_it_keeps_the_latest_in_their_order_and_hands_them_out_once(clock: Clock) -> None:
    standby = Standby(clock)
    standby.keep(1, 10, "old")
    clock.move(timedelta(seconds=KEPT_SECONDS - 1))
    standby.keep(1, 10, "new")
    standby.keep(2, 10, "elsewhere")
    clock.move(timedelta(seconds=2))
    assert [one.item for one in standby.take(1)] == ["new"]
    assert standby.take(1) == []
    assert standby.places() == [2]


def test_a_busy_group_does_not_push_a_quiet_one_out(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "KEPT_EVENTS", 10)
    standby = Standby(clock)
    for number in range(30):
        standby.keep(1, 10, number)
    standby.keep(2, 10, "quiet")
    assert [one.item for one in standby.take(2)] == ["quiet"]
    assert [one.item for one in standby.take(1)] == list(range(21, 30))


def test_what_is_old_everywhere_is_forgotten(clock: Clock) -> None:
    standby = Standby(clock)
    standby.keep(1, 10, "old")
    clock.move(timedelta(seconds=KEPT_SECONDS + 1))
    standby.sweep()
    assert standby.places() == []
