"""In dry run nothing of it really happens, in no group."""

from importlib.util import find_spec

import pytest

from lizheng.sandbox.stage import HostStage

needs_rules = pytest.mark.skipif(find_spec("plugins.word_rules") is None, reason="no rules")


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


async def test_an_appeal_granted_meanwhile_is_not_used_up(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
小王：在
管理员：/禁言 @小王 1小时 吵架
【里正 禁言 小王 1小时】
里正：…
小王（私聊）：/申诉 不是我
里正（私聊 小王）：…
里正：小王 申诉 W1…
群主：/试运行 开
里正：…
管理员：/通过 1
里正：【试运行】@小王 本来会：申诉成立，W1 不算数。试运行关掉后再发一次 /申诉。
管理员：/违规 @小王
里正：小王：算数的 1 次…
群主：/试运行 关
里正：…
小王（私聊）：/申诉 真不是我
里正（私聊 小王）：…
里正：小王 申诉 W1…
管理员：/通过 2
里正：@小王 申诉成立，W1 不算数了。
【里正 解除禁言 小王】
""")


@needs_rules
async def test_all_that_would_be_done_is_said(stage: HostStage) -> None:
    await stage.play("""
开：违规规则、违规处理
管理员：/违规规则 添加 关键词 代充 → 踢
里正：…
群主：/试运行 开
里正：…
小王：代充
里正：【试运行】本来会：给 小王 记一次违规，撤回，踢。原因：触发规则 1（关键词）
管理员：/踢 @小王 骗子
里正：【试运行】本来会：给 小王 记一次违规，踢。原因：骗子
""")
