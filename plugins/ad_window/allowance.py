"""Whether an advertisement may stay for nothing, and counting those that did."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from lizheng import GroupContext, atomic, fetch
from lizheng.hooks import AdOpinion, AdSeen, Allow, Forbid
from plugins.ad_window import rules, texts
from plugins.ad_window.models import FreeAd
from plugins.ad_window.rules import Window
from plugins.ad_window.settings import Settings
from plugins.ad_window.timing import calendar_of

_TAKE = (
    'INSERT INTO "ad_window_ad" ("group_id", "window", "closes", "user_id", "nth", "message_id", "at") '
    'VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING "id"'
)


async def used(ctx: GroupContext, window: Window, user_id: int) -> int:
    """How many advertisements of this member the window has let through, wherever its edges were meanwhile."""
    opened = await _opened(ctx, window, user_id)
    return await FreeAd.filter(group_id=ctx.group.id, window=opened, user_id=user_id).count()


async def _opened(ctx: GroupContext, window: Window, user_id: int) -> datetime:
    """The opening that the member's advertisements count under: that of the window as it was for the first of them."""
    opens, closes = window.opens.astimezone(UTC), window.closes.astimezone(UTC)
    own = FreeAd.filter(group_id=ctx.group.id, user_id=user_id, window__lt=closes, closes__gt=opens)
    first = await own.order_by("window").first()
    return first.window if first else opens


async def opinion(ctx: GroupContext, seen: AdSeen) -> AdOpinion | None:
    """The hook `ad_opinion`: judged by when the message was sent, not by when it is looked at."""
    calendar = calendar_of(ctx)
    at = datetime.fromtimestamp(seen.at, UTC)
    following = calendar.next_after(max(at, ctx.now))
    if following is None:
        return None
    way_out = texts.WAY_OUT.format(following=rules.say_window(following, ctx.now))
    window = calendar.admits(at)
    if window is None:
        return Forbid(texts.OUTSIDE, way_out, following.opens)
    most = ctx.settings(Settings).per_member
    if not await _counted(ctx, window, seen) and await used(ctx, window, seen.user_id) >= most:
        return Forbid(texts.USED_UP.format(most=most), way_out, following.opens)
    return Allow(texts.ALLOWED, claim=partial(_claim, ctx, window, seen, most), way_out=way_out)


async def _counted(ctx: GroupContext, window: Window, seen: AdSeen) -> bool:
    opened = await _opened(ctx, window, seen.user_id)
    return await FreeAd.filter(
        group_id=ctx.group.id, window=opened, message_id=seen.message_id, user_id=seen.user_id
    ).exists()


@atomic
async def _claim(ctx: GroupContext, window: Window, seen: AdSeen, most: int) -> str | None:
    """Take one of the member's places, each of which can be taken once; the same message takes one only."""
    at = datetime.fromtimestamp(seen.at, UTC)
    opened, closes = await _opened(ctx, window, seen.user_id), window.closes.astimezone(UTC)
    for nth in range(1, most + 1):
        place = (ctx.group.id, opened, closes, seen.user_id, nth, seen.message_id, at)
        if await fetch(_TAKE, place) or await _counted(ctx, window, seen):
            return ""
    return None
