"""The commands of 作业."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated, Any

from lizheng import (
    Choice,
    Context,
    Declined,
    Line,
    Member,
    Person,
    Role,
    State,
    Yuan,
    atomic,
)
from lizheng.grammar import Misread, Words, parse_date, parse_money, plain, say_money
from lizheng.grammar.times import WEEKDAYS, minute_of_day
from lizheng.ledger import orders
from lizheng.media.tables import Column, Table, Whole
from lizheng.parts.files import deliver
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.text import clip, visible
from plugins.homework import cycles, decisions, pieces, rules, texts
from plugins.homework.models import Cycle, Duty, Participant, Piece, Result, Review, Season
from plugins.homework.pieces import Handed
from plugins.homework.rules import OWES, Outcome
from plugins.homework.settings import Settings

MOST_DAYS, MOST_CYCLES, LONGEST_TITLE, CYCLES = 30, 60, 20, 12
LIST = Page(texts.ROSTER, texts.ROSTER_EMPTY, "/作业 名单")
LEAGUE = Page(texts.LEAGUE, texts.LEAGUE_EMPTY, "/作业 榜")
DUTIES = Page(texts.DUTIES, texts.NO_DUTIES, "/作业 点谁")
ARCHIVE = Table(
    Column("期", Whole()),
    Column("成员", Whole()),
    Column("名字"),
    Column("时间"),
    Column("链接"),
    Column("开头"),
    Column("点评", Whole()),
    title="作业",
)
_DAYS = re.compile(r"^(\d{1,4})\s*天?")
_END = re.compile(r"每期截止\s*(?:每?(?:周|星期)(\S)|每天)?\s*(\d{1,2}[:：点]\d{0,2})")
_CYCLES = re.compile(r"期数\s*(\d{1,4})|(\d{1,4})\s*期(?!截止)")
_NTH = re.compile(r"第?(\d{1,3})期?")


class Nth(int):
    """The number of a cycle, as 第12期, 第 12 期 or 12."""

    label = "<第n期>"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Nth:
        """Raises `Misread`."""
        if (found := take_nth(words)) is None:
            raise Misread("要写第几期，比如 第3期。")
        return cls(found)


def take_nth(words: Words, *, bare: bool = True) -> int | None:
    """Read 第3期 in up to three words; nothing is read where there is none. Without `bare`, a mere number is none."""
    mark, text = words.mark(), ""
    for _ in range(3):
        text += plain(words.word() or "")
        found = _NTH.fullmatch(text)
        if found and (text.endswith("期") or (bare and not text.startswith("第"))):
            return int(found[1])
        if not re.fullmatch(r"第\d{0,3}", text):
            break
    words.reset(mark)
    return None


@dataclass(frozen=True)
class Excuse:
    """A cycle, or the running one, and why."""

    number: int | None
    reason: str

    label = "[第n期] <理由>"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Excuse:
        """Raises `Misread` without a reason."""
        number = take_nth(words, bare=False)
        reason = visible(words.rest())
        if not reason:
            raise Misread(texts.NO_REASON)
        return cls(number, reason)


@dataclass(frozen=True)
class Plan:
    """How a season is to be: `weekday` and `minute` of its deadlines."""

    days: int
    weekday: int | None
    minute: int
    cycles: int
    title: str

    label = "<n天> [每期截止 周日 24:00] [标题] [期数 k]"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Plan:
        """Raises `Misread`."""
        text = plain(words.rest())
        if not (found := _DAYS.match(text)):
            raise Misread(texts.NO_DAYS)
        days = int(found[1])
        if not 1 <= days <= MOST_DAYS:
            raise Misread(texts.DAYS.format(days=days))
        text = text[found.end() :]
        weekday, minute, count = None, 1440, CYCLES
        if "每期截止" in text:
            if not (ends := _END.search(text)) or (ends[1] and ends[1] not in WEEKDAYS):
                raise Misread(texts.BAD_END)
            weekday = WEEKDAYS[ends[1]] if ends[1] else None
            minute = minute_of_day(ends[2].replace("：", ":"))[0]
            text = text.replace(ends[0], " ")
        if many := _CYCLES.search(text):
            count = int(many[1] or many[2])
            text = text.replace(many[0], " ")
        if not 1 <= count <= MOST_CYCLES:
            raise Misread(texts.CYCLES)
        title = visible(text)
        if len(title) > LONGEST_TITLE:
            raise Misread(texts.LONG_TITLE.format(length=len(title)))
        return cls(days, weekday, minute, count, title or "作业")


# — the season —————————————————————————————————————————————————————————————————————————————


@atomic
async def start(ctx: Context, plan: Plan) -> None:
    due = rules.first_due(ctx.now, plan.days, plan.weekday, plan.minute, ctx.zone)
    if due <= ctx.now:
        raise Declined(texts.PAST_END)
    cycle = await cycles.begin(ctx, plan.title, plan.days, due, plan.cycles)
    chosen = ctx.settings(Settings)
    out = texts.OUT_AFTER.format(how=chosen.out_how, times=chosen.out_after)
    await ctx.say(
        texts.BEGUN,
        title=plan.title,
        due=cycles.say_end(ctx, cycle.due_at),
        review=texts.REVIEW_TOO.format(reviews=chosen.reviews) if chosen.reviews else "",
        fines=_fines(chosen),
        out=texts.NO_OUT if chosen.out_how == "不" else out,
        where=texts.WHERE[cycle.rules["account"]] if chosen.fine or chosen.review_fine else "",
        leaves=chosen.leaves,
        cycles=plan.cycles,
    )


def _fines(chosen: Settings) -> str:
    if not chosen.fine and not chosen.review_fine:
        return texts.NO_FINES
    return texts.FINES.format(fine=_yuan(chosen.fine), review_fine=_yuan(chosen.review_fine))


def _yuan(fen: int) -> str:
    return say_money(fen).strip() if fen else "不罚"


async def show(ctx: Context) -> None:
    season = await cycles.season_of(ctx)
    cycle = await cycles.open_cycle(season)
    if cycle is None:
        cycle = await cycles.cycle_of(season, None)
    done, count = await cycles.tally(cycle)
    said = [
        texts.SHOWN.format(
            title=season.title,
            n=cycle.number,
            due=cycles.say_end(ctx, cycle.due_at),
            subject=cycles.say_subject(cycle),
            done=done,
            all=count,
            mine=await _mine(ctx, season, cycle),
        )
    ]
    if season.state != "running":
        said.append(texts.SHOWN_PAUSED.format(title=season.title))
    await ctx.say("{said}", said="\n".join(said))


async def _mine(ctx: Context, season: Season, cycle: Cycle) -> str:
    user = ctx.author_id
    if not await Participant.filter(season_id=season.id, user_id=user, state="in").exists():
        said = texts.NOT_ON
    else:
        pieces_now = await cycles.handed_in(cycle)
        from_leave = await cycles.is_excused(season, cycle, user)
        piece = texts.PIECES[True if user in pieces_now else None if from_leave else False]
        credit, owed = await cycles.credit_of(cycle, user)
        said = texts.MINE.format(piece=piece, credit=credit, owed=owed)
    for one in await Cycle.filter(season_id=season.id, state="reviewing"):
        duties = [duty.author_id for duty in await Duty.filter(cycle_id=one.id, user_id=user)]
        if duties and one.review_until is not None:
            names = await ctx.names_of(duties)
            said += texts.TO_REVIEW.format(
                n=one.number, names=names, until=cycles.say_end(ctx, one.review_until)
            )
    if owing := await orders.open_ones(ctx.group.id, user, ctx.feature.id):
        fines = "、".join(
            texts.FINE.format(number=order.number, price=say_money(order.price)).strip()
            for order in owing[:5]
        )
        said += texts.OWING.format(fines=fines)
    return said


async def join(ctx: Context) -> None:
    await pieces.join(ctx)


async def leave(ctx: Context) -> None:
    season = await cycles.season_of(ctx)
    name = ctx.who(ctx.author_id)
    if not await cycles.withdraw(ctx, season, ctx.author_id):
        raise Declined(texts.NOT_ON_ROSTER.format(name=name))
    await ctx.say(texts.OFF, name=name)


async def pause(ctx: Context, until: Annotated[str, "到 日期"] = "") -> None:
    season = await cycles.season_of(ctx)
    day = None
    if bare := until.removeprefix("到").strip():
        day = datetime.combine(parse_date(bare, ctx.now), time(), ctx.zone)
        if day <= ctx.now:
            raise Declined(texts.PAST_END)
    if not await cycles.pause(ctx, season):
        raise Declined(texts.PAUSED_ALREADY)
    if day is not None:
        payload = {"season": season.id}
        await ctx.plan(cycles.RESUME, day, key=str(season.id), payload=payload, replace=True)
    said = texts.UNTIL.format(date=f"{day.month} 月 {day.day} 日") if day else ""
    await ctx.say(texts.PAUSED, title=season.title, until=said)


async def go_on(ctx: Context) -> None:
    season = await cycles.season_of(ctx)
    cycle = await cycles.resume(ctx, season) if season.state == "paused" else None
    if cycle is None:
        raise Declined(texts.NOT_PAUSED)
    await ctx.unplan(cycles.RESUME, key=str(season.id))
    await ctx.say(texts.RESUMED, title=season.title, n=cycle.number, due=cycles.say_end(ctx, cycle.due_at))


async def finish(ctx: Context) -> None:
    season = await cycles.season_of(ctx)
    newest = await cycles.cycle_of(season, None)
    payload = {"season": season.id}
    await ctx.preview(decisions.END, texts.END, payload=payload, title=season.title, n=newest.number)


async def choose(
    ctx: Context,
    what: Annotated[str, Choice("罚款", "点评", "出局", "去向", "字数")],
    words: Annotated[str, "值"],
) -> None:
    first, *more = words.split()
    values: dict[str, Any] = {}
    try:
        match what:
            case "罚款":
                values["fine"] = _price(first)
                values |= {"review_fine": _price(more[0])} if more else {}
            case "点评":
                values["reviews"] = int(first)
            case "字数":
                values["least"] = int(first)
                values |= {"least_review": int(more[0])} if more else {}
            case "出局":
                values |= {"out_how": first} if first == "不" else {"out_after": int(first)}
                values |= {"out_how": more[0]} if more else {}
            case _:
                values["account"] = first
    except (ValueError, Misread) as wrong:
        raise Misread(texts.BAD_VALUE.format(value=clip(visible(words), 20), what=texts.SET_WHAT)) from wrong
    record = await ctx.change(Settings, f"{what}改为 {visible(words)}", **values)
    when = texts.SET_NOW if await cycles.refresh(ctx) else texts.SET_NEXT
    await ctx.say(texts.SET, what=f"{what}改为 {visible(words)}", when=when, record=record.number)


def _price(text: str) -> Yuan:
    return Yuan(0) if plain(text) in ("0", "0元", "不罚") else Yuan(parse_money(text))


# — handing in and reviewing ———————————————————————————————————————————————————————————————


async def submit(ctx: Context, handed: Handed) -> None:
    await ctx.names_of([ctx.author_id])
    await pieces.hand_in(ctx, handed)


async def review(ctx: Context, person: Person, words: Annotated[str, "点评"]) -> None:
    await ctx.names_of([ctx.author_id, person])
    await pieces.review(ctx, person, words, await pieces.quoted_piece(ctx))


async def excuse(ctx: Context, said: Excuse) -> None:
    await ctx.names_of([ctx.author_id])
    late = await pieces.excuse(ctx, said.number, said.reason)
    if late is None:
        return
    await ctx.submit(
        decisions.LATE_LEAVE,
        texts.AFTERWARDS,
        payload={"season": late.season_id, "cycle": late.id, "reason": clip(said.reason, 60)},
        name=ctx.who(ctx.author_id),
        n=late.number,
        reason=clip(said.reason, 30),
    )


async def duties(ctx: Context, page: PageNumber = FIRST) -> None:
    season = await cycles.season_of(ctx)
    reviewing = await Cycle.filter(season_id=season.id, state="reviewing").order_by("-number").first()
    if reviewing is None or reviewing.review_until is None:
        raise Declined(texts.NO_DUTIES)
    mine = await Duty.filter(cycle_id=reviewing.id, user_id=ctx.author_id).order_by("id")
    works = await cycles.handed_in(reviewing)
    given = Review.filter(cycle_id=reviewing.id, user_id=ctx.author_id, counts=True)
    done = {review.author_id for review in await given}

    def line(duty: Duty) -> str:
        piece = works.get(duty.author_id)
        where = piece.link if piece is not None and piece.link else texts.IN_GROUP
        mark = texts.DONE if duty.author_id in done else ""
        return texts.DUTY.format(name=ctx.who(duty.author_id), where=where, done=mark)

    until = cycles.say_end(ctx, reviewing.review_until)
    await DUTIES.say(
        ctx, mine, line, page, people=lambda duty: [duty.author_id], n=reviewing.number, until=until
    )


# — looking ————————————————————————————————————————————————————————————————————————————————


async def roster(ctx: Context, said: Listed) -> None:
    season = await cycles.season_of(ctx)
    cycle = await cycles.cycle_of(season, said.number)
    works = await cycles.handed_in(cycle)
    people = list(dict.fromkeys([*await cycles.on_roster(cycle), *works]))
    given: dict[int, list[Review]] = {}
    for one in await Review.filter(cycle_id=cycle.id, counts=True):
        given.setdefault(one.user_id, []).append(one)
    results = {row.user_id: row.outcome for row in await Result.filter(cycle_id=cycle.id)}
    deputy = await ctx.confirmed_role() >= Role.DEPUTY

    def line(user: int) -> str:
        piece, mine = works.get(user), given.get(user, [])
        marks = ""
        if piece is not None:
            marks += {"recalled": texts.RECALLED, "waiting": texts.WAITING}.get(piece.state, "")
            marks += texts.MARK.format(mark=piece.mark) if piece.mark and deputy else ""
        marks += texts.BURST if deputy and rules.in_a_burst([one.at for one in mine]) else ""
        state = results.get(user, texts.PIECES[piece is not None])
        return texts.ROW.format(name=ctx.who(user), piece=state, credit=len(mine), mark=marks)

    state = texts.STATES[cycle.state]
    command = f"/作业 名单 第{cycle.number}期"
    values = {"n": cycle.number, "state": state, "done": len(works), "all": len(people)}
    await LIST.say(ctx, people, line, said.page, people=lambda user: [user], command=command, **values)


@dataclass(frozen=True)
class Listed:
    """Which cycle's list, and which page of it."""

    number: int | None
    page: int

    label = "[第n期] [页]"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Listed:
        """Raises `Misread`."""
        number = take_nth(words, bare=False)
        page = await PageNumber.read(ctx, words) if words.peek() else FIRST
        return cls(number, int(page))


