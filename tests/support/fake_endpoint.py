"""A NoneBot driver with our adapter behind a real uvicorn server, and a peer that speaks as endpoints do."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import nonebot
import uvicorn
import websockets
from nonebot.adapters import Bot as BaseBot
from nonebot.adapters.onebot.v11 import Event
from nonebot.config import Env
from nonebot.drivers.fastapi import Driver
from nonebot.matcher import Matcher
from nonebot.rule import Rule

from lizheng.adapter import Access, Adapter
from lizheng.host.web import Guard, driver_options, mount_status, server_options

TOKEN = "correct-horse-battery"
ME = 10001


class FakeEndpoint:
    """One host: its adapter, what its single matcher saw, and how to reach it."""

    def __init__(self, adapter: Adapter, driver: Driver) -> None:
        self.adapter, self.driver = adapter, driver
        self.handled: list[Event] = []
        self.act: Callable[[Any, Event], Awaitable[None]] | None = None
        self.port = 0
        self.sent = 0

    def texts(self, group_id: int | None = None) -> list[str]:
        """Plain texts handled so far, of one group or of all."""
        return [
            event.get_plaintext()
            for event in self.handled
            if event.post_type == "message" and group_id in (None, getattr(event, "group_id", None))
        ]

    @asynccontextmanager
    async def peer(
        self, self_id: int | str = ME, token: str | None = TOKEN, path: str = "/onebot/v11/ws", **options: Any
    ) -> AsyncIterator["Peer"]:
        headers = {"X-Self-ID": str(self_id), "x-client-role": "Universal"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        headers |= options.pop("headers", {})
        options.setdefault("max_size", None)
        url = f"ws://127.0.0.1:{self.port}{path}"
        async with websockets.connect(url, additional_headers=headers, compression=None, **options) as socket:
            peer = Peer(socket, int(self_id), self)
            try:
                yield peer
            finally:
                peer.reader.cancel()
        await until(lambda: not self.adapter.accounts() or int(self_id) not in self.adapter.accounts(), 0.3)

    async def quiet(self, within: float = 10.0) -> None:
        """Until everything the peers sent has arrived and nothing is pending."""
        assert await until(lambda: self.adapter.counts["frames"] >= self.sent, within)
        assert await self.adapter.lanes.drained(within)


class Peer:
    """Answers every API call from `answers` (action → full answer without echo, or None for silence)."""

    numbers = itertools.count(1)

    def __init__(self, socket: Any, self_id: int, station: FakeEndpoint) -> None:
        self.socket, self.self_id, self.station = socket, self_id, station
        self.calls: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any] | None] = {}
        self.times = 1
        self.reader = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        async for text in self.socket:
            call = json.loads(text)
            self.calls.append(call)
            answer = self.answers.get(call["action"], {"status": "ok", "retcode": 0, "data": None})
            for _ in range(self.times if answer is not None else 0):
                await self.send({**(answer or {}), "echo": call["echo"]})

    async def send(self, data: Any) -> None:
        raw = data if isinstance(data, str | bytes) else json.dumps(data, ensure_ascii=False)
        await self.socket.send(raw)
        self.station.sent += 1

    def message(self, text: Any, group_id: int = 700, user_id: int = 20001, **more: Any) -> dict[str, Any]:
        message_id = more.pop("message_id", next(self.numbers))
        segments = [{"type": "text", "data": {"text": text}}] if isinstance(text, str) else text
        return {
            "time": 1_790_000_000,
            "self_id": self.self_id,
            "post_type": "message",
            "message_type": "group",
            "sub_type": "normal",
            "group_id": group_id,
            "user_id": user_id,
            "message_id": message_id,
            "message_seq": message_id,
            "real_id": message_id,
            "message": segments,
            "raw_message": text if isinstance(text, str) else "",
            "message_format": "array",
            "font": 14,
            "sender": {"user_id": user_id, "nickname": "甲", "card": "", "role": "member"},
        } | more

    def notice(self, kind: str, **more: Any) -> dict[str, Any]:
        base = {"time": 1_790_000_000, "self_id": self.self_id, "post_type": "notice", "notice_type": kind}
        return base | {"group_id": 700, "user_id": 20001} | more

    async def say(self, text: Any, **more: Any) -> int:
        data = self.message(text, **more)
        await self.send(data)
        return data["message_id"]


async def until(condition: Callable[[], Any], within: float = 3.0) -> bool:
    """Wait for a condition; whether it came true."""
    deadline = asyncio.get_running_loop().time() + within
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.005)
    return True


def _driver() -> Driver:
    try:
        config = nonebot.get_driver().config
    except ValueError:
        nonebot.init(driver="~fastapi", log_level="WARNING", _env_file=None, **driver_options())
        config = nonebot.get_driver().config
    # A driver of its own keeps these connections apart from whatever else the process serves.
    return Driver(Env(environment="test"), config)


@asynccontextmanager
async def serve(access: Access) -> AsyncIterator[FakeEndpoint]:
    driver = _driver()
    adapter = Adapter(driver, access=access)
    station = FakeEndpoint(adapter, driver)

    async def mine(bot: BaseBot) -> bool:
        return bot.adapter is adapter

    async def record(bot: BaseBot, event: Event) -> None:
        station.handled.append(event)
        if station.act is not None:
            await station.act(bot, event)

    matcher = Matcher.new("", Rule(mine), handlers=[record], priority=1, block=False)
    app = driver.server_app
    app.add_middleware(Guard, access=access)
    mount_status(app, lambda: {"version": "0", "bots": adapter.accounts()}, lambda: dict(adapter.counts))
    options = server_options() | {"timeout_graceful_shutdown": 1, "log_config": None, "log_level": "warning"}
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="on", **options))
    server.install_signal_handlers = lambda: None  # pyright: ignore[reportAttributeAccessIssue]
    task = asyncio.create_task(server._serve())
    assert await until(lambda: server.started, 10)
    station.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield station
    finally:
        server.should_exit = True
        await task
        matcher.destroy()
