"""The outbox: every call is written down first, sent once, and its end is found out, through crashes and between hosts."""

import asyncio
from datetime import timedelta

import pytest

from lizheng.base.outcome import State
from lizheng.delivery.outbox import Draft, Outbox, Priority
from lizheng.store import atomic
from lizheng.store.tables import Outgoing, Record
from tests.support.scripted_endpoint import (
    BOT,
    GROUP,
    NOON,
    Peer,
    kick,
    outbox_for,
    pass_time,
    quiet,
    text,
    until,
)


async def row_of(outbox: Outbox, number: int) -> Outgoing:
    await quiet(outbox)
    return await Outgoing.get(id=number)


# — sending ————————————————————————————————————————————————————————————————————————————————


async def test_a_message_is_sent_and_its_id_learned(outbox: Outbox, peer: Peer):
    ticket = await outbox.put(text("你好"))
    outcome = await ticket.outcome()
    assert outcome
    assert outcome.data == {"message_id": 1}
    assert peer.texts() == ["你好"]
    row = await row_of(outbox, ticket.id)
    assert (row.state, row.answer, row.account) == ("done", {"message_id": 1}, BOT)
    assert outbox.pending() == 0


async def test_the_intent_is_in_the_database_before_the_call(outbox: Outbox, peer: Peer):
    states: list[str] = []
    call = peer.call

    async def look(account, api, params):
        states.extend([row.state for row in await Outgoing.all()])
        return await call(account, api, params)

    outbox._sender._call = look
    await (await outbox.put(text("一"))).outcome()
    await atomic(outbox.put)(text("二"))
    await quiet(outbox)
    assert states == ["sending", "done", "sending"]


async def test_nothing_is_sent_before_the_transaction_commits_nor_after_a_rollback(
    outbox: Outbox, peer: Peer
):
    @atomic
    async def work(fail: bool) -> None:
        await outbox.put(text("later"))
        await asyncio.sleep(0.05)
        assert peer.calls == []
        if fail:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await work(True)
    await quiet(outbox)
    assert peer.calls == []
    assert await Outgoing.all().count() == 0
    await work(False)
    await quiet(outbox)
    assert peer.texts() == ["later"]


async def test_one_source_is_sent_once_however_often_it_is_put(outbox: Outbox, peer: Peer):
    tickets = await asyncio.gather(*(outbox.put(text("once", source="event:1")) for _ in range(5)))
    outcomes = await asyncio.gather(*(ticket.outcome() for ticket in tickets))
    await quiet(outbox)
    late = await outbox.put(text("once", source="event:1"))

    @atomic
    async def inside() -> None:
        await outbox.put(text("once", source="event:1"))

    await inside()
    await quiet(outbox)
    assert peer.texts() == ["once"]
    assert {ticket.id for ticket in [*tickets, late]} == {tickets[0].id}
    assert all(outcomes)
    assert await late.outcome(0)


async def test_a_refusal_is_not_done_with_the_endpoints_reason(outbox: Outbox, peer: Peer):
    peer.fates["send_group_msg"] = ["refused"]
    record = await Record.create(group_id=GROUP, number=1, at=NOON, feature="f", kind="say")
    ticket = await outbox.put(text("x", record_id=record.id))
    outcome = await ticket.outcome()
    assert (outcome.state, outcome.why) == (State.NOT_DONE, "没有权限")
    await quiet(outbox)
    record = await Record.get(id=record.id)
    assert (record.state, record.why) == ("not_done", "没有权限")
    assert len(peer.calls) == 1


async def test_a_group_is_served_in_order_and_replies_before_notices(outbox: Outbox, peer: Peer):
    peer.online = False
    for number in range(3):
        await outbox.put(text(f"notice {number}", priority=Priority.NOTICE))
    for number in range(3):
        await outbox.put(text(f"reply {number}"))
    peer.online = True
    outbox.wake()
    await quiet(outbox)
    assert peer.texts() == [*(f"reply {n}" for n in range(3)), *(f"notice {n}" for n in range(3))]


