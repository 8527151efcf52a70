"""Hard cases of 入群审核, each named for what happens."""

from __future__ import annotations

from datetime import timedelta

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.wire import Wire
from lizheng.store.tables import Outgoing, Pending, Record
from plugins.join_review.models import Application, Edge


async def test_the_same_request_five_times_and_again_while_open(stage: HostStage) -> None:
    """Told again it is the same; asked again the number stays, the newest flag counts, and at last nobody is bothered."""
    await stage.play("""
开：入群审核
【小新 申请 想学电商】
里正：1 号 申请进群：小新（…），等级 16。
  答：想学电商
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
【小新 申请重报】
【小新 申请重报】
【重启】
【小新 申请重报】
【小新 申请 我真的想学】
里正：1 号 小新（…） 又申请了一次（第 2 次）。
  答：我真的想学
【小新 申请 求求了】
里正：1 号 小新（…） 又申请了一次（第 3 次）。
  答：求求了
【小新 申请 最后一次】
管理员：/入群
里正：在等进群的 1 个：
  1 小新（…） 等级 16　答：最后一次　等了 0 分钟，第 4 次
管理员：/入群 看 1
里正：1 号：小新（…） …，等级 16，在等人定
  问：没有
  答：最后一次
  没有说谁介绍的；没有疑点
  以前申请过 0 次，被拒 0 次；规则：等人（没有规则说到他）
管理员：/通过 1
【里正 同意 小新】
管理员：/通过 1
里正：1 号已经通过了，没有再动。
""")
    (row,) = await Application.all()
    assert (row.state, row.flag, row.open_key, row.tries) == ("joined", "", None, 4)


async def test_decided_on_a_phone_while_it_waits(stage: HostStage) -> None:
    """A join settles it; a refusal is found in the list, and 已处理 says it by hand."""
    player = await stage.play("""
开：入群审核
【小新 申请 甲甲】
里正：1 号…
【新人甲 申请 乙乙】
里正：2 号…
【新人乙 申请 丙丙】
里正：3 号…
【管理员 同意 小新】
管理员：/通过 1
里正：1 号已经取消了，没有再动。
【管理员 拒绝 新人甲】
管理员：/入群 补查
里正：补查过了，没有漏下的。
管理员：/入群 看 2
里正：2 号：新人甲（…） …，等级 16，在手机上处理了…
管理员：/入群 已处理 3
里正：3 号记成已在手机上处理。
管理员：/入群 已处理 3
里正：3 号的申请已经在手机上处理了，没有再动。
管理员：/入群 看 9
里正：没有 9 号申请。现在没有人在等进群。
""")
    rows = await Application.all().order_by("id")
    assert [row.state for row in rows] == ["joined", "elsewhere", "elsewhere"]
    assert player.person("小新") in player.group.members
    assert not await Pending.filter(state="open").exists()


async def test_approved_on_a_phone_while_we_answer(stage: HostStage) -> None:
    """Our yes comes too late: they are in, and that is what counts; or QQ knows the request no more, and that is said."""
    player = await stage.play(
        "开：入群审核\n【小新 申请 甲甲】\n里正：1 号…\n【新人甲 申请 乙乙】\n里正：2 号…"
    )
    world, group = stage.world, player.group
    first, second = world.requests.values()
    first.state = "approved"
    group.members[first.user_id] = type(group.members[world.account])(
        first.user_id, group.members[player.person("群主")].role.MEMBER, world.now()
    )
    second.state = "rejected"
    await player.play("""
管理员：/通过 1
管理员：/通过 2
里正：2 号 新人甲（…） 没有放进来：申请已经失效了，可能在手机上处理过。
""")
    assert [row.state for row in await Application.all().order_by("id")] == ["joined", "elsewhere"]


async def test_who_asks_is_in_already(stage: HostStage) -> None:
    player = await stage.play("开：入群审核\n小王：在")
    world = stage.world
    request = {
        "post_type": "request",
        "request_type": "group",
        "sub_type": "add",
        "flag": "5",
        "comment": "在",
    }
    world.tell(
        world.account, {**request, "group_id": player.group.group_id, "user_id": player.person("小王")}
    )
    await player.play("管理员：/入群\n里正：现在没有人在等进群。别处漏下的，发 /入群 补查。")


