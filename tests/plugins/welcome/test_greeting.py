"""Greeting newcomers."""

from lizheng.sandbox.stage import HostStage


async def test_a_newcomer_is_greeted_after_three_seconds(stage: HostStage) -> None:
    await stage.play("""
开：入群欢迎
【小新 进群】
【过 3 秒】
里正：@小新 欢迎加入试验群！
小新：大家好
【过 1 小时】
""")


async def test_the_greeting_fills_what_is_there(stage: HostStage) -> None:
    await stage.play("""
开：入群欢迎
管理员：/群规 一、友善
里正：群规改好了，大家发 /群规 就能看。撤销发 /撤销 1。
管理员：/欢迎语 {at} 你好，{昵称}！你是第 {人数} 位
  群规：{群规}
  格式：{名片格式}
里正：欢迎语改好了，撤销发 /撤销 2。新人会看到：
  @管理员 你好，管理员！你是第 3 位
  群规：一、友善
【小新 进群】
【过 3 秒】
里正：@小新 你好，小新！你是第 4 位
  群规：一、友善
""")
