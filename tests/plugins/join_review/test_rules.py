"""Reading an application and judging it: tables."""

from dataclasses import replace

import pytest

from lizheng.grammar import Misread
from lizheng.text import fold
from plugins.join_review.rules import (
    Applied,
    Facts,
    Rule,
    Said,
    better,
    judge,
    name_inviter,
    read_rule,
    shape,
    shown_answer,
    split_comment,
    weak,
)

COMMENTS = [
    ("问题：谁介绍的\n答案：小王", Said("谁介绍的", "小王", marked=True)),
    ("问题:谁介绍的 答案:小王", Said("谁介绍的", "小王", marked=True)),
    (
        "问题：一、做什么的\n二、谁介绍的\n答案：电商 小王",
        Said("一、做什么的\n二、谁介绍的", "电商 小王", marked=True),
    ),
    ("问题：谁\n答案：他说 答案：就是小王", Said("谁", "他说 答案：就是小王", marked=True)),
    ("问题：谁介绍的\n答案：", Said("谁介绍的", "", marked=True)),
    ("问题：谁介绍的", Said("谁介绍的", "", marked=True)),
    ("小王介绍", Said("", "小王介绍")),
    ("谁介绍你来的？", Said("谁介绍你来的？", "")),
    ("", Said("", "")),
    ("我的问题：没有答案", Said("", "我的问题：没有答案")),
]


@pytest.mark.parametrize(("comment", "said"), COMMENTS)
def test_question_and_answer(comment: str, said: Said) -> None:
    assert split_comment(comment, {fold("谁介绍你来的？")}) == said


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("小王，13800138000", "小王，138****8000"),
        ("看 https://a.example/x?y 这里", "看 [链接] 这里"),
        ("第一行\n第二行", "第一行 第二行"),
        ("/通过 3", "/通过 3"),
        ("长" * 80, "长" * 59 + "…"),
    ],
)
def test_an_answer_is_safe_to_show(answer: str, shown: str) -> None:
    assert shown_answer(answer) == shown


MEMBERS = {
    11: ("", "小王"),
    12: ("上海-老李", "lee"),
    13: ("北京-老李明", "阿明"),
    14: ("", "王"),
    123456: ("张三", ""),
}


@pytest.mark.parametrize(
    ("answer", "people"),
    [
        ("小王", (11,)),
        ("小王，做电商的", (11,)),
        ("是小王介绍来的", (11,)),
        ("@小王 拉我进来的", (11,)),
        ("上海-老李", (12,)),
        ("阿明", (13,)),
        ("老李", (12, 13)),
        ("QQ 123456 介绍", (123456,)),
        ("999999", ()),
        ("777777", ()),
        ("王", ()),
        ("不认识谁", ()),
        ("", ()),
    ],
)
def test_who_is_named(answer: str, people: tuple[int, ...]) -> None:
    named = name_inviter(answer, MEMBERS, applicant=777777)
    assert named.people == people
    assert named.one == (people[0] if len(people) == 1 else 0)


YES, NO, NICK = Rule(1, "通过", "电商"), Rule(2, "拒绝", "代理", "不收代理"), Rule(3, "拒昵称", "/^aaa/")
GOOD = Applied("小新", Said("做什么的", "跨境电商"), 16)
FACTS = Facts(rules=(YES, NO, NICK))


def said(answer: str) -> Applied:
    return replace(GOOD, said=Said("做什么的", answer))


