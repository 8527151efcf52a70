"""The clock of the page: days that pass are lived through, not slept through."""

from datetime import datetime, timedelta

from lizheng.models import Slot
from lizheng.sandbox.stage import HostStage


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
