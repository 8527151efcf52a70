"""Who brought whom: written down, looked up, counted. Nothing is ever done to whoever brought somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from tortoise.expressions import Q

from lizheng import Declined, Dimension, GroupContext, atomic
from lizheng.parts.deeds import deeds_of
from plugins.join_review.models import Application, Edge
from plugins.join_review.rules import Tally, better, weak
from plugins.join_review.settings import Settings

STAYING, QUOTA_SPAN = timedelta(days=30), timedelta(days=30)
LEFT, REMOVED = "退", "移出"


@atomic
async def write(
    ctx: GroupContext,
    user_id: int,
    inviter_id: int,
    grade: str,
    *,
    at: datetime | None = None,
    answer: str = "",
) -> Edge:
    """Write down who brought somebody, unless that is better known already; `at` begins a new stay."""
    edge, new = await Edge.get_or_create(
        {"inviter_id": inviter_id, "grade": grade, "answer": answer, "at": at or ctx.now},
        group_id=ctx.group.id,
        user_id=user_id,
    )
    if new:
        return edge
    if at is not None and edge.left_at is not None:
        edge.at, edge.left_at, edge.how = at, None, ""
        edge.grade = ""
    if better(grade, edge.grade) or grade == "F":
        edge.inviter_id, edge.grade = inviter_id, grade
    edge.answer = answer or edge.answer
    await edge.save()
    return edge


async def left(ctx: GroupContext, user_id: int, how: str) -> None:
    """End a stay; one that was credited just before is not for good."""
    edge = await Edge.get_or_none(group_id=ctx.group.id, user_id=user_id, left_at=None)
    if edge is None:
        return
    await Edge.filter(id=edge.id, left_at=None).update(left_at=ctx.now, how=how)
    if ctx.now - edge.at < STAYING + TAKEN_BACK:
        await ctx.undo_deed(deed_key(edge))


STAYED_DEED, MOST_A_MONTH = "invite.stayed", 5
LATE, TAKEN_BACK = timedelta(days=15), timedelta(days=7)
"""How late a stay may still be credited; and who leaves so soon afterwards was not brought for good."""


def deed_key(edge: Edge) -> str:
    """Name a stay among the deeds."""
    return f"stayed/{edge.user_id}/{int(edge.at.timestamp())}"


async def credit(ctx: GroupContext) -> None:
    """Write down who brought somebody that has stayed thirty days: a deed of theirs alone, five a month at most."""
    begins, ends = ctx.now - STAYING - LATE, ctx.now - STAYING
    found = Edge.filter(
        group_id=ctx.group.id, left_at=None, at__gt=begins, at__lte=ends, grade__in=["A", "B", "D", "F"]
    )
    stayed = await found.exclude(inviter_id=0).order_by("at")
    if not stayed:
        return
    done = await deeds_of(ctx, ctx.now - STAYING, kinds={STAYED_DEED})
    month = Counter({deed.user_id: deed.count for deed in done})
    for edge in stayed:
        given = month[edge.inviter_id] < MOST_A_MONTH and await ctx.deed(
            edge.inviter_id, STAYED_DEED, key=deed_key(edge), dimension=Dimension.CONTACTS
        )
        month[edge.inviter_id] += bool(given)


async def of(ctx: GroupContext, user_id: int) -> Edge | None:
    """How somebody came in, None where nothing was written down."""
    return await Edge.get_or_none(group_id=ctx.group.id, user_id=user_id)


async def brought_by(ctx: GroupContext, inviters: Collection[int]) -> list[Edge]:
    """Whom these people brought, the latest first."""
    return await Edge.filter(group_id=ctx.group.id, inviter_id__in=[*inviters]).order_by("-at", "-id")


async def since(ctx: GroupContext, begin: datetime) -> list[Edge]:
    """Everybody somebody brought since then."""
    return await Edge.filter(group_id=ctx.group.id, at__gte=begin).exclude(inviter_id=0)


def tally(brought: Collection[Edge], now: datetime) -> Tally:
    """Count what came of them."""
    return Tally(
        invited=len(brought),
        stayed=sum((one.left_at or now) - one.at >= STAYING for one in brought),
        removed=sum(one.how == REMOVED for one in brought),
        here=sum(one.left_at is None for one in brought),
    )


async def is_weak(ctx: GroupContext, inviter_id: int) -> bool:
    """Tell whether most of those somebody brought had to be removed."""
    brought = await brought_by(ctx, [inviter_id])
    return weak(len(brought), sum(one.how == REMOVED for one in brought))


async def word_counts(ctx: GroupContext, inviter_id: int) -> bool:
    """Tell whether somebody is in the group for long enough; nobody whose join time is not told is."""
    try:
        member = await ctx.member(inviter_id, fresh=False)
    except Declined:
        return False
    least = ctx.settings(Settings).vouch_after.total_seconds()
    return member is not None and 0 < member.joined_at <= ctx.now.timestamp() - least


async def next_vouch(ctx: GroupContext, inviter_id: int, most: int) -> datetime | None:
    """When somebody may vouch again who has done so often enough; None when they may now."""
    given = Application.filter(
        Q(vouched_at__gt=ctx.now - QUOTA_SPAN), group_id=ctx.group.id, inviter_id=inviter_id, vouch="yes"
    )
    times = [row.vouched_at for row in await given.order_by("-vouched_at") if row.vouched_at]
    return times[most - 1] + QUOTA_SPAN if len(times) >= most else None
