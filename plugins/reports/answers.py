"""What 举报 answers to others."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from lizheng import GroupContext
from lizheng.hooks import Figure, Mark, ReportWeek
from plugins.reports import cases
from plugins.reports.models import Case

REMEMBERED = timedelta(days=180)
OPEN, UPHELD, PRIVATE = 0.2, 0.4, 0.4


async def suspicion(ctx: GroupContext, user_id: int) -> tuple[Mark, ...] | None:
    """Marks by what is open or was upheld, never by whom it was said."""
    rows = await Case.filter(group_id=ctx.group.id, user_id=user_id, state__in=("open", "upheld"))
    marks: list[Mark] = []
    for case in rows:
        number = cases.label(case)
        if case.state == "open" and not case.to_owner:
            marks.append(Mark("有举报", OPEN, f"{number} 还没定", case.opened_at))
        elif case.ended_at and case.ended_at > ctx.now - REMEMBERED:
            weight = PRIVATE if case.kind == "private" else UPHELD
            marks.append(Mark("举报成立", weight, number, case.ended_at))
    return tuple(marks) or None


async def figures(ctx: GroupContext, week: ReportWeek) -> tuple[Figure, ...] | None:
    start = datetime.combine(week.monday, time(), ctx.zone)
    rows = await Case.filter(
        group_id=ctx.group.id, opened_at__gte=start, opened_at__lt=start + timedelta(days=7)
    )
    if not rows:
        return None
    upheld = sum(case.state == "upheld" for case in rows)
    return (Figure("举报", f"{len(rows)} 件"), Figure("举报成立", f"{upheld} 件"))
