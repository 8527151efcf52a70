"""What is said while the host is away: read back where it counts, counted once, and known to whoever judges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lizheng.adapter.errors import ActionFailed
from lizheng.adapter.history import PAGE, read_back
from lizheng.plugin.coverage import missed
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.world.endpoints import ENDPOINTS
from lizheng.sandbox.world.world import World
from lizheng.store.tables import Gap, Outgoing
from tests.support import late_feature

NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_called() -> None:
    """Groups have the same numbers in every test."""
    late_feature.CALLS.clear()


@pytest.mark.parametrize(("away", "back"), [("断线", "连上"), ("停机", "开机")])
@pytest.mark.parametrize("endpoint", ["NapCat", "LLBot", "go-cqhttp"])
async def test_what_counts_late_is_made_up_for(stage: HostStage, away: str, back: str, endpoint: str) -> None:
    """At its own time, in one message; what does not count late stays unrun, and nothing counts twice."""
    player = await stage.play(f"""
开：点到
端：{endpoint}
管理员：/点名 30
里正：到 12:30 为止，发 /到。
小王：/到
里正：小王 到了。
小赵：吃了吗
【过 5 分】
【{away}】
小李：/到
小李：/到
小张：不点名了吧
小张→里正「为止」：在的
小赵：/不补
小赵：/到啊
【过 40 分】
小孙：/到
小钱：/到
小周：/到
【{back}】
里正：我刚才不在（12:05–12:45），补记了 1 个到、1 个应。
  没记上：小孙：点名已经结束了。
  没记上：小钱：点名已经结束了。
  没记上的还有 1 条。
【过 30 秒】
里正：到了：小王、小李、小张
【重启】
【{away}】
【过 1 分】
小李：/到
【{back}】
里正：我刚才不在（12:45–12:46），补看了那时的消息。
  没记上：小李：点名已经结束了。
""")
    assert not await Gap.filter(open=True).exists()
    assert await Gap.filter(group_id=player.group.group_id).count() == 2


async def test_a_short_gap_is_none_and_a_closed_call_reads_nothing(stage: HostStage) -> None:
    await stage.play("""
开：点到
【断线】
小王：/到
【过 1 分】
【连上】
管理员：/点名 30
里正：到 12:31 为止，发 /到。
【断线】
小王：/到
【过 15 秒】
【连上】
""")
    assert not [call for call in stage.world.api_log if call.action == "get_group_msg_history"]


async def test_an_endpoint_that_forgets_gives_everybody_the_benefit(stage: HostStage) -> None:
    """What cannot be read is told, and the one who judges knows how much of the time it was."""
    player = await stage.play("""
开：点到
管理员：/点名 30
里正：到 12:30 为止，发 /到。
【停机】
【过 20 分】
""")
    player.group.messages.clear()
    await player.play("""
【过 5 分】
小王：/到
【过 35 分】
【开机】
里正：我刚才不在（12:00–13:00），补记了 1 个到。
  11-18 12:25 以前的消息读不回来，要算数的请再发一次。
【过 30 秒】
里正：有 2:00:00 没看到，往后推。
""")


async def test_more_than_a_day_is_not_read(stage: HostStage) -> None:
    await stage.play("""
开：点到
管理员：/点名 9000
里正：到 18:00 为止，发 /到。
【断线】
小王：/到
【过 30 小时】
小李：/到
【连上】
里正：我刚才不在（11-18 12:00–11-19 18:00），补记了 1 个到。
  11-18 18:00 以前的消息读不回来，要算数的请再发一次。
""")


async def test_a_gap_that_was_not_read_to_the_end_is_read_again(stage: HostStage) -> None:
    """Nothing that was counted counts twice; the account that goes again meanwhile is waited for."""
    player = await stage.play("""
开：点到
管理员：/点名 60
里正：到 13:00 为止，发 /到。
小王：/到
里正：小王 到了。
【断线】
【过 5 分】
小李：/到
""")
    await stage.come_back(host=False)
    await stage.settle()
    assert not await Gap.filter(open=True).exists()
    await Gap.filter(group_id=0).update(open=True)
    await Gap.exclude(group_id=0).delete()
    stage.host.adapter._seen.clear()
    await player.play("【重启】")
    assert await Outgoing.filter(api="send_group_msg", state="done").count() == 3
    covered = await stage.host.coverage(player.group.group_id, stage.now() - timedelta(hours=1), stage.now())
    assert covered
    await stage.go_away(host=False)
    assert (await stage.host.coverage(player.group.group_id, stage.now(), stage.now())).waits


def test_what_is_missed_counts_once() -> None:
    """A time with two gaps in it that overlap, one before it and one after."""

    def at(minute: int) -> datetime:
        return NOON + timedelta(minutes=minute)

    gaps = [(at(-5), at(-1)), (at(-1), at(2)), (at(1), at(4)), (at(50), at(70)), (at(80), at(90))]
    assert missed(at(0), at(60), gaps) == timedelta(minutes=14)
    assert missed(at(5), at(50), gaps) == timedelta()
    assert missed(at(0), at(60), []) == timedelta()


class Endpoint:
    """The history of one group as an endpoint pages it."""

    def __init__(self, key: str):
        self.now, self.asked = 1_000_000.0, 0
        self.world = World(lambda: self.now, key)
        owner = self.world.add_person("群主")
        self.group = self.world.add_group("群", owner)
        self.owner = owner

    def say(self, count: int, seconds: float) -> None:
        for _ in range(count):
            self.now += seconds
            self.world.say(self.group.group_id, self.owner, f"{self.now}")

    async def ask(self, api: str, **params: Any) -> Any:
        self.asked += 1
        answer = await self.world.act(api, params)
        if answer["status"] != "ok":
            raise ActionFailed(**answer)
        return answer["data"]


async def nothing() -> None:
    return None


@pytest.mark.parametrize("key", ENDPOINTS)
async def test_history_is_paged_back_on_every_endpoint(key: str) -> None:
    endpoint = Endpoint(key)
    endpoint.say(PAGE, 1)
    since = endpoint.now + 0.5
    endpoint.say(2 * PAGE + 7, 1)
    read = await read_back(endpoint.ask, endpoint.group.group_id, since, nothing)
    assert read.whole
    assert len(read.messages) == 2 * PAGE + 7
    assert [one["time"] for one in read.messages] == sorted(one["time"] for one in read.messages)
    assert endpoint.asked == 3


async def test_history_has_an_end() -> None:
    """The endpoint's, ours, or none at all."""
    endpoint = Endpoint("napcat")
    endpoint.say(30, 1)
    read = await read_back(endpoint.ask, endpoint.group.group_id, 0, nothing)
    assert (read.whole, len(read.messages)) == (False, 30)
    endpoint.say(400, 0)
    read = await read_back(endpoint.ask, endpoint.group.group_id, 0, nothing, most=200)
    assert (read.whole, len(read.messages)) == (False, 200)
    read = await read_back(endpoint.ask, 12345, 0, nothing)
    assert (read.whole, read.messages, read.oldest) == (False, [], 0)
