"""The entries in the store: taught, changed, forgotten and brought back, each step kept in their history."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from lizheng import CannotUndo, Context, Declined, GroupContext, Record, after_commit, atomic, next_number
from lizheng.grammar import Misread, Words, parse_int
from lizheng.text import clip
from plugins.member_qa import rules, texts
from plugins.member_qa.finding import Wording
from plugins.member_qa.models import Change, Entry, Question, Vote
from plugins.member_qa.questions import key_of
from plugins.member_qa.rows import Base
from plugins.member_qa.rules import Lesson
from plugins.member_qa.settings import Settings
from plugins.member_qa.shelves import Shelf, Shelves

UNDO, SHARED_UNDO = "entries", "shared"
TWINS_AMONG = 5
"""How many of the nearest are looked at for one that asks the same."""
CHANGED = "changed"
"""The kind of record whose way back holds what an entry was before."""
COUNTER = "member_qa"


def lesson_of(entry: Entry) -> Lesson:
    return Lesson(tuple(entry.questions), entry.answer, tuple(entry.pictures), entry.exact)


class Label:
    """An entry by its number, or one of a shared set by the set's name and its number there: 3, 新手-3."""

    label = "<编号>"

    def __init__(self, number: int, shelf: str = ""):
        self.number = number
        self.shelf = shelf

    def __str__(self) -> str:
        return f"{self.shelf}-{self.number}" if self.shelf else str(self.number)

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Label:
        word = (words.word() or "").removesuffix("号")
        shelf, _, number = word.rpartition("-")
        if not word:
            raise Misread(texts.NO_LABEL)
        return cls(parse_int(number if shelf else word), shelf)


