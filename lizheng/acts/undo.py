"""Taking back what a record says was done: once, and only while it can be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lizheng.base.outcome import Outcome, State
from lizheng.plugin import changes
from lizheng.plugin.context import Context
from lizheng.plugin.feature import Feature
from lizheng.plugin.refusals import CannotUndo
from lizheng.plugin.settings import settings_of
from lizheng.registry.registry import declared
from lizheng.store import audit
from lizheng.store.tables import Record
from lizheng.text import clip, visible

MOST_NAMED, MOST_TYPED = 3, 30
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


async def undo_record(ctx: Context, record: Record) -> str:
    """Reverse it on behalf of the author of `ctx`, as the feature that did it; what holds now, "" where that is plain.

    Raises `CannotUndo`; the record then stays as it was.
    """
    if record.state in REFUSALS:
        raise CannotUndo(REFUSALS[record.state])
    way_back = record.undo
    if not isinstance(way_back, dict):
        raise CannotUndo("QQ 里没有办法收回")
    feature = declared(ctx.host, record.feature)
    changed = _settings_of(ctx, record.feature, way_back)
    own_name = (way_back.get("also") or way_back)["name"]
    handler = (feature.undos if feature else {}).get(own_name) or VERBS.get(own_name)
    if handler is None and changed is None:
        raise CannotUndo("做这件事的功能已经不在了")
    if changed is not None:
        await _refuse_if_newer(ctx, record, changed)
    if not await audit.mark_undone(record):
        raise CannotUndo(REFUSALS["undone"])
    acting = ctx.as_feature(feature) if feature else ctx
    outcome = None
    try:
        if changed is not None:
            await changes.restore(acting.as_feature(changed.feature), changed.feature, changed.before)
        if handler is not None:
            outcome = await handler(acting, way_back.get("also") or way_back)
    except Exception:
        await Record.filter(id=record.id).update(state=record.state)
        raise
    if isinstance(outcome, Outcome) and outcome.state in (State.NOT_DONE, State.SIMULATED):
        await Record.filter(id=record.id).update(state=record.state)
        raise CannotUndo(outcome.why)
    return changes.what_holds(ctx, changed.feature, changed.before) if changed else ""


@dataclass(frozen=True)
class _Changed:
    """Whose settings a record changed, and what they were before, in stored form."""

    feature: Feature
    before: Mapping[str, Any]


def _settings_of(ctx: Context, feature_id: str, way_back: dict[str, Any]) -> _Changed | None:
    """What a record changed of settings, as this release or an earlier one wrote it; None where it is something else."""
    writer, name = declared(ctx.host, feature_id), way_back.get("name", "")
    if name == changes.UNDO and not (writer and name in writer.undos):
        owner = declared(ctx.host, way_back["feature"])
        # Up to 1.0 `/设置` kept one field and its old value.
        before = {way_back["field"]: way_back["old"]} if "field" in way_back else way_back["before"]
        return _Changed(owner, before) if owner else None
    read = writer.old_settings.get(name) if writer else None
    if writer is None or read is None or not (before := read(way_back)):
        return None
    return _Changed(writer, before)


async def _refuse_if_newer(ctx: Context, record: Record, changed: _Changed) -> None:
    """An undo takes back its own change and no later one. Raises `CannotUndo`, which names the way there."""
    # What settings were has no target, unlike most of what can be undone.
    later = Record.filter(
        group_id=record.group_id,
        number__gt=record.number,
        target_id=0,
        undo__isnull=False,
        state__in=("done", "unknown"),
    )
    newer: list[int] = []
    for row in await later.order_by("-number"):
        other = _settings_of(ctx, row.feature, row.undo) if isinstance(row.undo, dict) else None
        if other and other.feature is changed.feature and other.before.keys() & changed.before.keys():
            newer.append(row.number)
    if not newer:
        return
    told = "、".join(f"#{number}" for number in reversed(newer[:MOST_NAMED]))
    raise CannotUndo(f"之后又改过（{told}）。{_way_there(ctx, changed, newer)}")


def _way_there(ctx: Context, changed: _Changed, newer: list[int]) -> str:
    """How to come to what held before."""
    steps = f"发 /撤销 {newer[0]}" if len(newer) == 1 else f"从 /撤销 {newer[0]} 起一步步撤"
    fields = [one for one in settings_of(changed.feature) if one.name in changed.before]
    if len(fields) != 1:
        return f"要回到那时，先{steps}"
    (field,) = fields
    stored = changed.before[field.name]
    shown = visible(changes.as_shown(ctx, changed.feature, field, stored))
    if stored is not None and (len(shown) > MOST_TYPED or shown == field.show(None)):
        return f"要回到那时的{field.title}，先{steps}"
    typed = "默认" if stored is None else shown
    target = f"没有{field.title}" if shown == field.show(None) else f"{field.title} {clip(shown, MOST_TYPED)}"
    return f"要回到{target}，先{steps}，或发 /设置 {changed.feature.title} {field.title} {typed}"
