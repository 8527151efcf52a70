"""Seats of an event: taken, waited for, given up. What is done to one event is done one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F, Q

from lizheng import Declined, GroupContext, atomic
from lizheng.ledger import books, orders
from lizheng.ledger.tables import Order
from plugins.events import rules, texts
from plugins.events.models import Event, Seat
from plugins.events.settings import Settings

TO_CONFIRM = timedelta(hours=12)
TICK = "tick"


@dataclass
class Moved:
    """What came of a change: who moved up, and what they owe; who lost the seat, and what is to be given back."""

    up: list[Seat] = field(default_factory=list[Seat])
    owed: list[Order] = field(default_factory=list[Order])
    back: list[Order] = field(default_factory=list[Order])
    lapsed: list[Seat] = field(default_factory=list[Seat])
    sitting: int = 0


async def lock(event_id: int) -> Event:
    """The event as it is now, inside the caller's atomic: until that ends nobody else changes its seats."""
    await Event.filter(id=event_id).update(turns=F("turns") + 1)
    return await Event.get(id=event_id)


def key_of(event: Event) -> str:
    """Under which the event is known among calls."""
    return f"event/{event.id}"


def in_order(event: Event) -> Any:
    """Those who sit and wait, first come first."""
    return Seat.filter(event_id=event.id, state__in=("taken", "waiting")).order_by("asked_at", "rank")


async def taken(event: Event) -> int:
    """How many seats are taken, guests included."""
    return sum(1 + one.guests for one in await in_order(event) if one.state == "taken")


async def place_waiting(event: Event, seat: Seat) -> int:
    """How many wait up to and with this one."""
    waiting = [one.user_id for one in await in_order(event) if one.state == "waiting"]
    return waiting.index(seat.user_id) + 1


async def fill(ctx: GroupContext, event: Event, moved: Moved) -> None:
    """Let those move up who fit in, unless it begins soon or is over. The event is locked."""
    if event.state not in ("open", "closed") or is_rush(event, ctx.now):
        return
    rows = await in_order(event)
    sitters = [rules.Sitter(one.user_id, 1 + one.guests, one.state == "waiting") for one in rows]
    up = set(rules.next_up(event.seats, sitters))
    for seat in [one for one in rows if one.user_id in up]:
        asked = ctx.settings(Settings).filling == "先问"
        seat.state, seat.confirm_by = "taken", ctx.now + TO_CONFIRM if asked else None
        await _charge(ctx, event, seat, moved)
        await seat.save()
        moved.up.append(seat)
        await ctx.call_joined(key_of(event), seat.user_id)
    moved.sitting = await taken(event)


def is_rush(event: Event, now: datetime) -> bool:
    """Whether it begins so soon that a free seat is whose is first."""
    return event.starts_at is not None and now >= event.starts_at - rules.RUSH


async def _charge(ctx: GroupContext, event: Event, seat: Seat, moved: Moved) -> None:
    """Open the order for a seat, or spend what the member has still to their credit for just this."""
    if not event.price:
        return
    price, purpose = event.price * (1 + seat.guests), texts.PURPOSE.format(number=event.number)
    for credit in await orders.credits_of(ctx.group.id, seat.user_id, ctx.feature.id):
        if (credit.purpose, credit.price) == (purpose, price) and await orders.use(
            credit, by=_spent_on(seat), at=ctx.now
        ):
            seat.order_id, seat.pay_by = credit.id, None
            return
    end = ctx.now + ctx.settings(Settings).pay_term
    order = await orders.place(
        ctx.group.id,
        ctx.feature.id,
        seat.user_id,
        purpose,
        price,
        at=ctx.now,
        expires_at=end,
        source=f"events:{seat.id}:{event.turns}",
    )
    seat.order_id, seat.pay_by = order.id, end
    moved.owed.append(order)


def _spent_on(seat: Seat) -> str:
    return f"events:seat:{seat.id}:{seat.rank}"


@dataclass
class Signed:
    """How signing up went: `news` is `taken`, `waiting`, `confirmed`, `changed`, `same` or `over` (a late one, for whom
    the limit is exceeded).
    """

    event: Event
    seat: Seat
    news: str
    place: int
    moved: Moved


