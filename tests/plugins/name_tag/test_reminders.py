"""Newcomers, reminders and what follows."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from lizheng import GroupContext
from lizheng.hooks import Violation, violation
from lizheng.sandbox.stage import HostStage


async def test_a_newcomer_is_told_and_reminded_and_then_left_alone(stage: HostStage) -> None:
    await stage.play("""
开：名片
设：名片 名片格式 城市-昵称
【过 1 秒】
【小新 进群】
【过 3 秒】
里正：@小新 本群的名片格式是 城市-昵称，比如「上海-小新」。
  发 /名片 上海-小新 就能改，1 天内改好就行。
【过 24 小时】
里正：@小新 群名片还不合格，格式是 城市-昵称。
  发 /名片 上海-小新 这样就能改。
【过 24 小时】
里正：@小新 群名片还不合格，格式是 城市-昵称。
  发 /名片 上海-小新 这样就能改。
【过 7 天】
""")


async def test_a_reminder_waits_for_the_morning_and_names_who_is_still_wrong(stage: HostStage) -> None:
    """At night nobody is called, unless something follows for those who do not read it."""
    await stage.play("""
开：名片
设：名片 名片格式 城市-昵称
设：名片 宽限 12小时
【过 1 小时】
【小新 进群】
【新人乙 进群】
【过 3 秒】
里正：@小新 @新人乙 本群的名片格式是…
【到 明天 07:00】
【小新 改名片 上海-小新】
【过 59 分】
【过 1 分】
里正：@新人乙 群名片还不合格，格式是 城市-昵称。
  发 /名片 上海-新人乙 这样就能改。
管理员：/设置 名片 后果 禁言
里正：…
管理员：/设置 名片 间隔 16小时
里正：…
【到 明天 02:00】
里正：@新人乙 群名片还不合格，格式是 城市-昵称。…
【过 16 小时】
【里正 禁言 新人乙 1小时】
里正：…
""")


async def test_those_due_within_the_hour_are_reminded_together(stage: HostStage) -> None:
    await stage.play("""
开：名片
设：名片 名片格式 城市-昵称
【过 1 小时】
【小新 进群】
【过 3 秒】
里正：@小新 本群的名片格式是…
【过 30 分】
【新人乙 进群】
【过 3 秒】
里正：@新人乙 本群的名片格式是…
【小新 改名片 上海-小新】
【过 22 小时】
【新人丙 进群】
【过 3 秒】
里正：@新人丙 本群的名片格式是…
【过 1 小时】
【过 30 分】
里正：@新人乙 群名片还不合格，格式是 城市-昵称。
  发 /名片 上海-新人乙 这样就能改。
""")


async def test_those_who_were_in_before_get_the_grace_and_a_restart_keeps_it(stage: HostStage) -> None:
    await stage.play("""
开：名片
设：名片 提醒次数 1
设：名片 后果 禁言
小王：早
管理员：/名片格式 城市-昵称
里正：名片格式定好了：城市-昵称
  例如：上海-小王
  已经在群里的人有 1 天来改，发 /名片 加内容就行。撤销发 /撤销 1。
小王：知道了
【过 23 小时】
【重启】
【过 1 小时】
里正：@小王 群名片还不合格，格式是 城市-昵称。
  发 /名片 上海-小王 这样就能改。再不改会被禁言 1 小时。
【重启】
【过 24 小时】
【里正 禁言 小王 1小时】
里正：@小王 群名片一直没有改，禁言 1 小时。解禁后发 /名片 上海-小王 这样就能改。
【过 3 天】
""")


async def test_a_kick_waits_for_an_admin(stage: HostStage) -> None:
    await stage.play("""
开：名片
设：名片 名片格式 城市-昵称
设：名片 提醒次数 0
设：名片 后果 踢
小王：早
小李：早
【过 24 小时】
里正：提醒完还没改名片的有 2 人：
  小王：还没有群名片
  小李：还没有群名片
  要不要移出本群？
  确认请发 /确认 1，放弃发 /取消 1（1 天内有效）。
小李：/名片 上海-小李
【里正 改名片 小李 上海-小李】
里正：你的名片改成「上海-小李」了。
小王：/确认 1
里正：1 号要由管理员或群主来决定。
管理员：/确认
【里正 踢 小王】
里正：移出了 1 人。
【过 3 天】
""")


async def test_dry_run_only_says_it(stage: HostStage) -> None:
    await stage.play("""
