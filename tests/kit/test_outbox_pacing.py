"""Pacing as properties: with whatever arrives, no rate is ever exceeded and everything is sent in the end."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lizheng.delivery.outbox import Draft, Outbox, Pacing, Priority
from lizheng.delivery.outbox.entry import Entry, Kind
from lizheng.delivery.outbox.lanes import Lanes
from lizheng.delivery.outbox.pacing import Breaker, KickBudget, Meter, Pacer, Rate
from tests.support.reliability_figures import Note
from tests.support.scripted_endpoint import GROUP, NOON, Peer, kick, outbox_for, pass_time, quiet, text, until


def most_within(times: list[float], seconds: float) -> int:
    """The largest number of times in any half-open window of that length."""
    return max((sum(1 for at in times if start <= at < start + seconds) for start in times), default=0)


def tokens_kept(times: list[float], burst: int, interval: float) -> bool:
    """Whether a bucket that starts full, holds `burst` and gains one per interval never ran dry."""
    level, last = float(burst), times[0] if times else 0.0
    for at in times:
        level = min(float(burst), level + (at - last) / interval) - 1
        last = at
        if level < -1e-6:
            return False
    return True


# — the meters, pure ———————————————————————————————————————————————————————————————————————


@given(
    st.lists(st.tuples(st.integers(1, 4), st.floats(0, 30), st.floats(0, 0.4)), max_size=120),
)
@settings(max_examples=200, deadline=None)
def test_no_meter_is_ever_exceeded_whenever_calls_arrive_and_however_late_they_leave(figure: Note, arrivals):
    pacer, pacing = Pacer(Pacing()), Pacing()
    now, sent = 0.0, []
    for group, pause, lag in arrivals:
        now += pause
        now = max(now, pacer.ready_at(Kind.MESSAGE, 9, group))
        pacer.take(Kind.MESSAGE, 9, group, now)
        pacer.delayed(Kind.MESSAGE, 9, group, now, now + lag)
        # What is not told counts as on time, so only tell what exceeds the slack the rates allow for.
        now += lag
        sent.append((now, group))
    assert pacing.slack < 0.5
    assert most_within([at for at, _ in sent], 60 - pacing.slack) <= 40
    for group in range(1, 5):
        times = [at for at, g in sent if g == group]
        assert most_within(times, 60 - pacing.slack) <= 20
        assert tokens_kept(times, 3, 2.0 - pacing.slack)
    figure("pacing", arrivals=1, exceeded=0)


def test_a_bucket_lets_three_go_and_then_one_per_two_seconds():
    meter, times, now = Meter(Rate(3, 2.0)), [], 100.0
    for _ in range(6):
        now = max(now, meter.ready_at())
        meter.take(now)
        times.append(now - 100)
    assert times == pytest.approx([0, 0, 0, 2, 4, 6], abs=1e-5)


def test_meters_that_are_full_again_are_forgotten():
    pacer = Pacer(Pacing())
    for group in range(1, 50):
        pacer.take(Kind.MESSAGE, 9, group, 100.0)
    pacer.sweep(120.0)
    assert len(pacer._meters) == 50
    pacer.sweep(200.0)
    assert len(pacer._meters) == 0


def test_the_kick_budget_is_five_in_ten_minutes_and_given_back_when_not_done():
    budget = KickBudget()
    for second in range(5):
        assert budget.left(1, 100.0 + second) == 5 - second
        budget.spend(1, second, 100.0 + second)
    assert budget.left(1, 200) == 0
    assert budget.left(2, 200) == 5
    budget.give_back(1, 3)
    assert budget.left(1, 200) == 1
    assert budget.left(1, 700) == 2


def test_a_kick_given_back_after_ten_minutes_gives_nothing_more():
    budget = KickBudget()
    budget.spend(1, 7, 100.0)
    assert budget.left(1, 701) == 5
    budget.give_back(1, 7)
    assert budget.left(1, 701) == 5


def test_the_breaker_opens_at_three_and_waits_longer_each_time():
    breaker, now, pauses = Breaker(), 0.0, []
    for _ in range(2):
        breaker.ended(False, now)
    breaker.ended(True, now)
    for _ in range(3):
        assert not breaker.is_open
        breaker.ended(False, now)
    for _ in range(9):
        pauses.append(breaker.ready_at() - now)
        now = breaker.ready_at()
        breaker.sent()
        assert breaker.ready_at() == float("inf"), "one probe at a time"
        breaker.ended(False, now)
    assert pauses[:4] == [10, 20, 40, 80]
    assert max(pauses) == 600
    breaker.sent()
    breaker.ended(True, now)
    assert breaker.ready_at() == float("-inf")


# — the outbox ————————————————————————————————————————————————————————————————————————————


@pytest.fixture
def peer(peer: Peer) -> Peer:
    peer.clock.freeze(NOON)
    return peer


@pytest.fixture
async def outbox(peer: Peer):
    outbox = outbox_for(peer, Pacing())
    await outbox.start()
    yield outbox
    await outbox.stop(0.2)


def seconds(times: list[tuple[datetime, dict]]) -> list[float]:
    return [(at - NOON).total_seconds() for at, _ in times]


async def test_a_flood_is_spread_and_all_of_it_arrives_in_order(outbox: Outbox, peer: Peer):
    await asyncio.gather(
        *(outbox.put(text(f"{group} {n}", group=group)) for n in range(12) for group in (1, 2, 3, 4))
    )
    await pass_time(peer.clock, outbox, 100)
    sent = peer.sent()
    assert len(sent) == 48
    assert outbox.pending() == 0
    assert most_within(seconds(sent), 60) <= 40
    for group in (1, 2, 3, 4):
        own = [(at, params) for at, params in sent if params["group_id"] == group]
        assert [p["message"][0]["data"]["text"] for _, p in own] == [f"{group} {n}" for n in range(12)]
        assert tokens_kept(seconds(own), 3, 2.0)


async def test_replies_overtake_announcements_when_the_account_is_short(outbox: Outbox, peer: Peer):
    for group in range(1, 51):
        await outbox.put(text("brief", group=group, priority=Priority.NOTICE))
    await quiet(outbox)
    assert len(peer.sent()) == 40
    await outbox.put(text("reply", group=99))
    await pass_time(peer.clock, outbox, 62)
    assert peer.texts()[40] == "reply"
    assert len(peer.sent()) == 51


async def test_recalls_and_cards_do_not_wait_behind_messages(outbox: Outbox, peer: Peer):
    for number in range(5):
        await outbox.put(text(f"message {number}"))
    for number in range(5):
        await outbox.put(
            Draft("delete_msg", {"message_id": number + 1}, group_id=GROUP, priority=Priority.ACT)
        )
    await quiet(outbox)
    assert len(peer.sent()) == 3
    assert len(peer.sent("delete_msg")) == 5


async def test_kicks_leave_three_seconds_between_them(outbox: Outbox, peer: Peer):
    for number, user in enumerate((11, 12, 13)):
        await outbox.put(kick(user, group=100 + number))
    await pass_time(peer.clock, outbox, 12, step=0.5)
    times = seconds(peer.sent("set_group_kick"))
    assert len(times) == 3
    assert all(later - sooner >= 3 for sooner, later in pairwise(times))


async def test_pacing_is_as_strict_after_a_restart(outbox: Outbox, peer: Peer):
    for number in range(10):
        await outbox.put(text(f"message {number}"))
    await quiet(outbox)
    assert len(peer.sent()) == 3
    await outbox.stop()
    again = outbox_for(peer, Pacing())
    await again.start()
    await quiet(again)
    assert len(peer.sent()) == 3, "a restart gives no fresh tokens"
    await pass_time(peer.clock, again, 20)
    await again.stop()
    assert peer.texts() == [f"message {number}" for number in range(10)]
    assert tokens_kept(seconds(peer.sent()), 3, 2.0)


async def test_the_kick_budget_survives_a_restart_and_pacing_off(peer: Peer):
    outbox = outbox_for(peer, None)
    await outbox.start()
    peer.members |= set(range(20, 30))
    for user in (20, 21, 22):
        await outbox.put(kick(user))
    peer.fates["set_group_kick"] = ["refused"]
    await outbox.put(kick(23))
    await pass_time(peer.clock, outbox, 5)
    await outbox.stop()
    again = outbox_for(peer, None)
    await again.start()
    assert again.kick_budget_left(GROUP) == 5 - 3
    assert again.kick_budget_left(7) == 5
    peer.clock.move(timedelta(minutes=10))
    assert again.kick_budget_left(GROUP) == 5
    await again.stop()


async def test_three_failures_pause_the_account_until_a_probe_succeeds(outbox: Outbox, peer: Peer):
    peer.fates["send_group_msg"] = ["refused"] * 4
    for group in range(1, 9):
        await outbox.put(text(f"group {group}", group=group))
        await quiet(outbox)
    assert len(peer.sent()) == 3
    assert "暂停发言" in outbox.breaker_state()
    assert (await outbox.put(kick(11))).id, "acts are not held back"
    await pass_time(peer.clock, outbox, 9)
    assert len(peer.sent()) == 3
    assert len(peer.sent("set_group_kick")) == 1
    await outbox.stop()
    again = outbox_for(peer, Pacing())
    await again.start()
    assert again.breaker_state(), "a restart does not forget"
    await pass_time(peer.clock, again, 2)
    assert len(peer.sent()) == 4, "one probe, which fails"
    await pass_time(peer.clock, again, 18)
    assert len(peer.sent()) == 4
    await pass_time(peer.clock, again, 3)
    assert len(peer.sent()) == 8, "the next probe succeeds and lets the rest go"
    assert again.breaker_state() == ""
    await again.stop()


async def paused(outbox: Outbox, peer: Peer) -> None:
    """Have the account's messages stopped, and wait until one may be tried."""
    peer.fates["send_group_msg"] = ["refused"] * 3
    for group in (1, 2, 3):
        await outbox.put(text("refused", group=group))
        await quiet(outbox)
    assert "秒后再试" in outbox.breaker_state()
    await pass_time(peer.clock, outbox, 10)


