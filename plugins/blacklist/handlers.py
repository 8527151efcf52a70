"""The list: shared by the groups of one owner, applied when somebody joins and when the host starts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from tortoise.expressions import Q

from lizheng import (
    CannotUndo,
    Context,
    Declined,
    Feature,
    GroupContext,
    MemberInfo,
    Pending,
    People,
    Role,
    State,
    atomic,
)
from lizheng.events import FeatureSwitched, MemberJoined
from lizheng.grammar import Misread
from lizheng.hooks import Listed, ToBlacklist
from lizheng.parts.each_group import groups_of
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.text import clip, mask, shown_name, visible
from plugins.blacklist import texts
from plugins.blacklist.models import Barred

SWEEP, DECISION = "sweep", "sweep"
GATHERING, STAGGER, RETRY = timedelta(seconds=3), timedelta(seconds=1), timedelta(seconds=30)
"""After a start; between the member lists of two groups; until a list that could not be read is tried again."""
TOLD_EVERY = 60.0
MOST_PEOPLE, MOST_REASON, REASON_SHOWN = 50, 100, 20
LIST = Page(texts.BARRED_LIST, texts.BARRED_NONE, "/黑名单")


async def owner_of(ctx: GroupContext) -> int:
    """The 群主 of this group. Raises `Declined` while the member list cannot be read."""
    return _owner(await ctx.members(fresh=False))


def _owner(members: dict[int, MemberInfo]) -> int:
    return next((m.user_id for m in members.values() if m.role is Role.OWNER), 0)


def _valid_here(ctx: GroupContext, owner_id: int) -> Any:
    """The entries that hold in this group."""
    here = Q(group_id=ctx.group.id)
    return Barred.filter(here | Q(owner_id=owner_id) if owner_id else here)


# — commands ———————————————————————————————————————————————————————————————————————————————


async def add(ctx: Context, people: People, reason: Annotated[str, "理由"] = "") -> None:
    if len(people) > MOST_PEOPLE:
        raise Misread(texts.TOO_MANY.format(most=MOST_PEOPLE))
    if len(reason := visible(reason)) > MOST_REASON:
        raise Misread(texts.REASON_TOO_LONG.format(most=MOST_REASON))
    members = await ctx.members()
    for person in people:
        if person == ctx.author_id:
            raise Declined(texts.SELF)
        if why := ctx.why_protected(person, members.get(person)):
            raise Declined(texts.BAR_PROTECTED.format(name=ctx.name_of(person), why=why))
    owner_id = _owner(members)
    # What a deputy decided holds in this group alone, until an admin says the same.
    narrow = Q(owner_id=0) if owner_id else Q(id=0)
    rows = await _valid_here(ctx, owner_id).filter(user_id__in=people).exclude(narrow)
    known = {row.user_id for row in rows}
    new = [person for person in people if person not in known]
    here = [person for person in people if person in members]
    if new and ctx.group.dry_run:
        # The list holds in other groups too, which are in no dry run.
        await ctx.say(texts.DRY_BAR, names=await shown_names(ctx, new))
        return
    if new:
        record = await _write_down(ctx, new, owner_id, reason)
        await ctx.say(texts.BARRED, names=await shown_names(ctx, new), record=record)
        await _look_elsewhere(ctx)
    if known:
        await ctx.say(texts.BARRED_ALREADY, names=await shown_names(ctx, sorted(known)))
    if here:
        await _offer(ctx, here)


@atomic
async def _write_down(ctx: Context, people: Sequence[int], owner_id: int, reason: str) -> int:
    at = ctx.now
    for person in people:
        values = {"owner_id": owner_id, "reason": reason, "by": ctx.author_id, "at": at, "case_id": 0}
        await Barred.update_or_create(values, group_id=ctx.group.id, user_id=person)
    what = texts.BAR_NOTE.format(names="、".join(map(str, people)))
    undo = {"name": "bar", "people": list(people), "group": ctx.group.id}
    return (await ctx.note("blacklist", what, target=people[0], undo=undo)).number


async def remove(ctx: Context, people: People) -> None:
    rows = await _valid_here(ctx, await owner_of(ctx)).filter(user_id__in=people)
    listed = {row.user_id for row in rows}
    if not listed:
        raise Declined(texts.UNBARRED_NOT.format(names=await shown_names(ctx, people)))
    if ctx.group.dry_run:
        await ctx.say(texts.DRY_UNBAR, names=await shown_names(ctx, sorted(map(int, listed))))
        return
    record = await _strike_off(ctx, rows)
    gone = [person for person in people if person in listed]
    await ctx.say(texts.UNBARRED, names=await shown_names(ctx, gone), record=record)


@atomic
async def _strike_off(ctx: Context, rows: Collection[Barred]) -> int:
    await Barred.filter(id__in=[row.id for row in rows]).delete()
    kept = [
        {"owner_id": r.owner_id, "group_id": r.group_id, "user_id": r.user_id, "reason": r.reason, "by": r.by}
        for r in rows
    ]
    what = texts.UNBAR_NOTE.format(names="、".join(str(row.user_id) for row in rows))
    undo = {"name": "unbar", "rows": kept}
    return (await ctx.note("blacklist", what, target=kept[0]["user_id"], undo=undo)).number


async def show(ctx: Context, page: PageNumber = FIRST) -> None:
    rows = await _valid_here(ctx, await owner_of(ctx)).order_by("-id")
    people = {row.user_id: row for row in reversed(rows)}  # once each, as decided last

    def line(row: Barred) -> str:
        name = (
            "" if ctx.name_of(row.user_id) == str(row.user_id) else f"{shown_name(ctx.name_of(row.user_id))} "
        )
        return f"{name}{row.user_id}{f'：{clip(row.reason, REASON_SHOWN)}' if row.reason else ''}"

    await LIST.say(ctx, sorted(people.values(), key=lambda row: -row.id), line, page)


async def shown_names(ctx: GroupContext, people: Collection[int]) -> str:
    """Their names joined by 、, hidden where one may be a way to reach somebody; asks for those not seen yet."""
    await ctx.names_of(people)
    return "、".join(shown_name(ctx.name_of(person)) for person in people)


# — what others ask ————————————————————————————————————————————————————————————————————————


async def is_listed(ctx: GroupContext, user_id: int) -> Listed | None:
    """While the member list cannot be read, only what was decided in this group counts."""
    if not await Barred.filter(user_id=user_id).exists():
        return None
    try:
        owner_id = await owner_of(ctx)
    except Declined:
        owner_id = 0
    row = await _valid_here(ctx, owner_id).filter(user_id=user_id).order_by("-id").first()
    return Listed(row.reason, row.at) if row else None


async def put_on(ctx: GroupContext, wanted: ToBlacklist) -> bool:
    """What held in this group only comes to hold in all of its owner's."""
    here = Barred.filter(group_id=ctx.group.id, user_id=wanted.user_id)
    if wanted.owner_id:
        await here.filter(owner_id=0).delete()
    values = {
        "owner_id": wanted.owner_id,
        "reason": wanted.reason,
        "by": wanted.by,
        "at": ctx.now,
        "case_id": wanted.ref,
    }
    await Barred.get_or_create(values, group_id=ctx.group.id, user_id=wanted.user_id)
    return True


