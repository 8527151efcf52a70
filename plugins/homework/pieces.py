"""What is done with pieces, reviews and leaves: take them in, once each, by the time at which they were said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from lizheng import Context, Declined, Dimension, GroupContext, atomic
from lizheng.grammar import Misread, Words
from lizheng.messages.content import read
from lizheng.text import clip, visible
from plugins.homework import cycles, rules, texts
from plugins.homework.models import Cycle, Duty, Leave, Participant, Piece, Result, Review, Season
from plugins.homework.rules import Outcome
from plugins.homework.settings import Settings

OPENING = 60


@dataclass(frozen=True)
class Handed:
    """What somebody hands in: words or a link, or a message of their own that they quote."""

    kind: str
    text: str
    link: str
    message_id: int
    quoted: bool = False

    label = "<链接|内容>"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Handed:
        """Raises `Misread` when there is nothing, or it is somebody else's."""
        words.take_mentioned()
        kinds = {token.type for token in words.others()}
        text = words.rest()
        message_id, quoted = ctx.message_id, False
        if ctx.quoted is not None and not text:
            if ctx.quoted.user_id != ctx.author_id:
                raise Misread(texts.NOT_YOURS)
            held = read(ctx.quoted.segments)
            text = held.text.strip() or " ".join(held.words)
            kinds = {
                segment["type"] if isinstance(segment, dict) else segment.type
                for segment in ctx.quoted.segments
            }
            message_id, quoted = ctx.quoted.message_id, True
        link = rules.link_in(text)
        kind = "link" if link else "file" if "file" in kinds else "image" if "image" in kinds else "text"
        if kind == "text" and not text.strip():
            raise Misread(texts.NOTHING_HANDED)
        return cls(kind, text, link, message_id, quoted)


async def _cycle_at(season: Season, user_id: int, at: datetime) -> Cycle | None:
    """Which cycle a piece of this moment is for: one that has just ended takes it within its grace and buffer."""
    for cycle in await Cycle.filter(season_id=season.id, state="reviewing").order_by("number"):
        buffer = max(timedelta(seconds=cycle.rules["buffer"]), rules.GRACE)
        bound = Participant.filter(season_id=season.id, user_id=user_id, state="in", since__lte=cycle.number)
        in_time = at <= cycle.due_at + (buffer if await bound.exists() else rules.GRACE)
        if in_time and not await Piece.filter(cycle_id=cycle.id, user_id=user_id).exists():
            return cycle
    return await cycles.open_cycle(season)


@atomic
async def hand_in(ctx: Context, handed: Handed) -> None:
    """`/交作业`: a second piece takes the place of the first until the deadline."""
    season = await cycles.season_of(ctx)
    if season.state != "running":
        raise Declined(texts.NOW_PAUSED)
    at = ctx.at
    cycle = await _cycle_at(season, ctx.author_id, at)
    if cycle is None:
        raise Declined(texts.NO_SEASON)
    length, least = rules.length_of(handed.text), cycle.rules["least"]
    if handed.kind == "text" and length < least:
        raise Declined(texts.TOO_SHORT.format(least=least, length=length))
    if cycle.must and handed.kind == "text" and cycle.subject not in handed.text:
        raise Declined(texts.MUST.format(subject=cycle.subject))
    joined = await _join(ctx, season, cycle)
    digest = rules.digest(
        handed.text if handed.kind in ("text", "link") else f"{handed.kind}:{handed.message_id}"
    )
    values = {
        "group_id": ctx.group.id,
        "season_id": season.id,
        "kind": handed.kind,
        "link": handed.link,
        "message_id": handed.message_id,
        "command_id": ctx.message_id,
        "length": length,
        "hash": digest,
        "opening": clip(visible(handed.text), OPENING),
        "mark": await _same_as(ctx, season, cycle, digest),
        "state": "ok",
        "at": at,
        "source": f"{ctx.source}",
    }
    await ctx.call_joined(cycles.call_of(cycle), ctx.author_id, at=at)
    if await Piece.filter(source=ctx.source).exists():
        return
    piece, new = await Piece.get_or_create(values, cycle_id=cycle.id, user_id=ctx.author_id)
    name = ctx.who(ctx.author_id)
    if not new:
        await Piece.filter(id=piece.id, at__lte=at).update(**values)
        await ctx.say(texts.CHANGED, name=name, n=cycle.number)
    elif at > cycle.due_at + rules.GRACE:
        await ctx.say(texts.HANDED_LATE, name=name, n=cycle.number)
    else:
        done, count = await cycles.tally(cycle)
        told = texts.JOINED_TOO if joined else ""
        await ctx.say(texts.HANDED, name=name, n=cycle.number, done=done, all=count, joined=told)


