"""The outbox itself: takes drafts, and keeps what became of each."""

import asyncio
import inspect
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

from nonebot.log import logger

from lizheng.base.clock import Clock
from lizheng.base.outcome import Outcome
from lizheng.delivery.outbox import follow_ups, journal
from lizheng.delivery.outbox.entry import Draft, Entry, Kind, Then, Ticket, as_json
from lizheng.delivery.outbox.journal import Journal
from lizheng.delivery.outbox.pacing import Pacing
from lizheng.delivery.outbox.pictures import Pictures, names_in
from lizheng.delivery.outbox.reconcile import Reconciler
from lizheng.delivery.outbox.sender import LONGEST_RETRY, Call, Sender
from lizheng.delivery.outbox.traffic import Traffic
from lizheng.delivery.outbox.verify import Verdict, mark_of
from lizheng.store import after_commit, in_atomic

SOURCES_KEPT = 2000
REPLAYED = timedelta(minutes=15)
DOUBT_MARGIN = timedelta(seconds=5)
PICKED_UP = timedelta(seconds=1)
PURGE_SECONDS = 86_400.0
SWEEP_SECONDS = 3_600.0
FIND_SECONDS = 30.0
LEFT = "机器人已经不在这个群"
VERIFIED = {"set_group_kick", "set_group_ban", "set_group_card"}


class Withdrawal(Enum):
    """What taking a call back came to."""

    TAKEN_BACK = "taken back"
    ON_ITS_WAY = "on its way"
    SAID = "said"
    NOTHING = "nothing"


