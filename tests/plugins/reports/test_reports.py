"""Cases as members and admins meet them: the hard ones of the page, one by one."""

import asyncio
from datetime import date

from lizheng import GroupContext
from lizheng.hooks import Figure, ReportWeek
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.world import FaultKind
from plugins.reports.answers import figures
from plugins.reports.models import Case, Voice

TAKEN = "记成 J1 了，谢谢。管理员看之前不会告诉他，也不会说是你。"


async def test_a_message_is_quoted_and_told_of_with_others(stage: HostStage) -> None:
    player = await stage.play(
        f"""
开：举报
小李：加微信领资料
小王→小李：/举报 发广告
【里正 撤回 小王】
里正（私聊 小王）：{TAKEN}
里正：收到，管理员会看。
小张→小李：/举报
【里正 撤回 小张】
里正（私聊 小张）：{TAKEN}
里正：J1 有成员举报，管理员请私聊我发 /举报 看 J1。
  处理发 /通过 1，不成立发 /拒绝 1（7 天内有效）。
管理员：/举报 看 J1
里正：这个请私聊我发。
管理员（私聊）：/举报 列表
里正（私聊 管理员）：等处理的举报 1 件：
  J1 小李 群里的发言 2 位 分量 2.0 11-18起
管理员（私聊）：/举报 看 J1
里正（私聊 管理员）：J1 小李（…）群里的发言，2 位举报，分量 2.0。
  举报人 1（1）：发广告
  　他说过：加微信领资料
  举报人 2（1）：没写理由
  　他说过：加微信领资料
  我看不到私聊，截图也可能是假的。
  处理发 /通过 1，不成立发 /拒绝 1（7 天内有效）。
小王（私聊）：/举报 我的
里正（私聊 小王）：你的举报：
  J1 还在看
管理员：/通过 1 罚站
里正：后面可以跟：警告、禁言1天、踢、拉黑。
  用法：…
管理员：/通过 1 拉黑
里正：「黑名单」在本群没有开，不能拉黑，改用 踢。
管理员：/通过 1 禁言1天
【里正 禁言 小李 1天】
里正：@小李 禁言 1 天：群友反映的发言属实。不服私聊我发 /申诉 理由。
小王（私聊）：/举报 我的
里正（私聊 小王）：你的举报：
  J1 处理了
小王：/举报 公示
里正：最近 30 天：收到 1 件，成立 1 件，没成立 0 件，处理时间一般 0 小时。
小王（私聊）：/举报 报复 J1
里正（私聊 小王）：记成 J2 了，谢谢。管理员看之前不会告诉他，也不会说是你。
里正：J2 有成员举报，管理员请私聊我发 /举报 看 J2。
  举报的只有一位，处理了等于说出是谁，先想想。
  处理发 /通过 2，不成立发 /拒绝 2（7 天内有效）。
管理员：/拒绝 2 恶意
里正：J2 没成立，记下了。
里正：要把 J2 的举报人记成恶意吗？只会让他以后的举报变轻，别的什么也不发生。
  确认请发 /确认 3，放弃发 /取消 3（5 分钟内有效）。
管理员：/确认 3
里正：记下了，他以后的举报会轻很多。
"""
    )
    assert (await Case.get(number=1)).state == "upheld"
    assert await Voice.filter(group_id=player.group.group_id).count() == 3


