"""What is due in a cycle. Whatever comes late because of us harms nobody: it moves, or asks first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lizheng import GroupContext
from lizheng.ledger import orders
from lizheng.messages.templates import mentions
from lizheng.parts.announcements import quiet_until
from lizheng.parts.jump_guard import jump_doubt
from plugins.homework import cycles, rules, texts
from plugins.homework.models import Cycle, Leave, Result, Season
from plugins.homework.rules import GRACE, Outcome
from plugins.homework.settings import Settings

MOST_CALLED = 20
LOOKED_BACK = timedelta(hours=24)
"""Of what was said while nobody listened, so much can be read back at all."""
SOON = timedelta(seconds=30)


async def _still(slot: Any, state: str) -> tuple[Season, Cycle] | None:
    """The cycle of a slot, where it is in this state and its season's clock runs."""
    cycle = await Cycle.get_or_none(id=slot.payload["cycle"], state=state)
    if cycle is None:
        return None
    season = await Season.get(id=cycle.season_id)
    runs = season.state == "running" or (season.state == "ended" and state == "reviewing")
    return (season, cycle) if runs else None


async def _missing(cycle: Cycle) -> list[int]:
    pieces = await cycles.handed_in(cycle)
    absent = Leave.filter(season_id=cycle.season_id, cycle=cycle.number)
    excused = {leave.user_id for leave in await absent}
    return [user for user in await cycles.on_roster(cycle) if user not in pieces and user not in excused]


async def remind(ctx: GroupContext, slot: Any) -> datetime | None:
    """Call those who have not handed in, at an hour at which they may be called."""
    found = await _still(slot, "open")
    if found is None or not ctx.settings(Settings).remind:
        return None
    season, cycle = found
    if (later := quiet_until(ctx)) is not None:
        return later if later < cycle.due_at else None
    if cycle.due_at <= ctx.now or not (missing := await _missing(cycle)):
        return None
    more = texts.MORE_MISSING.format(count=len(missing)) if len(missing) > MOST_CALLED else ""
    await ctx.announce(
        f"remind/{cycle.id}",
        texts.REMIND,
        title=season.title,
        n=cycle.number,
        due=cycles.say_end(ctx, cycle.due_at),
        who=mentions(missing[:MOST_CALLED]),
        more=more,
    )
    return None


async def due(ctx: GroupContext, slot: Any) -> datetime | None:
    found = await _still(slot, "open")
    if found is None:
        return None
    season, cycle = found
    if cycle.due_at + GRACE > ctx.now:
        return cycle.due_at + GRACE
    cover = await ctx.gap_covered(max(cycle.opens_at, cycle.due_at - LOOKED_BACK), cycle.due_at)
    if cover.waits:
        return ctx.now + SOON
    if not cover and not cycle.moved and await _missing(cycle):
        moved = ctx.now + min(cover.extension, timedelta(days=season.days))
        await Cycle.filter(id=cycle.id, state="open", moved=False).update(due_at=moved, moved=True)
        await ctx.say(texts.MOVED, title=season.title, n=cycle.number, due=cycles.say_end(ctx, moved))
        return moved + GRACE
    await cycles.close(ctx, season, cycle)
    return None


async def judge(ctx: GroupContext, slot: Any) -> datetime | None:
    found = await _still(slot, "reviewing")
    if found is None:
        return None
    season, cycle = found
    assert cycle.review_until is not None
    if cycle.review_until + GRACE > ctx.now:
        return cycle.review_until + GRACE
    cover = await ctx.gap_covered(max(cycle.due_at, cycle.review_until - LOOKED_BACK), cycle.review_until)
    if cover.waits:
        return ctx.now + SOON
    reckoned = await cycles.reckon(season, cycle)
    missed = reckoned.those(Outcome.MISSED)
    once = cycle.review_until <= cycle.due_at + rules.REVIEWING
    if not cover and once and reckoned.those(Outcome.NO_REVIEW):
        until = ctx.now + cover.extension
        await Cycle.filter(id=cycle.id, state="reviewing").update(review_until=until)
        await ctx.say(texts.REVIEWS_MOVED, n=cycle.number, until=cycles.say_end(ctx, until))
        return until + GRACE
    doubt = jump_doubt(ctx, slot, cycle=timedelta(days=season.days))
    if reckoned.those(*rules.OWES) and (doubt or rules.too_many_missing(reckoned.outcomes)):
        await _ask(ctx, cycle, len(reckoned.outcomes), len(missed), doubt)
        return None
    await cycles.judge(ctx, cycle)
    return None


async def _ask(ctx: GroupContext, cycle: Cycle, count: int, missed: int, doubt: str) -> None:
    if not await Cycle.filter(id=cycle.id, state="reviewing").update(state="asking"):
        return
    await ctx.preview(
        cycles.ASK,
        texts.ASK,
        payload={"cycle": cycle.id},
        key=f"ask/{cycle.id}",
        n=cycle.number,
        all=count,
        missed=missed,
        doubt=texts.DOUBT.format(doubt=doubt.rstrip("。")) if doubt else "",
    )


async def dun(ctx: GroupContext, slot: Any) -> None:
    """The term is over: one reminder, and a day later what is open counts as a miss."""
    cycle = await Cycle.get(id=slot.payload["cycle"])
    waiting = {order.number: order for order in await orders.open_ones(ctx.group.id, feature=ctx.feature.id)}
    results = await Result.filter(cycle_id=cycle.id, order__in=[0, *waiting], order__gt=0).order_by("order")
    if not results:
        return
    people = [result.user_id for result in results][:MOST_CALLED]
    lines = "、".join(f"A{result.order}" for result in results[: cycles.PER_PAGE])
    await ctx.say(texts.DUN, who=mentions(people), lines=lines)
    if ctx.settings(Settings).unpaid_counts:
        tomorrow = ctx.now.astimezone(UTC) + timedelta(days=1)
        await ctx.plan(cycles.UNPAID, tomorrow, key=str(cycle.id), payload=slot.payload)


async def unpaid(ctx: GroupContext, slot: Any) -> None:
    await cycles.unpaid(ctx, await Cycle.get(id=slot.payload["cycle"]))


async def resume(ctx: GroupContext, slot: Any) -> None:
    season = await Season.get_or_none(id=slot.payload["season"], state="paused")
    if season is not None and (cycle := await cycles.resume(ctx, season)) is not None:
        due_at = cycles.say_end(ctx, cycle.due_at)
        await ctx.say(texts.RESUMED, title=season.title, n=cycle.number, due=due_at)
