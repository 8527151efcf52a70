"""`/换群`: which group a private chat is about. Who shares several with the bot is asked before it comes here."""

from __future__ import annotations

from typing import Annotated

from lizheng import Context

ASIDE = "在私聊里发 /换群，就能换一个群来说。"
ONLY = "我和你只有「{name}」这一个共同的群。"


async def change(ctx: Context) -> None:
    if ctx.channel == "private":
        await ctx.say(ONLY, name=ctx.group.name or ctx.group.id)
    else:
        await ctx.say(ASIDE)


async def change_to(ctx: Context, name: Annotated[str, "群名"]) -> None:
    await change(ctx)
