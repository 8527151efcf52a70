"""`/记录`: when, who, what, to whom, why."""

from lizheng.sandbox.stage import HostStage
from lizheng.store import audit
from plugins.control.screen import MOST_LINES, rows
from tests.plugins.control.test_help import last_said


async def test_a_line_says_who_did_what_to_whom_and_why(stage: HostStage) -> None:
    await stage.play("""
开：试探
管理员：/试禁 @小王 10分 刷屏
【里正 禁言 小王 10 分钟】
里正：禁言：done
管理员：/代管 添加 @小李
里正：…
管理员：/记录
里正：#2 11-18 12:00 管理员 加进代管 小李
  #1 11-18 12:00 管理员 禁言 10 分钟 小王：刷屏
管理员：/记录 1
里正：#2 11-18 12:00 管理员 加进代管 小李
  第 1/2 页，看下一页发 /记录 1 第2页
管理员：/记录 1 第2页
里正：#1 11-18 12:00 管理员 禁言 10 分钟 小王：刷屏
  第 2/2 页
管理员：/记录 第2页
里正：没有第 2 页，一共 1 页。
管理员：/记录 @小王
里正：#1 11-18 12:00 管理员 禁言 10 分钟 小王：刷屏
管理员：/记录 #1
里正：#1 11-18 12:00 禁言 10 分钟
  谁：管理员　对谁：小王
  原因：刷屏
  结果：已完成
管理员：/记录 31
里正：没有 #31 这条记录。
""")


async def test_who_has_left_is_said_to_have(stage: HostStage) -> None:
    await stage.play("""
开：试探
管理员：/试踢 @小王 广告
【里正 踢 小王】
里正：移出：done
管理员：/记录
里正：#1 11-18 12:00 管理员 移出本群 …（不在群里）：广告
管理员：/记录 #1
里正：#1 11-18 12:00 移出本群
  谁：管理员　对谁：…（不在群里）
  原因：广告
  结果：已完成
""")


async def test_a_list_fits_a_phone_and_a_rule_is_named_once(stage: HostStage) -> None:
    player = await stage.play("小王：早")
    group, person = player.group.group_id, player.person("小王")
    for number in range(9):
        await audit.write(
            group,
            stage.now(),
            "probe",
            "mute",
            actor_id=0,
            target_id=person,
            params={"label": "禁言 10 分钟"},
            reason="一条很长很长很长很长很长很长很长很长的原因" * 2,
            rule="规则 1" if number % 2 else "广告识别",
            state="not_done",
        )
    await player.play("""
管理员：/记录
里正：#9 11-18 12:00 规则「广告识别」 禁言 10 分钟 小王…（没有做成）
  #8 11-18 12:00 规则 1 禁言 10 分钟 小王：一条很长很长…（没有做成）
  …
  第 1/2 页，看下一页发 /记录 第2页
""")
    assert rows([last_said(stage)]) <= MOST_LINES
    await player.play("""
管理员：/记录 第2页
里正：#3 11-18 12:00 规则「广告识别」 禁言 10 分钟 小王…（没有做成）
  …
  第 2/2 页
管理员：/记录 @小王 第2页
里正：#3 11-18 12:00 规则「广告识别」 禁言 10 分钟 小王…（没有做成）
  …
  第 2/2 页
""")
    assert rows([last_said(stage)]) <= MOST_LINES
