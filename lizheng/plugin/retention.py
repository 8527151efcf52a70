"""What is kept about people, declared once by whoever keeps it.

`/我的数据`, `/删除我的数据`, the nightly purge and docs/privacy.md all read these declarations, of features that are off
in a group as of those that are on: switching off deletes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from lizheng.store import atomic

NOT_TOLD = frozenset({"id", "group_id", "source", "told_source", "undo", "key", "message_id", "notice_id"})
"""Columns that say nothing about a person: they are left out of an export."""


@dataclass(frozen=True)
class Keep:
    """Rows of one table that say something about people; `what` is their name in Chinese.

    `person` are the columns that hold a QQ number of whom they are about; without any they are only purged.
    `days` after the time in column `at` they go by themselves; without, `until` says in Chinese when.
    `stays` says in Chinese why they are not deleted when the person asks; `free` which may go nevertheless, given the
    time: the others are in use and are never purged either. `blank` empties columns instead of deleting the row, for
    the asking; when they are old the row goes, unless it is `lasting`.
    `where` finds a group's and person's rows where the table itself has no such columns.
    What is kept `aside` is shown to the person in private alone: that it is there would tell others something already.
    """

    model: type[Model]
    what: str
    person: tuple[str, ...] = ("user_id",)
    at: str = ""
    days: int | None = None
    until: str = ""
    stays: str = ""
    free: Callable[[datetime], Q] | None = None
    blank: Mapping[str, Any] = field(default_factory=dict)
    lasting: bool = False
    hidden: tuple[str, ...] = ()
    where: Callable[[int, int], Q] | None = None
    aside: bool = False

    def __post_init__(self) -> None:
        if not (self.days and self.at) and not self.until:
            raise TypeError(f"{self.what}: say in `days` and `at`, or in `until`, when it goes")

    def about(self, group_id: int, user_id: int) -> QuerySet[Any]:
        """This person's rows in a group."""
        if self.where is not None:
            return self.model.filter(self.where(group_id, user_id))
        own = reduce(or_, (_is(column, user_id) for column in self.person))
        return self.model.filter(own, group_id=group_id)

    def deletable(self, group_id: int, user_id: int, now: datetime) -> QuerySet[Any] | None:
        """Those of them that go when the person asks; None when none ever does."""
        if self.free is not None:
            return self._filled(self.about(group_id, user_id).filter(self.free(now)))
        return None if self.stays else self._filled(self.about(group_id, user_id))

    def kept_days(self, most: int) -> int | None:
        """After how many days they go by themselves, where the host keeps nothing longer than `most`."""
        return min(self.days, most) if self.days else None

    async def purge(self, now: datetime, most: int) -> int:
        """Let go what is older than it may be; how many rows that were."""
        days = self.kept_days(most)
        if days is None:
            return 0
        old = self.model.filter(**{f"{self.at}__lt": now - timedelta(days=days)})
        if self.free is not None:
            old = old.filter(self.free(now))
        return await (self.remove(self._filled(old)) if self.lasting else old.delete())

    async def remove(self, rows: QuerySet[Any]) -> int:
        """Delete or empty them."""
        return await (rows.update(**self.blank) if self.blank else rows.delete())

    def _filled(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Without those that are empty already."""
        # `exclude` of several columns would also leave out a row of which one is empty.
        return rows.filter(~Q(**self.blank)) if self.blank else rows

    async def export(self, group_id: int, user_id: int) -> list[dict[str, Any]]:
        """The person's rows as values, without what names others."""
        rows = await self.about(group_id, user_id).order_by("id").values()
        left_out = NOT_TOLD | set(self.hidden)
        return [
            {
                name: value
                for name, value in row.items()
                if name not in left_out and (name not in self.person or value == user_id)
            }
            for row in rows
        ]


def _is(column: str, value: int) -> Q:
    conditions: dict[str, Any] = {column: value}
    return Q(**conditions)


@dataclass(frozen=True)
class Share:
    """How much of one kind a group holds about a person, and how much of it goes on request."""

    keep: Keep
    rows: int
    going: int


async def shares(keeps: Iterable[Keep], group_id: int, user_id: int, now: datetime) -> list[Share]:
    """What is held about a person in a group; kinds with nothing are left out."""
    found: list[Share] = []
    for keep in keeps:
        if not keep.person or not (rows := await keep.about(group_id, user_id).count()):
            continue
        going = keep.deletable(group_id, user_id, now)
        found.append(Share(keep, rows, await going.count() if going is not None else 0))
    return found


@atomic
async def forget(keeps: Iterable[Keep], group_id: int, user_id: int, now: datetime) -> int:
    """Delete or empty all that may go, or nothing when that fails; how many rows that were."""
    gone = 0
    for keep in keeps:
        if keep.person and (going := keep.deletable(group_id, user_id, now)) is not None:
            gone += await keep.remove(going)
    return gone
