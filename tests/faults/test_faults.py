"""An endpoint that is slow, silent, lying or gone: what waits, what does not, and what is found out."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.test_survival import rows
from tests.support.bot_process import Group, Town
from tests.support.reliability_figures import Note


async def seconds(work: object) -> float:
    began = asyncio.get_running_loop().time()
    await work  # type: ignore[misc]
    return asyncio.get_running_loop().time() - began


async def two_groups(town: Town) -> tuple[Group, Group]:
    pair = Group(town), Group(town)
    for group in pair:
        await group.ask(group.admin, "/开启 试探")
    return pair


@pytest.mark.parametrize(
    ("kind", "api"),
    [
        ("never_answers", "send_group_msg"),
        ("delay", "get_group_member_info"),
        pytest.param("delay", "send_group_msg", marks=pytest.mark.nightly),
        pytest.param("never_answers", "get_group_member_info", marks=pytest.mark.nightly),
    ],
)
async def test_a_slow_call_holds_up_its_own_group_only(town: Town, kind: str, api: str) -> None:
    here, there = await two_groups(town)
    world = town.world
    act = world.act

    async def only_here(action: str, params: dict, account: int | None = None) -> dict:
        # The knobs know actions, not groups: this fault is for one group.
        if action == api and params.get("group_id") == here.id and faults:
            faults.pop()
            if kind == "never_answers":
                await asyncio.get_running_loop().create_future()
            await asyncio.sleep(5)
        return await act(action, params, account)

    faults = [1]
    world.act = only_here  # type: ignore[method-assign]
    try:
        here.say(here.admin, "/关闭 名片" if api != "send_group_msg" else "/试价 1")
        await asyncio.sleep(0.1)
        assert await seconds(there.asks(there.wang, "/试价 3", "300 分")) < 1.5
        assert await seconds(here.asks(here.wang, "/试价 2", "200 分")) < 3.0
        assert not faults
    finally:
        del world.act
    if kind == "delay":
        await town.settled()
    else:
        await town.kill_and_restart()  # rather than wait out its 15 s
        await town.settled()


async def test_a_message_reported_failed_that_arrived_is_not_sent_twice(town: Town) -> None:
    group, _ = await two_groups(town)
    town.world.faults.add("failed_but_done", "send_group_msg", 1)
    assert await group.ask(group.wang, "/试价 4") == ["400 分"]
    answers = [p for p in group.calls("send_group_msg") if "400" in str(p["message"])]
    assert len(answers) == 1
    newest = "select state, why from lizheng_outgoing where group_id = ? order by id desc limit 1"
    ((state, _),) = rows(town, newest, group.id)
    assert state == "done"


async def test_a_kick_reported_done_that_was_not_is_recorded_so(town: Town) -> None:
    group, _ = await two_groups(town)
    town.world.faults.add("ok_but_not_done", "set_group_kick", 1)
    await group.ask(group.admin, "/试踢 ", (group.wang,), "广告")
    assert group.wang in town.world.group(group.id).members
    assert "没有做成" in "\n".join(await group.ask(group.admin, "/记录 1"))
    assert len(group.calls("set_group_kick")) == 1


async def test_answers_that_come_twice_do_no_harm(town: Town) -> None:
    group, _ = await two_groups(town)
    connections = town.wire.connections
    town.world.faults.add("double_answer", "*", -1)
    for number in range(1, 6):
        assert await group.ask(group.wang, f"/试价 {number}") == [f"{number}00 分"]
    assert await group.ask(group.admin, "/试禁 ", (group.wang,), "1分") == ["禁言：done "]
    assert town.wire.connections == connections


@pytest.mark.parametrize("done", [True, pytest.param(False, marks=pytest.mark.nightly)])
async def test_a_connection_lost_in_a_call_is_found_out_about(town: Town, done: bool) -> None:
    group, _ = await two_groups(town)
    town.world.faults.add("drop", "set_group_ban", 1, done=done)
    began = asyncio.get_running_loop().time()
    group.say(group.admin, "/试禁 ", (group.wang,), "10分")
    await town.until(lambda: bool(group.calls("set_group_ban")), what="the call")
    await town.connected()
    await town.settled()
    assert asyncio.get_running_loop().time() - began < 30
    state = "select state from lizheng_record where group_id = ? and kind = 'mute'"
    assert rows(town, state, group.id) == [("done" if done else "not_done",)]
    assert len(group.calls("set_group_ban")) == 1
    assert await group.ask(group.li, "/试价 2") == ["200 分"]


async def test_the_newest_connection_wins_over_a_half_open_one(town: Town, figure: Note) -> None:
    group, _ = await two_groups(town)
    town.world.faults.add("half_open", "send_group_msg", 1, seconds=0.1, done=True)
    group.say(group.wang, "/试价 5")
    await town.until(lambda: not town.wire.connected, what="the socket goes silent")
    await town.until(lambda: town.wire.connected, what="the endpoint is back")
    back = asyncio.get_running_loop().time()
    await group.asks(group.li, "/试价 6", "600 分")
    figure("reconnect", seconds=asyncio.get_running_loop().time() - back)
    assert asyncio.get_running_loop().time() - back <= 2.0
    await town.settled()
    assert group.said.count("500 分") == 1


async def test_an_endpoint_that_was_away_finds_what_waits(town: Town) -> None:
    group, _ = await two_groups(town)
    assert await group.ask(group.wang, "/试排 2秒 起床") == ["记下了。"]
    await town.wire.stop()
    await asyncio.sleep(3)
    await town.wire.start()
    assert await seconds(group.hears("到时间了：起床")) < 3


async def test_roles_are_those_of_the_member_list(town: Town) -> None:
    group, _ = await two_groups(town)
    world = town.world
    world.set_role(group.id, group.admin, "member")
    await town.settled()
    world.faults.add("stale_role", "event", -1)
    await group.ask(group.admin, "/关闭 试探")
    await group.ask(group.admin, "/试禁 ", (group.wang,), "10分")
    await group.ask(group.admin, "/试踢 ", (group.wang, group.li))
    await group.ask(group.admin, "/确认 1")
    assert not group.calls("set_group_ban")
    assert not group.calls("set_group_kick")
    assert await group.ask(group.wang, "/试价 1") == ["100 分"]
    world.set_role(group.id, group.li, "admin")
    await town.settled()
    assert (await group.ask(group.li, "/试禁 ", (group.wang,), "10分")) == ["禁言：done "]
    assert await group.ask(group.li, "/关闭 试探") == ["已关闭「试探」，马上生效。"]
