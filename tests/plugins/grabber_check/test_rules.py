"""How claim orders are read, and what they come to."""

import pytest

from plugins.grabber_check import rules
from plugins.grabber_check.rules import Entry, Round


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", []),
        ("小李 小王、小张", [Entry("小李"), Entry("小王"), Entry("小张")]),
        ("@10001 @10002", [Entry("10001", 10001), Entry("10002", 10002)]),
        ("小李 0.4秒 小王 1.2s", [Entry("小李", 0, 0.4), Entry("小王", 0, 1.2)]),
        ("1. 小 李 0.02元\n2、小王", [Entry("小 李"), Entry("小王")]),
        ("第1名 小李 21:03\n第2名 @10002", [Entry("小李"), Entry("10002", 10002)]),
        ("小李 23:59:59\n小王 00:00:01", [Entry("小李", 0, 0.0, True), Entry("小王", 0, 2.0, True)]),
        ("@10001 @10002\n小王", [Entry("10001", 10001), Entry("10002", 10002), Entry("小王")]),
    ],
)
def test_orders_are_read(text: str, entries: list[Entry]) -> None:
    found = rules.parse_order(text)
    assert [(one.name, one.user_id, one.seconds) for one in found] == [
        (one.name, one.user_id, one.seconds) for one in entries
    ]


@pytest.mark.parametrize(
    ("tops", "rounds", "parts", "is_spared", "verdict"),
    [
        (3, 3, 10, False, "像"),
        (3, 3, 10, True, "看不出"),
        (2, 3, 10, False, "有点像"),
        (1, 3, 10, False, "看不出"),
        (0, 3, 10, False, "看不出"),
        (3, 3, 4, False, "看不出"),
        (5, 6, 10, False, "像"),
    ],
)
def test_verdicts(tops: int, rounds: int, parts: int, is_spared: bool, verdict: str) -> None:
    held = [Round(parts, [1 if n < tops else 9, 2, 3]) for n in range(rounds)]
    assert rules.score(1, held, is_spared=is_spared).verdict == verdict


def test_chance() -> None:
    assert rules.by_chance(0, [0.3, 0.3]) == pytest.approx(1)
    assert rules.by_chance(2, [0.3, 0.3]) == pytest.approx(0.09)
    assert rules.by_chance(1, [0.3, 0.5]) == pytest.approx(0.65)
    assert rules.by_chance(1, []) == 0


def test_few_who_claim_make_the_top_worth_little() -> None:
    """With four claimants noted, three in four are among the first three."""
    assert Round(10, [1, 2, 3, 4]).claimants == 4
    assert Round(10, [1, 2, 3]).claimants == 10
    assert rules.score(1, [Round(10, [1, 2, 3, 4])] * 3, is_spared=False).verdict == "看不出"


def test_a_round_pasted_twice() -> None:
    order = [(1, None), (2, None)]
    assert rules.is_pasted_again(order, order, 5)
    assert not rules.is_pasted_again(order, order, 60)
    assert not rules.is_pasted_again(order, order[::-1], 5)
    assert rules.is_pasted_again([(1, 0.5)], [(1, 0.5)], 9999)
    assert not rules.is_pasted_again([(1, 0.6)], [(1, 0.5)], 5)


def test_long_messages_of_a_week() -> None:
    assert rules.long_a_week(5, 5) == 5
    assert rules.long_a_week(0, 30) == 7
