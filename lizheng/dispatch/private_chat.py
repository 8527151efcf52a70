"""Which group a private message means: the one shared with the sender, else the one they pick."""

from __future__ import annotations

import asyncio
from array import array
from bisect import bisect_left
from collections.abc import Awaitable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from nonebot.adapters.onebot.v11 import ActionFailed, MessageEvent, NetworkError

from lizheng.delivery.outbox import Draft, Priority
from lizheng.groups.choices import GroupState
from lizheng.groups.members import UNREADABLE
from lizheng.messages.templates import compose
from lizheng.plugin.services import Services
from lizheng.registry.command_index import CommandIndex, split_name
from lizheng.text import fold

T = TypeVar("T")
KEPT = timedelta(minutes=10)
SHOWN = 8
STRANGER = timedelta(minutes=1)
"""Somebody who shares no group is told so once in this time: looking may cost a call per group."""
LOOK_AGAIN = timedelta(seconds=30)
"""How long a group is left alone whose list could not be read."""
AT_ONCE = 8
STRANGERS_LOOKUPS, STRANGERS_ANSWERS = 60, 20
"""What all who are in no list we know may cost in a minute."""
CHANGE = "换群"
NO_GROUP = "我和你没有共同的群，帮不上忙。"
WHICH = "你指哪个群？回复数字就行：\n{lines}{more}"
MORE = "\n还有 {count} 个，发群名也行。"
CHANGED = "好，接下来说的是「{name}」。换一个发 /换群。"


class Unread(Exception):
    """The member list that would tell could not be read."""


class Budget:
    """So many in a minute."""

    def __init__(self, most: int):
        self._most, self._left, self._until = most, most, float("-inf")

    def take(self, count: int, now: float) -> bool:
        """Whether `count` more may be had; they are had then."""
        if now >= self._until:
            self._left, self._until = self._most, now + 60.0
        if count > self._left:
            return False
        self._left -= count
        return True


class MemberLists:
    """Who is in which group, as the endpoint lists it, kept for ten minutes and as joins and leaves tell since."""

    def __init__(self, host: Services[Any]):
        self._host = host
        self._lists: dict[int, tuple[array[int], datetime]] = {}
        self._unread: dict[int, datetime] = {}
        self._reading = asyncio.Lock()

    async def read(self, account: int, group_ids: Iterable[int]) -> list[int]:
        """Have the lists of these groups at hand; the groups whose list cannot be read just now."""
        async with self._reading:
            now = self._host.now()
            wanted = [g for g in group_ids if g not in self._lists or self._lists[g][1] <= now]
            ripe = [g for g in wanted if self._unread.get(g, now) <= now]
            await _all(self._read(account, group_id) for group_id in ripe)
            return [g for g in wanted if g in self._unread]

    async def _read(self, account: int, group_id: int) -> None:
        now = self._host.now()
        try:
            rows = await self._host.ask_account(account, "get_group_member_list", group_id=group_id)
            members = array("q", sorted({int(row["user_id"]) for row in rows or []}))
        except (NetworkError, ActionFailed, KeyError, TypeError, ValueError):
            self._unread[group_id] = now + LOOK_AGAIN
            return
        self._unread.pop(group_id, None)
        self._lists[group_id] = (members, now + KEPT)

    def has(self, group_id: int, user_id: int) -> bool:
        members, _ = self._lists.get(group_id, (array("q"), None))
        place = bisect_left(members, user_id)
        return place < len(members) and members[place] == user_id

    def change(self, group_id: int, user_id: int, *, there: bool) -> None:
        """Somebody came or went."""
        if group_id not in self._lists or self.has(group_id, user_id) is there:
            return
        members = self._lists[group_id][0]
        if there:
            members.insert(bisect_left(members, user_id), user_id)
        else:
            members.remove(user_id)