async def take_off(ctx: GroupContext, ref: int) -> bool:
    return bool(await Barred.filter(group_id=ctx.group.id, case_id=ref).delete())


# — undoing ————————————————————————————————————————————————————————————————————————————————


def _refuse_in_dry_run(ctx: GroupContext) -> None:
    """What holds in other groups too stays until the dry run is over. Raises `CannotUndo`."""
    if ctx.group.dry_run:
        raise CannotUndo(texts.DRY_UNDO)


async def undo_bar(ctx: Context, undo: dict[str, Any]) -> None:
    _refuse_in_dry_run(ctx)
    await Barred.filter(group_id=undo["group"], user_id__in=undo["people"]).delete()


@atomic
async def undo_unbar(ctx: Context, undo: dict[str, Any]) -> None:
    _refuse_in_dry_run(ctx)
    at = ctx.now
    for row in undo["rows"]:
        key = {"group_id": row["group_id"], "user_id": row["user_id"]}
        await Barred.update_or_create({**{k: v for k, v in row.items() if k not in key}, "at": at}, **key)


# — those who are here —————————————————————————————————————————————————————————————————————


async def came_in(ctx: GroupContext, happened: MemberJoined) -> None:
    """Who is listed goes out again."""
    user_id = happened.user_id
    if not await Barred.filter(user_id=user_id).exists():
        return
    try:
        owner_id = await owner_of(ctx)
    except Declined:
        await ctx.plan(SWEEP, ctx.now + RETRY, replace=True)
        return
    if await _valid_here(ctx, owner_id).filter(user_id=user_id).exists():
        await _send_off(ctx, user_id)


