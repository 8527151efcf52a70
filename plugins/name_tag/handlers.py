"""The commands of 名片."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from lizheng import Context, Declined, Role, State
from lizheng.grammar import Words, say_duration
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.text import clip, visible
from plugins.name_tag import register, reminding, texts
from plugins.name_tag.formats import Format, example, parse_format
from plugins.name_tag.rules import judge, judge_member
from plugins.name_tag.settings import Settings

ANY = parse_format("昵称")
"""Where the group has no format, a card is only to be readable, short enough and nobody else's."""


CHECKED = Page(texts.CHECK, texts.CHECK_GOOD, "/名片检查", size=10)


class Layout:
    """A card format as an admin types it."""

    label = "<格式>"

    def __init__(self, form: Format):
        self.form = form

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Layout:
        return cls(parse_format(words.rest()))


def _nickname(ctx: Context) -> str:
    return ctx.event.sender.nickname or ""


def _format(ctx: Context) -> Format:
    if form := register.format_of(ctx):
        return form
    raise Declined(texts.NO_FORMAT)


# — the format —————————————————————————————————————————————————————————————————————————————


async def show_format(ctx: Context) -> None:
    form = _format(ctx)
    await ctx.say(texts.FORMAT, format=str(form), example=example(form, _nickname(ctx)))


async def set_format(ctx: Context, layout: Layout) -> None:
    form = layout.form
    record = await ctx.change(Settings, f"名片格式改为 {form}", format=str(form))
    await ctx.say(
        texts.FORMAT_SET,
        format=str(form),
        example=example(form, _nickname(ctx)),
        grace=say_duration(ctx.settings(Settings).grace),
        number=record.number,
    )


async def end_format(ctx: Context) -> None:
    if register.format_of(ctx) is None:
        raise Declined(texts.FORMAT_WAS_OFF)
    record = await ctx.change(Settings, "不再管名片格式", format="")
    await ctx.say(texts.FORMAT_OFF, number=record.number)


# — one's own card —————————————————————————————————————————————————————————————————————————


async def show_own(ctx: Context) -> None:
    form = _format(ctx)
    if await register.EXEMPTS.has(ctx, ctx.author_id):
        await ctx.say(texts.OWN_EXEMPT)
        return
    member = await ctx.member(ctx.author_id)
    card, nickname = (member.card, member.nickname) if member else ("", _nickname(ctx))
    reserved = set() if await ctx.confirmed_role() >= Role.ADMIN else await register.known_reserved(ctx)
    verdict = judge_member(form, card, nickname, reserved)
    if verdict.ok:
        await ctx.say(texts.OWN_GOOD, card=clip(visible(card or nickname), 60))
        return
    await ctx.say(texts.OWN_BAD, why=verdict.why, format=str(form), example=example(form, nickname))


async def set_own(ctx: Context, card: Annotated[str, "名片"]) -> None:
    form = register.format_of(ctx) or ANY
    reserved = set() if await ctx.confirmed_role() >= Role.ADMIN else await register.known_reserved(ctx)
    verdict = judge(form, visible(card), reserved)
    if not verdict.ok:
        sample = example(form, _nickname(ctx))
        await ctx.say(texts.OWN_REFUSED, why=verdict.why, format=str(form), example=sample)
        return
    outcome = await ctx.rename(ctx.author_id, verdict.card, texts.RENAME_REASON, own=True)
    if outcome.state is State.DONE:
        await register.close_case(ctx, ctx.author_id)
        await ctx.say(texts.OWN_SET, card=verdict.card)
    elif outcome.state is State.UNKNOWN:
        await ctx.say(texts.OWN_UNKNOWN)
    elif outcome.state is State.NOT_DONE:
        await ctx.say(texts.OWN_FAILED, why=outcome.why, card=verdict.card)


# — for admins —————————————————————————————————————————————————————————————————————————————


async def check_now(ctx: Context, page: PageNumber = FIRST) -> None:
    """The first page asks whether they are to be reminded, all of them; the others only show."""
    form = _format(ctx)
    seen = await register.survey(ctx, form)
    people = sorted(seen.wrong)
    if not people:
        await ctx.say(texts.CHECK_GOOD)
        return
    leaf = await CHECKED.read(ctx, people, partial(reminding.listed, ctx, seen), page)
    if page > 1:
        await ctx.say(texts.CHECK_PAGE, **leaf.values)
        return
    await ctx.preview("remind", texts.CHECK, payload={"people": people}, **leaf.values)
