"""Which feature a name means."""

from dataclasses import dataclass

import pytest

from lizheng import Misread
from plugins.control.naming import named


@dataclass(frozen=True)
class Thing:
    id: str
    title: str


THINGS = [
    Thing("welcome", "入群欢迎"),
    Thing("ad_tax", "广告税"),
    Thing("ad_board", "广告贴"),
    Thing("ads", "广告"),
]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("入群欢迎", "welcome"), ("WELCOME", "welcome"), ("欢迎", "welcome"), ("税", "ad_tax"), ("广告", "ads")],
)
def test_a_whole_name_or_a_part_that_only_one_has(name: str, meant: str) -> None:
    assert named(THINGS, name).id == meant


@pytest.mark.parametrize(
    ("name", "said"), [("", "哪个功能"), ("群聊", "没有叫「群聊」"), ("告", "「广告税」、「广告贴」")]
)
def test_what_nobody_or_several_could_be(name: str, said: str) -> None:
    with pytest.raises(Misread, match=said):
        named(THINGS, name)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("广告睡", "「广告税」"), ("广告随", "「广告税」或「广告贴」"), ("入群换迎", "「入群欢迎」")],
)
def test_what_was_perhaps_meant_is_named(name: str, nearest: str) -> None:
    with pytest.raises(Misread, match=f"没有叫「{name}」的功能，你是不是想说{nearest}？"):
        named(THINGS, name)