async def league(ctx: Context, page: PageNumber = FIRST) -> None:
    season = await cycles.season_of(ctx)
    kept: dict[int, int] = {}
    for row in await Result.filter(season_id=season.id):
        kept.setdefault(row.user_id, 0)
        kept[row.user_id] += row.outcome in (Outcome.DONE, Outcome.LATE)
    given: dict[int, int] = {}
    for one in await Review.filter(season_id=season.id, counts=True):
        given[one.user_id] = given.get(one.user_id, 0) + 1
    order = sorted(kept, key=lambda user: (-kept[user], -given.get(user, 0), user))
    rows = list(enumerate(order, 1))

    def line(row: tuple[int, int]) -> str:
        place, user = row
        name = ctx.who(user)
        return texts.LEAGUE_ROW.format(place=place, name=name, kept=kept[user], reviews=given.get(user, 0))

    await LEAGUE.say(ctx, rows, line, page, people=lambda row: [row[1]], title=season.title)


async def own_record(ctx: Context) -> None:
    await _record(ctx, ctx.author_id)


async def record_of(ctx: Context, person: Person) -> None:
    await _record(ctx, person)


async def _record(ctx: Context, user: int) -> None:
    await ctx.names_of([user])
    rows = await Result.filter(group_id=ctx.group.id, user_id=user)
    outcomes = [Outcome(row.outcome) for row in rows]
    await ctx.say(
        texts.RECORD,
        name=ctx.who(user),
        kept=sum(outcome in (Outcome.DONE, Outcome.LATE) for outcome in outcomes),
        missed=sum(outcome in OWES for outcome in outcomes) + sum(row.unpaid for row in rows),
        excused=outcomes.count(Outcome.EXCUSED),
        reviews=await Review.filter(group_id=ctx.group.id, user_id=user, counts=True).count(),
    )


