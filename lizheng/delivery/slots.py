"""The schedule's rows: planning, claiming and finishing, each in one statement so that two hosts may share them."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q, Subquery

from lizheng.store import atomic
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
    '"claimed_at" = NULL, "done_at" = NULL, "planned_from" = excluded."planned_from", '
    '"next_due_at" = NULL, "next_payload" = NULL, "next_from" = NULL'
)
_OWN = '"lizheng_slot".'
_RUNS = f"{_OWN}\"state\" = 'running'"
# What runs goes on as it is, and the new plan is kept in the row until the run has ended.
_ANEW = {"state": "'waiting'", "attempts": "0", "error": "''"}
_ANEW |= {name: f'excluded."{name}"' for name in ("due_at", "payload", "late_limit", "planned_from")}
_ANEW |= dict.fromkeys(("retry_at", "claimed_at", "done_at"), "NULL")
_KEPT = {"next_due_at": "due_at", "next_payload": "payload", "next_from": "planned_from"}
_REPEAT = "UPDATE SET " + ", ".join(
    [f'"{name}" = CASE WHEN {_RUNS} THEN {_OWN}"{name}" ELSE {new} END' for name, new in _ANEW.items()]
    + [f'"{name}" = CASE WHEN {_RUNS} THEN excluded."{new}" END' for name, new in _KEPT.items()]
)
# Who gathers finds what is new when it runs; one that runs may have looked already.
_UNLESS_WAITING = f" WHERE {_OWN}\"state\" NOT IN ('waiting', 'parked') AND {_OWN}\"next_due_at\" IS NULL"
# What the same cause planned before is not planned again when that cause is gone through once more.
_UNLESS_THE_SAME = (
    f" WHERE {_OWN}\"state\" NOT IN ('waiting', 'parked') AND {_OWN}\"next_from\" IS NULL "
    f'AND COALESCE({_OWN}"planned_from", \'\') <> excluded."planned_from"'
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
# A run has ended: what was planned meanwhile counts, whatever next time the run itself gave.
_GO_ON = (
    'UPDATE "lizheng_slot" SET "state" = \'waiting\', "due_at" = "next_due_at", "payload" = "next_payload", '
    '"planned_from" = "next_from", "attempts" = 0, "error" = \'\', "retry_at" = NULL, "done_at" = NULL, '
    '"next_due_at" = NULL, "next_payload" = NULL, "next_from" = NULL '
    'WHERE "next_due_at" IS NOT NULL AND "state" NOT IN (\'running\', \'parked\') AND "id" IN ({})'
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
    conflict = _REPLACE if replace else f"{_REPEAT}{_UNLESS_THE_SAME}" if cause else "NOTHING"
    if gather:
        conflict = f"{_REPEAT}{_UNLESS_WAITING}"
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


async def unpark(feature: str, group_id: int) -> int:
    """Let a feature's parked slots in a group wait again, due as they were; how many."""
    return await Slot.filter(feature=feature, group_id=group_id, state="parked").update(state="waiting")


async def parked() -> set[tuple[str, int]]:
    """Return the features that have parked slots, each with the group."""
    rows = await Slot.filter(state="parked").distinct().values("feature", "group_id")
    return {(row["feature"], row["group_id"]) for row in rows}


@atomic
async def finish(slots: Sequence[Slot]) -> None:
    """Write down together how runs ended, unless a slot was replaced meanwhile, and go on with what was planned."""
    rows = [
        (s.state, s.due_at, s.attempts, s.error, s.retry_at, s.done_at, s.id, s.claimed_at) for s in slots
    ]
    await fetch_many(_FINISH, rows)
    again = [s.id for s in slots if s.state == "parked" or (s.state == "waiting" and s.retry_at)]
    if ended := [s.id for s in slots if s.id not in again]:
        await fetch(_GO_ON.format(", ".join("?" * len(ended))), ended)
