"""Makes plugins written for plain NoneBot cheap: a message is shown only to the matchers it can reach.

NoneBot offers every event to every matcher, and each `on_command` that does not match still costs about
0.45 ms. Here the matchers of a priority are indexed by the commands in their rule, and the dispatch loop
(nobody else) sees those whose command was hit, plus every matcher that might run anyway, in their order.

What stays exactly NoneBot's: order, blocking, permissions, aliases, sessions, temporary and expiring
matchers, matchers born or destroyed inside handlers. What differs: the permission and the other checkers of
a command that was not sent are no longer run, so their side effects are not seen. A `Rule` whose set of
checkers is edited in place, not replaced, is noticed only when something else at its priority changes.
"""

import sys
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from functools import wraps
from importlib.metadata import version
from typing import Any, NamedTuple

from nonebot.adapters import Bot, Event
from nonebot.consts import CMD_KEY, PREFIX_KEY
from nonebot.log import logger
from nonebot.matcher import DEFAULT_PROVIDER_CLASS, Matcher, MatcherManager, MatcherProvider, matchers
from nonebot.message import handle_event
from nonebot.rule import CommandRule, Rule, ShellCommandRule, TrieRule

PROVEN_RELEASES = frozenset({"2.5.0"})
"""nonebot2 releases on which both providers gave identical traces (tests/kit/test_foreign.py)."""

_ANY = ""
_DECISIVE = frozenset({"rule", "type", "expire_time", "check_perm", "check_rule"})
_PLAIN_CHECKS = (Matcher.check_perm.__func__, Matcher.check_rule.__func__)


class _Sighting(NamedTuple):
    event_type: str
    prefix: Mapping[str, Any]


_sighting: ContextVar[_Sighting | None] = ContextVar("lizheng_foreign_sighting", default=None)


def _is_ordinary(matcher: type[Matcher]) -> bool:
    """Whether NoneBot's own checks decide about this matcher, and nothing but them."""
    checks = tuple(getattr(check, "__func__", None) for check in (matcher.check_perm, matcher.check_rule))
    # an expired matcher is destroyed by the next event, whatever its type
    return matcher.expire_time is None and checks == _PLAIN_CHECKS


def _commands(matcher: type[Matcher]) -> frozenset[Hashable] | None:
    """The commands without which the rule certainly fails; None when it may pass without any."""
    if type(matcher.rule) is not Rule:
        return None
    wanted: frozenset[Hashable] | None = None
    for checker in matcher.rule.checkers:
        call = checker.call
        # a subclass may answer differently, so only the two exact types count
        if isinstance(call, CommandRule | ShellCommandRule) and type(call) in (CommandRule, ShellCommandRule):
            with suppress(TypeError):  # a command of unhashable parts hides nothing
                commands: frozenset[Hashable] = frozenset(call.cmds)
                wanted = commands if wanted is None else wanted & commands
    return wanted


class _Index:
    """The matchers of one priority as they stood when it was made."""

    def __init__(self, members: list[type[Matcher]]) -> None:
        self.members = members.copy()
        ordinary = [_is_ordinary(m) for m in members]
        self.types = [m.type if plain else _ANY for m, plain in zip(members, ordinary, strict=True)]
        self.commands = [_commands(m) if plain else None for m, plain in zip(members, ordinary, strict=True)]
        self.known_types = frozenset(self.types)
        self.known_commands: frozenset[Hashable] = frozenset().union(*filter(None, self.commands))
        self.views: dict[tuple[str, Hashable], list[type[Matcher]]] = {}

    def view(self, event_type: str, command: Hashable) -> list[type[Matcher]]:
        # what nobody here asks for shares one entry, so an endpoint cannot grow the cache
        key = (
            event_type if event_type in self.known_types else _ANY,
            command if command in self.known_commands else None,
        )
        found = self.views.get(key)
        if found is None:
            found = self.views[key] = [
                matcher
                for matcher, wanted_type, wanted in zip(self.members, self.types, self.commands, strict=True)
                if wanted_type in (_ANY, event_type) and (wanted is None or command in wanted)
            ]
        return found


class _IndexedProvider(defaultdict[int, list[type[Matcher]]], MatcherProvider):  # type: ignore[misc]
    def __init__(self, known: Mapping[int, list[type[Matcher]]]) -> None:
        super().__init__(list, known)
        self._indexes: dict[int, _Index] = {}

    def __getitem__(self, priority: int) -> list[type[Matcher]]:
        members = super().__getitem__(priority)
        # frame 1 is MatcherManager.__getitem__; whoever else asks (destroy(), a plugin) gets the whole list
        if not members or sys._getframe(2).f_code is not handle_event.__code__:
            return members
        seen = _sighting.get()
        if seen is None:
            return members
        try:
            return self._index(priority, members).view(seen.event_type, seen.prefix[CMD_KEY])
        except TypeError:  # a command of unhashable parts
            return members

    def reached(self, event_type: str, command: Hashable) -> Iterator[type[Matcher]]:
        """Every matcher that such an event is shown to; raises `TypeError` for a command of unhashable parts."""
        for priority, members in self.items():
            if members:
                yield from self._index(priority, members).view(event_type, command)

    def _index(self, priority: int, members: list[type[Matcher]]) -> _Index:
        index = self._indexes.get(priority)
        if index is None or index.members != members:
            index = self._indexes[priority] = _Index(members)
        return index

    def forget(self) -> None:
        self._indexes.clear()


