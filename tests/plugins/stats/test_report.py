"""群报告 as the group and its admins read it; each hard case by its name."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest

from lizheng import Dimension, GroupContext
from lizheng.activity import reading
from lizheng.activity.tables import GroupHour, MemberDay, Seen
from lizheng.drawing import is_drawable
from lizheng.hooks import Figure, weekly_report
from lizheng.plugin.hook import Answer
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.world.faults import FaultKind
from plugins.stats import chronicle, figures, jobs, picture, presence, report, rules, weeks
from plugins.stats import feature as stats
from plugins.stats.models import Cohort, Present, Reader, State, Week

pytestmark = pytest.mark.usefixtures("stage")


def ctx_of(stage: HostStage, player: Player) -> GroupContext:
    group_id = player.group.group_id
    return GroupContext(
        stage.host, stage.host.groups[group_id], stats, source=f"test:{group_id}:{time.monotonic_ns()}"
    )


async def seen_since(ctx: GroupContext, days: int) -> None:
    """As if the group had been counted for so long."""
    await reading.spans(ctx)
    await Seen.filter(group_id=ctx.group.id).update(since=ctx.now - timedelta(days=days))


async def said(ctx: GroupContext, user_id: int, days_ago: int, long: int = 1) -> None:
    day = ctx.now.date() - timedelta(days=days_ago)
    await MemberDay.create(
        group_id=ctx.group.id,
        user_id=user_id,
        day=day,
        messages=long,
        long=long,
        first_minute=600,
        last_minute=700,
    )


async def test_what_members_and_admins_may_ask(stage: HostStage) -> None:
    player = await stage.play("""
开：群报告
设：群报告 图片 关
小王：/群报告 说明
里正：在群：成员列表里的人，不算里正和登记过的机器人
  活跃：7 天里说过一句 8 个字以上的话，或者做过一件为大家的事
  …
小王：/群报告 榜
里正：公开榜没开。管理员发 /设置 群报告 公开榜 开。
小王：/活跃 @小李
里正：只看得到自己的，别人的要问他自己。
小王：/活跃 @小王
里正：这 30 天还没数到你说话。
小王：今天天气真好，我们去江边骑车
管理员：/群报告
里正：本周：… 人在群，活跃 1 人，… 句话。
  进 0，退 0；为大家做的事 0 件。只看着了 1 天，比例先不算。
  细的私聊发给你。
里正（私聊 管理员）：… 本周：… 人在群，活跃 1 人。
  只看着了 1 天，比例先不算。
  进 0，退 0。
  粘性：叫的次数太少，看不出。
  … 句话，我自己开口 0 次（0 %）。
  阶段：起步。
  从 … 月 … 日 开始数。
管理员（私聊）：/群报告 30天
里正（私聊 管理员）：… 到 …：… 人在群，活跃 1 人。
  …
管理员：/群报告 对比
里正：还没有满一周的数字，从 … 月 … 日 开始数。下周一再来看。
管理员：/群报告 新人
里正：还没有数到新人，从 … 月 … 日 开始数。
管理员：/群报告 沉默
里正：从 … 月 … 日 开始数，满 30 天才说得出谁沉默。
管理员：/群报告 订阅
里正（私聊 管理员）：以后这个群的周报发到这里。
里正：好，每周一 09:30 私聊发给你。
管理员：/群报告 订阅
里正（私聊 管理员）：以后这个群的周报发到这里。
里正：你已经订阅了，每周一 09:30 发。
管理员：/群报告 退订
里正：好，周报不再发给你。
管理员：/群报告 退订
里正：你没有订阅周报。要订发 /群报告 订阅。
""")
    assert not await Reader.filter(group_id=player.group.group_id).exists()


async def test_bad_input_changes_nothing(stage: HostStage) -> None:
    await stage.play("""
开：群报告
管理员：/群报告 500天
里正：最多看 400 天，你写的是 500 天。
  用法：…
  例如：…
管理员：/群报告 2099-01-01
里正：那一周还没到。
  用法：…
  例如：…
