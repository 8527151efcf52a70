"""What was acknowledged survives kill -9; what was begun is done once; SIGTERM loses nothing."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from tests.support.bot_process import Group, Town
from tests.support.reliability_figures import Note


def rows(town: Town, sql: str, *values: object) -> list[tuple]:
    """What the database of the process holds, read beside it."""
    path = town.host.folder / "lizheng.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, values).fetchall()


class Expected:
    """What a group has been told so far, to be found again after every kill."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.on = self.deputy = self.white = self.dry = False
        self.price = 0
        self.previews = 0
        self.records = 0

    async def switch(self, _: int) -> None:
        self.on = not self.on
        verb = "开启" if self.on else "关闭"
        await self.group.asks(self.group.admin, f"/{verb} 名片", f"已{verb}")
        self.records += 1

    async def setting(self, number: int) -> None:
        self.price = 5 + number
        await self.group.asks(self.group.admin, f"/设置 试探 价格 {self.price}", "改成了")
        self.records += 1

    async def standing(self, _: int) -> None:
        self.deputy = not self.deputy
        how = "添加" if self.deputy else "删除"
        await self.group.asks(self.group.owner, f"/代管 {how} ", "代管", (self.group.li,))
        self.records += 1

    async def whitelist(self, _: int) -> None:
        self.white = not self.white
        how = "添加" if self.white else "删除"
        await self.group.asks(self.group.owner, f"/白名单 {how} ", "白名单", (self.group.zhang,))
        self.records += 1

    async def dry_run(self, _: int) -> None:
        self.dry = not self.dry
        state = "开" if self.dry else "关"
        await self.group.asks(self.group.admin, f"/试运行 {state}", f"试运行已{'打' if self.dry else '关'}")
        self.records += 1

    async def preview(self, _: int) -> None:
        self.previews += 1
        people = (self.group.wang, self.group.li)
        await self.group.asks(self.group.admin, "/试踢 ", f"/确认 {self.previews}，", people)

    async def check(self) -> None:
        group = self.group
        await group.asks(group.admin, "/功能", f"{'●' if self.on else '○'} 名片")
        await group.asks(group.admin, "/设置 试探 价格", f"价格：{self.price} 元")
        await group.asks(group.wang, "/代管 查看", str(group.li) if self.deputy else "现在没有代管")
        await group.asks(group.wang, "/白名单 查看", str(group.zhang) if self.white else "白名单是空的")
        await group.asks(group.admin, "/试运行", f"试运行现在是{'开' if self.dry else '关'}的")
        assert (
            len(rows(group.town, "select 1 from lizheng_record where group_id = ?", group.id)) == self.records
        )
        open_ones = "select number from lizheng_pending where group_id = ? and state = 'open' order by number"
        assert [n for (n,) in rows(group.town, open_ones, group.id)] == list(range(1, self.previews + 1))


async def acknowledged_is_kept(town: Town, rounds: int) -> None:
    group = Group(town)
    await group.ask(group.admin, "/开启 试探")
    expected = Expected(group)
    expected.records = 1
    acts = (
        expected.preview,
        expected.switch,
        expected.dry_run,
        expected.setting,
        expected.whitelist,
        expected.standing,
    )
    for number in range(rounds):
        # Each round another one is the last before the kill.
        for act in (*acts[number % len(acts) + 1 :], *acts[: number % len(acts) + 1]):
            await act(number)
        await town.kill_and_restart()
        await expected.check()


async def test_nothing_acknowledged_is_lost(town: Town) -> None:
    await acknowledged_is_kept(town, 4)


@pytest.mark.nightly
async def test_nothing_acknowledged_is_lost_often(town: Town) -> None:
    await acknowledged_is_kept(town, 60)


async def killed_within_a_batch(town: Town, after_calls: int) -> None:
    """Confirm three kicks, kill the host as the n-th call arrives, and look at what was done in the end."""
    group = Group(town)
    world = town.world
    targets = (group.wang, group.li, group.zhang)
    await group.ask(group.admin, "/开启 试探")
    await group.asks(group.admin, "/试踢 ", "/确认 1，", targets)
    kicks: Counter[int] = Counter()

    def count(happening: object) -> None:
        if happening.kind == "kick" and happening.group_id == group.id:  # type: ignore[attr-defined]
            kicks[happening.user_id] += 1  # type: ignore[attr-defined]

    world.watchers.append(count)
    group.say(group.admin, "/确认 1")
    await town.until(lambda: len(group.calls("set_group_kick")) >= after_calls, what="the first kicks")
    await town.kill_and_restart()
    try:
        await town.until(lambda: len(kicks) == 3, 25, f"all three gone, got {kicks}")
        await town.settled()
    finally:
        world.watchers.remove(count)
    assert kicks == dict.fromkeys(targets, 1)
    calls = Counter(int(params["user_id"]) for params in group.calls("set_group_kick"))
    assert calls == dict.fromkeys(targets, 1)
    wanted = "select target_id, state from lizheng_record where group_id = ? and kind = 'kick'"
    assert sorted(rows(town, wanted, group.id)) == sorted((t, "done") for t in targets)


