"""Deciding: several at once, by name, by two, in time or too late; what waits is listed, capped and taken back."""

from __future__ import annotations

import pytest
from nonebot import logger

from lizheng.grammar import Misread, looks_like_numbers, parse_choice, parse_number_list
from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Pending, Slot

OPEN = "开：试探 试办\n里正：醒了。\n"


async def test_several_numbers_and_ranges_decide_and_what_was_left_is_said(stage: HostStage) -> None:
    await stage.play(
        OPEN
        + """
小王：/试投 一
里正：小王 投稿：一…
小王：/试投 二
里正：小王 投稿：二…
小王：/试投 三
里正：小王 投稿：三…
小王：/试投 四
里正：小王 投稿：四…
小王：/试投 五
里正：小王 投稿：五…
小王：/试投 六
里正：小王 投稿：六…
管理员：/通过 2-3，5
里正：2、3、5 号：同意，记下了。
里正：采用了：二
里正：采用了：三
里正：采用了：五
管理员：/通过 1 2 9-11
里正：1 号：同意，记下了。
  2 号已经通过了，没有再动。
  没有待办 9。
  没有待办 10。
  还有 1 个也没有动，发 /待办 看剩下的。
里正：采用了：一
管理员：/拒绝 4 6 都太短
里正：4、6 号：不同意，记下了。
里正：没有采用。都太短
里正：没有采用。都太短
管理员：/通过 2 3
里正：一个也没有动。
  2 号已经通过了，没有再动。
  3 号已经通过了，没有再动。
管理员：/通过 全部
里正：一次说几个，要写明编号，例如 3-8,10。
  用法：/通过 [编号…]
  例如：/通过 3
管理员：/通过 8-3
里正：「8-3」这样的编号不存在，编号从 1 起…
"""
    )


async def test_what_waits_is_listed_page_by_page(stage: HostStage) -> None:
    await stage.play(
        OPEN
        + """
小王：/待办
里正：没有等你决定的事，你也没有在等别人决定的事。
小王：/试投 一
里正：小王 投稿：一…
【过 2 小时】
小李：/试投 二
里正：小王 投稿：二…
小李：/试投 三
里正：小王 投稿：三…
小李：/试投 四
里正：小王 投稿：四…
【过 5 分钟】
管理员：/待办
里正：在等决定的 4 件：
  1 小王：小王 投稿：一（2 小时前）
  2 小李：小王 投稿：二（5 分钟前）
  3 小李：小王 投稿：三（5 分钟前）
  4 小李：小王 投稿：四（5 分钟前）
小李：/试投 五
里正：小王 投稿：五…
管理员：/待办
里正：在等决定的 5 件（第 1/2 页，/待办 2 看后面的）：
  …
管理员：/待办 2
里正：在等决定的 5 件（第 2/2 页）：
  5 小李：小王 投稿：五（刚刚）
管理员：/待办 3
里正：只有 2 页，发 /待办 2 看最后一页。
小王：/待办
里正：在等决定的 1 件：
  1 小王：小王 投稿：一（2 小时前，等别人决定）
管理员：/通过
里正：有几件事在等：5、4、3、2、1。请带上编号；是什么事，发 /待办 看。
"""
    )


async def test_who_is_named_decides_and_nobody_else(stage: HostStage) -> None:
    await stage.play(
        OPEN
        + """
小王：/试荐 @小李 修车
里正：请 小李 作保：修车
  同意请发 /确认 1，不同意发 /取消 1，别人不能替（7 天内有效）。
管理员：/通过 1
里正：1 号只能由 小李 来决定。
小王：/确认 1
里正：1 号只能由 小李 来决定。
群主→里正「作保」：同意
里正：1 号只能由 小李 来决定。
小李：/待办
里正：在等决定的 1 件：
  1 小王：请 小李 作保：修车（刚刚）
小李：/确认
里正：成了：修车
小王：/试荐 @小李 补胎
里正：请 小李 作保：补胎…
小李：/取消 2
里正：没成（rejected）：补胎
小王：/试荐 @小李 洗车
里正：请 小李 作保：洗车…
小李→里正：同意
里正：成了：洗车
"""
    )


