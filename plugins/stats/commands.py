"""What people ask of the report."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, NamedTuple

from lizheng import Choice, Context, Declined, Drawing, Member, Misread, Person, Role
from lizheng.activity import reading
from lizheng.drawing import Sheet
from lizheng.grammar import Words, parse_date, parse_int, tight
from lizheng.media.tables import Column, Table, Text, Whole
from lizheng.parts.charts import Cohorts
from lizheng.parts.deeds import deeds_of
from lizheng.parts.files import deliver
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.text import clip, visible
from plugins.stats import figures, health, presence, report, rules, texts, weeks
from plugins.stats.jobs import READERS
from plugins.stats.models import Cohort
from plugins.stats.picture import draw
from plugins.stats.settings import Settings

MONTH = timedelta(days=30)
BOARD_SHOWN = 10
SILENT_PAGE = Page(texts.SILENCE_PAGE, texts.SILENCE_NONE, "/群报告 沉默")
DEFINITIONS = Page(texts.DEFINITION, texts.DEFINITION, "/群报告 说明", size=5)
EXPORT = Table(
    Column("类", Text(20)),
    Column("时间", Text(20)),
    Column("谁", Text(40)),
    Column("项目", Text(20)),
    Column("数", Whole(0)),
)


class Span(NamedTuple):
    """The days from `since` up to, not with, `until`."""

    since: date
    until: date

    label = "<本周|上周|30天>"
    weak = True

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Span:
        """Raises `Misread`."""
        written = words.word() or ""
        today = ctx.now.date()
        this, text = rules.monday(today), tight(written)
        if text in ("本周", "这周"):
            return cls(this, today + timedelta(days=1))
        if text == "上周":
            return cls(this - rules.WEEK, this)
        if text.endswith("天"):
            return cls(today - timedelta(days=_days(text) - 1), today + timedelta(days=1))
        if text.endswith(("月", "年")) or not text:
            raise Misread(texts.NO_SPAN.format(text=clip(visible(written), 12)))
        try:
            day = parse_date(text, ctx.now)
        except Misread:
            raise Misread(texts.NO_SPAN.format(text=clip(visible(written), 12))) from None
        if text[0].isdigit() and not text.startswith("20"):
            day = rules.last_time(day, today)
        monday = rules.monday(day)
        if monday > today:
            raise Misread(texts.FUTURE)
        return cls(monday, min(monday + rules.WEEK, today + timedelta(days=1)))


def _days(text: str) -> int:
    try:
        days = parse_int(text.removesuffix("天"), 1, 99_999)
    except Misread:
        raise Misread(texts.NO_SPAN.format(text=clip(visible(text), 12))) from None
    if days > rules.LONGEST:
        raise Misread(texts.TOO_LONG.format(days=days))
    return days


class Days(int):
    """A number of days, `90天`."""

    label = "<天数>"
    weak = True

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Days:
        """Raises `Misread`."""
        return cls(_days(tight(words.word() or "")))


NINETY = Days(90)
NOBODY = Person(0)
THIS_WEEK = Span(date.min, date.min)
"""Stands for this week where nothing is written."""


# — the report ————————————————————————————————————————————————————————————————————————————


async def show(ctx: Context, span: Span = THIS_WEEK) -> None:
    """In the group the totals, the rest in private to whoever asked."""
    if span is THIS_WEEK:
        span = Span(rules.monday(ctx.now.date()), ctx.now.date() + timedelta(days=1))
    since = await figures.started(ctx)
    if span.until <= since:
        raise Declined(texts.BEFORE.format(date=report.day_name(since) + " "))
    numbers = await figures.gather(ctx, span.since, span.until)
    if ctx.channel != "private":
        await report.say_totals(ctx, numbers)
    lines = await report.lines(ctx, numbers, await weeks.stage_now(ctx))
    if numbers.since <= since:
        lines.append(texts.SINCE.format(date=report.day_name(since) + " "))
    drawing = await draw(ctx, numbers) if ctx.settings(Settings).picture else None
    said = "\n".join(lines)
    if drawing:
        await READERS.tell(ctx, ctx.author_id, "{lines}{drawing}", lines=said, drawing=drawing)
    else:
        await READERS.tell(ctx, ctx.author_id, "{lines}", lines=said)


async def subscribe(ctx: Context) -> None:
    chosen = ctx.settings(Settings)
    added = await READERS.add(ctx)
    await ctx.say(texts.SUBSCRIBED if added else texts.SUBSCRIBED_ALREADY, day=chosen.day, at=chosen.at)


async def unsubscribe(ctx: Context) -> None:
    gone = await READERS.remove(ctx, ctx.author_id)
    await ctx.say(texts.UNSUBSCRIBED if gone else texts.NOT_SUBSCRIBED)


async def compare(ctx: Context) -> None:
    rows = await weeks.latest(ctx, 4)
    since = await figures.started(ctx)
    if not rows:
        raise Declined(texts.NO_WEEKS.format(date=report.day_name(since) + " "))
    lines: list[str] = []
    for name, title in (
        ("active", "活跃"),
        ("messages", "消息"),
        ("joined", "进"),
        ("left", "退"),
        ("deeds", "做的事"),
        ("unanswered", "没人接"),
    ):
        values = [getattr(row, name) for row in rows]
        arrows = [rules.changed(*pair) for pair in pairwise(values)]
        said = "  ".join(f"{value}{arrow}" for value, arrow in zip(values, ["", *arrows], strict=True))
        lines.append(f"{title} {said}")
    paired = [f"{one}；{other}" for one, other in zip(lines[::2], lines[1::2], strict=True)]
    named = "、".join(f"{row.week:%m-%d}{'' if row.seen >= 50 else '（缺）'}" for row in rows)
    await ctx.say(texts.COMPARE, count=len(rows), weeks=named, lines="\n".join(paired))


async def newcomers(ctx: Context) -> None:
    await weeks.fold(ctx)
    rows = await Cohort.filter(group_id=ctx.group.id).order_by("-week").limit(8)
    if not rows:
        since = await figures.started(ctx)
        raise Declined(texts.NO_COHORTS.format(date=report.day_name(since) + " "))
    rows = [row for row in rows if row.size >= rules.LEAST_PEOPLE]
    if not rows:
        raise Declined(texts.TOO_FEW)
    chart = Cohorts(
        "还在并且活跃的新人",
        ("当周", "1 周后", "2 周后", "4 周后"),
        [(f"{row.week:%m-%d}", row.size, weeks.shares_of(row)) for row in reversed(rows)],
    )
    drawing = None
    if ctx.settings(Settings).picture:
        drawing = await _drawn(chart)
    if drawing:
        await ctx.say("{lines}{drawing}", lines="\n".join(chart.lines()), drawing=drawing)
    else:
        await ctx.say("{lines}", lines="\n".join(chart.lines()))


async def _drawn(chart: Cohorts) -> Drawing | None:
    sheet = Sheet()
    chart.on(sheet)
    return await sheet.draw()


async def silent(ctx: Context, page: PageNumber = FIRST) -> None:
    """Counts in the group, names in private alone; nobody is called."""
    since, today = await figures.started(ctx), ctx.now.date()
    if (today - since).days < MONTH.days:
        raise Declined(texts.SILENCE_EARLY.format(date=report.day_name(since) + " "))
    here = await figures.people(ctx)
    came = await presence.came_on(ctx)
    last = await reading.last_long(ctx)
    for done in await deeds_of(ctx, ctx.now - timedelta(days=rules.LONGEST)):
        day = done.last.astimezone(ctx.zone).date()
        last[done.user_id] = max(day, last.get(done.user_id, day))
    # Nobody can have been silent before anybody listened.
    present = {
        user: max(day, since) if (day := came.get(user)) is not None else since for user in here.members
    }
    found = rules.silent(present, last, today)
    names = ctx.settings(Settings).names == "只在私聊"
    if ctx.channel != "private":
        told = f"\n{texts.SILENCE_PRIVATE}" if names and any(found.values()) else ""
        await ctx.say(
            texts.SILENCE,
            never=len(found[0]),
            thirty=len(found[30]),
            sixty=len(found[60]),
            ninety=len(found[90]),
            names=told,
        )
        return
    if not names:
        raise Declined(texts.NO_NAMES)
    rows = [(span, user) for span in (0, 90, 60, 30) for user in found[span]]

    def line(row: tuple[int, int]) -> str:
        return f"{ctx.who(row[1], full=True)} {'没说过话' if not row[0] else f'{row[0]} 天没来'}"

    await SILENT_PAGE.say(ctx, rows, line, page, people=lambda row: [row[1]])


async def define(ctx: Context, page: PageNumber = FIRST) -> None:
    await DEFINITIONS.say(ctx, rules.DEFINITIONS, lambda row: f"{row[0]}：{row[1]}", page)


# — who is counted ————————————————————————————————————————————————————————————————————————


async def leave_me_out(ctx: Context) -> None:
    await _leave_out(ctx, ctx.author_id)


async def leave_out(ctx: Context, person: Member) -> None:
    await _leave_out(ctx, person)


async def _leave_out(ctx: Context, person: int) -> None:
    new = await reading.leave_out(ctx, person, ctx.author_id)
    await presence.forget(ctx.group.id, person)
    if not new:
        await ctx.say(texts.LEFT_OUT_ALREADY, who=texts.YOU if person == ctx.author_id else ctx.who(person))
    elif person == ctx.author_id:
        await ctx.say(texts.ME_LEFT_OUT)
    else:
        await ctx.say(texts.LEFT_OUT, who=ctx.who(person), person=person)


async def count_me(ctx: Context) -> None:
    again = await reading.count_again(ctx, ctx.author_id)
    await ctx.say(texts.COUNTED if again else texts.COUNTED_ALREADY, who=texts.YOU)


async def count(ctx: Context, person: Member) -> None:
    again = await reading.count_again(ctx, person)
    await ctx.say(texts.COUNTED if again else texts.COUNTED_ALREADY, who=ctx.who(person))


async def mine(ctx: Context, whom: Annotated[Person, "@我"] = NOBODY) -> None:
    """Own numbers only."""
    if whom not in (NOBODY, ctx.author_id):
        raise Declined(texts.ONLY_OWN)
    if ctx.author_id in await reading.left_out(ctx):
        await ctx.say(texts.MINE_LEFT_OUT)
        return
    today = ctx.now.date()
    days = await reading.member_days(ctx, today - MONTH + timedelta(days=1), today + timedelta(days=1))
    own = [day for day in days if day.user_id == ctx.author_id and day.messages > day.commands]
    done = sum(one.count for one in await deeds_of(ctx, ctx.now - MONTH, user_id=ctx.author_id))
    if not own and not done:
        await ctx.say(texts.MINE_NONE)
        return
    deeds = texts.MINE_DEEDS.format(count=done) if done else ""
    await ctx.say(texts.MINE, days=len(own), given=sum(day.given for day in own), deeds=deeds)


async def board(ctx: Context) -> None:
    """A ranking by deeds, not by words, where the group wants one."""
    if not ctx.settings(Settings).board:
        raise Declined(texts.BOARD_OFF)
    left_out = await reading.left_out(ctx)
    found = figures.by_person(await deeds_of(ctx, ctx.now - MONTH))
    best = sorted(
        ((user, count) for user, count in found.items() if user not in left_out and not ctx.is_ours(user)),
        key=lambda one: (-one[1], one[0]),
    )[:BOARD_SHOWN]
    if not best:
        raise Declined(texts.BOARD_EMPTY)
    await ctx.names_of([user for user, _ in best])
    lines = "，".join(f"{place} {ctx.who(user)} {count}" for place, (user, count) in enumerate(best, 1))
    await ctx.say(texts.BOARD, lines=lines)


async def check_up(ctx: Context) -> None:
    lines = await health.lines(ctx)
    if len(lines) == 1:
        await ctx.say("{line}", line=lines[0])
        return
    who = lines[2] if len(lines) > 2 else ""
    await ctx.say(texts.HEALTH, lines="\n".join(lines[:2]), who=who)


# — taken out ———————————————————————————————————————————————————————————————————————————————


async def export(
    ctx: Context, days: Days = NINETY, names: Annotated[str, Choice("带名字", "不带名字")] = "不带名字"
) -> None:
    """One table of everything; people as counts, or by name for the owner in private."""
    named = names == "带名字"
    if named and await ctx.confirmed_role(Role.OWNER) < Role.OWNER:
        raise Declined(texts.NAMES_FOR_OWNER)
    if named and ctx.channel != "private":
        raise Declined(texts.NAMES_IN_PRIVATE.format(days=int(days)))
    rows = await _rows(ctx, ctx.now.date() - timedelta(days=days - 1), named)
    outcome = await deliver(ctx, "群报告.xlsx", await EXPORT.write("xlsx", rows))
    if outcome.why and not outcome:
        raise Declined(texts.NOT_EXPORTED.format(why=outcome.why))
    await ctx.say(texts.EXPORTED, days=int(days), count=len(rows))


Row = tuple[str, str, str, str, int]


async def _rows(ctx: Context, since: date, named: bool) -> list[Row]:
    until = ctx.now.date() + timedelta(days=1)
    found: list[Row] = []
    by_day: dict[date, list[int]] = {}
    for hour in await reading.hours(ctx, since, until):
        sums = by_day.setdefault(hour.day, [0, 0, 0, 0, 0])
        for place, value in enumerate((hour.messages, hour.joined, hour.left, hour.own, hour.pushed)):
            sums[place] += value
    unseen = set(figures.unseen(await reading.spans(ctx), max(since, await figures.started(ctx)), until, ctx))
    for day, sums in sorted(by_day.items()):
        kind = "天（没看全）" if day in unseen else "天"
        for title, value in zip(("消息", "进群", "退群", "里正的话", "里正自己开口"), sums, strict=True):
            found.append((kind, day.isoformat(), "", title, value))
    for week in await weeks.latest(ctx, 60):
        if week.week >= since:
            for title, value in (("在群", week.present), ("活跃", week.active), ("消息", week.messages)):
                found.append(("周", week.week.isoformat(), "", title, value))
    cohorts = Cohort.filter(group_id=ctx.group.id, week__gte=since, size__gte=rules.LEAST_PEOPLE)
    for row in await cohorts.order_by("week"):
        found.append(("新人", row.week.isoformat(), "", "人数", row.size))
        for title, value in (
            ("首言", row.spoke),
            ("当周活跃", row.week0),
            ("1 周后活跃", row.week1),
            ("2 周后活跃", row.week2),
            ("4 周后活跃", row.week4),
        ):
            if value is not None:
                found.append(("新人", row.week.isoformat(), "", title, value))
    for call in await figures.calls(ctx, since):
        found.append(
            ("号召", call.closed_at.astimezone(ctx.zone).date().isoformat(), "", call.kind[:20], call.takers)
        )
    done = await deeds_of(ctx, figures.midnight(ctx, since))
    by_kind: dict[str, int] = {}
    for one in done:
        by_kind[one.kind] = by_kind.get(one.kind, 0) + one.count
    found += [("功劳", "", "", kind[:20], value) for kind, value in sorted(by_kind.items())]
    return [*found, *(await _people(ctx, since, until) if named else [])]


async def _people(ctx: Context, since: date, until: date) -> list[Row]:
    left_out = await reading.left_out(ctx)
    days = [day for day in await reading.member_days(ctx, since, until) if day.user_id not in left_out]
    sums: dict[int, list[int]] = {}
    for day in days:
        own = sums.setdefault(day.user_id, [0, 0, 0])
        own[0], own[1], own[2] = own[0] + 1, own[1] + day.messages, own[2] + day.given
    return [
        ("人", "", f"{ctx.name_of(user)} {user}"[:40], title, value)
        for user, own in sorted(sums.items())
        for title, value in zip(("来的天数", "消息", "回答"), own, strict=True)
    ]
