"""Formats and judgements."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lizheng.grammar import Misread
from lizheng.text import fold, shown_name
from plugins.name_tag.formats import CARD_BYTES, CLASSES, Format, example, parse_format, size_of, smallest
from plugins.name_tag.rules import Case, due, judge, judge_member

CITY = parse_format("城市-行业-昵称")
CLOSED = parse_format("城市{北京,上海,其他}-昵称")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("城市-行业-昵称", "城市-行业-昵称"),
        ("城市—行业－昵称", "城市-行业-昵称"),
        ("城市 | 昵称", "城市｜昵称"),
        ("城市　行业 昵称", "城市 行业 昵称"),
        ("城市~昵称", "城市-昵称"),
        ("城市｛北京，上海｝－昵称", "城市{北京,上海}-昵称"),
        ("昵称", "昵称"),
        ("城市｜行业-昵称", "城市｜行业-昵称"),
    ],
)
def test_a_format_is_read_whatever_its_separators_look_like(text: str, same: str) -> None:
    assert str(parse_format(text)) == same


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("城市-", "空的"),
        ("-", "空的"),
        ("", "空的"),
        ("城市-城市", "两次"),
        ("一-二-三-四-五-六-七", "最多 6 段"),
        ("城市{北京", "少了一个"),
        ("城市}-昵称", "多了一个"),
        ("{北京}-昵称", "跟在"),
        ("城市{}-昵称", "空的"),
        ("城市{北京,北京}-昵称", "一样"),
        ("城市{北-京}-昵称", "分隔符"),
        ("城市{北京}里-昵称", "分隔符"),
        ("这一段的名字实在是太长了一点吧-昵称", "太长"),
        ("一{" + "长" * 12 + "}-二{" + "长" * 12 + "}-昵称", "至少"),
    ],
)
def test_a_format_that_cannot_work_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(Misread, match=why):
        parse_format(text)


@pytest.mark.parametrize(
    "card",
    [
        "上海-电商-小王",
        "上海—电商–小王",
        "上海－电商－小王",
        "上海 - 电商 - 小王",
        "上海|电商|小王",
        "上海 电商 小王",
        "上海・电商・小王",
        "上海~电商~小王",
        "上海·电商·小王",
    ],
)
def test_separators_that_look_alike_are_the_same(card: str) -> None:
    assert judge(CITY, card).card == "上海-电商-小王"


@pytest.mark.parametrize(
    "card", ["新疆-教育-买买提·艾力", "上海-电商-Tom Lee", "上海-仓库管理员-小王", "上海-电商-👨‍👩‍👧"]
)
def test_what_does_not_separate_here_may_be_part_of_a_name(card: str) -> None:
    assert judge(CITY, card).card == card


@pytest.mark.parametrize(
    ("card", "why"),
    [
        ("", "还没有"),
        ("   ", "空的"),
        ("\u3164", "空的"),
        ("\u200b\u200d", "空的"),
        ("上\u200b海-电商-小王", "看不见"),
        ("\u202e上海-电商-小王", "看不见"),
        ("上海-小王", "要有 3 段，现在是 2 段"),
        ("上海-电商-小王-已婚", "现在是 4 段"),
        ("-电商-小王", "「城市」是空的"),
        ("城市-行业-昵称", "换成你自己的"),
        ("[CQ:image,file=1]", "代码"),
        ("群主", "冒充"),
        ("群 主", "冒充"),
        ("官方客服", "冒充"),
        ("上海-电商-管理员", "冒充"),
        ("上海-电商-官方", "冒充"),
        ("上海-电商-" + "王" * 20, "最多 60 字节"),
    ],
)
def test_an_offending_card_is_told_why(card: str, why: str) -> None:
    verdict = judge(CITY, card)
    assert not verdict.ok
    assert why in verdict.why


def test_nobody_may_carry_an_admins_card() -> None:
    reserved = {fold("上海-电商-老李")}
    assert "一模一样" in judge(CITY, "上海—电商—老 李", reserved).why
    assert judge(CITY, "上海-电商-小李", reserved).ok


def test_a_closed_list_takes_only_what_it_lists() -> None:
    assert judge(CLOSED, "上海-小王").ok
    assert judge(CLOSED, "廣州-小王").why == "「城市」只能是北京、上海、其他"
    assert judge(parse_format("身份{官方,玩家}-昵称"), "官方-小王").ok


def test_without_a_card_the_nickname_counts_if_it_fits() -> None:
    assert judge_member(CITY, "", "上海-电商-小王").ok
    assert judge_member(CITY, "", "小王").why == "还没有群名片"
    assert not judge_member(CITY, "小王", "上海-电商-小王").ok


NAMES = st.text("城市行业昵称名公司学校甲某abc群主官方管理员微123", min_size=1, max_size=6)
CHOICES = st.lists(NAMES, min_size=1, max_size=4, unique_by=fold)
PARTS = st.lists(
    st.tuples(NAMES, st.none() | CHOICES), min_size=1, max_size=6, unique_by=lambda p: fold(p[0])
)
NICKNAMES = st.text(max_size=30) | st.text("小新-｜ 群主官方\u200b\u3164🐱👨‍👩‍👧́", max_size=40)


@given(
    parts=PARTS,
    separators=st.lists(st.sampled_from(sorted(CLASSES)), min_size=5, max_size=5),
    nickname=NICKNAMES,
)
def test_every_format_that_can_be_set_has_an_example_that_fits(
    parts: list[tuple[str, list[str] | None]], separators: list[str], nickname: str
) -> None:
    words = [name + (f"{{{','.join(choices)}}}" if choices else "") for name, choices in parts]
    text = words[0] + "".join(s + w for s, w in zip(separators, words[1:], strict=False))
    try:
        form = parse_format(text)
    except Misread:
        assert sum(min(map(size_of, c)) if c else 3 for _, c in parts) + 3 * len(parts) > CARD_BYTES
        return
    assert str(form) == text
    assert smallest(form) <= CARD_BYTES
    card = example(form, nickname)
    assert size_of(card) <= CARD_BYTES
    assert judge(form, card).card == card


@given(st.text(max_size=80))
def test_no_text_breaks_the_format_or_the_judge(text: str) -> None:
    judge(CITY, text)
    shown_name(text, strict=True)
    try:
        form = parse_format(text)
    except Misread:
        return
    assert isinstance(form, Format)
    assert parse_format(str(form)) == form


@given(st.text(max_size=40))
def test_a_card_that_fits_still_fits_when_normalised(card: str) -> None:
    for form in (CITY, CLOSED, parse_format("城市 昵称")):
        verdict = judge(form, card)
        if verdict.ok:
            assert judge(form, verdict.card) == verdict


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("小王", "小王"),
        ("加微信abc12345", "加＊"),
        ("13800138000", "1＊"),
        ("\u3164", "（空白）"),
        ("兼职日结找我", "兼＊"),
    ],
)
def test_names_that_may_be_ads_are_masked(name: str, shown: str) -> None:
    assert shown_name(name, strict=True) == shown


def test_reminders_within_the_hour_are_merged_and_consequences_are_never_early() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    soon, later = now + timedelta(minutes=50), now + timedelta(minutes=70)
    cases = [Case(1, 0, now), Case(2, 1, soon), Case(3, 0, later), Case(4, 2, now), Case(5, 2, soon)]
    found = due(cases, 2, now)
    assert (found.remind, found.act) == ([1, 2], [4])
