"""Applications as they come, people as they join and leave, and answers as they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lizheng import (
    Completed,
    Declined,
    GroupContext,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    RoleChanged,
    State,
    Why,
)
from plugins.join_review import applications, edges, jobs, texts
from plugins.join_review.applications import Arrival
from plugins.join_review.models import Application

SEEN_AFTER = timedelta(seconds=60)
LATER = frozenset({Why.NO_RIGHTS.value, Why.UNREADABLE.value})
"""Why an answer could not be given yet, and will be tried again."""


async def requested(ctx: GroupContext, happened: JoinRequested) -> None:
    at = datetime.fromtimestamp(happened.time, UTC)
    await applications.take(
        ctx, Arrival(happened.user_id, happened.flag, happened.comment, at, happened.invitor_id)
    )


async def came_in(ctx: GroupContext, happened: MemberJoined) -> None:
    """Settle what was asked, whoever agreed, and write down who brought them."""
    asked = applications.here(ctx, user_id=happened.user_id, state__in=applications.VISIBLE)
    row: Application | None = await asked.order_by("-id").first()
    at = datetime.fromtimestamp(happened.time, UTC)
    if row is not None:
        await applications.settle(ctx, row, at, happened)
    elif happened.invited and happened.operator_id not in (0, happened.user_id):
        await edges.write(
            ctx, happened.user_id, happened.operator_id, await applications.grade_of(ctx, happened), at=at
        )
    else:
        await edges.write(ctx, happened.user_id, 0, "", at=at)


async def went(ctx: GroupContext, happened: MemberLeft) -> None:
    """There is room for who waits; whom the one who left was to vouch for has no word any more."""
    await edges.left(ctx, happened.user_id, edges.REMOVED if happened.kicked else edges.LEFT)
    asked = applications.here(ctx, inviter_id=happened.user_id, vouch="asked", state="open")
    await asked.update(vouch="none")
    if await applications.here(ctx, state__in=applications.LATER).exists():
        await jobs.look_soon(ctx)


async def role_changed(ctx: GroupContext, happened: RoleChanged) -> None:
    """The bot may answer again."""
    waiting = ctx.is_ours(happened.user_id) and happened.admin
    if waiting and await applications.here(ctx, state__in=applications.LATER).exists():
        await jobs.look_soon(ctx)


async def answered(ctx: GroupContext, done: Completed) -> None:
    """QQ took the answer or did not; a yes is only done once somebody has come."""
    row = await Application.get_or_none(id=done.payload["id"])
    if row is None or row.state not in ("letting", "turning"):
        return
    if done.state is State.SIMULATED:
        await applications.end(ctx, row, "simulated")
    elif done.why in LATER:
        await applications.here(ctx, id=row.id, state=row.state).update(
            state="agreed" if row.state == "letting" else "denied", attempts=row.attempts + 1
        )
    elif row.state == "letting" and done.state is not State.NOT_DONE:
        payload = {"id": row.id}
        await ctx.plan(jobs.SEEN, ctx.now + SEEN_AFTER, key=str(row.id), payload=payload)
    elif done.state is not State.NOT_DONE:
        await applications.end(ctx, row, "refused")
    else:
        await _not_taken(ctx, row, done.why)


async def _not_taken(ctx: GroupContext, row: Application, why: str) -> None:
    """It was settled while we answered, or the flag is gone."""
    try:
        member = await ctx.member(row.user_id)
        queue = await ctx.join_queue()
    except Declined:
        member, queue = None, None
    if member is not None:
        await applications.settle(ctx, row, ctx.now)
        return
    known = next((one for one in queue or () if one.flag == row.flag), None)
    if known is not None and not known.decided:
        await applications.end(ctx, row, "gone")
        await ctx.say(texts.FAILED, number=row.number, who=applications.who(row), why=why)
    elif known is not None and row.state == "turning":
        await applications.end(ctx, row, "refused")
    elif await applications.end(ctx, row, "elsewhere" if known is not None else "gone"):
        await ctx.say(texts.GONE, number=row.number, who=applications.who(row))
