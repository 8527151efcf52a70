"""The commands of 举报. All of them are veiled: nothing the kit writes down says who used them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from lizheng import Context, Declined, Line, MemberInfo, Numbered, Role
from lizheng.grammar import Words
from lizheng.messages.content import opened, read
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.text import clip, fold, shown_name, visible
from plugins.reports import cases, rules, texts
from plugins.reports.cases import Report
from plugins.reports.models import Case, Voice

MOST_WORDS, MOST_PICTURES, MOST_EVIDENCE, EVIDENCE_SHOWN = 200, 5, 5, 120
QUIET = 600.0
"""Seconds between two lines in the group that say that something was taken."""
LIST = Page(texts.LIST, texts.LIST_EMPTY, "/举报 列表")
MINE = Page(texts.MINE, texts.MINE_EMPTY, "/举报 我的")

Number = Annotated[int, Numbered("J", "举报编号")]


@dataclass(frozen=True)
class Told:
    """All that follows the command, never refused while it is read: the message is to be taken away first."""

    label = "<谁> [理由]"
    people: tuple[int, ...] = ()
    text: str = ""
    pictures: int = 0

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Told:
        people = words.ats() or words.take_mentioned()
        pictures = len([one for one in words.others() if one.type == "image"])
        return cls(tuple(people), visible(words.rest()), pictures)


async def report(ctx: Context, told: Told = Told()) -> None:
    """Somebody said something here, which is quoted, or else is named."""
    await _take(ctx, told, "message")


async def report_private(ctx: Context, told: Told = Told()) -> None:
    """Somebody adds members and pesters them."""
    await _take(ctx, told, "private")


async def _take(ctx: Context, told: Told, kind: str) -> None:
    """Take it, with all answers in private; in the group at most one line now and then that names nobody."""
    in_group = ctx.channel == "group"
    unseen = ""
    if in_group:
        outcome = await ctx.recall(ctx.message_id, ctx.author_id, "", key="own")
        unseen = "" if outcome else texts.NOT_RECALLED.format(why=outcome.why or "QQ 没有回话")
    try:
        members = await ctx.members()
        found = await _read(ctx, told, kind, members)
        case, is_new = await cases.take(ctx, found, members)
    except Declined as refusal:
        if not in_group:
            raise
        await ctx.tell(ctx.author_id, "{sentence}{unseen}", sentence=str(refusal), unseen=unseen, key="told")
        return
    above = texts.OWNER_ITSELF if case.user_id == case.owner_id else texts.OWNER_ONLY
    thanks = texts.MORE if not is_new else above if case.to_owner else texts.TAKEN
    ticket = await ctx.tell(
        ctx.author_id,
        "{thanks}{unseen}",
        thanks=thanks.format(number=cases.label(case)),
        unseen=unseen,
        key="told",
    )
    if not in_group:
        return
    reached = await ticket.outcome()
    if not reached and reached.why:
        await ctx.say(texts.NEUTRAL_NUMBER, number=cases.label(case), key="neutral")
    elif ctx.now_and_then("neutral", QUIET):
        await ctx.say(texts.NEUTRAL, key="neutral")


async def _read(ctx: Context, told: Told, kind: str, members: dict[int, MemberInfo]) -> Report:
    """Raises `Declined`."""
    person, text = _person(ctx, told, members)
    if person == ctx.author_id:
        raise Declined(texts.SELF)
    if ctx.is_ours(person):
        raise Declined(texts.US)
    if told.pictures > MOST_PICTURES:
        raise Declined(texts.TOO_MANY_PICTURES)
    if len(text) > MOST_WORDS:
        raise Declined(texts.WORDS_TOO_LONG.format(most=MOST_WORDS, count=len(text)))
    if kind == "private":
        if not text:
            raise Declined(texts.WHAT)
        text = rules.private_words(text)
    return Report(person, kind, text, tuple(await _evidence(ctx)), ctx.source or "")


def _person(ctx: Context, told: Told, members: dict[int, MemberInfo]) -> tuple[int, str]:
    """Say who is meant, and what else was written: named, quoted, or in private called by a name that one has here."""
    quoted = ctx.quoted.user_id if ctx.quoted and ctx.channel == "group" else 0
    if len(told.people) > 1 or (quoted and told.people and told.people[0] != quoted):
        raise Declined(texts.TWO)
    if told.people or quoted:
        person = told.people[0] if told.people else quoted
        if person not in members and not quoted:
            raise Declined(texts.STRANGER.format(who=person))
        return person, told.text
    name, _, rest = told.text.partition(" ")
    name = name.lstrip("@＠")
    if not name:
        raise Declined(texts.WHO)
    fitting = [one.user_id for one in members.values() if fold(visible(name)) in one.called]
    if len(fitting) > 1:
        raise Declined(texts.AMBIGUOUS.format(name=clip(visible(name), 12)))
    if not fitting:
        raise Declined(
            texts.STRANGER.format(who=clip(visible(name), 12)) if ctx.channel == "private" else texts.WHO
        )
    return fitting[0], rest.strip()


async def _evidence(ctx: Context) -> Iterable[str]:
    """Read what was quoted or forwarded, as text."""
    segments = [*(ctx.quoted.segments if ctx.quoted else ()), *ctx.message]
    quoted = read(ctx.quoted.segments) if ctx.quoted else None
    found = [" ".join(quoted.words)] if quoted is not None else []
    for forward in read(segments).forwards[:1]:
        found += [" ".join(read(said).words) for said in await opened(ctx.query, forward)]
    return [clip(visible(one), 500) for one in found if visible(one)][:MOST_EVIDENCE]


# — for those who decide ———————————————————————————————————————————————————————————————————


def _in_private(ctx: Context) -> None:
    """A list of who was reported is for no group. Raises `Declined`."""
    if ctx.channel != "private":
        raise Declined(texts.PRIVATE_PLEASE)


async def show_list(ctx: Context, page: PageNumber = FIRST) -> None:
    _in_private(ctx)
    rows = await Case.filter(group_id=ctx.group.id, state="open", to_owner=False)
    if ctx.role >= Role.OWNER:
        rows = await Case.filter(group_id=ctx.group.id, state="open")
    heard = {case.id: await cases.heard(case) for case in rows}
    rows.sort(key=lambda case: (-rules.total(heard[case.id]), case.number))

    def line(case: Case) -> str:
        return texts.LINE.format(
            number=cases.label(case),
            who=shown_name(ctx.name_of(case.user_id)),
            kind=texts.KIND[case.kind],
            count=rules.independent(heard[case.id]),
            weight=f"{rules.total(heard[case.id]):.1f}",
            since=f"{ctx.local(case.opened_at):%m-%d}",
        )

    await LIST.say(ctx, rows, line, page, people=lambda case: [case.user_id])


async def show_case(ctx: Context, number: Number) -> None:
    _in_private(ctx)
    case = await cases.find(ctx, number)
    if case.to_owner and ctx.role < Role.OWNER:
        raise Declined(texts.NO_CASE.format(number=cases.label(case)))
    voices = await Voice.filter(case_id=case.id).order_by("id")
    with suppress(Declined):
        await ctx.members()  # cards change
    lines: list[str] = []
    for n, voice in enumerate(voices[:8], 1):
        said = clip(visible(voice.words), 60) or "没写理由"
        lines.append(texts.VOICE.format(n=n, weight=f"{voice.weight:g}", words=said))
        lines += [
            texts.EVIDENCE.format(text=clip(one, EVIDENCE_SHOWN))
            for one in voice.evidence.split("\n")[:2]
            if one
        ]
    heard = [rules.Heard(voice.weight, voice.circle) for voice in voices]
    others = await cases.elsewhere(case)
    is_ad = "广告" in "".join(voice.words for voice in voices)
    how = "\n" + texts.HOW.format(n=case.pending) if case.pending and case.state == "open" else ""
    await ctx.say(
        texts.SHOW,
        number=cases.label(case),
        who=shown_name(ctx.name_of(case.user_id)),
        qq=case.user_id,
        kind=texts.KIND[case.kind],
        count=rules.independent(heard),
        weight=f"{rules.total(heard):.1f}",
        elsewhere=texts.ELSEWHERE.format(count=others) if others else "",
        lines="\n".join(lines),
        how=how + (texts.TEACH if is_ad and case.kind == "message" and ctx.is_on("ad_guard") else ""),
    )


async def lift(ctx: Context, number: Number, reason: Annotated[str, Line(most=100, what="理由")]) -> None:
    """The owner learns who reported, which is recorded and told to them."""
    _in_private(ctx)
    case = await cases.find(ctx, number)
    people = await cases.reporters(ctx, case)
    named = ctx.under(f"reports:lift:{case.id}:{ctx.source}", author_id=ctx.author_id)
    await named.note(
        "lift", texts.LIFT_NOTE.format(number=cases.label(case)), params={"label": reason}, key="lift"
    )
    for voice, person in people.items():
        if person:
            await cases.tell_veiled(
                ctx, f"lift:{voice}", person, texts.LIFTED_TOLD, number=cases.label(case), reason=reason
            )
    await ctx.names_of([person for person in people.values() if person])
    names = "、".join(ctx.who(person) if person else texts.LIFT_GONE for person in people.values())
    await ctx.say(texts.LIFTED, number=cases.label(case), names=names)


# — for reporters and everybody ————————————————————————————————————————————————————————————


async def withdraw(ctx: Context, number: Number) -> None:
    _in_private(ctx)
    if not await cases.withdraw(ctx, number):
        raise Declined(texts.NOT_YOURS.format(number=f"J{number}"))
    await ctx.say(texts.WITHDRAWN, number=f"J{number}")


async def show_mine(ctx: Context, page: PageNumber = FIRST) -> None:
    _in_private(ctx)
    mine = await Voice.filter(group_id=ctx.group.id, veil=cases.pseudonym(ctx.group.id, ctx.author_id))
    rows = await Case.filter(id__in=[0, *(voice.case_id for voice in mine)]).order_by("-number")
    await MINE.say(
        ctx,
        rows,
        lambda case: texts.MINE_LINE.format(number=cases.label(case), state=texts.STATES[case.state]),
        page,
    )


async def revenge(ctx: Context, number: Number) -> None:
    """The reporter of a case that was decided says that they are made to pay for it."""
    _in_private(ctx)
    case = await cases.find(ctx, number)
    mine = Voice.filter(case_id=case.id, veil=cases.pseudonym(ctx.group.id, ctx.author_id))
    if case.state == "open" or not await mine.exists():
        raise Declined(texts.NOT_YOURS.format(number=cases.label(case)))
    words = texts.REVENGE.format(number=cases.label(case))
    found = Report(case.user_id, "message", words, (), ctx.source or "", urgent=True)
    made, _ = await cases.take(ctx, found, await ctx.members(fresh=False))
    await ctx.say(texts.TAKEN, number=cases.label(made))


async def show_public(ctx: Context, days: Annotated[int, "天数"] = 30) -> None:
    """Counts alone, for everybody."""
    days = min(max(days, 1), 180)
    rows = Case.filter(group_id=ctx.group.id, opened_at__gte=ctx.now - timedelta(days=days))
    told = rules.summed([(case.state, case.opened_at, case.ended_at) for case in await rows])
    await ctx.say(
        texts.PUBLIC,
        days=days,
        taken=told.taken,
        upheld=told.upheld,
        denied=told.denied,
        hours=f"{told.hours:g}",
    )