async def _send_off(ctx: GroupContext, user_id: int) -> None:
    await ctx.names_of([user_id])
    name = mask(ctx.name_of(user_id))
    gone = await ctx.kick(user_id, texts.BAR_RULE, rule=texts.BAR_RULE)
    if gone and ctx.now_and_then("barred", TOLD_EVERY):
        await ctx.say(texts.BARRED_FLEW, name=name)


async def _offer(ctx: GroupContext, people: Sequence[int]) -> None:
    names = await shown_names(ctx, people)
    await ctx.preview(DECISION, texts.BARRED_PRESENT, payload={"people": list(people)}, names=names)


async def sweep_confirmed(ctx: GroupContext, pending: Pending) -> None:
    """A person agreed that they go; whoever was taken off the list meanwhile stays."""
    people = pending.payload["people"]
    owner_id = _owner(await ctx.host.roster.members(ctx.group.id))
    listed = {row.user_id for row in await _valid_here(ctx, owner_id).filter(user_id__in=people)}
    became: dict[State, list[str]] = {}
    for person in [p for p in people if p in listed]:
        name = ctx.name_of(person)
        outcome = await ctx.kick(person, texts.BAR_RULE, rule=texts.BAR_RULE)
        if outcome.state in (State.DONE, State.UNKNOWN):
            became.setdefault(outcome.state, []).append(mask(name))
        else:
            await ctx.say(texts.BARRED_STAYS, name=shown_name(name), why=outcome.why)
    if gone := became.get(State.DONE):
        await ctx.say(texts.BARRED_GONE, names="、".join(gone))
    if waiting := became.get(State.UNKNOWN):
        await ctx.say(texts.BARRED_GOING, names="、".join(waiting))


async def sweep(ctx: GroupContext, slot: Any) -> datetime | None:
    """Who joined unseen since they were listed goes; for those who were here before, an admin is asked, once."""
    try:
        members = await ctx.members()
    except Declined:
        return ctx.now + RETRY
    rows = await _valid_here(ctx, _owner(members)).filter(user_id__in=[*members, 0]).order_by("id")
    before: list[Barred] = []
    for row in rows:
        member = members[row.user_id]
        if ctx.why_protected(row.user_id, member):
            continue
        if member.joined_at > row.at.timestamp():
            await _send_off(ctx, row.user_id)
        else:
            before.append(row)
    if before and before[-1].group_id != ctx.group.id:
        # Asked again only when the list has grown: the same question is the same pending.
        source = f"{ctx.feature.id}:present:{ctx.group.id}:{before[-1].id}"
        asking = ctx.under(source)
        await _offer(asking, [row.user_id for row in before])
    return None


async def _look_elsewhere(ctx: GroupContext) -> None:
    """Have the other groups looked at too: those of the same owner find the new ones on their list."""
    others = [there for there in ctx.in_groups() if there.group is not ctx.group]
    await _plan_sweeps(others, timedelta())


async def _plan_sweeps(groups: Sequence[GroupContext], delay: timedelta) -> None:
    for place, ctx in enumerate(groups):
        await ctx.plan(SWEEP, ctx.now + delay + STAGGER * place, replace=True)


def resume(feature: Feature) -> Any:
    """What has every group looked at when the host starts, if anybody is listed."""

    async def begin(host: Any) -> None:
        if await Barred.exists():
            await _plan_sweeps(groups_of(host, feature), GATHERING)

    return begin


async def switched(ctx: GroupContext, happened: FeatureSwitched) -> None:
    """Who came in while it was off."""
    if happened.on and await Barred.exists():
        await ctx.plan(SWEEP, ctx.now, replace=True)
