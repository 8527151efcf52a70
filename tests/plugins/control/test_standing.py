"""Whom `/机器人` may name."""

from lizheng.sandbox.stage import HostStage


async def test_nobody_takes_the_commands_from_those_above_or_beside_them(stage: HostStage) -> None:
    await stage.play("""
管理员：/机器人 添加 @群主
里正：不能把群主登记成机器人：登记了就不听他的命令。
管理员：/机器人 添加 @管理员
里正：不能把自己登记成机器人：登记了就不听他的命令。
管理员：/机器人 添加 99999
里正：不能把超级用户登记成机器人：登记了就不听他的命令。
管理员：/机器人 添加 10001
里正：不能把里正登记成机器人：登记了就不听他的命令。
群主：/机器人 添加 @管理员
里正：已把 管理员 加进机器人。
群主：/机器人 添加 @小王
里正：已把 小王 加进机器人。
群主：/机器人 查看
里正：机器人：管理员（…、小王（…
""")


async def test_the_bare_name_shows_who_is_on_it(stage: HostStage) -> None:
    await stage.play("""
小王：/白名单
里正：现在没有白名单。
管理员：/whitelist 添加 @小李
里正：已把 小李 加进白名单。
小王：/白名单
里正：白名单：小李（…
小王：/白名单 小李
里正：「/白名单」后面要跟：查看、添加、删除。…
""")
