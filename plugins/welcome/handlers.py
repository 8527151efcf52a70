"""The commands of 入群欢迎."""

from __future__ import annotations

from typing import Annotated, Any

from lizheng import Context, Declined
from lizheng.grammar import Misread, Other, Words
from lizheng.hooks import Newcomer
from lizheng.messages.templates import fill
from lizheng.text import clip, visible
from plugins.welcome import greeting, pictures, rules, texts
from plugins.welcome.settings import Settings


class Wording:
    """Words, a picture, or both."""

    label = "<文本>"

    def __init__(self, text: str, image: Other | None):
        self.text = text
        self.image = image

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Wording:
        others = words.others()
        if any(other.type != "image" for other in others):
            raise Misread(texts.NOT_A_PICTURE)
        if len(others) > 1:
            raise Misread(texts.ONE_PICTURE)
        text = words.rest()
        if not text and not others:
            raise Misread(texts.EMPTY)
        return cls(text, others[0] if others else None)


# — the greeting ———————————————————————————————————————————————————————————————————————————


async def show_greeting(ctx: Context) -> None:
    text = ctx.settings(Settings).text
    await ctx.say(texts.GREETING, text=text, picture=await pictures.current(ctx))


async def set_greeting(ctx: Context, wording: Wording) -> None:
    text = rules.check_template(wording.text) if wording.text else ""
    picture = await pictures.take(ctx, wording.image) if wording.image else ""
    before = {"name": "greeting", "picture": await pictures.kept(ctx)} if picture else None
    if text:
        record = await ctx.change(Settings, "改了欢迎语", before, text=text)
    else:
        record = await ctx.note("setting", "改了欢迎语", undo=before)
    if picture:
        await pictures.change(ctx, picture)
    await ctx.say(texts.GREETING_SET, number=record.number, preview=await _preview(ctx))


async def _preview(ctx: Context) -> list[Any]:
    """The greeting as it would be for the author, without an @."""
    text = ctx.settings(Settings).text
    nickname = clip(visible(ctx.event.sender.nickname or str(ctx.author_id)), 12)
    newcomer = Newcomer(ctx.author_id, nickname)
    members = await greeting.members_now(ctx) if "{人数}" in text else None
    values = {
        "at": f"@{nickname}",
        "昵称": nickname,
        "人数": str(len(members)) if members else "",
        **await greeting.surroundings(ctx, text, newcomer),
    }
    return [*fill(text, values), *await pictures.current(ctx)]


async def drop_picture(ctx: Context) -> None:
    before = await pictures.change(ctx, "")
    if not before:
        raise Declined(texts.PICTURE_WAS_OFF)
    record = await ctx.note("setting", "欢迎语去掉图", undo={"name": "greeting", "picture": before})
    await ctx.say(texts.PICTURE_OFF, number=record.number)


async def undo_picture(ctx: Context, undo: dict[str, Any]) -> None:
    """The words beside it are settings, which the kit puts back."""
    if "picture" in undo:
        await pictures.change(ctx, undo["picture"])


def settings_before(undo: dict[str, Any]) -> dict[str, Any]:
    """The words as records of earlier releases kept them."""
    return {field: undo[field] for field in ("text", "rules") if field in undo}


# — the rules ——————————————————————————————————————————————————————————————————————————————


async def show_rules(ctx: Context) -> None:
    text = ctx.settings(Settings).rules
    if text:
        await ctx.say(texts.RULES, rules=text)
    else:
        await ctx.say(texts.RULES_NONE)


async def set_rules(ctx: Context, text: Annotated[str, "文本"]) -> None:
    record = await ctx.change(Settings, "改了群规", rules=text)
    await ctx.say(texts.RULES_SET, number=record.number)


async def clear_rules(ctx: Context) -> None:
    if not ctx.settings(Settings).rules:
        raise Declined(texts.RULES_NONE)
    record = await ctx.change(Settings, "清空群规", rules="")
    await ctx.say(texts.RULES_CLEARED, number=record.number)
