"""Which names a slip of the finger may have meant, and that words nobody of ours is called by mean none."""

from __future__ import annotations

import pytest

from lizheng.grammar.typos import meant, sounds_like, syllable
from lizheng.sandbox.stage import HostStage

NAMES = [
    "帮助",
    "群规",
    "记录",
    "禁言",
    "广告",
    "广告税",
    "广告贴",
    "广告时段",
    "白名单",
    "设置",
    "set",
    "teach",
    "help",
]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("邦助", ["帮助"]),
        ("群归", ["群规"]),
        ("纪录", ["记录"]),
        ("广告随", ["广告税", "广告贴"]),
        ("广告睡", ["广告税"]),
        ("白名丹", ["白名单"]),
        ("白单名", ["白名单"]),
        ("Teech", ["teach"]),
    ],
)
def test_what_is_one_slip_away(typed: str, names: list[str]) -> None:
    assert meant(typed, NAMES) == names


@pytest.mark.parametrize(
    "typed",
    ["签到", "点歌", "帮派", "群主", "录记", "帮", "白名", "get", "hep", "今日运势", "广播", "", "帮助"],
)
def test_what_other_bots_answer_is_none_of_ours(typed: str) -> None:
    assert meant(typed, NAMES) == []


def test_too_many_are_no_help() -> None:
    assert meant("甲乙丁", ["甲乙子", "甲乙丑", "甲乙寅"]) == ["甲乙子", "甲乙丑", "甲乙寅"]
    assert meant("甲乙丁", ["甲乙子", "甲乙丑", "甲乙寅", "甲乙卯"]) == []


def test_the_first_and_the_last_of_the_table_and_what_is_beyond_it() -> None:
    assert (syllable("啊"), syllable("座")) == (1, 396)
    assert [syllable(char) for char in ("亍", "a", "。", "囍", "")] == [None] * 5
    assert not sounds_like("帮助", "帮助")
    assert not sounds_like("税", "睡")


async def test_commands_of_two_characters_are_named_by_their_sound(stage: HostStage) -> None:
    await stage.play("""
小王：/邦助
里正：没有「/邦助」，你是不是想发 /帮助？
小李：/公能。
里正：没有「/公能」，你是不是想发 /功能？
小王：/帮派
小王：/公能
""")


async def test_what_ends_a_sentence_is_no_part_of_a_name(stage: HostStage) -> None:
    await stage.play("""
开：试探
小王：/白名单。
里正：白名单是空的。
小李：/帮助？
里正：你现在能用…
小李：/设置。。。
里正：…只有管理员和群主能用。
小王：/白单。
""")
