"""The commands of 代管 and up against somebody: 警告, 禁言, 踢; and the pardon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from lizheng import Context, Declined, Duration, GroupContext, Members, Pending, Role, State
from lizheng.grammar import Misread, Words, parse_label, tight
from lizheng.hooks import put_on_blacklist
from lizheng.messages.templates import plain
from lizheng.parts.measures import KICK, Measure, checked_span
from lizheng.text import excerpt, shown_name, visible
from plugins.violations import cases, texts
from plugins.violations.cases import Charge
from plugins.violations.naming import shown_names
from plugins.violations.settings import Settings

MOST_TARGETS = 20
MOST_REASON = 100
BAR = "拉黑"

Reason = Annotated[str, "理由"]


class CaseNumber(int):
    """`W3`, or only `3`: no QQ number is that short."""

    label = "<W编号>"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> CaseNumber:
        if not (word := words.word()):
            raise Misread("缺少编号，比如 W3。")
        return cls(parse_label(word, "W", bare=True))


@dataclass(frozen=True)
class Which:
    """Cases to pardon: one by its number, or all of a member."""

    label = "<W编号|@成员>"
    number: int = 0
    person: int = 0

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Which:
        if person := words.at():
            return cls(person=person)
        if not words.empty():
            return cls(number=parse_label(words.word() or "", "W", bare=True))
        if ctx.quoted and ctx.quoted.user_id:
            return cls(person=ctx.quoted.user_id)
        raise Misread("赦免谁？请写 W3 这样的编号、@ 他，或引用他的消息。")


# — warn, mute, kick ———————————————————————————————————————————————————————————————————————


async def warn(ctx: Context, targets: Members, reason: Reason = "") -> None:
    await _punish(ctx, targets, Charge(0, _reason(reason)))


async def mute(ctx: Context, targets: Members, span: Duration, reason: Reason = "") -> None:
    measure = Measure("mute", checked_span(span))
    await _punish(ctx, targets, Charge(0, _reason(reason), measure=measure))


async def kick(ctx: Context, targets: Members, reason: Reason = "") -> None:
    bare, bars = _without_bar(reason)
    found = Charge(0, _reason(bare), measure=KICK)
    can_bar = bool(put_on_blacklist.answered_by(ctx))
    if bars and not can_bar:
        raise Declined(texts.NO_LIST)
    if can_bar and (bars or ctx.settings(Settings).blacklist):
        # Whoever has no say in the owner's other groups bars people from this one only.
        everywhere = ctx.role >= Role.ADMIN
        found = replace(found, bars=True, owner_id=await _owner(ctx) if everywhere else 0)
    await _punish(ctx, targets, found)


async def _owner(ctx: Context) -> int:
    """The 群主 of this group, 0 where the list names none. Raises `Declined` while it cannot be read."""
    members = await ctx.members(fresh=False)
    return next((m.user_id for m in members.values() if m.role is Role.OWNER), 0)


def _reason(text: str) -> str:
    """One line of it. Raises `Misread` when it is a story."""
    reason = visible(text)
    if len(reason) > MOST_REASON:
        raise Misread(texts.REASON_TOO_LONG.format(most=MOST_REASON))
    return reason or texts.REASON


def _without_bar(reason: str) -> tuple[str, bool]:
    """The reason without the word 拉黑 at either end, and whether it stood there."""
    words = reason.split()
    for at in (0, -1):
        if words and tight(words[at]) == BAR:
            del words[at]
            return " ".join(words), True
    return reason, False


async def _punish(ctx: Context, targets: Sequence[int], found: Charge) -> None:
    if len(targets) > MOST_TARGETS:
        raise Misread(texts.TOO_MANY.format(most=MOST_TARGETS))
    await _refuse_protected(ctx, targets)
    found = replace(found, evidence=_evidence(ctx))
    if len(targets) > 1:
        await _ask_first(ctx, targets, found)
        return
    await cases.charge(ctx, replace(found, user_id=targets[0]), ctx.source)
    if found.bars and not found.owner_id and not ctx.group.dry_run:
        await ctx.say(texts.BARRED_HERE, person=targets[0])
    if ctx.channel == "private" and not ctx.group.dry_run:
        await ctx.say(texts.IN_PRIVATE)


async def _refuse_protected(ctx: Context, targets: Sequence[int]) -> None:
    for target in targets:
        if target == ctx.author_id:
            raise Declined(texts.SELF)
        if why := await cases.why_spared(ctx, target):
            raise Declined(texts.PROTECTED.format(name=ctx.name_of(target), why=why))


def _evidence(ctx: Context) -> str:
    """What the quoted message was like, safe to show."""
    if ctx.quoted is None or not ctx.quoted.segments:
        return texts.ON_THE_SPOT
    return texts.QUOTED.format(text=excerpt(plain(ctx.quoted.segments)))


async def _ask_first(ctx: Context, targets: Sequence[int], found: Charge) -> None:
    measure = found.measure
    payload = {
        "targets": list(targets),
        "reason": found.reason,
        "evidence": found.evidence,
        "kind": measure.kind if measure else "",
        "seconds": int(measure.span.total_seconds()) if measure else 0,
        "owner": found.owner_id,
        "bars": found.bars,
    }
    await ctx.preview(
        "punish",
        texts.MANY,
        payload=payload,
        count=len(targets),
        what=measure.said if measure else "警告",
        names=await shown_names(ctx, targets),
        reason=found.reason,
    )


async def punish_confirmed(ctx: GroupContext, pending: Pending) -> None:
    """Whoever asked has agreed; each of them gets a case of their own."""
    told = pending.payload
    measure = cases.measure_from(told["kind"], told["seconds"]) if told["kind"] else None
    for target in told["targets"]:
        found = Charge(
            target,
            told["reason"],
            told["evidence"],
            measure=measure,
            confirmed=True,
            bars=told.get("bars", bool(told["owner"])),
            owner_id=told["owner"],
        )
        await cases.charge(ctx, found, f"{ctx.source}:{target}")


async def unmute(ctx: Context, targets: Members) -> None:
    """Let them speak again; what they did still counts."""
    if len(targets) > MOST_TARGETS:
        raise Misread(texts.TOO_MANY.format(most=MOST_TARGETS))
    free: list[int] = []
    for target in targets:
        outcome = await ctx.unmute(target, texts.UNMUTED_BY_HAND)
        if outcome.state is State.NOT_DONE:
            names = await shown_names(ctx, [target])
            await ctx.say(texts.UNMUTED_SOME, names=names, why=outcome.why)
        elif outcome.state is not State.SIMULATED:
            await cases.end_mutes(ctx, target)
            free.append(target)
    if free:
        await ctx.say(texts.UNMUTED, names=await shown_names(ctx, free))


# — pardon —————————————————————————————————————————————————————————————————————————————————


async def pardon(ctx: Context, which: Which) -> None:
    if which.person:
        found = await cases.pardonable(ctx, which.person)
        if not found:
            raise Declined(texts.PARDON_NOTHING.format(name=await shown_names(ctx, [which.person])))
        name = shown_name(found[-1].name)  # who was kicked is not in the list any more
    else:
        case = await cases.find(ctx, which.number)
        if case is None:
            raise Declined(texts.NO_CASE.format(number=f"W{which.number}"))
        if not cases.matters(case, ctx.now):
            state = cases.state_of(case, ctx.now)
            raise Declined(texts.PARDON_ALREADY.format(number=cases.label(case), state=state))
        found, name = [case], shown_name(case.name)
    if ctx.group.dry_run:
        await ctx.say(texts.DRY_PARDON, name=name, numbers=cases.labels(found))
        return
    pardoned, record = await cases.pardon(ctx, found)
    await ctx.say(texts.PARDONED, name=name, numbers=cases.labels(pardoned), record=record)
    await cases.lift_mute(ctx, pardoned)
