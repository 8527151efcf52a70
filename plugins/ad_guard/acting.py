"""What follows when an advertisement is recognised: opinions, the recall, what is counted.

Every finding has a slot until it is settled: what a crash interrupts is taken up again, from what is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from nonebot import logger

from lizheng import audit
from lizheng.acts import why_protected
from lizheng.clock import Clock
from lizheng.context import GroupContext
from lizheng.hooks import (
    AdOpinion,
    AdSeen,
    Allow,
    Charge,
    Claim,
    Forbid,
    HookFailed,
    Violation,
    ad_opinion,
    violation,
)
from lizheng.models import Record
from lizheng.outcome import State
from lizheng.roles import Role
from lizheng.speech import Mention
from lizheng.store import atomic, next_number
from plugins.ad_guard import rules, texts
from plugins.ad_guard.models import Finding
from plugins.ad_guard.recognise import Judgement
from plugins.ad_guard.rules import Ruling
from plugins.ad_guard.settings import Settings
from plugins.ad_guard.telling import plan_telling

if TYPE_CHECKING:
    from lizheng.context import Context

KEPT = timedelta(days=30)
DAY = timedelta(hours=24)
MOST_TEXT = 2000
SETTLE = "settle"
LATER = timedelta(seconds=5)
"""After which a finding that is still open is taken up again."""
IS_AD = 0.5
_at_work: set[int] = set()
"""The findings being decided just now."""


class Decided(NamedTuple):
    """What became of an ad: a state of `Finding`, and the reason where there is one to tell."""

    state: str
    reason: str = ""


async def forget_old(clock: Clock) -> None:
    await Finding.filter(at__lt=clock.now() - KEPT).delete()


async def receive(ctx: Context, text: str, judgement: Judgement) -> bool:
    """Deal with a message that looks suspicious; True when it had to go."""
    if not judgement.suspect or ctx.source is None:
        return False
    seen = AdSeen(
        user_id=ctx.author_id,
        message_id=ctx.message_id,
        text=ctx.message.extract_plain_text() or text,
        at=ctx.event.time,
        certain=judgement.certain,
        why=tuple(judgement.why),
    )
    rule = ctx.within(ctx.feature)
    finding = await open_finding(rule, ctx.source, seen, text, judgement)
    if finding.state != "seen":
        return finding.state == "recalled"
    return (await _follow_rule(rule, finding, seen, judgement.ad)).state == "recalled"


async def _follow_rule(ctx: GroupContext, finding: Finding, seen: AdSeen, ad: bool) -> Decided:
    """Do with it what the group has chosen."""
    chosen = ctx.settings(Settings)
    if not rules.acts_on(ad, seen.certain, chosen.strictness):
        await put_aside(ctx, finding)
        return Decided("suspect")
    return await decide(ctx, finding, seen, finding.source, review=chosen.action == "只待审")


@atomic
async def open_finding(
    ctx: GroupContext, source: str, seen: AdSeen, text: str, judgement: Judgement
) -> Finding:
    """The finding of this cause: a new one, or the one it has made before."""
    if known := await Finding.get_or_none(source=source):
        return known
    finding = await Finding.create(
        group_id=ctx.group.id,
        number=await next_number(ctx.group.id, "ad_guard"),
        user_id=seen.user_id,
        message_id=seen.message_id,
        source=source,
        at=datetime.fromtimestamp(seen.at, UTC),
        text=_kept(text),
        score=judgement.score,
        certain=judgement.certain,
        why=rules.reasons(judgement.why),
    )
    await plan_settling(ctx, finding, seen, source)
    return finding


def _kept(text: str) -> str:
    return text[:MOST_TEXT].encode("utf-8", "replace").decode()


# — what a crash interrupted ———————————————————————————————————————————————————————————————


async def plan_settling(ctx: GroupContext, finding: Finding, seen: AdSeen, cause: str) -> None:
    """Have it taken up again, in the name of who is at it now, unless it is settled first."""
    payload = {
        "cause": cause,
        "text": _kept(seen.text),
        "author": ctx.author_id,
        "role": int(ctx.needed_role),
    }
    at = ctx.host.clock.now() + LATER
    await ctx.plan(SETTLE, at, key=str(finding.id), payload=payload, replace=True)


async def settle(ctx: GroupContext, slot: Any) -> datetime | None:
    """Go on with a finding that was left open."""
    finding = await Finding.get_or_none(id=int(slot.key))
    if finding is not None and finding.id in _at_work:
        return ctx.host.clock.now() + LATER
    if finding is not None:
        await _go_on(ctx, finding, slot.payload)
    await ctx.unplan(SETTLE, key=slot.key)
    return None


async def _go_on(ctx: GroupContext, finding: Finding, left: dict[str, Any]) -> None:
    cause, author_id = left["cause"], left["author"]
    seen = AdSeen(
        finding.user_id,
        finding.message_id,
        left["text"],
        int(finding.at.timestamp()),
        finding.certain,
        tuple(finding.why.split("、")),
    )
    if finding.state == "recalled":
        await _count(ctx, finding, cause)
    elif author_id and finding.state in ("seen", "ad"):
        person = _caused(ctx, ctx.source, author_id, Role(left["role"]))
        await decide(person, finding, seen, cause)
    elif finding.state == "seen" and await _recall_of(cause):
        await decide(ctx, finding, seen, cause)
    elif finding.state == "seen":
        await _follow_rule(ctx, finding, seen, finding.score >= IS_AD)


def _caused(
    ctx: GroupContext, source: str | None, author_id: int = 0, role: Role = Role.MEMBER
) -> GroupContext:
    """The same place, under another source."""
    caused = GroupContext(
        ctx.host,
        ctx.group,
        ctx.feature,
        source=source,
        author_id=author_id,
        needed_role=role,
        priority=ctx.priority,
    )
    caused.answers_to = ctx.answers_to
    return caused


async def _recall_of(cause: str) -> Record | None:
    """The record of the recall made for this cause, refused or not."""
    return await audit.of_source(f"{cause}/recall#1")


async def _is_gone(cause: str) -> bool:
    record = await _recall_of(cause)
    return record is not None and record.state not in (State.NOT_DONE.value, State.SIMULATED.value)


# — deciding ———————————————————————————————————————————————————————————————————————————————


@atomic
async def put_aside(ctx: GroupContext, finding: Finding) -> None:
    """Leave it to the admins; the same words wait there only once."""
    same = Finding.filter(group_id=finding.group_id, state="suspect", text=finding.text)
    if await same.exclude(id=finding.id).exists():
        await ctx.unplan(SETTLE, key=str(finding.id))
        await finding.delete()
    else:
        await _settled(ctx, finding, "suspect")


async def decide(
    ctx: GroupContext, finding: Finding, seen: AdSeen, cause: str, *, review: bool = False
) -> Decided:
    """Ask whether the ad may stay; otherwise recall it and explain, or with `review` leave it to the admins.

    `cause` names why this is decided: decided again for the same, only what is missing is done.
    """
    _at_work.add(finding.id)
    try:
        return await _decide(ctx, finding, seen, cause, review)
    finally:
        _at_work.discard(finding.id)


async def _decide(ctx: GroupContext, finding: Finding, seen: AdSeen, cause: str, review: bool) -> Decided:
    gone, opinions, allowed = await _is_gone(cause), [], None
    try:
        opinions = sorted([answer.value for answer in await ad_opinion.ask(ctx, seen)], key=rules.rank)
        allowed = None if gone else await _allowed(ctx, opinions)
    except HookFailed as failed:
        logger.opt(exception=failed).error("lizheng: nobody could say whether an ad may stay")
        if not gone:
            return await _undecided(ctx, finding)
    if allowed is not None:
        return await _let_stay(ctx, finding, *allowed)
    if review and not gone:
        await put_aside(ctx, finding)
        return Decided("suspect")
    outcome = await _caused(ctx, f"{cause}/recall", ctx.author_id, ctx.needed_role).recall(
        finding.message_id, finding.user_id, f"{texts.RECALL_REASON}：{finding.why}", rule="广告识别"
    )
    if outcome.state is State.NOT_DONE and not ctx.author_id and not _is_protected(ctx, finding.user_id):
        await put_aside(ctx, finding)
        return Decided("not_done", outcome.why)
    if outcome.state in (State.NOT_DONE, State.SIMULATED):
        await _settled(ctx, finding, outcome.state.value, reason=outcome.why)
        return Decided(outcome.state.value, outcome.why)
    ruling = await _rule_on(opinions)
    await _recalled(ctx, finding, ruling, cause)
    await _count(ctx, finding, cause)
    await ctx.unplan(SETTLE, key=str(finding.id))
    return Decided("recalled", ruling.reason)


def _is_protected(ctx: GroupContext, user_id: int) -> bool:
    return bool(why_protected(ctx, user_id, ctx.host.roster.seen(ctx.group.id, user_id)))


async def _undecided(ctx: GroupContext, finding: Finding) -> Decided:
    await ctx.tell_once("undecided", texts.UNDECIDED)
    if ctx.author_id:
        await _settled(ctx, finding, "ad")
    else:
        await put_aside(ctx, finding)
    return Decided("seen")


async def _allowed(ctx: GroupContext, opinions: Iterable[AdOpinion]) -> tuple[str, str] | None:
    """The reason of the first Allow that holds, and what claiming it says. Nothing is claimed in dry run."""
    for opinion in opinions:
        if isinstance(opinion, Allow):
            told = "" if ctx.group.dry_run else await _claim(opinion.claim)
            if told is not None:
                return opinion.reason, told
    return None


async def _claim(claim: Claim | None) -> str | None:
    if claim is None:
        return ""
    try:
        return await claim()
    except Exception as error:
        raise HookFailed(ad_opinion.name, "a claim") from error


@atomic
async def _let_stay(ctx: GroupContext, finding: Finding, reason: str, told: str) -> Decided:
    await _settled(ctx, finding, "allowed", reason=reason)
    await ctx.note("allowed", texts.ALLOWED.format(reason=reason), target=finding.user_id)
    if told:
        await ctx.say("{who} {told}", who=Mention(finding.user_id), told=told)
    return Decided("allowed", reason)


async def _rule_on(opinions: list[AdOpinion]) -> Ruling:
    """Who decides that it had to go: the first charge that can be claimed, else the first that forbids."""
    ways = rules.ways_out(opinions)
    for opinion in opinions:
        if isinstance(opinion, Charge):
            try:
                told = await _claim(opinion.claim)
            except HookFailed as failed:
                # It is recalled already, and said so whatever else fails.
                logger.opt(exception=failed).error("lizheng: what an ad costs could not be claimed")
                continue
            if told is not None:
                return Ruling(rules.reason_of(opinion, told), ways)
        elif isinstance(opinion, Forbid):
            return Ruling(rules.reason_of(opinion), ways)
    return Ruling(texts.NOT_ALLOWED, ways)


@atomic
async def _recalled(ctx: GroupContext, finding: Finding, ruling: Ruling, cause: str) -> None:
    record = await _recall_of(cause)
    await _mark(
        finding,
        "recalled",
        record=record.number if record else None,
        reason=ruling.reason,
        ways="\n".join(ruling.ways),
        telling="waiting",
    )
    await plan_telling(ctx, finding)


async def _count(ctx: GroupContext, finding: Finding, cause: str) -> None:
    """Report a violation where the group counts one."""
    chosen = ctx.settings(Settings)
    since = ctx.host.clock.now() - DAY
    count = await Finding.filter(
        group_id=ctx.group.id, user_id=finding.user_id, state="recalled", at__gt=since
    ).count()
    evidence = rules.violated(count, chosen.strikes, finding.certain, chosen.certain_counts)
    if not evidence:
        return
    try:
        found = Violation(finding.user_id, texts.RULE, f"{evidence}：{finding.why}")
        await violation.ask(_caused(ctx, f"{cause}/violation"), found)
    except HookFailed as failed:
        logger.opt(exception=failed).error("lizheng: a violation could not be reported")


@atomic
async def _settled(ctx: GroupContext, finding: Finding, state: str, **changes: object) -> None:
    await _mark(finding, state, **changes)
    await ctx.unplan(SETTLE, key=str(finding.id))


async def _mark(finding: Finding, state: str, **changes: object) -> None:
    finding.state = state
    for name, value in changes.items():
        setattr(finding, name, value)
    await finding.save(update_fields=["state", *changes])
