"""Acts on people and messages: one door, with protection, rights, dry run, audit and outbox in that order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from nonebot.adapters.onebot.v11 import NetworkError

from lizheng import audit
from lizheng.outbox import Draft, Priority, Ticket
from lizheng.outbox.entry import WAIT_SECONDS
from lizheng.outcome import Outcome, State
from lizheng.roles import Role
from lizheng.store import atomic, in_atomic

if TYPE_CHECKING:
    from lizheng.context import GroupContext
    from lizheng.roster import MemberInfo


@dataclass(frozen=True)
class Act:
    """One thing to do in QQ. `label` says it in Chinese for the audit and for dry run, e.g. `禁言 10 分钟`.

    `target` 0 means nobody in particular. `own` marks a member's own request for oneself, which protection allows.
    `undo` is the audit record's way back, `{"name": …}`. `again`: whoever asks will ask again while nobody can be
    looked up, so that this is no end and is not recorded.
    """

    kind: str
    label: str
    api: str
    params: dict[str, Any] = field(default_factory=dict)
    target: int = 0
    reason: str = ""
    rule: str = ""
    own: bool = False
    undo: dict[str, Any] | None = None
    needs_admin: bool = True
    may_be_gone: bool = False
    lasts: timedelta | None = None
    """Of a mute, how long: one that would end sooner than what runs already is not carried out."""
    again: bool = False


SAME_END = timedelta(minutes=1)
"""QQ counts mutes in minutes: what ends within one is the same."""
UNREADABLE = "读不到成员列表，没有执行"
GONE = "他已经不在群里"
NO_RIGHTS = "里正在本群不是管理员"
NO_RIGHTS_TOPIC = "no-rights"
"""Told once, and once more after the bot's own role has changed."""


async def perform(ctx: GroupContext, act: Act) -> Outcome:
    """Do it, unless somebody protected would be touched, the actor or the bot lacks the right, or the group is in dry run.

    Within 2 s: DONE, NOT_DONE with the reason, UNKNOWN while it is still queued or unanswered, or SIMULATED.
    A cause that runs again, after a crash for instance, is told what became of its act the first time.
    """
    source = ctx.next_source()
    if earlier := await audit.of_source(source):
        return await _what_became(ctx, act, earlier)
    try:
        refusal = await _refusal(ctx, act)
    except NetworkError:
        refusal = UNREADABLE
    if refusal == UNREADABLE and act.again:
        return Outcome(State.NOT_DONE, why=refusal)
    if refusal:
        await _write(ctx, act, source, "not_done", refusal)
        if refusal == NO_RIGHTS and not act.own:
            await ctx.tell_once(
                NO_RIGHTS_TOPIC,
                "我在本群不是管理员，「{title}」只能先记着。给我管理员后就会生效。",
                title=ctx.feature.title,
            )
        return Outcome(State.NOT_DONE, why=refusal)
    if ctx.group.dry_run:
        await _write(ctx, act, source, "simulated", "试运行")
        await ctx.say(
            "【试运行】本来会：{label}。原因：{reason}", label=_told(ctx, act), reason=act.reason or "无"
        )
        return Outcome(State.SIMULATED, why="试运行")
    ticket = await _intend(ctx, act, source)
    return await ticket.outcome(0.0 if in_atomic() else WAIT_SECONDS)


async def _what_became(ctx: GroupContext, act: Act, earlier: audit.Record) -> Outcome:
    if earlier.state == "undone":
        return Outcome(State.DONE)
    if earlier.state == "simulated":
        ctx.next_source()
    if earlier.state in ("intended", "unknown"):
        ticket = await ctx.host.outbox.put(_draft(ctx, act, earlier))
        return await ticket.outcome(0.0 if in_atomic() else WAIT_SECONDS)
    return Outcome(State(earlier.state), why=earlier.why)


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
    if act.target and not act.own:
        target = await host.roster.member(group.id, act.target, fresh=True)
        if target is None and not act.may_be_gone:
            return GONE
        return why_protected(ctx, act.target, target) or _too_short(ctx, act, target)
    return ""


def _too_short(ctx: GroupContext, act: Act, target: MemberInfo | None) -> str:
    """Why a mute would only let somebody speak sooner, "" when it would not."""
    if act.lasts is None or target is None:
        return ""
    if target.muted_until <= (ctx.now + act.lasts + SAME_END).timestamp():
        return ""
    return say_longer(ctx, target.muted_until)


def say_longer(ctx: GroupContext, until: float) -> str:
    """That somebody is muted until then (epoch seconds) as it is."""
    return f"他已经禁言到 {datetime.fromtimestamp(until, ctx.host.zone):%m-%d %H:%M}"


def why_protected(ctx: GroupContext, user_id: int, member: MemberInfo | None) -> str:
    """Why nobody may act on this person in this group, "" when they are not protected. Asks no one."""
    host, group = ctx.host, ctx.group
    if user_id in host.our_accounts():
        return "那是里正自己"
    if user_id in host.superusers:
        return "他是超级用户，受保护"
    if member is not None and member.role >= Role.ADMIN:
        return f"他是{member.role.label}，受保护"
    if user_id in group.whitelist:
        return "他在白名单里，受保护"
    if user_id in group.bots:
        return "那是登记过的机器人，受保护"
    return ""


def _told(ctx: GroupContext, act: Act) -> str:
    return f"{act.label} {ctx.name_of(act.target)}" if act.target else act.label


async def _write(ctx: GroupContext, act: Act, source: str | None, state: str, why: str = "") -> audit.Record:
    return await audit.write(
        ctx.group.id,
        ctx.now,
        ctx.feature.id,
        act.kind,
        actor_id=ctx.author_id,
        rule=act.rule,
        target_id=act.target,
        params={"label": act.label},
        reason=act.reason,
        state=state,
        why=why,
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
        feature=ctx.feature.id,
        record_id=record.id,
        source=record.source,
    )
