"""How much happens, as numbers: counted once, only where somebody needs it, and what nobody saw is known."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from nonebot.adapters.onebot.v11 import Message

from lizheng import GroupContext
from lizheng.activity import feature as activity
from lizheng.activity import reading, writing
from lizheng.activity.counting import is_long
from lizheng.activity.reading import Span, seen_share
from lizheng.activity.tables import GroupHour, MemberDay, MemberWeek, Seen, Uncounted
from lizheng.plugin.retention import forget, shares
from lizheng.sandbox.stage import HostStage
from tests.support.counted_feature import feature as counted
from tests.support.counted_feature import looked_at

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def ctx_of(stage: HostStage, group_id: int) -> GroupContext:
    return GroupContext(stage.host, stage.host.groups[group_id], counted)


async def test_what_is_counted(stage: HostStage) -> None:
    player = await stage.play("""
小王：开之前说的不数，说多长都一样
开：试数数
小王：早
小王：今天天气真好，我们去江边骑车
小李→小王「早」：早上好呀各位，吃了没有啊
小李→小李「早上好」：我自己接一句
小王：/试数数
里正：你 3 句，长 1，回 0，被回 1，命令 1；群 5 句，机器人 0，里正 0，进 0，退 0。
小李：/试数数
里正：你 3 句，长 1，回 1，被回 0，命令 1；群 6 句，机器人 0，里正 1，进 0，退 0。
【新人小孙 进群】
【新人小孙 退群】
管理员：/机器人 添加 @小赵
里正：…
小赵：我是机器人，这一长句不是人说的
小李：/试数数
里正：你 4 句，长 1，回 1，被回 0，命令 2；群 8 句，机器人 1，里正 3，进 1，退 1。
""")
    ctx = ctx_of(stage, player.group.group_id)
    [row] = await MemberDay.filter(group_id=ctx.group.id, user_id=player.person("小王"))
    assert 0 <= row.first_minute <= row.last_minute < 24 * 60


async def test_where_nobody_needs_it_nothing_is_counted(stage: HostStage) -> None:
    player = await stage.play("小王：这一句谁也不数的话\n")
    assert not stage.host.is_on(player.group and stage.host.groups[player.group.group_id], activity)
    await reading.written(ctx_of(stage, player.group.group_id))
    assert not await GroupHour.filter(group_id=player.group.group_id).exists()


async def test_switched_off_and_on_is_a_gap(stage: HostStage) -> None:
    player = await stage.play("开：试数数\n小王：早\n")
    ctx = ctx_of(stage, player.group.group_id)
    await stage.pass_time(timedelta(hours=2))
    await stage.host.switch(ctx.group, "counted", on=False)
    await stage.pass_time(timedelta(hours=5))
    await stage.host.switch(ctx.group, "counted", on=True)
    await stage.pass_time(timedelta(hours=1))
    first, second = await reading.spans(ctx)
    assert first.until - first.since == pytest.approx(timedelta(hours=2), abs=timedelta(minutes=1))
    assert second.since - first.until == pytest.approx(timedelta(hours=5), abs=timedelta(minutes=1))
    assert second.until - second.since == pytest.approx(timedelta(hours=1), abs=timedelta(minutes=1))


async def test_a_short_restart_is_no_gap_and_a_long_one_is(stage: HostStage) -> None:
    player = await stage.play("开：试数数\n小王：早\n")
    ctx = ctx_of(stage, player.group.group_id)
    await reading.written(ctx)
    await stage.restart()
    await stage.settle()
    assert len(await reading.spans(ctx)) == 1
    await stage.wire.stop()
    await stage.host.stop()
    stage.host.clock.move(timedelta(hours=30))
    await stage.host.start()
    await stage.wire.start()
    await stage.wire.ready()
    await stage.settle()
    first, second = await reading.spans(ctx)
    assert second.since - first.until > timedelta(hours=29)


async def test_a_group_whose_account_is_gone_has_a_gap(stage: HostStage) -> None:
    player = await stage.play("开：试数数\n小王：早\n")
    ctx = ctx_of(stage, player.group.group_id)
    counter = reading.counter.of(stage.host)
    [before] = await reading.spans(ctx)
    await stage.wire.stop()
    stage.host.clock.move(timedelta(hours=1))
    await counter.beat()
    assert (await Seen.get(group_id=ctx.group.id)).until.astimezone(ctx.zone) == before.until


async def test_who_does_not_want_it_is_counted_under_no_name(stage: HostStage) -> None:
    player = await stage.play("开：试数数\n小王：早\n小李：早\n")
    ctx, king = ctx_of(stage, player.group.group_id), player.person("小王")
    assert await reading.leave_out(ctx, king, king)
    assert not await reading.leave_out(ctx, king, king)
    await player.play("""
