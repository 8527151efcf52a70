"""Sending what is queued: in order, at its pace, never one group at another's cost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Protocol

from nonebot.adapters.onebot.v11.exception import NetworkError
from nonebot.log import logger

from lizheng.adapter.errors import ActionFailed, NotSent
from lizheng.base.clock import Alarm, Clock
from lizheng.delivery.outbox.entry import Entry
from lizheng.delivery.outbox.journal import Journal, withdrawn_why
from lizheng.delivery.outbox.lanes import Lanes
from lizheng.delivery.outbox.pictures import Lost, Pictures
from lizheng.delivery.outbox.refusals import in_words
from lizheng.delivery.outbox.traffic import Traffic

CALL_SECONDS = 15.0
OWN_GROUP_WAITS = 2.0
LONGEST_RETRY = 30.0
LOOK_AGAIN = 3600.0
NO_ACCOUNT_POLL = 1.0

Call = Callable[[int, str, dict[str, Any]], Awaitable[Any]]


class Ends(Protocol):
    """Who is told how a call ended."""

    def answered(self, entry: Entry, data: Any) -> None: ...

    def refused(self, entry: Entry, why: str) -> None: ...

    def doubted(self, entry: Entry, why: str) -> None: ...


class Sender:
    """Takes entries whose rows are written and makes their calls.

    `reachable(entry)` is the account that can make the call now, None while none can.
    """

    def __init__(
        self,
        clock: Clock,
        call: Call,
        journal: Journal,
        traffic: Traffic,
        pictures: Pictures,
        reachable: Callable[[Entry], int | None],
        ends: Ends,
    ) -> None:
        self._clock = clock
        self._call = call
        self._journal = journal
        self._traffic = traffic
        self._pictures = pictures
        self._reachable = reachable
        self._ends = ends
        self._alarm = Alarm(clock)
        self._lanes = Lanes()
        self._calls: dict[asyncio.Task[None], Entry] = {}
        self._task: asyncio.Task[None] | None = None
        self._next_go = 0.0
        self._only_stranded = True

    def reserve(self, entry: Entry) -> bool:
        """Take its place and tokens now if it may go at once, so that its row is born as being sent."""
        now = self._clock.elapsed()
        if entry.lapses_at <= now or not self._lanes.is_free(entry):
            return False
        if self._may_go(entry) > now:
            return False
        self._take(entry)
        return True

    def give_up(self, entry: Entry) -> None:
        """A reserved entry will not come."""
        self._traffic.untake(entry)
        self._free(entry)

    def put_back(self, entry: Entry) -> None:
        """A reserved entry is not ours to send after all: its row waits for whoever acts there."""
        entry.state, entry.sent_at = "queued", None
        self.give_up(entry)
        self._journal.decide(entry)

    def accept(self, entry: Entry) -> None:
        """Send a reserved entry; queue any other."""
        if entry.state == "sending":
            self._begin(entry, self._send(entry))
        else:
            self._lanes.add(entry)
            self.stir()

    def queued(self) -> list[Entry]:
        """What waits to be sent, or is just being taken to be."""
        return self._lanes.all()

    def waiting(self, group_id: int, author_id: int) -> int:
        """How many answers to this person are queued in the group."""
        return self._lanes.waiting(group_id, author_id)

    def let_go(self, gone: Callable[[Entry], bool]) -> list[Entry]:
        """Forget what is queued and `gone`, and tell it: its rows are another host's to send, or nobody's."""
        return self._lanes.drop(gone)

    def pending(self) -> int:
        """Calls queued or on their way."""
        return len(self._lanes) + len(self._calls)

    def idle(self) -> bool:
        """Whether nothing is on its way, nor queued but for want of an account (on a frozen clock: of time)."""
        waiting = self._only_stranded
        if self._clock.is_frozen:
            waiting = self._next_go > self._clock.elapsed()
        return not self._calls and (not len(self._lanes) or waiting)

    def stir(self) -> None:
        """Look again at once."""
        self._next_go = 0.0
        self._only_stranded = False
        self._alarm.ring()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self, deadline: float) -> None:
        """Begin no more calls, and wait up to `deadline` seconds for those on their way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None
        if self._calls:
            _, late = await asyncio.wait(set(self._calls), timeout=deadline)
            for call in late:
                call.cancel()

    def _may_go(self, entry: Entry) -> float:
        """The earliest time it may be sent, infinity while no account can."""
        if self._task is None or (account := self._reachable(entry)) is None:
            return float("inf")
        return max(self._traffic.ready_at(entry, account), entry.ready_at)

    def _take(self, entry: Entry) -> None:
        entry.sender = self._reachable(entry) or 0
        entry.account = entry.sender
        entry.state, entry.sent_at, entry.taken_at = "sending", self._clock.now(), self._clock.elapsed()
        self._traffic.take(entry)
        self._lanes.occupy(entry)

    async def _run(self) -> None:
        while True:
            await self._alarm.wait(self._pump())

    def _pump(self) -> float:
        """Send what may go now; the seconds until it is worth looking again."""
        now = self._clock.elapsed()
        soonest = float("inf")
        self._only_stranded = True
        for entry in sorted(self._lanes.heads(), key=self._traffic.is_suspect):
            if entry.lapses_at <= now:
                self._lanes.remove(entry)
                self._ends.refused(entry, "过期")
                soonest = now
                continue
            ready = self._may_go(entry)
            if ready <= now:
                self._lanes.remove(entry)
                self._take(entry)
                self._begin(entry, self._claim(entry))
                continue
            stranded = ready == float("inf")
            self._only_stranded &= stranded and self._reachable(entry) is None
            soonest = min(soonest, now + NO_ACCOUNT_POLL if stranded else ready, entry.lapses_at)
        self._next_go = soonest
        return min(max(0.0, soonest - now), LOOK_AGAIN)

    def _begin(self, entry: Entry, call: Any) -> None:
        task = asyncio.create_task(call)
        self._calls[task] = entry
        task.add_done_callback(self._calls.pop)

    def in_hand(self) -> set[int]:
        """The numbers of all that is queued or on its way."""
        return {entry.id for entry in (*self._lanes.all(), *self._calls.values())}

    async def _claim(self, entry: Entry) -> None:
        try:
            claimed = await self._journal.claim(entry)
        except Exception:
            logger.exception("outgoing call {} could not be claimed, trying again", entry.id)
            self._requeue(entry, why="")
            return
        if claimed:
            await self._send(entry)
            return
        self.give_up(entry)
        try:
            withdrawn = await withdrawn_why(entry.id)
        except Exception:
            logger.exception("what became of outgoing call {} could not be read", entry.id)
            return
        if withdrawn is not None:
            self._ends.refused(entry, withdrawn)

    async def _send(self, entry: Entry) -> None:
        try:
            async with self._pictures.in_hand(entry.params) as params:
                await self._make(entry, params)
        except Lost:
            self.give_up(entry)
            self._ends.refused(entry, "图片已经不在了")

    async def _make(self, entry: Entry, params: dict[str, Any]) -> None:
        timer = asyncio.get_running_loop().call_later(OWN_GROUP_WAITS, self._free, entry)
        entry.sent_at = self._clock.now()
        self._traffic.leaves(entry)
        try:
            data = await self._call(entry.sender, entry.api, {**params, "_timeout": CALL_SECONDS})
        except ActionFailed as error:
            self._traffic.ended(entry, ok=False)
            self._ends.refused(entry, in_words(getattr(error, "info", {})))
        except NotSent:
            self._requeue(entry, why="账号没有连上")
        except NetworkError:
            self._traffic.ended(entry, ok=False)
            self._ends.doubted(entry, "平台没有答复")
        except Exception:
            logger.exception("outgoing call {} ({}) failed in an unexpected way", entry.id, entry.api)
            self._traffic.ended(entry, ok=False)
            self._ends.doubted(entry, "发送时出错")
        else:
            self._traffic.ended(entry, ok=True)
            self._ends.answered(entry, data)
        finally:
            timer.cancel()
            self._free(entry)

    def _free(self, entry: Entry) -> None:
        self._lanes.release(entry)
        if len(self._lanes):
            self.stir()

    def _requeue(self, entry: Entry, why: str) -> None:
        entry.state, entry.why, entry.sent_at = "queued", why, None
        pause = min(2.0**entry.tries, LONGEST_RETRY)
        entry.not_before = self._clock.now() + timedelta(seconds=pause)
        entry.ready_at = self._clock.elapsed() + pause
        entry.tries += 1
        self._traffic.untake(entry)
        self._journal.decide(entry)
        self._lanes.release(entry)
        self._lanes.add(entry)
        self.stir()
