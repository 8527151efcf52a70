"""In dry run nothing of it really happens, in no group."""

from lizheng.sandbox.stage import HostStage
from plugins.violations.models import Barred


async def test_the_blacklist_of_all_groups_is_left_alone(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
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


async def test_a_pardon_and_an_undo_leave_the_mute_and_the_case(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
小王：在
管理员：/禁言 @小王 1小时 吵架
【里正 禁言 小王 1小时】
里正：…
群主：/试运行 开
里正：…
管理员：/赦免 @小王
里正：【试运行】本来会：赦免 小王 的 W1。
管理员：/撤销 1
里正：#1 撤销不了：正在试运行，先不动。
群主：/试运行 关
里正：…
管理员：/赦免 @小王
里正：赦免了 小王 的 W1，不再算数。撤销发 /撤销 5。
【里正 解除禁言 小王】
""")
