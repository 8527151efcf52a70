"""Replies as clients really send them: to what is gone, and to what was said in another group."""

from __future__ import annotations

from typing import Any

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.store.tables import Outgoing
from plugins.violations.models import Case


async def send(stage: HostStage, player: Player, who: str, message: list[dict[str, Any]]) -> None:
    user_id, world = player.people[who], stage.world
    event = {
        "post_type": "message",
        "message_type": "group",
        "sub_type": "normal",
        "group_id": player.group.group_id,
        "user_id": user_id,
        "message_id": world.fresh_message_id(),
        "message": message,
        "raw_message": "",
        "font": 0,
        "sender": {"user_id": user_id, "nickname": who, "card": "", "role": "admin"},
    }
    world.tell(world.account, event)
    await stage.settle()


async def test_the_at_beside_a_quote_of_something_gone_is_the_target(stage: HostStage) -> None:
    player = await stage.play("开：违规处理\n小王：在\n管理员：在\n")
    quote, said = {"type": "reply", "data": {"id": "4242"}}, {"type": "text", "data": {"text": " /警告 刷屏"}}
    at = {"type": "at", "data": {"qq": str(player.people["小王"])}}
    await send(stage, player, "管理员", [quote, at, said])
    case = await Case.get()
    assert (case.user_id, case.measure, case.reason) == (player.people["小王"], "warn", "刷屏")


async def test_a_message_of_another_group_cannot_be_acted_on(stage: HostStage) -> None:
    here = await stage.play("开：广告识别\n管理员：在\n")
    there = await stage.play("开：广告识别\n小王：出一台显示器\n管理员：在\n")
    number = there.last_of("小王", "显示器")
    before = await Outgoing.filter(api="delete_msg").count()
    quote, said = (
        {"type": "reply", "data": {"id": str(number)}},
        {"type": "text", "data": {"text": "/是广告"}},
    )
    await send(stage, here, "管理员", [quote, said])
    assert await Outgoing.filter(api="delete_msg").count() == before
    assert number is not None
    assert not stage.world.messages[number].recalled
