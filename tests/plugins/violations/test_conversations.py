"""Warning, muting, kicking, pardoning and appealing, as the group sees it."""

from lizheng.base.roles import Role
from lizheng.sandbox.stage import HostStage
from plugins.violations.models import Case


async def test_every_case_climbs_one_rung_and_the_last_one_flies(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
小王：刷屏刷屏
管理员：/警告 @小王 刷屏
里正：@小王 警告一次（W1）：刷屏。
  再犯：禁言 10 分钟。不服发 /申诉 理由。
管理员→小王：/警告 还刷
【里正 禁言 小王 10分钟】
里正：@小王 禁言 10 分钟（W2）：还刷。
  再犯：禁言 1 天。不服就私聊我发 /申诉 理由。
管理员：/违规 @小王
里正：小王：算数的 2 次，再犯：禁言 1 天。
  W2 11-18 12:00 禁言 10 分钟：还刷（算数）
  W1 11-18 12:00 警告：刷屏（算数）
管理员：/违规 W2
里正：W2 11-18 12:00 小王 禁言 10 分钟（已执行）
  原因：还刷
  证据：引用的消息：刷屏刷屏
  谁：管理员　阶梯第 2 级
  状态：算数，算到 2026-12-18
管理员：/警告 @小王 再来
【里正 禁言 小王 1天】
里正：@小王 禁言 1 天（W3）：再来。
  再犯：踢。不服就私聊我发 /申诉 理由。
管理员：/警告 @小王 没救
【里正 踢 小王】
里正：小＊ 的机票已送达（W4），一路平安。
【里正 撤回 小王】
管理员：/违规
里正：最近的违规：
  W4 11-18 12:00 踢：没救（算数） 小王
  W3 11-18 12:00 禁言 1 天：再来（算数） 小王
  W2 11-18 12:00 禁言 10 分钟：还刷（算数） 小王
  W1 11-18 12:00 警告：刷屏（算数） 小王
  看某一条发 /违规 W1，看某个人发 /违规 @他。
""")


async def test_a_mute_and_a_kick_of_their_own_climb_too(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
小王：在
管理员：/禁言 @小王 5分 吵架
【里正 禁言 小王 5分钟】
里正：@小王 禁言 5 分钟（W1）：吵架。
  再犯：禁言 10 分钟。不服就私聊我发 /申诉 理由。
【过 5 分】
管理员→小王：/踢 广告
【里正 踢 小王】
里正：小＊ 的机票已送达（W2），一路平安。
【里正 撤回 小王】
【小王 进群】
管理员：/警告 @小王
【里正 禁言 小王 1天】
里正：@小王 禁言 1 天（W3）：违反群规。
  再犯：踢。不服就私聊我发 /申诉 理由。
""")


async def test_cases_decay(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
设：违规处理 衰减 1天
管理员：/警告 @小王 吵
里正：@小王 警告一次（W1）：吵。…
【过 23 小时】
【重启】
管理员：/警告 @小王 吵
【里正 禁言 小王 10分钟】
里正：@小王 禁言 10 分钟（W2）：吵。…
【过 1 小时】
管理员：/违规 @小王
里正：小王：算数的 1 次，再犯：禁言 10 分钟。
  W2 11-19 11:00 禁言 10 分钟：吵（算数）
  W1 11-18 12:00 警告：吵（已过期）
【过 23 小时】
管理员：/警告 @小王 吵
里正：@小王 警告一次（W3）：吵。…
""")


async def test_a_ladder_of_the_groups_own(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/设置 违规处理 阶梯 警告x2，踢
里正：「违规处理」的阶梯改成了：警告×2 → 踢。撤销发 /撤销 1。
管理员：/警告 @小王
里正：@小王 警告一次（W1）：违反群规。
  再犯：警告。不服发 /申诉 理由。
管理员：/警告 @小王
里正：@小王 警告一次（W2）：违反群规。
  再犯：踢。不服发 /申诉 理由。
管理员：/警告 @小王
【里正 踢 小王】
里正：小＊ 的机票已送达（W3），一路平安。
管理员：/设置 违规处理 送机词 再见 {QQ}
里正：「送机词」不能是这个值：不认识的占位符「{QQ}」；能用的是 {昵称}{编号}{群名}。…
""")