async def test_approved_is_not_joined(stage: HostStage) -> None:
    """QQ answers ok, and nobody comes: said after a minute, the number stays, and a late join settles it."""
    player = await stage.play("开：入群审核\n【小新 申请 甲甲】\n里正：1 号…")
    stage.world.faults.add("not_let_in")
    await player.play("""
管理员：/通过 1
【里正 同意 小新】
【过 59 秒】
【过 1 秒】
里正：1 号 小新（…） 的同意发出去了，但没看到他进来（QQ 可能拦下了他），请在手机上看一眼。
【重启】
【过 1 分】
管理员：/入群
里正：在等进群的 1 个：
  1 小新（…） 等级 16　答：甲甲　等了 2 分钟（未到）
【小新 进群】
管理员：/入群
里正：现在没有人在等进群。别处漏下的，发 /入群 补查。
""")


async def test_the_group_is_full(stage: HostStage) -> None:
    """Nothing is tried, said once an hour; who was agreed to comes in when somebody leaves."""
    player = await stage.play(
        "开：入群审核\n小王：在\n管理员：在\n【小新 申请 甲甲】\n里正：1 号…\n【新人甲 申请 乙乙】\n里正：2 号…"
    )
    player.group.max_members = count = len(player.group.members)
    await player.play(f"""
管理员：/通过 1
里正：群满了（{count}/{count}）：同意了的先等着，有人退群就放进来。
管理员：/通过 2
管理员：/入群
里正：在等进群的 2 个：
  1 小新（…） 等级 16　答：甲甲　等了 0 分钟（同意了，在等空位）
  2 新人甲（…） …（同意了，在等空位）
【小王 退群】
【里正 同意 小新】
""")


async def test_the_bot_loses_admin_between_the_notice_and_the_yes(stage: HostStage) -> None:
    """It waits, and is done as soon as the bot is an admin again; a no waits, too."""
    player = await stage.play(
        "开：入群审核\n【小新 申请 甲甲】\n里正：1 号…\n【新人甲 申请 乙乙】\n里正：2 号…"
    )
    stage.world.set_role(player.group.group_id, stage.world.account, "member")
    await player.play("""
管理员：/通过 1
里正：我在本群不是管理员，「入群审核」只能先记着。给我管理员后就会生效。
管理员：/拒绝 2 太多了
""")
    stage.world.set_role(player.group.group_id, stage.world.account, "admin")
    await stage.settle()
    states = {row.number: row.state for row in await Application.all()}
    assert states == {1: "joined", 2: "refused"}


async def test_two_admins_yes_and_no_in_the_same_second(stage: HostStage) -> None:
    """The slower one reads that somebody has decided."""
    player = await stage.play("开：入群审核\n管理员：在\n管理员乙：在\n【小新 申请 甲甲】\n里正：1 号…")
    world, gid = stage.world, player.group.group_id
    for name, words in (("管理员", "/通过 1"), ("管理员乙", "/拒绝 1")):
        world.say(gid, player.person(name), [{"type": "text", "data": {"text": words}}])
    await stage.settle()
    (row,) = await Application.all()
    handled = [call for call in world.api_log if call.action == "set_group_add_request"]
    assert len(handled) == 1
    assert row.state in ("joined", "refused")


async def test_the_flag_is_gone(stage: HostStage) -> None:
    """What two whole lists lack is over; what a short list lacks is not believed."""
    player = await stage.play(
        "开：入群审核\n【小新 申请 甲甲】\n里正：1 号…\n【新人甲 申请 乙乙】\n里正：2 号…"
    )
    (first, *_) = stage.world.requests
    del stage.world.requests[first]
    await player.play("""
管理员：/入群 补查
里正：补查过了，没有漏下的。
管理员：/入群 补查
里正：补查过了，没有漏下的。
管理员：/入群
里正：在等进群的 1 个：
  2 …
管理员：/通过 1
里正：1 号已经取消了，没有再动。
""")


async def test_a_day_offline_with_sixty_requests(stage: HostStage) -> None:
    """One message that opens on a tap, numbers in order; rules decide nothing that may be older than a day."""
    player = await stage.play("""
开：入群审核
设：入群审核 处理 按规则
管理员：/入群规则 通过 电商
里正：…
管理员：/确认 1
里正：规则 1 加好了：通过 电商。撤销发 /撤销 1。
""")
    await stage.wire.stop()
    await stage.move(timedelta(hours=25))
    world, gid = stage.world, player.group.group_id
    asked = [world.add_person(f"路人{n}") for n in range(60)]
    for one in asked:
        world.request_join(gid, one, "电商")
    await stage.wire.start()
    await stage.wire.ready()
    await stage.settle()
    await stage.move(timedelta(minutes=10))
    await stage.settle()
    rows = await Application.all().order_by("number")
    assert [row.user_id for row in rows] == [one.user_id for one in asked]
    assert [row.number for row in rows] == list(range(2, 62))
    assert {row.state for row in rows} == {"open"}
    sent = [call.action for call in world.api_log if call.action.startswith("send_group")]
    assert sent[2:4] == ["send_group_msg", "send_group_forward_msg"]
    assert len(sent) == 5  # the last is the daily word of who waits


