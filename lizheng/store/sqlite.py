"""Tortoise's SQLite client, for disks that fill up and for times of any zone.

The one it comes with keeps a transaction open whose COMMIT failed, which the next transaction then commits after all, and
keeps its connection locked for ever when a BEGIN fails. It also writes a time in whatever zone it is given, while SQLite
compares times as text: here every time is written in UTC. Named as the engine of a connection, this is what Tortoise loads.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import aiosqlite
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections


def _in_utc(values: Sequence[Any]) -> list[Any]:
    return [v.astimezone(UTC) if isinstance(v, datetime) and v.tzinfo else v for v in values]


class _InUtc(SqliteClient):
    """Every statement's times in one zone."""

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        return await super().execute_insert(query, _in_utc(values))

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        await super().execute_many(query, [_in_utc(row) for row in values])

    async def execute_query(self, query: str, values: list[Any] | None = None) -> Any:
        return await super().execute_query(query, values and _in_utc(values))

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return await super().execute_query_dict(query, values and _in_utc(values))


class _Transaction(_InUtc, SqliteTransactionWrapper):
    async def begin(self) -> None:
        if self._connection.in_transaction:
            await self._connection.rollback()
        await super().begin()

    async def commit(self) -> None:
        try:
            await super().commit()
        except BaseException:
            with suppress(sqlite3.Error):
                await self.rollback()
            raise


class _Context(SqliteTransactionContext):
    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection


class Client(_InUtc):
    async def create_connection(self, with_db: bool) -> None:
        """Connect, by a thread that does not keep the process alive: one that fails to start must end.

        Nothing is lost by it: what was not committed is rolled back when the file is opened next.
        """
        if self._connection:
            return
        connecting = aiosqlite.connect(self.filename, isolation_level=None)
        connecting._thread.daemon = True
        self._connection = await connecting
        self._connection._conn.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            await (await self._connection.execute(f"PRAGMA {pragma}={value}")).close()
        await self._post_connect()

    def _in_transaction(self) -> TransactionContext:
        return _Context(_Transaction(self), self._lock)


client_class = Client
