"""The pictures of answers: all in memory until something that is stored speaks of them, and gone with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any
from weakref import WeakValueDictionary

from lizheng import Declined, GroupContext, Pending
from lizheng.grammar import Misread, Other
from lizheng.media.pictures import MOST_BYTES, Fetched, folder, get, store
from lizheng.parts.files import GRACE
from plugins.member_qa import rules, texts
from plugins.member_qa.tidying import names_in_use

DROP = "drop_pictures"
AFTER_EXPIRY = timedelta(minutes=1)
MOST_A_DAY = 48 * 1024 * 1024
"""Bytes that those of a group who may not teach have fetched within a day, refused ones too."""


class Quota:
    """What was fetched in each group on its last day; begins anew with the host."""

    def __init__(self) -> None:
        self._used: dict[int, tuple[date, int]] = {}

    def left(self, group_id: int, today: date) -> int:
        day, used = self._used.get(group_id, (today, 0))
        return MOST_A_DAY - (used if day == today else 0)

    def take(self, group_id: int, today: date, size: int) -> None:
        self._used[group_id] = (today, MOST_A_DAY - self.left(group_id, today) + size)

    async def begin(self, host: object) -> None:
        self._used.clear()


quota = Quota()
_locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()


def check(images: Sequence[Other]) -> None:
    """Raises `Misread` for what is no picture, and for too many."""
    if any(image.type != "image" for image in images):
        raise Misread(texts.NOT_A_PICTURE)
    if len(images) > rules.MOST_PICTURES:
        raise Misread(texts.TOO_MANY_PICTURES.format(most=rules.MOST_PICTURES))


async def fetch(ctx: GroupContext, images: Sequence[Other], *, freely: bool) -> list[Fetched]:
    """All of them, in memory; within the group's quota but for those who teach `freely`.

    Raises `Misread` for what is no picture, `Declined` for one that cannot be had.
    """
    check(images)
    found: list[Fetched] = []
    for image in images:
        today = ctx.now.date()
        left = MOST_BYTES if freely else quota.left(ctx.group.id, today)
        if left < MOST_BYTES:
            raise Declined(texts.QUOTA_USED_UP)
        if not freely:
            # Whole until it is known better: many at once count, and so does what fails.
            quota.take(ctx.group.id, today, MOST_BYTES)
        one = await get(ctx, image)
        if not freely:
            quota.take(ctx.group.id, today, len(one.content) - MOST_BYTES)
        found.append(one)
    return found


@asynccontextmanager
async def stored(ctx: GroupContext, fetched: Sequence[Fetched]) -> AsyncIterator[None]:
    """The files are there while what speaks of them is being stored; when that fails they go."""
    if not fetched:
        yield
        return
    lock = _locks.setdefault(ctx.group.id, asyncio.Lock())
    async with lock:
        try:
            await store(ctx, fetched)
            yield
        except BaseException:
            await _drop_unused(ctx, [one.name for one in fetched])
            raise


async def drop_unused(ctx: GroupContext, names: Collection[str], but: int = 0) -> None:
    """Remove those of these files that nothing speaks of any more; the pending with the id `but` does not count."""
    if not names:
        return
    async with _locks.setdefault(ctx.group.id, asyncio.Lock()):
        await _drop_unused(ctx, names, but)


async def _drop_unused(ctx: GroupContext, names: Collection[str], but: int = 0) -> None:
    used = await names_in_use(ctx.now + GRACE, but)
    where = folder(ctx)
    for name in set(names) - used:
        await asyncio.to_thread((where / name).unlink, missing_ok=True)


async def drop_with(ctx: GroupContext, pending: Pending) -> None:
    """Remove the files of what was not agreed to."""
    await drop_unused(ctx, pending.payload.get("pictures", ()), but=pending.id)


async def plan_dropping(ctx: GroupContext, pending: Pending) -> None:
    """Have the files of what nobody decides removed once it has expired."""
    if pending.payload.get("pictures"):
        await ctx.plan(
            DROP, pending.expires_at + AFTER_EXPIRY, key=str(pending.id), payload={"id": pending.id}
        )


async def expired(ctx: GroupContext, slot: Any) -> None:
    """The slot: it is over by now, one way or the other."""
    if pending := await Pending.get_or_none(id=slot.payload["id"]):
        await drop_unused(ctx, pending.payload.get("pictures", ()))
