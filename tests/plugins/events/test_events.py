"""Events as conversations: the hard cases of signing up, each named for what happens."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from lizheng import Declined, GroupContext
from lizheng.events import ReactionChanged
from lizheng.grammar import parse_who
from lizheng.hooks import BriefDay, ReportWeek, brief_section, weekly_report
from lizheng.ledger import books, orders
from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Order
from lizheng.messages.templates import plain
from lizheng.parts.deeds import calls_closed, deeds_of
from lizheng.parts.people import resolve
from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import About
from plugins.events import commands, seats
from plugins.events.models import Draw, Event, Seat
from tests.support.admin_actions import add_deputy, context, undo

OPENED = """
开：报名
管理员：/报名 发起 爬山 2人 11-22 9:00 截止 11-21 20:00
里正：H1 爬山：2 人，11 月 22 日（周日）09:00，11 月 21 日（周六）20:00 截止。…
"""


async def test_bad_input_changes_nothing(stage: HostStage) -> None:
    player = await stage.play("""
开：报名
小王：/报名
里正：现在没有在报名的。
小王：/报名 H9
里正：没有 H9，现在一个也没有。
小王：/报名 发起 爬山
里正：发起要代管、管理员和群主来，本群是这么定的。
管理员：/报名 发起 爬山 0人
里正：「0」太小，最小是 1。…
管理员：/报名 发起 爬山 今天 9:00
里正：开始的时间 11 月 18 日（周三）09:00 已经过了。…
管理员：/报名 发起 爬山 周六9:00 截止 周日9:00
里正：截止要在开始以前。…
管理员：/报名 发起 爬山 条件 等级≥3
里正：看不懂「等级≥3」是谁，可以写：@小王、H3到场、C7中奖、到场≥3、活跃7天、入群30天。…
管理员：/报名 发起 [CQ:at,qq=all] 2人 截止 明天20:00
里正：H1 [CQ:at,qq=all]：2 人，明天 20:00 截止。…
管理员：/报名 发起 爬山 截止 明天20:00
里正：H2 爬山：不限人数，明天 20:00 截止。…
管理员：/报名 发起 再爬山 截止 明天20:00
里正：你已经有 2 个没结束的（H1、H2），结束一个再发起。
小王：/报名 H9
里正：没有 H9；现在有 H1、H2。
小王：/报名 h１ +1
里正：H1 不能带人。
小王：/报名 H1 晚到，在路口等我
里正：小王 报上了（1/2）。
小王：/报名 退 H2
里正：H2 里没有这个报名。
小王：/报名 改 H1 人数 5
里正：H1 不是你发起的，只有发起人和管理员能动它。
管理员：/报名 改 H1 人数 0
里正：改人数写 1 到 2000。…
管理员：/报名 改 H1 截止 昨天
里正：后面要写什么时候，例如 明天20:00。…
管理员：/报名 改 H1 截止 今天 9:00
里正：11 月 18 日（周三）09:00 已经过了。…
管理员：/报名 改 H1 地点 山下
里正：能改的是 人数、时间、截止。…
小王：/报名
里正：在报名的 2 个，报名发 /报名 加编号：
  H1 [CQ:at,qq=all]（1/2）
  H2 爬山（0 人）
小王：/报名 2
里正：小王 报上了（1 人）。
""")
    await player.play(f"""
小王：/报名 H1 {"长" * 61}
里正：备注太长了，最多 60 个字，现在是 61 个。…
管理员：/报名 发起 {"🎉" * 200} 2人
里正：标题太长了，最多 30 个字，现在是 200 个。…
""")
    assert await Seat.filter(state="taken").count() == 2


async def test_what_was_guessed_is_shown_before_it_counts(stage: HostStage) -> None:
    await stage.play("""
开：报名
管理员：/报名 发起 爬山 周六 3人
里正：要发起：爬山：3 人，11 月 21 日（周六）09:00，11 月 21 日（周六）07:00 截止。
  没写的按这样算：09:00 开始。
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
管理员：/确认 1
里正：H1 爬山：3 人，11 月 21 日（周六）09:00，11 月 21 日（周六）07:00 截止。…
""")


async def test_two_events_of_one_name_and_words_under_the_call(stage: HostStage) -> None:
    await stage.play("""
