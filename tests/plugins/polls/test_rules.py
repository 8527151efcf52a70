"""How polls and surveys are written, what a vote means, and what came of it."""

from __future__ import annotations

import contextlib
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lizheng.grammar import Misread
from plugins.polls.rules import (
    HALF,
    Asked,
    Tally,
    bars,
    count,
    looks_like_choice,
    punishes,
    reaction_choice,
    read_choices,
    read_deadline,
    read_opening,
    read_survey,
    reader,
    say_answer,
    say_outcome,
)

NOW = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
HILLS = ["爬山", "爬楼", "烧烤", "爬"]


@pytest.mark.parametrize(
    ("text", "title", "options", "rest"),
    [
        ("团建 爬山 烧烤", "团建", ["爬山", "烧烤"], {}),
        (
            "团建 爬山 烧烤 隐藏 截止 明天20:00",
            "团建",
            ["爬山", "烧烤"],
            {"hidden": True, "until": "明天20:00"},
        ),
        (
            "团建 爬山 烧烤 截止 明天 20:00 匿名",
            "团建",
            ["爬山", "烧烤"],
            {"secret": True, "until": "明天 20:00"},
        ),
        ("团建 去 爬山|去烧烤 多选", "团建", ["去 爬山", "去烧烤"], {"most": 2}),
        ("团建 甲 乙 丙 多选 2", "团建", ["甲", "乙", "丙"], {"most": 2}),
        ("团建 甲 乙 丙 多选2 过半", "团建", ["甲", "乙", "丙"], {"most": 2, "quorum": HALF}),
        (
            "去哪 团建\n去 爬山\n烧烤\n人数 10 截止 3天",
            "去哪 团建",
            ["去 爬山", "烧烤"],
            {"quorum": 10, "until": "3天"},
        ),
        ("去哪 匿名\n爬山\n烧烤", "去哪", ["爬山", "烧烤"], {"secret": True}),
        ("团建\n甲｜乙", "团建", ["甲", "乙"], {}),
        ("谁去 甲 乙 谁能投 活跃7天", "谁去", ["甲", "乙"], {"who": "活跃7天"}),
    ],
)
def test_an_opening_is_read(text: str, title: str, options: list[str], rest: dict[str, object]) -> None:
    opening = read_opening(text)
    assert (opening.title, opening.options) == (title, options)
    assert {name: getattr(opening, name) for name in rest} == rest


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "缺少题目。"),
        ("团建", "至少要 2 个选项，用空格、| 或者换行隔开。"),
        ("团建 爬山", "至少要 2 个选项，用空格、| 或者换行隔开。"),
        ("团建 爬山 烧烤 爬 山", None),
        ("团建 OK ok", "「ok」和「OK」是一样的。"),
        ("团建 １ 1", "「1」和「１」是一样的。"),
        ("团建 " + " ".join(f"选{n}" for n in range(13)), "最多 12 个选项，现在是 13 个。"),
        (f"团建 爬山 {'长' * 31}", "选项最多 30 个字，「长长长长长长长长长长长…」有 31 个。"),
        (f"{'题' * 61} 甲 乙", "题目最多 60 个字，现在是 61 个。"),
        ("团建 甲 乙 多选 3", "最多选几项要写 1–2。"),
        ("团建 甲 乙 多选 0", "最多选几项要写 1–2。"),
    ],
)
def test_a_bad_opening_says_why(text: str, why: str | None) -> None:
    if why is None:
        assert read_opening(text).options == ["爬山", "烧烤", "爬", "山"]
        return
    with pytest.raises(Misread) as misread:
        read_opening(text)
    assert str(misread.value) == why


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2小时", "11-18 14:00"),
        ("3天", "11-21 12:00"),
        ("20:00", "11-18 20:00"),
        ("11:00", "11-19 11:00"),
        ("明天20:00", "11-19 20:00"),
        ("明天 晚上8点", "11-19 20:00"),
        ("11-20 8点", "11-20 08:00"),
        ("周五", "11-20 23:59"),
        ("23:59", "11-18 23:59"),
    ],
)
def test_deadlines(text: str, end: str) -> None:
    assert f"{read_deadline(text, NOW):%m-%d %H:%M}" == end


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("今天11:00", "「今天11:00」已经过去了。"),
        ("40天", "最长 30 天。"),
        ("30秒", "至少要 1 分钟。"),
        ("改天", "「改天」不是时间，请写 明天20:00 或 2小时。"),
    ],
)
def test_bad_deadlines(text: str, why: str) -> None:
    with pytest.raises(Misread) as misread:
        read_deadline(text, NOW)
    assert str(misread.value) == why