@atomic
async def sign_up(
    ctx: GroupContext,
    event_id: int,
    user_id: int,
    *,
    at: datetime,
    guests: int | None = None,
    note: str = "",
    late: bool = False,
    forced: bool = False,
) -> Signed:
    """Give somebody a seat, or a place on the waiting list, or confirm what they have. Raises `Declined`.

    `at` is when they asked, which counts; one that is heard of `late` gets the seat they would have had. `forced` is
    an organiser's word, for whom what is closed is open.
    """
    event, moved = await lock(event_id), Moved()
    seat = await Seat.get_or_none(event_id=event.id, user_id=user_id)
    active = seat is not None and seat.state in ("taken", "waiting")
    _insist(event, at, seat if active else None, forced, ctx)
    if guests is not None and guests > event.guests:
        most = texts.GUESTS_MOST.format(most=event.guests) if event.guests else texts.NO_GUESTS
        raise Declined(f"H{event.number} {most}")
    if seat is not None and active:
        return await _again(ctx, event, seat, guests, note, moved)
    if event.price:
        books.insist(ctx.group)
    values = {"guests": guests or 0, "note": note, "rank": event.turns, "asked_at": at, "source": ctx.source}
    fresh = {
        "live": True,
        "confirm_by": None,
        "order_id": None,
        "pay_by": None,
        "arrived_at": None,
        "tries": 0,
    }
    where = {"event_id": event.id, "group_id": event.group_id, "user_id": user_id}
    if seat is None:
        seat = Seat(**where, **values, **fresh, state="waiting")
    elif ctx.source and seat.source == ctx.source:
        raise Declined(texts.NOT_IN.format(number=event.number))
    else:
        seat.update_from_dict({**values, **fresh, "state": "waiting"})
    weight, others = 1 + seat.guests, await in_order(event)
    sitting = sum(1 + one.guests for one in others if one.state == "taken")
    news = "waiting"
    if not event.seats or sitting + weight <= event.seats:
        # Whoever waits comes first, unless it begins soon or they do not fit in.
        if is_rush(event, ctx.now) or not any(
            one.state == "waiting" and one.guests <= seat.guests for one in others
        ):
            news = "taken"
    elif late:
        before = sum(1 + one.guests for one in others if one.asked_at < at)
        news = "over" if rules.was_in_time(event.seats, before, weight) else "waiting"
    waits = sum(one.state == "waiting" for one in others)
    if news == "waiting" and event.waiting is not None and waits >= event.waiting:
        raise Declined(texts.FULL.format(number=event.number))
    seat.state = "waiting" if news == "waiting" else "taken"
    await seat.save()
    if news != "waiting":
        await _charge(ctx, event, seat, moved)
        await seat.save()
        await ctx.call_joined(key_of(event), user_id)
    place = await place_waiting(event, seat) if news == "waiting" else await taken(event)
    await wake(ctx, event)
    return Signed(event, seat, news, place, moved)


def _insist(event: Event, at: datetime, seat: Seat | None, forced: bool, ctx: GroupContext) -> None:
    """Raises `Declined` where nobody can sign up; whoever waits may still take what got free, and confirm what they have."""
    if event.state in ("ended", "cancelled"):
        raise Declined(over(ctx, event))
    if seat is not None or forced:
        return
    if event.state == "open" and at <= event.closes_at + rules.GRACE:
        return
    if event.state == "closed" and at <= event.closes_at + rules.GRACE and at < ctx.now - rules.GRACE:
        return  # heard of late
    raise Declined(texts.CLOSED.format(number=event.number, at=rules.say_moment(ctx.local(event.closes_at))))


def over(ctx: GroupContext, event: Event) -> str:
    """Say that an event is over, and since when."""
    at = rules.say_moment(ctx.local(event.starts_at or event.closes_at))
    if event.state == "cancelled":
        return texts.WAS_CANCELLED.format(number=event.number)
    return texts.IS_OVER.format(number=event.number, at=at)


async def _again(
    ctx: GroupContext, event: Event, seat: Seat, guests: int | None, note: str, moved: Moved
) -> Signed:
    """Somebody who is in signs up once more: they confirm, take what got free, or come with others."""
    news = "same"
    if seat.state == "taken" and seat.confirm_by is not None:
        seat.confirm_by, news = None, "confirmed"
    if note and note != seat.note:
        seat.note, news = note, "changed"
    if guests is not None and guests != seat.guests:
        if event.price:
            raise Declined(texts.LEAVE_FIRST.format(number=event.number))
        more, sitting = guests - seat.guests, await taken(event)
        if seat.state == "taken" and event.seats and more > 0 and sitting + more > event.seats:
            raise Declined(texts.NO_ROOM.format(number=event.number, free=max(event.seats - sitting, 0)))
        seat.guests, news = guests, "changed"
    sitting = await taken(event)
    free = not event.seats or sitting + 1 + seat.guests <= event.seats
    if seat.state == "waiting" and free and is_rush(event, ctx.now):
        seat.state, news = "taken", "taken"
        await _charge(ctx, event, seat, moved)
        await ctx.call_joined(key_of(event), seat.user_id)
    await seat.save()
    if news == "changed":
        await fill(ctx, event, moved)
    place = await place_waiting(event, seat) if seat.state == "waiting" else await taken(event)
    await wake(ctx, event)
    return Signed(event, seat, news, place, moved)


