"""The commands of 报名: signing up, running an event, 到场, 分组."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any

from lizheng import (
    Context,
    Declined,
    Dimension,
    GroupContext,
    Line,
    Members,
    Mention,
    Misread,
    Numbered,
    Pending,
    People,
    State,
    Words,
    atomic,
    mentions,
)
from lizheng.grammar import parse_int, parse_who, tight
from lizheng.media.tables import Column, Table, Text, Whole
from lizheng.parts.files import deliver
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.parts.people import check, fits, resolve
from lizheng.text import is_blank, visible
from plugins.events import gatherings, rules, seats, texts
from plugins.events.models import Event, Seat
from plugins.events.seats import Signed
from plugins.events.settings import Settings

EVENT = Numbered("H", "活动编号")
H = Annotated[int, EVENT]
LIST = Page(texts.LIST, texts.NONE_OPEN, "/报名 列表")
NAMES_SHOWN = 30


class Reply:
    """What follows the number when somebody signs up: `+2`, then a note."""

    label = "[+人数] [备注]"

    def __init__(self, guests: int | None = None, note: str = ""):
        self.guests, self.note = guests, note

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Reply:
        """Raises `Misread`."""
        guests = None
        if match := re.fullmatch(r"(?:\+|带)([0-9]{1,4})人?", tight(words.peek() or "")):
            words.word()
            guests = parse_int(match[1])
        note = visible(words.rest())
        if len(note) > rules.LONGEST_NOTE:
            raise Misread(texts.NOTE_TOO_LONG.format(most=rules.LONGEST_NOTE, count=len(note)))
        return cls(guests, "" if is_blank(note) else note)


NOTHING = Reply()


def moment_of(ctx: Context) -> datetime:
    """When the message was sent, which counts; a clock that is ahead of ours does not help."""
    return min(ctx.at, ctx.now)


# — looking ——————————————————————————————————————————————————————————————————————————————


async def show_open(ctx: Context, page: PageNumber = FIRST) -> None:
    rows = Event.filter(group_id=ctx.group.id, state="open").order_by("number")
    counts = {event.id: await seats.taken(event) for event in await rows}

    def line(event: Event) -> str:
        start = f"，{rules.say_moment(ctx.local(event.starts_at))}" if event.starts_at else ""
        count = gatherings.count_said(event, counts[event.id])
        return texts.LINE.format(number=event.number, title=event.title, count=count, start=start)

    await LIST.say(ctx, rows, line, page)


async def list_open(ctx: Context) -> None:
    await show_open(ctx)


async def show(ctx: Context, number: H) -> None:
    """One with its list. What speaks against somebody is for the organiser alone, in private."""
    event = await gatherings.find(ctx, number)
    if event.state not in gatherings.OPEN_STATES:
        raise Declined(seats.over(ctx, event))
    rows = await seats.in_order(event)
    sitting = [one for one in rows if one.state == "taken"]
    await ctx.names_of([one.user_id for one in sitting[:NAMES_SHOWN]])
    often: dict[int, int] = {}
    if ctx.channel == "private" and await gatherings.manages(ctx, event.organiser_id):
        often = await gatherings.missed_often(ctx, [one.user_id for one in sitting])

    def name(seat: Seat) -> str:
        known = ctx.names([seat.user_id]) + (f"+{seat.guests}" if seat.guests else "")
        times = often.get(seat.user_id)
        return texts.OFTEN.format(name=known, count=times) if times else known

    waiting = len(rows) - len(sitting)
    await ctx.say(
        texts.SHOWN,
        number=number,
        what=gatherings.describe(ctx, event),
        count=gatherings.count_said(event, sum(1 + one.guests for one in sitting)),
        waiting=texts.AND_WAITING.format(count=waiting) if waiting else "",
        names="、".join(map(name, sitting[:NAMES_SHOWN])) or texts.NOBODY_YET,
        more=texts.AND_MORE.format(count=len(sitting)) if len(sitting) > NAMES_SHOWN else "",
        mine=await _mine(ctx, event, rows),
    )


async def _mine(ctx: Context, event: Event, rows: list[Seat]) -> str:
    seat = next((one for one in rows if one.user_id == ctx.author_id), None)
    if seat is None:
        return texts.MINE_NOT
    if seat.state == "waiting":
        return texts.MINE_WAITING.format(place=await seats.place_waiting(event, seat))
    if seat.confirm_by is not None:
        until = rules.say_near(ctx.local(seat.confirm_by), ctx.now)
        return texts.MINE_CONFIRM.format(until=until, number=event.number)
    return texts.MINE_TAKEN


# — opening ——————————————————————————————————————————————————————————————————————————————


async def begin(ctx: Context, text: Annotated[str, "标题 2人 11-22 9:00 截止 明天20:00"]) -> None:
    await gatherings.may_open(ctx)
    wanted = rules.read_event(text, ctx.now, ctx.settings(Settings).before)
    gatherings.check_wanted(ctx, wanted)
    if wanted.guessed:
        what = gatherings.describe_wanted(wanted, ctx.now)
        payload = gatherings.to_payload(wanted)
        guessed = "、".join(wanted.guessed)
        await ctx.preview("open", texts.GUESSED, payload=payload, what=what, guessed=guessed)
        return
    await _open(ctx, wanted)


async def open_confirmed(ctx: GroupContext, pending: Pending) -> None:
    await _open(ctx, gatherings.from_payload(pending.payload))


@atomic
async def _open(ctx: GroupContext, wanted: rules.Wanted) -> None:
    event = await gatherings.open_event(ctx, wanted)
    what = gatherings.describe(ctx, event)
    await ctx.say(texts.OPENED, number=event.number, what=what, about=("event", event.id))


# — signing up ———————————————————————————————————————————————————————————————————————————


async def join(ctx: Context, number: H, reply: Reply = NOTHING) -> None:
    event = await gatherings.find(ctx, number)
    await sign_up(ctx, event, ctx.author_id, reply, at=moment_of(ctx))


async def sign_up(ctx: GroupContext, event: Event, user_id: int, reply: Reply, *, at: datetime) -> None:
    """Somebody signs up for themselves, by whichever way."""
    if event.who and event.state == "open" and not await fits(ctx, parse_who(event.who), user_id):
        raise Declined(texts.NOT_FOR_YOU.format(number=event.number, who=event.who))
    late = isinstance(ctx, Context) and ctx.is_late
    await ctx.names_of([user_id])
    await _signed(ctx, event.id, user_id, reply, at, late)


@atomic
async def _signed(
    ctx: GroupContext, event_id: int, user_id: int, reply: Reply, at: datetime, late: bool
) -> None:
    signed = await seats.sign_up(
        ctx, event_id, user_id, at=at, guests=reply.guests, note=reply.note, late=late
    )
    await _tell(ctx, signed, late)


async def _tell(ctx: GroupContext, signed: Signed, late: bool = False) -> None:
    event, name = signed.event, ctx.who(signed.seat.user_id)
    count, fee = gatherings.count_said(event, signed.place), gatherings.fee_said(signed.moved)
    about = ("event", event.id)
    if late and (fee or signed.news == "over"):
        # The answer to what is counted late is not said by itself.
        template = texts.TAKEN_OVER if signed.news == "over" else texts.TAKEN
        await ctx.announce(f"late/{signed.seat.id}", template, name=name, count=count, fee=fee)
    elif signed.news == "taken":
        await ctx.say(texts.TAKEN, name=name, count=count, fee=fee, about=about)
    elif signed.news == "waiting":
        await ctx.say(texts.WAITING, name=name, place=signed.place, about=about)
    elif signed.seat.state == "waiting":
        await ctx.say(texts.SAME_WAITING, name=name, place=signed.place)
    elif signed.news == "confirmed":
        await ctx.say(texts.CONFIRMED, name=name, count=count)
    else:
        template = texts.CHANGED if signed.news == "changed" else texts.SAME_TAKEN
        await ctx.say(template, name=name, count=count)
    if signed.moved.up:
        await _tell_up(ctx, event, signed.moved)


async def _tell_up(ctx: GroupContext, event: Event, moved: seats.Moved) -> None:
    up = gatherings.up_said(ctx, event, moved)
    await ctx.announce(f"moved/{event.id}/{event.turns}", texts.NEWS, number=event.number, gone="", up=up)


async def leave(ctx: Context, number: H) -> None:
    event = await gatherings.find(ctx, number)
    await ctx.names_of([ctx.author_id])
    await _leave(ctx, event.id)


@atomic
async def _leave(ctx: Context, event_id: int) -> None:
    event, seat, moved = await seats.give_up(ctx, event_id, ctx.author_id, at=moment_of(ctx))
    said = gatherings.up_said(ctx, event, moved) + await _room(ctx, event, seat)
    if ctx.answers_to or ctx.is_late:  # whoever moves up reads it in the group
        await ctx.say(texts.LEFT, name=ctx.who(ctx.author_id), up=[])
        if said:
            await ctx.announce(
                f"moved/{event.id}/{event.turns}", texts.LEFT_HERE, number=event.number, up=said
            )
        return
    await ctx.say(texts.LEFT, name=ctx.who(ctx.author_id), up=said)


async def _room(ctx: GroupContext, event: Event, seat: Seat) -> list[Any]:
    """Say that a seat is whose is first, where people wait and it begins soon."""
    waiting = [one.user_id for one in await seats.in_order(event) if one.state == "waiting"]
    free = event.seats - await seats.taken(event)
    if not (event.seats and waiting and free > 0 and seats.is_rush(event, ctx.now)):
        return []
    who = mentions(waiting, gatherings.MOST_MENTIONED, texts.AND_MORE)
    return [texts.ROOM.format(free=free, number=event.number), who]


async def put_in(ctx: Context, number: H, people: Members) -> None:
    """For people who cannot type, by who runs it; they are told."""
    gatherings.insist_on_group(ctx)
    event = await gatherings.managed(ctx, number)
    await ctx.names_of([ctx.author_id, *people])
    for person in people:
        await _put_in(ctx, event.id, person)


@atomic
async def _put_in(ctx: Context, event_id: int, person: int) -> None:
    signed = await seats.sign_up(ctx, event_id, person, at=ctx.now, forced=True)
    values = {"who": Mention(person), "name": ctx.who(ctx.author_id), "number": signed.event.number}
    if signed.seat.state == "waiting":
        await ctx.say(texts.PUT_WAITING, **values, place=signed.place)
    elif signed.news == "same":
        await ctx.say(
            texts.SAME_TAKEN, name=ctx.who(person), count=gatherings.count_said(signed.event, signed.place)
        )
    else:
        fee = gatherings.fee_said(signed.moved)
        await ctx.say(
            texts.PUT_IN, **values, count=gatherings.count_said(signed.event, signed.place), fee=fee
        )


async def take_out(ctx: Context, number: H, people: People, reason: Annotated[str, "理由"] = "") -> None:
    gatherings.insist_on_group(ctx)
    event = await gatherings.managed(ctx, number)
    await ctx.names_of(people)
    for person in people:
        await _take_out(ctx, event.id, person, visible(reason)[:60])


@atomic
async def _take_out(ctx: Context, event_id: int, person: int, reason: str) -> None:
    event, _, moved = await seats.give_up(ctx, event_id, person, "removed")
    said = texts.REASON.format(reason=reason) if reason else ""
    up = gatherings.up_said(ctx, event, moved)
    await ctx.say(texts.TAKEN_OUT, who=Mention(person), number=event.number, reason=said, up=up)


# — changing —————————————————————————————————————————————————————————————————————————————


async def change(
    ctx: Context, number: H, what: Annotated[str, "人数 12|时间 周六9:00|截止 明天20:00"]
) -> None:
    gatherings.insist_on_group(ctx)
    event = await gatherings.managed(ctx, number)
    name, _, value = what.strip().partition(" ")
    name, value = name[:2], name[2:] + value
    if name == "人数":
        await _change_seats(ctx, event, value)
    elif name == "截止":
        at = _moment(ctx, value, rules.END_OF_DAY)
        if event.starts_at is not None and at > event.starts_at:
            raise Misread(texts.CLOSES_LATER)
        changed, _, record = await gatherings.change(ctx, event.id, closes_at=at)
        said = rules.say_near(ctx.local(changed.closes_at), ctx.now)
        await ctx.say(texts.CLOSES_NOW, number=number, at=said, record=record)
    elif name == "时间":
        await _change_start(ctx, event, _moment(ctx, value, rules.START_HOUR))
    else:
        raise Misread("能改的是 人数、时间、截止。")


def _moment(ctx: Context, text: str, hour: Any) -> datetime:
    words = text.split()
    found = rules.read_moment(words, ctx.now, hour)
    if found is None or found[1] != len(words):
        raise Misread(texts.WHEN)
    if found[0] <= ctx.now:
        raise Misread(texts.PAST.format(at=rules.say_moment(found[0])))
    return found[0]


async def _change_seats(ctx: Context, event: Event, value: str) -> None:
    try:
        wanted = parse_int(tight(value).rstrip("人位名"), 1, rules.MOST_SEATS)
    except Misread:
        raise Misread(texts.HOW_MANY.format(most=rules.MOST_SEATS)) from None
    changed, moved, record = await gatherings.change(ctx, event.id, seats=wanted)
    sitting = await seats.taken(changed)
    over = texts.SEATS_OVER.format(count=sitting) if sitting > wanted else ""
    up = gatherings.up_said(ctx, changed, moved)
    await ctx.say(
        texts.SEATS_NOW,
        number=event.number,
        seats=wanted,
        over=over,
        up=[*up, "\n"] if up else [],
        record=record,
    )


async def _change_start(ctx: Context, event: Event, at: datetime) -> None:
    closes = min(event.closes_at, at)
    if event.starts_at is not None and event.closes_at <= event.starts_at:
        closes = min(max(at - (event.starts_at - event.closes_at), ctx.now + (at - ctx.now) / 2), at)
    changed, _, record = await gatherings.change(
        ctx, event.id, ask_again=True, starts_at=at, closes_at=closes
    )
    coming = [one.user_id for one in await seats.in_order(changed) if one.state == "taken"]
    until = min(ctx.now + seats.TO_CONFIRM, at)
    await ctx.say(
        texts.STARTS_NOW,
        who=mentions(coming, gatherings.MOST_MENTIONED, texts.AND_MORE),
        number=changed.number,
        title=changed.title,
        at=rules.say_moment(ctx.local(at)),
        until=rules.say_near(ctx.local(until), ctx.now),
        record=record,
    )


async def close(ctx: Context, number: H) -> None:
    gatherings.insist_on_group(ctx)
    event = await gatherings.managed(ctx, number)
    if event.state == "closed":
        raise Declined(texts.ALREADY_CLOSED.format(number=number))
    count = await seats.taken(event)
    payload = {"event": event.id}
    await ctx.preview("close", texts.TO_CLOSE, payload=payload, number=number, title=event.title, count=count)


async def close_confirmed(ctx: GroupContext, pending: Pending) -> None:
    event, was = await gatherings.close(ctx, pending.payload["event"])
    if not was:
        raise Declined(texts.ALREADY_CLOSED.format(number=event.number))
    count = await seats.taken(event)
    await ctx.say(texts.CLOSED_NOW, number=event.number, title=event.title, count=count, also="")


async def call_off(ctx: Context, number: H, reason: Annotated[str, Line(most=60, what="理由")]) -> None:
    gatherings.insist_on_group(ctx)
    event = await gatherings.managed(ctx, number)
    count, payload = await seats.taken(event), {"event": event.id, "reason": reason}
    values: dict[str, Any] = {"number": number, "title": event.title, "count": count, "reason": reason}
    await ctx.preview("call-off", texts.CALL_OFF, payload=payload, **values)


@atomic
async def call_off_confirmed(ctx: GroupContext, pending: Pending) -> None:
    reason = pending.payload["reason"]
    event, rows, moved = await gatherings.call_off(ctx, pending.payload["event"], reason)
    who = mentions([one.user_id for one in rows], gatherings.MOST_MENTIONED, texts.AND_MORE)
    back = gatherings.back_said(moved)
    await ctx.note("event", texts.WAS_CANCELLED.format(number=event.number))
    await ctx.say(texts.CALLED_OFF, who=who, number=event.number, title=event.title, reason=reason, back=back)


# — the list as a file ———————————————————————————————————————————————————————————————————

SHEET = Table(
    Column("QQ", Whole(10_000)),
    Column("名字", Text(60)),
    Column("带人", Whole()),
    Column("备注", Text(rules.LONGEST_NOTE)),
    Column("状态", Text(10)),
    Column("到场", Text(10)),
    title="报名",
)
STATES = {"taken": "报上", "waiting": "候补", "left": "退出", "removed": "撤下", "lapsed": "过期"}


async def export(ctx: Context, number: H) -> None:
    event = await gatherings.find(ctx, number)
    if not await gatherings.manages(ctx, event.organiser_id):
        raise Declined(texts.NOT_YOURS.format(number=number))
    if ctx.channel != "private":
        raise Declined(texts.IN_PRIVATE.format(number=number))
    rows = await Seat.filter(event_id=event.id).order_by("asked_at", "rank")
    await ctx.names_of([one.user_id for one in rows[:200]])
    cells = [
        (o.user_id, ctx.name_of(o.user_id), o.guests, o.note, STATES[o.state], "到" if o.arrived_at else "")
        for o in rows
    ]
    outcome = await deliver(ctx, f"H{number}.xlsx", await SHEET.write("xlsx", cells))
    if outcome.state is State.NOT_DONE:
        raise Declined(texts.NOT_SENT.format(why=outcome.why))
    await ctx.say(texts.EXPORTED, number=number, count=len(rows))


# — 到场 —————————————————————————————————————————————————————————————————————————————————


async def arrive(ctx: Context, number: H, word: Annotated[str, "暗号"] = "") -> None:
    event = await gatherings.find(ctx, number)
    await ctx.names_of([ctx.author_id])
    left = await _try_word(ctx, event, ctx.author_id, tight(word), moment_of(ctx))
    if left is not None:
        raise Declined(texts.WRONG_WORD.format(left=left) if left else texts.TOO_OFTEN)
    await _arrive(ctx, event.id, ctx.author_id, moment_of(ctx))


async def arrive_for(ctx: Context, number: H, people: People) -> None:
    event = await gatherings.find(ctx, number)
    if not await gatherings.manages(ctx, event.organiser_id):
        raise Declined(texts.NOT_YOURS.format(number=number))
    await ctx.names_of(people)
    for person in people:
        await _arrive(ctx, event.id, person, moment_of(ctx))


MOST_TRIES = 5


@atomic
async def _try_word(ctx: Context, event: Event, user_id: int, word: str, at: datetime) -> int | None:
    """None when the word is right or none is wanted, else how often they may still try."""
    event = await seats.lock(event.id)
    _insist_doors(ctx, event, at)
    seat = await Seat.get_or_none(event_id=event.id, user_id=user_id, state="taken")
    if seat is None or not event.word_hash or seat.arrived_at is not None:
        return None
    if not word:
        raise Declined(texts.WORD_NEEDED.format(number=event.number))
    if seat.tries >= MOST_TRIES:
        return 0
    if (
        event.word_until is not None
        and at <= event.word_until
        and hash_word(event.word_salt, word) == event.word_hash
    ):
        return None
    seat.tries += 1
    await seat.save()
    return MOST_TRIES - seat.tries


def _insist_doors(ctx: GroupContext, event: Event, at: datetime) -> None:
    """Raises `Declined` where nobody can come, or not at this hour."""
    if event.starts_at is None:
        raise Declined(texts.NO_TIME.format(number=event.number))
    if event.state == "cancelled":
        raise Declined(seats.over(ctx, event))
    first, last = event.starts_at - rules.DOORS_OPEN, event.starts_at + rules.DOORS_CLOSE
    if not first <= at <= last + rules.GRACE:
        said = {"first": rules.say_moment(ctx.local(first)), "last": rules.say_moment(ctx.local(last))}
        raise Declined(texts.DOORS.format(number=event.number, **said))


def hash_word(salt: str, word: str) -> str:
    return rules.commitment(f"{salt}:{word}")


@atomic
async def _arrive(ctx: Context, event_id: int, user_id: int, at: datetime) -> None:
    """Write down that somebody came. Raises `Declined`."""
    event = await seats.lock(event_id)
    _insist_doors(ctx, event, at)
    seat = await Seat.get_or_none(event_id=event.id, user_id=user_id, state="taken")
    if seat is None:
        raise Declined(texts.NOT_IN.format(number=event.number))
    if seat.arrived_at is not None:
        raise Declined(texts.ALREADY_ARRIVED.format(name=ctx.who(user_id)))
    seat.arrived_at, seat.confirm_by, seat.missed = at, None, False
    await seat.save()
    key = f"came/{event.id}/{user_id}"
    await ctx.deed(user_id, "event.came", key=key, dimension=Dimension.EVENTS, at=at)
    came = await Seat.filter(event_id=event.id, arrived_at__isnull=False).count()
    coming = await Seat.filter(event_id=event.id, state="taken").count()
    await ctx.say(texts.ARRIVED, name=ctx.who(user_id), count=f"{came}/{coming}")


WORD_LASTS = timedelta(hours=1)


async def tell_word(ctx: Context, number: H) -> None:
    """A new word for the door, for the organiser alone."""
    event = await gatherings.managed(ctx, number)
    if ctx.channel != "private":
        raise Declined(texts.WORD_PRIVATELY.format(number=number))
    if event.starts_at is None:
        raise Declined(texts.NO_TIME.format(number=number))
    word, salt, until = f"{secrets.randbelow(10_000):04d}", secrets.token_hex(8), ctx.now + WORD_LASTS
    await Event.filter(id=event.id).update(word_salt=salt, word_hash=hash_word(salt, word), word_until=until)
    await Seat.filter(event_id=event.id).update(tries=0)
    await ctx.say(texts.WORD, number=number, word=word, until=f"{until:%H:%M}")


# — 分组 —————————————————————————————————————————————————————————————————————————————————


async def teams(ctx: Context, number: H, how: Annotated[str, "每组 4人 [混 标签:新人]"]) -> None:
    match = re.fullmatch(r"\s*(?:每组)?\s*([0-9一二两三四五六七八九十]+)\s*[人位名个]?\s*(?:混\s*(.+))?", how)
    if not match:
        raise Misread(texts.TEAM_SIZE)
    try:
        size = parse_int(match[1], 2, 100)
    except Misread:
        raise Misread(texts.TEAM_SIZE) from None
    gatherings.insist_on_group(ctx)
    event = await gatherings.managed(ctx, number)
    mixed: frozenset[int] = frozenset()
    if match[2]:
        who = parse_who(match[2])
        check(ctx, who)
        mixed = await resolve(ctx, who)
    people = [one.user_id for one in await seats.in_order(event) if one.state == "taken"]
    if not people:
        raise Declined(texts.NOBODY_HERE.format(number=number))
    if not await Event.filter(id=event.id, drawn=event.drawn, drawn__lt=2).update(drawn=event.drawn + 1):
        raise Declined(texts.DRAWN_TWICE.format(number=number))
    await ctx.names_of(people)
    seed = secrets.token_hex(4)
    made = rules.tables(people, size, mixed, seed)
    lines = [texts.TEAM.format(place=place, names=ctx.names(team)) for place, team in enumerate(made, 1)]
    again = texts.NO_MORE if event.drawn else texts.ONCE_MORE
    await ctx.say(
        texts.TEAMS, number=number, count=len(made), seed=seed, again=again, lines="\n".join(lines[:12])
    )
    for first in range(12, len(lines), 12):
        await ctx.say("{lines}", lines="\n".join(lines[first : first + 12]))