async def test_a_slow_call_holds_its_own_group_two_seconds_and_others_not_at_all(outbox: Outbox, peer: Peer):
    loop = asyncio.get_running_loop()
    peer.fates["send_group_msg"] = ["held"]
    await outbox.put(text("slow"))
    began = loop.time()
    await outbox.put(text("next"))
    other = await outbox.put(text("other", group=200))
    assert await other.outcome(0.5)
    assert loop.time() - began < 0.5
    await until(lambda: "next" in peer.texts())
    assert 1.5 < loop.time() - began < 3
    peer.held[0].set()
    await quiet(outbox)


async def test_a_lost_account_keeps_its_rows_until_it_is_back(outbox: Outbox, peer: Peer):
    peer.online = False
    ticket = await outbox.put(text("wait"))
    assert (await ticket.outcome(0.05)).state is State.UNKNOWN
    assert outbox.pending() == 1
    assert outbox.idle(), "what waits for an account alone does not keep the host busy"
    peer.online = True
    outbox.wake()
    assert await ticket.outcome()


async def test_not_sent_goes_back_into_the_queue(outbox: Outbox, peer: Peer):
    peer.fates["send_group_msg"] = ["not sent"]
    ticket = await outbox.put(text("again"))
    await until(lambda: peer.texts() == ["again"])
    assert await ticket.outcome()
    assert (await row_of(outbox, ticket.id)).state == "done"


async def test_what_expired_is_not_sent(outbox: Outbox, peer: Peer):
    peer.online = False
    ticket = await outbox.put(text("stale", expires_at=peer.clock.now() + timedelta(minutes=1)))
    peer.clock.move(timedelta(minutes=2))
    assert (await ticket.outcome()).why == "过期"
    peer.online = True
    outbox.wake()
    await quiet(outbox)
    assert peer.calls == []


async def test_what_has_expired_before_it_is_put_is_only_written_down(outbox: Outbox, peer: Peer):
    ticket = await outbox.put(text("never", source="7:1#1", expires_at=peer.clock.now()))
    assert (await ticket.outcome()).why == "过期"
    await quiet(outbox)
    assert peer.calls == []
    assert (await row_of(outbox, ticket.id)).source == "7:1#1"


async def test_parameters_that_are_no_json_are_refused_at_once(outbox: Outbox, peer: Peer):
    with pytest.raises(TypeError, match="object"):
        await outbox.put(Draft("send_group_msg", {"message": object()}, group_id=GROUP))
    await quiet(outbox)
    assert await Outgoing.all().count() == 0


async def test_one_row_the_database_refuses_does_not_hurt_the_others(outbox: Outbox, peer: Peer):
    bad = text("bad", user_id=2**70)
    results = await asyncio.gather(
        outbox.put(text("one")), outbox.put(bad), outbox.put(text("two")), return_exceptions=True
    )
    assert isinstance(results[1], Exception)
    await quiet(outbox)
    assert sorted(peer.texts()) == ["one", "two"]


async def test_a_caller_cancelled_while_putting_neither_loses_nor_blocks_anything(outbox: Outbox, peer: Peer):
    for turns in range(6):
        task = asyncio.create_task(outbox.put(text(f"message {turns}")))
        for _ in range(turns):
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.wait({task})
    await outbox.put(text("last"))
    await quiet(outbox)
    assert peer.texts()[-1] == "last"
    assert await Outgoing.filter(state="done").count() == await Outgoing.all().count() == len(peer.calls)


async def test_deciders_are_told_the_message_id(outbox: Outbox, peer: Peer):
    told: list[tuple[str | None, object]] = []

    async def tell(entry) -> None:
        await asyncio.sleep(0)
        told.append((entry.source, entry.answer))

    outbox.on_decided(tell)
    await outbox.put(text("notice", source="notice:7"))
    await quiet(outbox)
    assert told == [("notice:7", {"message_id": 1})]


async def test_old_messages_are_deleted_and_acts_kept(outbox: Outbox, peer: Peer):
    await outbox.put(text("old"))
    await outbox.put(
        Draft("set_group_ban", {"group_id": GROUP, "user_id": 11, "duration": 60}, group_id=GROUP)
    )
    await quiet(outbox)
    await outbox.stop()
    peer.clock.move(timedelta(days=3))
    again = outbox_for(peer)
    await again.start()
    await again.stop()
    assert await Outgoing.all().values_list("api", flat=True) == ["set_group_ban"]


