"""作业 played: handing in, reviewing, leaving, pausing, and what is said to what is wrong."""

import asyncio

from lizheng.events import GroupDissolved
from lizheng.hooks import BriefDay, Known, Section, brief_section, known
from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Order
from lizheng.messages.templates import plain
from lizheng.sandbox.stage import HostStage
from plugins.homework import cycles, listeners
from plugins.homework.models import Cycle, Duty, Participant, Piece, Result, Review, Season
from tests.support.admin_actions import context

DAILY = """
开：作业 账本
设：作业 点评 1
管理员：/作业 开始 1天 早起
里正：早起第 1 期：到 11 月 19 日 24:00，交一篇、点评 1 篇。没交 10 元，没点评 5 元，累计 3 次出局。…
"""
GOOD = "例子很具体，结尾可以再收一收就好了"
ALL_IN = f"""
{DAILY}
小王：/交作业 https://a.example/1
里正：小王 交了第 1 期（1/1）。…
小李：/交作业 https://a.example/2
里正：小李 交了第 1 期（2/2）。…
小张：/交作业 https://a.example/3
里正：小张 交了第 1 期（3/3）。…
"""
CLOSE = """
【到 11-19 08:00】
【到 11-19 21:00】
【到 11-20 00:01】
【到 11-20 08:00】
"""


async def test_bad_input(stage: HostStage) -> None:
    await stage.play(f"""
开：作业 账本
小王：/交作业 https://a.example/1
里正：现在没有作业。管理员发 /作业 开始 7天 写作，就开始一季。
管理员：/作业 开始 0天 早起
里正：每期是 1 到 30 天，「0 天」不行。…
管理员：/作业 开始 31天 早起
里正：每期是 1 到 30 天，「31 天」不行。…
管理员：/作业 开始 很久
里正：每期几天？写 1 到 30，比如 /作业 开始 7天 写作。…
管理员：/作业 开始 1天 每期截止 周八
里正：截止写成「每期截止 周日 24:00」这样。…
管理员：/作业 开始 1天 期数 99
里正：期数是 1 到 60。…
管理员：/作业 开始 1天 一二三四五六七八九十一二三四五六七八九十一
里正：标题最多 20 个字，现在是 21 个。…
小王：/作业 开始 1天
里正：…只有管理员和群主能用。
管理员：/作业 开始 7天 每期截止 周日 22:00 写作 期数 3
里正：写作第 1 期：到 11 月 22 日 22:00，交一篇、点评 2 篇。…一共 3 期。…
管理员：/作业 开始 7天
里正：「写作」还没结束，先发 /作业 结束，再开新的。
小王：/作业
里正：写作第 1 期：到 11 月 22 日 22:00，交了 0/0。
  你不在名单上，发 /作业 加入，或者交一篇就算加入。
小王：/交作业
里正：没看到作业。写链接或内容，也可以引用自己的消息、文件，只写 /交作业。…
小李：看我写的 https://a.example/9
小王→小李：/交作业
里正：这条不是你发的，只能交自己的。…
小王：/交作业 太短
里正：太短了，文字要 100 个字，现在是 2 个。
小王：/交作业 https://a.example/1
里正：小王 交了第 1 期（1/1）。你也进了名单，不想参加发 /作业 退出。
小王：/点评 @小王 {GOOD}
里正：不能点评自己。
小李：/点评 @小张 {GOOD}
里正：小张 这期还没交。
小李：/点评 @小王 写得不错啊很好看
里正：太短了（8/15），点评至少 15 个字。
小李：/点评 {GOOD}
里正：…
小李：/请假
里正：请假要写理由，比如 /请假 出差。…
小李：/请假 第9期 出差
里正：没有第 9 期；现在是第 1 期。
小李：/作业 名单 第9期
里正：没有第 9 期；现在是第 1 期。
小李：/作业 退出
里正：小李 不在名单上。
小李：/作业 点谁
里正：现在没有派给你的点评。
小李：/作业 榜
里正：还没有结过一期。
管理员：/作业 免罚 @小李 第1期 没事
里正：第 1 期还没结，或者他没欠。
管理员：/作业 免罚 @管理员 第1期 没事
里正：自己的要请别的管理员来定。
管理员：/作业 移出 @小李
里正：小李 不在名单上。
管理员：/作业 设 罚款 很多
里正：「很多」不行。能改的：罚款 10 5、点评 1、出局 3 连续、去向 公账、字数 100 15。…
管理员：/作业 停 到 2020-01-01
里正：截止已经过了，请写以后的时间。
管理员：/作业 继续
里正：作业没有停着。
""")
    assert await Participant.all().count() == 1


