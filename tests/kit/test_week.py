"""A week of a group with everything on: how much of the talk is the bot's, and how much of that by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.store.tables import Outgoing

MOST_A_DAY = 8
MOST_OF_THE_TALK = 0.10
MONDAY = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
"""Six in the morning in Shanghai, before the bot begins its day."""
CHATTER = (
    "早", "今天好冷", "有人一起吃饭吗", "哈哈哈", "昨天那场讲得不错", "我先去开会了", "这个怎么弄的呀",
    "收到", "周末有空的举手", "路上堵死了", "那家店关门了", "我也觉得", "明天见", "谁有充电器借一下",
)  # fmt: skip
FROM_ADMINS = (
    (0, 9, "/名片格式 城市-昵称"),
    (0, 9, "/早报 时间 08:00"),
    (0, 10, "/作业 开始 7天 写作"),
    (1, 10, "/报名 发起 周末爬山 20人 11-28 9:00"),
    (2, 10, "/投票 发起 团建去哪 爬山 烧烤 桌游 截止 明天20:00"),
    (0, 11, "/广告时段 添加 每周五 18:00-20:00"),
    (3, 9, "/定时 每天 20:30 夜话会开始了"),
)
FROM_MEMBERS = (
    (0, 12, "/作业 加入"),
    (1, 12, "/报名 H1"),
    (1, 13, "/求职 发布 Python 后端，三年，成都或远程，20k"),
    (2, 12, "/投票 T1 2"),
    (3, 12, "/交作业 https://blog.example.com/p/1"),
)


async def begin(stage: HostStage, people: int) -> Player:
    """A group in which every feature is on, and its members are those of a city."""
    stage.host.clock.freeze(MONDAY)
    player = await stage.play("管理员：早")
    for number in range(people):
        person = stage.world.add_person(f"成都-客{number}")
        stage.world.join(player.group.group_id, person)
        player.people[f"客{number}"] = person.user_id
    await stage.settle()
    for feature in stage.host.features.values():
        if feature.area and not feature.always_on and not feature.serves:
            await stage.switch_on(player.group.group_id, feature.title)
    await stage.settle()
    return player


@pytest.mark.parametrize(
    ("days", "people", "a_day"),
    [(2, 60, 120), pytest.param(7, 300, 400, marks=pytest.mark.nightly)],
)
async def test_it_leaves_the_talking_to_the_members(
    stage: HostStage, days: int, people: int, a_day: int
) -> None:
    player, random = await begin(stage, people), Random(7)
    started, written = stage.now(), 0
    names = [name for name in player.people if name.startswith("客")]
    for day in range(days):
        at = started + timedelta(days=day)
        lines = [(random.uniform(2, 17), random.choice(names), random.choice(CHATTER)) for _ in range(a_day)]
        lines += [(hour - 6 + random.random(), "管理员", text) for d, hour, text in FROM_ADMINS if d == day]
        lines += [
            (hour - 6 + random.random(), random.choice(names), text)
            for d, hour, text in FROM_MEMBERS
            if d == day
        ]
        for hours, who, text in sorted(lines):
            await stage.pass_time(at + timedelta(hours=hours) - stage.now())
            stage.world.say(player.group.group_id, player.people[who], text)
            written += 1
            await stage.settle()
        await stage.pass_time(at + timedelta(hours=24) - stage.now())
        await stage.settle()
    said = Outgoing.filter(
        api__startswith="send_group", group_id=player.group.group_id, created_at__gte=started, state="done"
    )
    by_itself = await said.exclude(source__startswith="message:").order_by("created_at")
    each_day = [0] * days
    for row in by_itself:
        each_day[min((row.created_at - started).days, days - 1)] += 1
    told = "\n".join(f"{row.created_at:%d %H:%M} {row.feature} {row.source}" for row in by_itself)
    assert max(each_day) <= MOST_A_DAY, told
    assert await said.count() <= MOST_OF_THE_TALK * written, told
