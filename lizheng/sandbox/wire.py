"""The world behind a real reverse WebSocket: it connects to a host as NapCat does."""

import asyncio
import json
import logging
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from .world import World
from .world.faults import FaultKind
from .world.world import answer_failed

log = logging.getLogger("lizheng.sandbox")


class _HalfOpen(Exception):
    """The socket goes silent but stays open; the endpoint comes back on another one after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Wire:
    """One bot account of a world on one reverse WebSocket; its events flow while it is connected.

    `reconnect` and `heartbeat` are seconds. Several wires may serve several accounts of one world.
    `connections` counts those made so far, `last_error` says why the last attempt failed.
    """

    def __init__(
        self,
        world: World,
        url: str,
        token: str = "",
        account: int | None = None,
        reconnect: float = 1.0,
        heartbeat: float = 30.0,
    ) -> None:
        self.world, self.url, self.account = world, url, account or world.account
        self.reconnect, self.heartbeat = reconnect, heartbeat
        self.connections = 0
        self.last_error = ""
        self._headers = {"X-Self-ID": str(self.account), "X-Client-Role": "Universal"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._runner: asyncio.Task[None] | None = None
        self._up = asyncio.Event()
        self._outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._lingering: list[ClientConnection] = []
        self._carrying = 0

    def idle(self) -> bool:
        """Nothing waits to be written and no call is being answered."""
        return self._outgoing.empty() and not self._carrying

    @property
    def connected(self) -> bool:
        return self._up.is_set()

    async def start(self) -> None:
        """Begin connecting; returns at once. Wait with `ready`."""
        if self._runner is None:
            self.world.outlets.append(self._take)
            self._runner = asyncio.create_task(self._run())

    async def ready(self, within: float = 10.0) -> None:
        """Wait until it is connected; raises TimeoutError."""
        await asyncio.wait_for(self._up.wait(), within)

    async def stop(self) -> None:
        if self._runner is None:
            return
        self.world.outlets.remove(self._take)
        runner, self._runner = self._runner, None
        while not runner.done():
            # More than once: a connection that breaks at this very moment swallows the first (TaskGroup of Python 3.11).
            runner.cancel()
            await asyncio.wait({runner}, timeout=1)
        if not runner.cancelled():
            runner.result()
        for socket in self._lingering:
            socket.transport.abort()
        self._lingering.clear()

    def _take(self, event: dict[str, Any]) -> None:
        if event["self_id"] == self.account and self._up.is_set():
            self._outgoing.put_nowait(event)

    async def _run(self) -> None:
        while True:
            pause = self.reconnect
            try:
                socket = await connect(
                    self.url,
                    additional_headers=self._headers,
                    compression=None,
                    ping_interval=None,
                    max_size=None,
                    close_timeout=1,
                    proxy=None,
                )
            except (OSError, WebSocketException, TimeoutError) as error:
                self.last_error = str(error) or type(error).__name__
                log.debug("account %s cannot connect: %s", self.account, self.last_error)
            else:
                pause = await self._serve(socket)
            await asyncio.sleep(pause)

    async def _serve(self, socket: ClientConnection) -> float:
        """Carry traffic until the socket ends. Returns how long to wait before the next one."""
        self._outgoing = asyncio.Queue()
        self._outgoing.put_nowait(self._meta("lifecycle", sub_type="connect"))
        self.connections += 1
        self._up.set()
        log.info("account %s connected", self.account)
        pause, keep_open = self.reconnect, False
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write(socket))
                tasks.create_task(self._beat())
                tasks.create_task(self._read(socket, tasks))
        except* _HalfOpen as group:
            keep_open = True
            pause = max(pause, *(one.seconds for one in group.exceptions if isinstance(one, _HalfOpen)))
        except* (ConnectionClosed, OSError):
            log.info("account %s disconnected", self.account)
        finally:
            self._up.clear()
            if keep_open:
                socket.transport.pause_reading()
                self._lingering.append(socket)
            else:
                await socket.close()
        return pause

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            await socket.send(json.dumps(await self._outgoing.get()))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.heartbeat)
            status = {"online": True, "good": True}
            self._outgoing.put_nowait(
                self._meta("heartbeat", status=status, interval=int(self.heartbeat * 1000))
            )

    async def _read(self, socket: ClientConnection, tasks: asyncio.TaskGroup) -> None:
        while True:
            frame = await socket.recv()
            try:
                call = json.loads(frame)
            except ValueError:
                call = None
            if not isinstance(call, dict) or not isinstance(call.get("action"), str):
                answer = answer_failed(1400, "json解析失败,请检查数据格式")
                self._outgoing.put_nowait({**answer, "echo": None})
                continue
            tasks.create_task(self._carry_out(socket, call))

    async def _carry_out(self, socket: ClientConnection, call: dict[str, Any]) -> None:
        self._carrying += 1
        try:
            await self._answer(socket, call)
        finally:
            self._carrying -= 1

    async def _answer(self, socket: ClientConnection, call: dict[str, Any]) -> None:
        action, params = call["action"], call.get("params")
        for kind in (FaultKind.DROP, FaultKind.HALF_OPEN):
            fault = self.world.faults.take(kind, action)
            if fault is None:
                continue
            lost = self.world.note_call(action, params, self.account)
            if fault.done:
                self.world.perform(action, lost.params, self.account)
            if kind is FaultKind.HALF_OPEN:
                raise _HalfOpen(fault.seconds)
            socket.transport.abort()
            return
        try:
            answer = await self.world.act(action, params, self.account)
        except Exception as error:  # whatever a host sends, the endpoint lives on, as real ones do
            log.error("%s failed: %s", action, type(error).__name__)
            answer = answer_failed(1200, type(error).__name__)
        twice = self.world.faults.take(FaultKind.DOUBLE_ANSWER, action)
        for _ in range(2 if twice else 1):
            self._outgoing.put_nowait({**answer, "echo": call.get("echo")})

    def _meta(self, kind: str, **fields: Any) -> dict[str, Any]:
        return {
            "time": int(self.world.now()),
            "self_id": self.account,
            "post_type": "meta_event",
            "meta_event_type": kind,
            **fields,
        }
