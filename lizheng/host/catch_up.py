"""What happened while nobody listened: it is measured, and where something counts late, read back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from nonebot import logger
from nonebot.adapters.onebot.v11 import GroupMessageEvent, NetworkError

from lizheng.adapter.errors import ActionFailed
from lizheng.adapter.history import ReadBack, read_back
from lizheng.adapter.recent import Recent
from lizheng.delivery.leases import SingleHost
from lizheng.dispatch.dispatcher import Dispatcher
from lizheng.dispatch.late import Counted
from lizheng.host import maintenance
from lizheng.plugin.context import GroupContext
from lizheng.plugin.coverage import Coverage, missed
from lizheng.plugin.feature import Feature
from lizheng.plugin.services import Services
from lizheng.store import atomic
from lizheng.store.tables import Gap, Presence

BEAT = 5.0
"""Seconds between two notes that an account is heard of: a kill loses so much of the knowledge, not of the messages."""
SHORTEST = timedelta(seconds=20)
LONGEST = timedelta(hours=24)
OVERLAP = timedelta(seconds=10)
"""Read before a gap as well: what had come was perhaps not handled."""
PAGE_PAUSE = 1.0
TRIES, TRY_PAUSE = 3, 5.0
LEASE_TRIES, LEASE_PAUSE = 30, 0.5
ROUNDED = timedelta(seconds=1)
BREATH = 50
"""After so many messages the loop gets its turn."""
REFUSED_SHOWN = 2
COUNTED = "我刚才不在（{span}），补记了 {counted}。{refused}"
ONLY_REFUSED = "我刚才不在（{span}），补看了那时的消息。{refused}"
UNREAD = "{words}{since}以前的消息读不回来，要算数的请再发一次。"
REFUSED = "\n没记上：{who}：{why}"
MORE_REFUSED = "\n没记上的还有 {count} 条。"


class CatchUp:
    """Notes while accounts are heard of, and reads the history back when one has been away."""

    def __init__(
        self, host: Services[Any], dispatch: Dispatcher, shares: Callable[[], SingleHost], *, pace: bool
    ):
        """`shares` gives who acts where at this moment. Unless `pace`, pages are read without a pause, as in tests."""
        self._host, self._dispatch, self._shares, self._pace = host, dispatch, shares, pace
        self._ready: set[int] = set()
        self._busy: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._beating: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to note."""
        self._beating = asyncio.create_task(self._beat())

    async def stop(self) -> None:
        """Note once more, and read nothing back any more: what is left open is read at the next connection."""
        tasks = [*self._tasks, *([self._beating] if self._beating else [])]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._beating is None:
            return
        self._beating = None
        try:
            await self._note()
        except Exception:
            logger.exception("lizheng: until when accounts were heard of could not be written down")
        self._ready.clear()
        self._busy.clear()

    def idle(self) -> bool:
        """Whether nothing is being read back."""
        return not self._tasks

    def connected(self, account: int) -> None:
        """Take up an account that has connected, in a task of its own."""
        self._ready.discard(account)
        task = asyncio.create_task(self._take_up(account))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def coverage(
        self, group_id: int, since: datetime, until: datetime, *, private: bool = False
    ) -> Coverage:
        """Tell how much of a time was seen of a group, or of what its members write in private, which is not read back."""
        account = self._host.account_for(group_id)
        if account is None or account not in self._listening() or group_id in self._busy:
            return Coverage(waits=True)
        near = Gap.filter(account=account, until__gt=since, since__lt=until)
        gaps = await near.filter(group_id=0)
        read = {} if private else {row.since: row.read_from for row in await near.filter(group_id=group_id)}
        unseen = [(gap.since, read.get(gap.since) or gap.until) for gap in gaps]
        return Coverage(missed=missed(since, until, unseen))

    def _listening(self) -> set[int]:
        return self._ready - self._host.adapter.last_heard.keys()

    # — being heard of ——————————————————————————————————————————————————————————————————————

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            try:
                await self._note()
            except Exception:
                logger.exception("lizheng: until when accounts were heard of could not be written down")

    @atomic
    async def _note(self) -> None:
        adapter, now = self._host.adapter, self._host.clock.now()
        for account in self._listening():
            heard = now - timedelta(seconds=adapter.silent_for(account))
            await Presence.filter(account=account).update(seen_until=heard)
        for account, epoch in adapter.last_heard.items():
            heard = datetime.fromtimestamp(epoch, UTC)
            await Presence.filter(account=account, seen_until__lt=heard).update(seen_until=heard)

    async def _take_up(self, account: int) -> None:
        heard = self._host.adapter.last_heard.get(account)
        try:
            gaps = await self._measure(account, heard)
            self._host.adapter.last_heard.pop(account, None)
            groups = [group.id for group in self._host.groups.known() if self._calls_late(group.id)]
            mine = [group_id for group_id in groups if self._host.account_for(group_id) == account]
            self._busy.update(mine if gaps else ())
            self._ready.add(account)
            if gaps:
                logger.info("lizheng: account {} was away, {} groups are looked at", account, len(mine))
                await self._catch_up(account, gaps, mine)
        except Exception:
            logger.exception(
                "lizheng: what happened while account {} was away could not be looked at", account
            )

    @atomic
    async def _measure(self, account: int, heard: float | None) -> list[Gap]:
        """The gaps that are not read back yet, with the one that ends now, if it is long enough."""
        now = self._host.clock.now()
        known = await Presence.get_or_none(account=account)
        since = known and known.seen_until
        if since is not None and heard is not None:
            since = max(since, datetime.fromtimestamp(heard, UTC))
        if since is not None and now - since > SHORTEST:
            await Gap.get_or_create({"until": now, "open": True}, account=account, group_id=0, since=since)
        await Presence.update_or_create({"seen_until": now}, account=account)
        return await Gap.filter(account=account, group_id=0, open=True).order_by("since")

    # — reading back ————————————————————————————————————————————————————————————————————————

    def _features(self, group_id: int) -> Iterable[Feature]:
        group = self._host.groups[group_id]
        for feature in self._host.features.values():
            if isinstance(feature, Feature) and feature.late_calls and self._host.is_on(group, feature):
                yield feature

    def _calls_late(self, group_id: int) -> bool:
        return any(self._features(group_id))

    async def _catch_up(self, account: int, gaps: Sequence[Gap], groups: Sequence[int]) -> None:
        """Read every group back, then let the gaps be; while the account is away again they stay open."""
        try:
            for group_id in groups:
                if await self._is_ours(group_id):
                    try:
                        await self._read_group(account, group_id, gaps)
                    except Exception:
                        logger.exception("lizheng: group {} could not be read back", group_id)
                if account not in self._listening():
                    return
                self._busy.discard(group_id)
            await Gap.filter(id__in=[gap.id for gap in gaps]).update(open=False)
        finally:
            self._busy.difference_update(groups)

    async def _is_ours(self, group_id: int) -> bool:
        """Whether this host acts there; on a shared database that may take some seconds after a connection."""
        for _ in range(LEASE_TRIES):
            if self._shares().mine(group_id):
                return True
            if group_id in self._shares().others():
                return False
            await asyncio.sleep(LEASE_PAUSE)
        return False

    async def _read_group(self, account: int, group_id: int, gaps: Sequence[Gap]) -> None:
        since, until = gaps[0].since, gaps[-1].until
        ctx = GroupContext(self._host, self._host.groups[group_id], maintenance.feature)
        if not await self._is_open(ctx, since):
            return
        begin = max(since - OVERLAP, until - LONGEST)
        read = await self._read(account, group_id, begin)
        if read is None:
            return
        counted = await self._run(account, read)
        whole_from = begin
        if not read.whole and not read.messages:
            whole_from = until
        # Times are in whole seconds: what is as old as the gap was seen by us, so the history goes back far enough.
        elif not read.whole and read.oldest > (since + ROUNDED).timestamp():
            whole_from = datetime.fromtimestamp(read.oldest + 1, UTC)
        await self._conclude(ctx, gaps, whole_from, counted)

    async def _is_open(self, ctx: GroupContext, since: datetime) -> bool:
        for feature in self._features(ctx.group.id):
            for is_open in feature.late_calls:
                if await is_open(ctx.within(feature), since):
                    return True
        return False

    async def _read(self, account: int, group_id: int, begin: datetime) -> ReadBack | None:
        """None when the account was lost meanwhile."""
        ask = partial(self._host.ask_account, account)
        for attempt in range(TRIES):
            try:
                return await read_back(ask, group_id, begin.timestamp(), self._pause)
            except (NetworkError, ActionFailed) as silence:
                logger.warning("lizheng: group {} is not told: {}", group_id, type(silence).__name__)
            if account not in self._listening():
                return None
            if attempt + 1 < TRIES:
                await asyncio.sleep(TRY_PAUSE if self._pace else 0)
        return ReadBack()

    async def _pause(self) -> None:
        await asyncio.sleep(PAGE_PAUSE if self._pace else 0)

    async def _run(self, account: int, read: ReadBack) -> list[Counted]:
        """Run what counts late, oldest first."""
        adapter, found = self._host.adapter, list[Counted]()
        recent = Recent(per_lane=len(read.messages) + 1)
        for number, data in enumerate(read.messages):
            if number % BREATH == 0:
                await asyncio.sleep(0)
            recent.remember(int(data.get("group_id") or 0), data)
            event = await adapter.read_back(account, data, recent)
            if not isinstance(event, GroupMessageEvent) or adapter.has_seen(event):
                continue
            if (counted := await self._dispatch.late(event)) is not None:
                adapter.note_seen(event)
                found.append(counted)
        return found

    @atomic
    async def _conclude(
        self, ctx: GroupContext, gaps: Sequence[Gap], whole_from: datetime, counted: Sequence[Counted]
    ) -> None:
        """Write down from when on the group is known, and say what was counted."""
        for gap in gaps:
            if whole_from < gap.until:
                row = {"until": gap.until, "read_from": max(gap.since, whole_from)}
                await Gap.update_or_create(row, account=gap.account, group_id=ctx.group.id, since=gap.since)
        words = self._words(ctx, gaps, counted)
        unread = whole_from > gaps[0].since
        if not words and not unread:
            return
        said = ctx.under(f"gap:{gaps[0].account}:{ctx.group.id}:{int(gaps[0].since.timestamp())}")
        if unread:
            edge = min(whole_from, gaps[-1].until)
            before = words and f"{words}\n"
            await said.say(UNREAD, words=before or "我刚才不在。", since=f"{ctx.local(edge):%m-%d %H:%M} ")
        else:
            await said.say("{words}", words=words)

    def _words(self, ctx: GroupContext, gaps: Sequence[Gap], counted: Sequence[Counted]) -> str:
        # Who does it twice has done it once.
        sums = Counter(
            noun for noun, _ in {(one.counted, one.author_id): 0 for one in counted if one.counted}
        )
        refused = [one for one in counted if one.refused]
        if not counted:
            return ""
        lines = [
            REFUSED.format(who=ctx.name_of(one.author_id), why=one.refused) for one in refused[:REFUSED_SHOWN]
        ]
        if len(refused) > REFUSED_SHOWN:
            lines.append(MORE_REFUSED.format(count=len(refused) - REFUSED_SHOWN))
        since, until = ctx.local(gaps[0].since) + ROUNDED, ctx.local(gaps[-1].until)
        day = "" if since.date() == until.date() else "%m-%d "
        span = f"{since:{day}%H:%M}–{until:{day}%H:%M}"
        template = COUNTED if sums else ONLY_REFUSED
        told = "、".join(f"{count} {noun}" for noun, count in sums.items())
        return template.format(span=span, counted=told, refused="".join(lines))
