"""One host for all tests, really listening; each test has a database, a world and a wire of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE

from lizheng import drawing
from lizheng.base.clock import Clock
from lizheng.sandbox import testing
from lizheng.sandbox.testing import HOST, make_host
from lizheng.store import Store
from tests.support.engines import Engine, NoPostgres, Postgres, Sqlite, server
from tests.support.reliability_figures import Figures, Note, machine, today

if TYPE_CHECKING:
    from lizheng.sandbox.stage import HostStage

FIGURES: pytest.StashKey[Figures] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        choices=("sqlite", "postgres"),
        default="sqlite",
        help="the database that conversations and the kit's suites run on",
    )
    parser.addoption("--figures", type=Path, help="the page whose table gets the figures of this run")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = Figures()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What this run measured of the promises, also into the page that `--figures` names."""
    figures = config.stash[FIGURES]
    if not figures.noted:
        return
    terminalreporter.section("figures")
    for line in figures.lines():
        terminalreporter.write_line(line)
    if page := config.getoption("--figures"):
        figures.write(page, today(), machine())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes hands what it measured to the one that prints."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["figures"] = session.config.stash[FIGURES].noted  # pyright: ignore[reportAttributeAccessIssue]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """pytest-xdist: one of the processes has ended."""
    for row, numbers in getattr(node, "workeroutput", {}).get("figures", {}).items():
        node.config.stash[FIGURES].note(row, **numbers)


def pytest_sessionstart(session: pytest.Session) -> None:
    """The plugins are loaded before any test module imports them: NoneBot refuses those imported earlier."""
    names = ("probe", "question", "state", "list", "late", "counted")
    probes = [f"tests.support.{name}_feature" for name in names]
    session.config.stash[HOST] = make_host(probes, project="pyproject.toml")


@pytest.fixture(scope="session")
def figure(request: pytest.FixtureRequest) -> Note:
    """Notes what a promise came to: `figure("kills", histories=50, entries=310, wrong=0)`; see `reliability_figures`."""
    return request.config.stash[FIGURES].note


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


@pytest.fixture(autouse=True)
def text_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Conversations read the same whether the image extra is installed or not; see `pictures`."""
    monkeypatch.setattr(drawing, "is_installed", lambda: False)


@pytest.fixture
def pictures(text_only: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test whose host draws pictures."""
    if find_spec("resvg_py") is None:
        pytest.skip("without the image extra")
    monkeypatch.setattr(drawing, "is_installed", lambda: True)


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
    store = Store(url, {}, Clock())
    await store.open()
    yield store
    await store.close()
    await postgres.drop(url)


@pytest.fixture(scope="session")
async def listening(request: pytest.FixtureRequest, engine: Engine) -> AsyncIterator:
    """The host behind a real socket, its port, and the engine, whose template it has made."""
    host = request.config.stash[HOST]
    async with testing.listening(host, engine.template) as port:
        yield host, port, engine


@pytest.fixture
async def stage(listening, tmp_path: Path) -> AsyncIterator[HostStage]:
    """An empty world on a host that has just started with a new database, at noon on a Wednesday."""
    host, port, engine = listening
    url = await engine.fresh(tmp_path)
    async with testing.staged(host, port, url) as stage:
        yield stage
    await engine.drop(url)