# — admins —————————————————————————————————————————————————————————————————————————————————


async def set_subject(ctx: Context, number: Nth, subject: Annotated[str, Line(most=60, what="题目")]) -> None:
    season = await cycles.season_of(ctx)
    must = subject.startswith("必须")
    subject = subject.removeprefix("必须").strip(" ：:") or subject
    cycle = await cycles.cycle_of(season, number)
    if not await Cycle.filter(id=cycle.id, state="open").update(subject=subject, must=must):
        raise Declined(texts.SUBJECT_LATE.format(n=number))
    said = texts.MUST_TOO if must else ""
    await ctx.say(texts.SET_SUBJECT, n=number, subject=subject, must=said)


async def spare(
    ctx: Context, person: Person, number: Nth, reason: Annotated[str, Line(most=60, what="理由")]
) -> None:
    await ctx.names_of([person])
    await decisions.override(ctx, person, number, Outcome.EXCUSED, reason, texts.EXEMPT)


async def hand_in_after(ctx: Context, person: Person, number: Nth) -> None:
    await ctx.names_of([person])
    await decisions.override(ctx, person, number, Outcome.LATE, "补交", texts.HANDED_AFTER)


async def take_off(ctx: Context, person: Person) -> None:
    await ctx.names_of([person])
    await decisions.take_off(ctx, person)


