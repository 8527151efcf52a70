"""Charts are drawn, and said in at most five lines; what nobody saw is a gap in both."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lizheng.drawing import WIDTH, Sheet, is_drawable
from lizheng.parts.charts import MOST_LINES, Bars, Chart, Cohorts, Heat, Line, spark

WEEK: list[list[float | None]] = [[float(h * (d + 1)) for h in range(24)] for d in range(7)]
WEEK[2] = [None] * 24
CHARTS: list[Chart] = [
    Bars("每天几句", [("一", 12), ("二", 30.5), ("三", None), ("四", 0)], " 句"),
    Line("活跃的人", [3, 5, None, 9, 4], "11-02", "11-30", " 人"),
    Heat("什么时候热闹", WEEK),
    Cohorts(
        "新人",
        ["当周", "1 周后", "2 周后"],
        [("11-02 那周", 12, [1.0, 0.5, 0.25]), ("11-09 那周", 4, [0.5, None, None])],
    ),
]


def test_what_is_said() -> None:
    assert CHARTS[0].lines() == ["每天几句 ▄█·▁", "一 12 句", "二 30.5 句", "三 没看着", "四 0 句"]
    assert CHARTS[1].lines() == ["活跃的人 ▃▅·█▄", "11-02 到 11-30，最低 3 人，最高 9 人"]
    assert CHARTS[2].lines()[-1] == "最热闹：周日 23 点，161 句"
    assert CHARTS[3].lines() == [
        "新人（当周、1 周后、2 周后）",
        "11-02 那周 12 人：100% 50% 25%",
        "11-09 那周 4 人：50% · ·",
    ]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: type(chart).__name__)
def test_it_is_drawn_below_what_is_there(chart: Chart) -> None:
    sheet = Sheet()
    before = sheet.bottom
    chart.on(sheet)
    assert sheet.bottom > before
    assert f'width="{WIDTH}"' in sheet.svg()
    assert all(is_drawable(words) for words in sheet._said)


VALUES = st.lists(st.none() | st.floats(0, 1e6), max_size=31)


@given(VALUES)
@settings(max_examples=25, deadline=None)
def test_any_values_are_few_lines_and_a_picture(values: list[float | None]) -> None:
    assert len(spark(values)) == len(values)
    week = [[(values or [None])[(d + h) % max(1, len(values))] for h in range(24)] for d in range(7)]
    shares = [None if value is None else min(1.0, value) for value in values[:5]]
    for chart in (
        Bars("每天", [(str(n), value) for n, value in enumerate(values)]),
        Line("每天", values, "头", "尾"),
        Heat("每时", week),
        Cohorts("新人", [str(n) for n in range(len(shares))], [("那周", 5, shares)] * len(values)),
    ):
        chart.on(Sheet())
        assert 1 <= len(chart.lines()) <= MOST_LINES
