"""One word to many groups: exactly once in each, and honest about it. What is said in other groups is heard here too."""

from __future__ import annotations

from datetime import timedelta

from lizheng import GroupContext
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.store.tables import Outgoing, Slot
from plugins.broadcast.broadcasts import why_not
from plugins.broadcast.models import Broadcast, Target


async def town(stage: HostStage, *names: str, others: int = 0) -> tuple[Player, list[int]]:
    """The first group, and more of the same owner in which 广播 is on; those of `others` belong to somebody else."""
    player = await stage.play("开：广播\n管理员：在\n")
    owner = player.people["群主"]
    groups = [int(stage.world.add_group(name, owner).group_id) for name in names]
    groups += [int(stage.world.add_group(f"别人{n}", 55_555).group_id) for n in range(others)]
    for group_id in groups:
        await stage.host.groups.introduce(group_id, stage.now())
    await stage.introduce(player.group.group_id)
    for group_id in groups:
        await stage.switch_on(group_id, "broadcast")
    return player, groups


def heard(stage: HostStage, group_id: int) -> list[str]:
    """What the bot has said in a group and not taken back."""
    account = stage.world.account
    return [
        "".join(s["data"].get("text", f"[{s['type']}]") for s in message.segments)
        for message in stage.world.groups[group_id].messages
        if message.user_id == account and not message.recalled
    ]


ASKED = """
群主：/广播 今晚八点抽奖
里正：今晚八点抽奖
  ——
  发到 3 个群，一分钟以内：试验群、二群、三群
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
"""


async def test_a_broadcast_from_asking_to_taking_back(stage: HostStage) -> None:
    player, (second, third, other) = await town(stage, "二群", "三群", others=1)
    await player.play(f"""
{ASKED}
群主：/确认 1
里正：广播 1 号开始发了，3 个群，一分钟以内。看进度发 /广播 进度 1，停下发 /广播 停 1。
里正：今晚八点抽奖
群主：/广播 进度 1
里正：广播 1 号（今天 12:00）：今晚八点抽奖
  发到 1，还没轮到 2，正在发 0，没发 0，不知道到没到 0
群主：/广播 撤回 9
里正：没有广播 9 号；你的有：1。
管理员：/广播 进度 1
里正：/广播 进度 [编号] 只有群主能用。
【过 10 秒】
里正：今晚八点抽奖
里正：今晚八点抽奖
里正：广播 1 号发完了：发到 3 个群。
群主：/广播 没发的
里正：广播 1 号没有没发到的。
群主：/广播 停 1
里正：广播 1 号没有还没发的，停不了什么。
群主：/广播 再发 1
里正：广播 1 号没有要再发的：不知道到没到的不会再发，免得重复。
群主：/广播 撤回 1
【里正 撤回 里正】
【里正 撤回 里正】
【里正 撤回 里正】
里正：正在撤回 3 个群里的。结果看 /广播 进度 1。
群主：/广播 进度
里正：广播 1 号（今天 12:00）：今晚八点抽奖
  发到 3，还没轮到 0，正在发 0，没发 0，不知道到没到 0
  撤回：撤了 3，没撤掉 0，不知道 0
群主：/广播 撤回 1
里正：广播 1 号没有能撤回的：要发到了，而且不超过两分钟。
""")
    assert [heard(stage, group) for group in (second, third, other)] == [[], [], []]


