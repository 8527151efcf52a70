"""Events: opened, changed, closed, called off, over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from lizheng import Context, Declined, Dimension, GroupContext, Role, atomic, mentions, next_number
from lizheng.grammar import parse_who, say_money
from lizheng.ledger import books
from lizheng.parts.labels import missing
from lizheng.parts.people import check
from lizheng.text import clip
from plugins.events import rules, seats, texts
from plugins.events.models import Event, Seat
from plugins.events.rules import Wanted
from plugins.events.seats import Moved
from plugins.events.settings import Settings

OPEN_STATES = ("open", "closed")
MOST_MENTIONED = 20
RIGHTS = {"成员": Role.MEMBER, "代管": Role.DEPUTY, "管理员": Role.ADMIN}


async def find(ctx: GroupContext, number: int) -> Event:
    """Raises `Declined` with those that are there."""
    if event := await Event.get_or_none(group_id=ctx.group.id, number=number):
        return event
    here = Event.filter(group_id=ctx.group.id, state__in=OPEN_STATES).order_by("number")
    raise missing("H", number, [one.number for one in await here])


async def running(ctx: GroupContext, number: int) -> Event:
    """One that is to come. Raises `Declined`, with when it was for one that is over."""
    event = await find(ctx, number)
    if event.state not in OPEN_STATES:
        raise Declined(seats.over(ctx, event))
    return event


async def may_open(ctx: Context) -> None:
    """Raises `Declined` for who may not call people to something here, and where the group does not read it."""
    insist_on_group(ctx)
    least = RIGHTS[ctx.settings(Settings).who]
    if least > Role.MEMBER and await ctx.confirmed_role(least) < least:
        raise Declined(
            texts.WHO_MAY.format(who={Role.DEPUTY: "代管、管理员和群主", Role.ADMIN: "管理员和群主"}[least])
        )


async def manages(ctx: Context, organiser_id: int) -> bool:
    """Whether the author has a say: the organiser and admins do."""
    return ctx.author_id == organiser_id or await ctx.confirmed_role(Role.ADMIN) >= Role.ADMIN


def insist_on_group(ctx: Context) -> None:
    """Raises `Declined` in private, for what the others are to read."""
    if ctx.answers_to:
        raise Declined(texts.IN_GROUP)


async def managed(ctx: Context, number: int) -> Event:
    """One that is to come, which the author runs. Raises `Declined`."""
    event = await running(ctx, number)
    if not await manages(ctx, event.organiser_id):
        raise Declined(texts.NOT_YOURS.format(number=number))
    return event


def to_payload(wanted: Wanted) -> dict[str, Any]:
    """What a preview keeps."""
    kept = {name: value for name, value in vars(wanted).items() if name != "guessed"}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in kept.items()}


def from_payload(kept: dict[str, Any]) -> Wanted:
    """What `to_payload` kept."""
    moments = {name: datetime.fromisoformat(kept[name]) for name in ("starts_at", "closes_at") if kept[name]}
    return Wanted(**{**kept, **moments})


def check_wanted(ctx: GroupContext, wanted: Wanted) -> None:
    """Raises `Misread` and `Declined` for what cannot be had here."""
    if wanted.who:
        check(ctx, parse_who(wanted.who))
    if wanted.price:
        books.insist(ctx.group)


@atomic
async def open_event(ctx: GroupContext, wanted: Wanted) -> Event:
    """Write an event down and call the group to it. Raises `Declined` for one too many, and `Misread` by now."""
    if ctx.source and (earlier := await Event.get_or_none(source=ctx.source)):
        return earlier
    chosen = ctx.settings(Settings)
    rules.checked(wanted, ctx.now, chosen.before)
    check_wanted(ctx, wanted)
    own = Event.filter(group_id=ctx.group.id, organiser_id=ctx.author_id, state__in=OPEN_STATES)
    if len(mine := await own.order_by("number").values_list("number", flat=True)) >= chosen.per_member:
        names = "、".join(f"H{one}" for one in mine)
        raise Declined(texts.TOO_MANY.format(count=len(mine), names=names))
    assert wanted.closes_at is not None
    ends = wanted.closes_at if wanted.starts_at is None else wanted.starts_at + rules.DOORS_CLOSE
    event = await Event.create(
        group_id=ctx.group.id,
        number=await next_number(ctx.group.id, "event"),
        organiser_id=ctx.author_id,
        title=wanted.title,
        place=wanted.place,
        who=wanted.who,
        seats=wanted.seats,
        waiting=wanted.waiting,
        guests=wanted.guests,
        price=wanted.price,
        created_at=ctx.now,
        starts_at=wanted.starts_at,
        closes_at=wanted.closes_at,
        ends_at=ends,
        source=ctx.source,
    )
    await ctx.call_opened("event", seats.key_of(event), await _audience(ctx))
    await seats.wake(ctx, event)
    return event


async def _audience(ctx: GroupContext) -> int:
    try:
        return max(len(await ctx.members(fresh=False)) - 1, 0)
    except Declined:
        return 0


def describe(ctx: GroupContext, event: Event) -> str:
    """What was understood, in one line: `周末爬山：2 人，11 月 22 日（周日）09:00，明天 20:00 截止。`"""
    closes, starts = ctx.local(event.closes_at), event.starts_at and ctx.local(event.starts_at)
    return describe_wanted(
        Wanted(
            event.title,
            event.seats,
            starts,
            closes,
            event.waiting,
            event.price,
            event.guests,
            event.place,
            event.who,
        ),
        ctx.now,
    )


def describe_wanted(wanted: Wanted, now: datetime) -> str:
    """The same of one that is not there yet."""
    assert wanted.closes_at is not None
    parts = [f"{wanted.seats} 人" if wanted.seats else "不限人数"]
    parts += [rules.say_moment(wanted.starts_at)] if wanted.starts_at else []
    parts += [f"地点 {wanted.place}"] if wanted.place else []
    parts += [f"费用 {say_money(wanted.price)}"] if wanted.price else []
    parts += [f"每人可带 {wanted.guests} 人"] if wanted.guests else []
    if wanted.waiting is not None and wanted.seats:
        parts += [f"候补 {wanted.waiting} 人" if wanted.waiting else "不候补"]
    parts += [f"限 {clip(wanted.who, 30)}"] if wanted.who else []
    return f"{wanted.title}：{'，'.join(parts)}，{rules.say_near(wanted.closes_at, now)} 截止。"


# — changed ——————————————————————————————————————————————————————————————————————————————


@atomic
async def change(
    ctx: GroupContext, event_id: int, *, ask_again: bool = False, **values: Any
) -> tuple[Event, Moved, int]:
    """Change an event; who has a seat is to confirm anew where `ask_again`. What moved, and the record's number."""
    event, moved = await seats.lock(event_id), Moved()
    if event.state not in OPEN_STATES:
        raise Declined(seats.over(ctx, event))
    before = {name: getattr(event, name) for name in values}
    event.update_from_dict(values)
    if event.starts_at is not None and (event.closes_at > event.starts_at):
        raise Declined(texts.CLOSES_LATER)
    if "closes_at" in values and event.closes_at > ctx.now:
        event.state = "open"
    event.ends_at = event.closes_at if event.starts_at is None else event.starts_at + rules.DOORS_CLOSE
    if "starts_at" in values:
        event.told_lead = 0
    await event.save()
    if ask_again and event.starts_at is not None:
        until = min(ctx.now + seats.TO_CONFIRM, event.starts_at)
        await Seat.filter(event_id=event.id, state="taken").update(confirm_by=until)
    await seats.fill(ctx, event, moved)
    await seats.wake(ctx, event)
    kept = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in before.items()
    }
    undo = {"name": "change", "event": event.id, "before": kept}
    record = await ctx.note("event", texts.CHANGE_NOTE.format(number=event.number), undo=undo)
    return event, moved, record.number


