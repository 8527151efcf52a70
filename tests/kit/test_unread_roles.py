"""While the member list does not answer, nobody's word about their own role settles money, names people or decides."""

from __future__ import annotations

from typing import Any

from lizheng.ledger.tables import Entry, Order
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.store.tables import About, Pending, SettingValue, Standing

UNREAD = "现在读不到成员列表，稍后再试。"


def silence(stage: HostStage) -> None:
    for api in ("get_group_member_info", "get_group_member_list"):
        stage.world.faults.add("refused", api, -1)


async def forge(stage: HostStage, player: Player, who: str, said: str, quoted: int = 0) -> list[str]:
    """Have somebody say it in an event that claims they are an admin; what the bot said to that."""
    world, group_id = stage.world, player.group.group_id
    user_id = player.people[who]
    heard: list[str] = []

    def hear(happening: Any) -> None:
        if happening.kind == "message" and happening.user_id == world.account:
            heard.append(happening.data["text"])

    world.watchers.append(hear)
    reply = [{"type": "reply", "data": {"id": str(quoted)}}] if quoted else []
    event = {
        "post_type": "message",
        "message_type": "group",
        "sub_type": "normal",
        "group_id": group_id,
        "user_id": user_id,
        "message_id": world.fresh_message_id(),
        "message": [*reply, {"type": "text", "data": {"text": said}}],
        "raw_message": said,
        "font": 0,
        "sender": {"user_id": user_id, "nickname": who, "card": "", "role": "admin"},
    }
    world.tell(world.account, event)
    await stage.settle()
    world.watchers.remove(hear)
    return heard


async def last_notice() -> int:
    pending = await Pending.all().order_by("-id").first()
    assert pending is not None
    told = await About.get(feature="pending", kind="notice", ref=pending.id)
    assert told.message_id is not None
    return told.message_id


async def test_nobody_settles_an_order(stage: HostStage) -> None:
    player = await stage.play("""
开：账本
管理员：/收费 @小王 100 活动费
里正：@小王 开了 A1：活动费 100 元。…
小王：/已发红包
里正：@小王 说 A1（活动费，还差 100 元）的红包已经发了…
""")
    silence(stage)
    assert await forge(stage, player, "小王", "/确认收款 A1") == [UNREAD]
    shown = next(m for m in stage.world.messages.values() if "说 A1" in str(m.segments))
    assert await forge(stage, player, "小王", "收到", shown.message_id) == [UNREAD]
    assert await forge(stage, player, "小王", "同意 50", shown.message_id) == [UNREAD]
    assert not await Entry.exists()
    assert (await Order.get(number=1)).state == "open"
    await player.play(f"管理员→里正「说 A1」：收到\n里正：{UNREAD}\n")
    stage.world.faults.clear()
    await player.play("管理员→里正「说 A1」：收到\n里正：A1（活动费）收齐了 100 元，谢谢 @小王。\n")


async def test_nobody_gets_standing_or_changes_a_setting(stage: HostStage) -> None:
    player = await stage.play("开：广告税\n小王：在\n")
    silence(stage)
    assert await forge(stage, player, "小王", "/代管 添加 @小王") == [UNREAD]
    assert await forge(stage, player, "小王", "/设置 广告税 价格 1") == [UNREAD]
    await player.play(f"管理员：/设置 广告税 价格 1\n里正：{UNREAD}\n")
    assert not await Standing.exists()
    assert not await SettingValue.exists()


async def test_nobody_decides_what_waits_for_an_admin(stage: HostStage) -> None:
    player = await stage.play("开：试探\n小王：/试投 你好\n里正：小王 投稿：你好…\n小李：在\n")
    silence(stage)
    notice = await last_notice()
    assert await forge(stage, player, "小李", "/通过 1") == [UNREAD]
    assert await forge(stage, player, "小李", "同意", notice) == [UNREAD]
    assert await forge(stage, player, "小李", "拒绝", notice) == [UNREAD]
    assert (await Pending.get(number=1)).state == "open"
    stage.world.faults.clear()
    await player.play("管理员→里正「投稿」：同意\n里正：采用了：你好\n")


async def test_a_demoted_admin_does_not_confirm_what_they_prepared(stage: HostStage) -> None:
    player = await stage.play("""
开：名片
小王：在
管理员：/名片格式 城市-行业-昵称
里正：…
管理员：/名片检查
里正：…/确认 1…
""")
    stage.world.set_role(player.group.group_id, player.people["管理员"], "member")
    await stage.settle()
    silence(stage)
    assert await forge(stage, player, "管理员", "/确认 1") == [UNREAD]
    assert (await Pending.get(number=1)).state == "open"
