"""A named list of members: put on and taken off, leafed through, asked from memory, taken back."""

from __future__ import annotations

from typing import Any

from lizheng.plugin.context import GroupContext
from lizheng.sandbox.stage import HostStage
from lizheng.store import audit
from tests.support.list_feature import FRIENDS, GUESTS
from tests.support.list_feature.models import Friend


def context(stage: HostStage, group_id: int) -> GroupContext:
    return GroupContext(stage.host, stage.host.groups[group_id], stage.host.features["lister"])


async def test_a_list_below_a_sub_word(stage: HostStage) -> None:
    player = await stage.play("""
开：试单
小王：早
小李：早
管理员：/试友 朋友
里正：还没有朋友。发 /试友 朋友 @成员 来加。
管理员：/试友 朋友 添加 @小王 @小李
里正：已把 小王、小李 加进朋友。
管理员：/试友 朋友 添加 @小王
里正：小王 本来就在朋友里。
管理员：/试友 朋友 查看
里正：朋友有 2 人：
  小王（…） 管理员 11-18加的
  小李（…） 管理员 11-18加的
管理员：/试友 朋友 @小李
里正：已把 小李 移出朋友。
管理员：/试友 朋友 @小李
里正：已把 小李 加进朋友。
管理员：/试友 朋友 删除 @小李
里正：已把 小李 移出朋友。
管理员：/试友 朋友 删除 @小李
里正：小李 本来就不在朋友里。
管理员：/试友 朋友 小明
里正：没看出「小明」是谁：请 @ 他、写他的 QQ 号，或引用他的消息。
  用法：/试友 朋友 @成员…
  例如：/试友 朋友 @小王
小王：/试友 朋友 @小王
里正：/试友 朋友 @成员… 只有管理员和群主能用。
管理员：/撤销 1
里正：已撤销 #1：加进朋友。
管理员：/撤销 5
里正：已撤销 #5：移出朋友。
管理员：/撤销 3
里正：#3 撤销不了：他现在已经在朋友里了。
""")
    ctx = context(stage, player.group.group_id)
    assert await FRIENDS.all(ctx) == {player.person("小李")}


async def test_a_list_with_reasons_and_an_end(stage: HostStage) -> None:
    player = await stage.play("""
开：试单
小王：早
小李：早
管理员：/试客 添加 @小王 2天 来开会
里正：已把 小王 加进客人。
管理员：/试客 添加 @小李 老朋友
里正：已把 小李 加进客人。
管理员：/试客
里正：客人有 2 人：
  小王（…） 管理员 11-18加的，到 11-20：来开会
  小李（…） 管理员 11-18加的：老朋友
""")
    ctx, them = context(stage, player.group.group_id), player.person("小王")
    assert await GUESTS.has(ctx, them)
    await player.play("""
【过 3 天】
管理员：/试客
里正：客人有 1 人：
  小李（…） 管理员 11-18加的：老朋友
管理员：/试客 添加 @小王 2天
里正：已把 小王 加进客人。
管理员：/撤销 3
里正：已撤销 #3：加进客人。
管理员：/试客 删除 @小李
里正：已把 小李 移出客人。
管理员：/撤销 4
里正：已撤销 #4：移出客人。
管理员：/试客 查看
里正：客人有 1 人：
  小李（…） 管理员 11-18加的：老朋友
""")
    assert not await GUESTS.has(ctx, them)


async def test_records_of_earlier_releases_say_less(stage: HostStage) -> None:
    """They kept only whether somebody was on the list."""
    player = await stage.play("开：试单\n小王：早")
    group, person = player.group.group_id, player.person("小王")
    for free in (True, False):
        undo = {"name": "friend", "target": person, "free": free}
        await audit.write(group, stage.now(), "lister", "exempt", target_id=person, reason="朋友", undo=undo)
    await player.play("管理员：/撤销 1\n里正：已撤销 #1：朋友。")
    assert await FRIENDS.has(context(stage, group), person)
    await player.play("管理员：/撤销 2\n里正：已撤销 #2：朋友。")
    assert not await FRIENDS.has(context(stage, group), person)


async def test_it_is_asked_from_memory_and_never_stale(stage: HostStage, monkeypatch: Any) -> None:
    player = await stage.play("开：试单\n小王：早")
    ctx, person = context(stage, player.group.group_id), player.person("小王")
    assert not await FRIENDS.has(ctx, person)
    await player.play("管理员：/试友 朋友 添加 @小王\n里正：已把 小王 加进朋友。")
    assert await FRIENDS.has(ctx, person)

    def not_again(*args: Any, **values: Any) -> Any:
        raise AssertionError("it was read again")

    with monkeypatch.context() as patched:
        patched.setattr(Friend, "filter", not_again)
        assert await FRIENDS.has(ctx, person)
    keep = next(k for k in stage.host.features["lister"].keeps if k.model is Friend)
    await keep.remove(keep.about(ctx.group.id, person))
    assert not await FRIENDS.has(ctx, person)
    await player.play("管理员：/试友 朋友 添加 @小王\n里正：已把 小王 加进朋友。\n【重启】")
    assert await FRIENDS.has(context(stage, ctx.group.id), person)


async def test_a_list_of_many_is_paged(stage: HostStage) -> None:
    player = await stage.play("开：试单\n小王：早")
    group = player.group.group_id
    for number in range(20):
        await Friend.create(group_id=group, user_id=100_000 + number, at=stage.host.clock.now())
    FRIENDS.forget()
    await player.play("""
管理员：/试友 朋友
里正：朋友有 20 人：
  100000 11-18加的
  …
  100007 11-18加的
  第 1/3 页，看下一页发 /试友 朋友 查看 2
管理员：/试友 朋友 查看 3
里正：朋友有 20 人：
  100016 11-18加的
  …
  第 3/3 页
管理员：/试友 朋友 列表 4
里正：没有第 4 页，一共 3 页。
""")
