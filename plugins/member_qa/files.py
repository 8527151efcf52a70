"""`/问答 导入` and `/问答 导出`: tables that come and go as files."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from lizheng import Context, Declined, GroupContext, Pending, Role, State
from lizheng.events import FileShared
from lizheng.grammar import Misread
from lizheng.media.fetch import TooBig, Unreachable
from lizheng.media.pictures import folder, write
from lizheng.text import clip, visible
from plugins.member_qa import importing, tables, texts
from plugins.member_qa.library import Library
from plugins.member_qa.receiving import content_of_file
from plugins.member_qa.rows import rows_of
from plugins.member_qa.rules import Lesson, read_lesson
from plugins.member_qa.tables import BadTable, Parsed, Wrong

IMPORT, UNDO = "import", "import"
MOST_SENT = 2 * 1024 * 1024
WAITING = timedelta(minutes=10)
SHOWN_WRONG = 3


class Unfit(Declined):
    """Another file, or the same one mended, would do."""


class Files:
    def __init__(self, library: Library):
        self._library = library
        self._awaited: dict[tuple[int, int], float] = {}
        self._reader = tables.Reader()

    async def begin(self, host: object) -> None:
        self._awaited.clear()
        self._reader = tables.Reader()

    # — in —————————————————————————————————————————————————————————————————————————————————

    async def bring_in(self, ctx: Context, lines: Annotated[str, "每行一条 问题 => 答案"] = "") -> None:
        """From the lines that follow, from the file that is quoted, or from the next one put into the group's files."""
        if lines:
            await self._preview(ctx, "这条消息", _from_lines(lines))
        elif ctx.quoted is None:
            self._await(ctx.group.id, ctx.author_id, ctx.elapsed)
            await ctx.say(texts.SEND_FILE_ASIDE if ctx.answers_to else texts.SEND_FILE)
        else:
            file = next((s["data"] for s in ctx.quoted.segments if s["type"] == "file"), None)
            if file is None:
                raise Declined(texts.QUOTED_NO_FILE)
            name = str(file.get("name") or file.get("file_name") or file.get("file") or "")
            await self._take(ctx, name, file, sender=ctx.answers_to)

    def _await(self, group_id: int, user_id: int, now: float) -> None:
        self._awaited = {key: until for key, until in self._awaited.items() if until > now}
        self._awaited[group_id, user_id] = now + WAITING.total_seconds()

    async def shared(self, ctx: GroupContext, happened: FileShared) -> None:
        """A file in the group's files, from somebody who was asked for one; until one is of use."""
        until = self._awaited.pop((ctx.group.id, happened.user_id), 0.0)
        if until < ctx.elapsed:
            return
        asking = ctx.on_behalf(ctx.feature, happened.user_id, Role.ADMIN, ctx.source)
        data = {"file_id": happened.file_id, "size": happened.size, "busid": happened.busid}
        try:
            await self._take(asking, happened.name, data)
        except Unfit as refusal:
            self._awaited[ctx.group.id, happened.user_id] = until
            await asking.say(texts.SEND_AGAIN, sentence=str(refusal))
        except Declined as refusal:
            await asking.say("{sentence}", sentence=str(refusal))

    async def _take(self, ctx: GroupContext, name: str, data: Mapping[str, Any], *, sender: int = 0) -> None:
        try:
            content = await content_of_file(ctx, data, sender=sender)
        except TooBig as error:
            raise Unfit(texts.FILE_BIG.format(name=_named(name))) from error
        except Unreachable as error:
            raise Unfit(texts.FILE_LOST.format(name=_named(name))) from error
        await self._read(ctx, name, content)

    async def _read(self, ctx: GroupContext, name: str, content: bytes) -> None:
        try:
            parsed = await self._reader.read(name, content)
        except BadTable as bad:
            raise Unfit(texts.FILE_BROKEN.format(name=_named(name), why=f"{bad}。")) from bad
        await self._preview(ctx, _named(name), parsed)

    async def _preview(self, ctx: GroupContext, name: str, parsed: Parsed) -> None:
        wrong = _wrong(parsed.wrong)
        if not parsed.lessons:
            raise Unfit(texts.IMPORT_NOTHING.format(name=name, wrong=wrong))
        rows = await rows_of((ctx.group.id, ""))
        found = await asyncio.to_thread(importing.plan, parsed.lessons, rows)
        if not found.new and not found.changed:
            raise Declined(texts.IMPORT_SAME.format(name=name))
        stored = await asyncio.to_thread(_pack, parsed.lessons)
        file = f"{ctx.group.id}-{hashlib.sha256(stored).hexdigest()[:24]}.import.json"
        await asyncio.to_thread(write, folder(ctx), file, stored)
        await ctx.preview(
            IMPORT,
            texts.IMPORT_PREVIEW,
            payload={"file": file},
            name=name,
            good=len(parsed.lessons),
            new=len(found.new),
            changed=len(found.changed),
            wrong=wrong,
        )

    async def confirmed(self, ctx: GroupContext, pending: Pending) -> None:
        """Planned anew, as entries may have changed since; after a crash what was written already is found to be known."""
        path = folder(ctx) / pending.payload["file"]
        try:
            lessons = await asyncio.to_thread(lambda: _unpack(path.read_bytes()))
        except FileNotFoundError:
            await ctx.say(texts.PREVIEW_LOST)
            return
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
        try:
            content = await asyncio.to_thread(_table, kind, rows)
        except tables.NoWriter as missing:
            raise Declined(texts.NO_XLSX) from missing
        if len(content) > MOST_SENT:
            raise Declined(texts.EXPORT_BIG)
        name = f"问答-{ctx.now:%Y%m%d-%H%M}.{kind}"
        private = ctx.channel == "private"
        outcome = await (await ctx.upload(name, content)).outcome()
        if outcome.state is State.NOT_DONE:
            raise Declined(texts.EXPORT_FAILED.format(why=outcome.why or "QQ 没有收下"))
        await ctx.say(texts.EXPORTED_ASIDE if private else texts.EXPORTED, count=len(rows), name=name)


def _from_lines(lines: str) -> Parsed:
    lessons: list[Lesson] = []
    wrong: list[Wrong] = []
    seen: set[str] = set()
    for number, line in enumerate(lines.splitlines(), 1):
        if not line.strip():
            continue
        try:
            lesson = read_lesson(line)
        except Misread as misread:
            wrong.append(Wrong(number, misread.sentence))
            continue
        if lesson.keys & seen:
            wrong.append(Wrong(number, "和前面一行的问题一样。"))
            continue
        seen |= lesson.keys
        lessons.append(lesson)
    return Parsed(lessons, wrong)


def _wrong(wrong: list[Wrong]) -> str:
    if not wrong:
        return ""
    told = "；".join(f"第 {one.row} 行 {one.why.rstrip('。')}" for one in wrong[:SHOWN_WRONG])
    more = "…" if len(wrong) > SHOWN_WRONG else ""
    return texts.IMPORT_WRONG.format(count=len(wrong), lines=told + more)


def _named(name: str) -> str:
    return clip(visible(name), 30) or "这个文件"


def _pack(lessons: list[Lesson]) -> bytes:
    return json.dumps([lesson.stored() for lesson in lessons], ensure_ascii=False).encode()


def _unpack(content: bytes) -> list[Lesson]:
    return [Lesson.of(stored) for stored in json.loads(content)]


def _table(kind: str, rows: list[dict[str, Any]]) -> bytes:
    written = tables.table((row["number"], Lesson.of(row)) for row in rows)
    return tables.write_csv(written) if kind == "csv" else tables.write_xlsx(written)
