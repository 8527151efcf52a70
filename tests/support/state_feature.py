"""试办：a feature of the tests alone, which keeps things in memory, wakes up, gathers, and is told late."""

from collections import Counter
from datetime import timedelta

from lizheng import (
    Context,
    Declined,
    Duration,
    Feature,
    GroupContext,
    Member,
    Misread,
    Pending,
    Slot,
    Stage,
)

feature = Feature(__name__, "试办", "测试用", hidden=True, id="steward")


class Tally:
    """What was said since the start, by whom."""

    made = 0

    def __init__(self) -> None:
        Tally.made += 1
        self.said: Counter[int] = Counter()
        self.closed = False

    def close(self) -> None:
        self.closed = True

    async def look(self, ctx: Context) -> None:
        self.said[ctx.author_id] += 1

    async def tell(self, ctx: Context, more: int = 0) -> None:
        await ctx.say("你说了 {n} 句。", n=self.said[ctx.author_id] + more)


tally = feature.state(Tally)
feature.on_message(tally(Tally.look), stage=Stage.COUNT)
feature.command("试数", "这次启动以来说了几句", example="/试数 3").form(tally(Tally.tell))


async def woke(ctx: GroupContext) -> None:
    await ctx.say("醒了。")


async def look(ctx: Context) -> None:
    said = ctx.message.extract_plain_text()
    if said.startswith("记"):
        await ctx.gather("notes", {"said": said})


async def told(ctx: GroupContext, items: list[dict]) -> None:
    await ctx.say("记下了：{said}。", said="、".join(item["said"] for item in items))


@feature.command("试约", "到时候说一声", example="/试约 10分 开饭")
async def arrange(ctx: Context, span: Duration, what: str) -> None:
    await ctx.plan("call", ctx.now + span, key=what, payload={"what": what})


async def call(ctx: GroupContext, slot: Slot) -> None:
    what = slot.payload["what"]
    if what == "不做":
        raise Declined("这件事做不了了。")
    if what == "看不懂":
        raise Misread("这件事没看懂。")
    await ctx.say("到了：{what}", what=what)


@feature.command("试荐", "请一个人作保", example="/试荐 @小李 修车")
async def vouch(ctx: Context, person: Member, what: str) -> None:
    who = ctx.name_of(person)
    payload = {"what": what}
    await ctx.submit("item", "请 {who} 作保：{what}", payload=payload, people=[person], who=who, what=what)


@feature.command("试款", "用一笔钱", example="/试款 买灯")
async def spend(ctx: Context, what: str) -> None:
    await ctx.submit("item", "要用钱：{what}", payload={"what": what}, two=True, what=what)


@feature.command("试稿", "投一句，最多两句在等", example="/试稿 你好")
async def draft(ctx: Context, what: str) -> None:
    await ctx.submit("draft", "投稿：{what}", payload={"what": what}, what=what)


@feature.command("试等", "自己有哪些在等")
async def list_waiting(ctx: Context) -> None:
    own = await ctx.waiting("draft", author=ctx.author_id)
    everything = await ctx.waiting()
    said = "、".join(f"{one.number} {one.payload['what']}" for one in own)
    await ctx.say("你的：{said}；一共 {n} 件。", said=said, n=len(everything))


@feature.command("试收", "收回一件", example="/试收 1")
async def take_back(ctx: Context, number: int) -> None:
    await ctx.withdraw(number)


async def agreed(ctx: GroupContext, pending: Pending) -> None:
    if pending.payload["what"] == "不成":
        raise Declined("现在做不成。")
    if pending.payload["what"] == "不懂":
        raise Misread("没看懂。")
    await ctx.say("成了：{what}", what=pending.payload["what"])


async def refused(ctx: GroupContext, pending: Pending) -> None:
    await ctx.say(
        "没成（{state}）：{what}{reason}",
        state=pending.state,
        what=pending.payload["what"],
        reason=pending.reason,
    )


async def expired(ctx: GroupContext, pending: Pending) -> None:
    await ctx.say("没人管，过期了：{what}", what=pending.payload["what"])


feature.decision("item", agreed, refused)
feature.decision("draft", agreed, refused, expired=expired, most_per_member=2)
feature.on_message(look)
feature.on_ready(woke)
feature.gather("notes", told, after=timedelta(seconds=3), quiet=timedelta(seconds=20), most=4)
feature.job("call", call, late_limit=timedelta(hours=1))

__plugin_meta__ = feature.metadata