async def test_while_one_message_is_tried_no_second_one_goes(outbox: Outbox, peer: Peer):
    """Also when an act could not be sent meanwhile, which says nothing about messages."""
    await paused(outbox, peer)
    peer.fates["send_group_msg"] = ["held"]
    await outbox.put(text("try"))
    await until(lambda: peer.held)
    await outbox.put(text("wait", group=4))
    assert "正在试发一条" in outbox.breaker_state()
    peer.fates["set_group_kick"] = ["not sent"]
    await outbox.put(kick(11))
    await until(lambda: not peer.fates["set_group_kick"])
    for _ in range(5):
        peer.clock.move(timedelta(seconds=1))
        await asyncio.sleep(0.01)
    assert peer.texts()[3:] == ["try"]
    peer.held[0].set()
    await pass_time(peer.clock, outbox, 5)
    assert peer.texts()[3:] == ["try", "wait"]
    assert outbox.breaker_state() == ""


async def test_a_try_that_ends_in_an_error_of_ours_does_not_stop_speaking_for_good(
    outbox: Outbox, peer: Peer
):
    await paused(outbox, peer)
    peer.has_history = False
    peer.fates["send_group_msg"] = ["broken"]
    ticket = await outbox.put(text("try"))
    await pass_time(peer.clock, outbox, 3)
    assert (await ticket.outcome(0)).why == "平台没有告诉结果"
    await outbox.put(text("later"))
    await pass_time(peer.clock, outbox, 25)
    assert peer.texts()[3:] == ["try", "later"]