class PrivateChat:
    """Remembers for ten minutes which groups somebody shares with us, and which they picked."""

    def __init__(self, host: Services[Any], commands: CommandIndex):
        self._host = host
        self._commands = commands
        self._lists = MemberLists(host)
        self._groups: dict[int, tuple[list[int], datetime]] = {}
        self._found: dict[int, tuple[list[int], datetime]] = {}
        self._picked: dict[int, tuple[int, datetime]] = {}
        self._asked: dict[int, tuple[list[GroupState], MessageEvent | None, datetime]] = {}
        self._strangers: dict[int, datetime] = {}
        self._lookups, self._answers = Budget(STRANGERS_LOOKUPS), Budget(STRANGERS_ANSWERS)

    async def group_for(self, event: MessageEvent) -> GroupState | None:
        """The group a private command is about; None when this is no command, or when the bot had to ask."""
        now = self._host.now()
        self._forget_old(now)
        called = self._commands.called(event.get_message())
        if called is None:
            return await self._choose(event, now)
        self._asked.pop(event.user_id, None)
        try:
            return await self._group_for(event, called, now)
        except Unread:
            if self._host.cooldown.now_and_then(0, f"private unread:{event.user_id}", 60):
                await self._say(event, UNREADABLE)
            return None

    def asks(self, user_id: int) -> bool:
        """Whether they were just asked which group they mean, so that a number is the answer to that."""
        asked = self._asked.get(user_id)
        return asked is not None and asked[2] > self._host.now()

    def shares_several(self, user_id: int) -> bool:
        """Whether more than one group may be meant, so that an answer says which it is about."""
        return user_id in self._picked or len(self._known(user_id)) > 1

    def moved(self, group_id: int, user_id: int, *, there: bool) -> None:
        """Somebody joined a group or left it."""
        self._lists.change(group_id, user_id, there=there)
        self._found.pop(user_id, None)
        if there:
            self._strangers.pop(user_id, None)

    async def _group_for(self, event: MessageEvent, called: str, now: datetime) -> GroupState | None:
        name, rest = split_name(called)
        changes = name == CHANGE and (event.user_id in self._picked or len(self._known(event.user_id)) > 1)
        picked = self._picked.get(event.user_id)
        if picked and not changes and await self._is_in(picked[0], event.user_id):
            return self._host.groups[picked[0]]
        if self._strangers.get(event.user_id, now) > now:
            return None
        shared = await self._shared(event.user_id, event.self_id)
        while len(shared) == 1 and not await self._is_in(shared[0].id, event.user_id):
            shared = await self._shared(event.user_id, event.self_id)
        if len(shared) == 1:
            return shared[0]
        if not shared:
            self._strangers[event.user_id] = now + STRANGER
            if self._answers.take(1, self._host.clock.elapsed()):
                await self._say(event, NO_GROUP)
            return None
        if name == CHANGE:
            if (named := _named(rest, shared)) and await self._is_in(named.id, event.user_id):
                await self._pick(event, named, now)
            else:
                await self._ask(event, None, shared)
            return None
        await self._ask(event, event, shared)
        return None

    def forget(self) -> None:
        """Drop all that is remembered, for a start in a world that is new."""
        self._lists = MemberLists(self._host)
        for remembered in (self._groups, self._found, self._picked, self._asked, self._strangers):
            remembered.clear()

    async def _choose(self, event: MessageEvent, now: datetime) -> GroupState | None:
        """A number or a group's name, where one of them may be meant; what they asked before is then about that group."""
        text = event.get_plaintext().strip()
        groups, original, _ = self._asked.get(event.user_id, (self._known(event.user_id), None, now))
        asked = event.user_id in self._asked
        if len(groups) < 2:
            return None
        number = fold(text).strip(".。第个 ")
        if asked and number.isdecimal():
            if len(number) > 2 or not 1 <= int(number) <= min(len(groups), SHOWN):
                await self._ask(event, original, groups)
                return None
            chosen: GroupState | None = groups[int(number) - 1]
        else:
            chosen = _named(text, groups)
        if chosen is None:
            return None
        self._asked.pop(event.user_id, None)
        if original is None:
            await self._pick(event, chosen, now)
            return None
        self._picked[event.user_id] = (chosen.id, now + KEPT)
        event.message = original.message
        try:
            return chosen if await self._is_in(chosen.id, event.user_id) else None
        except Unread:
            await self._say(event, UNREADABLE)
            return None

    async def _pick(self, event: MessageEvent, chosen: GroupState, now: datetime) -> None:
        self._picked[event.user_id] = (chosen.id, now + KEPT)
        await self._say(event, CHANGED, name=chosen.name or chosen.id)

    def _known(self, user_id: int) -> list[GroupState]:
        found, until = self._found.get(user_id, ([], self._host.now()))
        return [self._host.groups[g] for g in found] if until > self._host.now() else []

    def _forget_old(self, now: datetime) -> None:
        self._picked = {user: kept for user, kept in self._picked.items() if kept[1] > now}
        self._asked = {user: kept for user, kept in self._asked.items() if kept[2] > now}
        self._found = {user: kept for user, kept in self._found.items() if kept[1] > now}
        self._strangers = {user: until for user, until in self._strangers.items() if until > now}

    async def _is_in(self, group_id: int, user_id: int) -> bool:
        """Whether they are a member now: who was removed a minute ago has no say in that group. Raises `Unread`."""
        try:
            there = await self._host.roster.member(group_id, user_id, fresh=True) is not None
        except NetworkError as silence:
            raise Unread from silence
        if not there:
            self.moved(group_id, user_id, there=False)
            self._picked.pop(user_id, None)
        return there

    async def _shared(self, user_id: int, account: int) -> list[GroupState]:
        """The groups they are in, as lately read. Raises `Unread` where none is found and not all could be read."""
        if known := self._known(user_id):
            return known
        ids = await self._groups_of(account)
        if found := await self._among(ids, user_id, account):
            return found
        # The bot may have come into a group since.
        newer = [group_id for group_id in await self._groups_of(account, anew=True) if group_id not in ids]
        return await self._among(newer, user_id, account)

    async def _among(self, ids: list[int], user_id: int, account: int) -> list[GroupState]:
        """Those of the groups they are in. Raises `Unread` where none is found and not all could be read."""
        unread = await self._lists.read(account, ids)
        found = [group_id for group_id in ids if self._lists.has(group_id, user_id)]
        if not found and unread:
            raise Unread
        if not found and self._lookups.take(len(ids), self._host.clock.elapsed()):
            told = await _all(self._host.roster.member(group_id, user_id) for group_id in ids)
            found = [group_id for group_id, member in zip(ids, told, strict=True) if member is not None]
            for group_id in found:
                self._lists.change(group_id, user_id, there=True)
        if found:
            self._found[user_id] = (found, self._host.now() + KEPT)
        return [self._host.groups[group_id] for group_id in found]

    async def _groups_of(self, account: int, *, anew: bool = False) -> list[int]:
        """The groups an account of ours is in, as told now or, unless `anew`, within the last minute. Raises `Unread`."""
        ids, until = self._groups.get(account, ([], self._host.now()))
        if until > self._host.now() and not anew:
            return ids
        try:
            rows = await self._host.ask_account(account, "get_group_list")
        except (NetworkError, ActionFailed) as silence:
            raise Unread from silence
        names = {int(row["group_id"]): str(row.get("group_name") or "") for row in rows or []}
        for group_id, name in names.items():
            group = self._host.groups[group_id]
            group.name = group.name or name
        self._groups[account] = (list(names), self._host.now() + STRANGER)
        return list(names)

    async def _ask(
        self, event: MessageEvent, original: MessageEvent | None, shared: list[GroupState]
    ) -> None:
        self._asked[event.user_id] = (shared, original, self._host.now() + KEPT)
        lines = "\n".join(f"{i}. {g.name or g.id}" for i, g in enumerate(shared[:SHOWN], 1))
        more = MORE.format(count=len(shared) - SHOWN) if len(shared) > SHOWN else ""
        await self._say(event, WHICH, lines=lines, more=more)

    async def _say(self, event: MessageEvent, template: str, **values: Any) -> None:
        await self._host.outbox.put(
            Draft(
                api="send_private_msg",
                params={"user_id": event.user_id, "message": compose(template, values)},
                user_id=event.user_id,
                account=event.self_id,
                priority=Priority.REPLY,
                feature="control",
            )
        )


def _named(text: str, groups: Iterable[GroupState]) -> GroupState | None:
    """The one group that is called so."""
    wanted = fold(text)
    found = [group for group in groups if wanted and wanted in (fold(group.name), str(group.id))]
    return found[0] if len(found) == 1 else None


async def _all(asking: Iterable[Awaitable[T]]) -> list[T | None]:
    """What came of them, a few at once, in their order; None where nobody answered."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(work: Awaitable[T]) -> T | None:
        async with places:
            try:
                return await work
            except (NetworkError, ActionFailed):
                return None

    return await asyncio.gather(*[one(work) for work in asking])
