"""Normalising, echoing and cutting member text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lizheng.text import (
    NAME_SHOWN,
    clip,
    clip_bytes,
    clusters,
    edit_distance_one,
    fold,
    fold_command,
    is_blank,
    mask,
    shown_name,
    visible,
)

FAMILY = "👨‍👩‍👧"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("加微信 VX-123", "加微信vx123"),
        ("加\u200b微\u202e信", "加微信"),
        ("加薇信：ＶＸ１２３", "加微信vx123"),
        ("加徽 信", "加微信"),
        ("賣東西，發財", "卖东西发财"),
        ("ѵх", "vx"),
        ("ΝΥ", "ny"),
        ("ѕех", "sex"),
        ("𝓥𝓧①", "vx1"),
        ("V\u0301\u0336X", "vx"),
        ("é", "e"),
        ("🇻🆇", "vx"),
        ("➕V", "+v"),
        ("C++", "c++"),
        ("微★信💰", "微信"),
        ("二\u3164维\u2800码", "二维码"),
        ("Straße", "strasse"),
        ("٣", "3"),
        ("　，。！", ""),
        ("", ""),
    ],
)
def test_fold_defeats_evasion(written: str, key: str) -> None:
    assert fold(written) == key


def test_fold_keeps_different_words_apart() -> None:
    assert len({fold(word) for word in ("微信", "微博", "信用", "北京", "上海", "v1", "v2")}) == 7


@given(st.text())
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_fold_works_character_by_character(first: str, second: str) -> None:
    assert fold(first + second) == fold(first) + fold(second)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_fold_does_not_care_for_composition(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)
    assert fold(unicodedata.normalize("NFKC", text)) == fold(text)


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("／通过　１２", "/通过 12"),
        ("/踢\u00a0@王", "/踢 @王"),
        ("/教 Ａ：Ｂ！", "/教 Ａ：Ｂ！"),
        ("薇\u200b", "薇\u200b"),
    ],
)
def test_fold_command_touches_slash_digits_and_spaces_only(written: str, command: str) -> None:
    assert fold_command(written) == command


@given(st.text())
def test_fold_command_keeps_positions(text: str) -> None:
    assert len(fold_command(text)) == len(text)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\u202eb\u200bc\x00", "abc"),
        ("  一\n\t二　三 ", "一 二 三"),
        ("\u3164小王\u3164", "小王"),
        (FAMILY, FAMILY),
        ("❤️", "❤️"),
        ("a\u0301\u0302\u0303\u0304", "a\u0301\u0302"),
        ("x\u200dy", "xy"),
    ],
)
def test_visible(written: str, shown: str) -> None:
    assert visible(written) == shown


@given(st.text())
def test_visible_never_controls_the_screen(text: str) -> None:
    shown = visible(text)
    assert all(unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") for char in shown)
    assert not set(shown) & set(
        "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\ufeff\u3164"
    )


@pytest.mark.parametrize(
    "text", ["", " ", "\u3164", "\u200b\u2060", "\u2800", "　\u00a0", "\u202e", "\ufe0f", "\uffa0"]
)
def test_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", "\u3164小", "👍", ".", "é", "한"])
def test_not_blank(text: str) -> None:
    assert not is_blank(text)


def test_clusters_hold_together_what_is_seen_as_one() -> None:
    seen = [FAMILY, "🇨🇳", "👍🏽", "e\u0301", "1️⃣", "王", "🇨", "a"]
    assert list(clusters("".join(seen))) == seen


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("一二三", 3, "一二三"),
        ("一二三四", 3, "一二…"),
        (f"a{FAMILY}b", 4, "a…"),
        ("一二", 1, "…"),
        ("一二", 0, ""),
    ],
)
def test_clip(text: str, limit: int, cut: str) -> None:
    assert clip(text, limit) == cut


@given(st.text(), st.integers(0, 30))
def test_clip_keeps_its_limit(text: str, limit: int) -> None:
    assert len(clip(text, limit)) <= limit


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("上海-电商-小王", 60, "上海-电商-小王"),
        ("中文", 5, "中"),
        (f"a{FAMILY}", 10, "a"),
        ("王👍🏽", 7, "王"),
        (FAMILY, 4, "👨"),
        ("中", 2, ""),
    ],
)
def test_clip_bytes(text: str, limit: int, cut: str) -> None:
    assert clip_bytes(text, limit) == cut


@given(st.text(), st.integers(0, 70))
def test_clip_bytes_keeps_its_limit_and_the_beginning(text: str, limit: int) -> None:
    cut = clip_bytes(text, limit)
    assert len(cut.encode()) <= limit
    assert text.encode("utf-8", "ignore").decode().startswith(cut)


@pytest.mark.parametrize(
    ("name", "masked"),
    [("加微信123", "加＊"), ("\u200b小王", "小＊"), (FAMILY + "a", FAMILY + "＊"), ("\u3164", "＊")],
)
def test_mask(name: str, masked: str) -> None:
    assert mask(name) == masked


@pytest.mark.parametrize(
    ("a", "b", "one"),
    [
        ("广告税", "广告税", False),
        ("广告税", "广告", True),
        ("广告", "广告税", True),
        ("广告时段", "广告时端", True),
        ("名片检查", "名检片查", True),
        ("名片检查", "查片检名", False),
        ("abcd", "badc", False),
        ("abc", "cab", False),
        ("a", "", True),
        ("", "", False),
        ("ab", "", False),
    ],
)
def test_edit_distance_one(a: str, b: str, one: bool) -> None:
    assert edit_distance_one(a, b) is one
    assert edit_distance_one(b, a) is one


@given(st.text(max_size=8), st.integers(0, 8), st.characters())
def test_an_insertion_is_one_edit(text: str, at: int, char: str) -> None:
    assert edit_distance_one(text, text[:at] + char + text[at:])


@pytest.mark.parametrize(
    ("name", "shown", "strictly"),
    [
        ("小王", "小王", "小王"),
        ("Leo", "Leo", "Leo"),
        ("卖号vx88888", "卖＊", "卖＊"),
        ("一三八零零零零", "一＊", "一＊"),
        ("①③⑧⓪⓪", "①＊", "①＊"),
        ("13800138000", "13800138000", "1＊"),
        ("兼职日结找我", "兼职日结找我", "兼＊"),
        ("加 徽 找我", "加 徽 找我", "加＊"),
        ("很" * 17, "很" * 15 + "…", "很＊"),
        ("\u3164", "", "（空白）"),
        ("☆", "☆", "☆＊"),
    ],
)
def test_names_are_shown_unless_they_reach_someone(name: str, shown: str, strictly: str) -> None:
    assert shown_name(name) == shown
    assert shown_name(name, strict=True) == strictly


@given(st.text(max_size=40))
def test_a_name_is_shown_on_one_short_line(name: str) -> None:
    for strict in (False, True):
        line = shown_name(name, strict=strict)
        assert line == visible(line)
        assert len(line) <= NAME_SHOWN or line.endswith("＊")