开：报名
设：报名 谁能发起 成员
小王：/报名 发起 跑步 截止 明天20:00 每人带 2 3人
里正：H1 跑步：3 人，每人可带 2 人，明天 20:00 截止。…
小李：/报名 发起 跑步 截止 明天21:00
里正：H2 跑步：不限人数，明天 21:00 截止。…
小张→里正「H1」：报名
里正：小张 报上了（1/3）。
小张→里正「H2」：我来
里正：小张 报上了（1 人）。
小赵→里正「H1」：+2
里正：小赵 报上了（3/3）。
小李→里正「H1」：+9
里正：H1 每人最多带 2 人。
小李→里正「H1」：+1
里正：满了，小李 候补第 1 位；有人退就轮到你。
小李→里正「H1」：+1
里正：小李 已经在候补，第 1 位。
小赵：/报名 H1 +0
里正：小赵 改好了（3/3）。
里正：H1：@小李 轮到你了（3/3），不来的话 12 小时内发 /报名 退 H1。
小赵：/报名 H1 +2
里正：H1 只剩 0 个位子了，带不了这么多人。
小赵：/报名 H1
里正：小赵 已经报上了（3/3）。
小王→里正「H1」：今天天气不错
小王（私聊）：/报名 退 H1
里正（私聊 小王）：H1 里没有这个报名。
小张（私聊）：/报名 退 H1
里正（私聊 小张）：小张 退出了。
""")


async def test_limit_lowered_and_raised(stage: HostStage) -> None:
    """Lowered below the taken nobody is thrown out; raised by 5 with 8 waiting, 5 move up."""
    player = await stage.play(OPENED)
    event = await Event.get()
    ctx = context(stage, player, "events")
    people = [70_000_000 + number for number in range(10)]
    for person in people:
        await seats.sign_up(ctx, event.id, person, at=ctx.now)
    assert await Seat.filter(state="waiting").count() == 8
    await player.play("""
管理员：/报名 改 H1 人数 1
里正：H1 改成 1 人。已经报上 2 人，一个也不赶，只是不再进人。撤销发 /撤销 1。
""")
    assert await Seat.filter(state="taken").count() == 2
    await player.play("""
管理员：/报名 改 H1 人数 7
里正：H1 改成 7 人。…轮到你了（7/7），不来的话 12 小时内发 /报名 退 H1。
  撤销发 /撤销 2。
""")
    taken = await Seat.filter(state="taken").order_by("asked_at", "rank")
    assert [one.user_id for one in taken] == people[:7]
    await undo(stage, player, 2)
    assert (await Event.get()).seats == 1
    assert await Seat.filter(state="taken").count() == 7


async def test_forty_sign_ups_for_the_last_seat_at_once(stage: HostStage) -> None:
    player = await stage.play(OPENED)
    event, ctx = await Event.get(), context(stage, player, "events")
    await seats.sign_up(ctx, event.id, 70_000_000, at=ctx.now)
    people = [70_000_001 + number for number in range(40)]
    signed = await asyncio.gather(*(seats.sign_up(ctx, event.id, one, at=ctx.now) for one in people))
    assert sorted(one.news for one in signed) == ["taken"] + ["waiting"] * 39
    assert sorted(one.place for one in signed if one.news == "waiting") == list(range(1, 40))
    assert await seats.taken(event) == 2
    again = await asyncio.gather(*(seats.sign_up(ctx, event.id, people[0], at=ctx.now) for _ in range(8)))
    assert {one.news for one in again} == {"same"}
    gone = await asyncio.gather(
        *(seats.give_up(ctx, event.id, 70_000_000) for _ in range(10)), return_exceptions=True
    )
    assert sum(not isinstance(one, Declined) for one in gone) == 1
    assert await seats.taken(event) == 2


async def test_the_same_message_four_times_is_one_seat(stage: HostStage) -> None:
    player = await stage.play(OPENED)
    event, here = await Event.get(), context(stage, player, "events")
    for _ in range(4):
        ctx = here.under("message:1:1:7:7")
        try:
            await seats.sign_up(ctx, event.id, 70_000_000, at=ctx.now)
        except Declined:
            continue
    assert await Seat.filter(event_id=event.id).count() == 1
    await seats.give_up(here.under("message:1:1:8:8"), event.id, 70_000_000)
    again = here.under("message:1:1:8:8")
    try:
        await seats.sign_up(again, event.id, 70_000_000, at=again.now)
    except Declined:
        assert await seats.taken(event) == 0


async def test_who_leaves_the_group_frees_the_seat_and_an_organiser_is_followed_by_the_admins(
    stage: HostStage,
) -> None:
    player = await stage.play("开：报名")
    await add_deputy(stage, player, "小赵")
    await player.play("""
