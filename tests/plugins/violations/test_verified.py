"""Answers that lie, rights that are missing, people who rise, bots that echo: what is believed and what is done."""

from datetime import timedelta
from importlib.util import find_spec

import pytest

from lizheng import GroupContext
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.world import Happening
from lizheng.store.tables import Pending
from plugins.violations import cases, feature
from plugins.violations.ladder import KICK
from plugins.violations.models import Case
from plugins.violations.telling import plan_telling
from tests.support.recorder import Recorder

needs_rules = pytest.mark.skipif(find_spec("plugins.word_rules") is None, reason="no rules")


async def test_a_kick_that_only_claims_to_be_done_has_no_farewell(stage: HostStage) -> None:
    player = await stage.play("""
开：违规处理
小王：在
管理员：在
""")
    stage.world.faults.add("ok_but_not_done", "set_group_kick")
    await player.play("""
管理员：/踢 @小王 广告
【过 5 秒】
里正：W1 记下了，但没有移出 小＊：平台说成功，但对方还在群里。
管理员：/踢 @小王 广告
【里正 踢 小王】
里正：小＊ 的机票已送达（W2），一路平安。
【里正 撤回 小王】
""")


async def test_a_kick_that_was_done_although_it_failed_is_told(stage: HostStage) -> None:
    player = await stage.play("开：违规处理\n小王：在\n管理员：在\n")
    stage.world.faults.add("failed_but_done", "set_group_kick")
    await player.play("""
管理员：/踢 @小王 广告
【里正 踢 小王】
里正：小＊ 的机票已送达（W1），一路平安。
【里正 撤回 小王】
""")
    assert [case.outcome for case in await Case.all()] == ["done"]


async def test_so_is_a_mute(stage: HostStage) -> None:
    player = await stage.play("开：违规处理\n小王：在\n管理员：在\n")
    stage.world.faults.add("failed_but_done", "set_group_ban")
    await player.play("""
管理员：/禁言 @小王 10分 广告
【里正 禁言 小王 10分】
里正：@小王 禁言 10 分钟（W1）：广告。…
【过 10 秒】
【过 1 分】
""")
    case = await Case.get()
    assert case.outcome == "done"
    assert case.until is not None


async def test_a_kick_still_open_at_a_restart_is_closed_afterwards(stage: HostStage) -> None:
    player = await stage.play("开：违规处理\n小王：在\n管理员：在\n")
    await stage.wire.stop()
    ctx = await _case_while_offline(stage, player)
    assert ctx == "due"
    await player.play("""
【重启】
【过 30 秒】
【里正 踢 小王】
里正：小＊ 的机票已送达（W1），一路平安。
【里正 撤回 小王】
""")
    assert [case.outcome for case in await Case.all()] == ["done"]


async def _case_while_offline(stage: HostStage, player: Player) -> str:
    """A case opened in the moment the endpoint is gone; its outcome so far."""
    host = stage.host
    ctx = GroupContext(host, host.groups[player.group.group_id], feature, source="test:offline")
    found = cases.Charge(player.person("小王"), "广告", measure=KICK, rule="广告")
    case = await cases.charge(ctx, found, "test:offline")
    host.clock.move(timedelta(seconds=1))
    assert case is not None
    return (await Case.get(id=case.id)).outcome


async def test_while_the_member_list_cannot_be_read_nothing_is_done_and_that_is_said(
    stage: HostStage,
) -> None:
    player = await stage.play("开：违规处理\n小王：在\n管理员：在\n")
    for api in ("get_group_member_info", "get_group_member_list"):
        stage.world.faults.add("refused", api, -1)
    await player.play("""
管理员：/警告 @小王 吵
里正：现在读不到成员列表，稍后再试。
【过 61 秒】
""")
    stage.world.faults.clear()
    await player.play("管理员：/警告 @小王 吵\n里正：@小王 警告一次（W1）：吵。…\n")


@needs_rules
async def test_somebody_promoted_between_warning_and_kick_is_spared(stage: HostStage) -> None:
    await stage.play("""
开：违规规则、违规处理
设：违规处理 阶梯 警告 → 踢
管理员：/违规规则 添加 关键词 代充
里正：…
小王：代充
【里正 撤回 小王】
里正：@小王 警告一次（W1）：触发规则 1（关键词）。
  再犯：踢。不服发 /申诉 理由。
【小王 升管理】
【过 2 分】
小王：代充
管理员：/警告 @小王 代充
里正：没有处理 小王：他是管理员，受保护。
""")


