"""The pictures of answers, kept as files of ours: endpoints' links expire."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lizheng import config
from lizheng.commands import Declined
from lizheng.fetching import TooBig, Unreachable, content_of
from lizheng.grammar import Misread, Other
from lizheng.speech import Picture
from plugins.member_qa import rules, texts

if TYPE_CHECKING:
    from lizheng.context import GroupContext

MOST_BYTES = 2 * 1024 * 1024


def folder(ctx: GroupContext) -> Path:
    """Beside the database, so that a test's or the sandbox's files stay with it."""
    database = ctx.host.store.path if ctx.host.store else None
    return (database.parent if database else config.ROOT / "data") / "files" / "member_qa"


async def take(ctx: GroupContext, images: Sequence[Other]) -> tuple[str, ...]:
    """Store the pictures and return their names. Raises `Misread` for what is none, `Declined` for one that cannot be had."""
    if any(image.type != "image" for image in images):
        raise Misread(texts.NOT_A_PICTURE)
    if len(images) > rules.MOST_PICTURES:
        raise Misread(texts.TOO_MANY_PICTURES.format(most=rules.MOST_PICTURES))
    return tuple([await _take_one(ctx, image) for image in images])


async def _take_one(ctx: GroupContext, image: Other) -> str:
    try:
        content = await content_of(ctx, image.data, MOST_BYTES)
    except TooBig as error:
        raise Declined(texts.PICTURE_BIG) from error
    except Unreachable as error:
        raise Declined(texts.PICTURE_LOST) from error
    kind = rules.picture_kind(content)
    if not kind:
        raise Misread(texts.PICTURE_KIND)
    name = f"{ctx.group.id}-{hashlib.sha256(content).hexdigest()[:24]}.{kind}"
    await asyncio.to_thread(write, folder(ctx), name, content)
    return name


def write(where: Path, name: str, content: bytes) -> Path:
    """Put a file in place whole."""
    where.mkdir(parents=True, exist_ok=True)
    partial = where / f"{name}.part"
    partial.write_bytes(content)
    return partial.replace(where / name)


def shown(ctx: GroupContext, names: Sequence[str]) -> list[Picture]:
    """The pictures that are still there."""
    paths = [folder(ctx) / name for name in names]
    return [Picture(path) for path in paths if path.is_file()]
