"""`/违规 阶梯`: the rungs and where the asker stands, in words for everybody, as a picture where there can be one."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from lizheng.drawing import MARGIN, WIDTH, width_of
from lizheng.sandbox.stage import HostStage
from plugins.violations import picture, texts
from plugins.violations.ladder import parse_ladder
from tests.support.drawing_reader import pictures_in, said_last, size_of, written

SHORT, ONE = "警告×1 → 禁言10分 → 禁言1天 → 踢", "踢"
LONG = (
    "警告×5 → 禁言1分 → 禁言10分 → 禁言1小时 → 禁言1天 → 禁言7天12小时30分15秒 → 禁言29天23小时59分59秒 → 踢"
)


async def test_it_says_the_rungs_and_where_the_asker_stands(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
设：违规处理 衰减 7天
小王：/违规 阶梯
里正：阶梯：1. 警告 → 2. 禁言 10 分钟 → 3. 禁言 1 天 → 4. 踢
  每次违规上一级；一次过 7 天就不算数了。
  你没有算数的违规；头一次：警告。
管理员：/警告 @小王 刷屏
里正：…
管理员：/禁言 @小王 1分 刷屏
【里正 禁言 小王 1分钟】
里正：…
【过 2 分】
小王：/违规阶梯
里正：阶梯：1. 警告 → 2. 禁言 10 分钟 → 3. 禁言 1 天 → 4. 踢
  每次违规上一级；一次过 7 天就不算数了。
  你有 2 次算数，在第 2 级；再犯：禁言 1 天。
小李：/违规 阶梯
里正：阶梯：…
  …
  你没有算数的违规；头一次：警告。
【过 7 天】
小王：/违规 阶梯
里正：阶梯：…
  …
  你没有算数的违规；头一次：警告。
""")


@pytest.mark.usefixtures("pictures")
async def test_the_picture_stands_below_the_words_once_a_minute_for_each_asker(stage: HostStage) -> None:
    player = await stage.play("""
开：违规处理
小王：/违规 阶梯
里正：阶梯：1. 警告 → 2. 禁言 10 分钟 → 3. 禁言 1 天 → 4. 踢
  每次违规上一级；一次过 30 天就不算数了。
  你没有算数的违规；头一次：警告。[图片]
""")
    (drawn,) = pictures_in(said_last(stage))
    assert size_of(drawn)[0] == WIDTH
    assert len(drawn) < 80_000
    await player.play("""
小王：/违规 阶梯
里正：阶梯：…
  …头一次：警告。
小李：/违规 阶梯
里正：…[图片]
设：违规处理 图片 关
【过 61 秒】
小王：/违规 阶梯
里正：阶梯：…
  …头一次：警告。
""")


@pytest.mark.parametrize("written_ladder", [SHORT, ONE, LONG])
@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_every_rung_is_on_it_and_one_of_them_is_the_asker_s(written_ladder: str, share: float) -> None:
    ladder = parse_ladder(written_ladder)
    rung = round(share * len(ladder.rungs))
    said = written(picture.as_sheet(ladder, rung, ("一句话。",)))
    assert [words for words in said if words in {m.said for m in ladder.rungs}] == [
        measure.said for measure in ladder.rungs
    ]
    assert [int(words) for words in said if words.isdigit()] == list(range(1, len(ladder.rungs) + 1))
    assert said.count(texts.STAIRS_HERE) == 1
    marked = said[said.index(texts.STAIRS_HERE) - 1]
    assert marked == (ladder.at(rung).said if rung else texts.STAIRS_GROUND)
    coming = said.count(texts.STAIRS_NEXT), said.count(texts.STAIRS_FIRST)
    assert coming == ((0, 1) if not rung else (0, 0) if rung == len(ladder.rungs) else (1, 0))


@pytest.mark.parametrize("written_ladder", [SHORT, ONE, LONG])
def test_stairs_rise_and_no_words_lie_on_others(written_ladder: str) -> None:
    ladder = parse_ladder(written_ladder)
    steps = len(ladder.rungs)
    for rung in range(steps + 1):
        sheet = picture.as_sheet(ladder, rung, ())
        boxes = [float(x) for x in re.findall(r'<rect x="([0-9.]+)"', sheet.svg())]
        assert boxes == sorted(set(boxes))
        words = re.findall(
            r'font-size="(\d+)"[^>]*?(text-anchor="end")?><tspan x="([0-9.]+)" y="(\d+)">(.*?)<', sheet.svg()
        )
        rows: dict[str, list[tuple[float, float]]] = {}
        for size, right, x, y, text in words:
            wide = width_of(text, int(size))
            rows.setdefault(y, []).append(
                (float(x) - wide, float(x)) if right else (float(x), float(x) + wide)
            )
        for row in rows.values():
            assert all(end <= start for (_, end), (start, _) in pairwise(row))
            assert row[-1][1] <= WIDTH - MARGIN
