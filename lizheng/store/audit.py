"""The record of what was done, to whom, why, and by which rule or person; numbered per group."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lizheng.store import atomic, next_number
from lizheng.store.tables import Record


@atomic
async def write(
    group_id: int,
    at: datetime,
    feature: str,
    kind: str,
    *,
    actor_id: int = 0,
    rule: str = "",
    target_id: int = 0,
    params: dict[str, Any] | None = None,
    reason: str = "",
    state: str = "done",
    why: str = "",
    undo: dict[str, Any] | None = None,
    source: str | None = None,
) -> Record:
    """Append one record under the group's next number. `undo` is `{"name": …}` plus what the undo handler needs."""
    number = await next_number(group_id, "record")
    return await Record.create(
        group_id=group_id,
        number=number,
        at=at,
        feature=feature,
        kind=kind,
        actor_id=actor_id,
        rule=rule,
        target_id=target_id,
        params=params or {},
        reason=reason,
        state=state,
        why=why,
        undo=undo,
        source=source,
    )


async def of_source(source: str | None) -> Record | None:
    """The record a cause has left already."""
    return await Record.filter(source=source).first() if source else None


async def find(group_id: int, number: int) -> Record | None:
    return await Record.get_or_none(group_id=group_id, number=number)


async def recent(group_id: int, limit: int, *, target_id: int = 0) -> list[Record]:
    """The newest first; about one person when `target_id` is given."""
    query = Record.filter(group_id=group_id)
    if target_id:
        query = query.filter(target_id=target_id)
    return await query.order_by("-number").limit(limit)


@atomic
async def mark_undone(record: Record) -> bool:
    """True for exactly one caller: the others come too late."""
    undoable = ("done", "unknown")
    return bool(await Record.filter(id=record.id, state__in=undoable).update(state="undone"))