async def test_with_pacing_off_nothing_waits(peer: Peer):
    outbox = outbox_for(peer, None)
    await outbox.start()
    peer.fates["send_group_msg"] = ["refused"] * 5
    for number in range(60):
        await outbox.put(text(f"message {number}"))
    await quiet(outbox)
    assert len(peer.sent()) == 60
    await outbox.stop()


async def test_a_slow_disk_does_not_press_calls_together(outbox: Outbox, peer: Peer):
    """Tokens count when the call is made, not when it was decided to make it."""
    insert = outbox._journal.insert

    def late(entry, then):
        peer.clock.move(timedelta(seconds=1))
        return insert(entry, then)

    outbox._journal.insert = late
    for number in range(3):
        await outbox.put(text(f"message {number}"))
    await quiet(outbox)
    outbox._journal.insert = insert
    for number in range(3, 8):
        await outbox.put(text(f"message {number}"))
    await pass_time(peer.clock, outbox, 15, step=0.25)
    await until(lambda: len(peer.sent()) == 8)
    assert tokens_kept(seconds(peer.sent()), 3, 2.0)


# — a wall clock that is set right —————————————————————————————————————————————————————————


def set_back(peer: Peer, hours: float = 8) -> None:
    peer.clock.freeze(peer.clock.now() - timedelta(hours=hours))