async def test_handing_in_changing_and_joining(stage: HostStage) -> None:
    player = await stage.play(f"""
{DAILY}
小王：https://a.example/1 我的第一篇
小王→小王：/交作业
里正：小王 交了第 1 期（1/1）。你也进了名单，不想参加发 /作业 退出。
小王：/交作业 https://a.example/1b
里正：小王 改了第 1 期的作业，以这次为准。
小李：/交作业 https://www.a.example/1b/?utm_source=qq
里正：小李 交了第 1 期（2/2）。…
小李：/作业 名单
里正：第 1 期（进行中）交了 2/2：
  小王 交了 点评 0
  小李 交了 点评 0
管理员：/作业 名单
里正：第 1 期（进行中）交了 2/2：
  小王 交了 点评 0
  小李 交了 点评 0（和第 1 期 小王 的一样）
小张：/作业 加入
里正：小张 进了名单，这期就算（交了 2/3）。
小张：/作业 加入
里正：你在名单上了。
小张：/作业
里正：早起第 1 期：到 11 月 19 日 24:00，交了 2/3。
  你：没交，点评 0/1。
小张：/请假 出差
里正：小张 第 1 期请假：出差。这季还能请 1 次。
小张：/作业
里正：早起第 1 期：到 11 月 19 日 24:00，交了 2/3。
  你：请假，点评 0/1。
小张：/作业 退出
里正：小张 退出了名单；欠的红包还在，没有一笔勾销。
【到 11-19 08:00】
【到 11-19 21:00】
小张：/作业 加入
里正：小张 进了名单，这期就算（交了 2/3）。
小赵：/作业 加入
里正：小赵 进了名单，这期过了一半，从第 2 期算起。
小赵：/作业 命题 第1期 早饭
里正：…能用。
管理员：/作业 命题 第1期 早饭
里正：第 1 期的题目：早饭。
小赵：/作业
里正：早起第 1 期：到 11 月 19 日 24:00，题目「早饭」，交了 2/3。…
""")
    ctx = context(stage, player, "control")
    section = await brief_section.gather(ctx, BriefDay(stage.now().date()))
    assert [one.value for one in section] == [Section("作业", ("第 1 期交了 2/3，到 11 月 19 日 24:00",))]
    background = await known.gather(ctx, player.person("小王"))
    assert [one.value for one in background] == [Known("作业", "「早起」第 1 期：https://a.example/1b")]
    assert await Piece.all().count() == 2


async def test_duplicate_and_reordered_events_count_once(stage: HostStage) -> None:
    player = await stage.play(DAILY)
    stage.world.faults.add("duplicate", "message", times=4)
    await player.play(f"""
小王：/交作业 https://a.example/1
里正：小王 交了第 1 期（1/1）。…
小李：/点评 @小王 {GOOD}
里正：小李 点评了 小王（点评 1/1）。
小李：/点评 @小王 {GOOD}，真的
里正：你这期点评过 小王 了，一个人算一次。
小张：/作业 加入
里正：…
【到 11-19 23:59】
【过 63 秒】
""")
    stage.world.faults.add("reorder", "message")
    await player.play("""
小张：/交作业 https://a.example/3
小王：/交作业 https://a.example/1b
里正：小王 改了第 1 期的作业，以这次为准。
里正：小张 交了第 1 期（2/2）。
【过 10 秒】
小王：/交作业 https://a.example/4
里正：小王 交了第 2 期（1/2）。
""")
    assert (await Piece.all().count(), await Review.all().count()) == (3, 1)


