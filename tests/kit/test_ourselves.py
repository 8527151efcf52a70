"""What a group does to the bot: muted, silenced with all, thrown out. Two groups; the other one never notices."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.world.state import Role
from lizheng.store.tables import Outgoing

HEARD = """
小李：/试价 2
里正：200 分
"""


@pytest.fixture
async def pair(stage: HostStage):
    """Two groups of a host that keeps its pace."""
    config = stage.host.config
    stage.host.config = config.model_copy(update={"pacing": "on"})
    await stage.restart()
    yield await stage.play("开：试探"), await stage.play("开：试探")
    stage.host.config = config


def owner(player: Player) -> int:
    return player.group.owner


async def caught_up(stage: HostStage) -> None:
    """What was held is said, and a minute has passed."""
    for _ in range(12):
        await stage.settle()
        await stage.move(timedelta(seconds=5))
    await stage.settle()


async def states(player: Player) -> list[str]:
    sent = await Outgoing.filter(group_id=player.group.group_id, api="send_group_msg").order_by("id")
    return [row.state for row in sent]


async def test_muted_in_one_group_it_answers_in_the_other(
    stage: HostStage, pair: tuple[Player, Player]
) -> None:
    one, other = pair
    stage.world.mute(one.group.group_id, stage.world.account, owner(one), 600)
    for _ in range(5):
        await one.play("小王：/试价 1")
        await other.play(HEARD)
        await stage.move(timedelta(seconds=10))
    refused = [call for call in stage.world.api_log if call.params.get("group_id") == one.group.group_id]
    assert not [call for call in refused if call.action == "send_group_msg"], "nothing is even tried"
    stage.world.mute(one.group.group_id, stage.world.account, owner(one), 0)
    await caught_up(stage)
    await one.play(HEARD)


async def test_muted_without_a_word_it_answers_in_the_other(
    stage: HostStage, pair: tuple[Player, Player]
) -> None:
    """The endpoint did not tell of the mute; every answer there ends in a time-out of QQ's."""
    one, other = pair
    stage.world.groups[one.group.group_id].members[stage.world.account].muted_until = stage.world.now() + 3600
    for _ in range(6):
        await one.play("小王：/试价 1")
        await other.play(HEARD)
        await stage.move(timedelta(seconds=10))


@pytest.mark.parametrize("admin", [False, True])
async def test_a_mute_of_all_holds_what_a_member_would_say(
    stage: HostStage, pair: tuple[Player, Player], admin: bool
) -> None:
    one, other = pair
    group_id = one.group.group_id
    if not admin:
        stage.world.set_role(group_id, stage.world.account, Role.MEMBER)
    stage.world.mute_all(group_id, owner(one), on=True)
    await stage.settle()
    await one.play("群主：/试价 1\n" + ("里正：100 分" if admin else ""))
    await other.play(HEARD)
    stage.world.mute_all(group_id, owner(one), on=False)
    await caught_up(stage)
    await one.play(HEARD)


async def test_thrown_out_it_falls_silent_about_the_group(
    stage: HostStage, pair: tuple[Player, Player]
) -> None:
    one, other = pair
    group_id, account = one.group.group_id, stage.world.account
    stage.world.mute(group_id, account, owner(one), 600)
    await one.play("小王：/试价 1")
    stage.world.kick(group_id, account, owner(one))
    await stage.settle()
    assert (await states(one))[-1] == "not_done"
    last = await Outgoing.filter(group_id=group_id).order_by("-id").first()
    assert last is not None
    assert last.why == "机器人已经不在这个群"
    await other.play(HEARD)


# — what waits ————————————————————————————————————————————————————————————————————————————


async def test_an_answer_that_waited_a_minute_is_not_given(
    stage: HostStage, pair: tuple[Player, Player]
) -> None:
    """Who asked has long gone on; what is no answer is said all the same."""
    one, _ = pair
    stage.world.mute(one.group.group_id, stage.world.account, owner(one), 600)
    await one.play("小王：/试价 1")
    await stage.move(timedelta(seconds=61))
    await stage.settle()
    row = await Outgoing.filter(group_id=one.group.group_id).order_by("-id").first()
    assert row is not None
    assert (row.state, row.why) == ("not_done", "过期")


async def test_one_member_has_three_answers_waiting_and_is_told_once(
    stage: HostStage, pair: tuple[Player, Player]
) -> None:
    one, _ = pair
    group_id = one.group.group_id
    stage.world.mute(group_id, stage.world.account, owner(one), 50)
    for number in range(1, 9):
        await one.play(f"小王：/试价 {number}")
    await one.play("小李：/试价 20\n管理员：/试价 30")
    rows = await Outgoing.filter(group_id=group_id, api="send_group_msg", state="queued").order_by("id")
    said = [row.params["message"][0]["data"]["text"] for row in rows if row.params["message"]]
    assert said == [
        "100 分",
        "200 分",
        "300 分",
        "太快了，前面的还没回完。等一分钟再发。",
        "2000 分",
        "3000 分",
    ]
