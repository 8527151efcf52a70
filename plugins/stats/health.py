"""The check-up: of what use the group was, in six ways, four weeks against the four before."""

from __future__ import annotations

from datetime import timedelta

from lizheng import GroupContext
from lizheng.activity import reading
from lizheng.parts.deeds import deeds_of
from plugins.stats import figures, rules, texts

SPAN = timedelta(days=28)


async def lines(ctx: GroupContext) -> list[str]:
    """At most five lines; one alone when nothing was done at all. Raises `Declined` while the list cannot be read."""
    left_out = await reading.left_out(ctx)
    done = [one for one in await deeds_of(ctx, ctx.now - SPAN) if one.user_id not in left_out]
    before = figures.by_dimension(await deeds_of(ctx, ctx.now - 2 * SPAN, ctx.now - SPAN))
    now = figures.by_dimension(done)
    if not now and not before:
        return [texts.HEALTH_NONE]
    told = [
        f"{name} {now.get(name, 0)}{rules.changed(before.get(name, 0), now.get(name, 0))}（{before.get(name, 0)}）"
        for name in rules.DIMENSIONS
    ]
    found = ["，".join(told[:3]), "，".join(told[3:])]
    here = await figures.people(ctx)
    people = figures.by_person(done)
    if people and here.can_be_split:
        roles = figures.roles(ctx, here.members, people)
        said = "，".join(
            f"{'我' if name == '里正' else name} {rules.percent(part)}"
            for name, part in rules.givers(people, roles)
        )
        found.append(texts.HEALTH_WHO.format(givers=said))
    return found
