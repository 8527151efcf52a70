"""The end of what nobody decided in time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from lizheng.plugin.context import GroupContext
from lizheng.store.tables import Pending, Slot

Expired = Callable[[GroupContext, Pending], Awaitable[None]]


def expiry_of(decision: str) -> str:
    """Name the job that ends what waits for this decision."""
    return f"{decision}/expired"


def expiry(handler: Expired) -> Callable[[GroupContext, Slot], Awaitable[None]]:
    """Make the job: close what is still open, and run the handler for what nobody closed before."""

    async def expire(ctx: GroupContext, slot: Slot) -> None:
        await Pending.filter(id=slot.payload["id"], state="open").update(state="expired")
        pending = await Pending.get_or_none(id=slot.payload["id"], state="expired")
        if pending is not None:
            await handler(ctx, pending)

    return expire