async def test_several_at_once_are_asked_about_first_and_told_together(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/踢 @小王 @小李 捣乱
里正：要对 2 个人踢：小王、小李
  理由：捣乱
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
小王：/确认 1
里正：1 号要由发起的人自己确认。
管理员：/确认 1
【里正 踢 小王】
【里正 踢 小李】
里正：小＊、小＊ 的机票已送达（W1、W2），一路平安。
【里正 撤回 小王】
""")


async def test_deputies_may_but_only_that(stage: HostStage) -> None:
    player = await stage.play("""
开：违规处理
管理员：/代管 添加 @小李
里正：已把 小李 加进代管。
小李：/警告 @小王 吵
里正：@小王 警告一次（W1）：吵。…
小李：/禁言 @小王 10分
【里正 禁言 小王 10分钟】
里正：@小王 禁言 10 分钟（W2）：违反群规。…
小李：/违规 W1
里正：W1 11-18 12:00 小王 警告（已执行）
  原因：吵
  证据：当场处理，没有引用消息
  谁：小李　阶梯第 1 级
  状态：算数，算到 2026-12-18
小李：/赦免 W1
里正：/赦免 <W编号|@成员> 只有管理员和群主能用。
小李：/踢 @小王
【里正 踢 小王】
里正：小＊ 的机票已送达（W3），一路平安。
""")
    assert stage.host.groups[player.group.group_id].deputies == {player.person("小李")}


async def test_members_see_their_own(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
小王：/违规
里正：小王 没有违规记录。
管理员：/警告 @小王 吵
里正：@小王 警告一次（W1）：吵。…
小王：/违规
里正：小王：算数的 1 次，再犯：禁言 10 分钟。
  W1 11-18 12:00 警告：吵（算数）
小王：/违规 @小李
里正：/违规 @成员 只有代管、管理员和群主能用。
""")


async def test_a_pardon_unmutes_and_can_be_undone(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/警告 @小王 吵
里正：@小王 警告一次（W1）：吵。…
管理员：/警告 @小王 吵
【里正 禁言 小王 10分钟】
里正：@小王 禁言 10 分钟（W2）：吵。…
管理员：/赦免 W2
里正：赦免了 小王 的 W2，不再算数。撤销发 /撤销 4。
【里正 解除禁言 小王】
管理员：/赦免 W2
里正：W2 本来就不算数了：已赦免。
管理员：/撤销 4
里正：已撤销 #4：赦免 W2。
管理员：/赦免 @小王
里正：赦免了 小王 的 W1、W2，不再算数。撤销发 /撤销 6。
管理员：/赦免 @小王
里正：小王 没有还算数的违规。
管理员：/警告 @小王 吵
里正：@小王 警告一次（W3）：吵。…
""")


async def test_undoing_a_case_takes_back_the_strike_and_the_mute(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/禁言 @小王 1小时 吵
【里正 禁言 小王 1小时】
里正：@小王 禁言 1 小时（W1）：吵。…
管理员：/记录 5
里正：#2 11-18 12:00 管理员 禁言 1 小时 小王：W1 吵
  #1 11-18 12:00 管理员 W1 禁言 1 小时 小王：吵
管理员：/撤销 1
【里正 解除禁言 小王】
里正：已撤销 #1：W1 禁言 1 小时。
管理员：/违规 @小王
里正：小王：算数的 0 次，再犯：警告。
  W1 11-18 12:00 禁言 1 小时：吵（已撤销）
管理员：/禁言 @小王 1小时 吵
【里正 禁言 小王 1小时】
里正：@小王 禁言 1 小时（W2）：吵。…
管理员：/撤销 5
【里正 解除禁言 小王】
里正：已撤销 #5：禁言 1 小时。
""")