async def test_reviews_are_dealt_and_the_cycle_is_judged_once(stage: HostStage) -> None:
    player = await stage.play(f"""
{ALL_IN}
【到 11-20 00:01】
【到 11-20 08:00】
里正：早起第 1 期截止：3 人交了 3。点评到 11 月 21 日 24:00，看自己的发 /作业 点谁。
  第 2 期到 11 月 20 日 24:00。
小王：/作业 点谁
里正：第 1 期你要点评（到 11 月 21 日 24:00）：
  …：https://a.example/…
""")
    first = await Cycle.get(number=1)
    names = {player.person(name): name for name in ("小王", "小李", "小张")}
    duties = {names[duty.user_id]: names[duty.author_id] for duty in await Duty.filter(cycle_id=first.id)}
    assert set(duties) == set(duties.values()) == {"小王", "小李", "小张"}
    wang = duties["小王"]
    await player.play(f"""
小王：/点评 @{wang} {GOOD}
里正：小王 点评了 {wang}（点评 1/1）。
小王：/作业 点谁
里正：第 1 期你要点评（到 11 月 21 日 24:00）：
  {wang}：…（点评过了）
小王：/作业
里正：早起第 2 期：…
  你：没交，点评 0/1。
  第 1 期要点评：{wang}（到 11 月 21 日 24:00）。
小李：/请假 第1期 忘了
里正：小李 要补第 1 期的假：忘了
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
管理员：/拒绝 1 交都交了
里正：第 1 期，小李 的假没有补上。交都交了
【到 11-20 21:00】
里正：早起第 2 期到 11 月 20 日 24:00 截止，还没交的：@小王 @小李 @小张
管理员：/作业 停
里正：「早起」停下了，截止时间往后顺延；已经开的罚款照常。继续发 /作业 继续。
管理员：/作业 停
里正：作业已经停着了，继续发 /作业 继续。
小王：/交作业 https://a.example/4
里正：作业停着，等继续了再交。
小王：/作业
里正：早起第 2 期：…
  「早起」停着，已经发生的罚款照常。
【到 11-22 20:00】
管理员：/作业 继续
里正：「早起」继续：第 2 期到 11 月 22 日 24:00。
【到 11-23 00:01】
【到 11-23 08:00】
里正：…
【到 11-24 00:01】
里正：第 1 期：3 人交了 3。欠红包 2 笔：小李 没点评 A1 5 元；小张 没点评 A2 5 元。
  3 天内发到群里，写「作业A1」这样。
小李：/点评 @{duties["小李"]} {GOOD}
里正：…
管理员：/作业 免罚 @小李 第1期 他忙
里正：第 1 期 小李 不罚了：他忙。撤销发 /撤销 1。
群主：/作业 免罚 @小李 第1期 他忙
里正：第 1 期还没结，或者他没欠。
小李：/欠款
里正：没付清的有 1 张，共差 5 元：
  A2 小张 作业第 1 期没点评：差 5 元
管理员：/撤销 1
里正：已撤销 #1：作业第 1 期改为请假。
管理员：/作业 补交 @小李 第1期
里正：第 1 期 小李 算补交了。撤销发 /撤销 2。
管理员：/作业 榜
里正：早起：…
""")
    assert await Result.filter(cycle=1).count() == 3
    assert not await mismatches()


