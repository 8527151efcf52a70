"""Who is here since when: as joins and leaves tell, and as two readings of the member list show at night."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, date, datetime

from lizheng import Declined, GroupContext, atomic
from lizheng.activity import reading
from lizheng.events import MemberJoined, MemberLeft
from lizheng.hooks import known
from plugins.stats import figures
from plugins.stats.models import Present

CHUNK = 200


async def joined(ctx: GroupContext, happened: MemberJoined) -> None:
    """Note a newcomer, or that somebody came back: the first joining counts."""
    if not ctx.is_ours(happened.user_id) and happened.user_id not in await reading.left_out(ctx):
        await _came(ctx.group.id, happened.user_id, datetime.fromtimestamp(happened.time, UTC))


@atomic
async def _came(group_id: int, user_id: int, at: datetime) -> None:
    row, made = await Present.get_or_create(
        {"first_seen": at, "joined_at": at}, group_id=group_id, user_id=user_id
    )
    if not made and row.left_at is not None:
        await Present.filter(id=row.id).update(left_at=None, removed=False, returned=True)


async def left(ctx: GroupContext, happened: MemberLeft) -> None:
    """Note that somebody went."""
    at = datetime.fromtimestamp(happened.time, UTC)
    here = Present.filter(group_id=ctx.group.id, user_id=happened.user_id, left_at=None)
    await here.update(left_at=at, removed=happened.kicked)


async def survey(ctx: GroupContext) -> bool:
    """Bring the rows in line with the member list; False while it is not complete, when nobody is said to have gone."""
    try:
        found = await ctx.survey()
    except Declined:
        return False
    left_out = await reading.left_out(ctx)
    members = {user: one for user, one in found.members.items() if figures.is_counted(ctx, one, left_out)}
    rows = {row.user_id: row for row in await Present.filter(group_id=ctx.group.id)}
    dated = "joined_at" not in found.blank
    new: list[Present] = []
    for user, one in members.items():
        joined_at = datetime.fromtimestamp(one.joined_at, UTC) if one.joined_at and dated else None
        row = rows.get(user)
        if row is None:
            new.append(Present(group_id=ctx.group.id, user_id=user, first_seen=ctx.now, joined_at=joined_at))
        elif row.left_at is not None and row.left_at < found.as_of:
            await Present.filter(id=row.id).update(left_at=None, removed=False, returned=True)
    for at in range(0, len(new), CHUNK):
        await Present.bulk_create(new[at : at + CHUNK], ignore_conflicts=True)
        await asyncio.sleep(0)
    gone = [user for user, row in rows.items() if user not in members and row.left_at is None]
    if found.complete:
        for at in range(0, len(gone), CHUNK):
            some = Present.filter(group_id=ctx.group.id, user_id__in=gone[at : at + CHUNK], left_at=None)
            await some.update(left_at=found.as_of)
    await _ask_known(
        ctx, members, ctx.now.weekday(), {user for user, row in rows.items() if row.known is None}
    )
    return found.complete


async def _ask_known(
    ctx: GroupContext, members: Collection[int], weekday: int, never: Collection[int]
) -> None:
    """Ask of a seventh of the members a night, and of those never asked, whether anything is known of them."""
    if not known.answered_by(ctx):
        return
    told: dict[bool, list[int]] = {True: [], False: []}
    for place, user in enumerate(members):
        if place % CHUNK == 0:
            await asyncio.sleep(0)
        if user % 7 == weekday or user in never:
            told[bool(await known.gather(ctx, user))].append(user)
    for value, users in told.items():
        for at in range(0, len(users), CHUNK):
            some = Present.filter(group_id=ctx.group.id, user_id__in=users[at : at + CHUNK])
            await some.update(known=value)


async def came_on(ctx: GroupContext) -> dict[int, date | None]:
    """The day each of those present came, None where nobody knows; counted from when it was first seen at the latest."""
    rows = await Present.filter(group_id=ctx.group.id, left_at=None)
    return {row.user_id: (row.joined_at or row.first_seen).astimezone(ctx.zone).date() for row in rows}


async def forget(group_id: int, user_id: int) -> None:
    """Let go of what is kept of one person's being here."""
    await Present.filter(group_id=group_id, user_id=user_id).delete()
