"""The member list, read so that it can be relied on: twice, apart, and counted."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng.base.clock import Clock
from lizheng.base.roles import Role
from lizheng.events import GroupEvent, OwnerChanged
from lizheng.groups.members import KEPT_GROUPS, MemberInfo, Query, Roster

APART_SECONDS = 3.0
"""An endpoint asked for a fresh list may begin to fetch it and give the old one; the second answer is then the new one."""
SHARED_SECONDS = 300.0
AT_ONCE = 3
MOST_BLANK = 0.3
FAMILIES = ("joined_at", "last_spoke_at", "level", "qq_level")


@dataclass(frozen=True)
class Survey:
    """Who was in the group at `as_of`, by QQ number.

    `complete` when as many were listed as the group has members, give or take two or one in a hundred: what is done to
    many people at once wants that. `blank` are the fields of `MemberInfo`, of `joined_at`, `last_spoke_at`, `level` and
    `qq_level`, that are 0 for more than three in ten: nothing is to be judged by them this time.
    """

    members: dict[int, MemberInfo]
    complete: bool
    as_of: datetime
    blank: frozenset[str] = frozenset()

    @property
    def owner(self) -> int:
        """The QQ number of the 群主, 0 where nobody is listed as such."""
        return next((one.user_id for one in self.members.values() if one.role is Role.OWNER), 0)


def is_complete(listed: int, count: int) -> bool:
    """Tell whether a list of so many can be that of a group which says that it has `count` members."""
    return count > 0 and abs(listed - count) <= max(2, count / 100)


def blank_fields(members: Collection[MemberInfo]) -> frozenset[str]:
    """Name the fields that are 0 for too many to be facts."""
    most = len(members) * MOST_BLANK
    return frozenset(name for name in FAMILIES if sum(not getattr(one, name) for one in members) > most)


class Surveys:
    """Surveys of groups, each at most once in five minutes and shared by all who ask; a few groups at a time.

    `changed` is told what two surveys show to have happened in between.
    """

    def __init__(
        self,
        clock: Clock,
        roster: Roster,
        query: Query,
        changed: Callable[[GroupEvent], Awaitable[None]],
    ):
        self._clock, self._roster, self._query, self._changed = clock, roster, query, changed
        self._made: OrderedDict[int, tuple[float, Survey]] = OrderedDict()
        self._owners: OrderedDict[int, int] = OrderedDict()
        self._locks: dict[int, asyncio.Lock] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def of(self, group_id: int) -> Survey:
        """Read it, or give what was read within five minutes; takes three seconds and more.

        Raises `NetworkError` or `ActionFailed` when the list cannot be read.
        """
        lock = self._locks.setdefault(group_id, asyncio.Lock())
        async with lock:
            at, survey = self._made.get(group_id, (float("-inf"), None))
            if survey is not None and self._clock.elapsed() - at < SHARED_SECONDS:
                return survey
            async with self._turns:
                survey = await self._read(group_id)
            self._made[group_id] = (self._clock.elapsed(), survey)
            self._made.move_to_end(group_id)
            while len(self._made) > KEPT_GROUPS:
                self._locks.pop(self._made.popitem(last=False)[0], None)
        await self._compare(group_id, survey)
        return survey

    async def _read(self, group_id: int) -> Survey:
        await self._roster.members(group_id, fresh=True)
        if not self._clock.is_frozen:  # or it would wait for ever
            await self._clock.sleep(APART_SECONDS)
        members = await self._roster.members(group_id, fresh=True)
        count = 0
        with suppress(NetworkError, ActionFailed):
            told = await self._query(group_id, "get_group_info", group_id=group_id, no_cache=True)
            count = int((told or {}).get("member_count") or 0)
        complete = is_complete(len(members), count)
        return Survey(dict(members), complete, self._clock.now(), blank_fields(members.values()))

    async def _compare(self, group_id: int, survey: Survey) -> None:
        before, now = self._owners.get(group_id, 0), survey.owner
        if not now or now == before:
            return
        self._owners[group_id] = now
        while len(self._owners) > KEPT_GROUPS * 16:
            self._owners.popitem(last=False)
        if before:
            at = int(survey.as_of.timestamp())
            await self._changed(OwnerChanged(group_id, now, 0, at, before=before))

    def clear(self) -> None:
        self._made.clear()
        self._owners.clear()
        self._locks.clear()