async def test_groups_that_are_left_out_and_why(stage: HostStage) -> None:
    """Off, not receiving, asleep, muted, enough for today; somebody else's are not even seen."""
    player, groups = await town(stage, "不收群", "睡着群", "禁言群", "收过群", "关着群", others=1)
    refusing, asleep, muted, full, off, other = groups
    await stage.change_setting(refusing, "broadcast", "收广播", "关")
    await stage.change_setting(asleep, "control", "安静时段", "每天 11:00-13:00")
    await stage.change_setting(full, "broadcast", "每天广播", "1")
    stage.world.mute(muted, stage.world.account, player.people["群主"], 3600)
    await stage.host.switch(stage.host.groups[off], "broadcast", on=False)
    await player.play("""
群主：/广播 一 到 收过群
里正：一…
群主：/确认
里正：广播 1 号开始发了，1 个群…
里正：一
里正：广播 1 号发完了：发到 1 个群。
群主：/广播 二
里正：二
  ——
  发到 1 个群，一分钟以内：试验群
  不发的 5 个：不收广播 1 个（不收群）；安静时段 1 个（睡着群）；里正被禁言 1 个（禁言群）；今天收过 1 次了 1 个（收过群）；没开…
  确认请发 /确认 2，放弃发 /取消 2（5 分钟内有效）。
群主：/广播 二 到 关着群
里正：一个群都发不了
  不发的 1 个：没开广播 1 个（关着群）。
群主：/广播 二 到 睡着群
里正：一个群都发不了
  不发的 1 个：安静时段 1 个（睡着群）。
群主：/广播 二 到 睡着群 于 13:00
里正：二
  ——
  今天 13:00 发到 1 个群，一分钟以内：睡着群
  确认请发 /确认 3…
群主：/确认 3
里正：广播 2 号 今天 13:00 发，1 个群。看进度发 /广播 进度 2，停下发 /广播 停 2。
【到 13:00】
里正：二
里正：广播 2 号发完了：发到 1 个群。
群主：/广播 不收
里正：本群以后不收广播，机器人的维护通知除外。要收发 /广播 收；撤销发 /撤销 3。
群主：/广播 不收
里正：本群本来就不收广播。
群主：/广播 收
里正：本群以后收广播，一天最多 2 次。撤销发 /撤销 4。
群主：/广播 收
里正：本群本来就收广播。
""")
    host, root = stage.host, stage.world.add_person("值守", 99_999)
    assert root.user_id in host.superusers
    stage.world.join(player.group.group_id, root)
    player.people["值守"] = 99_999
    await player.play("""
值守：/广播 维护 今晚升级 到 不收群、别人0
里正：今晚升级
  ——
  发到 2 个群，一分钟以内：不收群、别人0
  确认请发 /确认 4…
值守：/确认 4
里正：广播 3 号开始发了…
里正：今晚升级
【过 5 秒】
里正：今晚升级
【过 10 分】
里正：广播 3 号发完了：发到 2 个群。
群主：/广播 维护 二
里正：/广播 维护 [内容] 只有超级用户能用。
""")
    assert heard(stage, refusing) == heard(stage, other) == ["今晚升级"]


async def test_what_is_misread_changes_nothing(stage: HostStage) -> None:
    player, _ = await town(stage, "江浙一群", "江浙二群")
    await player.play(f"""
群主：/广播
里正：没有内容：写上要说的话，或者引用一条消息。
  用法：…
  例如：…
群主：/广播 {"长" * 2001}
里正：太长了：最多 2000 个字，这里有 2001 个。…
群主：/广播 抽奖 到 江浙
里正：「江浙」对得上几个群：江浙一群、江浙二群。请写群号。…
群主：/广播 抽奖 到 北京
里正：「北京」这个群没有，请写群号、群名或 类:标签。…
群主：/广播 抽奖 除 全部
里正：除完就没有群了，请看看 到 和 除。
群主：/广播 抽奖 于 今天 11:00
里正：今天 11:00 已经过了，请写以后的时间。…
群主：/广播 抽奖 于 每天 11:00
里正：「于」后面要是以后的一个时间，比如 于 明天 09:00。…
群主：/广播 进度
里正：你还没有发过广播，发 /广播 加内容就行。
管理员：/广播 抽奖
里正：/广播 [内容] 只有群主能用。
""")
    assert not await Broadcast.exists()


