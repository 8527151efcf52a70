"""Being told how an act or a message ended: once, whatever happens in between."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

import pytest

from lizheng import Completed, Feature, GroupContext, Outcome, State
from lizheng.base.clock import Clock
from lizheng.delivery.outbox import Outbox, Subject, Then, Withdrawal, follow_ups
from lizheng.delivery.outbox.follow_ups import JOB
from lizheng.delivery.schedule import Schedule
from lizheng.ledger.tables import Evidence
from lizheng.sandbox.stage import HostStage
from lizheng.store import atomic
from lizheng.store.sql import connection
from lizheng.store.tables import About, Completion, Outgoing, Pending, Slot
from tests.kit.test_outbox_machine import crash
from tests.support.probe_feature import feature as probe
from tests.support.scripted_endpoint import GROUP, NOON, Peer, kick, outbox_for, pass_time, quiet, text

THEN = Then("probe", "ended", {"who": "小王"})


async def test_the_end_is_told_once_it_is_known(stage: HostStage) -> None:
    await stage.play("""
开：试探
管理员：/试究 @小王 广告
【里正 踢 小王】
里正：小王：成了
管理员：/试究 @群主 广告
里正：群主：没成，他是群主，受保护
管理员：/试报 你好
里正：你好
里正：那句话：成了
""")
    assert await Completion.all().order_by("id").values_list("state", "outcome") == [
        ("told", "done"),
        ("told", "not_done"),
        ("told", "done"),
    ]


async def test_in_dry_run_it_is_told_that_nothing_was_done(stage: HostStage) -> None:
    await stage.play("""
开：试探
管理员：/试运行 开
里正：…
管理员：/试究 @小王 广告
里正：【试运行】本来会：移出本群 小王。原因：广告
里正：小王：只是试试，试运行
""")


async def test_while_its_feature_is_off_the_news_waits(stage: HostStage) -> None:
    player = await stage.play("开：试探\n管理员：在\n")
    host, group = stage.host, stage.host.groups[player.group.group_id]
    ctx = GroupContext(host, group, probe, source="slot:1:1")
    await host.switch(group, "probe", on=False)
    await ctx.say("{n}", n="你好", then="ended", payload={"who": "小王"})
    await stage.settle()
    assert (await Completion.get()).state == "ended"
    await host.switch(group, "probe", on=True)
    await stage.settle()
    assert (await Completion.get()).state == "told"
    said = [row.params["message"][0]["data"]["text"] for row in await Outgoing.all().order_by("id")]
    assert said == ["你好", "小王：成了"]


async def test_a_kick_that_waits_for_a_persons_word_is_told_when_it_is_given_or_not(stage: HostStage) -> None:
    player = await stage.play("开：试探\n" + "".join(f"成员{n}：在\n" for n in range(8)) + "管理员：在\n")
    for n in range(5):
        await player.play(f"管理员：/试究 @成员{n} 广告\n【里正 踢 成员{n}】\n里正：成员{n}：成了\n")
    await player.play("""
