"""What 报名 tells other features: who signed up and came, what is next, how the week went."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta

from tortoise.functions import Count

from lizheng import Declined, GroupContext
from lizheng.grammar import Misread, Term
from lizheng.hooks import BriefDay, Figure, ReportWeek, Section
from lizheng.parts.deeds import deeds_of
from plugins.events import draws, gatherings, rules, seats
from plugins.events.models import Draw, Event, Seat, Ticket

NEXT_SHOWN = 2
EVER = timedelta(days=400)


async def signed_up(ctx: GroupContext, term: Term) -> Collection[int]:
    """`H3`, `H3到场`, `H3候补`. Raises `Declined`."""
    event = await gatherings.find(ctx, term.number)
    rows = Seat.filter(event_id=event.id)
    if term.rest == "":
        rows = rows.filter(state="taken")
    elif term.rest in ("到场", "到"):
        rows = rows.filter(arrived_at__isnull=False)
    elif term.rest == "候补":
        rows = rows.filter(state="waiting")
    else:
        raise Misread(f"「{term.written[:12]}」看不懂，可以写 H3、H3到场、H3候补。")
    return [one.user_id for one in await rows]


async def in_draw(ctx: GroupContext, term: Term) -> Collection[int]:
    """`C7`, `C7中奖`. Raises `Declined`."""
    draw = await draws.find(ctx, term.number)
    rows = Ticket.filter(draw_id=draw.id)
    rows = rows.filter(state="won") if term.rest in ("中奖", "抽中") else rows.exclude(state="left")
    return [one.user_id for one in await rows]


async def came_often(ctx: GroupContext, term: Term) -> Collection[int]:
    """`到场≥3`: who came to so many events. Raises `Misread`."""
    if term.sign not in (">=", "<=", "="):
        raise Misread("要写几次，例如 到场≥3。")
    counts = {one.user_id: one.amount for one in await deeds_of(ctx, ctx.now - EVER, kinds={"event.came"})}
    if term.sign == ">=":
        return [one for one, count in counts.items() if count >= term.number]
    try:
        everybody = await ctx.members(fresh=False)
    except Declined:
        return []
    return [
        one
        for one in everybody
        if (counts.get(one, 0) <= term.number if term.sign == "<=" else counts.get(one, 0) == term.number)
    ]


async def next_events(ctx: GroupContext, day: BriefDay) -> Section | None:
    """The next two in the brief."""
    morning = datetime.combine(day.date, time(), ctx.zone)
    coming = Event.filter(group_id=ctx.group.id, state__in=gatherings.OPEN_STATES, starts_at__gte=morning)
    lines: list[str] = []
    for event in await coming.order_by("starts_at").limit(NEXT_SHOWN):
        assert event.starts_at is not None
        count = gatherings.count_said(event, await seats.taken(event))
        lines.append(
            f"H{event.number} {event.title}，{rules.say_moment(ctx.local(event.starts_at))}（{count}）"
        )
    return Section("最近的活动", tuple(lines)) if lines else None


async def week(ctx: GroupContext, asked: ReportWeek) -> tuple[Figure, ...] | None:
    """Events held, who came, draws. None where there was nothing."""
    since = datetime.combine(asked.monday, time(), ctx.zone)
    until = since + timedelta(days=7)
    held = Event.filter(group_id=ctx.group.id, state="ended", starts_at__gte=since, starts_at__lt=until)
    ids = [one.id for one in await held]
    drawn = await Draw.filter(
        group_id=ctx.group.id, state="drawn", closes_at__gte=since, closes_at__lt=until
    ).count()
    if not ids and not drawn:
        return None
    rows = Seat.filter(event_id__in=ids, arrived_at__isnull=False).annotate(n=Count("id"))
    came = sum(row["n"] for row in await rows.group_by("event_id").values("n"))
    figures = [
        Figure("活动", f"{len(ids)} 个"),
        Figure("到场", f"{came} 人次"),
        Figure("抽奖", f"{drawn} 次"),
    ]
    return tuple(figures)
