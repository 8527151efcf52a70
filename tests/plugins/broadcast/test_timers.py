"""What a group is told at its hour: once, not at night, honest about what was missed."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

from lizheng.hooks import ReportWeek, weekly_report
from lizheng.media.pictures import folder
from lizheng.plugin.context import GroupContext
from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Record, Slot
from plugins.broadcast.models import Timed

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 32


async def test_timers_are_set_shown_changed_stopped_and_undone(stage: HostStage) -> None:
    player = await stage.play("""
开：广播
设：广播 定时上限 3
管理员：/定时 查看
里正：还没有定时，比如 /定时 每天 08:00 早上好。
管理员：/定时 停 1
里正：还没有定时，没有 1 号。
管理员：/定时 明天9点 开会
里正：定时 1 号：明天 09:00。
  先看样子发 /定时 试 1，停掉发 /定时 停 1。
管理员：/定时 每月31号 10:00 交租
里正：定时 2 号：每月 31 号 10:00。接下来：11 月 30 日、12 月 31 日、2027 年 1 月 31 日。没有 31 号的月份在最后一天发。
  先看样子发 /定时 试 2，停掉发 /定时 停 2。
管理员：/定时 工作日 13:00 午休
里正：定时 3 号：工作日 13:00。接下来：今天、明天、11 月 20 日。…
管理员：/定时 每天 14:00 多了
里正：定时已经有 3 条，最多 3 条。先删掉不用的：/定时 删除 加编号。
管理员：/定时 删除 2
里正：定时 2 号删了。撤销发 /撤销 4。
管理员：/撤销 4
里正：已撤销 #4：定时 2 号删了。
管理员：/定时 停 2
里正：定时 2 号停了，要再开发 /定时 开 2。
管理员：/定时 停 2
里正：定时 2 号本来就停着。
管理员：/定时 查看
里正：定时 3 条：
  1 明天 09:00 开会
  2 每月 31 号 10:00（停） 交租
  3 工作日 13:00 午休
管理员：/定时 开 3
里正：定时 3 号本来就开着。
管理员：/定时 改 3 每天 13:30
里正：定时 3 号：每天 13:30。接下来：今天、明天、11 月 20 日。…
管理员：/定时 改 3 睡午觉
里正：定时 3 号：每天 13:30。…
管理员：/定时 改 3 每天 25:00
里正：…
管理员：/定时 改 9 早
里正：没有定时 9 号；现在有 1、2、3。
管理员：/定时 今天 11:00 早
里正：今天 11:00 已经过了，请写以后的时间。…
管理员：/定时 晚饭后 吃饭
里正：「晚饭后」不是时间，请写 每天 08:00 或 明天9点。…
管理员：/定时 每天 08:00
里正：没有内容：写上要说的话，或者引用一条消息。…
管理员：/定时
里正：…
管理员：/定时 试 3
里正：样子发到你的私聊了；没收到就先私聊我一句，再发一次。
里正（私聊 管理员）：睡午觉
管理员（私聊）：/定时 试 3
里正（私聊 管理员）：睡午觉
【到 13:30】
里正：睡午觉
【到 明天 09:00】
里正：开会
管理员：/定时 开 1
里正：定时 1 号的时间过了，发 /定时 改 1 换个时间。
管理员：/定时 开 2
里正：定时 2 号开了：每月 31 号 10:00。接下来：11 月 30 日、12 月 31 日、2027 年 1 月 31 日。
管理员：/定时 改 2 要紧
里正：定时 2 号记成要紧的：安静时段也发，错过了补发。
管理员：/定时 查看
里正：定时 3 条：
  1 今天 09:00（发过了） 开会
  2 每月 31 号 10:00（要紧） 交租
  3 每天 13:30 睡午觉
管理员：/定时 改 2 不要紧
里正：定时 2 号不算要紧了。
管理员：/关闭 广播
里正：已关闭「广播」…
【过 1 天】
管理员：/开启 广播
里正：已开启「广播」…
管理员：/定时 查看
里正：定时 3 条：…
  3 每天 13:30（错过 1 次） 睡午觉
""")
    # The same hour of two timers is two messages, in their order.
    await player.play("""
管理员：/定时 改 1 每天 13:30
里正：定时 1 号：每天 13:30。…
【到 13:30】
里正：开会
里正：睡午觉
""")
    assert await Slot.filter(feature="broadcast", state="failed").count() == 0


async def test_quiet_hours_move_it_and_that_is_said(stage: HostStage) -> None:
    await stage.play("""
开：广播
管理员：/定时 每天 23:30 睡吧
里正：定时 1 号：每天 23:30。接下来：今天、明天、11 月 20 日。那时是安静时段，会等到 08:00 再发；非那时不可发 /定时 改 1 要紧。
  先看样子发 /定时 试 1，停掉发 /定时 停 1。
管理员：/定时 2026-11-19 00:00 整点
里正：定时 2 号：明天 00:00。那时是安静时段，会等到 08:00 再发；非那时不可发 /定时 改 2 要紧。…
管理员：/定时 改 2 要紧
里正：定时 2 号记成要紧的：安静时段也发，错过了补发。
【到 明天 00:00】
里正：整点
【重启】
【到 08:00】
里正：睡吧
【过 1 小时】
管理员：/定时 查看
里正：定时 2 条：
  1 每天 23:30 睡吧
  2 今天 00:00（要紧）（发过了） 整点
