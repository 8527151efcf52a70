"""A paid ad that still waits to be posted: refunded, its author gone, the tax switched off. Then it is not posted."""

from __future__ import annotations

import pytest

from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Order
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.store.tables import Outgoing


@pytest.fixture
async def waiting(stage: HostStage) -> Player:
    """Paid and settled, while the bot is muted and so cannot post it yet."""
    player = await stage.play("""
开：广告税
小王：/广告 二手书市
里正：@小王 订单 A1：…
【里正 撤回 小王】
""")
    mute(stage, player, 600)
    await stage.settle()
    await player.play("管理员：/确认收款 A1")
    assert await Outgoing.filter(source__startswith="ad-order:").values_list("state", flat=True) == ["queued"]
    return player


def mute(stage: HostStage, player: Player, seconds: int) -> None:
    stage.world.mute(player.group.group_id, stage.world.account, player.group.owner, seconds)


async def said_after_the_mute(stage: HostStage, player: Player) -> list[str]:
    before = len(stage.world.api_log)
    mute(stage, player, 0)
    await stage.settle()
    calls = [call for call in list(stage.world.api_log)[before:] if call.action == "send_group_msg"]
    return ["".join(s["data"].get("text", "") for s in call.params["message"]) for call in calls]


async def test_it_is_posted_when_nothing_is_in_the_way(stage: HostStage, waiting: Player) -> None:
    assert any("【广告】" in text for text in await said_after_the_mute(stage, waiting))


async def test_refunded_it_is_not_posted(stage: HostStage, waiting: Player) -> None:
    await waiting.play("群主：/退款 A1")
    said = await said_after_the_mute(stage, waiting)
    assert not any("【广告】" in text for text in said)
    assert any("A1 的 100 元退掉了" in text and text.endswith("还没发的广告不发了。") for text in said)
    assert (await Outgoing.get(source__startswith="ad-order:")).why == "已退款"
    assert (await Order.get()).state == "refunded"
    assert not await mismatches()


async def test_its_author_gone_it_is_not_posted_and_the_credit_is_there_again(
    stage: HostStage, waiting: Player
) -> None:
    stage.world.kick(waiting.group.group_id, waiting.person("小王"), waiting.group.owner)
    await stage.settle()
    assert not any("【广告】" in text for text in await said_after_the_mute(stage, waiting))
    assert (await Order.get()).state == "settled"
    assert not await mismatches()


async def test_switched_off_it_is_not_posted_and_the_credit_is_there_again(
    stage: HostStage, waiting: Player
) -> None:
    group = stage.host.groups[waiting.group.group_id]
    await stage.host.switch(group, "ad_tax", on=False)
    assert not any("【广告】" in text for text in await said_after_the_mute(stage, waiting))
    assert (await Order.get()).state == "settled"
    assert not await mismatches()