async def test_a_clock_set_back_leaves_the_pace_as_it_was(outbox: Outbox, peer: Peer):
    """Neither a pause of hours, nor tokens for nothing."""
    for number in range(5):
        await outbox.put(text(f"{number}"))
    await quiet(outbox)
    set_back(peer)
    await quiet(outbox)
    assert len(peer.sent()) <= 4, "the real time that has passed gives one at most"
    await outbox.put(text("elsewhere", group=7))
    await pass_time(peer.clock, outbox, 6)
    assert sorted(peer.texts()) == ["0", "1", "2", "3", "4", "elsewhere"]


async def test_after_a_restart_on_a_clock_set_back_nobody_waits_longer_than_the_window(
    outbox: Outbox, peer: Peer
):
    for group in range(1, 41):
        for number in range(3):
            await outbox.put(text(f"{number}", group=group))
    await pass_time(peer.clock, outbox, 200, step=5)
    assert len(peer.sent()) == 120
    await outbox.stop()
    set_back(peer, 24 * 10)
    again = outbox_for(peer, Pacing())
    await again.start()
    await again.put(text("there before", group=3))
    await again.put(text("never spoken in", group=99))
    await pass_time(peer.clock, again, 62)
    assert sorted(peer.texts()[120:]) == ["never spoken in", "there before"]
    await again.stop()


async def test_a_clock_set_back_prolongs_no_pause_and_no_kick_budget(outbox: Outbox, peer: Peer):
    peer.members |= set(range(20, 30))
    for user in range(20, 25):
        await outbox.put(kick(user, source=f"kick:{user}"))
    await pass_time(peer.clock, outbox, 20)
    assert outbox.kick_budget_left(GROUP) == 0
    peer.fates["send_group_msg"] = ["refused"] * 3
    for group in (1, 2, 3):
        await outbox.put(text("refused", group=group))
        await quiet(outbox)
    await outbox.stop()
    set_back(peer)
    again = outbox_for(peer, Pacing())
    await again.start()
    assert "秒后再试" in again.breaker_state()
    await again.put(text("probe", group=4))
    await pass_time(peer.clock, again, 61)
    assert peer.texts()[3:] == ["probe"]
    set_back(peer)
    peer.clock.move(timedelta(minutes=10))
    assert again.kick_budget_left(GROUP) == 5
    await again.stop()


