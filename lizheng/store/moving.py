"""Moving everything from a SQLite file that no host uses to an empty Postgres database, all of it or nothing."""

import hashlib
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException
from tortoise.fields import Field
from tortoise.models import Model
from tortoise.transactions import in_transaction

from lizheng.store import files, migrating
from lizheng.store.errors import StoreError
from lizheng.store.migrating import CONNECTION
from lizheng.store.store import Store

BATCH = 500
NAMED_CHECK = re.compile(r'CONSTRAINT "(\w+)" CHECK')
RECORDED = "tortoise_migrations"
FRESH = "数据库 {path} 比程序旧，先用这个程序启动一次机器人，让它升级，停掉以后再搬。"
UNKNOWN = (
    "这些表不属于现在装着的任何功能，搬了会丢：{names}。"
    "把那些插件放回来再搬；确定不要它们，就加上 --leave-behind。"
)
FILLED = "目标数据库里已经有东西（{name} 等 {count} 张表）。请建一个空库再搬，比如 createdb lizheng。"
WRONG = "账本本来就对不上，没有搬：{what}。先看日志和备份，弄清楚再搬。"
DIFFERS = "搬完核对 {table} 不一致（{what}），全部撤回了，两边都没有改动。"


@dataclass(frozen=True)
class Moved:
    """One table that arrived: its rows, and the checksum both sides agree on."""

    table: str
    rows: int
    checksum: str


@dataclass(frozen=True)
class Table:
    """A model's table, its columns in one order for both sides, the primary key first."""

    name: str
    fields: tuple[Field, ...]
    columns: tuple[str, ...]

    @staticmethod
    def of(model: type[Model]) -> "Table":
        meta = model._meta
        names = [meta.pk_attr, *(name for name in meta.fields_db_projection if name != meta.pk_attr)]
        columns = tuple(meta.fields_db_projection[name] for name in names)
        return Table(meta.db_table, tuple(meta.fields_map[name] for name in names), columns)

    @property
    def numbered(self) -> bool:
        return bool(self.fields[0].generated)

    def select(self) -> str:
        return f'SELECT {", ".join(_quoted(self.columns))} FROM "{self.name}"'

    def python(self, row: Iterable[Any]) -> list[Any]:
        """A row of either engine as Python values that Postgres can store."""
        pairs = zip(self.fields, row, strict=True)
        return [_storable(field.to_python_value(value)) for field, value in pairs]


Check = Callable[[], Awaitable[Sequence[object]]]


async def move(source: Store, target: Store, check: Check, *, leave_behind: bool = False) -> list[Moved]:
    """Copy every table of `source`, which must be a SQLite file, to `target`, which must be an empty Postgres database.

    The tables are made by the migrations, with their constraints and triggers; counts and checksums are compared, the
    next ids set, and `check` asked what is wrong with the copy, before anything is committed. `leave_behind` leaves
    out tables of features that are not loaded. Neither is to be open. Raises StoreError, and then nothing has changed.
    """
    path = source.path
    if path is None or target.is_sqlite:
        raise StoreError("只能从 SQLite 文件搬到 Postgres。")
    if not path.exists():
        raise StoreError(f"没有找到数据库 {path}。")
    lock = files.OwnerLock(path)
    lock.acquire()
    try:
        files.check(path)
        if migrating.pending(source.apps, files.applied(path)):
            raise StoreError(FRESH.format(path=path))
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as origin:
            context = await target.connect()
            try:
                return await _move(origin, context, target, check, leave_behind)
            except (BaseORMException, OSError) as error:
                raise StoreError(f"没有搬成（{error}），全部撤回了，两边都没有改动。") from error
            finally:
                await context.close_connections()
    finally:
        lock.release()


async def _move(
    origin: sqlite3.Connection, context: TortoiseContext, target: Store, check: Check, leave_behind: bool
) -> list[Moved]:
    assert context.apps is not None
    tables = [Table.of(model) for _, models in context.apps.items() for model in models.values()]
    if not leave_behind:
        _refuse_unknown(origin, {table.name for table in tables})
    with context:
        async with in_transaction(CONNECTION) as client:
            await _refuse_filled(client)
            await migrating.migrate_within(client, target.config())
            # Migrations may have written rows, which the copied ones stand for.
            await client.execute_script(f"TRUNCATE {', '.join(_quoted(table.name for table in tables))}")
            moved = [await _copy(origin, client, table) for table in tables]
            for table in tables:
                if table.numbered:
                    await _continue_numbers(origin, client, table)
            await _check_guards(origin, client)
            if wrong := await check():
                raise StoreError(WRONG.format(what=wrong[0]))
    return moved


