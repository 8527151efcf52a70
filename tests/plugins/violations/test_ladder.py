"""The ladder by itself."""

from datetime import timedelta

import pytest

from lizheng.grammar import Misread
from plugins.violations.ladder import EXAMPLE, KICK, WARN, Measure, parse_ladder


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (EXAMPLE, EXAMPLE),
        ("警告", "警告×1"),
        ("警告x2,禁言10分,踢", "警告×2 → 禁言10分 → 踢"),
        ("警告、警告 → 禁言 10 分钟*2 -> 移出", "警告×2 → 禁言10分×2 → 踢"),
        ("警告 => 禁言1h30m => 踢出", "警告×1 → 禁言1小时30分 → 踢"),
        ("踢", "踢"),
        ("禁言30天", "禁言30天"),
    ],
)
def test_a_ladder_is_kept_as_it_reads(text: str, kept: str) -> None:
    assert str(parse_ladder(text)) == kept
    assert parse_ladder(kept) == parse_ladder(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "阶梯是空的"),
        (" → ", "阶梯是空的"),
        ("踢 → 警告", "踢只能是最后一步"),
        ("踢×2", "踢只能是最后一步"),
        ("禁言1天 → 禁言10分", "「禁言10分」比它前面的「禁言1天」还轻"),
        ("禁言10分 → 警告", "还轻"),
        ("打手心", "「打手心」看不懂"),
        ("警告 禁言10分 踢", "看不懂"),
        ("禁言", "禁言要写多久"),
        ("禁言10", "缺单位"),
        ("禁言-1分", "负数"),
        ("禁言31天", "禁言最长 30 天"),
        ("禁言永久", "不是时长"),
        ("警告×0", "1 到 10 次"),
        ("警告×11", "1 到 10 次"),
        ("警告×10 → 禁言1分×3", "最多 12 级"),
        ("[CQ:at,qq=all]", "看不懂"),
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(text: str, fault: str) -> None:
    with pytest.raises(Misread, match=fault):
        parse_ladder(text)


def test_each_case_climbs_one_rung_and_may_enter_higher() -> None:
    ladder = parse_ladder(EXAMPLE)
    assert [ladder.at(ladder.stand([0] * n)) for n in range(1, 6)] == [
        WARN,
        Measure("mute", timedelta(minutes=10)),
        Measure("mute", timedelta(days=1)),
        KICK,
        KICK,
    ]
    assert ladder.stand([3]) == 3
    assert ladder.stand([0, 3, 0]) == 4
    assert ladder.stand([3, 2]) == 4
    assert ladder.stand([99]) == 4
    assert ladder.stand([]) == 0
