"""What 举报 does by itself later: it tells of several at once, reminds, and lets go what nobody looks at."""

from __future__ import annotations

from datetime import datetime

from lizheng import GroupContext, Pending, Slot, atomic
from plugins.reports import cases, texts
from plugins.reports.models import Case


@atomic
async def bundle(ctx: GroupContext, slot: Slot) -> None:
    """Tell of the cases that could wait, in one message."""
    waiting = await Case.filter(
        group_id=ctx.group.id, state="open", told_at=None, kind="message", to_owner=False
    ).order_by("number")
    told: list[tuple[Case, int]] = []
    for case in waiting:
        if number := await cases.put_up(ctx, case):
            told.append((case, number))
    if not told:
        return
    if len(told) == 1:
        case, number = told[0]
        what = texts.MESSAGE_CASE.format(number=cases.label(case))
        alone = texts.ALONE + "\n" if len(await cases.heard(case)) == 1 else ""
        await ctx.say(texts.TOLD, what=what, alone=alone, how=texts.HOW.format(n=number))
        return
    numbers = "、".join(f"{cases.label(case)}（待办 {number}）" for case, number in told)
    await ctx.say(texts.BUNDLE, count=len(told), numbers=numbers)


async def remind(ctx: GroupContext, slot: Slot) -> datetime | None:
    case = await Case.get_or_none(id=slot.payload["id"], state="open")
    if case is None or case.told_at is None or case.to_owner:
        return None
    step = slot.payload["step"]
    how = texts.HOW.format(n=case.pending)
    await cases.acting(ctx, case, f"remind{step}").say(
        texts.REMINDER, number=cases.label(case), how=how, key="said"
    )
    if step + 1 < len(cases.REMINDERS):
        payload = {"id": case.id, "step": step + 1}
        at = case.told_at + cases.REMINDERS[step + 1]
        await ctx.plan(cases.REMIND, at, key=slot.key, payload=payload)
    return None


@atomic
async def undecided(ctx: GroupContext, pending: Pending) -> None:
    """Nobody decided within a week: once more, and then it lapses."""
    case = await Case.get_or_none(id=pending.payload["case"], state="open")
    if case is None:
        return
    number = await cases.submit(ctx, case, tuple(pending.people or ()), f"again{pending.id}")
    if not case.to_owner:
        await cases.acting(ctx, case, f"again{pending.id}").say(
            texts.REMINDER, number=cases.label(case), how=texts.HOW.format(n=number), key="said"
        )


async def lapse(ctx: GroupContext, slot: Slot) -> None:
    """Nobody looked: it ends, and those who reported are told so."""
    case = await Case.get_or_none(id=slot.payload["id"], state="open")
    if case is None or not await cases.end(ctx, case, "lapsed"):
        return
    for voice, person in (await cases.reporters(ctx, case)).items():
        if person:
            await cases.tell_veiled(ctx, f"lapse:{voice}", person, texts.LAPSED, number=cases.label(case))