管理员：/群报告 昨天好
里正：「昨天好」不是时段，可以写 本周、上周、30天，或者那周里的一天：11-03。
  用法：…
  例如：…
管理员：/群报告 上周
里正：从 … 月 … 日 开始数，更早的没有。
管理员：/群报告 导出 9999天
里正：最多看 400 天，你写的是 9999 天。
  用法：…
  例如：…
管理员：/大事记 添加 2099-01-01 还没有的事
里正：1 月 1 日 还没到，大事记只记已经有的事。
  用法：…
  例如：…
管理员：/大事记 删除 7
里正：没有第 7 件。发 /大事记 看有哪些。
小王：/大事记
里正：大事记还空着。管理员发 /大事记 添加 11-03 第一次聚会。
""")


async def test_private_delivery_failing_is_told_without_the_content(stage: HostStage) -> None:
    player = await stage.play("开：群报告\n设：群报告 图片 关\n")
    stage.world.faults.add(FaultKind.REFUSED, "send_private_msg", -1)
    await player.play("""
管理员：/群报告
里正：本周：…
  …
  细的私聊发给你。
【过 10 分钟】
里正：管理员 私聊发不过去，请先私聊我一句，再发一次。
""")


async def test_who_does_not_want_to_be_counted_is_named_nowhere(stage: HostStage) -> None:
    player = await stage.play("""
开：群报告
小王：今天天气真好，我们去江边骑车
小王：/群报告 不计我
里正：好，点名的数字里不再有你，已经记的也删了。要恢复发 /群报告 计我。
小王：/群报告 不计我
里正：你 本来就不计。
小王：/活跃
里正：你选了不计，没有你的数字。要恢复发 /群报告 计我。
管理员：/群报告 不计 @小李
里正：好，点名的数字里不再有 小李，已经记的也删了。要恢复发 /群报告 计 …。
管理员：/群报告 计 @小李
里正：好，从现在起又数 小李。
管理员：/群报告 计 @小李
里正：小李 本来就数着。
""")
    ctx = ctx_of(stage, player)
    here = await figures.people(ctx)
    assert player.person("小王") not in here.members
    assert not await MemberDay.filter(group_id=ctx.group.id, user_id=player.person("小王")).exists()
    await player.play("【小王 退群】\n【小王 进群】\n小王：又来了\n")
    assert not await Present.filter(group_id=ctx.group.id, user_id=player.person("小王")).exists()
    await player.play("小王：/群报告 计我\n里正：好，从现在起又数 你。")


async def test_silence_names_nobody_in_the_group(stage: HostStage) -> None:
    player = await stage.play("开：群报告\n小王：早\n小李：早\n小张：早\n")
    ctx = ctx_of(stage, player)
    await seen_since(ctx, 100)
    joined = ctx.now - timedelta(days=99)
    for name in ("小王", "小李", "小张"):
        await Present.create(
            group_id=ctx.group.id, user_id=player.person(name), first_seen=joined, joined_at=joined
        )
    await said(ctx, player.person("小王"), 35)
    await said(ctx, player.person("小李"), 3)
    await player.play("""
管理员：/群报告 沉默
里正：来了 30 天没说过话的 … 人；潜水 30 天 1、60 天 0、90 天 0 人。
  名字在私聊里：私聊我 /群报告 沉默
管理员（私聊）：/群报告 沉默
里正（私聊 管理员）：沉默和潜水 … 人：
  …
""")
    await stage.change_setting(ctx.group.id, "群报告", "名字", "不写")
    await player.play("""
