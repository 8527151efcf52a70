"""A job that acts on people asks when it comes late, or when the clock has jumped."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from lizheng.base import clock as clock_module
from lizheng.base.clock import Clock
from lizheng.parts.jump_guard import doubt
from lizheng.sandbox.stage import HostStage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("late", "ahead", "cycle", "why"),
    [
        (timedelta(), timedelta(), None, ""),
        (6 * HOUR, HOUR, DAY, ""),
        (6 * HOUR + timedelta(seconds=1), timedelta(), None, "晚了 6 小时才轮到"),
        (2 * HOUR, timedelta(), HOUR, "晚了 2 小时才轮到"),
        (HOUR, timedelta(), HOUR, ""),
        (timedelta(), 3 * HOUR + timedelta(seconds=20), None, "这台机器的时间往前跳过 3 小时，可能不对"),
        (-HOUR, timedelta(), None, ""),
    ],
)
def test_when_it_is_in_doubt(late: timedelta, ahead: timedelta, cycle: timedelta | None, why: str) -> None:
    assert doubt(late, ahead, cycle) == why


class Machine:
    """A machine whose wall clock somebody sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.wall, self.ran = datetime(2026, 11, 18, tzinfo=UTC), 0.0
        monkeypatch.setattr(clock_module, "datetime", self)
        monkeypatch.setattr(time, "monotonic", lambda: self.ran)

    def now(self, zone: object) -> datetime:
        return self.wall

    def run(self, span: timedelta) -> None:
        self.wall += span
        self.ran += span.total_seconds()


def test_a_wall_clock_that_jumps_is_seen_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch)
    clock = Clock()
    machine.run(DAY)
    clock.move(timedelta(days=30))
    assert clock.ahead() == timedelta()
    machine.wall += 2 * HOUR
    assert clock.ahead() == 2 * HOUR
    machine.run(23 * HOUR)
    assert clock.ahead() == 2 * HOUR
    machine.run(2 * HOUR)
    assert clock.ahead() == timedelta()
    machine.wall -= 3 * HOUR
    assert clock.ahead() == timedelta()
    machine.wall += 3 * HOUR
    assert clock.ahead() == timedelta()


async def test_after_a_long_sleep_it_asks(stage: HostStage) -> None:
    """A step of the sandbox moves both clocks: only how late it is counts."""
    await stage.play("""
开：点到
管理员：/点名 30
里正：到 12:30 为止，发 /到。
【停机】
【过 8 小时】
【开机】
里正：先不点：晚了 7 小时 30 分钟才轮到。
""")
