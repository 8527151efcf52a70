"""Two hosts' outboxes on one database: each sends what is its own, and what one leaves the other finishes once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from lizheng.base.outcome import State
from lizheng.delivery.outbox import Draft, Entry, Outbox, Pacing
from lizheng.store import atomic
from lizheng.store.tables import Outgoing
from tests.support.scripted_endpoint import BOT, GROUP, NOON, Peer, kick, pass_time, quiet, text, until

OTHER = 200


class Host:
    """One host's outbox; `keys` is what it acts for now."""

    def __init__(self, peer: Peer, *keys: int, pacing: Pacing | None = None) -> None:
        self.keys = set(keys)
        self.outbox = Outbox(peer.clock, peer.call, pacing, peer.account_for, self.keys.__contains__)

    async def take_over(self, *keys: int) -> None:
        self.keys.update(keys)
        await self.outbox.take_over(keys)

    def let_go(self, *keys: int) -> None:
        self.keys.difference_update(keys)
        self.outbox.let_go(keys)

    async def die(self) -> None:
        """End as a killed process does: nothing more is sent or written."""
        own = self.outbox
        tasks = [own._sender._task, own._reconciler._task, own._journal._running, own._tidying]
        ended = [task for task in (*tasks, *own._sender._calls) if task]
        for task in ended:
            task.cancel()
        await asyncio.wait(ended)
        own._journal._running = None


@pytest.fixture
def peer(peer: Peer) -> Peer:
    peer.clock.freeze(NOON)
    return peer


@pytest.fixture
async def hosts(peer: Peer) -> AsyncIterator[tuple[Host, Host]]:
    """One that acts for the group, and one that acts for another group."""
    hosts = Host(peer, GROUP), Host(peer, OTHER)
    for host in hosts:
        await host.outbox.start(alone=False)
    yield hosts
    for host in hosts:
        await host.outbox.stop(0.2)


def private(words: str, user: int, group: int) -> Draft:
    message = [{"type": "text", "data": {"text": words}}]
    return Draft("send_private_msg", {"user_id": user, "message": message}, group_id=group, user_id=user)


@pytest.mark.parametrize("within", [False, True])
async def test_what_one_host_puts_for_the_others_group_the_other_sends(
    hosts: tuple[Host, Host], peer: Peer, within: bool
):
    one, other = hosts
    put = atomic(one.outbox.put) if within else one.outbox.put
    ticket = await put(text("for you", group=OTHER))
    await quiet(one.outbox)
    assert peer.calls == []
    assert (await ticket.outcome(0)).state is State.UNKNOWN
    peer.clock.move(timedelta(seconds=2))
    for host in (one, other, other):
        await host.outbox.pick_up()
        await quiet(host.outbox)
    assert peer.texts() == ["for you"]
    assert (await Outgoing.get(id=ticket.id)).state == "done"


async def test_what_waits_is_not_picked_up_twice(hosts: tuple[Host, Host], peer: Peer):
    one, other = hosts
    peer.online = False
    await one.outbox.put(kick(11, group=OTHER))
    peer.clock.move(timedelta(seconds=2))
    for _ in range(3):
        await other.outbox.pick_up()
    assert other.outbox.pending() == 1
    assert other.outbox.kick_budget_left(OTHER) == 4


async def test_what_is_just_being_taken_is_not_picked_up_again(hosts: tuple[Host, Host], peer: Peer):
    """Its row still says that it waits; taken for another one, it would use up the group's kicks twice."""
    own = hosts[0].outbox
    peer.online = False
    await own.put(kick(11, source="message:1"))
    peer.clock.move(timedelta(seconds=2))
    claim, slow = own._journal.claim, asyncio.Event()

    async def slowly(entry: Entry) -> bool:
        await slow.wait()
        return await claim(entry)

    own._journal.claim = slowly
    peer.online = True
    own.wake()
    await until(lambda: own._sender._calls)
    await own.pick_up()
    slow.set()
    await pass_time(peer.clock, own, 5)
    assert len(peer.sent("set_group_kick")) == 1
    assert own.kick_budget_left(GROUP) == 4
    assert await (await own.put(kick(11, source="message:1"))).outcome(0)


