"""A job that would punish, charge, remove or pay asks first when it comes at a doubtful time."""

from __future__ import annotations

from datetime import timedelta

from lizheng.grammar import say_duration
from lizheng.plugin.context import GroupContext
from lizheng.store.tables import Slot

LATEST = timedelta(hours=6)
AHEAD = timedelta(hours=1)
LATE = "晚了 {span}才轮到"
JUMPED = "这台机器的时间往前跳过 {span}，可能不对"


def jump_doubt(ctx: GroupContext, slot: Slot, *, cycle: timedelta | None = None) -> str:
    """Say in Chinese why a job should ask the admins with a preview instead of acting, "" when it may act.

    It should when it runs more than 6 hours or one `cycle` late, for which several would be made up at once, or after
    the wall clock has gone more than an hour ahead of the running one.
    """
    return doubt(ctx.now - slot.due_at, ctx.host.clock.ahead(), cycle)


def doubt(late: timedelta, ahead: timedelta, cycle: timedelta | None) -> str:
    """See `jump_doubt`."""
    if ahead > AHEAD:
        return JUMPED.format(span=_said(ahead))
    if late > (min(LATEST, cycle) if cycle else LATEST):
        return LATE.format(span=_said(late))
    return ""


def _said(span: timedelta) -> str:
    """In whole minutes: what lies below them is of no use to anybody."""
    return say_duration(timedelta(minutes=span // timedelta(minutes=1)))
