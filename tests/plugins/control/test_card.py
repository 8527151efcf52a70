"""`/帮助 图`: what the asker may use as a picture; where there can be none, the words are named."""

from __future__ import annotations

import pytest

from lizheng.drawing import WIDTH
from lizheng.plugin.feature import Feature
from lizheng.sandbox.stage import HostStage
from plugins.control.card import HIGHEST, Block, as_sheet, split_evenly
from tests.plugins.control.test_help import SCREEN, last_said
from tests.support.admin_actions import switch
from tests.support.drawing_reader import pictures_in, said_last, size_of, written

HOSTILE = '<b>&"</b>'


def block(title: str, commands: int) -> Block:
    return Block(title, tuple((f"/{title}{n}", "做一件要用好几个字才能说清楚的事") for n in range(commands)))


def test_no_feature_and_no_command_is_called_what_the_card_is(stage: HostStage) -> None:
    words = {"图", "图片"}
    for feature in stage.host.features.values():
        assert not words & {feature.title, *(name for one in feature.commands for name in one.names)}


async def test_without_the_extra_the_words_are_named(stage: HostStage) -> None:
    await stage.play("""
小王：/帮助 图
里正：这台主机没有装画图的 image 扩展，发不了图；文字版发 /帮助。
小王：/帮助
里正：你现在能用（/帮助 加名字看用法）：
  …
  待办：/确认 /取消 /待办
""")


@pytest.mark.usefixtures("pictures")
async def test_the_card_is_sent_and_named_where_it_can_be(stage: HostStage) -> None:
    player = await stage.play("""
小王：/帮助 图
里正：你现在能用的命令：[图片]
小李：/帮助 图片
里正：这张图刚发过，往上翻翻；文字版发 /帮助。
管理员：/帮助图
里正：你现在能用的命令：[图片]
【过 61 秒】
小李：/帮助图
里正：你现在能用的命令：[图片]
""")
    (drawn,) = pictures_in(said_last(stage))
    assert size_of(drawn)[0] == WIDTH
    await player.play("""
小王：/帮助
里正：…
  /帮助 图：全部画成一张图
""")
    for feature in stage.host.features.values():
        if not feature.always_on:
            await switch(stage, player, feature.id, on=True)
    await player.play("""
群主：/帮助 图
里正：你现在能用的命令：[图片]
""")
    (drawn,) = pictures_in(said_last(stage))
    assert len(drawn) < 500_000
    await player.play("群主：/帮助\n里正：…")
    assert len(last_said(stage).splitlines()) <= SCREEN


async def test_a_sign_the_font_lacks_makes_no_half_picture(
    stage: HostStage, pictures: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    feature: Feature = stage.host.features["control"]
    monkeypatch.setattr(feature, "title", "控制🎉")
    await stage.play("""
小王：/帮助 图
里正：这张图画不出来；文字版发 /帮助。
""")


def test_it_says_every_command_and_what_it_is_for() -> None:
    found = [
        Block(f"功能{HOSTILE}", (("/做", f"做{HOSTILE}"), ("/一个名字特别特别特别特别长的命令", "说明")))
    ]
    assert written(as_sheet(found))[2:] == [
        found[0].title,
        *(words for pair in found[0].commands for words in pair),
    ]


def test_what_gets_high_stands_in_two_columns_in_the_same_order() -> None:
    found = [block(f"甲{n}", 6) for n in range(8)]
    one, two = as_sheet(found[:3]), as_sheet(found)
    assert one.height <= HIGHEST
    assert two.height < 2 * HIGHEST
    assert [words for words in written(two) if words.startswith("甲")] == [one.title for one in found]
    lefts = {x for line in two.svg().split("<tspan ")[1:] if (x := line.split('"')[1])}
    assert max(float(x) for x in lefts) > WIDTH / 2
    assert max(float(x) for x in {line.split('"')[1] for line in one.svg().split("<tspan ")[1:]}) < WIDTH / 2


@pytest.mark.parametrize(
    ("heights", "first"),
    [((1, 1), 1), ((5, 1, 1, 1), 1), ((1, 1, 1, 5), 3), ((2, 2, 2, 2), 2), ((3, 9, 3), 1)],
)
def test_the_columns_are_as_even_as_the_order_allows(heights: tuple[int, ...], first: int) -> None:
    assert split_evenly(heights) == first