async def test_labels_choose_groups(stage: HostStage) -> None:
    player, (second, _) = await town(stage, "上海群", "杭州群")
    await player.play(f"""
群主：/群标签
里正：还没有群标签，发 /群标签 添加 加一个词，比如 /群标签 添加 地方群。
群主：/群标签 添加 地方群 {second}
里正：「上海群」的标签：地方群。撤销发 /撤销 1。
群主：/群标签 添加 地方群 杭州
里正：「杭州群」的标签：地方群。撤销发 /撤销 2。
群主：/群标签 添加 地方群 杭州
里正：「杭州群」本来就有这个标签。
群主：/群标签 添加 总群
里正：「试验群」的标签：总群。撤销发 /撤销 3。
群主：/群标签 添加 这个词实在是太长了一点
里正：「试验群」的标签：…
群主：/撤销 4
里正：已撤销 #4：群标签添加 这个词实在是太长了一点。
群主：/群标签 添加 这个词实在是太长了一点点点
里正：标签是 1 到 12 个字的一个词。…
群主：/群标签 查看
里正：群标签（广播时写 到 类:标签）：
  地方群：上海群、杭州群
  总群：试验群
群主：/广播 抽奖 到 类:地方群 除 杭州群
里正：抽奖
  ——
  发到 1 个群，一分钟以内：上海群…
群主：/广播 抽奖 到 类:大群
里正：「大群」这个标签没有群，现在有 地方群、总群。…
群主：/群标签 删除 地方群 上海群
里正：「上海群」的标签：（空）。撤销发 /撤销 5。
群主：/群标签 删除 地方群 上海群
里正：「上海群」没有这个标签。
管理员：/群标签 添加 我的
里正：/群标签 添加 <词> [群] 只有群主能用。
""")


async def test_the_author_is_demoted_or_leaves_between_preview_and_confirm(stage: HostStage) -> None:
    """Nothing is sent where the author owns it no longer; without the role here, nothing at all."""
    player, (second, third) = await town(stage, "二群", "三群")
    owner = player.people["群主"]
    await player.play(ASKED)
    stage.world.groups[second].members[owner].role = (
        stage.world.groups[second].members[owner].role.__class__("member")
    )
    del stage.world.groups[third].members[owner]
    await player.play("""
群主：/确认 1
里正：广播 1 号开始发了，1 个群，一分钟以内。看进度发 /广播 进度 1，停下发 /广播 停 1。
  不发的 2 个：你不是群主了 2 个（二群、三群）
里正：今晚八点抽奖
里正：广播 1 号发完了：发到 1 个群。
【过 1 分钟】
群主：/广播 明天再抽
里正：明天再抽
  ——
  发到 1 个群，一分钟以内：试验群…
""")
    group = stage.world.groups[int(player.group.group_id)]
    group.members[owner].role = group.members[owner].role.__class__("member")
    await player.play("""
群主：/确认 2
里正：…
""")
    assert await Broadcast.all().count() == 1
    await stage.wire.stop()
    here = GroupContext(stage.host, stage.host.groups[second], stage.host.features["broadcast"])
    assert await why_not(here, owner, stage.now(), upkeep=False, fresh=True) == "里正不在线"
    assert heard(stage, second) == heard(stage, third) == []


async def test_the_feature_is_switched_off_and_groups_are_dissolved_midway(stage: HostStage) -> None:
    player, (second, third, fourth) = await town(stage, "二群", "三群", "四群")
    await player.play("""
群主：/广播 抽奖
里正：抽奖…
群主：/确认 1
里正：广播 1 号开始发了，4 个群…
里正：抽奖
""")
    await stage.host.switch(stage.host.groups[second], "broadcast", on=False)
    stage.world.dissolve(third, player.people["群主"])
    await player.play("""
【过 1 分钟】
里正：抽奖
里正：广播 1 号发完了：发到 2 个群，没发 2 个。细的发 /广播 没发的 1。
群主：/广播 没发的 1
里正：广播 1 号没发到的 2 个：
  二群：没发，中途关了广播
  三群：没发，里正不在群里了
""")
    await stage.switch_on(second, "broadcast")
    await player.play("""
【过 1 小时】
群主：/广播 再发 1
里正：再发一次给 2 个没发的群，一分钟以内。不知道到没到的不再发。
里正：抽奖
【过 1 分钟】
里正：广播 1 号发完了：发到 3 个群，没发 1 个。细的发 /广播 没发的 1。
""")
    assert heard(stage, second) == heard(stage, fourth) == ["抽奖"]


