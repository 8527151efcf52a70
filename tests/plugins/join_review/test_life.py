"""入群审核 in a group's days: rules, words for somebody, reminders, privacy, and what others ask."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from lizheng import GroupContext, MemberLeft
from lizheng.hooks import ReportWeek
from lizheng.parts.deeds import deeds_of
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from plugins.join_review import answers, edges, listeners
from plugins.join_review.models import Application, Asking, Edge

MONTHS_AGO = 40 * 86400


def context(stage: HostStage, player: Player) -> GroupContext:
    host = stage.host
    return GroupContext(
        host, host.groups[player.group.group_id], host.features["join_review"], source="test:1"
    )


def old(stage: HostStage, player: Player, *names: str) -> None:
    """They have been in the group for a long time."""
    for name in names:
        player.group.members[player.person(name)].join_time = stage.world.now() - MONTHS_AGO


async def test_rules_are_tried_added_listed_and_taken_back(stage: HostStage) -> None:
    player = await stage.play("""
开：入群审核
管理员：/入群规则 查看
里正：还没有入群规则。加一条发 /入群规则 通过 电商，或 /入群规则 拒绝 代理 不收代理。
管理员：/入群规则 删除 3
里正：没有规则 3。现在一条也没有。
管理员：/入群规则 通过 电商
里正：加一条规则：通过 电商
  试了最近 0 个回答，会中 0 个。
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
管理员：/确认 1
里正：规则 1 加好了：通过 电商。撤销发 /撤销 1。
里正：现在是只记录，规则只说说看；要它作数发 /设置 入群审核 处理 按规则。
管理员：/入群规则 通过 电商
里正：已经有这条了：规则 1。
管理员：/入群规则 拒昵称 /(?=a)/
里正：这里的正则是 RE2，不支持先行断言 (?=…) (?!…)，请换个写法。
  …
管理员：/入群规则 查看
里正：入群规则 1 条：
  1 通过 电商
【小新 申请 做电商的】
里正：2 号 申请进群：小新（…），等级 16。
  答：做电商的　规则会：通过（答出了「电商」）
  同意…
管理员：/入群规则 拒昵称 小新
里正：加一条规则：拒昵称 小新
  试了最近 1 个回答，会中 1 个：「小新（…）」。
  确认…
管理员：/入群规则 删除 9
里正：没有规则 9。现在有 1。
管理员：/入群规则 删除 1
里正：规则 1 删掉了：通过 电商。撤销发 /撤销 2。
管理员：/撤销 2
里正：已撤销 #2：删入群规则 1。
管理员：/撤销 1
里正：已撤销 #1：加入群规则 1。
小王：/入群规则 通过 我
里正：/入群规则 通过 <词或/正则/> 只有管理员和群主能用。
管理员：/设置 入群审核 要答出 0
里正：…
管理员：/设置 入群审核 邀请人 不问
里正：…
小王：/入群规则
里正：进群要写一句自己的话，写几个字都行。写好的由管理员看，请耐心等。
""")
    gid = player.group.group_id
    for number in range(10, 60):
        await Asking.create(group_id=gid, number=number, kind="通过", text=f"词{number}", at=stage.host.now())
    await player.play("管理员：/入群规则 通过 美妆\n里正：最多 50 条规则，先删掉一条再加。")


async def test_a_word_that_counts_lets_in_and_has_a_quota(stage: HostStage) -> None:
    player = await stage.play("""
开：入群审核
设：入群审核 处理 按规则
设：入群审核 担保即通过 开
设：入群审核 担保名额 1
小王：在
小李：在
""")
    old(stage, player, "小王")
    await player.play("""
【小新 申请 小王介绍】
里正：1 号…
里正：@小王 …
小王：/担保 1
里正：记下了：小王 为 1 号担保。
【里正 同意 小新】
小王：/担保 1
里正：1 号的申请已经进群了，没有再动。
【新人甲 申请 小王介绍】
里正：2 号…
里正：@小王 …
小王：/担保 2
里正：你 30 天里已经担保过 1 次，下一次要到 12-18 12:00。
【新人乙 申请 小李介绍】
里正：3 号…
里正：@小李 …
小李：/担保 3
里正：记下了：小李 为 3 号担保（进群不到 30 天，不算数，管理员会看到）。
管理员：/设置 入群审核 担保名额 5
里正：…
小李：/担保 3
里正：3 号你已经说过了。
管理员：/邀请树 @小王
里正：小王 介绍过 1 人：小新（在群）。
""")
    assert (await Edge.get(user_id=player.person("小新"))).grade == "D"


async def test_a_right_answer_that_wants_a_word_too(stage: HostStage) -> None:
    player = await stage.play("""
