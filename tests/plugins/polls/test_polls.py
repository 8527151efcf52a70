"""投票 as a group sees it: one voice each, until the last second, and what goes wrong."""

from __future__ import annotations

import asyncio

from lizheng import GroupContext
from lizheng.hooks import Figure, ReportWeek, weekly_report
from lizheng.messages.templates import plain
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.world.state import Member
from plugins.polls import polls
from plugins.polls.models import Ballot, Poll, Voter

OPEN = """
开：投票
小王：@小李 @小张 在吗
管理员：/投票 发起 团建去哪 爬山 爬楼 烧烤 截止 {until}
里正：T1 团建去哪（{until} 截止）：
  1. 爬山　2. 爬楼　3. 烧烤
  发 /投票 T1 数字，或者引用这条回数字。
"""


async def test_what_cannot_be_opened_says_why(stage: HostStage) -> None:
    """One option, doubles, too many, a deadline that is past or no time; nothing changes."""
    await stage.play("""
开：投票
小王：在
管理员：/投票 发起 团建
里正：至少要 2 个选项，用空格、| 或者换行隔开。
  用法：/投票 发起 <题 选项…>
  例如：/投票 发起 团建去哪 爬山 烧烤 桌游 截止 明天20:00
管理员：/投票 发起 团建 爬山 烧烤 爬　山 烧烤
里正：「烧烤」和「烧烤」是一样的。…
管理员：/投票 发起 团建 1 2 3 4 5 6 7 8 9 10 11 12 13
里正：最多 12 个选项，现在是 13 个。…
管理员：/投票 发起 团建 爬山 烧烤 截止 昨天
里正：「昨天」不是时间，请写 明天20:00 或 2小时。…
管理员：/投票 发起 团建 爬山 烧烤 截止 今天8:00
里正：「今天8:00」已经过去了。…
管理员：/投票 发起 小王该不该 禁言 不禁言
里正：投票不能用来处罚人：那由管理员按群规定，不看票数。
管理员（私聊）：/投票 发起 团建 爬山 烧烤
里正（私聊 管理员）：投票要在群里发起，大家才看得见。
小王：/投票
里正：现在没有投票。发起：/投票 发起 团建去哪 爬山 烧烤 截止 明天20:00
小王：/投票 2
里正：现在没有投票。
小王：/投票 看 T9
里正：没有 T9，现在一个也没有。
""")
    assert not await Poll.exists()


async def test_a_change_at_the_last_second_and_duplicates(stage: HostStage) -> None:
    """23:59:59 counts, the next second does not; the same message told four times is one vote."""
    stage.world.faults.add("duplicate", "message.group", 1)
    player = await stage.play(OPEN.format(until="今天 23:59"))
    stage.world.faults.clear()
    await player.play("""
小王：/投票 T1 1
里正：收到 小王 的票（已投 1 人）。
【到 23:58】
【过 59 秒】
小王：/投票 T1 3
里正：小王 改好了（已投 1 人）。
【过 1 秒】
小李：/投票 T1 1
里正：收到 小李 的票（已投 2 人）。
【过 1 秒】
小张：/投票 T1 1
里正：T1 在 今天 23:59 截止了。
【过 4 秒】
里正：T1 团建去哪：爬山 1 票，爬楼 0，烧烤 1。爬山、烧烤 并列。投了 2 人。
小张：/投票 T1 1
里正：T1 在 今天 23:59 截止了。
小张→里正「团建去哪」：2
里正：T1 在 今天 23:59 截止了。
""")


