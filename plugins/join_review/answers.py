"""What 入群审核 tells others: how somebody came in, what speaks against them, and the numbers of a week."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from statistics import median

from lizheng import GroupContext
from lizheng.hooks import Figure, Known, Mark, ReportWeek
from plugins.join_review import applications, edges
from plugins.join_review.models import Edge
from plugins.join_review.rules import GRADES
from plugins.join_review.settings import Settings

MOST_REFUSALS = 2


async def known_of(ctx: GroupContext, user_id: int) -> Known | None:
    """Who vouched for them and what they answered."""
    edge = await edges.of(ctx, user_id)
    if edge is None:
        return None
    # Whoever asks may show it in the group.
    answer = "" if ctx.settings(Settings).shown == "管理员私聊" else edge.answer
    if not (edge.inviter_id or answer):
        return None
    if edge.inviter_id:
        await ctx.names_of([edge.inviter_id])
        who = f"{ctx.who(edge.inviter_id)} 介绍（{GRADES[edge.grade]}）"
        return Known("担保" if edge.grade == "D" else "介绍人", f"{who}，{answer}" if answer else who)
    return Known("入群回答", answer)


async def suspicion_of(ctx: GroupContext, user_id: int) -> tuple[Mark, ...] | None:
    """A weak inviter, and having been refused again and again."""
    marks: list[Mark] = []
    edge = await edges.of(ctx, user_id)
    if edge is not None and edge.inviter_id and await edges.is_weak(ctx, edge.inviter_id):
        marks.append(Mark("介绍人", 0.3, "介绍他的人带来的人多半被移出了", edge.at))
    refused = await applications.here(ctx, user_id=user_id, state="refused").order_by("-at")
    if len(refused) >= MOST_REFUSALS:
        marks.append(Mark("入群被拒", 0.3, f"进来之前被拒绝过 {len(refused)} 次", refused[-1].at))
    return tuple(marks) or None


async def week(ctx: GroupContext, question: ReportWeek) -> tuple[Figure, ...] | None:
    begins = datetime.combine(question.monday, time(), tzinfo=ctx.zone)
    rows = await applications.here(ctx, at__gte=begins, at__lt=begins + timedelta(days=7))
    if not rows:
        return None
    joined = [row for row in rows if row.state == "joined"]
    refused = [row for row in rows if row.state == "refused"]
    figures = [
        Figure("申请进群", f"{len(rows)} 个"),
        Figure("进来", f"{len(joined)} 个"),
        Figure("拒绝", f"{len(refused)} 个"),
    ]
    waits = [(row.decided_at - row.at).total_seconds() / 60 for row in rows if row.decided_at]
    if waits:
        figures.append(Figure("申请等了（中位）", f"{round(median(waits))} 分钟"))
    brought = Edge.filter(group_id=ctx.group.id, at__gte=begins, at__lt=begins + timedelta(days=7))
    if count := await brought.exclude(inviter_id=0).count():
        figures.append(Figure("有介绍人的", f"{count} 个"))
    return tuple(figures)
