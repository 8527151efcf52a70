"""The board from day to day."""

from datetime import timedelta

import pytest

from lizheng import CannotUndo
from lizheng.hooks import (
    AdSeen,
    AdWindow,
    Allow,
    BriefDay,
    Figure,
    Forbid,
    Known,
    ReportWeek,
    Section,
    ad_opinion,
    brief_section,
    known,
    weekly_report,
    window_opens,
)
from lizheng.parts.deeds import deeds_of
from lizheng.sandbox.stage import HostStage
from plugins.boards import items, kinds
from plugins.boards.models import Item, Match
from tests.support.admin_actions import context, undo
from tests.support.recorder import Recorder, picture

FREE = "开：信息板\n设：信息板 审核 不审\n设：信息板 每周上限 50\n"


async def test_bad_input(stage: HostStage) -> None:
    long = "长" * 501
    await stage.play(f"""
{FREE}小王：/合作 发布
里正：缺少内容。
  用法：/合作 发布 [内容]
  例如：/合作 发布 找设计一起做小程序，可远程
小王：/合作 发布 找{long}
里正：太长了：最多 500 个字，现在是 502 个。…
小王：/合作 发布 小程序
里正：写清楚是出还是找，比如：/合作 发布 找设计一起做小程序，可远程
小王：/招聘 发布 招人
里正：还差城市、薪资。在后面接着写，比如：/招聘 发布 招人，成都，15k-25k
小王：/招聘 看 9
里正：没有 X9。
小王：/求职 发布 会计，成都
里正：X1 求职上了板，30 天：会计·成都。
小王：/招聘 看 x1
里正：X1 是求职，发 /求职 看 1。
小王：/求职 看 9
里正：没有 X9；现在有 X1。
小王：/求职 看 甲
里正：「甲」不是编号…
小李：/求职 下架 1
里正：X1 不是你的，只有管理员和群主能动。
小李：/求职 改 1 出纳
里正：X1 不是你的…
小李→小王：/求职 发布
里正：只能引用自己的话来发布。
小王：找行政工作，苏州
小王→小王：/求职 发布
里正：X2 求职上了板，30 天：找行政工作·苏州。
小王：/求职 发布 出纳，无锡
里正：你有 2 条求职在板上（X1、X2），先发 /求职 下架 1 再发新的。
小王：/求职 下架 1
里正：X1 下架了。撤销发 /撤销 1。
  结果怎样？成了就发 /求职 下架 1 找到了。
小王：/求职 下架 1 找到了
里正：X1 记下了：找到了。
小王：/求职 下架 1
里正：X1 已经下架了。
小李：/求职 看 1
里正：X1 求职，小王，已下架（找到了），看过 0 次：
  会计，成都
小王：/求职 续 1
里正：X1 已经下架了，请重新发 /求职 发布。
小王：/求职 改 1 会计
里正：X1 已经下架了…
管理员：/求职 下架 2 太旧
里正：X2 下架了：太旧。撤销发 /撤销 2。
小王：/资源 发布 有枪支弹药出售
里正：这像违法的买卖（…），不能上板。认错了请找管理员。
""")


async def test_three_a_week_and_three_renewals(stage: HostStage) -> None:
    player = await stage.play("""
开：信息板
设：信息板 审核 不审
小王：/合作 发布 找设计做小程序
里正：X1 合作上了板…
小王：/资源 发布 有闲置显示器
里正：X2 资源上了板…
小王：/求职 发布 会计，成都
里正：X3 求职上了板…
小王：/求助 发布 谁会修打印机
里正：7 天里最多发 3 条，你已经发满了，11-25 12:00 以后再来。
【过 7 天】
小王：/求助 发布 谁会修打印机
里正：X4 求助上了板，3 天：谁会修打印机。
""")
    await Item.filter(number=1).update(renewed=3, until=stage.now() + timedelta(days=2))
    await player.play("""
小王：/合作 续 1
里正：X1 续过 3 次了，请重新发 /合作 发布。
管理员：/信息板 开 资料
里正：…
管理员：/资料 添加 公开数据 https://data.example/a
里正：X5 资料上了板：公开数据。
管理员：/信息板 资料 续 5
里正：X5 不会到期，不用续。
""")


