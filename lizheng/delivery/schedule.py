"""Due slots in the database, run by one ticker over the clock.

A slot that was running when the process died runs again at the next start, so handlers are idempotent or put
their effects into the outbox under a source made from the slot and its due time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nonebot.log import logger

from lizheng.base.clock import Alarm, Clock
from lizheng.delivery import slots
from lizheng.delivery.leases import SingleHost
from lizheng.store import after_commit
from lizheng.store.tables import Slot

LOOK_AGAIN = 30.0
AT_ONCE = 8
RETRIES = 3
FIRST_RETRY = timedelta(seconds=5)
DB_TROUBLE = 1.0

Handler = Callable[[Slot], Awaitable[datetime | None]]
Allowed = Callable[[Slot], bool]
Lane = tuple[bool, int, str, str]


def _always(slot: Slot) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class _Job:
    handler: Handler
    late_limit: timedelta | None
    repeats: bool
    acts: bool = False
    allowed: Allowed = _always


class Schedule:
    """Runs each slot once when it is due: one after the other within a group, groups side by side.

    What acts on people has a lane of its own in each group, and places of its own: no talk keeps it waiting.
    """

    def __init__(self, clock: Clock, shares: SingleHost | None = None) -> None:
        """`shares` tells whose the groups are when several hosts have one database."""
        self._clock = clock
        self._shares = shares or SingleHost()
        self._alarm = Alarm(clock)
        self._jobs: dict[tuple[str, str], _Job] = {}
        self._running: dict[Lane, asyncio.Task[None]] = {}
        self._ticker: asyncio.Task[None] | None = None
        self._own: set[int] = set()
        self._finished: list[Slot] = []
        self._next_due: datetime | None = None
        self._unseen = False
        self._looking = False

    def register(
        self,
        feature: str,
        name: str,
        handler: Handler,
        late_limit: timedelta | None = None,
        repeats: bool = False,
        acts: bool = False,
        allowed: Allowed = _always,
    ) -> None:
        """Run `handler(slot)` for this feature's slots of that name.

        What it returns is the same slot's next due time, or None when it is finished. One that raises is tried three
        times more, with growing pauses, then `failed`; one that `repeats` is tried until it succeeds, every hour in
        the end, as nobody would ever plan it again. A slot later than `late_limit` is not run but `missed`. One that
        `acts` does not wait for those that do not.

        One that is not `allowed` when it comes due is `parked` until `unpark`, which looks at its lateness as if the
        host had been down for so long.
        """
        self._jobs[feature, name] = _Job(handler, late_limit, repeats, acts, allowed)
        self.wake()

    async def plan(
        self,
        feature: str,
        name: str,
        group_id: int,
        due_at: datetime,
        key: str = "",
        payload: Mapping[str, Any] | None = None,
        replace: bool = False,
        gather: bool = False,
        cause: str | None = None,
    ) -> Slot:
        """Write a slot down, within the running atomic if there is one.

        Feature, name, group and key are one slot. Planned again before it has run, it stays as it is. Once it runs
        or is finished, another `cause` makes it wait anew with the new time and payload, after that run and instead of
        the next time it gave; the same cause, met again after a crash, changes nothing, nor does None. With `replace`
        the new time and payload count in any case; with `gather` unless it waits, so that it runs once more when it is
        running just now.
        """
        job = self._jobs.get((feature, name))
        late = job.late_limit if job else None
        slot = await slots.plan(
            feature,
            name,
            group_id,
            key,
            due_at,
            payload or {},
            late,
            replace=replace,
            gather=gather,
            cause=cause,
        )
        after_commit(self.wake)
        return slot

    async def cancel(self, feature: str, name: str, group_id: int, key: str = "") -> None:
        """Forget a slot; one that is running just now runs to its end, without a next time."""
        await Slot.filter(feature=feature, name=name, group_id=group_id, key=key).delete()

    async def unpark(self, feature: str, group_id: int) -> None:
        """Have what came due while the feature was off run now, unless it is later than its limit."""
        if await slots.unpark(feature, group_id):
            after_commit(self.wake)

    async def upcoming(self, group_id: int, limit: int) -> list[Slot]:
        """The group's next waiting slots, soonest first."""
        return await Slot.filter(group_id=group_id, state="waiting").order_by("due_at", "id").limit(limit)

    def idle(self) -> bool:
        """Whether no slot is running and none is due by now."""
        due = self._next_due is not None and self._next_due <= self._clock.now()
        return self._ticker is None or not (
            self._running or self._unseen or self._looking or self._finished or due
        )

    async def settle(self) -> None:
        """Wait until every slot due by now has run, those due again by now included."""
        while not self.idle():  # noqa: ASYNC110
            await asyncio.sleep(0.002)

    async def start(self) -> None:
        """Take up the slots, those that a crash left running first."""
        await slots.release(self._own)
        self._unseen = True
        self._ticker = asyncio.create_task(self._run())

    async def take_over(self) -> None:
        """Run what a host that lives no more left running."""
        if await slots.release(self._own):
            self.wake()

    def wake(self) -> None:
        """Look again at once, for instance because other groups have become this host's."""
        self._unseen = True
        self._alarm.ring()

    async def stop(self, deadline: float = 3.0) -> None:
        """Start no more, and let the running ones end within `deadline` seconds."""
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.wait({self._ticker})
            self._ticker = None
        running = set(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=deadline)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        await self._write_finished()

    async def _run(self) -> None:
        while True:
            self._unseen, self._looking = False, True
            try:
                pause = await self._begin()
            except Exception:
                logger.exception("due slots could not be read, trying again")
                pause = DB_TROUBLE
            self._looking = False
            await self._alarm.wait(pause)

    async def _begin(self) -> float:
        """Start what is due; the seconds until something may be."""
        await self._write_finished()
        now = self._clock.now()
        left = again = False
        for acts in (True, False):
            more, room = await self._begin_some(acts, now)
            left, again = left or more, again or (more and room)
        following = await slots.following(now)
        self._next_due = now if left else following
        if again:
            return 0.0
        if left or following is None:
            return LOOK_AGAIN
        return min(LOOK_AGAIN, max(0.0, (following - self._clock.now()).total_seconds()))

    async def _begin_some(self, acts: bool, now: datetime) -> tuple[bool, bool]:
        """Start what is due of one class; whether more of it is due, and whether some of that may start at once."""
        jobs = [key for key, job in self._jobs.items() if job.acts is acts]
        if not jobs:
            return False, False
        running = [lane for lane in self._running if lane[0] is acts]
        busy = [*(lane[1] for lane in running if lane[1]), *self._shares.others()]
        due = await slots.due(now, jobs, busy, 2 * AT_ONCE)
        lanes: dict[Lane, Slot] = {}
        for slot in due:
            lane = self._lane(slot)
            if lane not in self._running and len(running) + len(lanes) < AT_ONCE:
                lanes.setdefault(lane, slot)
        for slot in await slots.claim([slot.id for slot in lanes.values()], now, self._shares.name):
            self._start(slot)
        return len(due) > len(lanes), bool(lanes) and len(running) + len(lanes) < AT_ONCE

    def _lane(self, slot: Slot) -> Lane:
        acts = self._jobs[slot.feature, slot.name].acts
        return (acts, slot.group_id, "", "") if slot.group_id else (acts, 0, slot.feature, slot.name)

    def _start(self, slot: Slot) -> None:
        lane = self._lane(slot)
        task = asyncio.create_task(self._run_slot(slot))
        self._running[lane] = task
        self._own.add(slot.id)

        def ended(_: asyncio.Task[None]) -> None:
            self._running.pop(lane, None)
            self._own.discard(slot.id)
            self.wake()

        task.add_done_callback(ended)

    async def _run_slot(self, slot: Slot) -> None:
        job = self._jobs[slot.feature, slot.name]
        if not job.allowed(slot):
            slot.state = "parked"
            self._finish(slot, None)
            return
        late = self._clock.now() - slot.due_at
        if job.late_limit is not None and late > job.late_limit:
            self._finish(slot, self._give_up(slot, "missed"))
        else:
            self._finish(slot, await self._attempt(job, slot))

    async def _attempt(self, job: _Job, slot: Slot) -> datetime | None:
        """Run the handler; the slot carries the resulting state, the time of its next run is returned."""
        slot.state = "done"
        try:
            return await job.handler(slot)
        except Exception as error:
            where = f"slot {slot.id} ({slot.feature}.{slot.name}, group {slot.group_id}, key {slot.key!r})"
            logger.exception("{} failed", where)
            slot.attempts += 1
            slot.error = f"{type(error).__name__}: {error}"[:500]
        if slot.attempts > RETRIES and not job.repeats:
            return self._give_up(slot, "failed")
        slot.state = "waiting"
        pause = FIRST_RETRY * 4 ** min(slot.attempts - 1, 9)
        slot.retry_at = self._clock.now() + min(pause, slots.LONGEST_PAUSE)
        return None

    @staticmethod
    def _give_up(slot: Slot, state: str) -> None:
        slot.state = state
        logger.warning(
            "slot {} ({}.{}) is {}, was due {}", slot.id, slot.feature, slot.name, state, slot.due_at
        )

    def _finish(self, slot: Slot, following: datetime | None) -> None:
        if following is not None and following > slot.due_at:
            slot.state, slot.due_at = "waiting", following
            slot.attempts, slot.error, slot.retry_at = 0, "", None
        elif slot.state not in ("waiting", "parked"):
            slot.done_at = self._clock.now()
        self._finished.append(slot)

    async def _write_finished(self) -> None:
        finished = self._finished[:]
        if finished:
            await slots.finish(finished)
            del self._finished[: len(finished)]
            # Switched on just before that was written, the feature found nothing to unpark.
            for slot in finished:
                if slot.state == "parked" and self._jobs[slot.feature, slot.name].allowed(slot):
                    await self.unpark(slot.feature, slot.group_id)