async def test_an_appeal_is_granted_once_by_an_admin(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/代管 添加 @小李
里正：…
管理员：/禁言 @小王 1小时 广告
【里正 禁言 小王 1小时】
里正：@小王 禁言 1 小时（W1）：广告。…
小王（私聊）：/申诉 那是我自己写的书
里正（私聊 小王）：申诉交给管理员了，结果会在群里说。
里正：小王 申诉 W1（禁言 1 小时，广告）：那是我自己写的书
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
小王（私聊）：/申诉 再说一次
里正（私聊 小王）：W1 已经申诉过了，每条只能申诉一次。
小李：/通过 1
里正：1 号要由管理员或群主来决定。
管理员→里正「那是我」：同意
里正：@小王 申诉成立，W1 不算数了。
【里正 解除禁言 小王】
小王：/申诉 还有吗
里正：你没有可以申诉的违规记录。
""")


async def test_an_appeal_is_refused(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/警告 @小王 吵
里正：@小王 警告一次（W1）：吵。…
管理员：/警告 @小李 吵
里正：@小李 警告一次（W2）：吵。…
小王：/申诉 W2 不是他
里正：W2 不是你的记录。
小王：/申诉 W1 是小李先骂我
里正：小王 申诉 W1（警告，吵）：是小李先骂我
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
【重启】
管理员：/驳回 1 两个人都有份
里正：@小王 W1 的申诉没有通过。两个人都有份
小王：/申诉 再看看
里正：W1 已经申诉过了，每条只能申诉一次。
管理员：/违规 @小王
里正：小王：算数的 1 次，再犯：禁言 10 分钟。
  W1 11-18 12:00 警告：吵（算数，申诉没通过）
""")


async def test_an_appeal_nobody_decides_may_be_made_again(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/警告 @小王 吵
里正：…
小王：/申诉 没吵
里正：小王 申诉 W1（警告，吵）：没吵…
【过 6 天】
【重启】
【过 1 天】
小王：/申诉 真没吵
里正：小王 申诉 W1（警告，吵）：真没吵…
【过 7 天】
小王：/申诉 真的真没吵
里正：小王 申诉 W1（警告，吵）：真的真没吵…
管理员：/赦免 @小王
里正：赦免了 小王 的 W1，不再算数。撤销发 /撤销 2。
管理员：/通过 3
里正：3 号已经取消了，没有再动。
""")


async def test_an_appeal_lapses_also_while_the_feature_is_off(stage: HostStage) -> None:
    player = await stage.play("""
开：违规处理
管理员：/警告 @小王 吵
里正：…
小王：/申诉 没吵
里正：小王 申诉 W1（警告，吵）：没吵…
""")
    host, group = stage.host, stage.host.groups[player.group.group_id]
    await host.switch(group, "violations", on=False)
    await player.play("【过 1 天】\n")
    await host.switch(group, "violations", on=True)
    await player.play("小王：/申诉 真没吵\n里正：W1 已经申诉过了，每条只能申诉一次。\n")
    await host.switch(group, "violations", on=False)
    await player.play("【过 7 天】\n")
    await host.switch(group, "violations", on=True)
    await player.play("小王：/申诉 真没吵\n里正：小王 申诉 W1（警告，吵）：真没吵…\n")


async def test_a_mute_an_admin_lifts_in_qq_is_over(stage: HostStage) -> None:
    player = await stage.play("""
开：违规处理
管理员：/禁言 @小王 1小时 吵
【里正 禁言 小王 1小时】
里正：…
""")
    stage.world.mute(player.group.group_id, player.person("小王"), player.person("管理员"), 0)
    await player.play("【小王 退群】\n【小王 进群】\n小王：我在\n")


async def test_whoever_is_protected_is_spared(stage: HostStage) -> None:
    player = await stage.play("""
开：违规处理
管理员：/警告 @群主
里正：没有处理 群主：他是群主，受保护。
管理员：/踢 @管理员乙
里正：没有处理 管理员乙：他是管理员，受保护。
管理员：/禁言 @里正 10分
里正：没有处理 里正：那是里正自己。
管理员：/踢 @管理员
里正：不能这样处理自己。
群主：/白名单 添加 @小李
里正：已把 小李 加进白名单。
管理员：/踢 @小王 @小李
里正：没有处理 小李：他在白名单里，受保护。
管理员：/违规
里正：本群还没有违规记录。
""")
    assert await stage.host.role_now(stage.host.groups[player.group.group_id], 99_999) is Role.SUPERUSER


async def test_dry_run_only_says_it(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/试运行 开
里正：…
管理员：/警告 @小王 吵
里正：【试运行】本来会：给 小王 记一次违规，警告。原因：吵
管理员：/踢 @小王 吵
里正：【试运行】本来会：给 小王 记一次违规，踢。原因：吵
管理员：/违规
里正：本群还没有违规记录。
""")


