"""Choosing people: one grammar, kinds that features know, and who that is here."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lizheng import Declined, GroupContext
from lizheng.grammar import At, Misread, Text, Words, parse_who
from lizheng.grammar.who import Term, parse_term
from lizheng.parts.labels import missing, said
from lizheng.parts.people import fits, resolve
from lizheng.sandbox.stage import HostStage


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("@12345", "@12345"),
        ("12345、23456", "@12345、@23456"),
        ("h3", "H3"),
        ("Ｈ３到场", "H3到场"),
        ("H3 到场", "H3、到场"),
        ("标签：摄影", "标签:摄影"),
        ("等级≥2", "等级≥2"),
        ("等级>=2级", "等级>=2级"),
        ("作业在册", "作业在册"),
        ("活跃7天", "活跃7天"),
        ("大家", "全体"),
        ("标签:摄影 且 活跃7天", "标签:摄影 且 活跃7天"),
        ("标签:摄影且", None),
        ("标签:摄影 且", None),
        ("且 全体", None),
        ("全体 除 @12345 @23456", "全体 除 @12345、@23456"),
        ("除@12345", "全体 除 @12345"),
        ("H3 或 H4", "H3、H4"),
        ("H3|H4", "H3、H4"),
        ("除", None),
        ("", None),
        ("等级>2>3", None),
    ],
)
def test_who_however_it_is_written(written: str, shown: str | None) -> None:
    if shown is None:
        if written == "标签:摄影且":  # the sign stands alone, a tag may end in it
            assert str(parse_who(written)) == "标签:摄影且"
            return
        with pytest.raises(Misread):
            parse_who(written)
        return
    assert str(parse_who(written)) == shown
    assert str(parse_who(shown)) == shown


def test_a_term_says_what_it_is_made_of() -> None:
    assert parse_term("ｈ１２到场") == Term("H", 12, "到场", written="H12到场")
    assert parse_term("等级≥2") == Term("等级", 2, "", ">=", written="等级≥2")
    assert parse_term("活跃7天") == Term("活跃", rest="7天", written="活跃7天")
    assert parse_term("标签:a:b") == Term("标签", rest="a:b", sign=":", written="标签:a:b")


def test_mentions_and_words_stand_beside_each_other() -> None:
    words = Words([Text("H3 除 "), At(12345), Text(" "), At(23456)])
    assert str(parse_who(words)) == "H3 除 @12345、@23456"


@settings(max_examples=150)
@given(st.text(max_size=60))
def test_anything_is_read_or_refused(written: str) -> None:
    try:
        who = parse_who(written)
    except Misread:
        return
    assert who.choices


@pytest.mark.parametrize(
    ("there", "sentence"),
    [
        ([], "没有 H9，现在一个也没有。"),
        ([3, 4], "没有 H9；现在有 H3、H4。"),
        (list(range(10, 20)), "没有 H9；现在有 H10、H11、H12、H13、H14、H15 等 10 个。"),
    ],
)
def test_a_number_that_is_not_there_names_those_that_are(there: list[int], sentence: str) -> None:
    assert str(missing("H", 9, there)) == sentence
    assert said("C", [1, 2]) == "C1、C2"


async def test_who_that_is_here(stage: HostStage) -> None:
    player = await stage.play("小王：在\n小李：也在")
    host, group = stage.host, int(player.group.group_id)
    ctx = GroupContext(host, host.groups[group], host.features["control"])
    wang, li, admin = (player.person(name) for name in ("小王", "小李", "管理员"))
    assert await resolve(ctx, parse_who(f"@{wang} @99999999")) == {wang}
    everybody = await resolve(ctx, parse_who("全体"))
    assert {wang, li, admin} <= everybody
    assert stage.world.account not in everybody
    assert await resolve(ctx, parse_who(f"全体 除 @{wang}")) == everybody - {wang}
    assert wang in await resolve(ctx, parse_who("活跃1天"))
    assert not await fits(ctx, parse_who("活跃1天 除 @" + str(wang)), wang)
    assert await resolve(ctx, parse_who(f"@{wang} 且 @{li}")) == frozenset()
    with pytest.raises(Misread, match="看不懂「标签:摄影」"):
        await resolve(ctx, parse_who("标签:摄影"))
    with pytest.raises(Misread, match="写多久"):
        await resolve(ctx, parse_who("活跃"))
    assert isinstance(missing("H", 1, []), Declined)
