"""Sets that several groups share: seen, used and left by admins, filled by superusers."""

import pytest

from lizheng import Record
from lizheng.events import GroupTakenOver
from lizheng.plugin.refusals import CannotUndo
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.world.state import Member, Role
from plugins.member_qa.models import Entry
from tests.support.admin_actions import undo

SUPERUSER = 99999


def invite_superuser(player: Player) -> None:
    """Somebody whom the host's owner named joins the group as an ordinary member."""
    if SUPERUSER not in player.world.people:
        player.world.add_person("站长", SUPERUSER)
    player.people["站长"] = SUPERUSER
    now = player.world.now()
    player.group.members[SUPERUSER] = Member(SUPERUSER, Role.MEMBER, now, previous_role=Role.MEMBER)


async def filled(stage: HostStage) -> Player:
    """A group whose superuser has put two entries into a set."""
    player = await stage.play("""
开：问答
管理员：/教 怎么联机|咋联机 => 点联机大厅
里正：…
管理员：/教 =密码 => 8888
里正：…
管理员：/问答 题库
里正：这台主机还没有公共题库；超级用户发 /问答 共享 编号 名字，就能把本群的一条放进去。
管理员：/问答 共享 1 新手
里正：/问答 共享 <编号> <名字> 只有超级用户能用。
""")
    invite_superuser(player)
    await player.play("""
站长：/问答 共享 1 新手
里正：放进公共题库「新手」了，新手-1 号：怎么联机
  撤销发 /撤销 3。
站长：/问答 共享 2 新手
里正：放进公共题库「新手」了，新手-2 号：密码
  撤销发 /撤销 4。
""")
    return player


async def test_another_group_uses_a_set_and_leaves_it(stage: HostStage) -> None:
    await filled(stage)
    player = await stage.play("""
开：问答
小王：怎么联机
管理员：/教 几点开门 => 八点
里正：…
小王：/问答 题库
里正：…只有管理员和群主能用。
管理员：/问答 题库
里正：本群在用的公共题库：没有
  还可以用的：新手（2 条）
  用上发 /问答 题库 新手 开，不用了发 /问答 题库 新手 关。
管理员：/问答 题库 老手 开
里正：没有公共题库「老手」。发 /问答 题库 看看有哪些。
管理员：/问答 题库 新手
里正：…
  用法：/问答 题库 <名字> 开|关
  例如：/问答 题库 新手 开
管理员：/问答 题库 新手 开
里正：本群用上了公共题库「新手」（2 条）。
  撤销发 /撤销 2。
管理员：/问答 题库 新手 开
里正：公共题库「新手」在本群本来就在用。
小王：咋联机
里正：点联机大厅
  —— 问答 新手-1 号，引用回「有用」或「没用」
小王：密码
里正：8888
小王：/问答
里正：问答共 3 条（1/1 页）：
  1. 几点开门
  新手-1. 怎么联机
  新手-2. 密码（关键词）
  看一条发 /问答 看 1。
小王：/问答 大厅
里正：问答共 1 条（1/1 页）：
  新手-1. 怎么联机
  看一条发 /问答 看 新手-1。
小王：/问答 看 新手-1
里正：新手-1 号 怎么联机 | 咋联机
  答：点联机大厅
  （未署名） 教于 2026-11-18；有用 0，没用 0
管理员：/忘记 新手-1
里正：新手-1 号是公共题库里的，要由超级用户来删；本群不想用这份题库，管理员发 /问答 题库 新手 关。
小王→里正「—— 问答」：没用
里正：记下了，谢谢。
管理员→里正「—— 问答」：没用
里正：记下了，谢谢。新手-1 号是公共题库里的；本群不想用这份题库，发 /问答 题库 新手 关。
管理员：/问答 题库 新手 关
里正：本群不用公共题库「新手」了。
  撤销发 /撤销 3。
小王：/问答 看 新手-1
里正：没有问答 新手-1 号。
【过 11 分钟】
小王：怎么联机
""")
    await undo(stage, player, 3)
    await player.play("""
小王：怎么联机
里正：点联机大厅
  —— 问答 新手-1 号，引用回「有用」或「没用」
""")


