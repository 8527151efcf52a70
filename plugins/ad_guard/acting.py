"""What follows when an advertisement is recognised: opinions, the recall, what is counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from nonebot import logger

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
    finding = await open_finding(
        ctx, ctx.source, ctx.author_id, ctx.message_id, ctx.event.time, text, judgement
    )
    if finding.state != "seen":
        return finding.state == "recalled"
    if not rules.acts_on(judgement, ctx.settings(Settings).strictness):
        await put_aside(finding)
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
    decided = await decide(rule, finding, seen, review=ctx.settings(Settings).action == "只待审")
    return decided.state == "recalled"


@atomic
async def open_finding(
    ctx: GroupContext, source: str, user_id: int, message_id: int, at: int, text: str, judgement: Judgement
) -> Finding:
    """The finding of this cause: a new one, or the one it has made before."""
    if known := await Finding.get_or_none(source=source):
        return known
    return await Finding.create(
        group_id=ctx.group.id,
        number=await next_number(ctx.group.id, "ad_guard"),
        user_id=user_id,
        message_id=message_id,
        source=source,
        at=datetime.fromtimestamp(at, UTC),
        text=text[:MOST_TEXT].encode("utf-8", "replace").decode(),
        score=judgement.score,
        certain=judgement.certain,
        why=rules.reasons(judgement.why),
    )


async def put_aside(finding: Finding) -> None:
    """Leave it to the admins; the same words wait there only once."""
    same = Finding.filter(group_id=finding.group_id, state="suspect", text=finding.text)
    if await same.exists():
        await finding.delete()
    else:
        await _mark(finding, "suspect")


async def decide(ctx: GroupContext, finding: Finding, seen: AdSeen, *, review: bool = False) -> Decided:
    """Ask whether the ad may stay; otherwise recall it and explain, or with `review` leave it to the admins."""
    try:
        opinions = sorted([answer.value for answer in await ad_opinion.ask(ctx, seen)], key=rules.rank)
        allowed = await _allowed(ctx, opinions)
    except HookFailed as failed:
        logger.opt(exception=failed).error("lizheng: nobody could say whether an ad may stay")
        await ctx.tell_once("undecided", texts.UNDECIDED)
        return Decided("seen")
    if allowed is not None:
        return await _let_stay(ctx, finding, *allowed)
    if review:
        await put_aside(finding)
        return Decided("suspect")
    outcome = await ctx.recall(
        finding.message_id, finding.user_id, f"{texts.RECALL_REASON}：{finding.why}", rule="广告识别"
    )
    if outcome.state in (State.NOT_DONE, State.SIMULATED):
        await _mark(finding, outcome.state.value, reason=outcome.why)
        return Decided(outcome.state.value, outcome.why)
    ruling = await _rule_on(opinions)
    await _recalled(ctx, finding, ruling)
    await _count(ctx, finding)
    return Decided("recalled", ruling.reason)


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


async def _let_stay(ctx: GroupContext, finding: Finding, reason: str, told: str) -> Decided:
    await _mark(finding, "allowed", reason=reason)
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
async def _recalled(ctx: GroupContext, finding: Finding, ruling: Ruling) -> None:
    record = (
        await Record.filter(
            group_id=ctx.group.id, feature=ctx.feature.id, kind="recall", target_id=finding.user_id
        )
        .order_by("-number")
        .first()
    )
    await _mark(
        finding,
        "recalled",
        record=record.number if record else None,
        reason=ruling.reason,
        ways="\n".join(ruling.ways),
        telling="waiting",
    )
    await plan_telling(ctx, finding)


async def _count(ctx: GroupContext, finding: Finding) -> None:
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
        await violation.ask(ctx, Violation(finding.user_id, texts.RULE, f"{evidence}：{finding.why}"))
    except HookFailed as failed:
        logger.opt(exception=failed).error("lizheng: a violation could not be reported")


async def _mark(finding: Finding, state: str, **changes: object) -> None:
    finding.state = state
    for name, value in changes.items():
        setattr(finding, name, value)
    await finding.save(update_fields=["state", *changes])