async def test_the_inviter_leaves_before_vouching(stage: HostStage) -> None:
    await stage.play("""
开：入群审核
小王：在
【小新 申请 小王介绍】
里正：1 号…
里正：@小王 有人说是你介绍的：小新（…）。认识就发 /担保 1，不认识发 /不担保 1。
小李：/不担保 1
里正：1 号等的是 小王 的话。
小李：/担保 9
里正：没有 9 号申请。现在有 1。
【小王 退群】
管理员：/通过 1
【里正 同意 小新】
""")
    edge = await Edge.get(grade="E")
    assert edge.left_at is None


async def test_who_names_themselves_and_who_is_not_one(stage: HostStage) -> None:
    """An applicant's own name or number is nobody's; several are left to admins; a newcomer cannot be their own."""
    player = await stage.play("""
开：入群审核
管理员：在
老李：在
老李头：在
【小新 申请 小新】
里正：1 号 申请进群：小新（…），等级 16。
  答：小新
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
【新人甲 申请 是李头介绍】
里正：2 号…
  答：是李头介绍　介绍人：老李头（还没确认）
  同意…
里正：@老李头 有人说是你介绍的：新人甲（…）。认识就发 /担保 2，不认识发 /不担保 2。
老李头：/不担保 2
里正：记下了：老李头 不认识 2 号。
老李头：/不担保 2
里正：2 号没有说谁介绍的，不用担保。
【新人乙 申请 老】
里正：3 号…
【新人丙 申请 问题：谁介绍的 答案：找老李和老李头】
里正：4 号…
  答：找老李和老李头　介绍人可能是 老李、老李头，请管理员问一下
  同意…
管理员：/通过 1
【里正 同意 小新】
小新：/邀请人 @小新
里正：不能是自己。
小新：/邀请人 @老李
里正：记下了：小新 是 老李 带来的。
小新→老李：/邀请人 @老李头
里正：别人的介绍人由代管和管理员来记；说自己的，发 /邀请人 @介绍人。
管理员→小新：/邀请人 @老李头
里正：记下了：小新 是 老李头 带来的。
小新：/邀请树 @老李
里正：只能看自己的；别人的由代管和管理员来看。
小新：/邀请树
里正：小新 是 老李头 介绍的（后来说的）。
  小新 还没有介绍过人。
管理员：/邀请榜
里正：30 天里带来的人，按留下来的算：
  1. 老李头：留下 1 人（共 1 人）
""")
    assert player.person("小新") in player.group.members


async def test_a_nickname_and_an_answer_that_are_commands(stage: HostStage) -> None:
    """They are text: nothing is decided, nobody is called."""
    player = await stage.play("开：入群审核\n管理员：在\n【小新 申请 第一个】\n里正：1 号…")
    stage.world.set_nickname(player.person("新人甲"), "@管理员 同意")
    await player.play("""
【新人甲 申请 /通过 1]】
里正：2 号 申请进群：@管理员 同意（…），等级 16。
  答：/通过 1]
  同意请发 /通过 2，不同意发 /拒绝 2（7 天内有效）。
""")
    assert await Pending.filter(state="open").count() == 2
    said = [call.params["message"] for call in stage.world.api_log if call.action == "send_group_msg"][-1]
    assert all(segment["type"] == "text" for segment in said)


async def test_five_hundred_requests_in_ten_minutes(stage: HostStage) -> None:
    """The first five are told one by one, the rest in one line a minute, through a restart; who asks alike is marked."""
    player = await stage.play("开：入群审核\n小王：在")
    world, gid = stage.world, player.group.group_id
    before = len([call for call in world.api_log if call.action == "send_group_msg"])
    for half_minute in range(5):
        for n in range(12 if half_minute < 4 else 0):
            world.request_join(gid, world.add_person(f"路人{half_minute}-{n}"), f"求带 {n}")
        await stage.settle()
        if half_minute == 1:
            await player.play("【重启】")
        await stage.move(timedelta(seconds=30))
        await stage.settle()
    said = [call.params["message"] for call in world.api_log if call.action == "send_group_msg"][before:]
    texts = ["".join(segment["data"].get("text", "") for segment in one) for one in said]
    assert texts[5:] == [
        "这一阵来了 19 个申请（6-24 号）。\n看名单发 /入群，一起定发 /通过 6-24，或者 /拒绝 6-24。",
        "这一阵来了 24 个申请（25-48 号）。\n看名单发 /入群，一起定发 /通过 25-48，或者 /拒绝 25-48。",
    ]
    rows = await Application.all().order_by("number")
    assert [row.number for row in rows] == list(range(1, 49))
    assert any("1 分钟里有" in mark for mark in rows[-1].marks)


