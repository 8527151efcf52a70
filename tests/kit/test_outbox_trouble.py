"""The outbox when the database, the endpoint or the end of the run gets in its way: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from nonebot.adapters.onebot.v11 import Message, MessageSegment

from lizheng.base.outcome import State
from lizheng.delivery.outbox import Draft, Outbox, Withdrawal, journal
from lizheng.delivery.outbox import outbox as outbox_room
from lizheng.delivery.outbox.verify import Finding
from lizheng.store import atomic
from lizheng.store.sql import fetch
from lizheng.store.tables import Outgoing, Record
from tests.support.scripted_endpoint import GROUP, NOON, Peer, kick, outbox_for, pass_time, quiet, text, until

AWAY = 'ALTER TABLE "lizheng_outgoing" RENAME TO "lizheng_away"'
BACK = 'ALTER TABLE "lizheng_away" RENAME TO "lizheng_outgoing"'


# — the database ———————————————————————————————————————————————————————————————————————————


async def test_more_than_fit_one_statement_are_all_sent_in_their_order(outbox: Outbox, peer: Peer):
    await asyncio.gather(*(outbox.put(text(str(number))) for number in range(450)))
    await quiet(outbox)
    assert peer.texts() == [str(number) for number in range(450)]


@pytest.mark.parametrize(("user_id", "sent"), [(0, ["said", "next"]), (2**70, ["next"])])
async def test_a_caller_that_leaves_while_its_row_is_written_changes_nothing(
    outbox: Outbox, peer: Peer, user_id: int, sent: list[str]
):
    """Neither for a row that can be written nor for one that the database refuses."""
    leaving = asyncio.create_task(outbox.put(text("said", user_id=user_id)))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait({leaving})
    assert leaving.cancelled()
    await outbox.put(text("next"))
    await quiet(outbox)
    assert peer.texts() == sent


async def test_while_the_database_is_away_nothing_is_sent_twice_and_all_is_told_when_it_is_back(
    outbox: Outbox, peer: Peer
):
    record = await Record.create(group_id=GROUP, number=1, at=NOON, feature="f", kind="say")
    peer.fates["send_group_msg"] = ["held"]
    said = await outbox.put(text("said", record_id=record.id))
    waiting = await outbox.put(text("waiting"))
    await until(lambda: peer.held)
    await fetch(AWAY)
    peer.held[0].set()
    assert await said.outcome()
    with pytest.raises(Exception, match="lizheng_outgoing"):
        await outbox.put(text("refused", group=200))
    await asyncio.sleep(0.7)
    assert peer.texts() == ["said"]
    await fetch(BACK)
    assert await waiting.outcome(8)
    await quiet(outbox)
    assert peer.texts() == ["said", "waiting"]
    assert (await Record.get(id=record.id)).state == "done"
    assert set(await Outgoing.all().values_list("state", flat=True)) == {"done"}


async def test_what_could_not_be_written_at_the_end_is_found_out_at_the_next_start(peer: Peer):
    first = outbox_for(peer)
    await first.start()
    ticket = await first.put(text("said"))
    assert await ticket.outcome()
    await fetch(AWAY)
    async with asyncio.timeout(5):
        await first.stop()
    await fetch(BACK)
    assert (await Outgoing.get(id=ticket.id)).state == "sending"
    second = outbox_for(peer)
    await second.start()
    await quiet(second)
    await second.stop()
    assert (await Outgoing.get(id=ticket.id)).answer == {"message_id": 1}
    assert peer.texts() == ["said"]


async def test_a_cause_from_long_ago_is_still_known(
    outbox: Outbox, peer: Peer, monkeypatch: pytest.MonkeyPatch
):
    """When more causes have come than are kept in memory."""
    monkeypatch.setattr(outbox_room, "SOURCES_KEPT", 3)
    tickets = [await outbox.put(text(f"{n}", source=f"message:{n}")) for n in range(8)]
    await quiet(outbox)
    assert len(outbox._by_source) <= 4
    for number, ticket in enumerate(tickets):
        again = await outbox.put(text(f"{number}", source=f"message:{number}"))
        assert again.id == ticket.id
        assert await again.outcome(0)
    await quiet(outbox)
    assert len(peer.texts()) == 8


async def test_one_that_is_never_decided_keeps_no_others_in_memory(
    outbox: Outbox, peer: Peer, monkeypatch: pytest.MonkeyPatch
):
    """A send whose fate nobody can tell, and after it all the causes of a week."""
    monkeypatch.setattr(outbox_room, "SOURCES_KEPT", 3)
    peer.fates["send_group_msg"] = ["held"]
    await outbox.put(text("held", source="message:held"))
    for n in range(12):
        ticket = await outbox.put(text(f"{n}", GROUP + 1, source=f"message:{n}"))
        assert await ticket.outcome(5)
    assert len(outbox._by_source) <= 5
    assert "message:held" in outbox._by_source


# — the beginning and the end ——————————————————————————————————————————————————————————————


async def test_what_is_put_before_the_beginning_or_after_the_end_is_refused(peer: Peer):
    outbox = outbox_for(peer)
    await outbox.stop()
    with pytest.raises(RuntimeError, match="not running"):
        await outbox.put(text("early"))
    await outbox.start()
    await outbox.stop()
    with pytest.raises(RuntimeError, match="not running"):
        await outbox.put(text("late"))
    assert peer.calls == []
    assert not await Outgoing.exists()


async def test_an_endpoint_that_does_not_answer_does_not_hold_up_the_end(peer: Peer):
    """What was on its way then is looked up at the next start."""
    first = outbox_for(peer)
    await first.start()
    peer.fates["send_group_msg"] = ["held"]
    ticket = await first.put(text("said"))
    await until(lambda: peer.held)
    peer.do("send_group_msg", peer.sent()[0][1])
    async with asyncio.timeout(2):
        await first.stop(0.1)
    assert (await Outgoing.get(id=ticket.id)).state == "sending"
    second = outbox_for(peer)
    await second.start()
    await quiet(second)
    await second.stop()
    assert (await Outgoing.get(id=ticket.id)).state == "done"
    assert peer.texts() == ["said"]


async def test_who_is_told_of_an_end_is_heard_out_before_the_end_of_the_run(peer: Peer):
    outbox = outbox_for(peer)
    plainly, slowly = [], []

    async def slow(entry) -> None:
        await asyncio.sleep(0.1)
        slowly.append(entry.id)

    def broken(entry) -> None:
        raise ValueError("a listener's own fault")

    outbox.on_decided(broken)
    outbox.on_decided(slow)
    outbox.on_decided(lambda entry: plainly.append(entry.id))
    await outbox.start()
    ticket = await outbox.put(text("said"))
    assert await ticket.outcome()
    await outbox.stop()
    assert plainly == slowly == [ticket.id]


# — what is put ————————————————————————————————————————————————————————————————————————————


async def test_a_message_of_nonebots_segments_is_sent_as_it_is_meant(outbox: Outbox, peer: Peer):
    message = Message([MessageSegment.at(11), MessageSegment.text(" 早")])
    draft = Draft("send_group_msg", {"group_id": GROUP, "message": message}, group_id=GROUP)
    assert await (await outbox.put(draft)).outcome()
    assert peer.sent()[0][1]["message"] == [
        {"type": "at", "data": {"qq": "11"}},
        {"type": "text", "data": {"text": " 早"}},
    ]


# — the endpoint ———————————————————————————————————————————————————————————————————————————


async def test_an_ok_that_tells_no_number_is_an_ok(outbox: Outbox, peer: Peer):
    peer.fates["send_group_msg"] = ["ok but not done"]
    ticket = await outbox.put(text("said"))
    assert await ticket.outcome()
    await quiet(outbox)
    assert (await Outgoing.get(id=ticket.id)).state == "done"


async def test_an_endpoint_that_never_tells_leaves_the_call_in_doubt(outbox: Outbox, peer: Peer):
    peer.clock.freeze(NOON)
    peer.fates = {"send_group_msg": ["lost"], "get_group_msg_history": ["lost"] * 20}
    ticket = await outbox.put(text("said"))
    await pass_time(peer.clock, outbox, 90, step=3)
    outcome = await ticket.outcome(0)
    assert (outcome.state, outcome.why) == (State.UNKNOWN, "平台一直没有答复")
    assert [entry.id for entry in outbox.unknowns(GROUP)] == [ticket.id]
    assert outbox.pending() == 0
    asked = len(peer.sent("get_group_msg_history"))
    await pass_time(peer.clock, outbox, 30, step=3)
    assert len(peer.sent("get_group_msg_history")) == asked
    assert peer.texts() == ["said"]


async def test_a_lookup_that_breaks_on_what_it_is_told_is_tried_again(outbox: Outbox, peer: Peer):
    peer.clock.freeze(NOON)
    peer.fates = {"send_group_msg": ["done but unanswered"], "get_group_msg_history": ["broken", "not sent"]}
    ticket = await outbox.put(text("said"))
    await pass_time(peer.clock, outbox, 30)
    assert await ticket.outcome(0)


async def test_one_doubt_is_asked_about_once_at_a_time(outbox: Outbox, peer: Peer):
    peer.clock.freeze(NOON)
    peer.fates = {"send_group_msg": ["done but unanswered"], "get_group_msg_history": ["held"]}
    ticket = await outbox.put(text("said"))
    await until(lambda: outbox.unknowns(GROUP))
    peer.clock.move(timedelta(seconds=2))
    await until(lambda: peer.held)
    for _ in range(3):
        peer.clock.move(timedelta(seconds=5))
        outbox.wake()
        await asyncio.sleep(0.01)
    assert len(peer.sent("get_group_msg_history")) == 1
    peer.held[0].set()
    await quiet(outbox)
    assert await ticket.outcome(0)


async def shown(outbox: Outbox, source: str) -> Finding | None:
    """What the endpoint shows of a call; None when it was not sent or nobody can be asked."""
    found = await outbox.look_up(source)
    assert found is not None
    return found[1].finding if found[1] else None


async def test_a_feature_may_look_up_what_it_has_put(outbox: Outbox, peer: Peer):
    assert await outbox.look_up("brief:1") is None
    peer.online = False
    await outbox.put(text("brief", source="brief:1"))
    assert await shown(outbox, "brief:1") is None, "it was not sent"
    peer.online = True
    outbox.wake()
    await quiet(outbox)
    assert await shown(outbox, "brief:1") is Finding.HAPPENED
    for trouble in ("lost", "not sent"):
        peer.fates["get_group_msg_history"] = [trouble]
        assert await shown(outbox, "brief:1") is None, "it does not answer"
    peer.online = False
    assert await shown(outbox, "brief:1") is None, "there is nobody to ask"


async def test_a_kick_whose_end_cannot_be_looked_up_stays_in_doubt(outbox: Outbox, peer: Peer):
    """QQ's ok to a kick is not believed by itself."""
    peer.clock.freeze(NOON)
    peer.fates["get_group_member_info"] = ["lost"] * 20
    ticket = await outbox.put(kick(11))
    await pass_time(peer.clock, outbox, 30)
    assert (await ticket.outcome(0)).state is State.UNKNOWN
    assert outbox.pending() == 0


