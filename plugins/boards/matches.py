"""Pairs of entries that may suit each other, each written down once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lizheng import GroupContext, atomic
from plugins.boards.models import Match
from plugins.boards.rules import Candidate, pair_key


@atomic
async def write(ctx: GroupContext, pairs: Sequence[tuple[Candidate, Candidate]]) -> int:
    """Write pairs down; how many of them are new, whichever host was first."""
    count = 0
    for one, other in pairs:
        first, second = (one, other) if pair_key(one.number, other.number)[0] == one.number else (other, one)
        authors: dict[str, Any] = {"one_author": first.author, "other_author": second.author, "at": ctx.now}
        key: dict[str, Any] = {"group_id": ctx.group.id, "one": first.number, "other": second.number}
        _, new = await Match.get_or_create(authors, **key)
        count += new
    return count