async def _same_as(ctx: Context, season: Season, cycle: Cycle, digest: str) -> str:
    own = Q(cycle_id=cycle.id, user_id=ctx.author_id)
    others = Piece.filter(~own, group_id=ctx.group.id, hash=digest)
    earlier = await others.order_by("id").first()
    if earlier is None:
        return ""
    of = await Cycle.get(id=earlier.cycle_id)
    return clip(texts.SAME_AS.format(n=of.number, name=ctx.who(earlier.user_id)), 60)


async def _join(ctx: Context, season: Season, cycle: Cycle) -> bool:
    """Put who hands in on the roster, from this cycle; whether they were not on it. Raises `Declined` when put off it."""
    person = await Participant.get_or_none(season_id=season.id, user_id=ctx.author_id)
    if person is not None and person.state == "removed":
        raise Declined(texts.REMOVED_ONE)
    if person is None:
        values = {"group_id": ctx.group.id, "since": cycle.number, "joined_at": ctx.now}
        await Participant.get_or_create(values, season_id=season.id, user_id=ctx.author_id)
        return True
    since = min(person.since, cycle.number)
    await Participant.filter(id=person.id).update(state="in", since=since, left_at=None)
    return person.state != "in"


@atomic
async def join(ctx: Context) -> None:
    """`/作业 加入`: from this cycle until half of it is over, else from the next. Earlier misses stay."""
    season = await cycles.season_of(ctx)
    person = await Participant.get_or_none(season_id=season.id, user_id=ctx.author_id)
    if person is not None and person.state == "removed":
        raise Declined(texts.REMOVED_ONE)
    if person is not None and person.state == "in":
        raise Declined(texts.ON_ALREADY)
    cycle = await cycles.open_cycle(season)
    if cycle is None:
        raise Declined(texts.NO_SEASON)
    now = rules.counts_now(cycle.opens_at, cycle.due_at, ctx.now)
    since = cycle.number + (not now)
    if person is not None:
        # Somebody who was in this cycle already does not get out of it by going and coming back.
        since = cycle.number if (person.left_at or ctx.now) >= cycle.opens_at else since
        await Participant.filter(id=person.id).update(state="in", left_at=None, since=since)
    else:
        values = {"group_id": ctx.group.id, "since": since, "joined_at": ctx.now}
        await Participant.get_or_create(values, season_id=season.id, user_id=ctx.author_id)
    name = ctx.who(ctx.author_id)
    if since > cycle.number:
        await ctx.say(texts.JOINED_NEXT, name=name, n=since)
        return
    done, count = await cycles.tally(cycle)
    await ctx.say(texts.JOINED, name=name, done=done, all=count)


# — reviews ————————————————————————————————————————————————————————————————————————————————


async def quoted_piece(ctx: GroupContext) -> Piece | None:
    """The piece that the quoted message is, or hands in."""
    if ctx.quoted is None:
        return None
    number = ctx.quoted.message_id
    here = Piece.filter(group_id=ctx.group.id)
    return await here.filter(message_id=number).first() or await here.filter(command_id=number).first()


