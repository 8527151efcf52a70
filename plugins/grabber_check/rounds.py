"""Rounds, who claimed in them, and what they come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from lizheng import Context, Declined, GroupContext, atomic, fetch, next_number
from lizheng.activity.reading import member_days
from lizheng.parts.deeds import deeds_of
from plugins.grabber_check import rules, texts
from plugins.grabber_check.models import Claim, Cleared, Round
from plugins.grabber_check.settings import Settings

KEPT_DAYS = 180
ABANDONED = timedelta(days=1)
"""A round that nobody ended for so long gives way to a new one."""
MONTH, WEEK = timedelta(days=30), timedelta(days=7)
Order = Sequence[tuple[int, float | None]]


async def open_round(ctx: Context, parts: int) -> Round:
    """Open the group's round, or begin one's own anew. Raises `Declined` while another admin's is open."""
    for _ in range(2):
        made = await _open(ctx, parts)
        if made is not None:
            return made
    raise Declined(texts.NO_ROUND)


@atomic
async def _open(ctx: Context, parts: int) -> Round | None:
    source = f"{ctx.source}"
    if (same := await Round.get_or_none(source=source)) is not None:
        return same
    if (there := await current(ctx)) is not None:
        if there.by != ctx.author_id and there.at > ctx.now - ABANDONED:
            raise Declined(texts.OPEN_ALREADY.format(number=there.number))
        values = {"by": ctx.author_id, "parts": parts, "source": source, "at": ctx.now, "draft": ""}
        renewed = await Round.filter(id=there.id, state="open", source=there.source).update(**values)
        return await Round.get(id=there.id) if renewed else None
    number = await next_number(ctx.group.id, "grabber_check")
    # Two admins may open one at once: the key lets one through, the other looks again.
    made = await fetch(
        'INSERT INTO "grabber_round" ("group_id", "number", "by", "parts", "state", "open_key", "draft", "source", "at") '
        "VALUES (?, ?, ?, ?, 'open', ?, '', ?, ?) ON CONFLICT (\"open_key\") DO NOTHING RETURNING \"id\"",
        (ctx.group.id, number, ctx.author_id, parts, str(ctx.group.id), source, ctx.now),
    )
    return await Round.get(id=made[0]["id"]) if made else None


async def current(ctx: GroupContext) -> Round | None:
    return await Round.get_or_none(open_key=str(ctx.group.id))


@atomic
async def close(ctx: Context, row: Round, order: Order) -> bool:
    """Write down who claimed and end the round; False when it has been ended meanwhile."""
    ended = await Round.filter(id=row.id, state="open").update(
        state="done", open_key=None, draft="", closed_source=ctx.source, at=ctx.now
    )
    if ended:
        await Claim.bulk_create(
            Claim(group_id=ctx.group.id, round_id=row.id, user_id=who, rank=rank, seconds=seconds, at=ctx.now)
            for rank, (who, seconds) in enumerate(order, 1)
        )
    return bool(ended)


async def ended(ctx: GroupContext) -> list[Round]:
    """The rounds that still count, the oldest first."""
    since = ctx.now - ctx.settings(Settings).valid
    return await Round.filter(group_id=ctx.group.id, state="done", at__gt=since).order_by("at", "id")


async def order_of(row: Round) -> list[tuple[int, float | None]]:
    claims = await Claim.filter(round_id=row.id).order_by("rank")
    return [(claim.user_id, claim.seconds) for claim in claims]


@dataclass(frozen=True)
class Suspect:
    """One member's score with its reasons: claims as (number of the round, rank, seconds)."""

    user_id: int
    score: rules.Score
    claims: Sequence[tuple[int, int, float | None]]
    long: int = 0
    speaks: bool = False
    deed: bool = False
    spared: bool = False


async def suspects(ctx: GroupContext, only: Collection[int] = ()) -> list[Suspect]:
    """Everybody who was among the first three, the likeliest first; of `only` these where it names some."""
    rows = await ended(ctx)
    found = await Claim.filter(group_id=ctx.group.id, round_id__in=[0, *(row.id for row in rows)]).order_by(
        "rank"
    )
    orders: dict[int, list[Claim]] = defaultdict(list)
    for claim in found:
        orders[claim.round_id].append(claim)
    rounds = [rules.Round(row.parts, [claim.user_id for claim in orders[row.id]]) for row in rows]
    people = set(only) or {who for one in rounds for who in one.order[: rules.TOP]}
    people -= await cleared(ctx)
    if not people:
        return []
    month, week, between, doers = await _active(ctx, rows)
    numbers = {row.id: row.number for row in rows}
    suspected: list[Suspect] = []
    for who in people:
        claims = [(numbers[one.round_id], one.rank, one.seconds) for one in found if one.user_id == who]
        if not claims:
            continue
        spared = who in doers or rules.long_a_week(week[who], month[who]) >= rules.TALKS
        scored = rules.score(who, rounds, is_spared=spared)
        suspected.append(
            Suspect(who, scored, sorted(claims), month[who], who in between, who in doers, spared)
        )
    return sorted(suspected, key=lambda one: (-one.score.value, -one.score.tops, one.user_id))


async def _active(
    ctx: GroupContext, rows: Sequence[Round]
) -> tuple[dict[int, int], dict[int, int], set[int], set[int]]:
    """Long messages of 30 and of 7 days, who spoke between the rounds, and who has done something in 30 days."""
    today = ctx.now.date()
    month: dict[int, int] = defaultdict(int)
    week: dict[int, int] = defaultdict(int)
    spoke: set[int] = set()
    first = ctx.local(rows[0].at).date() if rows else today
    for day in await member_days(ctx, min(first, today - MONTH), today + timedelta(days=1)):
        if day.day > today - MONTH:
            month[day.user_id] += day.long
        if day.day > today - WEEK:
            week[day.user_id] += day.long
        if day.day > first and day.messages > day.commands:
            spoke.add(day.user_id)
    doers = {done.user_id for done in await deeds_of(ctx, ctx.now - MONTH)}
    return month, week, spoke, doers


async def cleared(ctx: GroupContext) -> set[int]:
    since = ctx.now - timedelta(days=KEPT_DAYS)
    return {row.user_id for row in await Cleared.filter(group_id=ctx.group.id, at__gt=since)}


@atomic
async def clear(ctx: Context, user_id: int) -> int:
    """Write down that this member is none; the row's id, 0 when that is so already."""
    await Cleared.filter(
        group_id=ctx.group.id, user_id=user_id, at__lte=ctx.now - timedelta(days=KEPT_DAYS)
    ).delete()
    if (same := await Cleared.get_or_none(source=ctx.source)) is not None:
        return same.id
    made = await fetch(
        'INSERT INTO "grabber_cleared" ("group_id", "user_id", "by", "source", "at") VALUES (?, ?, ?, ?, ?) '
        'ON CONFLICT ("group_id", "user_id") DO NOTHING RETURNING "id"',
        (ctx.group.id, user_id, ctx.author_id, ctx.source, ctx.now),
    )
    return made[0]["id"] if made else 0
