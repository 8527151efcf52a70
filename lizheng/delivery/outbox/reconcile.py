"""Finding out what became of calls that nobody answered, or whose answer is not to be believed."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from nonebot.adapters.onebot.v11.exception import NetworkError
from nonebot.log import logger

from lizheng.adapter.errors import ActionFailed, NotSent
from lizheng.base.clock import Alarm, Clock
from lizheng.delivery.outbox.entry import Entry
from lizheng.delivery.outbox.traffic import when
from lizheng.delivery.outbox.verify import Case, Finding, Verdict, look

ASK_SECONDS = 5.0
SETTLE_SECONDS = 10.0
SETTLE_CLAIMED = 1.5
FIRST_LOOK = 1.0
FIRST_LOOK_CLAIMED = 0.0
LONGEST_PAUSE = 8.0
UNREACHABLE_POLL = 2.0
GIVE_UP_TRIES = 8
AT_ONCE = 8
GIVEN_UP_KEPT = 1000


class Decide(Protocol):
    """Takes what was found out: done, not done, or unknown for good."""

    def __call__(self, entry: Entry, state: str, data: Any = None, *, why: str = "") -> None: ...


@dataclass(slots=True, eq=False)
class _Doubt:
    entry: Entry
    claimed: bool
    since: float
    next_at: float
    tries: int = 0
    busy: bool = False


class Reconciler:
    """Looks calls up again and again, with growing pauses, until they are decided or nothing can be known."""

    def __init__(
        self,
        clock: Clock,
        call: Callable[..., Any],
        reachable: Callable[[Entry], int | None],
        decide: Decide,
        taken: Callable[[Entry], Collection[int]],
    ) -> None:
        self._clock = clock
        self._call = call
        self._reachable = reachable
        self._decide = decide
        self._taken = taken
        self._alarm = Alarm(clock)
        self._doubts: dict[int, _Doubt] = {}
        self._given_up: dict[int, Entry] = {}
        self._looks: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    def add(self, entry: Entry, *, claimed: bool = False) -> None:
        """Take over a call in doubt; `claimed` when the endpoint said it was done."""
        wait = FIRST_LOOK_CLAIMED if claimed else FIRST_LOOK
        now = self._clock.elapsed()
        since = when(self._clock, entry.sent_at) if entry.sent_at else now
        self._doubts[entry.id] = _Doubt(entry, claimed, since, now + wait)
        self._alarm.ring()

    def pending(self) -> int:
        return len(self._doubts)

    def entries(self) -> list[Entry]:
        """All whose outcome is unknown, those given up included."""
        doubted = [doubt.entry for doubt in self._doubts.values() if not doubt.claimed]
        return sorted([*doubted, *self._given_up.values()], key=lambda entry: entry.id)

    def in_hand(self) -> set[int]:
        """The numbers of those being looked up, or given up."""
        return {*self._doubts, *self._given_up}

    def idle(self) -> bool:
        """Whether all that is left waits for an account or, on a frozen clock, for time."""
        if self._looks:
            return False
        now = self._clock.elapsed()
        return all(
            self._reachable(doubt.entry) is None or (self._clock.is_frozen and doubt.next_at > now)
            for doubt in self._doubts.values()
        )

    async def look_now(self, entry: Entry) -> Verdict | None:
        """What the endpoint shows of a call at this moment, also of one it said was done; None when it cannot be asked."""
        account = self._reachable(entry)
        if account is None or entry.sent_at is None:
            return None
        try:
            return await look(Case(entry, partial(self._ask, account), self._clock.now(), self._taken(entry)))
        except (NetworkError, ActionFailed):
            return None

    def let_go(self, gone: Callable[[Entry], bool]) -> None:
        """Forget the doubts that are `gone`: another host looks them up."""
        self._doubts = {number: doubt for number, doubt in self._doubts.items() if not gone(doubt.entry)}
        self._given_up = {number: entry for number, entry in self._given_up.items() if not gone(entry)}

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    def stop(self) -> list[asyncio.Task[None]]:
        """The tasks to cancel."""
        tasks = [*self._looks, *([self._task] if self._task else [])]
        self._task = None
        return tasks

    def wake(self) -> None:
        self._alarm.ring()

    async def _run(self) -> None:
        while True:
            await self._alarm.wait(self._begin())

    def _begin(self) -> float | None:
        now = self._clock.elapsed()
        soonest: float | None = None
        for doubt in list(self._doubts.values()):
            if doubt.busy:
                continue
            left = doubt.next_at - now
            if left <= 0 and len(self._looks) < AT_ONCE:
                if (account := self._reachable(doubt.entry)) is not None:
                    self._look(doubt, account)
                    continue
                left = UNREACHABLE_POLL
            soonest = max(0.05, left) if soonest is None else min(soonest, max(0.05, left))
        return soonest

    def _look(self, doubt: _Doubt, account: int) -> None:
        doubt.busy = True
        task = asyncio.create_task(self._look_once(doubt, account))
        self._looks.add(task)
        task.add_done_callback(self._looks.discard)

    async def _look_once(self, doubt: _Doubt, account: int) -> None:
        entry = doubt.entry
        ask = partial(self._ask, account)
        try:
            verdict = await look(Case(entry, ask, self._clock.now(), self._taken(entry)))
        except NotSent:
            self._again(doubt, counts=False)
        except (NetworkError, ActionFailed):
            self._again(doubt)
        except Exception:
            logger.exception("looking up outgoing call {} ({}) failed", entry.id, entry.api)
            self._again(doubt)
        else:
            if self._doubts.get(entry.id) is doubt:
                self._conclude(doubt, verdict)
        finally:
            doubt.busy = False
            self._alarm.ring()

    async def _ask(self, account: int, api: str, **params: Any) -> Any:
        return await self._call(account, api, {**params, "_timeout": ASK_SECONDS})

    def _conclude(self, doubt: _Doubt, verdict: Verdict) -> None:
        if verdict.finding is Finding.HAPPENED:
            self._close(doubt, "done", verdict.data)
        elif verdict.finding is Finding.UNKNOWABLE and doubt.claimed:
            # Nobody can tell it better than the endpoint did.
            self._close(doubt, "done", doubt.entry.answer)
        elif verdict.finding is Finding.UNKNOWABLE:
            self._give_up(doubt, verdict.why)
        else:
            settle = SETTLE_CLAIMED if doubt.claimed else SETTLE_SECONDS
            if self._clock.elapsed() - doubt.since >= settle:
                self._close(
                    doubt, "not_done", why=f"平台说成功，但{verdict.why}" if doubt.claimed else verdict.why
                )
            else:
                self._again(doubt, counts=False)

    def _again(self, doubt: _Doubt, *, counts: bool = True) -> None:
        doubt.tries += counts
        if doubt.tries >= GIVE_UP_TRIES:
            self._give_up(doubt, "平台一直没有答复")
            return
        pause = 0.5 if doubt.claimed else min(2.0**doubt.tries, LONGEST_PAUSE)
        doubt.next_at = self._clock.elapsed() + pause

    def _close(self, doubt: _Doubt, state: str, data: Any = None, *, why: str = "") -> None:
        self._doubts.pop(doubt.entry.id, None)
        self._decide(doubt.entry, state, data, why=why)

    def _give_up(self, doubt: _Doubt, why: str) -> None:
        entry = doubt.entry
        self._doubts.pop(entry.id, None)
        self._given_up[entry.id] = entry
        if len(self._given_up) > GIVEN_UP_KEPT:
            del self._given_up[next(iter(self._given_up))]
        self._decide(entry, "unknown", why=why)
        logger.warning("nobody knows whether outgoing call {} ({}) was done: {}", entry.id, entry.api, why)
