"""The commands of 广告时段."""

from __future__ import annotations

from lizheng import Context, Declined
from lizheng.grammar import WeeklySpans
from lizheng.messages.templates import Drawing
from plugins.ad_window import allowance, picture, rules, texts
from plugins.ad_window.settings import Settings
from plugins.ad_window.timing import calendar_of

SHOWN_SECONDS = 60


async def show(ctx: Context) -> None:
    calendar = calendar_of(ctx)
    following = calendar.next_after(ctx.now)
    if following is None:
        raise Declined(texts.NONE)
    present = await _present(ctx)
    await ctx.say(
        texts.SHOW,
        spans=calendar.spans.describe(),
        present=present,
        following=rules.say_window(following, ctx.now),
        picture=await _picture(ctx, present) or "",
    )


async def _picture(ctx: Context, present: str) -> Drawing | None:
    """The week below the words, where pictures are wanted; not again and again."""
    if not ctx.settings(Settings).picture or not ctx.now_and_then(f"picture:{ctx.answers_to}", SHOWN_SECONDS):
        return None
    return await picture.draw(calendar_of(ctx), ctx.now, present)


async def _present(ctx: Context) -> str:
    most = ctx.settings(Settings).per_member
    current = calendar_of(ctx).current(ctx.now)
    if current is None:
        return texts.CLOSED_NOW.format(most=most)
    used = await allowance.used(ctx, current, ctx.author_id)
    return texts.OPEN_NOW.format(until=rules.say_until(current.closes, ctx.now), most=most, used=used)


async def set_spans(ctx: Context, spans: WeeklySpans) -> None:
    record = await ctx.change(Settings, f"广告时段改为 {spans.describe()}", spans=spans)
    following = calendar_of(ctx).next_after(ctx.now)
    assert following is not None
    await ctx.say(
        texts.SET,
        spans=spans.describe(),
        present=await _present(ctx),
        following=rules.say_window(following, ctx.now),
        number=record.number,
    )


async def end(ctx: Context) -> None:
    if not ctx.settings(Settings).spans.spans:
        raise Declined(texts.WAS_OFF)
    record = await ctx.change(Settings, "没有广告时段了", spans=WeeklySpans(()))
    await ctx.say(texts.OFF, number=record.number)