def reaches_only(entry: type[Matcher], bot: Bot, event: Event) -> bool:
    """Tell whether no matcher but this one is shown the event. False also where the index is not in place."""
    provider = matchers.provider
    if not isinstance(provider, _IndexedProvider):
        return False
    state: dict[Any, Any] = {}
    try:
        TrieRule.get_value(bot, event, state)
        command = state[PREFIX_KEY][CMD_KEY]
        return all(matcher is entry for matcher in provider.reached(event.get_type(), command))
    except Exception:  # what cannot be read is NoneBot's to complain about
        return False


def _set_attribute(matcher: type, name: str, value: Any) -> None:
    """`MatcherMeta.__setattr__`: comparing every matcher at every event would cost more than dispatch."""
    type.__setattr__(matcher, name, value)
    if name in _DECISIVE and isinstance(matchers.provider, _IndexedProvider):
        matchers.provider.forget()


def _noting(original: Any) -> Any:
    """`TrieRule.get_value`, which dispatch calls once per event, leaving word of what it found."""

    @wraps(original.__func__)
    def get_value(cls: type[TrieRule], bot: Any, event: Any, state: dict[Any, Any]) -> Any:
        _sighting.set(None)
        try:
            return original.__get__(None, cls)(bot, event, state)
        finally:
            if (prefix := state.get(PREFIX_KEY)) is not None:
                _sighting.set(_Sighting(event.get_type(), prefix))

    get_value.__wrapped__ = original  # the descriptor itself, for uninstall_index
    return classmethod(get_value)


def _is_noting(get_value: Any) -> bool:
    return isinstance(getattr(getattr(get_value, "__func__", None), "__wrapped__", None), classmethod)


def _obstacle() -> str:
    """Why the index must not be used with the NoneBot at hand; empty when it may."""
    release = version("nonebot2")
    if release not in PROVEN_RELEASES:
        return f"nonebot2 {release} is not a release it has been proven on"
    get_value = TrieRule.__dict__.get("get_value")
    expectations = {
        "TrieRule.get_value": isinstance(get_value, classmethod)
        and get_value.__func__.__code__.co_varnames[:4] == ("cls", "bot", "event", "state"),
        "CommandRule": CommandRule.__slots__ == ("cmds", "force_whitespace"),
        "ShellCommandRule": ShellCommandRule.__slots__ == ("cmds", "parser"),
        "Rule": Rule.__slots__ == ("checkers",),
        "MatcherMeta": type(Matcher) is not type and "__setattr__" not in vars(type(Matcher)),
        "handle_event": {"TrieRule", "get_value", "matchers", "keys"} <= set(handle_event.__code__.co_names),
        "MatcherManager": MatcherManager.__getitem__.__code__.co_names == ("provider",),
        "the matcher provider": type(matchers.provider) is DEFAULT_PROVIDER_CLASS,
    }
    changed = [name for name, as_expected in expectations.items() if not as_expected]
    return f"changed inside nonebot2 {release}: {', '.join(changed)}" if changed else ""


def install_index() -> bool:
    """Put the index in place, for matchers known now and later; doing it twice is harmless.

    False, with one warning in the log, when this NoneBot is not one the index is known to serve faithfully:
    dispatch then stays NoneBot's own, slower with every foreign command.
    """
    if isinstance(matchers.provider, _IndexedProvider):
        return True
    if obstacle := _obstacle():
        logger.warning(f"Foreign plugins are dispatched without the index: {obstacle}")
        return False
    if not _is_noting(TrieRule.__dict__["get_value"]):
        TrieRule.get_value = _noting(TrieRule.__dict__["get_value"])
    type(Matcher).__setattr__ = _set_attribute
    matchers.set_provider(_IndexedProvider)
    return True


def uninstall_index() -> None:
    """Give dispatch back to NoneBot's own provider; matchers registered meanwhile stay registered."""
    if isinstance(matchers.provider, _IndexedProvider):
        matchers.set_provider(DEFAULT_PROVIDER_CLASS)
        del type(Matcher).__setattr__
    get_value = TrieRule.__dict__["get_value"]
    if _is_noting(get_value):
        TrieRule.get_value = get_value.__func__.__wrapped__
