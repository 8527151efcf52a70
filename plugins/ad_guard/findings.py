"""The life of a finding in the database: opened, settled, or waiting in a slot to be taken up again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lizheng import GroupContext, atomic, next_number
from lizheng.hooks import AdSeen
from plugins.ad_guard import rules
from plugins.ad_guard.models import Finding
from plugins.ad_guard.recognise import Judgement

KEPT = timedelta(days=30)
MOST_TEXT = 2000
SETTLE = "settle"
LATER = timedelta(seconds=5)
"""After which a finding that is still open is taken up again."""
GIVE_UP = timedelta(minutes=10)
"""How long an author who cannot be looked up is asked for."""


async def forget_old(now: datetime) -> None:
    await Finding.filter(at__lt=now - KEPT).delete()


@atomic
async def open_finding(
    ctx: GroupContext, source: str, seen: AdSeen, text: str, judgement: Judgement
) -> Finding:
    """The finding of this cause: a new one, or the one it has made before."""
    if known := await Finding.get_or_none(source=source):
        return known
    finding = await Finding.create(
        group_id=ctx.group.id,
        number=await next_number(ctx.group.id, "ad_guard"),
        user_id=seen.user_id,
        message_id=seen.message_id,
        source=source,
        at=datetime.fromtimestamp(seen.at, UTC),
        text=_kept(text),
        score=judgement.score,
        certain=judgement.certain,
        why=rules.reasons(judgement.why),
    )
    await plan_settling(ctx, finding, seen, source)
    return finding


def _kept(text: str) -> str:
    return text[:MOST_TEXT].encode("utf-8", "replace").decode()


async def plan_settling(ctx: GroupContext, finding: Finding, seen: AdSeen, cause: str) -> None:
    """Have it taken up again, in the name of who is at it now, unless it is settled first."""
    payload = {
        "cause": cause,
        "text": _kept(seen.text),
        "author": ctx.author_id,
        "role": int(ctx.needed_role),
        "until": (ctx.now + GIVE_UP).timestamp(),
    }
    at = ctx.now + LATER
    await ctx.plan(SETTLE, at, key=str(finding.id), payload=payload, replace=True)


@atomic
async def put_aside(ctx: GroupContext, finding: Finding) -> None:
    """Leave it to the admins; the same words wait there only once."""
    same = Finding.filter(group_id=finding.group_id, state="suspect", text=finding.text)
    if await same.exclude(id=finding.id).exists():
        await ctx.unplan(SETTLE, key=str(finding.id))
        await finding.delete()
    else:
        await settled(ctx, finding, "suspect")


@atomic
async def settled(ctx: GroupContext, finding: Finding, state: str, **changes: object) -> None:
    """This is what became of it."""
    await mark(finding, state, **changes)
    await ctx.unplan(SETTLE, key=str(finding.id))


async def mark(finding: Finding, state: str, **changes: object) -> None:
    """Write it down, while more is to follow."""
    finding.state = state
    for name, value in changes.items():
        setattr(finding, name, value)
    await finding.save(update_fields=["state", *changes])
