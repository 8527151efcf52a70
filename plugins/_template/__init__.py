"""模板：重复你说的话。"""

from lizheng import Context, Feature

feature = Feature(__name__, "模板", "重复你说的话")


@feature.command("模板", "重复一句话", example="/模板 你好")
async def repeat(ctx: Context, words: str) -> None:
    await ctx.say("{words}", words=words)


__plugin_meta__ = feature.metadata