async def undo_change(ctx: Context, undo: dict[str, Any]) -> None:
    """Set what was changed back, as if somebody changed it so."""
    values = {
        n: datetime.fromisoformat(v) if n.endswith("_at") and v else v for n, v in undo["before"].items()
    }
    event = await Event.get(id=undo["event"])
    event, moved, _ = await change(ctx, event.id, ask_again="starts_at" in values, **values)
    await ctx.say(
        texts.SET_BACK, what=describe(ctx, event), number=event.number, up=up_said(ctx, event, moved)
    )


@atomic
async def close(ctx: GroupContext, event_id: int) -> tuple[Event, bool]:
    """End the signing up; whether it was open."""
    event = await seats.lock(event_id)
    was = event.state == "open"
    if was:
        event.state, event.closes_at = "closed", min(event.closes_at, ctx.now)
        await event.save()
        await seats.wake(ctx, event)
    return event, was


@atomic
async def call_off(ctx: GroupContext, event_id: int, reason: str) -> tuple[Event, list[Seat], Moved]:
    """Cancel it: everybody's order is void or to be given back. Raises `Declined` for one that is over."""
    event, moved = await seats.lock(event_id), Moved()
    if event.state not in OPEN_STATES:
        raise Declined(seats.over(ctx, event))
    rows: list[Seat] = list(await seats.in_order(event))
    for seat in rows:
        await seats.release(ctx, event, seat, "removed", moved)
    event.state, event.reason, event.ends_at = "cancelled", reason, ctx.now
    await event.save()
    await ctx.call_dropped(seats.key_of(event))
    await ctx.unplan(seats.TICK, key=str(event.id))
    return event, rows, moved


