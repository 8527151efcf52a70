"""What is looked at again: the endpoint's list, joins that should have been seen, words not given, and who still waits."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from lizheng import Declined, GroupContext, QueuedRequest, SettingChanged, Slot, compose
from lizheng.grammar import parse_time_of_day
from plugins.join_review import applications, edges, texts
from plugins.join_review.applications import Arrival
from plugins.join_review.models import Application, Edge, Look
from plugins.join_review.settings import Settings

LOOK, SEEN, DIGEST = "look", "seen", "digest"
EVERY, AGAIN = timedelta(minutes=10), timedelta(seconds=60)
UNSENT = timedelta(minutes=2)
"""After a decision: until then whoever decided is still about it."""
OLDEST_DECIDED = timedelta(hours=24)
"""What may be older than this is left to people."""
TOGETHER = 3
"""More new ones than this in a list are told in one message."""
MISSES = 2
"""So often a list has to lack an application before it is believed."""
UNSEEN_KEPT = timedelta(hours=24)
MOST_REMINDERS, MOST_SHOWN = 3, 3


async def ready(ctx: GroupContext) -> None:
    """Look at once, and every ten minutes; remind once a day."""
    await ctx.plan(LOOK, ctx.now, replace=True)
    await ctx.plan(DIGEST, _next_digest(ctx))


async def look_soon(ctx: GroupContext) -> None:
    await ctx.plan(LOOK, ctx.now, replace=True)


async def chosen(ctx: GroupContext, happened: SettingChanged) -> None:
    """Remind at the hour that was chosen just now."""
    if happened.name == "remind":
        await ctx.plan(DIGEST, _next_digest(ctx), replace=True)


def _next_digest(ctx: GroupContext) -> datetime:
    at = parse_time_of_day(ctx.settings(Settings).remind)
    today = ctx.now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today > ctx.now else today + timedelta(days=1)


async def look(ctx: GroupContext, slot: Slot) -> datetime:
    """Read the endpoint's list; while it does not answer, the next time."""
    with suppress(Declined):
        await fold_in(ctx)
    return ctx.now + EVERY


async def fold_in(ctx: GroupContext) -> int:
    """Take in what is new in the endpoint's list, carry on what had to wait, and end what is over; how many were new.

    Raises `Declined` while the endpoint does not answer.
    """
    queue = await ctx.join_queue()
    waiting = [one for one in reversed(queue) if not one.decided]
    new = await _take_in(ctx, waiting)
    await Look.update_or_create({"at": ctx.now}, group_id=ctx.group.id)
    listed = {one.flag: one for one in queue}
    for row in await applications.here(ctx, state__in=applications.LATER).order_by("decided_at", "id"):
        if row.state == "agreed" and await applications.is_full(ctx):
            continue
        following = applications.LATER[row.state]
        if await applications.here(ctx, id=row.id, state=row.state).update(state=following):
            row.state = following
            await applications.answer(ctx, row)
    under_way = applications.here(ctx, state__in=("letting", "turning"), decided_at__lt=ctx.now - UNSENT)
    for row in await under_way.order_by("decided_at", "id"):
        await applications.answer(ctx, row)  # what a crash kept from being put out; else it changes nothing
    await _settle_joined(ctx)
    for row in await applications.here(ctx, state="open").order_by("id"):
        await _compare(ctx, row, listed.get(row.flag), whole=queue.whole)
    return len(new)


async def _take_in(ctx: GroupContext, waiting: list[QueuedRequest]) -> list[Application]:
    """Numbers are given in order; what may be older than a day is decided by nobody but people."""
    looked = await Look.get_or_none(group_id=ctx.group.id)
    fresh = looked is not None and ctx.now - looked.at < OLDEST_DECIDED
    unknown = [one for one in waiting if not await _knows(ctx, one)]
    new: list[Application] = []
    for one in unknown:
        arrival = Arrival(
            one.user_id,
            one.flag,
            one.comment,
            ctx.now,
            one.invitor_id,
            one.nickname,
            may_decide=fresh,
            quiet=len(unknown) > TOGETHER,
        )
        row = await applications.take(ctx, arrival)
        if row is not None:
            new.append(row)
    if len(unknown) > TOGETHER and (put_up := [row for row in new if row.state == "open" and row.number]):
        await _tell(ctx, put_up)
    return new


async def _knows(ctx: GroupContext, one: QueuedRequest) -> bool:
    key = Arrival(one.user_id, one.flag, "", ctx.now).key
    known = applications.here(ctx, user_id=one.user_id, keys__contains=key)
    return bool(await known.exclude(state="gone").exists())


