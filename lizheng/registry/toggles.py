"""What can be switched per group: our features, and the plugins of others that are loaded beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import nonebot
from nonebot.adapters import Event
from nonebot.exception import IgnoredException
from nonebot.matcher import Matcher
from nonebot.message import run_preprocessor
from nonebot.plugin import Plugin

from lizheng.groups.choices import Groups, GroupState
from lizheng.plugin.feature import Feature
from lizheng.plugin.identity import Recipe
from lizheng.registry.access import is_on


@dataclass(frozen=True)
class Switchable:
    """One line of `/功能`. `ours` start off, others' start on; `along` are the titles it is on together with.

    `area` is "" for what belongs nowhere; one that is `opt_in` is not among those that are opened all at once.
    """

    id: str
    title: str
    summary: str
    on: bool
    ours: bool
    always_on: bool = False
    along: tuple[str, ...] = ()
    area: str = ""
    recipes: frozenset[Recipe] = frozenset()
    opt_in: bool = False


def foreign_plugins() -> list[Plugin]:
    """Plugins that are not ours and do something by themselves."""
    return sorted(
        (p for p in nonebot.get_loaded_plugins() if p.matcher and not is_ours(p)), key=lambda p: p.id_
    )


def is_ours(plugin: Plugin) -> bool:
    return bool(plugin.metadata and isinstance(plugin.metadata.extra.get("lizheng"), Feature))


def foreign_id(plugin: Plugin) -> str:
    return f"store:{plugin.id_}"


def switchables(features: list[Feature], group: GroupState) -> list[Switchable]:
    """Everything `/功能` lists, ours first."""
    titles = {f.id: f.title for f in features}
    ours = [
        Switchable(
            f.id,
            f.title,
            f.summary,
            is_on(group, f),
            ours=True,
            always_on=f.always_on,
            along=tuple(titles[other] for other in sorted(f.on_with) if group.switches.get(other, False)),
            area=f.area or "",
            recipes=f.recipes,
            opt_in=f.opt_in,
        )
        for f in features
        if not f.hidden
    ]
    others: list[Switchable] = []
    for plugin in foreign_plugins():
        meta = plugin.metadata
        title = meta.name if meta else plugin.name
        summary = meta.description if meta else "别处来的插件"
        key = foreign_id(plugin)
        others.append(Switchable(key, title, summary, group.switches.get(key, True), ours=False))
    return ours + others


_OWN_PREPROCESSORS: set[Callable[..., Any]] = set()


def is_own_preprocessor(call: Callable[..., Any]) -> bool:
    """Tell whether this is what `respect_switches` registered, which lets every matcher of ours run."""
    return call in _OWN_PREPROCESSORS


def respect_switches(groups: Groups) -> None:
    """Keep other people's plugins from running in groups that switched them off; call once per process."""

    @run_preprocessor
    async def stop_switched_off(matcher: Matcher, event: Event) -> None:
        plugin, group_id = matcher.plugin, getattr(event, "group_id", None)
        if plugin is None or not isinstance(group_id, int) or is_ours(plugin):
            return
        if not groups[group_id].switches.get(foreign_id(plugin), True):
            raise IgnoredException(f"{plugin.name} is off in group {group_id}")

    _OWN_PREPROCESSORS.add(stop_switched_off)
