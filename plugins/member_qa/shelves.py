"""What is kept in memory: per group an index of its entries and of the shared sets it uses, in step with the store."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from lizheng import GroupContext
from lizheng.events import GroupTakenOver
from lizheng.text import fold
from plugins.member_qa.finding import Index, shipped
from plugins.member_qa.models import Entry
from plugins.member_qa.rows import COLUMNS, Base, Row, rows_of

KEPT = 200
"""Groups whose entries stay in memory; the least recently asked are read again when needed."""


class Shelf:
    """One group's entries as they are asked: an index of wordings, and keywords by their folded text."""

    def __init__(self, bases: tuple[Base, ...]):
        self.bases = bases
        self.index = Index()
        self.keywords: dict[str, int] = {}
        self._own_keywords: dict[int, list[str]] = {}
        self.versions: dict[int, int] = {}

    def put(self, row: Row) -> None:
        """Take in an entry as it is now; an older version than the one that is here changes nothing."""
        entry_id = row["id"]
        if self.versions.get(entry_id, 0) > row["version"]:
            return
        self.drop(entry_id)
        self.versions[entry_id] = row["version"]
        if row["forgotten"]:
            return
        if row["exact"]:
            folded = [fold(question) for question in row["questions"]]
            self._own_keywords[entry_id] = folded
            self.keywords.update((key, entry_id) for key in folded)
        else:
            self.index.put(entry_id, row["questions"])

    def drop(self, entry_id: int) -> None:
        self.versions.pop(entry_id, None)
        self.index.drop(entry_id)
        for key in self._own_keywords.pop(entry_id, ()):
            if self.keywords.get(key) == entry_id:
                del self.keywords[key]


class Shelves:
    """The shelves in use. Reading one in happens off the loop, once, however many ask for it meanwhile."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Shelf] = OrderedDict()
        self._reading: dict[int, asyncio.Lock] = {}
        self._missed: dict[int, tuple[tuple[Base, ...], list[Row]]] = {}

    async def begin(self, host: object) -> None:
        """Forget everything, as at a start."""
        self._kept.clear()
        self._reading.clear()
        self._missed.clear()

    def at_hand(self, group_id: int, bases: tuple[Base, ...]) -> Shelf | None:
        """The shelf, if it is in memory and made of these."""
        shelf = self._kept.get(group_id)
        return shelf if shelf is not None and shelf.bases == bases else None

    async def of(self, ctx: GroupContext, bases: tuple[Base, ...]) -> Shelf:
        """The shelf of a group, read from the store if need be."""
        if shelf := self.at_hand(ctx.group.id, bases):
            self._kept.move_to_end(ctx.group.id)
            return shelf
        lock = self._reading.setdefault(ctx.group.id, asyncio.Lock())
        async with lock:
            return self.at_hand(ctx.group.id, bases) or await self._read(ctx.group.id, bases)

    async def _read(self, group_id: int, bases: tuple[Base, ...]) -> Shelf:
        _, missed = self._missed[group_id] = (bases, [])
        try:
            rows: list[Row] = []
            for base in bases:
                rows += await rows_of(base)
            shelf = Shelf(bases)
            await asyncio.to_thread(_fill, shelf, rows)
            for row in missed:
                shelf.put(row)
        finally:
            del self._missed[group_id]
        self._kept[group_id] = shelf
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return shelf

    def changed(self, entries: Iterable[Entry]) -> None:
        """What a committed change made of these entries; every shelf that has their base takes it in."""
        for entry in entries:
            base = (entry.group_id, entry.shelf)
            row = {column: getattr(entry, column) for column in COLUMNS}
            for bases, missed in self._missed.values():
                if base in bases:
                    missed.append(row)
            for shelf in self._kept.values():
                if base in shelf.bases:
                    shelf.put(row)

    def forget(self, group_id: int) -> None:
        """Have the group's shelf read anew when it is next needed."""
        self._kept.pop(group_id, None)

    async def taken_over(self, ctx: GroupContext, happened: GroupTakenOver) -> None:
        """Another host has taught and forgotten in this group since it was read here."""
        self.forget(ctx.group.id)

    def forget_base(self, base: Base) -> None:
        """After a change of thousands at once: read anew rather than taken in one by one on the loop."""
        for group_id in [group_id for group_id, shelf in self._kept.items() if base in shelf.bases]:
            del self._kept[group_id]


def _fill(shelf: Shelf, rows: list[Row]) -> None:
    """Beside the loop, with what the first search would otherwise hold everybody up for."""
    for row in rows:
        shelf.put(row)
    if rows:
        shipped()
