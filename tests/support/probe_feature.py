"""试探：a feature of the tests alone, which uses every part of the kit."""

import asyncio
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from lizheng import (
    Choice,
    Completed,
    Context,
    Duration,
    Feature,
    GroupContext,
    MemberJoined,
    Members,
    Pending,
    Role,
    Slot,
    Urgency,
    WeeklySpans,
    Word,
    Yuan,
    atomic,
)
from lizheng.ledger import desk, orders


class Settings(BaseModel):
    price: Yuan = Field(Yuan(10_000), title="价格", description="一次多少钱。")
    grace: timedelta = Field(timedelta(hours=1), le=timedelta(days=30), title="宽限", description="等多久。")
    spans: WeeklySpans = Field(WeeklySpans(()), title="时段", description="什么时候。")


feature = Feature(__name__, "试探", "测试用", settings=Settings, hidden=True, id="probe")


@feature.command("试踢", "移出一个或几个人", role=Role.DEPUTY, example="/试踢 @小王 广告")
async def kick(ctx: Context, targets: Members, reason: str = "") -> None:
    if len(targets) > 1:
        await ctx.preview("kick", "要移出 {n} 个人。", payload={"targets": list(targets)}, n=len(targets))
        return
    outcome = await ctx.kick(targets[0], reason)
    await ctx.say("移出：{state} {why}", state=outcome.state.value, why=outcome.why)


async def kick_all(ctx: GroupContext, pending: Pending) -> None:
    for target in pending.payload["targets"]:
        await ctx.kick(target, "批量")


@feature.command("试禁", "禁言一个人", role=Role.DEPUTY, example="/试禁 @小王 10分 刷屏")
async def mute(ctx: Context, targets: Members, span: Duration, reason: str = "") -> None:
    for target in targets:
        outcome = await ctx.mute(target, span, reason)
        await ctx.say("禁言：{state} {why}", state=outcome.state.value, why=outcome.why)


@feature.command("试改", "改名片", role=Role.ADMIN, example="/试改 @小王 新名片")
async def rename(ctx: Context, targets: Members, card: str) -> None:
    await ctx.rename(targets[0], card, "测试")


@feature.command("试投", "投稿一句话", example="/试投 你好")
async def contribute(ctx: Context, words: Annotated[str, "一句话"]) -> None:
    await ctx.submit("contribute", "{who} 投稿：{words}", payload={"words": words}, who="小王", words=words)


async def publish(ctx: GroupContext, pending: Pending) -> None:
    await ctx.say("采用了：{words}", words=pending.payload["words"])


async def decline(ctx: GroupContext, pending: Pending) -> None:
    await ctx.say("没有采用。{reason}", reason=pending.reason)


@feature.command("试价", "说一个价钱", example="/试价 8.88")
async def price(ctx: Context, amount: Yuan) -> None:
    await ctx.say("{fen} 分", fen=int(amount))


@feature.command("试坏", "一定失败", example="/试坏")
async def broken(ctx: Context) -> None:
    raise RuntimeError("on purpose")


@feature.command("试慢", "慢慢回答", example="/试慢 3")
async def slow(ctx: Context, seconds: int) -> None:
    await asyncio.sleep(seconds)
    await ctx.say("慢 {n}", n=seconds)


@feature.command("试代", "替他发一条命令", example="/试代 试价 3")
async def instead(ctx: Context, words: str) -> None:
    await ctx.carry_out(words)


@feature.command("试排", "过一会儿再说", example="/试排 10分 起床")
async def remind(ctx: Context, span: Duration, words: str) -> None:
    await ctx.plan("remind", ctx.now + span, key=words, payload={"words": words})
    await ctx.say("记下了。")


async def reminded(ctx: GroupContext, slot: Slot) -> None:
    await ctx.say("到时间了：{words}", words=slot.payload["words"])


@feature.command("试究", "移出一个人，再说结果", role=Role.DEPUTY, example="/试究 @小王 广告")
async def pursue(ctx: Context, targets: Members, reason: str = "") -> None:
    await ctx.kick(targets[0], reason, then="ended", payload={"who": ctx.name_of(targets[0])})


@feature.command("试报", "说一句话，再说结果", example="/试报 你好")
async def report(ctx: Context, words: str) -> None:
    await ctx.say("{words}", words=words, about=("words", words), then="ended", payload={"who": "那句话"})


async def ended(ctx: GroupContext, done: Completed) -> None:
    said = {"done": "成了", "not_done": "没成", "simulated": "只是试试", "unknown": "不知道成没成"}
    await ctx.say(
        "{who}：{said}{why}",
        who=done.payload["who"],
        said=said[done.state.value],
        why=done.why and f"，{done.why}",
    )


@feature.command("试问", "引用的是什么", example="/试问")
async def what_about(ctx: Context) -> None:
    kind, ref = await ctx.quoted_about() or ("什么", "不知道")
    await ctx.say("{kind} {ref}", kind=kind, ref=ref)


@feature.command("试宣", "说一件没人问的事", example="/试宣 平 甲 起床")
async def announce(
    ctx: Context, how: Annotated[str, Choice("急", "平", "闲")], topic: Word, words: Annotated[str, "话"]
) -> None:
    urgency = {"急": Urgency.HIGH, "平": Urgency.NORMAL, "闲": Urgency.LOW}[how]
    await ctx.announce(topic, "告：{words}", urgency, words=words)


async def joined(ctx: GroupContext, happened: MemberJoined) -> None:
    await ctx.say("看见 {who} 进群", who=ctx.name_of(happened.user_id))


feature.decision("kick", kick_all)
feature.decision("contribute", publish, decline)
feature.completion("ended", ended)
feature.job("remind", reminded)
feature.on(MemberJoined, joined)


async def fine_shared(ctx: Context, targets: Members) -> None:
    await fine(ctx, list(targets), "shared")


async def fine_income(ctx: Context, targets: Members) -> None:
    await fine(ctx, list(targets), "income")


@atomic
async def fine(ctx: Context, targets: list[int], account: Literal["income", "shared"]) -> None:
    dues = [orders.Due(person, 300, "试罚", f"probe:{ctx.source}:{person}") for person in targets]
    placed = await orders.place_many(ctx.group.id, feature.id, dues, at=ctx.now, kind="fine", account=account)
    numbers = "、".join(f"A{order.number}" for order in placed)
    await desk.announce(ctx, "试罚：{numbers}", placed, numbers=numbers)


feature.command("试罚", "每人三元", role=Role.ADMIN, example="/试罚 @小王 @小李").form(fine_shared).form(
    fine_income, word="公账", example="/试罚 公账 @小王", summary="进公账的"
)

__plugin_meta__ = feature.metadata
