"""Telling what was done: those dealt with in the same moment share one message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from lizheng import GroupContext, Priority, atomic
from lizheng.messages.templates import Mention, compose, fill
from lizheng.text import mask
from plugins.violations import cases, texts
from plugins.violations.models import Case
from plugins.violations.settings import Settings

TELL = "tell"
MOST_PEOPLE, MOST_LINES = 20, 5
TOGETHER = timedelta(seconds=3)
"""Kicks are a second or two apart; nobody wants to read of each."""


async def plan_telling(ctx: GroupContext, case_id: int) -> None:
    """Have it told; what turned out otherwise later is told again."""
    since = {"since": ctx.now.timestamp()}
    await ctx.plan(TELL, ctx.now, key=str(case_id), payload=since, replace=True)


async def tell(ctx: GroupContext, slot: Any) -> datetime | None:
    """Say what waits to be said: one message for each kind of news.

    While others are still being dealt with it waits a moment for them; the last of them has it told at once.
    """
    patience = slot.payload.get("since", 0.0) + TOGETHER.total_seconds() - ctx.now.timestamp()
    if patience > 0 and await Case.filter(group_id=ctx.group.id, outcome__in=("due", "queued")).exists():
        return ctx.now + timedelta(seconds=patience)
    waiting = await Case.filter(group_id=ctx.group.id, telling="waiting").order_by("number")
    news: dict[tuple[Any, ...], list[Case]] = {}
    for case in waiting:
        # What comes next is told with each, so it is part of what makes two the same news.
        following = (await cases.following(ctx, case.user_id)).said
        news.setdefault((*_kind(case), following), []).append(case)
    for (*_, following), rows in news.items():
        for at in range(0, len(rows), MOST_PEOPLE):
            await _say(ctx, rows[at : at + MOST_PEOPLE], following)
    return None


def _kind(case: Case) -> tuple[Any, ...]:
    if case.measure == "kick" and case.outcome == "done":
        return ("kick",)
    return case.measure, case.seconds, case.outcome, case.state == "spared", case.reason, case.why


@atomic
async def _say(ctx: GroupContext, rows: Sequence[Case], following: str) -> None:
    ids = [case.id for case in rows]
    await Case.filter(id__in=ids).update(telling="told")
    template, values = _words(ctx, rows, following)
    if rows[0].actor_id:
        ctx.priority = Priority.REPLY
    await ctx.post(compose(template, values), source=f"{cases.FEATURE}:{rows[0].id}/{rows[0].outcome}")


def _words(ctx: GroupContext, rows: Sequence[Case], following: str) -> tuple[str, dict[str, Any]]:
    case, numbers = rows[0], cases.labels(rows)
    names = "、".join(mask(row.name) for row in rows)
    measure = cases.measure_of(case)
    what = {"warn": "警告", "mute": "禁言", "kick": "移出"}[measure.kind]
    if case.state == "spared":
        return texts.SPARED, {"numbers": numbers, "what": what, "names": names, "why": case.why}
    if case.outcome == "unknown":
        return texts.UNSURE, {"numbers": numbers, "what": what, "names": names}
    if case.outcome != "done":
        return texts.NOT_DONE, {"numbers": numbers, "what": what, "names": names, "why": case.why}
    if measure.kind == "kick":
        return texts.FLEW, {"lines": _farewell(ctx, names, numbers)}
    values = {
        "people": [part for row in rows for part in (Mention(row.user_id), " ")],
        "numbers": numbers,
        "reason": case.reason.rstrip("。.！!"),
        "following": following,
        "span": measure.said.removeprefix("禁言 "),
    }
    if measure.kind == "warn":
        return texts.WARNED, values
    return (
        (texts.MUTED_LONGER, {**values, "why": case.why.removeprefix("他")})
        if case.why
        else (texts.MUTED, values)
    )


def _farewell(ctx: GroupContext, names: str, numbers: str) -> list[Any]:
    """The group's own words, in which nothing stands of what was done or said."""
    values = {"昵称": names, "编号": numbers, "群名": ctx.group.name}
    return fill(ctx.settings(Settings).farewell, values)
