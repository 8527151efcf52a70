"""Pictures that a feature keeps: as files of ours, because endpoints' links expire."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lizheng.base import config
from lizheng.grammar import Misread, Other
from lizheng.media.fetch import TooBig, Unreachable, content_of
from lizheng.messages.templates import Picture
from lizheng.plugin.refusals import Declined

if TYPE_CHECKING:
    from lizheng.plugin.context import GroupContext

MOST_BYTES = 2 * 1024 * 1024
KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF87a": "gif", b"GIF89a": "gif"}
LOST = "没能取到图，请重新发一次；还是不行就换一张。"
BIG = "图太大了：每张最大 2 MiB，请压缩后再发。"
UNKNOWN = "认不出这张图：只收 PNG、JPEG、GIF、WebP。"


def folder(ctx: GroupContext) -> Path:
    """Where the feature keeps its files: beside the database, so that a test's or the sandbox's stay with it."""
    database = ctx.host.store.path if ctx.host.store else None
    return (database.parent if database else config.ROOT / "data") / "files" / ctx.feature.id


class Fetched(NamedTuple):
    """A picture in memory, and the name it will have as a file of ours."""

    name: str
    content: bytes


async def get(ctx: GroupContext, image: Other, most: int = MOST_BYTES) -> Fetched:
    """The picture of an image segment, of at most so many bytes. Nothing is written.

    Raises `Misread` for what is no picture, `Declined` for one that is too big or cannot be had.
    """
    try:
        content = await content_of(ctx, image.data, min(most, MOST_BYTES))
    except TooBig as error:
        raise Declined(BIG) from error
    except Unreachable as error:
        raise Declined(LOST) from error
    kind = kind_of(content)
    if not kind:
        raise Misread(UNKNOWN)
    return Fetched(f"{ctx.group.id}-{hashlib.sha256(content).hexdigest()[:24]}.{kind}", content)


async def store(ctx: GroupContext, fetched: Iterable[Fetched]) -> None:
    """Put these pictures in place, in the step that writes down what speaks of them: nothing else will remove them."""
    for name, content in fetched:
        await asyncio.to_thread(write, folder(ctx), name, content)


def kind_of(content: bytes) -> str:
    """The suffix for this picture by its first bytes, "" for what is no picture."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((kind for magic, kind in KINDS.items() if content.startswith(magic)), "")


def write(where: Path, name: str, content: bytes) -> Path:
    """Put a file in place whole."""
    where.mkdir(parents=True, exist_ok=True)
    partial = where / f"{name}.part"
    partial.write_bytes(content)
    return partial.replace(where / name)


def shown(ctx: GroupContext, names: Sequence[str]) -> list[Picture]:
    """The pictures of these names that are still there."""
    paths = [folder(ctx) / name for name in names if name]
    return [Picture(path) for path in paths if path.is_file()]
