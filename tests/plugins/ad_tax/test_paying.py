"""广告税 played: ordering, paying in every form a red packet reaches us in, confirming."""

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.world.endpoints import MANNERS

OPENED = """
开：广告税
小王：/广告 周末二手书市
里正：@小王 订单 A1：请发 100 元的红包，祝福语写「广告A1」。…
【里正 撤回 小王】
"""


async def test_an_order_is_paid_confirmed_by_quoting_and_posted(stage: HostStage) -> None:
    await stage.play(f"""
{OPENED}
小王：/广告税
里正：…没付清的：A1 差 100 元，11月19日 12:00 前付
【小王 发红包 广告A1】
里正：看到 @小王 付 A1（广告税，还差 100 元）的红包了（只是一条空消息，可能不是）…
管理员→里正「看到」：收到
里正：A1（广告税）收齐了 100 元，谢谢 @小王。
里正：【广告】小王：
  周末二手书市
管理员→里正「看到」：收到
里正：A1 已用掉，没有再记。
小王：/广告税
里正：…由我发布。
""")


@pytest.mark.parametrize("manner", MANNERS)
async def test_every_form_of_a_packet_is_evidence(stage: HostStage, manner: str) -> None:
    await stage.play(f"""
端：{manner}
{OPENED}
【小王 发红包 广告A1】
里正：看到 @小王 付 A1（广告税，还差 100 元）的红包了…等管理员确认。…
管理员→小王：同意
里正：A1（广告税）收齐了 100 元，谢谢 @小王。
里正：【广告】小王：…
""")
