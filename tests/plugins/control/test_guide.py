"""The questions after 全部: answered by quoting, skipped by number, wrong answers told, each once."""

from importlib.util import find_spec

import pytest

from lizheng.plugin.settings import settings_of
from lizheng.sandbox.stage import HostStage


def needs(*plugins: str) -> pytest.MarkDecorator:
    """Skip where one of these, which ask, has been taken away."""
    gone = [name for name in plugins if find_spec(f"plugins.{name}") is None]
    return pytest.mark.skipif(bool(gone), reason=f"without {', '.join(gone)}")


async def test_every_first_step_names_a_command_that_understands_its_example(stage: HostStage) -> None:
    steps = [(feature, step) for feature in stage.host.features.values() for step in feature.first_steps]
    assert steps
    for feature, step in steps:
        assert stage.host.commands.command(step.command.split()[0]) is not None, step
        assert {*step.settings} <= {setting.name for setting in settings_of(feature)}, step


@needs("name_tag", "ad_window")
async def test_an_answer_is_carried_out_and_the_next_question_comes(stage: HostStage) -> None:
    await stage.play("""
管理员：/开启 全部
里正：已开启全部功能：…
里正：（1/…）群名片要写成什么样？
  比如：城市-行业-昵称
  长按这条选「回复」写下答案；先不定就回「跳过」（或发 /取消 1）。
小王→里正「（1/」：城市-昵称
里正：1 号要由管理员或群主来决定。
管理员→里正「（1/」：城市{
里正：…
  比如：城市-行业-昵称
  长按这条选「回复」写下答案；先不定就回「跳过」（或发 /取消 1）。
管理员→里正「（1/」：城市-昵称
里正：…城市-昵称…
里正：（2/…）广告什么时候可以免费发？
  比如：每周五 18:00-20:00
  长按这条选「回复」写下答案；先不定就回「跳过」（或发 /取消 2）。
管理员→里正「（2/」：拒绝，先不要
里正：（2/3，续）…
管理员→里正「广告什么时候」：每周五 18:00-20:00
里正：2 号已经被拒绝了，没有再动。
""")


async def test_members_may_talk_about_a_question(stage: HostStage) -> None:
    await stage.play("""
管理员：/开启 全部
里正：…
里正：（1/…）群名片要写成什么样？…
小王→里正：这个要怎么填
里正：1 号要由管理员或群主来决定。
小李→里正「群名片」：我也想知道
管理员→里正「群名片」：先不设
里正：（2/…）广告什么时候可以免费发？…
小李→里正「群名片」：原来如此
管理员→里正「群名片」：好的谢谢
【过 11 分】
管理员→里正「群名片」：城市-昵称
里正：1 号已经被拒绝了，没有再动。
管理员→里正「群名片」：好的谢谢
""")


async def test_a_word_without_a_number_is_not_for_a_question(stage: HostStage) -> None:
    if not {"name_tag", "violations"} <= stage.host.features.keys():
        return
    await stage.play("""
管理员：/开启 全部
里正：已开启全部功能：…
里正：（1/…）…
管理员：/警告 @小王 @小李 刷屏
里正：…确认请发 /确认 2，放弃发 /取消 2（5 分钟内有效）。
管理员：/取消
里正：2 号已经取消了。
管理员：/取消
里正：（2/…）…
""")


@needs("name_tag", "ad_window", "ad_tax", "morning_brief")
async def test_three_questions_each_of_which_may_be_skipped(stage: HostStage) -> None:
    await stage.play("""
管理员：/开启 全部
里正：已开启全部功能：…
里正：（1/3）群名片要写成什么样？…
管理员→里正「（1/3）」：跳过
里正：（2/3）广告什么时候可以免费发？…
管理员→里正「（2/3）」：先不定
里正：（2/3，续）平时发一条广告，要发多少钱的红包？
  比如：100
  …
管理员→里正「（2/3，续）」：没有。
里正：（3/3）早报几点发？…
  比如：08:00 工作日
  …
管理员→里正「（3/3）」：随便
里正：开门的几件事问完了。…
""")


@needs("name_tag", "ad_window", "ad_tax", "morning_brief")
async def test_a_yes_is_no_answer(stage: HostStage) -> None:
    """A nod to the question, by words or by command, is told what is wanted; nothing is set and nothing skipped."""
    player = await stage.play("""
管理员：/开启 全部
里正：已开启全部功能：…
里正：（1/3）群名片要写成什么样？…
管理员→里正「（1/3）」：好
里正：要的是答案，不是同意。
  比如：城市-行业-昵称
  长按这条选「回复」写下答案；先不定就回「跳过」（或发 /取消 1）。
管理员→里正「（1/3）」：同意
里正：要的是答案，不是同意。…
管理员：/确认
里正：1 号在等一个答案：长按那条选「回复」写下来，先不定发 /取消 1。
管理员：/通过
里正：1 号在等一个答案：…
管理员：/通过 1
里正：1 号在等一个答案：…
小王：/确认 1
里正：1 号要由管理员或群主来决定。
""")
    assert not stage.host.groups[player.group.group_id].settings


@needs("name_tag", "ad_window", "ad_tax", "morning_brief")
async def test_a_wrong_answer_may_be_put_right_where_it_was_told(stage: HostStage) -> None:
    await stage.play("""
管理员：/开启 全部
里正：已开启全部功能：…
里正：（1/3）群名片要写成什么样？…
管理员→里正「（1/3）」：跳过
里正：（2/3）广告什么时候可以免费发？…
管理员→里正「（2/3）」：星期八
里正：…
  比如：每周五 18:00-20:00
  长按这条选「回复」写下答案；先不定就回「跳过」（或发 /取消 2）。
管理员→里正「星期八」：星期九
里正：…星期九…
管理员→里正「星期九」：每周五 18:00-20:00
里正：…
里正：（2/3，续）…
管理员→里正「（2/3，续）」：一百零一万块
里正：…
  比如：100
  长按这条选「回复」写下答案；先不定就回「跳过」（或发 /取消 3）。
管理员→里正「比如：100」：60
里正：「广告税」的价格改成了：60 元。…
里正：（3/3）早报…
管理员→里正「比如：100」：70
里正：3 号已经通过了，没有再动。
""")


@needs("name_tag", "ad_window", "ad_tax", "morning_brief")
async def test_what_is_settled_is_not_asked(stage: HostStage) -> None:
    await stage.play("""
管理员：/设置 广告税 价格 60
里正：…
管理员：/开启 全部
里正：已开启全部功能：…
里正：（1/3）群名片要写成什么样？…
管理员：/名片格式 城市-昵称
里正：…
【过 4 秒】
里正：（2/3）广告什么时候可以免费发？…
管理员→里正「（1/3）」：城市-行业-昵称
里正：1 号已经通过了，没有再动。
管理员：/关闭 全部
里正：…
管理员：/开启 全部
里正：已开启全部功能：…
里正：（1/2）广告什么时候可以免费发？…
管理员→里正「（1/2）」：跳过
里正：（2/2）早报几点发？…
管理员→里正「（2/2）」：7:30
里正：…07:30…
里正：开门的几件事问完了。…
""")
