"""专属红包 played: both sides speak, and everything that goes astray on the way."""

from datetime import date

from lizheng.hooks import BriefDay, Figure, ReportWeek, brief_section, weekly_report
from lizheng.ledger import fund
from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Entry, Evidence, Order
from lizheng.parts.deeds import deeds_of
from lizheng.sandbox.stage import HostStage
from plugins.exclusive_packet.models import Card
from tests.support.admin_actions import context

OPEN = """
开：专属红包 账本
管理员：/专属红包 @小王 8.88 上期作业最佳
里正：掌声给 @小王：上期作业最佳！管理员发 8.88 元专属红包，祝福语写「奖A1」。
"""


async def test_bad_input(stage: HostStage) -> None:
    await stage.play("""
开：专属红包 账本
管理员：/专属红包 @小王 @小李 5
里正：一次只能给一个人，@ 一位。…
管理员：/专属红包 @小王 5 和 @小李
里正：一次只能给一个人，@ 一位。…
管理员：/专属红包 @小王 0 好
里正：金额要大于 0。…
管理员：/专属红包 @小王 201 好
里正：QQ 的一个红包最多 200 元，多的请分几次发。…
管理员：/专属红包 @管理员 5
里正：给自己的要请别的管理员来发。
管理员：/专属红包 @里正 5
里正：机器人领不了红包。
管理员：/专属红包 @小王 5 一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一
里正：话太长了，最多 30 个字，现在是 31 个。…
小王：/专属红包 @小李 5
里正：…只有管理员和群主能用。
小王：/收到
里正：现在没有给你的红包。
小王：/收到 A9
里正：本群没有 A9 这个单。
管理员：/收费 @小王 10 茶水
里正：@小王 开了 A1…
小王：/收到 A1
里正：A1 不是要发出去的红包。
管理员：/专属红包 已发 A1
里正：A1 不是要发出去的红包。
管理员：/专属红包 待发
里正：没有要发的。/专属红包 @一个人 8.88 为什么，就开一个。
管理员：/支出 5
里正：支出要写事由，比如 /支出 50 活动饮料。…
管理员：/支出 很多 茶水
里正：…
管理员：/支出 5 茶水 @管理员 垫付
里正：给自己的支出要请别的管理员来记。
管理员：/公账 补上
里正：公账没有缺口，不用补。
管理员：/公账 还 @小王 5
里正：公账只欠他 0 元。
小王：/公账 上辈子
里正：写「本月」或年份，比如 /公账 2026。…
小王：/公账 明细
里正：公账还没有进出。
""")
    assert not await Card.exists()


async def test_both_sides_speak_in_either_order(stage: HostStage) -> None:
    player = await stage.play(f"""
端：go-cqhttp
{OPEN}
小李：/收到 A1
里正：A1 不是给你的。
小王：/收到
里正：A1 记下你收到了，等管理员发 /专属红包 已发 A1。
小王：/收到 A1
里正：A1 你说过收到了。
管理员：/专属红包 待发
里正：要发的有 1 个：
  A1 小王 8.88 元 上期作业最佳（收到了，没说发）
管理员：/专属红包 已发 A1
里正：A1 送到了，公账记支出 8.88 元。
管理员：/专属红包 已发 A1
里正：A1 送到了，没有再动。
小王：/收到 A1
里正：A1 送到了，没有再动。
管理员：/专属红包 @小王 66.6
里正：掌声给 @小王：辛苦了！管理员发 66.60 元专属红包，祝福语写「奖A2」。
管理员：/专属红包 @小王
里正：掌声给 @小王：辛苦了！管理员发 5 元专属红包，祝福语写「奖A3」。
小王：/收到
里正：给你的有几个：A2、A3。发 /收到 A2 说一下是哪个。
【管理员 发红包 奖A3】
里正：看到给 @小王 的红包了（A3）。领到了请 小王 回 /收到，别的朋友请让一让。
群主：/专属红包 待发
里正：要发的有 2 个：
  A2 小王 66.60 元 辛苦了（没发）
  A3 小王 5 元 辛苦了（发了，没说收到）
小王→管理员：收到
里正：A3 送到了，公账记支出 5 元。
管理员：/专属红包 已发 A2
里正：A2 说是发了。@小王 领到了请回 /收到 A2。
管理员：/专属红包 已发 A2
里正：A2 已经说过发了，等 小王 回 /收到。
【过 49 小时】
管理员：/专属红包 待发
里正：要发的有 1 个：
  A2 小王 66.60 元 辛苦了（未确认）
群主：/专属红包 已发 A2
里正：A2 送到了，公账记支出 66.60 元。
""")
    ctx = context(stage, player, "exclusive_packet")
    [done] = await deeds_of(ctx, stage.now().replace(day=1))
    assert (done.kind, done.count, done.amount) == ("packet.given", 3, 888 + 6660 + 500)
    assert not await Evidence.exists()
    assert not await mismatches()


