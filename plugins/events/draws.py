"""抽奖: a secret is promised at the beginning, the list is fixed at the end, and from both anybody can tell who wins."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from tortoise.expressions import F

from lizheng import (
    Context,
    Declined,
    Dimension,
    GroupContext,
    Line,
    Numbered,
    Pending,
    Person,
    Slot,
    State,
    atomic,
    mentions,
    next_number,
)
from lizheng.grammar import parse_who
from lizheng.parts.files import deliver
from lizheng.parts.jump_guard import jump_doubt
from lizheng.parts.labels import missing
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.parts.people import check, fits
from plugins.events import gatherings, rules, texts
from plugins.events.commands import moment_of
from plugins.events.models import Draw, Ticket

C = Annotated[int, Numbered("C", "抽奖编号")]
LIST = Page(texts.DRAWS, texts.NO_DRAWS, "/抽奖 列表")
DUE = "draw"
LOOKED_BACK, SOON = timedelta(hours=2), timedelta(seconds=30)
VERIFIER = Path(__file__).with_name("verifier.py")


async def find(ctx: GroupContext, number: int) -> Draw:
    """Raises `Declined` with those that are there."""
    if draw := await Draw.get_or_none(group_id=ctx.group.id, number=number):
        return draw
    here = Draw.filter(group_id=ctx.group.id, state="open").order_by("number")
    raise missing("C", number, [one.number for one in await here])


async def _managed(ctx: Context, number: int) -> Draw:
    gatherings.insist_on_group(ctx)
    draw = await find(ctx, number)
    if not await gatherings.manages(ctx, draw.organiser_id):
        raise Declined(texts.DRAW_NOT_YOURS.format(number=number))
    return draw


async def _lock(draw_id: int) -> Draw:
    """The draw as it is now, inside the caller's atomic: until that ends nobody else changes it."""
    await Draw.filter(id=draw_id).update(turns=F("turns") + 1)
    return await Draw.get(id=draw_id)


def _entrants(draw: Draw) -> Any:
    return Ticket.filter(draw_id=draw.id, state__not="left")


async def show_open(ctx: Context, page: PageNumber = FIRST) -> None:
    rows = Draw.filter(group_id=ctx.group.id, state="open").order_by("number")
    counts = {draw.id: await _entrants(draw).count() for draw in await rows}

    def line(draw: Draw) -> str:
        closes = rules.say_near(ctx.local(draw.closes_at), ctx.now)
        values = {"number": draw.number, "prize": draw.prize, "winners": draw.winners}
        return texts.DRAW_LINE.format(**values, count=counts[draw.id], closes=closes)

    await LIST.say(ctx, rows, line, page)


async def list_open(ctx: Context) -> None:
    await show_open(ctx)


async def begin(ctx: Context, text: Annotated[str, "奖品 2人 截止 明天20:00 谁能抽 H3到场"]) -> None:
    await gatherings.may_open(ctx)
    wanted = rules.read_draw(text, ctx.now)
    if wanted.who:
        check(ctx, parse_who(wanted.who))
    await _open(ctx, wanted)


@atomic
async def _open(ctx: Context, wanted: rules.WantedDraw) -> None:
    assert wanted.closes_at is not None
    secret = secrets.token_hex(32)
    draw = await Draw.get_or_none(source=ctx.source) or await Draw.create(
        group_id=ctx.group.id,
        number=await next_number(ctx.group.id, "draw"),
        organiser_id=ctx.author_id,
        prize=wanted.prize,
        winners=wanted.winners,
        who=wanted.who,
        organiser_too=wanted.organiser_too,
        secret=secret,
        created_at=ctx.now,
        closes_at=wanted.closes_at,
        source=ctx.source,
    )
    await ctx.plan(DUE, draw.closes_at, key=str(draw.id))
    await ctx.say(
        texts.DRAW_OPENED,
        number=draw.number,
        prize=draw.prize,
        winners=draw.winners,
        closes=rules.say_near(ctx.local(draw.closes_at), ctx.now),
        who=texts.ONLY.format(who=draw.who) if draw.who else "",
        commitment=rules.commitment(draw.secret),
        about=("draw", draw.id),
    )


async def join(ctx: Context, number: C) -> None:
    draw = await find(ctx, number)
    await enter(ctx, draw, ctx.author_id, at=moment_of(ctx))


async def enter(ctx: GroupContext, draw: Draw, user_id: int, *, at: Any) -> None:
    """Somebody takes part, by whichever way. Raises `Declined`."""
    if draw.state == "open" and draw.who and not await fits(ctx, parse_who(draw.who), user_id):
        raise Declined(texts.DRAW_NOT_FOR_YOU.format(number=draw.number, who=draw.who))
    if user_id == draw.organiser_id and not draw.organiser_too:
        raise Declined(texts.NOT_ORGANISER.format(number=draw.number))
    await ctx.names_of([user_id])
    await _enter(ctx, draw.id, user_id, at)


