"""Taking back several messages of one member at once, in a job."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from lizheng.delivery.outbox import Priority
from lizheng.plugin.context import GroupContext
from lizheng.store.tables import Slot


async def recall_all(
    ctx: GroupContext, slot: Slot, messages: Iterable[int], author_id: int, reason: str, rule: str
) -> None:
    """Recall them all at once, as each takes its time; run again, the job recalls none twice."""

    async def take_back(message_id: int) -> None:
        # A source for each: which of them are still there may differ when this runs again.
        source = f"{ctx.feature.id}:recall:{slot.id}:{message_id}"
        alone = ctx.under(source, priority=Priority.ACT)
        await alone.recall(message_id, author_id, reason, rule=rule)

    await asyncio.gather(*map(take_back, messages))