async def test_everybody_missed_is_asked_about(stage: HostStage) -> None:
    await stage.play(f"""
{DAILY}
小王：/作业 加入
里正：…
小李：/作业 加入
里正：…
小张：/作业 加入
里正：…
【到 11-19 08:00】
里正：早起第 1 期到 11 月 19 日 24:00 截止，还没交的：@小王 @小李 @小张
【到 11-19 21:00】
里正：早起第 1 期到 11 月 19 日 24:00 截止，…
【到 11-20 00:01】
【到 11-20 08:00】
里正：早起第 1 期截止：3 人交了 0。
  第 2 期到 11 月 20 日 24:00。
管理员：/作业 停 到 11-30
里正：「早起」停下了，到 11 月 30 日，截止时间往后顺延；…
【到 11-30 00:01】
里正：「早起」继续：第 2 期到 11 月 30 日 24:00。
【到 12-01 00:01】
【到 12-01 08:00】
里正：早起第 2 期截止：…
【到 12-02 00:01】
里正：第 1 期 3 人里 3 人没交，要照罚吗？
  确认请发 /确认 1，放弃发 /取消 1（1 天内有效）。
管理员：/取消 1
里正：第 1 期：没交的 3 人不罚，算请假。
""")
    assert not await Order.exists()
    assert set(await Result.all().values_list("outcome", flat=True)) == {"请假"}


async def test_who_goes_and_comes_back_still_owes(stage: HostStage) -> None:
    await stage.play(f"""
端：go-cqhttp
{ALL_IN}
小赵：/作业 加入
里正：…
【到 11-19 08:00】
里正：…
【到 11-19 21:00】
里正：…
【到 11-20 00:01】
【小赵 退群】
【小赵 进群】
【到 11-20 08:00】
里正：…
【到 11-20 21:00】
里正：…
【到 11-21 00:01】
【到 11-21 08:00】
里正：…
【到 11-21 21:00】
里正：…
【到 11-22 00:01】
里正：第 1 期：4 人交了 3。欠红包 4 笔：小王 没点评 A1 5 元；小李 没点评 A2 5 元；小张 没点评 A3 5 元；小赵 没交 A4 10 元。…
【小赵 发红包 作业A3】
里正：看到 @小赵 付 A3（作业第 1 期没点评，还差 5 元）的红包了，等管理员确认。…
管理员：/确认收款 A4
里正：A4（作业第 1 期没交）收齐了 10 元，谢谢 @小赵。
管理员：/作业 结束
里正：要结束「早起」：第 4 期不再收，不判也不罚；以前的罚款还在。…
管理员：/确认
里正：「早起」结束了：2 期，交了 3 篇，点评 0 条。
小王：/作业
里正：现在没有作业。…
""")
    assert not await mismatches()


async def test_rules_that_change_hold_from_the_next_cycle(stage: HostStage) -> None:
    await stage.play(f"""
{DAILY}
管理员：/作业 设 罚款 20 0
里正：罚款改为 20 0。这一期就按新的算。撤销发 /撤销 1。
小王：/交作业 https://a.example/1
里正：…
管理员：/作业 设 点评 3
里正：点评改为 3。从下一期算起。撤销发 /撤销 2。
管理员：/作业 设 出局 2 连续
里正：出局改为 2 连续。从下一期算起。撤销发 /撤销 3。
管理员：/作业 设 去向 公账
里正：去向改为 公账。从下一期算起。…
管理员：/作业 设 字数 50 10
里正：字数改为 50 10。从下一期算起。…
管理员：/作业 设 点评 99
里正：「点评」不能是这个值…
""")
    rules = (await Cycle.get(number=1)).rules
    assert (rules["fine"], rules["review_fine"], rules["reviews"], rules["account"]) == (2000, 0, 1, "shared")


