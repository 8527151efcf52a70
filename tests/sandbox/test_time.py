"""The clock of the page: days that pass are lived through, not slept through."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lizheng.base.clock import Clock
from lizheng.sandbox.opening import keep_clock
from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Slot


async def test_what_is_due_on_the_way_happens_at_its_time(stage: HostStage) -> None:
    ran: list[datetime] = []
    await stage.play("小王：早")
    (group_id,) = stage.world.groups

    async def daily(slot: Slot) -> datetime:
        ran.append(slot.due_at)
        return slot.due_at + timedelta(days=1)

    start = stage.host.clock.now()
    stage.host.schedule.register("passing", "daily", daily, late_limit=timedelta(hours=3))
    await stage.host.schedule.plan("passing", "daily", group_id, start + timedelta(hours=20))
    await stage.pass_time(timedelta(days=3, hours=1))
    assert ran == [start + timedelta(days=day, hours=20) for day in range(3)]
    assert stage.host.clock.now() == start + timedelta(days=3, hours=1)


def test_the_clock_goes_on_from_where_an_earlier_run_moved_it(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    first = Clock()
    keep_clock(first, database)
    database.touch()
    first.move(timedelta(days=10))
    first.move(timedelta(hours=1, microseconds=7))
    second = Clock()
    keep_clock(second, database)
    assert second.offset == first.offset


@pytest.mark.parametrize("left", ["", "x", "-5", "nan", "1e300", "inf"])
def test_a_broken_note_of_the_clock_is_passed_over(tmp_path: Path, left: str) -> None:
    database = tmp_path / "sandbox.db"
    database.touch()
    (tmp_path / "sandbox.clock").write_text(left)
    clock = Clock()
    keep_clock(clock, database)
    assert clock.offset == timedelta()


def test_with_the_database_gone_the_clock_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "sandbox.clock").write_text("864000")
    clock = Clock()
    keep_clock(clock, tmp_path / "sandbox.db")
    assert clock.offset == timedelta()


async def test_after_ten_days_and_a_restart_it_still_answers(stage: HostStage, tmp_path: Path) -> None:
    """At its usual pace, and on the clock of the next run."""
    clock, config, database = stage.host.clock, stage.host.config, tmp_path / "sandbox.db"
    database.touch()
    stage.host.config = config.model_copy(update={"pacing": "on"})
    keep_clock(clock, database)
    try:
        await stage.restart()
        player = await stage.play("开：试探\n小王：/试价 1\n里正：100 分")
        await stage.pass_time(timedelta(days=10))
        await player.play("小王：/试价 2\n里正：200 分")
        left, clock.offset = clock.offset, timedelta()
        keep_clock(clock, database)
        assert clock.offset == left
        await stage.restart()
        await player.play("小王：/试价 3\n里正：300 分")
    finally:
        stage.host.config, clock.on_move = config, None