async def test_newcomers_and_risky_words_are_read_first(stage: HostStage) -> None:
    await stage.play("""
开：信息板
小王：/招聘 发布 招文员，成都，5k，先交押金，电话 13900002222
里正：小王 要上招聘板（X1）：「招文员，成都，5k，先交押金，＊」
  先看一眼：提到「先交」、提到「押金」、没写公司、新人。
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
小李（私聊）：/合作 发布 找设计
里正（私聊 小李）：X2 交上去了（2 号），管理员通过后上板。
里正：小李 要上合作板（X2）：「找设计」…
小李：/合作 下架 2
里正：X2 下架了。撤销发 /撤销 1。
管理员：/通过 2
里正：2 号已经取消了，没有再动。
管理员：/通过 1
里正：@小王 的 X1 招聘上了板，30 天：文员·成都·5k。
【过 15 天】
小王：/合作 发布 找设计做小程序
里正：X3 合作上了板，30 天：找设计做小程序。
管理员：/信息板 免审 没有
里正：以后免审：没有。撤销发 /撤销 2。
小李：/合作 发布 找讲师
里正：小李 要上合作板（X4）…
管理员：/信息板 免审 所有人
里正：以后免审：所有人。撤销发 /撤销 3。
管理员：/信息板 免审 30天
里正：以后免审：30天。撤销发 /撤销 4。
管理员：/信息板 免审 好人
里正：写所有人、没有，或者进群多久以上免审，比如 30天。…
""")


async def test_own_kinds(stage: HostStage) -> None:
    player = await stage.play(f"""
{FREE}管理员：/信息板 添加 房源 60天
里正：加了房源，一条放 60 天，发 /信息板 房源 发布 加内容。撤销发 /撤销 1。
管理员：/信息板 添加 房源
里正：已经有 房源 这一类了。
管理员：/信息板 添加 招聘
里正：「招聘」不能当类别名：要 2 到 6 个汉字或字母，不能和已有的命令同名。…
管理员：/信息板 添加 车位 400天
里正：期限要在 1 天到 365 天之间。…
小王：/信息板 房源 发布 两室一厅，成都，3000元/月
里正：X1 房源上了板，60 天：两室一厅·成都·3000元/月。
小王：/信息板 房源 改 1 三室一厅，成都，4000元/月
里正：X1 改好了：三室一厅·成都·4000元/月。
小李：/信息板 房源
里正：房源（1 条）：
  X1 三室一厅·成都·4000元/月（小王，刚刚）
小李：/信息板 房源 搜索 三室
里正：房源里找「三室」，1 条：…
小李：/信息板 房源 看 1
里正：X1 房源，小王，到 01-17，看过 0 次：
  三室一厅，成都，4000元/月
小李：/信息板 房源 查看 上海
里正：房源 上海还没有。发 /信息板 房源 发布 …
小李：/信息板 车位
里正：没有「车位」这一类；现在有 招聘、求职、合作、资源、求助、房源。…
小李：/信息板 房源 搜索
里正：缺少内容。…
小王：/信息板 房源 续 1
里正：X1 还有 60 天，快到期再续。
管理员：/信息板 必填 房源 薪资，城市
里正：房源以后必填：薪资、城市。撤销发 /撤销 2。
管理员：/信息板 必填 房源 楼层
里正：「楼层」不能设为必填，能设的有 城市、薪资、公司、职位，都不要写 无。…
小王：/信息板 房源 发布 一室，成都
里正：还差薪资。在后面接着写，比如：/信息板 房源 发布 一室，成都，15k-25k
管理员：/信息板 必填 合作 无
里正：合作以后必填：无。撤销发 /撤销 3。
管理员：/信息板 期限 房源 10天
里正：房源以后放 10 天。撤销发 /撤销 4。
管理员：/信息板 期限 房源 500天
里正：期限要在…
管理员：/信息板 期限 车位 10天
里正：没有「车位」这一类；现在有 …
小王：/信息板 房源 下架 1 租掉了
里正：X1 下架了：租掉了。撤销发 /撤销 5。
管理员：/信息板 删除 房源
里正：去掉了房源，已经在板上的留着不显示。撤销发 /撤销 6。
小王：/信息板 房源
里正：没有「房源」这一类…
管理员：/信息板 删除 招聘
里正：「招聘」不是自己加的类别，要关就发 /信息板 关 招聘。
小李：/信息板 开 内推
里正：/信息板 开 <词> 只有管理员和群主能用。
""")
    await undo(stage, player, 6)
    await undo(stage, player, 5)
    await player.play("""
小王：/信息板 房源
里正：房源（1 条）：…
""")
    row = await Item.get(number=1)
    with pytest.raises(CannotUndo, match="它没有下架"):
        await items.undo(context(stage, player, "boards"), {"id": row.id, "before": {"state": "up"}})  # type: ignore[arg-type]
    await undo(stage, player, 1)
    with pytest.raises(CannotUndo, match="它已经不在了"):
        await kinds.undo(context(stage, player, "boards"), {"kind": "房源", "before": None})  # type: ignore[arg-type]
    await player.play("小王：/信息板 房源\n里正：没有「房源」这一类…\n")


