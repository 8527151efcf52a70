"""What features keep in memory: made by the framework for each start, never when a plugin is imported."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from nonebot import logger

T = TypeVar("T")
R = TypeVar("R")
C = TypeVar("C", bound="Placed | Remembering")
P = ParamSpec("P")


class Remembering(Protocol):
    """A host, as far as its memory goes."""

    @property
    def memory(self) -> Memory: ...


class Placed(Protocol):
    """A context, as far as its host's memory goes."""

    @property
    def host(self) -> Remembering: ...


class Memory:
    """One start's objects, each made when it is first asked for."""

    def __init__(self) -> None:
        self.made: dict[InMemory[Any], Any] = {}

    def clear(self) -> None:
        """Forget every object, after its `close()` if it has one; one that fails to close is logged."""
        gone, self.made = list(self.made.values()), {}
        for each in reversed(gone):
            close = getattr(each, "close", None)
            if callable(close):
                try:
                    close()
                except Exception:
                    logger.exception("lizheng: {} could not be closed", type(each).__name__)


class InMemory(Generic[T]):
    """A handle on an object that lives from one start of the host to the next. Made by `Feature.state`.

    `guard.of(ctx)` is this start's object; `guard(Guard.look)` is that method as a handler, of whichever object the
    start has when it is called.
    """

    def __init__(self, factory: Callable[..., T]):
        self._factory = factory
        self._given_host = _takes_one(factory)

    def of(self, place: Placed | Remembering) -> T:
        """Return this start's object, for a context or a host; the first to ask has it made."""
        host: Any = getattr(place, "host", place)
        made = host.memory.made
        try:
            return made[self]
        except KeyError:
            return made.setdefault(self, self._factory(host) if self._given_host else self._factory())

    def __call__(
        self, method: Callable[Concatenate[T, C, P], Awaitable[R]]
    ) -> Callable[Concatenate[C, P], Awaitable[R]]:
        """Turn a method whose first argument is a context or a host into a handler, parameters and all."""

        @wraps(method)
        async def handler(place: C, *args: P.args, **kwargs: P.kwargs) -> R:
            return await method(self.of(place), place, *args, **kwargs)

        signature = inspect.signature(method)
        own, *others = signature.parameters.values()
        handler.__signature__ = signature.replace(parameters=others)  # pyright: ignore[reportAttributeAccessIssue]
        handler.__annotations__.pop(own.name, None)
        return handler


def _takes_one(factory: Callable[..., Any]) -> bool:
    """Tell whether a factory wants the host. Raises `TypeError` for one that wants more."""
    try:
        needed = [
            p
            for p in inspect.signature(factory).parameters.values()
            if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
    except ValueError:  # a built-in such as `dict`
        return False
    if len(needed) > 1:
        raise TypeError(f"{factory!r} must take nothing, or the host alone")
    return bool(needed)
