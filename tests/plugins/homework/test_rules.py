"""作业's rules: deadlines, the ring of reviews, and how a cycle ends."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.homework import rules
from plugins.homework.rules import Doing, Given, Outcome

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 18, 12, tzinfo=ZONE)
"""A Wednesday."""
PEOPLE = st.sets(st.integers(1, 500), max_size=60)


# — time ———————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("days", "weekday", "minute", "expected"),
    [
        (7, None, 1440, "2026-11-26 00:00"),
        (1, None, 1440, "2026-11-20 00:00"),
        (1, None, 1320, "2026-11-19 22:00"),
        (7, 6, 1440, "2026-11-23 00:00"),
        (7, 2, 1440, "2026-11-26 00:00"),
        (7, 2, 1320, "2026-11-25 22:00"),
        (7, 3, 600, "2026-11-26 10:00"),
        (7, 4, 600, "2026-11-20 10:00"),
    ],
)
def test_the_first_deadline(days: int, weekday: int | None, minute: int, expected: str) -> None:
    due = rules.first_due(NOON, days, weekday, minute, ZONE)
    assert f"{due:%Y-%m-%d %H:%M}" == expected


def test_cycles_that_nobody_could_keep_are_left_out() -> None:
    week = timedelta(days=7)
    assert rules.next_due(NOON, 7, NOON) == NOON + week
    assert rules.next_due(NOON, 7, NOON + timedelta(days=16)) == NOON + 3 * week


@pytest.mark.parametrize(
    ("away", "ends_after", "moved"),
    [
        (timedelta(minutes=5), timedelta(days=2), 0),
        (timedelta(minutes=5), timedelta(minutes=2), 1),
        (timedelta(hours=2), timedelta(days=2), 1),
        (timedelta(days=2, hours=1), timedelta(days=9), 3),
    ],
)
def test_deadlines_move_by_whole_days(away: timedelta, ends_after: timedelta, moved: int) -> None:
    assert rules.moved_by(NOON, NOON + away, [NOON + ends_after]) == timedelta(days=moved)


@pytest.mark.parametrize(("days", "counts"), [(0, True), (3, True), (4, False), (7, False)])
def test_joining_after_half_is_for_the_next(days: int, counts: bool) -> None:
    assert rules.counts_now(NOON, NOON + timedelta(days=7), NOON + timedelta(days=days)) is counts


# — pieces —————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://blog.example.com/p/1", "看 http://www.blog.example.com/p/1/?utm_source=qq#top", True),
        ("https://blog.example.com/p?id=1", "https://blog.example.com/p?id=2", False),
        ("今天 早起，跑步。", "今天早起跑步", True),
        ("今天早起", "今天晚起", False),
    ],
)
def test_the_same_piece_again(one: str, other: str, same: bool) -> None:
    assert (rules.digest(one) == rules.digest(other)) is same


@pytest.mark.parametrize(("seconds", "burst"), [((0, 20, 59), True), ((0, 40, 80), False), ((0, 1), False)])
def test_reviews_in_a_burst(seconds: tuple[int, ...], burst: bool) -> None:
    assert rules.in_a_burst([NOON + timedelta(seconds=second) for second in seconds]) is burst


# — who reviews whom ———————————————————————————————————————————————————————————————————————


@settings(max_examples=60, deadline=None)
@given(PEOPLE, st.integers(0, 5), st.text(max_size=5))
def test_everybody_gives_and_gets_as_many(people: set[int], each: int, seed: str) -> None:
    dealt = rules.deal(people, each, seed)
    assert set(dealt) == people
    owed = max(0, min(each, len(people) - 1))
    assert all(len(set(whom)) == len(whom) == owed and user not in whom for user, whom in dealt.items())
    got = Counter(author for whom in dealt.values() for author in whom)
    assert all(got[author] == owed for author in people)
    assert rules.deal(people, each, seed) == dealt


@settings(max_examples=20, deadline=None)
@given(st.sets(st.integers(1, 500), min_size=12, max_size=30), st.integers(1, 2))
def test_pairs_of_the_last_cycles_are_avoided(people: set[int], each: int) -> None:
    history: list[set[rules.Pair]] = []
    for cycle in range(3):
        recent = {pair for pairs in history[-2:] for pair in pairs}
        dealt = rules.deal(people, each, str(cycle), recent)
        pairs = {(user, author) for user, whom in dealt.items() for author in whom}
        # A ring at random repeats about 2·each² of them.
        assert len(pairs & recent) <= each
        history.append(pairs)


def test_one_and_two_authors() -> None:
    assert rules.deal([1], 2, "s") == {1: []}
    assert rules.deal([1, 2], 2, "s") == {1: [2], 2: [1]}
    assert rules.deal([], 2, "s") == {}


def test_those_who_always_review_each_other_are_parted() -> None:
    always = [{(1, 2), (2, 1), (3, 4)}] * 3
    assert rules.mutual_always(always) == {(1, 2), (2, 1)}
    assert rules.mutual_always(always[:2]) == set()
    dealt = rules.deal([1, 2, 3, 4, 5], 1, "s", never=rules.mutual_always(always))
    assert 2 not in dealt[1]
    assert 1 not in dealt[2]


def test_who_withdrew_is_reviewed_by_nobody_and_their_reviewers_get_another() -> None:
    duties = [(1, 2), (2, 3), (3, 4), (4, 1)]
    assert rules.deal_again(2, duties, [1, 2, 3, 4]) == [(1, 3)]
    assert rules.deal_again(2, [(1, 2), (2, 1)], [1, 2]) == []


@pytest.mark.parametrize(
    ("given", "duties", "owed", "expected"),
    [
        ([], {1}, 1, 0),
        ([Given(1, False)], {1}, 1, 1),
        ([Given(9, False)], {1}, 1, 0),
        ([Given(9, True)], {1}, 1, 1),
        ([Given(8, False), Given(9, False)], {1, 2}, 2, 1),
        ([Given(1, False), Given(9, False)], {1, 2}, 2, 2),
        ([Given(1, False), Given(2, False), Given(9, False)], {1, 2}, 2, 2),
    ],
)
def test_what_reviews_count(given: list[Given], duties: set[int], owed: int, expected: int) -> None:
    assert rules.credit(given, duties, owed) == expected


# — judging ————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("doing", "expected"),
    [
        (Doing(1), Outcome.MISSED),
        (Doing(1, excused=True), Outcome.EXCUSED),
        (Doing(1, left=True), Outcome.LEFT),
        (Doing(1, NOON, owed=2, credit=2), Outcome.DONE),
        (Doing(1, NOON, owed=2, credit=1), Outcome.NO_REVIEW),
        (Doing(1, NOON, owed=2, credit=1, excused=True), Outcome.DONE),
        (Doing(1, NOON, owed=2, left=True), Outcome.DONE),
        (Doing(1, NOON + timedelta(seconds=5)), Outcome.DONE),
        (Doing(1, NOON + timedelta(seconds=6)), Outcome.LATE),
        (Doing(1, NOON + timedelta(minutes=10)), Outcome.LATE),
        (Doing(1, NOON + timedelta(minutes=11), owed=2), Outcome.MISSED),
    ],
)
def test_how_a_member_ends(doing: Doing, expected: Outcome) -> None:
    assert rules.judge(doing, NOON, timedelta(minutes=10)) is expected


@settings(max_examples=100, deadline=None)
@given(
    st.builds(
        Doing,
        st.integers(1, 9),
        st.none() | st.integers(-90, 90).map(lambda minutes: NOON + timedelta(minutes=minutes)),
        st.booleans(),
        st.booleans(),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    st.integers(0, 60).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_nobody_owes_both_and_nobody_owes_for_what_they_did(doing: Doing, buffer: timedelta) -> None:
    outcome = rules.judge(doing, NOON, buffer)
    in_time = doing.piece_at is not None and doing.piece_at <= NOON + max(buffer, rules.GRACE)
    if in_time:
        assert outcome is not Outcome.MISSED
    if not in_time or doing.credit >= doing.owed:
        assert outcome is not Outcome.NO_REVIEW
    if doing.excused or doing.left:
        assert outcome not in rules.OWES


@pytest.mark.parametrize(
    ("missed", "others", "expected"),
    [(14, 4, True), (3, 2, False), (7, 3, True), (6, 4, False), (2, 0, False), (3, 0, True)],
)
def test_too_many_missing(missed: int, others: int, expected: bool) -> None:
    outcomes = dict.fromkeys(range(missed), Outcome.MISSED)
    outcomes |= dict.fromkeys(range(100, 100 + others), Outcome.DONE)
    outcomes |= dict.fromkeys(range(200, 220), Outcome.EXCUSED)
    assert rules.too_many_missing(outcomes) is expected


M, N, D, E = Outcome.MISSED, Outcome.NO_REVIEW, Outcome.DONE, Outcome.EXCUSED


@pytest.mark.parametrize(
    ("history", "extra", "times", "how", "expected"),
    [
        ([M, D, N, D, M], 0, 3, "累计", True),
        ([M, D, N, D, D], 0, 3, "累计", False),
        ([M, D, N], 1, 3, "累计", True),
        ([M, D, N, M], 0, 3, "连续", False),
        ([M, E, N, M], 0, 3, "连续", True),
        ([M, M, M], 0, 3, "不", False),
    ],
)
def test_who_is_out(history: list[Outcome], extra: int, times: int, how: str, expected: bool) -> None:
    assert rules.is_out(history, extra, times, how) is expected


def test_utc_and_local_times_compare() -> None:
    doing = Doing(1, NOON.astimezone(UTC))
    assert rules.judge(doing, NOON, timedelta()) is Outcome.DONE
