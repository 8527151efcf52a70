"""Timers: what this group is told at its hour, once or again and again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from lizheng import Context, Declined, GroupContext, Misread, Numbered, Slot, Urgency, atomic, next_number
from lizheng.parts.announcements import quiet_until
from lizheng.parts.page import FIRST, Page, PageNumber
from plugins.broadcast import content, rules, texts
from plugins.broadcast.content import Written
from plugins.broadcast.models import Timed
from plugins.broadcast.rules import When
from plugins.broadcast.settings import Settings

POST, UNDO = "post", "timed"
Number = Annotated[int, Numbered("#", "编号")]
LIST = Page(texts.TIMERS, texts.TIMERS_NONE, "/定时 查看", size=8)
URGENT = {"要紧": True, "不要紧": False}
KNOWN_SHOWN = 8
LATEST = timedelta(hours=1)
"""For how long one that was put out may wait for an account."""
KEPT = ("when", "content", "urgent", "next_at", "missed", "deleted")


def _own(ctx: GroupContext) -> Any:
    return Timed.filter(group_id=ctx.group.id, deleted=False)


async def _find(ctx: GroupContext, number: int) -> Timed:
    row = await _own(ctx).filter(number=number).first()
    if row is None:
        known = await _own(ctx).order_by("number").limit(KNOWN_SHOWN).values_list("number", flat=True)
        if not known:
            raise Declined(texts.NO_TIMERS_KNOWN.format(number=number))
        raise Declined(texts.NO_TIMER.format(number=number, known="、".join(map(str, known))))
    return row


# — setting ————————————————————————————————————————————————————————————————————————————————


class Scheduled(Written):
    """A time, and what is said then."""

    label = "<时间> <内容>"


async def set_timer(ctx: Context, written: Scheduled) -> None:
    when, text = rules.split_when(written.text, ctx.now)
    parts = await content.take(ctx, text, written.others)
    row = await _create(ctx, when, parts)
    await _say_set(ctx, row)


@atomic
async def _create(ctx: Context, when: When, parts: list[content.Part]) -> Timed:
    most = ctx.settings(Settings).most
    if (count := await _own(ctx).filter(next_at__not_isnull=True).count()) >= most:
        raise Declined(texts.TOO_MANY.format(count=count, most=most))
    row = Timed(
        group_id=ctx.group.id,
        number=await next_number(ctx.group.id, "timed"),
        author_id=ctx.author_id,
        when=when.kept,
        content=parts,
        next_at=rules.next_after(when, ctx.now, ctx.zone),
        at=ctx.now,
    )
    await row.save()
    await _plan(ctx, row)
    await _note(ctx, f"定时 {row.number} 号", row.number, {"deleted": True, "next_at": None})
    return row


async def _say_set(ctx: Context, row: Timed) -> None:
    when = When.of(row.when)
    first = row.next_at and quiet_until(ctx, row.next_at)
    quiet = texts.IN_QUIET.format(end=f"{first:%H:%M}", number=row.number) if first and not row.urgent else ""
    await ctx.say(
        texts.SET,
        number=row.number,
        when=rules.say_when(when, ctx.now),
        following=_following(ctx, when),
        short=texts.SHORT_MONTHS.format(day=when.day) if when.is_cut else "",
        quiet=quiet,
    )


def _following(ctx: GroupContext, when: When) -> str:
    """The next three days of one that comes again."""
    if when.at:
        return ""
    times = [rules.say_day(at.date(), ctx.now.date()) for at in rules.next_times(when, ctx.now)]
    return texts.FOLLOWING.format(times="、".join(times))


async def _plan(ctx: GroupContext, row: Timed) -> None:
    if row.next_at is None:
        await ctx.unplan(POST, key=str(row.number))
    else:
        await ctx.plan(POST, row.next_at, key=str(row.number), replace=True)


async def _note(ctx: GroupContext, what: str, number: int, before: dict[str, Any]) -> int:
    kept = {**before, "next_at": before["next_at"] and before["next_at"].timestamp()}
    undo = {"name": UNDO, "number": number, "before": kept}
    return (await ctx.note("timed", what, undo=undo)).number


@atomic
async def _change(ctx: GroupContext, row: Timed, what: str, **values: Any) -> int:
    """Change a timer, plan it anew and record how it was; the record's number."""
    before = {name: getattr(row, name) for name in KEPT}
    row.update_from_dict(values)
    await row.save(update_fields=list(values))
    await _plan(ctx, row)
    return await _note(ctx, f"定时 {row.number} 号{what}", row.number, before)


@atomic
async def undo(ctx: Context, undo: dict[str, Any]) -> None:
    """Put a timer back as it was; one that would have been due meanwhile goes on from now."""
    row = await Timed.get(group_id=ctx.group.id, number=undo["number"])
    before = dict(undo["before"])
    if before["next_at"]:
        when = When.of(before.get("when", row.when))
        before["next_at"] = rules.next_after(when, ctx.now, ctx.zone)
    row.update_from_dict(before)
    await row.save(update_fields=list(before))
    await _plan(ctx, row)


# — looking after them —————————————————————————————————————————————————————————————————————