小王：/试数数
里正：你 没有；群 3 句，机器人 0，里正 0，进 0，退 0。
【重启】
小王：又一句
小王：/试数数
里正：你 没有；…
""")
    assert await reading.left_out(ctx) == {king}
    assert await reading.count_again(ctx, king)
    await player.play("小王：/试数数\n里正：你 1 句，长 0，回 0，被回 0，命令 1；…")


async def test_what_is_kept_of_people_is_shown_and_goes(stage: HostStage) -> None:
    player = await stage.play("开：试数数\n小王：早\n小李：早\n")
    ctx, king = ctx_of(stage, player.group.group_id), player.person("小王")
    await reading.written(ctx)
    await MemberWeek.create(group_id=ctx.group.id, user_id=king, week=date(2026, 1, 5), messages=3)
    found = {share.keep.what for share in await shares(activity.keeps, ctx.group.id, king, ctx.now)}
    assert found == {"每天的活跃数字", "每周的活跃数字"}
    assert await forget(activity.keeps, ctx.group.id, king, ctx.now) == 2
    assert await MemberDay.filter(group_id=ctx.group.id).count() == 1
    assert not await Uncounted.filter(group_id=ctx.group.id).exists()


async def test_what_cannot_be_written_is_kept(stage: HostStage, monkeypatch: pytest.MonkeyPatch) -> None:
    player = await stage.play("开：试数数\n小王：早\n")
    counter, ctx = reading.counter.of(stage.host), ctx_of(stage, player.group.group_id)

    async def fails(*_: object) -> None:
        await player.play("小李：趁着写不进去又说一句\n")
        raise OSError("disk")

    with monkeypatch.context() as patch:
        patch.setattr(writing, "add", fails)
        with pytest.raises(OSError, match="disk"):
            await counter.write()
    await reading.written(ctx)
    today = ctx.now.date()
    hours = await reading.hours(ctx, today, today + timedelta(days=1))
    assert sum(hour.messages for hour in hours) == 2


async def test_old_days_become_weeks_once(stage: HostStage) -> None:
    group_id, today = 990_001, date(2026, 11, 26)
    rows = [
        MemberDay(group_id=group_id, user_id=user, day=today - timedelta(days=ago), messages=2, long=1)
        for user in (1, 2)
        for ago in (0, 44, 60, 61, 62, 500)
    ]
    await MemberDay.bulk_create(rows)
    await writing.fold(today)
    await writing.fold(today)
    left = await MemberDay.filter(group_id=group_id, user_id=1).order_by("-day")
    assert [(today - row.day).days for row in left] == [0, 44]
    weeks = await MemberWeek.filter(group_id=group_id, user_id=1).order_by("week")
    assert [(week.days, week.messages, week.long) for week in weeks] == [(3, 6, 3)]
    assert all(week.week.weekday() == 0 for week in weeks)
    # A day that comes late, say from a clock that was set back, is added to its week.
    await MemberDay.create(group_id=group_id, user_id=1, day=weeks[0].week, messages=5)
    await writing.fold(today)
    assert (await MemberWeek.get(group_id=group_id, user_id=1)).messages == 11


async def test_a_clock_set_back_does_not_double_a_day(stage: HostStage) -> None:
    key, row = (990_002, date(2026, 11, 18), 7), [1, 1, 0, 0, 0, 600, 600]
    now = datetime(2026, 11, 18, tzinfo=UTC)
    await writing.add({key: row}, {}, [], now)
    await writing.add({key: [1, 0, 0, 0, 0, 540, 540]}, {}, [], now)
    [day] = await MemberDay.filter(group_id=990_002)
    assert (day.messages, day.first_minute, day.last_minute) == (2, 600, 540)


@pytest.mark.parametrize(
    ("minute", "ends", "answered"),
    [
        pytest.param(10, {}, False, id="nobody"),
        pytest.param(10, {9: (0, 9)}, False, id="before"),
        pytest.param(10, {9: (0, 30)}, True, id="after"),
        pytest.param(10, {10: (10, 50)}, True, id="just within the hour"),
        pytest.param(10, {10: (11, 50)}, False, id="a minute too late"),
    ],
)
def test_whether_a_message_was_answered(minute: int, ends: dict, answered: bool) -> None:
    day = date(2026, 11, 18)
    known = {(day, hour): both for hour, both in ends.items()}
    assert writing.is_answered(datetime(2026, 11, 18, 9, minute, tzinfo=SHANGHAI), known) is answered


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [(SHANGHAI, date(2026, 11, 18), 24), (BERLIN, date(2026, 3, 29), 23), (BERLIN, date(2026, 10, 25), 25)],
)
def test_days_are_as_long_as_they_are(zone: ZoneInfo, day: date, hours: int) -> None:
    start = datetime.combine(day, datetime.min.time(), zone)
    half = Span(start, datetime.fromtimestamp(start.timestamp() + hours * 1800, zone))
    whole = Span(start - timedelta(days=1), start + timedelta(days=3))
    assert seen_share([half], day, zone) == pytest.approx(0.5)
    assert seen_share([whole], day, zone) == 1
    assert seen_share([], day, zone) == 0


@pytest.mark.parametrize(
    ("said", "long"),
    [
        ("早", False),
        ("今天天气真好呀", False),
        ("今天天气真好呀我", True),
        ("。" * 40, False),
        ("a b c d e f g", False),
    ],
)
def test_what_is_a_long_message(said: str, long: bool) -> None:
    assert is_long(Message(said)) is long


async def test_counting_costs_little(stage: HostStage) -> None:
    """At most 12 µs of CPU a message; the best of many short rounds, as others use the machine."""
    player = await stage.play("开：试数数\n小王：早\n")
    await player.play("小李→小王「早」：今天天气真好，我们去江边骑车\n")
    counter, ctx = reading.counter.of(stage.host), looked_at[-1]
    counter.members.clear()
    best = 1.0
    for _ in range(60):
        start = time.thread_time()
        for _ in range(100):
            await counter.spoken(ctx)
        best = min(best, (time.thread_time() - start) / 100)
        await asyncio.sleep(0)
    assert ctx.quoted is not None
    assert len(counter.members) == 2
    assert best < 12e-6