async def test_messages_that_are_taken_away(stage: HostStage) -> None:
    player = await stage.play(f"""
{DAILY}
小王：https://a.example/1 我的第一篇
小王→小王：/交作业
里正：小王 交了第 1 期（1/1）。…
小李：https://a.example/2 我的
小李→小李：/交作业
里正：小李 交了第 1 期（2/2）。…
小张：https://a.example/3 我的
小张→小张：/交作业
里正：小张 交了第 1 期（3/3）。…
""")
    pieces = {piece.user_id: piece.message_id for piece in await Piece.all()}
    for author, by in (("小王", "小王"), ("小李", "管理员"), ("小张", "管理员")):
        stage.world.recall(pieces[player.person(author)], player.person(by))
        await stage.settle()
    said = [plain(call.params["message"]) for call in stage.world.api_log if "message" in call.params]
    assert [text.splitlines()[0] for text in said[-2:]] == [
        "小李 第 1 期交的那条消息被撤回了，还算交了吗？",
        "小张 第 1 期交的那条消息被撤回了，还算交了吗？",
    ]
    await player.play("""
小李：/作业 名单
里正：第 1 期（进行中）交了 3/3：
  小王 交了 点评 0（已撤回）
  小李 交了 点评 0（待定）
  小张 交了 点评 0（待定）
管理员：/通过 1
里正：第 1 期，小李 的作业照样算。
管理员：/拒绝 2 是广告
里正：第 1 期，小张 的作业不算了，截止前可以重交。
""")
    assert await Piece.all().count() == 2


async def test_away_at_the_deadline(stage: HostStage) -> None:
    await stage.play(f"""
{DAILY}
小王：/作业 加入
里正：…
小李：/交作业 https://a.example/2
里正：…
【到 11-19 08:00】
里正：…
【到 11-19 21:00】
里正：…
【停机】
小王：/交作业 https://a.example/1
【到 11-20 07:00】
【开机】
里正：我刚才不在（…），补记了 1 份作业。
【到 11-20 08:01】
里正：早起第 1 期截止：2 人交了 2。…
""")
    piece = await Piece.get(user_id__gt=0, link="https://a.example/1")
    assert (await Cycle.get(id=piece.cycle_id)).number == 1


async def test_switched_off_it_stands_still(stage: HostStage) -> None:
    await stage.play(f"""
{DAILY}
小王：/作业 加入
里正：…
管理员：/关闭 作业
里正：已关闭「作业」…
【到 11-23 10:00】
管理员：/开启 作业
里正：「早起」继续：第 1 期到 11 月 24 日 24:00。
里正：已开启「作业」…
【到 11-24 21:00】
里正：早起第 1 期到 11 月 24 日 24:00 截止，还没交的：@小王
""")
    assert await Season.filter(state="running").count() == 1


CROWD = 200


async def test_two_hundred_participants(stage: HostStage) -> None:
    """One message names some and a forward all of them; paid together, twice, they are booked once."""
    player = await stage.play(DAILY)
    group, season, cycle = player.group.group_id, await Season.get(), await Cycle.get()
    base = {"group_id": group, "season_id": season.id}
    people = [500_000 + number for number in range(CROWD)]
    await Participant.bulk_create(
        [Participant(**base, user_id=person, since=1, joined_at=stage.now()) for person in people]
    )
    await Piece.bulk_create(
        [
            Piece(
                **base,
                cycle_id=cycle.id,
                user_id=person,
                kind="link",
                message_id=person,
                command_id=person,
                length=20,
                hash=str(person),
                at=stage.now(),
                source=f"crowd:{person}",
            )
            for person in people[:150]
        ]
    )
    await Cycle.filter(id=cycle.id).update(rules={**cycle.rules, "reviews": 0})
    await player.play("""
【到 11-19 08:00】
里正：早起第 1 期到 11 月 19 日 24:00 截止，还没交的：… 等 50 人
【到 11-20 00:01】
【到 11-20 08:00】
里正：早起第 1 期截止：200 人交了 150。
  第 2 期到 11 月 20 日 24:00。
管理员：/作业 停
里正：…
【到 11-20 09:00】
""")
    await Season.all().update(state="ended")
    await player.play("""
【到 11-22 00:01】
里正：第 1 期：200 人交了 150。欠红包 50 笔：500150 没交 A1 10 元；…等 50 笔。
  3 天内发到群里，写「作业A1」这样。
里正：[forward]
管理员→里正「欠红包」：收到 1-30
里正：收到 30 笔，共 300 元：A1 500150、…
管理员→里正「欠红包」：收到 1-30
里正：一笔也没有记：A1 已付清，没有再记；A2 已付清，没有再记；A3 已付清，没有再记
管理员→里正「欠红包」：收到 全部
里正：收到 20 笔，共 200 元：…
""")
    forwards = [call for call in stage.world.api_log if call.action == "send_group_forward_msg"]
    assert [len(call.params["messages"]) for call in forwards] == [1]
    assert not await mismatches()


