"""The board of a group, as conversations; `问广告` stands for whoever recognises advertisements."""

import pytest

from lizheng import GroupContext, Record, Slot
from lizheng.hooks import AdWindow, BriefDay, Section, brief_section, window_opens
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.world.actions import ACTIONS
from plugins.ad_board.models import Entry
from tests.support.admin_actions import add_deputy, context, undo


async def test_it_expires(stage: HostStage) -> None:
    await stage.play("""
开：广告贴
设：广告贴 有效期 3天
小王：/广告贴 投稿 茶叶
里正：小王 想上广告贴…
【里正 撤回 小王】
管理员：/广告贴 通过
里正：@小王 的 1 号上了广告贴，到 11 月 21 日为止…
【到 周六 11:59】
小李：/adboard
里正：广告贴（1 条）：…
【到 12:00】
小李：/广告贴
里正：广告贴还是空的…
""")


async def test_numbers_follow_without_a_space(stage: HostStage) -> None:
    await stage.play("""
开：广告贴
小王：/广告贴 投稿 茶叶
里正：小王 想上广告贴…
【里正 撤回 小王】
管理员：/广告贴 通过1
里正：@小王 的 1 号上了广告贴…
小李：/广告贴查看1
里正：1 号，小王，…
小李：/广告贴 通过率多少
里正：…
小王：/广告贴下架１
里正：1 号从广告贴上拿下来了…
""")


async def test_one_waits_and_one_is_on_the_board(stage: HostStage) -> None:
    player = await stage.play("""
开：广告贴
小王：/广告贴 投稿 茶叶
里正：小王 想上广告贴…
【里正 撤回 小王】
小王：/广告贴 投稿 茶杯
里正：你的 1 号还在等管理员决定。想换内容，先发 /广告贴 下架 1 收回它。
管理员：/通过 1
里正：@小王 的 1 号上了广告贴…
小王：/广告贴 投稿 茶 叶
里正：1 号已经是这条内容了，不用再投。
小王：/广告贴 投稿 茶杯
里正：小王 想上广告贴…
【里正 撤回 小王】
管理员→里正：同意
里正：@小王 的 2 号上了广告贴，到 11 月 25 日为止，换下了 1 号。撤销发 /撤销 4。
小李：/广告贴
里正：广告贴（1 条）：
  2 号：茶杯（小王，11 月 25 日止）
""")
    await undo(stage, player, 4)
    await player.play("""
小李：/广告贴
里正：广告贴（1 条）：
  1 号：茶叶（小王，11 月 25 日止）
""")


async def test_the_author_takes_back_what_waits(stage: HostStage) -> None:
    await stage.play("""
开：广告贴
小王：/广告贴 投稿 茶叶
里正：小王 想上广告贴…
【里正 撤回 小王】
小李：/广告贴 下架 1
里正：广告贴上没有 1 号，发 /广告贴 看现在有哪些。
小王：/广告贴 下架 1
里正：1 号收回了。
管理员：/广告贴 通过 1
里正：1 号已经取消了，没有再动。
小王：/广告贴 投稿 茶杯
里正：小王 想上广告贴…
【里正 撤回 小王】
""")


async def test_deputies_decide_and_members_do_not(stage: HostStage) -> None:
    player = await stage.play("""
开：广告贴
""")
    await add_deputy(stage, player, "小张")
    await player.play("""
小王：/广告贴 投稿 茶叶
里正：小王 想上广告贴…
【里正 撤回 小王】
小李：/广告贴 通过 1
里正：/广告贴 通过 [编号] 只有代管、管理员和群主能用。
小张：/广告贴 投稿 咖啡
里正：小张 想上广告贴…
【里正 撤回 小张】
小张：/广告贴 通过 2
里正：2 号是你自己提交的，要由别人来决定。
小张：/广告贴 通过
里正：有几条在等：1、2。请带上编号。
小张：/广告贴 驳回 1
里正：@小王 的 1 号没有通过。改一改可以再投。
小张：/广告贴 置顶 1
里正：/广告贴 置顶 <编号> 只有管理员和群主能用。
管理员→里正「咖啡」：拒绝
里正：@小张 的 2 号没有通过。改一改可以再投。
""")


