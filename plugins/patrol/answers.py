"""What 巡查 tells others."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from lizheng import GroupContext
from lizheng.hooks import Figure, ReportWeek
from plugins.patrol.models import Round, Target


async def figures(ctx: GroupContext, week: ReportWeek) -> tuple[Figure, ...] | None:
    start = datetime.combine(week.monday, time(), ctx.zone)
    end = start + timedelta(days=7)
    last = await Round.filter(group_id=ctx.group.id, at__gte=start, at__lt=end).order_by("-id").first()
    gone = await Target.filter(group_id=ctx.group.id, at__gte=start, at__lt=end, state="done").count()
    if last is None and not gone:
        return None
    watched = (Figure("该看看的", f"{last.clearable + last.watched} 人"),) if last else ()
    return (*watched, Figure("请走的", f"{gone} 人"))
