"""What other features report: the hook `violation`."""

from __future__ import annotations

from lizheng import GroupContext
from lizheng.hooks import Violation
from plugins.violations import cases
from plugins.violations.cases import Charge
from plugins.violations.ladder import Measure


async def take_over(ctx: GroupContext, seen: Violation) -> bool:
    """Open a case; the same report of the same cause again changes nothing."""
    source = ctx.cause and f"{ctx.cause}|{seen.user_id}|{seen.rule}"
    measure = Measure(seen.asked, seen.span) if seen.asked else None
    found = Charge(seen.user_id, seen.rule, seen.evidence, rule=seen.rule, measure=measure)
    await cases.charge(ctx, found, source)
    return True
