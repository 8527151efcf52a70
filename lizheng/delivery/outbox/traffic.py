"""What has been sent lately: the meters, breakers and budgets, all of it derivable from the rows."""

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import datetime

from lizheng.base.clock import Clock
from lizheng.delivery.outbox.entry import Entry, Kind
from lizheng.delivery.outbox.pacing import AccountBreaker, Breaker, KickBudget, Pacer, Pacing

IDS_KEPT = 500


class Traffic:
    """Rates in use, in seconds of the clock's `elapsed`. With pacing None only the kick budget counts."""

    def __init__(self, clock: Clock, pacing: Pacing | None) -> None:
        self._clock = clock
        self._kicks = KickBudget()
        self._paced = pacing is not None
        self._pacer = Pacer(pacing)
        self._accounts: defaultdict[int, AccountBreaker] = defaultdict(AccountBreaker)
        self._places: defaultdict[tuple[int, int], Breaker] = defaultdict(Breaker)
        self._ids: defaultdict[int, deque[int]] = defaultdict(lambda: deque(maxlen=IDS_KEPT))

    def ready_at(self, entry: Entry, account: int) -> float:
        """The earliest time the account may make this call; infinity while a probe of it is on its way."""
        ready = self._pacer.ready_at(entry.kind, account, entry.place)
        if entry.kind is not Kind.MESSAGE:
            return ready
        place = self._places.get((account, entry.place))
        if not self._paced:
            return max(ready, place.held_until) if place else ready
        return max(ready, self._accounts[account].ready_at(), place.ready_at() if place else ready)

    def is_suspect(self, entry: Entry) -> bool:
        """Whether its group has part in the account's pause: others are tried first."""
        return any(entry.place in account.groups for account in self._accounts.values())

    def take(self, entry: Entry) -> None:
        self._pacer.take(entry.kind, entry.sender, entry.place, entry.taken_at)
        for breaker in self._breakers(entry):
            breaker.sent()

    def leaves(self, entry: Entry) -> None:
        """The call whose tokens were taken at `entry.taken_at` is made now."""
        planned, entry.taken_at = entry.taken_at, self._clock.elapsed()
        self._pacer.delayed(entry.kind, entry.sender, entry.place, planned, entry.taken_at)

    def untake(self, entry: Entry) -> None:
        """It did not leave after all; its tokens stay used, but a probe is no longer on its way."""
        for breaker in self._breakers(entry):
            breaker.probing = False

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
        self._ended(entry, ok, self._clock.elapsed())

    def _ended(self, entry: Entry, ok: bool, at: float) -> None:
        if entry.kind is not Kind.MESSAGE:
            return
        place = self._places[entry.sender, entry.place] if entry.place else Breaker()
        known = place.is_open
        place.ended(ok, at)
        self._accounts[entry.sender].ended_at(entry.place, ok, at, known=known)

    def _breakers(self, entry: Entry) -> list[Breaker]:
        if entry.kind is not Kind.MESSAGE:
            return []
        place = self._places.get((entry.sender, entry.place))
        return [self._accounts[entry.sender], *([place] if place else [])]

    def hold(self, account: int, group_id: int, seconds: float | None) -> None:
        """The account may not speak in the group for so long (None: until it is told otherwise); 0 ends that."""
        if seconds == 0:
            self._places.pop((account, group_id), None)
        else:
            self._places[account, group_id].hold(self._clock.elapsed(), seconds)

    def look_again(self, account: int) -> None:
        """What was told about its groups may have changed unnoticed."""
        for (owner, _), place in self._places.items():
            if owner == account and (place.is_open or place.held_until > self._clock.elapsed()):
                place.look_again()

    def paused(self, group_id: int = 0) -> list[str]:
        """A Chinese line for every account whose messages are paused, for the group, and for how many others."""
        if not self._paced:
            return []
        now = self._clock.elapsed()
        lines = [
            f"账号 {account} 在 {len(breaker.groups)} 个群接连发送失败，已暂停发言，{_seconds(breaker, now)}"
            for account, breaker in self._accounts.items()
            if breaker.is_open
        ]
        closed = {
            place: breaker
            for (_, place), breaker in self._places.items()
            if place > 0 and (breaker.is_open or breaker.held_until > now)
        }
        if here := closed.pop(group_id, None):
            lines.append(f"本群里发不出去，{_seconds(here, now)}")
        if closed:
            lines.append(f"另有 {len(closed)} 个群里发不出去（可能被禁言了）")
        return lines

    def paused_there(self, account: int, group_id: int) -> str:
        """Say in Chinese why an account's messages to one group are paused, "" when they are not."""
        if not self._paced:
            return ""
        now, whole = self._clock.elapsed(), self._accounts.get(account)
        if whole is not None and whole.is_open:
            return f"账号接连发送失败，已暂停发言，{_seconds(whole, now)}"
        here = self._places.get((account, group_id))
        if here is not None and (here.is_open or here.held_until > now):
            return f"群里发不出去（可能被禁言了），{_seconds(here, now)}"
        return ""

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
                self._ended(entry, entry.state == "done", at)
            if entry.state != "not_done":
                self.spend_kick(entry)
            if entry.state == "done":
                self.remember(entry)

    def sweep(self) -> None:
        now = self._clock.elapsed()
        self._pacer.sweep(now)
        for key, place in list(self._places.items()):
            if not place.failures and not place.probing and place.held_until <= now:
                del self._places[key]


def when(clock: Clock, moment: datetime) -> float:
    """A time read from a row, in seconds of `elapsed`. One that the clock has not reached yet was written before it was
    set back, and counts as now."""
    return clock.elapsed() - max(0.0, (clock.now() - moment).total_seconds())


def _seconds(breaker: Breaker, now: float) -> str:
    if breaker.probing:
        return "正在试发一条"
    return f"{max(0, round(breaker.ready_at() - now))} 秒后再试"