async def test_needs_are_answered_and_thanked(stage: HostStage) -> None:
    player = await stage.play(f"""
{FREE}小王：/求助 发布 谁会修打印机
里正：X1 求助上了板，3 天：谁会修打印机。
小张：/求助 发布 求推荐体检的地方
里正：X2 求助上了板，3 天：求推荐体检的地方。
小李→小王：换根线试试
小王→里正「X1」：好的
【到 明天 11:00】
【到 12:11】
里正：还没人接：X2 求推荐体检的地方，会的发 /求助 看 2，引用着回一句。
小李：/求助 看 2
里正：X2 求助，小张，到 11-21，看过 0 次：
  求推荐体检的地方
小李→里正「X2 求助」：第一医院
小王：/求助 好了 X1 @小李 @小王
里正：X1 好了，谢谢 小李。
小王：/求助 好了 1
里正：X1 已经下架了。
小张：/求助 好了 2
里正：X2 好了。
""")
    ctx = context(stage, player, "boards")
    assert [(one.user_id, one.kind) for one in await deeds_of(ctx, ctx.now - timedelta(days=9))] == [
        (player.person("小李"), "need.answered")
    ]
    week = ReportWeek(ctx.now.date() - timedelta(days=ctx.now.weekday()))
    (answer,) = await weekly_report.ask(ctx, week)
    assert answer.value == (
        Figure("信息板新上", "2 条"),
        Figure("信息板配上", "0 对"),
        Figure("信息板办成", "2 条"),
        Figure("求助有人接", "2/2"),
        Figure("求助多久有人接", "1 天 11 分钟"),
    )


async def test_three_unanswered_calls_a_day_at_most(stage: HostStage) -> None:
    posted = "".join(
        f"{who}：/求助 发布 求推荐{what}\n里正：X{n} 求助上了板…\n"
        for n, (who, what) in enumerate(
            (("小王", "书"), ("小李", "电影"), ("小张", "餐馆"), ("小赵", "球场")), 1
        )
    )
    await stage.play(f"""
{FREE}{posted}【到 明天 11:00】
【到 12:11】
里正：还没人接：X1 求推荐书，会的发 /求助 看 1，引用着回一句。
  还没人接：X2 求推荐电影，会的发 /求助 看 2，引用着回一句。
  还没人接：X3 求推荐餐馆，会的发 /求助 看 3，引用着回一句。
""")


async def test_a_hint_once_a_day(stage: HostStage) -> None:
    await stage.play("""
开：信息板
小王：青禾科技招聘会计，成都，5k
里正：这样的消息放到 /招聘 发布 能留 30 天，大家都搜得到。
【重启】
小李：星河公司招聘店员，成都，4k
【过 1 天】
小李：星河公司招聘店员，成都，4k
里正：这样的消息放到 /招聘 发布 能留 30 天，大家都搜得到。
管理员：/信息板 关 合作
里正：…
【过 1 天】
小李：找人合作做小程序，微信 abc12345
管理员：/设置 信息板 撞见提示 关
里正：…
小李：星河公司招聘店员，成都，4k
""")


async def test_what_others_are_told(stage: HostStage) -> None:
    player = await stage.play(f"""
{FREE}小王：/招聘 发布 青禾科技招会计，成都，5k，电话 13900002222
里正：X1 招聘上了板…
小李：/求职 发布 会计，成都，微信 abc12345
里正：X2 求职上了板…
  可能合适：X1（招聘，发 /招聘 看 1）。
""")
    ctx, wang, li = context(stage, player, "asker"), player.person("小王"), player.person("小李")

    async def opinion(user: int, text: str) -> object:
        answers = await ad_opinion.ask(ctx, AdSeen(user, 1, text, 1, certain=True))
        return answers[0].value if answers else None

    assert await opinion(wang, "/招聘 发布 招店员") == Allow("走的是信息板")
    assert isinstance(await opinion(wang, "／信息板 房源 发布 两室"), Allow)
    assert isinstance(await opinion(wang, "青禾科技招会计 成都 5k 电话13900002222"), Allow)
    way = "发 /招聘 发布 加内容，能留着，大家都搜得到"
    assert await opinion(li, "青禾科技招会计 成都 5k 电话13900002222") == Forbid("招聘请走信息板", way)
    assert await opinion(li, "卖茶叶") is None
    (told,) = await window_opens.ask(ctx, AdWindow(ctx.now, ctx.now))
    assert told.value == "信息板上有 2 条，发 /信息板 看。"
    assert [one.value for one in await known.ask(ctx, li)] == [Known("信息板·求职", "会计·成都")]
    assert await known.ask(ctx, wang) == []
    tomorrow = BriefDay(ctx.now.date() + timedelta(days=1))
    lines = ("招聘：X1 会计·成都·5k", "求职：X2 会计·成都", "可能合适：X1 ↔ X2")
    assert [one.value for one in await brief_section.ask(ctx, tomorrow)] == [Section("信息板", lines)]
    assert await brief_section.ask(ctx, BriefDay(ctx.now.date())) == []
    await player.play("管理员：/设置 信息板 进早报 关\n里正：…\n")
    assert await brief_section.ask(ctx, tomorrow) == []
    assert await weekly_report.ask(ctx, ReportWeek(ctx.now.date() - timedelta(days=30))) == []


