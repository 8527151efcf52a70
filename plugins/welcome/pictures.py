"""The one picture of a group's greeting."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lizheng import GroupContext
from lizheng.grammar import Other
from lizheng.media.pictures import folder, get, shown, store
from lizheng.messages.templates import Picture
from plugins.welcome.models import GreetingPicture


async def take(ctx: GroupContext, image: Other) -> str:
    """Store the picture and return its name. Raises `Misread` for what is no picture, `Declined` for one that cannot be had."""
    fetched = await get(ctx, image)
    await asyncio.to_thread(_drop_old, folder(ctx), ctx.group.id, {fetched.name, await kept(ctx)})
    await store(ctx, [fetched])
    return fetched.name


def _drop_old(where: Path, group_id: int, kept: set[str]) -> None:
    """The group's pictures from before the previous one."""
    for old in where.glob(f"{group_id}-*"):
        if old.name not in kept:
            old.unlink(missing_ok=True)


async def kept(ctx: GroupContext) -> str:
    """Give the name of the greeting's picture, "" for none."""
    row = await GreetingPicture.get_or_none(group_id=ctx.group.id)
    return row.name if row else ""


async def change(ctx: GroupContext, name: str) -> str:
    """Make this the picture of the greeting, "" for none; returns the name of the one before."""
    before = await kept(ctx)
    if name:
        await GreetingPicture.update_or_create({"name": name}, group_id=ctx.group.id)
    else:
        await GreetingPicture.filter(group_id=ctx.group.id).delete()
    return before


async def current(ctx: GroupContext) -> list[Picture]:
    """The picture, or nothing where there is none or its file is gone."""
    return shown(ctx, [await kept(ctx)])
