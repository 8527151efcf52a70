"""Signing up without a command: `+1` under the call, ✋ and 🎁; and those who leave."""

from __future__ import annotations

from datetime import datetime

from tortoise.expressions import Q

from lizheng import Context, Declined, GroupContext, MemberLeft, Misread, Quoted, atomic
from lizheng.events import ReactionChanged
from lizheng.grammar import tight
from plugins.events import commands, draws, gatherings, seats, texts
from plugins.events.commands import NOTHING, Reply
from plugins.events.models import Draw, Event, Seat, Ticket

YES = frozenset({"+1", "1", "报名", "我报名", "参加", "我参加", "我来", "算我一个", "抽奖", "我抽"})
MOST_WORDS = 12
HANDS, GIFTS = frozenset({"9995", "129306", "128075", "76", "124"}), frozenset({"127873", "69"})
"""✋ and what looks like it, 🎁: by QQ's numbers of them, which for newer ones are code points."""


async def heard(ctx: Context) -> bool:
    """`+1`, `+2` or 报名 under what calls people to an event or a draw."""
    if ctx.quoted is None or ctx.command is not None:
        return False
    said = tight(ctx.message.extract_plain_text()[: MOST_WORDS * 4]).rstrip("!！。~")
    guests = None
    if said.startswith("+") and said[1:].isdecimal() and said != "+1" and len(said) <= 3:
        guests = int(said[1:]) - 1
    elif said not in YES:
        return False
    about = await ctx.quoted_about()
    if about is None:
        return False
    try:
        return await _answer(ctx, about[0], int(about[1]), guests)
    except (Declined, Misread) as refused:
        await ctx.say("{why}", why=str(refused), about=about)
        return True


async def _answer(ctx: Context, kind: str, row: int, guests: int | None) -> bool:
    if kind == "event" and (event := await Event.get_or_none(id=row)):
        await commands.sign_up(ctx, event, ctx.author_id, Reply(guests), at=commands.moment_of(ctx))
        return True
    if kind == "draw" and (draw := await Draw.get_or_none(id=row)):
        await draws.enter(ctx, draw, ctx.author_id, at=commands.moment_of(ctx))
        return True
    return False


async def reacted(ctx: GroupContext, happened: ReactionChanged) -> None:
    """A hand under a call is signing up, a gift under a draw a ticket; taken away, it is no more."""
    if not happened.user_id or ctx.is_ours(happened.user_id) or happened.emoji not in HANDS | GIFTS:
        return
    ctx.quoted = Quoted(happened.message_id)
    about = await ctx.quoted_about()
    if about is None:
        return
    try:
        await _reacted(ctx, about[0], int(about[1]), happened)
    except Declined as refused:
        if happened.added:
            await ctx.say("{why}", why=str(refused))


async def _reacted(ctx: GroupContext, kind: str, row: int, happened: ReactionChanged) -> None:
    user_id = happened.user_id
    if kind == "event" and happened.emoji in HANDS and (event := await Event.get_or_none(id=row)):
        if happened.added:
            await commands.sign_up(ctx, event, user_id, NOTHING, at=ctx.now)
        else:
            await ctx.names_of([user_id])
            await _gave_up(ctx, event.id, user_id, "left")
    elif kind == "draw" and happened.emoji in GIFTS and (draw := await Draw.get_or_none(id=row)):
        if happened.added:
            await draws.enter(ctx, draw, user_id, at=ctx.now)
        elif draw.state == "open":
            await Ticket.filter(draw_id=draw.id, user_id=user_id, state="in").update(state="left", live=False)


@atomic
async def _gave_up(ctx: GroupContext, event_id: int, user_id: int, state: str) -> None:
    event, _, moved = await seats.give_up(ctx, event_id, user_id, state)
    up = gatherings.up_said(ctx, event, moved)
    await ctx.say(texts.LEFT, name=ctx.who(user_id), up=up)


async def gone(ctx: GroupContext, happened: MemberLeft) -> None:
    """Who leaves the group holds no seat and no ticket; what they called people to is the admins' from now on."""
    user_id = happened.user_id
    tickets = Ticket.filter(group_id=ctx.group.id, user_id=user_id, state="in", live=True)
    await tickets.update(state="left", live=False)
    mine = Seat.filter(group_id=ctx.group.id, user_id=user_id, live=True, state__in=["taken", "waiting"])
    for seat in await mine:
        await _freed(ctx, seat.event_id, user_id)
    orphans = Event.filter(group_id=ctx.group.id, organiser_id=user_id, state__in=gatherings.OPEN_STATES)
    for event in await orphans:
        if await Event.filter(id=event.id, organiser_id=user_id).update(organiser_id=0):
            values = {"number": event.number, "title": event.title}
            await ctx.announce(f"orphan/{event.id}", texts.GONE_ORGANISER, **values)
    await Draw.filter(group_id=ctx.group.id, organiser_id=user_id, state="open").update(organiser_id=0)


@atomic
async def _freed(ctx: GroupContext, event_id: int, user_id: int) -> None:
    try:
        event, _, moved = await seats.give_up(ctx, event_id, user_id, "left")
    except Declined:
        return
    if up := gatherings.up_said(ctx, event, moved):
        await ctx.announce(f"moved/{event.id}/{event.turns}", texts.LEFT_HERE, number=event.number, up=up)


async def is_open(ctx: GroupContext, since: datetime) -> bool:
    """Whether anything is open, or was when the host went away."""
    here = Event.filter(group_id=ctx.group.id)
    if await here.filter(Q(state__in=gatherings.OPEN_STATES) | Q(ends_at__gte=since)).exists():
        return True
    return await Draw.filter(group_id=ctx.group.id, state="open").exists()
