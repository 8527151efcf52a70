"""Rules in a group where nobody takes violations over: recalled, one line, and what the rule itself asks for."""

from lizheng.sandbox.stage import HostStage


async def test_without_a_ladder_it_recalls_and_says_so(stage: HostStage) -> None:
    await stage.play("""
开：违规规则
管理员：/违规规则 添加 关键词 代充
里正：规则 1 定好了：关键词 代充 → 撤回 阶梯…
管理员：/违规规则
里正：本群的规则：
  1. 关键词 代充 → 撤回 阶梯
小王：低价代充
【里正 撤回 小王】
里正：@小王 这类内容本群不让发（规则 1）。
小王：低价代充
【里正 撤回 小王】
管理员：/关闭 违规规则
里正：…
小王：低价代充
""")


async def test_the_rules_own_mute_and_kick_are_done(stage: HostStage) -> None:
    await stage.play("""
开：违规规则
管理员：/违规规则 添加 关键词 代充 → 禁言1小时
里正：…
管理员：/违规规则 添加 链接 → 踢
里正：…
管理员：/违规规则 添加 刷屏 10秒3条 → 不撤回 禁言10分
里正：…
小王：低价代充
【里正 撤回 小王】
【里正 禁言 小王 1小时】
里正：@小王 这类内容本群不让发（规则 1）。
小李：看 https://example.com/x
【里正 撤回 小李】
【里正 踢 小李】
里正：@小李 这类内容本群不让发（规则 2）。
小陈：哈
小陈：哈
小陈：哈
【里正 禁言 小陈 10分钟】
里正：@小陈 这类内容本群不让发（规则 3）。
""")


async def test_rules_are_for_admins(stage: HostStage) -> None:
    await stage.play("""
开：违规规则
管理员：/代管 添加 @小李
里正：…
小李：/规则测试 你好
里正：/规则测试 <文本> 只有管理员和群主能用。
""")


async def test_in_dry_run_it_only_says_what_it_would_do(stage: HostStage) -> None:
    player = await stage.play("""
开：违规规则
管理员：/违规规则 添加 关键词 代充 → 禁言1小时
里正：…
群主：/试运行 开
里正：…
""")
    stage.world.say(player.group.group_id, player.person("小王"), "低价代充")
    await stage.settle()
    assert not player.group.members[player.person("小王")].muted_until