# — withdrawn, or lost sight of ————————————————————————————————————————————————————————————


async def test_what_is_withdrawn_with_a_transaction_is_not_sent(outbox: Outbox, peer: Peer):
    peer.online = False
    tickets = {name: await outbox.put(text(name, source=name)) for name in ("kept", "gone", "rolled back")}

    @atomic
    async def refund(source: str, fails: bool = False) -> Withdrawal:
        came_to = await outbox.withdraw(source, "已退款")
        if fails:
            raise ValueError(source)
        return came_to

    assert await refund("gone") is Withdrawal.TAKEN_BACK
    with pytest.raises(ValueError, match="rolled back"):
        await refund("rolled back", fails=True)
    assert await refund("never put") is Withdrawal.NOTHING
    peer.online = True
    outbox.wake()
    await quiet(outbox)
    assert peer.texts() == ["kept", "rolled back"]
    outcome = await tickets["gone"].outcome(1)
    assert (outcome.state, outcome.why) == (State.NOT_DONE, "已退款")
    await quiet(outbox)
    assert await refund("kept") is Withdrawal.SAID
    assert await refund("gone") is Withdrawal.NOTHING


async def test_what_is_on_its_way_cannot_be_withdrawn(outbox: Outbox, peer: Peer):
    peer.fates["send_group_msg"] = ["held"]
    await outbox.put(text("said", source="said"))
    await until(lambda: peer.held)
    assert await outbox.withdraw("said", "已退款") is Withdrawal.ON_ITS_WAY
    peer.held[0].set()
    await quiet(outbox)
    assert peer.texts() == ["said"]