@atomic
async def _enter(ctx: GroupContext, draw_id: int, user_id: int, at: Any) -> None:
    draw = await _lock(draw_id)
    _insist_open(ctx, draw, at)
    values = {"group_id": draw.group_id, "at": at}
    ticket, new = await Ticket.get_or_create(values, draw_id=draw.id, user_id=user_id)
    if not new and ticket.state == "in":
        raise Declined(texts.HAS_TICKET.format(name=ctx.who(user_id), number=draw.number))
    await Ticket.filter(id=ticket.id).update(state="in", live=True, at=at)
    count = await _entrants(draw).count()
    await ctx.say(
        texts.TICKET, name=ctx.who(user_id), number=draw.number, count=count, about=("draw", draw.id)
    )


def _insist_open(ctx: GroupContext, draw: Draw, at: Any) -> None:
    if draw.state != "open":
        raise Declined(texts.DRAW_OVER.format(number=draw.number))
    if at > draw.closes_at + rules.GRACE:
        closed = rules.say_moment(ctx.local(draw.closes_at))
        raise Declined(texts.DRAW_CLOSED.format(number=draw.number, at=closed))


async def add_word(
    ctx: Context, number: C, word: Annotated[str, Line(most=rules.LONGEST_WORD, what="一句话")]
) -> None:
    draw = await find(ctx, number)
    await ctx.names_of([ctx.author_id])
    await _add_word(ctx, draw.id, word)


@atomic
async def _add_word(ctx: Context, draw_id: int, word: str) -> None:
    draw = await _lock(draw_id)
    _insist_open(ctx, draw, moment_of(ctx))
    mine = Ticket.filter(draw_id=draw.id, user_id=ctx.author_id, state="in")
    if not await mine.update(word=word):
        raise Declined(texts.NO_TICKET.format(number=draw.number))
    await ctx.say(texts.WORD_ADDED, name=ctx.who(ctx.author_id), number=draw.number)


async def leave(ctx: Context, number: C) -> None:
    draw = await find(ctx, number)
    if draw.state != "open":
        raise Declined(texts.DRAW_OVER.format(number=number))
    mine = Ticket.filter(draw_id=draw.id, user_id=ctx.author_id, state="in")
    if not await mine.update(state="left", live=False, word=""):
        raise Declined(texts.NO_TICKET.format(number=number))
    await ctx.names_of([ctx.author_id])
    await ctx.say(texts.TICKET_LEFT, name=ctx.who(ctx.author_id), number=number)


# — drawing ——————————————————————————————————————————————————————————————————————————————


async def draw_now(ctx: Context, number: C) -> None:
    draw = await _managed(ctx, number)
    if draw.state != "open":
        raise Declined(texts.DRAW_OVER.format(number=number))
    await _draw(ctx, draw.id)


async def due(ctx: GroupContext, slot: Slot) -> datetime | None:
    """Draw once it is known who took part in time; at a doubtful hour ask the admins."""
    draw = await Draw.get_or_none(id=int(slot.key), state="open")
    if draw is None:
        return None
    cover = await ctx.gap_covered(max(draw.created_at, draw.closes_at - LOOKED_BACK), draw.closes_at)
    if cover.waits:
        return ctx.now + SOON
    if cover.missed:
        until = ctx.now + cover.extension
        if await Draw.filter(id=draw.id, state="open").update(closes_at=until):
            at = rules.say_near(ctx.local(until), ctx.now)
            await ctx.announce(f"postponed/draw/{draw.id}", texts.DRAW_POSTPONED, number=draw.number, at=at)
        return until
    if doubt := jump_doubt(ctx, slot):
        await ctx.preview(
            "draw", texts.DRAW_DOUBT, payload={"draw": draw.id}, number=draw.number, doubt=doubt
        )
        return None
    await _draw(ctx, draw.id)
    return None


async def draw_confirmed(ctx: GroupContext, pending: Pending) -> None:
    await _draw(ctx, pending.payload["draw"])


@atomic
async def _draw(ctx: GroupContext, draw_id: int) -> None:
    """Fix the list, draw, and say it: all of it is one transaction, and the order a function of what is stored."""
    draw = await _lock(draw_id)
    if draw.state != "open":
        return
    order = await order_of(draw)
    draw.state, draw.digest = "drawn", rules.list_digest(order)
    await draw.save()
    await ctx.unplan(DUE, key=str(draw.id))
    await Ticket.filter(draw_id=draw.id).update(live=False)
    if not order:
        await ctx.say(texts.DRAWN_NOBODY, number=draw.number, prize=draw.prize)
        return
    winners = order[: draw.winners]
    await Ticket.filter(draw_id=draw.id, user_id__in=winners).update(state="won")
    for winner in winners:
        await _won(ctx, draw, winner)
    await ctx.say(
        texts.DRAWN,
        number=draw.number,
        prize=draw.prize,
        count=len(order),
        digest=draw.digest,
        who=mentions(winners, gatherings.MOST_MENTIONED, texts.AND_MORE),
        secret=draw.secret,
    )


