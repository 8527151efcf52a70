"""Help on a phone: short, and only what the asker may use."""

import pytest

from lizheng.sandbox.stage import HostStage
from plugins.control.help import WIDTH

SCREEN = 13
"""Lines of a bubble that a phone of 390 points shows at once, with the question above it."""


def last_said(stage: HostStage) -> str:
    messages = next(reversed(stage.world.groups.values())).messages
    assert messages[-1].user_id == stage.world.account
    return "".join(s["data"].get("text", "") for s in messages[-1].segments)


@pytest.mark.parametrize("who", ["小王", "管理员", "群主"])
@pytest.mark.parametrize("words", ["/帮助", "/功能"])
async def test_with_everything_on_it_fits_a_phone(stage: HostStage, who: str, words: str) -> None:
    await stage.play(f"""
管理员：/开启 全部
里正：已开启全部功能：…
里正：（1/…）…
{who}：{words}
里正：…
""")
    lines = last_said(stage).splitlines()
    assert len(lines) <= SCREEN
    assert [line for line in lines[1:] if len(line.replace(" /", "/")) > WIDTH + 1] == []


async def test_a_topic_shows_what_the_asker_may_and_says_who_may_the_rest(stage: HostStage) -> None:
    await stage.play("""
小王：/帮助 代管
里正：QQ 管理员之外，能处理违规和待办的人
  /代管 查看
管理员：/帮助 代管
里正：QQ 管理员之外，能处理违规和待办的人
  /代管 查看
  /代管 添加 @成员…（管理员） 例：/代管 添加 @小王
  /代管 删除 @成员…（管理员） 例：/代管 删除 @小王
小王：/帮助 撤销
里正：/撤销 <编号> 只有管理员和群主能用。
小王：/帮助 待办
里正：确认、取消、通过、拒绝：等人决定的事。
  /确认 确认自己发起的操作
  /取消 放弃自己发起的操作
  用法：/帮助 命令名，如 /帮助 确认
小王：/帮助 没有的
里正：没有叫「没有的」的功能或命令。发 /功能 看全部。
  用法：/帮助 <功能|命令>
  例如：/帮助 群规
""")


async def test_what_is_off_is_explained_to_whoever_asks(stage: HostStage) -> None:
    await stage.play("""
小王：/帮助 试探
里正：…
  「试探」在本群是关的，管理员发 /开启 试探 打开。
""")


async def test_only_whoever_may_switch_is_told_how(stage: HostStage) -> None:
    await stage.play("""
小王：/功能
里正：●开 ○关（/帮助 加名字看说明）
  ● 控制：开关和设置
  …
管理员：/功能
里正：●开 ○关（/开启 /关闭 加名字切换）
  ● 控制：开关和设置
  …
""")


async def test_a_name_that_is_a_feature_s_and_a_command_s_is_both(stage: HostStage) -> None:
    if "name_tag" not in stage.host.features:
        return
    await stage.play("""
开：名片
管理员：/帮助 名片
里正：规定群名片的格式，教新人写，提醒没改的人
  /名片
  /名片 <名片> 例：/名片 上海-电商-小王
  /名片格式 查看或规定群名片的格式
  /名片检查 谁的名片不合格
  /豁免 名片格式不管的人
小王：/帮助 名片
里正：规定群名片的格式，教新人写，提醒没改的人
  /名片
  /名片 <名片> 例：/名片 上海-电商-小王
  /名片格式 查看或规定群名片的格式
""")