@pytest.mark.parametrize(
    ("text", "options", "most", "chosen"),
    [
        ("2", HILLS, 1, [1]),
        ("②", HILLS, 1, [1]),
        ("第二个", HILLS, 1, [1]),
        ("烧烤", HILLS, 1, [2]),
        ("爬", HILLS, 1, [3]),
        ("烧", HILLS, 1, [2]),
        ("爬楼", HILLS, 1, [1]),
        ("1 3", HILLS, 2, [0, 2]),
        ("3、1,1", HILLS, 2, [0, 2]),
        ("爬山 烧烤", HILLS, 2, [0, 2]),
        ("去 爬山", ["去 爬山", "不去"], 1, [0]),
        ("3", ["5", "3"], 1, [1]),
        ("1 2", ["1 2", "3"], 1, [0]),
        ("1", ["1", "2"], 1, [0]),
        ("2", ["1", "2"], 1, [1]),
    ],
)
def test_choices(text: str, options: list[str], most: int, chosen: list[int]) -> None:
    assert read_choices(text, options, most) == chosen


@pytest.mark.parametrize(
    ("text", "options", "most", "why"),
    [
        ("", HILLS, 1, "选哪一项？发数字 1–4。"),
        ("9", HILLS, 1, "没有第 9 项，现在有 1–4。"),
        ("爬爬", HILLS, 1, "没有「爬爬」这一项，请发数字 1–4。"),
        ("山楼", HILLS, 1, "没有「山楼」这一项，请发数字 1–4。"),
        ("爬", HILLS[:3], 1, "「爬」可能是 1 爬山、2 爬楼，请发数字。"),
        ("1 2", HILLS, 1, "只能选一项。"),
        ("1 2 3", HILLS, 2, "最多选 2 项。"),
        ("1", ["2", "1"], 1, "「1」是第 1 项，也是第 2 项的字：请发「第1个」或「第2个」。"),
    ],
)
def test_what_is_no_choice_says_why(text: str, options: list[str], most: int, why: str) -> None:
    with pytest.raises(Misread) as misread:
        read_choices(text, options, most)
    assert str(misread.value) == why


def test_of_a_secret_vote_nothing_is_repeated() -> None:
    for text in ("爬", "不想去", "9"):
        with pytest.raises(Misread) as misread:
            read_choices(text, HILLS[:3], 1, secret=True)
        assert str(misread.value) == "没看懂选的是哪一项，请发数字 1–3。"


@pytest.mark.parametrize(
    ("text", "is_vote"),
    [
        ("2", True),
        ("选2", True),
        ("1 2", True),
        ("爬山", True),
        ("第二个", True),
        ("爬山好累", False),
        ("我 2 点到", False),
        ("好", False),
    ],
)
def test_what_under_a_quote_is_a_vote(text: str, is_vote: bool) -> None:
    assert looks_like_choice(text, HILLS) is is_vote


@pytest.mark.parametrize(
    ("emoji", "choice"), [("1️⃣", 0), ("9️⃣", 8), ("49", None), ("76", None), ("👍", None), ("", None)]
)
def test_reactions(emoji: str, choice: int | None) -> None:
    assert reaction_choice(emoji) == choice


@pytest.mark.parametrize(
    ("text", "it_does"),
    [
        ("要不要踢小王", True),
        ("踢出小王", True),
        ("禁言小李一天", True),
        ("把他拉黑", True),
        ("周末踢球", False),
        ("要不要踢人", True),
        ("换个群名", False),
    ],
)
def test_votes_that_punish(text: str, it_does: bool) -> None:
    assert punishes("题", text) is it_does