async def test_two_accounts_of_ours_in_the_group(stage: HostStage) -> None:
    """One of them tells it, once; neither is taken for an inviter."""
    player = await stage.play("开：入群审核\n小王：在")
    world, gid = stage.world, player.group.group_id
    world.add_account(10002, "里正二号")
    world.join(gid, 10002)
    world.set_role(gid, 10002, "admin")
    second = Wire(world, stage.wire.url, stage.host.access.sandbox_key, account=10002)
    await second.start()
    await second.ready()
    await player.play("""
【小新 申请 里正介绍的】
里正：1 号…
  答：里正介绍的
  同意…
""")
    await second.stop()
    assert await Application.all().count() == 1


async def test_flags_are_nowhere_but_in_their_row(stage: HostStage) -> None:
    player = await stage.play("""
开：入群审核
【小新 申请 电话 13800138000】
里正：1 号…
  答：电话 138****8000
  同意…
""")
    (flag,) = stage.world.requests
    await player.play("管理员：/通过 1\n【里正 同意 小新】")
    kept = [*await Record.all().values(), *await Outgoing.all().values(), *await Pending.all().values()]
    kept += await Application.all().values()
    assert not any(flag in str(row) for row in kept)
    assert not any(
        flag in str(call.params) for call in stage.world.api_log if call.action.startswith("send_")
    )


async def test_approvals_wait_their_turn(stage: HostStage) -> None:
    """Who agrees while others wait reads how many there are, once a minute, also when a range is agreed to."""
    player = await stage.play(
        "开：入群审核\n管理员：在\n" + "\n".join(f"【新人{n} 申请 甲甲】\n里正：…" for n in "甲乙丙丁")
    )
    stage.world.faults.add("not_let_in", count=-1)
    await player.play("""
管理员：/通过 1
【里正 同意 新人甲】
管理员：/通过 2-4
里正：2、3、4 号：同意，记下了。
【里正 同意 新人乙】
里正：2 号同意了，前面还有 1 个在排队（10 分钟最多放 20 人）。
【里正 同意 新人丙】
【里正 同意 新人丁】
""")


async def test_a_crash_between_deciding_and_answering(stage: HostStage) -> None:
    """What was decided and never put out is put out when the list is read again, once."""
    player = await stage.play("开：入群审核\n管理员：在\n【小新 申请 求带】\n里正：1 号…")
    row = await Application.get()
    row.state, row.decided_at, row.decided_by = "letting", stage.host.now(), player.person("管理员")
    await row.save()
    await player.play("""
【重启】
【过 10 分】
【里正 同意 小新】
【过 20 分】
""")
    answered = [call for call in stage.world.api_log if call.action == "set_group_add_request"]
    assert len(answered) == 1
    (record,) = await Record.filter(kind="let_in")
    assert record.actor_id == player.person("管理员")


async def test_asked_again_with_the_right_answer(stage: HostStage) -> None:
    """The rules decide about the newest answer, and the number is closed."""
    await stage.play("""
开：入群审核
设：入群审核 处理 按规则
管理员：/入群规则 通过 电商
里正：…
管理员：/确认 1
里正：…
【小新 申请 学习】
里正：2 号…
【小新 申请 学电商】
【里正 同意 小新】
管理员：/通过 2
里正：2 号已经取消了，没有再动。
""")


async def test_sisters_of_the_same_owner_know_a_refusal(stage: HostStage) -> None:
    """A group of another owner tells nothing."""
    player = await stage.play(
        "开：入群审核\n管理员：在\n【小新 申请 求带】\n里正：1 号…\n管理员：/拒绝 1\n【里正 拒绝 小新】"
    )
    world, owner = stage.world, player.person("群主")
    for number, (whose, seen) in enumerate(((owner, True), (world.add_person("别的群主"), False))):
        other = world.add_group(f"群{number}", whose)
        await stage.introduce(other.group_id)
        await stage.switch_on(other.group_id, "入群审核")
        world.request_join(other.group_id, player.person("小新"), "求带带")
        await stage.settle()
        row = await Application.get(group_id=other.group_id)
        assert any("同一个群主" in mark for mark in row.marks) is seen
