"""Every number of the report, by its definition."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.stats import rules
from plugins.stats.rules import FALLING, GROWING, SILENT, STARTING, STEADY, Newcomer

DAY = date(2026, 11, 16)  # a Monday


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def test_who_is_active() -> None:
    assert rules.active({1: 3, 2: 0, 9: 5}, {3, 8}, {1, 2, 3, 4}) == {1, 3}


def test_who_is_silent_is_in_one_span_only() -> None:
    present = {
        1: after(-31),
        2: after(-30),
        3: None,
        4: after(-200),
        5: after(-200),
        6: after(-99),
        7: after(-99),
    }
    last = {4: after(-95), 5: after(-60), 6: after(-59), 7: after(-3)}
    assert rules.silent(present, last, DAY) == {0: [1], 30: [6], 60: [5], 90: [4]}


def test_cohorts_want_people_who_are_still_here_and_take_part() -> None:
    people = [
        Newcomer(1, after(0), first_words=after(1), took_part=frozenset({after(1), after(8), after(30)})),
        Newcomer(2, after(6), first_words=after(14), took_part=frozenset({after(14)})),
        Newcomer(3, after(2), gone=after(9), took_part=frozenset({after(3), after(8)})),
        Newcomer(4, after(2)),
        Newcomer(5, after(7), took_part=frozenset({after(8)})),
    ]
    found = rules.cohort(DAY, people, after(60))
    assert (found.size, found.spoke, found.weeks) == (4, 1, (2, 1, 1, 1))


def test_a_raid_that_was_removed_within_a_day_is_no_cohort() -> None:
    raid = [Newcomer(n, after(0), gone=after(n % 2), removed=True) for n in range(200)]
    others = [
        Newcomer(900, after(1)),
        Newcomer(901, after(0), gone=after(0)),
        Newcomer(902, after(0), gone=after(3), removed=True),
    ]
    assert rules.cohort(DAY, raid + others, after(60)).size == 3


def test_weeks_that_are_not_over_or_were_not_seen_are_open() -> None:
    one = [Newcomer(1, DAY, took_part=frozenset({DAY}))]
    assert rules.cohort(DAY, one, after(6)).weeks == (None, None, None, None)
    assert rules.cohort(DAY, one, after(14)).weeks == (1, 0, None, None)
    unseen = [after(n) for n in range(7, 11)]
    assert rules.cohort(DAY, one, after(60), unseen).weeks == (1, None, 0, 0)


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([], (None, 0)),
        ([(20, 5, 10), (20, 5, 10)], (None, 2)),
        ([(20, 5, 10), (20, 2, 10), (20, 9, 10)], (0.5, 3)),
        ([(9, 9, 9), (20, 5, 0), (20, 2, 10), (20, 4, 10), (20, 6, 10)], (0.4, 3)),
        ([(20, 0, 10)] * 8 + [(20, 10, 10)] * 8, (1.0, 8)),
        ([(50, 30, 10)] * 3, (1.0, 3)),
    ],
)
def test_stickiness_is_the_median_of_the_last_eight_calls(calls: list, expected: tuple) -> None:
    assert rules.stickiness(calls) == expected


def test_a_one_person_show() -> None:
    assert rules.one_person_show({1: 10, 2: 4, 3: 3, 4: 2, 5: 1}) == (0.5, 0.85)
    assert rules.one_person_show({1: 10, 2: 4, 3: 3, 4: 2}) is None, "fewer than five would be named"
    assert rules.one_person_show({}) is None


@pytest.mark.parametrize(
    ("before", "now", "arrow"),
    [(0, 0, ""), (10, 12, ""), (10, 19, ""), (10, 22, "↑"), (100, 131, "↑"), (100, 120, ""), (40, 10, "↓")],
)
def test_an_arrow_wants_more_than_noise(before: int, now: int, arrow: str) -> None:
    assert rules.changed(before, now) == arrow


@pytest.mark.parametrize(
    ("weeks", "before", "expected"),
    [
        ([9, 9, 9, 9], "", STARTING),
        ([9, 9, 9, 9, 9], "", STEADY),
        ([5, 6, 8, 11, 15], "", GROWING),
        ([20, 20, 20, 20, 18, 15, 13, 11], "", FALLING),
        ([20, 20, 20, 20, 18, 17, 16, 15], "", STEADY),
        ([20] * 6 + [13, 14, 15, 16], FALLING, FALLING),
        ([20] * 6 + [13, 14, 15, 18], FALLING, STEADY),
        ([9, 2, 1, 0, 2], "", SILENT),
        ([9, 2, 1, 0, 3], SILENT, SILENT),
        ([9, 2, 1, 4, 3], SILENT, STEADY),
        ([8, 9, 10, 12, 11], GROWING, GROWING),
    ],
)
def test_stages_are_left_more_slowly_than_entered(weeks: list[int], before: str, expected: str) -> None:
    assert rules.stage(weeks, before) == expected


@given(st.lists(st.integers(0, 2000), max_size=30), st.sampled_from(["", GROWING, FALLING, SILENT, STEADY]))
@settings(max_examples=25, deadline=None)
def test_every_history_has_a_stage_that_stays_when_told_again(weeks: list[int], before: str) -> None:
    found = rules.stage(weeks, before)
    assert rules.stage(weeks, found) == found


def test_who_gave_and_what_fell() -> None:
    assert rules.givers({1: 6, 2: 2, 3: 2}, {2: "群主", 3: "里正"}) == [
        ("成员", 0.6),
        ("群主", 0.2),
        ("里正", 0.2),
    ]
    assert rules.givers({}, {}) == []
    assert rules.fell_most({"活动": 1, "信息": 5}, {"活动": 4, "信息": 6}) == "活动"
    assert rules.fell_most({}, {}) == "福利"
    assert rules.fell_most({"福利": 1}, {}) == "信息"
    assert set(rules.NEXT) == set(rules.DIMENSIONS)


@pytest.mark.parametrize(
    ("days", "told", "due"),
    [(35, False, False), (36, False, True), (36, True, False), (43, False, True), (44, False, False)],
)
def test_the_check_up_comes_once(days: int, told: bool, due: bool) -> None:
    assert rules.is_check_up_day(DAY, after(days), told) is due


def test_every_number_is_defined_once() -> None:
    names = [name for name, _ in rules.DEFINITIONS]
    assert len(names) == len(set(names))
    assert {
        "活跃率",
        "首言",
        "留存",
        "沉默",
        "潜水",
        "粘性",
        "认识率",
        "独角戏",
        "推送比",
        "没人接",
        "阶段",
    } <= set(names)