async def test_two_options_of_one_number_text_and_a_prefix_of_two(stage: HostStage) -> None:
    await stage.play(
        OPEN.format(until="明天 20:00")
        + """
小王：/投票 T1 1 2
里正：只能选一项。…
小王：/投票 T1 爬
里正：「爬」可能是 1 爬山、2 爬楼，请发数字。…
小王：/投票 T1 9
里正：没有第 9 项，现在有 1–3。…
小王：/投票 T1 楼
里正：收到 小王 的票（已投 1 人）。
管理员：/投票 发起 几个人去 4 3 2
里正：你还有 T1 没结束，结束了再发起。
管理员：/投票 结束 T1
里正：T1 团建去哪：爬山 0 票，爬楼 1，烧烤 0。投了 1 人。
管理员：/投票 结束 T1
里正：T1 在 今天 12:00 截止了。
管理员：/投票 发起 几个人去 4 3 2 多选
里正：T2 几个人去（明天 12:00 截止）：
  1. 4　2. 3　3. 2
  最多选 3 项：发 /投票 T2 1 2，或者引用这条回数字。
小王：/投票 T2 4
里正：收到 小王 的票（已投 1 人）。
小王：/投票 T2 3
里正：「3」是第 3 项，也是第 2 项的字：请发「第3个」或「第2个」。…
小王：/投票 第3个 第1个
里正：小王 改好了（已投 1 人）。
小王：/投票
里正：T2 几个人去（明天 12:00 截止）：
  1. ████████ 1 4
  2. ░░░░░░░░ 0 3
  3. ████████ 1 2
  已投 1/5 人。最多选 3 项：…
小王：/投票 名单 2
里正：T2 名单：
  4：1 人：小王
  3：0 人：没有人
  2：1 人：小王
"""
    )


async def test_who_may_vote_is_settled_at_the_opening(stage: HostStage) -> None:
    """Who comes later may not, unless set; who leaves is not counted; who opened it and leaves, leaves it behind."""
    await stage.play("""
开：投票
设：投票 谁能发起 成员
小王：在
小李：在
小王：/投票 发起 团建去哪 爬山 [CQ:at,qq=all]
里正：T1 团建去哪（明天 12:00 截止）：
  1. 爬山　2. [CQ:at,qq=all]
  发 /投票 T1 数字，或者引用这条回数字。
【小新 进群】
小新：/投票 T1 1
里正：T1 发起的时候你不在群里，不能投。
小李：/投票 T1 2
里正：收到 小李 的票（已投 1 人）。
小王：/投票 T1 1
里正：收到 小王 的票（已投 2 人）。
小李：/投票 延 T1 1天
里正：要发起的人或者管理员才行。
小王：/投票 加选项 T1 烧烤
里正：已经有人投了，要管理员才能加选项。
【小王 退群】
管理员：/投票 加选项 T1 烧烤
里正：T1 加了：3. 烧烤。原来的票不变。
群主：/投票 延 T1 1天
里正：T1 延到 11-20 12:00。
群主：/投票 延 T1 30天
里正：最长 30 天。
群主：/投票 弃 T1
里正：T1 你还没有投。
管理员：/设置 投票 后来的也能投 开
里正：…
小新：/投票 T1 3
里正：收到 小新 的票（已投 2 人）。
【到 11-20 10:00】
里正：T1 团建去哪 今天 12:00 截止，已投 2/4 人。
【到 12:00】
【过 5 秒】
里正：T1 团建去哪：爬山 0 票，[CQ:at,qq=a… 1，烧烤 1。[CQ:at,qq=a…、烧烤 并列。投了 2 人。
""")


async def test_a_restart_and_an_end_while_away(stage: HostStage) -> None:
    """Votes of a time in which nobody listened count at their own time; the end waits for them."""
    await stage.play(
        OPEN.format(until="今天 13:00")
        + """
小王：/投票 T1 1
里正：收到 小王 的票（已投 1 人）。
【重启】
小王→里正「团建去哪」：2
里正：小王 改好了（已投 1 人）。
【停机】
【过 50 分】
小李：/投票 T1 烧烤
小王→里正「团建去哪」：3
小张：/投票 T1 9
小张：/投票 发起 再来一个 甲 乙
【过 20 分】
小赵：/投票 T1 1
【开机】
里正：我刚才不在（12:00–13:10），补记了 2 票。
  没记上：小张：没有第 9 项，现在有 1–3。
  没记上：小赵：T1 在 今天 13:00 截止了。
【过 30 秒】
里正：T1 团建去哪：爬山 0 票，爬楼 0，烧烤 2。投了 2 人。
"""
    )