@pytest.mark.parametrize("after_calls", [2])
async def test_a_confirmed_batch_is_done_once_across_a_kill(town: Town, after_calls: int) -> None:
    await killed_within_a_batch(town, after_calls)


async def test_a_batch_killed_before_the_call_is_carried_out(town: Town) -> None:
    """The host is killed while the endpoint sits on the first call and never carries it out."""
    group = Group(town)
    await group.ask(group.admin, "/开启 试探")
    await group.asks(group.admin, "/试踢 ", "/确认 1，", (group.wang, group.li))
    town.world.faults.add("never_answers", "set_group_kick", 1)
    group.say(group.admin, "/确认 1")
    await town.until(lambda: len(group.calls("set_group_kick")) == 1, what="the call")
    await town.kill_and_restart()
    await town.until(lambda: group.li not in town.world.group(group.id).members, 25, "the second one is gone")
    await town.settled()
    states = dict(
        rows(
            town, "select target_id, state from lizheng_record where group_id = ? and kind = 'kick'", group.id
        )
    )
    assert states == {group.wang: "not_done", group.li: "done"}
    assert group.wang in town.world.group(group.id).members


@pytest.mark.nightly
@pytest.mark.parametrize("after_calls", [1, 2, 3] * 10)
async def test_a_confirmed_batch_is_done_once_often(town: Town, after_calls: int) -> None:
    await killed_within_a_batch(town, after_calls)


async def test_a_terminated_host_leaves_in_time_and_loses_no_record(town: Town, figure: Note) -> None:
    groups = [Group(town) for _ in range(4)]
    for group in groups:
        await group.ask(group.admin, "/开启 试探")
    town.world.faults.add("delay", "set_group_ban", -1, seconds=0.05)
    for group, minutes in itertools.product(groups, range(1, 6)):
        group.say(group.admin, "/试禁 ", (group.wang,), f"{minutes}分")
    await town.until(lambda: any(g.calls("set_group_ban") for g in groups), what="the first mute")
    began = asyncio.get_running_loop().time()
    town.host.terminate()
    assert await town.host.ended(15) in (0, -15)
    seconds = asyncio.get_running_loop().time() - began
    assert seconds <= 10
    town.world.faults.clear()
    made = "select id, state from lizheng_record where group_id = ? and kind = 'mute'"
    recorded = {group.id: len(rows(town, made, group.id)) for group in groups}
    for group in groups:
        assert recorded[group.id] >= len(group.calls("set_group_ban"))
    await town.restart()
    await town.settled()
    for group in groups:
        states = [state for _, state in rows(town, made, group.id)]
        assert states.count("done") + states.count("not_done") == len(states), states
        assert len(states) >= recorded[group.id]
        # A call may have been lost with the connection, but none was made twice.
        assert states.count("done") <= len(group.calls("set_group_ban")) <= len(states)
    figure("sigterm", seconds=seconds, lost=0)


async def test_a_host_that_waits_for_an_answer_still_leaves_in_time(town: Town, figure: Note) -> None:
    group = Group(town)
    await group.ask(group.admin, "/开启 试探")
    town.world.faults.add("never_answers", "*", -1)
    group.say(group.admin, "/试禁 ", (group.wang,), "10分")
    group.say(group.admin, "/试慢 30")
    await town.until(lambda: bool(group.calls("get_group_member_info")), what="the role is looked up")
    began = asyncio.get_running_loop().time()
    town.host.terminate()
    await town.host.ended(15)
    seconds = asyncio.get_running_loop().time() - began
    assert seconds <= 10
    figure("sigterm", seconds=seconds, lost=0)
    town.world.faults.clear()
    await town.restart()
    assert "100 分" in await group.ask(group.li, "/试价 1")
    states = "select state from lizheng_record where group_id = ? and kind = 'mute'"
    await town.settled()
    assert rows(town, states, group.id) in ([], [("done",)], [("not_done",)])
    assert len(group.calls("set_group_ban")) <= 1