@atomic
async def give_up(
    ctx: GroupContext, event_id: int, user_id: int, state: str = "left", *, at: datetime | None = None
) -> tuple[Event, Seat, Moved]:
    """Free somebody's seat or place in the list; the first who waits moves up. Raises `Declined` for who is not in."""
    event, moved = await lock(event_id), Moved()
    seat = await Seat.get_or_none(event_id=event.id, user_id=user_id, state__in=("taken", "waiting"))
    if event.state not in ("open", "closed"):
        raise Declined(over(ctx, event))
    if seat is None:
        raise Declined(texts.NOT_IN.format(number=event.number))
    if event.starts_at is not None and (at or ctx.now) >= event.starts_at:
        raise Declined(texts.BEGUN.format(number=event.number))
    await release(ctx, event, seat, state, moved)
    await fill(ctx, event, moved)
    await wake(ctx, event)
    return event, seat, moved


async def release(ctx: GroupContext, event: Event, seat: Seat, state: str, moved: Moved) -> None:
    """Take a seat away, and void its order or give back what was paid. The event is locked."""
    was_late = event.state == "closed" or ctx.now > event.closes_at
    if seat.order_id is not None:
        order = await Order.get(id=seat.order_id)
        if order.state == "open":
            await orders.expire(order)
            if order.paid:
                moved.back.append(order)
        elif order.state == "used" and not (
            state == "left" and was_late and ctx.settings(Settings).late_refund == "不退"
        ):
            await orders.give_back(order, by=_spent_on(seat), at=ctx.now)
            moved.back.append(order)
    seat.state, seat.live, seat.confirm_by, seat.pay_by = state, False, None, None
    seat.source = ctx.source or seat.source
    await seat.save()
    await ctx.call_left(key_of(event), seat.user_id)


@atomic
async def paid(ctx: GroupContext, order_id: int) -> tuple[str, Event, Seat, Order] | None:
    """An admin has confirmed the whole price of an order: it is spent on its seat, if that is still to be had.

    Says `kept`, `again` (the seat had been given away, and there was another) or `gone`; None where it was done before.
    """
    seat = await Seat.get_or_none(order_id=order_id)
    if seat is None:
        return None
    event = await lock(seat.event_id)
    seat, order = await Seat.get(id=seat.id), await Order.get(id=order_id)
    if order.state != "settled" or seat.order_id != order_id:
        return None
    news, weight = "kept", 1 + seat.guests
    if seat.state != "taken":
        begun = event.starts_at is not None and ctx.now >= event.starts_at
        room = not event.seats or await taken(event) + weight <= event.seats
        if seat.state != "lapsed" or event.state not in ("open", "closed") or begun or not room:
            return "gone", event, seat, order
        seat.state, seat.live, seat.asked_at, seat.rank, news = "taken", True, ctx.now, event.turns, "again"
        await ctx.call_joined(key_of(event), seat.user_id)
    seat.pay_by = None
    await seat.save()
    await orders.use(order, by=_spent_on(seat), at=ctx.now)
    return news, event, seat, order


async def overdue(ctx: GroupContext, event: Event, moved: Moved) -> None:
    """Let those go who did not pay or confirm in time. The event is locked."""
    for seat in await in_order(event):
        if seat.state != "taken":
            continue
        if seat.confirm_by is not None and seat.confirm_by <= ctx.now:
            await release(ctx, event, seat, "lapsed", moved)
            moved.lapsed.append(seat)
        elif seat.pay_by is not None and seat.pay_by <= ctx.now and seat.order_id is not None:
            order = await Order.get(id=seat.order_id)
            if order.state in ("open", "expired", "refused"):
                await release(ctx, event, seat, "lapsed", moved)
                moved.lapsed.append(seat)


async def due_terms(event: Event, now: datetime) -> list[Seat]:
    """The seats whose owners should have paid or confirmed by now."""
    rows = Seat.filter(event_id=event.id, state="taken")
    return list(await rows.filter(Q(confirm_by__lte=now) | Q(pay_by__lte=now)))


async def wake(ctx: GroupContext, event: Event) -> None:
    """Plan the next look at an event; it is over for good when there is none."""
    at = await next_look(ctx, event)
    if at is not None:
        await ctx.plan(TICK, at, key=str(event.id), replace=True)


async def next_look(ctx: GroupContext, event: Event) -> datetime | None:
    """When something of it is due next."""
    if event.state not in ("open", "closed"):
        return None
    moments = [event.ends_at, *([event.closes_at] if event.state == "open" else [])]
    if event.starts_at is not None:
        leads = rules.read_leads(ctx.settings(Settings).remind)
        moments += [event.starts_at - lead for lead in leads if event.starts_at - lead > ctx.now]
    for seat in await in_order(event):
        moments += [
            due for due in (seat.confirm_by, seat.pay_by) if due is not None and seat.state == "taken"
        ]
    return min(moments)
