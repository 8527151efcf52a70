"""What 广播 does by itself: leaving a group that is switched off, and letting old pictures go."""

from __future__ import annotations

from typing import Any

from lizheng import FeatureSwitched, GroupContext, Pending, Slot
from lizheng.parts.files import sweep
from plugins.broadcast import broadcasts, content
from plugins.broadcast.models import Broadcast, Timed


async def switched(ctx: GroupContext, happened: FeatureSwitched) -> None:
    if not happened.on:
        await broadcasts.switched_off(ctx)


async def tidy(ctx: GroupContext, slot: Slot) -> None:
    """Let pictures go of which no broadcast, timer or preview speaks any more."""

    async def in_use() -> set[str]:
        rows: list[Any] = [*await Broadcast.all(), *await Timed.filter(deleted=False)]
        asked = await Pending.filter(feature=ctx.feature.id, state__in=("open", "approved"))
        return content.pictures_of(
            [*(row.content for row in rows), *(one.payload["content"] for one in asked)]
        )

    await sweep(ctx, content.PICTURES, in_use)