async def test_an_end_that_nobody_saw_moves(stage: HostStage) -> None:
    """What was said before it cannot be read back: the end moves by what was missed, at least two hours, once."""
    player = await stage.play(
        OPEN.format(until="今天 13:00")
        + """
小王：/投票 T1 1
里正：收到 小王 的票（已投 1 人）。
【停机】
【过 3 小时】
"""
    )
    player.group.messages.clear()
    await player.play("""
小李：/投票 T1 1
【开机】
里正：我刚才不在（12:00–15:00），补看了那时的消息。
  没记上：小李：T1 在 今天 13:00 截止了。
  11-18 15:00 以前的消息读不回来，要算数的请再发一次。
【过 30 秒】
里正：我有 1 小时不在，怕漏了票：T1 延到 今天 17:00。
小李：/投票 T1 2
里正：收到 小李 的票（已投 2 人）。
【过 3 小时】
里正：T1 团建去哪：爬山 1 票，爬楼 1，烧烤 0。爬山、爬楼 并列。投了 2 人。
""")


async def test_a_void_poll_and_the_way_back(stage: HostStage) -> None:
    await stage.play(
        OPEN.format(until="今天 13:00")
        + """
小王：/投票 作废 T1 写错了
里正：要发起的人或者管理员才行。
管理员：/投票 作废 T1 写错了
里正：T1 作废：写错了。撤销发 /撤销 1。
小王：/投票 T1 1
里正：T1 作废了。
小王：/投票 看 T1
里正：T1 团建去哪：作废了（写错了）。
管理员：/撤销 1
里正：T1 又有效了，今天 13:00 截止。
里正：已撤销 #1：投票 T1 作废。
小王：/投票 T1 1
里正：收到 小王 的票（已投 1 人）。
管理员：/投票 作废 1 又错了
里正：T1 作废：又错了。撤销发 /撤销 2。
【过 2 小时】
管理员：/撤销 2
里正：…它的时间已经过了…
"""
    )


async def test_a_reaction_is_a_vote_and_its_removal_may_not_be_told(stage: HostStage) -> None:
    """NapCat does not tell that one is taken away: the vote stays, and that is said; LLBot tells it."""
    player = await stage.play(OPEN.format(until="明天 20:00"))
    opened = player.last_of("里正", "团建去哪")
    assert opened is not None
    wang, li = player.person("小王"), player.person("小李")
    stage.world.react(opened, wang, "1️⃣")
    await stage.settle()
    stage.world.react(opened, wang, "49")
    stage.world.react(opened, wang, "8️⃣")
    await stage.settle()
    stage.world.react(opened, wang, "1️⃣", on=False)
    await stage.settle()
    player._seen.clear()
    await player.play("""
小王：/投票 看 T1
里正：T1 团建去哪（明天 20:00 截止）：
  1. ████████ 1 爬山
  2. ░░░░░░░░ 0 爬楼
  3. ░░░░░░░░ 0 烧烤
  已投 1/5 人。发 /投票 T1 数字，或者引用这条回数字。
  用表情投的，拿掉表情不一定传得到：改票请发 /投票 T1 数字。
""")
    stage.world.use_endpoint("llbot")
    stage.world.react(opened, li, "2️⃣")
    await stage.settle()
    assert await Ballot.filter(user_id=li).exists()
    stage.world.react(opened, li, "2️⃣", on=False)
    await stage.settle()
    assert not await Ballot.filter(user_id=li).exists()


async def test_two_thousand_voters(stage: HostStage) -> None:
    """Answers are told together, and the names are pages of a forward."""
    player = await stage.play("开：投票\n小王：在\n")
    group = player.group
    for number in range(2000):
        person = stage.world.add_person(f"群友{number}")
        group.members[person.user_id] = Member(
            person.user_id, next(iter(group.members.values())).role.MEMBER, 0.0
        )
    await player.play("""
管理员：/投票 发起 团建去哪 爬山 烧烤
里正：T1 团建去哪（明天 12:00 截止）：…
""")
    assert await Voter.all().count() == 2003
    poll = await Poll.get()
    people = [one for one in group.members if one > 100_000][3:]
    rows = {"poll_id": poll.id, "group_id": poll.group_id, "at": stage.now(), "ends_at": stage.now()}
    await Ballot.bulk_create(
        [Ballot(**rows, user_id=one, choices=[one % 2], source=f"test:{one}") for one in people[20:]]
    )
    await Voter.filter(user_id__in=people[20:]).update(voted=True)
    for one in people[:20]:
        stage.world.say(group.group_id, one, "/投票 T1 1")
    await stage.settle()
    player._seen.clear()
    await player.play("""
【过 30 秒】
里正：T1 又收到 15 票（已投 2000 人）。
""")
    stage.world.say(group.group_id, player.person("管理员"), "/投票 名单 T1")
    await stage.settle()
    [forward] = [call for call in stage.world.api_log if call.action == "send_group_forward_msg"]
    assert len(forward.params["messages"]) == 11 + 10
    assert max(len(str(node)) for node in forward.params["messages"]) < 4000
    await player.play("""
管理员：/投票 结束 T1
里正：T1 团建去哪：爬山 …，烧烤 …。投了 2000 人。
""")


