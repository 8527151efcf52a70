"""大事记: what the group did, one line a day or more, written by admins."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from lizheng import CannotUndo, Context, Declined, Line, Misread, atomic, next_number
from lizheng.grammar import Words, parse_date, tight
from lizheng.parts.page import FIRST, Page, PageNumber
from plugins.stats import report, rules, texts
from plugins.stats.models import Chronicle

MOST, LONGEST = 500, 60
FIRST_YEAR, LAST_YEAR = 2000, 2099
LIST = Page(texts.CHRONICLE, texts.CHRONICLE_NONE, "/大事记 {page}")


class Past(date):
    """A day that has been: `2026-11-03`, `11月3日`, `今天`."""

    label = "<日期>"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> date:
        """Raises `Misread`."""
        written, today = tight(words.word() or ""), ctx.now.date()
        day = parse_date(written, ctx.now)
        if written[:1].isdigit() and not written.startswith("20"):
            # A day without a year is read as the next one; here it is the last.
            day = rules.last_time(day, today)
        if day > today:
            raise Misread(texts.CHRONICLE_FUTURE.format(date=report.day_name(day).strip() + " "))
        return day


async def show(ctx: Context, year: PageNumber = FIRST, page: PageNumber = FIRST) -> None:
    """All of it, or of a year: a number from 2000 on is one, a smaller one a page."""
    rows = Chronicle.filter(group_id=ctx.group.id).order_by("-day", "-number")
    command = "/大事记 {page}"
    if FIRST_YEAR <= year <= LAST_YEAR:
        rows = rows.filter(day__gte=date(year, 1, 1), day__lte=date(year, 12, 31))
        command = f"/大事记 {int(year)} {{page}}"
    else:
        page = year
    await LIST.say(
        ctx, rows, lambda row: f"{row.number} {row.day:%Y-%m-%d} {row.text}", page, command=command
    )


async def add(ctx: Context, day: Past, text: Annotated[str, Line(most=LONGEST, what="一句")]) -> None:
    if await Chronicle.filter(group_id=ctx.group.id).count() >= MOST:
        raise Declined(texts.CHRONICLE_FULL)
    await _add(ctx, day, text)


@atomic
async def _add(ctx: Context, day: date, text: str) -> None:
    number = await next_number(ctx.group.id, "stats_chronicle")
    await Chronicle.create(group_id=ctx.group.id, number=number, day=day, text=text, by=ctx.author_id)
    record = await ctx.note(
        "chronicle", f"大事记添加第 {number} 件", undo={"name": "added", "number": number}
    )
    await ctx.say(texts.CHRONICLE_ADDED, n=number, record=record.number)


async def remove(ctx: Context, number: Annotated[int, "第几件"]) -> None:
    await _remove(ctx, number)


@atomic
async def _remove(ctx: Context, number: int) -> None:
    row = await Chronicle.get_or_none(group_id=ctx.group.id, number=number)
    if row is None or not await Chronicle.filter(id=row.id).delete():
        raise Declined(texts.CHRONICLE_MISSING.format(n=number))
    undo = {"name": "removed", "number": number, "day": row.day.isoformat(), "text": row.text, "by": row.by}
    record = await ctx.note("chronicle", f"大事记删除第 {number} 件", undo=undo)
    await ctx.say(texts.CHRONICLE_GONE, n=number, record=record.number)


async def undo_added(ctx: Context, undo: dict[str, Any]) -> None:
    """Raises `CannotUndo` where it is gone."""
    if not await Chronicle.filter(group_id=ctx.group.id, number=undo["number"]).delete():
        raise CannotUndo("那一件已经不在了")


async def undo_removed(ctx: Context, undo: dict[str, Any]) -> None:
    """Put it back under its number."""
    await Chronicle.get_or_create(
        {"day": date.fromisoformat(undo["day"]), "text": undo["text"], "by": undo["by"]},
        group_id=ctx.group.id,
        number=undo["number"],
    )