小赵：/报名 发起 爬山 1人 截止 明天20:00
里正：H1 爬山：1 人，明天 20:00 截止。…
小王：/报名 H1
里正：小王 报上了（1/1）。
小李：/报名 H1
里正：满了，小李 候补第 1 位；有人退就轮到你。
【小王 退群】
里正：H1 有人退出。@小李 轮到你了（1/1），不来的话 12 小时内发 /报名 退 H1。
【过 11 分】
【小赵 退群】
里正：H1「爬山」的发起人退群了，以后归管理员管。
管理员：/报名 移除 H1 @小李 没来过
里正：@小李 你的 H1 报名被撤下了。原因：没来过。
管理员：/报名 替 H1 @小张
里正：@小张 管理员 替你报上了 H1（1/1）。
管理员：/报名 替 H1 @小张 @小李
里正：小张 已经报上了（1/1）。
里正：@小李 管理员 替你报了 H1，候补第 1 位。
管理员：/报名 移除 H1 @小张
里正：@小张 你的 H1 报名被撤下了。@小李 轮到你了（1/1），不来的话 12 小时内发 /报名 退 H1。
""")


async def test_closed_over_and_called_off(stage: HostStage) -> None:
    player = await stage.play("""
开：报名
管理员：/报名 发起 爬山 1人 周六9:00 截止 明天20:00 候补 1
里正：H1 爬山：1 人，11 月 21 日（周六）09:00，候补 1 人，明天 20:00 截止。…
小王：/报名 H1
里正：小王 报上了（1/1）。
小李：/报名 H1
里正：满了，小李 候补第 1 位；有人退就轮到你。
小张：/报名 H1
里正：H1 满了，候补也满了。
管理员：/报名 截止 H1
里正：要让 H1「爬山」现在截止，1 人报上。
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
管理员：/确认
里正：H1「爬山」报名截止，1 人。
小张：/报名 H1
里正：H1 已经截止（11 月 18 日（周三）12:00）。
管理员：/报名 截止 H1
里正：H1 本来就截止了。
管理员：/报名 改 H1 截止 周五 18:00
里正：H1 改成 后天 18:00 截止。撤销发 /撤销 1。
【到 周五 18:00】
里正：H1「爬山」报名截止，1 人，候补 1 人。
  @小王 H1「爬山」明天 09:00 开始。
管理员：/报名 取消 H1 下雨
里正：要取消 H1「爬山」：1 人报上。原因：下雨
  确认请发 /确认 2，放弃发 /取消 2（5 分钟内有效）。
管理员：/确认
里正：@小王 @小李 H1「爬山」取消了。原因：下雨
小王：/报名 H1
里正：H1 取消了。
管理员：/报名 截止 H1
里正：H1 取消了。
""")
    assert await Event.filter(state="cancelled").count() == 1
    assert await calls_closed(context(stage, player, "events"), stage.now() - timedelta(days=9)) == []


async def test_the_last_two_hours_are_first_come(stage: HostStage) -> None:
    await stage.play("""
开：报名
设：报名 提醒 无
管理员：/报名 发起 爬山 1人 今天 15:00 截止 今天 14:00
里正：H1 爬山：1 人，11 月 18 日（周三）15:00，今天 14:00 截止。…
小王：/报名 H1
里正：小王 报上了（1/1）。
小李：/报名 H1
里正：满了，小李 候补第 1 位；有人退就轮到你。
【过 90 分】
小王：/报名 不来 H1
里正：小王 退出了。
  空出 1 个位子，先到先得：/报名 H1。@小李
小李：/报名 H1
里正：小李 报上了（1/1）。
【到 14:00】
里正：H1「爬山」报名截止，1 人。
【到 15:00】
小李：/报名 退 H1
里正：H1 已经开始，不用退了。
""")


async def test_first_asked_when_the_group_wants_it(stage: HostStage) -> None:
    """递补 先问: who does not say so within 12 hours lets the next one in."""
    await stage.play("""
