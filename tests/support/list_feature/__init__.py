"""试单：a feature of the tests alone, with lists, kinds of parameters and settings that undo."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, Field, model_validator
from tortoise.expressions import Q

from lizheng import (
    Choice,
    Context,
    Feature,
    GroupContext,
    Keep,
    Line,
    Numbered,
    Numbers,
    Role,
    SettingChanged,
    Several,
)
from lizheng.grammar import WeeklySpans
from lizheng.parts.lifetime import Lifetime
from lizheng.parts.member_list import MemberList, Said
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.parts.quota import Quota
from lizheng.parts.recipients import Recipients
from tests.support.list_feature.models import Flower, Friend, Guest, Reader, Row, Used


class Settings(BaseModel):
    first: int = Field(1, ge=0, title="头", description="从几起。")
    last: int = Field(9, le=99, title="尾", description="到几止。")
    motto: str = Field("", max_length=200, title="口号", description="喊什么。")
    spans: WeeklySpans = Field(WeeklySpans(()), title="时段", description="什么时候。")
    rest: timedelta = Field(timedelta(hours=1), title="间隔", description="歇多久。")

    @model_validator(mode="after")
    def _in_order(self) -> "Settings":
        if self.first > self.last:
            raise ValueError("头不能比尾大")
        return self


feature = Feature(__name__, "试单", "测试用", settings=Settings, hidden=True, id="lister")

ROWS = Page("试单共 {count} 行：\n{lines}{more}", "一行都没有，发 /试写 加内容。", "/试单", size=3)
DRAWS = Quota(Used, "draw", timedelta(hours=1))
FLOWERS = Lifetime(
    Flower,
    "{who}快谢了，还要就发 /试续 加编号：\n{lines}{more}",
    lambda ctx, flower: f"{flower.id} {flower.name}（{ctx.local(flower.until):%m-%d %H:%M}）",
    here=Q(picked=False),
    renewals=2,
)
LIFE, WARNING = timedelta(days=9), timedelta(days=2)
GUESTS = MemberList("客人", Guest, undo="guest")
FRIENDS = MemberList("朋友", Friend, Said(none="还没有朋友。发 /试友 朋友 @成员 来加。"), undo="friend")
READERS = Recipients("试报", Reader)


@feature.command("试单", "一页一页看", example="/试单 2")
async def show(ctx: Context, page: PageNumber = FIRST) -> None:
    rows = Row.filter(group_id=ctx.group.id).order_by("id")
    await ROWS.say(
        ctx, rows, lambda row: f"{row.text} {ctx.who(row.who)}", page, people=lambda row: [row.who]
    )


@feature.command("试写", "写一行", example="/试写 你好")
async def write(ctx: Context, text: Annotated[str, Line(most=20)]) -> None:
    await Row.create(group_id=ctx.group.id, who=ctx.author_id, text=text)


@feature.command("试号", "一个编号", example="/试号 W3")
async def number(ctx: Context, number: Annotated[int, Numbered("W", "单号")]) -> None:
    await ctx.say("第 {n} 号", n=number)


@feature.command("试几", "几个编号，和为什么", example="/试几 1 3-5 太旧")
async def numbers(
    ctx: Context,
    chosen: Annotated[Numbers, Several("X", most=20, whole=True)],
    why: Annotated[str, "理由"] = "",
) -> None:
    told = "全部" if chosen.everything else "、".join(map(str, chosen))
    await ctx.say("{told}：{why}", told=told, why=why)


@feature.command("试选", "选一样", example="/试选 红")
async def choose(ctx: Context, colour: Annotated[str, Choice("红", "绿", also={"赤": "红"})]) -> None:
    await ctx.say("选了{colour}", colour=colour)


@feature.command("试名", "他叫什么", example="/试名 12345")
async def name(ctx: Context, person: int, full: bool = False) -> None:
    await ctx.names_of([person])
    await ctx.say("{who}", who=ctx.who(person, full=full))


@feature.command("试设", "改口号", role=Role.ADMIN, example="/试设 稳住")
async def set_motto(ctx: Context, text: str) -> None:
    record = await ctx.change(Settings, f"口号改为 {text}", motto=text)
    await ctx.say("记为 #{n}", n=record.number)


@feature.command("试界", "改头尾", role=Role.ADMIN, example="/试界 1 5")
async def set_bounds(ctx: Context, first: int, last: int) -> None:
    record = await ctx.change(Settings, "", {"name": "beside", "word": "旁边"}, first=first, last=last)
    await ctx.say("记为 #{n}", n=record.number)


@feature.command("试抽", "一小时两次", example="/试抽")
async def draw(ctx: Context) -> None:
    await ctx.say("抽了，还能抽 {left} 次", left=await DRAWS.take(ctx, 2))


@feature.command("试种", "种一朵花", example="/试种 兰花")
async def plant(ctx: Context, name: Annotated[str, Line(most=20)]) -> None:
    own = {"group_id": ctx.group.id, "author_id": ctx.author_id, "name": name}
    await Flower.create(**own, **FLOWERS.span(ctx.now, LIFE, WARNING))
    await FLOWERS.watch(ctx)


@feature.command("试花", "开着的花", example="/试花")
async def flowers(ctx: Context) -> None:
    live = [flower.name for flower in await FLOWERS.live(ctx).order_by("id")]
    ended = [flower.name for flower in await FLOWERS.ended(ctx).order_by("id")]
    await ctx.say(
        "开着：{live}；谢了：{ended}", live="、".join(live) or "没有", ended="、".join(ended) or "没有"
    )


@feature.command("试续", "再开一阵", example="/试续 1")
async def renew(ctx: Context, flower: int) -> None:
    done = await FLOWERS.renew(ctx, await Flower.get(id=flower), LIFE, WARNING)
    await ctx.say("再开一阵" if done else "不能再续了")


@feature.command("试摘", "摘一朵", example="/试摘 1")
async def pick(ctx: Context, flower: int) -> None:
    await Flower.filter(id=flower).update(picked=True)


@feature.command("试订", "私聊收试报", role=Role.ADMIN)
async def read(ctx: Context) -> None:
    added = await READERS.add(ctx)
    await ctx.say("订了。" if added else "早就订了。")


@feature.command("试退", "不收试报", role=Role.ADMIN)
async def read_no_more(ctx: Context) -> None:
    gone = await READERS.remove(ctx, ctx.author_id)
    await ctx.say("退了。" if gone else "本来就没订。")


@feature.command("试寄", "把试报寄给大家", role=Role.ADMIN, example="/试寄 都好")
async def post(ctx: Context, words: str) -> None:
    sent = await READERS.send(ctx, "试报：{words}", words=words)
    await ctx.say("寄给了 {n} 位。", n=len(sent))


async def undo_beside(ctx: Context, undo: dict[str, Any]) -> None:
    await ctx.say("{title}：{word}也撤了", title=ctx.feature.title, word=undo["word"])


async def heard(ctx: GroupContext, happened: SettingChanged) -> None:
    await ctx.say("听说改了 {name}", name=happened.name)


feature.undo("beside", undo_beside)
feature.undo_settings("old", lambda undo: {"motto": undo["old"]})
feature.on(SettingChanged, heard)
DRAWS.declare(feature, "抽过几次")
FLOWERS.declare(feature)
feature.keep(Keep(Flower, "花", person=("author_id",), until="一直留着"))
GUESTS.declare(feature, feature.command("试客", "客人名单", role=Role.ADMIN, example="/试客 查看"))
FRIENDS.declare(
    feature,
    feature.command("试友", "朋友名单", role=Role.ADMIN, example="/试友 朋友"),
    "朋友",
    toggles="加上，再发一次拿掉",
)
READERS.declare(feature)

__plugin_meta__ = feature.metadata
