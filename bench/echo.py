"""复读：把话原样说一遍。"""

from lizheng import Context, Feature

feature = Feature(__name__, "复读", "把话原样说一遍")


@feature.command("复读", "复读一句话", example="/复读 早上好")
async def echo(ctx: Context, words: str) -> None:
    await ctx.say("{words}", words=words)


__plugin_meta__ = feature.metadata