开：报名
设：报名 递补 先问
设：控制 安静时段 无
管理员：/报名 发起 爬山 1人 11-25 9:00 截止 11-24 20:00
里正：H1 爬山：1 人，…
小王：/报名 H1
里正：小王 报上了（1/1）。
小李：/报名 H1
里正：满了，小李 候补第 1 位；有人退就轮到你。
小张：/报名 H1
里正：满了，小张 候补第 2 位；有人退就轮到你。
小王：/报名 退 H1
里正：小王 退出了。@小李 有空位了（1/1），来的话 12 小时内发 /报名 H1，不然轮到下一位。
小李：/报名 看 H1
里正：H1 爬山：…
  你的位子要确认：明天 00:00 前发 /报名 H1。
【过 12 小时】
里正：H1：小李 没有按时付款或确认，位子让出来了。@小张 有空位了（1/1），来的话 12 小时内发 /报名 H1，不然轮到下一位。
小张：/报名 H1
里正：小张 说来（1/1）。
""")


async def test_a_changed_time_asks_all_to_confirm(stage: HostStage) -> None:
    await stage.play("""
开：报名
设：控制 安静时段 无
管理员：/报名 发起 爬山 2人 11-22 9:00 截止 11-21 20:00
里正：H1 爬山：…
小王：/报名 H1
里正：小王 报上了（1/2）。
小李：/报名 H1
里正：小李 报上了（2/2）。
管理员：/报名 改 H1 时间 11-29 9:00
里正：@小王 @小李 H1「爬山」改到 11 月 29 日（周日）09:00，还来的请 明天 00:00 前发 /报名 H1，没确认的位子让出来。撤销发 /撤销 1。
小王：/报名 H1
里正：小王 说来（2/2）。
【过 13 小时】
里正：H1：小李 没有按时付款或确认，位子让出来了。
""")
    assert (await Event.get()).closes_at.astimezone(stage.now().tzinfo).day == 28


async def test_away_at_the_deadline(stage: HostStage) -> None:
    """Who signed up in time while the bot was away has the seat that was theirs, and nobody loses one for it."""
    await stage.play("""
开：报名
管理员：/报名 发起 爬山 1人 截止 今天 12:30
里正：H1 爬山：1 人，今天 12:30 截止。…
小张：/报名 H1
里正：小张 报上了（1/1）。
【过 10 分】
小张：/报名 退 H1
里正：小张 退出了。
【断线】
小王：/报名 H1
【过 40 分】
小李：/报名 H1
【连上】
里正：我刚才不在（…），补记了 1 个报名。
  没记上：小李：H1 已经截止（11 月 18 日（周三）12:30）。
【过 1 分】
小李：/报名 看 H1
里正：…
""")
    seated = await Seat.filter(state="taken")
    assert len(seated) == 1


async def test_someone_promoted_meanwhile_keeps_the_seat(stage: HostStage) -> None:
    player = await stage.play(OPENED)
    event, ctx = await Event.get(), context(stage, player, "events")
    first, early = ctx.now, ctx.now + timedelta(minutes=5)
    await seats.sign_up(ctx, event.id, 70_000_001, at=first)
    await stage.pass_time(timedelta(minutes=20))
    ctx = context(stage, player, "events")
    await seats.sign_up(ctx, event.id, 70_000_002, at=ctx.now)
    over = await seats.sign_up(ctx, event.id, 70_000_003, at=early, late=True)
    assert (over.news, await seats.taken(event)) == ("over", 3)
    late = await seats.sign_up(ctx, event.id, 70_000_004, at=ctx.now, late=True)
    assert late.news == "waiting"


async def test_a_clock_that_jumps_past_the_start_reminds_nobody(stage: HostStage) -> None:
    player = await stage.play(OPENED + "小王：/报名 H1\n里正：小王 报上了（1/2）。")
    await stage.move(timedelta(days=5))
    await stage.settle()
    await player.play("小王：/报名 看 H1\n里正：H1 已经结束（11 月 22 日（周日）09:00）。")


async def test_fees(stage: HostStage) -> None:
    """An order for each seat: unpaid it is let go, paid too late it is said, leaving in time it is given back."""
    player = await stage.play("""
开：报名
设：控制 安静时段 无
设：报名 付款期限 1小时
管理员：/报名 发起 聚餐 1人 11-25 18:00 截止 11-24 20:00 费用 20元
里正：H1 聚餐：1 人，11 月 25 日（周三）18:00，费用 20 元，11 月 24 日（周二）20:00 截止。…
小王：/报名 H1
里正：小王 报上了（1/1）。
  报名费 20 元，红包写上单号（A1），管理员确认才算数。
