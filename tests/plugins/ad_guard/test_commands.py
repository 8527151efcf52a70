"""Commands that carry an advertisement: what stays is what did what was asked, or what somebody is going to look at."""

import pytest

from lizheng.hooks import AdSeen, Allow, ad_opinion
from lizheng.sandbox.stage import HostStage
from tests.support.admin_actions import context

AD = "全网最低价代充会员，加微信 vx88888 领优惠，名额有限"
SOFT = "家教一对一，数学英语都可以，联系我"
ON = "开：广告识别、广告税、广告贴、广告时段、早报、问答"


async def test_a_submission_that_was_taken_is_no_suspect(stage: HostStage) -> None:
    await stage.play(f"""
{ON}
小王：/早报 投稿 {SOFT}
里正：…
小李：{SOFT}
管理员：/待审
里正：有 1 条待审：
  1. 小李：…
  …
""")


async def test_a_refused_command_is_a_message_like_any_other(stage: HostStage) -> None:
    await stage.play(f"""
{ON}
小王：/名片格式 {SOFT}
小李：/早报 时间 {SOFT}
里正：…
管理员：/待审
里正：有 …
  …
""")


async def test_nothing_is_hidden_behind_a_question(stage: HostStage) -> None:
    await stage.play(f"""
{ON}
小王：/问 {AD}
【里正 撤回 小王】
里正：@小王 …
""")


async def test_the_deputies_are_not_judged(stage: HostStage) -> None:
    await stage.play(f"""
{ON}
群主：/代管 添加 @小张
里正：…
小张：/广告税 {AD}
里正：…是多出来的。…
""")


@pytest.mark.parametrize(
    "words",
    [
        f"/广告税 {AD}",
        f"/广告 {AD}",
        f"/广告贴 投稿 {AD}",
        f"/adboard 投稿 {AD}",
        f"/广告时段 {AD}",
        f"/ad {'长' * 1200}",
    ],
)
async def test_no_opinion_lets_a_command_stay_for_how_it_begins(stage: HostStage, words: str) -> None:
    """Recognisers ask only about what was refused, so there is nothing to allow."""
    player = await stage.play(ON)
    ctx = context(stage, player, "ad_guard")
    seen = AdSeen(player.person("小王"), 77, words, int(stage.world.now()), certain=True)
    assert not [one for one in await ad_opinion.ask(ctx, seen) if isinstance(one.value, Allow)]