管理员（私聊）：/群报告 沉默
里正（私聊 管理员）：这个群定了哪里都不写名字（/设置 群报告 名字）。
""")


async def test_an_incomplete_list_is_estimated_or_left_out() -> None:
    def numbers(listed: int, coverage: float) -> figures.Numbers:
        members = dict.fromkeys(range(listed))
        day = date(2026, 11, 16)
        return figures.Numbers(day, day + rules.WEEK, figures.People(members, coverage), active=24)  # type: ignore[arg-type]

    assert numbers(100, 1.0).rate == 0.24
    assert report.doubts(numbers(100, 1.0)) == []
    assert numbers(96, 0.96).rate == pytest.approx(0.24)
    assert report.doubts(numbers(96, 0.96)) == ["成员列表不全，按 96 % 估。"]
    assert numbers(50, 0.5).rate is None
    assert report.doubts(numbers(50, 0.5)) == ["成员列表不全，比例先不算。"]


async def test_gaps_are_drawn_as_gaps_and_rates_skip_them(stage: HostStage) -> None:
    player = await stage.play("开：群报告\n小王：早\n")
    ctx = ctx_of(stage, player)
    await reading.spans(ctx)
    monday = rules.monday(ctx.now.date()) - rules.WEEK
    at = figures.midnight(ctx, monday)
    await Seen.filter(group_id=ctx.group.id).update(since=at + timedelta(days=5))
    await Seen.create(group_id=ctx.group.id, since=at - timedelta(days=9), until=at + timedelta(days=3))
    numbers = await figures.gather(ctx, monday, monday + rules.WEEK)
    assert numbers.unseen == (monday + timedelta(days=3), monday + timedelta(days=4))
    assert report.doubts(numbers) == ["有 2 天没看着，比例跳过了那些天。"]
    assert numbers.rate is not None
    sheet = picture.as_sheet("试验群", "上周", numbers, [], [], ctx.now.date())
    assert sheet._said.count("缺") == 2
    assert all(is_drawable(words) for words in sheet._said)
    await Seen.filter(group_id=ctx.group.id, until=at + timedelta(days=3)).update(
        until=at + timedelta(hours=14)
    )
    numbers = await figures.gather(ctx, monday, monday + rules.WEEK)
    assert numbers.rate is None
    assert report.doubts(numbers) == ["只看着了 3 天，比例先不算。"]


async def test_a_member_returns_and_the_first_joining_counts(stage: HostStage) -> None:
    player = await stage.play("开：群报告\n【小新 进群】\n【过 1 天】\n【小新 退群】\n")
    ctx, who = ctx_of(stage, player), player.person("小新")
    gone = await Present.get(group_id=ctx.group.id, user_id=who)
    assert gone.left_at is not None
    await player.play("【过 2 天】\n【小新 进群】\n")
    back = await Present.get(group_id=ctx.group.id, user_id=who)
    assert (back.joined_at, back.left_at, back.returned) == (gone.joined_at, None, True)


async def test_a_raid_of_two_hundred_is_in_no_cohort(stage: HostStage) -> None:
    player = await stage.play("开：群报告\n小王：早\n")
    ctx = ctx_of(stage, player)
    await seen_since(ctx, 20)
    came = figures.midnight(ctx, rules.monday(ctx.now.date()) - rules.WEEK) + timedelta(hours=10)
    raid = [
        Present(
            group_id=ctx.group.id,
            user_id=70_000_000 + n,
            first_seen=came,
            joined_at=came,
            left_at=came + timedelta(hours=5),
            removed=True,
        )
        for n in range(200)
    ]
    five = [
        Present(group_id=ctx.group.id, user_id=71_000_000 + n, first_seen=came, joined_at=came)
        for n in range(5)
    ]
    await Present.bulk_create([*raid, *five])
    await MemberDay.create(
        group_id=ctx.group.id,
        user_id=71_000_000,
        day=came.astimezone(ctx.zone).date(),
        messages=1,
        long=1,
        first_minute=690,
    )
    await weeks.fold(ctx)
    [row] = await Cohort.filter(group_id=ctx.group.id)
    assert (row.size, row.spoke, row.week0) == (5, 1, 1)
    monday = rules.monday(came.astimezone(ctx.zone).date())
    numbers = await figures.gather(ctx, monday, monday + rules.WEEK)
    assert (numbers.newcomers, numbers.spoke, numbers.hours) == (5, 1, 1.5)
    await stage.change_setting(ctx.group.id, "群报告", "图片", "关")
    await player.play("""