@pytest.mark.parametrize("state", ["queued", "sending"])
async def test_a_row_that_was_written_though_the_database_failed_is_found(
    outbox: Outbox, peer: Peer, state: str, monkeypatch: pytest.MonkeyPatch
):
    """The connection broke after the commit: whoever put it was told it failed, and nobody has it in hand."""
    peer.clock.freeze(NOON)
    inner = journal.insert_rows

    async def breaks(entries):
        await inner(entries)
        raise OSError("connection lost")

    monkeypatch.setattr(journal, "insert_rows", breaks)
    if state == "queued":
        peer.online = False
    with pytest.raises(OSError, match="lost"):
        await outbox.put(text("said"))
    monkeypatch.setattr(journal, "insert_rows", inner)
    peer.online = True
    assert (await Outgoing.get()).state == state
    for _ in range(4):
        peer.clock.move(timedelta(seconds=31))
        await asyncio.sleep(0.05)
        await quiet(outbox)
    row = await Outgoing.get()
    assert row.state == ("done" if state == "queued" else "not_done")
    assert peer.texts() == (["said"] if state == "queued" else [])


@pytest.mark.parametrize(
    ("api", "params", "why"),
    [
        ("set_group_card", {"user_id": 11, "card": "新名片"}, "平台说成功，但名片没有改成"),
        ("set_group_ban", {"user_id": 11, "duration": 600}, "平台说成功，但没有被禁言"),
    ],
)
async def test_an_ok_to_an_act_counts_when_it_shows(
    outbox: Outbox, peer: Peer, api: str, params: dict, why: str
):
    draft = Draft(api, {"group_id": GROUP, **params}, group_id=GROUP)
    assert await (await outbox.put(draft)).outcome(5)
    peer.cards.clear()
    peer.muted.clear()
    peer.fates[api] = ["ok but not done"]
    outcome = await (await outbox.put(draft)).outcome(8)
    assert (outcome.state, outcome.why) == (State.NOT_DONE, why)
    peer.fates[api] = ["ok but not done"]
    peer.members.clear()
    assert await (await outbox.put(draft)).outcome(5), "where nothing can be seen, the endpoint is believed"
