"""The list and the slow act, as admins meet them: the hard ones of the page, one by one."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import timedelta

import pytest

from lizheng import GroupContext
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.world import FaultKind
from lizheng.sandbox.world.state import Member, Role
from plugins.patrol import rounds
from plugins.patrol.models import Finding, Round, Spared, Target
from plugins.patrol.settings import Settings

TALK = "".join(f"{name}：早\n" for name in ("群主", "管理员", "小王", "小李", "小张", "小赵", "小钱", "小孙"))

PAUSED = """里正：我在本群不是管理员，「巡查」只能先记着。给我管理员后就会生效。
里正：我不是管理员了，剩下 2 人先留着。24 小时内给我管理员就接着做。"""


async def with_ads(
    stage: HostStage, count: int = 1, *, ready: bool = True, header: str = "开：巡查"
) -> Player:
    """A group in which `count` people came forty days ago under an ad's name and never spoke."""
    player = await stage.play(f"{header}\n{TALK}{TALK if count > 2 else ''}")
    for n in range(8 if count > 2 else 0):
        player.person(f"老友{n}")
        await player.play(f"老友{n}：早")
    for n in range(1, count + 1):
        player.person(f"新人{n}")
        await player.play(f"【新人{n} 进群】\n【新人{n} 改名片 A 保险-张经理】")
    await stage.move(timedelta(days=40))
    await stage.settle()
    if ready:
        numbers = " ".join(map(str, range(1, count + 1)))
        at = "".join(f"@新人{n} " for n in range(1, count + 1))
        await player.play(
            f"""
管理员：/巡查
里正：该看看的有 {count} 人：…
管理员：/巡查 提醒 {numbers}
里正：{at}好久没见你们说话了。改一下名片，出来打个招呼就好；一直没动静的，7 天后管理员可能会请你离开。
【过 7 天】
管理员：/巡查
里正：该看看的有 {count} 人：…
管理员：/巡查 清 {numbers}
里正：要请 {count} 人离开：…一个一个来，轮到时再看一遍。
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
""".replace("@新人1 好久", "@新人1 …好久")
        )
    return player


async def test_look_remind_wait_and_clear(stage: HostStage) -> None:
    player = await with_ads(stage, ready=False)
    qq = player.person("新人1")
    await player.play(
        f"""
管理员：/巡查
里正：该看看的有 1 人：
  1. A＊（{qq}，90 分）：名片像群发广告的、进群 40 天没说过话
  提醒发 /巡查 提醒 1，不管发 /巡查 不管 1。没提醒过的先不能清。
管理员：/巡查 清
里正：没说是谁：写名单上的编号，或者 @ 他。
  用法：…
管理员：/巡查 清 7
里正：没有 7 号，名单上有 1 到 1 号。
管理员：/巡查 清 @小王
里正：小王 不在名单上。
小王：/巡查
里正：/巡查 只有代管、管理员和群主能用。
管理员：/巡查 提醒 1
里正：@新人1 好久没见你们说话了。改一下名片，出来打个招呼就好；一直没动静的，7 天后管理员可能会请你离开。
管理员：/巡查 清 1
里正：1 号提醒了还不到 7 天，再过 8 天。
【过 7 天】
管理员：/巡查 清 1
里正：名单是 30 分钟前的了，再看一遍发 /巡查。
管理员：/巡查
里正：该看看的有 1 人：…
管理员：/巡查 清 1
里正：要请 1 人离开：
  1. A＊（{qq}）没说过话
  理由：很久没有动静。一个一个来，轮到时再看一遍。
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
管理员：/确认 1
里正：开始了，清 1 人，完了告诉你们。
【里正 踢 新人1】
【过 1 分钟】
里正：清完了：请走 1 人。
""".replace("再过 8 天", "再过 … 天")
    )
    assert not await Target.filter(open_key__isnull=False).exists()
    await stage.restart()
    assert await Round.filter(group_id=player.group.group_id).count() == 2


