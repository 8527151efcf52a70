"""Of two mutes the one that ends later stays; taking one back never makes anything harsher; `/解禁` only lifts."""

from datetime import timedelta

from lizheng.hooks import Violation, violation
from lizheng.plugin.context import GroupContext
from lizheng.sandbox.stage import HostStage
from plugins.violations.models import Case


async def test_a_warning_does_not_shorten_a_mute(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/禁言 @小王 1天 骂人
【里正 禁言 小王 1天】
里正：@小王 禁言 1 天（W1）：骂人。…
管理员：/警告 @小王 又来
里正：@小王 已经禁言到 11-19 12:00，禁言 10 分钟不用另加（W2）：又来。
  再犯：禁言 1 天。不服就私聊我发 /申诉 理由。
【过 2 小时】
管理员：/禁言 @小王 1天 还来
【里正 禁言 小王 1天】
里正：@小王 禁言 1 天（W3）：还来。…
""")


async def test_nor_does_a_report_of_another_feature(stage: HostStage) -> None:
    player = await stage.play("""
开：违规处理
管理员：/禁言 @小王 1天 骂人
【里正 禁言 小王 1天】
里正：@小王 禁言 1 天（W1）：骂人。…
""")
    group, user = player.group.group_id, int(player.person("小王"))
    before = stage.world.groups[group].members[user].muted_until
    host = stage.host
    ctx = GroupContext(host, host.groups[group], host.features["ad_tax"], source="due:1")
    await violation.ask(ctx, Violation(user, "广告税", "不交广告税", asked="mute", span=timedelta(minutes=5)))
    await stage.settle()
    assert (await Case.get(group_id=group, number=2)).outcome == "done"
    assert stage.world.groups[group].members[user].muted_until == before


async def test_nor_one_by_a_person_in_qq(stage: HostStage) -> None:
    player = await stage.play("开：违规处理\n小王：在\n")
    group, user = player.group.group_id, int(player.person("小王"))
    stage.world.mute(group, user, int(player.person("群主")), 86_400)
    await stage.settle()
    before = stage.world.groups[group].members[user].muted_until
    stage.world.say(group, player.person("管理员"), f"/禁言 {user} 10分 又来")
    await stage.settle()
    assert stage.world.groups[group].members[user].muted_until == before
    assert "不用另加（W1）：又来" in str(list(stage.world.api_log))


async def test_undoing_the_later_of_two_does_not_mute_again(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/禁言 @小王 2小时 吵
【里正 禁言 小王 2小时】
里正：@小王 禁言 2 小时（W1）：吵。…
【过 1 小时】
管理员：/禁言 @小王 1天 骂人
【里正 禁言 小王 1天】
里正：@小王 禁言 1 天（W2）：骂人。…
管理员：/撤销 W2
【里正 解除禁言 小王】
里正：已撤销 #3：W2 禁言 1 天。
管理员：/撤销 W1
里正：已撤销 #1：W1 禁言 2 小时。
""")


async def test_undoing_the_earlier_and_longer_lifts_and_the_other_stays_lifted(stage: HostStage) -> None:
    player = await stage.play("""
开：违规处理
管理员：/禁言 @小王 1天 骂人
【里正 禁言 小王 1天】
里正：@小王 禁言 1 天（W1）：骂人。…
管理员：/禁言 @小王 10分 又来
里正：@小王 已经禁言到 11-19 12:00，禁言 10 分钟不用另加（W2）：又来。…
管理员：/撤销 W2
里正：已撤销 #3：W2 禁言 10 分钟。
管理员：/撤销 W1
【里正 解除禁言 小王】
里正：已撤销 #1：W1 禁言 1 天。
【小王 退群】
【小王 进群】
""")
    assert not await Case.filter(group_id=player.group.group_id, until__isnull=False).exists()


async def test_a_punishment_has_one_undo(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/禁言 @小王 1小时 吵
【里正 禁言 小王 1小时】
里正：@小王 禁言 1 小时（W1）：吵。…
管理员：/撤销 2
【里正 解除禁言 小王】
里正：已撤销 #2：禁言 1 小时。
管理员：/撤销 1
里正：#1 撤销不了：已经撤销过了。
管理员：/撤销 w1
里正：#1 撤销不了：已经撤销过了。
管理员：/违规 @小王
里正：小王：算数的 0 次，再犯：警告。
  W1 11-18 12:00 禁言 1 小时：吵（已撤销）
管理员：/撤销 W7
里正：没有 #W7 这条记录。
""")


async def test_a_pardoned_case_is_not_undone_in_silence(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/警告 @小王 吵
里正：…
管理员：/赦免 W1
里正：…
管理员：/撤销 W1
里正：#1 撤销不了：W1 已赦免。
""")


async def test_a_mute_is_lifted_without_a_pardon(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/禁言 @小王 1小时 吵
【里正 禁言 小王 1小时】
里正：@小王 禁言 1 小时（W1）：吵。…
管理员：/解禁 @小王
【里正 解除禁言 小王】
里正：小王 可以说话了，违规照样记着。不算数发 /赦免 @他。
管理员：/违规 @小王
里正：小王：算数的 1 次，…
【小王 退群】
【小王 进群】
小王：在
管理员：/撤销 W1
里正：已撤销 #1：W1 禁言 1 小时。
管理员：/禁言 @小李 1小时
【里正 禁言 小李 1小时】
里正：…
管理员：/解除禁言 @小李
【里正 解除禁言 小李】
里正：…
管理员：/禁言 @小李 1小时
【里正 禁言 小李 1小时】
里正：…
管理员：/取消禁言 @小李
【里正 解除禁言 小李】
里正：…
小王：/解禁 @小李
里正：/解禁 @成员… 只有代管、管理员和群主能用。
""")


async def test_who_an_admin_protects_is_said_so(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
小王：在
管理员：/解禁 @群主
里正：群主 的禁言没能解除：他是群主，受保护。
""")