async def test_a_promotion_while_the_kick_waits_spares(stage: HostStage) -> None:
    player = await stage.play("开：违规处理\n小王：在\n管理员：在\n")
    await stage.wire.stop()
    await _case_while_offline(stage, player)
    stage.world.set_role(player.group.group_id, player.person("小王"), "admin")
    await player.play("""
【重启】
【过 30 秒】
里正：W1 作罢，没有移出 小＊：他是管理员，受保护。
管理员：/违规 @小王
里正：小王：算数的 0 次，再犯：警告。
  W1 11-18 12:00 踢：广告（已作罢）
""")


async def test_a_promotion_while_the_preview_waits_spares(stage: HostStage) -> None:
    names = ["小甲", "小乙", "小丙", "小丁", "小戊"]
    player = await stage.play("开：违规处理\n管理员：在\n小王：在\n" + "".join(f"{n}：在\n" for n in names))
    for at, name in enumerate(names, 1):
        await player.play(f"""
管理员：/踢 @{name} 广告
【里正 踢 {name}】
里正：小＊ 的机票已送达（W{at}），一路平安。
【里正 撤回 {name}】
""")
    await player.play("""
管理员：/踢 @小王 广告
里正：10 分钟里已经移出不少人了，小王 要不要也移出？原因：W6 广告
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
【小王 升管理】
管理员：/确认 1
里正：没有移出 小王：他是管理员，受保护。
""")
    case = await Case.get(number=6)
    assert case.outcome == "asked"


async def test_a_kick_over_the_budget_waits_for_a_word_and_then_is_told(stage: HostStage) -> None:
    names = ["小甲", "小乙", "小丙", "小丁", "小戊"]
    player = await stage.play(
        "开：违规处理\n管理员：在\n" + "".join(f"{n}：在\n" for n in [*names, "小王", "小李"])
    )
    for at, name in enumerate(names, 1):
        await player.play(f"""
管理员：/踢 @{name} 广告
【里正 踢 {name}】
里正：小＊ 的机票已送达（W{at}），一路平安。
【里正 撤回 {name}】
""")
    await player.play("""
管理员：/踢 @小王 广告
里正：10 分钟里已经移出不少人了，小王 要不要也移出？原因：W6 广告
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
管理员：/踢 @小李 广告
里正：10 分钟里已经移出不少人了，小李 要不要也移出？…
【重启】
""")
    # The farewell and the recall are two jobs: either may come first.
    assert await Recorder(player).say("管理员", "/确认 1") == "小＊ 的机票已送达（W6），一路平安。"
    calls = [call.action for call in stage.world.api_log]
    assert (calls.count("set_group_kick"), calls.count("delete_msg")) == (6, 6)
    await player.play("""
管理员：/赦免 W7
里正：赦免了 小李 的 W7，不再算数。撤销发 /撤销 …。
管理员：/确认 2
里正：2 号已经取消了，没有再动。
""")


async def test_a_name_that_is_an_advertisement_is_not_asked_about_in_full(stage: HostStage) -> None:
    names = ["小甲", "小乙", "小丙", "小丁", "小戊"]
    player = await stage.play("开：违规处理\n管理员：在\n小王：在\n" + "".join(f"{n}：在\n" for n in names))
    for name in names:
        await player.play(f"管理员：/踢 @{name} 广告\n【里正 踢 {name}】\n里正：…\n【里正 撤回 {name}】\n")
    stage.world.people[player.person("小王")].nickname = "代充加V wxid998877"
    await player.play("""
小王：在
管理员：/踢 @小王 广告
里正：10 分钟里已经移出不少人了，代＊ 要不要也移出？原因：W6 广告…
【小王 升管理】
管理员：/确认 1
里正：没有移出 代＊：他是管理员，受保护。
""")


