"""What is due in a cycle. Whatever comes late because of us harms nobody: it moves, or asks first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lizheng import GroupContext
from lizheng.grammar import say_duration
from lizheng.ledger import orders
from lizheng.messages.templates import mentions
from plugins.homework import cycles, rules, texts
from plugins.homework.models import Cycle, Leave, Result, Season
from plugins.homework.rules import GRACE, Outcome
from plugins.homework.settings import Settings

MOST_CALLED = 20


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
    excused = set(await absent.values_list("user_id", flat=True))
    return [user for user in await cycles.on_roster(cycle) if user not in pieces and user not in excused]


async def remind(ctx: GroupContext, slot: Any) -> None:
    found = await _still(slot, "open")
    if found is None or not ctx.settings(Settings).remind:
        return
    season, cycle = found
    left = cycle.due_at - ctx.now
    if left <= timedelta(minutes=10) or not (missing := await _missing(cycle)):
        return
    hours = max(timedelta(hours=1), timedelta(hours=round(left / timedelta(hours=1))))
    more = texts.MORE_MISSING.format(count=len(missing)) if len(missing) > MOST_CALLED else ""
    await ctx.announce(
        f"remind/{cycle.id}",
        texts.REMIND,
        title=season.title,
        n=cycle.number,
        left=say_duration(hours),
        who=mentions(missing[:MOST_CALLED]),
        more=more,
    )


async def due(ctx: GroupContext, slot: Any) -> datetime | None:
    found = await _still(slot, "open")
    if found is None:
        return None
    season, cycle = found
    if cycle.due_at + GRACE > ctx.now:
        return cycle.due_at + GRACE
    moved = rules.made_up(cycle.due_at, ctx.now)
    if moved is not None and not cycle.moved and await _missing(cycle):
        moved = min(moved, ctx.now + timedelta(days=season.days))
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
    late = ctx.now - cycle.review_until
    reckoned = await cycles.reckon(season, cycle)
    missed = reckoned.those(Outcome.MISSED)
    owing = reckoned.those(*rules.OWES)
    if owing and (late > rules.MOST_LATE or rules.too_many_missing(reckoned.outcomes)):
        await _ask(ctx, cycle, len(reckoned.outcomes), len(missed), late)
        return None
    await cycles.judge(ctx, cycle)
    return None


async def _ask(ctx: GroupContext, cycle: Cycle, count: int, missed: int, late: timedelta) -> None:
    if not await Cycle.filter(id=cycle.id, state="reviewing").update(state="asking"):
        return
    why = texts.ASK_LATE.format(late=say_duration(timedelta(hours=late // timedelta(hours=1))))
    await ctx.preview(
        cycles.ASK,
        texts.ASK,
        payload={"cycle": cycle.id},
        key=f"ask/{cycle.id}",
        n=cycle.number,
        all=count,
        missed=missed,
        late=why if late > rules.MOST_LATE else "",
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