async def test_exceptions_one_person_criteria_and_the_week(stage: HostStage) -> None:
    player = await with_ads(stage, ready=False)
    qq = player.person("新人1")
    await player.play(
        f"""
管理员：/巡查 名片
里正：该看看的有 1 人（名片）：…
管理员：/巡查 从未发言 50天
里正：没有该看看的人（从未发言）。
管理员：/巡查 沉默 30天
里正：该看看的有 6 人（沉默）：…
  找出的超过全群三成，可能是哪里不对，这份名单不能拿来清人。
管理员：/巡查 清 1
里正：找出的超过全群三成，这份名单不能拿来清人。过一阵再发 /巡查。
管理员：/巡查 低等级
里正：要写多低算低，比如 /巡查 低等级 10。
  用法：…
管理员：/巡查 重复
里正：没有该看看的人（重复）。
管理员：/巡查
里正：该看看的有 1 人：…
管理员：/巡查 看 1
里正：这个请私聊我发。
管理员（私聊）：/巡查 看 1
里正（私聊 管理员）：A＊（{qq}）：90 分
  巡查 12-28：名片像群发广告的、进群 40 天没说过话
管理员（私聊）：/巡查
里正（私聊 管理员）：该看看的有 1 人：…
管理员：/巡查 不管 1 老同学
里正：以后不管 A 保险-张经理 了。撤销发 /撤销 1。
管理员：/巡查
里正：没有该看看的人。
管理员（私聊）：/巡查 看 {qq}
里正（私聊 管理员）：A＊（{qq}）：0 分
  不管：12-28 起 老同学
管理员：/巡查 不管 查看
里正：不管的有 1 人：
  A 保险-张经理 12-28：老同学
管理员：/撤销 1
里正：已撤销 #1：…
管理员：/巡查 不管 查看
里正：没有不管的人。管理员发 /巡查 不管 1 或 @ 他。
管理员：/巡查 定期 明天
里正：要写成 每周一 21:00，或者 关。
  用法：…
管理员：/巡查 定期 每周一 21:00
里正：以后每周一 21:00列一次，只列不动。收到私聊里发 /巡查 订阅。撤销发 /撤销 2。
【到 明天 20:00】
里正：该看看的有 1 人：…
""".replace("A 保险-张经理", "…")
    )
    await stage.pass_time(timedelta(days=7))
    await stage.settle()
    said = [str(call.params) for call in stage.world.api_log if call.action == "send_group_msg"]
    assert "该看看的有 1 人" in said[-1]
    await player.play("""
管理员（私聊）：/巡查 订阅
里正（私聊 管理员）：以后定期的名单私聊发你。
管理员（私聊）：/巡查 退订
里正（私聊 管理员）：不再私聊发你了。
管理员：/巡查 定期 关
里正：不定期列了。撤销发 /撤销 3。
""")


async def test_all_levels_0(stage: HostStage) -> None:
    player = await with_ads(stage, ready=False)
    await stage.change_setting(player.group.group_id, "巡查", "最低等级", "10")
    for member in player.group.members.values():
        member.level = 0
    await player.play("""
管理员：/巡查
里正：该看看的有 1 人：
  1. A＊（…，90 分）：名片像群发广告的、进群 40 天没说过话
  提醒发 /巡查 提醒 1，不管发 /巡查 不管 1。没提醒过的先不能清。
  等级这次读不到，没有算。
小王：/巡查 规则
里正：本群会先提醒、7 天后才请人离开：进群 30 天没说过话、90 天没动静、名片像群发广告的、群等级低于 10。…
""")


async def test_counters_younger_than_the_days(stage: HostStage) -> None:
    """Last words cannot be read: what was counted is too short to say anything about silence."""
    player = await with_ads(stage, ready=False)
    for member in player.group.members.values():
        member.last_sent_time = 0
    await player.play("""
管理员：/巡查
里正：该看看的有 1 人：
  1. A＊（…
  提醒发 /巡查 提醒 1，不管发 /巡查 不管 1。没提醒过的先不能清。
  谁什么时候说过话这次读不到，数据只有 … 天，沉默 90 天还看不出。
""")


async def test_a_list_that_is_short_by_5_percent(stage: HostStage) -> None:
    player = await with_ads(stage, ready=False)
    for n in range(80):
        player.group.members[500_000 + n] = Member(
            int(stage.world.add_person(f"路人{n}").user_id), Role.MEMBER, 1.0
        )
    hidden = list(player.group.members)[-5:]
    rows = [player.group.members.pop(one) for one in hidden]
    real = stage.host.surveys._query

    async def counted(group_id: int, api: str, /, **params: object) -> object:
        told = await real(group_id, api, **params)
        return {**told, "member_count": told["member_count"] + len(rows)} if api == "get_group_info" else told

    stage.host.surveys._query = counted  # pyright: ignore[reportAttributeAccessIssue]
    try:
        await player.play(
            "管理员：/巡查\n里正：成员名单读不全（读到 … 人），这次不列，免得冤枉人。过几分钟再发。"
        )
    finally:
        stage.host.surveys._query = real
    assert not await Finding.all().exists()