管理员：/试究 @成员5 广告
里正：10 分钟里已经移出不少人了…
管理员：/确认
【里正 踢 成员5】
里正：成员5：成了
管理员：/试究 @成员6 广告
里正：10 分钟里已经移出不少人了…
【过 6 分】
里正：成员6：没成，移出的人太多，等人确认
""")


async def deaf(ctx: GroupContext) -> None:
    """Takes no end."""


def test_a_handler_takes_the_end() -> None:
    feature = Feature("plugins.x", "甲", "乙")
    handler: Any = deaf
    with pytest.raises(TypeError, match=r"must take \(ctx, done\)"):
        feature.completion("ended", handler)


async def test_a_name_that_is_not_declared_is_refused_before_anything_is_done(stage: HostStage) -> None:
    ctx = GroupContext(stage.host, stage.host.groups[1], probe, source="slot:1:1")
    with pytest.raises(ValueError, match="declares no completion 'nobody'"):
        await ctx.say("{n}", n="你好", then="nobody")
    assert await Outgoing.all().count() == 0


def test_true_only_when_done() -> None:
    assert Completed(Outcome(State.DONE))
    assert not Completed(Outcome(State.UNKNOWN, why="没有答复"))
    assert Completed(Outcome(State.UNKNOWN, why="没有答复")).why == "没有答复"


# — in the outbox, through crashes ————————————————————————————————————————————————————————


@pytest.fixture
def peer(peer: Peer) -> Peer:
    peer.clock.freeze(NOON)
    return peer


async def due() -> list[tuple[str, str]]:
    """Who waits to be told by a slot, and of what."""
    slots = await Slot.filter(name=JOB, state="waiting").order_by("id")
    rows = [await Completion.get(id=slot.payload["id"]) for slot in slots]
    return [(row.payload["who"], row.outcome) for row in rows]


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize(
    ("fate", "outcome"),
    [("ok", "done"), ("refused", "not_done"), ("lost", "not_done"), ("done but unanswered", "done")],
)
async def test_the_end_and_the_slot_that_tells_it_are_one_transaction(
    outbox: Outbox, peer: Peer, fate: str, outcome: str, within: bool
) -> None:
    peer.fates["send_group_msg"] = [fate]
    put = atomic(outbox.put) if within else outbox.put
    await put(text("hello", then=THEN, source="slot:1"))
    await pass_time(peer.clock, outbox, 30)
    assert await due() == [("小王", outcome)]
    await put(text("hello", then=THEN, source="slot:1"))
    await quiet(outbox)
    assert len(await due()) == 1


async def test_what_is_withdrawn_is_told_with_the_transaction_that_withdraws_it(
    outbox: Outbox, peer: Peer
) -> None:
    peer.online = False
    for source in ("gone", "rolled back"):
        await outbox.put(text(source, then=THEN, source=source))

    @atomic
    async def withdraw(source: str, fails: bool = False) -> None:
        assert await outbox.withdraw(source, "已退款") is Withdrawal.TAKEN_BACK
        assert await due() == [("小王", "not_done")]
        if fails:
            raise ValueError(source)

    with pytest.raises(ValueError, match="rolled back"):
        await withdraw("rolled back", fails=True)
    assert await due() == []
    await withdraw("gone")
    assert (await Completion.get(state="ended")).why == "已退款"
    peer.online = True
    outbox.wake()
    await quiet(outbox)
    assert sorted(await due()) == [("小王", "done"), ("小王", "not_done")]


async def test_what_nobody_will_ever_know_is_told_too(outbox: Outbox, peer: Peer) -> None:
    peer.has_history = False
    peer.fates["send_group_msg"] = ["lost"]
    await outbox.put(text("hello", then=THEN))
    await pass_time(peer.clock, outbox, 120, step=10)
    assert await due() == [("小王", "unknown")]


async def test_killed_before_the_end_is_written_it_is_found_out_and_told(peer: Peer, store: Any) -> None:
    first = outbox_for(peer)
    await first.start()
    peer.fates["set_group_kick"] = ["done but unanswered"]
    await first.put(kick(11, then=THEN, source="slot:1"))
    await asyncio.sleep(0.05)
    await crash(first)
    assert await due() == []
    second = outbox_for(peer)
    await second.start()
    await pass_time(peer.clock, second, 30)
    assert await due() == [("小王", "done")]
    assert len(peer.sent("set_group_kick")) == 1
    await second.stop(0.2)


async def test_killed_between_the_end_and_the_handler_it_is_told_by_the_next_start(
    peer: Peer, store: Any
) -> None:
    first = outbox_for(peer)
    await first.start()
    await first.put(text("hello", then=THEN))
    await quiet(first)
    await crash(first)
    told: list[str] = []

    async def take(slot: Slot) -> None:
        told.append((await Completion.get(id=slot.payload["id"])).outcome)

    for _ in range(2):
        schedule = Schedule(peer.clock)
        schedule.register("probe", JOB, take)
        await schedule.start()
        await schedule.settle()
        await schedule.stop()
    assert told == ["done"]


async def test_two_hosts_tell_once(peer: Peer, store: Any) -> None:
    """One has put it for the other's group; both look the call up when its answer is lost."""
    mine, others = {GROUP + 1}, {GROUP}
    one = Outbox(peer.clock, peer.call, None, peer.account_for, mine.__contains__)
    other = Outbox(peer.clock, peer.call, None, peer.account_for, others.__contains__)
    for outbox in (one, other):
        await outbox.start(alone=False)
    await one.put(text("hello", then=THEN, about=None, source="slot:1"))
    for _ in range(3):
        await pass_time(peer.clock, other, 2)
        await other.pick_up()
    await pass_time(peer.clock, other, 2)
    mine.add(GROUP)
    await one.take_over([GROUP])
    await one.put(text("hello", then=THEN, source="slot:1"))
    await quiet(one)
    assert await due() == [("小王", "done")]
    for outbox in (one, other):
        await outbox.stop(0.2)