async def test_bad_input(stage: HostStage) -> None:
    await stage.play("""
开：举报
小李：在
小李二：在
小王（私聊）：/举报
里正（私聊 小王）：没说是谁：引用他的消息发 /举报，或者私聊我发 /举报 小李 发广告（名字或 QQ 号）。
小王（私聊）：/举报 小红 发广告
里正（私聊 小王）：群里没有 小红 这个人。
小王：/举报 发广告
【里正 撤回 小王】
里正（私聊 小王）：没说是谁：…
小王：/举报 @小李 @小李二
【里正 撤回 小王】
里正（私聊 小王）：引用了一个人，又写了别人：只留一个。
小王（私聊）：/举报 小王 我自己
里正（私聊 小王）：不能举报自己。
小王：/举报 @里正 乱说
【里正 撤回 小王】
里正（私聊 小王）：我会出错，但不用举报，请直接告诉管理员。
小王（私聊）：/举报 私加 小李
里正（私聊 小王）：他做了什么？写一句，或者写 1 加我好友发广告、2 拉我进群、3 骗人、4 骚扰：/举报 私加 小李 2
小王（私聊）：/举报 私加 小李 2
里正（私聊 小王）：记成 J1 了，谢谢。管理员看之前不会告诉他，也不会说是你。
小王（私聊）：/举报 私加 小李 天天拉
里正（私聊 小王）：J1 里本来就有你说的，补上了。
小王（私聊）：/举报 看 J1
里正（私聊 小王）：/举报 看 <举报编号> 只有代管、管理员和群主能用。
管理员（私聊）：/举报 看 J9
里正（私聊 管理员）：没有 J9；现在有 J1。
小王（私聊）：/举报 撤回 J1
里正（私聊 小王）：J1 里你说的撤回了。
小王（私聊）：/举报 撤回 J1
里正（私聊 小王）：J1 里没有你的举报，或者已经有结果了。
管理员（私聊）：/举报 列表
里正（私聊 管理员）：没有等处理的举报。成员引用消息发 /举报 就会出现在这里。
小张（私聊）：/举报 我的
里正（私聊 小张）：你没有举报过。看到不对的，引用那条发 /举报，或者私聊我。
""")


async def test_limits_and_two_of_one_name(stage: HostStage) -> None:
    people = ["小一", "小二", "小三", "小四", "小五", "小六"]
    lines = "".join(
        f"小王（私聊）：/举报 {name} 刷屏\n里正（私聊 小王）：记成 J{n} 了，谢谢。…\n"
        for n, name in enumerate(people[:5], 1)
    )
    player = await stage.play(
        "开：举报\n" + "".join(f"{name}：在\n" for name in people) + lines + "小王（私聊）：/举报 小六 刷屏\n"
        "里正（私聊 小王）：今天的用完了，明天再来。\n"
        f"小张（私聊）：/举报 小一 {'长' * 201}\n里正（私聊 小张）：太长了，最多 200 个字，现在是 201 个。\n"
        "【小二 改名片 小一】\n小张（私聊）：/举报 小一 刷屏\n里正（私聊 小张）：有几个人叫「小一」，请写 QQ 号。\n"
    )
    await player.play("""
【过 2 小时】
里正：有 5 件举报等着看：J1（待办 1）、J2（待办 2）、J3（待办 3）、J4（待办 4）、J5（待办 5），管理员请私聊我发 /举报 列表。
管理员：/拒绝 1
里正：J1 没成立，记下了。
【过 1 天】
里正：…
里正：…
里正：…
里正：…
小王（私聊）：/举报 私加 1
里正（私聊 小王）：群里没有 1 这个人。
小王（私聊）：/举报 私加 小三 3
里正（私聊 小王）：记成 J6 了，谢谢。…
""")


async def test_ten_new_accounts_report_one_person(stage: HostStage) -> None:
    """They came together, and just now: they count as one, of little weight, and nobody is told of private adding."""
    player = await stage.play("开：举报\n小李：在\n【过 1 天】\n")
    for n in range(10):
        await player.play(f"【新人{n} 进群】")
    for n in range(10):
        await player.play(f"新人{n}（私聊）：/举报 私加 小李 骗我\n里正（私聊 新人{n}）：记成 J1 了，谢谢。…")
    assert {voice.weight for voice in await Voice.all()} == {0.25}
    assert len({voice.circle for voice in await Voice.all()}) == 1
    await player.play(
        """
管理员（私聊）：/举报 列表
里正（私聊 管理员）：等处理的举报 1 件：
  J1 小李 私下骚扰 1 位 分量 0.2 11-19起
""".replace("分量 0.2", "分量 0.…")
    )


async def test_three_who_did_not_come_together_bring_a_proposal_and_no_act(stage: HostStage) -> None:
    await stage.play("""
开：举报 黑名单
小李：在
小一（私聊）：/举报 私加 小李 1
里正（私聊 小一）：记成 J1 了…
小二（私聊）：/举报 私加 小李 1
里正（私聊 小二）：记成 J1 了…
里正：J1 有 2 位…
小三（私聊）：/举报 私加 小李 1
里正（私聊 小三）：记成 J1 了…
里正：J1 已有 3 位互不相关的成员反映，建议移出并拉黑。是谁请私聊我发 /举报 看 J1。
  确认请发 /确认 2，放弃发 /取消 2（1 天内有效）。
管理员甲：/确认 2
【里正 踢 小李】
里正：小＊ 已移出：私下打扰群友。
管理员乙：/通过 1
里正：1 号已经取消了，没有再动。
""")