async def test_killed_in_the_middle_each_group_gets_it_once(stage: HostStage) -> None:
    """The process dies after a call went out unanswered, with a turn running; the answer is found in the history."""
    player, groups = await town(stage, "二群", "三群", "四群")
    await player.play("群主：/广播 抽奖\n里正：抽奖…\n群主：/确认 1\n里正：广播 1 号开始发了…\n里正：抽奖\n")
    stage.world.faults.add("never_answers", "send_group_msg", 1, done=True)
    for _ in range(4):
        await stage.pass_time(timedelta(seconds=4))
        await Slot.filter(feature="broadcast", name="send").update(state="waiting")
        await stage.restart()
        await stage.settle()
    await stage.pass_time(timedelta(minutes=5))
    await stage.settle()
    assert [heard(stage, group) for group in groups] == [["抽奖"]] * 3
    assert [target.state for target in await Target.all()] == ["done"] * 4
    assert (
        await Outgoing.filter(api="send_group_msg", feature="broadcast", source__startswith="cast:").count()
        == 4
    )


async def test_a_group_whose_history_cannot_be_read_gets_it_no_second_time(stage: HostStage) -> None:
    player, (second,) = await town(stage, "二群")
    await player.play("群主：/广播 抽奖\n里正：抽奖…\n群主：/确认 1\n里正：广播 1 号开始发了…\n里正：抽奖\n")
    stage.world.faults.add("refused", "send_group_msg", 1)  # "Timeout: …": the endpoint does not know itself
    stage.world.faults.add("refused", "get_group_msg_history", -1)
    for _ in range(20):
        await stage.move(timedelta(seconds=10))
        await stage.settle()
    stage.world.faults.clear()
    await player.play("""
【过 1 分钟】
群主：/广播 没发的
里正：广播 1 号没发到的 1 个：
  二群：不知道到没到，不会再发
群主：/广播 再发 1
里正：广播 1 号没有要再发的：不知道到没到的不会再发，免得重复。
""")
    assert heard(stage, second) == []
    told = "广播 1 号发完了：发到 1 个群，不知道到没到 1 个。细的发 /广播 没发的 1。"
    assert told in heard(stage, int(player.group.group_id))


async def test_stopped_in_the_middle_the_rest_gets_nothing(stage: HostStage) -> None:
    player, (second, third) = await town(stage, "二群", "三群")
    await player.play(f"""
{ASKED}
群主：/确认 1
里正：广播 1 号开始发了…
里正：今晚八点抽奖
群主：/广播 停 1
里正：广播 1 号停了，2 个群没发。已经发到的，两分钟内可以 /广播 撤回 1。
群主：/广播 进度 1
里正：广播 1 号（今天 12:00），停了：今晚八点抽奖
  发到 1，还没轮到 0，正在发 0，没发 2，不知道到没到 0
【过 1 小时】
群主：/广播 再发 1
里正：再发一次给 2 个没发的群，一分钟以内。不知道到没到的不再发。
里正：今晚八点抽奖
【过 5 秒】
里正：今晚八点抽奖
里正：广播 1 号发完了：发到 3 个群。
群主：/广播 撤回 1
【里正 撤回 里正】
【里正 撤回 里正】
里正：正在撤回 2 个群里的，另外 1 个过了两分钟，QQ 不让撤了。结果看 /广播 进度 1。
""")
    assert heard(stage, second) == heard(stage, third) == []


async def test_the_quoted_message_is_recalled_before_confirming(stage: HostStage) -> None:
    player, (second,) = await town(stage, "二群")
    await player.play("""
管理员：今晚八点，@小王 主持
群主→管理员：/广播 到 二群
里正：今晚八点，@小王 主持
  ——
  发到 1 个群，一分钟以内：二群…
【管理员 撤回】
群主：/确认 1
里正：你引用的那条已经撤回了，没有广播。
管理员：今晚九点
群主→管理员：/广播 改时间了： 到 二群
里正：改时间了：
  今晚九点
  ——
  发到 1 个群…
群主：/确认 2
里正：广播 1 号开始发了…
里正：改时间了：
  今晚九点
里正：广播 1 号发完了：发到 1 个群。
""")
    assert len(heard(stage, second)) == 1
    group = int(player.group.group_id)
    lost = stage.world.say(group, player.people["管理员"], [{"type": "forward", "data": {"id": "gone"}}])
    quoting = [
        {"type": "reply", "data": {"id": str(lost)}},
        {"type": "text", "data": {"text": "/广播 到 二群"}},
    ]
    stage.world.say(group, player.people["群主"], quoting)
    await stage.settle()
    assert heard(stage, group)[-1].endswith("引用的那条读不到了，请把内容直接写在命令后面。")


