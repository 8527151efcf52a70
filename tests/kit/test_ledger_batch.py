"""Which orders an admin means who confirms several at once."""

import pytest

from lizheng.grammar import Misread
from lizheng.ledger import batch
from lizheng.plugin.refusals import Declined


@pytest.mark.parametrize(
    ("text", "listed", "expected"),
    [
        ("全部", [4, 5, 6], [4, 5, 6]),
        ("", [4], [4]),
        ("5", [4, 5, 6], [5]),
        ("A4 a6", [4, 5, 6], [4, 6]),
        ("Ａ4-Ａ6", [4, 5, 6], [4, 5, 6]),
        ("4、6", [4, 5, 6], [4, 6]),
        ("1 3 5-6", [31, 32, 33, 34, 35, 36], [31, 33, 35, 36]),
        ("1", [1, 2], [1]),
    ],
)
def test_which_orders_of_a_list(text: str, listed: list[int], expected: list[int]) -> None:
    assert batch.looks_like_choice(text)
    assert batch.chosen(text, listed) == expected


@pytest.mark.parametrize(
    ("text", "listed", "why"),
    [
        ("", [4, 5], "这里有 2 张单（A4、A5）"),
        ("1 3", [2, 3, 4], "这里没有 A1；有的是 A2、A3、A4"),
        ("A1", [31, 32], "这里没有 A1"),
        ("9", [31, 32], "这里没有 A9"),
        ("3-1", [1, 2, 3], "编号从 1 起"),
        ("8", [1, 2, 3, 4, 5, 6, 7], "A1、A2、A3、A4、A5、A6…"),
    ],
)
def test_which_are_refused(text: str, listed: list[int], why: str) -> None:
    with pytest.raises(Declined, match=why):
        batch.chosen(text, listed)


@pytest.mark.parametrize("text", ["谢谢", "50元", "1 谢谢", "好的"])
def test_chatter_chooses_none(text: str) -> None:
    assert not batch.looks_like_choice(text)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("A12", [12]),
        ("a3-a5", [3, 4, 5]),
        ("A1,A3-4", [1, 3, 4]),
        ("Ａ１", [1]),
        ("12", None),
        ("100元", None),
        ("A", None),
    ],
)
def test_labelled_numbers(word: str, expected: list[int] | None) -> None:
    assert batch.labelled(word) == expected


def test_a_range_that_is_none() -> None:
    with pytest.raises(Misread):
        batch.labelled("A5-A3")
