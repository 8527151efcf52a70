"""What a host keeps of groups where another one acts."""

from datetime import timedelta

import pytest

from lizheng import sharing
from lizheng.clock import Clock
from lizheng.sharing import KEPT_SECONDS, Standby


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.freeze()
    return clock


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
