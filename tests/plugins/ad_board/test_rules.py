"""What may stand on the board, how it is ordered and shown."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from lizheng.grammar import Misread
from plugins.ad_board.rules import (
    Shown,
    check_text,
    digest,
    in_order,
    is_long,
    lines,
    page,
    to_replace,
)

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
SHANGHAI = timezone(timedelta(hours=8))


def shown(number: int, text: str = "出二手显示器", pinned: int = 0) -> Shown:
    return Shown(number, text, "小王", NOW + timedelta(days=7), NOW + timedelta(pinned) if pinned else None)


@pytest.mark.parametrize(
    ("text", "kept"), [("  卖\u200b茶叶 \n 加我", "卖茶叶 加我"), ("字" * 200, "字" * 200)]
)
def test_text_that_may_stand(text: str, kept: str) -> None:
    assert check_text(text) == kept


@pytest.mark.parametrize("text", ["", " \u200b ", "字" * 201])
def test_text_that_may_not(text: str) -> None:
    with pytest.raises(Misread):
        check_text(text)


def test_pinned_first_then_the_newest() -> None:
    entries = [shown(1), shown(2, pinned=1), shown(3), shown(4, pinned=2)]
    assert [e.number for e in in_order(entries)] == [4, 2, 3, 1]


def test_long_is_more_than_five_or_more_than_600_characters() -> None:
    assert not is_long([shown(n) for n in range(5)])
    assert is_long([shown(n) for n in range(6)])
    assert not is_long([shown(n, "字" * 200) for n in range(3)])
    assert is_long([shown(n, "字" * 151) for n in range(4)])


def test_how_it_reads() -> None:
    assert lines([shown(3, pinned=1)], SHANGHAI) == "【置顶】3 号：出二手显示器（小王，11 月 25 日止）"
    assert page(shown(3), SHANGHAI) == ("3 号·小王", "出二手显示器\n（11 月 25 日止；编号 3）")
    assert digest([]) == ""
    four = digest([shown(n, "字" * 100) for n in range(4)])
    assert four.startswith("广告贴上有 4 条")
    assert four.count("\n") == 3
    assert max(map(len, four.splitlines())) < 60


@pytest.mark.parametrize(
    ("numbers", "most", "gone"),
    [([], 1, []), ([3], 1, [3]), ([3], 2, []), ([3, 5], 2, [3]), ([3, 5, 6], 1, [3, 5, 6])],
)
def test_the_oldest_make_room(numbers: list[int], most: int, gone: list[int]) -> None:
    assert to_replace(numbers, most) == gone
