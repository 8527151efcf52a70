"""The week as a picture: what of each day is open, and when the picture is there."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from lizheng.drawing import WIDTH
from lizheng.grammar import WeeklySpans, parse_weekly
from lizheng.sandbox.stage import HostStage
from plugins.ad_window import picture
from plugins.ad_window.rules import Calendar
from plugins.ad_window.week import Bar, week
from tests.support.drawing_reader import pictures_in, said_last, size_of, written

SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
WEDNESDAY = date(2026, 11, 18)
CROWDED = "；".join(f"每天 {hour:02d}:00-{hour:02d}:30" for hour in range(20))


def bars(spans: str, *days_off: date, today: date = WEDNESDAY, zone: ZoneInfo = SHANGHAI) -> list[list[Bar]]:
    read = parse_weekly(spans) if spans else WeeklySpans(())
    return [list(row.bars) for row in week(Calendar(read, zone, frozenset(days_off)), today)]


@pytest.mark.parametrize(
    ("spans", "open_days"),
    [
        ("", {}),
        ("每周五 18:00-20:00", {2: [Bar(1080, 1200)]}),
        ("每周三 11:00-13:00", {0: [Bar(660, 780)]}),
        ("每周二 22:00-24:00", {6: [Bar(1320, 1440)]}),
        ("每周五 22:00-次日 02:00", {2: [Bar(1320, 1440)], 3: [Bar(0, 120, goes_on=True)]}),
        ("每周二 22:00-次日 02:00", {0: [Bar(0, 120, goes_on=True)], 6: [Bar(1320, 1440)]}),
        ("每周六 20:00-21:00；每周六 9:00-10:00", {3: [Bar(540, 600), Bar(1200, 1260)]}),
        ("周末 0:00-24:00", {3: [Bar(0, 1440)], 4: [Bar(0, 1440)]}),
    ],
)
def test_spans_become_bars_of_the_seven_days_from_today(spans: str, open_days: dict[int, list[Bar]]) -> None:
    assert bars(spans) == [open_days.get(day, []) for day in range(7)]


def test_what_begins_on_a_day_off_does_not_open_after_midnight_either() -> None:
    found = bars("每天 22:00-次日 02:00", date(2026, 11, 19))
    assert found[1] == [Bar(0, 120, goes_on=True), Bar(1320, 1440, off=True)]
    assert found[2] == [Bar(0, 120, goes_on=True, off=True), Bar(1320, 1440)]


def test_the_night_the_clock_is_set_back_is_drawn_by_the_wall_clock() -> None:
    found = bars("每周六 22:00-次日 03:00", today=date(2026, 10, 24), zone=LONDON)
    assert found[:2] == [[Bar(1320, 1440)], [Bar(0, 180, goes_on=True)]]


@pytest.mark.parametrize("spans", ["每天 22:00-次日 02:00；每天 12:00-12:30", "每天 0:00-24:00", CROWDED])
def test_no_words_lie_on_another_bar_or_outside(spans: str) -> None:
    for row in week(Calendar(parse_weekly(spans), SHANGHAI, frozenset([date(2026, 11, 19)])), WEDNESDAY):
        edge = float(picture.LEFT)
        for x, words, inside in picture.labels(row.bars):
            end = x + picture.width_of(words, picture.LABEL.size)
            assert edge <= x
            assert end <= picture.RIGHT
            if not inside:
                assert all(end <= picture.across(b.start) or x >= picture.across(b.end) for b in row.bars)
            edge = end


def test_it_says_the_present_and_names_the_days() -> None:
    calendar = Calendar(parse_weekly("每周五 18:00-20:00"), SHANGHAI, frozenset([date(2026, 11, 20)]))
    now = datetime(2026, 11, 18, 12, 0, tzinfo=SHANGHAI)
    said = written(picture.as_sheet(calendar, now, "现在不是广告时段。"))
    assert {"现在不是广告时段。", "现在 12:00", "今天", "周四", "11-24", "18:00-20:00 停用"} <= set(said)
    assert "周三" not in said


@pytest.mark.usefixtures("pictures")
async def test_it_stands_below_the_words_at_most_once_a_minute(stage: HostStage) -> None:
    player = await stage.play("""
开：广告时段
设：广告时段 时段 每周五 18:00-20:00
小王：/广告时段
里正：广告时段：每周五 18:00-20:00
  现在不是广告时段；时段里每人可以发 1 条。
  下一次：11 月 20 日（周五）18:00-20:00[图片]
""")
    (drawn,) = pictures_in(said_last(stage))
    assert size_of(drawn)[0] == WIDTH
    assert len(drawn) < 80_000
    await player.play("""
小李：/广告时段
里正：广告时段：每周五 18:00-20:00
  现在不是广告时段；时段里每人可以发 1 条。
  下一次：11 月 20 日（周五）18:00-20:00
【过 61 秒】
小李：/广告时段
里正：…[图片]
设：广告时段 图片 关
【过 61 秒】
小李：/广告时段
里正：广告时段：每周五 18:00-20:00
  现在不是广告时段；时段里每人可以发 1 条。
  下一次：11 月 20 日（周五）18:00-20:00
""")
