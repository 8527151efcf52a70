"""Getting the feeds ahead of time: one slot for all groups, so that a feed many groups take is fetched once."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from weakref import WeakValueDictionary

from nonebot import logger

from lizheng import Feature, GroupContext, Services, atomic
from lizheng.parts.each_group import groups_of
from plugins.morning_brief import register, rules, texts
from plugins.morning_brief.feeds.addresses import NotAllowed, read_address
from plugins.morning_brief.feeds.fetching import Fetcher, FetchFailed
from plugins.morning_brief.feeds.identity import GUID, unlike
from plugins.morning_brief.feeds.reading import Item as Entry
from plugins.morning_brief.feeds.reading import Overran, Read, Reader
from plugins.morning_brief.models import Item, Source, Subscription
from plugins.morning_brief.timing import Timing

FETCH = "fetch"
AHEAD = timedelta(minutes=10)
RETRY = timedelta(minutes=4)
FRESH_ENOUGH = timedelta(minutes=30)
AT_ONCE = 8
KEPT = timedelta(days=14)


class Gathering:
    """Fetches and reads feeds, each once at a time."""

    def __init__(self, hosts: frozenset[str] = frozenset(), zone: tzinfo = UTC) -> None:
        """`hosts` are addresses inside this network that may be asked; `zone` is meant by dates that name none."""
        self._fetcher = Fetcher(hosts)
        self._reader = Reader(zone)
        self._fetching = asyncio.Semaphore(AT_ONCE)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @property
    def fetcher(self) -> Fetcher:
        return self._fetcher

    async def refresh(self, host: Services[Any], sources: Iterable[Source], since: datetime) -> None:
        """Try those again that were not tried since then; ends within the limits of one fetch, or a few.

        What goes wrong is written down with its source and never raised.
        """
        trying = [self._refresh(host, source.id, since) for source in sources]
        for failed in await asyncio.gather(*trying, return_exceptions=True):
            if isinstance(failed, Exception):
                logger.error("a feed could not be looked after: {}", type(failed).__name__)

    async def _refresh(self, host: Services[Any], source_id: int, since: datetime) -> None:
        lock = self._locks.setdefault(source_id, asyncio.Lock())
        async with lock, self._fetching:
            source = await Source.get_or_none(id=source_id)
            now = host.clock.now()
            if source is None or (source.tried_at is not None and source.tried_at >= since):
                return
            if rules.is_aside(source.aside_until, now):
                return
            try:
                await self._get(source, now)
            except Overran as error:
                await _overran(source, str(error), now)
            except (FetchFailed, NotAllowed) as error:
                why = str(error).rstrip("。")
                await Source.filter(id=source.id).update(tried_at=now, why=why)
            except Exception as error:
                # One source, whatever it holds, is not worth the briefs of all groups.
                logger.error("feed {} could not be taken in: {}", source.id, type(error).__name__)
                await Source.filter(id=source.id).update(tried_at=now, why=texts.UNREADABLE)

    async def _get(self, source: Source, now: datetime) -> None:
        fetched = await self._fetcher.fetch(read_address(source.url), source.etag, source.modified)
        if fetched.content is None:
            await Source.filter(id=source.id).update(tried_at=now, fetched_at=now, why="")
            return
        read = await self._reader.read(fetched.content, fetched.content_type, source.url)
        await _store(source, read, fetched.etag, fetched.modified, now)


@atomic
async def _overran(source: Source, why: str, now: datetime) -> None:
    """Count one more; after the second the source is put aside, and its groups are told of it with the next brief."""
    overruns = source.overruns + 1
    aside = overruns >= rules.MOST_OVERRUNS
    await Source.filter(id=source.id).update(
        tried_at=now,
        why=texts.PUT_ASIDE if aside else why,
        overruns=overruns,
        aside_until=now + rules.ASIDE if aside else None,
    )
    if overruns == rules.MOST_OVERRUNS:
        await Subscription.filter(source_id=source.id).update(told_at=None)


@atomic
async def _store(source: Source, read: Read, etag: str, modified: str, now: datetime) -> None:
    """Keep what is new; forget what is old and no longer in the feed."""
    rows = await Item.filter(source_id=source.id).only("id", "key", "keys")
    known = {row.key: tuple(map(str, row.keys)) for row in rows}
    for entry in read.items:
        if (before := _known_without_guid(entry, known)) is not None:
            await Item.filter(source_id=source.id, key=before).update(
                key=entry.keys[0], keys=list(entry.keys)
            )
            del known[before]
            known[entry.keys[0]] = entry.keys
    # The feed's first entry is to get the highest number, as the newest of those seen together.
    fresh = [entry for entry in reversed(read.items) if entry.keys[0] not in known]
    new = [_row(source, entry, unlike(entry.keys, known.values()), now) for entry in fresh]
    await Item.bulk_create(new, ignore_conflicts=True)
    present = [entry.keys[0] for entry in read.items]
    await Item.filter(source_id=source.id, seen_at__lt=now - KEPT, key__not_in=[*present, ""]).delete()
    await Source.filter(id=source.id).update(
        title=read.title or source.title,
        etag=etag,
        modified=modified,
        tried_at=now,
        fetched_at=now,
        why="",
        overruns=0,
        aside_until=None,
    )


def _known_without_guid(entry: Entry, known: Mapping[str, tuple[str, ...]]) -> str | None:
    """The key an entry was stored under by a version that did not look at guids."""
    if not entry.keys[0].startswith(GUID) or entry.keys[0] in known or len(entry.keys) < 2:
        return None
    return entry.keys[1] if known.get(entry.keys[1]) == entry.keys[1:] else None


def _row(source: Source, entry: Entry, keys: tuple[str, ...], now: datetime) -> Item:
    return Item(
        source_id=source.id,
        key=keys[0],
        keys=list(keys),
        title=entry.title,
        link=entry.link,
        published_at=entry.published_at,
        seen_at=now,
    )


class Rounds:
    """When the feeds are fetched: ten minutes before the briefs that want them, once more where that failed."""

    def __init__(self, feature_of: Feature, gathering: Gathering, timing: Timing) -> None:
        self._feature = feature_of
        self._gathering = gathering
        self._timing = timing

    async def fetch(self, ctx: GroupContext, slot: Any) -> datetime | None:
        """The due slot of all groups."""
        host = ctx.host
        now = host.clock.now()
        wanted: dict[int, Source] = {}
        for due, sources in await self._upcoming(host, now - AHEAD / 2):
            wanted |= {s.id: s for s in sources if s.tried_at is None or _is_wanted(s, due, now)}
        await self._gathering.refresh(host, wanted.values(), now - RETRY / 2)
        return await self.next_round(host)

    async def next_round(self, host: Services[Any]) -> datetime | None:
        """When it is worth fetching again; None while nobody takes a feed."""
        now = host.clock.now()
        times = [
            time for due, sources in await self._upcoming(host, now) if (time := _round(due, sources, now))
        ]
        return min(times, default=None)

    async def plan(self, host: Services[Any]) -> None:
        """Look at the time of the next round again, because a group has changed something."""
        if (at := await self.next_round(host)) is not None:
            await host.schedule.plan(self._feature.id, FETCH, 0, at, replace=True)

    async def _upcoming(
        self, host: Services[Any], after: datetime
    ) -> list[tuple[datetime, Collection[Source]]]:
        """Every group that takes feeds: when its next brief is due, and what it takes."""
        found: list[tuple[datetime, Collection[Source]]] = []
        for ctx in groups_of(host, self._feature):
            if due := self._timing.timetable(ctx).next_after(after):
                sources = [source for _, source in await register.subscriptions(ctx.group.id)]
                if sources:
                    found.append((due, sources))
        return found


def _is_wanted(source: Source, due: datetime, now: datetime) -> bool:
    """Whether its items should be newer for a brief that is due soon."""
    if rules.is_aside(source.aside_until, now):
        return False
    stale = source.fetched_at is None or source.why or source.fetched_at < due - FRESH_ENOUGH
    return bool(stale) and due - now <= AHEAD + timedelta(seconds=30)


def _round(due: datetime, sources: Collection[Source], now: datetime) -> datetime:
    if due - AHEAD > now:
        return due - AHEAD
    failing = [source for source in sources if source.why and not rules.is_aside(source.aside_until, now)]
    if failing and now + RETRY < due:
        return now + RETRY
    return due + timedelta(minutes=1)