async def test_what_is_deleted_takes_its_pairs_along(stage: HostStage) -> None:
    player = await stage.play(f"""
{FREE}开：隐私
小王：/招聘 发布 青禾科技招会计，成都，5k
里正：X1 招聘上了板…
小李：/求职 发布 会计，成都
里正：X2 求职上了板…
  可能合适：X1…
小王：/删除我的数据
里正：…
小王：/确认 1
里正：…
""")
    assert [item.author_id for item in await Item.all()] == [player.person("小李")]
    assert await Match.all().count() == 0


async def test_a_referral_shows_its_code_to_who_looks(stage: HostStage) -> None:
    await stage.play(f"""
{FREE}管理员：/信息板 开 内推
里正：内推开了…
小王：/内推 发布 青禾科技内推后端，成都，内推码 ABC123
里正：X1 内推上了板，21 天：后端·成都·有内推码。
小李：/refer
里正：内推（1 条）：
  X1 后端·成都·有内推码（小王，刚刚）
小王：/内推 看 1
里正：X1 内推，小王，到 12-09，看过 0 次：
  青禾科技内推后端，成都，内推码 ABC123
小张：/内推 发布 内推后端
里正：还差公司、城市。在后面接着写，比如：/内推 发布 内推后端，公司：青禾科技，成都
""")


async def test_a_price_where_books_are_kept(stage: HostStage) -> None:
    await stage.play(f"""
{FREE}设：信息板 招聘价格 20
小王：/招聘 发布 青禾科技招会计，成都，5k
里正：X1 招聘上了板…
管理员：/开启 账本
里正：…
小王：/招聘 发布 青禾科技招出纳，成都，5k
里正：发一条招聘要先付 20 元：红包祝福语写 A1，管理员确认后再发一次。
小王：/招聘 发布 青禾科技招出纳，成都，5k
里正：发一条招聘要先付 20 元：红包祝福语写 A1，管理员确认后再发一次。
管理员：/确认收款 A1
里正：…
里正：@小王 A1 收到了，现在发 /招聘 发布 就能上板。
小王：/招聘 发布 青禾科技招会计 成都 5k
里正：X1 招聘已经是这条了，不用再发。
管理员：/信息板 免审 没有
里正：…
小王：/招聘 发布 青禾科技招出纳，成都，5k
里正：小王 要上招聘板（X2）…
管理员：/拒绝 1
里正：@小王 的 X2 没有通过。改一改可以再发。
管理员：/信息板 免审 所有人
里正：…
小王：/招聘 发布 青禾科技招出纳，成都，5k
里正：X3 招聘上了板…
小张：/招聘 发布 星河公司招文员，成都，4k
里正：发一条招聘要先付 20 元：红包祝福语写 A2，…
【过 4 天】
小张：/招聘 发布 星河公司招文员，成都，4k
里正：发一条招聘要先付 20 元：红包祝福语写 A3，…
管理员：/招聘 发布 星河公司招店员，成都，4k
里正：X4 招聘上了板…
""")


async def test_pictures_strangers_and_one_kind_too_many(stage: HostStage) -> None:
    added = "".join(f"管理员：/信息板 添加 类别{n}\n里正：加了类别{n}…\n" for n in "甲乙丙丁戊己庚辛壬癸")
    player = await stage.play(f"""
{FREE}{added}管理员：/信息板 添加 类别子
里正：自己的类别最多 10 个。
小王：早
""")
    recorder, image = Recorder(player), picture(b"x")
    assert (await recorder.say("小王", "/合作 发布 找设计", image)).startswith(
        "板上只收文字，图片和别的放不上来。"
    )
    world = player.world
    hidden = {
        "post_type": "message",
        "message_type": "group",
        "sub_type": "anonymous",
        "anonymous": {"id": 7, "name": "大力鬼王", "flag": "x"},
        "group_id": player.group.group_id,
        "user_id": 80000000,
        "message_id": world.fresh_message_id(),
        "message": [{"type": "text", "data": {"text": "/合作 发布 找设计"}}],
        "raw_message": "",
        "font": 0,
        "sender": {"user_id": 80000000, "nickname": "匿名", "card": "", "role": "member"},
    }
    world.tell(world.account, hidden)
    await stage.settle()
    assert recorder.last == "匿名的人不能发，换成自己的名字再来吧。"
    assert not await Item.exists()
