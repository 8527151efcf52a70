"""Whose card does not fit: opening and closing cases, for one member and for the whole list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lizheng import Declined, GroupContext, MemberInfo, Role, atomic
from lizheng.parts.member_list import MemberList, Said
from lizheng.text import fold
from plugins.name_tag import texts
from plugins.name_tag.formats import Format, parse_format
from plugins.name_tag.models import Exempt, Offender
from plugins.name_tag.rules import judge_member
from plugins.name_tag.settings import Settings

REMIND = "remind"


def format_of(ctx: GroupContext) -> Format | None:
    """The format in force in this group, None when there is none."""
    text = ctx.settings(Settings).format
    return parse_format(text) if text else None


@dataclass(frozen=True)
class Survey:
    """Everybody in the group now, and why the cards of some do not fit, by user id."""

    members: dict[int, MemberInfo]
    wrong: dict[int, str]


async def survey(ctx: GroupContext, form: Format) -> Survey:
    """Judge everybody the format binds. Raises `Declined` while the list cannot be read."""
    members = await ctx.members()
    free = await EXEMPTS.all(ctx)
    reserved = reserved_cards(members)
    wrong: dict[int, str] = {}
    for user_id, member in members.items():
        if user_id in free or ctx.why_protected(user_id, member):
            continue
        verdict = judge_member(form, member.card, member.nickname, reserved)
        if not verdict.ok:
            wrong[user_id] = verdict.why
    return Survey(members, wrong)


def reserved_cards(members: dict[int, MemberInfo]) -> set[str]:
    """The admins' cards, folded; nobody else may carry one."""
    return {fold(m.card) for m in members.values() if m.role >= Role.ADMIN} - {""}


async def known_reserved(ctx: GroupContext) -> set[str]:
    """The same from the member list as last read; empty while it cannot be read."""
    try:
        return reserved_cards(await ctx.members(fresh=False))
    except Declined:
        return set()


@atomic
async def open_case(ctx: GroupContext, user_id: int, joined: int = 0) -> bool:
    """Give the member the grace from now on; False when the case (of this join) is open already."""
    known = await Offender.get_or_none(group_id=ctx.group.id, user_id=user_id)
    if known is not None and joined in (0, known.joined):
        return False
    next_at = ctx.now + ctx.settings(Settings).grace
    state = {"joined": joined, "told": not joined, "told_at": None, "reminders": 0, "next_at": next_at}
    await Offender.update_or_create(state, group_id=ctx.group.id, user_id=user_id)
    await plan_reminder(ctx, next_at)
    return True


async def plan_reminder(ctx: GroupContext, at: datetime) -> None:
    """Look at `at` who is due; everybody due at one moment shares one slot."""
    await ctx.plan(REMIND, at, key=str(int(at.timestamp())))


async def close_case(ctx: GroupContext, *user_ids: int) -> None:
    await Offender.filter(group_id=ctx.group.id, user_id__in=user_ids).delete()


EXEMPTS = MemberList(
    "豁免",
    Exempt,
    Said(
        added=texts.EXEMPT,
        removed=texts.NOT_EXEMPT,
        had=texts.EXEMPT_ALREADY,
        had_not=texts.NOT_EXEMPT_ALREADY,
        shown=texts.EXEMPTS,
        none=texts.EXEMPTS_NONE,
        on_record="豁免",
        off_record="结束豁免",
    ),
    undo="exempt",
    added=close_case,
)


async def has_case(ctx: GroupContext, user_id: int) -> bool:
    return await Offender.filter(group_id=ctx.group.id, user_id=user_id).exists()


async def begin_anew(ctx: GroupContext) -> None:
    """Forget every case: a new rule gives everybody the grace."""
    await Offender.filter(group_id=ctx.group.id).delete()


async def look_at(ctx: GroupContext, user_id: int, card: str) -> None:
    """Judge one member's card thoroughly, and open or close the case."""
    form = format_of(ctx)
    if form is None:
        return
    member = ctx.seen(user_id)
    nickname = member.nickname if member else ""
    free = ctx.why_protected(user_id, member) or await EXEMPTS.has(ctx, user_id)
    if free or judge_member(form, card, nickname, await known_reserved(ctx)).ok:
        await close_case(ctx, user_id)
    else:
        await open_case(ctx, user_id)


async def take_stock(ctx: GroupContext, form: Format) -> bool:
    """Bring the cases up to the member list; False while that cannot be read."""
    try:
        seen = await survey(ctx, form)
    except Declined:
        return False
    open_cases = {row.user_id for row in await Offender.filter(group_id=ctx.group.id)}
    await close_case(ctx, *(open_cases - set(seen.wrong)))
    await _open_cases(ctx, set(seen.wrong) - open_cases)
    return True


@atomic
async def _open_cases(ctx: GroupContext, user_ids: set[int]) -> None:
    if not user_ids:
        return
    next_at = ctx.now + ctx.settings(Settings).grace
    await Offender.bulk_create(
        [Offender(group_id=ctx.group.id, user_id=user_id, next_at=next_at) for user_id in sorted(user_ids)],
        ignore_conflicts=True,
    )
    await plan_reminder(ctx, next_at)
