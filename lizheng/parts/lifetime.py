"""Entries that end by themselves: their authors are asked once before, all in one message, and may renew them.

Nothing is done to a person, and nothing is said at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.expressions import F, Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from lizheng.messages.templates import mentions
from lizheng.plugin.context import GroupContext
from lizheng.plugin.feature import Feature
from lizheng.store import atomic
from lizheng.store.tables import Slot
from lizheng.text import clip, visible

__all__ = ["Lifetime", "Lived"]

ASKING_HOUR = time(10)
DAY = timedelta(days=1)
GRACE = DAY
"""What is given to an entry that ended before its author could be asked."""
TOO_OLD = timedelta(days=7)
"""One that ended longer ago stays ended: its feature was off, or nobody wanted it."""
RESTORABLE = timedelta(days=30)
SHARE = 3
"""An author is asked at most this part of the whole life before the end."""
MOST_LINES, MOST_NAMED, LONGEST_LINE = 5, 20, 60
MORE = "\n还有 {count} 条也快到期了"


class Lived(Model):
    """The columns of what lives until a time, null for ever. A plugin's own table is a subclass.

    `asks_at` is when its author is to be asked, null once that is done; `renewed` how often they renewed it.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    author_id = fields.BigIntField()
    until = fields.DatetimeField(null=True)
    asks_at = fields.DatetimeField(null=True)
    renewed = fields.SmallIntField(default=0)

    if not TYPE_CHECKING:  # a subclass's own `Meta` must not descend from this one, and need not

        class Meta(Model.Meta):
            abstract = True


@dataclass(frozen=True)
class Lifetime:
    """How one table's entries end.

    Made at import with the plugin's `model` and declared once. `question` is asked, at ten in the morning, of all
    authors together: it may name `{who}`, `{lines}` and `{more}`; `line` says what one entry is. `here` are the entries
    that still stand for something, `renewals` how often one may be renewed.
    """

    model: type[Lived]
    question: str
    line: Callable[[GroupContext, Any], str]
    here: Q = field(default_factory=Q)
    renewals: int = 3
    job: str = "lifetime"

    def declare(self, feature: Feature) -> None:
        """Give the feature the daily job that asks."""
        feature.job(self.job, self._ask, repeats=True)
        feature.on_ready(self.watch)

    def live(self, ctx: GroupContext) -> QuerySet[Any]:
        """Select the group's entries that have not ended."""
        own = self.model.filter(self.here, group_id=ctx.group.id)
        return own.filter(Q(until=None) | Q(until__gt=ctx.now))

    def ended(self, ctx: GroupContext, within: timedelta = RESTORABLE) -> QuerySet[Any]:
        """Select those that ended lately, by time alone, and may be renewed still."""
        own = self.model.filter(self.here, group_id=ctx.group.id)
        return own.filter(until__lte=ctx.now, until__gt=ctx.now - within)

    def span(self, now: datetime, life: timedelta | None, warn_before: timedelta) -> dict[str, Any]:
        """Give the columns of an entry that begins now; a `life` of None has no end."""
        if life is None:
            return {"until": None, "asks_at": None}
        until = now + life
        return {"until": until, "asks_at": until - min(warn_before, life / SHARE)}

    async def watch(self, ctx: GroupContext) -> None:
        """Have authors asked from now on, where there is somebody to ask; to be called after an entry was made."""
        if await self.model.filter(self.here, group_id=ctx.group.id, asks_at__not_isnull=True).exists():
            await ctx.plan(self.job, next_asking(ctx.now))

    async def renew(self, ctx: GroupContext, entry: Lived, life: timedelta, warn_before: timedelta) -> bool:
        """Let an entry, ended or not, live that long from now; False when it was renewed too often or meanwhile."""
        here = self.model.filter(self.here, id=entry.id, renewed=entry.renewed, renewed__lt=self.renewals)
        values = self.span(ctx.now, life, warn_before)
        if not await here.update(**values, renewed=F("renewed") + 1):
            return False
        await self.watch(ctx)
        return True

    async def _ask(self, ctx: GroupContext, slot: Slot) -> datetime | None:
        await self._ask_all(ctx)
        waits = self.model.filter(self.here, group_id=ctx.group.id, asks_at__not_isnull=True)
        return next_asking(ctx.now) if await waits.exists() else None

    async def _ask_all(self, ctx: GroupContext) -> None:
        own = self.model.filter(self.here, group_id=ctx.group.id, asks_at__lte=ctx.now + DAY)
        people = await own.values_list("author_id", flat=True)
        await ctx.names_of(list({int(str(person)) for person in people}))
        await self._mark_and_say(ctx)

    @atomic
    async def _mark_and_say(self, ctx: GroupContext) -> None:
        """Ask for all that end soon; one that ended while nobody could ask lives a little longer for it."""
        now = ctx.now
        own = self.model.filter(self.here, group_id=ctx.group.id, asks_at__lte=now + DAY)
        await own.filter(until__lte=now - TOO_OLD).update(asks_at=None)
        asked: list[Any] = []
        for entry in await own.order_by("until", "id"):
            assert entry.until is not None
            if entry.until <= now:
                entry.until = now + GRACE
            unasked = self.model.filter(id=entry.id, asks_at=entry.asks_at)
            if await unasked.update(asks_at=None, until=entry.until):
                asked.append(entry)
        if not asked:
            return
        authors = list(dict.fromkeys(entry.author_id for entry in asked))[:MOST_NAMED]
        lines = "\n".join(clip(visible(self.line(ctx, entry)), LONGEST_LINE) for entry in asked[:MOST_LINES])
        left = len(asked) - MOST_LINES
        more = MORE.format(count=left) if left > 0 else ""
        template = self.question
        await ctx.announce(self.job, template, key="asked", who=mentions(authors), lines=lines, more=more)


def next_asking(now: datetime) -> datetime:
    """Give the next ten o'clock in the zone of `now`."""
    today = now.replace(hour=ASKING_HOUR.hour, minute=0, second=0, microsecond=0)
    return today if today > now else today + DAY
