"""`/问答` and `/忘记`: looking through what was taught, and taking an entry away."""

from __future__ import annotations

import asyncio
from typing import Annotated

from tortoise.expressions import Q

from lizheng import Context, Declined, Role
from lizheng.media.pictures import shown
from lizheng.text import clip, fold, visible
from plugins.member_qa import rules, texts
from plugins.member_qa.library import Label, Library, label
from plugins.member_qa.models import Entry
from plugins.member_qa.rows import Row, pieces

PAGE = 8
MOST_STEPS = 4


class Listing:
    def __init__(self, library: Library):
        self._library = library

    async def show(self, ctx: Context, words: Annotated[str, "页|搜索词"] = "") -> None:
        """A page by its number, else what has the words in it; a last number is then the page."""
        asked = visible(words)
        if asked.isdecimal() and len(asked) < 6:
            await self._say_all(ctx, int(asked))
            return
        sought, _, last = asked.rpartition(" ")
        paged = bool(sought) and last.isdecimal() and len(last) < 4
        if not (key := fold(sought if paged else asked)):
            await self._say_all(ctx, 1)
            return
        ids = await self._having(ctx, key)
        if not ids:
            await ctx.say(texts.FOUND_NONE, words=clip(sought if paged else asked, 20))
            return
        place = _Place(len(ids), int(last) if paged else 1, f"{clip(sought if paged else asked, 20)} ")
        found = await self._library.entries(ids[place.first : place.first + PAGE])
        await _say_page(ctx, [found[i] for i in ids if i in found], place)

    async def _say_all(self, ctx: Context, page: int) -> None:
        entries = Entry.filter(self._here(ctx), forgotten=False)
        count = await entries.count()
        if not count:
            await ctx.say(texts.LIST_EMPTY)
            return
        place = _Place(count, page)
        await _say_page(ctx, await entries.order_by("shelf", "number").offset(place.first).limit(PAGE), place)

    def _here(self, ctx: Context) -> Q:
        """The group's own, and those of the shared sets it uses."""
        own, *shared = self._library.bases(ctx)
        here = Q(group_id=own[0], shelf="")
        return here | Q(group_id=0, shelf__in=[shelf for _, shelf in shared]) if shared else here

    async def _having(self, ctx: Context, key: str) -> list[int]:
        """The ids of those with a folded text in them, read in pieces: thousands at once would hold everybody up."""
        found: list[int] = []
        for base in self._library.bases(ctx):
            async for piece in pieces(base):
                found += await asyncio.to_thread(_with, key, piece)
        return found

    async def bad(self, ctx: Context, page: Annotated[int, "页"] = 1) -> None:
        """What members found useless, the worst first."""
        told = Q(useless__gt=0) | Q(verdict__lt=0)
        rows = await Entry.filter(told, group_id=ctx.group.id, shelf="", forgotten=False)
        rows = [row for row in rows if row.verdict < 0 or row.useless >= row.useful]
        rows.sort(key=lambda row: (row.useful - row.useless, row.number))
        if not rows:
            await ctx.say(texts.BAD_NONE)
            return
        place = _Place(len(rows), page, "差评 ")
        await _say_page(ctx, rows[place.first : place.first + PAGE], place)

    async def look(self, ctx: Context, name: Label) -> None:
        """One entry: its answer, who taught it and when, and what became of it since."""
        entry = await self._library.named(ctx, name)
        steps = (await self._library.history(entry))[1:][-MOST_STEPS:]
        told = [
            f"{ctx.local(step.at):%m-%d %H:%M} {ctx.name_of(step.by) if step.by else texts.NOBODY} {step.what}"
            for step in steps
        ]
        await ctx.say(
            texts.SHOWN,
            number=label(entry),
            question=" | ".join(clip(question, 40) for question in entry.questions[:5]),
            answer=entry.answer,
            pictures=shown(ctx, entry.pictures),
            who=await ctx.names_of([entry.author_id]) if entry.author_id else texts.NOBODY,
            day=f"{ctx.local(entry.created_at):%Y-%m-%d}",
            useful=entry.useful,
            useless=entry.useless,
            history=texts.HISTORY.format(steps="；".join(told)) if told else "",
        )

    async def forget(self, ctx: Context, name: Label) -> None:
        """One's own, or any with the role."""
        entry = await self._library.named(ctx, name)
        if entry.shelf and ctx.author_id not in ctx.superusers:
            raise Declined(texts.SHARED_NOT_YOURS.format(number=label(entry), shelf=entry.shelf))
        if entry.author_id != ctx.author_id and await ctx.confirmed_role(Role.DEPUTY) < Role.DEPUTY:
            raise Declined(texts.NOT_YOURS.format(number=entry.number))
        record = await self._library.change(ctx, entry, "删", ctx.author_id, forgotten=True)
        await ctx.say(
            texts.FORGOTTEN, number=label(entry), question=clip(entry.questions[0], 40), record=record.number
        )


class _Place:
    """A page among so many entries; `search` is what follows the command to come here. Raises `Declined` for none."""

    def __init__(self, count: int, page: int, search: str = ""):
        self.count, self.page, self.pages = count, page, -(-count // PAGE)
        if not 1 <= page <= self.pages:
            raise Declined(texts.NO_SUCH_PAGE.format(page=str(page)[:6], pages=self.pages))
        self.first = (page - 1) * PAGE
        self.more = texts.LIST_MORE.format(search=search, page=page + 1) if page < self.pages else ""


async def _say_page(ctx: Context, shown: list[Entry], place: _Place) -> None:
    lines = [
        texts.LIST_LINE.format(number=label(row), question=clip(row.questions[0], 30), mark=_mark(row))
        for row in shown
    ]
    await ctx.say(
        texts.LIST,
        count=place.count,
        page=place.page,
        pages=place.pages,
        lines="\n".join(lines),
        example=label(shown[0]) if shown else "",
        more=place.more,
    )


def _with(key: str, rows: list[Row]) -> list[int]:
    return [row["id"] for row in rows if key in fold(" ".join([*row["questions"], row["answer"]]))]


def _mark(entry: Entry) -> str:
    doubted = not entry.verdict and rules.is_doubted(entry.useful, entry.useless)
    told = (("关键词", entry.exact), ("先不主动答", entry.verdict < 0), ("没用的多", doubted))
    marks = [word for word, on in told if on]
    return f"（{'，'.join(marks)}）" if marks else ""
