"""With the plugin that punishes, where it is there: a kick may list somebody, and what becomes of that."""

from importlib.util import find_spec

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Record
from plugins.blacklist.models import Barred

pytestmark = pytest.mark.skipif(find_spec("plugins.violations") is None, reason="nobody is kicked by it")


async def test_a_kick_may_list_them(stage: HostStage) -> None:
    await stage.play("""
开：违规处理、黑名单
管理员：/踢 @小王 拉黑 发广告
【里正 踢 小王】
里正：小＊ 的机票已送达（W1），一路平安。
【小王 进群】
【里正 踢 小王】
里正：黑名单里的 小＊ 刚进群，已移出。
管理员：/赦免 @小王
里正：赦免了 小王 的 W1，不再算数。撤销发 /撤销 4。
【小王 进群】
管理员：/设置 违规处理 踢时拉黑 开
里正：…
管理员：/踢 @小王 又来
【里正 踢 小王】
里正：小＊ 的机票已送达（W2），一路平安。
【过 2 分】
【小王 进群】
【里正 踢 小王】
里正：黑名单里的 小＊ 刚进群，已移出。
""")


async def test_a_name_that_is_an_advertisement_is_not_repeated(stage: HostStage) -> None:
    player = await stage.play("开：违规处理、黑名单\n小王：在\n小李：在\n")
    stage.world.people[player.person("小王")].nickname = "代充加V wxid998877"
    await player.play("""
小王：在
管理员：/黑名单 添加 @小王 广告
里正：已把 代＊ 加进黑名单…
里正：代＊ 在黑名单里，现在就在本群。…
管理员：/踢 @小王 @小李
里正：要对 2 个人踢：代＊、小李…
""")


async def test_who_is_listed_and_muted_is_only_shown_out(stage: HostStage) -> None:
    await stage.play("""
开：违规处理、黑名单
小王：在
管理员：/禁言 @小王 1小时 吵
【里正 禁言 小王 1小时】
里正：…
【小王 退群】
管理员：/黑名单 添加 @小王 骗子
里正：已把 … 加进黑名单…
【小王 进群】
【里正 踢 小王】
里正：黑名单里的 小＊ 刚进群，已移出。
""")
    assert await Record.filter(kind="mute").count() == 1


async def test_a_deputy_bars_from_this_group_only(stage: HostStage) -> None:
    player = await stage.play("""
开：违规处理、黑名单
管理员：/代管 添加 @小李
里正：…
小王：在
小李：/踢 @小王 拉黑 骗子
里正：… 会进本群的黑名单。同一个群主的群都要拦，请管理员发 /黑名单 添加 …。
【里正 踢 小王】
里正：小＊ 的机票已送达（W1），一路平安。
【里正 撤回 小王】
【小王 进群】
【里正 踢 小王】
里正：黑名单里的 小＊ 刚进群，已移出。
""")
    user, group = int(player.person("小王")), player.group.group_id
    (row,) = await Barred.filter(group_id=group)
    assert (row.user_id, row.owner_id) == (user, 0)
    stage.world.say(group, player.person("管理员"), f"/黑名单 添加 {user} 骗子")
    await stage.settle()
    (row,) = await Barred.filter(group_id=group)
    assert row.owner_id == int(player.person("群主"))
    assert row.case_id == 0, "what an admin agreed to does not go with the deputy's case"


async def test_an_admin_bars_from_all_groups_of_the_owner(stage: HostStage) -> None:
    player = await stage.play("""
开：违规处理、黑名单
小王：在
管理员：/踢 @小王 拉黑 骗子
【里正 踢 小王】
里正：小＊ 的机票已送达（W1），一路平安。
【里正 撤回 小王】
""")
    (row,) = await Barred.filter(group_id=player.group.group_id)
    assert row.owner_id == int(player.person("群主"))


async def test_nobody_is_listed_where_the_list_is_off(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
设：违规处理 踢时拉黑 开
小王：在
管理员：/踢 @小王 拉黑 骗子
里正：「黑名单」在本群没有开，不能拉黑。去掉「拉黑」再发；要拉黑，先请管理员打开它。
管理员：/踢 @小王 骗子
【里正 踢 小王】
里正：小＊ 的机票已送达（W1），一路平安。
【里正 撤回 小王】
【小王 进群】
小王：我回来了
""")
    assert not await Barred.exists()


async def test_who_is_listed_and_stays_is_muted_for_what_is_left(stage: HostStage) -> None:
    """A kick beyond the budget waits for an admin; meanwhile the mute goes on."""
    names = [f"新人{n}" for n in "甲乙丙丁戊"]
    joins = "".join(f"【{name} 进群】\n【里正 踢 {name}】\n" for name in names[1:])
    await stage.play(f"""
开：违规处理、黑名单
小王：在
管理员：/禁言 @小王 1小时 吵
【里正 禁言 小王 1小时】
里正：…
【小王 退群】
管理员：/黑名单 添加 @小王 {" ".join(f"@{name}" for name in names)}
里正：…
【{names[0]} 进群】
【里正 踢 {names[0]}】
里正：黑名单里的 新＊ 刚进群，已移出。
{joins}
【过 1 分】
【小王 进群】
里正：10 分钟里已经移出不少人了，…
【过 10 秒】
【里正 禁言 小王 58分50秒】
""")
