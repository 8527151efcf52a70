"""Every hard case of a board in a chat, named after it."""

import asyncio
from datetime import timedelta

from lizheng import GroupContext, MemberLeft
from lizheng.sandbox.stage import HostStage
from plugins.boards import items, jobs, listeners, matches, rules
from plugins.boards.models import Item, Match, Used
from plugins.boards.rules import KINDS, Candidate
from tests.support.admin_actions import add_deputy, context, switch, undo
from tests.support.recorder import Recorder

FREE = "开：信息板\n设：信息板 审核 不审\n设：信息板 每周上限 50\n"


async def test_the_author_leaves_and_is_back(stage: HostStage) -> None:
    await stage.play(f"""
{FREE}小王：/求助 发布 谁会修打印机
里正：X1 求助上了板，3 天：谁会修打印机。
小王：/合作 发布 找设计做小程序
里正：X2 合作上了板，30 天：找设计做小程序。
【小王 退群】
小李：/合作
里正：合作（1 条）：
  X2 找设计做小程序（…，刚刚）
【过 25 小时】
小李：/合作
里正：合作还没有。发 /合作 发布 找设计一起做小程序，可远程 这样来加。
小李：/合作 看 2
里正：X2 合作，…（已退群），到 12-18，看过 0 次：
  找设计做小程序
【过 5 天】
【小王 进群】
小李：/合作
里正：合作（1 条）：
  X2 找设计做小程序（小王，6 天前）
【小王 退群】
【过 8 天】
【小王 进群】
小李：/合作
里正：合作还没有。…
""")
    assert (await Item.get(number=2)).outcome == "作者退群"


async def test_the_author_is_banned(stage: HostStage) -> None:
    player = await stage.play(f"""
{FREE}小王：/合作 发布 找设计做小程序
里正：X1 合作上了板…
""")
    ctx = context(stage, player, "boards")
    await listeners.left(ctx, MemberLeft(player.group.group_id, player.person("小王"), 1, 1, kicked=True))
    await player.play("""
小李：/合作
里正：合作还没有。…
""")
    assert (await Item.get(number=1)).outcome == "作者被移出"


async def test_posting_in_private_while_muted(stage: HostStage) -> None:
    player = await stage.play(FREE + "小王：早\n")
    player.group.members[player.person("小王")].muted_until = stage.world.now() + 3600
    await player.play("""
小王（私聊）：/合作 发布 找设计做小程序
里正（私聊 小王）：你在群里被禁言了，等解除了再来。
小李（私聊）：/合作 发布 找设计做小程序
里正（私聊 小李）：X1 合作上了板，30 天：找设计做小程序。
小李（私聊）：/合作
里正（私聊 小李）：合作（1 条）：…
""")


async def test_the_same_text_by_two_people(stage: HostStage) -> None:
    await stage.play(f"""
{FREE}小王：/资源 发布 有闲置显示器两台
里正：X1 资源上了板，30 天：有闲置显示器两台。
小李：/资源 发布 有闲置 显示器，两台！
里正：X1 资源已经是这条了，不用再发。
小李：/资源 发布 要一台显示器
里正：X2 资源上了板，30 天：要一台显示器。
  可能合适：X1（资源，发 /资源 看 1）。
""")


async def test_the_approver_is_the_author(stage: HostStage) -> None:
    player = await stage.play("开：信息板\n设：信息板 审核 全部\n")
    await add_deputy(stage, player, "小张")
    await player.play("""
小张：/合作 发布 找设计做小程序
里正：小张 要上合作板（X1）：「找设计做小程序」
  先看一眼：这里都要先看。
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
小张：/通过 1
里正：1 号是你自己提交的，要由别人来决定。
小李：/合作 看 1
里正：X1 还在等管理员决定，先不能看。
小张：/合作 看 1
里正：X1 合作，小张，等着决定，看过 0 次：
  找设计做小程序
管理员：/拒绝 1 写清楚一点。
里正：@小张 的 X1 没有通过：写清楚一点。改一改可以再发。
小张：/合作 看 1
里正：没有 X1。
""")


async def test_an_edit_races_the_approval(stage: HostStage) -> None:
    await stage.play("""
开：信息板
小王：/合作 发布 找设计做小程序
里正：小王 要上合作板（X1）：「找设计做小程序」
  先看一眼：新人。
  同意请发 /通过 1…
小王：/合作 改 1 找设计做小程序，可远程
里正：小王 要上合作板（X1）：「找设计做小程序，可远程」…
  同意请发 /通过 2…
管理员：/通过 1
里正：1 号已经取消了，没有再动。
管理员：/合作 改 1 找设计做网站
里正：X1 改好了：找设计做网站。
管理员：/通过 2
里正：刚刚已有人改过或处理过了，没有再动。
""")


async def test_an_edit_by_a_newcomer_goes_back_to_approval(stage: HostStage) -> None:
    await stage.play("""
开：信息板
小王：/合作 发布 找设计做小程序
里正：小王 要上合作板（X1）…
管理员→里正：同意
里正：@小王 的 X1 合作上了板，30 天：找设计做小程序。
小王：/合作 改 X1 出场地，找讲师
里正：小王 要上合作板（X1）：「出场地，找讲师」…
小李：/合作
里正：合作还没有。…
管理员：/通过 2
里正：@小王 的 X1 合作上了板，30 天：出场地。
""")