@needs_rules
async def test_without_rights_it_says_so_once_and_goes_on_recording(stage: HostStage) -> None:
    player = await stage.play("""
开：违规规则、违规处理
管理员：/违规规则 添加 关键词 代充 → 踢
里正：规则 1 定好了：…
小王：在
""")
    stage.world.set_role(player.group.group_id, stage.world.account, "member")
    await player.play("""
小王：代充
里正：我在本群不是管理员，「违规处理」只能先记着。给我管理员后就会生效。
【过 2 分】
小王：代充
【过 2 分】
管理员：/警告 @小李 吵
里正：@小李 警告一次（W3）：吵。…
管理员：/禁言 @小李 10分
里正：W4 记下了，但没有禁言 小＊：里正在本群不是管理员。
""")
    stage.world.set_role(player.group.group_id, stage.world.account, "admin")
    await player.play("""
【过 2 分】
小王：代充
【里正 撤回 小王】
【里正 踢 小王】
里正：小＊ 的机票已送达（W5），一路平安。
【里正 撤回 小王】
【里正 撤回 小王】
【里正 撤回 小王】
""")


@needs_rules
async def test_a_bot_that_echoes_us_makes_no_loop(stage: HostStage) -> None:
    player = await stage.play("""
开：违规规则、违规处理
管理员：/违规规则 添加 刷屏 1分5条
里正：规则 1 定好了：…
复读机：在
""")
    world, echo = stage.world, player.person("复读机")
    said: list[str] = []

    def repeat(happening: Happening) -> None:
        if happening.kind == "message" and happening.user_id == world.account and len(said) < 200:
            said.append(happening.data["text"])
            member = world.groups[player.group.group_id].members.get(echo)
            if member is not None and member.muted_until <= world.now():
                world.say(player.group.group_id, echo, happening.data["text"])

    world.watchers.append(repeat)
    for number in range(20):
        world.say(player.group.group_id, player.person("小王"), f"第 {number} 句")
        world.say(player.group.group_id, echo, f"/警告 @小王 {number}")
        await stage.settle()
    world.watchers.remove(repeat)
    assert len(said) < 12, said
    assert await Case.filter(actor_id=echo).count() == 0


@needs_rules
async def test_a_listed_bot_is_never_judged(stage: HostStage) -> None:
    player = await stage.play("""
开：违规规则、违规处理
管理员：/违规规则 添加 关键词 代充 → 踢
里正：规则 1 定好了：…
""")
    host = stage.host
    await host.groups.add_standing(player.group.group_id, player.person("别的机器人"), "bot", 0, host.now())
    await player.play(
        "别的机器人：代充代充\n管理员：/踢 @别的机器人\n里正：没有处理 别的机器人：那是登记过的机器人，受保护。\n"
    )


async def test_bad_input_changes_nothing(stage: HostStage) -> None:
    player = await stage.play("开：违规处理\n小王：在\n管理员：在\n")
    usage = {
        "警告": "用法：/警告 @成员… [理由]\n例如：/警告 @小王 刷屏",
        "禁言": "用法：/禁言 @成员… <时长> [理由]\n例如：/禁言 @小王 10分 刷屏",
        "踢": "用法：/踢 @成员… [理由]\n例如：/踢 @小王 拉黑 发广告",
        "赦免": "用法：/赦免 <W编号|@成员>\n例如：/赦免 W3",
        "申诉": "用法：/申诉 <理由>\n例如：/申诉 那不是广告，是我自己的书",
    }
    table = [
        ("/警告", "没说是谁：请 @ 他、写他的 QQ 号，或引用他的消息。"),
        ("/警告 987654321 吵", "群里没有 987654321 这个人。"),
        ("/警告 小王 吵", "没看出「小王」是谁：请 @ 他、写他的 QQ 号，或引用他的消息。"),
        ("/警告 @小王 " + "长" * 101, "理由太长：最长 100 个字。"),
        ("/禁言 @小王", "缺少时长。"),
        ("/禁言 @小王 31天", "禁言最长 30 天，QQ 不让更久。"),
        ("/禁言 @小王 9999年", "「9999年」不是时长，请写 10分 或 1小时。"),
        ("/禁言 @小王 10", "「10」缺单位，请写 秒/分/小时/天/周。"),
        ("/禁言 @小王 -5分", "「-5分」不能是负数，请写 10分。"),
        ("/禁言 @小王 0秒", "「0秒」太短，至少 1 秒。"),
        ("/禁言 @小王 很久", "「很久」不是时长，请写 10分 或 1小时。"),
        ("/踢 [CQ:at,qq=all]", "没看出「[CQ:at,qq=al」是谁：请 @ 他、写他的 QQ 号，或引用他的消息。"),
        ("/赦免", "赦免谁？请写 W3 这样的编号、@ 他，或引用他的消息。"),
        ("/赦免 三号", "「三号」不是编号，请写成 W12。"),
        ("/申诉", "缺少内容。"),
        ("/申诉 W1", "申诉要写理由。"),
    ]
    for said, answer in table:
        name = said[1:].split()[0]
        lines = "\n".join("  " + line for line in usage[name].splitlines())
        await player.play(f"管理员：{said}\n里正：{answer}\n{lines}\n")
    for said, answer in (("/违规 W9", "没有 W9 这条违规记录。"), ("/赦免 W9", "没有 W9 这条违规记录。")):
        await player.play(f"管理员：{said}\n里正：{answer}\n")
    assert await Case.all().count() == 0
    await player.play("""
管理员：/警告 @小王 [CQ:at,qq=all] 你好
里正：@小王 警告一次（W1）：[CQ:at,qq=all] 你好。…
管理员：/设置 违规处理 阶梯 踢 → 警告
里正：「阶梯」不能是这个值：踢只能是最后一步：踢了之后人已经不在了。…
""")


