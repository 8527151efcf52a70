"""What 投票 adds to what others say."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from lizheng import GroupContext
from lizheng.hooks import Figure, ReportWeek
from plugins.polls.models import Poll, Survey


async def week(ctx: GroupContext, asked: ReportWeek) -> tuple[Figure, ...] | None:
    """Count what has ended; of what is still open nothing is told, so that what is hidden stays hidden."""
    since = datetime.combine(asked.monday, time(), tzinfo=ctx.zone)
    span = {"ended_at__gte": since, "ended_at__lt": since + timedelta(days=7)}
    closed = await Poll.filter(group_id=ctx.group.id, state="closed", **span)
    surveys = await Survey.filter(group_id=ctx.group.id, state="closed", **span).count()
    figures: list[Figure] = []
    if closed:
        votes = sum(int((poll.result or {}).get("voted", 0)) for poll in closed)
        figures.append(Figure("投票", f"{len(closed)} 个，{votes} 人次"))
    if surveys:
        figures.append(Figure("问卷", f"{surveys} 份"))
    return tuple(figures) or None