小李：/报名 H1
里正：满了，小李 候补第 1 位；有人退就轮到你。
【过 1 小时】
里正：H1：小王 没有按时付款或确认，位子让出来了。@小李 轮到你了（1/1），不来的话 12 小时内发 /报名 退 H1。
  报名费 20 元，红包写上单号（A2），管理员确认才算数。
小王：/已发红包 20 A1
里正：@小王 说 A1（报名费 H1…
管理员→里正「A1」：收到
里正：A1（报名费 H1）收齐了 20 元，谢谢 @小王 。
里正：小王 的报名费收到时，H1 的位子已经没了，请退给他：/退款 A1。
小李：/已发红包 20 A2
里正：…
管理员→里正「A2」：收到
里正：A2（报名费 H1）收齐了 20 元，谢谢 @小李 。
小李：/报名 退 H1
里正：小李 退出了。
  要退的钱：A2，管理员退了发 /退款 A2。
小王：/报名 H1
里正：小王 报上了（1/1）。
""")
    assert [one.state for one in await Order.all().order_by("number")] == ["used", "settled"]
    assert await mismatches() == []
    await player.play("""
小王：/报名 H1 +0
里正：小王 已经报上了（1/1）。
管理员：/报名 取消 H1 下雨
里正：要取消 H1…
管理员：/确认
里正：@小王 H1「聚餐」取消了。原因：下雨
  要退的钱：A1，管理员退了发 /退款 A1。
""")
    assert {one.state for one in await Order.all()} == {"settled"}
    assert await mismatches() == []


async def test_coming_tables_and_who_did_not_come(stage: HostStage) -> None:
    player = await stage.play("""
开：报名
设：控制 安静时段 无
设：报名 提醒 无
管理员：/报名 发起 爬山 今天 20:00 截止 今天 19:00
里正：H1 爬山：不限人数，…
小王：/报名 H1
里正：小王 报上了（1 人）。
小李：/报名 H1
里正：小李 报上了（2 人）。
小张：/报名 H1
里正：小张 报上了（3 人）。
小王：/到场 H1
里正：H1 的到场从 11 月 18 日（周三）18:00 到 11 月 19 日（周四）08:00。
管理员：/分组 H1 每组 2人 混 标签:新人
里正：看不懂「标签:新人」是谁，…
管理员：/分组 H1 每组 1人
里正：每组人数写 2 到 100，例如 每组 4人。…
管理员：/分组 H1 每组 2人 混 活跃7天
里正：H1 分成 2 组，种子 …，还能重分一次：…
管理员：/分组 H1 2人
里正：H1 分成 2 组，种子 …，不能再重分了：…
管理员：/分组 H1 2人
里正：H1 已经重分过了，就按分好的来。
【到 18:00】
小王：/到场 H1
里正：小王 到了（1/3）。
小王：/到场 H1
里正：小王 已经到了。
小赵：/到场 H1
里正：H1 里没有这个报名。
小赵：/到场 H1 @小李
里正：H1 不是你发起的，只有发起人和管理员能动它。
管理员：/到场 暗号 H1
里正：暗号只在私聊里说：私聊我发 /到场 暗号 H1。
管理员（私聊）：/到场 暗号 H1
里正（私聊 管理员）：H1 的暗号是 …，到 19:00 前有效；再要一个，旧的就不灵了。
小李：/到场 H1
里正：要写上现场的暗号：/到场 H1 1234。
小李：/到场 H1 abcd
里正：暗号不对，还能试 4 次。
管理员：/到场 H1 @小李
里正：小李 到了（2/3）。
""")
    event, ctx = await Event.get(), context(stage, player, "events")
    who = {name: player.person(name) for name in ("小王", "小李", "小张", "管理员")}
    assert await resolve(ctx, parse_who("H1到场")) == {who["小王"], who["小李"]}
    assert await resolve(ctx, parse_who("H1 除 H1到场")) == {who["小张"]}
    assert await resolve(ctx, parse_who("到场≥1")) == {who["小王"], who["小李"]}
    assert who["小张"] in await resolve(ctx, parse_who("到场≤0"))
    [section] = await brief_section.ask(ctx, BriefDay(stage.now().date()))
    assert section.value.lines == ("H1 爬山，11 月 18 日（周三）20:00（3 人）",)
    await player.play("""
