"""Who need not pay."""

from __future__ import annotations

from typing import Any

from lizheng import Context, GroupContext, Members, atomic
from plugins.ad_tax import texts
from plugins.ad_tax.models import Exempt


async def is_exempt(ctx: GroupContext, user_id: int) -> bool:
    return await Exempt.filter(group_id=ctx.group.id, user_id=user_id).exists()


async def _free(ctx: Context, user_id: int) -> None:
    kept = {"by": ctx.author_id, "at": ctx.now}
    await Exempt.update_or_create(kept, group_id=ctx.group.id, user_id=user_id)


async def toggle(ctx: Context, people: Members) -> None:
    @atomic
    async def turn() -> None:
        freed, bound = [], []
        for person in people:
            was = await Exempt.filter(group_id=ctx.group.id, user_id=person).delete()
            if not was:
                await _free(ctx, person)
            (bound if was else freed).append(person)
            undo = {"name": "exempt", "target": person, "free": bool(was)}
            await ctx.note("exempt", "结束免税" if was else "免税", target=person, undo=undo)
        if freed:
            await ctx.say(texts.FREED, names=ctx.names(freed))
        if bound:
            await ctx.say(texts.BOUND, names=ctx.names(bound))

    await turn()


async def undo(ctx: Context, undo: dict[str, Any]) -> None:
    if undo["free"]:
        await _free(ctx, undo["target"])
    else:
        await Exempt.filter(group_id=ctx.group.id, user_id=undo["target"]).delete()


async def show(ctx: Context) -> None:
    people = [row.user_id for row in await Exempt.filter(group_id=ctx.group.id).order_by("id").limit(50)]
    if not people:
        await ctx.say(texts.EXEMPTS_NONE)
        return
    await ctx.names_of(people)
    await ctx.say(texts.EXEMPTS, names=ctx.names(people))