async def test_what_could_not_be_sent_is_tried_again_on_a_clock_set_back(outbox: Outbox, peer: Peer):
    peer.fates["send_group_msg"] = ["not sent"] * 3
    await outbox.put(text("said"))
    await until(lambda: len(peer.fates["send_group_msg"]) < 3)
    set_back(peer)
    await pass_time(peer.clock, outbox, 10)
    assert peer.texts() == ["said"]
    peer.fates["send_group_msg"] = ["not sent"]
    await outbox.put(text("later"))
    await until(lambda: not peer.fates["send_group_msg"])
    await outbox.stop()
    set_back(peer)
    again = outbox_for(peer, Pacing())
    await again.start()
    await pass_time(peer.clock, again, 61)
    assert peer.texts() == ["said", "later"]
    await again.stop()


async def test_a_doubt_is_settled_on_a_clock_set_back(outbox: Outbox, peer: Peer):
    peer.fates["send_group_msg"] = ["lost"]
    ticket = await outbox.put(text("said"))
    await until(lambda: outbox.unknowns(GROUP))
    set_back(peer)
    await pass_time(peer.clock, outbox, 30)
    assert (await ticket.outcome(0)).why == "历史消息里没有这一条"


# — one group's failures are its own ———————————————————————————————————————————————————————

MUTED, HEALTHY = 66, 77


def said_in(peer: Peer, group: int) -> list[str]:
    return [p["message"][0]["data"]["text"] for _, p in peer.sent() if p["group_id"] == group]


@pytest.mark.parametrize("answer", ["refused", "lost"])
async def test_a_group_that_takes_nothing_does_not_hold_up_another(outbox: Outbox, peer: Peer, answer: str):
    """However often it fails, and whichever way; and it is tried less and less."""
    peer.deaf[MUTED] = answer
    for minute in range(10):
        for number in range(3):
            await outbox.put(text(f"{minute}.{number}", group=MUTED))
        await pass_time(peer.clock, outbox, 30)
        await outbox.put(text(f"{minute}", group=HEALTHY))
        await quiet(outbox)
        assert said_in(peer, HEALTHY)[-1] == f"{minute}", "at once"
        await pass_time(peer.clock, outbox, 30)
    assert len(said_in(peer, MUTED)) <= 9
    assert "账号" not in outbox.breaker_state(HEALTHY)
    assert "另有 1 个群里发不出去" in outbox.breaker_state(HEALTHY)
    assert "本群里发不出去" in outbox.breaker_state(MUTED)
    peer.deaf.clear()
    await pass_time(peer.clock, outbox, 700, step=5)
    assert outbox.breaker_state(MUTED) == ""
    assert outbox.pending() == 0


async def test_people_who_take_no_private_messages_do_not_pause_the_groups(outbox: Outbox, peer: Peer):
    peer.fates["send_private_msg"] = ["refused"] * 6
    for user in range(1, 7):
        message = [{"type": "text", "data": {"text": "hi"}}]
        await outbox.put(
            Draft("send_private_msg", {"user_id": user, "message": message}, user_id=user, account=9)
        )
        await quiet(outbox)
    await outbox.put(text("said", group=HEALTHY))
    await quiet(outbox)
    assert said_in(peer, HEALTHY) == ["said"]
    assert outbox.breaker_state() == ""


async def test_groups_known_to_take_nothing_are_no_news_about_the_account(outbox: Outbox, peer: Peer):
    """Four muted groups and one that is not: it waits once, as they might have been all; then never again."""
    for group in (1, 2, 3, 4):
        peer.deaf[group] = "refused"
    for number in range(6):
        for group in (1, 2, 3, 4):
            await outbox.put(text(f"{number}", group=group))
    await quiet(outbox)
    await outbox.put(text("first", group=HEALTHY))
    await pass_time(peer.clock, outbox, 32)
    assert said_in(peer, HEALTHY) == ["first"]
    await pass_time(peer.clock, outbox, 120, step=5)
    for number in range(20):
        await outbox.put(text(f"{number}", group=HEALTHY))
        await pass_time(peer.clock, outbox, 20, step=2)
        assert said_in(peer, HEALTHY)[-1] == f"{number}"