async def end(ctx: GroupContext, event: Event) -> list[Seat]:
    """It is over: those who did not come, where somebody did. The event is locked."""
    event.state = "ended"
    await event.save()
    mine = Seat.filter(event_id=event.id, live=True)
    came = await mine.filter(arrived_at__isnull=False).exists()
    missed = list(await mine.filter(state="taken", arrived_at=None)) if came else []
    days = ctx.settings(Settings).no_show_days
    if missed and days:
        await Seat.filter(id__in=[seat.id for seat in missed]).update(missed=True)
    await mine.update(live=False)
    await ctx.call_closed(seats.key_of(event))
    if came and event.organiser_id:
        key = f"held/{event.id}"
        await ctx.deed(event.organiser_id, "event.held", key=key, dimension=Dimension.EVENTS)
    return missed


async def missed_often(ctx: GroupContext, people: Sequence[int]) -> dict[int, int]:
    """How often these did not come to what they had signed up for, of late; those of two times and more."""
    days = ctx.settings(Settings).no_show_days
    counted: dict[int, int] = {}
    if days and people:
        since = ctx.now - timedelta(days=days)
        rows = Seat.filter(group_id=ctx.group.id, missed=True, user_id__in=list(people), asked_at__gte=since)
        for one in await rows:
            counted[one.user_id] = counted.get(one.user_id, 0) + 1
    return {one: count for one, count in counted.items() if count > 1}


# — said —————————————————————————————————————————————————————————————————————————————————


def up_said(ctx: GroupContext, event: Event, moved: Moved) -> list[Any]:
    """What those read who moved up, and what is to be given back, as a value of `say`; empty for nobody."""
    said: list[Any] = []
    if moved.up:
        people = [seat.user_id for seat in moved.up]
        fixed = {"number": event.number, "count": count_said(event, moved.sitting)}
        asked = moved.up[0].confirm_by is not None
        how = texts.ASKED_UP if asked else texts.MOVED_UP
        said += [mentions(people, MOST_MENTIONED, texts.AND_MORE), how.format(**fixed)]
        said += fee_said(moved)
    return said + back_said(moved)


def count_said(event: Event, sitting: int) -> str:
    return f"{sitting}/{event.seats}" if event.seats else f"{sitting} 人"


def fee_said(moved: Moved) -> list[Any]:
    """What is owed, one line; empty where nothing is."""
    if not moved.owed:
        return []
    names = "、".join(f"A{order.number}" for order in moved.owed[:MOST_MENTIONED])
    prices = {order.price for order in moved.owed}
    price = say_money(moved.owed[0].price) if len(prices) == 1 else "各自的"
    return [texts.TO_PAY.format(price=price, names=names)]


def back_said(moved: Moved) -> list[Any]:
    """What is to be given back, one line; empty where nothing is."""
    if not moved.back:
        return []
    names = "、".join(f"A{order.number}" for order in moved.back[:MOST_MENTIONED])
    return [texts.TO_GIVE_BACK.format(names=names, first=moved.back[0].number)]
