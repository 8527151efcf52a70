"""Taking back what somebody said: the messages a rule was broken with, or the last ones of who was kicked."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng import Context, GroupContext, Slot
from lizheng.events import MessageRecalled
from lizheng.parts.recalled import recall_all
from plugins.violations import texts

DAY_SECONDS = 86_400
MOST = 20
HISTORY = 100
REMEMBERED, GONE = 10_000, 1_000


class Said(NamedTuple):
    """One message seen; `time` is its event time in epoch seconds."""

    group_id: int
    user_id: int
    message_id: int
    time: int


class Memory:
    """The last messages of all groups, by number only: endpoints that keep no history need it."""

    def __init__(self) -> None:
        self.said: deque[Said] = deque(maxlen=REMEMBERED)
        self._gone: deque[tuple[int, int]] = deque(maxlen=GONE)

    async def look(self, ctx: Context) -> None:
        """Remember a message before any rule may end it."""
        event = ctx.event
        self.said.append(Said(ctx.group.id, event.user_id, event.message_id, event.time))

    async def recalled(self, ctx: GroupContext, happened: MessageRecalled) -> None:
        """Somebody took a message back: there is nothing left to recall."""
        self._gone.append((ctx.group.id, happened.message_id))

    async def recall(self, ctx: GroupContext, slot: Slot) -> None:
        """The slot: the messages of a case, or the last ones of who was kicked; one recalled before is not there any more."""
        user_id, messages = slot.payload["user"], slot.payload["messages"]
        if messages is None:
            messages = await self._latest(ctx, user_id)
        await recall_all(ctx, slot, messages, user_id, texts.RECALL_REASON, slot.payload["rule"])

    async def _latest(self, ctx: GroupContext, user_id: int) -> list[int]:
        """At most 20 of the last 24 hours, the oldest first."""
        since = ctx.now.timestamp() - DAY_SECONDS
        found = {
            one.message_id: one.time
            for one in self.said
            if one.user_id == user_id and one.group_id == ctx.group.id and one.time >= since
        }
        try:
            answer = await ctx.query("get_group_msg_history", group_id=ctx.group.id, count=HISTORY)
        except (NetworkError, ActionFailed):
            answer = None
        for message in (answer or {}).get("messages") or []:
            sender = (message.get("sender") or {}).get("user_id") or message.get("user_id")
            at, number = int(message.get("time") or 0), message.get("message_id")
            if sender == user_id and number is not None and at >= since:
                found[int(number)] = at
        left = [number for number in found if (ctx.group.id, number) not in self._gone]
        latest = sorted(left, key=lambda number: found[number])
        return latest[-MOST:]