async def test_a_mute_that_is_told_holds_the_group_until_it_ends(outbox: Outbox, peer: Peer):
    outbox.hold(MUTED, 9, 600)
    await outbox.put(text("waits", group=MUTED))
    await outbox.put(text("said", group=HEALTHY))
    await outbox.put(kick(11, group=MUTED))
    await pass_time(peer.clock, outbox, 590, step=10)
    assert peer.texts() == ["said"]
    assert peer.sent("set_group_kick"), "acts need no voice"
    assert "本群里发不出去" in outbox.breaker_state(MUTED)
    await pass_time(peer.clock, outbox, 20)
    assert peer.texts() == ["said", "waits"]
    outbox.hold(MUTED, 9, 86400)
    await outbox.put(text("lifted", group=MUTED))
    await pass_time(peer.clock, outbox, 60, step=10)
    outbox.hold(MUTED, 9, 0)
    await quiet(outbox)
    assert peer.texts()[2:] == ["lifted"]


async def test_a_mute_without_an_end_is_tried_every_ten_minutes_and_after_an_absence(
    outbox: Outbox, peer: Peer
):
    """The word of its end may have been missed."""
    peer.deaf[MUTED] = "refused"
    outbox.hold(MUTED, 9, None)
    for number in range(4):
        await outbox.put(text(f"{number}", group=MUTED))
    await pass_time(peer.clock, outbox, 1500, step=10)
    assert said_in(peer, MUTED) == ["0", "1"]
    outbox.look_again(9)
    await quiet(outbox)
    assert said_in(peer, MUTED) == ["0", "1", "2"]
    peer.deaf.clear()
    outbox.look_again(9)
    await pass_time(peer.clock, outbox, 5)
    assert said_in(peer, MUTED)[3:] == ["3"]


async def test_what_is_queued_for_a_group_we_left_ends_with_the_reason(outbox: Outbox, peer: Peer):
    outbox.hold(MUTED, 9, 600)
    waiting = await outbox.put(text("waits", group=MUTED))
    other = await outbox.put(text("said", group=HEALTHY))
    outbox.leave(MUTED)
    assert (await waiting.outcome(0)).why == "机器人已经不在这个群"
    late = await outbox.put(text("late", group=MUTED, source="brief:1"))
    assert (await late.outcome(1)).why == "机器人已经不在这个群"
    await quiet(outbox)
    assert await other.outcome(0)
    assert peer.texts() == ["said"]
    outbox.come_back([MUTED])
    outbox.hold(MUTED, 9, 0)
    await outbox.put(text("back", group=MUTED))
    await quiet(outbox)
    assert peer.texts() == ["said", "back"]


# — whose turn it is ———————————————————————————————————————————————————————————————————————


async def test_a_few_flooded_groups_take_nobody_elses_turn(outbox: Outbox, peer: Peer):
    """When the account's minute is used up, who has waited longest for a turn is next."""
    for number in range(60):
        for group in (1, 2, 3):
            await outbox.put(text(f"{number}", group=group))
    await pass_time(peer.clock, outbox, 120, step=2)
    for number in range(3):
        await outbox.put(text(f"{number}", group=HEALTHY))
    before = peer.clock.now()
    while len(said_in(peer, HEALTHY)) < 3:
        await pass_time(peer.clock, outbox, 1)
    assert (peer.clock.now() - before).total_seconds() <= 60


def test_waiting_answers_are_counted_by_whom_they_answer():
    lanes, now = Lanes(), NOON
    entries = [
        Entry("send_group_msg", {}, now, group_id=1, author_id=who, id=n)
        for n, who in enumerate((5, 5, 6, 0))
    ]
    for entry in entries:
        lanes.add(entry)
    assert (lanes.waiting(1, 5), lanes.waiting(1, 6), lanes.waiting(2, 5)) == (2, 1, 0)
    lanes.remove(entries[0])
    assert lanes.drop(lambda entry: entry.author_id == 6) == [entries[2]]
    assert (lanes.waiting(1, 5), lanes.waiting(1, 6), len(lanes)) == (1, 0, 2)
