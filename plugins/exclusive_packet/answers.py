"""What the fund says when other features ask, and what happens when somebody leaves."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from lizheng import GroupContext, MemberLeft
from lizheng.grammar import say_money
from lizheng.hooks import BriefDay, Figure, ReportWeek, Section
from lizheng.ledger import fund
from lizheng.ledger.tables import Order
from plugins.exclusive_packet import texts
from plugins.exclusive_packet.commands import yuan


async def section(ctx: GroupContext, day: BriefDay) -> Section | None:
    """The hook `brief_section`: on the first of a month, what the last one was."""
    if day.date.day != 1:
        return None
    until = datetime.combine(day.date, time(), ctx.zone)
    since = (until - timedelta(days=1)).replace(day=1)
    flow, state = await fund.flow(ctx.group.id, since, until), await fund.state(ctx.group.id)
    if not (flow.taken_in or flow.paid_out):
        return None
    values = {"taken": yuan(flow.taken_in), "paid": yuan(flow.paid_out), "balance": yuan(state.balance)}
    return Section(texts.BRIEF, (texts.BRIEF_LINE.format(**values),))


async def figures(ctx: GroupContext, week: ReportWeek) -> tuple[Figure, ...] | None:
    """The hook `weekly_report`."""
    since = datetime.combine(week.monday, time(), ctx.zone)
    flow = await fund.flow(ctx.group.id, since, since + timedelta(days=7))
    return (Figure(texts.FIGURE, yuan(flow.paid_out)),) if flow.paid_out else None


async def left(ctx: GroupContext, happened: MemberLeft) -> None:
    """A reward for somebody who is gone may be given up; its payer is told."""
    open_ones = Order.filter(group_id=ctx.group.id, user_id=happened.user_id, kind="reward", state="open")
    for order in await open_ones.order_by("number").limit(3):
        name, amount = ctx.who(happened.user_id), say_money(order.price)
        await ctx.say(texts.GONE, name=name, number=order.number, amount=amount)
