"""模板：先回一句话，从这里改起。"""

from lizheng import Context, Feature

feature = Feature(__name__, "模板", "先回一句话，从这里改起")


@feature.command("模板", "先回一句话，从这里改起", example="/模板 你好")
async def answer(ctx: Context, words: str) -> None:
    await ctx.say("模板：{words}", words=words)


__plugin_meta__ = feature.metadata