async def _tell(ctx: GroupContext, rows: list[Application]) -> None:
    """One message that opens on a tap, with a line above it that says what can be done."""
    numbers = sorted(row.number for row in rows)
    said = {"count": len(rows), "numbers": applications.ranges(numbers), "example": _span(numbers)}
    await ctx.say(texts.CAUGHT_UP, **said, key=f"caught/{numbers[-1]}")
    aside = ctx.settings(Settings).shown == "管理员私聊"
    pages = []
    for row in sorted(rows, key=lambda row: row.number)[:100]:
        facts = texts.ANSWER_ASIDE if aside else applications.answer_of(row)
        values = {"number": row.number, "who": applications.who(row), "level": applications.level_of(row)}
        pages.append((f"{row.number} 号", compose(texts.MISSED_PAGE, {**values, "facts": facts})))
    await ctx.forward(pages, key=f"caught/{numbers[-1]}/pages")


def _span(numbers: list[int]) -> str:
    return f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else str(numbers[0])


async def waves(ctx: GroupContext, items: list[dict[str, Any]]) -> None:
    """One line a minute while applications come in a wave."""
    numbers = sorted(item["number"] for item in items)
    await ctx.say(
        texts.WAVE, count=len(numbers), numbers=applications.ranges(numbers), example=_span(numbers)
    )


async def _settle_joined(ctx: GroupContext) -> None:
    """Whoever is in the group has come in, by whatever request: a join may have gone untold."""
    rows = await applications.here(ctx, state__in=applications.VISIBLE).order_by("-id")
    members = await ctx.members(fresh=False) if rows else {}
    for row in rows:
        member = members.get(row.user_id)
        if member is not None and member.joined_at >= row.at.timestamp() - 1:
            await applications.settle(ctx, row, datetime.fromtimestamp(member.joined_at, UTC))


async def _compare(ctx: GroupContext, row: Application, told: QueuedRequest | None, *, whole: bool) -> None:
    """End what was decided in QQ, or what QQ has forgotten; a list that lacks one is not believed at once."""
    if told is not None and not told.decided:
        if row.missed:
            await applications.here(ctx, id=row.id).update(missed=0)
    elif told is not None:
        try:
            member = await ctx.member(row.user_id)
        except Declined:
            return
        if member is not None:
            await applications.settle(ctx, row, ctx.now)
        else:
            await applications.end(ctx, row, "elsewhere", by=told.operator_id)
    elif whole and row.missed + 1 >= MISSES:
        await applications.end(ctx, row, "gone")
    elif whole:
        await applications.here(ctx, id=row.id).update(missed=row.missed + 1)


async def seen(ctx: GroupContext, slot: Slot) -> datetime | None:
    """A minute after a yes: are they in? QQ holds some back without saying so."""
    row = await Application.get_or_none(id=slot.payload["id"])
    if row is None or row.state != "letting":
        return None
    try:
        member = await ctx.member(row.user_id)
    except Declined:
        return ctx.now + AGAIN
    if member is not None:
        await applications.settle(
            ctx, row, datetime.fromtimestamp(member.joined_at or ctx.now.timestamp(), UTC)
        )
    elif await applications.here(ctx, id=row.id, state="letting").update(
        state="unseen", open_key=None, flag=""
    ):
        name = f"{row.number} 号 {applications.who(row)}" if row.number else applications.who(row)
        await ctx.say(texts.UNSEEN, who=name)
    return None


async def unvouched(ctx: GroupContext, slot: Slot) -> None:
    """A day without a word: the one who was named has not confirmed it."""
    await applications.here(ctx, id=slot.payload["id"], vouch="asked").update(vouch="none")


async def digest(ctx: GroupContext, slot: Slot) -> datetime:
    """Once a day: who still waits, at most three days long; and who has left unseen."""
    await applications.here(ctx, state="unseen", decided_at__lt=ctx.now - UNSEEN_KEPT).update(state="gone")
    await _who_left(ctx)
    await edges.credit(ctx)
    rows = await applications.here(ctx, state="open", reminded__lt=MOST_REMINDERS).order_by("number")
    if rows:
        lines = "\n".join(
            f"{row.number} {applications.who(row)}（{applications.waits(ctx, row.at)}）"
            for row in rows[:MOST_SHOWN]
        )
        longest = applications.waits(ctx, min(row.at for row in rows))
        await ctx.announce("digest", texts.DIGEST, count=len(rows), waits=longest, lines=lines)
        for row in rows:
            await applications.here(ctx, id=row.id).update(reminded=row.reminded + 1)
    return _next_digest(ctx)


async def _who_left(ctx: GroupContext) -> None:
    """Ends of stays that nobody told, by a list that can be relied on."""
    if not await Edge.filter(group_id=ctx.group.id, left_at=None).exists():
        return
    if (survey := await ctx.whole_survey()) is None:
        return
    for edge in await Edge.filter(group_id=ctx.group.id, left_at=None):
        if edge.user_id not in survey.members:
            await edges.left(ctx, edge.user_id, edges.LEFT)
