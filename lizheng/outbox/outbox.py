"""The outbox itself: takes drafts, sends them in order and at their pace, and learns what became of them."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from nonebot.adapters.onebot.v11.exception import NetworkError
from nonebot.log import logger

from lizheng.adapter.errors import ActionFailed, NotSent
from lizheng.clock import Alarm, Clock
from lizheng.outbox import journal
from lizheng.outbox.entry import Draft, Entry, Kind, Ticket, plain
from lizheng.outbox.journal import Journal
from lizheng.outbox.lanes import Lanes
from lizheng.outbox.pacing import Pacing
from lizheng.outbox.reconcile import Reconciler
from lizheng.outbox.traffic import Traffic
from lizheng.store import after_commit, in_atomic

CALL_SECONDS = 15.0
OWN_GROUP_WAITS = 2.0
LONGEST_RETRY = 30.0
SOURCES_KEPT = 2000
LOOK_AGAIN = 3600.0
NO_ACCOUNT_POLL = 1.0
PURGE_EVERY = timedelta(days=1)
REPLAYED = timedelta(minutes=15)
DOUBT_MARGIN = timedelta(seconds=5)
VERIFIED = {"set_group_kick"}

Call = Callable[[int, str, dict[str, Any]], Awaitable[Any]]


class Outbox:
    """The one door for calls that change QQ.

    `call(account, api, params)` makes one call and raises as the adapter does; `account_for(group_id)` names
    the connected account that acts for a group, None while there is none. `pacing` None lifts the rates and
    the breaker, not the kick budget.
    """

    def __init__(
        self, clock: Clock, call: Call, pacing: Pacing | None, account_for: Callable[[int], int | None]
    ) -> None:
        self._clock = clock
        self._call = call
        self._account_for = account_for
        self._alarm = Alarm(clock)
        self._journal = Journal()
        self._lanes = Lanes()
        self._traffic = Traffic(pacing)
        self._reconciler = Reconciler(clock, call, self._reachable, self._decide, self._traffic.recent_ids)
        self._by_source: dict[str, Entry] = {}
        self._on_decided: list[Callable[[Entry], Any]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._sending: set[asyncio.Task[Any]] = set()
        self._pump_task: asyncio.Task[None] | None = None
        self._purged_at: datetime | None = None
        self._next_go = 0.0

    # — for callers ————————————————————————————————————————————————————————————————————————

    async def put(self, draft: Draft) -> Ticket:
        """Write the call down; it is sent after the running atomic (if any) has committed.

        A draft whose `source` was put before gets that call's ticket. Raises TypeError for parameters that
        are no JSON, and what the database raises.
        """
        entry = self._entry_of(draft)
        if entry.source and (known := self._by_source.get(entry.source)):
            return Ticket(known)
        if in_atomic():
            if entry not in await journal.insert_rows([entry]):
                return await self._known(entry)
            after_commit(lambda: self._accept(entry))
            return Ticket(entry)
        now = self._clock.now()
        if self._lanes.is_free(entry) and self._may_go(entry, now) <= now.timestamp():
            # The row is born as being sent: one commit instead of two.
            self._take(entry, now)
        writing = self._journal.insert(entry)
        writing.add_done_callback(partial(self._written, entry))
        if await asyncio.shield(writing):
            return Ticket(entry)
        return await self._known(entry)

    def pending(self) -> int:
        """Calls that are queued, on their way or in doubt and still being looked up."""
        return len(self._lanes) + len(self._sending) + self._reconciler.pending()

    def unknowns(self, group_id: int) -> list[Entry]:
        """The group's calls whose outcome nobody knows, oldest first."""
        return [entry for entry in self._reconciler.entries() if entry.group_id == group_id]

    def idle(self) -> bool:
        """Whether nothing is left to do but what waits for an account (or, on a frozen clock, for time).

        Asking makes outcomes be written at once.
        """
        self._journal.hurry()
        waiting = self._lanes.only_stranded
        if self._clock.is_frozen:
            waiting = self._next_go > self._clock.now().timestamp()
        quiet = not self._sending and not self._tasks and self._journal.idle()
        return quiet and (not len(self._lanes) or waiting) and self._reconciler.idle()

    def kick_budget_left(self, group_id: int) -> int:
        """Kicks the group may still have within ten minutes without a person confirming each."""
        return self._traffic.kicks.left(group_id, self._clock.now().timestamp())

    def breaker_state(self) -> str:
        """A Chinese line while an account's messages are paused, else empty."""
        now = self._clock.now().timestamp()
        return "；".join(self._traffic.paused(now))

    def on_decided(self, callback: Callable[[Entry], Any]) -> None:
        """Call (and await, if it is awaitable) `callback(entry)` for every call that is done or not done."""
        self._on_decided.append(callback)

    def wake(self) -> None:
        """Look again at once, for instance because an account has connected."""
        self._stir()
        self._reconciler.wake()

    # — life ———————————————————————————————————————————————————————————————————————————————

    async def start(self) -> None:
        """Take up what an earlier run left: the queued go on, those being sent are looked up."""
        now = self._clock.now()
        unfinished = await journal.unfinished(now)
        doubted = [entry.sent_at - DOUBT_MARGIN for entry in unfinished if entry.sent_at]
        self._traffic.replay(await journal.sent_since(min([now - REPLAYED, *doubted])))
        self._journal.start()
        for entry in unfinished:
            entry.sender = entry.account
            self._remember_source(entry)
            if entry.state == "queued":
                self._lanes.add(entry)
                self._traffic.spend_kick(entry)
            else:
                self._doubt(entry, "上次停机时还没有结果")
        await self._purge(now)
        self._pump_task = asyncio.create_task(self._run())
        self._reconciler.start()

    async def stop(self, deadline: float = 3.0) -> None:
        """Send no more, wait up to `deadline` seconds for calls on their way, and write what is known."""
        for task in (self._pump_task, *self._reconciler.stop()):
            if task is not None:
                task.cancel()
                await asyncio.wait({task})
        self._pump_task = None
        if self._sending | self._tasks:
            await asyncio.wait(self._sending | self._tasks, timeout=deadline)
        for task in self._sending:
            task.cancel()
        await self._journal.stop()

    # — sending ————————————————————————————————————————————————————————————————————————————

    def _entry_of(self, draft: Draft) -> Entry:
        return Entry(
            api=draft.api,
            params=plain(draft.params),
            created_at=self._clock.now(),
            account=draft.account,
            group_id=draft.group_id,
            user_id=draft.user_id,
            priority=int(draft.priority),
            feature=draft.feature,
            record_id=draft.record_id,
            source=draft.source,
            expires_at=draft.expires_at,
        )

    async def _known(self, entry: Entry) -> Ticket:
        known = self._by_source.get(entry.source or "") or await journal.find_by_source(entry.source or "")
        return Ticket(known or entry)

    def _written(self, entry: Entry, writing: asyncio.Future[bool]) -> None:
        if not writing.cancelled() and writing.exception() is None and writing.result():
            self._accept(entry)
        else:
            self._lanes.release(entry)

    def _remember_source(self, entry: Entry) -> None:
        if entry.source:
            self._by_source[entry.source] = entry
            oldest = next(iter(self._by_source))
            if len(self._by_source) > SOURCES_KEPT and self._by_source[oldest].is_decided:
                del self._by_source[oldest]

    def _accept(self, entry: Entry) -> None:
        self._remember_source(entry)
        self._traffic.spend_kick(entry)
        if entry.state == "sending":
            self._spawn(self._send(entry), self._sending)
        else:
            self._lanes.add(entry)
            self._stir()

    def _reachable(self, entry: Entry) -> int | None:
        """The account that can make (or look up) this call now."""
        account = self._account_for(entry.group_id) if entry.group_id else None
        wanted = entry.account
        return wanted if wanted and account is None and not entry.group_id else account or None

    def _may_go(self, entry: Entry, now: datetime) -> float:
        """The earliest time it may be sent, infinity while no account can."""
        if self._pump_task is None or (account := self._reachable(entry)) is None:
            return float("inf")
        ready = self._traffic.ready_at(entry, account)
        return max(ready, entry.not_before.timestamp()) if entry.not_before else ready

    def _take(self, entry: Entry, now: datetime) -> None:
        entry.sender = self._reachable(entry) or 0
        entry.account = entry.sender
        entry.state, entry.sent_at = "sending", now
        self._traffic.take(entry)
        self._lanes.occupy(entry)

    async def _run(self) -> None:
        while True:
            await self._alarm.wait(self._pump())
            now = self._clock.now()
            if self._purged_at is None or now - self._purged_at >= PURGE_EVERY:
                await self._purge(now)

    def _stir(self) -> None:
        self._next_go = 0.0
        self._lanes.only_stranded = False
        self._alarm.ring()

    def _pump(self) -> float:
        """Send what may go now; the seconds until it is worth looking again."""
        now = self._clock.now()
        moment = now.timestamp()
        soonest = float("inf")
        self._lanes.only_stranded = True
        for entry in self._lanes.heads():
            if entry.expires_at and entry.expires_at <= now:
                self._lanes.remove(entry)
                self._decide(entry, "not_done", why="过期")
                soonest = moment
                continue
            ready = self._may_go(entry, now)
            if ready <= moment:
                self._lanes.remove(entry)
                self._take(entry, now)
                self._spawn(self._claim(entry), self._sending)
                continue
            stranded = ready == float("inf")
            self._lanes.only_stranded &= stranded and self._reachable(entry) is None
            soonest = min(soonest, moment + NO_ACCOUNT_POLL if stranded else ready)
            if entry.expires_at:
                soonest = min(soonest, entry.expires_at.timestamp())
        self._next_go = soonest
        return min(max(0.0, soonest - moment), LOOK_AGAIN)

    async def _claim(self, entry: Entry) -> None:
        try:
            claimed = await self._journal.claim(entry)
        except Exception:
            logger.exception("outgoing call {} could not be claimed, trying again", entry.id)
            self._requeue(entry, why="")
            return
        if claimed:
            await self._send(entry)
        else:
            self._lanes.release(entry)

    async def _send(self, entry: Entry) -> None:
        timer = asyncio.get_running_loop().call_later(OWN_GROUP_WAITS, self._free, entry)
        planned, entry.sent_at = entry.sent_at, self._clock.now()
        if planned is not None:
            self._traffic.left_at(entry, planned.timestamp())
        try:
            data = await self._call(entry.sender, entry.api, {**entry.params, "_timeout": CALL_SECONDS})
        except ActionFailed as error:
            self._ended(entry, ok=False)
            self._decide(entry, "not_done", why=_refusal(error))
        except NotSent:
            self._requeue(entry, why="账号没有连上")
        except NetworkError:
            self._ended(entry, ok=False)
            self._doubt(entry, "平台没有答复")
        except Exception:
            logger.exception("outgoing call {} ({}) failed in an unexpected way", entry.id, entry.api)
            self._doubt(entry, "发送时出错")
        else:
            self._ended(entry, ok=True)
            if entry.api in VERIFIED:
                self._reconciler.add(entry, claimed=True)
            else:
                self._decide(entry, "done", data)
        finally:
            timer.cancel()
            self._free(entry)

    def _ended(self, entry: Entry, *, ok: bool) -> None:
        if entry.kind is Kind.MESSAGE:
            self._traffic.breaker(entry.sender).ended(ok, self._clock.now().timestamp())

    def _free(self, entry: Entry) -> None:
        self._lanes.release(entry)
        if len(self._lanes):
            self._stir()

    # — what became of it ——————————————————————————————————————————————————————————————————

    def _requeue(self, entry: Entry, why: str) -> None:
        entry.state, entry.why, entry.sent_at = "queued", why, None
        entry.not_before = self._clock.now() + timedelta(seconds=min(2.0**entry.tries, LONGEST_RETRY))
        entry.tries += 1
        self._traffic.untake(entry)
        self._journal.decide(entry)
        self._lanes.release(entry)
        self._lanes.add(entry)
        self._stir()

    def _doubt(self, entry: Entry, why: str) -> None:
        entry.state, entry.why = "unknown", why
        self._journal.decide(entry)
        self._reconciler.add(entry)

    def _decide(self, entry: Entry, state: str, data: Any = None, *, why: str = "") -> None:
        if state == "unknown":
            entry.state, entry.why = state, why
            self._journal.decide(entry)
            entry.tell()
            return
        if state == "done" and entry.state == "unknown":
            self._ended(entry, ok=True)
        entry.state, entry.answer, entry.why = state, data, why
        entry.decided_at = self._clock.now()
        if entry.api == "set_group_kick" and state == "not_done":
            self._traffic.kicks.give_back(entry.group_id, entry.created_at.timestamp())
        if state == "done":
            self._traffic.remember(entry)
        self._journal.decide(entry)
        entry.tell()
        for callback in self._on_decided:
            self._spawn(_call_back(callback, entry), self._tasks)

    def _spawn(self, work: Coroutine[Any, Any, None], where: set[asyncio.Task[Any]]) -> None:
        task = asyncio.create_task(work)
        where.add(task)
        task.add_done_callback(where.discard)

    async def _purge(self, now: datetime) -> None:
        self._purged_at = now
        self._traffic.sweep(now.timestamp())
        try:
            await journal.purge(now)
        except Exception:
            logger.exception("old messages could not be deleted")


async def _call_back(callback: Callable[[Entry], Any], entry: Entry) -> None:
    try:
        result = callback(entry)
        if inspect.isawaitable(result):
            await result
    except Exception:
        logger.exception("a callback for outgoing call {} failed", entry.id)


def _refusal(error: ActionFailed) -> str:
    info = getattr(error, "info", {})
    return str(info.get("wording") or info.get("message") or info.get("msg") or "平台拒绝了")[:200]
