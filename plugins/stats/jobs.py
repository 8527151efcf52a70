"""The weekly report to its subscribers, and what is written down at night."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from lizheng import Declined, GroupContext, Role, Slot, grammar
from lizheng.events import FeatureSwitched, SettingChanged
from lizheng.grammar import parse_time_of_day
from lizheng.parts.recipients import Recipients
from plugins.stats import figures, health, presence, report, rules, texts, weeks
from plugins.stats.models import Reader, State
from plugins.stats.picture import draw
from plugins.stats.settings import DAYS, Settings

WEEKLY, NIGHT, LATE = "weekly", "night", timedelta(hours=24)
READERS = Recipients("周报", Reader)


def next_weekly(ctx: GroupContext, after: datetime) -> datetime:
    """When the report comes next, by the settings as they are."""
    chosen = ctx.settings(Settings)
    return grammar.next_weekly(
        after.astimezone(ctx.zone), DAYS.index(chosen.day), parse_time_of_day(chosen.at)
    )


async def plan(ctx: GroupContext) -> None:
    """Have the report come at its time; one that came due and waits keeps its own."""
    slot = await ctx.planned(WEEKLY)
    if slot is None or slot.state not in ("waiting", "running") or slot.due_at > ctx.now:
        await ctx.plan(WEEKLY, next_weekly(ctx, ctx.now), replace=True)


async def switched(ctx: GroupContext, happened: FeatureSwitched) -> None:
    if happened.on:
        await plan(ctx)


async def changed(ctx: GroupContext, happened: SettingChanged) -> None:
    if happened.name in ("day", "at"):
        await plan(ctx)


async def weekly(ctx: GroupContext, slot: Slot) -> datetime:
    """Send last week's report to everybody who asked for it, once."""
    await send(ctx)
    return next_weekly(ctx, ctx.now)


async def send(ctx: GroupContext) -> None:
    this = rules.monday(ctx.now.date())
    last = this - rules.WEEK
    state = await weeks.state_of(ctx.group.id)
    if state.reported is not None and state.reported >= last:
        return
    if await READERS.all(ctx) and await figures.started(ctx) < this:
        await weeks.fold(ctx)
        numbers = await figures.gather(ctx, last, this)
        stage = await weeks.stage_now(ctx)
        chosen = ctx.settings(Settings)
        quiet = stage == rules.SILENT and chosen.quiet and await weeks.may_say_silent(ctx, ctx.now)
        lines = await report.lines(ctx, numbers, stage, quiet=quiet)
        if state.reported is not None and state.reported < last - rules.WEEK:
            skipped = report.day_name(state.reported + rules.WEEK).strip() + " "
            lines.append(texts.SKIPPED.format(week=skipped))
        drawing = await draw(ctx, numbers) if chosen.picture else None
        said, key = "\n".join(lines), f"{last:%Y%m%d}-"
        if drawing:
            await READERS.send(ctx, "{lines}{drawing}", key=key, lines=said, drawing=drawing)
        else:
            await READERS.send(ctx, "{lines}", key=key, lines=said)
    await State.filter(group_id=ctx.group.id).update(reported=last)


async def night(ctx: GroupContext, slot: Slot) -> None:
    """For each group where the report is on: who is here, the week that is over, and the one check-up."""
    for each in ctx.in_groups():
        await presence.survey(each)
        await weeks.fold(each)
        await plan(each)
        await check_up(each)


async def check_up(ctx: GroupContext) -> None:
    """On day 36 the owner is told once, in private, how the group is."""
    state = await weeks.state_of(ctx.group.id)
    since: date = await figures.started(ctx)
    if not rules.is_check_up_day(since, ctx.now.date(), state.checked_up_at is not None):
        return
    if not await State.filter(group_id=ctx.group.id, checked_up_at=None).update(checked_up_at=ctx.now):
        return
    try:
        members = await ctx.members(fresh=False)
        lines = await health.lines(ctx)
    except Declined:
        await State.filter(group_id=ctx.group.id).update(checked_up_at=None)
        return
    owner = next((user for user, one in members.items() if one.role is Role.OWNER), 0)
    if owner:
        await ctx.tell(owner, texts.CHECK_UP, key="day36", lines="\n".join(lines))