async def test_packets_of_others_and_wrong_numbers(stage: HostStage) -> None:
    """A packet for a reward is never a payment; a member's wish with its number is nothing."""
    await stage.play("""
端：go-cqhttp
开：专属红包 账本
【管理员 发红包 恭喜】
群主：/收费 @管理员 5 茶水
里正：@管理员 开了 A1：…
管理员：/收费 @小李 7 茶水
里正：@小李 开了 A2：…
管理员：/专属红包 @小王 8 好
里正：…祝福语写「奖A3」。
【小李 发红包 奖A3】
【管理员 发红包 恭喜发财】
里正：看到给 @小王 的红包了（A3）。…
群主→管理员：收到
小王→管理员：收到
里正：A3 送到了，公账记支出 8 元。
群主：/专属红包 @管理员 6 辛苦
里正：…祝福语写「奖A4」。
【群主 发红包 奖A4】
里正：看到给 @管理员 的红包了（A4）。…
管理员→群主：收到
里正：A4 送到了，公账记支出 6 元。
【管理员 发红包 奖A4】
【管理员 发红包 作业A1】
里正：看到 @管理员 付 A1（茶水，还差 5 元）的红包了，等管理员确认。…
管理员：/确认收款 A4
里正：A4（辛苦）是要发给人的，不是收款，没有记。
小王：/已发红包 A3
里正：A3 送到了，不用再付。
管理员：/退款 A3
里正：A3（好）是发给人的，不是收来的，没有可退的。
""")
    assert await Entry.filter(kind="payment").count() == 0
    assert not await mismatches()


async def test_an_ordinary_packet_that_another_takes(stage: HostStage) -> None:
    await stage.play(f"""
端：SnowLuma 文字
{OPEN}
【管理员 发红包 奖A1】
里正：看到给 @小王 的红包了（A1）。领到了请 小王 回 /收到，别的朋友请让一让。
  这是谁都能领的红包；被别人领走了，发 /专属红包 错领 A1 @他。
小李：/没收到 A1
里正：A1 不是给你的。
小王：/没收到
里正：@管理员 小王 说 A1 没领到。
  被别人领了发 /专属红包 错领 A1 @他；QQ 退回来了发 /专属红包 退回 A1。
管理员：/专属红包 错领 A1 @小李
里正：@小李 A1 是给 小王 的，请发个红包退给 管理员，不追究。
管理员：/专属红包 待发
里正：要发的有 1 个：
  A1 小王 8.88 元 上期作业最佳（被错领）
管理员：/专属红包 退回 A1
里正：A1 退回来了，还算没发。
【管理员 发红包 奖A1】
里正：看到给 @小王 的红包了（A1）。…
小王：/收到
里正：A1 送到了，公账记支出 8.88 元。
【过 25 小时】
管理员：/专属红包 退回 A1
里正：A1 退回来了，还算没发。
小王：/公账
里正：公账（本月）：进 0 元，出 0 元，结余 0 元。
管理员：/专属红包 取消 A1
里正：A1（给 小王 的）不发了。
管理员：/专属红包 取消 A1
里正：A1 取消了，没有再动。
管理员：/专属红包 退回 A1
里正：A1 取消了，没有再动。
""")
    assert not await mismatches()


async def test_duplicate_packets_undo_and_a_receiver_who_is_muted(stage: HostStage) -> None:
    player = await stage.play(OPEN)
    stage.world.faults.add("duplicate", "message", times=3)
    await player.play("""
【管理员 发红包 奖A1】
里正：看到给 @小王 的红包了（A1）。…
小王（私聊）：/收到
里正（私聊 小王）：A1 送到了，公账记支出 8.88 元。
里正：A1 送到了，公账记支出 8.88 元。
管理员：/撤销 1
里正：已撤销 #1：A1 送到 8.88 元。
管理员：/撤销 1
里正：#1 撤销不了：已经撤销过了。
小王：/公账
里正：公账（本月）：进 0 元，出 0 元，结余 0 元。
【重启】
管理员：/专属红包 已发 A1
里正：A1 说是发了。…
小王：/收到
里正：A1 送到了，公账记支出 8.88 元。
""")
    assert await Entry.filter(kind="spend").count() == 2
    ctx = context(stage, player, "exclusive_packet")
    [done] = await deeds_of(ctx, stage.now().replace(day=1))
    assert done.count == 1
    assert not await mismatches()


