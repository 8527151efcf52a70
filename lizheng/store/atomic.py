"""Transactions that a cancelled caller cannot break."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from nonebot.log import logger
from tortoise.transactions import in_transaction

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True, eq=False)
class _Transaction:
    open: bool = True
    callbacks: list[Callable[[], object]] = field(default_factory=list[Callable[[], object]])


_current: ContextVar[_Transaction | None] = ContextVar("lizheng_transaction", default=None)


def atomic(body: Callable[P, Awaitable[R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Run the decorated `async def` in one transaction; called inside another atomic it joins that one.

    The body runs in a task of its own: a caller cancelled meanwhile gets its CancelledError only after the
    transaction has ended (committed, unless the body itself raised). So the body must be short: no network
    call and no `create_task` inside it. An exception rolls back and is raised to the caller; one that is
    caught between an inner and the outer atomic leaves the inner writes in the outer transaction.
    """

    @wraps(body)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if in_atomic():
            return await body(*args, **kwargs)
        return await _undisturbed(_commit(_Transaction(), body(*args, **kwargs)))

    return run


def in_atomic() -> bool:
    """Whether the caller runs inside an atomic body."""
    transaction = _current.get()
    return transaction is not None and transaction.open


def after_commit(callback: Callable[[], object]) -> None:
    """Run a plain function once the outermost atomic has committed; at once when there is none.

    It never runs when the transaction rolls back. An exception in it is logged, as the rows are already safe.
    """
    transaction = _current.get()
    if transaction is not None and transaction.open:
        transaction.callbacks.append(callback)
    else:
        _call(callback)


async def _commit(transaction: _Transaction, body: Awaitable[R]) -> R:
    _current.set(transaction)
    try:
        async with in_transaction():
            result = await body
    finally:
        transaction.open = False
    for callback in transaction.callbacks:
        _call(callback)
    return result


async def _undisturbed(work: Coroutine[Any, Any, R]) -> R:
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    if not task.cancelled() and (error := task.exception()):
        logger.opt(exception=error).error("a transaction failed while its caller was being cancelled")
    raise cancelled


def _call(callback: Callable[[], object]) -> None:
    try:
        callback()
    except Exception:
        logger.exception("a callback after a commit failed")
