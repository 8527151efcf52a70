"""Ads pay or wait, from the first recall to the board, through the socket of the real process, as each endpoint speaks."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from lizheng.sandbox.world.endpoints import MANNERS
from tests.support.bot_process import Group, Town

ROOMS = {
    "ad_guard": "广告识别",
    "ad_tax": "广告税",
    "ad_window": "广告时段",
    "ad_board": "广告贴",
    "dues": "账本",
}
AD = "招网店兼职打字员，一单十元起，日结，加QQ 284756{n}"

pytestmark = pytest.mark.skipif(
    not all(find_spec(f"plugins.{name}") for name in ROOMS), reason="one of the rooms is not there"
)


@pytest.fixture
def manner(town: Town, request: pytest.FixtureRequest) -> Iterator[str]:
    before = town.world.manner
    town.world.manner = MANNERS[request.param]
    yield request.param
    town.world.manner = before


async def opened(town: Town, titles: tuple[str, ...]) -> Group:
    group = Group(town)
    for title in titles:
        await group.asks(group.admin, f"/开启 {title}", "已开启")
    return group


async def quotes(group: Group, message_id: int, text: str, part: str) -> str:
    before = len(group.said)
    group.town.world.say(group.id, group.admin, text, reply_to=message_id)
    return await group.hears(part, before)


def recalled(group: Group) -> int:
    """How many messages the bot has taken back."""
    bot = group.town.world.account
    return sum(
        one.kind == "recall" and one.group_id == group.id and one.operator_id == bot
        for one in group.town.happened
    )


@pytest.mark.parametrize("manner", ["NapCat", "LLBot", "go-cqhttp"], indirect=True)
async def test_every_flow_of_an_ad(town: Town, manner: str) -> None:
    group = await opened(town, ("广告识别", "广告税", "广告贴"))
    told = await group.asks(group.wang, AD.format(n=101), "已撤回")
    assert all(part in told for part in ("100 元", "广告A1", "/广告贴 投稿"))

    packet = town.world.red_packet(group.id, group.wang, "广告A1")
    assert "付 A1（广告税，还差 100 元）" in await group.hears("等管理员确认。\n管理员引用")
    await quotes(group, packet, "收到 60", "还差 40 元")
    await quotes(group, town.world.red_packet(group.id, group.wang, "补上"), "收到", "收齐了 100 元")
    await group.hears("10 分钟内可以在群里发一条广告")
    await group.asks(group.wang, AD.format(n=102), "用掉了 A1")
    assert recalled(group) == 1
    group.say(group.wang, AD.format(n=103))
    await town.until(lambda: recalled(group) == 2, what="a credit buys one ad")

    await group.asks(group.li, "/广告 二手书市", "订单 A3")
    await group.asks(group.li, "/广告 旧书换新", "订单 A4")
    before = len(group.said)
    town.world.red_packet(group.id, group.li, "广告A4")
    if manner == "go-cqhttp":
        await group.hears("付 A4（", before)
    else:
        await group.hears("你有几个单没付：A3、A4", before)
        await group.asks(group.li, "/已发红包 A4 100", "说 A4（")
    await group.asks(group.admin, "/确认收款 A4", "旧书换新")
    assert not any("二手书市" in text for text in group.said[before:])
    await group.asks(group.admin, "/退款 A4", "100 元退掉了")
    await group.asks(group.admin, "/拒绝收款 A3 不收", "A3 不收了")

    await group.asks(group.zhang, "/广告贴 投稿 周末家政", "想上广告贴")
    await group.asks(group.admin, "/通过 1", "上了广告贴")
    await group.asks(group.li, "/广告贴", "周末家政")


@pytest.mark.parametrize("manner", ["NapCat", "LLBot", "go-cqhttp"], indirect=True)
async def test_ads_wait_for_the_window(town: Town, manner: str) -> None:
    group = await opened(town, ("广告识别", "广告时段", "广告贴"))
    await group.asks(group.admin, "/广告时段 每天 00:00-24:00", "定好了")
    await group.hears("广告时段开始了")
    group.say(group.wang, AD.format(n=104))
    await town.settled()
    assert recalled(group) == 0
    told = await group.asks(group.wang, AD.format(n=105), "已撤回")
    assert "你已经发过 1 条。\n也可以等下一个广告时段：" in told
    assert "/广告贴 投稿" in told
    assert recalled(group) == 1
    before = len(group.said)
    await group.asks(group.admin, "/关闭 广告时段", "已关闭")
    await group.hears("提前结束了", before)
