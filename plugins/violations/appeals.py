"""Appeals: one for each case, decided by an admin."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from lizheng import Context, Declined, GroupContext, Pending, Role, atomic
from lizheng.events import FeatureSwitched
from lizheng.grammar import Misread, parse_label
from lizheng.messages.templates import Mention
from lizheng.text import clip, fold_command, shown_name, unreachable, visible
from plugins.violations import cases, texts
from plugins.violations.models import Case

DECISION, LAPSE = "appeal", "lapse"
OPEN_FOR = timedelta(days=7)
MOST_REASON, SHOWN_REASON = 200, 80
_NUMBER = re.compile(r"[wWｗＷ]([0-9]{1,9})(?![0-9A-Za-z_.@-])[\s:：,，]*")


async def appeal(ctx: Context, words: Annotated[str, "理由"]) -> None:
    """Against the latest case that can be, or the one whose number comes first."""
    number, reason = _split(words)
    case = await _appealable(ctx, number)
    await _submit(ctx, case, reason)


def _split(words: str) -> tuple[int, str]:
    found = _NUMBER.match(fold_command(words))
    reason = visible(words[found.end() :] if found else words)
    if not reason:
        raise Misread(texts.APPEAL_WHY)
    if len(reason) > MOST_REASON:
        raise Misread(texts.REASON_TOO_LONG.format(most=MOST_REASON))
    return parse_label(found[1], "", bare=True) if found else 0, reason


async def _appealable(ctx: Context, number: int) -> Case:
    if number:
        case = await cases.find(ctx, number)
        if case is None:
            raise Declined(texts.NO_CASE.format(number=f"W{number}"))
        if case.user_id != ctx.author_id:
            raise Declined(texts.APPEAL_NOT_YOURS.format(number=cases.label(case)))
        if not cases.counts(case, ctx.now):
            raise Declined(texts.APPEAL_OVER.format(number=cases.label(case)))
    else:
        mine = await cases.counting(ctx, ctx.author_id)
        if not mine:
            raise Declined(texts.APPEAL_NOTHING)
        case = next((one for one in reversed(mine) if not one.appealed), mine[-1])
    if case.appealed:
        raise Declined(texts.APPEAL_ONCE.format(number=cases.label(case)))
    return case


@atomic
async def _submit(ctx: Context, case: Case, reason: str) -> None:
    if not await Case.filter(id=case.id, appealed=False).update(appealed=True, state="appealed"):
        raise Declined(texts.APPEAL_ONCE.format(number=cases.label(case)))
    if ctx.channel == "private":
        await ctx.say(texts.APPEAL_SENT)
    pending = await ctx.submit(
        DECISION,
        texts.APPEAL,
        payload={"case": case.id},
        span=OPEN_FOR,
        by=Role.ADMIN,
        muted_too=True,
        name=shown_name(ctx.name_of(ctx.author_id)),
        number=cases.label(case),
        what=cases.measure_of(case).said,
        cause=case.reason,
        reason=clip(unreachable(reason), SHOWN_REASON),
    )
    await ctx.plan(LAPSE, pending.expires_at, key=str(case.id), replace=True)


async def granted(ctx: GroupContext, pending: Pending) -> None:
    case = await Case.get(id=pending.payload["case"])
    if ctx.group.dry_run:
        await _grant_later(ctx, case)
        return
    pardoned, _ = await cases.pardon(ctx, [case])
    if not pardoned:
        await _too_late(ctx, case)
        return
    await ctx.say(texts.APPEAL_GRANTED, who=Mention(case.user_id), number=cases.label(case))
    await cases.lift_mute(ctx, [case])


@atomic
async def _grant_later(ctx: GroupContext, case: Case) -> None:
    """In dry run nothing is pardoned, and the appeal is not used up."""
    await Case.filter(id=case.id, state="appealed").update(state="open", appealed=False)
    who, number = Mention(case.user_id), cases.label(case)
    await ctx.say(texts.DRY_GRANT, who=who, number=number)


@atomic
async def refused(ctx: GroupContext, pending: Pending) -> None:
    case = await Case.get(id=pending.payload["case"])
    if not await Case.filter(id=case.id, state="appealed").update(state="upheld"):
        await _too_late(ctx, case)
        return
    who, number = Mention(case.user_id), cases.label(case)
    await ctx.say(texts.APPEAL_REFUSED, who=who, number=number, reason=pending.reason)


async def _too_late(ctx: GroupContext, case: Case) -> None:
    case = await Case.get(id=case.id)
    state = cases.state_of(case, ctx.now)
    await ctx.say(texts.APPEAL_LATE, number=cases.label(case), state=state)


async def lapse(ctx: GroupContext, slot: Any) -> None:
    """Nobody decided in time: the member may ask again."""
    await Case.filter(id=int(slot.key), state="appealed").update(state="open", appealed=False)


async def resume(ctx: GroupContext, happened: FeatureSwitched) -> None:
    """Those nobody could decide any more while the feature was off lapse too."""
    if not happened.on:
        return
    asked = Pending.filter(group_id=ctx.group.id, feature=ctx.feature.id, kind=DECISION, state="open")
    waiting = [p.payload["case"] for p in await asked.filter(expires_at__gt=ctx.now)]
    lapsed = Case.filter(group_id=ctx.group.id, state="appealed", id__not_in=[0, *waiting])
    await lapsed.update(state="open", appealed=False)
