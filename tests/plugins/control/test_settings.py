"""`/设置`: a list that a phone shows at once, and examples made of what was named."""

from __future__ import annotations

from lizheng import Misread
from lizheng.plugin.settings import settings_of
from lizheng.sandbox.stage import HostStage
from plugins.control.screen import MOST_LINES, packed, rows
from plugins.control.settings import sample
from tests.plugins.control.test_help import last_said


async def test_every_list_of_settings_fits_a_phone(stage: HostStage) -> None:
    player = await stage.play("管理员：/功能\n里正：…")
    for feature in stage.host.features.values():
        if feature.settings is not None:
            await player.play(f"管理员：/设置 {feature.title}\n里正：「{feature.title}」的设置：…")
            assert rows([last_said(stage)]) <= MOST_LINES, feature


def test_many_settings_share_lines() -> None:
    assert packed(["甲：1", "乙：2"], 2) == ["甲：1", "乙：2"]
    assert packed(["甲：1", "乙：2", "丙丙丙丙丙丙丙丙丙丙：3", "丁：4"], 2) == [
        "甲：1　乙：2",
        "丙丙丙丙丙丙丙丙丙丙：3　丁：4",
    ]
    assert packed(["长" * 18, "短", "短"], 2) == ["长" * 18, "短　短"]


async def test_one_setting_is_described(stage: HostStage) -> None:
    await stage.play("""
管理员：/设置 控制
里正：「控制」的设置：
  记录条数：6
  安静时段：每天 23:00-次日 08:00
  每天主动发言：8
  说明：/设置 控制 记录条数
  修改：/设置 控制 记录条数 值
管理员：/设置 控制 记录条数
里正：记录条数：6（默认）
  /记录 一次显示几条，1 到 30。
  修改：/设置 控制 记录条数 6（写 默认 就恢复）
""")


async def test_another_value_than_the_default_is_shown_with_it(stage: HostStage) -> None:
    await stage.play("""
管理员：/设置 控制 记录条数 9
里正：…
管理员：/设置 控制 记录条数
里正：记录条数：9（默认：6）
  …
""")


async def test_the_example_is_of_what_was_named(stage: HostStage) -> None:
    if not {"morning_brief", "ad_tax", "ad_board"} <= stage.host.features.keys():
        return
    await stage.play("""
管理员：/设置 早报 时间 25点
里正：…
  用法：/设置 <功能> <项> <值>
  例如：/设置 早报 时间 08:00
管理员：/设置 早报 日子 周末
里正：「日子」只能是：每天、工作日、不发。
  用法：/设置 <功能> <项> <值>
  例如：/设置 早报 日子 工作日
管理员：/设置 早报 时辰
里正：「早报」没有叫「时辰」的设置。能设的是：时间、…
  用法：…
  例如：/设置 早报 时间
管理员：/设置 广告睡
里正：没有叫「广告睡」的功能，你是不是想说「广告税」？
  用法：…
  例如：…
管理员：/开启 广告随
里正：没有叫「广告随」的功能，你是不是想说「广告贴」或「广告税」？
  用法：…
  例如：…
""")


def test_every_example_is_understood(stage: HostStage) -> None:
    """Of each setting, as it is at first."""
    wrong: list[str] = []
    for feature in stage.host.features.values():
        for setting in settings_of(feature):
            shown = sample(setting, setting.default)
            try:
                if shown != "默认":
                    setting.parse(shown)
            except Misread as misread:
                wrong.append(f"{feature.title} {setting.title} {shown}: {misread}")
    assert wrong == []


async def test_a_feature_or_setting_that_is_not_meant_so(stage: HostStage) -> None:
    await stage.play("""
开：违规处理 广告税
管理员：/开启 违规处理
里正：「违规处理」本来就是开的。
管理员：/开启 广告
里正：带「广告」的有几个：…。要哪一个？
  用法：…
管理员：/开启 「」
里正：要说是哪个功能。
  用法：…
管理员：/功能 其他
里正：没有「其他」这一类的功能。
管理员：/设置 违规处理 天气
里正：「违规处理」没有叫「天气」的设置。能设的是：…
管理员：/设置 隐私
里正：「隐私」没有可以设置的项。
管理员：/机器人 添加 @管理员乙
里正：管理员乙是管理员，只有群主能把他登记成机器人：登记了就不听他的命令。
""")


async def test_none_of_it_is_written_as_zero_where_that_makes_sense(stage: HostStage) -> None:
    if not {"boards", "ad_tax"} <= stage.host.features.keys():
        return
    await stage.play("""
管理员：/设置 信息板 招聘价格 5
里正：「信息板」的招聘价格改成了：5 元。…
管理员：/设置 信息板 招聘价格 0元
里正：「信息板」的招聘价格改成了：0 元。…
管理员：/设置 广告税 价格 0
里正：…金额要大于 0…
  …
""")