class Outbox:
    """The one door for calls that change QQ.

    `call(account, api, params)` makes one call and raises as the adapter does; `account_for(group_id)` names
    the connected account that acts for a group, None while there is none. `pacing` None lifts the rates and
    the breaker, not the kick budget. `mine(key)` says whether this host sends what belongs to a group, or to minus an
    account; what is not its own it writes down for the host whose it is. `pictures` is the folder for the bytes of
    pictures; where the database is `shared` with hosts that may not see it, rows hold the bytes, too, until decided.
    """

    def __init__(
        self,
        clock: Clock,
        call: Call,
        pacing: Pacing | None,
        account_for: Callable[[int], int | None],
        mine: Callable[[int], bool] = lambda key: True,
        *,
        pictures: Path | None = None,
        shared: bool = False,
    ) -> None:
        self._clock = clock
        self._pictures = Pictures(pictures)
        self._shared = shared
        self._account_for = account_for
        self._mine = mine
        self._on_told: Callable[[], object] = lambda: None
        self._journal = Journal(lambda: self._on_told())
        self._traffic = Traffic(clock, pacing)
        self._sender = Sender(
            clock, call, self._journal, self._traffic, self._pictures, self._reachable, self
        )
        self._reconciler = Reconciler(clock, call, self._reachable, self._decide, self._traffic.recent_ids)
        self._by_source: dict[str, Entry] = {}
        self._gone: set[int] = set()
        self._on_decided: list[Callable[[Entry], Any]] = []
        self._callbacks: set[asyncio.Task[None]] = set()
        self._tidying: asyncio.Task[None] | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._finding: asyncio.Task[None] | None = None

    # — for callers ————————————————————————————————————————————————————————————————————————

    async def put(self, draft: Draft) -> Ticket:
        """Write the call down; it is sent after the running atomic (if any) has committed.

        A draft whose `source` was put before gets that call's ticket. Raises TypeError for parameters that
        are no JSON, and what the database raises.
        """
        if draft.source and (known := self._by_source.get(draft.source)):
            return await self._joined(known, draft.then)
        entry = await self._entry_of(draft)
        if in_atomic():
            if entry not in await journal.insert_all([entry]):
                return await self._known(entry)
            after_commit(partial(self._accept, entry))
            return Ticket(entry)
        if self._mine(entry.key):
            self._sender.reserve(entry)
        if await self._journal.insert(entry, self._written):
            return Ticket(entry)
        return await self._known(entry)

    def pending(self) -> int:
        """Calls that are queued, on their way or in doubt and still being looked up."""
        return self._sender.pending() + self._reconciler.pending()

    def unknowns(self, group_id: int) -> list[Entry]:
        """The group's calls whose outcome nobody knows, oldest first."""
        return [entry for entry in self._reconciler.entries() if entry.group_id == group_id]

    def idle(self) -> bool:
        """Whether nothing is left to do but what waits for an account (or, on a frozen clock, for time).

        Asking makes outcomes be written at once.
        """
        self._journal.hurry()
        quiet = self._sender.idle() and self._reconciler.idle()
        return quiet and not self._callbacks and self._journal.idle()

    async def look_up(self, source: str) -> tuple[Entry, Verdict | None] | None:
        """The call once put under a source, and what the endpoint shows of it now; None when there is no such call.

        The verdict is None while it was not sent, or nobody can be asked. For features that must know more than an
        answer says: an endpoint's ok is not always true.
        """
        entry = self._by_source.get(source)
        if entry is None or entry.is_decided:
            row = await journal.find_by_source(source)
            # What memory knows is newer; what it said is in the row alone.
            entry = replace(entry, params=row.params) if entry and row else entry or row
        if entry is None:
            return None
        entry.sender = entry.sender or entry.account
        return entry, await self._reconciler.look_now(entry) if entry.state != "queued" else None

    def kick_budget_left(self, group_id: int) -> int:
        """Kicks the group may still have within ten minutes without a person confirming each."""
        return self._traffic.kicks_left(group_id)

    def breaker_state(self, group_id: int = 0) -> str:
        """A Chinese line while an account's messages are paused, or those to the group or to others, else empty."""
        return "；".join(self._traffic.paused(group_id))

    def paused_there(self, account: int, group_id: int) -> str:
        """Say in Chinese why an account's messages to one group are paused, "" when they are not."""
        return self._traffic.paused_there(account, group_id)

    def waiting(self, group_id: int, author_id: int) -> int:
        """How many answers to this person are queued in the group."""
        return self._sender.waiting(group_id, author_id)

    async def withdraw(self, source: str, why: str) -> Withdrawal:
        """Take back what was put under a source, if it is still queued; it ends with the running transaction, if any."""
        state = await journal.withdraw(source, why, self._clock.now())
        if state in (None, "not_done"):
            return Withdrawal.NOTHING
        if state == "queued":
            after_commit(self._sender.stir)
            after_commit(self._on_told)
            return Withdrawal.TAKEN_BACK
        return Withdrawal.SAID if state == "done" else Withdrawal.ON_ITS_WAY

    # — what QQ says about us in a group —————————————————————————————————————————————————————

    def hold(self, group_id: int, account: int, seconds: float | None) -> None:
        """The account is muted in the group for so long (None: without a known end); 0 when it is no longer.

        What is to be said there waits or lapses; other groups do not notice.
        """
        self._traffic.hold(account, group_id, seconds)
        self._sender.stir()

    def leave(self, group_id: int) -> None:
        """We are no longer in the group: what is queued for it ends, as does what will be."""
        self._gone.add(group_id)
        for entry in self._sender.let_go(self._is_nowhere):
            self._decide(entry, "not_done", why=LEFT)

    def come_back(self, group_ids: Iterable[int]) -> None:
        """We are in these groups."""
        if self._gone:
            self._gone.difference_update(group_ids)

    def look_again(self, account: int) -> None:
        """The account was away: a mute may have ended meanwhile, so one message is tried."""
        self._traffic.look_again(account)
        self.wake()

    def _is_nowhere(self, entry: Entry) -> bool:
        """Whether it is for a group we are not in; a private message may arrive all the same."""
        return entry.group_id in self._gone and not entry.user_id

    def on_decided(self, callback: Callable[[Entry], Any]) -> None:
        """Call (and await, if it is awaitable) `callback(entry)` for every call that is done or not done."""
        self._on_decided.append(callback)

    async def follow(self, source: str, then: Then) -> bool:
        """Have somebody told how the call once put under a source ends or has ended; False when there is no such call."""
        entry = self._by_source.get(source) or await journal.find_by_source(source)
        if entry is not None and await follow_ups.join(entry, then, self._clock.now()):
            after_commit(self._on_told)
        return entry is not None

    async def end_at_once(self, record: int | None, group_id: int, then: Then, outcome: Outcome) -> None:
        """Have somebody told of an act that never becomes a call, within the running atomic if there is one."""
        if await follow_ups.end_at_once(record, group_id, then, outcome, self._clock.now()):
            after_commit(self._on_told)

    def on_told(self, callback: Callable[[], object]) -> None:
        """Call this once a slot is there that tells somebody of an end."""
        self._on_told = callback

    def wake(self) -> None:
        """Look again at once, for instance because an account has connected."""
        self._sender.stir()
        self._reconciler.wake()

    # — with other hosts on the database ———————————————————————————————————————————————————

    async def take_over(self, keys: Collection[int]) -> None:
        """Send and look up what another host left in these places."""
        known = {entry.id for entry in self._sender.queued()}
        left = await journal.unfinished(self._clock.now(), keys)
        await self._resume([entry for entry in left if entry.id not in known], keys)

    async def pick_up(self) -> None:
        """Send what other hosts wrote down for this one."""
        known = {entry.id for entry in self._sender.queued()}
        for entry in await journal.queued(self._clock.now() - PICKED_UP):
            if entry.id not in known and self._mine(entry.key):
                await self._lighten(entry)
                self._count_from_now(entry)
                self._accept(entry)

    def let_go(self, keys: Collection[int]) -> None:
        """Send and look up nothing more in these places."""
        self._sender.let_go(lambda entry: entry.key in keys)
        self._reconciler.let_go(lambda entry: entry.key in keys)

    # — life ———————————————————————————————————————————————————————————————————————————————

    async def start(self, *, alone: bool = True) -> None:
        """Begin. Alone, take up what an earlier run left: the queued go on, those being sent are looked up."""
        now = self._clock.now()
        await journal.purge(now)
        self._journal.start()
        self._sender.start()
        self._reconciler.start()
        if alone:
            await self._resume(await journal.unfinished(now))
        self._tidying = asyncio.create_task(self._tidy())
        self._finding = asyncio.create_task(self._find_lost())

    async def _resume(self, unfinished: list[Entry], keys: Collection[int] | None = None) -> None:
        now = self._clock.now()
        doubted = [entry.sent_at - DOUBT_MARGIN for entry in unfinished if entry.sent_at]
        self._traffic.replay(await journal.sent_since(min([now - REPLAYED, *doubted]), keys))
        await self._resume_each(unfinished)

    async def _resume_each(self, unfinished: list[Entry]) -> None:
        for entry in unfinished:
            entry.sender = entry.account
            await self._lighten(entry)
            self._count_from_now(entry)
            self._remember_source(entry)
            if entry.state == "queued":
                self._traffic.spend_kick(entry)
                self._sender.accept(entry)
            else:
                self.doubted(entry, "上次停机时还没有结果")

    async def stop(self, deadline: float = 3.0) -> None:
        """Begin no more calls, wait up to `deadline` seconds for those on their way, write what is known."""
        own = (self._tidying, self._sweeping, self._finding)
        tasks = [*self._reconciler.stop(), *(task for task in own if task is not None)]
        self._tidying = None
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._sender.stop(deadline)
        if self._callbacks:
            await asyncio.wait(set(self._callbacks), timeout=deadline)
        await self._journal.stop()

    def _running(self) -> bool:
        return self._tidying is not None

    async def _tidy(self) -> None:
        """Every hour, the first one at once."""
        purged = self._clock.elapsed()
        while True:
            await self._sweep()
            await self._clock.sleep(SWEEP_SECONDS)
            self._traffic.sweep()
            if self._clock.elapsed() - purged >= PURGE_SECONDS:
                purged = self._clock.elapsed()
                try:
                    await journal.purge(self._clock.now())
                except Exception:
                    logger.exception("old messages could not be deleted")

    async def _find_lost(self) -> None:
        """After trouble with the database, take up rows of ours that were written without our being told."""
        seen: set[int] = set()
        while True:
            await self._clock.sleep(FIND_SECONDS)
            if not self._journal.troubled:
                continue
            try:
                rows = await journal.begun()
            except Exception:
                logger.exception("the rows of outgoing calls cannot be read")
                continue
            held = self._sender.in_hand() | self._reconciler.in_hand() | self._journal.in_hand()
            lost = [entry for entry in rows if entry.id not in held and self._mine(entry.key)]
            await self._resume_each([entry for entry in lost if entry.id in seen])
            # One met for the first time may just be in the middle of being written.
            seen = {entry.id for entry in lost} - seen
            self._journal.troubled = bool(seen)

    async def _sweep(self) -> None:
        """Delete the pictures that no row waits for."""
        if self._pictures.none:
            return
        try:
            needed = {name for params in await journal.waiting_params() for name in names_in(params)}
            await asyncio.to_thread(self._pictures.sweep, needed)
        except Exception:
            logger.exception("the pictures of messages that are out could not be deleted")
        finally:
            self._sweeping = None

    # — taking in ——————————————————————————————————————————————————————————————————————————

    async def _entry_of(self, draft: Draft) -> Entry:
        text = as_json(draft.params)
        entry = Entry(
            api=draft.api,
            params=json.loads(text),
            text=text,
            created_at=self._clock.now(),
            account=draft.account,
            group_id=draft.group_id,
            user_id=draft.user_id,
            priority=int(draft.priority),
            feature=draft.feature,
            record_id=draft.record_id,
            source=draft.source,
            expires_at=draft.expires_at,
            author_id=draft.author_id,
            then=draft.then,
            about=draft.about,
        )
        await self._lighten(entry)
        if entry.heavy and not self._shared:
            entry.text, entry.heavy = as_json(entry.params), False
        self._count_from_now(entry)
        return entry

    async def _lighten(self, entry: Entry) -> None:
        """Put the bytes of its pictures away; where there is no room for them they stay in memory."""
        try:
            entry.params, entry.heavy = await self._pictures.put_away(entry.params)
        except OSError:
            logger.exception("the pictures of an outgoing call could not be put away")
        if self._pictures.crowded and self._running():
            self._sweeping = self._sweeping or asyncio.create_task(self._sweep())

    def _count_from_now(self, entry: Entry) -> None:
        """Make lapses of the row's times, none of them longer than when it was written."""
        now, elapsed = self._clock.now(), self._clock.elapsed()
        if entry.expires_at is not None:
            left = min(entry.expires_at - now, entry.expires_at - entry.created_at)
            entry.lapses_at = elapsed + left.total_seconds()
        if entry.not_before is not None:
            held = (entry.not_before - now).total_seconds()
            entry.ready_at = elapsed + min(held, LONGEST_RETRY)

    async def _known(self, entry: Entry) -> Ticket:
        known = self._by_source.get(entry.source or "") or await journal.find_by_source(entry.source or "")
        return await self._joined(known or entry, entry.then)

    async def _joined(self, known: Entry, then: Then | None) -> Ticket:
        """Somebody puts a known call again; one put before there were completions gets its own now."""
        if then is not None and known.then is None and await follow_ups.join(known, then, self._clock.now()):
            after_commit(self._on_told)
        known.then = known.then or then
        return Ticket(known)

    def _written(self, entry: Entry, new: bool) -> None:
        if not new:
            self._sender.give_up(entry)
        elif self._is_nowhere(entry):
            self._sender.give_up(entry)
            self._accept(entry)
        elif entry.state == "sending" and not self._mine(entry.key):
            self._sender.put_back(entry)
        else:
            self._accept(entry)

    def _accept(self, entry: Entry) -> None:
        if not self._mine(entry.key):
            return
        if self._is_nowhere(entry):
            self._decide(entry, "not_done", why=LEFT)
            return
        self._remember_source(entry)
        self._traffic.spend_kick(entry)
        self._sender.accept(entry)

    def _remember_source(self, entry: Entry) -> None:
        if entry.source:
            self._by_source[entry.source] = entry
            # Two for one, so that what a burst has left goes, too; who is not decided yet waits at the end.
            for _ in range(min(2, len(self._by_source) - SOURCES_KEPT)):
                source, oldest = next(iter(self._by_source.items()))
                del self._by_source[source]
                if not oldest.is_decided:
                    self._by_source[source] = oldest

    def _reachable(self, entry: Entry) -> int | None:
        """The account that can make (or look up) this call now."""
        if not self._mine(entry.key) or self._is_nowhere(entry):
            return None
        return self._account_for(entry.group_id) if entry.group_id else entry.account or None

    # — what became of it ——————————————————————————————————————————————————————————————————

    def answered(self, entry: Entry, data: Any) -> None:
        """The endpoint said ok."""
        if entry.api in VERIFIED:
            self._reconciler.add(entry, claimed=True)
        else:
            self._decide(entry, "done", data)

    def refused(self, entry: Entry, why: str) -> None:
        """It was not done: the endpoint said no, or it has expired."""
        self._decide(entry, "not_done", why=why)

    def doubted(self, entry: Entry, why: str) -> None:
        """It was sent, and nobody answered."""
        entry.state, entry.why = "unknown", why
        self._journal.decide(entry)
        self._reconciler.add(entry)

    def _decide(self, entry: Entry, state: str, data: Any = None, *, why: str = "") -> None:
        if state == "done" and entry.state == "unknown" and entry.kind is Kind.MESSAGE:
            # It did arrive, so the account is not blocked.
            self._traffic.ended(entry, ok=True)
        entry.state, entry.answer, entry.why = state, data, why
        if entry.heavy:
            entry.text = as_json(entry.params)
        if entry.kind is Kind.MESSAGE:
            entry.mark, entry.params = entry.mark or mark_of(entry.params), {}
        if entry.kind is Kind.REQUEST and entry.is_decided:
            # Whoever has the flag can answer for us: it goes from the row as soon as it is of no use.
            entry.params = {**entry.params, "flag": ""}
            entry.text, entry.heavy = as_json(entry.params), True
        entry.ended_at = self._clock.now()
        self._journal.decide(entry)
        entry.tell()
        if not entry.is_decided:
            return
        entry.decided_at = self._clock.now()
        if state == "done":
            self._traffic.remember(entry)
        else:
            self._traffic.unspend_kick(entry)
        for callback in self._on_decided:
            task = asyncio.create_task(_call_back(callback, entry))
            self._callbacks.add(task)
            task.add_done_callback(self._callbacks.discard)


async def _call_back(callback: Callable[[Entry], Any], entry: Entry) -> None:
    try:
        result = callback(entry)
        if inspect.isawaitable(result):
            await result
    except Exception:
        logger.exception("a callback for outgoing call {} failed", entry.id)
