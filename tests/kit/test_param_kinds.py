"""Kinds of parameters: what is read, what is refused, and how it is said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lizheng import Choice, Line, Misread, Numbered, Numbers, Several
from lizheng.grammar import Words
from lizheng.sandbox.stage import HostStage

NOBODY: Any = None


@pytest.mark.parametrize("written", ["W3", "w3", "Ｗ３", "3", "#3", "＃3", "３", "W03", "3号", "W3号"])
async def test_a_labelled_number_however_it_is_written(written: str) -> None:
    assert await Numbered("W").read(NOBODY, Words(written)) == 3


@pytest.mark.parametrize("written", ["", "W", "X3", "0", "W0", "三", "W3W", "-3", "1234567890"])
async def test_no_labelled_number(written: str) -> None:
    with pytest.raises(Misread):
        await Numbered("W").read(NOBODY, Words(written))


@given(st.integers(1, 999_999_999), st.sampled_from("WAX#"))
def test_every_number_is_read_back(number: int, prefix: str) -> None:
    assert Numbered(prefix).parse(f"{prefix}{number}") == Numbered(prefix).parse(str(number)) == number


@pytest.mark.parametrize(
    ("written", "numbers", "left"),
    [
        ("3-8,10", (3, 4, 5, 6, 7, 8, 10), ""),
        ("1 3 5-8", (1, 3, 5, 6, 7, 8), ""),
        ("X3-X5", (3, 4, 5), ""),
        ("x3、x4 太旧", (3, 4), "太旧"),
        ("15 16 17 18", (15, 16, 17, 18), ""),
        ("3 3 3", (3,), ""),
        ("3 - 5 了", (3, 4, 5), "了"),
        ("#7", (7,), ""),
    ],
)
async def test_several_numbers(written: str, numbers: tuple[int, ...], left: str) -> None:
    words = Words(written)
    assert tuple(await Several("X").read(NOBODY, words)) == numbers
    assert words.rest() == left


@pytest.mark.parametrize("written", ["", "太旧", "5-3", "0", "1-500", "Y3"])
async def test_no_several_numbers(written: str) -> None:
    with pytest.raises(Misread):
        await Several("X").read(NOBODY, Words(written))


async def test_all_of_them_only_where_that_may_be_said() -> None:
    found = await Several(whole=True).read(NOBODY, Words("全部"))
    assert found.everything
    assert tuple(found) == ()
    assert not Numbers((1,)).everything
    with pytest.raises(Misread):
        await Numbers.read(NOBODY, Words("全部"))


@given(st.sets(st.integers(1, 9999), min_size=1, max_size=40))
def test_numbers_said_are_the_numbers_read(numbers: set[int]) -> None:
    reading = Several(most=100).read(NOBODY, Words(" ".join(map(str, sorted(numbers)))))
    with pytest.raises(StopIteration) as done:
        reading.send(None)
    assert set(done.value.value) == numbers


async def test_a_line_is_one_line_and_not_too_long() -> None:
    assert await Line(5).read(NOBODY, Words("一\n二  三")) == "一 二 三"
    for wrong in ("", "\u200b", "一二三四五六"):
        with pytest.raises(Misread):
            await Line(5).read(NOBODY, Words(wrong))


def test_a_choice_maps_to_its_options_only() -> None:
    with pytest.raises(ValueError, match="黄"):
        Choice("红", also={"金": "黄"})


async def test_they_are_annotations_of_a_command(stage: HostStage) -> None:
    await stage.play("""
开：试单
小王：/试号 w3
里正：第 3 号
小王：/试号W3
里正：第 3 号
小王：/试号 X3
里正：「X3」不是单号，请写成 W12。
  用法：/试号 <单号>
  例如：/试号 W3
小王：/试几 1 3-5 太旧
里正：1、3、4、5：太旧
小王：/试几 x1-x3
里正：1、2、3：
小王：/试几 全部 不要了
里正：全部：不要了
小王：/试几 不要了
里正：「不要了」不是编号，请写成 1 2 3 或 5-7。
  用法：/试几 <编号…|全部> [理由]
  例如：/试几 1 3-5 太旧
小王：/试选 赤
里正：选了红
小王：/试选绿
里正：选了绿
小王：/试选 蓝
里正：「蓝」看不懂，要写红或绿。
  用法：/试选 <红|绿>
  例如：/试选 红
小王：/试写 一二三四五六七八九十一二三四五六七八九十一
里正：太长了，最多 20 个字，现在是 21 个。
  用法：/试写 <内容>
  例如：/试写 你好
""")