async def test_cq_text_stays_text_and_nobody_is_called(stage: HostStage) -> None:
    player, (second,) = await town(stage, "二群")
    await player.play("""
群主：/广播 [CQ:at,qq=all] 看[CQ:image,file=x] 到 二群
里正：[CQ:at,qq=all] 看[CQ:image,file=x]…
群主：/确认 1
里正：广播 1 号开始发了…
里正：[CQ:at,qq=all] 看[CQ:image,file=x]
里正：广播 1 号发完了：发到 1 个群。
""")
    [message] = [m for m in stage.world.groups[second].messages if m.user_id == stage.world.account]
    assert {segment["type"] for segment in message.segments} == {"text"}


async def test_three_hundred_groups(stage: HostStage) -> None:
    """It is asked for, confirmed and stopped without many questions; none is frozen in that was not shown."""
    player, _ = await town(stage)
    owner = player.people["群主"]
    for number in range(300):
        group_id = int(stage.world.add_group(f"群{number}", owner).group_id)
        stage.host.groups[group_id].name = f"群{number}"
        stage.host.groups[group_id].introduced = True
        stage.host.groups[group_id].switches["broadcast"] = True
    await stage._act_everywhere()
    await player.play("""
群主：/广播 抽奖 除 试验群
里正：抽奖
  ——
  发到 300 个群，约 58 分钟：群0、群1、群2、群3、群4 等 300 个
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
群主：/确认 1
里正：广播 1 号开始发了，300 个群，约 58 分钟。…
里正：抽奖
群主：/广播 停 1
里正：广播 1 号停了，299 个群没发。…
群主：/广播 没发的 1 38
里正：广播 1 号没发到的 299 个：
  群297：没发，停了
  群298：没发，停了
  群299：没发，停了
  第 38/38 页
""")
    assert await Target.filter(group_id=player.group.group_id).count() == 0


async def test_a_message_that_qq_refuses_is_not_done_and_says_why(stage: HostStage) -> None:
    player, (second,) = await town(stage, "二群")
    await player.play("""
群主：/广播 抽奖 到 二群 于 12:10
里正：抽奖…
群主：/确认 1
里正：广播 1 号 今天 12:10 发，1 个群。…
""")
    stage.world.faults.add("refused", "send_group_msg", -1, message="result: 120")
    for _ in range(80):
        await stage.move(timedelta(seconds=10))
        await stage.settle()
    stage.world.faults.clear()
    await player.play("""
【过 1 小时】
群主：/广播 没发的 1
里正：广播 1 号没发到的 1 个：
  二群：没发，…
群主：/广播 再发 1
里正：再发一次给 1 个没发的群，一分钟以内。…
里正：抽奖
里正：广播 1 号发完了：发到 1 个群。
""")
    assert heard(stage, second) == ["抽奖"]


async def test_while_messages_are_held_back_it_waits_and_the_author_is_told(stage: HostStage) -> None:
    """Only the group that is held is waited for, half an hour at most; one that nobody is connected for likewise."""
    player, (second, third) = await town(stage, "二群", "三群")
    stage.host.outbox._traffic._paced = True
    stage.host.outbox.hold(second, stage.world.account, 7200)
    await player.play(f"""
{ASKED}
群主：/确认 1
里正：广播 1 号开始发了…
里正：今晚八点抽奖
【过 10 秒】
里正：今晚八点抽奖
里正：广播 1 号先等等：群里发不出去（可能被禁言了），…。好了接着发，不用重来。
【过 40 分】
里正：广播 1 号发完了：发到 2 个群，没发 1 个。细的发 /广播 没发的 1。
群主：/广播 没发的 1
里正：广播 1 号没发到的 1 个：
  二群：没发，等了 30 分钟还发不了
""")
    assert heard(stage, second) == []
    assert heard(stage, third) == ["今晚八点抽奖"]


async def test_a_group_has_ten_labels_at_most(stage: HostStage) -> None:
    player, _ = await town(stage)
    for number in range(10):
        await player.play(f"群主：/群标签 添加 词{number}\n里正：「试验群」的标签：…\n")
    await player.play("群主：/群标签 添加 词\n里正：一个群最多 10 个标签。\n")
