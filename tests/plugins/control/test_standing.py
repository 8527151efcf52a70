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
里正：已登记 管理员 是机器人。
群主：/机器人 添加 @小王
里正：已登记 小王 是机器人。
群主：/机器人 查看
里正：机器人：管理员（…、小王（…
""")


async def test_the_bare_name_shows_who_is_on_it(stage: HostStage) -> None:
    await stage.play("""
小王：/白名单
里正：白名单是空的。
管理员：/whitelist 添加 @小李
里正：已把 小李 加进白名单。
小王：/白名单
里正：白名单：小李（…
小王：/白名单 小李
里正：「/白名单」后面要跟：查看、添加、删除。…
""")


async def test_other_bots_are_listed_not_added_to_a_group(stage: HostStage) -> None:
    await stage.play("""
小王：/机器人
里正：没有登记别的机器人。
管理员：/机器人 删除 @小李
里正：小李 本来就没有登记成机器人。
管理员：/机器人 添加 @小李
里正：已登记 小李 是机器人。
管理员：/机器人 添加 @小李
里正：小李 本来就登记成机器人了。
管理员：/机器人 删除 @小李
里正：小李 不再当机器人看。
管理员：/记录
里正：#2 … 管理员 取消登记机器人 小李
  #1 … 管理员 登记成机器人 小李
""")
