"""The one place where time is read. All else is given a Clock, so tests and the sandbox own the time."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

JUMP = timedelta(hours=1)
JUMP_COUNTS = 24 * 3600.0


class Clock:
    """Wall time plus an offset that only grows; frozen, it advances by `move` alone."""

    def __init__(self) -> None:
        self.offset: timedelta = timedelta()
        self._frozen: tuple[datetime, float] | None = None
        self.on_move: Callable[[timedelta], object] | None = None
        """Called with the whole offset whenever it has grown."""
        self._sleepers: set[asyncio.Future[None]] = set()
        self._mark = self._hands()
        self._jumped_at: float | None = None

    @property
    def is_frozen(self) -> bool:
        return self._frozen is not None

    def now(self) -> datetime:
        """The time as an aware UTC datetime."""
        wall = self._frozen[0] if self._frozen else datetime.now(UTC)
        return wall + self.offset

    def elapsed(self) -> float:
        """Seconds on this clock from an arbitrary start; a corrected wall clock never moves it back."""
        ticks = self._frozen[1] if self._frozen else time.monotonic()
        return ticks + self.offset.total_seconds()

    def ahead(self) -> timedelta:
        """Tell how far the wall clock has gone ahead of the running one: set right, set wrong, or the machine slept.

        What is more than an hour counts for a day, in which people may look; then the time is as it is.
        """
        wall, ticks = self._hands()
        ahead = (wall - self._mark[0]) - timedelta(seconds=ticks - self._mark[1])
        if ahead <= JUMP:
            self._jumped_at = None
        elif self._jumped_at is None:
            self._jumped_at = ticks
        elif ticks - self._jumped_at > JUMP_COUNTS:
            self._mark, self._jumped_at = (wall, ticks), None
            return timedelta()
        return max(ahead, timedelta())

    def _hands(self) -> tuple[datetime, float]:
        return self.now(), self.elapsed()

    @staticmethod
    def ticks() -> float:
        """Seconds of this machine from an arbitrary start, which neither a move nor a freeze touches: for what must be
        agreed with other machines."""
        return time.monotonic()

    @staticmethod
    def stamp() -> float:
        """Seconds since 1970 by this machine, which neither a move nor a freeze touches: for the ages of files."""
        return time.time()

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the time, at an aware datetime when given; from now on only `move` advances it."""
        if at is not None and at.tzinfo is None:
            raise ValueError("freeze needs an aware datetime")
        self._frozen = ((at or self.now()) - self.offset, time.monotonic())
        self._mark, self._jumped_at = self._hands(), None
        self._wake()

    def move(self, delta: timedelta) -> None:
        """Move forward and wake whoever is due. Raises ValueError for a negative delta."""
        if delta < timedelta():
            raise ValueError("the clock never moves backwards")
        self.offset += delta
        if self.on_move is not None:
            self.on_move(self.offset)
        self._wake()

    async def sleep(self, seconds: float) -> None:
        """Sleep for seconds of this clock."""
        end = self.elapsed() + seconds
        await self._until(lambda: end - self.elapsed())

    async def sleep_until(self, when: datetime) -> None:
        """Sleep until this clock shows `when`; returns at once when that has passed."""
        await self._until(lambda: (when - self.now()).total_seconds())

    async def _until(self, remaining: Callable[[], float]) -> None:
        await asyncio.sleep(0)
        while (left := remaining()) > 0:
            await self.pause(asyncio.get_running_loop().create_future(), left)

    async def pause(self, sleeper: asyncio.Future[None], seconds: float | None) -> None:
        """Await the future, ending it after seconds of this clock or at the next `move`."""
        timer = None
        if seconds is not None and not self.is_frozen:
            timer = asyncio.get_running_loop().call_later(seconds, _finish, sleeper)
        self._sleepers.add(sleeper)
        try:
            await sleeper
        finally:
            self._sleepers.discard(sleeper)
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        for sleeper in self._sleepers:
            _finish(sleeper)


class Alarm:
    """One waiter, woken by a ring, by time passing on the clock, or by the clock being moved."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = False
        self._waiter: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Wake the waiter now, or the next one at once."""
        self._rung = True
        if self._waiter is not None:
            _finish(self._waiter)

    async def wait(self, seconds: float | None = None) -> None:
        """Wait for a ring, a move, or seconds of the clock (None: without end), whichever is first."""
        if not self._rung and (seconds is None or seconds > 0):
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._clock.pause(self._waiter, seconds)
            finally:
                self._waiter = None
        self._rung = False


def _finish(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
