"""What is done when it is time: reminding, closing, moving up, letting go, the end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lizheng import GroupContext, Slot, atomic, mentions
from lizheng.parts.jump_guard import jump_doubt
from plugins.events import gatherings, rules, seats, texts
from plugins.events.models import Event, Seat
from plugins.events.seats import Moved
from plugins.events.settings import Settings

LOOKED_BACK, SOON = timedelta(hours=2), timedelta(seconds=30)
"""How much of the time before a deadline must have been seen; until it is looked again whether it was."""


async def tick(ctx: GroupContext, slot: Slot) -> datetime | None:
    """Do for one event what is due; the time of the next look."""
    event = await Event.get_or_none(id=int(slot.key))
    if event is None or event.state not in gatherings.OPEN_STATES:
        return None
    if (again := await _wait_on(ctx, event, slot)) is not None:
        return again
    names = Seat.filter(event_id=event.id, live=True)
    await ctx.names_of([one.user_id for one in await names.limit(60)])
    return await _look(ctx, event.id)


async def _wait_on(ctx: GroupContext, event: Event, slot: Slot) -> datetime | None:
    """When to come back, while it may be that what was done in time is not known; who it would harm has longer."""
    closing = event.state == "open" and event.closes_at <= ctx.now
    terms = await seats.due_terms(event, ctx.now)
    if not closing and not terms:
        return None
    ended = event.closes_at if closing else ctx.now
    cover = await ctx.gap_covered(max(event.created_at, ended - LOOKED_BACK), min(ended, ctx.now))
    if cover.waits:
        return ctx.now + SOON
    if terms and (cover.missed or jump_doubt(ctx, slot)):
        until = ctx.now + seats.TO_CONFIRM
        for name in ("confirm_by", "pay_by"):
            late = {f"{name}__lte": ctx.now}
            await Seat.filter(event_id=event.id, state="taken", **late).update(**{name: until})
    if closing and cover.missed:
        await _postpone(ctx, event, ctx.now + cover.extension)
    return None


@atomic
async def _postpone(ctx: GroupContext, event: Event, until: datetime) -> None:
    """What nobody saw may have been in time: it closes later, though never after the start."""
    until = until if event.starts_at is None else min(until, event.starts_at)
    if until <= ctx.now:
        return
    ends = until if event.starts_at is None else event.ends_at
    moved = Event.filter(id=event.id, state="open", closes_at=event.closes_at)
    if await moved.update(closes_at=until, ends_at=ends):
        at = rules.say_near(ctx.local(until), ctx.now)
        await ctx.announce(f"postponed/{event.id}", texts.POSTPONED, number=event.number, at=at)


@atomic
async def _look(ctx: GroupContext, event_id: int) -> datetime | None:
    event, moved = await seats.lock(event_id), Moved()
    if event.state not in gatherings.OPEN_STATES:
        return None
    begun = event.starts_at is not None and ctx.now >= event.starts_at
    if not begun:
        await seats.overdue(ctx, event, moved)
        await seats.fill(ctx, event, moved)
        await _tell_moved(ctx, event, moved)
    if event.state == "open" and event.closes_at <= ctx.now:
        event.state = "closed"
        await event.save()
        if event.ends_at > ctx.now and not begun:
            await _tell_closed(ctx, event)
    await _remind(ctx, event)
    if event.ends_at <= ctx.now:
        await _end(ctx, event)
    return await seats.next_look(ctx, event)


async def _tell_moved(ctx: GroupContext, event: Event, moved: Moved) -> None:
    """One message about who lost a seat and who has it now."""
    if not moved.lapsed and not moved.up:
        return
    gone = (
        texts.LAPSED.format(names=ctx.names([seat.user_id for seat in moved.lapsed])) if moved.lapsed else ""
    )
    said = gatherings.up_said(ctx, event, moved)
    await ctx.announce(f"moved/{event.id}/{event.turns}", texts.NEWS, number=event.number, gone=gone, up=said)


async def _tell_closed(ctx: GroupContext, event: Event) -> None:
    waiting = sum(one.state == "waiting" for one in await seats.in_order(event))
    values = {"number": event.number, "title": event.title, "count": await seats.taken(event)}
    also = texts.AND_WAITING.format(count=waiting) if waiting else ""
    await ctx.announce(f"closed/{event.id}", texts.CLOSED_NOW, **values, also=also)


async def _remind(ctx: GroupContext, event: Event) -> None:
    """Those who have a seat, once for each lead; of several that were slept through the last."""
    if event.starts_at is None:
        return
    leads = rules.read_leads(ctx.settings(Settings).remind)
    due = rules.lead_due(event.starts_at, leads, event.told_lead, ctx.now)
    if not due:
        return
    event.told_lead = due
    await event.save()
    coming = [one.user_id for one in await seats.in_order(event) if one.state == "taken"]
    if coming:
        await ctx.announce(
            f"remind/{event.id}",
            texts.REMINDER,
            who=mentions(coming, gatherings.MOST_MENTIONED, texts.AND_MORE),
            number=event.number,
            title=event.title,
            at=rules.say_near(ctx.local(event.starts_at), ctx.now),
            place=texts.PLACE.format(place=event.place) if event.place else "",
        )


async def _end(ctx: GroupContext, event: Event) -> None:
    """Who did not come is told to the organiser alone."""
    missed = await gatherings.end(ctx, event)
    if missed and event.organiser_id:
        people = [seat.user_id for seat in missed]
        values: dict[str, Any] = {"number": event.number, "title": event.title, "count": len(people)}
        await ctx.tell(event.organiser_id, texts.MISSED, **values, names=ctx.names(people[:20]))


async def settled(ctx: GroupContext, slot: Slot) -> None:
    """An admin has confirmed the fee of a seat."""
    found = await seats.paid(ctx, slot.payload["order"])
    if found is None:
        return
    news, event, seat, order = found
    await ctx.names_of([seat.user_id])
    name, number = ctx.who(seat.user_id), event.number
    if news == "gone":
        await ctx.say(texts.PAID_TOO_LATE, name=name, number=number, order=order.number)
    elif news == "again":
        await ctx.say(texts.PAID_AGAIN, name=name, number=number)


async def woke(ctx: GroupContext) -> None:
    """Have every event that is to come looked at when it is time."""
    for event in await Event.filter(group_id=ctx.group.id, state__in=gatherings.OPEN_STATES):
        at = await seats.next_look(ctx, event)
        if at is not None:
            await ctx.plan(seats.TICK, at, key=str(event.id))
