"""The counters' rows: added to together, folded into weeks, and the bot's own messages counted from its journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lizheng.activity.tables import GroupHour, MemberDay, MemberWeek, Seen, Uncounted
from lizheng.delivery.outbox import Priority
from lizheng.delivery.outbox.entry import KINDS, Kind
from lizheng.store import atomic
from lizheng.store.sql import connection, fetch, fetch_many
from lizheng.store.tables import Outgoing

KEPT_DAYS, KEPT_WEEKS = 45, timedelta(days=400)
GROUP_MESSAGES = [api for api, kind in KINDS.items() if kind is Kind.MESSAGE]
ANSWERED_WITHIN = timedelta(minutes=60)
Key = tuple[int, date, int]

_SUMS = ("messages", "long", "given", "got", "commands")


def _upsert(table: str, keys: Iterable[str], sums: Iterable[str], ends: bool) -> str:
    """A statement that adds one row of counters to what is there."""
    keys, sums = tuple(keys), tuple(sums)
    columns = (*keys, *sums, *(("first_minute", "last_minute") if ends else ()))
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join("?" for _ in columns)
    clash = ", ".join(f'"{column}"' for column in keys)
    changes = [f'"{column}" = "{table}"."{column}" + excluded."{column}"' for column in sums]
    if ends:
        changes.append(f'"first_minute" = COALESCE("{table}"."first_minute", excluded."first_minute")')
        changes.append(f'"last_minute" = COALESCE(excluded."last_minute", "{table}"."last_minute")')
    return (
        f'INSERT INTO "{table}" ({names}) VALUES ({marks}) '
        f"ON CONFLICT ({clash}) DO UPDATE SET {', '.join(changes)}"
    )


ADD_MEMBER = _upsert("lizheng_member_day", ("group_id", "day", "user_id"), _SUMS, True)
ADD_HOUR = _upsert(
    "lizheng_group_hour", ("group_id", "day", "hour"), ("messages", "joined", "left", "bots"), True
)


def _stored(day: date) -> Any:
    """A date as the engine's driver takes it in plain SQL."""
    return day if connection().capabilities.dialect == "postgres" else day.isoformat()


@atomic
async def add(
    members: Mapping[Key, list[Any]], hours: Mapping[Key, list[Any]], spans: list[int], now: datetime
) -> None:
    """Add what was counted, and say up to when these spans were seen."""
    if members:
        rows = [(group, _stored(day), user, *row) for (group, day, user), row in sorted(members.items())]
        await fetch_many(ADD_MEMBER, rows)
    if hours:
        rows = [(group, _stored(day), hour, *row) for (group, day, hour), row in sorted(hours.items())]
        await fetch_many(ADD_HOUR, rows)
    if spans:
        await Seen.filter(id__in=spans, until__lt=now).update(until=now)


@atomic
async def fold(today: date) -> int:
    """Fold the whole weeks that are older than the days are kept, and let go what is too old; how many weeks."""
    before = today - timedelta(days=KEPT_DAYS)
    monday = before - timedelta(days=before.weekday())
    folded = 0
    while (row := await MemberDay.filter(day__lt=monday).order_by("day").first()) is not None:
        week = row.day - timedelta(days=row.day.weekday())
        await _fold(week)
        folded += 1
    await GroupHour.filter(day__lt=monday).delete()
    await MemberWeek.filter(week__lt=today - KEPT_WEEKS).delete()
    return folded


async def _fold(week: date) -> None:
    end = week + timedelta(days=7)
    cast = "CAST(? AS DATE)" if connection().capabilities.dialect == "postgres" else "?"
    sums = ", ".join(f'SUM("{column}")' for column in _SUMS)
    adds = ", ".join(
        f'"{column}" = "lizheng_member_week"."{column}" + excluded."{column}"' for column in ("days", *_SUMS)
    )
    await fetch(
        f'INSERT INTO "lizheng_member_week" ("group_id", "user_id", "week", "days", {_names(_SUMS)}) '
        f'SELECT "group_id", "user_id", {cast}, COUNT(*), {sums} FROM "lizheng_member_day" '
        f'WHERE "day" >= {cast} AND "day" < {cast} GROUP BY "group_id", "user_id" '
        f'ON CONFLICT ("group_id", "week", "user_id") DO UPDATE SET {adds}',
        (_stored(week), _stored(week), _stored(end)),
    )
    await MemberDay.filter(day__gte=week, day__lt=end).delete()


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


async def forget_spans(now: datetime) -> None:
    """Let go of the spans nothing is drawn of any more."""
    await Seen.filter(until__lt=now - KEPT_WEEKS).delete()


# — what the bot itself said ———————————————————————————————————————————————————————————————


async def count_own(group_id: int, since: date, until: date, zone: ZoneInfo, now: datetime) -> None:
    """Count the bot's messages of these days from its journal, which holds them for two days: the same every time."""
    start = datetime.combine(since, time(), zone)
    end = datetime.combine(until, time(), zone)
    rows = await Outgoing.filter(
        group_id=group_id,
        user_id=0,
        api__in=GROUP_MESSAGES,
        state="done",
        sent_at__gte=start,
        sent_at__lt=end,
    ).values_list("sent_at", "priority")
    said: defaultdict[tuple[date, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    ends = {
        (row.day, row.hour): (row.first_minute, row.last_minute)
        for row in await GroupHour.filter(group_id=group_id, day__gte=since, day__lte=until)
    }
    for sent_at, priority in rows:
        local = sent_at.astimezone(zone)
        row = said[local.date(), local.hour]
        row[0] += 1
        if priority == Priority.NOTICE:
            row[1] += 1
            over = now - sent_at >= ANSWERED_WITHIN
            row[2] += over and not is_answered(local, ends)
    await _put_own(group_id, dict(said))


@atomic
async def _put_own(group_id: int, said: dict[tuple[date, int], list[int]]) -> None:
    for (day, hour), (own, pushed, unanswered) in said.items():
        row, _ = await GroupHour.get_or_create(group_id=group_id, day=day, hour=hour)
        here = GroupHour.filter(id=row.id, own__lte=own)
        await here.update(own=own, pushed=pushed, unanswered=unanswered)


def is_answered(at: datetime, ends: Mapping[tuple[date, int], tuple[int | None, int | None]]) -> bool:
    """Tell whether a person spoke within an hour after `at`, by the first and last minutes of the hours."""
    _, last = ends.get((at.date(), at.hour), (None, None))
    if last is not None and last >= at.minute:
        return True
    later = at + timedelta(hours=1)
    first, _ = ends.get((later.date(), later.hour), (None, None))
    return first is not None and first <= at.minute


# — who is not counted —————————————————————————————————————————————————————————————————————


@atomic
async def leave_out(group_id: int, user_id: int, by: int, now: datetime) -> bool:
    """Let go of a member's rows and write down that none are to come; False when that was so already."""
    _, made = await Uncounted.get_or_create({"by": by, "at": now}, group_id=group_id, user_id=user_id)
    await MemberDay.filter(group_id=group_id, user_id=user_id).delete()
    await MemberWeek.filter(group_id=group_id, user_id=user_id).delete()
    return made


async def count_again(group_id: int, user_id: int) -> bool:
    return bool(await Uncounted.filter(group_id=group_id, user_id=user_id).delete())
