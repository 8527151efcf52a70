"""Who is in a group, with which role: a cache over the endpoint's member list, re-read where it matters."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng.base.clock import Clock
from lizheng.base.roles import Role
from lizheng.text import fold, shown_name, visible

KEPT_GROUPS = 64
KEPT_MEMBERS = 4096
FRESH_SECONDS = 300
UNREADABLE = "现在读不到成员列表，稍后再试。"
"""What a command answers that needs the list while it cannot be read."""


@dataclass(slots=True)
class MemberInfo:
    """One member. Times are epoch seconds; 0 is never a fact, but that the endpoint does not say.

    `level` is the member's level in the group, `qq_level` of the account; a `robot` is one of QQ's own.
    """

    user_id: int
    nickname: str
    card: str
    role: Role
    joined_at: int = 0
    last_spoke_at: int = 0
    muted_until: int = 0
    level: int = 0
    qq_level: int = 0
    title: str = ""
    robot: bool = False

    @property
    def name(self) -> str:
        return self.card or self.nickname or str(self.user_id)

    @property
    def called(self) -> set[str]:
        """Card and nickname, folded, for those who write a name instead of an @."""
        return {fold(visible(name)) for name in (self.card, self.nickname) if name}

    @classmethod
    def of(cls, data: dict[str, Any]) -> MemberInfo:
        """From a member object of any endpoint; missing fields take their zero."""
        return cls(
            user_id=int(data["user_id"]),
            nickname=str(data.get("nickname") or ""),
            card=str(data.get("card") or ""),
            role=Role.of_qq(str(data.get("role") or "")),
            joined_at=int(data.get("join_time") or 0),
            last_spoke_at=int(data.get("last_sent_time") or 0),
            muted_until=int(data.get("shut_up_timestamp") or 0),
            level=_number(data.get("level")),
            qq_level=_number(data.get("qq_level")),
            title=str(data.get("title") or ""),
            robot=data.get("is_robot") is True,
        )


def _number(told: Any) -> int:
    """Read a level, which endpoints give as a number, as text, or not at all."""
    return int(text) if (text := str(told or "").strip()).isdecimal() and len(text) < 6 else 0


class Query(Protocol):
    """Reads from the endpoint that acts for a group, within 2 s. Raises `NetworkError` when it does not answer."""

    def __call__(self, group_id: int, api: str, /, **params: Any) -> Awaitable[Any]: ...


@lru_cache(maxsize=8192)
def _looks(name: str) -> str:
    """What people tell a name by: as it is shown, whatever its width, case and look-alikes."""
    return fold(shown_name(name))


@dataclass(slots=True)
class _Listing:
    at: float
    members: dict[int, MemberInfo]


class Roster:
    """Member lists by group, the most recently used kept."""

    def __init__(self, clock: Clock, query: Query):
        self._clock = clock
        self._query = query
        self._listings: OrderedDict[int, _Listing] = OrderedDict()
        self._met: OrderedDict[tuple[int, int], MemberInfo] = OrderedDict()
        self._roles: OrderedDict[tuple[int, int], tuple[float, Role]] = OrderedDict()

    async def members(self, group_id: int, *, fresh: bool = False) -> dict[int, MemberInfo]:
        """Everyone in the group. Raises `NetworkError` or `ActionFailed` when the list cannot be read."""
        now = self._clock.elapsed()
        listing = self._listings.get(group_id)
        if listing is not None and not fresh and now - listing.at < FRESH_SECONDS:
            self._listings.move_to_end(group_id)
            return listing.members
        rows = await self._query(group_id, "get_group_member_list", group_id=group_id, no_cache=fresh)
        members = {m.user_id: m for m in map(MemberInfo.of, rows or [])}
        self._listings[group_id] = _Listing(now, members)
        self._listings.move_to_end(group_id)
        while len(self._listings) > KEPT_GROUPS:
            self._listings.popitem(last=False)
        return members

    async def members_now(self, group_id: int) -> dict[int, MemberInfo] | None:
        """Everyone in the group at this moment, None while the list cannot be read."""
        try:
            return await self.members(group_id, fresh=True)
        except (NetworkError, ActionFailed):
            return None

    async def member(self, group_id: int, user_id: int, *, fresh: bool = False) -> MemberInfo | None:
        """One member as the endpoint knows them now when `fresh`, else as last seen; None when not in the group.

        Raises `NetworkError` when the endpoint does not answer.
        """
        if not fresh:
            listing = self._listings.get(group_id)
            if listing and user_id in listing.members and self._clock.elapsed() - listing.at < FRESH_SECONDS:
                return listing.members[user_id]
        try:
            data = await self._query(
                group_id, "get_group_member_info", group_id=group_id, user_id=user_id, no_cache=True
            )
        except ActionFailed:
            self.forget(group_id, user_id)
            return None
        if not data:
            return None
        info = MemberInfo.of(data)
        self._met[group_id, user_id] = info
        self._roles[group_id, user_id] = (self._clock.elapsed(), info.role)
        for kept in (self._met, self._roles):
            while len(kept) > KEPT_MEMBERS:
                kept.popitem(last=False)
        if listing := self._listings.get(group_id):
            listing.members[user_id] = info
        return info

    def seen(self, group_id: int, user_id: int) -> MemberInfo | None:
        """What is remembered, without asking anyone."""
        listing = self._listings.get(group_id)
        known = listing.members.get(user_id) if listing else None
        return known or self._met.get((group_id, user_id))

    def role_lately(self, group_id: int, user_id: int) -> Role:
        """The role that the endpoint told within the last minutes when it was asked, without asking; else a member's."""
        at, role = self._roles.get((group_id, user_id), (0.0, Role.MEMBER))
        return role if self._clock.elapsed() - at < FRESH_SECONDS else Role.MEMBER

    def is_unique(self, group_id: int, user_id: int) -> bool:
        """Tell whether nobody else known in the group has a name that looks like this one's."""
        known = self.seen(group_id, user_id)
        if known is None:
            return True
        looks, listing = _looks(known.name), self._listings.get(group_id)
        others = {} if listing is None else listing.members
        met = (m for (group, other), m in self._met.items() if group == group_id and other not in others)
        return not any(m.user_id != user_id and _looks(m.name) == looks for m in (*others.values(), *met))

    def clear(self) -> None:
        self._listings.clear()
        self._met.clear()
        self._roles.clear()

    def meet(self, group_id: int, sender: Any) -> None:
        """Keep how somebody who speaks is called, for as long as the member list does not say it."""
        if sender.user_id and sender.nickname and self.seen(group_id, sender.user_id) is None:
            self._met[group_id, sender.user_id] = MemberInfo.of(sender.model_dump())

    def forget(self, group_id: int, user_id: int = 0) -> None:
        """Drop one member (who left, whose role changed) or, with 0, the whole group."""
        self._met.pop((group_id, user_id), None)
        self._roles.pop((group_id, user_id), None)
        if not user_id:
            self._listings.pop(group_id, None)
        elif listing := self._listings.get(group_id):
            listing.members.pop(user_id, None)