async def test_numbers_of_others_are_not_ours(stage: HostStage) -> None:
    await stage.play("""
开：广告贴 试探
小王：/试投 你好
里正：…
管理员：/广告贴 通过 1
里正：没有等着决定的 1 号广告。
管理员：/广告贴 通过
里正：现在没有等着决定的广告。
管理员→里正「投稿」：/广告贴 通过
里正：现在没有等着决定的广告。
管理员：/广告贴 下架 1
里正：广告贴上没有 1 号…
管理员：/广告贴 置顶 99
里正：广告贴上没有 99 号…
小王：/广告贴 投稿 茶叶
里正：小王 想上广告贴…
【里正 撤回 小王】
""")
    await stage.play("""
开：广告贴
管理员：/广告贴 通过 2
里正：没有等着决定的 2 号广告。
管理员：/广告贴 查看 2
里正：广告贴上没有 2 号…
管理员：/广告贴 下架 一二三四
里正：…
  用法：/广告贴 下架 <编号>
  例如：/广告贴 下架 3
""")


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "缺少内容。"),
        ("\u200b \u200b", "缺少内容。"),
        ("字" * 201, "广告贴一条最多 200 个字，你写了 201 个。"),
    ],
)
async def test_bad_content_changes_nothing(stage: HostStage, written: str, why: str) -> None:
    await stage.play(f"""
开：广告贴
小王：/广告贴 投稿 {written}
里正：{why}
  用法：/广告贴 投稿 <内容>
  例如：/广告贴 投稿 出二手显示器，300 元，私聊
管理员：/广告贴 通过
里正：现在没有等着决定的广告。
""")


async def test_codes_are_text(stage: HostStage) -> None:
    player = await stage.play("""
开：广告贴
小王：/广告贴 投稿 茶叶 [CQ:at,qq=all] {number}
里正：小王 想上广告贴：「茶叶 [CQ:at,qq=all] {number}」…
【里正 撤回 小王】
管理员：/通过 1
里正：@小王 的 1 号上了广告贴…
小李：/广告贴
里正：广告贴（1 条）：
  1 号：茶叶 [CQ:at,qq=all] {number}（小王，11 月 25 日止）
""")
    sent = [call.params for call in stage.world.api_log if call.action == "send_group_msg"]
    assert all(isinstance(params["message"], list) for params in sent)
    assert all(s["type"] != "at" or s["data"]["qq"] != "all" for p in sent for s in p["message"])
    assert player.group.group_id


async def test_pictures_are_refused(stage: HostStage) -> None:
    player = await stage.play("开：广告贴\n小王：你好")
    seen = []
    stage.world.watchers.append(lambda happening: seen.append(happening.data.get("text", "")))
    picture = {"type": "image", "data": {"file": "base64://iVBORw0KGgo="}}
    words = {"type": "text", "data": {"text": "/广告贴 投稿 茶叶"}}
    stage.world.say(player.group.group_id, player.person("小王"), [words, picture])
    await stage.settle()
    assert "广告贴只收文字，图片和别的放不上来。" in seen[-1]
    assert not await Entry.all().exists()


async def test_the_whole_text_of_one(stage: HostStage) -> None:
    long = "好茶叶" * 30
    await stage.play(f"""
开：广告贴
小王：/广告贴 投稿 {long}
里正：小王 想上广告贴：「{long[:39]}…」…
【里正 撤回 小王】
小李：/广告贴 查看 1
里正：广告贴上没有 1 号…
小王：/广告贴 查看 1
里正：1 号，小王，等着管理员决定：
  {long}
管理员：/广告贴 查看 1
里正：1 号，小王，等着管理员决定：
  {long}
管理员：/通过 1
里正：@小王 的 1 号上了…
小李：/广告贴 查看 1
里正：1 号，小王，11 月 25 日止：
  {long}
""")


