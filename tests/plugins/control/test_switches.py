"""Switching by chat."""

from lizheng.sandbox.stage import HostStage


async def test_help_shows_only_what_a_member_may_use(stage: HostStage) -> None:
    await stage.play("""
小王：/帮助
里正：你现在能用（/帮助 加名字看用法）：
  控制：
  /帮助 /功能 /代管 /白名单
  /机器人
  待办：/确认 /取消 /待办
小王：今天天气不错
管理员：/帮助
里正：…/开启 /关闭…/试运行…
""")


async def test_members_may_not_switch(stage: HostStage) -> None:
    await stage.play("""
小王：/关闭 全部
里正：/关闭 <功能|全部> 只有管理员和群主能用。
""")


async def test_what_comes_along_goes_with_what_brought_it(stage: HostStage) -> None:
    dues = stage.host.features.get("dues")
    if dues is None or "ad_tax" not in stage.host.features:
        return
    await stage.play("""
开：广告税
管理员：/关闭 账本
里正：「账本」跟着「广告税」一起开：关掉那边，它就一起关了。
管理员：/开启 全部
里正：已开启全部功能：…
里正：（1/…）…
管理员：/关闭 全部
里正：已关闭全部功能，只留「控制」。
管理员：/账本
里正：「账本」在本群是关的。发 /开启 账本 打开它。
""")