async def test_a_proposal_confirmed_after_the_case_was_decided(stage: HostStage) -> None:
    await stage.play("""
开：举报
小李：在
小一（私聊）：/举报 私加 小李 1
里正（私聊 小一）：记成 J1 了…
小二（私聊）：/举报 私加 小李 1
里正（私聊 小二）：记成 J1 了…
里正：J1 有 2 位…
小三（私聊）：/举报 私加 小李 1
里正（私聊 小三）：记成 J1 了…
里正：J1 已有 3 位互不相关的成员反映，建议移出并拉黑。…
管理员甲：/拒绝 1
里正：J1 没成立，记下了。
管理员乙：/确认 2
里正：J1 已经有结果了，没有再动。
""")


async def test_an_admin_who_reported_does_not_decide(stage: HostStage) -> None:
    """And the group is not told why nothing happens: that would name the reporter."""
    await stage.play("""
开：举报
小李：在
管理员甲（私聊）：/举报 小李 裸聊
里正（私聊 管理员甲）：记成 J1 了…
里正：J1 有成员举报，管理员请私聊我发 /举报 看 J1。
  举报的只有一位，处理了等于说出是谁，先想想。
  处理发 /通过 1，不成立发 /拒绝 1（7 天内有效）。
管理员甲：/通过 1 警告
里正（私聊 管理员甲）：J1 是你自己反映的，要由另一位来决定。
管理员乙：/通过 1
里正：J1 成立，记下了。
管理员乙：/通过 1
里正：1 号已经通过了，没有再动。
""")


async def test_deputies_do_not_kick(stage: HostStage) -> None:
    await stage.play("""
开：举报
群主：/代管 添加 @代管
里正：…
小李：在
小王（私聊）：/举报 小李 裸聊
里正（私聊 小王）：记成 J1 了…
里正：J1 有成员举报…
代管：/通过 1 踢
里正：踢和拉黑要管理员和群主来定。
管理员：/通过 1 踢
【里正 踢 小李】
里正：小＊ 已移出：群友反映的发言属实。
""")


async def test_an_admin_or_deputy_reported_is_the_owners_business(stage: HostStage) -> None:
    await stage.play("""
开：举报
管理员甲：在
小王（私聊）：/举报 管理员甲 私下骂人
里正（私聊 小王）：记成 J1 了，谢谢。他有职务或者受保护，只有群主会看到，也不会说是你。
里正（私聊 群主）：J1 有成员举报 管理员甲（管理员），别的管理员看不到。看发 /举报 看 J1。
  处理发 /通过 1，不成立发 /拒绝 1（7 天内有效）。
管理员甲（私聊）：/举报 列表
里正（私聊 管理员甲）：没有等处理的举报。…
管理员甲（私聊）：/举报 看 J1
里正（私聊 管理员甲）：没有 J1 这件举报。
管理员甲：/通过 1
里正：1 号只能由 群主 来决定。
群主（私聊）：/通过 1
里正（私聊 群主）：J1 成立，记下了。我没有动他，请你自己处理。
小王（私聊）：/举报 群主 偏心
里正（私聊 小王）：记成 J2 了，谢谢。他是群主，只有管这台里正的人会看到，也不会说是你。
""")


async def test_nobody_stands_above(stage: HostStage) -> None:
    superusers, stage.host.superusers = stage.host.superusers, frozenset()
    try:
        await stage.play("""
开：举报
小王（私聊）：/举报 群主 偏心
里正（私聊 小王）：他是群主，我没有人可以交。
""")
    finally:
        stage.host.superusers = superusers


async def test_a_deputy_reported(stage: HostStage) -> None:
    """Also one who became a deputy since: nobody decides about themselves, or reads there that it is about them."""
    await stage.play("""
开：举报
群主：/代管 添加 @代管
里正：…
代管乙：在
小王（私聊）：/举报 代管 公报私仇
里正（私聊 小王）：记成 J1 了，谢谢。他有职务或者受保护…
里正（私聊 群主）：J1 有成员举报 代管（…），别的管理员看不到。…
小王（私聊）：/举报 代管乙 裸聊
里正（私聊 小王）：记成 J2 了…
里正：J2 有成员举报…
群主：/代管 添加 @代管乙
里正：…
代管乙：/通过 2 警告
""")