【到 19:00】
里正：H1「爬山」报名截止，3 人。
【到 明天 08:00】
里正（私聊 管理员）：H1「爬山」没来的 1 位：小张。
【过 1 分】
小张：/到场 H1
里正：H1 的到场从 …
小张：/报名 H1
里正：H1 已经结束（11 月 18 日（周三）20:00）。
""")
    ctx = context(stage, player, "events")
    since = ctx.now - timedelta(days=2)
    done = {(one.user_id, one.kind): one.amount for one in await deeds_of(ctx, since)}
    assert done == {
        (who["小王"], "event.came"): 1,
        (who["小李"], "event.came"): 1,
        (who["管理员"], "event.held"): 1,
    }
    [call] = await calls_closed(ctx, since)
    assert (call.kind, call.takers) == ("event", 3)
    assert call.audience >= 3
    monday = stage.now().date() - timedelta(days=stage.now().weekday())
    [figures] = await weekly_report.ask(ctx, ReportWeek(monday))
    assert [(one.name, one.value) for one in figures.value] == [
        ("活动", "1 个"),
        ("到场", "2 人次"),
        ("抽奖", "0 次"),
    ]
    assert (await Seat.get(event_id=event.id, user_id=who["小张"])).missed


async def test_restart_and_being_off(stage: HostStage) -> None:
    player = await stage.play(
        OPENED
        + """
小王：/报名 H1
里正：小王 报上了（1/2）。
【重启】
小李：/报名 H1
里正：小李 报上了（2/2）。
"""
    )
    await player.play("""
管理员：/关闭 报名
里正：已关闭「报名」…
小张：/报名 H1
【到 周六 21:00】
管理员：/开启 报名
里正：已开启「报名」…
里正：H1「爬山」报名截止，2 人。
  @小王 @小李 H1「爬山」明天 09:00 开始。
""")


async def test_notes_are_for_the_organiser_alone(stage: HostStage) -> None:
    player = await stage.play(
        OPENED
        + """
小王：/报名 H1 膝盖不好
里正：小王 报上了（1/2）。
管理员：/报名 导出 H1
里正：里面有备注，请私聊我发 /报名 导出 H1。
小王（私聊）：/报名 导出 H1
里正（私聊 小王）：H1 不是你发起的，只有发起人和管理员能动它。
管理员（私聊）：/报名 导出 H1
里正（私聊 管理员）：[file]
里正（私聊 管理员）：H1 的名单导出了 1 行。
小李：/报名 看 H1
里正：H1 爬山：…
  报上 1/2：小王
  你没有报。
"""
    )
    wang = player.person("小王")
    await Seat.create(
        event_id=0,
        group_id=player.group.group_id,
        user_id=wang,
        state="taken",
        live=False,
        missed=True,
        asked_at=stage.now(),
    )
    await Seat.create(
        event_id=9,
        group_id=player.group.group_id,
        user_id=wang,
        state="taken",
        live=False,
        missed=True,
        asked_at=stage.now(),
    )
    await player.play("""
管理员（私聊）：/报名 看 H1
里正（私聊 管理员）：H1 爬山：…
  报上 1/2：小王（爽约 2 次）
  你没有报。
管理员：/报名 看 H1
里正：H1 爬山：…
  报上 1/2：小王
  你没有报。
""")
    assert isinstance(context(stage, player, "events"), GroupContext)


async def test_every_answer_has_its_sentence(stage: HostStage) -> None:
    player = await stage.play("""
开：报名
设：控制 安静时段 无
管理员：/报名 发起 读书 1人 截止 明天20:00
里正：H1 读书：1 人，…
管理员：/分组 H1 每组 4人
里正：H1 还没有人报上。
小王：/报名 H1
里正：小王 报上了（1/1）。
小李：/报名 H1
里正：满了，小李 候补第 1 位；有人退就轮到你。
小王：/报名 看 H1
里正：H1 读书：1 人，明天 20:00 截止。
  报上 1/1，候补 1 人：小王
  你报上了。
小李：/报名 看 H1
里正：H1 读书：1 人，明天 20:00 截止。
  报上 1/1，候补 1 人：小王
  你候补第 1 位。
小王：/到场 H1
里正：H1 没写开始时间，不记到场。
管理员：/报名 改 H1 人数 5
里正：H1 改成 5 人。@小李 轮到你了（2/5），不来的话 12 小时内发 /报名 退 H1。
  撤销发 /撤销 1。
