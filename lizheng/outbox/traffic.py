"""What has been sent lately: the meters, breakers and budgets, all of it derivable from the rows."""

from collections import defaultdict, deque
from collections.abc import Iterable

from lizheng.outbox.entry import Entry, Kind
from lizheng.outbox.pacing import Breaker, KickBudget, Pacer, Pacing

IDS_KEPT = 500


class Traffic:
    """Rates in use. With pacing None only the kick budget counts."""

    def __init__(self, pacing: Pacing | None) -> None:
        self.kicks = KickBudget()
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
        assert entry.sent_at is not None
        self._pacer.take(entry.kind, entry.sender, entry.place, entry.sent_at.timestamp())
        if entry.kind is Kind.MESSAGE:
            self._breakers[entry.sender].sent()

    def left_at(self, entry: Entry, planned: float) -> None:
        """The call planned for one time is made at `entry.sent_at`."""
        assert entry.sent_at is not None
        self._pacer.delayed(entry.kind, entry.sender, entry.place, planned, entry.sent_at.timestamp())

    def untake(self, entry: Entry) -> None:
        """It did not leave after all; its tokens stay used, but a probe is no longer on its way."""
        if entry.kind is Kind.MESSAGE:
            self._breakers[entry.sender].probing = False

    def spend_kick(self, entry: Entry) -> None:
        if entry.kind is Kind.KICK:
            self.kicks.spend(entry.group_id, entry.id, entry.created_at.timestamp())

    def unspend_kick(self, entry: Entry) -> None:
        if entry.kind is Kind.KICK:
            self.kicks.give_back(entry.group_id, entry.id)

    def breaker(self, account: int) -> Breaker:
        return self._breakers[account]

    def paused(self, now: float) -> list[str]:
        """A Chinese line for every account whose messages are paused."""
        if not self._paced:
            return []
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
            self._pacer.take(entry.kind, entry.sender, entry.place, entry.sent_at.timestamp())
            if entry.kind is Kind.MESSAGE and entry.state != "sending":
                self._breakers[entry.sender].ended(
                    entry.state == "done", (entry.decided_at or entry.sent_at).timestamp()
                )
            if entry.state != "not_done":
                self.spend_kick(entry)
            if entry.state == "done":
                self.remember(entry)

    def sweep(self, now: float) -> None:
        self._pacer.sweep(now)


def _seconds(breaker: Breaker, now: float) -> str:
    if breaker.probing:
        return "正在试发一条"
    return f"{max(0, round(breaker.ready_at() - now))} 秒后再试"
