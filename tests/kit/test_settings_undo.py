"""Settings changed by a handler or by `/设置` are checked, told, recorded and taken back, each change by itself."""

from __future__ import annotations

from typing import Any

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.store import audit
from lizheng.store.tables import Record


async def test_a_change_is_told_and_taken_back_by_its_own_feature(stage: HostStage) -> None:
    await stage.play("""
开：试单
管理员：/试界 3 7
里正：听说改了 first
里正：听说改了 last
里正：记为 #1
管理员：/撤销 1
里正：听说改了 first
里正：听说改了 last
里正：试单：旁边也撤了
里正：已撤销 #1：试单 头 改为 3，试单 尾 改为 7。现在：头 1，尾 9。
管理员：/撤销 1
里正：#1 撤销不了：已经撤销过了。
""")


async def test_what_does_not_fit_changes_nothing(stage: HostStage) -> None:
    """Neither a value alone, nor those that do not go together."""
    await stage.play("""
开：试单
管理员：/试界 3 700
里正：「尾」不能是这个值：最大是 99。
  用法：/试界 <数字> <数字>
  例如：/试界 1 5
管理员：/试界 9 3
里正：「头」不能是这个值：头不能比尾大。
  用法：/试界 <数字> <数字>
  例如：/试界 1 5
管理员：/设置 试单 头 80
里正：「头」不能是这个值：头不能比尾大。
  用法：/设置 <功能> <项> <值>
  例如：/设置 试单 头 1
管理员：/记录
里正：还没有记录。
""")


async def test_an_undo_does_not_throw_away_what_was_set_since(stage: HostStage) -> None:
    await stage.play("""
开：试单
管理员：/试设 稳住
里正：听说改了 motto
里正：记为 #1
管理员：/设置 试单 口号 能赢
里正：听说改了 motto
里正：「试单」的口号改成了：能赢。撤销发 /撤销 2。
管理员：/设置 试单 间隔 2小时
里正：听说改了 rest
里正：「试单」的间隔改成了：2 小时。撤销发 /撤销 3。
管理员：/撤销 1
里正：#1 撤销不了：之后又改过（#2）。要回到没有口号，先发 /撤销 2，或发 /设置 试单 口号 默认。
管理员：/撤销 2
里正：听说改了 motto
里正：已撤销 #2：试单 口号 改为 能赢。现在：口号 稳住。
管理员：/撤销 1
里正：听说改了 motto
里正：已撤销 #1：口号改为 稳住。现在：没有口号。
""")


async def test_the_way_back_over_several_changes_is_named(stage: HostStage) -> None:
    player = await stage.play("""
开：试单
管理员：/设置 试单 时段 每周五 18:00-20:00
里正：听说改了 spans
里正：…
管理员：/设置 试单 时段 每周六 18:00-20:00
里正：听说改了 spans
里正：…
管理员：/设置 试单 时段 每周日 18:00-20:00
里正：听说改了 spans
里正：…
管理员：/撤销 2
里正：#2 撤销不了：之后又改过（#3）。要回到时段 每周五 18:00-20:00，先发 /撤销 3，或发 /设置 试单 时段 每周五 18:00-20:00。
管理员：/撤销 1
里正：#1 撤销不了：之后又改过（#2、#3）。要回到没有时段，先从 /撤销 3 起一步步撤，或发 /设置 试单 时段 默认。
管理员：/设置 试单 时段 默认
里正：听说改了 spans
里正：「试单」的时段改成了：（空）。撤销发 /撤销 4。
管理员：/撤销 4
里正：听说改了 spans
里正：已撤销 #4：试单 时段 改为 （空）。现在：时段 每周日 18:00-20:00。
""")
    assert await Record.filter(group_id=player.group.group_id, kind="setting").count() == 4