async def _won(ctx: GroupContext, draw: Draw, user_id: int) -> None:
    key = f"won/{draw.id}/{user_id}"
    await ctx.deed(user_id, "draw.won", key=key, dimension=Dimension.WELFARE, amount=0)


async def order_of(draw: Draw) -> list[int]:
    """The order in which lots fall: the same whenever it is asked for after the list is fixed."""
    rows = await _entrants(draw)
    words = rules.joined_words((one.user_id, one.word) for one in rows)
    people = [one.user_id for one in rows]
    return rules.draw_order(draw.secret, rules.list_digest(people), words, people)


async def pass_on(
    ctx: Context, number: C, person: Person, reason: Annotated[str, Line(most=60, what="理由")]
) -> None:
    draw = await _managed(ctx, number)
    if draw.state != "drawn":
        raise Declined(texts.NOT_DRAWN.format(number=number))
    await ctx.names_of([person])
    await _pass_on(ctx, draw.id, person, reason)


@atomic
async def _pass_on(ctx: Context, draw_id: int, person: int, reason: str) -> None:
    """One winner makes room for the next in the same order; the others keep what they won."""
    draw = await _lock(draw_id)
    won = Ticket.filter(draw_id=draw.id, user_id=person, state="won")
    name = ctx.who(person)
    if not await won.update(state="passed"):
        raise Declined(texts.NOT_WON.format(name=name, number=draw.number))
    await ctx.undo_deed(f"won/{draw.id}/{person}")
    await ctx.note(
        "draw", texts.PASSED_NOBODY.format(name=person, number=draw.number, reason=reason), target=person
    )
    free = set(await Ticket.filter(draw_id=draw.id, state="in").values_list("user_id", flat=True))
    following = next((one for one in await order_of(draw) if one in free), None)
    if following is None:
        await ctx.say(texts.PASSED_NOBODY, name=name, number=draw.number, reason=reason)
        return
    await Ticket.filter(draw_id=draw.id, user_id=following).update(state="won")
    await _won(ctx, draw, following)
    who = mentions([following])
    await ctx.say(texts.PASSED_ON, name=name, number=draw.number, who=who, reason=reason)


# — checking —————————————————————————————————————————————————————————————————————————————


async def verify(ctx: Context, number: C) -> None:
    draw = await find(ctx, number)
    commitment = rules.commitment(draw.secret)
    if draw.state != "drawn":
        await ctx.say(texts.CHECK_BEFORE, number=number, commitment=commitment)
        return
    if ctx.channel == "private":
        await _send_proof(ctx, draw)
        return
    order = await order_of(draw)
    mine = order.index(ctx.author_id) + 1 if ctx.author_id in order else 0
    await ctx.say(
        texts.CHECK,
        number=number,
        commitment=commitment,
        secret=draw.secret,
        count=len(order),
        digest=draw.digest,
        place=texts.YOUR_PLACE.format(place=mine) if mine else "",
    )


async def proof_of(draw: Draw) -> dict[str, Any]:
    """What `verifier.py` checks."""
    rows = await _entrants(draw).order_by("user_id")
    return {
        "commitment": rules.commitment(draw.secret),
        "secret": draw.secret,
        "digest": draw.digest,
        "people": [one.user_id for one in rows],
        "words": {str(one.user_id): one.word for one in rows if one.word},
        "winners": [one.user_id for one in rows if one.state == "won"],
        "passed": [one.user_id for one in rows if one.state == "passed"],
    }


async def _send_proof(ctx: Context, draw: Draw) -> None:
    content = json.dumps(await proof_of(draw), ensure_ascii=False, indent=1).encode()
    script = VERIFIER.read_bytes()
    for name, file in ((f"C{draw.number}.json", content), ("verifier.py", script)):
        outcome = await deliver(ctx, name, file)
        if outcome.state is State.NOT_DONE:
            raise Declined(texts.NOT_SENT.format(why=outcome.why))
    await ctx.say(texts.CHECK_FILES, number=draw.number)


async def woke(ctx: GroupContext) -> None:
    for draw in await Draw.filter(group_id=ctx.group.id, state="open"):
        await ctx.plan(DUE, draw.closes_at, key=str(draw.id))
