"""How fast calls may follow each other. Pure: times are seconds of the caller's clock."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from lizheng.delivery.outbox.entry import Kind


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, then one per `interval` seconds; at most `cap` in any `window` seconds (0: no cap)."""

    burst: int
    interval: float
    cap: int = 0
    window: float = 60.0


@dataclass(frozen=True, slots=True)
class Pacing:
    """The rates per kind of call, for one group and for one account.

    `slack` seconds are added to every interval and window, since calls reach QQ a little earlier or later
    than they are counted here.
    """

    group: dict[Kind, Rate] = field(
        default_factory=lambda: {
            Kind.MESSAGE: Rate(3, 2.0, cap=20),
            Kind.LIGHT: Rate(10, 1.0),
            Kind.OTHER: Rate(10, 1.0),
            Kind.REQUEST: Rate(20, 0.0, cap=20, window=600.0),
        }
    )
    account: dict[Kind, Rate] = field(
        default_factory=lambda: {
            Kind.MESSAGE: Rate(40, 0.0, cap=40),
            Kind.KICK: Rate(1, 3.0),
            Kind.REQUEST: Rate(1, 3.0),
        }
    )
    slack: float = 0.05


ROUNDING = 1e-6
"""Seconds that sums of times may be off: on a clock that stands still, a call would wait for them for ever."""


class Meter:
    """One rate being used up."""

    def __init__(self, rate: Rate, slack: float = 0.0) -> None:
        self._burst, self._cap = rate.burst, rate.cap
        self._interval = rate.interval + slack if rate.interval else 0.0
        self._window = rate.window + slack
        self._full_again = float("-inf")
        self._times: deque[float] = deque(maxlen=rate.cap or 1)

    def ready_at(self) -> float:
        """The earliest time the next call may go."""
        ready = self._full_again - (self._burst - 1) * self._interval - ROUNDING
        if self._cap and len(self._times) == self._cap:
            ready = max(ready, self._times[0] + self._window)
        return ready

    def take(self, at: float) -> None:
        # Taken one by one it never owes more than a whole bucket; several at one moment (rows from a time that a
        # corrected clock has not reached yet) must not add up to more either.
        full_again = max(self._full_again, at) + self._interval
        self._full_again = min(full_again, max(self._full_again, at + self._burst * self._interval))
        self._times.append(at)

    def delayed(self, planned: float, actual: float) -> None:
        """A call that was taken for one time went at a later one."""
        self._full_again += actual - planned
        self._times = deque((actual if at == planned else at for at in self._times), self._times.maxlen)

    def idle_at(self, now: float) -> bool:
        """Whether nothing taken so far matters any more."""
        return self._full_again <= now and (not self._times or self._times[-1] + self._window <= now)


class Pacer:
    """All meters of a host. Without pacing nothing ever waits."""

    def __init__(self, pacing: Pacing | None) -> None:
        self._pacing = pacing
        self._meters: defaultdict[tuple[Kind, int, int], list[Meter]] = defaultdict(list)

    def ready_at(self, kind: Kind, account: int, place: int) -> float:
        """The earliest time a call of this kind may go from the account to the group (or person)."""
        return max((meter.ready_at() for meter in self._of(kind, account, place)), default=float("-inf"))

    def take(self, kind: Kind, account: int, place: int, at: float) -> None:
        for meter in self._of(kind, account, place):
            meter.take(at)

    def delayed(self, kind: Kind, account: int, place: int, planned: float, actual: float) -> None:
        """A call that was taken for one time went at a later one."""
        if self._pacing is not None and actual - planned > self._pacing.slack:
            for meter in self._of(kind, account, place):
                meter.delayed(planned, actual)

    def sweep(self, now: float) -> None:
        """Forget the meters that are full again."""
        for key in [key for key, meters in self._meters.items() if all(m.idle_at(now) for m in meters)]:
            del self._meters[key]

    def _of(self, kind: Kind, account: int, place: int) -> list[Meter]:
        pacing = self._pacing
        if pacing is None:
            return []
        found: list[Meter] = []
        for rates, key in ((pacing.account, (kind, account, 0)), (pacing.group, (kind, 0, place))):
            # A private conversation has no rate of its own beside the account's.
            if (rate := rates.get(kind)) and (rates is pacing.account or place > 0):
                if not (meters := self._meters[key]):
                    meters.append(Meter(rate, pacing.slack))
                found += meters
        return found


KICK_BUDGET = 5
KICK_BUDGET_SECONDS = 600.0


class KickBudget:
    """Kicks per group in the last ten minutes, each counted once by its number; it holds with pacing off, too."""

    def __init__(self) -> None:
        self._kicks: defaultdict[int, dict[int, float]] = defaultdict(dict)

    def spend(self, group_id: int, number: int, at: float) -> None:
        self._kicks[group_id][number] = at

    def give_back(self, group_id: int, number: int) -> None:
        """A kick that did not happen."""
        self._kicks[group_id].pop(number, None)

    def left(self, group_id: int, now: float) -> int:
        recent = {n: at for n, at in self._kicks[group_id].items() if at + KICK_BUDGET_SECONDS > now}
        self._kicks[group_id] = recent
        return max(0, KICK_BUDGET - len(recent))


FAILURES_ALLOWED = 3
FIRST_PAUSE = 10.0
LONGEST_PAUSE = 600.0
FAILURES_FOR_LONGEST = FAILURES_ALLOWED + 6


@dataclass(slots=True)
class Breaker:
    """Stops the messages to a place after three failures in a row; then lets one through per growing pause.

    `held_until` is the time before which QQ has said that it takes none.
    """

    failures: int = 0
    failed_at: float = 0.0
    probing: bool = False
    held_until: float = float("-inf")

    @property
    def is_open(self) -> bool:
        return self.failures >= FAILURES_ALLOWED

    def ready_at(self) -> float:
        """The earliest time a message may go; infinity while a probe is on its way."""
        if not self.is_open:
            return self.held_until
        if self.probing:
            return float("inf")
        pause = FIRST_PAUSE * 2.0 ** min(self.failures - FAILURES_ALLOWED, 16)
        return max(self.held_until, self.failed_at + min(pause, LONGEST_PAUSE))

    def hold(self, at: float, seconds: float | None) -> None:
        """Nothing may be said for so long; None is without a known end, and then one is tried every ten minutes."""
        self.probing = False
        if seconds is None:
            self.failures, self.failed_at = FAILURES_FOR_LONGEST, at
        else:
            self.failures, self.held_until = 0, at + seconds

    def look_again(self) -> None:
        """What was held may have ended unnoticed: one message is tried now."""
        self.failures = max(self.failures, FAILURES_ALLOWED)
        self.failed_at = self.held_until = float("-inf")
        self.probing = False

    def sent(self) -> None:
        self.probing = self.is_open

    def ended(self, ok: bool, at: float) -> None:
        self.probing = False
        self.failures = 0 if ok else self.failures + 1
        self.failed_at = at


@dataclass(slots=True)
class AccountBreaker(Breaker):
    """Stops an account's messages after failures in three different groups, with no message that arrived in between.

    What one group refuses, however often, is that group's own; and a group that failed before is no news.
    """

    groups: set[int] = field(default_factory=set)

    def ended_at(self, place: int, ok: bool, at: float, *, known: bool) -> None:
        """A message to a place has failed, or has arrived; `known` is a place that has been failing for a while."""
        if ok:
            self.groups.clear()
            self.ended(True, at)
        elif place > 0 and not known and place not in self.groups:
            self.groups.add(place)
            self.ended(False, at)
        else:
            if self.probing and place > 0:
                self.failed_at = at
            self.probing = False
