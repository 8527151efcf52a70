"""The picture says what the text says, and is drawn only where it can be."""

from __future__ import annotations

import pytest

from lizheng.drawing import WIDTH
from lizheng.hooks import Section
from lizheng.sandbox.stage import HostStage
from plugins.morning_brief import picture
from plugins.morning_brief.page import Page
from tests.support.drawing_reader import pictures_in, size_of, written

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


def test_it_says_what_the_text_says() -> None:
    assert "\n".join(written(picture.as_sheet(PAGE))) == PAGE.text()


@pytest.mark.usefixtures("pictures")
async def test_it_is_drawn_with_the_shipped_font() -> None:
    drawn = await picture.draw(PAGE)
    assert drawn is not None
    assert drawn[0]["data"]["text"] == PAGE.title
    (content,) = pictures_in(drawn)
    width, height = size_of(content)
    assert width == WIDTH
    assert 400 < height < 1200
    assert 10_000 < len(content) < 400_000  # a page without glyphs would be smaller


@pytest.mark.parametrize("installed", [False, True])
async def test_the_group_gets_it_or_the_text(
    stage: HostStage, request: pytest.FixtureRequest, installed: bool
) -> None:
    if installed:
        request.getfixturevalue("pictures")
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