async def test_reported_person_leaves_and_changes_card_and_reporter_leaves(stage: HostStage) -> None:
    await stage.play(
        """
开：举报
小李：在
小王（私聊）：/举报 小李 裸聊
里正（私聊 小王）：记成 J1 了…
里正：J1 有成员举报…
【小王 退群】
【小李 改名片 换个名】
管理员（私聊）：/举报 看 J1
里正（私聊 管理员）：J1 换个名（…）…举报人 1（1）：裸聊…
【小李 退群】
管理员：/通过 1 禁言1天
里正：J1 成立，但没有执行：他已经不在本群。
群主（私聊）：/举报 揭开 J1 要报警
里正（私聊 群主）：J1 的举报人：已退群的人。已经告诉他们了。
""".replace("他已经不在本群", "…")
    )


async def test_message_recalled_before_it_is_read(stage: HostStage) -> None:
    """Who wrote it is known from the quote or not at all: never somebody else's message."""
    player = await stage.play("开：举报\n小李：骗子链接\n")
    said = player.last_of("小李")
    assert said is not None
    stage.world.recall(said, player.person("小李"))
    stage.world.say(player.group.group_id, player.person("小王"), "/举报", reply_to=said)
    await stage.settle()
    cases = await Case.all()
    assert [case.user_id for case in cases] in ([], [player.person("小李")])


async def test_the_bot_may_not_recall(stage: HostStage) -> None:
    player = await stage.play("开：举报\n小李：在\n")
    player.group.members[stage.world.account].role = player.group.members[player.person("小李")].role
    stage.host.roster.forget(player.group.group_id, stage.world.account)
    await player.play("""
小王→小李：/举报 骂人
里正（私聊 小王）：记成 J1 了，谢谢。…你那条我撤不回（…），请自己撤回。
里正：收到，管理员会看。
""")


async def test_private_chat_fails(stage: HostStage) -> None:
    player = await stage.play("开：举报\n小李：在\n")
    stage.world.temp_sessions = False
    await player.play("""
小王→小李：/举报 骂人
【里正 撤回 小王】
里正：收到，记成 J1 了，管理员会看。
""")


async def test_duplicate_delivery_and_two_deciders(stage: HostStage) -> None:
    player = await stage.play("开：举报\n小李：在\n")
    stage.world.faults.add(FaultKind.DUPLICATE, "message", 3)
    await player.play("""
小王（私聊）：/举报 小李 裸聊
里正（私聊 小王）：记成 J1 了…
里正：J1 有成员举报…
""")
    stage.world.faults.clear()
    assert await Voice.all().count() == 1
    group = player.group.group_id
    for admin in ("管理员甲", "管理员乙"):
        stage.world.say(group, player.person(admin), "/通过 1 警告")
    await stage.settle()
    warned = [call for call in stage.world.api_log if "警告一次" in str(call.params)]
    assert len(warned) == 1


async def test_offline(stage: HostStage) -> None:
    """What was put up before a restart is decided after it; the reporter's word is there still."""
    await stage.play("""
开：举报
小李：在
小王（私聊）：/举报 小李 裸聊
里正（私聊 小王）：记成 J1 了…
里正：J1 有成员举报…
【重启】
小王（私聊）：/举报 我的
里正（私聊 小王）：你的举报：
  J1 还在看
管理员：/拒绝 1 没成立
里正：J1 没成立，记下了。
""")


async def test_nobody_looks(stage: HostStage) -> None:
    await stage.play("""
开：举报
小李：在
小王（私聊）：/举报 小李 裸聊
里正（私聊 小王）：记成 J1 了…
里正：J1 有成员举报…
【过 1 天】
里正：J1 还没人处理，管理员请私聊我发 /举报 看 J1。
  处理发 /通过 1，不成立发 /拒绝 1（7 天内有效）。
【过 2 天】
里正：J1 还没人处理…
【过 4 天】
里正：J1 还没人处理，管理员请私聊我发 /举报 看 J1。
  处理发 /通过 2，不成立发 /拒绝 2（7 天内有效）。
【过 7 天】
里正（私聊 小王）：J1 14 天没人看，先放下了。还有事请再说一次，或者直接找群主。
""")


async def second_group(stage: HostStage, first: Player, owner: str) -> Player:
    group = stage.world.add_group("另一个群", stage.world.people[first.person(owner)])
    second = Player(stage, group)
    second.people.update(first.people)
    await stage.introduce(group.group_id)
    await stage.switch_on(group.group_id, "举报")
    return second