async def test_what_is_written_when_its_group_is_no_longer_sure_is_sent_when_it_is(
    hosts: tuple[Host, Host], peer: Peer
):
    """A machine so busy that the host doubts its own leases for a moment; nothing gets stuck behind that."""
    own = hosts[0].outbox
    putting = asyncio.create_task(own.put(text("first")))
    await asyncio.sleep(0)
    hosts[0].keys.discard(GROUP)
    ticket = await putting
    await own.put(text("second"))
    await until(own.idle)
    assert peer.calls == []
    assert own.pending() == 0
    assert (await Outgoing.get(id=ticket.id)).state == "queued"
    hosts[0].keys.add(GROUP)
    peer.clock.move(timedelta(seconds=5))
    await own.pick_up()
    await quiet(own)
    assert peer.texts() == ["first", "second"]


async def test_a_doubt_is_looked_up_by_who_acts_for_its_group(hosts: tuple[Host, Host], peer: Peer):
    one, other = hosts
    peer.fates["send_group_msg"] = ["done but unanswered"]
    ticket = await one.outbox.put(text("said"))
    await until(lambda: one.outbox.unknowns(GROUP))
    await until(one.outbox._journal.idle)
    one.let_go(GROUP)
    await pass_time(peer.clock, one.outbox, 20, step=2)
    assert len(peer.calls) == 1
    await other.take_over(GROUP)
    await pass_time(peer.clock, other.outbox, 5)
    assert (await Outgoing.get(id=ticket.id)).state == "done"
    assert peer.texts() == ["said"]


async def test_a_doubt_let_go_does_not_come_up_again_with_its_group(hosts: tuple[Host, Host], peer: Peer):
    """What the other host found out in the meantime stands, also where it could not be found out any more."""
    one, other = hosts
    peer.fates["set_group_ban"] = ["done but unanswered"]
    params = {"group_id": GROUP, "user_id": 11, "duration": 60}
    ticket = await one.outbox.put(Draft("set_group_ban", params, group_id=GROUP))
    await until(lambda: one.outbox.unknowns(GROUP))
    await until(one.outbox._journal.idle)
    one.let_go(GROUP)
    assert one.outbox.pending() == 0
    await other.take_over(GROUP)
    await pass_time(peer.clock, other.outbox, 5)
    assert (await Outgoing.get(id=ticket.id)).state == "done"
    other.let_go(GROUP)
    peer.clock.move(timedelta(minutes=5))
    await one.take_over(GROUP)
    await pass_time(peer.clock, one.outbox, 5)
    assert (await Outgoing.get(id=ticket.id)).state == "done"
    assert one.outbox.unknowns(GROUP) == []


async def test_a_look_under_way_when_its_group_is_let_go_decides_nothing(
    hosts: tuple[Host, Host], peer: Peer
):
    own = hosts[0].outbox
    peer.fates = {"send_group_msg": ["done but unanswered"], "get_group_msg_history": ["held"]}
    ticket = await own.put(text("said"))
    await until(lambda: own.unknowns(GROUP))
    await until(own._journal.idle)
    peer.clock.move(timedelta(seconds=2))
    await until(lambda: peer.held)
    hosts[0].let_go(GROUP)
    peer.held[0].set()
    await quiet(own)
    assert (await Outgoing.get(id=ticket.id)).state == "unknown"


async def test_what_a_killed_host_left_is_sent_or_looked_up_by_the_other(
    hosts: tuple[Host, Host], peer: Peer
):
    one, other = hosts
    peer.fates["send_group_msg"] = ["held"]
    on_its_way = await one.outbox.put(text("on its way"))
    await one.outbox.put(text("queued"))
    await until(lambda: peer.held)
    peer.do("send_group_msg", peer.sent()[0][1])
    await one.die()
    await other.take_over(GROUP)
    await pass_time(peer.clock, other.outbox, 5)
    assert peer.texts() == ["on its way", "queued"]
    assert (await Outgoing.get(id=on_its_way.id)).answer == {"message_id": 1}
    await other.take_over(GROUP)
    await pass_time(peer.clock, other.outbox, 5)
    assert peer.texts() == ["on its way", "queued"]


async def test_what_belongs_to_an_account_is_taken_over_with_it(hosts: tuple[Host, Host], peer: Peer):
    """A private answer that belongs to no group goes with the account it is bound to."""
    one, other = hosts
    one.keys.add(-BOT)
    peer.online = False
    message = [{"type": "text", "data": {"text": "hello"}}]
    await one.outbox.put(
        Draft("send_private_msg", {"user_id": 5, "message": message}, user_id=5, account=BOT)
    )
    await quiet(one.outbox)
    await one.die()
    await other.take_over(GROUP)
    peer.online = True
    await pass_time(peer.clock, other.outbox, 5)
    assert peer.calls == []
    await other.take_over(-BOT)
    await pass_time(peer.clock, other.outbox, 5)
    assert [account for _, account, *_ in peer.calls] == [BOT]


