"""Changing settings so that it is checked, told, recorded, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from lizheng.events import SettingChanged
from lizheng.groups.choices import GroupState
from lizheng.plugin.identity import FeatureInfo
from lizheng.plugin.settings import Setting, settings_of
from lizheng.plugin.verbs import Verbs
from lizheng.store import atomic
from lizheng.store.tables import Record
from lizheng.text import clip, visible

UNDO = "setting"
"""The name of the kit's own undo: `{"name", "feature", "before": {field: stored value}, "after": {…}}`."""
LONGEST_SHOWN = 40


async def change(
    ctx: Verbs, values: Mapping[str, Any], what: str = "", also: Mapping[str, Any] | None = None
) -> Record:
    """Change settings of the context's feature, all or none; None falls back to the default.

    `also` is an undo of the feature's own for what changed beside them. Raises `Misread` with the sentence to answer.
    """
    feature, group = ctx.feature, ctx.group
    stored = check(ctx, values)
    before = {name: group.settings.get((feature.id, name)) for name in stored}
    undo: dict[str, Any] = {"name": UNDO, "feature": feature.id, "before": before, "after": stored}
    if also:
        undo["also"] = dict(also)
    what = what or "，".join(
        f"{feature.title} {one.title} 改为 {as_shown(ctx, feature, one, stored[one.name])}"
        for one in settings_of(feature)
        if one.name in stored
    )

    @atomic
    async def write() -> Record:
        await _store(ctx, feature, stored)
        return await ctx.note("setting", what, undo=undo)

    record = await write()
    await _tell(ctx, feature, stored)
    return record


async def restore(ctx: Verbs, feature: FeatureInfo, before: Mapping[str, Any]) -> None:
    """Store values as they once were, and tell who listens; fields that are gone are left out."""
    known = {one.name for one in settings_of(feature)}
    kept = {name: value for name, value in before.items() if name in known}

    @atomic
    async def write() -> None:
        await _store(ctx, feature, kept)

    await write()
    await _tell(ctx, feature, kept)


def check(ctx: Verbs, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the stored form of values for the context's feature. Raises `Misread`, and `TypeError` for no field."""
    feature = ctx.feature
    fields = {one.name: one for one in settings_of(feature)}
    if unknown := values.keys() - fields.keys():
        raise TypeError(f"{feature.id} has no setting {'、'.join(sorted(unknown))}")
    assert feature.settings is not None
    chosen = {name: fields[name].check(value) for name, value in values.items() if value is not None}
    others = {field: value for field, value in _own(ctx.group, feature).items() if field not in values}
    rest = ctx.host.read_settings(feature, _supposed(feature, others))
    try:
        fitting = feature.settings.model_validate({name: getattr(rest, name) for name in fields} | chosen)
    except ValidationError as error:
        place = error.errors()[0]["loc"]
        named = str(place[0]) if place and str(place[0]) in fields else next(iter(values))
        raise fields[named].unfit(error) from error
    return {
        name: None if value is None else fields[name].dump(getattr(fitting, name))
        for name, value in values.items()
    }


def as_shown(ctx: Verbs, feature: FeatureInfo, setting: Setting, stored: Any) -> str:
    """Say a stored value as people read it, None as the default that holds here."""
    chosen = {} if stored is None else {setting.name: stored}
    return setting.show(getattr(ctx.host.read_settings(feature, _supposed(feature, chosen)), setting.name))


def what_holds(ctx: Verbs, feature: FeatureInfo, names: Iterable[str]) -> str:
    """Say what holds now for these fields: `价格 100 元，没有时段`."""
    values, told = ctx.host.read_settings(feature, ctx.group), set(names)
    return "，".join(
        _holds(one, getattr(values, one.name)) for one in settings_of(feature) if one.name in told
    )


def _holds(setting: Setting, value: Any) -> str:
    shown = setting.show(value)
    empty = shown == setting.show(None)
    return f"没有{setting.title}" if empty else f"{setting.title} {clip(visible(shown), LONGEST_SHOWN)}"


def _own(group: GroupState, feature: FeatureInfo) -> dict[str, Any]:
    return {field: value for (owner, field), value in group.settings.items() if owner == feature.id}


def _supposed(feature: FeatureInfo, stored: Mapping[str, Any]) -> GroupState:
    """A group that has chosen just this."""
    return GroupState(0, settings={(feature.id, name): value for name, value in stored.items()})


async def _store(ctx: Verbs, feature: FeatureInfo, stored: Mapping[str, Any]) -> None:
    for name, value in stored.items():
        await ctx.host.groups.set_value(ctx.group.id, feature.id, name, value)


async def _tell(ctx: Verbs, feature: FeatureInfo, names: Iterable[str]) -> None:
    group, time, cause = ctx.group, int(ctx.host.clock.now().timestamp()), ctx.source or ""
    for name in names:
        happened = SettingChanged(group.id, 0, 0, time, name=name, feature=feature.id, cause=cause)
        await ctx.host.tell(group, happened)
