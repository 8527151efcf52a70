"""What other features ask: to take a violation over, what one brings, and what an appeal may say."""

from __future__ import annotations

from lizheng import GroupContext
from lizheng.hooks import Defence, Steps, Violation
from lizheng.parts.measures import Measure
from plugins.violations import cases
from plugins.violations.cases import Charge


async def take_over(ctx: GroupContext, seen: Violation) -> bool:
    """Open a case; the same report of the same cause again changes nothing."""
    found = Charge(
        seen.user_id,
        seen.reason or seen.rule,
        seen.evidence,
        rule=seen.rule,
        measure=Measure(seen.asked, seen.span) if seen.asked else None,
        entry=seen.entry,
        recall=seen.messages,
    )
    await cases.charge(ctx, found, ctx.cause and f"{ctx.cause}|{seen.user_id}|{seen.rule}")
    return True


async def steps(ctx: GroupContext, question: None) -> Steps:
    ladder = cases.ladder_of(ctx)
    return Steps(str(ladder), len(ladder.rungs))


async def may_repeat(ctx: GroupContext, defence: Defence) -> bool | None:
    """An appeal may say what the case was about, while there is one to appeal."""
    if defence.feature != ctx.feature.id:
        return None
    return any(not case.appealed for case in await cases.counting(ctx, defence.user_id))
