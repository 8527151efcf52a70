"""Reading the counters. What was counted a moment ago is written first, so that a number said is never behind."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tortoise.functions import Max

from lizheng.activity import writing
from lizheng.activity.counting import Counting
from lizheng.activity.tables import GroupHour, MemberDay, MemberWeek, Seen, Uncounted
from lizheng.plugin.context import GroupContext
from lizheng.plugin.memory import InMemory

counter: InMemory[Counting] = InMemory(Counting)
"""This start's counters."""


@dataclass(frozen=True)
class Day:
    """What a member did on a day, or in a week of `days` days: then `day` is its Monday and the minutes are None."""

    user_id: int
    day: date
    messages: int = 0
    long: int = 0
    given: int = 0
    got: int = 0
    commands: int = 0
    first_minute: int | None = None
    last_minute: int | None = None
    days: int = 1


@dataclass(frozen=True)
class Hour:
    """What an hour of a group held; see `GroupHour`. `messages` are people's."""

    day: date
    hour: int
    messages: int = 0
    joined: int = 0
    left: int = 0
    bots: int = 0
    own: int = 0
    pushed: int = 0
    unanswered: int = 0


@dataclass(frozen=True)
class Span:
    """A time in which a group was counted without a break."""

    since: datetime
    until: datetime


async def written(ctx: GroupContext) -> None:
    """Have everything counted so far written down."""
    await counter.of(ctx).write()


async def member_days(ctx: GroupContext, since: date, until: date) -> list[Day]:
    """Everybody's days from `since` up to, not with, `until`; those of the last 45 days, by day and QQ number."""
    await written(ctx)
    rows = MemberDay.filter(group_id=ctx.group.id, day__gte=since, day__lt=until).order_by("day", "user_id")
    return [
        Day(*row)
        for row in await rows.values_list(
            "user_id",
            "day",
            "messages",
            "long",
            "given",
            "got",
            "commands",
            "first_minute",
            "last_minute",
        )
    ]


async def member_weeks(ctx: GroupContext, since: date, until: date) -> list[Day]:
    """Everybody's folded weeks whose Monday is from `since` up to, not with, `until`."""
    rows = MemberWeek.filter(group_id=ctx.group.id, week__gte=since, week__lt=until).order_by(
        "week", "user_id"
    )
    return [
        Day(user_id, week, messages, long, given, got, commands, days=days)
        for user_id, week, messages, long, given, got, commands, days in await rows.values_list(
            "user_id", "week", "messages", "long", "given", "got", "commands", "days"
        )
    ]


async def last_long(ctx: GroupContext) -> dict[int, date]:
    """Everybody's last day with a message of length, in the last 400 days; of a folded week that is its Sunday."""
    await written(ctx)
    found: dict[int, date] = {}
    for table, column, ends in ((MemberWeek, "week", timedelta(days=6)), (MemberDay, "day", timedelta())):
        rows = table.filter(group_id=ctx.group.id, long__gt=0).annotate(last=Max(column))
        for row in await rows.group_by("user_id").values("user_id", "last"):
            last = row["last"]
            # Of an aggregate SQLite gives the bare text.
            found[row["user_id"]] = (date.fromisoformat(last) if isinstance(last, str) else last) + ends
    return found


async def long_speakers(ctx: GroupContext, since: date, until: date) -> set[int]:
    """Who said something of length from `since` up to, not with, `until`; folded weeks count when they begin in it."""
    await written(ctx)
    days = MemberDay.filter(group_id=ctx.group.id, long__gt=0, day__gte=since, day__lt=until)
    weeks = MemberWeek.filter(group_id=ctx.group.id, long__gt=0, week__gte=since, week__lt=until)
    return {row["user_id"] for rows in (days, weeks) for row in await rows.distinct().values("user_id")}


async def hours(ctx: GroupContext, since: date, until: date) -> list[Hour]:
    """The hours that held anything, from `since` up to, not with, `until`; those of the last 45 days."""
    await written(ctx)
    await count_own(ctx, max(since, ctx.now.date() - timedelta(days=2)), until)
    rows = GroupHour.filter(group_id=ctx.group.id, day__gte=since, day__lt=until).order_by("day", "hour")
    return [
        Hour(*row)
        for row in await rows.values_list(
            "day", "hour", "messages", "joined", "left", "bots", "own", "pushed", "unanswered"
        )
    ]


async def count_own(ctx: GroupContext, since: date, until: date) -> None:
    """Count the bot's own messages of these days; its journal holds two days."""
    await writing.count_own(ctx.group.id, since, until, ctx.zone, ctx.now)


async def spans(ctx: GroupContext) -> list[Span]:
    """When this group was counted, the oldest first; between two of them nobody listened."""
    await written(ctx)
    if ctx.group.id in (counting := counter.of(ctx)).spans:
        await counting.listen(ctx)
    rows = await Seen.filter(group_id=ctx.group.id).order_by("since")
    return [Span(row.since.astimezone(ctx.zone), row.until.astimezone(ctx.zone)) for row in rows]


def seen_share(spans: Iterable[Span], day: date, zone: ZoneInfo) -> float:
    """How much of a day was seen, from 0 to 1; days of 23 and 25 hours are as long as they are."""
    start = datetime.combine(day, time(), zone).timestamp()
    end = datetime.combine(day + timedelta(days=1), time(), zone).timestamp()
    seen = sum(
        max(0.0, min(span.until.timestamp(), end) - max(span.since.timestamp(), start)) for span in spans
    )
    return min(1.0, seen / (end - start))


async def leave_out(ctx: GroupContext, user_id: int, by: int) -> bool:
    """Count a member under no name from now on, and let go of their rows; False when that was so already."""
    counter.of(ctx).leave_out(ctx.group.id, user_id)
    await written(ctx)
    return await writing.leave_out(ctx.group.id, user_id, by, ctx.now)


async def count_again(ctx: GroupContext, user_id: int) -> bool:
    """Count a member again; False when they were not left out."""
    counter.of(ctx).count_again(ctx.group.id, user_id)
    return await writing.count_again(ctx.group.id, user_id)


async def left_out(ctx: GroupContext) -> Collection[int]:
    """Who is counted under no name here."""
    return {row.user_id for row in await Uncounted.filter(group_id=ctx.group.id)}
