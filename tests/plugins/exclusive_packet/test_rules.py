"""专属红包's rules: whose packet it is, how far a reward has come, which time is asked for."""

from datetime import UTC, datetime, timedelta

import pytest
from nonebot.adapters.onebot.v11 import MessageSegment

from plugins.exclusive_packet import rules
from plugins.exclusive_packet.rules import Open

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
SOON = NOW - timedelta(minutes=9)
LONG_AGO = NOW - timedelta(minutes=11)


@pytest.mark.parametrize(
    ("named", "waiting", "expected"),
    [
        (7, [], 7),
        (7, [Open(1, 9, SOON)], 7),
        (None, [Open(1, 9, SOON)], 1),
        (None, [Open(1, 8, SOON)], None),
        (None, [Open(1, 9, LONG_AGO)], None),
        (None, [Open(1, 9, SOON), Open(2, 9, SOON)], None),
        (None, [Open(1, 9, SOON), Open(2, 9, LONG_AGO)], 1),
    ],
)
def test_whose_packet_it_is(named: int | None, waiting: list[Open], expected: int | None) -> None:
    assert rules.bound_to(named, 9, NOW, waiting) == expected


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        (MessageSegment.text("[拼手气红包:奖A1]"), True),
        (MessageSegment.text("[专属红包:奖A1]"), False),
        (MessageSegment.text("[红包:奖A1]"), False),
        (MessageSegment("red_packet", {"type": "lucky"}), True),
        (MessageSegment("red_packet", {"type": "exclusive"}), False),
        (MessageSegment("redbag", {"title": "奖A1"}), False),
    ],
)
def test_packets_that_anybody_may_take(segment: MessageSegment, expected: bool) -> None:
    assert rules.is_for_all([segment]) is expected


@pytest.mark.parametrize(
    ("handed", "got", "wrong", "expected"),
    [
        (None, None, 0, "open"),
        (None, NOW, 0, "got"),
        (NOW, None, 0, "handed"),
        (NOW - timedelta(hours=49), None, 0, "late"),
        (NOW, None, 5, "wrong"),
    ],
)
def test_how_far_it_has_come(
    handed: datetime | None, got: datetime | None, wrong: int, expected: str
) -> None:
    assert rules.stage_of(handed, got, wrong, NOW, timedelta(hours=48)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("2026-11-01", "2026-12-01")),
        ("本月", ("2026-11-01", "2026-12-01")),
        ("2026", ("2026-01-01", "2027-01-01")),
        ("2025年", ("2025-01-01", "2026-01-01")),
    ],
)
def test_which_time(text: str, expected: tuple[str, str]) -> None:
    found = rules.period(text, NOW)
    assert found is not None
    assert tuple(f"{end:%Y-%m-%d}" for end in found) == expected


def test_no_time() -> None:
    assert rules.period("上辈子", NOW) is None
