"""Lists are leafed through: a page fits a phone, says where it is, and names tell people apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lizheng import Declined, Misread
from lizheng.base.roles import Role
from lizheng.grammar import Words
from lizheng.groups.members import MemberInfo
from lizheng.parts.page import MOST_CHARACTERS, Page, PageNumber
from lizheng.sandbox.stage import HostStage

NOBODY: Any = None
PAGE = Page("共 {count} 条：\n{lines}{more}", "没有。", "/看")


@pytest.mark.parametrize(
    ("written", "page"), [("2", 2), ("第2页", 2), ("2页", 2), ("第 2 页", 0), ("第二页", 2), ("２", 2)]
)
async def test_a_page_however_it_is_written(written: str, page: int) -> None:
    if not page:  # two words
        with pytest.raises(Misread):
            await PageNumber.read(NOBODY, Words(written))
        return
    assert await PageNumber.read(NOBODY, Words(written)) == page


@pytest.mark.parametrize("written", ["", "12345", "张三", "@12345", "-1", "第页"])
async def test_what_is_no_page(written: str) -> None:
    """A number of five digits is a person's."""
    with pytest.raises(Misread):
        await PageNumber.read(NOBODY, Words(written))


@given(st.lists(st.text(max_size=300), max_size=60), st.integers(1, 9), st.data())
def test_a_page_fits_and_every_row_is_on_one(rows: list[str], size: int, data: st.DataObject) -> None:
    pages = max(1, -(-len(rows) // size))
    seen: list[str] = []
    for number in range(1, pages + 1):
        leaf = _run(PAGE.read(NOBODY, rows, str, number, size=size))
        assert len(leaf.lines) + len(leaf.more) <= MOST_CHARACTERS
        assert leaf.lines.count("\n") < size
        assert (number < pages) == (f"/看 {number + 1}" in leaf.more)
        seen += leaf.rows
    assert seen == rows
    beyond = data.draw(st.sampled_from([0, pages + 1, 10**9]))
    with pytest.raises(Declined, match=f"一共 {pages} 页"):
        _run(PAGE.read(NOBODY, rows, str, beyond, size=size))


def _run(reading: Any) -> Any:
    """What a coroutine that waits for nothing returns."""
    try:
        reading.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited")


async def test_a_list_of_a_table_is_leafed_through(stage: HostStage) -> None:
    await stage.play("""
开：试单
小王：/试单
里正：一行都没有，发 /试写 加内容。
小王：/试写 甲
小李：/试写 乙
小王：/试写 丙
小王：/试单
里正：试单共 3 行：
  甲 小王
  乙 小李
  丙 小王
小王：/试写 丁
小王：/试单
里正：试单共 4 行：
  甲 小王
  乙 小李
  丙 小王
  第 1/2 页，看下一页发 /试单 2
小王：/试单 第2页
里正：试单共 4 行：
  丁 小王
  第 2/2 页
小王：/试单2
里正：试单共 4 行：
  丁 小王
  第 2/2 页
小王：/试单 7
里正：没有第 7 页，一共 2 页。
小王：/试单 张三
里正：「张三」不是页码，请写成 第2页。
  用法：/试单 [页]
  例如：/试单 2
小王（私聊）：/试单 2
里正（私聊 小王）：试单共 4 行：
  丁 小王
  第 2/2 页
""")


async def test_people_are_told_apart(stage: HostStage) -> None:
    """By the last digits of their numbers, where the name alone would not do."""
    player = await stage.play("开：试单\n小王：早\n小李：早\n老周：早")
    group = player.group.group_id
    roster = stage.host.roster
    them = {name: player.person(name) for name in ("小王", "小李", "老周")}
    cards = {"小王": "杭州-老周", "小李": "杭州－老周", "老周": "加v tz66881"}
    for name, person in them.items():
        roster.meet(group, _Sender(person, name))
        seen = roster.seen(group, person)
        assert seen is not None
        seen.card = cards[name]
    last = {name: str(person)[-4:] for name, person in them.items()}
    await player.play(f"""
小王：/试名 {them["小王"]}
里正：杭州-老周（…{last["小王"]}）
小王：/试名 {them["小李"]}
里正：杭州－老周（…{last["小李"]}）
小王：/试名 {them["老周"]}
里正：加＊（…{last["老周"]}）
小王：/试名 7654321
里正：7654321
""")
    one, other = roster.seen(group, them["小李"]), roster.seen(group, them["老周"])
    assert one is not None
    assert other is not None
    one.card, other.card = "苏州", " \u200b"
    await player.play(f"""
小王：/试名 {them["小王"]}
里正：杭州-老周
小王：/试名 {them["小王"]} 开
里正：杭州-老周（…{last["小王"]}）
小王：/试名 {them["老周"]}
里正：（空白）（…{last["老周"]}）
""")


class _Sender:
    """Somebody who spoke."""

    def __init__(self, user_id: int, nickname: str):
        self.user_id, self.nickname = user_id, nickname

    def model_dump(self) -> dict[str, Any]:
        return {"user_id": self.user_id, "nickname": self.nickname}


def test_a_name_is_anothers_when_it_looks_like_it() -> None:
    from lizheng.groups.members import Roster

    roster = Roster(NOBODY, NOBODY)
    for user_id, card in ((1, "杭州-供应链-老周"), (2, "杭州-供应链-老周\u200b"), (3, "老周")):
        roster._met[9, user_id] = MemberInfo(user_id, "", card, Role.MEMBER)
    assert [roster.is_unique(9, user_id) for user_id in (1, 2, 3, 4)] == [False, False, True, True]
    assert roster.is_unique(8, 1)
