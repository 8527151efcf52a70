"""At night: yesterday's own messages are counted while the journal has them, and old days become weeks."""

from __future__ import annotations

from datetime import timedelta

from lizheng.activity import reading, writing
from lizheng.plugin.context import GroupContext
from lizheng.store.tables import Slot

FOLD = "fold"


async def fold(ctx: GroupContext, slot: Slot) -> None:
    """For all groups that are counted."""
    await reading.written(ctx)
    today = ctx.now.date()
    for each in ctx.in_groups():
        await reading.count_own(each, today - timedelta(days=2), today)
    await writing.fold(today)
    await writing.forget_spans(ctx.now)