async def test_it_takes_two_different_admins_who_still_are(stage: HostStage) -> None:
    await stage.play(
        OPEN
        + """
小王：/试款 买灯
里正：要用钱：买灯
  要两位管理员同意：各发一次 /通过 1；不同意发 /拒绝 1（7 天内有效）。
管理员：/通过 1
里正：1 号有一位管理员同意了，还要另一位也发 /通过 1。
管理员：/通过 1
里正：1 号你已经同意了，还要另一位管理员。
【重启】
里正：醒了。
群主→里正「买灯」：同意
里正：成了：买灯
小王：/试款 买椅
里正：要用钱：买椅…
管理员：/通过
里正：2 号有一位管理员同意了，还要另一位也发 /通过 2。
群主：/拒绝 2 太贵
里正：没成（rejected）：买椅太贵
小王：/试款 买桌
里正：要用钱：买桌…
管理员：/通过 3
里正：3 号有一位管理员同意了，还要另一位也发 /通过 3。
【管理员 降成员】
群主：/通过 3
里正：3 号有一位管理员同意了，还要另一位也发 /通过 3。
"""
    )


async def test_one_more_than_a_member_may_have_waiting_is_refused(stage: HostStage) -> None:
    await stage.play(
        OPEN
        + """
小王：/试稿 一
里正：投稿：一…
小王：/试稿 二
里正：投稿：二…
小王：/试稿 三
里正：你已经有 2 件在等决定（1、2），等有了结果再来。
小李：/试稿 四
里正：投稿：四…
小王：/试等
里正：你的：2 二、1 一；一共 3 件。
小李：/试收 1
里正：你没有 1 号在等决定。
小王：/试收 1
里正：没成（cancelled）：一
小王：/试收 1
里正：你没有 1 号在等决定。
小王：/试稿 五
里正：投稿：五…
"""
    )


async def test_what_nobody_decides_in_time_is_ended_once(stage: HostStage) -> None:
    await stage.play(
        OPEN
        + """
小王：/试稿 一
里正：投稿：一…
小王：/试稿 二
里正：投稿：二…
管理员：/通过 1
里正：成了：一
【过 7 天】
里正：没人管，过期了：二
【重启】
里正：醒了。
管理员：/通过 2
里正：2 号已经过期了，没有再动。
"""
    )
    assert (await Pending.get(number=2)).state == "expired"
    assert await Slot.filter(name="draft/expired").count() == 1


async def test_a_refusal_in_a_decision_is_said_and_is_no_error(stage: HostStage) -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, level="WARNING")
    await stage.play(
        OPEN
        + """
小王：/试稿 不成
里正：投稿：不成…
小王：/试稿 不懂
里正：投稿：不懂…
管理员：/通过 1
里正：现在做不成。
管理员：/通过 2
里正：没看懂。
"""
    )
    logger.remove(sink)
    assert not lines


@pytest.mark.parametrize(
    ("said", "choice"),
    [
        *[(said, 1) for said in ("1", "１", " 1 ", "1.", "1、", "(1)", "（1）", "①", "一", "第一", "第1个")],
        *[(said, 2) for said in ("第二个", "两", "选2", "2号", "第 二 条", "②", "二。")],
        *[(said, 12) for said in ("12", "十二", "第十二个", "⑫")],
        *[
            (said, None)
            for said in ("0", "13", "第十三个", "一二", "1 2", "一个人", "好", "", "1天", "-1", "1.5", "⑬")
        ],
    ],
)
def test_a_choice_is_a_number_however_it_is_written(said: str, choice: int | None) -> None:
    assert parse_choice(said, 12) == choice


@pytest.mark.parametrize("word", ["3", "#3", "3-8,10", "3号", "3、5", "３～８", "3,", "3-5号", "3至5"])
def test_what_is_a_list_of_numbers_looks_like_one(word: str) -> None:
    assert looks_like_numbers(word)
    assert parse_number_list(word)


@pytest.mark.parametrize("word", ["-", "3号不行", "太长", "3个", "3%", "", "A3", "号"])
def test_what_is_none_does_not(word: str) -> None:
    assert not looks_like_numbers(word)
    with pytest.raises(Misread):
        parse_number_list(word)