async def reported_in_both(stage: HostStage, owner: str) -> str:
    """What an admin of the first group reads, when somebody is reported here and in another group of `owner`."""
    first = await stage.play("开：举报\n小李：在\n小王：在\n管理员：在\n别的群主：在\n")
    second = await second_group(stage, first, owner)
    stage.world.join(second.group.group_id, first.person("小李"))
    li = first.person("小李")
    stage.world.say(second.group.group_id, second.person("小赵"), f"/举报 {li} 裸聊")
    await stage.settle()
    await first.play(f"小王（私聊）：/举报 {li} 裸聊\n里正（私聊 小王）：记成 J1 了…\n里正：J1 有成员举报…")
    stage.world.whisper(first.person("管理员"), "/举报 看 J1")
    await stage.settle()
    return str([call.params for call in stage.world.api_log if call.action == "send_private_msg"][-1])


async def test_the_same_person_in_two_groups_of_one_owner(stage: HostStage) -> None:
    assert "；同群主的别的群还有 1 位" in await reported_in_both(stage, "群主")


async def test_the_same_person_in_two_groups_of_different_owners(stage: HostStage) -> None:
    shown = await reported_in_both(stage, "别的群主")
    assert "举报人 1" in shown
    assert "别的群" not in shown


async def test_thirty_at_once_are_one_case(stage: HostStage) -> None:
    player = await stage.play("开：举报\n小李：在\n")
    li = player.person("小李")
    for n in range(30):
        stage.world.whisper(player.person(f"群友{n}"), f"/举报 私加 {li} 1")
    await stage.settle()
    await asyncio.sleep(0.01)
    await stage.settle()
    assert await Case.all().count() == 1
    assert await Voice.all().count() == 30


async def test_sentences_that_are_rare(stage: HostStage) -> None:
    """Somebody who is new where that matters, five pictures and more, and a third case against one person."""
    player = await stage.play("""
开：举报 广告识别
设：举报 谁能举报 进群满 3 天
小李：在
【过 1 天】
【新人 进群】
新人（私聊）：/举报 小李 裸聊
里正（私聊 新人）：进群满 3 天才能举报。急的话直接找管理员。
小王（私聊）：/举报 小李 老发广告
里正（私聊 小王）：记成 J1 了…
【过 2 小时】
里正：J1 有成员举报…
管理员（私聊）：/举报 看 J1
里正（私聊 管理员）：J1 小李（…）群里的发言，1 位举报，分量 1.0。
  举报人 1（1）：老发广告
  我看不到私聊，截图也可能是假的。
  处理发 /通过 1，不成立发 /拒绝 1（7 天内有效）。
  是广告的话，引用那条发 /是广告，以后我认得。
管理员：/通过 1
里正：J1 成立，记下了。
小王（私聊）：/举报 报复 J1
里正（私聊 小王）：记成 J2 了…
里正：J2 有成员举报…
管理员（私聊）：/举报 看 J2
里正（私聊 管理员）：…
  举报人 1（…）：因为 J1 被报复
  …
管理员：/拒绝 2
里正：J2 没成立，记下了。
小王（私聊）：/举报 小李 又来了
里正（私聊 小王）：这个月已经反映过他 2 次了，管理员会看，先等等。
""")
    picture = {"type": "image", "data": {"file": "base64://iVBORw0KGgo="}}
    words = {"type": "text", "data": {"text": "/举报 小李 看图"}}
    stage.world.whisper(player.person("小张"), [words, *[picture] * 6])
    await stage.settle()
    said = [str(call.params) for call in stage.world.api_log if call.action == "send_private_msg"]
    assert "最多 5 张图，挑要紧的再发一次。" in said[-1]


async def test_the_week_in_numbers(stage: HostStage) -> None:
    player = await stage.play("开：举报\n小李：在\n")
    ctx = GroupContext(stage.host, stage.host.groups[player.group.group_id], stage.host.features["reports"])
    week = ReportWeek(date(2026, 11, 16))
    assert await figures(ctx, week) is None
    await player.play("小王（私聊）：/举报 小李 刷屏\n里正（私聊 小王）：记成 J1 了…")
    assert await figures(ctx, week) == (Figure("举报", "1 件"), Figure("举报成立", "0 件"))
