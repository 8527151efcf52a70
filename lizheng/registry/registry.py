"""The features of a host, as NoneBot's plugin table has them, and which of them look, listen and answer in a group."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import nonebot
from nonebot.log import logger
from nonebot.plugin import Plugin
from nonebot.rule import TrieRule

from lizheng.events import GroupEvent
from lizheng.groups.choices import GroupState
from lizheng.plugin.feature import Feature, Watch
from lizheng.plugin.services import Services
from lizheng.registry.access import is_on
from lizheng.registry.command_index import CommandIndex
from lizheng.registry.toggles import Switchable, switchables


class Registry:
    """`features` by id, `commands` by what members type. `starts` are the command prefixes, `own` the kit's features."""

    def __init__(self, starts: frozenset[str], own: Iterable[Feature] = ()):
        self._own = tuple(own)
        self.features: dict[str, Feature] = {}
        self.commands: CommandIndex = CommandIndex(starts)
        self._watches: dict[int, tuple[int, list[Watch]]] = {}

    def take_in(self) -> None:
        """Read NoneBot's plugin table, the only list of features there is."""
        by_id = {feature.id: feature for feature in self._own}
        for plugin in sorted(nonebot.get_loaded_plugins(), key=lambda plugin: plugin.module_name):
            feature = exposed(plugin)
            if feature is not None and by_id.setdefault(feature.id, feature) is not feature:
                first = by_id[feature.id].module
                logger.error("{} is left out: {} already has the id {}", feature.module, first, feature.id)
        found = sorted(by_id.values(), key=lambda f: (not f.always_on, f.hidden, f.id))
        self.features = {f.id: f for f in found}
        for feature in found:
            others = [f for f in found if f is not feature and feature.serves in f.needs]
            feature.on_with = frozenset(f.id for f in others)
            feature.along_with = tuple(f.title for f in others)
        self.forget()
        self.commands.learn(found)

    def forget(self) -> None:
        """Drop what is remembered per group."""
        self._watches.clear()

    def watches(self, group: GroupState) -> list[Watch]:
        """The observers of messages in a group, in their order."""
        kept = self._watches.get(group.id)
        if kept is not None and kept[0] == group.revision:
            return kept[1]
        found = [w for f in self.features.values() if is_on(group, f) for w in f.watches]
        found.sort(key=lambda w: (w.order, w.feature.id))
        self._watches[group.id] = (group.revision, found)
        return found

    def looking_back(self, group: GroupState) -> list[tuple[Feature, Callable[..., Awaitable[None]]]]:
        """Who looks at a command of this group once it has ended."""
        return [
            (f, h) for f in self.features.values() if f.afterwards and is_on(group, f) for h in f.afterwards
        ]

    def listening(
        self, kind: type[GroupEvent], group: GroupState
    ) -> list[tuple[Feature, Callable[..., Awaitable[None]]]]:
        return [(f, h) for f in self.features.values() if is_on(group, f) for h in f.listeners.get(kind, ())]

    def answering(
        self, hook: object, group: GroupState
    ) -> Iterable[tuple[Feature, Callable[..., Awaitable[Any]]]]:
        for feature in self.features.values():
            handler = feature.hook_answers.get(hook)
            if handler is not None and is_on(group, feature):
                yield feature, handler

    def switchables(self, group: GroupState) -> list[Switchable]:
        """What `/功能` lists in a group, other people's plugins included."""
        return switchables(list(self.features.values()), group)


def declared(host: Services[Any], feature_id: str) -> Feature | None:
    """The feature of that id with all it declares, None when it is not loaded any more."""
    feature = host.features.get(feature_id)
    return feature if isinstance(feature, Feature) else None


def exposed(plugin: Plugin) -> Feature | None:
    """The feature a plugin exposes; one that it only makes is asked for in the log."""
    feature = (plugin.metadata.extra if plugin.metadata else {}).get("lizheng")
    if isinstance(feature, Feature):
        return feature
    for name, made in vars(plugin.module).items():
        if isinstance(made, Feature) and made.module == plugin.module_name:
            logger.error(
                "{} is left out: it ends without `__plugin_meta__ = {}.metadata`", plugin.module_name, name
            )
    return None


def claimed_elsewhere(called: str) -> bool:
    """Tell whether NoneBot has a command, of a plugin that is not ours, with which this text begins."""
    trie, starts = TrieRule.prefix, nonebot.get_driver().config.command_start
    return any(trie.longest_prefix(f"{start}{called}") for start in starts)
