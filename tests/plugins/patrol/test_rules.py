"""Who is worth a look, by facts alone."""

import time as clock
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lizheng.grammar import Misread, next_weekly
from plugins.patrol import rules
from plugins.patrol.rules import Bars, Facts, Found

BARS = Bars(level=10)
AD = {"nickname": 1.0, "here": 40}


@pytest.mark.parametrize(
    ("facts", "points", "reasons"),
    [
        (Facts(1), 0, ()),
        (Facts(1, nickname=1.0), 59, ("名片像群发广告的",)),
        (Facts(1, nickname=0.2), 0, ()),
        (Facts(1, **AD, never=True), 90, ("名片像群发广告的", "进群 40 天没说过话")),
        (Facts(1, here=40, never=True), 30, ("进群 40 天没说过话",)),
        (Facts(1, here=29, never=True), 0, ()),
        (Facts(1, here=13, never=True, silent=300), 0, ()),
        (Facts(1, here=400, never=False, silent=90), 20, ("90 天没说话",)),
        (Facts(1, here=400, never=None, silent=None), 0, ()),
        (Facts(1, here=None, never=True), 0, ()),
        (Facts(1, level=9), 15, ("群等级 9",)),
        (Facts(1, level=None), 0, ()),
        (Facts(1, nickname=0.5, here=1, burst=True), 60, ("名片像群发广告的", "和名片相像的人一起进的群")),
        (Facts(1, **AD, never=True, deed=True), 40, ("名片像群发广告的", "进群 40 天没说过话")),
        (
            Facts(1, **AD, never=True, known=True, replied=True),
            40,
            ("名片像群发广告的", "进群 40 天没说过话"),
        ),
        (Facts(1, **AD, never=True, tier=2), 60, ("名片像群发广告的", "进群 40 天没说过话")),
        (Facts(1, marks=(("有举报", 0.2), ("黑名单", 1.0))), 60, ()),
    ],
)
def test_judge(facts, points, reasons) -> None:
    found = rules.judge(facts, BARS)
    assert (found.points, found.reasons) == (points, reasons)


def test_marks_alone_may_be_severe_and_a_nickname_never_clears() -> None:
    assert rules.judge(Facts(1, marks=(("甲", 0.4), ("乙", 0.3))), BARS).severe
    assert not rules.judge(Facts(1, marks=(("甲", 0.9),)), BARS).severe
    assert not rules.judge(Facts(1, nickname=1.0), BARS).is_clearable
    assert rules.judge(Facts(1, **AD, never=True), Bars(nicknames=False)).points == 30


facts = st.builds(
    Facts,
    st.just(1),
    nickname=st.floats(0, 1),
    here=st.none() | st.integers(0, 500),
    silent=st.none() | st.integers(0, 500),
    never=st.none() | st.booleans(),
    level=st.none() | st.integers(0, 100),
    burst=st.booleans(),
)


@given(facts)
@settings(max_examples=60)
def test_what_speaks_for_somebody_never_makes_it_worse(given_facts) -> None:
    bare = rules.judge(given_facts, BARS)
    assert 0 <= bare.score <= 1
    for better in ({"deed": True}, {"known": True}, {"replied": True}, {"tier": 1}):
        assert rules.judge(Facts(**{**given_facts.__dict__, **better}), BARS).score <= bare.score


def test_alike_and_together() -> None:
    people = [(1, 1000, 0.9), (2, 1500, 0.4), (3, 1500, 0.0), (4, 9000, 0.9), (5, 0, 0.9), (6, 0, 0.9)]
    assert rules.bursts(people) == {1, 2}


def test_what_is_listed() -> None:
    found = [Found(1, 0.2, kinds=frozenset({"沉默"})), Found(2, 0.9), Found(3, 0.3)]
    assert [one.user_id for one in rules.listed(found)] == [2, 3]
    assert [one.user_id for one in rules.listed(found, "沉默")] == [1]
    assert not rules.is_doubtful(2, 4)
    assert rules.is_doubtful(31, 100)


@pytest.mark.parametrize(
    ("given_values", "said"),
    [
        ({"clearable": False, "severe": True, "reminded": None}, "分不够"),
        ({"clearable": True, "severe": True, "reminded": None}, ""),
        ({"clearable": True, "severe": False, "reminded": None}, "还没提醒过"),
        ({"clearable": True, "severe": False, "reminded": timedelta(days=6, hours=1)}, "再过 1 天"),
        ({"clearable": True, "severe": False, "reminded": timedelta(days=7)}, ""),
    ],
)
def test_why_not(given_values, said) -> None:
    why = rules.why_not(3, **given_values, remind_first=True)
    assert said in why
    assert bool(said) == bool(why)
    assert rules.why_not(3, clearable=True, severe=False, reminded=None, remind_first=False) == ""


def test_for_how_long_was_counted() -> None:
    assert rules.covered_days({}, 90) == 0
    assert rules.covered_days({1: 1.0, 2: 0.9, 3: 0.4, 4: 1.0}, 90) == 2
    assert rules.covered_days(dict.fromkeys(range(1, 91), 1.0), 90) == 90


def test_weekly() -> None:
    assert rules.parse_weekly("每周一 21:00") == (0, time(21))
    assert rules.parse_weekly("周天9点") == (6, time(9))
    with pytest.raises(Misread):
        rules.parse_weekly("每天 9:00")
    wednesday = datetime(2026, 11, 18, 12, tzinfo=UTC)
    assert next_weekly(wednesday, 0, time(21)) == datetime(2026, 11, 23, 21, tzinfo=UTC)
    assert next_weekly(wednesday, 2, time(12)) == datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_result() -> None:
    states = [
        ("done", ""),
        ("spoke", ""),
        ("not_done", "他"),
        ("unknown", ""),
        ("acting", ""),
        ("waiting", ""),
    ]
    assert rules.summed(states) == rules.Result(1, 1, ("他",), 2, 1)


def test_two_thousand_members_cost_little() -> None:
    start = clock.process_time()
    found = [rules.judge(Facts(n, nickname=n % 10 / 10, here=n, never=n % 3 == 0), BARS) for n in range(2000)]
    rules.listed(found)
    assert clock.process_time() - start < 1