管理员：/群报告 新人
里正：还在并且活跃的新人（当周、1 周后、2 周后、4 周后）
  … 5 人：20% · · ·
""")
    await Cohort.filter(group_id=ctx.group.id).delete()
    await Present.filter(group_id=ctx.group.id, user_id=71_000_001).delete()
    await player.play("管理员：/群报告 新人\n里正：在群不到 5 个人，分开看就等于点名，只说总数。")


async def test_a_report_due_while_offline_for_thirty_hours_is_skipped_and_said_in_the_next(
    stage: HostStage,
) -> None:
    player = await stage.play("""
开：群报告
设：群报告 图片 关
管理员（私聊）：/群报告 订阅
里正（私聊 管理员）：好，每周一 09:30 私聊发给你。
【到 下周一 09:30】
里正（私聊 管理员）：… 上周：…
  …
【到 下周一 09:00】
""")
    await stage.wire.stop()
    await stage.host.stop()
    stage.host.clock.move(timedelta(hours=30, minutes=40))
    await stage.host.start()
    await stage.wire.start()
    await stage.wire.ready()
    await stage.settle()
    await player.play("""
【到 下周一 09:30】
里正（私聊 管理员）：… 上周：…
  …
  上一份（… 月 … 日 那周）我不在，没发。
""")


async def test_the_same_week_is_sent_once(stage: HostStage) -> None:
    player = await stage.play("""
开：群报告
设：群报告 图片 关
管理员（私聊）：/群报告 订阅
里正（私聊 管理员）：好，每周一 09:30 私聊发给你。
【到 下周一 09:30】
里正（私聊 管理员）：… 上周：…
  …
""")
    ctx = ctx_of(stage, player)
    await jobs.send(ctx)
    await stage.settle()
    await player.play("管理员：/设置 群报告 周报时间 10:30\n里正：…\n【过 3 天】\n")


async def test_the_deeds_say_whose_work_it_is(stage: HostStage) -> None:
    player = await stage.play("开：群报告\n设：群报告 图片 关\n设：群报告 公开榜 开\n小王：早\n小李：早\n")
    ctx = ctx_of(stage, player)
    people = [player.person(name) for name in ("小王", "小李", "小张", "小赵", "小周")]
    for place, user in enumerate(people):
        for n in range(5 - place):
            await ctx.deed(user, "event.came", key=f"{user}:{n}", dimension=Dimension.EVENTS)
    for n in range(5):
        await ctx.deed(player.person("群主"), "brief.item", key=f"o{n}", dimension=Dimension.NEWS)
    await ctx.deed(people[0], "old", key="old", dimension=Dimension.NEWS, at=ctx.now - timedelta(days=30))
    await player.play("""
小王：/群报告 榜
里正：这 30 天为大家做的事：
  …
管理员：/体检
里正：六样，四周比前四周（括号里是前四周）：
  福利 0（0），信息 5（1），资源 0（0）
  案例 0（0），活动 15↑（0），链接 0（0）
  谁做的：成员 75 %，群主 25 %。
管理员（私聊）：/群报告
里正（私聊 管理员）：…
  功劳：成员 75 %，群主 25 %。
  独角戏：最多的一位占 25 %，前三位占 70 %。
  …
小王：/活跃
里正：这 30 天你来了 1 天，回答了别人 0 次，为大家做了 … 件事。
""")


async def test_a_full_week_in_words(stage: HostStage, monkeypatch: pytest.MonkeyPatch) -> None:
    player = await stage.play("""
