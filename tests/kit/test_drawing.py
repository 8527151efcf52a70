"""The sheet that pictures are drawn on."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from lizheng.drawing import BODY, FONT, HEADING, MARGIN, ROOM, SMALL, TITLE, WIDTH, Sheet, is_drawable, wrap
from lizheng.sandbox.stage import HostStage
from tests.support.admin_actions import context
from tests.support.drawing_reader import pictures_in, said_last, size_of, written

HOSTILE = '<b>A & B</b> "引号" </text><script>'


def test_lines_are_broken_within_their_room_and_not_before_a_closing_sign() -> None:
    pieces = wrap("一二三，四五六（ab）", 3)
    assert pieces == ["一二三，", "四五六", "（ab）"]
    assert "".join(pieces) == "一二三，四五六（ab）"
    assert wrap("一二三四五六", 3, first=1) == ["一", "二三四", "五六"]
    assert wrap("共 20 条，abcdefghijk", 3) == ["共 20 ", "条，a", "bcdef", "ghijk"]


@pytest.mark.parametrize(
    ("text", "drawable"),
    [
        ("早报 1. abc “好”……—", True),
        ("é×÷", True),
        ("🎉", False),
        ("龘", False),
        ("臺灣", False),
        ("\x00", False),
        ("换\n行", False),
        ("\u202e", False),
        ("\ud800", False),
    ],
)
def test_what_the_font_lacks_is_not_drawn(text: str, drawable: bool) -> None:
    assert is_drawable(text) is drawable


def test_the_font_is_small_and_its_licence_is_beside_it() -> None:
    assert FONT.stat().st_size < 2 * 1024 * 1024
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONT.parent / "OFL.txt").read_text("utf-8")


def test_it_grows_downward_and_holds_what_is_put_on_it() -> None:
    sheet = Sheet()
    heights = [sheet.height]
    for text in ("短", "很长的一句话" * 20):
        sheet.paragraph(text, BODY)
        heights.append(sheet.height)
    sheet.gap(100)
    heights.append(sheet.height)
    assert heights == sorted(set(heights))
    assert heights[-1] == heights[-2] + 100
    top = sheet.bottom
    sheet.paragraph("左", SMALL, room=ROOM / 2)
    left = sheet.bottom
    sheet.bottom = top
    sheet.paragraph("右边长一些" * 10, SMALL, left=MARGIN + ROOM / 2, room=ROOM / 2)
    assert sheet.bottom > left
    assert sheet.height == round(sheet.bottom) + MARGIN


def test_words_stay_words() -> None:
    sheet = Sheet()
    sheet.paragraph(HOSTILE, HEADING)
    sheet.word(HOSTILE, 10, 20, TITLE, "middle")
    assert written(sheet) == [HOSTILE, HOSTILE]
    kinds = {re.sub(r"\{.*\}", "", element.tag) for element in ElementTree.fromstring(sheet.svg()).iter()}
    assert kinds == {"svg", "rect", "text", "tspan"}


async def test_without_the_extra_there_is_no_picture() -> None:
    sheet = Sheet()
    sheet.paragraph("早")
    assert await sheet.draw() is None


@pytest.mark.usefixtures("pictures")
async def test_it_is_drawn_as_wide_and_high_as_it_says() -> None:
    empty, full, strange = Sheet(), Sheet(), Sheet()
    for _ in range(10):
        full.paragraph("一页写满字的纸，写的是" + HOSTILE)
        empty.gap(BODY.size * 1.55 * 2)
    strange.word("🎉", 10, 10)
    drawn, blank = await full.draw(), await empty.draw()
    assert drawn is not None
    assert blank is not None
    assert size_of(drawn.content) == (WIDTH, full.height)
    assert len(drawn.content) > 4 * len(blank.content)  # a page without glyphs would be smaller
    assert await strange.draw() is None


@pytest.mark.usefixtures("pictures")
async def test_it_is_said_beside_words(stage: HostStage) -> None:
    player = await stage.play("开：试探")
    sheet = Sheet()
    sheet.paragraph("早")
    drawing = await sheet.draw()
    assert drawing is not None
    await context(stage, player, "probe").say("看：{drawing}", drawing=drawing)
    await stage.settle()
    said = said_last(stage)
    assert [s["type"] for s in said] == ["text", "image"]
    assert pictures_in(said) == [drawing.content]