async def test_coming_back_does_not_end_a_mute(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/禁言 @小王 1小时 吵
【里正 禁言 小王 1小时】
里正：@小王 禁言 1 小时（W1）：吵。…
【小王 退群】
【重启】
【过 20 分】
【小王 进群】
【里正 禁言 小王 40分钟】
管理员：/赦免 W1
里正：赦免了 小王 的 W1，不再算数。撤销发 /撤销 4。
【里正 解除禁言 小王】
【小王 退群】
【小王 进群】
""")


async def test_nor_does_coming_back_unseen(stage: HostStage) -> None:
    """While the feature is off, or the host away; a mute that somebody lifted stays lifted."""
    player = await stage.play("""
开：违规处理
管理员：/禁言 @小王 1小时 吵
【里正 禁言 小王 1小时】
里正：@小王 禁言 1 小时（W1）：吵。…
管理员：/禁言 @小李 1小时 吵
【里正 禁言 小李 1小时】
里正：@小李 禁言 1 小时（W2）：吵。…
""")
    group = player.group.group_id
    stage.world.mute(group, player.person("小李"), player.person("管理员"), 0)
    host = stage.host
    await host.switch(host.groups[group], "violations", on=False)
    await player.play("【小王 退群】\n【过 20 分】\n【小王 进群】\n")
    await host.switch(host.groups[group], "violations", on=True)
    await stage.settle()
    assert player.group.members[player.person("小王")].muted_until == stage.world.now() + 2400
    await player.play("小李：在\n")
    await stage.wire.stop()
    stage.world.leave(group, player.person("小王"))
    stage.world.join(group, player.person("小王"))
    await stage.wire.start()
    await stage.wire.ready()
    await player.play("【重启】\n【过 3 秒】\n【里正 禁言 小王 39分57秒】\n小李：在\n【重启】\n【过 3 秒】\n")


async def test_what_was_said_before_is_taken_back_with_the_kick(stage: HostStage) -> None:
    said = "\n".join(f"小王：广告{n}" for n in range(25))
    recalled = "\n".join(["【里正 撤回 小王】"] * 20)
    await stage.play(f"""
开：违规处理
小王：很久以前
【过 25 小时】
{said}
小李：好吵
管理员：/踢 @小王 广告
【里正 踢 小王】
里正：小＊ 的机票已送达（W1），一路平安。
{recalled}
""")


async def test_messages_before_a_restart_are_found_in_the_history(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
小王：广告
小李：好吵
【重启】
管理员：/踢 @小王 广告
【里正 踢 小王】
里正：小＊ 的机票已送达（W1），一路平安。
【里正 撤回 小王】
""")


async def test_a_mute_that_outlives_its_case_can_still_be_pardoned(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
设：违规处理 衰减 1小时
管理员：/禁言 @小王 1天 吵
【里正 禁言 小王 1天】
里正：@小王 禁言 1 天（W1）：吵。…
【过 2 小时】
管理员：/赦免 @小王
里正：赦免了 小王 的 W1，不再算数。撤销发 /撤销 3。
【里正 解除禁言 小王】
管理员：/赦免 W1
里正：W1 本来就不算数了：已赦免。
""")


async def test_what_is_left_of_another_mute_goes_on(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/禁言 @小王 2小时 吵
【里正 禁言 小王 2小时】
里正：@小王 禁言 2 小时（W1）：吵。…
【过 1 小时】
管理员：/禁言 @小王 1天 骂人
【里正 禁言 小王 1天】
里正：@小王 禁言 1 天（W2）：骂人。…
管理员：/赦免 W2
里正：赦免了 小王 的 W2，不再算数。撤销发 /撤销 5。
【里正 禁言 小王 1小时】
管理员：/赦免 W1
里正：赦免了 小王 的 W1，不再算数。撤销发 /撤销 7。
【里正 解除禁言 小王】
""")