async def test_a_payer_who_forgets_and_a_receiver_who_goes(stage: HostStage) -> None:
    await stage.play(f"""
{OPEN}
【小李 改名片 [CQ:at,qq=all]】
管理员：/专属红包 @小李 1 好
里正：掌声给 @…：好！…
【过 24 小时】
里正：@管理员 A1（给 小王 的 8.88 元）还没发。发了回 /专属红包 已发 A1，不发了回 /专属红包 取消 A1。
里正：@管理员 A2（给 …（…） 的 1 元）还没发。…
【小王 退群】
里正：… 走了，A1 8.88 元还没送到。不发了就发 /专属红包 取消 A1。
管理员：/专属红包 取消 A1
里正：A1（给 … 的）不发了。
【过 24 小时】
里正：@管理员 A2（给 …还没发。…
【过 3 天】
""")


async def test_spending_needs_two_keys_above_a_sum_and_an_advance_is_given_back(stage: HostStage) -> None:
    stage.world.faults.add("refused", "upload_group_file", 1, message="群文件满了")
    await stage.play("""
开：专属红包 账本
管理员：/支出 300 场地费 @小王 垫付
里正：要从公账支出 300 元：场地费（给 小王）。公账不够的 300 元由你垫付。
  要两位管理员同意：各发一次 /通过 1；不同意发 /拒绝 1（7 天内有效）。
管理员：/通过 1
里正：…
管理员：/通过 1
里正：…
群主：/通过 1
里正：A1 支出 300 元：场地费（给 小王），公账结余 -300 元。撤销发 /撤销 …。
管理员：/支出 300 再来 垫付
里正：要从公账支出 300 元：再来。…
群主：/拒绝 2 太多
里正：300 元的支出没有通过：再来。太多
管理员：/公账 还 @管理员 100
里正：还给自己的要请别的管理员来记。
群主：/公账 还 @管理员 100
里正：公账手里只有 0 元，还不了这么多。
管理员：/公账 导出 csv
里正：没能传出去：群文件满了。
管理员（私聊）：/公账 导出
里正（私聊 管理员）：[file]
里正（私聊 管理员）：公账的流水导出了，2 笔。
管理员：/撤销 1
里正：…
小王：/公账 2026
里正：公账（2026）：进 0 元，出 0 元，结余 0 元。
管理员：/设置 专属红包 公账公开 关
里正：…
小王：/公账
里正：公账不公开，只有管理员能看。
""")
    assert not await mismatches()


async def test_a_fund_that_is_short_stops_paying_until_somebody_owns_up(stage: HostStage) -> None:
    player = await stage.play("""
开：专属红包 账本 试探
管理员：/试罚 @小王
里正：试罚：A1
管理员：/确认收款 A1
里正：A1（试罚）收齐了 3 元，谢谢 @小王。
小李：/公账
里正：公账（本月）：进 0 元，出 0 元，发给大家 3 元，结余 0 元。
管理员：/试罚 公账 @小王
里正：试罚：A2
管理员：/确认收款 A2
里正：A2（试罚）收齐了 3 元，谢谢 @小王。
小王：/公账 明细
里正：公账最近的：
  11-18 进 3 元 试罚（你）
小李：/公账 明细
里正：公账最近的：
  11-18 进 3 元 试罚
群主：/专属红包 @小李 5 好
里正：…
小李：/收到
里正：…
群主：/专属红包 已发 A3
里正：A3 送到了，公账记支出 5 元。其中 2 元由群主垫付。
管理员：/撤销 3
里正：…
群主：/专属红包 取消 A3
里正：…
管理员：/支出 3 茶水
里正：要从公账支出 3 元：茶水。…
管理员：/确认
里正：A4 支出 3 元：茶水，公账结余 0 元。撤销发 /撤销 …。
管理员：/撤销 2
里正：已撤销 #2：…
小李：/公账
里正：公账（本月）：进 0 元，出 3 元（茶水），发给大家 3 元，结余 -3 元。
  还差 3 元没有着落：垫上的管理员发 /公账 补上。
管理员：/支出 1 茶水 垫付
里正：公账还差 3 元没有着落（收进来的又退了，钱已经花了），先补上再发。
管理员：/公账 补上
里正：缺的 3 元由管理员垫上了。
小李：/公账
里正：公账（本月）：进 0 元，出 3 元（茶水），发给大家 3 元，结余 -3 元，由管理员垫付。
群主：/确认收款 A2
里正：A2（试罚）收齐了 3 元…
管理员：/支出 1 茶水
里正：公账只有 0 元，不够付 1 元。…
群主：/公账 还 @管理员 2
里正：还给 管理员 2 元，公账还欠他 1 元。
""")
    assert not await mismatches()
    [section] = await brief_section.gather(context(stage, player, "control"), BriefDay(date(2026, 12, 1)))
    assert section.value.lines == ("上月进 3 元，出 3 元，结余 0 元",)
    [figures] = await weekly_report.gather(context(stage, player, "control"), ReportWeek(date(2026, 11, 16)))
    assert figures.value == (Figure("公账支出", "3 元"),)
    group = (await Order.all().first()).group_id  # type: ignore[union-attr]
    assert (await fund.state(group)).balance == 0
