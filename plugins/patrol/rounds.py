"""A round: the whole member list, what is known of each, and the list that comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lizheng import Declined, GroupContext, MemberInfo, Role, Slot, Survey, atomic
from lizheng.activity import reading
from lizheng.hooks import known, suspicion
from lizheng.messages.templates import compose
from lizheng.parts.deeds import deeds_of
from lizheng.parts.jump_guard import jump_doubt
from lizheng.parts.nicknames import nick_suspicion
from lizheng.parts.recipients import Recipients
from lizheng.text import mask
from plugins.patrol import rules, texts
from plugins.patrol.models import Finding, PatrolRecipient, Round, Spared
from plugins.patrol.rules import Bars, Facts, Found
from plugins.patrol.settings import Settings

ROUND = "round"
CHUNK = 200
SHOWN, MOST_LISTED = 15, 200
LOOKED_BACK = 120
"""Days of counters that are read at least: a word said in the first minute here is none by the list alone."""
SAME_MOMENT = 60
"""Seconds within which a last word is the arrival itself: some endpoints tell that for who never spoke."""
DEEDS_COUNT = timedelta(days=400)
RECIPIENTS = Recipients("巡查名单", PatrolRecipient, Role.DEPUTY)


@dataclass(frozen=True)
class Heard:
    """What counting knows: each one's last day with a word, who was replied to, and for how many days back it went on."""

    last: Mapping[int, int]
    replied: frozenset[int]
    covered: int


def bars_of(ctx: GroupContext) -> Bars:
    chosen = ctx.settings(Settings)
    return Bars(chosen.silent, chosen.never, chosen.grace, chosen.level, chosen.nicknames)


async def heard(ctx: GroupContext, wanted: int) -> Heard:
    """Read the counters; days are counted back from today, which is 0."""
    today = ctx.now.date()
    since = today - timedelta(days=wanted)
    last: dict[int, int] = {}
    replied: set[int] = set()
    weeks = await reading.member_weeks(ctx, since, today)
    for row in [*weeks, *await reading.member_days(ctx, since, today + timedelta(days=1))]:
        if row.got:
            replied.add(row.user_id)
        if row.messages:
            age = (today - row.day).days
            last[row.user_id] = min(age, last.get(row.user_id, age))
    spans = await reading.spans(ctx)
    shares = {
        age: reading.seen_share(spans, today - timedelta(days=age), ctx.zone) for age in range(1, wanted + 1)
    }
    return Heard(last, frozenset(replied), rules.covered_days(shares, wanted))


def facts_of(member: MemberInfo, survey: Survey, counted: Heard, now: datetime, burst: bool) -> Facts:
    """Put together what the list and the counters tell; what cannot be read is None."""
    here = silent = never = None
    today = now.timestamp()
    if member.joined_at and "joined_at" not in survey.blank:
        here = int((today - member.joined_at) / 86400)
    if "last_spoke_at" not in survey.blank:
        never = member.last_spoke_at <= member.joined_at + SAME_MOMENT and member.user_id not in counted.last
        if member.last_spoke_at:
            silent = int((today - member.last_spoke_at) / 86400)
    elif counted.covered:
        never = member.user_id not in counted.last and here is not None and here <= counted.covered
        silent = counted.last.get(member.user_id, counted.covered)
    if (age := counted.last.get(member.user_id)) is not None:
        silent = age if silent is None else min(silent, age)
    return Facts(
        member.user_id,
        nick_suspicion(member.name)[0],
        here,
        silent,
        never,
        member.level if "level" not in survey.blank else None,
        burst,
        replied=member.user_id in counted.replied,
    )


async def look(
    ctx: GroupContext, survey: Survey, bars: Bars, *, ask_all: bool = False
) -> tuple[list[Found], Heard]:
    """Judge everybody but those who are protected, spared or robots; the loop goes on in between."""
    counted = await heard(ctx, max(bars.silent, bars.never, LOOKED_BACK))
    spared = {row.user_id for row in await Spared.filter(group_id=ctx.group.id)}
    people = [
        one
        for one in survey.members.values()
        if one.user_id not in spared and not one.robot and not ctx.why_protected(one.user_id, one)
    ]
    did = {done.user_id for done in await deeds_of(ctx, ctx.now - DEEDS_COUNT)}
    together = rules.bursts((one.user_id, one.joined_at, nick_suspicion(one.name)[0]) for one in people)
    found: list[Found] = []
    for first in range(0, len(people), CHUNK):
        for member in people[first : first + CHUNK]:
            bare = facts_of(member, survey, counted, ctx.now, member.user_id in together)
            bare = replace(bare, deed=member.user_id in did)
            judged = rules.judge(bare, bars)
            if judged.score > 0 or ask_all:
                # Others are asked about few: each costs them a look at their tables.
                judged = rules.judge(await _asked(ctx, bare), bars)
            found.append(judged)
        await asyncio.sleep(0)
    return found, counted


async def _asked(ctx: GroupContext, facts: Facts) -> Facts:
    marks = [mark for answer in await suspicion.gather(ctx, facts.user_id) for mark in answer.value]
    is_known = bool(await known.gather(ctx, facts.user_id))
    told = tuple((mark.label, mark.weight) for mark in marks)
    return replace(facts, marks=told, known=is_known)