# — in doubt ———————————————————————————————————————————————————————————————————————————————


async def test_a_message_nobody_answered_is_found_in_the_history_and_not_sent_again(
    outbox: Outbox, peer: Peer
):
    await outbox.put(text("same"))
    peer.fates["send_group_msg"] = ["done but unanswered"]
    ticket = await outbox.put(text("same"))
    await quiet(outbox)
    assert (await ticket.outcome(0)).data == {"message_id": 2}, "the first one's id is taken"
    assert peer.texts() == ["same", "same"]
    assert (await Outgoing.get(id=ticket.id)).state == "done"


async def test_a_message_that_never_appears_is_not_done_after_settling(outbox: Outbox, peer: Peer):
    peer.clock.freeze(NOON)
    peer.fates["send_group_msg"] = ["lost"]
    ticket = await outbox.put(text("lost"))
    await pass_time(peer.clock, outbox, 9)
    assert (await ticket.outcome(0)).state is State.UNKNOWN
    assert [entry.id for entry in outbox.unknowns(GROUP)] == [ticket.id]
    assert outbox.pending() == 1
    await pass_time(peer.clock, outbox, 15)
    assert (await ticket.outcome(0)).state is State.NOT_DONE
    assert outbox.unknowns(GROUP) == []
    assert peer.texts() == ["lost"]


async def test_without_history_the_doubt_stays_and_is_reported(outbox: Outbox, peer: Peer):
    peer.has_history = False
    peer.fates["send_group_msg"] = ["done but unanswered"]
    ticket = await outbox.put(text("who knows"))
    await quiet(outbox)
    assert (await ticket.outcome(0)).state is State.UNKNOWN
    assert [entry.id for entry in outbox.unknowns(GROUP)] == [ticket.id]
    assert outbox.pending() == 0
    assert (await Outgoing.get(id=ticket.id)).state == "unknown"
    assert peer.texts() == ["who knows"]


async def test_an_ok_for_a_kick_counts_only_when_the_member_is_gone(outbox: Outbox, peer: Peer):
    gone = await outbox.put(kick(11))
    assert await gone.outcome()
    peer.fates["set_group_kick"] = ["ok but not done"]
    record = await Record.create(group_id=GROUP, number=1, at=NOON, feature="f", kind="kick")
    stays = await outbox.put(kick(12, record_id=record.id))
    await quiet(outbox)
    outcome = await stays.outcome(0)
    assert (outcome.state, outcome.why) == (State.NOT_DONE, "平台说成功，但对方还在群里")
    assert (await Record.get(id=record.id)).state == "not_done"
    assert peer.members == {12, 13}


@pytest.mark.parametrize(
    ("draft", "fate", "state"),
    [
        (kick(11), "done but unanswered", "done"),
        (kick(11), "lost", "not_done"),
        (
            Draft("set_group_ban", {"group_id": GROUP, "user_id": 11, "duration": 600}),
            "done but unanswered",
            "done",
        ),
        (Draft("set_group_ban", {"group_id": GROUP, "user_id": 11, "duration": 600}), "lost", "not_done"),
        (Draft("set_group_ban", {"group_id": GROUP, "user_id": 11, "duration": 0}), "lost", "done"),
        (
            Draft("set_group_card", {"group_id": GROUP, "user_id": 11, "card": "北京-小王"}),
            "lost",
            "not_done",
        ),
        (
            Draft("set_group_card", {"group_id": GROUP, "user_id": 11, "card": "北京-小王"}),
            "done but unanswered",
            "done",
        ),
        (Draft("delete_msg", {"message_id": 77}), "done but unanswered", "done"),
        (Draft("delete_msg", {"message_id": 1}), "lost", "not_done"),
        (Draft("set_group_add_request", {"flag": "5", "approve": True}), "done but unanswered", "done"),
        (Draft("set_group_add_request", {"flag": "6", "approve": True}), "lost", "not_done"),
        (Draft("set_group_whole_ban", {"group_id": GROUP, "enable": True}), "lost", "unknown"),
    ],
)
async def test_each_act_in_doubt_is_looked_up(
    outbox: Outbox, peer: Peer, draft: Draft, fate: str, state: str
):
    peer.clock.freeze(NOON)
    peer.requests["6"] = False
    await outbox.put(text("message 1"))
    await quiet(outbox)
    peer.fates[draft.api] = [fate]
    whole = Draft(draft.api, draft.params, group_id=GROUP, priority=Priority.ACT)
    ticket = await outbox.put(whole)
    await pass_time(peer.clock, outbox, 30)
    assert (await ticket.outcome(0)).state == state
    assert len(peer.sent(draft.api)) == 1


