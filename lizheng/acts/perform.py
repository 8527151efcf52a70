"""Acts on people and messages: one door, with protection, rights, dry run, audit and outbox in that order."""

from __future__ import annotations

from nonebot.adapters.onebot.v11 import NetworkError

from lizheng.acts.kick_limit import ask_first
from lizheng.base.outcome import Outcome, State, Why
from lizheng.base.roles import Role
from lizheng.delivery.outbox import Draft, Priority, Ticket
from lizheng.delivery.outbox.entry import WAIT_SECONDS
from lizheng.groups.members import MemberInfo
from lizheng.plugin.act import Act
from lizheng.plugin.context import GroupContext
from lizheng.store import atomic, audit, in_atomic

UNREADABLE, GONE, NO_RIGHTS = Why.UNREADABLE.value, Why.GONE.value, Why.NO_RIGHTS.value
NO_RIGHTS_TOPIC = "no-rights"
"""Told once, and once more after the bot's own role has changed."""


async def perform(ctx: GroupContext, act: Act) -> Outcome:
    """Do it, unless somebody protected would be touched, the actor or the bot lacks the right, or the group is in dry run.

    Within 2 s: DONE, NOT_DONE with the reason, UNKNOWN while it is still queued or unanswered, or SIMULATED.
    A cause that runs again, after a crash for instance, is told what became of its act the first time. One kick too
    many that nobody confirmed becomes a preview.
    """
    over = act.kind == "kick" and not ctx.host.outbox.kick_budget_left(ctx.group.id)
    if over and not (ctx.confirmed or ctx.group.dry_run):
        return await ask_first(ctx, act)
    source = ctx.next_source(act.key)
    if earlier := await audit.of_source(source):
        return await _what_became(ctx, act, earlier)
    try:
        refusal = await _refusal(ctx, act)
    except NetworkError:
        refusal = UNREADABLE
    if refusal == UNREADABLE and act.again:
        return Outcome(State.NOT_DONE, why=refusal)
    if refusal:
        await _end_at_once(ctx, act, source, Outcome(State.NOT_DONE, why=refusal))
        if refusal == NO_RIGHTS and not act.own and not ctx.veiled:
            await ctx.tell_once(
                NO_RIGHTS_TOPIC,
                "我在本群不是管理员，「{title}」只能先记着。给我管理员后就会生效。",
                title=ctx.feature.title,
            )
        return Outcome(State.NOT_DONE, why=refusal)
    if ctx.group.dry_run:
        await _end_at_once(ctx, act, source, Outcome(State.SIMULATED, why="试运行"))
        if ctx.veiled:
            return Outcome(State.SIMULATED, why="试运行")
        await ctx.say(
            "【试运行】本来会：{label}。原因：{reason}",
            label=_told(ctx, act),
            reason=act.reason or "无",
            key=act.key and f"{act.key}/told",
        )
        return Outcome(State.SIMULATED, why="试运行")
    ticket = await _intend(ctx, act, source)
    return await ticket.outcome(0.0 if in_atomic() else WAIT_SECONDS)


async def _what_became(ctx: GroupContext, act: Act, earlier: audit.Record) -> Outcome:
    if earlier.state == "simulated" and not act.key:
        ctx.next_source()  # what it said then
    if earlier.state in ("intended", "unknown"):
        ticket = await ctx.host.outbox.put(_draft(ctx, act, earlier))
        return await ticket.outcome(0.0 if in_atomic() else WAIT_SECONDS)
    outcome = (
        Outcome(State.DONE) if earlier.state == "undone" else Outcome(State(earlier.state), why=earlier.why)
    )
    if act.then is not None:
        # Changes nothing where it was told; an act of a release without completions is told now.
        await ctx.host.outbox.end_at_once(earlier.id, ctx.group.id, act.then, outcome)
    return outcome


async def _refusal(ctx: GroupContext, act: Act) -> str:
    host, group = ctx.host, ctx.group
    if act.needs_admin:
        account = host.account_for(group.id)
        if not account:
            # Nobody is connected who could be asked: that says nothing of rights.
            return UNREADABLE
        me = await host.roster.member(group.id, account)
        if me is not None and me.role < Role.ADMIN:
            me = await host.roster.member(group.id, account, fresh=True)
        if me is None or me.role < Role.ADMIN:
            return NO_RIGHTS
    if ctx.author_id and not act.own and not await ctx.still_holds_role():
        return "你现在没有这个权限"
    if act.target and not act.own and not act.outside:
        target = await host.roster.member(group.id, act.target, fresh=True)
        if target is None and not act.may_be_gone:
            return GONE
        return ctx.why_protected(act.target, target) or _too_short(ctx, act, target)
    return ""


def _too_short(ctx: GroupContext, act: Act, target: MemberInfo | None) -> str:
    """Why a mute would only let somebody speak sooner, "" when it would not."""
    if act.lasts is None or target is None:
        return ""
    return ctx.why_muted_longer(target.muted_until, ctx.now + act.lasts)


def _told(ctx: GroupContext, act: Act) -> str:
    return f"{act.label} {ctx.name_of(act.target)}" if act.target else act.label


@atomic
async def _end_at_once(ctx: GroupContext, act: Act, source: str | None, outcome: Outcome) -> None:
    """Write down what is not to be done, or only in play; whoever waits for its end is told."""
    record = await _write(ctx, act, source, outcome.state.value, outcome.why)
    if act.then is not None:
        await ctx.host.outbox.end_at_once(record.id, ctx.group.id, act.then, outcome)


async def _write(ctx: GroupContext, act: Act, source: str | None, state: str, why: str = "") -> audit.Record:
    # Who did it to themselves, or why it could not be done to them, may tell who they are.
    hidden = ctx.veiled and act.target == ctx.author_id
    return await audit.write(
        ctx.group.id,
        ctx.now,
        ctx.feature.id,
        act.kind,
        actor_id=ctx.actor_id,
        rule=act.rule,
        target_id=0 if hidden else act.target,
        params={"label": act.label},
        reason=act.reason,
        state=state,
        why="" if hidden else why,
        undo=act.undo if state == "intended" else None,
        source=source,
    )


@atomic
async def _intend(ctx: GroupContext, act: Act, source: str | None) -> Ticket:
    record = await _write(ctx, act, source, "intended")
    return await ctx.host.outbox.put(_draft(ctx, act, record))


def _draft(ctx: GroupContext, act: Act, record: audit.Record) -> Draft:
    return Draft(
        api=act.api,
        params=act.params,
        group_id=ctx.group.id,
        priority=Priority.ACT,
        feature="" if ctx.veiled else ctx.feature.id,
        record_id=record.id,
        source=record.source,
        then=act.then,
    )