开：入群审核
设：入群审核 处理 按规则
设：入群审核 邀请人 要担保
小王：在
管理员：/入群规则 通过 电商
里正：…
管理员：/确认 1
里正：…
""")
    old(stage, player, "小王")
    await player.play("""
【小新 申请 小王介绍，做电商】
里正：2 号…
里正：@小王 …
【过 25 小时】
里正：还有 1 个人在等进群，最早的等了 1 天：
  2 小新（…）（1 天）
  看全部发 /入群。
小王：/担保 2
里正：记下了：小王 为 2 号担保。
【里正 同意 小新】
""")


async def test_who_waits_is_told_three_days_and_dropped_after_seven(stage: HostStage) -> None:
    player = await stage.play("开：入群审核\n小王：在")
    stage.world.people[player.person("小新")].level = 0
    await player.play("""
【小新 申请 想进来】
里正：1 号 申请进群：小新（…），等级读不到。
  答：想进来
  同意…
【到 明天 10:00】
里正：还有 1 个人在等进群，最早的等了 22 小时：
  1 小新（…）（22 小时）
  看全部发 /入群。
【到 明天 10:00】
里正：还有 1 个人在等进群，最早的等了 1 天：
  …
【到 明天 10:00】
里正：还有 1 个人…
【到 明天 10:00】
【过 4 天】
里正：1 号 小新（…） 的申请 7 天没有人定，放下了。
管理员：/通过 1
里正：1 号已经过期了，没有再动。
""")


async def test_answers_only_in_private(stage: HostStage) -> None:
    player = await stage.play("开：入群审核\n设：入群审核 通知到 管理员私聊\n管理员：在\n小王：在")
    stage.world.befriend(player.person("管理员"))
    await player.play("""
管理员（私聊）：/入群 订阅
里正（私聊 管理员）：以后有人申请，回答私聊发给你。
管理员（私聊）：/入群 订阅
里正（私聊 管理员）：你早就订了。
【小新 申请 我的电话 13800138000】
里正：1 号 申请进群：小新（…），等级 16。
  回答请私聊我发 /入群 看 编号
  同意…
里正（私聊 管理员）：试验群 的 1 号申请：小新（…）
  答：我的电话 138****8000
  决定请到群里发 /通过 1，或者 /拒绝 1。
管理员：/入群 看 1
里正：本群的回答只在私聊里看，请私聊我发 /入群 看 1。
管理员：/入群
里正：在等进群的 1 个：
  1 小新（…） 等级 16　等了 0 分钟
管理员（私聊）：/入群 看 1
里正（私聊 管理员）：1 号：小新（…） …，等级 16，在等人定
  问：没有
  答：我的电话 138****8000
  没有说谁介绍的；没有疑点
  以前申请过 0 次，被拒 0 次；规则：等人（没有规则说到他）
管理员：/入群规则 通过 电话
里正：加一条规则：通过 电话
  试了最近 1 个回答，会中 1 个。
  确认…
管理员：/取消
里正：2 号已经取消了。
管理员：/入群 退订
里正：不再私聊发给你了。
管理员：/入群 退订
里正：你本来就没有订。
小王：/入群
里正：/入群 [页] 只有代管、管理员和群主能用。
""")


async def test_an_answer_that_is_private_is_told_to_no_other_feature(stage: HostStage) -> None:
    player = await stage.play("""
开：入群审核
管理员：在
【小新 申请 我的电话 13800138000】
里正：1 号…
管理员：/通过 1
【里正 同意 小新】
""")
    ctx, new = context(stage, player), player.person("小新")
    told = await answers.known_of(ctx, new)
    assert told is not None
    assert told.line == "我的电话 138****8000"
    await stage.change_setting(ctx.group.id, "入群审核", "通知到", "管理员私聊")
    assert await answers.known_of(ctx, new) is None


async def test_refused_and_back_again_and_marks(stage: HostStage) -> None:
    player = await stage.play("开：入群审核\n设：入群审核 最低等级 20\n管理员：在")
    await player.play("""
【小新 申请 求带】
里正：1 号 申请进群：小新（…），等级 16。
  答：求带　留意：等级 16，不到 20
  同意…
管理员→里正「申请进群」：拒绝 请写清楚
【里正 拒绝 小新】
【小新 申请 求求了】
里正：2 号 申请进群：小新（…），等级 16，第 2 次申请。
  答：求求了　留意：等级 16，不到 20；30 天里被拒绝过 1 次
  同意…