""")


async def test_the_clock_goes_forward_over_three_due_posts(stage: HostStage) -> None:
    """One is said, the two before it stand in the record; what is too late is not said at all, unless it is urgent."""
    player = await stage.play("""
开：广播
管理员：/定时 每天 13:00 甲
里正：定时 1 号：…
管理员：/定时 每天 18:00 乙
里正：定时 2 号：…
管理员：/定时 每天 17:00 丙
里正：定时 3 号：…
管理员：/定时 改 3 要紧
里正：定时 3 号记成要紧的：…
""")
    await stage.move(timedelta(days=2, hours=1, minutes=10))
    await stage.settle()
    group = stage.world.groups[int(player.group.group_id)]
    said = [m.segments[0]["data"]["text"] for m in group.messages if m.user_id == stage.world.account]
    assert said[-2:] == ["甲", "丙"]
    rows = {row.number: row.missed for row in await Timed.all()}
    assert rows == {1: 2, 2: 2, 3: 1}
    notes = (
        await Record.filter(kind="timed", reason__contains="错过")
        .order_by("id")
        .values_list("reason", flat=True)
    )
    assert set(notes) == {"定时 1 号错过 2 次", "定时 2 号错过 2 次", "定时 3 号错过 1 次"}
    await player.play("""
【到 18:00】
里正：丙
里正：乙
【过 1 小时】
""")
    assert await Slot.filter(feature="broadcast", name="post", state="waiting").count() == 3


async def test_killed_while_it_is_said_it_is_said_once(stage: HostStage) -> None:
    player = await stage.play(
        "开：广播\n管理员：/定时 每天 13:00 甲\n里正：定时 1 号：…\n【到 13:00】\n里正：甲\n"
    )
    slot = await Slot.get(feature="broadcast", name="post")
    await Slot.filter(id=slot.id).update(state="running", due_at=stage.now() - timedelta(seconds=5))
    await player.play("【重启】\n【过 1 小时】\n【到 明天 13:00】\n里正：甲\n")


async def test_a_picture_is_kept_and_one_that_is_gone_is_told(stage: HostStage) -> None:
    player = await stage.play("开：广播\n管理员：在\n")
    group, admin = int(player.group.group_id), player.people["管理员"]
    image = {"type": "image", "data": {"file": _inline(PNG)}}
    for text in ("每天 13:00 早", "每天 13:00"):
        stage.world.say(group, admin, [{"type": "text", "data": {"text": f"/定时 {text} "}}, image])
        await stage.settle()
    rows = await Timed.all().order_by("number")
    assert [row.content[-1].keys() for row in rows] == [{"picture"}, {"picture"}]
    await player.play("【到 13:00】\n里正：早[图片]\n里正：[图片]\n")
    ctx = GroupContext(stage.host, stage.host.groups[group], stage.host.features["broadcast"])
    for file in folder(ctx).iterdir():
        file.unlink()
    await player.play("""
管理员：/定时 试 1
里正：定时 1 号少了图：文件不见了。请重新设：/定时 改 1 加新内容。
【到 明天 13:00】
里正：早
里正：定时 1 号少了图：文件不见了。请重新设：/定时 改 1 加新内容。
  定时 2 号的图不见了，这次没发。请重新设：/定时 改 2 加新内容。
""")


def _inline(content: bytes) -> str:
    return f"base64://{b64encode(content).decode()}"


async def test_what_cannot_be_said_again_is_refused(stage: HostStage) -> None:
    player = await stage.play("开：广播\n管理员：在\n")
    group, admin = int(player.group.group_id), player.people["管理员"]
    image = {"type": "image", "data": {"file": _inline(PNG)}}
    words = {"type": "text", "data": {"text": "/定时 每天 13:00 早"}}
    for segments, said in (
        (
            [words, {"type": "record", "data": {"file": _inline(b"x")}}],
            "只能发文字、图和表情，语音、视频、文件和卡片发不了。",
        ),
        ([words, *[image] * 5], "图太多了：最多 4 张，这里有 5 张。"),
        ([words, {"type": "face", "data": {"id": "66"}}], "定时 1 号"),
    ):
        stage.world.say(group, admin, segments)
        await stage.settle()
        answer = [m for m in stage.world.groups[group].messages if m.user_id == stage.world.account][-1]
        assert said in answer.segments[-1]["data"]["text"] or said in answer.segments[0]["data"]["text"]
    await stage.pass_time(timedelta(hours=1))
    await stage.settle()
    said = stage.world.groups[group].messages[-1].segments
    assert [segment["type"] for segment in said] == ["text", "face"]


async def test_a_week_is_counted(stage: HostStage) -> None:
    player = await stage.play("""
开：广播
群主：/广播 抽奖
里正：抽奖…
群主：/确认
里正：广播 1 号开始发了…
里正：抽奖
里正：广播 1 号发完了：发到 1 个群。
""")
    group = stage.host.groups[int(player.group.group_id)]
    ctx = GroupContext(stage.host, group, stage.host.features["broadcast"])
    monday = stage.now().date() - timedelta(days=stage.now().weekday())
    [answer] = await weekly_report.gather(ctx, ReportWeek(monday))
    assert [(figure.name, figure.value) for figure in answer.value] == [("收到广播", "1 次")]
    assert await weekly_report.gather(ctx, ReportWeek(monday - timedelta(days=7))) == []