管理员：/撤销 1
里正：H1 改回来了：读书：1 人，明天 20:00 截止。
里正：已撤销 #1：改报名 H1。
管理员：/报名 改 H1 截止 后天20:00
里正：H1 改成 后天 20:00 截止。撤销发 /撤销 3。
管理员：/分组 H1 每组 2人
里正：H1 分成 1 组，种子 …，还能重分一次：
  1 组：…
""")
    event = await Event.get()
    await Event.filter(id=event.id).update(
        starts_at=stage.now() + timedelta(hours=1), word_hash=commands.hash_word("a", "1234"), word_salt="a",
        word_until=stage.now() + timedelta(hours=1),
    )  # fmt: skip
    await player.play("""
小王：/到场 H1 0000
里正：暗号不对，还能试 4 次。
小王：/到场 H1 0000
里正：暗号不对，还能试 3 次。
小王：/到场 H1 0000
里正：暗号不对，还能试 2 次。
小王：/到场 H1 0000
里正：暗号不对，还能试 1 次。
小王：/到场 H1 0000
里正：试得太多了，请发起人替你记。
小王：/到场 H1 1234
里正：试得太多了，请发起人替你记。
小李：/到场 H1 １２３４
里正：小李 到了（1/2）。
""")


async def test_paid_after_the_seat_was_given_away_and_money_that_stays(stage: HostStage) -> None:
    player = await stage.play("""
开：报名
设：控制 安静时段 无
设：报名 提醒 无
设：报名 付款期限 1小时
管理员：/报名 发起 聚餐 2人 今天 20:00 截止 今天 17:00 费用 20元 每人带 1
里正：H1 聚餐：2 人，…
小王：/报名 H1
里正：小王 报上了（1/2）。
  报名费 20 元，红包写上单号（A1），管理员确认才算数。
小王：/报名 H1 +1
里正：H1 收费，改人数请先 /报名 退 H1 再报。
【过 1 小时】
里正：H1：小王 没有按时付款或确认，位子让出来了。
小王：/已发红包 20 A1
里正：…
管理员→里正「A1」：收到
里正：A1（报名费 H1）收齐了 20 元，谢谢 @小王 。
里正：小王 补付了，H1 还有位子，又报上了。
【到 17:00】
里正：H1「聚餐」报名截止，1 人。
小王：/报名 退 H1
里正：小王 退出了。
""")
    assert [one.state for one in await Order.all()] == ["used"]
    assert await mismatches() == []
    assert isinstance(player.person("小王"), int)


async def test_no_fee_while_the_books_do_not_add_up(stage: HostStage) -> None:
    player = await stage.play("开：报名")
    await stage.host.groups.set_value(int(player.group.group_id), *books.CLOSED, True)
    await player.play("""
管理员：/报名 发起 聚餐 费用 20元 截止 明天20:00
里正：账对不上，收付款先停下了，已经告诉超级用户。别的功能照常。
管理员：/报名 发起 聚餐 截止 明天20:00
里正：H1 聚餐：不限人数，明天 20:00 截止。…
""")


async def test_late_and_over_the_limit_it_is_said(stage: HostStage) -> None:
    """Somebody moved up while the bot did not hear of who asked before; both come."""
    player = await stage.play(OPENED.replace("2人", "1人").replace("2 人", "1 人"))
    event = await Event.get()
    early, ctx = stage.now(), context(stage, player, "events")
    await stage.move(timedelta(minutes=9))
    await player.play("小李：/报名 H1\n里正：小李 报上了（1/1）。")
    ctx = context(stage, player, "events").under("late:1")
    signed = await seats.sign_up(ctx, event.id, player.person("小王"), at=early, late=True)
    await commands._tell(ctx, signed, late=True)
    await stage.settle()
    said = [plain(one.params["message"]) for one in stage.world.api_log if one.action == "send_group_msg"]
    assert said[-1] == f"{ctx.name_of(player.person('小王'))} 是按时报的，补上一个位子（2/1，比名额多）。"


async def test_a_hand_under_the_call_is_signing_up(stage: HostStage) -> None:
    player = await stage.play("端：LLBot\n" + OPENED.strip())
    wang = player.person("小王")
    call = await About.get(feature="events", kind="event")
    assert call.message_id is not None
    group = stage.host.groups[int(player.group.group_id)]
    stage.world.react(call.message_id, wang, "9995")
    await stage.settle()
    assert (await Seat.get(user_id=wang)).state == "taken"
    for added, state in ((True, "taken"), (False, "left"), (False, "left")):
        at = int(stage.now().timestamp())
        happened = ReactionChanged(group.id, wang, 0, at, call.message_id, "9995", 1, added=added)
        await stage.host.tell(group, happened)
        assert (await Seat.get(user_id=wang)).state == state
    stage.world.react(call.message_id, player.person("小李"), "76x", on=True)
    await stage.settle()
    assert await Seat.all().count() == 1


async def test_what_is_kept_goes_when_it_is_over(stage: HostStage) -> None:
    player = await stage.play(OPENED + "小王：/报名 H1\n里正：小王 报上了（1/2）。")
    group, wang = int(player.group.group_id), player.person("小王")
    keeps = {keep.model: keep for keep in context(stage, player, "events").feature.keeps}  # type: ignore[attr-defined]
    seat = keeps[Seat]
    assert await seat.deletable(group, wang, stage.now()).count() == 0
    [row] = await seat.export(group, wang)
    assert "rank" not in str(row)
    await player.play("小王：/报名 退 H1\n里正：小王 退出了。")
    assert await seat.deletable(group, wang, stage.now()).count() == 1
    later = stage.now() + timedelta(days=181)
    assert await seat.purge(later, 10_000) == 1
    assert await keeps[Event].purge(later, 10_000) == 0
    await Event.all().update(state="ended")
    assert await keeps[Event].purge(later + timedelta(days=5), 10_000) == 1


async def test_what_nobody_saw_gives_everybody_longer(stage: HostStage) -> None:
    player = await stage.play("""
