"""What follows when somebody decides a case."""

from __future__ import annotations

from datetime import timedelta

from lizheng import Context, Declined, GroupContext, Outcome, Pending, Role, atomic, say_duration
from lizheng.hooks import ToBlacklist, Violation, put_on_blacklist, violation
from lizheng.messages.templates import Mention
from lizheng.parts.measures import KICK
from lizheng.text import mask
from plugins.reports import cases, rules, texts
from plugins.reports.models import Case, Voice


async def check(ctx: Context, pending: Pending, state: str, words: str) -> None:
    """Look at a decision before it counts. Raises `Misread` and `Declined`."""
    case = await Case.get(id=pending.payload["case"])
    if state == "approved":
        wanted = rules.parse_consequence(words)
        if wanted.measure == KICK and await ctx.confirmed_role(Role.ADMIN) < Role.ADMIN:
            raise Declined(texts.NEEDS_ADMIN)
        if wanted.bars and not put_on_blacklist.answered_by(ctx):
            raise Declined(texts.NO_LIST)
    elif state == "rejected":
        rules.parse_denial(words)
    await _refuse_involved(ctx, case)


async def check_removal(ctx: Context, pending: Pending, state: str, words: str) -> None:
    await _refuse_involved(ctx, await Case.get(id=pending.payload["case"]))


async def _refuse_involved(ctx: Context, case: Case) -> None:
    """Nobody decides what they reported, or is about themselves; who reported learns it in private.

    A refusal in the group would name them.
    """
    if ctx.author_id == case.user_id:
        raise Declined("")  # they are not told that it is about them
    mine = cases.pseudonym(ctx.group.id, ctx.author_id)
    if await Voice.filter(case_id=case.id, veil=mine).exists():
        what = f"own:{case.id}:{ctx.source}"
        await cases.tell_veiled(ctx, what, ctx.author_id, texts.OWN_CASE, number=cases.label(case))
        raise Declined("")


async def upheld(ctx: GroupContext, pending: Pending) -> None:
    await _uphold(ctx, pending, rules.parse_consequence(pending.reason))


async def removal_agreed(ctx: GroupContext, pending: Pending) -> None:
    bars = bool(put_on_blacklist.answered_by(ctx))
    await _uphold(ctx, pending, rules.Consequence(KICK, bars=bars))


async def _uphold(ctx: GroupContext, pending: Pending, wanted: rules.Consequence) -> None:
    case = await Case.get(id=pending.payload["case"])
    if not await cases.end(ctx, case, "upheld", by=pending.decided_by or 0, measure=wanted.said):
        await _answer(ctx, case, texts.LATE)
        return
    if case.to_owner:
        await ctx.tell(pending.decided_by or 0, texts.UPHELD_OWNER, number=cases.label(case), key="owner")
        return
    await _carry_out(ctx, case, wanted)


async def _carry_out(ctx: GroupContext, case: Case, wanted: rules.Consequence) -> None:
    """Hand it to whoever keeps violations here, else do it with the plain verbs."""
    measure, reason = wanted.measure, texts.REASON[case.kind]
    if wanted.bars:
        await _bar(ctx, case, reason)
    if violation.answered_by(ctx):
        span = measure.span if measure else timedelta()
        asked = measure.kind if measure else ""
        seen = Violation(case.user_id, reason, cases.label(case), asked, span, reason=reason)
        if any(answer.value for answer in await violation.ask(ctx, seen, key="violation")):
            return
    await ctx.names_of([case.user_id])
    name = mask(ctx.name_of(case.user_id))
    if measure is None:
        await ctx.say(texts.UPHELD, number=cases.label(case))
    elif measure.kind == "warn":
        await ctx.note("warn", reason, target=case.user_id, params={"label": measure.said}, key="warn")
        await ctx.say(texts.WARNED, who=Mention(case.user_id), reason=reason)
    elif measure.kind == "mute":
        outcome = await ctx.mute(case.user_id, measure.span, reason, rule=reason, key="act")
        if await _is_done(ctx, case, outcome):
            span = say_duration(measure.span)
            await ctx.say(texts.MUTED, who=Mention(case.user_id), span=span, reason=reason)
    elif await _is_done(ctx, case, await ctx.kick(case.user_id, reason, rule=reason, key="act")):
        await ctx.say(texts.GONE, name=name, reason=reason)


@atomic
async def _bar(ctx: GroupContext, case: Case, reason: str) -> None:
    await put_on_blacklist.ask(
        ctx, ToBlacklist(case.user_id, reason, ctx.author_id, case.id, case.owner_id), key="bar"
    )


async def _is_done(ctx: GroupContext, case: Case, outcome: Outcome) -> bool:
    if not outcome:
        why = outcome.why or "QQ 没有回话"
        await ctx.say(texts.NOT_DONE, number=cases.label(case), why=why)
    return bool(outcome)


async def denied(ctx: GroupContext, pending: Pending) -> None:
    case = await Case.get(id=pending.payload["case"])
    if pending.state == "cancelled":
        return
    if not await cases.end(ctx, case, "denied", by=pending.decided_by or 0):
        await _answer(ctx, case, texts.LATE)
        return
    await _answer(ctx, case, texts.DENIED)
    if rules.parse_denial(pending.reason):
        await ctx.preview(
            cases.MALICE, texts.MALICE, payload={"case": case.id}, number=cases.label(case), key="malice"
        )


async def removal_declined(ctx: GroupContext, pending: Pending) -> None:
    """The case stays open: only the proposal is gone."""


async def malicious(ctx: GroupContext, pending: Pending) -> None:
    case = await Case.get(id=pending.payload["case"])
    await cases.count(ctx, case, "malicious")
    await _answer(ctx, case, texts.MALICE_DONE)


async def _answer(ctx: GroupContext, case: Case, template: str) -> None:
    """Of somebody protected the group reads nothing."""
    if case.to_owner:
        await ctx.tell(ctx.author_id, template, number=cases.label(case), key="answer")
    else:
        await ctx.say(template, number=cases.label(case), key="answer")
