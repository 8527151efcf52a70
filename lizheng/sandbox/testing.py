"""A pytest plugin: conversations as tests, for plugins wherever they live.

Installing the kit registers it. A project names its plugins' modules, and asyncio's mode, in its pytest settings:

    [tool.pytest.ini_options]
    lizheng_plugins = ["raffle"]
    pythonpath = ["."]
    asyncio_mode = "auto"
    asyncio_default_fixture_loop_scope = "session"
    asyncio_default_test_loop_scope = "session"

A test then takes the fixture `stage`, a bot that has just started and an empty QQ, at noon on a Wednesday (Shanghai):

    async def test_it(stage):
        await stage.play('''
    开：抽签
    小王：/抽签
    里正：小王 抽到了 …
    ''')

Without `lizheng_plugins` nothing is loaded or started.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lizheng.host.host import Host
    from lizheng.sandbox.stage import HostStage

ENVIRONMENT = {
    "SANDBOX": "on",
    "PACING": "off",
    "SUPERUSERS": '["99999"]',
    "LOG_LEVEL": "WARNING",
    "HOST": "127.0.0.1",
    "TIMEZONE": "Asia/Shanghai",
    "COMMAND_START": '["/"]',
    "ONEBOT_ACCESS_TOKEN": "",
}
"""What the host is configured with, whatever the machine's own environment says."""
NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
"""A Wednesday noon in Shanghai, where every conversation begins."""
HOST: pytest.StashKey[Host] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("lizheng_plugins", "modules to load as plugins into the bot of `stage`", "args", [])


def pytest_sessionstart(session: pytest.Session) -> None:
    """The plugins are loaded before any test module imports them: NoneBot refuses those imported earlier."""
    names = session.config.getini("lizheng_plugins")
    if not names:
        return
    if not session.config.pluginmanager.hasplugin("asyncio"):
        raise pytest.UsageError("stage 要用 pytest-asyncio，这里没有装：python -m pip install pytest-asyncio")
    try:
        session.config.stash[HOST] = make_host(names)
    except ImportError as error:
        raise pytest.UsageError(str(error)) from error


def make_host(plugins: Iterable[str] = (), project: str = "") -> Host:
    """A host that has not started, with these modules, and those a `pyproject.toml` names, loaded as plugins.

    Raises `ImportError` with a Chinese sentence when one cannot be loaded; NoneBot has logged why.
    """
    import nonebot  # not before a test run wants it: importing it costs every pytest run on the machine

    os.environ.setdefault("ENVIRONMENT", "tests")
    os.environ.update(ENVIRONMENT)
    from lizheng.host.host import Host

    nonebot.init(**Host.prepare())
    host = Host(nonebot.get_driver())
    if project:
        nonebot.load_from_toml(project)
    for name in plugins:
        if not _is_there(name):
            raise ImportError(
                f'找不到模块 {name}：它在项目的文件夹里时，pytest 的设置里要有 pythonpath = ["."]。'
            )
        if nonebot.load_plugin(name) is None:
            raise ImportError(f"插件 {name} 没有装进来，原因见日志。")
    return host


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even its package
        return False


@contextlib.asynccontextmanager
async def listening(host: Host, database_url: str) -> AsyncIterator[int]:
    """The host's server on a port of its own, which is given; the database is made, and the host stopped again."""
    import nonebot
    import uvicorn

    host.clock.freeze(NOON)
    host.config = host.config.model_copy(update={"sandbox": "off", "database_url": database_url})
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(nonebot.get_asgi(), log_config=None, ws_max_size=64 * 2**20))
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        await host.stop()
        yield port
        server.should_exit = True
        await serving


@contextlib.asynccontextmanager
async def staged(host: Host, port: int, database_url: str) -> AsyncIterator[HostStage]:
    """An empty world on a host that has just started on this database, at noon on a Wednesday."""
    from lizheng.sandbox.stage import HostStage
    from lizheng.sandbox.wire import Wire
    from lizheng.sandbox.world import World

    host.config = host.config.model_copy(update={"database_url": database_url})
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


@pytest.fixture(scope="session")
async def lizheng_host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Host, int, Path]]:
    """The host of this run, its port, and an empty database to copy."""
    host = request.config.stash.get(HOST, None)
    if host is None:
        pytest.fail("name your plugin in the pytest setting lizheng_plugins")
    template = tmp_path_factory.mktemp("lizheng") / "template.db"
    async with listening(host, f"sqlite://{template}") as port:
        yield host, port, template


@pytest.fixture
async def stage(lizheng_host: tuple[Host, int, Path], tmp_path: Path) -> AsyncIterator[HostStage]:
    """See `staged`."""
    host, port, template = lizheng_host
    database = tmp_path / "lizheng.db"
    shutil.copy(template, database)
    async with staged(host, port, f"sqlite://{database}") as stage:
        yield stage
