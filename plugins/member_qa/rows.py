"""Entries as plain rows, read in pieces: thousands of them as objects would hold everybody else up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from plugins.member_qa.models import Entry

READ = 250
COLUMNS = ("id", "number", "questions", "answer", "pictures", "exact", "version", "forgotten")
Row = dict[str, Any]
"""An entry's `COLUMNS`."""
Base = tuple[int, str]
"""Whose entries: a group and "", or 0 and the name of a shared set."""


async def rows_of(base: Base) -> list[Row]:
    """The entries of a base, read in pieces so that nobody waits for all of them."""
    found: list[Row] = []
    async for piece in pieces(base):
        found += piece
    return found


async def pieces(base: Base) -> AsyncIterator[list[Row]]:
    last = 0
    while True:
        query = Entry.filter(group_id=base[0], shelf=base[1], forgotten=False, id__gt=last)
        piece = await query.order_by("id").limit(READ).values(*COLUMNS)
        if piece:
            last = piece[-1]["id"]
            yield piece
        if len(piece) < READ:
            return