开：名片
设：名片 名片格式 城市-昵称
设：名片 提醒次数 0
设：名片 后果 禁言
小王：早
管理员：/试运行 开
里正：试运行已打开：接下来我只说会做什么，不真的动手。发 /试运行 关 恢复。
【过 24 小时】
里正：【试运行】本来会：禁言 1 小时 小王。原因：提醒 0 次后名片仍不合格
""")


async def test_without_admin_rights_it_says_so_once_and_acts_later(stage: HostStage) -> None:
    player = await stage.play("""
开：名片
设：名片 名片格式 城市-昵称
设：名片 提醒次数 0
设：名片 后果 禁言
小王：早
""")
    stage.world.set_role(player.group.group_id, stage.world.account, "member")
    await player.play("""
小王：/名片 上海-小王
里正：没改成：…。请你自己在群资料里把名片改成「上海-小王」。
【过 24 小时】
里正：我在本群不是管理员，「名片」只能先记着。给我管理员后就会生效。
【过 24 小时】
小王：早
""")
    stage.world.set_role(player.group.group_id, stage.world.account, "admin")
    await player.play("""
【过 24 小时】
【里正 禁言 小王 1小时】
里正：@小王 群名片一直没有改，禁言 1 小时。…
""")


async def test_a_raid_is_told_the_format_in_few_messages(stage: HostStage) -> None:
    await stage.play("""
开：名片
设：名片 名片格式 城市-昵称
【小新 进群】
【新人乙 进群】
【新人丙 进群】
【过 3 秒】
里正：@小新 @新人乙 @新人丙 本群的名片格式是 城市-昵称，比如「上海-小新」。
  发 /名片 上海-小新 就能改，1 天内改好就行。
【新人丁 进群】
【过 3 秒】
【新人戊 进群】
【过 17 秒】
里正：@新人丁 @新人戊 本群的名片格式是 城市-昵称，比如「上海-新人丁」。
  发 /名片 上海-新人丁 就能改，1 天内改好就行。
""")


async def test_a_greeting_that_shows_the_format_is_enough(stage: HostStage) -> None:
    if "welcome" not in stage.host.features:
        return
    await stage.play("""
开：名片 入群欢迎
设：名片 名片格式 城市-昵称
【小新 进群】
【过 3 秒】
里正：@小新 欢迎加入试验群！
  名片格式：城市-昵称，比如「上海-小新」，发 /名片 加内容就能改。
【过 24 小时】
里正：@小新 群名片还不合格，格式是 城市-昵称。
  发 /名片 上海-小新 这样就能改。
""")


async def test_a_newcomer_who_leaves_is_forgotten(stage: HostStage) -> None:
    await stage.play("""
开：名片
设：名片 名片格式 城市-昵称
【小新 进群】
【小新 退群】
【过 3 天】
""")


async def test_protected_people_are_never_told(stage: HostStage) -> None:
    await stage.play("""
开：名片
设：名片 名片格式 城市-昵称
群主：早
管理员：早
小王：早
群主：/白名单 添加 @小王
里正：已把 小王 加进白名单。
【过 3 天】
""")


@pytest.fixture
def ladder(stage: HostStage) -> Iterator[list[Violation]]:
    """Another feature that takes violations over; what it was told."""
    told: list[Violation] = []

    async def take(ctx: GroupContext, report: Violation) -> bool:
        told.append(report)
        return True

    control = stage.host.features["control"]
    control.answers(violation, take)
    yield told
    del control.hook_answers[violation]


async def test_whoever_owns_violations_takes_over(stage: HostStage, ladder: list[Violation]) -> None:
    player = await stage.play("""
开：名片
设：名片 名片格式 城市-昵称
设：名片 提醒次数 0
设：名片 后果 禁言
小王：早
【过 3 天】
""")
    asked = Violation(player.person("小王"), "名片格式", "还没有群名片", "mute", timedelta(hours=1))
    assert ladder == [asked]


async def test_speaking_with_a_known_card_asks_nothing(stage: HostStage) -> None:
    player = await stage.play("""
开：名片
设：名片 名片格式 城市-昵称
【小王 改名片 上海-小王】
小王：早
【过 1 分】
""")
    before = len(stage.world.api_log)
    await player.play("\n".join(["小王：在吗"] * 20))
    assert len(stage.world.api_log) == before


async def test_a_card_changed_to_a_bad_one_is_noticed_when_its_owner_speaks(stage: HostStage) -> None:
    await stage.play("""
开：名片
设：名片 名片格式 城市-昵称
【小王 改名片 上海-小王】
小王：早
【过 2 小时】
【小王 改名片 群主】
小王：听我说
【过 24 小时】
里正：@小王 群名片还不合格，格式是 城市-昵称。
  发 /名片 上海-小王 这样就能改。
小王：/名片 北京-小王
【里正 改名片 小王 北京-小王】
里正：你的名片改成「北京-小王」了。
【过 7 天】
""")