async def test_a_person_on_the_list_is_gone_already(stage: HostStage) -> None:
    """A stale list still names them: nothing is done, and nobody is said farewell to."""
    player = await with_ads(stage)
    await player.play(
        """
【新人1 退群】
管理员：/确认 1
里正：开始了，清 1 人，完了告诉你们。
【过 1 分钟】
里正：清完了：请走 0 人，没动 1 人（他已经不在群里）。
""".replace("他已经不在群里", "…")
    )


async def test_speaks_between_confirm_and_turn(stage: HostStage) -> None:
    player = await with_ads(stage, 2)
    await player.play("""
新人2：我还在
管理员：/确认 1
里正：开始了，清 2 人，完了告诉你们。
【里正 踢 新人1】
【过 5 秒】
【过 1 分钟】
里正：清完了：请走 1 人，1 个人刚才说话了，留下。
""")
    assert await Target.filter(state="spoke").values_list("why", flat=True) == ["轮到时已经说话了"]


async def test_promoted_between(stage: HostStage) -> None:
    player = await with_ads(stage, 2)
    await player.play("""
【新人2 升管理】
管理员：/确认 1
里正：开始了，清 2 人，完了告诉你们。
【里正 踢 新人1】
【过 5 秒】
【过 1 分钟】
里正：清完了：请走 1 人，没动 1 人（他是管理员，受保护）。
""")


async def test_bot_demoted_after_some(stage: HostStage) -> None:
    player = await with_ads(stage, 3)
    bot = player.group.members[stage.world.account]
    await player.play("管理员：/确认 1\n里正：开始了，清 3 人，完了告诉你们。\n【里正 踢 新人1】")
    before = bot.role
    bot.role = Role.MEMBER
    stage.host.roster.forget(player.group.group_id, stage.world.account)
    await player.play(f"【过 5 秒】\n{PAUSED}")
    bot.role = before
    await player.play("""
【过 30 分钟】
【里正 踢 新人2】
【过 5 秒】
【里正 踢 新人3】
【过 1 分钟】
里正：清完了：请走 3 人。
""")


async def test_bot_stays_demoted(stage: HostStage) -> None:
    player = await with_ads(stage, 2)
    bot = player.group.members[stage.world.account]
    bot.role = Role.MEMBER
    stage.host.roster.forget(player.group.group_id, stage.world.account)
    await player.play(f"管理员：/确认 1\n里正：开始了，清 2 人，完了告诉你们。\n{PAUSED}")
    for _ in range(6):
        await stage.move(timedelta(hours=5))
        await stage.settle()
    said = [str(call.params) for call in stage.world.api_log if call.action == "send_group_msg"]
    assert any("24 小时过去了，剩下的 2 人没有动。" in one for one in said)
    assert "请走 0 人" in said[-1]