@pytest.mark.parametrize(
    ("counts", "voted", "quorum", "secret", "outcome"),
    [
        ([2, 0, 0], 2, 0, False, "甲 2 票，乙 0，丙 0。投了 2 人。"),
        ([2, 2, 1], 5, 0, False, "甲 2 票，乙 2，丙 1。甲、乙 并列。投了 5 人。"),
        ([0, 0, 0], 0, 0, False, "没有人投票。"),
        ([0, 0, 0], 0, 3, False, "没有人投票，人数不够，不算数。"),
        ([3, 1, 0], 4, HALF, False, "甲 3 票，乙 1，丙 0。投了 4 人，要 6 人，不够，不算数。"),
        ([5, 1, 0], 6, HALF, False, "甲 5 票，乙 1，丙 0。投了 6 人，要 6 人，够了。"),
        ([3, 1, 0], 4, 0, True, "只投了 4 人，匿名的不到 5 票不公布。"),
        ([3, 2, 0], 5, 0, True, "甲 3 票，乙 2，丙 0。投了 5 人。"),
    ],
)
def test_outcomes(counts: list[int], voted: int, quorum: int, secret: bool, outcome: str) -> None:
    found = Tally(["甲", "乙", "丙"], counts, voted, 10, quorum)
    assert say_outcome(found, secret=secret) == outcome


def test_bars_are_as_long_as_the_votes() -> None:
    assert bars(Tally(["甲", "乙"], [4, 1], 5, 9)) == "1. ████████ 4 甲\n2. ██░░░░░░ 1 乙"
    assert bars(Tally(["甲", "乙"], [0, 0], 0, 9)) == "1. ░░░░░░░░ 0 甲\n2. ░░░░░░░░ 0 乙"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(-1, 13), max_size=4), max_size=30))
def test_no_vote_counts_twice_for_an_option(ballots: list[list[int]]) -> None:
    counts = count(["甲", "乙", "丙"], ballots)
    assert counts == [sum(place in ballot for ballot in ballots) for place in range(3)]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    for read in (
        read_opening,
        read_survey,
        lambda one: read_choices(one, HILLS, 2),
        lambda one: read_deadline(one, NOW),
    ):
        with contextlib.suppress(Misread):
            read(text)


SURVEY = """秋游 截止 3天
1. 单选 几点 早上 晚上
多选? 带 什么 好|水|零食
打分：上次
数字 几个人
文字？ 还想说"""


def test_a_survey_is_read() -> None:
    title, questions, until = read_survey(SURVEY)
    assert (title, until) == ("秋游", "3天")
    assert questions == [
        Asked("单选", "几点", ("早上", "晚上")),
        Asked("多选", "带", ("什么 好", "水", "零食"), optional=True),
        Asked("打分", "上次"),
        Asked("数字", "几个人"),
        Asked("文字", "还想说", (), optional=True),
    ]
    assert [Asked.of(one.as_json()) for one in questions] == questions


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("秋游", "第一行写标题，下面一行一题：单选 题 选项 选项。"),
        ("秋游\n几点 早上 晚上", "第 1 题要以 单选、多选、打分、数字、文字 开头。"),
        ("秋游\n文字 名\n单选 几点 早上", "第 2 题：至少要 2 个选项，用空格、| 或者换行隔开。"),
        ("秋游\n" + "\n".join(f"文字 题{n}" for n in range(13)), "最多 12 题，现在是 13 题。"),
    ],
)
def test_a_bad_survey_says_which_line(text: str, why: str) -> None:
    with pytest.raises(Misread) as misread:
        read_survey(text)
    assert str(misread.value) == why


def test_answers() -> None:
    single, several = Asked("单选", "几点", ("早上", "晚上")), Asked("多选", "带", ("水", "零食"))
    assert reader(single)("晚上") == 1
    assert say_answer(single, 1) == "晚上"
    assert reader(several)("1 2") == [0, 1]
    assert say_answer(several, [0, 1]) == "水、零食"
    assert reader(Asked("打分", "上次"))("5分") == 5
    assert say_answer(single, None) == ""
    for kind, text in (("打分", "6"), ("数字", "几个"), ("文字", "长" * 501)):
        with pytest.raises(Misread):
            reader(Asked(kind, "题"))(text)
