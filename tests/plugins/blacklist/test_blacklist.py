"""The blacklist: shared by the groups of one owner, at the door and at a start."""

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from plugins.blacklist.models import Barred


async def test_whoever_is_listed_does_not_stay(stage: HostStage) -> None:
    await stage.play(
        """
开：黑名单
管理员：/黑名单
里正：黑名单是空的。
管理员：/黑名单 添加 @小新 到处发广告
里正：已把 小新 加进黑名单，同一个群主的群里都有效。撤销发 /撤销 1。
【小新 进群】
【里正 踢 小新】
里正：黑名单里的 小＊ 刚进群，已移出。
管理员：/黑名单 添加 @小新
里正：小新 本来就在黑名单里。
管理员：/黑名单 查看
里正：黑名单 1 人：
  …：到处发广告
【重启】
【过 61 秒】
【小新 进群】
【里正 踢 小新】
里正：黑名单里的 小＊ 刚进群，已移出。
管理员：/黑名单 删除 @小新
里正：已把 … 移出黑名单。撤销发 /撤销 4。
【小新 进群】
小新：我回来了
管理员：/黑名单 删除 @小新
里正：小新 不在黑名单里。
""".replace("已把 小新 加进", "已把 … 加进").replace("里正：小新 本来就", "里正：… 本来就")
    )


async def test_adding_somebody_present_offers_the_kick(stage: HostStage) -> None:
    await stage.play(
        """
开：黑名单
管理员：/黑名单 添加 @小王 发广告
里正：已把 小王 加进黑名单，同一个群主的群里都有效。撤销发 /撤销 1。
里正：小王 在黑名单里，现在就在本群。要不要移出？
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
管理员：/确认 1
【里正 踢 小王】
里正：黑名单里的 小＊ 已移出，一路平安。
管理员：/黑名单 添加 @小李
里正：已把 小李 加进黑名单…
里正：小李 在黑名单里，现在就在本群。…
管理员：/撤销 3
里正：已撤销 #3：拉黑 …。
管理员：/确认 2
管理员：/黑名单 添加 @群主
里正：不能拉黑 群主：他是群主，受保护。
小王：/黑名单
""".replace("小王：/黑名单\n", "")
    )


async def two_groups(stage: HostStage) -> tuple[Player, Player]:
    """Two groups of one owner; the second with a member of its own."""
    first = await stage.play("开：黑名单\n小王：在\n管理员：在\n")
    owner = first.person("群主")
    group = stage.world.add_group("另一个群", owner)
    second = Player(stage, group)
    second.people.update(first.people)
    await stage.introduce(group.group_id)
    await stage.switch_on(group.group_id, "黑名单")
    return first, second


async def test_the_groups_of_one_owner_share_it(stage: HostStage) -> None:
    first, second = await two_groups(stage)
    await first.play("""
管理员：/黑名单 添加 @小新 骗子
里正：已把 … 加进黑名单…
""")
    second.people["小新"] = first.person("小新")
    await second.play("""
【小新 进群】
【里正 踢 小新】
里正：黑名单里的 小＊ 刚进群，已移出。
""")
    stranger = await stage.play("开：黑名单\n")
    stranger.people["小新"] = first.person("小新")
    await stranger.play("【小新 进群】\n小新：大家好\n")


async def test_somebody_present_in_another_group_is_asked_about_there_once(stage: HostStage) -> None:
    first, second = await two_groups(stage)
    stage.world.join(second.group.group_id, first.person("小王"))
    await stage.settle()
    await first.play("""
管理员：/黑名单 添加 @小王 骗子
里正：已把 小王 加进黑名单…
里正：小王 在黑名单里，现在就在本群。…（5 分钟内有效）。
里正：小王 在黑名单里，现在就在本群。…（1 天内有效）。
【过 1 秒】
""")
    said = [m for m in stage.world.groups[second.group.group_id].messages if m.user_id == stage.world.account]
    assert len(said) == 1
    await first.play("【重启】\n【过 1 分】\n")
    said = [m for m in stage.world.groups[second.group.group_id].messages if m.user_id == stage.world.account]
    assert len(said) == 1, "asked once, whatever the restarts"
    await second.play("""
群主：/确认 1
【里正 踢 小王】
里正：黑名单里的 小＊ 已移出，一路平安。
""")


