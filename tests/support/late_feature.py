"""点到：a feature of the tests alone, in which late messages count while a roll is being called."""

from datetime import datetime, timedelta
from typing import Annotated

from lizheng import Context, Declined, Feature, GroupContext, Line, Slot, Stage
from lizheng.parts.jump_guard import jump_doubt

feature = Feature(__name__, "点到", "测试用", hidden=True, id="late")
CALLS: dict[int, datetime] = {}
"""Until when a roll is called, by group."""
HERE: dict[int, dict[int, datetime]] = {}
"""Who was there first when, by group; kept over restarts, as a table would be."""


@feature.command("点名", "开始点名", example="/点名 30")
async def call(ctx: Context, minutes: int) -> None:
    end = ctx.at + timedelta(minutes=minutes)
    CALLS[ctx.group.id], HERE[ctx.group.id] = end, {}
    await ctx.plan("close", end, payload={"since": ctx.at.timestamp()}, replace=True)
    await ctx.say("到 {end} 为止，发 /到。", end=f"{end:%H:%M}")


async def here(ctx: Context, words: Annotated[str, Line(most=20)] = "") -> None:
    _write_down(ctx)
    await ctx.say("{who} 到了。", who=ctx.name_of(ctx.author_id))


async def nodded(ctx: Context) -> bool:
    if ctx.message.extract_plain_text().strip() != "在的" or await ctx.quoted_about() is not None:
        return False
    _write_down(ctx)
    await ctx.say("{who} 在。", who=ctx.name_of(ctx.author_id))
    return True


def _write_down(ctx: Context) -> None:
    if ctx.group.id not in CALLS or ctx.at > CALLS[ctx.group.id]:
        raise Declined("点名已经结束了。")
    HERE[ctx.group.id].setdefault(ctx.author_id, ctx.at)


@feature.command("不补", "这一个不补记")
async def now_only(ctx: Context) -> None:
    await ctx.say("这一个只在当时有用。")


async def is_open(ctx: GroupContext, since: datetime) -> bool:
    return ctx.group.id in CALLS


async def close(ctx: GroupContext, slot: Slot) -> datetime | None:
    """Say who was there, once all that counts is known."""
    if why := jump_doubt(ctx, slot, cycle=timedelta(days=1)):
        await ctx.say("先不点：{why}。", why=why)
        return None
    cover = await ctx.gap_covered(datetime.fromtimestamp(slot.payload["since"], ctx.zone), slot.due_at)
    if cover.waits:
        return ctx.now + timedelta(seconds=30)
    if not cover:
        await ctx.say("有 {span} 没看到，往后推。", span=f"{cover.extension}")
        return None
    await ctx.say("到了：{names}", names=ctx.names(HERE.get(ctx.group.id, {})) or "没有人")
    return None


feature.command("到", "我到了", example="/到").form(here, counts_late="个到")
feature.on_message(nodded, stage=Stage.ANSWER, counts_late="个应")
feature.counts_late(is_open)
feature.job("close", close, repeats=True)

__plugin_meta__ = feature.metadata
