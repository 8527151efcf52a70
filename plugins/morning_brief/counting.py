"""How much happens in a group: numbers alone, kept in memory for a second at most, then written together."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date

from nonebot import logger
from tortoise.expressions import F

from lizheng import Context, GroupContext, atomic
from lizheng.events import MemberJoined, MemberLeft
from plugins.morning_brief.models import Tally

SECONDS = 1.0
Key = tuple[int, date, str]


class Counting:
    """What has been counted and not written yet."""

    def __init__(self) -> None:
        self._counted: Counter[Key] = Counter()
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    async def spoken(self, ctx: Context) -> None:
        self._count(ctx, "messages")

    async def joined(self, ctx: GroupContext, happened: MemberJoined) -> None:
        self._count(ctx, "joined")

    async def left(self, ctx: GroupContext, happened: MemberLeft) -> None:
        self._count(ctx, "left")

    def _count(self, ctx: GroupContext, what: str) -> None:
        self._counted[ctx.group.id, ctx.now.date(), what] += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SECONDS, self._write_soon)

    def _write_soon(self) -> None:
        self._writing = asyncio.create_task(self._write_or_keep())

    async def _write_or_keep(self) -> None:
        try:
            await self.write()
        except Exception:
            # The database may be closed by now, or busy: the next message brings the next try.
            logger.warning("lizheng: the counters of the morning brief could not be written yet")

    async def write(self) -> None:
        """Write what was counted so far; on a failure it is kept."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        counted, self._counted = self._counted, Counter()
        try:
            await _add(counted)
        except BaseException:
            self._counted.update(counted)
            raise

    def close(self) -> None:
        """The next start may be on another database: nothing of this one belongs to it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


@atomic
async def _add(counted: Counter[Key]) -> None:
    for (group_id, day, what), count in counted.items():
        await Tally.get_or_create(group_id=group_id, day=day)
        await Tally.filter(group_id=group_id, day=day).update(**{what: F(what) + count})
