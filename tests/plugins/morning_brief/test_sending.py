"""A brief whose sending goes wrong: looked for in the history, sent again when it is missing, never when it is not."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from lizheng.delivery.schedule import AT_ONCE
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from plugins.morning_brief.models import Brief

BRIEF = "里正：早报 11 月 19 日 周四\n  农历丙午年十月十一"


async def started(stage: HostStage) -> Player:
    stage.world.add_person("房东", 99999)
    stage.world.friends.add(99999)
    return await stage.play("""
开：早报
小王：/早报 时间
里正：早报每天 08:00 发，下一期 明天 08:00。
设：早报 昨日数字 关
【到 明天 07:59】
""")


async def state(player: Player) -> Brief:
    return await Brief.get(group_id=player.group.group_id)


async def test_one_answered_ok_and_not_there_is_sent_again_once(stage: HostStage) -> None:
    player = await started(stage)
    stage.world.faults.add("ok_but_not_done", "send_group_msg", 1)
    await player.play(f"""
【过 1 分钟】
【过 5 秒】
【过 10 秒】
{BRIEF}
【过 20 秒】
【过 1 小时】
""")
    brief = await state(player)
    assert (brief.state, brief.attempt, brief.lied) == ("out", 2, 1)


async def test_one_that_is_not_there_a_second_time_is_reported(stage: HostStage) -> None:
    player = await started(stage)
    stage.world.faults.add("ok_but_not_done", "send_group_msg", 2)
    await player.play("""
【过 1 分钟】
【过 15 秒】
【过 15 秒】
里正（私聊 99999）：群…：11 月 19 日的早报没有发：QQ 说发了，群里却没有。
【过 1 小时】
管理员：/记录 1
里正：…11 月 19 日的早报没有发：QQ 说发了，群里却没有。…
""")


async def test_one_that_was_taken_back_is_not_sent_again(stage: HostStage) -> None:
    player = await started(stage)
    await player.play(f"【过 1 分钟】\n{BRIEF}")
    owner = player.person("群主")
    message = player.last_of("里正")
    assert message is not None
    stage.world.recall(message, owner)
    await player.play("【过 30 秒】\n【过 1 小时】")
    assert (await state(player)).state == "out"


async def test_one_nobody_answered_for_that_arrived_is_not_sent_again(stage: HostStage) -> None:
    player = await started(stage)
    stage.world.faults.add("failed_but_done", "send_group_msg", 1)
    await player.play(f"【过 1 分钟】\n{BRIEF}\n【过 15 秒】\n【过 30 秒】\n【过 1 小时】")
    assert (await state(player)).state == "out"


async def test_one_nobody_answered_for_that_did_not_arrive_is_sent_again(stage: HostStage) -> None:
    player = await started(stage)
    stage.world.faults.add("refused", "send_group_msg", 1)  # "Timeout: …": the endpoint does not know itself
    await player.play(f"【过 1 分钟】\n【过 15 秒】\n【过 15 秒】\n{BRIEF}\n【过 1 分钟】\n【过 1 小时】")
    assert (await state(player)).attempt == 2


async def test_one_that_is_refused_is_tried_again_with_pauses_then_reported(stage: HostStage) -> None:
    player = await started(stage)
    stage.world.faults.add("refused", "send_group_msg", -1, message="result: 120")
    before = len(stage.world.api_log)
    for _ in range(60):
        await stage.move(timedelta(seconds=10))
        await stage.settle()
    sendings = [c for c in list(stage.world.api_log)[before:] if c.action == "send_group_msg"]
    assert len(sendings) == 4
    assert (await state(player)).state == "missed"
    stage.world.faults.clear()
    await player.play("【过 1 小时】\n管理员：/记录 1\n里正：…到补发时限还没能发出去。…")


async def test_while_nobody_is_connected_it_waits_within_the_limit(stage: HostStage) -> None:
    player = await started(stage)
    await stage.wire.stop()
    await player.play("【过 1 分钟】\n【过 2 小时】")
    await stage.wire.start()
    await stage.wire.ready()
    await stage.settle()
    assert briefs(stage) == [player.group.group_id]
    await player.play("【过 15 秒】\n【过 1 小时】")
    assert (await state(player)).state == "out"


async def test_what_could_not_leave_in_time_is_reported(stage: HostStage) -> None:
    player = await started(stage)
    await stage.wire.stop()
    await player.play("【过 1 分钟】\n【过 3 小时】\n【过 1 分钟】")
    await stage.wire.start()
    await stage.wire.ready()
    await stage.settle()
    await player.play("【过 1 分钟】")
    assert briefs(stage) == []
    assert (await state(player)).state == "missed"
    told = [str(c.params) for c in stage.world.api_log if c.action == "send_private_msg"]
    assert len(told) == 1
    assert "11 月 19 日的早报没有发：到补发时限还没能发出去。" in told[0]


async def test_forty_groups_get_theirs_at_once_and_more_in_the_same_order_each_day(stage: HostStage) -> None:
    config = stage.host.config
    stage.host.config = config.model_copy(update={"pacing": "on"})
    await stage.restart()
    groups = []
    for _ in range(45):
        player = Player(stage)
        await stage.introduce(player.group.group_id)
        await stage.switch_on(player.group.group_id, "早报")
        groups.append(player.group.group_id)
    await stage.settle()
    orders = []
    for _ in range(2):
        stage.world.api_log.clear()
        tomorrow = (stage.now() + timedelta(days=1)).replace(hour=8, minute=0)
        await stage.move(tomorrow - stage.now())
        await stage.settle()
        assert len(briefs(stage)) <= 40
        await stage.move(timedelta(seconds=61))
        async with asyncio.timeout(10):
            while len(briefs(stage)) < 45:
                await asyncio.sleep(0.01)
        await stage.settle()
        orders.append(briefs(stage))
    stage.host.config = config
    assert sorted(orders[0]) == sorted(groups)
    # Those made side by side may overtake each other; nobody moves far.
    assert all(abs(orders[0].index(group) - orders[1].index(group)) <= 2 * AT_ONCE for group in groups)


def briefs(stage: HostStage) -> list[int]:
    """The groups a brief was sent to, in order."""
    sent = [c.params for c in stage.world.api_log if c.action == "send_group_msg"]
    return [params["group_id"] for params in sent if "农历" in str(params)]
