"""How people are called in what the group reads about them."""

from __future__ import annotations

from collections.abc import Collection

from lizheng import GroupContext
from lizheng.text import shown_name


async def shown_names(ctx: GroupContext, people: Collection[int]) -> str:
    """Their names joined by 、, hidden where one may be a way to reach somebody; asks for those not seen yet."""
    await ctx.names_of(people)
    return "、".join(shown_name(ctx.name_of(person)) for person in people)
