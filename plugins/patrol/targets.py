"""Removing those on a confirmed list: one after the other, each looked at again when its turn has come."""

from __future__ import annotations

from datetime import datetime, timedelta

from lizheng import Completed, Declined, GroupContext, Pending, Role, Slot, State, Why, atomic
from lizheng.activity import reading
from lizheng.parts.jump_guard import jump_doubt
from plugins.patrol import rules, texts
from plugins.patrol.models import Target

CLEAR, REMOVED, DECISION = "clear", "removed", "clear"
APART = timedelta(seconds=5)
ANSWER = timedelta(seconds=20)
"""How long after the last one the result waits for those QQ has not answered for."""
LOOK_AGAIN, KEPT = timedelta(minutes=30), timedelta(hours=24)
MOST_FAILURES = 3


@atomic
async def confirmed(ctx: GroupContext, pending: Pending) -> None:
    """Write the list down with the slot that works through it; who stands on another one is left to that."""
    told = pending.payload
    count = 0
    for user_id in told["people"]:
        _, made = await Target.get_or_create(
            {
                "group_id": ctx.group.id,
                "batch": pending.id,
                "user_id": user_id,
                "reason": told["reason"],
                "by": ctx.author_id,
                "since": pending.created_at,
                "at": ctx.now,
            },
            open_key=f"{ctx.group.id}:{user_id}",
        )
        count += made
    if not count:
        await ctx.say(texts.NONE_LEFT)
        return
    await ctx.plan(CLEAR, ctx.now, key=str(pending.id), payload={"batch": pending.id})
    await ctx.say(texts.STARTED, count=count)


async def clear(ctx: GroupContext, slot: Slot) -> datetime | None:
    """The slot of a list: the next of it, and when the one after that."""
    batch = slot.payload["batch"]
    rows = Target.filter(batch=batch)
    if doubt := jump_doubt(ctx, slot):
        await _stop(ctx, batch, doubt)
        return None
    target = await rows.filter(state="waiting").order_by("id").first()
    if target is None:
        acting = await rows.filter(state="acting").order_by("-at").first()
        if acting is not None and ctx.now < acting.at + ANSWER:
            return acting.at + ANSWER
        await _conclude(ctx, batch)
        return None
    failed = list(await rows.exclude(state="waiting").order_by("-at", "-id").limit(MOST_FAILURES + 1))
    if len(failed) > MOST_FAILURES and all(row.state == "not_done" and row.why != Why.GONE for row in failed):
        await _stop(ctx, batch, failed[0].why)
        return None
    if ctx.now - target.at > KEPT:
        left = await rows.filter(state="waiting").update(state="not_done", why="", open_key=None)
        await ctx.say(texts.GIVEN_UP, left=left, key="given up")
        await _conclude(ctx, batch)
        return None
    if why := await _spoke_since(ctx, target):
        await _end(target, "spoke", why)
        return ctx.now + timedelta(seconds=1)
    return await _remove(ctx, target)


async def _remove(ctx: GroupContext, target: Target) -> datetime | None:
    acting = ctx.on_behalf(ctx.feature, target.by, Role.ADMIN, f"patrol:{target.id}")
    await Target.filter(id=target.id, state="waiting").update(
        state="acting", tries=target.tries + 1, at=ctx.now
    )
    outcome = await acting.kick(
        target.user_id,
        target.reason,
        rule="巡查",
        key=f"kick{target.tries}",
        then=REMOVED,
        payload={"target": target.id},
    )
    if outcome.state is State.NOT_DONE and outcome.why == Why.NO_RIGHTS:
        # What is left is kept for a day: the bot may be made an admin again.
        again = Target.filter(id=target.id, state__in=("acting", "not_done"))
        await again.update(state="waiting", why="", at=target.at, open_key=f"{ctx.group.id}:{target.user_id}")
        left = await Target.filter(batch=target.batch, state="waiting").count()
        await ctx.say(texts.PAUSED, left=left, key=f"paused{target.batch}")
        return ctx.now + LOOK_AGAIN
    if outcome.state is not State.UNKNOWN:
        await _ended(target, outcome.state, outcome.why)
    return ctx.now + APART


async def removed(ctx: GroupContext, done: Completed) -> None:
    """What became of one in the end, also of one that QQ did not answer for at once."""
    target = await Target.get_or_none(id=done.payload["target"], state="acting")
    if target is not None and done.why != Why.NO_RIGHTS:
        await _ended(target, done.state, done.why)


async def _ended(target: Target, state: State, why: str) -> None:
    states = {State.DONE: "done", State.UNKNOWN: "unknown", State.SIMULATED: "not_done"}
    await _end(target, states.get(state, "not_done"), why)


async def _end(target: Target, state: str, why: str) -> None:
    rows = Target.filter(id=target.id, state__in=("waiting", "acting"))
    await rows.update(state=state, why=why, open_key=None)


async def _spoke_since(ctx: GroupContext, target: Target) -> str:
    """Say that somebody has spoken since the list was shown, by the list or by what was counted; "" when not."""
    try:
        member = await ctx.member(target.user_id)
    except Declined:
        return ""  # the act itself looks again, and is not done while nobody can be looked up
    if member is not None and member.last_spoke_at >= int(target.since.timestamp()):
        return texts.SPOKE
    since = ctx.local(target.since)
    days = await reading.member_days(ctx, since.date(), ctx.now.date() + timedelta(days=1))
    minute = since.hour * 60 + since.minute
    for day in days:
        late = day.day > since.date() or (day.last_minute or 0) > minute
        if day.user_id == target.user_id and day.messages and late:
            return texts.SPOKE
    return ""


async def _stop(ctx: GroupContext, batch: int, why: str) -> None:
    left = await Target.filter(batch=batch, state="waiting").update(state="not_done", why="", open_key=None)
    failed = MOST_FAILURES + 1
    await ctx.say(texts.STOPPED, count=failed, why=why, left=left, key=f"stopped{batch}")


async def _conclude(ctx: GroupContext, batch: int) -> None:
    """Say once what became of all; nobody is said farewell to by name."""
    await Target.filter(batch=batch, state="acting").update(state="unknown", open_key=None)
    rows = await Target.filter(batch=batch).order_by("id")
    result = rules.summed([(row.state, row.why) for row in rows])
    why = next((why for why in result.not_done if why), "没有轮到")
    await ctx.say(
        texts.DONE,
        done=result.done,
        spoke=texts.DONE_SPOKE.format(count=result.spoke) if result.spoke else "",
        not_done=texts.DONE_NOT.format(count=len(result.not_done), why=why) if result.not_done else "",
        unknown=texts.DONE_UNKNOWN.format(count=result.unknown) if result.unknown else "",
        key=f"done{batch}",
    )
