"""Every night, in all groups and of all features: what is older than it may be goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from nonebot import logger

from lizheng import GroupContext
from lizheng.parts.administration import Administration

PURGE = "purge"
DOUBTFUL = timedelta(days=3)


async def purge(ctx: GroupContext, slot: Any) -> None:
    """One kind after the other, each in a statement of its own, so that nobody waits for long.

    After days without a night nothing goes until the next one: a clock that has jumped may still be set right.
    """
    if ctx.now - slot.due_at > DOUBTFUL:
        logger.warning(
            "retention: the last night was {} days ago; waiting for the next", (ctx.now - slot.due_at).days
        )
        return
    everything = Administration(ctx)
    for keep in everything.keeps():
        if count := await keep.purge(ctx.now, everything.most_days):
            logger.info("retention: {} rows of {} are gone", count, keep.model._meta.db_table)
