"""`/问答 导入` and `/问答 导出`: tables that come and go as files."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from lizheng import Context, Declined, GroupContext, Pending, State
from lizheng.grammar import Misread
from lizheng.media.tables import Fault, NoWriter
from lizheng.parts.files import Inbox, Received, TooBig, Unfit, deliver, keep_file, read_file
from plugins.member_qa import importing, texts
from plugins.member_qa.library import Library
from plugins.member_qa.rows import rows_of
from plugins.member_qa.rules import Lesson, read_lesson
from plugins.member_qa.tables import TABLE, Parsed, table

IMPORT, UNDO = "import", "import"
PREVIEW = "import.json"
"""What a file that waits for its confirmation ends in."""


class Files:
    def __init__(self, library: Library):
        self._library = library
        self.inbox = Inbox("/问答 导入", self._take)

    # — in —————————————————————————————————————————————————————————————————————————————————

    async def bring_in(self, ctx: Context, lines: Annotated[str, "每行一条 问题 => 答案"] = "") -> None:
        """From the lines that follow, from the file that is quoted, or from the next one put into the group's files."""
        if lines:
            await self._preview(ctx, "这条消息", _from_lines(lines))
        elif not await self.inbox.open(ctx):
            await ctx.say(texts.SEND_FILE_ASIDE if ctx.answers_to else texts.SEND_FILE)

    async def _take(self, ctx: GroupContext, file: Received) -> None:
        await self._preview(ctx, file.shown, await file.table(TABLE))

    async def _preview(self, ctx: GroupContext, name: str, parsed: Parsed) -> None:
        wrong = parsed.say_faults()
        if not parsed.rows:
            raise Unfit(texts.IMPORT_NOTHING.format(name=name, wrong=wrong))
        rows = await rows_of((ctx.group.id, ""))
        found = await asyncio.to_thread(importing.plan, parsed.rows, rows)
        if not found.new and not found.changed:
            raise Declined(texts.IMPORT_SAME.format(name=name))
        file = await keep_file(ctx, await asyncio.to_thread(_pack, parsed.rows), PREVIEW)
        await ctx.preview(
            IMPORT,
            texts.IMPORT_PREVIEW,
            payload={"file": file},
            name=name,
            good=len(parsed.rows),
            new=len(found.new),
            changed=len(found.changed),
            wrong=wrong,
        )

    async def confirmed(self, ctx: GroupContext, pending: Pending) -> None:
        """Planned anew, as entries may have changed since; after a crash what was written already is found to be known."""
        content = await read_file(ctx, pending.payload["file"])
        if content is None:
            await ctx.say(texts.PREVIEW_LOST)
            return
        lessons = await asyncio.to_thread(_unpack, content)
        base = (ctx.group.id, "")
        found = await asyncio.to_thread(importing.plan, lessons, await rows_of(base))
        done = await importing.write(base, found, ctx.author_id, ctx.now)
        self._library.shelves.forget_base(base)
        undo = {"name": UNDO, "new": done.new, "changed": done.changed}
        record = await ctx.note("imported", f"导入 {len(done.new) + len(done.changed)} 条问答", undo=undo)
        await ctx.say(texts.IMPORTED, new=len(done.new), changed=len(done.changed), record=record.number)

    async def undo(self, ctx: Context, undo: dict[str, Any]) -> None:
        if undo["changed"]:
            await self._library.undo(ctx, {"entries": undo["changed"]})
        await importing.take_back(undo["new"])
        self._library.shelves.forget_base((ctx.group.id, ""))

    # — out ————————————————————————————————————————————————————————————————————————————————

    async def take_out(self, ctx: Context, kind: Annotated[str, "csv|xlsx"] = "xlsx") -> None:
        """Into the group's files, or to the asker in private."""
        kind = kind.lower().removeprefix(".")
        if kind not in ("csv", "xlsx"):
            raise Misread("表格只有 csv 和 xlsx 两种。")
        rows = await rows_of((ctx.group.id, ""))
        if not rows:
            raise Declined(texts.LIST_EMPTY)
        name = f"问答-{ctx.now:%Y%m%d-%H%M}.{kind}"
        written = table((row["number"], Lesson.of(row)) for row in rows)
        try:
            outcome = await deliver(ctx, name, await TABLE.write(kind, written))
        except NoWriter as missing:
            raise Declined(texts.NO_XLSX) from missing
        except TooBig as error:
            raise Declined(texts.EXPORT_BIG) from error
        if outcome.state is State.NOT_DONE:
            raise Declined(texts.EXPORT_FAILED.format(why=outcome.why or "QQ 没有收下"))
        await ctx.say(texts.EXPORTED_ASIDE if ctx.answers_to else texts.EXPORTED, count=len(rows), name=name)


def _from_lines(lines: str) -> Parsed:
    lessons: list[Lesson] = []
    wrong: list[Fault] = []
    seen: set[str] = set()
    for number, line in enumerate(lines.splitlines(), 1):
        if not line.strip():
            continue
        try:
            lesson = read_lesson(line)
        except Misread as misread:
            wrong.append(Fault(number, misread.sentence))
            continue
        if lesson.keys & seen:
            wrong.append(Fault(number, "和前面一行的问题一样。"))
            continue
        seen |= lesson.keys
        lessons.append(lesson)
    return Parsed(lessons, wrong)


def _pack(lessons: list[Lesson]) -> bytes:
    return json.dumps([lesson.stored() for lesson in lessons], ensure_ascii=False).encode()


def _unpack(content: bytes) -> list[Lesson]:
    return [Lesson.of(stored) for stored in json.loads(content)]
