"""Switching features, and dry run."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from lizheng import Choice as OneOf
from lizheng import Context, Declined, Recipe, Record, Words
from lizheng.parts.administration import Administration, Switchable
from plugins.control import guide, texts
from plugins.control.naming import named

ALL = "全部"
RECIPES = OneOf(*Recipe)


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
    """Everything at once is what suits any group; the rest is opened by its name or by a recipe."""
    if not choice.everything:
        await _switch_one(ctx, choice.found[0], on=True)
        return
    found = [s for s in choice.found if s.on or not s.opt_in]
    changed = any(not s.on for s in found)
    await _switch(ctx, found, on=True)
    left = len(choice.found) - len(found)
    more = texts.ALL_BUT.format(count=left, recipe=Recipe.RESOURCES) if left else ""
    await ctx.say(texts.ALL_ON, titles=_titles(found), more=more)
    if changed:
        await guide.begin(ctx)


async def switch_off(ctx: Context, choice: Choice) -> None:
    if not choice.everything:
        await _switch_one(ctx, choice.found[0], on=False)
        return
    await _switch(ctx, choice.found, on=False)
    await ctx.say(texts.ALL_OFF)


async def show_recipes(ctx: Context) -> None:
    """What each kind of group is given."""
    found = Administration(ctx).switchables()
    lines = [
        texts.RECIPE.format(recipe=recipe, titles=_titles(s for s in found if recipe in s.recipes))
        for recipe in Recipe
    ]
    await ctx.say(texts.RECIPES, lines="\n".join(lines), example=Recipe.RESOURCES)


async def switch_on_recipe(ctx: Context, recipe: Annotated[str, RECIPES]) -> None:
    """Open what suits such a group, besides what is on already, and ask only what that needs."""
    found = [s for s in Administration(ctx).switchables() if recipe in s.recipes]
    new = [s for s in found if not s.on]
    if not new:
        raise Declined(texts.RECIPE_HAD.format(recipe=recipe))
    record = await _switch(ctx, new, on=True)
    had = [s for s in found if s.on]
    more = texts.RECIPE_ALSO.format(titles=_titles(had)) if had else ""
    await ctx.say(texts.RECIPE_ON, recipe=recipe, titles=_titles(new), more=more, number=record.number)
    await guide.begin(ctx, {s.id for s in found})


async def _switch_one(ctx: Context, one: Switchable, *, on: bool) -> None:
    if one.along and not on:
        raise Declined(texts.COMES_ALONG.format(title=one.title, along="」「".join(one.along)))
    if one.always_on and not on:
        raise Declined(texts.ALWAYS_ON.format(title=one.title))
    if one.on == on:
        raise Declined(texts.ALREADY.format(title=one.title, state="开" if on else "关"))
    await _switch(ctx, [one], on=on)
    await ctx.say(texts.SWITCHED, verb=_verb(on), titles=one.title)


async def _switch(ctx: Context, found: list[Switchable], *, on: bool) -> Record:
    """Switch them; the record, which takes back those that were not so before."""
    changed = [s for s in found if s.on != on]
    for switchable in changed:
        await Administration(ctx).switch(switchable.id, on)
    undo = {"name": "switch", "ids": [s.id for s in changed], "on": not on}
    return await ctx.note("switch", f"{_verb(on)} {_titles(found)}", undo=undo)


def _verb(on: bool) -> str:
    return "开启" if on else "关闭"


def _titles(found: Iterable[Switchable]) -> str:
    return "、".join(s.title for s in found)


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