async def test_thirty_at_once_and_the_end(stage: HostStage) -> None:
    """One vote each whatever comes together, and none after the closing."""
    player = await stage.play(OPEN.format(until="明天 20:00"))
    group = stage.host.groups[player.group.group_id]
    ctx = GroupContext(stage.host, group, stage.host.features["polls"])  # pyright: ignore[reportArgumentType]
    people = [200_000 + number for number in range(30)]
    poll = await Poll.get()
    rows = {"poll_id": poll.id, "group_id": group.id, "ends_at": stage.now()}
    await Voter.bulk_create([Voter(**rows, user_id=one) for one in people])

    async def vote(one: int, turn: int) -> None:
        try:
            by = polls.By(one, stage.now(), f"test:{one}:{turn}")
            await polls.vote(ctx, await Poll.get(id=poll.id), [turn], by)
        except Exception as refused:
            assert "截止" in str(refused)  # noqa: PT017

    await asyncio.gather(*(vote(one, turn) for one in people for turn in range(2)), polls.close(ctx, poll))
    result = (await Poll.get(id=poll.id)).result
    assert result is not None
    assert await Ballot.filter(poll_id=poll.id).count() == result["voted"]
    assert sum(result["counts"]) == result["voted"]


async def test_hidden_is_hidden_everywhere(stage: HostStage) -> None:
    """No partial count in what is shown, in the names, in the report of the week."""
    player = await stage.play("""
开：投票
管理员：/投票 发起 团建去哪 爬山 烧烤 隐藏 截止 3天
里正：…
小王：/投票 T1 1
里正：收到 小王 的票（已投 1 人）。
小王：/投票 看 T1
里正：T1 团建去哪（11-21 12:00 截止，截止前不看结果）：
  1. 爬山　2. 烧烤
  已投 1/3 人。…
群主：/投票 名单 T1
里正：T1 截止前不看结果。
小王：/投票 列表
里正：投票 1 个，看一个发 /投票 看 T1：
  T1 团建去哪（11-21 12:00 截止，已投 1 人）
小王：/投票 列表 2
里正：没有第 2 页…
""")
    group = stage.host.groups[player.group.group_id]
    ctx = GroupContext(stage.host, group, stage.host.features["polls"])  # pyright: ignore[reportArgumentType]
    week = ReportWeek(stage.now().date().replace(day=16))
    assert not await weekly_report.ask(ctx, week)
    await player.play("""
管理员：/投票 结束 T1
里正：T1 团建去哪：爬山 1 票，烧烤 0。投了 1 人。
小王：/投票 看 T1
里正：T1 团建去哪：爬山 1 票，烧烤 0。投了 1 人。
小王：/投票 名单 T1
里正：T1 名单：
  爬山：1 人：小王
  烧烤：0 人：没有人
""")
    told = await weekly_report.ask(ctx, week)
    assert [one.value for one in told] == [(Figure("投票", "1 个，1 人次"),)]


async def test_proposals_end_by_themselves(stage: HostStage) -> None:
    """Too few seconds, refused, not decided."""
    await stage.play("""
开：投票
设：投票 提案附议 1
小王：/投票 提案 周五休息
里正：T1 提案：周五休息…
小王：/投票 提案 周六休息
里正：你还有 T1 没结束，结束了再发起。
小李：/投票
里正：T1 提案：周五休息（0/1 人附议）。同意付诸投票的发 /投票 附议 T1。
小李：/投票 附议 T1
里正：T1 有 1 个人附议，…
管理员：/拒绝 1 再说
里正：T1 提案没有通过。再说
小王：/投票 提案 周六休息
里正：T2 提案：周六休息…
小李：/投票 提案 周日休息
里正：T3 提案：周日休息…
小王：/投票
里正：投票 2 个，看一个发 /投票 看 T1：
  T2 提案 周六休息（0 人附议）
  T3 提案 周日休息（0 人附议）
小王：/投票 附议 T3
里正：T3 有 1 个人附议，…
小王：/投票 附议 T9
里正：没有 T9；现在有 T2、T3。
【过 8 天】
里正：T2 提案没有凑够附议，放下了。
里正：T3 提案没有人决定，放下了。
""")


