"""Switching features, and dry run."""

from collections.abc import Iterator
from typing import Any

from lizheng import Context, Declined, Words
from lizheng.parts.administration import Administration, Switchable
from plugins.control import guide, texts
from plugins.control.naming import named

ALL = "全部"


class Choice:
    """One feature, ours or another plugin's, or all of ours."""

    label = "<功能|全部>"

    def __init__(self, found: list[Switchable], everything: bool = False):
        self.found = found
        self.everything = everything

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> "Choice":
        name = words.rest().strip("「」").casefold()
        everything = Administration(ctx)
        options = everything.switchables()
        if name in (ALL, "all"):
            return cls([s for s in options if s.ours and not s.always_on], everything=True)
        for feature in everything.features:
            if name in (feature.title.casefold(), feature.id.casefold()) and (
                along := everything.opened_with(feature)
            ):
                raise Declined(texts.NO_SWITCH.format(title=feature.title, along=along))
        return cls([named(options, name)])

    @classmethod
    def known(cls, ctx: Context) -> Iterator[str]:
        yield ALL
        for option in Administration(ctx).switchables():
            yield option.title


async def switch_on(ctx: Context, choice: Choice) -> None:
    await _switch(ctx, choice, on=True)


async def switch_off(ctx: Context, choice: Choice) -> None:
    await _switch(ctx, choice, on=False)


async def _switch(ctx: Context, choice: Choice, *, on: bool) -> None:
    if not choice.everything:
        (one,) = choice.found
        if one.along and not on:
            raise Declined(texts.COMES_ALONG.format(title=one.title, along="」「".join(one.along)))
        if one.always_on and not on:
            raise Declined(texts.ALWAYS_ON.format(title=one.title))
        if one.on == on:
            raise Declined(texts.ALREADY.format(title=one.title, state="开" if on else "关"))
    changed = [s for s in choice.found if s.on != on]
    for switchable in changed:
        await Administration(ctx).switch(switchable.id, on)
    verb = "开启" if on else "关闭"
    titles = "、".join(s.title for s in choice.found)
    await ctx.note(
        "switch", f"{verb} {titles}", undo={"name": "switch", "ids": [s.id for s in changed], "on": not on}
    )
    if choice.everything and on:
        await ctx.say(texts.ALL_ON, titles=titles)
        if changed:
            await guide.begin(ctx)
    elif choice.everything:
        await ctx.say(texts.ALL_OFF)
    else:
        await ctx.say(texts.SWITCHED, verb=verb, titles=titles)


async def undo_switch(ctx: Context, undo: dict[str, Any]) -> None:
    for switch_id in undo["ids"]:
        await Administration(ctx).switch(switch_id, undo["on"])


async def show_dry_run(ctx: Context) -> None:
    await ctx.say(texts.DRY_SHOW, state="开" if ctx.group.dry_run else "关")


async def dry_run(ctx: Context, on: bool) -> None:
    before = ctx.group.dry_run
    await Administration(ctx).set_dry_run(on)
    if before != on:
        await ctx.note("dry_run", f"试运行{'开' if on else '关'}", undo={"name": "dry_run", "on": before})
    await ctx.say(texts.DRY_ON if on else texts.DRY_OFF)


async def undo_dry_run(ctx: Context, undo: dict[str, Any]) -> None:
    await Administration(ctx).set_dry_run(undo["on"])
