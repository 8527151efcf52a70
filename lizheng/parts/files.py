"""Files that come and go: asked for and received, sent with what became of it, kept until nothing speaks of them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from nonebot import logger
from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng.base.outcome import Outcome
from lizheng.base.roles import Role
from lizheng.delivery.outbox import Draft
from lizheng.events import FileShared
from lizheng.media.fetch import INLINE, TooBig, Unreachable, fetch
from lizheng.media.pictures import folder, write
from lizheng.media.tables import BadTable, Read, Table
from lizheng.plugin.context import Context, GroupContext
from lizheng.plugin.feature import Feature
from lizheng.plugin.memory import InMemory
from lizheng.plugin.refusals import Declined
from lizheng.text import clip, visible

T = TypeVar("T")
MIB = 1024 * 1024
MOST_RECEIVED, MOST_SENT = 5 * MIB, 2 * MIB
WAITING = timedelta(minutes=10)
GRACE = timedelta(days=1)
"""A file is kept before what speaks of it is; nobody takes this long in between."""
LOST = "没能取到「{name}」，可能已经过期，请重新传一次。"
BIG = "「{name}」太大了：最大 {most} MiB，可以分成几份。"
BROKEN = "「{name}」打不开：{why}。"
NO_FILE = "你引用的那条里没有文件。请引用文件消息，或者不引用、直接发 {command}。"
SEND_AGAIN = "{sentence}\n改好再发到群文件就行，不用重发命令。"


class Unfit(Declined):
    """Another file, or the same one mended, would do."""


# — in —————————————————————————————————————————————————————————————————————————————————————


@dataclass(frozen=True)
class Received:
    """A file that somebody sent: its name, as they chose it, and its bytes."""

    name: str
    content: bytes

    @property
    def shown(self) -> str:
        """The name, safe to say and of a length for a sentence."""
        return _shown(self.name)

    async def table(self, table: Table[T]) -> Read[T]:
        """Read it as a table. Raises `Unfit` with what to say."""
        try:
            return await table.read(self.name, self.content)
        except BadTable as bad:
            raise Unfit(BROKEN.format(name=self.shown, why=bad)) from bad


def quoted_file(ctx: Context) -> dict[str, Any] | None:
    """Return what the quoted message says of a file, None where nothing or something else is quoted."""
    segments = ctx.quoted.segments if ctx.quoted else ()
    return next((dict(segment["data"]) for segment in segments if segment["type"] == "file"), None)


async def receive(
    ctx: GroupContext, data: Mapping[str, Any], *, sender: int = 0, most: int = MOST_RECEIVED
) -> Received:
    """Fetch the file that a segment speaks of, of at most so many bytes. Raises `Unfit` with what to say.

    `sender` is whose private chat it is in, 0 for the group.
    """
    name = str(data.get("name") or data.get("file_name") or data.get("file") or "")
    try:
        return Received(name, await content_of_file(ctx, data, sender=sender, most=most))
    except TooBig as error:
        raise Unfit(BIG.format(name=_shown(name), most=most // MIB)) from error
    except Unreachable as error:
        raise Unfit(LOST.format(name=_shown(name))) from error


async def content_of_file(
    ctx: GroupContext, data: Mapping[str, Any], *, sender: int = 0, most: int = MOST_RECEIVED
) -> bytes:
    """Fetch the bytes of a file, from the address it came with, else where the endpoint says it is now.

    Addresses in messages expire, and which call tells a new one differs by endpoint. Raises `Unreachable` and `TooBig`.
    """
    size = str(data.get("file_size") or data.get("size") or "")
    if size.isdecimal() and len(size) < 19 and int(size) > most:
        raise TooBig
    loopback = ctx.host.config.sandboxed
    try:
        return await fetch(data, most, loopback=loopback)
    except Unreachable:
        pass
    file_id = str(data.get("file_id") or data.get("id") or data.get("file") or "")
    ways: dict[str, dict[str, Any]] = {"get_file": {"file": file_id, "file_id": file_id}}
    if sender:
        ways = {"get_private_file_url": {"user_id": sender, "file_id": file_id}, **ways}
    else:
        group = {"group_id": ctx.group.id, "file_id": file_id, "busid": data.get("busid") or 0}
        ways = {"get_group_file_url": group, **ways}
    for api, params in ways.items():
        try:
            told = await ctx.query(api, **params) or {}
            inline = f"{INLINE}{told['base64']}" if told.get("base64") else ""
            return await fetch({"file": inline, "url": told.get("url")}, most, loopback=loopback)
        except (Unreachable, NetworkError, ActionFailed):
            continue
    raise Unreachable("no endpoint has it any more")


class Inbox:
    """Takes the file that is quoted with a command, or the next one its author puts into the group's files.

    `take(ctx, file)` is given it; when that raises `Unfit` the author may send another without the command. They are
    waited for ten minutes, not beyond a restart, and must still hold `role` for what then happens. `command` is how it
    is written: `/问答 导入`.
    """

    def __init__(
        self,
        command: str,
        take: Callable[[GroupContext, Received], Awaitable[None]],
        *,
        role: Role = Role.ADMIN,
    ) -> None:
        self._command = command
        self._take = take
        self._role = role
        self._awaited: InMemory[dict[tuple[int, int], float]]

    def declare(self, feature: Feature) -> None:
        """Have the feature hear of files that are put into its groups' files."""
        self._awaited = feature.state(dict)
        feature.on(FileShared, self._shared)

    async def open(self, ctx: Context) -> bool:
        """Take the file that is quoted; without a quote begin to wait for one, which is what False tells.

        Raises `Declined` when what is quoted is no file, `Unfit` as `take` does.
        """
        if ctx.quoted is None:
            awaited, now = self._awaited.of(ctx), ctx.host.clock.elapsed()
            for key in [key for key, until in awaited.items() if until <= now]:
                del awaited[key]
            awaited[ctx.group.id, ctx.author_id] = now + WAITING.total_seconds()
            return False
        data = quoted_file(ctx)
        if data is None:
            raise Declined(NO_FILE.format(command=self._command))
        await self._take(ctx, await receive(ctx, data, sender=ctx.answers_to))
        return True

    async def _shared(self, ctx: GroupContext, happened: FileShared) -> None:
        """A file in the group's files, from somebody who was asked for one; until one is of use."""
        awaited = self._awaited.of(ctx)
        until = awaited.pop((ctx.group.id, happened.user_id), 0.0)
        if until < ctx.host.clock.elapsed():
            return
        asking = ctx.on_behalf(ctx.feature, happened.user_id, self._role, ctx.source)
        data = {
            "name": happened.name,
            "file_id": happened.file_id,
            "size": happened.size,
            "busid": happened.busid,
        }
        try:
            await self._take(asking, await receive(asking, data))
        except Unfit as refusal:
            awaited[ctx.group.id, happened.user_id] = until
            await asking.say(SEND_AGAIN, sentence=str(refusal))
        except Declined as refusal:
            await asking.say("{sentence}", sentence=str(refusal))


