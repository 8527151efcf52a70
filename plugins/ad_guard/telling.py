"""Telling why ads were recalled: at once, but one member the same once a minute, and in a flood every ten seconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lizheng import GroupContext, atomic
from lizheng.messages.templates import compose, mentions
from plugins.ad_guard import rules, texts
from plugins.ad_guard.models import Finding

TELL = "tell"
AT_FIRST, PER_GROUP = timedelta(seconds=2), timedelta(seconds=10)
FEW = 3
"""So many explanations within `PER_MEMBER` before a group has to wait longer for the next."""
PER_MEMBER = timedelta(minutes=1)
MOST_MENTIONS = 20
MOST_LINES = 3


async def plan_telling(ctx: GroupContext, finding: Finding) -> None:
    await ctx.plan(TELL, ctx.now, key=str(finding.id))


async def tell(ctx: GroupContext, slot: Any) -> datetime | None:
    """Explain what waits to be explained, in one message."""
    waiting = await Finding.filter(group_id=ctx.group.id, telling="waiting").order_by("id")
    if not waiting:
        return None
    now = ctx.now
    lately = await Finding.filter(group_id=ctx.group.id, telling="told", told_at__gt=now - PER_MEMBER)
    last = max((row.told_at for row in lately if row.told_at), default=None)
    pause = AT_FIRST if len({row.told_source for row in lately}) < FEW else PER_GROUP
    if last is not None and now - last < pause:
        return last + pause
    await _tell(ctx, waiting, {_told(row) for row in lately})
    return None


def _told(finding: Finding) -> tuple[int, str]:
    """Who was told what: a new order's number, say, is told although the member was told of another one just now."""
    return finding.user_id, finding.reason


@atomic
async def _tell(ctx: GroupContext, waiting: list[Finding], told: set[tuple[int, str]]) -> None:
    due: list[Finding] = []
    for finding in waiting:
        skipped = _told(finding) in told
        told.add(_told(finding))
        finding.telling = "skipped" if skipped else "told"
        if not skipped:
            due.append(finding)
    # Whoever is told now is told about the first; the others of theirs share that explanation.
    source = f"{ctx.feature.id}:{waiting[0].id}"
    for finding in waiting:
        finding.told_at = ctx.now if finding.telling == "told" else None
        finding.told_source = source
        await finding.save(update_fields=["telling", "told_at", "told_source"])
    if due:
        await ctx.post(compose(*_words(due)), source=source, about=("source", source))


def _words(findings: list[Finding]) -> tuple[str, dict[str, Any]]:
    """The template and its values: everybody is named, each different reason once, every way out."""
    ways = list(dict.fromkeys(way for one in findings for way in one.ways.splitlines()))
    shown = texts.WAY.format(ways="；".join(ways)) if ways else ""
    by_reason: dict[str, list[int]] = {}
    for one in findings[:MOST_MENTIONS]:
        by_reason.setdefault(one.reason, []).append(one.user_id)
    if len(by_reason) == 1 and not ways and rules.is_unlawful(findings[0].reason):
        # One line: there is nothing to buy instead.
        people = [one.user_id for one in findings[:MOST_MENTIONS]]
        return texts.RECALLED_UNLAWFUL, {"people": mentions(people), "reason": findings[0].reason}
    if len(by_reason) == 1:
        people = [one.user_id for one in findings[:MOST_MENTIONS]]
        whose = texts.ONES.format(why=findings[0].why) if len(findings) == 1 else texts.SEVERAL_PEOPLE
        values = {"people": mentions(people), "whose": whose, "reason": findings[0].reason, "ways": shown}
        return texts.RECALLED, values
    lines: list[Any] = []
    for reason, people in list(by_reason.items())[:MOST_LINES]:
        lines += ["\n", mentions(people), reason]
    rest = [person for people in list(by_reason.values())[MOST_LINES:] for person in people]
    if rest:
        lines += [" ", mentions(rest), texts.LIKEWISE]
    return texts.RECALLED_SEVERAL, {"lines": lines, "ways": shown}