async def show(ctx: Context, page: PageNumber = FIRST) -> None:
    def line(row: Timed) -> str:
        when = When.of(row.when)
        over = row.next_at is None and rules.next_after(when, ctx.now, ctx.zone) is None
        marks = texts.MARK_URGENT if row.urgent else ""
        marks += texts.MARK_OVER if over else texts.MARK_OFF if row.next_at is None else ""
        marks += texts.MARK_MISSED.format(count=row.missed) if row.missed else ""
        said = rules.say_when(when, ctx.now)
        return texts.TIMER_LINE.format(
            number=row.number, when=said, marks=marks, content=content.brief(row.content)
        )

    await LIST.say(ctx, _own(ctx).order_by("number"), line, page)


async def change(ctx: Context, number: Number, written: Written | None = None) -> None:
    row = await _find(ctx, number)
    given = written or Written()
    if given.text in URGENT and not given.others:
        await _change(ctx, row, given.text, urgent=URGENT[given.text])
        await ctx.say(texts.URGENT_ON if row.urgent else texts.URGENT_OFF, number=number)
        return
    values: dict[str, Any] = {}
    text = given.text
    try:
        when, text = rules.split_when(text, ctx.now)
        values = {"when": when.kept, "next_at": rules.next_after(when, ctx.now, ctx.zone), "missed": 0}
    except rules.Past:
        raise
    except Misread:
        if rules.looks_like_when(text):
            raise
    if text or given.others or ctx.quoted or not values:
        values["content"] = await content.take(ctx, text, given.others)
    await _change(ctx, row, "改了", **values)
    await _say_set(ctx, row)


async def stop(ctx: Context, number: Number) -> None:
    row = await _find(ctx, number)
    if row.next_at is None:
        raise Declined(texts.WAS_OFF.format(number=number))
    await _change(ctx, row, "停了", next_at=None)
    await ctx.say(texts.OFF_NOW, number=number)


async def start(ctx: Context, number: Number) -> None:
    row = await _find(ctx, number)
    if row.next_at is not None:
        raise Declined(texts.WAS_ON.format(number=number))
    when = When.of(row.when)
    following = rules.next_after(when, ctx.now, ctx.zone)
    if following is None:
        raise Declined(texts.IS_OVER.format(number=number))
    await _change(ctx, row, "开了", next_at=following)
    said = rules.say_when(when, ctx.now)
    await ctx.say(texts.ON_NOW, number=number, when=said, following=_following(ctx, when))


async def delete(ctx: Context, number: Number) -> None:
    row = await _find(ctx, number)
    record = await _change(ctx, row, "删了", deleted=True, next_at=None)
    await ctx.say(texts.DELETED, number=number, record=record)


async def try_out(ctx: Context, number: Number) -> None:
    row = await _find(ctx, number)
    values, lost = content.values(ctx, row.content)
    if lost:
        raise Declined(texts.TIMER_HALF.format(number=number))
    if not ctx.answers_to:
        await ctx.say(texts.TRY_ASIDE)
    await ctx.tell(ctx.author_id, "{content}", content=values)


# — when it is due —————————————————————————————————————————————————————————————————————————


async def post(ctx: GroupContext, slot: Slot) -> datetime | None:
    """The due slot of one timer: say it once, however often it came due meanwhile, and plan the next time."""
    row = await Timed.get_or_none(group_id=ctx.group.id, number=int(slot.key), deleted=False)
    if row is None or row.next_at is None:
        return None

    def held(at: datetime) -> datetime:
        return at if row.urgent else quiet_until(ctx, at) or at

    now = ctx.now
    if row.next_at > now:
        return row.next_at
    if (until := held(now)) > now:
        return until
    turn = rules.turn(When.of(row.when), row.next_at, now, ctx.settings(Settings).late, row.urgent, held)
    await _say(ctx, row, turn)
    return turn.following


@atomic
async def _say(ctx: GroupContext, row: Timed, turn: rules.Turn) -> None:
    """Say it and remember that it was said in one go; only one of two runs succeeds."""
    due = row.next_at
    assert due is not None
    here = Timed.filter(id=row.id, next_at=due, deleted=False)
    if not await here.update(next_at=turn.following, missed=row.missed + turn.missed):
        return
    there = ctx.under(f"timed:{row.id}:{int(due.timestamp())}", author_id=row.author_id)
    if turn.missed:
        await there.note("timed", f"定时 {row.number} 号错过 {turn.missed} 次", key="missed")
    if not turn.say:
        return
    values, lost = content.values(ctx, row.content)
    left = any(str(one).strip() for one in values)
    if lost:
        template = texts.TIMER_HALF if left else texts.TIMER_LOST
        await there.announce(f"lost/{row.number}", template, number=row.number, key="lost")
    if left:
        said, until = f"timed/{row.number}", ctx.now + LATEST
        await there.announce(said, "{content}", Urgency.HIGH, key="said", content=values, until=until)


async def woke(ctx: GroupContext) -> None:
    """See that every timer that is on waits for its hour."""
    for row in await _own(ctx).filter(next_at__not_isnull=True):
        await ctx.plan(POST, row.next_at, key=str(row.number))