async def test_a_mute_that_cannot_be_lifted_is_said_so(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
小王：在
管理员：/禁言 @小王 1小时 误会
【里正 禁言 小王 1小时】
里正：…
群主：/白名单 添加 @小王
里正：…
管理员：/赦免 @小王
里正：赦免了 小王 的 W1，不再算数。…
里正：小王 的禁言没能解除：他在白名单里，受保护。请在 QQ 里给他解除。
""")


async def test_what_is_unmistakable_needs_no_space(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
小王：刷屏刷屏
管理员→小王：/禁言10分 刷屏
【里正 禁言 小王 10分钟】
里正：@小王 禁言 10 分钟（W1）：刷屏。…
管理员→小王：／禁言一个半小时
【里正 禁言 小王 1小时30分】
里正：@小王 禁言 1 小时 30 分钟（W2）：违反群规。…
管理员：/禁言10分
里正：没看出「10分」是谁：…
管理员→小王：/禁言令
管理员→小王：/禁言10分刷屏
""")


async def test_what_follows_is_read_as_it_is_meant(stage: HostStage) -> None:
    player = await stage.play("""
开：违规处理
小王：在
管理员：/禁言 @小王 1 小时
【里正 禁言 小王 1小时】
里正：@小王 禁言 1 小时（W1）：违反群规。…
管理员：/禁言 @小王 1 小时 30 分
【里正 禁言 小王 1小时30分】
里正：@小王 禁言 1 小时 30 分钟（W2）：违反群规。…
管理员：/禁言 @小王 1天 12小时 吵
【里正 禁言 小王 1天12小时】
里正：@小王 禁言 1 天 12 小时（W3）：吵。…
管理员：/禁言 @小王 很久 很久
里正：「很久」不是时长，请写 10分 或 1小时。…
管理员：/踢 @里正
里正：没有处理 里正：那是里正自己。
""")
    picture = {"type": "image", "data": {"file": "a.jpg"}}
    said = [{"type": "text", "data": {"text": f"/警告 {player.person('小王')} "}}, picture]
    stage.world.say(player.group.group_id, player.person("管理员"), said)
    await stage.settle()
    assert await Case.filter(number=4, reason="违反群规").exists()


async def test_a_case_is_known_by_its_bare_number_too(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
小王：在
管理员：/警告 @小王 吵
里正：@小王 警告一次（W1）：吵。…
管理员：/警告 @小王 骂人
【里正 禁言 小王 10分钟】
里正：@小王 禁言 10 分钟（W2）：骂人。…
管理员：/违规 1
里正：W1 11-18 12:00 小王 警告（已执行）…
小王（私聊）：/申诉 W1不是我先吵的
里正（私聊 小王）：申诉交给管理员了，结果会在群里说。
里正：小王 申诉 W1（警告，吵）：不是我先吵的…
管理员：/赦免 2
里正：赦免了 小王 的 W2，不再算数。撤销发 /撤销 4。
【里正 解除禁言 小王】
管理员：/赦免 #1
里正：「#1」不是编号，请写成 W12。…
""")


async def test_an_appeal_against_what_was_taken_back(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
小王：在
管理员：/警告 @小王 吵
里正：…
小王：/申诉 W1 没吵
里正：…
管理员：/撤销 W1
里正：…
小王：/申诉 W1 冤枉
里正：W1 已经不算数了，不用申诉。
""")


async def test_who_was_muted_by_hand_and_comes_back_is_muted_for_the_rest(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
管理员：/禁言 @小王 60分 吵
【里正 禁言 小王 60分】
里正：…
【小王 退群】
【过 1 分钟】
【小王 进群】
【里正 禁言 小王 59分】
管理员：/解禁 @小王
【里正 解除禁言 小王】
里正：…
管理员：/记录
里正：#4 … 管理员 解除禁言 小王
  #3 … 里正 禁言 59 分钟 小王：禁言还没到期就退群再进，补上剩下的时间
  …
""")


async def test_a_warning_given_in_private_is_told_in_the_group(stage: HostStage) -> None:
    player = await stage.play("开：违规处理\n小王：早\n")
    await player.play(f"""
管理员（私聊）：/警告 {player.person("小王")} 吵
里正（私聊 管理员）：知道了，结果发在群里。
里正：@小王 警告一次（W1）：吵。…
""")