管理员：/试运行 开
里正：…
管理员：/通过 2
里正：【试运行】本来会：同意进群 …。原因：管理员同意
管理员：/试运行 关
里正：…
""")
    assert [row.state for row in await Application.all().order_by("id")] == ["refused", "simulated"]
    (first, _) = stage.world.requests.values()
    assert first.reason == "请写清楚"


async def test_qq_says_no(stage: HostStage) -> None:
    player = await stage.play("开：入群审核\n管理员：在\n【小新 申请 求带】\n里正：1 号…")
    stage.world.faults.add("refused", "set_group_add_request", message="风控")
    await player.play("""
管理员：/通过 1
里正：1 号 小新（…） 没有办成：…。请在手机上处理。
""")


async def test_the_list_finds_what_was_missed(stage: HostStage) -> None:
    player = await stage.play("开：入群审核\n管理员：在\n小王：在")
    world, gid = stage.world, player.group.group_id
    await stage.wire.stop()
    for name in ("小新", "新人甲", "新人乙", "新人丙"):
        world.request_join(gid, player.person(name), "求带带")
    await stage.wire.start()
    await stage.wire.ready()
    await player.play("""
管理员：/入群 补查
里正：我刚才不在，补到 4 个申请（1-4 号）。
  看名单发 /入群，一起定发 /通过 1-4，或者 /拒绝 1-4。
里正：…
里正：补查过了：新补到 4 个，发 /入群 看。
管理员：/拒绝 2-4 满了
里正：2、3、4 号：不同意，记下了。
【里正 拒绝 新人甲】
【里正 拒绝 新人乙】
【里正 拒绝 新人丙】
【管理员 同意 小新】
""")


async def test_a_thumb_under_the_notice_decides(stage: HostStage) -> None:
    """An admin's, where the endpoint says whose it is; a member's is no word."""
    player = await stage.play("开：入群审核\n管理员：在\n小王：在\n【小新 申请 求带】\n里正：1 号…")
    said = player.last_of("里正", "申请进群") or 0
    stage.world.use_endpoint("llbot")
    stage.world.react(said, player.person("小王"))
    await stage.settle()
    assert (await Application.get()).state == "open"
    stage.world.react(said, player.person("管理员"))
    await stage.settle()
    row = await Application.get()
    assert (row.state, row.decided_by) == ("joined", player.person("管理员"))


async def test_the_blacklist_refuses(stage: HostStage) -> None:
    await stage.play("""
开：入群审核 黑名单
设：入群审核 处理 按规则
管理员：/黑名单 添加 @小新 骗子
里正：…
【小新 申请 让我进】
【里正 拒绝 小新】
""")


async def test_the_tree_and_the_board(stage: HostStage) -> None:
    player = await stage.play("""
开：入群审核
管理员：在
小王：在
小李：在
管理员：/邀请榜
里正：30 天里没有记下谁带来的人。新来的发 /邀请人 @介绍人 就能记上。
小王：/邀请树
里正：小王 还没有介绍过人。
""")
    gid, wang, li = player.group.group_id, player.person("小王"), player.person("小李")
    world = stage.world
    world.join(gid, player.person("小新"), wang, "invite")
    await stage.settle()
    await player.play("""
小新：/邀请人 @小李
里正：小新 的介绍人已经知道是 小王（拉进来的），没有改。
""")
    now = stage.host.now()
    for n in range(9):
        left = now if n < 2 else None
        how = "移出" if n < 2 else ""
        await Edge.create(
            group_id=gid,
            user_id=900 + n,
            inviter_id=li,
            grade="D",
            at=now - timedelta(days=35),
            left_at=left,
            how=how,
        )
    await Edge.create(
        group_id=gid,
        user_id=950,
        inviter_id=900,
        grade="A",
        at=now - timedelta(days=2),
        left_at=now,
        how="退",
    )
    await player.play("""
管理员：/邀请树 @小李
里正：小李 介绍过 9 人：908（在群）、907（在群）、…、902（在群）、901（被移出）…等 9 人。
  留满 30 天的 9 人，被移出的 2 人。
  他们又介绍了 1 人：950（退了）。
管理员：/邀请榜 60天
里正：60 天里带来的人，按留下来的算：
  1. 小李：留下 7 人（共 9 人）
  2. 小王：留下 1 人（共 1 人）
  3. 900：留下 0 人（共 1 人）
