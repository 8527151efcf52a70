"""When timers are due, which groups are meant, and how far apart they are sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lizheng.grammar import Misread
from plugins.broadcast.rules import (
    APART,
    CLOSE,
    Past,
    Place,
    When,
    choose,
    next_times,
    offsets,
    parse_when,
    say_lasts,
    say_when,
    split_marks,
    split_when,
    turn,
)

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 18, 12, tzinfo=ZONE)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "said", "times"),
    [
        ("明天9点", "明天 09:00", ["11-19 09:00"]),
        ("明天 晚上8点半", "明天 20:30", ["11-19 20:30"]),
        ("2026-12-31 23:50", "12 月 31 日 23:50", ["12-31 23:50"]),
        ("12-31 8:00", "12 月 31 日 08:00", ["12-31 08:00"]),
        ("13:00", "今天 13:00", ["11-18 13:00"]),
        ("11:00", "明天 11:00", ["11-19 11:00"]),
        ("周五 20:00", "11 月 20 日 20:00", ["11-20 20:00"]),
        ("20分钟后", "今天 12:20", ["11-18 12:20"]),
        ("每天 08:00", "每天 08:00", ["11-19 08:00", "11-20 08:00", "11-21 08:00"]),
        ("每天２３：５９", "每天 23:59", ["11-18 23:59", "11-19 23:59", "11-20 23:59"]),
        ("每周三 20:00", "每周三 20:00", ["11-18 20:00", "11-25 20:00", "12-02 20:00"]),
        ("每周三12点", "每周三 12:00", ["11-25 12:00", "12-02 12:00", "12-09 12:00"]),
        ("每周一、周五 9:00", "每周一、五 09:00", ["11-20 09:00", "11-23 09:00", "11-27 09:00"]),
        ("工作日 09:00", "工作日 09:00", ["11-19 09:00", "11-20 09:00", "11-23 09:00"]),
        ("周末 10:00", "周末 10:00", ["11-21 10:00", "11-22 10:00", "11-28 10:00"]),
        ("每月1号 10:00", "每月 1 号 10:00", ["12-01 10:00", "01-01 10:00", "02-01 10:00"]),
        ("每月31号 10:00", "每月 31 号 10:00", ["11-30 10:00", "12-31 10:00", "01-31 10:00"]),
        ("每月最后一天 10:00", "每月 31 号 10:00", ["11-30 10:00", "12-31 10:00", "01-31 10:00"]),
        ("每个月三十号晚上9点", "每月 30 号 21:00", ["11-30 21:00", "12-30 21:00", "01-30 21:00"]),
    ],
)
def test_a_time_is_read_and_said(text: str, said: str, times: list[str]) -> None:
    when = parse_when(text, NOON)
    assert say_when(when, NOON) == said
    assert [f"{at:%m-%d %H:%M}" for at in next_times(when, NOON)] == times
    assert When.of(when.kept) == when


@pytest.mark.parametrize(
    "text", ["", "晚饭后", "每天", "每月32号 10:00", "每月0号 10:00", "每周八 9:00", "每天 25:00"]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(Misread):
        parse_when(text, NOON)


@pytest.mark.parametrize("text", ["今天 11:00", "2026-11-17 23:00", "2020-01-01 08:00"])
def test_what_is_over(text: str) -> None:
    with pytest.raises(Past):
        parse_when(text, NOON)


def test_february_has_the_31st_on_its_last_day() -> None:
    when = parse_when("每月31号 10:00", NOON)
    february = next_times(when, datetime(2027, 2, 1, tzinfo=ZONE), 1)
    assert [f"{at:%Y-%m-%d}" for at in february] == ["2027-02-28"]
    assert when.is_cut
    assert not parse_when("每月28号 10:00", NOON).is_cut


@pytest.mark.parametrize(
    ("text", "said", "rest"),
    [
        ("每周三 20:00 夜话会开始", "每周三 20:00", "夜话会开始"),
        ("明天9点 8点的会改到 10:00", "明天 09:00", "8点的会改到 10:00"),
        ("每天 08:00\n早\n安", "每天 08:00", "早\n安"),
        ("20:00", "今天 20:00", ""),
    ],
)
def test_the_time_comes_first(text: str, said: str, rest: str) -> None:
    when, left = split_when(text, NOON)
    assert (say_when(when, NOON), left) == (said, rest)


@given(day=st.integers(1, 31), minute=st.integers(0, 1439), start=st.integers(0, 40_000))
@settings(max_examples=25)
def test_every_month_has_one(day: int, minute: int, start: int) -> None:
    """Twelve months, twelve times, in order, each on the day or the last."""
    at = NOON + timedelta(hours=start)
    times = next_times(When(minute, day=day), at, 12)
    assert all(one > before for one, before in zip(times, [at, *times], strict=False))
    months = [one.year * 12 + one.month for one in times]
    assert months == list(range(months[0], months[0] + 12))
    assert all(one.day == day or (one + timedelta(days=1)).day == 1 for one in times)


def test_one_of_three_is_said_and_two_are_missed() -> None:
    daily, due = parse_when("每天 11:50", NOON), datetime(2026, 11, 16, 11, 50, tzinfo=ZONE)
    late = timedelta(minutes=30)
    found = turn(daily, due, NOON, late, False, lambda at: at)
    assert (found.say, found.missed, found.following) == (True, 2, NOON.replace(day=19, hour=11, minute=50))
    found = turn(daily, due, NOON.replace(hour=15), late, False, lambda at: at)
    assert (found.say, found.missed) == (False, 3)
    found = turn(daily, due, NOON.replace(hour=15), late, True, lambda at: at)
    assert (found.say, found.missed) == (True, 2)


def test_quiet_hours_are_no_lateness() -> None:
    daily, due = parse_when("每天 03:00", NOON), NOON.replace(hour=3)
    found = turn(
        daily, due, NOON.replace(hour=8), timedelta(minutes=30), False, lambda at: at.replace(hour=8)
    )
    assert (found.say, found.missed) == (True, 0)


@pytest.mark.parametrize(
    ("text", "content", "marks"),
    [
        ("今晚八点抽奖", "今晚八点抽奖", {}),
        ("今晚抽奖 到 类:地方群、闲聊", "今晚抽奖", {"to": "类:地方群、闲聊"}),
        ("抽奖 到 一群 除 二群 于 明天 9:00", "抽奖", {"to": "一群", "without": "二群", "at": "明天 9:00"}),
        ("我 到 家了 到 一群", "我 到 家了", {"to": "一群"}),
        ("到 一群", "", {"to": "一群"}),
        ("从上海到北京", "从上海到北京", {}),
        ("到点了 到", "到点了 到", {}),
        ("第一行\n第二行\n到 一群", "第一行\n第二行", {"to": "一群"}),
    ],
)
def test_marks_stand_at_the_end(text: str, content: str, marks: dict[str, str]) -> None:
    assert split_marks(text) == (content, marks)


PLACES = [
    Place(700001, "江浙电商互助群", frozenset({"地方群"})),
    Place(700002, "上海电商群", frozenset({"地方群", "大群"})),
    Place(700003, "闲聊"),
]


@pytest.mark.parametrize(
    ("written", "chosen"),
    [
        ("700001", {700001}),
        ("闲聊", {700003}),
        ("江浙", {700001}),
        ("类:地方群", {700001, 700002}),
        ("大群", {700002}),
        ("标签：大群、闲聊", {700002, 700003}),
        ("本群 江浙", {700003, 700001}),
        ("全部", {700001, 700002, 700003}),
    ],
)
def test_groups_are_chosen(written: str, chosen: set[int]) -> None:
    assert choose(written, PLACES, 700003) == chosen


@pytest.mark.parametrize("written", ["北京", "电商", "700009", "类:没有"])
def test_a_choice_that_matches_none_or_several(written: str) -> None:
    with pytest.raises(Misread):
        choose(written, PLACES, 700003)


@given(count=st.integers(0, 400), seed=st.integers(0, 99))
@settings(max_examples=25)
def test_groups_are_sent_to_one_after_the_other(count: int, seed: int) -> None:
    found = offsets(count, Random(seed))
    low, high = CLOSE if count <= 10 else APART
    pauses = [(b - a).total_seconds() for a, b in pairwise(found)]
    assert len(found) == count
    assert all(low - 0.001 <= pause <= high + 0.001 for pause in pauses)


def test_how_long_it_takes_is_said() -> None:
    assert say_lasts(3) == "一分钟以内"
    assert say_lasts(48) == "约 10 分钟"
