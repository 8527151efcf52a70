"""Who loses the role between a preview and its confirmation does nothing with it any more."""

from lizheng.sandbox.stage import HostStage
from plugins.violations.models import Case


async def test_a_demoted_admin_confirms_nothing(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
小王：在
小李：在
管理员：/踢 @小王 @小李 捣乱
里正：要对 2 个人踢：小王、小李
  理由：捣乱
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
【管理员 降成员】
管理员：/确认 1
里正：1 号要代管、管理员或群主才能做，你现在没有这个权限。
管理员：/取消 1
里正：1 号已经取消了。
""")
    assert not await Case.exists()


async def test_nor_a_kick_beyond_the_budget(stage: HostStage) -> None:
    kicks = "".join(
        f"""
甲{n}：在
管理员：/踢 @甲{n} 捣乱
【里正 踢 甲{n}】
里正：甲＊ 的机票已送达（W{n}），一路平安。
【里正 撤回 甲{n}】"""
        for n in range(1, 6)
    )
    await stage.play(f"""
开：违规处理
小王：在{kicks}
管理员：/踢 @小王 捣乱
里正：10 分钟里已经移出不少人了，小王 要不要也移出？…
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
【管理员 降成员】
管理员：/确认 1
里正：1 号要代管、管理员或群主才能做，你现在没有这个权限。
管理员2：在
""")