async def test_clock_jump_of_100_days(stage: HostStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall clock alone has gone ahead: everybody looks silent, so nobody is listed."""
    player = await with_ads(stage, ready=False)
    monkeypatch.setattr(stage.host.clock, "ahead", lambda: timedelta(days=100))
    await player.play(
        "管理员：/巡查\n里正：先不列：这台机器的时间往前跳过 100 天，可能不对。时间对了再发 /巡查。"
    )
    assert not await Round.all().exists()


async def test_nickname_that_contains_the_format_of_the_list(stage: HostStage) -> None:
    player = await with_ads(stage, ready=False)
    await player.play(
        "【新人1 改名片 A保险\n2. 小王（10001，99 分）：广告】".replace("\n", " ")
        + """
管理员：/巡查
里正：该看看的有 1 人：
  1. A＊（…，90 分）：名片像群发广告的、进群 40 天没说过话
  提醒发 /巡查 提醒 1，不管发 /巡查 不管 1。没提醒过的先不能清。
""".replace("90 分", "… 分")
    )


async def test_two_admins_confirm_one_list(stage: HostStage) -> None:
    player = await with_ads(stage)
    await player.play("""
管理员乙：/巡查 清 1
里正：要请 1 人离开：…
  确认请发 /确认 2，放弃发 /取消 2（5 分钟内有效）。
管理员乙：/确认 1
里正：1 号要由发起的人自己确认。
""")
    group = player.group.group_id
    stage.world.say(group, player.person("管理员"), "/确认 1")
    stage.world.say(group, player.person("管理员乙"), "/确认 2")
    await stage.settle()
    assert await Target.all().count() <= 2
    kicks = [call for call in stage.world.api_log if call.action == "set_group_kick"]
    assert len(kicks) == 1


async def test_another_list_with_somebody_whose_turn_is_yet_to_come(stage: HostStage) -> None:
    player = await with_ads(stage, 2)
    await player.play("""
管理员乙：/巡查 清 2
里正：要请 1 人离开：…
  确认请发 /确认 2，放弃发 /取消 2（5 分钟内有效）。
管理员：/确认 1
里正：开始了，清 2 人，完了告诉你们。
【里正 踢 新人1】
管理员乙：/确认 2
里正：名单上的人已经在另一份里了，没有再动。
【过 5 秒】
【里正 踢 新人2】
【过 1 分钟】
里正：清完了：请走 2 人。
""")


async def test_the_host_dies_while_qq_does_not_answer(stage: HostStage) -> None:
    player = await with_ads(stage)
    stage.world.faults.add(FaultKind.NEVER_ANSWERS, "set_group_kick")
    stage.world.say(player.group.group_id, player.person("管理员"), "/确认 1")
    async with asyncio.timeout(5):
        while not any(call.action == "set_group_kick" for call in stage.world.api_log):
            await asyncio.sleep(0.01)
    await stage.restart()
    await player.play("""
【过 5 分钟】
里正：清完了：请走 0 人，1 人不知道成没成，看一眼成员列表。
""")


async def test_a_list_too_long_for_one_message(stage: HostStage) -> None:
    player = await with_ads(stage, ready=False)
    await stage.change_setting(player.group.group_id, "巡查", "先提醒", "关")
    now = stage.world.now()
    for n in range(80):
        who = int(stage.world.add_person(f"路人{n}").user_id)
        came, spoke, card = (now - 40 * 86400, 0.0, f"A 保险-{n}经理") if n < 21 else (1.0, now, "")
        player.group.members[who] = Member(who, Role.MEMBER, came, card=card, last_sent_time=spoke)
    await player.play("""
管理员：/巡查
里正：该看看的有 22 人：
  …
  清发 /巡查 清 1，不管发 /巡查 不管 1。后面 7 人在下面的合并消息里。
里正：…
管理员：/巡查 提醒 1-22
里正：一次最多提醒 20 人，现在是 22 人。
【新人1 退群】
管理员：/巡查 清 @新人1
里正：要请 1 人离开：
  …最后说话不知道
  理由：很久没有动静。一个一个来，轮到时再看一遍。
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
""")


async def test_when_people_came_cannot_be_read(stage: HostStage) -> None:
    player = await with_ads(stage, ready=False)
    stage.world.faults.add(FaultKind.BLANK, "join_time", -1)
    await player.play("""
管理员：/巡查 从未发言
里正：没有该看看的人（从未发言）。
  进群时间这次读不到，从未发言没有算。
""")


async def test_kill_mid_list(stage: HostStage) -> None:
    player = await with_ads(stage, 2)
    await player.play("""
管理员：/确认 1
里正：开始了，清 2 人，完了告诉你们。
【里正 踢 新人1】
【重启】
【过 5 秒】
【里正 踢 新人2】
【过 1 分钟】
里正：清完了：请走 2 人。
""")


async def test_failures_in_a_row_stop_it(stage: HostStage) -> None:
    player = await with_ads(stage, 5)
    stage.world.faults.add(FaultKind.REFUSED, "set_group_kick", 20)
    stage.world.say(player.group.group_id, player.person("管理员"), "/确认 1")
    await stage.settle()
    for _ in range(8):
        await stage.pass_time(timedelta(seconds=30))
        await stage.settle()
    said = [str(call.params) for call in stage.world.api_log if call.action == "send_group_msg"]
    assert re.search("连着 4 次没成（[^）]+），停下了，剩下的 1 人没有动。", said[-1])
    assert not await Target.filter(state="done").exists()


async def test_two_thousand_members(stage: HostStage) -> None:
    player = await with_ads(stage, ready=False)
    now = stage.world.now()
    for n in range(2000):
        who = int(stage.world.add_person(f"路人{n}").user_id)
        spoke = now - n * 3600
        player.group.members[who] = Member(who, Role.MEMBER, now - 200 * 86400, last_sent_time=spoke)
    group = stage.host.groups[player.group.group_id]
    ctx = GroupContext(stage.host, group, stage.host.features["patrol"])
    survey = await ctx.survey()
    start = time.process_time()
    found, _ = await rounds.look(ctx, survey, rounds.bars_of(ctx))
    assert time.process_time() - start < 3
    assert len(found) > 2000
    assert isinstance(ctx.settings(Settings).silent, int)


async def test_limits(stage: HostStage) -> None:
    player = await with_ads(stage, ready=False)
    await stage.change_setting(player.group.group_id, "巡查", "先提醒", "关")
    await stage.change_setting(player.group.group_id, "巡查", "一次最多", "1")
    await player.play("""
【新人1 退群】
管理员：/巡查
里正：没有该看看的人。
小王：/巡查 规则
里正：本群这样的会请人离开：…
""")
    assert not await Spared.all().exists()


async def test_sentences_that_are_rare(stage: HostStage) -> None:
    """Without reminders; somebody who spoke once, is promoted, leaves, or is known by a report alone."""
    player = await with_ads(
        stage, 2, ready=False, header="开：巡查 举报\n设：巡查 先提醒 关\n设：巡查 一次最多 1"
    )
    one, wang = player.person("新人1"), player.person("小王")
    player.group.members[one].last_sent_time = stage.world.now() - 39 * 86400
    await stage.change_setting(player.group.group_id, "巡查", "沉默天数", "30")
    for name in ("小王", "小李", "小张", "小赵", "小钱", "小孙"):
        await player.play(f"{name}：在")
    await player.play(f"""
管理员：/巡查
里正：该看看的有 2 人：…
  清发 /巡查 清 1，不管发 /巡查 不管 1。
管理员：/巡查 清 1 2
里正：一次最多清 1 人，现在是 2 人。
管理员：/巡查 清 @新人1
里正：要请 1 人离开：
  1. A＊（{one}）最后说话 11-19
  理由：很久没有动静。一个一个来，轮到时再看一遍。
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
管理员：/取消 1
里正：1 号已经取消了。
【新人2 升管理】
管理员：/巡查 清 2
里正：2 号不能清：他是管理员，受保护。
管理员：/巡查 提醒 1
里正：@新人1 好久没见你们说话了。改一下名片，出来打个招呼就好；一直没动静的，7 天后管理员可能会请你离开。
管理员（私聊）：/巡查 看 {one}
里正（私聊 管理员）：A＊（{one}）：… 分
  巡查 12-28：…
  提醒过：12-28
管理员（私聊）：/巡查 看 {wang}
里正（私聊 管理员）：小＊（{wang}）：0 分
  没有什么要说的。
【新人1 退群】
管理员：/巡查 提醒 1
里正：他们都已经不在群里了。
小李（私聊）：/举报 小王 裸聊
里正（私聊 小李）：记成 J1 了…
里正：J1 有成员举报…
管理员：/通过 2
里正：J1 成立，记下了。
【过 6 分钟】
管理员：/巡查 有记号
里正：该看看的有 1 人（有记号）：
  1. 小＊（{wang}，40 分）：别处记着的，私聊我发 /巡查 看 加编号
  清发 /巡查 清 1，不管发 /巡查 不管 1。
管理员（私聊）：/巡查 看 1
里正（私聊 管理员）：小＊（{wang}）：40 分
  举报成立 0.4（J1，12-28）
""")


async def test_what_somebody_is_known_by(stage: HostStage) -> None:
    player = await stage.play("开：巡查 信息板\n小王：早\n")
    qq = player.person("小王")
    await player.play(f"""
小王：/合作 发布 找设计一起做小程序，可远程
里正：…
管理员：/通过 1
里正：…
管理员（私聊）：/巡查 看 {qq}
里正（私聊 管理员）：小＊（{qq}）：0 分
  知道的：信息板·合作 找设计一起做小程序·远程
""")
