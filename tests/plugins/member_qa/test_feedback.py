"""有用, 没用, choosing, listing."""

import pytest

from lizheng.plugin.refusals import CannotUndo
from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import About
from plugins.member_qa import texts
from tests.support.admin_actions import undo

ANSWER = "—— 问答 1 号，引用回「有用」或「没用」"


TAUGHT = """
开：问答
管理员：/教 怎么联机 => 重启电脑
里正：记住了…
小王：怎么联机
里正：重启电脑
  —— 问答 1 号，引用回「有用」或「没用」
"""
DOUBTED = """
小王→里正「重启」：没用
里正：记下了，谢谢。
小王→里正「重启」：没用
小李→里正「重启」：没用！
里正：记下了，谢谢。
小张→里正「重启」：没用
里正：问答 1 号「怎么联机」有 3 人说没用，要先不主动答它吗？
  看答案发 /问答 看 1，换答案用 /教。请代管或管理员来定：
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
【过 11 分钟】
小王：怎么联机
里正：重启电脑
  —— 问答 1 号，引用回「有用」或「没用」
"""


async def test_members_doubt_an_answer_and_only_deputies_hold_it_back(stage: HostStage) -> None:
    player = await stage.play(f"""{TAUGHT}{DOUBTED}
小王：/问答 差评
里正：问答共 1 条（1/1 页）：
  1. 怎么联机（没用的多）
  看一条发 /问答 看 1。
小王：/通过 1
里正：…代管…
管理员→里正「要先不主动答」：同意
里正：问答 1 号先不主动答了，/问 还问得到。换了答案，或者引用它回「有用」，就恢复。
  撤销发 /撤销 2。
【过 11 分钟】
小王：怎么联机
小王：/问 怎么联机
里正：重启电脑
  {ANSWER}
小王：/问答 差评
里正：问答共 1 条（1/1 页）：
  1. 怎么联机（先不主动答）
  看一条发 /问答 看 1。
小王→里正「重启」：有用
里正：记下了，谢谢。
小王：怎么联机
""")
    await undo(stage, player, 2)
    await player.play(f"""
小王：怎么联机
里正：重启电脑
  {ANSWER}
小张→小王「怎么联机」：有用
小张：有用
小张→里正「记下了」：有用
""")


async def test_what_deputies_stand_by_is_not_asked_about_again(stage: HostStage) -> None:
    await stage.play(f"""{TAUGHT}{DOUBTED}
管理员：/拒绝 1
里正：好，问答 1 号照常答。
小赵→里正「重启」：没用
里正：记下了，谢谢。
小王→里正「重启」：有用
里正：记下了，谢谢。
小王→里正「重启」：没用
里正：记下了，谢谢。
【过 11 分钟】
小王：怎么联机
里正：重启电脑
  {ANSWER}
""")


async def test_who_changes_their_mind_does_not_have_the_deputies_asked_twice(stage: HostStage) -> None:
    await stage.play(f"""{TAUGHT}{DOUBTED}
小张→里正「重启」：有用
里正：记下了，谢谢。
小张→里正「重启」：没用
里正：记下了，谢谢。
""")


async def test_an_admins_word_counts_at_once(stage: HostStage) -> None:
    player = await stage.play(f"""{TAUGHT}
管理员→里正「重启」：没用
里正：问答 1 号先不主动答了，/问 还问得到。换了答案，或者引用它回「有用」，就恢复。
  撤销发 /撤销 2。
管理员→里正「重启」：没用
【过 11 分钟】
小王：怎么联机
管理员二→里正「重启」：有用
里正：问答 1 号又会主动答了。
小王：怎么联机
里正：重启电脑
  {ANSWER}
管理员二→里正「重启」：有用
""")
    with pytest.raises(CannotUndo):
        await undo(stage, player, 2)


async def test_a_keyword_is_held_back_too(stage: HostStage) -> None:
    await stage.play(f"""
开：问答
管理员：/教 =群号 => 123456789
里正：…
小王：/问 群号
里正：123456789
  {ANSWER}
管理员→里正「123456789」：没用
里正：问答 1 号先不主动答了…
小王：群号
""")


