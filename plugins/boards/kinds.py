"""The kinds a group has: the built-in ones as it has changed them, and its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lizheng import CannotUndo, Context, Declined, GroupContext, Record, atomic
from plugins.boards import texts
from plugins.boards.models import KindRow
from plugins.boards.rules import KINDS, Kind

UNDO = "kind"
MOST_OWN = 10


async def all_of(ctx: GroupContext) -> dict[str, Kind]:
    """Every kind of the group by name, those that are off included."""
    rows = {row.name: row for row in await KindRow.filter(group_id=ctx.group.id).order_by("id")}
    found = {name: _as(kind, rows.get(name)) for name, kind in KINDS.items()}
    own = {name: _as(Kind(name, own=True), row) for name, row in rows.items() if row.own}
    return {**found, **own}


def _as(kind: Kind, row: KindRow | None) -> Kind:
    if row is None:
        return kind
    on = kind.on if row.on is None else row.on
    days = kind.days if row.days is None else row.days or None
    required = kind.required if row.required is None else tuple(row.required)
    return replace(kind, on=on, days=days, required=required)


async def open_kind(ctx: GroupContext, name: str) -> Kind:
    """One kind that is on. Raises `Declined` for any other."""
    kinds = await all_of(ctx)
    kind = kinds.get(name)
    if kind is None:
        names = "、".join(one.name for one in kinds.values() if one.on)
        raise Declined(texts.NO_KIND.format(name=name, names=names))
    if not kind.on:
        raise Declined(texts.KIND_OFF.format(name=name))
    return kind


@atomic
async def change(ctx: Context, name: str, what: str, **values: Any) -> Record:
    """Change what holds for a kind here and record it. Raises `Declined` where there is no such kind."""
    if name not in await all_of(ctx):
        raise Declined(texts.NO_KIND.format(name=name, names="、".join(await all_of(ctx))))
    row, _ = await KindRow.get_or_create(group_id=ctx.group.id, name=name)
    before = {field: getattr(row, field) for field in values}
    await KindRow.filter(id=row.id).update(**values)
    return await ctx.note("kind", what, undo={"name": UNDO, "kind": name, "before": before})


@atomic
async def add(ctx: Context, name: str, days: int | None) -> Record:
    """Give the group a kind of its own. Raises `Declined` for one too many or one that is there."""
    kinds = await all_of(ctx)
    if name in kinds:
        raise Declined(texts.KIND_THERE.format(name=name))
    if sum(kind.own for kind in kinds.values()) >= MOST_OWN:
        raise Declined(texts.TOO_MANY_KINDS.format(most=MOST_OWN))
    await KindRow.create(group_id=ctx.group.id, name=name, own=True, days=days or 0)
    return await ctx.note("kind", f"加了类别 {name}", undo={"name": UNDO, "kind": name, "before": None})


@atomic
async def remove(ctx: Context, name: str) -> Record:
    """Take an own kind away; its entries are kept, and hidden. Raises `Declined`."""
    own = {row.name: row for row in await KindRow.filter(group_id=ctx.group.id, own=True)}
    if (row := own.get(name)) is None:
        raise Declined(texts.NOT_OWN.format(name=name))
    before = {"own": True, "on": row.on, "days": row.days, "required": row.required}
    await row.delete()
    return await ctx.note("kind", f"去掉类别 {name}", undo={"name": UNDO, "kind": name, "before": before})


@atomic
async def undo(ctx: Context, undo: dict[str, Any]) -> None:
    """Bring back what held for a kind."""
    own = KindRow.filter(group_id=ctx.group.id, name=undo["kind"])
    if undo["before"] is None:
        if not await own.delete():
            raise CannotUndo(texts.KIND_GONE)
    elif not await own.update(**undo["before"]):
        await KindRow.create(group_id=ctx.group.id, name=undo["kind"], **undo["before"])
