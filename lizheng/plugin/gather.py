"""The job that hands over together what waits under one name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lizheng.plugin.context import GroupContext
from lizheng.plugin.gathered import Batches
from lizheng.store.tables import Slot

GatherHandler = Callable[[GroupContext, list[dict[str, Any]]], Awaitable[None]]


@dataclass(frozen=True)
class Gathering:
    """How the items of one name are handed over; see `Feature.gather`."""

    name: str
    handler: GatherHandler
    after: timedelta
    quiet: timedelta
    most: int
    late_limit: timedelta | None

    async def run(self, ctx: GroupContext, slot: Slot) -> datetime | None:
        """Hand over what waits; the time of the next hand-over, if there is to be one.

        What a crash interrupted is handed over again: the same items, under the same source.
        """
        waiting, now = Batches(ctx, self.name), ctx.host.clock.now()
        batch = await waiting.begun()
        if batch is None:
            last = await waiting.last_done()
            if last is not None and last + self.quiet > now:
                return last + self.quiet
            if self.late_limit is not None:
                await waiting.drop(now - self.late_limit, now)
            batch = await waiting.take(self.most)
        if batch is None:
            return None
        # Not the slot's source: what that has said already, another batch may have to say as well.
        source = f"gathered:{batch}"
        alone = GroupContext(ctx.host, ctx.group, ctx.feature, source=source, priority=ctx.priority)
        await self.handler(alone, await waiting.items(batch))
        now = ctx.host.clock.now()
        more = await waiting.done(batch, now)
        return now + max(self.after, self.quiet) if more else None