async def test_opinions_are_about_the_answer_there_is(stage: HostStage) -> None:
    await stage.play(f"""{TAUGHT}{DOUBTED}
管理员：/教 怎么联机 => 点联机大厅
里正：…
  确认请发 /确认 2，放弃发 /取消 2（5 分钟内有效）。
管理员：/确认 2
里正：换好了，问答 1 号现在有 1 种问法。
  撤销发 /撤销 2。
管理员：/通过 1
里正：那条问答后来改过了，没有再动。
小王：/问答 看 1
里正：1 号 怎么联机
  答：点联机大厅
  管理员 教于 2026-11-18；有用 0，没用 0
  改动：11-18 12:11 管理员 改
【过 11 分钟】
小王：怎么联机
里正：点联机大厅
  {ANSWER}
小王→里正「点联机」：没用
里正：记下了，谢谢。
小李→里正「重启电脑」：没用
里正：这个答案后来换过了，没有记；现在的发 /问答 看 1。
""")


async def test_an_import_that_changes_the_answer_starts_anew(stage: HostStage) -> None:
    await stage.play(f"""{TAUGHT}
管理员→里正「重启」：没用
里正：问答 1 号先不主动答了…
管理员：/问答 导入 怎么联机 => 点联机大厅
里正：…
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
管理员：/确认 1
里正：导入好了：新的 0 条，换了答案的 1 条。…
【过 11 分钟】
小王：怎么联机
里正：点联机大厅
  {ANSWER}
小王：/问答 差评
里正：没有被说「没用」的问答。
""")


async def test_the_nearest_are_offered_by_number(stage: HostStage) -> None:
    await stage.play("""
开：问答
管理员：/教 怎么申请白名单 => 填表
里正：记住了…
管理员：/教 白名单多久能通过 => 一天
里正：记住了…
小王：/问 白名单
里正：你是不是想问：
  1. …白名单…
  2. …白名单…
  回复数字看答案；都不是就回 0。
小李：2
小王：3
小王：2
里正：…
  —— 问答 … 号，引用回「有用」或「没用」
小王：2
小王：/问 白名单
里正：你是不是想问：…
小王：0
里正：还没人教过这个，记在待答 1 号了。
  知道的人引用这条发：/答 答案
小王：/问 白名单
里正：你是不是想问：…
【过 3 分钟】
小王：1
小王：/问
里正：…
  用法：/问 <问题>
  例如：/问 怎么申请白名单
小王：/问 ？？
里正：没写要问什么。
  用法：…
""")


async def test_looking_through(stage: HostStage) -> None:
    await stage.play("""
开：问答
小王：/问答
里正：还没有人教过。发 /教 问题 => 答案，我就会了。
管理员：/教 怎么联机 => 加好友
里正：记住了…
管理员：/教 =群号 => 12345
里正：记住了…
小王：/问答
里正：问答共 2 条（1/1 页）：
  1. 怎么联机
  2. 群号（关键词）
  看一条发 /问答 看 1。
小王：/问答 好友
里正：问答共 1 条（1/1 页）：
  1. 怎么联机
  看一条发 /问答 看 1。
小王：/问答 2
里正：没有第 2 页，一共 1 页。
小王：/问答 飞机
里正：问答里没有找到「飞机」。
小王：/问答 看 2
里正：2 号 群号
  答：12345
  管理员 教于 2026-11-18；有用 0，没用 0
小王：/问答 看 99
里正：没有问答 99 号。
""")


async def test_votes_move_the_order(stage: HostStage) -> None:
    await stage.play("""
开：问答
管理员：/教 白名单怎么申请 => 填表
里正：记住了…
管理员：/教 白名单怎么转让 => 找群主
里正：记住了…
小王：/问 白名单
里正：你是不是想问：
  1. 白名单怎么转让
  2. 白名单怎么申请
  回复数字看答案；都不是就回 0。
小王：2
里正：填表…
小王→里正「填表」：有用
里正：记下了，谢谢。
小李→里正「填表」：有用
里正：记下了，谢谢。
小张→里正「填表」：有用
里正：记下了，谢谢。
小李：/问 白名单
里正：你是不是想问：
  1. 白名单怎么申请
  2. 白名单怎么转让
  回复数字看答案；都不是就回 0。
""")


@pytest.mark.parametrize("said_before_the_upgrade", [False, True])
async def test_an_answer_is_known_by_what_it_is_about_whatever_its_words(
    stage: HostStage, monkeypatch: pytest.MonkeyPatch, said_before_the_upgrade: bool
) -> None:
    """Releases until 0.1 wrote down nothing, so that their answers are known by their last line."""
    if not said_before_the_upgrade:
        monkeypatch.setattr(texts, "ANSWER", "{answer}{pictures}\n（第 {number} 条）")
    player = await stage.play("""
开：问答
管理员：/教 怎么联机 => 重启电脑
里正：记住了…
小王：怎么联机
里正：重启电脑
  …
""")
    if said_before_the_upgrade:
        await About.all().delete()
    await player.play("小王→里正「重启」：没用\n里正：记下了，谢谢。\n")
