"""目击：a feature of the tests alone, which takes every message with 「广告」 in it for an ad and asks what to do."""

from lizheng import Context, Feature, GroupContext
from lizheng.hooks import AdSeen, Allow, Charge, Violation, ad_opinion, violation

feature = Feature(__name__, "目击", "测试用", hidden=True, id="ad_witness")
ORDER = {Allow: 0, Charge: 2}


async def look(ctx: Context) -> bool | None:
    return None if ctx.command else await judge(ctx)


async def look_back(ctx: Context) -> None:
    if not (ctx.succeeded or ctx.cleared) and "广告" in ctx.message.extract_plain_text().partition(" ")[2]:
        await judge(ctx)


async def judge(ctx: Context) -> bool | None:
    text = ctx.message.extract_plain_text()
    if "广告" not in text or ctx.quoted or ctx.role > ctx.role.MEMBER:
        return None
    answers = await ad_opinion.ask(
        ctx, AdSeen(ctx.author_id, ctx.message_id, text, ctx.event.time, certain=True)
    )
    values = sorted((a.value for a in answers), key=lambda v: ORDER.get(type(v), 3) + getattr(v, "paid", 0))
    for value in values:
        claim = getattr(value, "claim", None)
        told = await claim() if claim else ""
        if told is None:
            continue
        if isinstance(value, Allow):
            if told:
                await ctx.say("{told}", told=told)
            return None
        await ctx.recall(ctx.message_id, ctx.author_id, value.reason)
        await ctx.say("{reason}。{told}", reason=value.reason, told=told)
        return True
    return None


async def take_over(ctx: GroupContext, what: Violation) -> bool:
    await ctx.say(
        "违规：{who} {rule}（{evidence}）",
        who=ctx.name_of(what.user_id),
        rule=what.rule,
        evidence=what.evidence,
    )
    return True


feature.on_message(look, order=30)
feature.after_command(look_back)
feature.answers(violation, take_over)

__plugin_meta__ = feature.metadata
