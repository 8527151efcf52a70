"""Sets of entries that several groups share: which there are, whether this group uses one, and what goes into one."""

from __future__ import annotations

from typing import Annotated, Any

from tortoise.functions import Count

from lizheng import CannotUndo, Context, Declined, Word
from lizheng.text import clip, fold, visible
from plugins.member_qa import rules, texts
from plugins.member_qa.library import Label, Library, label, lesson_of
from plugins.member_qa.models import Entry
from plugins.member_qa.rows import rows_of
from plugins.member_qa.rules import Lesson
from plugins.member_qa.settings import Settings

UNDO = "sets"
MOST_NAMES = 100
"""Characters of all names together, as the setting has it."""
SHOWN = 8


class Sets:
    def __init__(self, library: Library):
        self._library = library

    def _used(self, ctx: Context) -> list[str]:
        return [shelf for _, shelf in self._library.bases(ctx)[1:]]

    async def show(self, ctx: Context) -> None:
        known, used = await _counts(), self._used(ctx)
        if not known and not used:
            await ctx.say(texts.SETS_NONE)
            return
        others = [name for name in known if name not in used]
        how = texts.SETS_HOW.format(name=(others or used)[0])
        await ctx.say(texts.SETS, used=_told(used, known), others=_told(others, known), how=how)

    async def use(self, ctx: Context, name: Annotated[Word, "名字"], on: bool) -> None:
        known, used = await _counts(), self._used(ctx)
        if name not in known and (on or name not in used):
            raise Declined(texts.NO_SUCH_SET.format(name=clip(visible(name), rules.MOST_SET_NAME)))
        if on == (name in used):
            raise Declined(texts.SET_AS_IT_IS.format(name=name, state="在用" if on else "没用"))
        names = " ".join([*used, name] if on else [one for one in used if one != name])
        if len(names) > MOST_NAMES:
            raise Declined(texts.TOO_MANY_SETS)
        record = await ctx.change(Settings, f"{'用上' if on else '不用'}公共题库「{name}」", shared=names)
        await ctx.say(
            texts.SET_ON if on else texts.SET_OFF, name=name, count=known.get(name, 0), record=record.number
        )

    # — what is in one —————————————————————————————————————————————————————————————————————

    async def share(
        self, ctx: Context, number: Annotated[int, "编号"], name: Annotated[Word, "名字"]
    ) -> None:
        """One of the group's own into a set; what the set says to the same question gives way."""
        rules.check_set_name(name)
        lesson = lesson_of(await self._library.named(ctx, Label(number)))
        twin = await _twin(name, lesson)
        if twin is None:
            entry, record = await self._library.add(ctx, lesson, 0, name)
        else:
            entry, record = twin, await self._library.change(ctx, twin, "改", ctx.author_id, lesson=lesson)
        await ctx.say(
            texts.SHARED,
            shelf=name,
            number=label(entry),
            question=clip(lesson.question, 40),
            record=record.number,
        )

    async def undo_shared(self, ctx: Context, undo: dict[str, Any]) -> None:
        if ctx.author_id not in ctx.superusers:
            raise CannotUndo("公共题库要由超级用户来改")
        await self._library.undo(ctx, undo)


async def _counts() -> dict[str, int]:
    """The sets there are, and how many entries each has."""
    sets = Entry.filter(group_id=0, forgotten=False).annotate(count=Count("id")).group_by("shelf")
    rows: list[dict[str, Any]] = await sets.order_by("shelf").values("shelf", "count")
    return {row["shelf"]: row["count"] for row in rows}


def _told(names: list[str], known: dict[str, int]) -> str:
    told = "、".join(f"{name}（{known.get(name, 0)} 条）" for name in names[:SHOWN])
    return (told + ("…" if len(names) > SHOWN else "")) or "没有"


async def _twin(shelf: str, lesson: Lesson) -> Entry | None:
    for row in await rows_of((0, shelf)):
        if row["exact"] == lesson.exact and lesson.keys & {fold(question) for question in row["questions"]}:
            return await Entry.get_or_none(id=row["id"], forgotten=False)
    return None
