"""How often somebody may do something within a time: counters that survive a restart and are taken in one update."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.expressions import F
from tortoise.models import Model

from lizheng.grammar import say_duration
from lizheng.plugin.context import GroupContext
from lizheng.plugin.feature import Feature
from lizheng.plugin.refusals import Declined
from lizheng.plugin.retention import Keep

__all__ = ["Quota", "UsedQuota"]

KEPT_DAYS = 1
"""How long a count stays after its window has passed."""
USED_UP = "{span}里最多 {most} 次，你已经用完了，{when} 以后再来。"


class UsedQuota(Model):
    """The columns of such counters: who did what how often until when. A plugin's own table is a subclass.

    It needs `unique_together = (("group_id", "user_id", "kind"),)`.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    kind = fields.CharField(max_length=32)
    used = fields.IntField(default=0)
    until = fields.DatetimeField()
    source = fields.CharField(max_length=255, null=True)

    if not TYPE_CHECKING:  # a subclass's own `Meta` must not descend from this one, and need not

        class Meta(Model.Meta):
            abstract = True


@dataclass(frozen=True)
class Quota:
    """A window that begins with the first use: at most so many of one `kind` until it has passed, for each member.

    Made at import with the plugin's `model` and declared once. `said` refuses; it may name `{span}`, `{most}`, `{used}`
    and `{when}`, the time at which the next is free.
    """

    model: type[UsedQuota]
    kind: str
    window: timedelta
    said: str = USED_UP

    def declare(self, feature: Feature, what: str) -> None:
        """Say on the feature that its counters are kept; `what` is their name in `/我的数据`. Once for each table."""
        feature.keep(Keep(self.model, what, at="until", days=KEPT_DAYS, stays="用完了要等，删掉就不用等了"))

    async def take(self, ctx: GroupContext, most: int, user_id: int | None = None) -> int:
        """Use one of `most`; how many are left. The author of `ctx` where nobody is named, 0 for the group as one.

        Counted once for each cause. Within the `@atomic` that does what is counted, what fails costs nothing.
        Raises `Declined` when none is left.
        """
        now, source = ctx.now, ctx.scope
        key = {
            "group_id": ctx.group.id,
            "user_id": ctx.author_id if user_id is None else user_id,
            "kind": self.kind,
        }
        row, _ = await self.model.get_or_create({"until": now}, **key)
        own = self.model.filter(**key)
        if source is None or row.source != source:
            running = own.filter(until__gt=now, used__lt=most)
            over = own.filter(until__lte=now)
            if not (
                await running.update(used=F("used") + 1, source=source)
                or (most > 0 and await over.update(used=1, until=now + self.window, source=source))
                or await running.update(
                    used=F("used") + 1, source=source
                )  # another began the window meanwhile
            ):
                raise Declined(self._refusal(ctx, most, await own.get()))
        return max(most - (await own.get()).used, 0)

    def _refusal(self, ctx: GroupContext, most: int, row: UsedQuota) -> str:
        when = f"{ctx.local(row.until):%m-%d %H:%M}"
        return self.said.format(span=say_duration(self.window), most=most, used=row.used, when=when)
