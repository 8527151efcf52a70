"""账本 played: what members show of a payment, where it is not plain which order it is for or whether it is one."""

from __future__ import annotations

from typing import Any

from lizheng.ledger.tables import Entry, Evidence, Order
from lizheng.sandbox.stage import HostStage

BILLED = """
开：账本
管理员：/收费 @小王 100 活动费
里正：@小王 开了 A1：活动费 100 元。…
"""
TWICE = f"""{BILLED}
管理员：/收费 @小王 20 茶水
里正：@小王 开了 A2：茶水 20 元。…
"""


async def test_of_several_orders_a_member_says_which(stage: HostStage) -> None:
    await stage.play(f"""
{TWICE}
小王：/已发红包
里正：@小王 你有几个单没付：A1、A2。发 /已发红包 A1 说一下付的是哪个。
小王：/已发红包 A1 100 50
里正：「50」是多出来的。…
小王：/已发红包 A1 A2
里正：…
  用法：/已发红包 …
  例如：/已发红包 100 A12
小王：/已发红包 100 A1
里正：@小王 说 A1（活动费，还差 100 元）的红包已经发了…
""")
    (shown,) = await Evidence.all()
    assert shown.amount == 10_000


async def test_what_was_said_already_is_not_announced_again(stage: HostStage) -> None:
    await stage.play("""
开：账本
管理员：/收费 @小王 100 活动费
里正：…
小王：/已发红包 40
里正：@小王 说 A1…
小王：/已发红包 40
里正：A1 已经在等管理员确认了，不用再说。
小王：/已发红包 60
里正：@小王 说 A1…
管理员→里正「说 A1」：收到
里正：A1 收到 60 元，还差 40 元。
管理员：/确认收款 A1 20
里正：A1 收到 20 元，还差 20 元。
小王：/已发红包 60
里正：@小王 说 A1…
""")


async def test_a_packet_that_may_be_for_several_orders_is_confirmed_by_number(stage: HostStage) -> None:
    await stage.play(f"""
{TWICE}
【小王 发红包 恭喜】
里正：@小王 你有几个单没付：A1、A2。发 /已发红包 A1 说一下付的是哪个。
管理员→小王「恭喜」：收到
里正：不知道这是付哪个单的，请发 /确认收款 加单号，比如 /确认收款 A12。
管理员：/确认收款 A2
里正：A2（茶水）收齐了 20 元，谢谢 @小王。
管理员→小王「恭喜」：收到
里正：A1（活动费）收齐了 100 元，谢谢 @小王。
""")
    assert await Entry.all().values_list("amount", flat=True) == [2_000, 10_000]


async def test_an_empty_message_is_a_packet_only_of_somebody_who_owes(stage: HostStage) -> None:
    """Some endpoints tell a packet as a message without content, and many other things, too."""
    stage.world.use_endpoint("napcat")
    player = await stage.play(f"{BILLED}\n【小李 发红包 大家好】")
    assert not await Evidence.exists()
    await player.play("""
【小王 发红包 恭喜】
里正：看到 @小王 付 A1（活动费，还差 100 元）的红包了（只是一条空消息，可能不是），等管理员确认。…
""")
    assert await Evidence.all().values_list("user_id", flat=True) == [player.person("小王")]


async def test_a_packet_told_again_after_a_restart_is_seen_once(stage: HostStage) -> None:
    player = await stage.play(BILLED)
    told: list[dict[str, Any]] = []
    stage.world.outlets.append(told.append)
    await player.play("【小王 发红包 恭喜】\n里正：看到 @小王 付 A1…")
    stage.world.outlets.remove(told.append)
    packet = next(event for event in told if event.get("user_id") == player.person("小王"))
    await player.play("【重启】")
    stage.host.adapter._seen.clear()
    stage.wire._take(dict(packet))
    await player.play("管理员→里正「看到」：收到\n里正：A1（活动费）收齐了 100 元，谢谢 @小王。")
    assert await Evidence.all().count() == await Entry.all().count() == 1


async def test_an_admin_does_not_refuse_what_they_owe_themselves(stage: HostStage) -> None:
    await stage.play("""
开：账本
群主：/收费 @管理员 10 茶水
里正：@管理员 开了 A1：茶水 10 元。…
管理员：/拒绝收款 A1 不想付
里正：A1 是你自己的单，要请别的管理员处理。
""")
    assert await Order.all().values_list("state", flat=True) == ["open"]