async def test_five_hundred_live_items(stage: HostStage) -> None:
    player = await stage.play(FREE + "小王：早\n")
    group, wang, now = player.group.group_id, player.person("小王"), stage.now()
    span = items.LIFE.span(now, timedelta(days=30), timedelta(days=3))
    rows = []
    for n in range(1, 501):
        text = f"青禾科技招{'会计' if n % 50 == 0 else '店员'}，成都，{n % 9 + 3}k"
        parts = rules.read_parts(text, KINDS["招聘"])
        values = items.written(text, parts)
        rows.append(
            Item(
                group_id=group,
                number=n,
                kind="招聘",
                author_id=wang,
                state="up",
                posted_at=now,
                **values,
                **span,
            )
        )
    await Item.bulk_create(rows)
    await player.play("""
小李：/招聘
里正：招聘（500 条）：
  X500 会计·成都·8k（小王，刚刚）
  …
  第 1/100 页，看下一页发 /招聘 2
小李：/招聘 100 成都
里正：招聘 成都（500 条）：
  X5 店员·成都·8k（小王，刚刚）
  …
  第 100/100 页
小李：/招聘 101
里正：没有第 101 页，一共 100 页。
小李：/招聘 搜索 会计
里正：招聘里找「会计」，10 条：
  X500 会计·成都·8k（小王，刚刚）
  …
  第 1/2 页，看下一页发 /招聘 搜索 会计 第2页
小李：/招聘 搜索 会计 第2页
里正：招聘里找「会计」，10 条：
  X250 …
  第 2/2 页
小李：/信息板
里正：信息板：
  /招聘（500 条）：X500 会计、X499 店员、X498 店员
  /求职（0 条）
  /合作（0 条）
  /资源（0 条）
  /求助（0 条）
""")


async def test_a_file_of_the_library_and_its_end(stage: HostStage) -> None:
    player = await stage.play("""
开：信息板
管理员：/资料 添加 行业报告
里正：资料 没有开，管理员发 /信息板 开 资料 打开。
管理员：/信息板 开 资料
里正：资料开了。撤销发 /撤销 1。
管理员：/资料 添加 行业报告
里正：请在 10 分钟内把文件传到群文件，传好就上板。
管理员（私聊）：/资料 添加 年度报告
里正（私聊 管理员）：文件请在群里放，私聊里只收链接。
""")
    group, world = player.group.group_id, player.world
    recorder = Recorder(player)
    world.upload_file(group, player.person("管理员"), "报告.pdf", b"x" * 2048)
    await stage.settle()
    assert recorder.last == "X1 资料上了板：行业报告。"
    await player.play("""
管理员：公开
管理员→管理员：/资料 添加 别的报告
里正：你引用的那条里没有文件。请引用文件消息，或者写上链接。
小李：/资料 看 1
里正：X1 资料，管理员，看过 0 次：
  行业报告
  文件：报告.pdf（2 KiB），在群文件里
小李：/资料 添加 公开数据 https://data.example/a?utm_source=qq&id=3
里正：小李 要上资料板（X2）：「公开数据 https://data.example/a?id=3」
  先看一眼：这里都要先看。…
小李：/资料 失效 1
里正：有人说资料 X1「行业报告」打不开了，要拿下来吗？…
管理员：/通过 2
里正：资料 X1 拿下来了。
小李：/资料 失效 1
里正：X1 已经下架了。
""")
    assert (await Item.get(number=1)).outcome == "失效"


async def test_links_that_are_none(stage: HostStage) -> None:
    await stage.play(f"""
{FREE}小王：/合作 发布 找人点 javascript:alert(1)
里正：链接只收 http 或 https 开头的网页地址，别的放不上来。
  用法：…
  例如：…
小王：/合作 发布 找人看 https://a.example/x?utm_source=qq&id=3
里正：X1 合作上了板，30 天：找人看。
小王：/合作 看 1
里正：X1 合作，小王，到 12-18，看过 0 次：
  找人看 https://a.example/x?id=3
""")


async def test_a_contact_in_the_title_and_codes(stage: HostStage) -> None:
    await stage.play("""
开：信息板
设：信息板 审核 不审
小王：/合作 发布 13900002222找设计[CQ:at,qq=all]
里正：X1 合作上了板，30 天：找设计[CQ:at。
小李：/合作
里正：合作（1 条）：
  X1 找设计[CQ:at（小王，刚刚）
小李：/合作 看 1
里正：X1 合作，小王，到 12-18，看过 0 次：
  ＊找设计[CQ:at,qq=all]
  联系方式进群满一天才能看。
小李：/合作 搜索 13900002222
里正：合作里没有「13900002222」。发 /合作 看全部。
【过 1 天】
小李：/合作 看 1
里正：X1 合作，小王，到 12-18，看过 1 次：
  13900002222找设计[CQ:at,qq=all]
""")


