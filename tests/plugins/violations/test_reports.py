"""Violations other features report, and the features that report them."""

import pytest

from lizheng import GroupContext
from lizheng.hooks import Violation, violation
from lizheng.sandbox.stage import HostStage
from plugins.violations.models import Case
from tests.support.probe_feature import feature as probe

JOB = "招网店兼职打字员，一单十元起，日结，加QQ 2847561930"


async def report(stage: HostStage, group_id: int, person: int, source: str, before: int = 0) -> list[bool]:
    """Report it as the n-th effect of a cause."""
    host = stage.host
    ctx = GroupContext(host, host.groups[group_id], probe, source=source)
    for _ in range(before):
        ctx.next_source()
    answers = await violation.ask(ctx, Violation(person, "名片格式", "还没有群名片"))
    await stage.settle()
    return [answer.value for answer in answers]


async def test_the_same_report_twice_is_one_case(stage: HostStage) -> None:
    player = await stage.play("开：违规处理\n小王：在\n小李：在\n")
    group, wang, li = player.group.group_id, player.person("小王"), player.person("小李")
    # After a crash the one who was first is done with, so the other's report is another step of the same cause.
    assert await report(stage, group, wang, "slot:1:1000") == [True]
    assert await report(stage, group, li, "slot:1:1000", before=1) == [True]
    await stage.restart()
    assert await report(stage, group, li, "slot:1:1000") == [True]
    assert await Case.all().order_by("number").values_list("user_id", flat=True) == [wang, li]
    assert await report(stage, group, wang, "slot:1:2000") == [True]
    case = await Case.all().order_by("-number").first()
    assert case is not None
    assert (case.user_id, case.rule, case.evidence, case.actor_id) == (wang, "名片格式", "还没有群名片", 0)
    assert (case.measure, case.seconds) == ("mute", 600)


async def test_nobody_answers_where_it_is_off_and_the_protected_are_let_be(stage: HostStage) -> None:
    player = await stage.play("管理员：在\n")
    group, admin = player.group.group_id, player.person("管理员")
    assert await report(stage, group, admin, "slot:2:1") == []
    await stage.switch_on(group, "违规处理")
    assert await report(stage, group, admin, "slot:2:1") == [True]
    assert await Case.all().count() == 0


async def test_repeated_ads_climb_the_ladder(stage: HostStage) -> None:
    if "ad_guard" not in stage.host.features:
        pytest.skip("without ad_guard nobody recognises ads")
    await stage.play(f"""
开：广告识别 违规处理
设：广告识别 直接记违规 开
小王：{JOB}
【里正 撤回 小王】
里正：@小王 你的消息像广告…
里正：@小王 警告一次（W1）：广告。…
【过 2 分】
小王：{JOB}
【里正 撤回 小王】
里正：@小王 你的消息像广告…
【里正 禁言 小王 10分钟】
里正：@小王 禁言 10 分钟（W2）：广告。…
【过 12 分】
小王：{JOB}
【里正 撤回 小王】
里正：@小王 你的消息像广告…
【里正 禁言 小王 1天】
里正：@小王 禁言 1 天（W3）：广告。…
【过 25 小时】
小王：{JOB}
【里正 撤回 小王】
里正：@小王 你的消息像广告…
【里正 踢 小王】
里正：小＊ 的机票已送达（W4），一路平安。
""")
    assert await Case.filter(rule="广告").count() == 4


@pytest.mark.parametrize(
    ("consequence", "happens"),
    [
        (
            "禁言",
            "【里正 禁言 小王 1小时】\n里正：@小王 禁言 1 小时（W1）：名片格式。\n  再犯：禁言 10 分钟。…",
        ),
        ("踢", "【里正 踢 小王】\n里正：小＊ 的机票已送达（W1），一路平安。\n【里正 撤回 小王】"),
    ],
)
async def test_a_card_never_put_right_is_a_case(stage: HostStage, consequence: str, happens: str) -> None:
    """The group has chosen what follows: it does, and counts."""
    if "name_tag" not in stage.host.features:
        pytest.skip("without name_tag nobody looks at cards")
    await stage.play(f"""
开：名片 违规处理
设：名片 名片格式 城市-昵称
设：名片 提醒次数 0
设：名片 后果 {consequence}
小王：早
【过 24 小时】
{happens}
【过 3 天】
""")
