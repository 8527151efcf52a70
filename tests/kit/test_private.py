"""A private chat: which group is meant, said with every answer, and what finding that out costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player

UNREAD = "现在读不到成员列表，稍后再试。"


@contextmanager
def counted(stage: HostStage) -> Iterator[Counter[str]]:
    """What the endpoint is asked meanwhile."""
    calls: Counter[str] = Counter()
    answer = stage.world.act

    async def act(api: str, *args: Any, **more: Any) -> Any:
        calls[api] += 1
        return await answer(api, *args, **more)

    stage.world.act = act  # pyright: ignore[reportAttributeAccessIssue]
    try:
        yield calls
    finally:
        del stage.world.act


async def town(stage: HostStage, groups: int) -> Player:
    player = await stage.play("开：试探\n小王：你好\n小李：你好\n")
    for number in range(groups):
        other = stage.world.add_group(f"群{number}", player.people["群主"])
        await stage.introduce(other.group_id)
    return player


async def test_four_hundred_groups_are_read_once_in_ten_minutes(stage: HostStage) -> None:
    player = await town(stage, 400)
    with counted(stage) as calls:
        await player.play("小王（私聊）：/试价 1\n里正（私聊 小王）：100 分\n")
        assert calls["get_group_member_list"] == 401
        assert calls["get_group_member_info"] <= 3
        calls.clear()
        await player.play("""
小王（私聊）：/试价 2
里正（私聊 小王）：200 分
小李（私聊）：/试价 3
里正（私聊 小李）：300 分
""")
        assert calls["get_group_member_list"] == 0
        assert calls["get_group_member_info"] <= 6


async def test_strangers_cost_next_to_nothing(stage: HostStage) -> None:
    player = await town(stage, 50)
    strangers = [int(stage.world.add_person(f"客{n}").user_id) for n in range(40)]
    for stranger in strangers:
        stage.world.befriend(stranger)
    await player.play("小王（私聊）：/试价 1\n里正（私聊 小王）：100 分\n")
    with counted(stage) as calls:
        for stranger in strangers:
            stage.world.whisper(stranger, [{"type": "text", "data": {"text": "/x"}}])
        await stage.settle()
        assert calls["get_group_member_list"] == 0
        assert calls["get_group_member_info"] <= 60
        assert calls["send_private_msg"] == 20


async def test_who_comes_and_goes_is_known_at_once(stage: HostStage) -> None:
    player = await town(stage, 3)
    world, other = stage.world, player.group.group_id + 1
    await player.play("小王（私聊）：/试价 1\n里正（私聊 小王）：100 分\n")
    world.join(other, player.people["小王"])
    await stage.settle()
    await player.play("""
小王（私聊）：/试价 1
里正（私聊 小王）：你指哪个群？…
小王（私聊）：1
里正（私聊 小王）：【试验群】100 分
""")
    world.leave(other, player.people["小王"])
    await stage.settle()
    await player.play("【过 11 分】\n小王（私聊）：/试价 1\n里正（私聊 小王）：100 分\n")


async def test_while_no_list_answers_nobody_is_told_to_share_no_group(stage: HostStage) -> None:
    player = await town(stage, 1)
    for api in ("get_group_member_info", "get_group_member_list"):
        stage.world.faults.add("refused", api, -1)
    await player.play(f"小王（私聊）：/试价 1\n里正（私聊 小王）：{UNREAD}\n")
    stage.world.faults.clear()
    await stage.move(timedelta(seconds=61))
    await player.play("小王（私聊）：/试价 1\n里正（私聊 小王）：100 分\n")


async def test_the_group_is_changed_by_command_and_by_name(stage: HostStage) -> None:
    player = await stage.play("开：试探\n小王：你好")
    for name in ("二群", "三群"):
        other = stage.world.add_group(name, player.people["群主"], [player.people["小王"]])
        await stage.introduce(other.group_id)
    await player.play("""
小王（私聊）：/试价 1
里正（私聊 小王）：你指哪个群？回复数字就行：
  1. 试验群
  2. 二群
  3. 三群
小王（私聊）：第1个
里正（私聊 小王）：【试验群】100 分
小王（私聊）：二群
里正（私聊 小王）：好，接下来说的是「二群」。换一个发 /换群。
小王（私聊）：/自检
里正（私聊 小王）：【二群】/自检 只有管理员和群主能用。
小王（私聊）：/换群
里正（私聊 小王）：你指哪个群？…
小王（私聊）：2
里正（私聊 小王）：好，接下来说的是「二群」。换一个发 /换群。
小王（私聊）：/换群 试验群
里正（私聊 小王）：好，接下来说的是「试验群」。换一个发 /换群。
小王（私聊）：/试价 2
里正（私聊 小王）：【试验群】200 分
小王（私聊）：好的
""")


async def test_who_shares_one_group_has_nothing_to_change(stage: HostStage) -> None:
    await stage.play("""
小王：/换群
里正：在私聊里发 /换群，就能换一个群来说。
小王（私聊）：/换群
里正（私聊 小王）：我和你只有「试验群」这一个共同的群。
""")