@atomic
async def review(ctx: Context, author_id: int, text: str, quoted: Piece | None = None) -> None:
    """`/点评`: counted once per author and cycle, the first one."""
    season = await cycles.season_of(ctx)
    if author_id == ctx.author_id:
        raise Declined(texts.OWN_REVIEW)
    author = ctx.who(author_id)
    cycle = await _reviewed_cycle(season, ctx.author_id, author_id, quoted)
    if cycle is None:
        raise Declined(texts.NO_PIECE.format(author=author))
    length, least = rules.length_of(visible(text)), cycle.rules["least_review"]
    if length < least:
        raise Declined(texts.SHORT_REVIEW.format(length=length, least=least))
    at, digest = ctx.at, rules.digest(text)
    late = cycle.state in ("judged", "asking") or (
        cycle.review_until is not None and at > cycle.review_until + rules.GRACE
    )
    this = Q(cycle_id=cycle.id, author_id=author_id)
    again = await Review.filter(~this, season_id=season.id, user_id=ctx.author_id, hash=digest).exists()
    values = {
        "group_id": ctx.group.id,
        "season_id": season.id,
        "message_id": ctx.message_id,
        "length": length,
        "hash": digest,
        "early": cycle.state == "open",
        "counts": not late and not again,
        "at": at,
        "source": f"{ctx.source}",
    }
    row, new = await Review.get_or_create(
        values, cycle_id=cycle.id, user_id=ctx.author_id, author_id=author_id
    )
    if not new:
        if row.source != ctx.source:
            raise Declined(texts.REVIEWED_ALREADY.format(author=author))
        return
    if late:
        await ctx.say(texts.REVIEWED_LATE, n=cycle.number)
    elif again:
        await ctx.say(texts.SAME_WORDS)
    else:
        key = f"review/{row.id}"
        await ctx.deed(ctx.author_id, "homework.reviewed", key=key, dimension=Dimension.CONTACTS, at=at)
        credit, owed = await cycles.credit_of(cycle, ctx.author_id)
        name = ctx.who(ctx.author_id)
        text = texts.REVIEWED if owed else texts.REVIEWED_FREELY
        await ctx.say(text, name=name, author=author, credit=credit, owed=owed)


async def _reviewed_cycle(season: Season, user_id: int, author_id: int, quoted: Piece | None) -> Cycle | None:
    """Of the cycles in which the author has a piece: the quoted one's, else where it is a duty, else the running one."""
    if quoted is not None and quoted.user_id == author_id and quoted.season_id == season.id:
        return await Cycle.get(id=quoted.cycle_id)
    found = await Cycle.filter(season_id=season.id, state__in=("open", "reviewing")).order_by("-number")
    with_piece = [one for one in found if await Piece.filter(cycle_id=one.id, user_id=author_id).exists()]
    mine = [
        row.cycle_id for row in await Duty.filter(season_id=season.id, user_id=user_id, author_id=author_id)
    ]
    with_piece.sort(key=lambda one: one.id not in mine)
    for one in with_piece:
        if not await Review.filter(cycle_id=one.id, user_id=user_id, author_id=author_id).exists():
            return one
    return with_piece[-1] if with_piece else None


# — leaves —————————————————————————————————————————————————————————————————————————————————


@atomic
async def excuse(ctx: Context, number: int | None, reason: str) -> Cycle | None:
    """`/请假` before the deadline; the cycle when it is too late for that, and a deputy has to say."""
    season = await cycles.season_of(ctx)
    cycle = await _leave_cycle(season, number)
    if cycle.state != "open" or ctx.at > cycle.due_at + rules.GRACE:
        return cycle
    most = ctx.settings(Settings).leaves
    mine = Leave.filter(season_id=season.id, user_id=ctx.author_id)
    if await mine.filter(cycle=cycle.number).exists():
        raise Declined(texts.EXCUSED_ALREADY.format(n=cycle.number))
    if (taken := await mine.count()) >= most:
        raise Declined(texts.NO_LEAVES.format(most=most))
    values = {"group_id": ctx.group.id, "reason": clip(reason, 60), "at": ctx.now}
    await Leave.get_or_create(values, season_id=season.id, cycle=cycle.number, user_id=ctx.author_id)
    name = ctx.who(ctx.author_id)
    await ctx.say(texts.EXCUSED, name=name, n=cycle.number, reason=clip(reason, 30), left=most - taken - 1)
    return None


async def _leave_cycle(season: Season, number: int | None) -> Cycle:
    if number is None and (cycle := await cycles.open_cycle(season)) is not None:
        return cycle
    return await cycles.cycle_of(season, number)


async def owing_result(season: Season, cycle: Cycle, user_id: int) -> Result | None:
    """How they ended it, where they owe something."""
    found = await Result.get_or_none(cycle_id=cycle.id, user_id=user_id)
    return found if found is not None and found.outcome in (Outcome.MISSED, Outcome.NO_REVIEW) else None