async def test_judged_at_once_by_two_it_is_judged_once(stage: HostStage) -> None:
    player = await stage.play(f"""
{ALL_IN}
【到 11-20 00:01】
""")
    cycle, ctx = await Cycle.get(number=1), context(stage, player, "homework")
    await asyncio.gather(*(cycles.judge(ctx.under(f"test:{n}"), cycle) for n in range(5)))
    await stage.settle()
    assert await Result.filter(cycle=1).count() == 3
    assert await Order.all().count() == 3
    said = [plain(call.params["message"]) for call in stage.world.api_log if "message" in call.params]
    assert sum("欠红包" in text for text in said) == 1


async def test_the_group_is_dissolved(stage: HostStage) -> None:
    player = await stage.play(DAILY)
    ctx = context(stage, player, "homework")
    await listeners.dissolved(ctx, GroupDissolved(player.group.group_id, 1, 0, 0))
    assert await Season.filter(state="ended").count() == 1
    await player.play("【到 11-25 08:00】")


async def test_who_leaves_is_reviewed_by_nobody(stage: HostStage) -> None:
    await stage.play(f"""
{DAILY}
小王：/交作业 https://a.example/1
里正：…
小李：/交作业 https://a.example/2
里正：…
【到 11-20 00:01】
【到 11-20 08:00】
里正：…
【小李 退群】
""")
    first = await Cycle.get(number=1)
    assert first.state == "reviewing"
    assert not await Duty.filter(cycle_id=first.id).exists()


async def test_late_judging_asks_first_and_a_fine_unpaid_counts_as_a_miss(stage: HostStage) -> None:
    await stage.play(f"""
{DAILY}
设：作业 出局次数 2
设：作业 出局后果 请出群
小王：/交作业 https://a.example/1
里正：…
小赵：/作业 加入
里正：…
【到 11-19 08:00】
里正：…
【到 11-20 00:01】
【到 11-20 08:00】
里正：…
小王：/交作业 https://a.example/2
里正：…
小赵：/交作业 https://a.example/3
里正：…
小王：/点评 @小赵 {GOOD}
里正：…
小赵：/点评 @小王 {GOOD}
里正：小赵 点评了 小王（点评 1/1）。
【到 11-21 00:01】
【到 11-21 08:00】
里正：…
小王：/交作业 https://a.example/5
里正：…
小赵：/交作业 https://a.example/6
里正：…
【到 11-22 07:00】
里正：第 1 期 2 人里 1 人没交，要照罚吗？（晚了 6 小时 59 分钟才轮到，先问一声。）
  确认请发 /确认 1，…
管理员：/确认 1
里正：第 1 期：2 人交了 1。欠红包 1 笔：小赵 没交 A1 10 元。…
管理员：/确认 1
里正：…
管理员：/作业 停
里正：…
【到 11-25 07:01】
里正：@小赵 还欠作业红包：A1。请今天发，发过了就发 /已发红包 加单号。
【到 11-26 07:02】
里正：小赵 欠满 2 次，这一季出局；下一季发 /作业 加入。
里正：小赵 作业出局，要请出群吗？…
小赵：/作业 加入
里正：你这一季已经出局了，下一季再发 /作业 加入；管理员可以发 /作业 恢复。
管理员：/作业 恢复 @小赵
里正：小赵 回到名单上了，以前欠的次数还在。
管理员：/作业 移出 @小赵
里正：小赵 移出名单了。撤销发 /撤销 …。
小赵：/作业 战绩
里正：小赵：交了 0 期，欠过 2 次，请假 0 次，点评 1 篇。
管理员（私聊）：/作业 归档 csv
里正（私聊 管理员）：[file]
里正（私聊 管理员）：存好了：5 篇。
""")


