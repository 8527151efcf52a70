"""The schedule's rows: planning, claiming and finishing, each in one statement so that two hosts may share them."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q, Subquery

from lizheng.store.sql import fetch, fetch_many
from lizheng.store.tables import HostRow, Slot

LONGEST_PAUSE = timedelta(hours=1)
"""For which a slot that failed is held back at most."""

_PLAN = (
    'INSERT INTO "lizheng_slot" ("feature", "name", "group_id", "key", "due_at", "payload", "late_limit", '
    '"planned_from", "state", "attempts", "error") VALUES (?, ?, ?, ?, ?, ?, ?, ?, \'waiting\', 0, \'\') '
    'ON CONFLICT ("feature", "name", "group_id", "key") DO '
)
_REPLACE = (
    'UPDATE SET "due_at" = excluded."due_at", "payload" = excluded."payload", "state" = \'waiting\', '
    '"late_limit" = excluded."late_limit", "attempts" = 0, "error" = \'\', "retry_at" = NULL, '
    '"claimed_at" = NULL, "done_at" = NULL, "planned_from" = excluded."planned_from"'
)
# Who gathers finds what is new when it runs; one that runs may have looked already.
_UNLESS_WAITING = ' WHERE "lizheng_slot"."state" <> \'waiting\''
# What the same cause planned before is not planned again when that cause is gone through once more.
_UNLESS_THE_SAME = (
    " WHERE \"lizheng_slot\".\"state\" NOT IN ('waiting', 'running') "
    'AND COALESCE("lizheng_slot"."planned_from", \'\') <> excluded."planned_from"'
)
_CLAIM = (
    'UPDATE "lizheng_slot" SET "state" = \'running\', "claimed_at" = ?, "claimed_by" = ? '
    'WHERE "state" = \'waiting\' AND "due_at" <= ? AND "id" IN ({}) RETURNING "id"'
)
_FOLLOWING = (
    'SELECT MIN(CASE WHEN "due_at" > ? THEN "due_at" ELSE "retry_at" END) AS "at" FROM "lizheng_slot" '
    'WHERE "state" = \'waiting\' AND ("due_at" > ? OR "retry_at" > ?)'
)
# Planned anew or cancelled meanwhile, a slot no longer is that run's to finish.
_FINISH = (
    'UPDATE "lizheng_slot" SET "state" = ?, "due_at" = ?, "attempts" = ?, "error" = ?, "retry_at" = ?, '
    '"done_at" = ? WHERE "id" = ? AND "state" = \'running\' AND "claimed_at" = ?'
)


async def plan(
    feature: str,
    name: str,
    group_id: int,
    key: str,
    due_at: datetime,
    payload: Mapping[str, Any],
    late_limit: timedelta | None,
    *,
    replace: bool,
    gather: bool,
    cause: str | None,
) -> Slot:
    """The one slot of that feature, name, group and key: new, as it was, or replaced."""
    conflict = _REPLACE if replace else f"{_REPLACE}{_UNLESS_THE_SAME}" if cause else "NOTHING"
    if gather:
        conflict = f"{_REPLACE}{_UNLESS_WAITING}"
    late = late_limit.total_seconds() if late_limit is not None else None
    rows = await fetch(
        f"{_PLAN}{conflict} RETURNING *",
        (feature, name, group_id, key, due_at, json.dumps(dict(payload)), late, cause),
    )
    if rows:
        return Slot._init_from_db(**rows[0])
    return await Slot.get(feature=feature, name=name, group_id=group_id, key=key)


async def release(own: Collection[int]) -> int:
    """Let slots wait again that no living host runs, nor this one; how many. A host alone has no row, and is no other's."""
    living = Subquery(HostRow.all().values("id"))
    gone = Q(claimed_by=None) | Q(claimed_by__not_in=living)
    return await Slot.filter(gone, state="running", id__not_in=[*own, 0]).update(state="waiting")


async def due(
    now: datetime, jobs: Collection[tuple[str, str]], busy: Collection[int], limit: int
) -> list[Slot]:
    """Waiting slots of these jobs that may run now, the most belated first, leaving out busy groups."""
    names: dict[str, list[str]] = {}
    for feature, name in jobs:
        names.setdefault(feature, []).append(name)
    theirs = [Q(feature=feature, name__in=found) for feature, found in names.items()]
    return (
        await Slot.filter(
            # Held back for longer than anything is: the clock has been set back since.
            Q(retry_at=None) | Q(retry_at__lte=now) | Q(retry_at__gt=now + LONGEST_PAUSE),
            Q(*theirs, join_type="OR"),
            state="waiting",
            due_at__lte=now,
            group_id__not_in=[*busy, -1],
        )
        .order_by("due_at", "id")
        .limit(limit)
    )


async def following(now: datetime) -> datetime | None:
    """When the next waiting slot comes due."""
    at = (await fetch(_FOLLOWING, (now, now, now)))[0]["at"]
    return datetime.fromisoformat(at) if isinstance(at, str) else at


async def claim(ids: Sequence[int], now: datetime, host: str) -> list[Slot]:
    """Mark waiting slots as this host's running ones; those that nobody else was faster with, as they are now."""
    if not ids:
        return []
    rows = await fetch(_CLAIM.format(", ".join("?" * len(ids))), (now, host, now, *ids))
    return await Slot.filter(id__in=[0, *(row["id"] for row in rows)]).order_by("due_at", "id")


async def finish(slots: Sequence[Slot]) -> None:
    """Write down together how runs ended, unless a slot was planned anew meanwhile."""
    rows = [
        (s.state, s.due_at, s.attempts, s.error, s.retry_at, s.done_at, s.id, s.claimed_at) for s in slots
    ]
    await fetch_many(_FINISH, rows)
