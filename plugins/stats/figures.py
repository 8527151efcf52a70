"""The numbers of a span of days, put together from what is counted, done and called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng import GroupContext, MemberInfo, Role
from lizheng.activity import Day, Hour, Span, reading
from lizheng.parts.deeds import ClosedCall, Done, calls_closed, deeds_of
from plugins.stats import rules
from plugins.stats.models import Present
from plugins.stats.settings import Settings

CALLS_BACK = timedelta(days=180)
MOST_CALLS = 24
BEFORE_CALL = timedelta(days=30)
HALF_SEEN = 0.5


@dataclass(frozen=True)
class People:
    """Who is in the group, without bots and those who are not counted; `coverage` is how much of it was listed."""

    members: Mapping[int, MemberInfo]
    coverage: float = 1.0

    @property
    def can_be_shared(self) -> bool:
        return self.coverage >= rules.LEAST_COVERAGE

    @property
    def can_be_split(self) -> bool:
        return len(self.members) >= rules.LEAST_PEOPLE


@dataclass(frozen=True)
class Numbers:
    """What a span of days came to; shares are from 0 to 1 and None where they cannot be said."""

    since: date
    until: date
    people: People
    active: int = 0
    messages: int = 0
    joined: int = 0
    left: int = 0
    own: int = 0
    pushed: int = 0
    unanswered: int = 0
    newcomers: int = 0
    spoke: int = 0
    hours: float | None = None
    sticky: float | None = None
    calls: int = 0
    known: float | None = None
    deeds: Mapping[str, int] = field(default_factory=dict)
    by_person: Mapping[int, int] = field(default_factory=dict)
    unseen: tuple[date, ...] = ()

    @property
    def days(self) -> int:
        return (self.until - self.since).days

    @property
    def rate(self) -> float | None:
        """The share of active members, None where too little was listed or seen."""
        if not self.people.can_be_shared or self.days - len(self.unseen) < min(
            rules.LEAST_DAYS_SEEN, self.days
        ):
            return None
        return rules.share(self.active, len(self.people.members) / self.people.coverage)


async def people(ctx: GroupContext) -> People:
    """Everybody who counts, as listed at most five minutes ago. Raises `Declined` while the list cannot be read."""
    members = await ctx.members(fresh=False)
    coverage = 1.0
    try:
        told = await ctx.query("get_group_info", group_id=ctx.group.id)
        count = int((told or {}).get("member_count") or 0)
        if count > len(members):
            coverage = len(members) / count
    except (NetworkError, ActionFailed, TypeError, ValueError):
        pass
    left_out = await reading.left_out(ctx)
    return People({user: one for user, one in members.items() if is_counted(ctx, one, left_out)}, coverage)


def is_counted(ctx: GroupContext, member: MemberInfo, left_out: Collection[int]) -> bool:
    """Whether somebody is a person who is counted."""
    user = member.user_id
    return not (member.robot or ctx.is_ours(user) or user in ctx.group.bots or user in left_out)


async def started(ctx: GroupContext) -> date:
    """The day from which this group was counted."""
    spans = await reading.spans(ctx)
    return spans[0].since.date() if spans else ctx.now.date()


def unseen(spans: Sequence[Span], since: date, until: date, ctx: GroupContext) -> list[date]:
    """The days of which less than half was seen. Of the first day what came before is no gap, of today what is to come."""
    found: list[date] = []
    for day in (since + timedelta(days=n) for n in range((until - since).days)):
        begins, ends = midnight(ctx, day), min(midnight(ctx, day + timedelta(days=1)), ctx.now)
        if spans and spans[0].since.date() == day:
            begins = spans[0].since
        whole = (ends - begins) / timedelta(days=1)
        if whole >= 0 and reading.seen_share(spans, day, ctx.zone) < HALF_SEEN * whole:
            found.append(day)
    return found


def midnight(ctx: GroupContext, day: date) -> datetime:
    return datetime.combine(day, time(), ctx.zone)


async def gather(ctx: GroupContext, since: date, until: date) -> Numbers:
    """The numbers from `since` up to, not with, `until`. Raises `Declined` while the member list cannot be read."""
    here = await people(ctx)
    days = await reading.member_days(ctx, since, until)
    hours = await reading.hours(ctx, since, until)
    done = await deeds_of(ctx, midnight(ctx, since), midnight(ctx, until))
    left_out = await reading.left_out(ctx)
    done = [one for one in done if one.user_id not in left_out]
    long: Counter[int] = Counter()
    for day in days:
        long[day.user_id] += day.long
    for day in await reading.member_weeks(ctx, since, until):
        long[day.user_id] += day.long
    active = rules.active(long, {one.user_id for one in done}, here.members)
    newcomers, spoke, waited = await _newcomers(ctx, since, until, days)
    sticky, calls = await stickiness(ctx)
    bots = ctx.settings(Settings).bots
    return Numbers(
        since,
        until,
        here,
        len(active),
        sum(hour.messages + (hour.bots if bots else 0) for hour in hours),
        newcomers=newcomers,
        spoke=spoke,
        hours=waited,
        sticky=sticky,
        calls=calls,
        known=await known_share(ctx),
        deeds=by_dimension(done),
        by_person=by_person(done),
        unseen=tuple(unseen(await reading.spans(ctx), since, until, ctx)),
        **_sums(hours),
    )


def _sums(hours: Collection[Hour]) -> dict[str, int]:
    names = ("joined", "left", "own", "pushed", "unanswered")
    return {name: sum(getattr(hour, name) for hour in hours) for name in names}


def by_dimension(done: Collection[Done]) -> dict[str, int]:
    """How many deeds there were of each use."""
    found: Counter[str] = Counter()
    for one in done:
        found[one.dimension.value] += one.count
    return dict(found)


def by_person(done: Collection[Done]) -> dict[int, int]:
    """How many deeds each did."""
    found: Counter[int] = Counter()
    for one in done:
        found[one.user_id] += one.count
    return dict(found)


def roles(ctx: GroupContext, members: Mapping[int, MemberInfo], users: Collection[int]) -> dict[int, str]:
    """Whose word they are, as a report names it."""
    found: dict[int, str] = {}
    for user in users:
        one = members.get(user)
        if not user or ctx.is_ours(user):
            found[user] = "里正"
        elif one is not None and one.role is Role.OWNER:
            found[user] = "群主"
        elif one is not None and one.role is Role.ADMIN:
            found[user] = "管理员"
    return found


async def stickiness(ctx: GroupContext) -> tuple[float | None, int]:
    """How many come when called, by the last calls."""
    closed = [
        call
        for call in await calls_closed(ctx, ctx.now - CALLS_BACK)
        if call.audience >= rules.LEAST_AUDIENCE
    ]
    found: list[tuple[int, int, int]] = []
    for call in closed[-MOST_CALLS:]:
        opened = call.opened_at.astimezone(ctx.zone).date()
        before = await reading.long_speakers(ctx, opened - BEFORE_CALL, opened)
        before |= {one.user_id for one in await deeds_of(ctx, call.opened_at - BEFORE_CALL, call.opened_at)}
        found.append((call.audience, call.takers, len(before)))
    return rules.stickiness(found)


async def known_share(ctx: GroupContext) -> float | None:
    """The share of those present of whose background something is known; None until it was asked."""
    asked = Present.filter(group_id=ctx.group.id, left_at=None, known__isnull=False)
    return rules.share(await asked.filter(known=True).count(), await asked.count())


async def _newcomers(
    ctx: GroupContext, since: date, until: date, days: Collection[Day]
) -> tuple[int, int, float | None]:
    """How many came, how many of them spoke, and after how many hours in the middle."""
    rows = await Present.filter(
        group_id=ctx.group.id, joined_at__gte=midnight(ctx, since), joined_at__lt=midnight(ctx, until)
    )
    came = {row.user_id: row for row in rows if not is_raid(row)}
    waited: dict[int, float] = {}
    for day in days:
        row = came.get(day.user_id)
        if row is None or row.joined_at is None or not day.long or day.user_id in waited:
            continue
        first = midnight(ctx, day.day) + timedelta(minutes=day.first_minute or 0)
        waited[day.user_id] = max(0.0, (first - row.joined_at) / timedelta(hours=1))
    return len(came), len(waited), median(waited.values()) if waited else None


def is_raid(row: Present) -> bool:
    """Whether somebody was removed within a day of coming."""
    return bool(row.removed and row.left_at and row.joined_at and row.left_at - row.joined_at <= rules.RAID)


async def dimensions(ctx: GroupContext, since: date, until: date) -> dict[str, int]:
    """How many deeds of each use there were in a span."""
    return by_dimension(await deeds_of(ctx, midnight(ctx, since), midnight(ctx, until)))


async def calls(ctx: GroupContext, since: date) -> list[ClosedCall]:
    """The calls that ended since a day."""
    return await calls_closed(ctx, midnight(ctx, since))
