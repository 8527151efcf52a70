"""One ordered queue per conversation."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

from nonebot.log import logger

Work = Callable[[Any], Coroutine[Any, Any, None]]


class _Lane:
    __slots__ = ("current", "key", "queue", "timer")

    def __init__(self, key: Hashable) -> None:
        self.key = key
        self.queue: deque[tuple[Any, int]] = deque()
        self.current: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None


class Lanes:
    """Runs items of one lane one after another and lanes side by side.

    An item may hold up its lane for `patience` seconds; after that the next one starts beside it. At most
    `width` items start side by side, so that ten thousand strangers writing at once do not become ten
    thousand running handlers; items past their patience do not count. The bound on waiting bytes is kept by
    the reader, which asks `room()` before it takes the next frame.
    """

    def __init__(
        self,
        work: Work,
        *,
        patience: float = 2.0,
        width: int = 400,
        room_bytes: int = 32 * 1024 * 1024,
    ) -> None:
        self._work, self._patience, self._width, self._room_bytes = work, patience, width, room_bytes
        self._lanes: dict[Hashable, _Lane] = {}
        self._ready: deque[_Lane] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting = 0
        self._queued = 0
        self._bytes = 0
        self._changed = asyncio.Event()
        self.overdue = 0

    @property
    def pending(self) -> int:
        """Items waiting or running."""
        return self._queued + len(self._tasks)

    @property
    def pending_bytes(self) -> int:
        return self._bytes

    def idle(self) -> bool:
        return not self._queued and not self._tasks

    def put(self, key: Hashable, item: Any, size: int) -> None:
        """Queue an item; never waits. `size` is what it weighs against the bound, in bytes."""
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane(key)
            self._ready.append(lane)
        lane.queue.append((item, size))
        self._queued += 1
        self._bytes += size
        self._start_ready()

    async def room(self, answers_wanted: Callable[[], bool]) -> None:
        """Wait until the waiting bytes are below the bound.

        Answers to our own calls come through the same socket as the events, so a handler may be waiting for
        a frame behind the pause. It cannot dead-lock: lanes go on after their patience and every call has a
        time-out. To make it rare as well, while answers are wanted one frame is let through every 20 ms,
        up to twice the bound.
        """
        while self._bytes > self._room_bytes:
            self._changed.clear()
            trickle = answers_wanted() and self._bytes < 2 * self._room_bytes
            try:
                async with asyncio.timeout(0.02 if trickle else 1.0):
                    await self._changed.wait()
            except TimeoutError:
                if trickle:
                    return

    async def drained(self, deadline: float | None = None) -> bool:
        """Wait until idle, at most `deadline` seconds; whether it became so."""
        try:
            async with asyncio.timeout(deadline):
                while not self.idle():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def abandon(self) -> int:
        """Forget what waits and ask what runs to stop; how many that were.

        Handlers that NoneBot runs are shielded from that: those end when they end.
        """
        lost = self.pending
        for lane in self._lanes.values():
            lane.queue.clear()
        self._lanes.clear()
        self._ready.clear()
        self._queued = self._bytes = 0
        for task in self._tasks:
            task.cancel()
        self._changed.set()
        return lost

    def _start_ready(self) -> None:
        while self._ready and self._starting < self._width:
            self._start(self._ready.popleft())

    def _start(self, lane: _Lane) -> None:
        item, size = lane.queue.popleft()
        self._queued -= 1
        self._bytes -= size
        loop = asyncio.get_running_loop()
        task = loop.create_task(self._work(item))
        self._tasks.add(task)
        self._starting += 1
        lane.current = task
        lane.timer = loop.call_later(self._patience, self._overtake, lane, task)
        task.add_done_callback(lambda done: self._finished(lane, done))

    def _finished(self, lane: _Lane, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.opt(exception=error).error("An event's handling failed")
        if lane.current is task:
            self._next(lane)
        self._changed.set()

    def _overtake(self, lane: _Lane, task: asyncio.Task[None]) -> None:
        if lane.current is task:
            self.overdue += 1
            self._next(lane)

    def _next(self, lane: _Lane) -> None:
        self._starting -= 1
        if lane.timer is not None:
            lane.timer.cancel()
        lane.current = lane.timer = None
        if lane.queue:
            self._ready.append(lane)
        else:
            self._lanes.pop(lane.key, None)
        self._start_ready()
