"""What a report weighs, who counts as one, and when those who decide are told."""

from datetime import UTC, datetime, timedelta

import pytest

from lizheng.grammar import Misread
from lizheng.parts.measures import KICK, WARN, Measure
from plugins.reports import rules
from plugins.reports.rules import Consequence, Heard


@pytest.mark.parametrize(
    ("days", "upheld", "denied", "malicious", "trusted", "weight"),
    [
        (0, 0, 0, 0, False, 0.25),
        (2, 9, 0, 0, False, 0.25),
        (3, 0, 0, 0, False, 0.8),
        (90, 0, 0, 0, False, 1.0),
        (90, 9, 0, 0, False, 1.69),
        (400, 500, 0, 0, False, 1.99),
        (400, 500, 0, 0, True, 2.0),
        (90, 0, 9, 0, False, 0.5),
        (90, 0, 0, 3, False, 0.5),
        (0, 0, 0, 0, True, 1.5),
    ],
)
def test_weight(days, upheld, denied, malicious, trusted, weight) -> None:
    assert rules.weight(days, upheld, denied, malicious, trusted=trusted) == weight


def test_those_who_came_together_are_one() -> None:
    others = [(1000, 1), (50_000, 2)]
    assert rules.circle_of(1300, others) == 1
    assert rules.circle_of(5000, others) == 3
    assert rules.circle_of(0, [(0, 1)]) == 2  # unknown is near to nobody
    assert rules.arrival(1500, 1000) == 0
    assert rules.arrival(9000, 1000) == 9000


TWO, BURST = [Heard(1, 1), Heard(1, 2)], [Heard(1, 1), Heard(0.5, 1)]


@pytest.mark.parametrize(
    ("kind", "voices", "risky", "expected"),
    [
        ("message", [Heard(1, 1)], False, "later"),
        ("message", [Heard(1, 1)], True, "now"),
        ("message", TWO, False, "now"),
        ("message", BURST, False, "later"),
        ("private", [Heard(1, 1)], False, "no"),
        ("private", [Heard(2, 1)], False, "now"),
        ("private", TWO, False, "now"),
        ("private", BURST, False, "no"),
        ("private", [Heard(0.25, n) for n in range(10)], False, "no"),
    ],
)
def test_telling(kind, voices, risky, expected) -> None:
    assert rules.telling(kind, voices, 2, risky=risky) == expected


def test_removal_is_proposed_for_three_who_did_not_come_together() -> None:
    assert rules.proposes("private", [*TWO, Heard(1, 3)])
    assert not rules.proposes("private", [*TWO, Heard(1, 2)])
    assert not rules.proposes("message", [*TWO, Heard(1, 3)])
    assert not rules.proposes("private", [Heard(0.25, n) for n in range(10)])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", Consequence()),
        ("警告", Consequence(WARN)),
        ("禁言1天", Consequence(Measure("mute", timedelta(days=1)))),
        ("禁言 1 天", Consequence(Measure("mute", timedelta(days=1)))),
        ("踢", Consequence(KICK)),
        ("拉黑", Consequence(KICK, bars=True)),
    ],
)
def test_consequences(words, expected) -> None:
    assert rules.parse_consequence(words) == expected


@pytest.mark.parametrize("words", ["打他", "禁言", "禁言99天"])
def test_no_consequences(words) -> None:
    with pytest.raises(Misread):
        rules.parse_consequence(words)


def test_the_words_of_a_refusal() -> None:
    assert [rules.parse_denial(words) for words in ("", "没成立", "恶意")] == [False, False, True]
    with pytest.raises(Misread):
        rules.parse_denial("他撒谎")


def test_risk_and_what_was_done_in_private() -> None:
    assert rules.is_risky("他搞 裸 聊", "诈骗、裸聊")
    assert not rules.is_risky("他刷屏", "诈骗，裸聊")
    assert not rules.is_risky("随便什么", "")
    assert rules.private_words("２") == "拉我进群"
    assert rules.private_words("5") == "5"


def test_sum() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [("upheld", start, start + timedelta(hours=2)), ("denied", start, start + timedelta(hours=4))]
    assert rules.summed([*rows, ("open", start, None)]) == rules.Sum(3, 1, 1, 3.0)
    assert rules.summed([]) == rules.Sum(0, 0, 0, 0.0)
