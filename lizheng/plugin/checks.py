"""What a function must be to be declared as a handler. Whoever errs is told where and what, when the plugin loads."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


def place(module: str, handler: Callable[..., Any]) -> str:
    """How an error names a handler: `plugins.raffle.draw`."""
    return f"{module}.{getattr(handler, '__qualname__', type(handler).__qualname__)}"


def require(module: str, handler: Callable[..., Any], *given: str) -> None:
    """Raises `TypeError` unless it is `async` and can be called with what it will be given."""
    require_async(module, handler)
    try:
        inspect.signature(handler).bind(*given)
    except TypeError:
        raise TypeError(f"{place(module, handler)} must take ({', '.join(given)})") from None


def require_async(module: str, handler: Callable[..., Any]) -> None:
    """Raises `TypeError`; an object that is called is as good as a function."""
    if not any(map(inspect.iscoroutinefunction, (handler, getattr(handler, "__call__", None)))):  # noqa: B004
        raise TypeError(f"{place(module, handler)} must be an `async def`")