async def test_doubts_wait_for_the_account_and_are_decided_once_it_is_back(outbox: Outbox, peer: Peer):
    peer.clock.freeze(NOON)
    peer.fates["send_group_msg"] = ["done but unanswered"]
    ticket = await outbox.put(text("there"))
    await until(lambda: outbox.unknowns(GROUP))
    peer.online = False
    await pass_time(peer.clock, outbox, 600, step=20)
    assert outbox.pending() == 1
    peer.online = True
    outbox.wake()
    await pass_time(peer.clock, outbox, 30)
    assert await ticket.outcome(0)


# — crashes ————————————————————————————————————————————————————————————————————————————————


async def abandon(outbox: Outbox) -> None:
    """End it as a crash does: nothing more is written."""
    tasks = [outbox._sender._task, outbox._reconciler._task, outbox._journal._running, *outbox._sender._calls]
    tasks.append(outbox._tidying)
    for task in tasks:
        if task:
            task.cancel()
    await asyncio.wait([task for task in tasks if task])


async def test_after_a_crash_the_queued_are_sent_and_those_on_their_way_looked_up(peer: Peer):
    first = outbox_for(peer)
    await first.start()
    peer.fates["send_group_msg"] = ["held"]
    on_its_way = await first.put(text("on its way"))
    queued = await first.put(text("queued"))
    await until(lambda: peer.held)
    peer.do("send_group_msg", peer.sent()[0][1])  # it arrives, but nobody is left to hear so
    await abandon(first)
    assert (await Outgoing.get(id=on_its_way.id)).state == "sending"

    second = outbox_for(peer)
    await second.start()
    await quiet(second)
    await second.stop()
    assert peer.texts() == ["on its way", "queued"], "neither twice nor never"
    rows = {row.id: row for row in await Outgoing.all()}
    assert rows[on_its_way.id].state == rows[queued.id].state == "done"
    assert rows[on_its_way.id].answer == {"message_id": 1}


async def test_an_outcome_not_yet_written_is_found_out_again_after_a_crash(peer: Peer):
    first = outbox_for(peer)
    await first.start()
    ticket = await first.put(text("done"))
    assert await ticket.outcome()
    await abandon(first)
    assert (await Outgoing.get(id=ticket.id)).state == "sending"
    second = outbox_for(peer)
    await second.start()
    await quiet(second)
    await second.stop()
    assert (await Outgoing.get(id=ticket.id)).answer == {"message_id": 1}
    assert peer.texts() == ["done"]


async def test_stopping_waits_for_calls_on_their_way_and_writes_their_outcome(peer: Peer):
    outbox = outbox_for(peer)
    await outbox.start()
    peer.fates["send_group_msg"] = ["held"]
    ticket = await outbox.put(text("last"))
    await until(lambda: peer.held)
    asyncio.get_running_loop().call_later(0.1, peer.held[0].set)
    await outbox.stop(3.0)
    assert (await Outgoing.get(id=ticket.id)).state == "done"


async def test_two_hosts_on_one_database_send_a_queued_row_once(peer: Peer):
    first, second = outbox_for(peer), outbox_for(peer)
    peer.online = False
    await first.start()
    for number in range(10):
        await first.put(text(f"message {number}"))
    await second.start()
    peer.online = True
    first.wake()
    second.wake()
    await asyncio.gather(quiet(first), quiet(second))
    await first.stop()
    await second.stop()
    assert sorted(peer.texts()) == sorted(f"message {number}" for number in range(10))
