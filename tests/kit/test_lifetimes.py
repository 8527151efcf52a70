"""Entries that end by themselves: one question to all authors before, nothing at the end, and renewals."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from lizheng.parts.lifetime import next_asking
from lizheng.sandbox.stage import HostStage

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("now", "then"), [("18 09:59", "18 10:00"), ("18 10:00", "19 10:00"), ("18 23:00", "19 10:00")]
)
def test_asking_is_at_ten(now: str, then: str) -> None:
    def at(text: str) -> datetime:
        return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)

    assert next_asking(at(now)) == at(then)


async def test_authors_are_asked_together_and_the_end_is_quiet(stage: HostStage) -> None:
    await stage.play("""
开：试单
小王：/试种 兰花
小李：/试种 梅花
小王：/试种 竹子
小王：/试摘 3
小王：/试花
里正：开着：兰花、梅花；谢了：没有
【到 11月25日 10:11】
里正：@小王 @小李 快谢了，还要就发 /试续 加编号：
  1 兰花（11-27 12:00）
  2 梅花（11-27 12:00）
小王：/试续 1
里正：再开一阵
【到 11月27日 12:01】
小王：/试花
里正：开着：兰花；谢了：梅花
小李：/试续 2
里正：再开一阵
小王：/试花
里正：开着：兰花、梅花；谢了：没有
小李：/试续 2
里正：再开一阵
小李：/试续 2
里正：不能再续了
""")


async def test_after_a_week_away_there_is_one_list_and_a_day_more(stage: HostStage) -> None:
    await stage.play("""
开：试单
小王：/试种 兰花
小王：/试种 梅花
【过 12 天】
里正：@小王 快谢了，还要就发 /试续 加编号：
  1 兰花（12-01 12:00）
  2 梅花（12-01 12:00）
小王：/试花
里正：开着：兰花、梅花；谢了：没有
【过 2 天】
小王：/试花
里正：开着：没有；谢了：兰花、梅花
""")


async def test_what_ended_long_ago_is_let_be(stage: HostStage) -> None:
    await stage.play("""
开：试单
小王：/试种 兰花
【过 20 天】
小王：/试花
里正：开着：没有；谢了：兰花
""")


async def test_many_are_told_in_one_message(stage: HostStage) -> None:
    planted = "".join(f"小王：/试种 花{n}\n" for n in range(7))
    lines = "\n".join(f"  {n} 花{n - 1}（11-27 12:00）" for n in range(1, 6))
    await stage.play(f"""
开：试单
{planted}【到 11月25日 10:11】
里正：@小王 快谢了，还要就发 /试续 加编号：
{lines}
  还有 2 条也快到期了
""")