async def test_a_zero_width_character_in_the_city(stage: HostStage) -> None:
    await stage.play(f"""
{FREE}小王：/招聘 发布 青禾科技招会计，成\u200b都，5k
里正：X1 招聘上了板，30 天：会计·成都·5k。
小李：/招聘 成都
里正：招聘 成都（1 条）：
  X1 会计·成都·5k（小王，刚刚）
小李：/招聘 北京 1
里正：招聘 北京还没有。…
""")


async def test_it_expires_while_offline_for_a_week(stage: HostStage) -> None:
    await stage.play(f"""
{FREE}设：信息板 每人上限 9
小王：/合作 发布 找设计做小程序
里正：X1 合作上了板…
小王：/合作 发布 找设计做网站
里正：X2 合作上了板…
小李：/资源 发布 有闲置显示器
里正：X3 资源上了板…
【过 35 天】
里正：@小王 @小李 快到期了，还要就续：
  X1 找设计做小程序，12-24 12:00 到期，发 /合作 续 1
  X2 找设计做网站，12-24 12:00 到期，发 /合作 续 2
  X3 有闲置显示器，12-24 12:00 到期，发 /资源 续 3
小王：/合作 续 1
里正：X1 再放 30 天。
小王：/合作 续 1
里正：X1 还有 30 天，快到期再续。
【过 25 小时】
小李：/合作
里正：合作（1 条）：
  X1 找设计做小程序（小王，36 天前）
小李：/合作 搜索 网站
里正：合作里找「网站」，1 条：
  X2 找设计做网站（小王，36 天前）【已下架】
小王：/合作 续 2
里正：X2 再放 30 天。
""")
    await Item.filter(number=2).update(renewed=3, until=stage.now() + timedelta(days=2))
    await stage.play("")


async def test_a_kind_is_switched_off_with_live_items(stage: HostStage) -> None:
    player = await stage.play(f"""
{FREE}小王：/合作 发布 找设计做小程序
里正：X1 合作上了板…
管理员：/信息板 关 合作
里正：合作关了，已经在板上的留着不显示。撤销发 /撤销 1。
小王：/合作
里正：合作 没有开，管理员发 /信息板 开 合作 打开。
小王：/合作 发布 找设计做网站
里正：合作 没有开…
小王：/信息板 2
里正：没有第 2 页，一共 1 页。
""")
    await undo(stage, player, 1)
    await player.play("""
小王：/合作
里正：合作（1 条）：…
""")


async def test_two_hosts_match_at_once(stage: HostStage) -> None:
    player = await stage.play(FREE + "小王：早\n")
    ctx = context(stage, player, "boards")
    one = Candidate(1, 10, "求职", rules.read_parts("会计，成都", KINDS["求职"]))
    other = Candidate(2, 11, "招聘", rules.read_parts("招会计，成都", KINDS["招聘"]))
    counts = await asyncio.gather(matches.write(ctx, [(one, other)]), matches.write(ctx, [(other, one)]))
    assert sorted(counts) == [0, 1]
    assert [(row.one, row.other, row.one_author) for row in await Match.all()] == [(1, 2, 10)]


async def test_a_notice_of_leaving_was_missed(stage: HostStage) -> None:
    player = await stage.play(f"""
{FREE}小王：/合作 发布 找设计做小程序
里正：X1 合作上了板…
""")
    wang = player.person("小王")
    gone = player.group.members.pop(wang)
    await player.play("""
【到 明天 07:31】
【过 25 小时】
小李：/合作
里正：合作还没有。…
""")
    player.group.members[wang] = gone
    await player.play("""
【到 明天 07:31】
小李：/合作
里正：合作（1 条）：…
""")


async def test_the_morning_finds_pairs_that_posting_did_not(stage: HostStage) -> None:
    player = await stage.play(f"""
{FREE}小王：/招聘 发布 青禾科技招会计，成都，5k
里正：X1 招聘上了板…
小李：/求职 发布 会计，成都
里正：X2 求职上了板，30 天：会计·成都。
  可能合适：X1（招聘，发 /招聘 看 1）。
""")
    await Match.all().delete()
    await player.play("【到 明天 07:31】\n")
    assert [(row.one, row.other) for row in await Match.all()] == [(1, 2)]
    group = GroupContext(stage.host, stage.host.groups[player.group.group_id], stage.host.features["boards"])
    assert jobs.next_match(group.now).hour == 7


async def test_thirty_at_once_post_one_each_and_two_are_live(stage: HostStage) -> None:
    player = await stage.play(FREE + "小王：早\n")
    world, group, wang = player.world, player.group.group_id, player.person("小王")
    for n in range(12):
        world.say(group, wang, f"/合作 发布 找设计做第{'一二三四五六七八九十甲乙'[n]}个项目")
    await stage.settle()
    assert await Item.all().count() == 2
    assert await Used.all().values_list("used", flat=True) == [2]


async def test_off_everything_waits(stage: HostStage) -> None:
    player = await stage.play(FREE + "小王：/求助 发布 谁会修打印机\n里正：X1 求助上了板…\n")
    await switch(stage, player, "boards", on=False)
    await player.play("小李：/求助\n【过 2 天】\n")
