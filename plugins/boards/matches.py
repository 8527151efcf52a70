"""Pairs of entries that may suit each other, each written down once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tortoise.expressions import Q

from lizheng import GroupContext, atomic
from plugins.boards.models import Match
from plugins.boards.rules import Candidate


@atomic
async def write(ctx: GroupContext, pairs: Sequence[tuple[Candidate, Candidate]]) -> int:
    """Write pairs down; how many of them are new, whichever host was first."""
    if not pairs:
        return 0
    numbers = [one.number for one, _ in pairs]
    rows = Match.filter(group_id=ctx.group.id).filter(Q(one__in=numbers) | Q(other__in=numbers))
    known = {*await rows.values_list("one", "other")}
    count = 0
    for one, other in pairs:
        first, second = (one, other) if one.number < other.number else (other, one)
        if (first.number, second.number) in known:
            continue
        authors: dict[str, Any] = {"one_author": first.author, "other_author": second.author, "at": ctx.now}
        key: dict[str, Any] = {"group_id": ctx.group.id, "one": first.number, "other": second.number}
        _, new = await Match.get_or_create(authors, **key)
        count += new
    return count
