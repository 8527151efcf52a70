"""The rows of what waits to be handled together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lizheng.plugin.speaking import Speaking
from lizheng.store import atomic
from lizheng.store.sql import fetch
from lizheng.store.tables import Gathered

_PUT = (
    'INSERT INTO "lizheng_gathered" ("feature", "name", "group_id", "item", "at", "source") '
    'VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT ("source") DO NOTHING RETURNING "id"'
)
_TAKE = (
    'UPDATE "lizheng_gathered" SET "batch" = ? WHERE "id" IN (SELECT "id" FROM "lizheng_gathered" '
    'WHERE "group_id" = ? AND "feature" = ? AND "name" = ? AND "batch" IS NULL ORDER BY "id" LIMIT ?)'
)
DROPPED = 0
"""The batch of what had become too old to be handed over."""


@atomic
async def put(ctx: Speaking, name: str, after: timedelta, item: Mapping[str, Any]) -> None:
    """Write an item down, with the slot that hands it over; one effect of a cause puts it once."""
    now = ctx.host.clock.now()
    told = json.dumps(dict(item))
    rows = await fetch(_PUT, (ctx.feature.id, name, ctx.group.id, told, now, ctx.next_source()))
    if rows:
        # A cause of its own, so that it is planned anew whether the last hand-over has ended or runs just now.
        cause = f"gathered:{rows[0]['id']}"
        await ctx.host.schedule.plan(ctx.feature.id, name, ctx.group.id, now + after, cause=cause)


class Batches:
    """What one feature gathers under one name in a group."""

    def __init__(self, ctx: Speaking, name: str):
        self._where = ctx.group.id, ctx.feature.id, name
        self.rows: Any = Gathered.filter(group_id=ctx.group.id, feature=ctx.feature.id, name=name)

    async def begun(self) -> int | None:
        """Return the batch whose hand-over has begun and not ended."""
        row = await self.rows.filter(done_at=None, batch__not_isnull=True).order_by("id").first()
        return row and row.batch

    async def last_done(self) -> datetime | None:
        """Return when something was handed over last."""
        row = await self.rows.filter(done_at__not_isnull=True, batch__gt=DROPPED).order_by("-done_at").first()
        return row and row.done_at

    async def drop(self, before: datetime, now: datetime) -> None:
        """Let go what was put before a time and never handed over."""
        await self.rows.filter(batch=None, at__lt=before).update(batch=DROPPED, done_at=now)

    async def take(self, most: int) -> int | None:
        """Make the oldest items, at most so many, a batch; its number, None when nothing waits."""
        first = await self.rows.filter(batch=None).order_by("id").first()
        if first is None:
            return None
        await fetch(_TAKE, (first.id, *self._where, most))
        return first.id

    async def items(self, batch: int) -> list[dict[str, Any]]:
        """Return a batch's items, oldest first."""
        return [dict(row.item) for row in await self.rows.filter(batch=batch).order_by("id")]

    async def done(self, batch: int, now: datetime) -> bool:
        """Note that a batch has been handed over; whether more waits."""
        await self.rows.filter(batch=batch).update(done_at=now)
        return await self.rows.filter(batch=None).exists()
