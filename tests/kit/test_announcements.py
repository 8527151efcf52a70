"""What the bot says by itself is said together, at an hour that suits, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lizheng import GroupContext, Urgency, atomic
from lizheng.grammar import WeeklySpans, parse_weekly
from lizheng.parts.announcements import MOST_NOTICES, Talking, in_one, may_be_said, quiet_until
from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Gathered, Slot

ZONE = ZoneInfo("Asia/Shanghai")
NONE = WeeklySpans(())
LOW, NORMAL = Urgency.LOW, Urgency.NORMAL


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("now", "quiet", "waiting", "last", "said", "expected"),
    [
        pytest.param("18 12:00", "23:00-08:00", [NORMAL], None, 0, "18 12:00", id="at once"),
        pytest.param("18 12:04", "23:00-08:00", [NORMAL], "18 12:00", 1, "18 12:10", id="together"),
        pytest.param("18 12:10", "23:00-08:00", [NORMAL], "18 12:00", 1, "18 12:10", id="ten minutes on"),
        pytest.param("18 12:00", "", [NORMAL], "18 13:00", 1, "18 12:00", id="the clock was set back"),
        pytest.param("18 23:00", "23:00-08:00", [NORMAL], None, 0, "19 08:00", id="the night begins"),
        pytest.param("19 03:00", "23:00-08:00", [NORMAL, LOW], None, 0, "19 08:00", id="in the night"),
        pytest.param("19 08:00", "23:00-08:00", [NORMAL], None, 0, "19 08:00", id="the night is over"),
        pytest.param("18 22:55", "23:00-08:00", [NORMAL], "18 22:50", 0, "19 08:00", id="together is quiet"),
        pytest.param("18 12:00", "", [LOW], None, 7, "18 12:00", id="the last of the day"),
        pytest.param("18 12:00", "", [LOW], None, 8, "19 00:00", id="said enough today"),
        pytest.param("18 12:00", "23:00-08:00", [LOW], None, 8, "19 08:00", id="tomorrow is after the night"),
        pytest.param("18 12:00", "", [NORMAL], None, 99, "18 12:00", id="normal is not counted out"),
        pytest.param("18 12:00", "", [LOW, NORMAL], None, 99, "18 12:00", id="low goes along"),
        pytest.param("18 23:55", "", [LOW], "18 23:50", 8, "19 00:00", id="tomorrow comes first"),
        pytest.param(
            "18 12:00", "20:00-23:00；23:00-08:00", [NORMAL], None, 0, "18 12:00", id="two, outside"
        ),
        pytest.param("18 21:00", "20:00-23:00；23:00-08:00", [LOW], None, 0, "19 08:00", id="two, in a row"),
    ],
)
def test_when_it_may_be_said(
    now: str, quiet: str, waiting: list[Urgency], last: str | None, said: int, expected: str
) -> None:
    chosen = Talking.model_validate({"quiet": parse_weekly(quiet) if quiet else NONE})
    assert may_be_said(at(now), chosen, waiting, at(last) if last else None, said) == at(expected)


def test_without_a_limit_nothing_waits_for_tomorrow() -> None:
    assert may_be_said(at("18 12:00"), Talking(quiet=NONE, talks=0), [LOW], None, 99) == at("18 12:00")


@pytest.mark.parametrize(
    ("notices", "fit"),
    [
        (["一"] * 3, 3),
        (["一"] * 12, MOST_NOTICES),
        (["长" * 800] * 3, 1),
        (["长" * 9000], 1),
        (["@"] * 12, 5),
    ],
)
def test_what_one_message_holds(notices: list[str], fit: int) -> None:
    mention = [{"type": "at", "data": {"qq": "10001"}}] * 4
    found = [mention if text == "@" else [{"type": "text", "data": {"text": text}}] for text in notices]
    assert in_one(found) == fit


async def test_a_day_and_a_night(stage: HostStage) -> None:
    """Joined within ten minutes, held through the night, the urgent never; what was held survives a restart."""
    player = await stage.play("""
开：试探
小王：/试宣 平 甲 一
里正：告：一
【过 2 分钟】
小王：/试宣 平 乙 二
小王：/试宣 闲 丙 三
小王：/试宣 急 丁 急
里正：告：急
【过 8 分钟】
里正：告：二
  告：三
【到 23:30】
小王：/试宣 平 甲 四
小王：/试宣 平 乙 五
【重启】
小王：/试宣 平 甲 四改
小王：/试宣 急 丁 又急
里正：告：又急
【到 明天 08:00】
里正：告：五
  告：四改
管理员：/设置 控制 每天主动发言 3
里正：「控制」的每天主动发言改成了：3。…
【过 1 小时】
小王：/试宣 平 甲 六
里正：告：六
【过 1 小时】
小王：/试宣 急 丁 七
里正：告：七
【过 1 小时】
小王：/试宣 闲 甲 八
【过 2 小时】
小王：/试宣 平 乙 九
里正：告：八
  告：九
【过 1 小时】
小王：/试宣 闲 甲 十
【到 明天 08:00】
里正：告：十
""")
    assert await Gathered.filter(batch=None).count() == 0
    assert await Slot.filter(feature="announcements").count() == 1
    await player.play("""
管理员：/设置 控制 安静时段 每天 07:00-12:00
里正：「控制」的安静时段改成了：每天 07:00-12:00。…
【过 1 小时】
小王：/试宣 平 甲 十一
小王：/试宣 平 乙 十二
管理员：/设置 控制 安静时段 无
里正：「控制」的安静时段改成了：（空）。…
里正：告：十一
  告：十二
【过 5 分钟】
小王：/试宣 平 甲 十三
""")
    group = stage.host.groups[int(player.group.group_id)]
    await stage.host.switch(group, "probe", on=False)
    await player.play("【过 5 分钟】")
    await stage.host.switch(group, "probe", on=True)
    await player.play("""
【过 1 天】
管理员：/设置 控制
里正：「控制」的设置：
  记录条数：6
  安静时段：（空）
  每天主动发言：3
  说明：/设置 控制 记录条数
  修改：/设置 控制 记录条数 值
""")


async def test_one_cause_announces_once_and_with_its_transaction(stage: HostStage) -> None:
    """A job that runs again after a crash says nothing twice, waiting or said; what fails says nothing."""
    player = await stage.play("开：试探\n")
    host = stage.host
    group = host.groups[int(player.group.group_id)]
    ctx = GroupContext(host, group, host.features["probe"], source="slot:9:9")
    for again in (ctx, ctx.under(ctx.source)):
        await again.announce("甲", "一")
        await again.announce("乙", "急", Urgency.HIGH)
        await stage.pass_time(timedelta(hours=1))
        await stage.settle()

    @atomic
    async def failing() -> None:
        await ctx.announce("丙", "白说")
        await ctx.announce("丁", "白急", Urgency.HIGH)
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        await failing()
    await ctx.announce("戊", "先说这个")
    await ctx.announce("己", "赶得上", until=ctx.now + timedelta(minutes=30))
    await stage.settle()
    await ctx.announce("庚", "赶不上", until=ctx.now + timedelta(minutes=5))
    with pytest.raises(ValueError, match="no end"):
        await ctx.announce("丙", "说完了吗", then="ended")
    await stage.pass_time(timedelta(hours=1))
    await stage.settle()
    said = [
        call.params["message"][0]["data"]["text"] for call in stage.world.api_log if "message" in call.params
    ]
    assert sorted(said) == ["一", "先说这个\n赶得上", "急"]
    assert quiet_until(ctx, at("18 23:10")) == at("19 08:00")
    assert quiet_until(ctx, at("18 12:10")) is None
