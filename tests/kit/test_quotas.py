"""What somebody may do so often: counted across restarts, for each cause once, and never one too many."""

import asyncio

import pytest

from lizheng import Declined, GroupContext
from lizheng.sandbox.stage import HostStage
from tests.support.list_feature import DRAWS
from tests.support.list_feature.models import Used


async def test_a_window_begins_with_the_first_use(stage: HostStage) -> None:
    await stage.play("""
开：试单
小王：/试抽
里正：抽了，还能抽 1 次
【过 30 分钟】
小王：/试抽
里正：抽了，还能抽 0 次
小李：/试抽
里正：抽了，还能抽 1 次
【重启】
小王：/试抽
里正：1 小时里最多 2 次，你已经用完了，11-18 13:00 以后再来。
【过 30 分钟】
小王：/试抽
里正：抽了，还能抽 1 次
小李：/试抽
里正：抽了，还能抽 0 次
""")


async def test_one_cause_counts_once_and_thirty_take_no_more_than_there_are(stage: HostStage) -> None:
    player = await stage.play("开：试单\n小王：早\n")
    host, wang = stage.host, player.person("小王")
    group, feature = host.groups[player.group.group_id], host.features["lister"]

    async def take(source: str) -> int | None:
        try:
            return await DRAWS.take(GroupContext(host, group, feature, source=source, author_id=wang), 5)
        except Declined:
            return None

    assert [await take("message:1"), await take("message:1"), await take("message:1")] == [4, 4, 4]
    taken = await asyncio.gather(*(take(f"message:{n}") for n in range(2, 32)))
    assert len([left for left in taken if left is not None]) == 4
    assert await Used.all().values_list("used", flat=True) == [5]


async def test_none_at_all_is_refused(stage: HostStage) -> None:
    player = await stage.play("开：试单\n小王：早\n")
    host = stage.host
    ctx = GroupContext(host, host.groups[player.group.group_id], host.features["lister"], author_id=10001)
    with pytest.raises(Declined):
        await DRAWS.take(ctx, 0)