class Library:
    """One group's way to its entries. `shelves` is what all groups keep in memory."""

    def __init__(self, shelves: Shelves):
        self.shelves = shelves

    def bases(self, ctx: GroupContext) -> tuple[Base, ...]:
        names = dict.fromkeys(ctx.settings(Settings).shared.split())
        return ((ctx.group.id, ""), *((0, name) for name in names))

    async def shelf(self, ctx: GroupContext) -> Shelf:
        return await self.shelves.of(ctx, self.bases(ctx))

    async def entries(self, ids: Collection[int]) -> dict[int, Entry]:
        """Those of these that are not forgotten, as the store has them."""
        found = await Entry.filter(id__in=list(ids), forgotten=False) if ids else []
        return {entry.id: entry for entry in found}

    async def named(self, ctx: GroupContext, name: Label) -> Entry:
        """The group's own entry of this number, or one of a set it uses. Raises `Declined` when there is none."""
        base = (0, name.shelf) if name.shelf else (ctx.group.id, "")
        entry = None
        if 0 < name.number < 2**62 and (base in self.bases(ctx) or ctx.author_id in ctx.superusers):
            entry = await Entry.get_or_none(
                group_id=base[0], shelf=base[1], number=name.number, forgotten=False
            )
        if entry is None:
            raise Declined(texts.GONE.format(number=clip(str(name), 40)))
        return entry

    async def twin(self, ctx: GroupContext, lesson: Lesson) -> Entry | None:
        """The group's own entry that has one of these wordings already, or one that means the same word by word."""
        shelf = await self.shelf(ctx)
        if lesson.exact:
            ids = [shelf.keywords[key] for key in lesson.keys if key in shelf.keywords]
        else:
            ids = [
                near.key
                for question in map(Wording, lesson.questions)
                for near in shelf.index.nearest(question, TWINS_AMONG)
                if near.wording.canonical == question.canonical
            ]
        known = await self.entries(ids)
        return next((known[i] for i in ids if i in known and known[i].group_id == ctx.group.id), None)

    async def add(
        self, ctx: GroupContext, lesson: Lesson, author: int, shelf: str = ""
    ) -> tuple[Entry, Record]:
        """Remember a lesson, the group's own or in a shared set. Raises `Declined` when there is no room."""
        base = (0, shelf) if shelf else (ctx.group.id, "")
        known = Entry.filter(group_id=base[0], shelf=shelf, forgotten=False)
        if await known.count() >= rules.MOST_ENTRIES:
            raise Declined(texts.FULL.format(most=rules.MOST_ENTRIES))

        @atomic
        async def write() -> tuple[Entry, Record]:
            entry = await self._create(ctx, lesson, author, base)
            undo = {"name": _undo_of(entry), "entries": [[entry.id, entry.version, None]]}
            record = await ctx.note("taught", f"教了问答 {label(entry)} 号", target=author, undo=undo)
            await self._close_questions(ctx, lesson)
            after_commit(lambda: self.shelves.changed([entry]))
            return entry, record

        return await write()

    async def _create(self, ctx: GroupContext, lesson: Lesson, author: int, base: Base) -> Entry:
        now = ctx.now
        entry = await Entry.create(
            group_id=base[0],
            shelf=base[1],
            number=await next_number(base[0], counter_of(base)),
            author_id=author,
            created_at=now,
            changed_at=now,
            **lesson.stored(),
        )
        await Change.create(entry_id=entry.id, at=now, by=author, what="教", content=lesson.stored())
        return entry

    async def _close_questions(self, ctx: GroupContext, lesson: Lesson) -> None:
        keys = [key_of(question) for question in lesson.questions]
        await Question.filter(group_id=ctx.group.id, key__in=keys, closed=False).update(closed=True)

    async def change(
        self,
        ctx: GroupContext,
        entry: Entry,
        what: str,
        by: int,
        *,
        forgotten: bool = False,
        lesson: Lesson | None = None,
    ) -> Record:
        """Give an entry new content, or forget it. Raises `Declined` when somebody changed it meanwhile."""
        before = _snapshot(entry)

        @atomic
        async def write() -> Record:
            changed = await self._apply(
                ctx, entry, what, by, {**(lesson or lesson_of(entry)).stored(), "forgotten": forgotten}
            )
            if not changed:
                raise Declined(texts.CHANGED_MEANWHILE.format(number=label(entry)))
            undo = {"name": _undo_of(entry), "entries": [[entry.id, entry.version, before]]}
            record = await ctx.note(
                CHANGED, f"{what}问答 {label(entry)} 号", target=entry.author_id, undo=undo
            )
            after_commit(lambda: self.shelves.changed([entry]))
            return record

        return await write()

    async def _apply(
        self, ctx: GroupContext, entry: Entry, what: str, by: int, content: dict[str, Any]
    ) -> bool:
        """One change by conditional update; False when the entry is no longer the version that was read."""
        now = ctx.now
        anew = rules.judged_anew(lesson_of(entry), content)
        update = {**content, **anew, "version": entry.version + 1, "changed_at": now}
        done = await Entry.filter(id=entry.id, version=entry.version).update(**update)
        if done:
            entry.update_from_dict(update)
            await Change.create(entry_id=entry.id, at=now, by=by, what=what, content=content)
        if done and anew:
            await Vote.filter(entry_id=entry.id).delete()
        return bool(done)

    async def undo(self, ctx: Context, undo: dict[str, Any]) -> None:
        """Take a change of one or many entries back. Raises `CannotUndo` when one is not as that change left it."""
        steps: list[tuple[int, int, dict[str, Any] | None]] = undo["entries"]
        known = {e.id: e for e in await Entry.filter(id__in=[step[0] for step in steps])}

        @atomic
        async def write() -> None:
            for entry_id, version, before in steps:
                entry = known.get(entry_id)
                content = before or {"forgotten": True}
                if entry is None or not await self._is_as_left(entry, version):
                    raise CannotUndo("后来又改过了")
                await self._apply(ctx, entry, "撤销", ctx.author_id, content)
            after_commit(lambda: self._take_in(ctx, known.values()))

        await write()

    async def _is_as_left(self, entry: Entry, version: int) -> bool:
        """Whether it is as that version was: it is that one, or what came later was taken back."""
        if entry.version == version:
            return True
        later = entry.version - version
        steps = await Change.filter(entry_id=entry.id).order_by("-id").offset(later).limit(1)
        return bool(steps) and {"forgotten": False, **steps[0].content} == _snapshot(entry)

    def _take_in(self, ctx: GroupContext, entries: Collection[Entry]) -> None:
        if len(entries) > 100:
            self.shelves.forget_base((ctx.group.id, ""))
        else:
            self.shelves.changed(entries)

    async def history(self, entry: Entry) -> list[Change]:
        return await Change.filter(entry_id=entry.id).order_by("id")


def counter_of(base: Base) -> str:
    """Where the base's numbers come from, under its group."""
    return f"{COUNTER}:{base[1]}" if base[1] else COUNTER


def _undo_of(entry: Entry) -> str:
    return SHARED_UNDO if entry.shelf else UNDO


def _snapshot(entry: Entry) -> dict[str, Any]:
    return {**lesson_of(entry).stored(), "forgotten": entry.forgotten}


def label(entry: Entry) -> str:
    """Its number, with the name of the shared set it stands in."""
    return str(Label(entry.number, entry.shelf))
