"""One host for all tests, really listening; each test has a database, a world and a wire of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import nonebot
import pytest
import uvicorn
from tortoise.backends.base.executor import EXECUTOR_CACHE

from lizheng.clock import Clock
from lizheng.store import Store
from tests.engines import Engine, NoPostgres, Postgres, Sqlite, server

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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        choices=("sqlite", "postgres"),
        default="sqlite",
        help="the database that conversations and the kit's suites run on",
    )


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
async def postgres() -> AsyncIterator[Postgres]:
    """A real server, for tests that are about Postgres whatever engine the others run on."""
    try:
        with server() as found:
            await found.begin()
            yield found
    except NoPostgres as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """What `--engine` asks for."""
    if request.config.getoption("--engine") == "postgres":
        return request.getfixturevalue("postgres")
    return Sqlite(tmp_path_factory.mktemp("database"))


@pytest.fixture(autouse=True)
def own_statements() -> None:
    """Tortoise keeps statements per connection name; no host ever has two engines, only these tests."""
    EXECUTOR_CACHE.clear()


@pytest.fixture
async def database_url(engine: Engine, tmp_path: Path) -> AsyncIterator[str]:
    """An empty database for this test."""
    url = await engine.fresh(tmp_path, empty=True)
    yield url
    await engine.drop(url)


@pytest.fixture
async def on_postgres(postgres: Postgres, tmp_path: Path) -> AsyncIterator[Store]:
    """The kit's store on a new Postgres database."""
    url = await postgres.fresh(tmp_path, empty=True)
    store = Store(url, {}, tmp_path, Clock())
    await store.open()
    yield store
    await store.close()
    await postgres.drop(url)


@pytest.fixture(scope="session")
async def listening(request: pytest.FixtureRequest, engine: Engine) -> AsyncIterator:
    """The host behind a real socket, its port, and the engine, whose template it has made."""
    host = request.config.stash[HOST]
    host.clock.freeze(NOON)
    host.config = host.config.model_copy(update={"sandbox": "off"})
    host.config = host.config.model_copy(update={"database_url": engine.template})
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(nonebot.get_asgi(), log_config=None, ws_max_size=64 * 2**20))
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        await host.stop()
        yield host, port, engine
        server.should_exit = True
        await serving


@pytest.fixture
async def stage(listening, tmp_path: Path) -> AsyncIterator:
    """An empty world on a host that has just started with a new database, at noon on a Wednesday."""
    from lizheng.sandbox.stage import HostStage
    from lizheng.sandbox.wire import Wire
    from lizheng.sandbox.world import World

    host, port, engine = listening
    url = await engine.fresh(tmp_path)
    host.config = host.config.model_copy(update={"database_url": url})
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
    await engine.drop(url)