LONG = "今天的早饭是豆浆油条，" * 10


async def test_a_whole_cycle_into_the_fund(stage: HostStage) -> None:
    """A set subject, a late piece, reviews of all kinds, a fine paid before it is spared, and who has kept all."""
    await stage.play(f"""
开：作业 账本
设：作业 点评 1
设：作业 去向 公账
设：作业 缓冲 10分
设：作业 请假 0
管理员：/作业 开始 7天 早起
里正：早起第 1 期：到 11 月 25 日 24:00，…
  欠的红包发给管理员，进公账，一季可以请假 0 次，一共 12 期。
  …
小李：/作业 名单
里正：名单还是空的，发 /作业 加入，或者交一篇。
小赵：/作业 加入
里正：…
小赵：/请假 出差
里正：这季的 0 次假都用完了。
管理员：/作业 命题 第 1 期 必须 早饭
里正：第 1 期的题目：早饭（必须写这个）。
小赵：/作业
里正：早起第 1 期：到 11 月 25 日 24:00，必须写「早饭」，交了 0/1。
  你：没交，点评 0/1。
小王：/交作业 {LONG.replace("早饭", "晚饭")}
里正：这期必须写「早饭」，作业里要有这几个字。
小王：/交作业 {LONG}
里正：小王 交了第 1 期（1/2）。…
小李：/交作业 https://a.example/2
里正：小李 交了第 1 期（2/3）。…
小张：/作业 加入
里正：…
【到 11-26 00:01】
小张：/交作业 https://a.example/3
里正：小张 晚交了第 1 期，在缓冲时间里，不罚。
小张：/交作业 https://a.example/3b
里正：小张 交了第 2 期（1/4）。
管理员：/作业 命题 第1期 午饭
里正：第 1 期已经截止，题目不改了。
【到 11-26 08:00】
里正：早起第 1 期截止：4 人交了 2。点评到 11 月 27 日 24:00，看自己的发 /作业 点谁。
  第 2 期到 12 月 2 日 24:00。
小李：/作业 点谁
里正：第 1 期你要点评（到 11 月 27 日 24:00）：
  小王：在群里，往上翻
小王：/点评 @小李 {GOOD}
里正：小王 点评了 小李（点评 1/1）。
小赵：/点评 @小王 {GOOD}
里正：小赵 点评了 小王，多评的也记着。
小赵：/点评 @小李 {GOOD}
里正：这段话点评过别人了，记下了，不再算一篇。
小赵：/点评 @小张 开头抓人，中间两段可以再合一合，结尾很好
里正：小赵 点评了 小张（点评 1/1）。
小赵：/点评 @小张 开头抓人，中间两段可以合一合再看，结尾很好
里正：小赵 点评了 小张，多评的也记着。
管理员：/作业 名单 第1期
里正：第 1 期（点评中）交了 3/4：
  小赵 没交 点评 2
  小王 交了 点评 1
  小李 交了 点评 0
  小张 交了 点评 0
【到 11-28 00:01】
里正：第 1 期：4 人交了 3。欠红包 2 笔：小赵 没交 A1 10 元；小李 没点评 A2 5 元。
  3 天内发给管理员，写「作业A1」这样。
小李：/作业
里正：早起第 2 期：…
  你：没交，点评 0/1。
  还欠：A2 5 元。
管理员：/确认收款 A2
里正：A2（作业第 1 期没点评）收齐了 5 元，谢谢 @小李。
管理员：/作业 免罚 @小李 第1期 补评了
里正：第 1 期 小李 不罚了：补评了。A2 已经收过钱，退了以后发 /退款 A2。撤销发 /撤销 2。
小赵：/请假 第1期 忘了
里正：小赵 要补第 1 期的假：忘了…
管理员：/通过 1
里正：第 1 期，小赵 的假补上了。
小李→小王「豆浆油条」：点评 写得真细，看饿了，下次多写点别的
里正：第 1 期的点评已经结束，记下了，不算数。
小李：/作业 名单 第1期
里正：第 1 期（结了）交了 3/4：…
小李：/作业 榜
里正：早起：
  1. 小王 交了 1 期，点评 1 篇
  2. 小张 交了 1 期，点评 0 篇
  3. 小赵 交了 0 期，点评 3 篇
  4. 小李 交了 0 期，点评 0 篇
管理员：/作业 结束
里正：…
管理员：/确认
里正：「早起」结束了：2 期，交了 4 篇，点评 4 条。
  一期不落：小王、小张，恭喜毕业！
管理员：/作业 设 罚款 0 0
里正：罚款改为 0 0。…
管理员：/作业 设 出局 不
里正：出局改为 不。…
管理员：/作业 开始 1天 跑步
里正：跑步第 1 期：到 11 月 29 日 24:00，交一篇、点评 1 篇。不罚红包，不会出局。
  一季可以请假 0 次，一共 12 期。
  …
小王：/交作业 https://b.example/1
里正：…
小张：/作业 加入
里正：…
【到 11-30 00:01】
【到 11-30 08:00】
里正：跑步第 1 期截止：…
【到 12-02 00:01】
里正：第 1 期：2 人交了 1，没交的：小张。
""")
    assert not await mismatches()


