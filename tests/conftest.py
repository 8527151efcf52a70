"""One host for all tests, really listening; each test has a database, a world and a wire of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import nonebot
import pytest
import uvicorn

os.environ.setdefault("ENVIRONMENT", "tests")
CONFIG = {
    "SANDBOX": "on",
    "PACING": "off",
    "SUPERUSERS": '["99999"]',
    "LOG_LEVEL": "WARNING",
    "HOST": "127.0.0.1",
    "TIMEZONE": "Asia/Shanghai",
    "COMMAND_START": '["/"]',
    "ONEBOT_ACCESS_TOKEN": "",
}
NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
"""A Wednesday noon in Shanghai, where every conversation begins."""


def pytest_sessionstart(session: pytest.Session) -> None:
    """The plugins are loaded before any test module imports them: NoneBot refuses those imported earlier."""
    os.environ.update(CONFIG)
    from lizheng.host import Host

    nonebot.init(**Host.prepare())
    session.config.stash[HOST] = Host(nonebot.get_driver())
    nonebot.load_from_toml("pyproject.toml")
    nonebot.load_plugin("tests.probe")
    nonebot.load_plugin("tests.asker")


HOST = pytest.StashKey()


@pytest.fixture(scope="session")
async def listening(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator:
    """The host behind a real socket, and its port."""
    host = request.config.stash[HOST]
    host.clock.freeze(NOON)
    host.config = host.config.model_copy(update={"sandbox": "off"})
    template = tmp_path_factory.mktemp("database") / "template.db"
    host.config = host.config.model_copy(update={"database_url": f"sqlite://{template}"})
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(nonebot.get_asgi(), log_config=None, ws_max_size=64 * 2**20))
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        await host.stop()
        yield host, port, template
        server.should_exit = True
        await serving


@pytest.fixture
async def stage(listening, tmp_path: Path) -> AsyncIterator:
    """An empty world on a host that has just started with a new database, at noon on a Wednesday."""
    from lizheng.sandbox.stage import HostStage
    from lizheng.sandbox.wire import Wire
    from lizheng.sandbox.world import World

    host, port, template = listening
    database = tmp_path / "lizheng.db"
    shutil.copy(template, database)
    host.config = host.config.model_copy(update={"database_url": f"sqlite://{database}"})
    host.clock.offset *= 0
    host.clock.freeze(NOON)
    host.forget()
    await host.start()
    world = World(lambda: host.clock.now().timestamp(), sleep=host.clock.sleep)
    wire = Wire(world, f"ws://127.0.0.1:{port}/onebot/v11/ws", host.access.sandbox_key, reconnect=0.05)
    await wire.start()
    await wire.ready()
    stage = HostStage(host, world, wire)
    await stage.settle()
    yield stage
    await wire.stop()
    await host.stop()
