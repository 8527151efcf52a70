"""Plain SQL for the few statements where the mapper is too slow or has no words, on either engine."""

from collections.abc import Sequence
from typing import Any, TypeVar

from nonebot import logger
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.models import Model
from tortoise.queryset import QuerySet

from lizheng.store.atomic import atomic
from lizheng.store.migrating import CONNECTION

M = TypeVar("M", bound=Model)


def connection() -> BaseDBAsyncClient:
    """The running transaction's connection, or the database's."""
    return get_connection(CONNECTION)


async def fetch(statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """Run one statement, with `?` for values on every engine, and return its rows (RETURNING included)."""
    client = connection()
    return await client.execute_query_dict(numbered(statement, client), list(values))


async def readable(query: QuerySet[M]) -> list[M]:
    """The rows of a query; one whose values cannot be read is logged and left out. Raises what the database raises."""
    try:
        return await query
    except Exception as error:
        table, keys = (
            query.model._meta.db_table,
            await query.values_list(query.model._meta.pk_attr, flat=True),
        )
        logger.error("lizheng: rows of {} cannot all be read ({}), trying each", table, type(error).__name__)
    rows: list[M] = []
    for key in keys:
        try:
            rows.append(await query.model.get(pk=key))
        except Exception as error:
            logger.error("lizheng: row {} of {} cannot be read: {}", key, table, type(error).__name__)
    return rows


@atomic
async def fetch_many(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run one statement for every row of values; joins the running transaction, else has its own.

    Without that shield a caller cancelled half-way would leave SQLite inside an open transaction.
    """
    client = connection()
    await client.execute_many(numbered(statement, client), [list(row) for row in rows])


def numbered(statement: str, client: BaseDBAsyncClient) -> str:
    """The statement with the placeholders of the client's engine; it must hold no literal question mark."""
    if client.capabilities.dialect != "postgres":
        return statement
    first, *rest = statement.split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))


async def next_number(group_id: int, name: str, count: int = 1) -> int:
    """The next of the group's numbers under `name`, from 1; given back when the transaction fails.

    Of several taken at once it is the last.
    """
    rows = await fetch(
        'INSERT INTO "lizheng_counter" ("group_id", "name", "value") VALUES (?, ?, ?) '
        'ON CONFLICT ("group_id", "name") DO UPDATE '
        'SET "value" = "lizheng_counter"."value" + excluded."value" RETURNING "value"',
        (group_id, name, count),
    )
    return rows[0]["value"]
