"""The page of everything `from lizheng import …` gives a plugin, from signatures and docstrings."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from types import ModuleType
from typing import Any

import lizheng
from lizheng.events import GroupEvent
from lizheng.grammar import say_duration

INTRODUCTION = (
    "Everything a plugin imports from `lizheng`. How it fits together is shown in "
    "[writing-a-plugin.md](writing-a-plugin.md)."
)
GROUPS = {
    "Declaring": ("Feature", "Command", "Form", "Role", "Stage", "Keep", "Hook", "HookFailed", "InMemory"),
    "Acting": (
        *("Context", "GroupContext", "Quoted", "Outcome", "State", "Why", "Mention", "mentions", "Picture"),
        *("Ticket", "Delivery", "Withdrawal", "Priority"),
    ),
    "Reading what members type": (
        *(
            "Duration",
            "Member",
            "Members",
            "Numbers",
            "Numbered",
            "Several",
            "Line",
            "Choice",
            "People",
            "Person",
            "WeeklySpans",
            "Word",
            "Words",
            "Yuan",
        ),
        *("Declined", "Misread"),
    ),
    "Drawing": ("Sheet", "Style", "Drawing"),
    "Remembering": ("atomic", "fetch", "readable", "data_file", "Pending", "Waiting", "Record", "Slot"),
    "The host": ("Services",),
}
MODULES = (
    "lizheng.media.tables",
    "lizheng.parts.files",
    "lizheng.parts.lifetime",
    "lizheng.parts.member_list",
    "lizheng.parts.page",
    "lizheng.parts.quota",
)
"""Those of the public rooms that are told on the page too, by their `__all__`."""
EVENTS = "What happens in a group"
"""Where everything goes that no group names: the events."""
GIVEN = {"Context", "GroupContext", "Delivery", "InMemory", "Ticket", "Waiting"}
"""What a plugin is given rather than makes."""
INSTANCES = {"Context": "ctx", "GroupContext": "ctx"}
ANNOTATIONS = {"Services"}
"""What plugins name in annotations alone: its parts are the context's to use."""
GENERATED = "由 python -m lizheng docs 生成，请不要手改"


def page() -> str:
    """As Markdown."""
    named = [name for names in GROUPS.values() for name in names]
    groups = {**GROUPS, EVENTS: tuple(name for name in lizheng.__all__ if name not in named)}
    lines = ["# API", "", f"<!-- {GENERATED} -->", "", INTRODUCTION]
    for title, names in groups.items():
        lines += ["", f"## {title}"]
        for name in names:
            lines += ["", *_thing(name, getattr(lizheng, name))]
    for name in MODULES:
        lines += ["", *_module(importlib.import_module(name))]
    return "\n".join(lines) + "\n"


def _module(module: ModuleType) -> Iterator[str]:
    """What a module of its own gives: classes as everywhere, functions with how they are called, no constants."""
    yield from (f"## {module.__name__}", "", _doc(module))
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isclass(thing):
            yield from ("", *_thing(name, thing))
        elif inspect.isfunction(thing):
            yield from ("", f"### {name}", "", f"`{_signature('', name, thing)}`", "", _doc(thing))


def _thing(name: str, thing: Any) -> Iterator[str]:
    yield f"### {name}"
    if doc := _doc(thing):
        yield from ("", doc)
    if name in ANNOTATIONS or not inspect.isclass(thing) or not thing.__module__.startswith("lizheng"):
        return
    if issubclass(thing, Enum):
        yield from ("", "、".join(f"`{member.name}`" for member in thing))
        return
    for method, value in _methods(thing):
        yield from ("", f"`{_signature(name, method, value)}`")
        if doc := _doc(value):
            yield from ("", doc)


def _methods(kind: type) -> Iterator[tuple[str, Any]]:
    """What callers use of a class: its own, then what it has from classes that are not on the page themselves."""
    seen = {"key"} if issubclass(kind, GroupEvent) else set[str]()
    for ancestor in kind.__mro__:
        told_elsewhere = ancestor is not kind and ancestor.__name__ in lizheng.__all__
        if told_elsewhere or not ancestor.__module__.startswith("lizheng"):
            continue
        for name, value in vars(ancestor).items():
            made = name == "__init__" and ancestor is kind and kind.__name__ not in GIVEN
            public = inspect.isfunction(value) or isinstance(value, property | classmethod)
            if (made and value.__doc__ != object.__init__.__doc__) or (
                public and not name.startswith("_") and name not in seen
            ):
                seen.add(name)
                yield name, value


def _signature(owner: str, name: str, value: Any) -> str:
    instance = INSTANCES.get(owner, owner.lower())
    if isinstance(value, property):
        return f"{instance}.{name}"
    function = value.__func__ if isinstance(value, classmethod) else value
    parameters = list(inspect.signature(function).parameters.values())[bool(owner) :]
    awaited = "await " if inspect.iscoroutinefunction(function) else ""
    called = owner if name == "__init__" else f"{instance}.{name}" if owner else name
    told = function.__annotations__.get("return", "None")
    told = told.__name__ if isinstance(told, type) else str(told)
    back = "" if told == "None" else f" → {told}"
    return f"{awaited}{called}({', '.join(_parameters(parameters))}){back}"


def _parameters(parameters: list[inspect.Parameter]) -> Iterator[str]:
    starred = False
    for one in parameters:
        stars = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        if one.kind is one.KEYWORD_ONLY and not starred:
            yield "*"
        starred = starred or one.kind in (one.KEYWORD_ONLY, one.VAR_POSITIONAL)
        default = "" if one.default is one.empty else f" = {_value(one.default)}"
        told = one.annotation.__name__ if isinstance(one.annotation, type) else one.annotation
        yield f"{stars}{one.name}: {told}{default}"


def _value(default: Any) -> str:
    if isinstance(default, Enum):
        return f"{type(default).__name__}.{default.name}"
    if isinstance(default, timedelta):
        return say_duration(default)
    # What is there only to tell "not given" has nothing to show but its address.
    nameless = type(default) is object or type(default).__module__ == "dataclasses"
    return "…" if nameless else repr(default)


def _doc(thing: Any) -> str:
    if isinstance(thing, property):
        thing = thing.fget
    doc = inspect.getdoc(thing) or ""
    made = doc.startswith(f"{getattr(thing, '__name__', '?')}(")
    return "" if made or doc == inspect.getdoc(object.__init__) else doc
