"""The picture says what the text says, and is drawn only where it can be."""

from __future__ import annotations

import re
import struct
from base64 import b64decode
from html import unescape

import pytest

from lizheng.hooks import Section
from lizheng.sandbox.stage import HostStage
from plugins.morning_brief import picture
from plugins.morning_brief.page import Page

HERE = picture.is_installed()
PAGE = Page(
    "早报 11 月 19 日 周四",
    "农历丙午年十月十一",
    (
        Section(
            "新闻", ("1. " + "很长的标题" * 12 + "，带标点。（小报）", "2. <b>A & B</b> “引号” 100%（乙报）")
        ),
        Section("投稿", ("周六下午三点江边骑车（小王）",)),
    ),
    "昨天 128 条消息，进群 3 人，退群 1 人。",
)


def written(svg: str) -> list[str]:
    """What a reader of the drawing reads, line by line of the page."""
    lines = re.findall(r"<text [^>]*>(.*?)</text>", svg)
    return [unescape("".join(re.findall(r"<tspan[^>]*>(.*?)</tspan>", line))) for line in lines]


def test_it_says_what_the_text_says() -> None:
    assert "\n".join(written(picture.as_svg(PAGE))) == PAGE.text()


def test_lines_are_broken_within_the_page_and_not_before_a_closing_sign() -> None:
    pieces = picture.wrap("一二三，四五六（ab）", 3)
    assert pieces == ["一二三，", "四五六", "（ab）"]
    assert "".join(pieces) == "一二三，四五六（ab）"


@pytest.mark.parametrize(
    ("text", "drawable"), [("早报 1. abc “好”……—", True), ("🎉", False), ("龘", False), ("臺灣", False)]
)
def test_what_the_font_lacks_is_not_drawn(text: str, drawable: bool) -> None:
    assert picture.is_drawable(text) is drawable


def test_the_font_is_small_and_its_licence_is_beside_it() -> None:
    assert picture.FONT.stat().st_size < 2 * 1024 * 1024
    assert "SIL OPEN FONT LICENSE Version 1.1" in (picture.FONT.parent / "OFL.txt").read_text("utf-8")


@pytest.mark.skipif(not HERE, reason="without the image extra")
async def test_it_is_drawn_with_the_shipped_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "is_installed", lambda: True)
    drawn = await picture.draw(PAGE)
    assert drawn is not None
    content = b64decode(drawn[1]["data"]["file"].removeprefix("base64://"))
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    assert width == picture.WIDTH
    assert 400 < height < 1200
    assert 10_000 < len(content) < 400_000  # a page without glyphs would be smaller


@pytest.mark.parametrize("installed", [False, True])
async def test_the_group_gets_it_or_the_text(
    stage: HostStage, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    if installed and not HERE:
        pytest.skip("without the image extra")
    monkeypatch.setattr(picture, "is_installed", lambda: installed)
    said = "早报 11 月 19 日 周四[图片]" if installed else "早报 11 月 19 日 周四\n  农历丙午年十月十一"
    await stage.play(f"""
开：早报
【到 明天 08:00】
里正：{said}
【过 1 分钟】
小王：/早报
里正：早报 11 月 19 日 周四
  农历丙午年十月十一
【到 明天 08:00】
里正：早报 11 月 20 日…
设：早报 图片 关
【到 明天 08:00】
里正：早报 11 月 21 日 周六
  农历丙午年十月十三
""")