开：群报告
设：群报告 公开榜 开
管理员：早
小王：/群报告 榜
里正：这 30 天还没有人做过记下来的事。
""")
    ctx = ctx_of(stage, player)
    monday = rules.monday(ctx.now.date()) - rules.WEEK
    here = await ctx.members()
    members = {user: here[player.person("小王")] for user in range(1, 39)}
    numbers = figures.Numbers(
        monday,
        monday + rules.WEEK,
        figures.People(members),
        active=9,
        messages=300,
        joined=3,
        left=1,
        own=12,
        pushed=8,
        unanswered=4,
        newcomers=3,
        spoke=2,
        hours=4.6,
        sticky=0.41,
        calls=8,
        known=0.5,
    )

    async def told(*_: object) -> list[Answer[tuple[Figure, ...]]]:
        return [Answer("other", (Figure("广告费", "30 元"), Figure("进来", "3 个")))]

    monkeypatch.setattr(weekly_report, "gather", told)
    assert (await report.lines(ctx, numbers))[1:] == [
        "新人 3 位，开了口 2 位，多半在 5 小时内。",
        "进 3，退 1。",
        "粘性 41 %（8 次里的中位数）。",
        "认识率 50 %，目标三分之二。",
        "300 句话，我自己开口 8 次（3 %）。",
        "没人接的推送 4 条，要不要少发？/设置 控制 每天主动发言",
        "别的功能：广告费 30 元；进来 3 个。",
    ]
    assert (await report.lines(ctx, numbers))[0].endswith("上周：38 人在群，活跃 9 人（24 %，线是 10 %）。")
    for back, active in enumerate([40, 10, 12], 1):
        await Week.create(
            group_id=ctx.group.id,
            week=monday - rules.WEEK * back,
            active=active,
            seen=100,
            messages=100 * back,
        )
    await seen_since(ctx, 100)
    assert (await ctx.members()).keys() >= {player.person("小王")}
    for user in await ctx.members():
        await said(ctx, user, 2)
    named = "、".join(f"{monday - rules.WEEK * back:%m-%d}" for back in (3, 2, 1))
    await player.play(f"""
管理员：/群报告 对比
里正：最近 3 周（{named}），超出平常波动才有箭头：
  活跃 12  10  40↑；消息 300  200↓  100↓
  进 0  0  0；退 0  0  0
  做的事 0  0  0；没人接 0  0  0
管理员（私聊）：/群报告 沉默
里正（私聊 管理员）：没有沉默的人。
""")
    monkeypatch.setattr(chronicle, "MOST", 0)
    stage.world.faults.add(FaultKind.REFUSED, "upload_private_file", -1)
    await player.play("""
管理员：/大事记 添加 今天 又一件
里正：大事记最多 500 件，先删几件。
管理员（私聊）：/群报告 导出 30天
里正（私聊 管理员）：表格没能传出去：…。
""")


async def test_how_many_come_when_called(stage: HostStage) -> None:
    player = await stage.play("开：群报告\n小王：早\n小李：早\n")
    ctx = ctx_of(stage, player)
    for user in range(50_001, 50_011):
        await said(ctx, user, 3)
    for n in range(3):
        await ctx.call_opened("event", f"H{n}", 20)
        for user in range(50_001, 50_001 + 3 + n):
            await ctx.call_joined(f"H{n}", user)
        await ctx.call_closed(f"H{n}")
    assert await figures.stickiness(ctx) == (0.4, 3)


async def test_the_bots_words_are_nobodys_and_unanswered_ones_are_told(stage: HostStage) -> None:
    player = await stage.play("开：群报告\n小王：早\n")
    ctx = ctx_of(stage, player)
    await stage.pass_time(timedelta(minutes=2))
    await ctx.say("这是我自己要说的一长句话")
    await stage.settle()
    await stage.pass_time(timedelta(minutes=61))
    today = ctx.now.date()
    hours = await reading.hours(ctx, today - timedelta(days=1), today + timedelta(days=1))
    assert [
        sum(getattr(hour, name) for hour in hours) for name in ("messages", "own", "pushed", "unanswered")
    ] == [1, 1, 1, 1]
    numbers = await figures.gather(ctx, today - timedelta(days=1), today + timedelta(days=1))
    assert numbers.active == 0
    lines = await report.lines(ctx, numbers)
    assert "没人接的推送 1 条，要不要少发？/设置 控制 每天主动发言" in lines


async def test_the_stage_falls_and_silence_is_said_once_in_sixty_days(stage: HostStage) -> None:
    player = await stage.play("开：群报告\n小王：早\n")
    ctx = ctx_of(stage, player)
    monday = rules.monday(ctx.now.date())
    for back, active in enumerate([11, 13, 15, 18, 20, 20, 20, 20], 1):
        await Week.create(group_id=ctx.group.id, week=monday - rules.WEEK * back, active=active, seen=100)
    assert await weeks.stage_now(ctx) == rules.FALLING
    numbers = await figures.gather(ctx, monday - rules.WEEK, monday)
    lines = await report.lines(ctx, numbers, rules.FALLING)
    assert "阶段：衰退，少了的是福利。可以试试 /抽奖 发起、/报名 发起。" in lines
    await Week.filter(group_id=ctx.group.id).update(active=1)
    assert await weeks.stage_now(ctx) == rules.SILENT
    assert "阶段：沉寂。可以考虑好好收个尾，或者并到别的群。" in await report.lines(
        ctx, numbers, rules.SILENT, quiet=True
    )
    assert not any("沉寂" in line for line in await report.lines(ctx, numbers, rules.SILENT))
    now = ctx.now
    told = [await weeks.may_say_silent(ctx, now + timedelta(days=days)) for days in (0, 7, 59, 61)]
    assert told == [True, False, False, True]


async def test_the_check_up_of_day_36_goes_to_the_owner_once(stage: HostStage) -> None:
    player = await stage.play("开：群报告\n小王：早\n")
    ctx = ctx_of(stage, player)
    await seen_since(ctx, 35)
    await player.play("""
