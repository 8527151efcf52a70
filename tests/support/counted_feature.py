"""试数数: a feature of the tests alone, which has messages counted and says the numbers."""

from datetime import timedelta

from lizheng import Context, Feature
from lizheng.activity import ACTIVITY, reading

feature = Feature(__name__, "试数数", "测试用", hidden=True, id="counted", needs={ACTIVITY})


looked_at: list[Context] = []


async def look(ctx: Context) -> None:
    looked_at[:] = [ctx]


feature.on_message(look)


@feature.command("试数数", "说自己今天的数字")
async def tell(ctx: Context) -> None:
    today = ctx.now.date()
    days = await reading.member_days(ctx, today, today + timedelta(days=1))
    mine = next((day for day in days if day.user_id == ctx.author_id), None)
    hours = await reading.hours(ctx, today, today + timedelta(days=1))
    await ctx.say(
        "你 {mine}；群 {group}。",
        mine=f"{mine.messages} 句，长 {mine.long}，回 {mine.given}，被回 {mine.got}，命令 {mine.commands}"
        if mine
        else "没有",
        group=f"{sum(h.messages for h in hours)} 句，机器人 {sum(h.bots for h in hours)}，"
        f"里正 {sum(h.own for h in hours)}，进 {sum(h.joined for h in hours)}，退 {sum(h.left for h in hours)}",
    )


__plugin_meta__ = feature.metadata
