"""One socket: its receive loop, and the calls waiting for an answer on it."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable
from typing import Any

from nonebot.drivers import WebSocket
from nonebot.exception import WebSocketClosed
from nonebot.utils import DataclassEncoder

from lizheng.adapter.counts import Counts
from lizheng.adapter.errors import NotSent, Unanswered, read_answer
from lizheng.adapter.frames import BadFrame, check_event, read_frame
from lizheng.adapter.lanes import Lanes
from lizheng.base.clock import Clock

EventSink = Callable[["Connection", dict[str, Any], "str | bytes"], None]
_SLICE_SECONDS = 0.01


class Connection:
    """Lives as long as its socket; answers arriving on another socket never reach its calls."""

    def __init__(
        self, socket: WebSocket, self_id: str, on_event: EventSink, lanes: Lanes, counts: Counts
    ) -> None:
        self.self_id = self_id
        self._socket, self._on_event, self._lanes, self._counts = socket, on_event, lanes, counts
        self._prefix = secrets.token_urlsafe(12)
        self._calls = 0
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._lost = False
        self.heard_at = Clock.ticks()
        """When its last frame came."""

    @property
    def waiting(self) -> int:
        """Calls whose answer is still out."""
        return len(self._waiting)

    async def receive(self) -> None:
        """Take frames until the socket closes; a bad one is counted and dropped."""
        loop = asyncio.get_running_loop()
        since = loop.time()
        while not self._lost:
            await self._lanes.room(lambda: bool(self._waiting))
            try:
                raw = await self._socket.receive()
            except WebSocketClosed:
                return
            # A full receive buffer returns without suspending: give the loop its turn now and then.
            if loop.time() - since > _SLICE_SECONDS:
                await asyncio.sleep(0)
                since = loop.time()
            if not self._lost:
                self.take(raw)

    def take(self, raw: str | bytes) -> None:
        """One frame in."""
        self.heard_at = Clock.ticks()
        self._counts["frames"] += 1
        try:
            data = read_frame(raw)
            if "post_type" not in data:
                self._settle(data)
                return
            check_event(data, int(self.self_id))
        except BadFrame as bad:
            self._counts.note(f"frames_dropped_{bad}", f"A frame from {self.self_id} was dropped")
            return
        try:
            self._on_event(self, data, raw)
        except Exception as error:
            # The boundary of the socket: whatever a frame does to us, the next one is still taken.
            self._counts.note("frames_failed", f"A frame from {self.self_id} failed: {type(error).__name__}")

    def _settle(self, answer: dict[str, Any]) -> None:
        echo = answer.get("echo")
        future = self._waiting.get(echo) if type(echo) is str else None
        if future is None or future.done():
            # Late, doubled or forged: nobody waits for it.
            self._counts["answers_unwanted"] += 1
            return
        future.set_result(answer)

    async def call(self, api: str, params: dict[str, Any], within: float | None) -> Any:
        """The `data` of the endpoint's answer; `within` in seconds, None waits as long as the socket lives.

        Raises:
            ActionFailed: refused.
            NotSent: never left this process.
            Unanswered: sent, fate unknown.
        """
        if self._lost:
            raise NotSent(f"{api}: the connection is gone")
        self._calls += 1
        echo = f"{self._prefix}{self._calls}"
        try:
            text = json.dumps({"action": api, "params": params, "echo": echo}, cls=DataclassEncoder)
        except (TypeError, ValueError, RecursionError) as error:
            raise NotSent(f"{api}: the parameters are not JSON") from error
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[echo] = future
        self._counts["calls"] += 1
        sent = False
        try:
            async with asyncio.timeout(within):
                await self._send(api, text)
                sent = True
                answer = await future
        except TimeoutError:
            self._counts["calls_unanswered"] += 1
            raise (Unanswered if sent else NotSent)(f"{api}: no answer within {within} s") from None
        finally:
            del self._waiting[echo]
        return read_answer(api, answer)

    async def _send(self, api: str, text: str) -> None:
        try:
            await self._socket.send(text)
        except Exception as error:
            # The server raises only before it writes: closed, closing, or lost meanwhile.
            raise NotSent(f"{api}: the connection is gone") from error

    def lose(self, why: str) -> None:
        """Fail every waiting call now and take nothing more; harmless when repeated."""
        self._lost = True
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(Unanswered(why))

    async def close(self, code: int = 1000, why: str = "") -> None:
        """Close the socket, waiting at most 5 seconds for a peer that does not read."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(5):
                await self._socket.close(code, why)
