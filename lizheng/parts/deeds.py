"""Reading what members did for each other and which calls they answered, whichever feature wrote it down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.functions import Count, Max, Sum

from lizheng.plugin.context import GroupContext
from lizheng.plugin.deeds import DAYS, Dimension
from lizheng.plugin.retention import Keep
from lizheng.store.deed_tables import Call, Deed, Taker

__all__ = ["KEPT", "ClosedCall", "Dimension", "Done", "calls_closed", "deeds_of", "has_deed"]

KEPT = (
    Keep(Deed, "为群里做过的事", at="at", days=DAYS),
    Keep(
        Call, "发起过的号召", person=("by",), at="opened_at", days=DAYS, blank={"by": 0}, hidden=("audience",)
    ),
    Keep(Taker, "响应过的号召", at="at", days=DAYS),
)


@dataclass(frozen=True)
class Done:
    """What one member did of one kind: `amount` in all, in so many deeds, the last of them at `last`."""

    user_id: int
    kind: str
    dimension: Dimension
    amount: int
    count: int
    last: datetime


@dataclass(frozen=True)
class ClosedCall:
    """A call that is over: of the `audience` it was meant for, `takers` answered it. `by` opened it, 0 for a rule."""

    feature: str
    kind: str
    key: str
    by: int
    audience: int
    takers: int
    opened_at: datetime
    closed_at: datetime


async def deeds_of(
    ctx: GroupContext,
    since: datetime,
    until: datetime | None = None,
    *,
    kinds: Collection[str] = (),
    dimension: Dimension | None = None,
    user_id: int = 0,
) -> list[Done]:
    """Sum up the deeds of this group from `since` to before `until`, by member and kind, the busiest first.

    Without `until` up to now. Narrowed to some `kinds`, one `dimension` or one member where these are given.
    """
    found = _counting(ctx, kinds, user_id).filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    if dimension is not None:
        found = found.filter(dimension=dimension.value)
    grouped = found.annotate(total=Sum("amount"), count=Count("id"), last=Max("at"))
    rows = await grouped.group_by("user_id", "kind", "dimension").values(
        "user_id", "kind", "dimension", "total", "count", "last"
    )
    summed = [
        Done(r["user_id"], r["kind"], Dimension(r["dimension"]), r["total"], r["count"], r["last"])
        for r in rows
    ]
    return sorted(summed, key=lambda done: (-done.amount, done.user_id, done.kind))


async def has_deed(ctx: GroupContext, user_id: int, *kinds: str, since: datetime | None = None) -> bool:
    """Tell whether a member has done anything in this group, of these kinds and since then where these are given."""
    found = _counting(ctx, kinds, user_id)
    return await (found if since is None else found.filter(at__gte=since)).exists()


async def calls_closed(
    ctx: GroupContext, since: datetime, until: datetime | None = None, *, kinds: Collection[str] = ()
) -> list[ClosedCall]:
    """List the calls of this group that ended from `since` to before `until`, the first to end first."""
    found = Call.filter(group_id=ctx.group.id, closed_at__gte=since).order_by("closed_at", "id")
    if until is not None:
        found = found.filter(closed_at__lt=until)
    if kinds:
        found = found.filter(kind__in=list(kinds))
    rows = await found
    took = Taker.filter(group_id=ctx.group.id, key__in=[row.key for row in rows])
    counts = {
        (row["feature"], row["key"]): row["count"]
        for row in await took.annotate(count=Count("id"))
        .group_by("feature", "key")
        .values("feature", "key", "count")
    }
    return [
        ClosedCall(
            row.feature,
            row.kind,
            row.key,
            row.by,
            row.audience,
            counts.get((row.feature, row.key), 0),
            row.opened_at,
            row.closed_at,
        )
        for row in rows
        if row.closed_at is not None
    ]


def _counting(ctx: GroupContext, kinds: Collection[str], user_id: int) -> Any:
    found = Deed.filter(group_id=ctx.group.id, reversed_at=None)
    if user_id:
        found = found.filter(user_id=user_id)
    return found.filter(kind__in=list(kinds)) if kinds else found
