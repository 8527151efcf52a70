"""The rows of weeks and of cohorts, written at night from what the days say while there are days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from lizheng import Declined, GroupContext, atomic
from lizheng.activity import reading
from lizheng.parts.deeds import deeds_of
from plugins.stats import figures, rules
from plugins.stats.figures import Numbers
from plugins.stats.models import Cohort, Present, State, Week

KEPT = timedelta(days=400)
COHORTS_BACK = 6


async def fold(ctx: GroupContext) -> None:
    """Write down the week that is over, once it is, and the cohorts that still change."""
    this = rules.monday(ctx.now.date())
    last = this - rules.WEEK
    if await figures.started(ctx) < this and not await Week.exists(group_id=ctx.group.id, week=last):
        try:
            await _put_week(ctx.group.id, await figures.gather(ctx, last, this))
        except Declined:
            return
    await _fold_cohorts(ctx, this)
    too_old = ctx.now.date() - KEPT
    await Week.filter(group_id=ctx.group.id, week__lt=too_old).delete()
    await Cohort.filter(group_id=ctx.group.id, week__lt=too_old).delete()


@atomic
async def _put_week(group_id: int, numbers: Numbers) -> None:
    await Week.get_or_create(
        {
            "seen": round(100 * (numbers.days - len(numbers.unseen)) / numbers.days),
            "present": len(numbers.people.members),
            "active": numbers.active,
            "messages": numbers.messages,
            "joined": numbers.joined,
            "left": numbers.left,
            "own": numbers.own,
            "pushed": numbers.pushed,
            "unanswered": numbers.unanswered,
            "deeds": sum(numbers.deeds.values()),
        },
        group_id=group_id,
        week=numbers.since,
    )


async def _fold_cohorts(ctx: GroupContext, this: date) -> None:
    first = this - rules.WEEK * COHORTS_BACK
    first = max(first, rules.monday(await figures.started(ctx)))
    newcomers = await _newcomers(ctx, first)
    today = ctx.now.date()
    missing = figures.unseen(await reading.spans(ctx), first, today, ctx)
    week = first
    while week <= this:
        numbers = rules.cohort(week, newcomers, today, missing)
        if numbers.size:
            await _put_cohort(ctx.group.id, numbers)
        week += rules.WEEK


@atomic
async def _put_cohort(group_id: int, numbers: rules.CohortNumbers) -> None:
    names = ("week0", "week1", "week2", "week4")
    known = {name: value for name, value in zip(names, numbers.weeks, strict=True) if value is not None}
    await Cohort.update_or_create(
        {"size": numbers.size, "spoke": numbers.spoke, **known}, group_id=group_id, week=numbers.week
    )


async def _newcomers(ctx: GroupContext, first: date) -> list[rules.Newcomer]:
    rows = await Present.filter(group_id=ctx.group.id, joined_at__gte=figures.midnight(ctx, first))
    took: defaultdict[int, set[date]] = defaultdict(set)
    words: dict[int, date] = {}
    for day in await reading.member_days(ctx, first, ctx.now.date() + timedelta(days=1)):
        if day.long:
            took[day.user_id].add(day.day)
            words.setdefault(day.user_id, day.day)
    for one in await deeds_of(ctx, figures.midnight(ctx, first)):
        took[one.user_id].add(one.last.astimezone(ctx.zone).date())
    return [
        rules.Newcomer(
            row.user_id,
            row.joined_at.astimezone(ctx.zone).date(),
            row.left_at.astimezone(ctx.zone).date() if row.left_at else None,
            figures.is_raid(row),
            words.get(row.user_id),
            frozenset(took[row.user_id]),
        )
        for row in rows
        if row.joined_at is not None
    ]


async def latest(ctx: GroupContext, count: int) -> list[Week]:
    """The last weeks that are over, the oldest first."""
    rows = await Week.filter(group_id=ctx.group.id).order_by("-week").limit(count)
    return rows[::-1]


async def state_of(group_id: int) -> State:
    """What was told of a group already."""
    row, _ = await State.get_or_create(group_id=group_id)
    return row


async def stage_now(ctx: GroupContext) -> str:
    """The stage of the group by its weeks; it is remembered, as it is left slowly."""
    state = await state_of(ctx.group.id)
    active = [week.active for week in await latest(ctx, 12) if week.seen >= 50]
    found = rules.stage(active, state.stage)
    await State.filter(group_id=ctx.group.id).update(stage=found)
    return found


async def may_say_silent(ctx: GroupContext, now: datetime) -> bool:
    """Whether that the group has gone silent may be said: once, and never again for 60 days."""
    since = now - rules.QUIET_AFTER
    state = State.filter(group_id=ctx.group.id)
    return bool(
        await state.filter(quiet_told_at=None).update(quiet_told_at=now)
        or await state.filter(quiet_told_at__lt=since).update(quiet_told_at=now)
    )


def shares_of(row: Cohort) -> Sequence[float | None]:
    """A cohort's numbers as shares of its size."""
    counts = (row.week0, row.week1, row.week2, row.week4)
    return [None if count is None else count / row.size for count in counts]