开：报名
管理员：/报名 发起 爬山 周六 9:00 截止 今天 12:30
里正：H1 爬山：…
管理员：/抽奖 发起 票 截止 今天 12:30
里正：C1 抽票，…
【停机】
【过 20 分】
""")
    player.group.messages.clear()
    await player.play("【过 5 分】\n小王：/报名 H1\n【过 35 分】")
    await stage.come_back(host=True)
    await stage.settle()
    await stage.pass_time(timedelta(minutes=15))  # what is announced within ten minutes may come together
    await stage.settle()
    said = "\n".join(str(message.segments) for message in player.group.messages)
    assert said.count("补记了 1 个报名") == said.count("12:25 以前的消息读不回来") == 1
    assert said.count("我刚才不在，H1 的截止延到 今天 15:00。") == 1
    assert said.count("我刚才不在，C1 的截止延到 今天 15:00。") == 1
    assert await Event.filter(state="open").count() == await Draw.filter(state="open").count() == 1


async def test_what_all_are_to_read_is_said_in_the_group(stage: HostStage) -> None:
    await stage.play("""
开：报名
管理员（私聊）：/报名 发起 读书 截止 明天20:00
里正（私聊 管理员）：这件事大家要看到，请在群里发。
管理员：/报名 发起 读书 1人 截止 明天20:00
里正：H1 读书：1 人，…
管理员（私聊）：/报名 改 H1 人数 5
里正（私聊 管理员）：这件事大家要看到，请在群里发。
小王（私聊）：/报名 H1
里正（私聊 小王）：小王 报上了（1/1）。
小李：/报名 H1
里正：满了，小李 候补第 1 位；有人退就轮到你。
小王（私聊）：/报名 退 H1
里正（私聊 小王）：小王 退出了。
里正：H1 有人退出。@小李 轮到你了（1/1），不来的话 12 小时内发 /报名 退 H1。
""")


async def test_an_order_that_is_refused_holds_no_seat(stage: HostStage) -> None:
    player = await stage.play("""
开：报名
设：控制 安静时段 无
管理员：/报名 发起 聚餐 1人 11-25 18:00 截止 11-24 20:00 费用 20元
里正：H1 聚餐：1 人，…
小王：/报名 H1
里正：小王 报上了（1/1）。…
""")
    await orders.refuse(await Order.get(), "不收", by=player.person("管理员"))
    await player.play("""
【过 24 小时】
里正：H1：小王 没有按时付款或确认，位子让出来了。
""")


async def test_a_file_that_qq_does_not_take(stage: HostStage) -> None:
    player = await stage.play(OPENED)
    stage.world.faults.add("refused", "upload_private_file", message="文件太多")  # type: ignore[arg-type]
    await player.play("管理员（私聊）：/报名 导出 H1\n里正（私聊 管理员）：名单没能传出去：…。")
