"""Requests to join: what an endpoint lists, how one is answered, and that its flag stays where it is."""

from itertools import pairwise
from typing import Any

import pytest

from lizheng import GroupContext, JoinRequested, QueuedRequest, State
from lizheng.adapter.requests import read_queue
from lizheng.delivery.outbox.entry import KINDS
from lizheng.delivery.outbox.pacing import Pacer, Pacing
from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Outgoing, Record

NAPCAT = {
    "request_id": 5,
    "invitor_uin": 9,
    "invitor_nick": "小新",
    "group_id": 1,
    "message": "在吗",
    "checked": False,
}
LLBOT = {
    "request_id": "5",
    "requester_uin": 9,
    "requester_nick": "小新",
    "invitor_uin": 7,
    "group_id": 1,
    "actor": 3,
}


@pytest.mark.parametrize(
    ("row", "read"),
    [
        (NAPCAT, QueuedRequest(1, 9, "5", "在吗", "小新")),
        (LLBOT | {"checked": True}, QueuedRequest(1, 9, "5", "", "小新", 7, decided=True, operator_id=3)),
        (NAPCAT | {"invitor_uin": 0}, None),
        (NAPCAT | {"request_id": None}, None),
        (NAPCAT | {"group_id": "群"}, None),
        ("坏的", None),
    ],
)
def test_the_list_has_one_shape(row: Any, read: QueuedRequest | None) -> None:
    assert read_queue({"join_requests": [row]}) == ([read] if read else [])
    assert read_queue({"join_requests": None}) == read_queue(None) == []


def test_a_flag_and_an_answer_are_not_printed() -> None:
    shown = repr(JoinRequested(1, 2, 0, 3, flag="f-12345", comment="电话 13800138000"))
    shown += repr(QueuedRequest(1, 2, "f-12345", "电话 13800138000"))
    assert "12345" not in shown
    assert "138" not in shown


def test_three_seconds_apart_and_twenty_in_ten_minutes() -> None:
    kind, pacer, at, went = KINDS["set_group_add_request"], Pacer(Pacing()), 0.0, []
    for _ in range(21):
        at = max(at, pacer.ready_at(kind, 1, 2))
        pacer.take(kind, 1, 2, at)
        went.append(at)
    gaps = [b - a for a, b in pairwise(went)]
    assert min(gaps) >= 3
    assert went[19] < 70
    assert went[20] >= 600


async def test_letting_in_and_turning_away(stage: HostStage) -> None:
    """Who asks is in no list of members; the flag goes from the row once QQ has the answer, and is in no record."""
    player = await stage.play("小王：在\n【小新 申请 带我】\n【新人甲 申请 卖货】")
    host, gid = stage.host, player.group.group_id
    ctx = GroupContext(host, host.groups[gid], host.features["welcome"], source="test:1")
    new, other = player.person("小新"), player.person("新人甲")
    queue = {one.user_id: one for one in await ctx.join_queue()}
    assert (await ctx.let_in(new, queue[new].flag, "试试")).state is State.DONE
    assert (await ctx.turn_away(other, queue[other].flag, "名单外", words="这里不卖货")).state is State.DONE
    assert new in player.group.members
    assert stage.world.requests[queue[other].flag].reason == "这里不卖货"
    assert all(one.decided for one in await ctx.join_queue())
    await stage.settle()
    flags = {one.flag for one in queue.values()}
    kept = [*await Record.all().values(), *await Outgoing.all().values()]
    assert not any(flag in str(row) for flag in flags for row in kept)
    kinds = [(one.kind, one.target_id, one.state) for one in await Record.filter(feature="welcome")]
    assert kinds == [("let_in", new, "done"), ("turn_away", other, "done")]


async def test_a_flag_that_is_gone_and_no_rights(stage: HostStage) -> None:
    player = await stage.play("小王：在\n【小新 申请 带我】")
    host, gid = stage.host, player.group.group_id
    ctx = GroupContext(host, host.groups[gid], host.features["welcome"], source="test:1")
    assert "No such request" in (gone := await ctx.let_in(5, "77")).why or gone.state is State.NOT_DONE
    stage.world.set_role(gid, stage.world.account, "member")
    await stage.settle()
    (asked,) = stage.world.requests.values()
    refused = await ctx.let_in(player.person("小新"), asked.flag)
    assert (refused.state, refused.why) == (State.NOT_DONE, "里正在本群不是管理员")