async def test_what_is_let_go_is_sent_by_who_takes_it_and_the_rest_stays(
    hosts: tuple[Host, Host], peer: Peer
):
    """Also where both wait in one conversation: two groups' words to one person."""
    one, other = hosts
    one.keys.add(OTHER)
    peer.online = False
    for draft in (text("group"), private("ours", 5, GROUP), private("theirs", 5, OTHER)):
        await one.outbox.put(draft)
    one.let_go(GROUP)
    assert one.outbox.pending() == 1
    peer.online = True
    one.outbox.wake()
    await pass_time(peer.clock, one.outbox, 3)
    assert [params["message"][0]["data"]["text"] for _, params in peer.sent("send_private_msg")] == ["theirs"]
    assert peer.texts() == []
    await other.take_over(GROUP)
    await pass_time(peer.clock, other.outbox, 3)
    assert peer.texts() == ["group"]
    assert len(peer.sent("send_private_msg")) == 2


async def test_kicks_are_counted_once_however_often_their_group_changes_hands(
    hosts: tuple[Host, Host], peer: Peer
):
    one, other = hosts
    for user in (11, 12):
        await one.outbox.put(kick(user))
        await pass_time(peer.clock, one.outbox, 3)
    for leaving, coming in ((one, other), (other, one), (one, other)):
        leaving.let_go(GROUP)
        await coming.take_over(GROUP)
        assert coming.outbox.kick_budget_left(GROUP) == 3


async def test_one_cause_is_said_once_by_whichever_host_it_reaches(hosts: tuple[Host, Host], peer: Peer):
    """Taken over between the first time and the second, inside a transaction and outside."""
    one, other = hosts
    first = await one.outbox.put(text("once", source="message:1"))
    await quiet(one.outbox)
    one.let_go(GROUP)
    other.keys.add(GROUP)
    for put in (other.outbox.put, atomic(other.outbox.put)):
        again = await put(text("once", source="message:1"))
        assert again.id == first.id
        assert await again.outcome(0)
    await quiet(other.outbox)
    assert peer.texts() == ["once"]


async def test_a_cause_another_host_has_seen_to_does_not_end_a_pause_of_speaking(peer: Peer):
    """The place of the one message that may try is given back."""
    one, other = Host(peer, GROUP, pacing=Pacing()), Host(peer, GROUP, pacing=Pacing())
    for host in (one, other):
        await host.outbox.start(alone=False)
    await one.outbox.put(text("once", source="message:1"))
    await quiet(one.outbox)
    peer.fates["send_group_msg"] = ["refused"] * 3
    for group in (1, 2, 3):
        other.keys.add(group)
        await other.outbox.put(text("refused", group=group))
        await quiet(other.outbox)
    assert "暂停发言" in other.outbox.breaker_state()
    peer.clock.move(timedelta(seconds=11))
    await other.outbox.put(text("once", source="message:1"))
    await other.outbox.put(text("try"))
    await pass_time(peer.clock, other.outbox, 5)
    assert peer.texts()[-1] == "try"
    assert other.outbox.breaker_state() == ""
    for host in (one, other):
        await host.outbox.stop(0.2)


async def test_a_row_another_host_took_does_not_end_a_pause_of_speaking(peer: Peer):
    one, other = Host(peer, GROUP, pacing=Pacing()), Host(peer, GROUP, pacing=Pacing())
    for host in (one, other):
        await host.outbox.start(alone=False)
    peer.fates["send_group_msg"] = ["refused"] * 3
    for group in (1, 2, 3):
        other.keys.add(group)
        await other.outbox.put(text("refused", group=group))
        await quiet(other.outbox)
    waiting = await other.outbox.put(text("taken"))
    await other.outbox.put(text("next"))
    await Outgoing.filter(id=waiting.id).update(state="done", answer={"message_id": 9})
    await pass_time(peer.clock, other.outbox, 30)
    assert peer.texts()[3:] == ["next"]
    for host in (one, other):
        await host.outbox.stop(0.2)
