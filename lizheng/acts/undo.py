"""Taking back what a record says was done: once, and only while it can be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from lizheng.base.outcome import Outcome, State
from lizheng.plugin.context import Context
from lizheng.plugin.refusals import CannotUndo
from lizheng.registry.registry import declared
from lizheng.store import audit
from lizheng.store.tables import Record

Undo = Callable[[Context, dict[str, Any]], Awaitable[Any]]


async def _unmute(ctx: Context, undo: dict[str, Any]) -> Outcome:
    return await ctx.unmute(undo["target"], "撤销禁言")


async def _rename(ctx: Context, undo: dict[str, Any]) -> Outcome:
    own = undo.get("own", False) and undo["target"] == ctx.author_id
    return await ctx.rename(undo["target"], undo["card"], "撤销改名片", own=own)


VERBS: dict[str, Undo] = {"unmute": _unmute, "rename": _rename}
"""Undos of the verbs every feature has; a feature's own stand in `Feature.undos`."""

REFUSALS = {
    "undone": "已经撤销过了",
    "not_done": "它本来就没有做成",
    "simulated": "那只是试运行，没有真做",
    "intended": "它还没做完，稍后再试",
}


async def undo_record(ctx: Context, record: Record) -> None:
    """Reverse it on behalf of the author of `ctx`. Raises `CannotUndo`; the record then stays as it was."""
    if record.state in REFUSALS:
        raise CannotUndo(REFUSALS[record.state])
    way_back = record.undo
    if not isinstance(way_back, dict):
        raise CannotUndo("QQ 里没有办法收回")
    feature = declared(ctx.host, record.feature)
    handler = (feature.undos if feature else {}).get(way_back["name"]) or VERBS.get(way_back["name"])
    if handler is None:
        raise CannotUndo("做这件事的功能已经不在了")
    if not await audit.mark_undone(record):
        raise CannotUndo(REFUSALS["undone"])
    try:
        outcome = await handler(ctx, way_back)
    except Exception:
        await Record.filter(id=record.id).update(state=record.state)
        raise
    if isinstance(outcome, Outcome) and outcome.state in (State.NOT_DONE, State.SIMULATED):
        await Record.filter(id=record.id).update(state=record.state)
        raise CannotUndo(outcome.why)