@needs_rules
async def test_a_raid_of_spammers_is_one_question(stage: HostStage) -> None:
    names = ["小甲", "小乙", "小丙", "小丁", "小戊", "小己", "小庚", "小辛"]
    player = await stage.play(
        """
开：违规规则、违规处理
管理员：/违规规则 添加 关键词 代充 → 踢
里正：规则 1 定好了：…
"""
        + "".join(f"{name}：在\n" for name in names)
    )
    for at, name in enumerate(names[:5], 1):
        await player.play(f"""
{name}：低价代充
【里正 撤回 {name}】
【里正 踢 {name}】
里正：小＊ 的机票已送达（W{at}），一路平安。
【里正 撤回 {name}】
""")
    await player.play("""
小己：低价代充
【里正 撤回 小己】
小庚：低价代充
【里正 撤回 小庚】
小辛：低价代充
【里正 撤回 小辛】
【过 5 秒】
里正：10 分钟里已经移出不少人了，还有 3 个人要不要也移出？
  W6 小己、W7 小庚、W8 小辛
  确认请发 /确认 1，放弃发 /取消 1（1 天内有效）。
【小辛 升管理】
管理员：/赦免 W7
里正：赦免了 小庚 的 W7，不再算数。撤销发 /撤销 …。
【重启】
管理员：/确认 1
【里正 踢 小己】
里正：小＊ 的机票已送达（W6），一路平安。
里正：W8 作罢，没有移出 小＊：他是管理员，受保护。
【里正 撤回 小己】
""")


async def test_the_notice_closes_what_was_unclear(stage: HostStage) -> None:
    """Said to be unclear, it is told again once QQ itself says that they were kicked."""
    player = await stage.play("开：违规处理\n小王：在\n管理员：在\n")
    await stage.wire.stop()
    await _case_while_offline(stage, player)
    await Case.all().update(outcome="unknown", telling="waiting")
    ctx = GroupContext(stage.host, stage.host.groups[player.group.group_id], feature)
    await plan_telling(ctx, (await Case.get()).id)
    await player.play("【重启】\n里正：W1 不知道移出 1＊ 成了没有，QQ 一直没有回话，请看一眼。\n")
    stage.world.kick(player.group.group_id, player.person("小王"), stage.world.account)
    await stage.settle()
    said = stage.world.groups[player.group.group_id].messages[-1].segments[0]["data"]["text"]
    assert said == "1＊ 的机票已送达（W1），一路平安。"


async def test_who_is_pardoned_is_not_asked_about_any_more(stage: HostStage) -> None:
    names = ["小甲", "小乙", "小丙", "小丁", "小戊"]
    player = await stage.play("开：违规处理\n管理员：在\n小王：在\n" + "".join(f"{n}：在\n" for n in names))
    for at, name in enumerate(names, 1):
        await player.play(f"""
管理员：/踢 @{name} 广告
【里正 踢 {name}】
里正：小＊ 的机票已送达（W{at}），一路平安。
【里正 撤回 {name}】
""")
    await player.play("管理员：/踢 @小王 广告\n里正：10 分钟里已经移出不少人了，小王 要不要也移出？…\n")
    case = await Case.get(number=6)
    assert (await Pending.get()).source == f"violations:{case.id}/act#1#1", "as releases until 0.1 named it"
    await player.play("""
管理员：/赦免 W6
里正：…
管理员：/确认 1
里正：1 号已经取消了，没有再动。
""")