def _shown(name: str) -> str:
    return clip(visible(name), 30) or "这个文件"


# — out ————————————————————————————————————————————————————————————————————————————————————


async def deliver(ctx: GroupContext, name: str, content: bytes) -> Outcome:
    """Send a file into the group's files, or in private to whom a private command is answered; wait for the outcome.

    Raises `TooBig` beyond 2 MiB, more than which endpoints do not take this way.
    """
    if len(content) > MOST_SENT:
        raise TooBig
    user_id = ctx.answers_to
    where = {"user_id": user_id} if user_id else {"group_id": ctx.group.id}
    file = f"{INLINE}{base64.b64encode(content).decode()}"
    ticket = await ctx.host.outbox.put(
        Draft(
            api="upload_private_file" if user_id else "upload_group_file",
            params={**where, "name": re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name), "file": file},
            group_id=ctx.group.id,
            user_id=user_id,
            feature=ctx.feature.id,
            source=ctx.next_source(),
        )
    )
    return await ticket.outcome()


# — kept ———————————————————————————————————————————————————————————————————————————————————


async def keep_file(ctx: GroupContext, content: bytes, suffix: str) -> str:
    """Keep bytes as a file of this feature and group; return its name, which the same bytes share."""
    name = f"{ctx.group.id}-{hashlib.sha256(content).hexdigest()[:24]}.{suffix}"
    await asyncio.to_thread(write, folder(ctx), name, content)
    return name


async def read_file(ctx: GroupContext, name: str) -> bytes | None:
    """Return the bytes of a file that was kept in this group; None when it is another's or is not there."""
    if not re.fullmatch(rf"{ctx.group.id}-[0-9a-f]{{24}}\.[a-z.]+", name):
        return None
    try:
        return await asyncio.to_thread((folder(ctx) / name).read_bytes)
    except FileNotFoundError:
        return None


async def sweep(
    ctx: GroupContext, suffixes: Iterable[str], in_use: Callable[[], Awaitable[Collection[str]]]
) -> int:
    """Remove the feature's files with these suffixes that are a day old and not `in_use`; return how many went.

    For a job of `feature.nightly`. `in_use` is asked after the files were listed, and only when there are any.
    """
    ours = re.compile(rf"\d+-[0-9a-f]{{24}}\.(?:{'|'.join(map(re.escape, suffixes))})(?:\.part)?")
    old = await asyncio.to_thread(_kept_before, folder(ctx), ours, ctx.now - GRACE)
    if not old:
        return 0
    used = await in_use()
    gone = await asyncio.to_thread(_drop, [file for file in old if file.name not in used])
    if gone:
        logger.info("{}: {} files that nothing speaks of are gone", ctx.feature.id, gone)
    return gone


def _kept_before(where: Path, ours: re.Pattern[str], moment: datetime) -> list[Path]:
    """The files of ours that nobody has written since."""
    if not where.is_dir():
        return []
    files = [file for file in where.iterdir() if ours.fullmatch(file.name)]
    return [file for file in files if file.stat().st_mtime < moment.timestamp()]


def _drop(files: Iterable[Path]) -> int:
    gone = 0
    for file in files:
        try:
            file.unlink()
        except OSError as error:
            logger.error("lizheng: {} cannot be removed: {}", file.name, type(error).__name__)
        else:
            gone += 1
    return gone


__all__ = [
    "GRACE",
    "MOST_RECEIVED",
    "MOST_SENT",
    "Inbox",
    "Received",
    "TooBig",
    "Unfit",
    "content_of_file",
    "deliver",
    "keep_file",
    "quoted_file",
    "read_file",
    "receive",
    "sweep",
]