@pytest.mark.parametrize(
    ("feature", "undo"),
    [
        ("control", {"name": "setting", "feature": "lister", "field": "motto", "old": "旧的"}),
        ("lister", {"name": "old", "old": "旧的"}),
    ],
)
async def test_records_of_earlier_releases_are_taken_back(
    stage: HostStage, feature: str, undo: dict[str, Any]
) -> None:
    player = await stage.play("开：试单")
    at = stage.now()
    await audit.write(player.group.group_id, at, feature, "setting", reason="换了口号", undo=undo)
    await player.play("""
管理员：/撤销 1
里正：听说改了 motto
里正：已撤销 #1：换了口号。现在：口号 旧的。
""")
    await audit.write(player.group.group_id, at, feature, "setting", reason="又换了口号", undo=undo)
    await player.play("""
管理员：/试设 新的
里正：听说改了 motto
里正：记为 #3
管理员：/撤销 2
里正：#2 撤销不了：之后又改过（#3）。要回到口号 旧的，先发 /撤销 3，或发 /设置 试单 口号 旧的。
""")


async def test_a_record_of_a_setting_that_is_gone_changes_nothing(stage: HostStage) -> None:
    player = await stage.play("开：试单")
    undo = {"name": "setting", "feature": "lister", "before": {"gone": 3}, "after": {"gone": 4}}
    await audit.write(player.group.group_id, stage.now(), "lister", "setting", reason="从前的一项", undo=undo)
    undo = {"name": "setting", "feature": "nobody", "before": {"x": 3}, "after": {"x": 4}}
    await audit.write(player.group.group_id, stage.now(), "nobody", "setting", reason="别人的", undo=undo)
    await player.play("""
管理员：/撤销 1
里正：已撤销 #1：从前的一项。
管理员：/撤销 2
里正：#2 撤销不了：做这件事的功能已经不在了。
""")


OLD = [
    ("ad_window", {"name": "spans", "old": "每周五 18:00-20:00"}, "spans", "每周五 18:00-20:00"),
    ("name_tag", {"name": "format", "old": "城市-昵称"}, "format", "城市-昵称"),
    ("welcome", {"name": "greeting", "text": "欢迎{at}"}, "text", "欢迎{at}"),
    ("welcome", {"name": "greeting", "rules": "友善"}, "rules", "友善"),
    ("morning_brief", {"name": "times", "old": {"at": "07:30", "days": None}}, "at", "07:30"),
    ("member_qa", {"name": "sets", "old": "仓库"}, "shared", "仓库"),
]
"""As the records of the plugins' last release have it: what their undo is, and what it puts back."""


@pytest.mark.parametrize(("feature", "undo", "field", "before"), OLD)
async def test_old_records_of_the_plugins_are_taken_back(
    stage: HostStage, feature: str, undo: dict[str, Any], field: str, before: str
) -> None:
    if feature not in stage.host.features:
        return
    player = await stage.play("小王：早")
    group = player.group.group_id
    await audit.write(group, stage.now(), feature, "setting", reason="改了一项", undo=undo)
    await player.play("管理员：/撤销 1\n里正：已撤销 #1：改了一项。现在：…")
    assert stage.host.groups[group].settings[feature, field] == before


async def test_a_window_changed_since_is_not_thrown_away(stage: HostStage) -> None:
    if "ad_window" not in stage.host.features:
        return
    await stage.play("""
开：广告时段
管理员：/广告时段 每周五 18:00-20:00
里正：…
管理员：/广告时段 每周六 18:00-20:00
里正：…
管理员：/撤销 1
里正：#1 撤销不了：之后又改过（#2）。要回到没有时段，先发 /撤销 2，或发 /设置 广告时段 时段 默认。
管理员：/撤销 2
里正：已撤销 #2：广告时段改为 每周六 18:00-20:00。现在：时段 每周五 18:00-20:00。
管理员：/撤销 1
里正：已撤销 #1：广告时段改为 每周五 18:00-20:00。现在：没有时段。
""")
