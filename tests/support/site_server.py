"""A served sandbox page without the bot: a real world and site on a loopback port, and a plain backstage."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette

from lizheng.sandbox import demo
from lizheng.sandbox.backstage import Dialogue
from lizheng.sandbox.site import Site, mount
from lizheng.sandbox.world import World

KEY = "a-long-random-key-for-tests-0123456789"


@dataclass
class Stage:
    """A backstage whose state the tests set by hand."""

    world: World | None = None
    offset: float = 0.0
    rows: list[dict[str, Any]] = field(default_factory=list)
    reconnects: int = 0

    def now(self) -> float:
        return time.time() + self.offset

    async def audit(self, group_id: int, limit: int) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["group_id"] == group_id][:limit]

    def clock_offset(self) -> float:
        return self.offset

    async def move_clock(self, seconds: float) -> None:
        self.offset += seconds

    async def move_clock_to(self, epoch: float) -> None:
        if epoch < self.now():
            raise ValueError("时钟只能往前拨。")
        self.offset += epoch - self.now()

    def idle(self) -> bool:
        return True

    def dialogues(self) -> list[Dialogue]:
        return [Dialogue("打招呼", "入群欢迎", ["小王：大家好"]), Dialogue("演砸了", "入群欢迎", ["……"])]

    def commands(self) -> list[tuple[str, str]]:
        return [("帮助", "这里能用的命令"), ("名片", "改自己的名片")]

    async def play(self, name: str) -> None:
        if name == "演砸了":
            raise ValueError("里正没有回答。")
        assert self.world is not None
        self.world.say(demo.TRADERS, 100_004, "大家好，我是重演出来的")

    async def reconnect(self) -> None:
        self.reconnects += 1


@dataclass
class Served:
    world: World
    stage: Stage
    site: Site
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"{self.origin}/sandbox/?key={KEY}"

    @property
    def live(self) -> str:
        return f"ws://127.0.0.1:{self.port}/sandbox/live?key={KEY}"


@contextlib.asynccontextmanager
async def served() -> AsyncIterator[Served]:
    stage = Stage()
    stage.world = world = World(stage.now)
    app = Starlette()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        site = mount(app, world, stage, KEY, port)
        demo.furnish(world)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield Served(world, stage, site, port)
        finally:
            server.should_exit = True
            await serving
