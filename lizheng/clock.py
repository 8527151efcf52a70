"""The one place where time is read. All else is given a Clock, so tests and the sandbox own the time."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Wall time plus an offset that only grows; frozen, it advances by `move` alone."""

    def __init__(self) -> None:
        self.offset = timedelta()
        self._frozen: tuple[datetime, float] | None = None
        self._sleepers: set[asyncio.Future[None]] = set()
        self._watchers: list[Callable[[], object]] = []

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

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the time, at an aware datetime when given; from now on only `move` advances it."""
        if at is not None and at.tzinfo is None:
            raise ValueError("freeze needs an aware datetime")
        self._frozen = ((at or self.now()) - self.offset, time.monotonic())
        self._wake()

    def move(self, delta: timedelta) -> None:
        """Move forward and wake whoever is due. Raises ValueError for a negative delta."""
        if delta < timedelta():
            raise ValueError("the clock never moves backwards")
        self.offset += delta
        self._wake()

    def on_move(self, callback: Callable[[], object]) -> None:
        """Call `callback` after every `move` or `freeze`."""
        self._watchers.append(callback)

    async def sleep(self, seconds: float) -> None:
        """Sleep for seconds of this clock."""
        end = self.elapsed() + seconds
        await self._until(lambda: end - self.elapsed())

    async def sleep_until(self, when: datetime) -> None:
        """Sleep until this clock shows `when`; returns at once when that has passed."""
        await self._until(lambda: (when - self.now()).total_seconds())

    async def _until(self, remaining: Callable[[], float]) -> None:
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        while (left := remaining()) > 0:
            sleeper: asyncio.Future[None] = loop.create_future()
            timer = None if self.is_frozen else loop.call_later(left, _finish, sleeper)
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
        for callback in self._watchers:
            callback()


def _finish(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