SIX = "\n".join(
    f"""成员{n}：/广告贴 投稿 茶叶{n}
里正：成员{n} 想上广告贴…
【里正 撤回 成员{n}】
管理员：/通过 {n}
里正：@成员{n} 的 {n} 号上了…"""
    for n in range(1, 7)
)


async def test_a_long_board_is_a_merged_forward(stage: HostStage) -> None:
    player = await stage.play(f"""
开：广告贴
{SIX}
管理员：/广告贴 置顶 2
里正：2 号置顶了…
小李：/广告贴
里正：[forward]
""")
    call = stage.world.api_log[-1]
    assert call.action == "send_group_forward_msg"
    nodes = [node["data"] for node in call.params["messages"]]
    assert [node["nickname"] for node in nodes] == [
        f"{p}{n} 号·成员{n}" for p, n in [("【置顶】", 2), ("", 6), ("", 5), ("", 4), ("", 3), ("", 1)]
    ]
    assert nodes[0]["content"][0]["data"]["text"].startswith("茶叶2")
    assert player.group.group_id == call.params["group_id"]


async def test_where_forwards_are_refused_five_are_shown(
    stage: HostStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(ACTIONS, "send_group_forward_msg")
    await stage.play(f"""
开：广告贴
{SIX}
小李：/广告贴
里正：广告贴（6 条）：
  6 号：茶叶6（成员6，11 月 25 日止）
  5 号：…
  4 号：…
  3 号：…
  2 号：…
  还有 1 条，发 /广告贴 查看 加编号来看。
""")


async def test_it_goes_on_after_a_restart(stage: HostStage) -> None:
    player = await stage.play("""
开：广告贴
小王：/广告贴 投稿 茶叶
里正：小王 想上广告贴…
【里正 撤回 小王】
【重启】
管理员→里正：同意
里正：@小王 的 1 号上了广告贴…
【重启】
小李：/广告贴
里正：广告贴（1 条）：…
管理员：/广告贴 置顶 1
里正：1 号置顶了…
【重启】
管理员：/广告贴 置顶 1
里正：1 号不再置顶。
小王：/广告贴 下架 1
里正：1 号从广告贴上拿下来了。撤销发 /撤销 5。
""")
    await undo(stage, player, 5)
    await player.play("""
小李：/广告贴
里正：广告贴（1 条）：…
""")


async def test_undoing_a_pin(stage: HostStage) -> None:
    player = await stage.play("""
开：广告贴
小王：/广告贴 投稿 茶叶
里正：小王 想上广告贴…
【里正 撤回 小王】
管理员：/通过 1
里正：@小王 的 1 号上了广告贴…
管理员：/广告贴 置顶 1
里正：1 号置顶了…
""")
    await undo(stage, player, 3)
    await player.play("""
小李：/广告贴
里正：广告贴（1 条）：
  1 号：茶叶（小王，11 月 25 日止）
""")


async def test_in_private(stage: HostStage) -> None:
    player = await stage.play("开：广告贴\n小王：你好")
    stage.world.whisper(player.person("小王"), "/广告贴 投稿 茶叶")
    await stage.settle()
    # Two places, so either may come first.
    said = sorted(
        (call.action, call.params["message"][0]["data"]["text"].splitlines()[0])
        for call in stage.world.api_log
        if call.action.startswith("send_")
    )
    assert said == [
        ("send_group_msg", "小王 想上广告贴：「茶叶」"),
        ("send_private_msg", "投稿 1 号交上去了，管理员通过后就上广告贴。"),
    ]
    await player.play("""
管理员：/通过 1
里正：@小王 的 1 号上了广告贴…
小李（私聊）：/广告贴
里正（私聊 小李）：广告贴（1 条）：…
""")


async def test_an_ad_is_shown_the_way_and_a_submission_is_put_away(stage: HostStage) -> None:
    await stage.play("""
开：广告贴 问广告
小王：卖茶叶
里正：撤回：广告请走广告贴。发 /广告贴 投稿 加内容，管理员通过后大家都能看到
小王：/广告贴 投稿 卖茶叶
里正：小王 想上广告贴：「卖茶叶」
  原文我先收起来…
  同意请发…
【里正 撤回 小王】
小王：/广告贴 投稿 卖茶叶啦
里正：你的 1 号还在等管理员决定…
里正：撤回：广告请走广告贴…
管理员：/通过 1
里正：@小王 的 1 号上了广告贴…
小王：卖茶叶
里正：撤回：广告请走广告贴…
小王：/广告贴 查看 1 卖茶叶
里正：「卖茶叶」是多出来的。…
里正：撤回：广告请走广告贴…
""")


async def test_what_was_withdrawn_counts_for_the_day(stage: HostStage) -> None:
    turns = "".join(
        f"小王：/广告贴 投稿 卖{what}\n里正：小王 想上广告贴…\n【里正 撤回 小王】\n"
        f"小王：/广告贴 下架 {n}\n里正：{n} 号收回了。\n"
        for n, what in enumerate(("茶叶", "茶杯", "咖啡", "米酒", "大米"), 1)
    )
    await stage.play(f"""
开：广告贴
{turns}
小王：/广告贴 投稿 卖面粉
里正：你 24 小时里投过 5 条了，收回的也算，11-19 12:00 以后再来。
【重启】
【过 24 小时】
小王：/广告贴 投稿 卖面粉
里正：小王 想上广告贴…
【里正 撤回 小王】
""")


async def test_the_digest_for_an_opening_window(stage: HostStage) -> None:
    player = await stage.play("""
开：广告贴 问广告
小王：/广告贴 投稿 茶叶
里正：小王 想上广告贴…
【里正 撤回 小王】
管理员：/通过 1
里正：@小王 的 1 号上了广告贴…
""")
    ctx = context(stage, player, "asker")
    (answer,) = await window_opens.ask(ctx, AdWindow(ctx.now, ctx.now))
    assert answer.value == "广告贴上有 1 条，发 /广告贴 就能看全部：\n1 号：茶叶"
    await Entry.all().delete()
    assert await window_opens.ask(ctx, AdWindow(ctx.now, ctx.now)) == []


async def test_a_decision_whose_end_a_crash_lost_is_carried_out_once(stage: HostStage) -> None:
    player = await stage.play("""
开：广告贴
小王：/广告贴 投稿 茶叶
里正：小王 想上广告贴…
【里正 撤回 小王】
管理员：/通过 1
里正：@小王 的 1 号上了广告贴…
""")
    assert await Slot.filter(name="decided").update(state="running", claimed_at=stage.now())
    await player.play("""
【重启】
管理员：/通过 1
里正：1 号已经通过了，没有再动。
小李：/广告贴
里正：广告贴（1 条）：…
""")
    assert await Record.filter(feature="ad_board", kind="entry").count() == 1


async def test_the_morning_brief_shows_the_board(stage: HostStage) -> None:
    player = await stage.play("""
开：广告贴
小王：/广告贴 投稿 出二手显示器
里正：小王 想上广告贴…
【里正 撤回 小王】
""")
    group = stage.host.groups[player.group.group_id]
    ctx = GroupContext(stage.host, group, stage.host.features["ad_board"])
    today = BriefDay(stage.now().date())
    assert await brief_section.gather(ctx, today) == []
    await player.play("""
管理员：/通过 1
里正：…
""")
    (answer,) = await brief_section.gather(ctx, today)
    assert answer.value == Section("广告贴", ("1 号：出二手显示器",))


async def test_why_a_submission_was_recalled_is_on_record(stage: HostStage) -> None:
    await stage.play("""
开：广告贴
小王：/广告贴 投稿 家教一对一，数学英语都可以
里正：…
【里正 撤回 小王】
管理员：/记录
里正：#1 … 小王 撤回消息 小王：投稿收下了，原文收起来
""")
