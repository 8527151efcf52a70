"""What follows when an advertisement is recognised: opinions, the recall, what is counted.

Every finding has a slot until it is settled: what a crash interrupts is taken up again, from what is recorded.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from nonebot import logger

from lizheng import Context, GroupContext, HookFailed, Record, Role, State, Why, atomic
from lizheng.grammar.trades import unlawful
from lizheng.hooks import AdSeen, Violation, violation
from lizheng.messages.templates import Mention
from plugins.ad_guard import opinions, rules, texts
from plugins.ad_guard.findings import LATER, SETTLE, mark, open_finding, put_aside, settled
from plugins.ad_guard.models import Finding
from plugins.ad_guard.recognise import Judgement
from plugins.ad_guard.rules import Ruling
from plugins.ad_guard.settings import Settings
from plugins.ad_guard.telling import plan_telling

DAY = timedelta(hours=24)
IS_AD = 0.5
RECALL = "recall#1"
"""The name of the recall among the effects of what caused it; in the database since 0.1."""


class Decided(NamedTuple):
    """What became of an ad: a state of `Finding`, and the reason where there is one to tell."""

    state: str
    reason: str = ""


NOT_YET = Decided("not_done", texts.NOT_YET)
"""Its author could not be looked up; it is taken up again."""


class Acting:
    """Decides about findings; knows those it is at just now."""

    def __init__(self) -> None:
        self._at_work: set[int] = set()

    async def receive(self, ctx: Context, text: str, judgement: Judgement) -> bool:
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
        return (await self.follow_rule(rule, finding, seen, judgement.ad)).state == "recalled"

    async def follow_rule(
        self, ctx: GroupContext, finding: Finding, seen: AdSeen, ad: bool, *, last: bool = False
    ) -> Decided:
        """Do with it what the group has chosen. What offers an unlawful trade is one where it is suspect already."""
        chosen = ctx.settings(Settings)
        if not rules.acts_on(ad or bool(unlawful(finding.text)), seen.certain, chosen.strictness):
            return await _doubtful(ctx, finding, seen)
        review = chosen.action == "只待审"
        return await self.decide(ctx, finding, seen, finding.source, review=review, last=last)

    async def decide(
        self,
        ctx: GroupContext,
        finding: Finding,
        seen: AdSeen,
        cause: str,
        *,
        review: bool = False,
        last: bool = False,
    ) -> Decided:
        """Ask whether the ad may stay; otherwise recall it and explain, or with `review` leave it to the admins.

        `cause` names why this is decided: decided again for the same, only what is missing is done. While its author
        cannot be looked up it stays open, to be taken up again, unless this is the `last` time.
        """
        self._at_work.add(finding.id)
        try:
            return await _decide(ctx, finding, seen, cause, review, last)
        finally:
            self._at_work.discard(finding.id)

    # — what a crash interrupted ———————————————————————————————————————————————————————————

    async def settle(self, ctx: GroupContext, slot: Any) -> datetime | None:
        """Go on with a finding that was left open."""
        finding = await Finding.get_or_none(id=int(slot.key))
        if finding is not None and finding.id in self._at_work:
            return ctx.now + LATER
        if finding is not None:
            last = ctx.now.timestamp() >= left_until(slot.payload)
            if await self._go_on(ctx, finding, slot.payload, last=last) == NOT_YET:
                return ctx.now + LATER
        await ctx.unplan(SETTLE, key=slot.key)
        return None

    async def _go_on(
        self, ctx: GroupContext, finding: Finding, left: dict[str, Any], *, last: bool
    ) -> Decided | None:
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
            return await self.decide(person, finding, seen, cause, last=last)
        elif finding.state == "seen" and await _recall_of(ctx, cause):
            return await self.decide(ctx, finding, seen, cause, last=last)
        elif finding.state == "seen":
            return await self.follow_rule(ctx, finding, seen, finding.score >= IS_AD, last=last)
        return None


def left_until(payload: dict[str, Any]) -> float:
    """When looking up an author is given up, in epoch seconds."""
    return float(payload.get("until", 0))


def _caused(
    ctx: GroupContext, source: str | None, author_id: int = 0, role: Role = Role.MEMBER
) -> GroupContext:
    """The same place, under another source."""
    caused = ctx.under(source, author_id=author_id, needed_role=role, priority=ctx.priority)
    caused.answers_to, caused.place = ctx.answers_to, ctx.place
    return caused


async def _recall_of(ctx: GroupContext, cause: str) -> Record | None:
    """The record of the recall made for this cause, refused or not."""
    return await _caused(ctx, cause).record_of(RECALL)


async def _is_gone(ctx: GroupContext, cause: str) -> bool:
    record = await _recall_of(ctx, cause)
    return record is not None and record.state not in (State.NOT_DONE.value, State.SIMULATED.value)


# — deciding ———————————————————————————————————————————————————————————————————————————————


async def _decide(
    ctx: GroupContext, finding: Finding, seen: AdSeen, cause: str, review: bool, last: bool
) -> Decided:
    gone, found, welcome = await _is_gone(ctx, cause), [], None
    crime = unlawful(finding.text)
    try:
        # Nobody sells a place to what is against the law.
        found = [] if crime else await opinions.ask(ctx, seen)
        welcome = None if gone else await opinions.allowed(ctx, found)
    except HookFailed as failed:
        logger.opt(exception=failed).error("lizheng: nobody could say whether an ad may stay")
        if not gone:
            return await _undecided(ctx, finding)
    if welcome is not None:
        return await _let_stay(ctx, finding, *welcome)
    if review and not gone:
        await put_aside(ctx, finding)
        return Decided("suspect")
    reason = f"{texts.RECALL_REASON}：{finding.why}"
    outcome = await _caused(ctx, cause, ctx.author_id, ctx.needed_role).recall(
        finding.message_id, finding.user_id, reason, rule="广告识别", again=not last, key=RECALL
    )
    if outcome.why == Why.UNREADABLE and not last:
        return NOT_YET
    if outcome.why == Why.UNREADABLE:
        await put_aside(ctx, finding)
        await ctx.say(texts.GIVEN_UP)
        return Decided("not_done", outcome.why)
    if outcome.state is State.NOT_DONE and not ctx.author_id and not _is_protected(ctx, finding.user_id):
        await put_aside(ctx, finding)
        return Decided("not_done", outcome.why)
    if outcome.state in (State.NOT_DONE, State.SIMULATED):
        await settled(ctx, finding, outcome.state.value, reason=outcome.why)
        return Decided(outcome.state.value, outcome.why)
    ruling = Ruling(texts.UNLAWFUL.format(trade=crime)) if crime else await opinions.rule_on(found)
    await _recalled(ctx, finding, ruling, cause)
    await _count(ctx, finding, cause)
    await ctx.unplan(SETTLE, key=str(finding.id))
    return Decided("recalled", ruling.reason)


async def _doubtful(ctx: GroupContext, finding: Finding, seen: AdSeen) -> Decided:
    """For the admins to look at, unless it may stay whatever it is."""
    try:
        crime = unlawful(finding.text)
        reason = None if crime else opinions.welcome(await opinions.ask(ctx, seen))
    except HookFailed as failed:
        logger.opt(exception=failed).warning("lizheng: nobody could say whether a suspect may stay")
        reason = None
    if reason is None:
        await put_aside(ctx, finding)
        return Decided("suspect")
    await settled(ctx, finding, "allowed", reason=reason)
    return Decided("allowed", reason)


def _is_protected(ctx: GroupContext, user_id: int) -> bool:
    return bool(ctx.why_protected(user_id, ctx.seen(user_id)))


async def _undecided(ctx: GroupContext, finding: Finding) -> Decided:
    await ctx.tell_once("undecided", texts.UNDECIDED)
    if ctx.author_id:
        await settled(ctx, finding, "ad")
    else:
        await put_aside(ctx, finding)
    return Decided("seen")


@atomic
async def _let_stay(ctx: GroupContext, finding: Finding, reason: str, told: str) -> Decided:
    await settled(ctx, finding, "allowed", reason=reason)
    await ctx.note("allowed", texts.ALLOWED.format(reason=reason), target=finding.user_id)
    if told:
        await ctx.say("{who} {told}", who=Mention(finding.user_id), told=told)
    return Decided("allowed", reason)


@atomic
async def _recalled(ctx: GroupContext, finding: Finding, ruling: Ruling, cause: str) -> None:
    record = await _recall_of(ctx, cause)
    await mark(
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
    since = ctx.now - DAY
    count = await Finding.filter(
        group_id=ctx.group.id, user_id=finding.user_id, state="recalled", at__gt=since
    ).count()
    evidence = rules.violated(count, chosen.strikes, finding.certain, chosen.certain_counts)
    if crime := unlawful(finding.text):
        evidence = texts.UNLAWFUL_EVIDENCE.format(trade=crime)
    if not evidence:
        return
    try:
        found = Violation(finding.user_id, texts.RULE, f"{evidence}：{finding.why}")
        await violation.ask(_caused(ctx, f"{cause}/violation"), found)
    except HookFailed as failed:
        logger.opt(exception=failed).error("lizheng: a violation could not be reported")