async def test_who_is_chosen_how_many_it_takes_and_which_is_meant(stage: HostStage) -> None:
    """谁能投 is settled at the opening, a quorum is said beforehand; with two open, one says which."""
    await stage.play("""
开：投票
设：投票 每人同时 3
小王：@小李 @小张 在吗
【过 3 天】
小李：在
管理员：/投票 发起 换群名 换 不换 过半 谁能投 活跃1天
里正：T1 换群名（明天 12:00 截止，活跃1天 能投，要过半的人投）：
  1. 换　2. 不换
  发 /投票 T1 数字，或者引用这条回数字。
小王：/投票 T1 1
里正：T1 只给这些人投：活跃1天（发起的时候算的）。
小李：/投票 换
里正：收到 小李 的票（已投 1 人）。
小王：/投票 附议 T1
里正：T1 已经在投票了，发 /投票 T1 数字。
管理员：/投票 发起 几点 早 晚 人数 3 截止 2天
里正：T2 几点（11-23 12:00 截止，要 3 人投）：…
小李：/投票 1
里正：现在有 T1、T2，要写是哪一个，例如 /投票 T1 1。
小李：/投票 名单 T2
里正：T2 还没有人投。
小李：/投票 T2 2
里正：收到 小李 的票（已投 1 人）。
小李：/投票 弃 T2
里正：T2 收回了你的票（已投 0 人）。
管理员：/投票 结束 T2
里正：T2 几点：没有人投票，人数不够，不算数。
管理员：/投票 发起 几点 早 晚 谁能投 入群300天
里正：「入群300天」现在一个人也没有。
管理员：/投票 发起 几点 早 晚 谁能投 猫
里正：看不懂「猫」是谁，…
【到 明天 12:00】
【过 5 秒】
里正：T1 换群名：换 1 票，不换 0。投了 1 人，要 2 人，不够，不算数。
""")


async def test_two_admins_at_once(stage: HostStage) -> None:
    """The slower one is told, whether it was looked at before the faster one had ended it or after."""
    player = await stage.play(OPEN.format(until="明天 20:00"))
    for name in ("管理员乙", "管理员丙"):
        stage.world.whisper(player.person(name), "/投票 结束 T1")
    await stage.settle()
    told = [
        plain(call.params["message"]) for call in stage.world.api_log if call.action == "send_private_msg"
    ]
    assert told in (["T1 刚刚已有人处理了。"], ["T1 在 今天 12:00 截止了。"])
    assert (await Poll.get()).state == "closed"


async def test_the_votes_are_drawn(stage: HostStage, pictures: None) -> None:
    await stage.play("""
开：投票
管理员：/投票 发起 团建去哪 爬山 烧烤
里正：…
小王：/投票 T1 1
里正：…
管理员：/投票 结束 T1
里正：T1 团建去哪：爬山 1 票，烧烤 0。投了 1 人。[图片]
""")


async def test_who_left_unseen_is_not_counted(stage: HostStage) -> None:
    """No notice told that they have left, but the member list does; nor is a crowd answered one by one when read back."""
    player = await stage.play(OPEN.format(until="今天 13:00"))
    await player.play("""
小王：/投票 T1 1
里正：收到 小王 的票（已投 1 人）。
【断线】
小李：/投票 T1 2
小张：/投票 T1 2
小李：/投票 T1 1
小李：/投票 T1 2
小张：/投票 T1 3
小张：/投票 T1 2
小李：/投票 T1 3
【小王 退群】
【过 10 分】
【连上】
里正：我刚才不在（…），补记了 2 票。
【过 1 小时】
里正：T1 团建去哪：爬山 0 票，爬楼 1，烧烤 1。爬楼、烧烤 并列。投了 2 人。
""")
