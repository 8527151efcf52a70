"""Features wake up where they are on, what came due while they were off is done then, and refusals of jobs are said."""

from __future__ import annotations

import pytest
from nonebot import logger

from lizheng import Feature, GroupContext
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.store.tables import Slot


async def switch(stage: HostStage, player: Player, on: bool, feature: str = "steward") -> None:
    """Hidden features have no switch that members see."""
    await stage.host.switch(stage.host.groups[int(player.group.group_id)], feature, on=on)


def said(stage: HostStage, words: str) -> list[int]:
    """In which groups that was said, in order."""
    calls = [call.params for call in stage.world.api_log if call.action == "send_group_msg"]
    return [params["group_id"] for params in calls if words in str(params["message"])]


async def test_it_wakes_up_when_it_is_switched_on_and_at_each_start(stage: HostStage) -> None:
    player = await stage.play("""
开：试办
里正：醒了。
【重启】
里正：醒了。
""")
    await switch(stage, player, on=True)
    await switch(stage, player, on=False)
    await player.play("【重启】")
    assert len(said(stage, "醒了")) == 2
    await switch(stage, player, on=True)
    await stage.settle()
    assert len(said(stage, "醒了")) == 3


async def test_what_comes_due_while_it_is_off_is_done_when_it_is_on_again_unless_too_late(
    stage: HostStage,
) -> None:
    player = await stage.play("""
开：试办
里正：醒了。
小王：/试约 10分 散步
小王：/试约 2小时 开饭
""")
    await switch(stage, player, on=False)
    await player.play("""
【过 150 分钟】
【重启】
【过 10 分钟】
""")
    assert set(await Slot.filter(feature="steward").values_list("key", "state")) == {
        ("散步", "parked"),
        ("开饭", "parked"),
    }
    await switch(stage, player, on=True)
    await stage.settle()
    assert len(said(stage, "到了：开饭")) == 1
    assert not said(stage, "到了：散步")
    assert set(await Slot.filter(feature="steward").values_list("key", "state")) == {
        ("散步", "missed"),
        ("开饭", "done"),
    }


async def test_what_was_parked_is_done_at_the_next_start_too(stage: HostStage) -> None:
    """As when the process died between the switch and what follows it."""
    player = await stage.play("""
开：试办
里正：醒了。
小王：/试约 10分 散步
""")
    await switch(stage, player, on=False)
    await player.play("【过 11 分钟】")
    await stage.host.groups.switch(int(player.group.group_id), "steward", on=True)
    await player.play("""
【重启】
里正：醒了。
里正：到了：散步
""")


async def test_a_refusal_in_a_job_is_said_and_ends_it(stage: HostStage) -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, level="WARNING")
    await stage.play("""
开：试办
里正：醒了。
小王：/试约 1分 不做
小王：/试约 2分 看不懂
【过 1 分钟】
里正：这件事做不了了。
【过 1 分钟】
里正：这件事没看懂。
【过 10 分钟】
""")
    logger.remove(sink)
    assert not lines
    assert {slot.state for slot in await Slot.filter(feature="steward")} == {"done"}


async def test_one_that_fails_to_wake_up_stops_neither_the_others_nor_the_start(
    stage: HostStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    players = [await stage.play("开：试办\n里正：醒了。") for _ in range(3)]
    failing = int(players[1].group.group_id)
    feature = stage.host.features["steward"]
    (woke,) = feature.ready_hooks

    async def sometimes(ctx: GroupContext) -> None:
        if ctx.group.id == failing:
            raise RuntimeError("on purpose")
        await woke(ctx)

    monkeypatch.setattr(feature, "ready_hooks", [sometimes])
    await stage.restart()
    await stage.settle()
    assert said(stage, "醒了")[3:] == [int(players[0].group.group_id), int(players[2].group.group_id)]


async def test_what_is_on_with_another_wakes_up_with_it(
    stage: HostStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []

    async def woke(ctx: GroupContext) -> None:
        woken.append(ctx.group.id)

    serving = Feature("tests.serving", "陪着", "测试用", hidden=True)
    serving.on_ready(woke)
    serving.on_with = frozenset({"probe"})
    monkeypatch.setitem(stage.host.features, serving.id, serving)
    player = await stage.play("小王：你好")
    await switch(stage, player, on=True, feature="probe")
    assert woken == [int(player.group.group_id)]


async def test_a_group_taken_over_wakes_up(stage: HostStage) -> None:
    """A host that takes a group over tells the waker of it, as at a start."""
    player = await stage.play("开：试办\n里正：醒了。")
    stage.host.awaken([int(player.group.group_id)])
    await stage.settle()
    assert len(said(stage, "醒了")) == 2
