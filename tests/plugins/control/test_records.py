"""`/记录`: when, who, what, to whom, why."""

from lizheng.sandbox.stage import HostStage


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