async def test_who_came_in_unseen_goes_at_the_next_start(stage: HostStage) -> None:
    player = await stage.play("""
开：黑名单
管理员：/黑名单 添加 @小新 骗子
里正：已把 … 加进黑名单…
【过 1 分】
""")
    await stage.wire.stop()
    stage.world.join(player.group.group_id, player.person("小新"))
    await stage.wire.start()
    await stage.wire.ready()
    await player.play("""
小王：有人吗
【重启】
【过 3 秒】
【里正 踢 小新】
里正：黑名单里的 小＊ 刚进群，已移出。
""")


async def test_a_raid_of_listed_people_is_kicked_within_the_budget(stage: HostStage) -> None:
    names = [f"新人{n}" for n in "甲乙丙丁戊己庚"]
    player = await stage.play("开：黑名单\n管理员：在\n")
    await player.play(
        "\n".join(["管理员：/黑名单 添加 " + " ".join(f"@{name}" for name in names), "里正：…"])
    )
    joins = "".join(f"【{name} 进群】\n【里正 踢 {name}】\n" for name in names[1:5])
    await player.play(f"""
【{names[0]} 进群】
【里正 踢 {names[0]}】
里正：黑名单里的 新＊ 刚进群，已移出。
{joins}
【{names[5]} 进群】
里正：10 分钟里已经移出不少人了，{names[5]} 要不要也移出？原因：黑名单
  确认请发 /确认 1，放弃发 /取消 1（1 天内有效）。
管理员：/确认 1
【里正 踢 {names[5]}】
""")
    assert await Barred.all().count() == 7


async def test_those_who_wait_their_turn_are_not_said_to_stay(stage: HostStage) -> None:
    config = stage.host.config
    stage.host.config = config.model_copy(update={"pacing": "on"})
    try:
        await stage.restart()
        await stage.play("""
开：黑名单
小王：在
小李：在
管理员：/黑名单 添加 @小王 @小李 骗子
里正：已把 小王、小李 加进黑名单…
里正：小王、小李 在黑名单里，现在就在本群。…
【过 10 秒】
管理员：/确认 1
【里正 踢 小王】
里正：黑名单里的 小＊ 已移出，一路平安。
里正：黑名单里的 小＊ 在排队，一个一个移出。
【过 4 秒】
【里正 踢 小李】
""")
    finally:
        stage.host.config = config


async def test_the_blacklist_of_all_groups_is_left_alone(stage: HostStage) -> None:
    await stage.play("""
开：黑名单
小王：在
管理员：/黑名单 添加 @小李 广告
里正：已把 小李 加进黑名单…
里正：小李 在黑名单里，现在就在本群。…
群主：/试运行 开
里正：…
管理员：/黑名单 添加 @小王 广告
里正：【试运行】本来会：把 小王 加进黑名单。
管理员：/黑名单 删除 @小李
里正：【试运行】本来会：把 小李 移出黑名单。
管理员：/撤销 1
里正：#1 撤销不了：正在试运行，先不动。
管理员：/确认 1
里正：【试运行】本来会：移出本群 小李。原因：黑名单
里正：没有移出 小李：试运行。
""")
    assert await Barred.all().count() == 1


async def test_while_the_member_list_cannot_be_read_nobody_is_listed(stage: HostStage) -> None:
    player = await stage.play("开：黑名单\n小王：在\n管理员：在\n")
    for api in ("get_group_member_info", "get_group_member_list"):
        stage.world.faults.add("refused", api, -1)
    await player.play("管理员：/黑名单 添加 @小王 吵\n里正：现在读不到成员列表，稍后再试。\n")
    assert not await Barred.exists()


async def test_a_long_list_is_leafed_through(stage: HostStage) -> None:
    people = " ".join(str(100_000_000 + n) for n in range(10))
    await stage.play(f"""
开：黑名单
管理员：/黑名单 添加 {people} 骗子
里正：…
管理员：/黑名单
里正：黑名单 10 人：
  …
  第 1/2 页，看下一页发 /黑名单 2
管理员：/黑名单 2
里正：黑名单 10 人：
  100000001：骗子
  100000000：骗子
  第 2/2 页
""")


async def test_so_many_at_once_are_too_many(stage: HostStage) -> None:
    people = " ".join(str(100_001 + n) for n in range(51))
    await stage.play(f"""
开：黑名单
管理员：/黑名单 添加 {people}
里正：一次最多处理 50 个人。
  用法：/黑名单 添加 @成员… [理由]
  例如：/黑名单 添加 123456 发广告
""")
    assert await Barred.all().count() == 0
