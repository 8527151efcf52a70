"""What 测挂 tells others: one weak mark, which nobody acts on by itself."""

from __future__ import annotations

from lizheng import GroupContext
from lizheng.hooks import Mark
from plugins.grabber_check import rounds, rules, texts
from plugins.grabber_check.settings import Settings

WEIGHT = 0.4


async def suspicion(ctx: GroupContext, user_id: int) -> tuple[Mark, ...] | None:
    rows = await rounds.ended(ctx)
    if len(rows) < ctx.settings(Settings).rounds:
        return None
    for one in await rounds.suspects(ctx, [user_id]):
        if one.score.value >= rules.LIKELY:
            why = texts.MARK.format(rounds=one.score.rounds, tops=one.score.tops)
            return (Mark("测挂", WEIGHT, why, rows[-1].at),)
    return None