【过 1 天】
里正（私聊 群主）：这个群今天第 36 天，一般的群活到这时候就静了。体检一下：
  还没有记下来的事。报名、投票、投稿这些功能开着才有。
【过 2 天】
""")
    assert (await State.get(group_id=ctx.group.id)).checked_up_at is not None


async def test_at_night_the_member_list_is_held_against_the_rows(stage: HostStage) -> None:
    player = await stage.play("开：群报告\n小王：早\n")
    ctx = ctx_of(stage, player)
    gone = await Present.create(group_id=ctx.group.id, user_id=88_888_888, first_seen=ctx.now)
    stage.host.clock.freeze()
    try:
        assert await presence.survey(ctx)
    finally:
        stage.host.clock._frozen = None
    assert (await Present.get(id=gone.id)).left_at is not None
    here = await Present.filter(group_id=ctx.group.id, left_at=None).values_list("user_id", flat=True)
    assert player.person("小王") in here
    assert player.world.account not in here


async def test_the_export_holds_people_as_counts(stage: HostStage) -> None:
    player = await stage.play("开：群报告\n小王：早上好呀今天天气真好\n")
    await player.play("""
管理员（私聊）：/群报告 导出 30天
里正（私聊 管理员）：[file]
里正（私聊 管理员）：导出了 30 天，5 行。
管理员：/群报告 导出 30天 带名字
里正：带名字的只给群主。
群主：/群报告 导出 30天 带名字
里正：带名字的只在私聊里给：私聊我 /群报告 导出 30天 带名字
群主（私聊）：/群报告 导出 30天 带名字
里正（私聊 群主）：[file]
里正（私聊 群主）：导出了 30 天，… 行。
""")


async def test_folding_a_hundred_groups_costs_at_most_a_second(stage: HostStage) -> None:
    """Of the kit's counters: two thousand members each would be a day's work of an export, so a hundred of twenty."""
    from lizheng.activity import writing

    day = date(2026, 1, 5)
    rows = [
        MemberDay(group_id=991_000 + group, user_id=user, day=day + timedelta(days=n), messages=1, long=1)
        for group in range(100)
        for user in range(20)
        for n in range(3)
    ]
    await MemberDay.bulk_create(rows, batch_size=500)
    hours = [
        GroupHour(group_id=991_000 + group, day=day, hour=hour, messages=1)
        for group in range(100)
        for hour in range(24)
    ]
    await GroupHour.bulk_create(hours, batch_size=500)
    start = time.process_time()
    await writing.fold(date(2026, 11, 1))
    assert time.process_time() - start < 1.0
