"""`/违规`: one's own cases, somebody's, the latest of the group, one of them in full, or the ladder they climb."""

from __future__ import annotations

from lizheng import Context, Declined, Person, Role
from lizheng.grammar import say_duration
from lizheng.text import clip, shown_name
from plugins.violations import cases, picture, texts
from plugins.violations.commands import CaseNumber
from plugins.violations.models import Case
from plugins.violations.settings import Settings

MOST, MOST_REASON, SHOWN_SECONDS = 10, 16, 60


async def show(ctx: Context) -> None:
    """Members see their own; who may punish sees the quoted author's, or the latest of everybody."""
    if await ctx.confirmed_role() < Role.DEPUTY:
        await _show_person(ctx, ctx.author_id)
    elif ctx.quoted and ctx.quoted.user_id:
        await _show_person(ctx, ctx.quoted.user_id)
    else:
        rows = await Case.filter(group_id=ctx.group.id).order_by("-number").limit(MOST)
        if not rows:
            raise Declined(texts.NOBODY)
        lines = [f"{_line(ctx, case)} {shown_name(case.name)}" for case in rows]
        await ctx.say(texts.RECENT, lines="\n".join(lines))


async def show_person(ctx: Context, person: Person) -> None:
    await _show_person(ctx, person)


async def _show_person(ctx: Context, person: int) -> None:
    rows = await Case.filter(group_id=ctx.group.id, user_id=person).order_by("-number").limit(MOST)
    if not rows:
        raise Declined(texts.CLEAN.format(name=shown_name(await ctx.names_of([person]))))
    await ctx.say(
        texts.STANDING,
        name=shown_name(rows[0].name),
        count=len(await cases.counting(ctx, person)),
        following=(await cases.following(ctx, person)).said,
        lines="\n".join(_line(ctx, case) for case in rows),
    )


async def show_ladder(ctx: Context) -> None:
    """Which measure follows which, how long a case counts, and where the asker stands."""
    ladder, counting = cases.ladder_of(ctx), await cases.counting(ctx, ctx.author_id)
    rung = ladder.stand(case.entry for case in counting)
    following = ladder.at(ladder.climb(rung)).said
    decay = texts.LADDER_DECAY.format(span=say_duration(ctx.settings(Settings).decay))
    standing = texts.LADDER_CLEAN.format(following=following)
    if counting:
        standing = texts.LADDER_AT.format(count=len(counting), rung=rung, following=following)
    shown = ctx.settings(Settings).picture and ctx.now_and_then(f"ladder:{ctx.author_id}", SHOWN_SECONDS)
    drawing = await picture.as_sheet(ladder, rung, (decay, standing)).draw() if shown else None
    await ctx.say(
        texts.LADDER,
        rungs=" → ".join(f"{number}. {measure.said}" for number, measure in enumerate(ladder.rungs, 1)),
        decay=decay,
        standing=standing,
        picture=drawing or "",
    )


async def show_case(ctx: Context, number: CaseNumber) -> None:
    case = await cases.find(ctx, number)
    if case is None:
        raise Declined(texts.NO_CASE.format(number=f"W{number}"))
    await ctx.names_of([case.actor_id] if case.actor_id else [])
    await ctx.say(
        texts.DETAIL,
        number=cases.label(case),
        when=_when(ctx, case),
        name=shown_name(case.name),
        what=cases.measure_of(case).said,
        outcome=_outcome(case),
        reason=case.reason,
        evidence=case.evidence or "—",
        actor=ctx.name_of(case.actor_id) if case.actor_id else f"规则「{case.rule}」",
        rung=case.rung,
        state=_state(ctx, case),
    )


OUTCOMES = {
    "due": "马上",
    "queued": "在排队",
    "asked": "等人确认",
    "done": "已执行",
    "not_done": "没有做成",
    "unknown": "不确定",
    "none": "没有执行",
}


def _outcome(case: Case) -> str:
    why = f"：{case.why}" if case.why and case.outcome == "not_done" else ""
    return OUTCOMES[case.outcome] + why


def _state(ctx: Context, case: Case) -> str:
    state = cases.state_of(case, ctx.now)
    if not cases.counts(case, ctx.now):
        return state
    return f"{state}，算到 {ctx.local(case.expires_at):%Y-%m-%d}"


def _when(ctx: Context, case: Case) -> str:
    return f"{ctx.local(case.at):%m-%d %H:%M}"


def _line(ctx: Context, case: Case) -> str:
    return texts.LINE.format(
        number=cases.label(case),
        when=_when(ctx, case),
        what=cases.measure_of(case).said,
        reason=clip(case.reason, MOST_REASON),
        state=cases.state_of(case, ctx.now),
    )
