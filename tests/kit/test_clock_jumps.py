"""A machine whose clock is wrong and is then set right: a year forward, an hour back, while it runs and across a restart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.store.tables import Outgoing, Record, Slot

HOUR, YEAR = timedelta(hours=1), timedelta(days=365)


def sent(stage: HostStage) -> int:
    """How many messages reached the endpoint."""
    return sum(call.action.startswith("send_") for call in stage.world.api_log)


async def acts_and_talks(stage: HostStage, player: Player) -> None:
    """After whatever happened to the clock the group is served as ever."""
    await player.play("""
小王：/试价 3
里正：300 分
管理员：/试禁 @小李 10分 刷屏
【里正 禁言 小李 10分钟】
里正：禁言：done
""")
    assert await Slot.filter(state="running").count() == 0
    assert await Outgoing.exclude(state__in=("done", "not_done")).count() == 0


async def prepared(stage: HostStage) -> Player:
    return await stage.play("""
开：试探
小王：/试排 10分 起床
里正：记下了。
小王：/试排 2小时 吃饭
里正：记下了。
管理员：/试踢 @小王 @小李
里正：要移出 2 个人。…
""")


@pytest.mark.parametrize("restart", [False, True])
async def test_a_year_forward(stage: HostStage, restart: bool) -> None:
    """What came due is done once, what was to be confirmed has expired, nothing is repeated for the days between."""
    player = await prepared(stage)
    before = sent(stage)
    stage.host.clock.move(YEAR)
    if restart:
        await stage.restart()
    await stage.settle()
    assert sent(stage) == before + 2
    assert await Slot.filter(feature="probe").exclude(state="done").count() == 0
    await player.play("""
管理员：/确认 1
里正：1 号已经过期了，请重新发起。
""")
    await acts_and_talks(stage, player)


@pytest.mark.parametrize("by", [HOUR, YEAR])
async def test_back_across_a_restart(stage: HostStage, by: timedelta) -> None:
    """What was done is not done again, what waits waits until its time, and new records get new numbers."""
    player = await prepared(stage)
    await player.play("""
【过 10分】
里正：到时间了：起床
管理员：/试禁 @小张 10分 刷屏
【里正 禁言 小张 10分钟】
里正：禁言：done
""")
    records = await Record.filter(group_id=player.group.group_id).count()
    before = sent(stage)
    stage.host.clock.freeze(stage.host.clock.now() - by)
    await stage.restart()
    await stage.settle()
    assert sent(stage) == before
    await acts_and_talks(stage, player)
    numbers = (
        await Record.filter(group_id=player.group.group_id)
        .order_by("number")
        .values_list("number", flat=True)
    )
    assert numbers == list(range(1, records + 2))
    await stage.move(by + 2 * HOUR)
    await stage.settle()
    assert await Slot.filter(feature="probe", state="done").count() == 2


@pytest.mark.parametrize("by", [8 * HOUR, YEAR])
async def test_back_while_it_speaks_at_its_pace(stage: HostStage, by: timedelta) -> None:
    """A clock that was ahead is set right: it answers as before, and after a restart within the minute it may owe."""
    config = stage.host.config
    stage.host.config = config.model_copy(update={"pacing": "on"})
    try:
        await stage.restart()
        player = await stage.play("""
开：试探
小王：/试价 1
里正：100 分
小王：/试价 2
里正：200 分
""")
        stage.host.clock.freeze(stage.host.clock.now() - by)
        await player.play("""
小李：/试价 3
里正：300 分
""")
        await stage.restart()
        await stage.move(timedelta(minutes=1))
        await player.play("""
小李：/试价 4
里正：400 分
""")
    finally:
        stage.host.config = config
