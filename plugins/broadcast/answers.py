"""What 广播 adds to a week's report."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from lizheng import GroupContext
from lizheng.hooks import Figure, ReportWeek
from plugins.broadcast.models import Target


async def figures(ctx: GroupContext, week: ReportWeek) -> tuple[Figure, ...] | None:
    """Say how many broadcasts came here, and how many did not; None where there were none."""
    since = datetime.combine(week.monday, time(), tzinfo=ctx.zone)
    here = Target.filter(group_id=ctx.group.id, at__gte=since, at__lt=since + timedelta(days=7))
    came = await here.filter(state="done").count()
    missing = await here.filter(state__in=("not_done", "unknown")).count()
    found = [Figure("收到广播", f"{came} 次")] if came else []
    if missing:
        found.append(Figure("没收到的广播", f"{missing} 次"))
    return tuple(found) or None