async def test_away_and_nothing_to_read_back(stage: HostStage) -> None:
    """What nobody saw harms nobody: the deadline moves by the time that is not known, once, and so do the reviews."""
    player = await stage.play(f"""
{DAILY}
小王：/交作业 https://a.example/1
里正：…
小张：/交作业 https://a.example/3
里正：…
小李：/作业 加入
里正：…
【到 11-19 21:00】
里正：…
【停机】
【到 11-20 02:00】
""")
    stage.world.faults.add("refused", "get_group_msg_history", 50, message="没有")
    await player.play("""
【开机】
里正：我刚才不在。11-20 02:00 以前的消息读不回来，要算数的请再发一次。
里正：截止前有一阵我不在，早起第 1 期延到 11 月 20 日 05:00。
【到 11-20 05:01】
【到 11-20 08:00】
里正：早起第 1 期截止：3 人交了 2。…
【到 11-21 20:00】
里正：…
【停机】
【到 11-22 09:00】
""")
    stage.world.faults.add("refused", "get_group_msg_history", 50, message="没有")
    await player.play("""
【开机】
里正：我刚才不在。…
里正：有一阵我不在，第 1 期的点评延到 11 月 22 日 18:00。
里正：截止前有一阵我不在，早起第 3 期延到 11 月 22 日 18:00。
""")


async def test_three_reviews_in_a_minute_are_marked_for_deputies(stage: HostStage) -> None:
    player = await stage.play(f"""
{ALL_IN}
小赵：/点评 @小王 {GOOD}
里正：…
小赵：/点评 @小李 {GOOD}，标题也好
里正：…
小赵：/点评 @小张 {GOOD}，配图更好
里正：…
小赵：/作业 加入
里正：…
小赵：/作业 名单
里正：第 1 期（进行中）交了 3/4：
  小王 交了 点评 0
  小李 交了 点评 0
  小张 交了 点评 0
  小赵 没交 点评 3
管理员：/作业 名单
里正：…
  小赵 没交 点评 3（一分钟内连评几篇）
""")
    stage.world.faults.add("refused", "upload_group_file", 1, message="群文件满了")
    await player.play("""
管理员：/作业 归档 csv
里正：没能传出去：群文件满了。
""")
