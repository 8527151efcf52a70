"""What nobody should send, and what nobody should be able to do to others; each was once possible."""

from __future__ import annotations

from typing import Any

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.store import audit

HUGE = "9" * 25
ENDLESS = "9" * 5000


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "data": {"text": words}}


def mention(qq: str) -> dict[str, Any]:
    return {"type": "at", "data": {"qq": qq}}


def reply(number: str) -> dict[str, Any]:
    return {"type": "reply", "data": {"id": number}}


async def send(player: Player, stage: HostStage, segments: list[dict[str, Any]]) -> list[str]:
    """A message event of an admin as a strange endpoint may hand it out; what the bot answered."""
    world, group = stage.world, player.group.group_id
    said: list[str] = []

    def hear(happening: Any) -> None:
        if happening.kind == "message" and happening.user_id == world.account:
            said.append(happening.data["text"])

    admin = player.people["管理员"]
    world.watchers.append(hear)
    event = {
        "self_id": world.account,
        "time": int(world.now()),
        "post_type": "message",
        "message_type": "group",
        "sub_type": "normal",
        "message_id": world.fresh_message_id(),
        "group_id": group,
        "user_id": admin,
        "raw_message": "",
        "font": 0,
        "sender": {"user_id": admin, "nickname": "管理员", "role": "admin"},
        "message": segments,
    }
    for outlet in tuple(world.outlets):
        outlet(event)
    await stage.settle()
    world.watchers.remove(hear)
    return said


@pytest.mark.parametrize("number", [HUGE, ENDLESS, "0", "abc", ""])
async def test_a_number_that_is_nobodys_is_refused_in_words(stage: HostStage, number: str) -> None:
    player = await stage.play("管理员：/试运行\n里正：试运行现在是关的。")
    (answer,) = await send(player, stage, [text("/代管 添加 "), mention(number)])
    assert answer.startswith("没看出")
    assert not stage.host.groups[player.group.group_id].deputies


@pytest.mark.parametrize("number", [HUGE, ENDLESS, "abc", ""])
async def test_a_quote_of_nothing_does_not_stop_the_command(stage: HostStage, number: str) -> None:
    player = await stage.play("管理员：/试运行\n里正：试运行现在是关的。")
    assert await send(player, stage, [reply(number), text("/试运行")]) == ["试运行现在是关的。"]
    assert await send(player, stage, [reply(number), text("同意")]) == []


async def test_what_a_feature_asked_for_waits_while_it_is_off(stage: HostStage) -> None:
    await stage.play("""
开：广告贴
小王：/广告贴 投稿 出二手显示器，300 元
里正：小王 想上广告贴：「出二手显示器，300 元」
  原文我先收起来，全文发 /广告贴 查看 加编号。
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
【里正 撤回 小王】
管理员：/关闭 广告贴
里正：已关闭「广告贴」，马上生效。
管理员：/通过 1
里正：「广告贴」在本群是关的，1 号先不执行。
管理员：/开启 广告贴
里正：已开启「广告贴」，马上生效。
管理员：/通过 1
里正：@小王 的 1 号上了广告贴，到 11 月 25 日为止。撤销发 /撤销 …
""")


async def test_a_failed_undo_undoes_nothing(stage: HostStage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setitem(stage.host.features["control"].undos, "dry_run", fail)
    player = await stage.play("""
管理员：/试运行 开
里正：试运行已打开：接下来我只说会做什么，不真的动手。发 /试运行 关 恢复。
管理员：/撤销 1
里正：出了点问题，没有完成（编号 …）。请把编号告诉管理员。
""")
    record = await audit.find(player.group.group_id, 1)
    assert record is not None
    assert record.state == "done"


async def test_a_number_of_no_group_is_asked_again(stage: HostStage) -> None:
    player = await stage.play("小王：你好")
    other = stage.world.add_group("另一个群", player.people["群主"], (player.people["小王"],))
    assert other
    await player.play("""
小王（私聊）：/试运行
里正（私聊 小王）：你指哪个群？…
小王（私聊）：9
里正（私聊 小王）：你指哪个群？…
""")


async def test_every_feature_that_is_off_says_so(stage: HostStage) -> None:
    await stage.play("""
管理员：/广告贴
里正：「广告贴」在本群是关的。发 /开启 广告贴 打开它。
管理员：/广告贴
管理员：/广告时段
里正：「广告时段」在本群是关的。发 /开启 广告时段 打开它。
小王：/广告时段
""")


async def test_who_has_left_has_no_say_in_private(stage: HostStage) -> None:
    player = await stage.play("小王：你好")
    other = stage.world.add_group("另一个群", player.people["群主"], (player.people["小王"],))
    await stage.introduce(other.group_id)
    await player.play("""
小王（私聊）：/试运行
里正（私聊 小王）：你指哪个群？…
小王（私聊）：1
里正（私聊 小王）：【试验群】/试运行 只有管理员和群主能用。
小王（私聊）：/代管 查看
里正（私聊 小王）：【试验群】现在没有代管。
""")
    stage.world.befriend(player.people["小王"])
    stage.world.leave(player.group.group_id, player.people["小王"])
    stage.world.leave(other.group_id, player.people["小王"])
    await player.play("""
小王（私聊）：/代管 查看
里正（私聊 小王）：我和你没有共同的群，帮不上忙。
""")


async def test_why_a_card_was_not_changed_is_said_in_chinese(stage: HostStage) -> None:
    player = await stage.play("开：名片\n设：名片 名片格式 城市-昵称\n小王：你好")
    stage.world.set_role(player.group.group_id, stage.world.account, "member")
    await player.play("""
小王：/名片 上海-小王
里正：没改成：里正在本群不是管理员。请你自己在群资料里把名片改成「上海-小王」。
""")
