"""Telling newcomers, reminding, and what follows when nobody listens."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from lizheng import Declined, GroupContext, Pending, State, Urgency, atomic
from lizheng.grammar import say_duration
from lizheng.hooks import Newcomer, Violation, greets_with_card_format, violation
from lizheng.messages.templates import compose, mentions
from lizheng.parts.announcements import quiet_until
from plugins.name_tag import register, texts
from plugins.name_tag.formats import Format, example
from plugins.name_tag.models import Offender
from plugins.name_tag.register import Survey
from plugins.name_tag.rules import SAME_HOUR, Case, due
from plugins.name_tag.settings import Settings

RULE = "名片格式"
QUIET = timedelta(seconds=20)
"""Newcomers of so short a time are told together: a raid must not make the bot chatter."""
RETRY = timedelta(minutes=10)
MOST_MENTIONS = 20
MOST_LINES = 15
MOST_ACTS = 20


def listed(ctx: GroupContext, seen: Survey, user_id: int) -> str:
    """Who and why; a name that may be an ad is masked, and then told by the number."""
    who = ctx.who(user_id, strict=True)
    return texts.LISTED.format(name=who, why=seen.wrong[user_id])


def listing(ctx: GroupContext, seen: Survey, people: list[int]) -> str:
    """Those a question is about, one a line."""
    lines = [listed(ctx, seen, person) for person in people[:MOST_LINES]]
    if len(people) > MOST_LINES:
        lines.append(texts.CHECK_MORE.format(count=len(people) - MOST_LINES))
    return "\n".join(lines)


async def answer_format(ctx: GroupContext, newcomer: Newcomer) -> str | None:
    """The hook `card_format`."""
    form = register.format_of(ctx)
    if form is None:
        return None
    return texts.HINT.format(format=form.outline, example=example(form, newcomer.nickname))


# — newcomers ——————————————————————————————————————————————————————————————————————————————


async def tell(ctx: GroupContext, slot: Any) -> datetime | None:
    """Tell the format to those who joined meanwhile, unless a greeting shows it."""
    form = register.format_of(ctx)
    waiting = await Offender.filter(group_id=ctx.group.id, told=False).order_by("id")
    if form is None or not waiting:
        return None
    last = (
        await Offender.filter(group_id=ctx.group.id, told_at__gt=ctx.now - QUIET).order_by("-told_at").first()
    )
    if last is not None and last.told_at is not None:
        return last.told_at + QUIET
    try:
        seen = await register.survey(ctx, form)
    except Declined:
        return ctx.now + QUIET
    people = [row.user_id for row in waiting]
    newcomers = [p for p in people if p in seen.wrong]
    await register.close_case(ctx, *(set(people) - set(newcomers)))
    if not newcomers:
        return None
    first = Newcomer(newcomers[0], seen.members[newcomers[0]].nickname)
    greeted = any(answer.value for answer in await greets_with_card_format.ask(ctx, first))
    await _told(ctx, newcomers, "" if greeted else example(form, first.nickname), form)
    return None


@atomic
async def _told(ctx: GroupContext, people: list[int], sample: str, form: Format) -> None:
    rows = Offender.filter(group_id=ctx.group.id, user_id__in=people, told=False)
    if not await rows.update(told=True, told_at=ctx.now if sample else None) or not sample:
        return
    grace = say_duration(ctx.settings(Settings).grace)
    values = {"format": form.outline, "example": sample, "grace": grace}
    for part in _chunks(people):
        await ctx.post(compose(texts.TOLD, {**values, "people": mentions(part)}))


def _chunks(people: list[int]) -> list[list[int]]:
    return [people[i : i + MOST_MENTIONS] for i in range(0, len(people), MOST_MENTIONS)]


# — reminders ——————————————————————————————————————————————————————————————————————————————


async def remind(ctx: GroupContext, slot: Any) -> datetime | None:
    """One merged reminder for everybody due within the hour; the consequence for those reminded enough."""
    form = register.format_of(ctx)
    if form is None:
        return None
    if _nothing_follows(ctx) and (awake := quiet_until(ctx)):
        return awake
    rows = await Offender.filter(group_id=ctx.group.id, next_at__lte=ctx.now + SAME_HOUR)
    if not rows:
        return None
    try:
        seen = await register.survey(ctx, form)
    except Declined:
        return ctx.now + RETRY
    await register.close_case(ctx, *(row.user_id for row in rows if row.user_id not in seen.wrong))
    cases = [
        Case(row.user_id, row.reminders, row.next_at)
        for row in rows
        if row.user_id in seen.wrong and row.next_at is not None
    ]
    now_due = due(cases, ctx.settings(Settings).reminders, ctx.now)
    await _remind(ctx, form, [case for case in cases if case.user_id in set(now_due.remind)], seen)
    return await _follow(ctx, form, now_due.act, seen)


@atomic
async def _remind(ctx: GroupContext, form: Format, cases: list[Case], seen: Survey) -> None:
    if not cases:
        return
    chosen = ctx.settings(Settings)
    next_at = max(case.next_at for case in cases) + chosen.interval
    for case in cases:
        await Offender.filter(group_id=ctx.group.id, user_id=case.user_id).update(
            reminders=case.reminders + 1, next_at=next_at
        )
    await register.plan_reminder(ctx, next_at)
    last = [case.user_id for case in cases if case.reminders + 1 >= chosen.reminders]
    others = [case.user_id for case in cases if case.user_id not in set(last)]
    for people, threat in ((others, ""), (last, texts.THREATS[chosen.consequence])):
        await post_reminder(
            ctx, form, people, seen, threat.format(span=say_duration(chosen.mute_span)), asked=False
        )


def _nothing_follows(ctx: GroupContext) -> bool:
    """Tell whether a reminder may wait for the morning: nobody is muted or removed for not having read it."""
    return ctx.settings(Settings).consequence == "无"


async def post_reminder(
    ctx: GroupContext, form: Format, people: list[int], seen: Survey, threat: str = "", *, asked: bool = True
) -> None:
    """@ them, at most 20 in one message, with an example made for the first; at once where an admin asked for it."""
    for part in _chunks(people):
        values = {
            "people": mentions(part),
            "format": form.outline,
            "example": example(form, seen.members[part[0]].nickname),
            "threat": threat,
        }
        if asked:
            await ctx.say(texts.REMINDER, **values)
        else:
            urgency = Urgency.NORMAL if _nothing_follows(ctx) else Urgency.HIGH
            await ctx.announce(f"reminder/{part[0]}", texts.REMINDER, urgency, **values)


# — consequences ———————————————————————————————————————————————————————————————————————————


async def _follow(ctx: GroupContext, form: Format, people: list[int], seen: Survey) -> datetime | None:
    chosen = ctx.settings(Settings)
    if chosen.consequence == "无":
        await _settle(ctx, people)
        return None
    rest = people[MOST_ACTS:]
    own: list[int] = []
    for person in people[:MOST_ACTS]:
        asked = "kick" if chosen.consequence == "踢" else "mute"
        report = Violation(person, RULE, seen.wrong[person], asked=asked, span=chosen.mute_span)
        if any(answer.value for answer in await violation.ask(ctx, report)):
            await _settle(ctx, [person])
        else:
            own.append(person)
    if own and chosen.consequence == "踢":
        await _propose_kick(ctx, own, seen)
    elif own:
        await _mute(ctx, form, own, seen)
    return ctx.now + RETRY if rest else None


async def _settle(ctx: GroupContext, people: list[int], next_at: datetime | None = None) -> None:
    await Offender.filter(group_id=ctx.group.id, user_id__in=people).update(next_at=next_at)


async def _propose_kick(ctx: GroupContext, people: list[int], seen: Survey) -> None:
    @atomic
    async def propose() -> None:
        await _settle(ctx, people)
        lines = listing(ctx, seen, people)
        await ctx.preview("kick", texts.KICK, payload={"people": people}, count=len(people), lines=lines)

    await propose()


async def _mute(ctx: GroupContext, form: Format, people: list[int], seen: Survey) -> None:
    chosen = ctx.settings(Settings)
    reason = texts.ACT_REASON.format(reminders=chosen.reminders)
    muted: list[int] = []
    for person in people:
        outcome = await ctx.mute(person, chosen.mute_span, reason, rule=RULE)
        if outcome.state is State.NOT_DONE:
            again = ctx.now + chosen.interval
            await _settle(ctx, [person], again)
            await register.plan_reminder(ctx, again)
            continue
        await _settle(ctx, [person])
        if outcome.state is not State.SIMULATED:
            muted.append(person)
    if muted:
        await ctx.say(
            texts.MUTED,
            people=mentions(muted),
            span=say_duration(chosen.mute_span),
            example=example(form, seen.members[muted[0]].nickname),
        )


async def _as_it_is_now(ctx: GroupContext) -> tuple[Format, Survey] | None:
    """The format and who breaks it; None, said in the group, where there is none or the list cannot be read."""
    form = register.format_of(ctx)
    if form is None:
        await ctx.say(texts.NO_FORMAT)
        return None
    try:
        return form, await register.survey(ctx, form)
    except Declined as unreadable:
        await ctx.say("{why}", why=unreadable)
        return None


async def kick_confirmed(ctx: GroupContext, pending: Pending) -> None:
    """An admin agreed; whoever has put the card right meanwhile stays."""
    if (found := await _as_it_is_now(ctx)) is None:
        return
    _, seen = found
    reason = texts.ACT_REASON.format(reminders=ctx.settings(Settings).reminders)
    states: Counter[State] = Counter()
    why = ""
    people = [p for p in pending.payload["people"] if p in seen.wrong]
    if not people:
        await ctx.say(texts.CHECK_FIXED)
        return
    for person in people:
        outcome = await ctx.kick(person, reason, rule=RULE)
        states[outcome.state] += 1
        why = outcome.why if outcome.state is State.NOT_DONE else why
    if states[State.SIMULATED]:
        return
    queued, failed = states[State.UNKNOWN], states[State.NOT_DONE]
    await ctx.say(
        texts.KICKED,
        done=states[State.DONE],
        queued=texts.KICKED_QUEUED.format(count=queued) if queued else "",
        failed=texts.KICKED_FAILED.format(count=failed, why=why) if failed else "",
    )


async def remind_confirmed(ctx: GroupContext, pending: Pending) -> None:
    """The admin who checked wants them reminded now, but those who put the card right meanwhile."""
    if (found := await _as_it_is_now(ctx)) is None:
        return
    form, seen = found
    people = [p for p in pending.payload["people"] if p in seen.wrong]
    if not people:
        await ctx.say(texts.CHECK_FIXED)
        return
    await post_reminder(ctx, form, people, seen)
