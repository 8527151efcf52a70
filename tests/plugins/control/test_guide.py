"""The questions after 全部: answered by quoting, skipped by number, wrong answers told, each once."""

from lizheng.sandbox.stage import HostStage


async def test_every_first_step_names_a_command_that_understands_its_example(stage: HostStage) -> None:
    steps = [step for feature in stage.host.features.values() for step in feature.first_steps]
    assert steps
    for step in steps:
        assert stage.host.lookup.command(step.command.split()[0]) is not None, step


async def test_an_answer_is_carried_out_and_the_next_question_comes(stage: HostStage) -> None:
    if not {"name_tag", "ad_window"} <= stage.host.features.keys():
        return
    await stage.play("""
管理员：/开启 全部
里正：已开启全部功能：…
里正：（1/…）群名片要写成什么样？
  比如：城市-行业-昵称
  长按这条选「回复」写下答案就行；先不定，发 /取消 1。
小王→里正「（1/」：城市-昵称
里正：1 号要由管理员和群主来决定。
管理员→里正「（1/」：城市{
里正：…
  用法：/名片格式…
  例如：/名片格式…
管理员→里正「（1/」：城市-昵称
里正：…城市-昵称…
里正：（2/…）广告什么时候可以免费发？
  比如：每周五 18:00-20:00
  长按这条选「回复」写下答案就行；先不定，发 /取消 2。
管理员→里正「（2/」：拒绝，先不要
里正：（3/…）…
管理员→里正「（2/」：每周五 18:00-20:00
里正：2 号已经被拒绝了，没有再动。
""")


async def test_members_may_talk_about_a_question(stage: HostStage) -> None:
    if not {"name_tag", "ad_window"} <= stage.host.features.keys():
        return
    await stage.play("""
管理员：/开启 全部
里正：…
里正：（1/…）群名片要写成什么样？…
小王→里正：这个要怎么填
里正：1 号要由管理员和群主来决定。
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