""")


async def test_staying_is_the_inviters_deed_five_a_month(stage: HostStage) -> None:
    """Whoever leaves within a week of it was not brought for good."""
    player = await stage.play("开：入群审核\n小王：在")
    ctx, now = context(stage, player), stage.host.now()
    for n in range(7):
        at = now - timedelta(days=31)
        await Edge.create(
            group_id=ctx.group.id, user_id=900 + n, inviter_id=player.person("小王"), grade="D", at=at
        )
    await edges.credit(ctx)
    await edges.credit(ctx)
    (done,) = await deeds_of(ctx, now - timedelta(days=1))
    assert (done.kind, done.count, done.user_id) == ("invite.stayed", 5, player.person("小王"))
    await listeners.went(ctx, MemberLeft(ctx.group.id, 900, 0, int(now.timestamp())))
    (done,) = await deeds_of(ctx, now - timedelta(days=1))
    assert done.count == 4


async def test_what_others_ask(stage: HostStage) -> None:
    player = await stage.play("""
开：入群审核
管理员：在
小王：在
【小新 申请 小王介绍，做电商】
里正：1 号…
里正：@小王 …
小王：/担保 1
里正：…
管理员：/通过 1
【里正 同意 小新】
【新人甲 申请 求带】
里正：2 号…
管理员：/拒绝 2
【里正 拒绝 新人甲】
【新人甲 申请 求带】
里正：3 号…
管理员：/拒绝 3
【里正 拒绝 新人甲】
""")
    ctx, wang = context(stage, player), player.person("小王")
    told = await answers.known_of(ctx, player.person("小新"))
    assert told is not None
    assert (told.source, told.line) == ("担保", "小王 介绍（已担保），小王介绍，做电商")
    assert await answers.known_of(ctx, wang) is None
    marks = await answers.suspicion_of(ctx, player.person("新人甲"))
    assert [mark.why for mark in marks or ()] == ["进来之前被拒绝过 2 次"]
    for n in range(3):
        at = datetime(2026, 11, 1, tzinfo=UTC)
        await Edge.create(
            group_id=ctx.group.id, user_id=900 + n, inviter_id=wang, grade="D", at=at, left_at=at, how="移出"
        )
    marks = await answers.suspicion_of(ctx, player.person("小新"))
    assert [mark.why for mark in marks or ()] == ["介绍他的人带来的人多半被移出了"]
    assert await answers.suspicion_of(ctx, wang) is None
    figures = await answers.week(ctx, ReportWeek(date(2026, 11, 16)))
    assert [(one.name, one.value) for one in figures or ()] == [
        ("申请进群", "3 个"), ("进来", "1 个"), ("拒绝", "2 个"), ("申请等了（中位）", "0 分钟"), ("有介绍人的", "1 个"),
    ]  # fmt: skip
    assert await answers.week(ctx, ReportWeek(date(2026, 11, 9))) is None


async def test_a_join_nobody_told_ends_by_a_list_that_can_be_relied_on(stage: HostStage) -> None:
    """Who is in no complete list has left; an incomplete one says nothing."""
    player = await stage.play("开：入群审核\n小王：在\n小李：在")
    ctx, now = context(stage, player), stage.host.now()
    await Edge.create(group_id=ctx.group.id, user_id=900, inviter_id=player.person("小王"), grade="A", at=now)
    stage.world.faults.add("stale_list", times=9, count=2)
    await stage.move(timedelta(days=1))
    await stage.settle()
    assert (await Edge.get(user_id=900)).left_at is None
    await stage.move(timedelta(days=1))
    await stage.settle()
    edge = await Edge.get(user_id=900)
    assert edge.how == "退"


async def test_a_member_sees_and_deletes_what_is_held(stage: HostStage) -> None:
    """The application is theirs; who waits for a decision cannot have it forgotten; flags and inviters are not told."""
    player = await stage.play("""
开：入群审核、隐私
管理员：在
小王：在
管理员：/入群 订阅
里正（私聊 管理员）：…
里正：以后有人申请，回答私聊发给你。
里正：现在回答就在群里说，没有私聊可发；要改发 /设置 入群审核 通知到 管理员私聊。
【小新 申请 小王介绍】
里正：1 号…
里正：@小王 …
管理员：/通过 1
【里正 同意 小新】
""")
    features = stage.host.features["join_review"]
    keeps = {keep.what: keep for keep in features.keeps}
    gid, new = player.group.group_id, player.person("小新")
    (told,) = await keeps["进群申请"].export(gid, new)
    assert told["answer"] == "小王介绍"
    assert not {"flag", "keys", "inviter_id", "decided_by"} & told.keys()
    (edge,) = await keeps["谁带来的"].export(gid, new)
    assert "inviter_id" not in edge
    going = keeps["进群申请"].deletable(gid, new, stage.host.now())
    assert going is not None
    assert await going.count() == 1
    assert keeps["谁带来的"].deletable(gid, new, stage.host.now()) is None
