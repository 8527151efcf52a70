"""The commands of 巡查: listing is never an act, and an act is confirmed by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from lizheng import (
    CannotUndo,
    Context,
    Declined,
    GroupContext,
    MemberInfo,
    Numbers,
    Record,
    SettingChanged,
    Slot,
    atomic,
    mentions,
)
from lizheng.grammar import Misread, Words, next_weekly, tight
from lizheng.hooks import known, suspicion
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.text import clip, mask, visible
from plugins.patrol import rounds, rules, targets, texts
from plugins.patrol.models import Finding, Reminded, Round, Spared
from plugins.patrol.settings import Settings

WEEKLY, UNDO = "weekly", "spared"
MOST_REMINDED = 20
SPARED = Page(texts.SPARED_LIST, texts.SPARED_NONE, "/巡查 不管 查看")


@dataclass(frozen=True)
class Chosen:
    """Numbers of the last list, or people by @ or QQ number."""

    label = "<编号…|@成员>"
    numbers: tuple[int, ...] = ()
    people: tuple[int, ...] = ()

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Chosen:
        if people := words.ats():
            return cls(people=tuple(people))
        if words.empty():
            raise Misread("没说是谁：写名单上的编号，或者 @ 他。")
        return cls(numbers=tuple(await Numbers.read(ctx, words)))


@dataclass(frozen=True)
class OneNumber:
    """Reads `90天` or `90` as a number of days; `16` as a level."""

    label: str = "<天数>"

    async def read(self, ctx: Context, words: Words) -> int:
        word = tight(words.word() or "").removesuffix("天").removesuffix("级")
        if not word.isdecimal() or not 1 <= int(word) <= 400:
            raise Misread("要写 1 到 400 的数字，比如 90。")
        return int(word)


# — listing ————————————————————————————————————————————————————————————————————————————————


async def patrol(ctx: Context) -> None:
    await _begin(ctx)


async def nicknames(ctx: Context) -> None:
    await _begin(ctx, "名片")


async def silent(ctx: Context, days: Annotated[int, OneNumber()] = 0) -> None:
    await _begin(ctx, "沉默", days)


async def never(ctx: Context, days: Annotated[int, OneNumber()] = 0) -> None:
    await _begin(ctx, "从未发言", days)


async def low(ctx: Context, level: Annotated[int, OneNumber("<等级>")] = 0) -> None:
    if not level and not ctx.settings(Settings).level:
        raise Misread("要写多低算低，比如 /巡查 低等级 10。")
    await _begin(ctx, "低等级", level)


async def alike(ctx: Context) -> None:
    await _begin(ctx, "重复")


async def marked(ctx: Context) -> None:
    await _begin(ctx, "有记号")


async def _begin(ctx: Context, criterion: str = "", days: int = 0) -> None:
    """The list is read twice, for which nobody waits: a slot does it."""
    aside = ctx.author_id if ctx.channel == "private" else 0
    payload = {"by": ctx.author_id, "aside": aside, "criterion": criterion, "days": days}
    await ctx.plan(rounds.ROUND, ctx.now, key=str(ctx.message_id), payload=payload)
    await ctx.stay_silent()


async def woke(ctx: GroupContext) -> None:
    """Have the weekly list planned as it is set."""
    await _plan_weekly(ctx)


async def changed(ctx: GroupContext, happened: SettingChanged) -> None:
    await _plan_weekly(ctx)


async def _plan_weekly(ctx: GroupContext) -> None:
    when = ctx.settings(Settings).weekly
    if not when:
        await ctx.unplan(WEEKLY)
        return
    try:
        weekday, at = rules.parse_weekly(when)
    except Misread:
        await ctx.unplan(WEEKLY)
        return
    await ctx.plan(WEEKLY, next_weekly(ctx.now, weekday, at), payload={"weekly": True}, replace=True)


async def weekly(ctx: GroupContext, slot: Slot) -> datetime | None:
    """The weekly list: it is read by a slot of its own, which never acts either."""
    await ctx.plan(
        rounds.ROUND, ctx.now, key=f"weekly{slot.due_at.timestamp():.0f}", payload={"weekly": True}
    )
    when = ctx.settings(Settings).weekly
    return next_weekly(ctx.now, *rules.parse_weekly(when)) if when else None


async def regular(ctx: Context, when: Annotated[str, "每周一 21:00|关"]) -> None:
    if tight(when) in ("关", "关闭", "不要"):
        record = await ctx.change(Settings, "巡查不定期列了", weekly="")
        await ctx.say(texts.WEEKLY_OFF, record=record.number)
        return
    weekday, at = rules.parse_weekly(when)
    said = f"每周{rules.DAYS[weekday]} {at:%H:%M}"
    record = await ctx.change(Settings, f"巡查{said}列一次", weekly=said)
    await ctx.say(texts.WEEKLY_ON, when=said, record=record.number)


async def subscribe(ctx: Context) -> None:
    await rounds.RECIPIENTS.add(ctx)
    await ctx.say(texts.SUBSCRIBED)


async def unsubscribe(ctx: Context) -> None:
    await rounds.RECIPIENTS.remove(ctx, ctx.author_id)
    await ctx.say(texts.UNSUBSCRIBED)


# — one person, exceptions ——————————————————————————————————————————————————————————————————


async def _last_round(ctx: Context) -> Round:
    """Raises `Declined` when the last list is too old for its numbers to mean anything."""
    last = await Round.filter(group_id=ctx.group.id).order_by("-id").first()
    if last is None or ctx.now - last.at > rules.LIST_AGE:
        raise Declined(texts.OLD_LIST)
    return last


async def _chosen(ctx: Context, who: Chosen) -> list[Finding]:
    """The findings that are meant. Raises `Declined`."""
    last = await _last_round(ctx)
    rows = {row.position: row for row in await Finding.filter(round_id=last.id)}
    if who.people:
        by_person = {row.user_id: row for row in rows.values()}
        if missing := [person for person in who.people if person not in by_person]:
            raise Declined(f"{ctx.who(missing[0])} 不在名单上。")
        return [by_person[person] for person in who.people]
    for number in who.numbers:
        if number not in rows:
            raise Declined(texts.NO_NUMBER.format(n=number, most=len(rows)))
    return [rows[number] for number in who.numbers]


async def show(ctx: Context, who: Chosen) -> None:
    """All that is known of one person, each with its source and day."""
    if ctx.channel != "private":
        raise Declined(texts.PRIVATE)
    person = who.people[0] if who.people else (await _chosen(ctx, who))[0].user_id
    here = {"group_id": ctx.group.id, "user_id": person}
    lines: list[str] = []
    row = await Finding.filter(**here).order_by("-id").first()
    if row is not None and row.reasons:
        lines.append(texts.SHOW_REASON.format(at=_day(ctx, row.at), why=row.reasons))
    for answer in await suspicion.gather(ctx, person):
        lines += [
            texts.SHOW_MARK.format(label=m.label, weight=m.weight, why=m.why, at=_day(ctx, m.since))
            for m in answer.value
        ]
    for told in await known.gather(ctx, person):
        lines.append(texts.SHOW_KNOWN.format(source=told.value.source, line=told.value.line))
    if (reminded := await Reminded.get_or_none(**here)) is not None:
        lines.append(texts.SHOW_REMINDED.format(at=_day(ctx, reminded.at)))
    if (spared := await Spared.get_or_none(**here)) is not None:
        lines.append(texts.SHOW_SPARED.format(at=_day(ctx, spared.at), reason=spared.reason))
    await ctx.names_of([person])
    await ctx.say(
        texts.SHOW,
        name=mask(ctx.name_of(person)),
        qq=person,
        score=row.score if row else 0,
        lines="\n".join(lines) or texts.SHOW_NOTHING,
    )


def _day(ctx: GroupContext, at: datetime) -> str:
    return f"{ctx.local(at):%m-%d}"


async def spare(ctx: Context, who: Chosen, reason: Annotated[str, "理由"] = "") -> None:
    people = list(who.people) or [row.user_id for row in await _chosen(ctx, who)]
    await ctx.names_of(people)
    names = "、".join(ctx.who(person) for person in people)

    @atomic
    async def store() -> Record:
        for person in people:
            values = {"by": ctx.author_id, "reason": clip(visible(reason), 100), "at": ctx.now}
            await Spared.get_or_create(values, group_id=ctx.group.id, user_id=person)
        undo = {"name": UNDO, "people": people}
        return await ctx.note("spare", texts.SPARED_NOTE.format(names=names), target=people[0], undo=undo)

    record = await store()
    await ctx.say(texts.SPARED, names=names, record=record.number)


async def undo_spare(ctx: Context, undo: dict[str, Any]) -> None:
    if not await Spared.filter(group_id=ctx.group.id, user_id__in=undo["people"]).delete():
        raise CannotUndo("他们本来就没有不管")


async def show_spared(ctx: Context, page: PageNumber = FIRST) -> None:
    def line(row: Spared) -> str:
        reason = f"：{row.reason}" if row.reason else ""
        return texts.SPARED_LINE.format(who=ctx.who(row.user_id), at=_day(ctx, row.at), reason=reason)

    rows = Spared.filter(group_id=ctx.group.id).order_by("id")
    await SPARED.say(ctx, rows, line, page, people=lambda row: [row.user_id])


# — reminding and clearing ——————————————————————————————————————————————————————————————————


async def remind(ctx: Context, who: Chosen) -> None:
    """A friendly word to at most 20 in one message, remembered."""
    rows = await _chosen(ctx, who)
    if len(rows) > MOST_REMINDED:
        raise Declined(texts.REMIND_TOO_MANY.format(count=len(rows)))
    members = await ctx.members()
    people = [row.user_id for row in rows if row.user_id in members]
    if not people:
        raise Declined(texts.REMIND_GONE)

    @atomic
    async def store() -> None:
        for person in people:
            await Reminded.update_or_create({"at": ctx.now}, group_id=ctx.group.id, user_id=person)
        mine = ctx.under(f"{ctx.source}/remind", author_id=ctx.author_id)
        await mine.say(texts.REMINDER, people=mentions(people))

    await store()


async def clear(ctx: Context, who: Chosen, reason: Annotated[str, "理由"] = texts.REASON) -> None:
    """Name each with what they did last; `/确认` begins."""
    rows = await _chosen(ctx, who)
    chosen = ctx.settings(Settings)
    if (await _last_round(ctx)).fused:
        raise Declined(texts.CANNOT)
    if len(rows) > chosen.most:
        raise Declined(texts.TOO_MANY.format(most=chosen.most, count=len(rows)))
    reminded = {row.user_id: row.at for row in await Reminded.filter(group_id=ctx.group.id)}
    members = await ctx.members()
    for row in rows:
        at = reminded.get(row.user_id)
        why = rules.why_not(
            row.position,
            clearable=row.score >= rules.CLEARABLE * 100,
            severe=row.severe,
            reminded=ctx.now - at if at else None,
            remind_first=chosen.remind_first,
        )
        if why:
            raise Declined(why)
        if protected := ctx.why_protected(row.user_id, members.get(row.user_id)):
            raise Declined(texts.PROTECTED.format(n=row.position, why=protected))
    await ctx.preview(
        targets.DECISION,
        texts.PREVIEW,
        payload={"people": [row.user_id for row in rows], "reason": clip(visible(reason), 100)},
        count=len(rows),
        lines=_lines(ctx, rows, members),
        reason=clip(visible(reason), 40),
    )


def _lines(ctx: Context, rows: Sequence[Finding], members: dict[int, MemberInfo]) -> str:
    return "\n".join(
        texts.PREVIEW_LINE.format(
            n=row.position,
            name=mask(ctx.name_of(row.user_id)),
            qq=row.user_id,
            last=_last(ctx, members.get(row.user_id)),
        )
        for row in rows
    )


def _last(ctx: Context, member: MemberInfo | None) -> str:
    if member is None:
        return texts.LAST_UNKNOWN
    if member.last_spoke_at <= member.joined_at + rounds.SAME_MOMENT:
        return texts.LAST_NEVER
    return texts.LAST_SPOKE.format(at=_day(ctx, datetime.fromtimestamp(member.last_spoke_at, UTC)))


async def show_rules(ctx: Context) -> None:
    """The criteria of removal in words, for everybody."""
    chosen = ctx.settings(Settings)
    criteria = [
        texts.RULE_NEVER.format(days=chosen.never),
        texts.RULE_SILENT.format(days=chosen.silent),
        *([texts.RULE_NICKNAME] if chosen.nicknames else []),
        *([texts.RULE_LEVEL.format(level=chosen.level)] if chosen.level else []),
    ]
    reminder = texts.RULES_REMINDER if chosen.remind_first else texts.RULES_NO_REMINDER
    await ctx.say(texts.RULES, reminder=reminder, criteria="、".join(criteria))