async def test_a_call_of_a_release_without_completions_gets_one_when_its_cause_runs_again(
    outbox: Outbox, peer: Peer
) -> None:
    await outbox.put(text("hello", source="slot:1"))
    await quiet(outbox)
    await outbox.stop(0.2)
    again = outbox_for(peer)
    await again.start()
    for _ in range(2):
        await again.put(text("hello", source="slot:1", then=THEN))
    await quiet(again)
    assert await due() == [("小王", "done")]
    assert len(peer.sent()) == 1
    await again.stop(0.2)


# — messages that can be quoted ———————————————————————————————————————————————————————————


async def test_a_quoted_message_says_what_it_is_about(stage: HostStage) -> None:
    await stage.play("""
开：试探
小王：/试报 你好
里正：你好
里正：那句话：成了
小李→里正「你好」：/试问
里正：words 你好
小李→里正「那句话」：/试问
里正：什么 不知道
""")
    assert (await About.get()).message_id


async def test_it_is_known_as_soon_as_the_message_is(outbox: Outbox, peer: Peer) -> None:
    peer.fates["send_group_msg"] = ["done but unanswered"]
    await outbox.put(text("hello", about=Subject("probe", "entry", 3)))
    assert await follow_ups.about(GROUP, 1, "probe", "") is None
    await pass_time(peer.clock, outbox, 30)
    assert await follow_ups.about(GROUP, 1, "probe", "") == ("entry", 3)
    assert await follow_ups.about(GROUP, 1, "probe", "other") is None
    assert await follow_ups.about(GROUP, 1, "asker", "") is None
    assert await follow_ups.about(GROUP + 1, 1, "probe", "") is None


class Editor:
    """What a migration is given, on the open database."""

    def __init__(self) -> None:
        self.client = connection()

    async def _run_sql(self, statement: str) -> None:
        await self.client.execute_query(statement)


async def test_what_could_be_quoted_before_an_upgrade_still_can(store: Any) -> None:
    migration = importlib.import_module("lizheng.migrations.0009_effects")
    asked = {"group_id": GROUP, "feature": "probe", "kind": "x", "decider": "admin", "created_at": NOON}
    one = await Pending.create(**asked, number=1, expires_at=NOON, notice_id=71, payload={"again": [72, 73]})
    queued = await Pending.create(**asked, number=2, expires_at=NOON, payload={})
    seen = await Evidence.create(group_id=GROUP, user_id=11, message_id=5, at=NOON, grade=1, notice_id=74)
    sent = {"group_id": GROUP, "api": "send_group_msg", "created_at": NOON, "feature": "probe"}
    await Outgoing.create(**sent, state="done", source="told:9", answer={"message_id": 75})
    await Outgoing.create(
        **sent, state="queued", source=f"pending:{queued.id}", params={"group_id": GROUP, "message": []}
    )
    await migration.take_notices_along(None, Editor())
    known = [await follow_ups.about(GROUP, number, "pending", "notice") for number in (71, 72, 73)]
    assert known == [("notice", one.id)] * 3
    assert await follow_ups.about(GROUP, 74, "ledger", "evidence") == ("evidence", seen.id)
    assert await follow_ups.about(GROUP, 75, "probe", "source") == ("source", "told:9")
    peer = Peer(Clock())
    outbox = outbox_for(peer)
    await outbox.start()
    await quiet(outbox)
    assert await follow_ups.about(GROUP, 1, "pending", "notice") == ("notice", queued.id)
    await outbox.stop(0.2)
