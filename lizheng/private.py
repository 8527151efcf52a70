"""Which group a private message means: the one shared with the sender, else the one they pick."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nonebot.adapters.onebot.v11 import ActionFailed, MessageEvent, NetworkError

from lizheng.groups import GroupState
from lizheng.outbox import Draft, Priority
from lizheng.speech import compose

if TYPE_CHECKING:
    from lizheng.host import Host

KEPT = timedelta(minutes=10)
SHOWN = 8
STRANGER = timedelta(minutes=1)
"""Somebody who shares no group is told so once in this time: looking costs a call per group."""


class Private:
    """Remembers for ten minutes which group somebody picked."""

    def __init__(self, host: Host):
        self._host = host
        self._picked: dict[int, tuple[int, datetime]] = {}
        self._asked: dict[int, tuple[list[GroupState], MessageEvent, datetime]] = {}
        self._strangers: dict[int, datetime] = {}

    async def group_for(self, event: MessageEvent) -> GroupState | None:
        """The group a private command is about; None when this is no command, or when the bot had to ask."""
        now = self._host.now()
        text = event.get_plaintext().strip()
        if (asked := self._asked.pop(event.user_id, None)) and text.isdecimal() and asked[2] > now:
            groups, original, _ = asked
            if len(text) > 2 or not 1 <= int(text) <= len(groups):
                await self._ask(original, groups)
                return None
            chosen = groups[int(text) - 1]
            self._picked[event.user_id] = (chosen.id, now + KEPT)
            event.message = original.message
        elif not self._host.lookup.looks_called(event.get_message()):
            return None
        picked = self._picked.get(event.user_id)
        if picked and picked[1] > now and await self._is_in(picked[0], event.user_id):
            return self._host.groups[picked[0]]
        if self._strangers.get(event.user_id, now) > now:
            return None
        shared = await self._shared(event.user_id, event.self_id)
        self._forget_old(now)
        if len(shared) == 1:
            return shared[0]
        if not shared:
            self._strangers[event.user_id] = now + STRANGER
        await self._ask(event, shared)
        return None

    def _forget_old(self, now: datetime) -> None:
        self._picked = {user: kept for user, kept in self._picked.items() if kept[1] > now}
        self._asked = {user: kept for user, kept in self._asked.items() if kept[2] > now}
        self._strangers = {user: until for user, until in self._strangers.items() if until > now}

    async def _is_in(self, group_id: int, user_id: int) -> bool:
        """Whether they are a member now: who was removed a minute ago has no say in that group."""
        try:
            return await self._host.roster.member(group_id, user_id, fresh=True) is not None
        except NetworkError:
            return False

    async def _shared(self, user_id: int, account: int) -> list[GroupState]:
        found: list[GroupState] = []
        try:
            rows = await self._host.ask_account(account, "get_group_list")
        except (NetworkError, ActionFailed):
            rows = []
        for row in rows or []:
            group = self._host.groups[int(row["group_id"])]
            group.name = group.name or str(row.get("group_name") or "")
            try:
                if await self._host.roster.member(group.id, user_id):
                    found.append(group)
            except NetworkError:
                continue
        return found

    async def _ask(self, event: MessageEvent, shared: list[GroupState]) -> None:
        if not shared:
            text = compose("我和你没有共同的群，帮不上忙。", {})
        else:
            self._asked[event.user_id] = (shared[:SHOWN], event, self._host.now() + KEPT)
            lines = "\n".join(f"{i}. {g.name or g.id}" for i, g in enumerate(shared[:SHOWN], 1))
            text = compose("你指哪个群？回复数字就行：\n{lines}", {"lines": lines})
        await self._host.outbox.put(
            Draft(
                api="send_private_msg",
                params={"user_id": event.user_id, "message": text},
                user_id=event.user_id,
                account=event.self_id,
                priority=Priority.REPLY,
                feature="control",
            )
        )
