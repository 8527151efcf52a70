"""What 信息板 does by itself: pairs are looked for every morning, and calls that nobody answers are told once."""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta

from lizheng import Declined, GroupContext, Slot
from lizheng.parts.quota import Quota
from plugins.boards import items, kinds, matches, rules, texts
from plugins.boards.models import Item, Used
from plugins.boards.rules import KINDS

MATCH = "match"
MATCH_AT = time(7, 30)
"""Before the morning brief."""
MOST_CALLS = 3
CALLS = Quota(Used, "call", timedelta(days=1))


def next_match(now: datetime) -> datetime:
    """Give the next time at which pairs are looked for."""
    today = now.replace(hour=MATCH_AT.hour, minute=MATCH_AT.minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


async def ready(ctx: GroupContext) -> None:
    await ctx.plan(MATCH, next_match(ctx.now))


async def match(ctx: GroupContext, slot: Slot) -> datetime:
    """Look for all pairs at once; those that are known stay as they are."""
    await look_who_left(ctx)
    on = {name for name, kind in (await kinds.all_of(ctx)).items() if kind.on and name in KINDS}
    found = await items.candidates(ctx, [name for name in on if KINDS[name].suits])
    for one in found:  # against those before it, as when it was posted
        await asyncio.sleep(0)
        pairs = [(one, other) for other in rules.suits(one, [o for o in found if o.number < one.number])]
        await matches.write(ctx, pairs)
    return next_match(ctx.now)


async def look_who_left(ctx: GroupContext) -> None:
    """Make good for notices of leaving and coming back that were missed, where the member list is whole."""
    up = Item.filter(group_id=ctx.group.id, state="up")
    authors = {int(str(author)) for author in await up.values_list("author_id", flat=True)}
    if not authors:
        return
    if (survey := await ctx.whole_survey()) is None:
        return
    here = [0, *(author for author in authors if author in survey.members)]
    back = up.filter(author_id__in=here, left_at__gt=ctx.now - items.RESTORED_WITHIN)
    await back.update(left_at=None)
    gone = [0, *(author for author in authors if author not in survey.members)]
    await up.filter(author_id__in=gone, left_at=None).update(left_at=ctx.now)


async def unanswered(ctx: GroupContext, slot: Slot) -> None:
    """A day has passed: where nobody has taken it up, it is told once more."""
    item = await items.live(ctx).get_or_none(id=slot.payload["id"], answered_at=None)
    if item is None or not (await kinds.all_of(ctx))[item.kind].on:
        return
    try:
        await CALLS.take(ctx, MOST_CALLS, 0)
    except Declined:
        return
    title = rules.Parts.of(item.parts).title
    await ctx.announce(f"need/{item.number}", texts.NOBODY_YET, number=item.number, title=title)
