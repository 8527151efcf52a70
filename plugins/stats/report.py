"""The report of a span, in words."""

from __future__ import annotations

from datetime import date, timedelta

from lizheng import GroupContext
from lizheng.hooks import ReportWeek, weekly_report
from lizheng.text import clip, visible
from plugins.stats import figures, rules, texts
from plugins.stats.figures import Numbers
from plugins.stats.settings import Settings

MOST_LINES, MOST_FIGURES, FIGURE_SHOWN = 12, 8, 24


def day_name(day: date) -> str:
    """A day as members read it: `11 月 3 日`, and a space before what follows is theirs."""
    return f" {day.month} 月 {day.day} 日"


def span_name(since: date, until: date, today: date) -> str:
    """What a span is called: 本周, 上周, or its first and last day."""
    this = rules.monday(today)
    if since == this:
        return "本周"
    if (since, until) == (this - rules.WEEK, this):
        return "上周"
    return f"{since:%m-%d} 到 {until - timedelta(days=1):%m-%d}"


def active_of(numbers: Numbers, line: int) -> str:
    """How many were active, with their share where that can be said."""
    if numbers.rate is None:
        return texts.COUNT.format(count=numbers.active)
    return texts.RATE.format(count=numbers.active, rate=rules.percent(numbers.rate), line=line)


def doubts(numbers: Numbers) -> list[str]:
    """What makes the shares less than certain."""
    found: list[str] = []
    if not numbers.people.can_be_shared:
        found.append(texts.NOT_LISTED)
    elif numbers.people.coverage < 1:
        found.append(texts.PARTLY_LISTED.format(coverage=rules.percent(numbers.people.coverage)))
    if numbers.unseen:
        seen = numbers.days - len(numbers.unseen)
        told = texts.TOO_LITTLE_SEEN if numbers.rate is None else texts.GAP
        found.append(told.format(days=seen if numbers.rate is None else len(numbers.unseen)))
    return found


async def say_totals(ctx: GroupContext, numbers: Numbers) -> None:
    """Say the few lines without names that a group reads."""
    await ctx.say(
        texts.TOTALS,
        span=span_name(numbers.since, numbers.until, ctx.now.date()),
        present=len(numbers.people.members),
        active=active_of(numbers, ctx.settings(Settings).line),
        messages=numbers.messages,
        joined=numbers.joined,
        left=numbers.left,
        deeds=sum(numbers.deeds.values()),
        gap="".join(doubts(numbers)),
    )


async def lines(ctx: GroupContext, numbers: Numbers, stage: str = "", *, quiet: bool = False) -> list[str]:
    """The report, at most twelve lines; `quiet` when the group may be told that it has gone silent."""
    name = clip(visible(ctx.group.name), 20) or str(ctx.group.id)
    span = span_name(numbers.since, numbers.until, ctx.now.date())
    active = active_of(numbers, ctx.settings(Settings).line)
    found = [
        texts.HEAD.format(group=name, span=span, present=len(numbers.people.members), active=active),
        *doubts(numbers),
    ]
    if numbers.newcomers:
        hours = texts.HOURS.format(hours=max(1, round(numbers.hours))) if numbers.hours is not None else ""
        found.append(
            texts.NEWCOMERS.format(
                size=numbers.newcomers, spoke=numbers.spoke, hours=hours if numbers.newcomers > 1 else ""
            )
        )
    found.append(texts.MOVED.format(joined=numbers.joined, left=numbers.left))
    if numbers.sticky is None:
        found.append(texts.STICKY_FEW)
    else:
        found.append(texts.STICKY.format(rate=rules.percent(numbers.sticky), calls=numbers.calls))
    if numbers.known is not None and numbers.people.can_be_split:
        found.append(texts.KNOWN.format(rate=rules.percent(numbers.known)))
    found += giving(ctx, numbers)
    whole = numbers.messages + numbers.own
    rate = rules.percent(rules.share(numbers.pushed, whole) or 0)
    found.append(texts.PUSHES.format(messages=numbers.messages, pushed=numbers.pushed, rate=rate))
    if numbers.unanswered:
        found.append(texts.UNANSWERED.format(count=numbers.unanswered))
    if stage and not (stage == rules.SILENT and not quiet):
        found.append(await _stage(ctx, numbers, stage))
    if others := await _others(ctx, numbers.since):
        found.append(others)
    return found[:MOST_LINES]


def giving(ctx: GroupContext, numbers: Numbers) -> list[str]:
    """Who did what was done, by role, and whether it was one person alone."""
    if not numbers.by_person or not numbers.people.can_be_split:
        return []
    roles = figures.roles(ctx, numbers.people.members, numbers.by_person)
    said = "，".join(
        f"{'我' if name == '里正' else name} {rules.percent(part)}"
        for name, part in rules.givers(numbers.by_person, roles)
    )
    found = [texts.GIVERS.format(givers=said)]
    if show := rules.one_person_show(numbers.by_person):
        found.append(texts.SHOW.format(one=rules.percent(show[0]), three=rules.percent(show[1])))
    return found


async def _stage(ctx: GroupContext, numbers: Numbers, stage: str) -> str:
    if stage == rules.SILENT:
        return texts.SILENT
    if stage != rules.FALLING:
        return texts.STAGE.format(stage=stage)
    before = await figures.dimensions(ctx, numbers.since - rules.WEEK, numbers.since)
    dimension = rules.fell_most(numbers.deeds, before)
    return texts.FALLING.format(dimension=dimension, ways=rules.NEXT[dimension])


async def _others(ctx: GroupContext, since: date) -> str:
    """What other features say of the week."""
    answers = await weekly_report.gather(ctx, ReportWeek(rules.monday(since)))
    said = [
        clip(visible(f"{figure.name} {figure.value}"), FIGURE_SHOWN)
        for answer in answers
        for figure in answer.value
    ]
    return texts.OTHERS.format(figures="；".join(said[:MOST_FIGURES])) if said else ""
