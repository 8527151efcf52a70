"""Tortoise's own migrations: what is pending, applying it, and writing new ones while developing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module, invalidate_caches
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor
from tortoise.transactions import in_transaction

from lizheng.store.errors import StoreError

CONNECTION = "default"
KIT = "lizheng"
# Two hosts that start on one Postgres at once migrate one after the other.
_ADVISORY_LOCK = 0x6C697A68


@dataclass(frozen=True, slots=True)
class AppModules:
    """The modules in which an app's tables are declared, and the package with their migrations."""

    models: tuple[str, ...]
    migrations: str

    @classmethod
    def of(cls, package: str) -> AppModules:
        """Where a plugin has them."""
        return cls((f"{package}.models",), f"{package}.migrations")


KIT_MODULES = AppModules(
    (
        "lizheng.store.tables",
        "lizheng.store.deed_tables",
        "lizheng.ledger.tables",
        "lizheng.activity.tables",
    ),
    "lizheng.migrations",
)


def tortoise_config(connection: str | dict, apps: Mapping[str, AppModules]) -> dict:
    """The configuration Tortoise is initialised with; `connection` is a URL or its expanded form."""
    return {
        "connections": {CONNECTION: connection},
        "apps": {
            label: {"models": [*app.models], "migrations": app.migrations, "default_connection": CONNECTION}
            for label, app in apps.items()
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def require_packages(apps: Mapping[str, AppModules]) -> None:
    """Raise StoreError for an app that has tables and no migrations yet."""
    for label, app in apps.items():
        if find_spec(app.migrations) is None:
            raise StoreError(
                f"「{label}」有自己的表，还没有迁移：请先运行 python3 -m lizheng migrations {label}"
            )


def pending(apps: Mapping[str, AppModules], applied: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """The migrations on disk that are not applied. Raises StoreError for a database newer than the code."""
    on_disk = {(label, name) for label, app in apps.items() for name in _names(app.migrations)}
    newer = sorted(f"{label}.{name}" for label, name in applied - on_disk if label in apps)
    if newer:
        raise StoreError(
            f"数据库比程序新（多出 {'、'.join(newer[:3])}）。"
            "请换回较新的程序，或从 data/backups 取回升级前的备份。"
        )
    return sorted(on_disk - applied)


async def applied_in(context: TortoiseContext) -> set[tuple[str, str]]:
    """The migrations recorded in a connected database, as (label, name)."""
    executor = MigrationExecutor(context.db(CONNECTION), {})
    await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
    return {(key.app_label, key.name) for key in await executor.recorder.applied_migrations()}


async def migrate(context: TortoiseContext, config: dict) -> None:
    """Apply every pending migration on the context's connection; on Postgres all of them or none."""
    connection = context.db(CONNECTION)
    if connection.capabilities.dialect != "postgres":
        with context:
            await _apply(connection, config["apps"])
        return
    with context:
        async with in_transaction(CONNECTION) as transaction:
            await migrate_within(transaction, config)


async def migrate_within(transaction: BaseDBAsyncClient, config: dict) -> None:
    """Apply every pending migration in a running transaction of Postgres, alone among those who would."""
    await transaction.execute_query_dict("SELECT pg_advisory_xact_lock($1)", [_ADVISORY_LOCK])
    executor = MigrationExecutor(transaction, {})
    # Looking for a table that is not there would abort the transaction.
    await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
    await _apply(transaction, config["apps"])


async def _apply(connection: BaseDBAsyncClient, apps: Mapping[str, Any]) -> None:
    """One app after the other: at each step an executor makes the models of all its apps anew, and no app needs another's."""
    for label, app in apps.items():
        await MigrationExecutor(connection, {label: app}).migrate(direction="forward")


async def make_migrations(label: str, modules: AppModules) -> list[Path]:
    """Write the migration that brings an app's migrations up to its models; none when they agree.

    Their package is made where there is none yet.
    """
    _make_package(modules.migrations)
    async with _offline({label: modules}) as detector:
        written = [Path(path) for path in await detector.write()]
    for path in written:
        path.write_text(_portable(path.read_text(encoding="utf-8")), encoding="utf-8")
    return written


def _make_package(name: str) -> None:
    if find_spec(name) is not None:
        return
    above, _, own = name.rpartition(".")
    folder = Path(import_module(above).__path__[0], own)
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").touch()
    invalidate_caches()


async def undetected_changes(apps: Mapping[str, AppModules]) -> list[str]:
    """The apps whose models say more than their migrations."""
    async with _offline(apps) as detector:
        return [writer.app_label for writer in await detector.changes()]


@asynccontextmanager
async def _offline(apps: Mapping[str, AppModules]):
    config = tortoise_config("sqlite://:memory:", apps)
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        assert context.apps is not None
        for _, models in context.apps.items():
            for model in models.values():
                # Docstrings would become table comments, where a semicolon breaks the statement on SQLite.
                model._meta.table_description = ""
        yield MigrationAutodetector(context.apps, config["apps"])


def _portable(source: str) -> str:
    # Tortoise writes down the JSON codec of the machine at hand, which another may not have installed.
    codec = r"encoder=.+?, decoder=[\w.]+"
    source = re.sub(rf", {codec}(?=[,)])|(?<=\(){codec}(?:, |(?=\)))", "", source)
    unused = r"^(import functools|from (json|orjson|tortoise\.fields\.data) import .*)\n"
    return "# ruff: noqa: RUF012\n" + re.sub(unused, "", source, flags=re.M)


def _names(package: str) -> list[str]:
    path = import_module(package).__path__
    return [name for _, name, is_package in iter_modules(path) if not is_package and name[0] not in "_~"]
