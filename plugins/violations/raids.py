"""Kicks by a rule beyond the budget: one question for all of them, to any admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lizheng import GroupContext, Pending, Why, atomic
from lizheng.text import shown_name
from plugins.violations import cases, texts
from plugins.violations.cases import ENFORCE
from plugins.violations.models import Case

ASK, DECISION = "ask", "kicks"
GATHERING = timedelta(seconds=5)
"""Those who break a rule this soon after the first are asked about with them."""
MOST_SHOWN = 20


def is_over(ctx: GroupContext, case: Case, confirmed: bool) -> bool:
    """Whether nobody has asked for this kick and the group has had as many as may go without a word."""
    by_rule = case.measure == "kick" and not case.actor_id and not confirmed and not ctx.group.dry_run
    return by_rule and not ctx.may_kick()


@atomic
async def put_aside(ctx: GroupContext, case: Case) -> None:
    """Leave this kick to an admin."""
    due = Case.filter(id=case.id, outcome="due")
    if await due.update(outcome="asked", telling="asking", why=Why.ASKED.value):
        await ctx.plan(ASK, ctx.now + GATHERING, key=str(case.id))


@atomic
async def ask(ctx: GroupContext, slot: Any) -> None:
    """Ask about everybody who was put aside so far."""
    waiting = Case.filter(group_id=ctx.group.id, outcome="asked", telling="asking")
    rows = await waiting.order_by("number")
    if not rows:
        return
    await Case.filter(id__in=[case.id for case in rows]).update(telling="no")
    names = [f"{cases.label(case)} {shown_name(case.name)}" for case in rows[:MOST_SHOWN]]
    if len(rows) > MOST_SHOWN:
        names.append(texts.RAID_MORE.format(count=len(rows) - MOST_SHOWN))
    payload = {"cases": [case.id for case in rows]}
    await ctx.preview(DECISION, texts.RAID, payload=payload, count=len(rows), names="、".join(names))


@atomic
async def agreed(ctx: GroupContext, pending: Pending) -> None:
    """They go, but those whose case counts no more."""
    now = ctx.now
    for case in await _asked_about(pending):
        await Case.filter(id=case.id).update(outcome="due", why="")
        await ctx.plan(ENFORCE, now, key=str(case.id), payload={"confirmed": True}, replace=True)


@atomic
async def declined(ctx: GroupContext, pending: Pending) -> None:
    rows = await _asked_about(pending)
    await Case.filter(id__in=[case.id for case in rows]).update(outcome="none")
    await ctx.say(texts.RAID_STAYS, numbers=cases.labels(rows) or "—")


async def _asked_about(pending: Pending) -> list[Case]:
    rows = Case.filter(id__in=pending.payload["cases"], outcome="asked", state__in=cases.COUNTING)
    return await rows.order_by("number")