JUDGED = [
    (GOOD, FACTS, "通过", "答出了「电商」"),
    (GOOD, replace(FACTS, listed="骗子", ticket="票"), "拒绝", "在黑名单里"),
    (said(""), replace(FACTS, ticket="付过款"), "通过", "付过款"),
    (said("代理"), replace(FACTS, protected=True), "通过", "在白名单里"),
    (said("电商代理"), FACTS, "拒绝", "回答撞上规则 2"),
    (replace(GOOD, nickname="AAA建材"), FACTS, "拒绝", "昵称撞上规则 3"),
    (said("做什么的"), replace(FACTS, rules=(Rule(1, "通过", "做什么"),)), "等人", "把问题当成了回答"),
    (said("电"), FACTS, "等人", "回答不到 2 个字"),
    (said(""), replace(FACTS, vouched=True), "等人", "没有写回答"),
    (said("朋友"), replace(FACTS, vouched=True), "通过", "介绍人担保了"),
    (GOOD, replace(FACTS, needs_vouch=True), "等人", "答对了，还没有人担保"),
    (GOOD, replace(FACTS, same_answers=3), "等人", "答出了规则 1，但是最近有 3 个人答得一模一样"),
    (GOOD, replace(FACTS, wave=5), "等人", "答出了规则 1，但是1 分钟里有 5 个一样的申请"),
    (GOOD, replace(FACTS, least_level=20), "等人", "答出了规则 1，但是等级 16，不到 20"),
    (replace(GOOD, level=None), replace(FACTS, least_level=20), "通过", "答出了「电商」"),
    (GOOD, replace(FACTS, weak_inviter=True), "通过", "答出了「电商」"),
    (said("学习"), FACTS, "等人", "没有规则说到他"),
    (said("学习"), replace(FACTS, strangers="拒绝"), "拒绝", "没有答出要的内容"),
    (said("学习"), Facts(strangers="拒绝"), "等人", "没有规则说到他"),
    (said("学习"), replace(FACTS, refused_here=2, refused_elsewhere=1), "等人", "没有规则说到他"),
]


@pytest.mark.parametrize(("applied", "facts", "does", "why"), JUDGED)
def test_the_order(applied: Applied, facts: Facts, does: str, why: str) -> None:
    verdict = judge(applied, facts)
    assert (verdict.does, verdict.why) == (does, why)


def test_a_refusal_has_words_of_its_rule() -> None:
    assert judge(said("代理"), FACTS).words == "不收代理"
    assert judge(replace(GOOD, nickname="aaa"), FACTS).words == "请按要求重新填写"


def test_what_speaks_against_somebody_never_refuses() -> None:
    facts = Facts(
        least_level=99, same_answers=9, wave=9, refused_here=9, refused_elsewhere=9, weak_inviter=True
    )
    verdict = judge(replace(GOOD, nickname="A 保险-张经理 批发"), facts)
    assert verdict.does == "等人"
    assert len(verdict.marks) == 7
    assert [mark.weight for mark in verdict.marks] == sorted(
        (mark.weight for mark in verdict.marks), reverse=True
    )


@pytest.mark.parametrize(
    ("kind", "written", "rule"),
    [
        ("通过", "电商", Rule(0, "通过", "电商")),
        ("拒绝", "代理 不收代理", Rule(0, "拒绝", "代理", "不收代理")),
        ("拒绝", "/加.{0,3}微 信/ 不收", Rule(0, "拒绝", "/加.{0,3}微 信/", "不收")),
        ("通过", "电", "太短"),
        ("通过", "电商 好", "不写理由"),
        ("通过", "/abc", "两条斜线"),
        ("拒绝", "/.*/", "几乎什么"),
        ("拒绝", "/(?=a)/", "RE2"),
        ("拒绝", "/(a/", "少了一个"),
        ("拒绝", "长" * 31, "现在是 31 个"),
        ("拒绝", "/" + "a" * 201 + "/", "现在是 201 个"),
        ("拒绝", "代理 " + "长" * 31, "理由最长 30"),
    ],
)
def test_a_rule_as_it_is_written(kind: str, written: str, rule: Rule | str) -> None:
    if isinstance(rule, Rule):
        assert read_rule(kind, written) == rule
    else:
        with pytest.raises(Misread, match=rule):
            read_rule(kind, written)


def test_small_ones() -> None:
    assert shape("做电商 3 年") == shape("做电商 12 年")
    assert Rule(1, "通过", "/电.商/").hits("我做电子商务、电x商")
    assert better("A", "B")
    assert better("D", "C")
    assert better("F", "")
    assert not better("", "E")
    assert not better("E", "F") or better("F", "E") is False
    assert (weak(4, 2), weak(4, 1), weak(5, 2)) == (True, False, False)
