"""Reports go to those who asked, in private; what does not arrive is said without its content."""

from __future__ import annotations

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.world.faults import FaultKind
from tests.support.list_feature.models import Reader


async def test_who_asked_gets_it_and_nobody_else(stage: HostStage) -> None:
    player = await stage.play("""
开：试单
管理员（私聊）：/试订
里正（私聊 管理员）：订了。
管理员（私聊）：/试订
里正（私聊 管理员）：早就订了。
群主：/试订
里正（私聊 群主）：以后这个群的试报发到这里。
里正：订了。
群主：/试寄 都好
里正（私聊 管理员）：试报：都好
里正（私聊 群主）：试报：都好
里正：寄给了 2 位。
管理员：/试退
里正：退了。
管理员：/试退
里正：本来就没订。
群主：/试寄 又好
里正（私聊 群主）：试报：又好
里正：寄给了 1 位。
小王：/试订
里正：/试订 只有管理员和群主能用。
""")
    assert await Reader.filter(group_id=player.group.group_id).count() == 1


async def test_who_is_no_admin_any_more_gets_nothing(stage: HostStage) -> None:
    player = await stage.play("""
开：试单
管理员（私聊）：/试订
里正（私聊 管理员）：订了。
【管理员 降成员】
群主：/试寄 都好
里正：寄给了 0 位。
【管理员 退群】
""")
    assert not await Reader.filter(group_id=player.group.group_id).exists()


async def test_two_failures_in_a_row_are_told_without_the_content(stage: HostStage) -> None:
    player = await stage.play("""
开：试单
管理员（私聊）：/试订
里正（私聊 管理员）：订了。
""")
    for said in ("", "里正：有一份给管理员的试报私聊发不过去，请先私聊我一句。\n", ""):
        stage.world.faults.add(FaultKind.REFUSED, "send_private_msg", -1)
        await player.play(f"群主：/试寄 机密\n里正：寄给了 1 位。\n【过 10 分钟】\n{said}")
        stage.world.faults.clear()
    [row] = await Reader.filter(group_id=player.group.group_id)
    assert row.failures == 3
    await player.play("群主：/试寄 好了\n里正（私聊 管理员）：试报：好了\n里正：寄给了 1 位。\n")
    [row] = await Reader.filter(group_id=player.group.group_id)
    assert row.failures == 0


async def test_who_cannot_be_written_to_is_told_so_when_subscribing(stage: HostStage) -> None:
    player = await stage.play("开：试单\n")
    stage.world.faults.add(FaultKind.REFUSED, "send_private_msg", -1)
    await player.play("""
管理员：/试订
里正：订了。
【过 10 分钟】
里正：管理员 私聊发不过去，请先私聊我一句，再发一次。
""")
