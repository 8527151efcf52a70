"""How much happens in a group: numbers alone, kept in memory for a second at most, then written together."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from nonebot import logger

from lizheng.activity import writing
from lizheng.activity.tables import Seen, Uncounted
from lizheng.events import BotOffline, BotSpoke, FeatureSwitched, MemberJoined, MemberLeft
from lizheng.plugin.context import Context, GroupContext
from lizheng.plugin.services import Services
from lizheng.text import fold

SECONDS = 1.0
BEAT_SECONDS = 300.0
"""How often it is written down that a quiet group is still being listened to."""
BREAK = timedelta(minutes=15)
"""A host that is away for less than this is not told as a gap."""
LONG = 8
READ = 64
"""Characters that are looked at to tell a long message: more are not needed, and cost."""

MESSAGES, LONGS, GIVEN, GOT, COMMANDS, FIRST, LAST = range(7)
H_MESSAGES, H_JOINED, H_LEFT, H_BOTS, H_FIRST, H_LAST = range(6)


def _member() -> list[int | None]:
    return [0, 0, 0, 0, 0, None, None]


def _hour() -> list[int | None]:
    return [0, 0, 0, 0, None, None]


class Counting:
    """What has been counted and not written yet, and which groups are listened to."""

    def __init__(self, host: Services[GroupContext]) -> None:
        self._host = host
        self.members: defaultdict[tuple[int, date, int], list[Any]] = defaultdict(_member)
        self.hours: defaultdict[tuple[int, date, int], list[Any]] = defaultdict(_hour)
        self.spans: dict[int, int] = {}
        """The open row of `Seen` of each group."""
        self._left_out: dict[int, set[int]] = {}
        self._minute = -1
        self._local = host.clock.now()
        self._timer: asyncio.TimerHandle | None = None
        self._beat: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    # — what is counted ————————————————————————————————————————————————————————————————————

    async def begin(self, host: Services[GroupContext]) -> None:
        """Learn who is not counted."""
        self._left_out = {}
        for row in await Uncounted.all():
            self._left_out.setdefault(row.group_id, set()).add(row.user_id)

    async def spoken(self, ctx: Context) -> None:
        """Count one message of a person."""
        now, group_id = self._now(), ctx.group.id
        day, minute = now.date(), now.hour * 60 + now.minute
        hour = self.hours[group_id, day, now.hour]
        hour[H_MESSAGES] += 1
        if hour[H_FIRST] is None:
            hour[H_FIRST] = now.minute
        hour[H_LAST] = now.minute
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SECONDS, self._write_soon)
        left_out, user_id = self._left_out.get(group_id, ()), ctx.author_id
        # Whose words are quoted, as far as that is known, where it is another person.
        other = ctx.quoted.user_id if ctx.quoted is not None else 0
        if other and (other == user_id or other in ctx.group.bots or ctx.is_ours(other)):
            other = 0
        if user_id not in left_out:
            member = self.members[group_id, day, user_id]
            member[MESSAGES] += 1
            if member[FIRST] is None:
                member[FIRST] = minute
            member[LAST] = minute
            if ctx.command is not None:
                member[COMMANDS] += 1
            elif is_long(ctx.event.get_message()):
                member[LONGS] += 1
            if other:
                member[GIVEN] += 1
        if other and other not in left_out:
            self.members[group_id, day, other][GOT] += 1

    async def joined(self, ctx: GroupContext, happened: MemberJoined) -> None:
        self._moved(ctx, H_JOINED)

    async def left(self, ctx: GroupContext, happened: MemberLeft) -> None:
        self._moved(ctx, H_LEFT)

    async def bot_spoke(self, ctx: GroupContext, happened: BotSpoke) -> None:
        self._moved(ctx, H_BOTS)

    def _moved(self, ctx: GroupContext, what: int) -> None:
        now = self._now()
        self.hours[ctx.group.id, now.date(), now.hour][what] += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SECONDS, self._write_soon)

    def _now(self) -> datetime:
        """The local time to the minute, worked out once a minute: with a zone that costs more than all the rest."""
        now = self._host.clock.now()
        minute = int(now.timestamp()) // 60
        if minute != self._minute:
            self._minute, self._local = minute, now.astimezone(self._host.zone)
        return self._local

    def leave_out(self, group_id: int, user_id: int) -> None:
        """Count a member under no name from now on; what is not written yet goes, too."""
        self._left_out.setdefault(group_id, set()).add(user_id)
        for key in [key for key in self.members if key[0] == group_id and key[2] == user_id]:
            del self.members[key]

    def count_again(self, group_id: int, user_id: int) -> None:
        self._left_out.get(group_id, set()).discard(user_id)

    def is_left_out(self, group_id: int, user_id: int) -> bool:
        return user_id in self._left_out.get(group_id, ())

    # — writing ————————————————————————————————————————————————————————————————————————————

    def _write_soon(self) -> None:
        self._writing = asyncio.create_task(self._write_or_keep())

    async def _write_or_keep(self) -> None:
        try:
            await self.write()
        except Exception:
            # The database may be closed by now, or busy: the next message brings the next try.
            logger.warning("lizheng: the activity counters could not be written yet")

    async def write(self) -> None:
        """Write what was counted so far; on a failure it is kept."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        members, self.members = self.members, defaultdict(_member)
        hours, self.hours = self.hours, defaultdict(_hour)
        try:
            await writing.add(
                members, hours, self._listening({key[0] for key in hours}), self._host.clock.now()
            )
        except BaseException:
            later_members, self.members = self.members, members
            later_hours, self.hours = self.hours, hours
            for key, row in later_members.items():
                _merge(self.members[key], row, FIRST, LAST)
            for key, row in later_hours.items():
                _merge(self.hours[key], row, H_FIRST, H_LAST)
            raise

    def _listening(self, groups: set[int]) -> list[int]:
        return [self.spans[group_id] for group_id in groups if group_id in self.spans]

    # — being there ————————————————————————————————————————————————————————————————————————

    async def listen(self, ctx: GroupContext) -> None:
        """Open a span for a group, or go on with the one that ended a moment ago."""
        if ctx.group.id in self.spans:
            await Seen.filter(id=self.spans[ctx.group.id]).update(until=ctx.now)
            return
        last = await Seen.filter(group_id=ctx.group.id).order_by("-until").first()
        if last is None or not timedelta() <= ctx.now - last.until <= BREAK:
            last = await Seen.create(group_id=ctx.group.id, since=ctx.now, until=ctx.now)
        self.spans[ctx.group.id] = last.id
        if self._beat is None:
            self._beat = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._beat_soon)

    async def cut(self, ctx: GroupContext) -> None:
        """End a group's span: it is switched off, or the account is gone."""
        await self.write()
        if (span := self.spans.pop(ctx.group.id, None)) is not None:
            await Seen.filter(id=span).update(until=ctx.now)

    async def offline(self, ctx: GroupContext, happened: BotOffline) -> None:
        await self.cut(ctx)

    async def switched(self, ctx: GroupContext, happened: FeatureSwitched) -> None:
        """Told when the last feature that needs the counters goes off."""
        if not happened.on:
            await self.cut(ctx)

    def _beat_soon(self) -> None:
        self._beat = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._beat_soon)
        self._writing = asyncio.create_task(self._beat_or_not())

    async def _beat_or_not(self) -> None:
        try:
            await self.beat()
        except Exception:
            logger.warning("lizheng: that the groups are listened to could not be written yet")

    async def beat(self) -> None:
        """Write down that the groups whose account is connected are still listened to; the others have a gap."""
        there = [group_id for group_id in self.spans if self._host.account_for(group_id) is not None]
        await Seen.filter(id__in=[0, *self._listening(set(there))]).update(until=self._host.clock.now())

    def close(self) -> None:
        """The next start may be on another database: nothing of this one belongs to it."""
        for timer in (self._timer, self._beat):
            if timer is not None:
                timer.cancel()
        self._timer = self._beat = None


def is_long(message: Any) -> bool:
    """Tell whether what was typed has eight characters that mean something."""
    typed = ""
    for segment in message:
        if segment.type == "text":
            typed += segment.data.get("text") or ""
            if len(typed) >= READ:
                break
    return len(typed) >= LONG and len(fold(typed[:READ])) >= LONG


def _merge(into: list[Any], row: list[Any], first: int, last: int) -> None:
    """Add what was counted later to what could not be written."""
    for place, value in enumerate(row):
        if place == first:
            into[place] = value if into[place] is None else into[place]
        elif place == last:
            into[place] = into[place] if value is None else value
        else:
            into[place] += value
