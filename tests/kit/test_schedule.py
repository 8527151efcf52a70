"""The schedule: a due slot is carried out once, late rather than never, through failures and crashes."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from lizheng.base.clock import Clock
from lizheng.delivery.schedule import Schedule
from lizheng.store import Store, atomic
from lizheng.store.tables import HostRow, Slot, Switch
from tests.support.reliability_figures import Note

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def clock(store: Store) -> Clock:
    clock = Clock()
    clock.freeze(NOON)
    return clock


@pytest.fixture
async def schedule(clock: Clock):
    schedule = Schedule(clock)
    await schedule.start()
    yield schedule
    await schedule.stop(0.1)


class Handler:
    """Notes the slots it ran; fails as often as told."""

    def __init__(self, *, fails: int = 0) -> None:
        self.ran: list[Slot] = []
        self.fails = fails

    @property
    def keys(self) -> list[str]:
        return [slot.key for slot in self.ran]

    async def __call__(self, slot: Slot) -> None:
        self.ran.append(slot)
        if len(self.ran) <= self.fails:
            raise RuntimeError("on purpose")


async def settle(schedule: Schedule) -> None:
    async with asyncio.timeout(30):
        await schedule.settle()


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


async def test_a_slot_runs_when_due_and_once(schedule: Schedule, clock: Clock):
    handler = Handler()
    schedule.register("brief", "send", handler)
    await schedule.plan("brief", "send", 1, NOON + hours(1), key="today", payload={"n": 1})
    clock.move(hours(0.5))
    await settle(schedule)
    assert handler.ran == []
    clock.move(hours(0.5))
    await settle(schedule)
    clock.move(hours(48))
    await settle(schedule)
    assert handler.keys == ["today"]
    assert handler.ran[0].payload == {"n": 1}
    assert handler.ran[0].due_at == NOON + hours(1)
    slot = await Slot.get(key="today")
    assert (slot.state, slot.done_at) == ("done", NOON + hours(1))


async def test_on_a_running_clock_it_runs_by_itself(store: Store):
    clock = Clock()
    schedule = Schedule(clock)
    handler = Handler()
    schedule.register("f", "job", handler)
    await schedule.start()
    await schedule.plan("f", "job", 1, clock.now() + timedelta(milliseconds=80))
    await asyncio.sleep(0.02)
    assert handler.ran == []
    async with asyncio.timeout(5):
        while not handler.ran:
            await asyncio.sleep(0.01)
    await schedule.stop()


async def test_planned_again_it_is_the_same_slot_unless_replaced(schedule: Schedule, clock: Clock):
    handler = Handler()
    schedule.register("f", "job", handler)
    first = await schedule.plan("f", "job", 1, NOON + hours(1), payload={"n": 1})
    again = await schedule.plan("f", "job", 1, NOON + hours(9), payload={"n": 2})
    assert (again.id, again.due_at, again.payload) == (first.id, NOON + hours(1), {"n": 1})
    replaced = await schedule.plan("f", "job", 1, NOON + hours(2), payload={"n": 3}, replace=True)
    assert (replaced.id, replaced.due_at, replaced.payload) == (first.id, NOON + hours(2), {"n": 3})
    clock.move(hours(2))
    await settle(schedule)
    assert [slot.payload for slot in handler.ran] == [{"n": 3}]
    await schedule.plan("f", "job", 1, NOON + hours(3))
    clock.move(hours(9))
    await settle(schedule)
    assert len(handler.ran) == 1, "a finished slot stays finished"
    await schedule.plan("f", "job", 1, NOON + hours(12), replace=True)
    clock.move(hours(9))
    await settle(schedule)
    assert len(handler.ran) == 2


async def test_what_has_run_is_planned_anew_by_another_cause_and_by_none_twice(
    schedule: Schedule, clock: Clock
):
    handler = Handler()
    schedule.register("f", "job", handler)

    async def plan(cause: str | None, due: float) -> Slot:
        return await schedule.plan("f", "job", 1, NOON + hours(due), key="draw", payload={}, cause=cause)

    await plan("message:1", 1)
    assert (await plan("message:2", 0)).due_at == NOON + hours(1), "while it waits it stays as it is"
    clock.move(hours(2))
    await settle(schedule)
    for cause, due in (("message:1", 1), ("message:1", 9), (None, 9)):
        assert (await plan(cause, due)).state == "done", "the same cause, met again after a crash"
    await settle(schedule)
    assert len(handler.ran) == 1
    again = await plan("message:2", 3)
    assert (again.state, again.due_at, again.done_at) == ("waiting", NOON + hours(3), None)
    clock.move(hours(9))
    await settle(schedule)
    assert (await plan("message:2", 99)).state == "done"
    assert [slot.due_at for slot in handler.ran] == [NOON + hours(1), NOON + hours(3)]


async def test_what_was_missed_or_has_failed_is_planned_anew_as_well(schedule: Schedule, clock: Clock):
    handler = Handler(fails=4)
    schedule.register("f", "job", handler, late_limit=hours(3))
    await schedule.plan("f", "job", 1, NOON, key="fails", cause="message:1")
    await schedule.plan("f", "job", 2, NOON - hours(5), key="late", cause="message:1")
    for _ in range(60):
        clock.move(timedelta(seconds=5))
        await settle(schedule)
    assert {slot.key: slot.state for slot in await Slot.all()} == {"fails": "failed", "late": "missed"}
    for group, key in ((1, "fails"), (2, "late")):
        slot = await schedule.plan("f", "job", group, clock.now(), key=key, cause="message:2")
        assert (slot.attempts, slot.error) == (0, "")
    await settle(schedule)
    assert sorted(handler.keys[4:]) == ["fails", "late"]


async def test_a_plan_shares_the_fate_of_its_transaction(schedule: Schedule, clock: Clock):
    handler = Handler()
    schedule.register("f", "job", handler)

    @atomic
    async def work(key: str, fail: bool) -> None:
        await schedule.plan("f", "job", 1, NOON, key=key)
        if fail:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await work("lost", True)
    await work("kept", False)
    await settle(schedule)
    assert handler.keys == ["kept"]


async def test_cancelled_slots_never_run_and_upcoming_lists_the_rest(schedule: Schedule, clock: Clock):
    handler = Handler()
    schedule.register("f", "job", handler)
    for number in (3, 1, 2):
        await schedule.plan("f", "job", 1, NOON + hours(number), key=str(number))
    await schedule.plan("f", "job", 2, NOON + hours(1), key="other group")
    await schedule.cancel("f", "job", 1, key="2")
    assert [slot.key for slot in await schedule.upcoming(1, 5)] == ["1", "3"]
    assert len(await schedule.upcoming(1, 1)) == 1
    clock.move(hours(5))
    await settle(schedule)
    assert sorted(handler.keys) == ["1", "3", "other group"]


async def test_one_groups_slots_run_in_due_order_and_groups_side_by_side(schedule: Schedule, clock: Clock):
    running: set[int] = set()
    most = 0
    order: dict[int, list[str]] = {}

    async def handler(slot: Slot) -> None:
        nonlocal most
        assert slot.group_id not in running
        running.add(slot.group_id)
        most = max(most, len(running))
        await asyncio.sleep(0.01)
        order.setdefault(slot.group_id, []).append(slot.key)
        running.discard(slot.group_id)

    schedule.register("f", "job", handler)
    for group in range(1, 13):
        for number in (2, 0, 1):
            await schedule.plan("f", "job", group, NOON + timedelta(seconds=1 + number), key=str(number))
    clock.move(hours(1))
    await settle(schedule)
    assert order == {group: ["0", "1", "2"] for group in range(1, 13)}
    assert 2 <= most <= 8


async def test_a_repeating_job_returns_its_next_time(schedule: Schedule, clock: Clock):
    seen: list[datetime] = []

    async def daily(slot: Slot) -> datetime:
        seen.append(slot.due_at)
        return slot.due_at + timedelta(days=1)

    schedule.register("f", "daily", daily)
    await schedule.plan("f", "daily", 1, NOON + hours(1))
    for _ in range(3):
        clock.move(timedelta(days=1))
        await settle(schedule)
    assert seen == [NOON + hours(1) + timedelta(days=day) for day in range(3)]
    (slot,) = await Slot.all()
    assert (slot.state, slot.due_at) == ("waiting", NOON + hours(1) + timedelta(days=3))


async def test_a_failing_handler_is_tried_again_three_times_then_failed(schedule: Schedule, clock: Clock):
    handler = Handler(fails=99)
    schedule.register("f", "job", handler)
    await schedule.plan("f", "job", 1, NOON)
    await settle(schedule)
    assert len(handler.ran) == 1, "not again without a pause"
    for _ in range(60):
        clock.move(timedelta(seconds=5))
        await settle(schedule)
    assert len(handler.ran) == 4
    assert {slot.due_at for slot in handler.ran} == {NOON}, "its due time names it through every try"
    slot = await Slot.get()
    assert (slot.state, slot.error) == ("failed", "RuntimeError: on purpose")


async def test_a_handler_that_recovers_is_done(schedule: Schedule, clock: Clock):
    handler = Handler(fails=2)
    schedule.register("f", "job", handler)
    await schedule.plan("f", "job", 1, NOON)
    for _ in range(30):
        clock.move(timedelta(seconds=5))
        await settle(schedule)
    assert len(handler.ran) == 3
    assert (await Slot.get()).state == "done"


async def test_a_repeating_job_is_never_given_up(schedule: Schedule, clock: Clock):
    """Nobody would plan it again: what fails for a day comes back, at the latest an hour after the cause is gone."""
    handler = Handler(fails=20)
    schedule.register("f", "job", handler, repeats=True)
    await schedule.plan("f", "job", 1, NOON)
    for _ in range(20):
        clock.move(hours(1))
        await settle(schedule)
    assert 15 <= len(handler.ran) <= 20
    assert (await Slot.get()).state == "waiting"
    for _ in range(6):
        clock.move(hours(1))
        await settle(schedule)
    assert len(handler.ran) == 21
    assert {slot.due_at for slot in handler.ran} == {NOON}
    assert (await Slot.get()).state == "done"


async def test_too_late_is_missed(schedule: Schedule, clock: Clock):
    handler = Handler()
    schedule.register("f", "job", handler, late_limit=hours(3))
    await schedule.plan("f", "job", 1, NOON + hours(1), key="once")
    await schedule.plan("f", "job", 3, NOON + hours(2), key="in time")
    clock.move(hours(5))
    await settle(schedule)
    assert handler.keys == ["in time"]
    assert (await Slot.get(key="once")).state == "missed"


async def test_replanned_while_running_the_new_time_counts(schedule: Schedule, clock: Clock):
    ran: list[datetime] = []

    async def handler(slot: Slot) -> None:
        ran.append(slot.due_at)
        if len(ran) == 1:
            await schedule.plan("f", "job", 1, NOON + hours(2), replace=True)

    schedule.register("f", "job", handler)
    await schedule.plan("f", "job", 1, NOON)
    await settle(schedule)
    clock.move(hours(2))
    await settle(schedule)
    assert ran == [NOON, NOON + hours(2)]
    assert (await Slot.get()).state == "done"


async def test_planned_by_another_cause_while_running_it_runs_again_then(schedule: Schedule, clock: Clock):
    """The first of several such plans counts, with its payload, over the next time that the run itself gives."""
    ran: list[tuple[datetime, dict]] = []

    async def handler(slot: Slot) -> datetime | None:
        ran.append((slot.due_at, slot.payload))
        if len(ran) > 1:
            return None
        for cause, span in (("first", 9), (None, 1), ("second", 2), ("third", 3)):
            due, payload = NOON + hours(span), {"by": cause}
            await schedule.plan("f", "job", 1, due, payload=payload, cause=cause)
        return NOON + hours(1)

    schedule.register("f", "job", handler)
    await schedule.plan("f", "job", 1, NOON, cause="first", payload={"by": "first"})
    await settle(schedule)
    clock.move(hours(1))
    await settle(schedule)
    assert len(ran) == 1
    clock.move(hours(1))
    await settle(schedule)
    assert ran == [(NOON, {"by": "first"}), (NOON + hours(2), {"by": "second"})]
    assert (await Slot.get()).state == "done"
    await schedule.plan("f", "job", 1, NOON + hours(9), cause="second")
    assert (await Slot.get()).state == "done"


async def test_what_is_planned_while_running_outlives_failures_of_the_run(schedule: Schedule, clock: Clock):
    handler = Handler(fails=1)

    async def failing(slot: Slot) -> None:
        await schedule.plan("f", "job", 1, NOON + hours(2), cause="second")
        await handler(slot)

    schedule.register("f", "job", failing)
    await schedule.plan("f", "job", 1, NOON, cause="first")
    await settle(schedule)
    clock.move(timedelta(seconds=5))
    await settle(schedule)
    assert [slot.due_at for slot in handler.ran] == [NOON, NOON]
    clock.move(hours(2))
    await settle(schedule)
    assert [slot.due_at for slot in handler.ran] == [NOON, NOON, NOON + hours(2)]


async def test_what_may_not_run_is_parked_and_not_looked_at_until_it_may(
    schedule: Schedule, clock: Clock
) -> None:
    handler, asked, on = Handler(), list[str](), set[int]()

    def allowed(slot: Slot) -> bool:
        asked.append(slot.key)
        return slot.group_id in on

    schedule.register("f", "job", handler, late_limit=hours(3), allowed=allowed)
    for key, due in (("early", 1), ("late", 4)):
        await schedule.plan("f", "job", 1, NOON + hours(due), key=key, cause="first")
    clock.move(hours(5))
    await settle(schedule)
    for _ in range(5):
        schedule.wake()
        await settle(schedule)
    assert (handler.keys, sorted(set(asked)), len(asked)) == ([], ["early", "late"], 4)
    await schedule.plan("f", "job", 1, NOON + hours(9), key="late", cause="second")
    assert {(slot.state, slot.done_at) for slot in await Slot.all()} == {("parked", None)}
    on.add(1)
    await schedule.unpark("g", 1)
    await schedule.unpark("f", 2)
    await settle(schedule)
    assert handler.ran == []
    await schedule.unpark("f", 1)
    await settle(schedule)
    assert handler.keys == ["late"]
    assert (await Slot.get(key="early")).state == "missed"


async def test_a_slot_that_ran_at_a_crash_runs_again(schedule: Schedule, clock: Clock):
    started = asyncio.Event()

    async def stuck(slot: Slot) -> None:
        started.set()
        await asyncio.sleep(3600)

    schedule.register("f", "job", stuck)
    await schedule.plan("f", "job", 1, NOON)
    await asyncio.wait_for(started.wait(), 5)
    await schedule.stop(0.0)
    assert (await Slot.get()).state == "running"
    handler = Handler()
    again = Schedule(clock)
    again.register("f", "job", handler)
    await again.start()
    await settle(again)
    await again.stop()
    assert len(handler.ran) == 1
    assert (await Slot.get()).state == "done"


async def test_two_hosts_on_one_database_run_each_slot_once(schedule: Schedule, clock: Clock):
    other = Schedule(clock)
    handler = Handler()
    for one in (schedule, other):
        one.register("f", "job", handler)
    for number in range(40):
        await schedule.plan("f", "job", number % 10, NOON + hours(1), key=str(number))
    await other.start()
    clock.move(hours(1))
    await asyncio.gather(settle(schedule), settle(other))
    await other.stop()
    assert sorted(handler.keys, key=int) == [str(number) for number in range(40)]


async def test_what_a_living_host_runs_is_left_to_it_and_taken_over_when_it_is_gone(
    clock: Clock, store: Store
):
    """A host that has just come claims slots before anybody has heard of it; its row says that it lives."""
    later = NOON + hours(1)
    for name, host in (("theirs", "other"), ("orphan", "dead"), ("ours", None)):
        claimed = {"state": "running", "claimed_at": NOON, "claimed_by": host}
        await Slot.create(feature="f", name="job", group_id=1, key=name, due_at=NOON, **claimed)
    await HostRow.create(id="other", alive_until=later)
    handler = Handler()
    schedule = Schedule(clock)
    schedule.register("f", "job", handler)
    await schedule.start()
    await settle(schedule)
    assert sorted(handler.keys) == ["orphan", "ours"]
    assert (await Slot.get(key="theirs")).state == "running"
    await HostRow.all().delete()
    await schedule.take_over()
    await settle(schedule)
    await schedule.stop()
    assert sorted(handler.keys) == ["orphan", "ours", "theirs"]


async def test_slots_of_a_feature_that_is_gone_wait_and_block_nobody(schedule: Schedule, clock: Clock):
    handler = Handler()
    schedule.register("f", "job", handler)
    for number in range(50):
        await schedule.plan("gone", "job", 1, NOON - hours(1), key=str(number))
    await schedule.plan("f", "job", 1, NOON)
    await settle(schedule)
    assert len(handler.ran) == 1
    assert await Slot.filter(feature="gone", state="waiting").count() == 50


async def test_1000_of_1000_deadlines_are_there_after_a_restart(store: Store, clock: Clock, figure: Note):
    planner = Schedule(clock)

    @atomic
    async def plan_all() -> None:
        for number in range(1000):
            due = NOON + timedelta(minutes=number % 120)
            await planner.plan("f", "deadline", 1 + number % 37, due, key=str(number))

    await plan_all()
    await store.close()
    await store.open()
    later = Schedule(clock)
    ran: list[str] = []

    async def deadline(slot: Slot) -> None:
        ran.append(slot.key)
        if slot.key == "500":
            await Switch.create(group_id=1, feature="ran", on=True)

    later.register("f", "deadline", deadline)
    await later.start()
    clock.move(hours(1))
    await settle(later)
    assert all(int(key) % 120 <= 60 for key in ran)
    clock.move(hours(1))
    await settle(later)
    await later.stop()
    assert sorted(ran, key=int) == [str(number) for number in range(1000)]
    assert await Slot.filter(state="done").count() == 1000
    figure("deadlines", kept=len(ran), planned=1000)
    assert await Switch.all().count() == 1


async def test_gathered_while_it_runs_it_runs_once_more(schedule: Schedule, clock: Clock):
    found: list[int] = []
    waiting, going = [1], asyncio.Event()

    async def gather(slot: Slot) -> None:
        found.extend(waiting)
        waiting.clear()
        await going.wait()

    schedule.register("welcome", "greet", gather)
    await schedule.plan("welcome", "greet", 1, NOON, gather=True)
    while not found:
        await asyncio.sleep(0.001)
    waiting.append(2)
    await schedule.plan("welcome", "greet", 1, NOON + hours(1), gather=True)
    again = await schedule.plan("welcome", "greet", 1, NOON + hours(2), gather=True)
    assert again.next_due_at == NOON + hours(1)
    going.set()
    await settle(schedule)
    clock.move(hours(1))
    await settle(schedule)
    assert found == [1, 2]
    assert await Slot.filter(feature="welcome").count() == 1
    await schedule.plan("welcome", "greet", 1, clock.now(), gather=True)
    await settle(schedule)
    assert (await Slot.get(feature="welcome")).done_at == clock.now()


async def test_acts_do_not_wait_for_talk(schedule: Schedule, clock: Clock):
    """Neither for their own group's, nor for that of so many groups that all places of talk are taken."""
    stuck, acted = asyncio.Event(), Handler()

    async def talk(slot: Slot) -> None:
        await stuck.wait()

    schedule.register("welcome", "greet", talk)
    schedule.register("violations", "enforce", acted, acts=True)
    for group in range(1, 20):
        for key in range(20):
            await schedule.plan("welcome", "greet", group, NOON - hours(1), key=str(key))
    await schedule.plan("violations", "enforce", 1, NOON, key="a")
    await schedule.plan("violations", "enforce", 1, NOON, key="b")
    await schedule.plan("violations", "enforce", 19, NOON, key="c")
    async with asyncio.timeout(10):
        while len(acted.ran) < 3:
            await asyncio.sleep(0.001)
    assert sorted(acted.keys) == ["a", "b", "c"]
    stuck.set()
