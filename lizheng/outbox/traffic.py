"""What has been sent lately: the meters, breakers and budgets, all of it derivable from the rows."""

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import datetime

from lizheng.clock import Clock
from lizheng.outbox.entry import Entry, Kind
from lizheng.outbox.pacing import Breaker, KickBudget, Pacer, Pacing

IDS_KEPT = 500


class Traffic:
    """Rates in use, in seconds of the clock's `elapsed`. With pacing None only the kick budget counts."""

    def __init__(self, clock: Clock, pacing: Pacing | None) -> None:
        self._clock = clock
        self._kicks = KickBudget()
        self._paced = pacing is not None
        self._pacer = Pacer(pacing)
        self._breakers: defaultdict[int, Breaker] = defaultdict(Breaker)
        self._ids: defaultdict[int, deque[int]] = defaultdict(lambda: deque(maxlen=IDS_KEPT))

    def ready_at(self, entry: Entry, account: int) -> float:
        """The earliest time the account may make this call; infinity while a probe of it is on its way."""
        ready = self._pacer.ready_at(entry.kind, account, entry.place)
        if self._paced and entry.kind is Kind.MESSAGE:
            ready = max(ready, self._breakers[account].ready_at())
        return ready

    def take(self, entry: Entry) -> None:
        self._pacer.take(entry.kind, entry.sender, entry.place, entry.taken_at)
        if entry.kind is Kind.MESSAGE:
            self._breakers[entry.sender].sent()

    def leaves(self, entry: Entry) -> None:
        """The call whose tokens were taken at `entry.taken_at` is made now."""
        planned, entry.taken_at = entry.taken_at, self._clock.elapsed()
        self._pacer.delayed(entry.kind, entry.sender, entry.place, planned, entry.taken_at)

    def untake(self, entry: Entry) -> None:
        """It did not leave after all; its tokens stay used, but a probe is no longer on its way."""
        if entry.kind is Kind.MESSAGE:
            self._breakers[entry.sender].probing = False

    def spend_kick(self, entry: Entry) -> None:
        if entry.kind is Kind.KICK:
            self._kicks.spend(entry.group_id, entry.id, when(self._clock, entry.created_at))

    def unspend_kick(self, entry: Entry) -> None:
        if entry.kind is Kind.KICK:
            self._kicks.give_back(entry.group_id, entry.id)

    def kicks_left(self, group_id: int) -> int:
        return self._kicks.left(group_id, self._clock.elapsed())

    def ended(self, entry: Entry, *, ok: bool) -> None:
        """A call has failed, or has reached QQ."""
        if entry.kind is Kind.MESSAGE:
            self._breakers[entry.sender].ended(ok, self._clock.elapsed())

    def paused(self) -> list[str]:
        """A Chinese line for every account whose messages are paused."""
        if not self._paced:
            return []
        now = self._clock.elapsed()
        return [
            f"账号 {account} 连续 {breaker.failures} 次发送失败，已暂停发言，{_seconds(breaker, now)}"
            for account, breaker in self._breakers.items()
            if breaker.is_open
        ]

    def remember(self, entry: Entry) -> None:
        """A done message's id, so that no other call in doubt takes it for its own."""
        if entry.kind is Kind.MESSAGE and isinstance(entry.answer, dict) and "message_id" in entry.answer:
            self._ids[entry.place].append(entry.answer["message_id"])

    def recent_ids(self, entry: Entry) -> set[int]:
        return set(self._ids[entry.place])

    def replay(self, sent: Iterable[Entry]) -> None:
        """Bring everything to where it was, from the rows sent lately, in the order they were sent."""
        for entry in sent:
            assert entry.sent_at is not None
            entry.sender = entry.account
            self._pacer.take(entry.kind, entry.sender, entry.place, when(self._clock, entry.sent_at))
            if entry.kind is Kind.MESSAGE and entry.state != "sending":
                at = when(self._clock, entry.decided_at or entry.sent_at)
                self._breakers[entry.sender].ended(entry.state == "done", at)
            if entry.state != "not_done":
                self.spend_kick(entry)
            if entry.state == "done":
                self.remember(entry)

    def sweep(self) -> None:
        self._pacer.sweep(self._clock.elapsed())


def when(clock: Clock, moment: datetime) -> float:
    """A time read from a row, in seconds of `elapsed`. One that the clock has not reached yet was written before it was
    set back, and counts as now."""
    return clock.elapsed() - max(0.0, (clock.now() - moment).total_seconds())


def _seconds(breaker: Breaker, now: float) -> str:
    if breaker.probing:
        return "正在试发一条"
    return f"{max(0, round(breaker.ready_at() - now))} 秒后再试"