def _refuse_unknown(origin: sqlite3.Connection, known: set[str]) -> None:
    found = origin.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    strange = sorted({name for (name,) in found} - known - {RECORDED})
    filled = [name for name in strange if origin.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()]
    if filled:
        raise StoreError(UNKNOWN.format(names="、".join(filled[:5])))


async def _refuse_filled(client: BaseDBAsyncClient) -> None:
    rows = await client.execute_query_dict(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1"
    )
    if rows:
        raise StoreError(FILLED.format(name=rows[0]["table_name"], count=len(rows)))


# — rows ———————————————————————————————————————————————————————————————————————————————————


async def _copy(origin: sqlite3.Connection, client: BaseDBAsyncClient, table: Table) -> Moved:
    places = ", ".join(f"${number}" for number in range(1, len(table.columns) + 1))
    insert = f'INSERT INTO "{table.name}" ({", ".join(_quoted(table.columns))}) VALUES ({places})'
    model: Any = None
    sent, count = hashlib.sha256(), 0
    for batch in _read(origin, table):
        try:
            values = [
                [f.to_db_value(v, model) for f, v in zip(table.fields, row, strict=True)] for row in batch
            ]
            await client.execute_many(insert, values)
        except Exception as error:
            raise StoreError(
                f"{table.name} 有一行放不进 Postgres（{type(error).__name__}）。全部撤回了，两边都没有改动。"
            ) from error
        count += len(batch)
        _add(sent, batch)
    arrived, there = hashlib.sha256(), 0
    async for batch in _read_back(client, table):
        there += len(batch)
        _add(arrived, batch)
    if there != count:
        raise StoreError(DIFFERS.format(table=table.name, what=f"{count} 行变成了 {there} 行"))
    if arrived.digest() != sent.digest():
        raise StoreError(DIFFERS.format(table=table.name, what="校验和不同"))
    return Moved(table.name, count, arrived.hexdigest()[:16])


def _read(origin: sqlite3.Connection, table: Table) -> Iterator[list[list[Any]]]:
    cursor = origin.execute(f'{table.select()} ORDER BY "{table.columns[0]}"')
    while rows := cursor.fetchmany(BATCH):
        yield [table.python(row) for row in rows]


async def _read_back(client: BaseDBAsyncClient, table: Table) -> AsyncIterator[list[list[Any]]]:
    key = table.columns[0]
    # Text is ordered as SQLite orders it: by its bytes.
    order = f'"{key}" COLLATE "C"' if isinstance(table.fields[0].to_python_value("0"), str) else f'"{key}"'
    where, last = "", []
    while rows := await client.execute_query_dict(
        f"{table.select()}{where} ORDER BY {order} LIMIT {BATCH}", last
    ):
        yield [table.python(row[column] for column in table.columns) for row in rows]
        where, last = f" WHERE {order} > $1", [rows[-1][key]]


def _add(digest: Any, rows: list[list[Any]]) -> None:
    for row in rows:
        digest.update(json.dumps(row, sort_keys=True, default=_plain).encode() + b"\n")


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value.normalize()) if isinstance(value, Decimal) else str(value)


def _storable(value: Any) -> Any:
    """As Postgres keeps it: no NUL and no half characters in a text, whole numbers in JSON without a point."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_storable(str(key)): _storable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(one) for one in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _quoted(columns: Iterable[str]) -> list[str]:
    return [f'"{column}"' for column in columns]


# — what else has to be there —————————————————————————————————————————————————————————————————


async def _continue_numbers(origin: sqlite3.Connection, client: BaseDBAsyncClient, table: Table) -> None:
    """The next id follows the last that was ever given, rows that are gone included, as on SQLite."""
    key = table.columns[0]
    given = origin.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).fetchone()
    (highest,) = origin.execute(f'SELECT MAX("{key}") FROM "{table.name}"').fetchone()
    last = max(given[0] if given else 0, highest or 0)
    if last:
        name = f'"{table.name}"'
        await client.execute_query_dict(
            "SELECT setval(pg_get_serial_sequence($1, $2), $3)", [name, key, last]
        )


async def _check_guards(origin: sqlite3.Connection, client: BaseDBAsyncClient) -> None:
    """What the file refuses, the new database refuses: named CHECK constraints, and tables only added to."""
    schema = [sql for (sql,) in origin.execute("SELECT sql FROM sqlite_master WHERE type = 'table'") if sql]
    checks = {name for sql in schema for name in NAMED_CHECK.findall(sql)}
    guarded = {
        name for (name,) in origin.execute("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'")
    }
    there = await client.execute_query_dict("SELECT conname FROM pg_constraint WHERE contype = 'c'")
    triggers = await client.execute_query_dict(
        "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"
    )
    missing = (checks - {row["conname"] for row in there}) | (guarded - {row["relname"] for row in triggers})
    if missing:
        raise StoreError(DIFFERS.format(table=sorted(missing)[0], what="约束或只增不改的保护没有建上"))
