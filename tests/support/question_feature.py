"""问广告：a feature of the tests alone, which takes every message that says 卖 for an advertisement and asks about it."""

from lizheng import Context, Feature
from lizheng.hooks import AdOpinion, AdSeen, Allow, Charge, ad_opinion

feature = Feature(__name__, "问广告", "测试用", hidden=True, id="asker")


def _rank(opinion: AdOpinion) -> int:
    if isinstance(opinion, Allow):
        return int(opinion.paid)
    return 2 if isinstance(opinion, Charge) else 3


async def judge(ctx: Context, seen: AdSeen) -> str:
    """What becomes of it, in words a conversation can compare."""
    opinions = [answer.value for answer in await ad_opinion.ask(ctx, seen)]
    ways_out = "；".join(opinion.way_out for opinion in opinions if opinion.way_out)
    for opinion in sorted(opinions, key=_rank):
        if isinstance(opinion, Allow) and (opinion.claim is None or await opinion.claim() is not None):
            return f"留下：{opinion.reason}"
        if not isinstance(opinion, Allow):
            return f"撤回：{opinion.reason}。{ways_out}"
    return "没有人管"


async def look(ctx: Context) -> bool:
    return ctx.command is None and await ask(ctx)


async def look_back(ctx: Context) -> None:
    if not ctx.succeeded:
        await ask(ctx)


async def ask(ctx: Context) -> bool:
    text = ctx.message.extract_plain_text()
    if "卖" not in text:
        return False
    seen = AdSeen(ctx.author_id, ctx.message_id, text, ctx.event.time, certain=True)
    verdict = await judge(ctx, seen)
    await ctx.say("{verdict}", verdict=verdict)
    return verdict.startswith("撤回")


feature.on_message(look, order=40)
feature.after_command(look_back)

__plugin_meta__ = feature.metadata