async def test_a_set_is_changed_where_it_is_used_at_once(stage: HostStage) -> None:
    first = await filled(stage)
    player = await stage.play("""
开：问答
设：问答 公共题库 新手
小王：/问 怎么联机
里正：点联机大厅
  —— 问答 新手-1 号，引用回「有用」或「没用」
""")
    await first.play("""
管理员：/教 怎么联机 => 重启电脑
里正：…
管理员：/确认
里正：换好了，问答 1 号现在有 2 种问法。
  撤销发 /撤销 5。
站长：/问答 共享 1 新手
里正：放进公共题库「新手」了，新手-1 号：怎么联机
  撤销发 /撤销 6。
""")
    await player.play("""
小王：/问 怎么联机
里正：重启电脑
  —— 问答 新手-1 号，引用回「有用」或「没用」
""")
    invite_superuser(player)
    await player.play("""
站长：/忘记 新手-1
里正：忘掉了问答 新手-1 号：怎么联机
  撤销发 /撤销 1。
小王：/问 怎么联机
里正：还没人教过这个，记在待答 1 号了。…
""")


async def test_only_a_superuser_takes_back_what_happened_to_a_set(stage: HostStage) -> None:
    player = await filled(stage)
    with pytest.raises(CannotUndo):
        await undo(stage, player, 3)
    assert await Entry.filter(group_id=0, forgotten=False).count() == 2
    assert (await Record.get(group_id=player.group.group_id, number=3)).state == "done"


@pytest.mark.parametrize("name", ["新-手", "名" * 33, "新\u202e手"])
async def test_names_a_set_cannot_have(stage: HostStage, name: str) -> None:
    player = await stage.play("开：问答\n管理员：/教 怎么联机 => 点联机大厅\n里正：…\n")
    invite_superuser(player)
    await player.play(f"""
站长：/问答 共享 1 {name}
里正：公共题库的名字最长 32 个字，不能有空格和「-」。
  用法：/问答 共享 <编号> <名字>
  例如：/问答 共享 3 新手
站长：/问答 共享 9 新手
里正：没有问答 9 号。
""")


async def test_too_many_sets(stage: HostStage) -> None:
    player = await stage.play("开：问答\n管理员：/教 怎么联机 => 点联机大厅\n里正：…\n")
    invite_superuser(player)
    for letter in "甲乙丙丁":
        await player.play(f"站长：/问答 共享 1 {letter * 30}\n里正：…\n")
    for letter in "甲乙丙":
        await player.play(f"管理员：/问答 题库 {letter * 30} 开\n里正：本群用上了…\n")
    await player.play(f"管理员：/问答 题库 {'丁' * 30} 开\n里正：本群用的公共题库太多了，先关掉一份。\n")


async def test_what_another_host_taught_is_known_once_the_group_is_taken_over(stage: HostStage) -> None:
    player = await stage.play("""
开：问答
管理员：/教 怎么联机 => 点联机大厅
里正：…
小王：/问 怎么联机
里正：点联机大厅…
""")
    [entry] = await Entry.all()
    await Entry.filter(id=entry.id).update(answer="加好友", version=2)
    await Entry.create(
        group_id=entry.group_id,
        number=2,
        questions=["几点开门"],
        answer="八点",
        created_at=entry.created_at,
        changed_at=entry.changed_at,
    )
    moment = GroupTakenOver(entry.group_id, user_id=0, operator_id=0, time=0)
    await stage.host.dispatch.tell(stage.host.groups[entry.group_id], moment)
    await player.play("""
小王：几点开门
里正：八点
  —— 问答 2 号，引用回「有用」或「没用」
小王：怎么联机
里正：加好友
  —— 问答 1 号，引用回「有用」或「没用」
""")
