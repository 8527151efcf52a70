"""问卷: asked in private, kept when confirmed, given out as a table."""

from __future__ import annotations

import base64
import json

from lizheng import GroupContext
from lizheng.media.tables import Column, Table, Text
from lizheng.parts.deeds import has_deed
from lizheng.sandbox.stage import HostStage
from plugins.polls.models import Filled, Survey, SurveyDraft

OPEN = """
开：投票
小王：@小李 在吗
管理员：/问卷 发起 秋游 截止 9天
  单选 几点方便 早上 晚上
  文字? 还想说
里正：T1 问卷：秋游（2 题，11-27 12:00 截止）
  私聊我发 /问卷 T1，一条一题。
"""


async def test_what_cannot_be_opened_says_why(stage: HostStage) -> None:
    await stage.play("""
开：投票
小王：/问卷
里正：现在没有问卷。发起：/问卷 发起 标题，下面一行一题，例如 单选 几点方便 早上 晚上
小王：/问卷 T1
里正：没有 T1，现在一个也没有。
小王：/问卷 那一份
里正：现在没有问卷。
小王：/问卷 发起 秋游
  文字 说一句
里正：发起问卷要代管。
管理员：/问卷 发起 秋游
里正：第一行写标题，下面一行一题：单选 题 选项 选项。…
管理员：/问卷 发起 秋游
  几点方便 早上 晚上
里正：第 1 题要以 单选、多选、打分、数字、文字 开头。…
管理员：/问卷 发起 要不要踢人
  文字 说一句
里正：投票不能用来处罚人：那由管理员按群规定，不看票数。
管理员（私聊）：/问卷 发起 秋游
里正（私聊 管理员）：投票要在群里发起，大家才看得见。
""")
    assert not await Survey.exists()


async def test_one_that_is_abandoned_leaves_nothing(stage: HostStage) -> None:
    """Half an hour later plain words are none of ours; after a week what was filled in is gone."""
    player = await stage.play(
        OPEN
        + """
小王（私聊）：/问卷 T1
里正（私聊 小王）：…问卷 1/2：几点方便…
小王（私聊）：早上
里正（私聊 小王）：问卷 2/2：还想说…
【过 31 分】
小王（私聊）：在吗
小王（私聊）：/问卷 1
里正（私聊 小王）：接着填。
  问卷 2/2：还想说…
【过 8 天】
"""
    )
    keep = next(one for one in stage.host.features["polls"].keeps if one.model is SurveyDraft)
    assert await SurveyDraft.all().count() == 1
    assert await keep.purge(stage.now(), 365) == 1
    await player.play("""
小王（私聊）：/问卷 T1
里正（私聊 小王）：一条一题，随时发「取消」就不填了。
  问卷 1/2：几点方便…
小王（私聊）：取消
里正（私聊 小王）：问卷 不填了，前面的没有留下。
小王（私聊）：早上
""")
    assert not await SurveyDraft.exists()
    assert not await Filled.exists()


async def test_filled_in_twice_it_is_one_answer(stage: HostStage) -> None:
    """The later replaces the earlier, and it was a good deed once; who left in between has not answered."""
    fill = """
小王（私聊）：/问卷 T1
里正（私聊 小王）：…
小王（私聊）：{choice}
里正（私聊 小王）：…
小王（私聊）：=1+1,"好"
里正（私聊 小王）：…
小王（私聊）：确认
里正（私聊 小王）：{said}
"""
    player = await stage.play(OPEN)
    await player.play(fill.format(choice="1", said="T1 交上了，谢谢。"))
    await player.play(fill.format(choice="晚上", said="T1 换成新的了，谢谢。"))
    stage.world.befriend(player.person("小李"))
    await player.play("""
小李（私聊）：/问卷 T1
里正（私聊 小李）：…
小李（私聊）：1
里正（私聊 小李）：…
小李（私聊）：跳过
里正（私聊 小李）：…
【小李 退群】
小李（私聊）：确认
里正（私聊 小李）：你已经不在群里了，没有交。
小李（私聊）：确认
""")
    wang = player.person("小王")
    assert [row.user_id for row in await Filled.all()] == [wang]
    group = stage.host.groups[player.group.group_id]
    ctx = GroupContext(stage.host, group, stage.host.features["polls"])  # pyright: ignore[reportArgumentType]
    assert await has_deed(ctx, wang, "survey.done")
    stage.world.faults.add("refused", "upload_private_file", 1)
    await player.play("""
管理员（私聊）：/问卷 导出 T1
里正（私聊 管理员）：表格没能传出去：平台没有答复。
""")
    stage.world.api_log.clear()
    stage.world.whisper(player.person("管理员"), "/问卷 导出 T1")
    await stage.settle()
    sent = [call.params for call in stage.world.api_log if call.action == "upload_private_file"]
    assert [one["name"] for one in sent] == ["问卷T1.csv", "问卷T1.json"]

    table, structure = (base64.b64decode(one["file"].removeprefix("base64://")) for one in sent)
    columns = Table(*(Column(name, Text()) for name in ("QQ", "1 几点方便", "1 选项号", "2 还想说")))
    read = columns.read_here("a.csv", table)
    assert [list(row.values()) for row in read.rows] == [[str(wang), "晚上", "2", '=1+1,"好"']]
    assert "\n=" not in table.decode("utf-8-sig")
    assert [one["kind"] for one in json.loads(structure)["questions"]] == ["单选", "文字"]


async def test_it_ends_while_somebody_fills_it_in(stage: HostStage) -> None:
    await stage.play(
        OPEN
        + """
管理员：/问卷 发起 再一份
  文字 说一句
里正：你还有 T1 没结束，结束了再发起。
小王（私聊）：/问卷 T1
里正（私聊 小王）：…
小王：/问卷 结束 T1
里正：要发起的人或者管理员才行。
管理员：/问卷 结束 T1
里正：T1 问卷 秋游 截止，0 人填了。管理员拿表格：私聊我发 /问卷 导出 T1。
小王（私聊）：早上
管理员：/问卷 结束 T1
里正：T1 问卷在 今天 12:00 截止了。
群主：/问卷 发起 甲
  文字 说一句
里正：T2 问卷：甲…
管理员：/问卷 发起 乙
  文字 说一句
里正：T3 问卷：乙…
小王：/问卷
里正：问卷 2 份，填一份私聊我发 /问卷 T5：
  T2 甲（明天 12:00 截止，0 人填了）
  T3 乙（明天 12:00 截止，0 人填了）
小王：/问卷 甲
里正：现在有 T2、T3，要写是哪一份，例如 /问卷 T2。
小王：/投票 看 T2
里正：没有 T2，现在一个也没有。
"""
    )
