"""`/问答` and `/忘记`: looking through what was taught, and taking an entry away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tortoise.expressions import Q

from lizheng.commands import Declined
from lizheng.pictures import shown
from lizheng.roles import Role
from lizheng.text import clip, fold, visible
from plugins.member_qa import rules, texts
from plugins.member_qa.library import Library
from plugins.member_qa.models import Entry

if TYPE_CHECKING:
    from lizheng.context import Context

PAGE = 8
MOST_STEPS = 4
BAD = "差评"


def page_of(rows: list[Entry], page: int) -> tuple[list[Entry], int]:
    """One page and how many there are. Raises `Declined` for one that is not there."""
    pages = max(1, -(-len(rows) // PAGE))
    if not 1 <= page <= pages:
        raise Declined(texts.NO_SUCH_PAGE.format(page=str(page)[:6], pages=pages))
    return rows[(page - 1) * PAGE : page * PAGE], pages


class Listing:
    def __init__(self, library: Library):
        self._library = library

    async def show(self, ctx: Context, words: Annotated[str, "页|搜索词"] = "") -> None:
        """A page by its number, else what has the words in it; a last number is then the page."""
        asked = visible(words)
        rows = await Entry.filter(group_id=ctx.group.id, shelf="", forgotten=False).order_by("number")
        if not rows:
            await ctx.say(texts.LIST_EMPTY)
            return
        if asked.isdecimal() and len(asked) < 6:
            await self._say_page(ctx, rows, int(asked))
            return
        sought, _, last = asked.rpartition(" ")
        page = int(last) if sought and last.isdecimal() and len(last) < 4 else 1
        key = fold(sought if page > 1 else asked)
        if key:
            rows = [row for row in rows if key in fold(" ".join([*row.questions, row.answer]))]
        if not rows:
            await ctx.say(texts.FOUND_NONE, words=clip(asked, 20))
            return
        await self._say_page(ctx, rows, page)

    async def bad(self, ctx: Context, page: int = 1) -> None:
        """What members found useless, the worst first."""
        told = Q(useless__gt=0) | Q(verdict__lt=0)
        rows = await Entry.filter(told, group_id=ctx.group.id, shelf="", forgotten=False)
        rows = [row for row in rows if row.verdict < 0 or row.useless >= row.useful]
        rows.sort(key=lambda row: (row.useful - row.useless, row.number))
        if not rows:
            await ctx.say(texts.BAD_NONE)
            return
        await self._say_page(ctx, rows, page)

    async def _say_page(self, ctx: Context, rows: list[Entry], page: int) -> None:
        shown, pages = page_of(rows, page)
        lines = [
            texts.LIST_LINE.format(number=row.number, question=clip(row.questions[0], 30), mark=_mark(row))
            for row in shown
        ]
        await ctx.say(
            texts.LIST,
            count=len(rows),
            page=page,
            pages=pages,
            lines="\n".join(lines),
            example=shown[0].number,
        )

    async def look(self, ctx: Context, number: Annotated[int, "编号"]) -> None:
        """One entry: its answer, who taught it and when, and what became of it since."""
        entry = await self._library.own(ctx, number)
        steps = (await self._library.history(entry))[1:][-MOST_STEPS:]
        told = [
            f"{step.at.astimezone(ctx.host.zone):%m-%d %H:%M} {ctx.name_of(step.by)} {step.what}"
            for step in steps
        ]
        await ctx.say(
            texts.SHOWN,
            number=entry.number,
            question=" | ".join(clip(question, 40) for question in entry.questions[:5]),
            answer=entry.answer,
            pictures=shown(ctx, entry.pictures),
            who=await ctx.names_of([entry.author_id]) if entry.author_id else "导入",
            day=f"{entry.created_at.astimezone(ctx.host.zone):%Y-%m-%d}",
            useful=entry.useful,
            useless=entry.useless,
            history=texts.HISTORY.format(steps="；".join(told)) if told else "",
        )

    async def forget(self, ctx: Context, number: Annotated[int, "编号"]) -> None:
        """One's own, or any with the role."""
        entry = await self._library.own(ctx, number)
        if entry.author_id != ctx.author_id and await ctx.confirmed_role() < Role.DEPUTY:
            raise Declined(texts.NOT_YOURS.format(number=entry.number))
        record = await self._library.change(ctx, entry, "删", ctx.author_id, forgotten=True)
        await ctx.say(
            texts.FORGOTTEN, number=entry.number, question=clip(entry.questions[0], 40), record=record.number
        )


def _mark(entry: Entry) -> str:
    doubted = not entry.verdict and rules.is_doubted(entry.useful, entry.useless)
    told = (("关键词", entry.exact), ("先不主动答", entry.verdict < 0), ("没用的多", doubted))
    marks = [word for word, on in told if on]
    return f"（{'，'.join(marks)}）" if marks else ""