async def bring_back(ctx: Context, person: Member) -> None:
    season = await cycles.season_of(ctx)
    await ctx.names_of([person])
    if not await decisions.bring_back(ctx, season.id, person):
        raise Declined(texts.NOT_ON_ROSTER.format(name=ctx.who(person)))
    await ctx.say(texts.BACK_ON, name=ctx.who(person))


async def archive(ctx: Context, kind: Annotated[str, Choice("csv", "xlsx")] = "xlsx") -> None:
    season = await Season.filter(group_id=ctx.group.id).order_by("-number").first()
    if season is None:
        raise Declined(texts.NO_SEASON)
    numbers = {cycle.id: cycle.number for cycle in await Cycle.filter(season_id=season.id)}
    works = await Piece.filter(season_id=season.id).order_by("cycle_id", "id")
    got: dict[tuple[int, int], int] = {}
    for row in await Review.filter(season_id=season.id, counts=True):
        got[row.cycle_id, row.author_id] = got.get((row.cycle_id, row.author_id), 0) + 1
    rows = [
        (
            numbers[piece.cycle_id],
            piece.user_id,
            ctx.name_of(piece.user_id),
            f"{ctx.local(piece.at):%Y-%m-%d %H:%M}",
            piece.link,
            piece.opening,
            got.get((piece.cycle_id, piece.user_id), 0),
        )
        for piece in works
    ]
    outcome = await deliver(ctx, f"作业-{season.number}.{kind}", await ARCHIVE.write(kind, rows))
    if outcome.state is State.NOT_DONE:
        raise Declined(texts.NOT_ARCHIVED.format(why=outcome.why))
    await ctx.say(texts.ARCHIVED, count=len(rows))