async def run(ctx: GroupContext, slot: Slot) -> None:
    """Look at the group and list whom to look at; nothing else ever comes of it by itself."""
    asked = slot.payload
    if doubt := jump_doubt(ctx, slot):
        await _answer(ctx, asked, texts.DOUBTED.format(why=doubt))
        return
    try:
        survey = await ctx.survey()
    except Declined as refusal:
        await _answer(ctx, asked, str(refusal))
        return
    if not survey.complete:
        await _answer(ctx, asked, texts.INCOMPLETE.format(listed=len(survey.members)))
        return
    criterion = asked.get("criterion", "")
    bars = bars_of(ctx)
    if days := asked.get("days"):
        name = {"沉默": "silent", "从未发言": "never", "低等级": "level"}[criterion]
        bars = replace(bars, **{name: days})
    found, counted = await look(ctx, survey, bars, ask_all=criterion == "有记号")
    chosen = rules.listed(found, criterion)[:MOST_LISTED]
    fused = rules.is_doubtful(len(chosen), len(survey.members))
    await _store(ctx, slot, survey, chosen, fused)
    await _show(ctx, asked, survey, chosen, counted, fused, bars)


@atomic
async def _store(ctx: GroupContext, slot: Slot, survey: Survey, chosen: Sequence[Found], fused: bool) -> None:
    """Keep this round's list in place of the last one's."""
    clearable = sum(one.is_clearable for one in chosen)
    values = {
        "group_id": ctx.group.id,
        "by": slot.payload.get("by", 0),
        "at": ctx.now,
        "looked_at": len(survey.members),
        "clearable": clearable,
        "watched": len(chosen) - clearable,
        "fused": fused,
    }
    made, is_new = await Round.get_or_create(values, source=f"{ctx.source}")
    if not is_new:
        return
    await Finding.filter(group_id=ctx.group.id).delete()
    for position, one in enumerate(chosen, 1):
        await Finding.create(
            round_id=made.id,
            group_id=ctx.group.id,
            position=position,
            user_id=one.user_id,
            score=one.points,
            reasons="、".join(one.reasons),
            marks="、".join(one.marks),
            severe=one.severe,
            at=ctx.now,
        )


async def _show(
    ctx: GroupContext,
    asked: Mapping[str, object],
    survey: Survey,
    chosen: Sequence[Found],
    counted: Heard,
    fused: bool,
    bars: Bars,
) -> None:
    criterion = texts.CRITERION.format(what=asked["criterion"]) if asked.get("criterion") else ""
    off = _switched_off(survey, counted, bars) + (texts.FUSED if fused else "")
    if not chosen:
        await _answer(ctx, asked, texts.NOBODY.format(criterion=criterion, off=off))
        return
    lines = [
        texts.LINE.format(
            n=n,
            name=mask(survey.members[one.user_id].name),
            qq=one.user_id,
            score=one.points,
            why=_why(one, alone=bool(asked.get("aside"))),
        )
        for n, one in enumerate(chosen, 1)
    ]
    hint = texts.HINT if ctx.settings(Settings).remind_first else texts.HINT_NO_REMINDER
    rest = texts.REST.format(count=len(lines) - SHOWN) if len(lines) > SHOWN else ""
    said = texts.LIST.format(
        count=len(chosen),
        criterion=criterion,
        lines="\n".join(lines[:SHOWN]),
        hint=hint.format(n=1) + rest,
        off=off,
    )
    await _answer(ctx, asked, said)
    if rest:
        more = "\n".join(lines[SHOWN:])
        aside = ctx.under(f"{ctx.source}/rest")
        aside.answers_to = int(str(asked.get("aside") or 0))
        await aside.forward([("巡查", [{"type": "text", "data": {"text": more}}])], key="rest")


def _why(one: Found, *, alone: bool) -> str:
    """Say what speaks against somebody; what other features know is for no group to read."""
    if alone:
        return "、".join((*one.reasons, *one.marks))
    return "、".join(one.reasons) or texts.ASIDE


def _switched_off(survey: Survey, counted: Heard, bars: Bars) -> str:
    """Say which criteria count for nothing this time, and why."""
    off = texts.OFF_LEVEL if bars.level and "level" in survey.blank else ""
    if "last_spoke_at" in survey.blank and counted.covered < bars.silent:
        off += texts.OFF_SPOKEN.format(days=counted.covered, wanted=bars.silent)
    if "joined_at" in survey.blank:
        off += texts.OFF_JOINED
    return off


async def _answer(ctx: GroupContext, asked: Mapping[str, object], said: str) -> None:
    """Where it was asked; the weekly list goes to those who subscribed, or to the group where nobody did."""
    if aside := int(str(asked.get("aside") or 0)):
        await ctx.post(compose("{said}", {"said": said}), user_id=aside, key="list")
    elif asked.get("weekly") and await RECIPIENTS.send(ctx, "{said}", said=said, key="list"):
        return
    else:
        await ctx.say("{said}", said=said, key="list")
