"""From an event to a handler, where it does not simply go through: late, going round, half a quote, a group just met."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.store.tables import Record


def said(stage: HostStage) -> int:
    return sum(call.action.startswith("send_") for call in stage.world.api_log)


def group_of(player: Player) -> int:
    return int(player.group.group_id)


async def test_a_command_that_comes_minutes_late_is_written_down_and_not_carried_out(
    stage: HostStage,
) -> None:
    player = await stage.play("开：试探\n小王：/试价 3\n里正：300 分")
    outlets, caught = stage.world.outlets[:], []
    stage.world.outlets[:] = [caught.append]
    stage.world.say(group_of(player), player.person("管理员"), "/试禁 小李 10分")
    stage.world.outlets[:] = outlets
    before = said(stage)
    await stage.move(timedelta(minutes=10))
    stage.wire._take(caught[0])
    await stage.settle()
    assert said(stage) == before
    (note,) = await Record.filter(kind="stale")
    assert "试禁" in note.reason


async def test_two_programs_that_answer_each_other_stop(stage: HostStage) -> None:
    """The same command over and over with nothing in between is heard a limited number of times, then again later."""
    player = await stage.play("开：试探")
    for _ in range(30):
        stage.world.say(group_of(player), player.person("小王"), "/试价 3")
        await stage.settle()
    answered = said(stage)
    assert 5 <= answered <= 21
    await stage.move(timedelta(minutes=3))
    await player.play("小王：/试价 3\n里正：300 分")


async def test_a_quote_that_cannot_be_looked_up_is_still_a_quote(stage: HostStage) -> None:
    player = await stage.play("开：试探\n小王：/试投 你好\n里正：小王 投稿：你好…")
    stage.world.faults.add("refused", "get_msg", -1)
    await player.play("""
管理员→里正「投稿」：通过
里正：采用了：你好
""")


async def test_where_qq_does_not_answer_the_command_says_so_and_nothing_is_done(stage: HostStage) -> None:
    player = await stage.play("开：试探")
    for api in ("get_group_member_info", "get_group_member_list"):
        stage.world.faults.add("refused", api, -1)
    await player.play("""
管理员：/试禁 @小王 10分
里正：现在读不到成员列表，稍后再试。
""")
    assert not await Record.filter(kind="mute").exists()


async def test_a_command_carried_out_for_its_author_is_bound_by_its_own_rules(stage: HostStage) -> None:
    """It answers as if typed, tells who may, and one that there is not is a fault of the feature that named it."""
    await stage.play("""
开：试探
小王：/试代 试价 3
里正：300 分
小王：/试代 试价
里正：…
  用法：/试价 …
  例如：/试价 8.88
小王：/试代 试改 小李 新名片
里正：/试改 … 只有管理员和群主能用。
小王：/试代 没有这样的
里正：出了点问题，没有完成（编号 …）。请把编号告诉管理员。
""")


async def test_each_command_says_once_a_minute_who_may(stage: HostStage) -> None:
    await stage.play("""
开：试探
小王：/试禁 @小李 10分
里正：/试禁 … 只有代管、管理员和群主能用。
小王：/试踢 @小李
里正：/试踢 … 只有代管、管理员和群主能用。
小王：/试改 @小李 新名片
里正：/试改 … 只有管理员和群主能用。
小王：/试禁 @小张 10分
【过 61 秒】
小王：/试禁 @小张 10分
里正：/试禁 … 只有代管、管理员和群主能用。
""")


def test_what_differs_is_not_described_in_the_same_words(stage: HostStage) -> None:
    """A form that only higher roles may use does something else than the members' of its command, and so does one that
    begins with another word.
    """
    same = [
        f"{one.usage} / {other.usage}: {one.summary}"
        for feature in stage.host.features.values()
        for command in feature.commands
        for one, other in combinations(command.forms, 2)
        if one.summary == other.summary and one.handler != other.handler
        if one.role != other.role or one.words != other.words
    ]
    assert same == []


async def test_each_who_slips_is_told(stage: HostStage) -> None:
    await stage.play("""
小王：/白明单
里正：没有「/白明单」，你是不是想发 /白名单？
小李：/白明单
里正：没有「/白明单」，你是不是想发 /白名单？
小王：/白明单
""")


async def test_a_group_that_the_bot_comes_into_is_met_once(stage: HostStage) -> None:
    world, host = stage.world, stage.host
    owner = world.add_person("群主")
    group_id = world.add_group("新群", owner, []).group_id
    for _ in range(2):
        world.leave(group_id, world.account)
        world.join(group_id, world.account)
        await stage.settle()
    met = [
        call for call in world.api_log if call.params.get("group_id") == group_id and "send" in call.action
    ]
    assert len(met) == ("control" in host.features)
    assert host.groups[group_id].introduced


async def test_how_long_we_kept_a_command_waiting_does_not_make_it_stale(stage: HostStage) -> None:
    player = await stage.play("开：试探\n小王：在\n")
    adapter, world = stage.host.adapter, stage.world
    sent = int(world.now())
    await stage.move(timedelta(minutes=10))
    for number, came_at in ((1, sent + 59.0), (2, sent + 61.0)):
        event = {
            "time": sent,
            "self_id": world.account,
            "post_type": "message",
            "message_type": "group",
            "sub_type": "normal",
            "group_id": player.group.group_id,
            "user_id": player.people["小王"],
            "message_id": world.fresh_message_id(),
            "message": [{"type": "text", "data": {"text": f"/试价 {number}"}}],
        }
        await adapter._handle((str(world.account), event, came_at))
    await stage.settle()
    said = [m.segments for m in world.messages.values() if m.user_id == world.account]
    assert "100 分" in str(said)
    assert "200 分" not in str(said)
    assert await Record.filter(kind="stale").count() == 1
