"""The one picture of a group's greeting, kept as a file of ours: endpoints' links expire."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng import config
from lizheng.commands import Declined
from lizheng.grammar import Misread, Other
from lizheng.speech import Picture
from plugins.welcome import fetching, texts
from plugins.welcome.models import GreetingPicture
from plugins.welcome.rules import picture_kind

if TYPE_CHECKING:
    from lizheng.context import GroupContext


def folder(ctx: GroupContext) -> Path:
    """Beside the database, so that a test's or the sandbox's pictures stay with it."""
    database = ctx.host.store.path if ctx.host.store else None
    return (database.parent if database else config.ROOT / "data") / "files" / "welcome"


async def take(ctx: GroupContext, image: Other) -> str:
    """Store the picture and return its name. Raises `Misread` for what is no picture, `Declined` for one that cannot be had."""
    try:
        content = await _content(ctx, image)
    except fetching.TooBig as error:
        raise Declined(texts.PICTURE_BIG) from error
    except fetching.Unreachable as error:
        raise Declined(texts.PICTURE_LOST) from error
    kind = picture_kind(content)
    if not kind:
        raise Misread(texts.PICTURE_KIND)
    name = f"{ctx.group.id}-{hashlib.sha256(content).hexdigest()[:16]}.{kind}"
    await asyncio.to_thread(_write, folder(ctx), name, content, await _kept(ctx))
    return name


async def _content(ctx: GroupContext, image: Other) -> bytes:
    """From the picture's own address, else from the endpoint."""
    try:
        return await fetching.fetch(image.data, loopback=ctx.host.config.sandboxed)
    except fetching.Unreachable:
        try:
            answer = await ctx.host.query(ctx.group.id, "get_image", file=str(image.data.get("file") or ""))
        except (NetworkError, ActionFailed) as error:
            raise fetching.Unreachable("the endpoint has no such picture") from error
        return fetching.decode(str((answer or {}).get("base64") or ""))


def _write(where: Path, name: str, content: bytes, kept: str) -> None:
    """Put it in place whole, and drop the group's pictures from before the previous one."""
    where.mkdir(parents=True, exist_ok=True)
    partial = where / f"{name}.part"
    partial.write_bytes(content)
    partial.replace(where / name)
    group = name.partition("-")[0]
    for old in where.glob(f"{group}-*"):
        if old.name not in (name, kept):
            old.unlink(missing_ok=True)


async def _kept(ctx: GroupContext) -> str:
    row = await GreetingPicture.get_or_none(group_id=ctx.group.id)
    return row.name if row else ""


async def change(ctx: GroupContext, name: str) -> str:
    """Make this the picture of the greeting, "" for none; returns the name of the one before."""
    before = await _kept(ctx)
    if name:
        await GreetingPicture.update_or_create({"name": name}, group_id=ctx.group.id)
    else:
        await GreetingPicture.filter(group_id=ctx.group.id).delete()
    return before


async def current(ctx: GroupContext) -> list[Picture]:
    """The picture, or nothing where there is none or its file is gone."""
    name = await _kept(ctx)
    path = folder(ctx) / name
    return [Picture(path)] if name and path.is_file() else []
