"""What waits for an answer: how much of it, near-same wordings, what is not to wait, and answering by quoting."""

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import About
from plugins.member_qa import questions, texts
from plugins.member_qa.models import Question
from plugins.member_qa.privacy import KEEPS
from tests.support.admin_actions import undo
from tests.support.recorder import Recorder

ANSWER = "—— 问答 1 号，引用回「有用」或「没用」"
HERE = "知道的人引用这条发：/答 答案"


async def test_a_member_has_a_few_questions_waiting_and_no_more(stage: HostStage) -> None:
    asked = ["怎么联机", "几点开门", "谁是群主", "哪里停车", "多少钱一个月"]
    waiting = "\n".join(
        f"小王：/问 {one}\n里正：还没人教过这个，记在待答 {number} 号了。\n  {HERE}"
        for number, one in enumerate(asked, 1)
    )
    await stage.play(f"""
开：问答
{waiting}
小王：/问 周末打不打
里正：还没人教过这个。你有 5 个问题在等人答，这个先没记；等它们有了答案再来问。
小王：/问 怎么联机
里正：还没人教过这个，记在待答 1 号了。
  {HERE}
小李：/问 周末打不打
里正：还没人教过这个，记在待答 6 号了。
  {HERE}
小王：/问 周末打不打
里正：还没人教过这个，记在待答 6 号了。
  {HERE}
管理员：/答 1 点联机大厅
里正：待答 1 号有答案了…
小王：/问 服务器在哪
里正：还没人教过这个，记在待答 7 号了。
  {HERE}
""")


async def test_a_groups_waiting_list_is_full_once(stage: HostStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "MOST_OF_ALL", 3)
    await stage.play(f"""
开：问答
小王：/问 怎么联机
里正：…
小李：/问 几点开门
里正：…
小张：/问 谁是群主
里正：…
小赵：/问 哪里停车
里正：还没人教过这个。待答满了（3 个），这个没记；请代管用 /待答 忽略 清掉几个。
小赵：/问 几点开门
里正：还没人教过这个，记在待答 2 号了。
  {HERE}
小赵：/待答 忽略 1 2
里正：…代管…
管理员：/待答 忽略 8-9
里正：待答里没有 8 号，发 /待答 看看。
管理员：/待答 忽略
里正：没说是哪几个：写上待答的编号，例如 2 3 或 5-7。
  用法：/待答 忽略 <编号…>
  例如：/待答 忽略 2
管理员：/待答 忽略 9 2、1
里正：不再等 1、2 号的答案了，再有人问也不记。
  撤销发 /撤销 1。
小赵：/问 哪里停车
里正：还没人教过这个，记在待答 4 号了。
  {HERE}
小赵：/待答
里正：等人答的问题（1/1 页）：
  3 号（问过 1 次）谁是群主
  4 号（问过 1 次）哪里停车
  知道就发：/答 3 答案
""")


async def test_the_same_in_other_words_waits_as_one(stage: HostStage) -> None:
    await stage.play(f"""
开：问答
小王：/问 周末打不打
里正：…
小王：/问 哪里下载客户端
里正：还没人教过这个，记在待答 2 号了。
  {HERE}
小李：/问 客户端去哪下
里正：还没人教过这个，和待答 2 号「哪里下载客户端」记在一起了。
  {HERE}
小李：/问 怎么下载地图
里正：还没人教过这个，记在待答 3 号了。
  {HERE}
小张：/待答
里正：等人答的问题（1/1 页）：
  2 号（问过 2 次）哪里下载客户端
  1 号（问过 1 次）周末打不打
  3 号（问过 1 次）怎么下载地图
  知道就发：/答 2 答案
管理员→里正「记在一起了」：/答 群文件里
里正：待答 2 号有答案了，记成问答 1 号：哪里下载客户端
  答：群文件里
  撤销发 /撤销 1。
小李：/问 客户端去哪下
里正：群文件里
  {ANSWER}
""")


async def test_what_is_not_waited_for_stays_away(stage: HostStage) -> None:
    player = await stage.play("""
开：问答
小王：/问 群主有没有对象
里正：…
管理员：/待答 忽略 1
里正：不再等 1 号的答案了，再有人问也不记。
  撤销发 /撤销 1。
小王：/问 群主有没有对象
里正：还没人教过这个；代管说过不等它的答案了，所以没有记。
小李：/待答
里正：没有等人答的问题。
小李：/答 1 有
里正：待答 1 号不再等答案了；要教就发 /教 群主有没有对象 => 答案。
""")
    await undo(stage, player, 1)
    await player.play("""
小李：/待答
里正：等人答的问题（1/1 页）：
  1 号（问过 1 次）群主有没有对象
  知道就发：/答 1 答案
管理员：/答 1 有
里正：待答 1 号有答案了…
小李：/答 1 没有
里正：待答 1 号已经有答案了；要换答案发 /教 群主有没有对象 => 答案。
""")


async def test_in_private_nobody_is_told_to_quote(stage: HostStage) -> None:
    await stage.play("""
开：问答
小王（私聊）：/问 怎么联机
里正（私聊 小王）：还没人教过这个，记在待答 1 号了。
  群里的人发 /答 1 答案 就能教我，你过后再来问。
管理员：/答 1 点联机大厅
里正：…
小王（私聊）：/问 怎么联机
里正（私聊 小王）：点联机大厅
  —— 问答 1 号
管理员：/教 联机要钱吗 => 不要
里正：…
小王（私聊）：/问 联机
里正（私聊 小王）：你是不是想问：
  … 号 …
  … 号 …
  看答案发 /问答 看 …；都不是就在群里问。
小王（私聊）：/问答 看 1
里正（私聊 小王）：1 号 怎么联机
  答：点联机大厅
  管理员 教于 2026-11-18；有用 0，没用 0
""")


async def test_what_nobody_asks_for_half_a_year_goes(stage: HostStage) -> None:
    await stage.play("""
开：问答
小王：/问 怎么联机
里正：…
【过 100 天】
小王：/问 几点开门
里正：…
【过 100 天】
""")
    for keep in KEEPS:
        await keep.purge(stage.host.clock.now(), 365)
    assert [one.text for one in await Question.all()] == ["几点开门"]


async def test_what_is_quoted_tells_which_question_is_answered(stage: HostStage) -> None:
    await stage.play(f"""
开：问答
小王：/问 服务器几点重启
里正：…
小王：/问 群里几个人
里正：…
小李→里正「待答 1 号」：/答 1 五点
里正：小李 来答待答 1 号「服务器几点重启」：
  五点
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
小张→里正「小李 来答」：/答 六点
里正：小张 来答待答 1 号「服务器几点重启」：
  六点
  同意请发 /通过 2，不同意发 /拒绝 2（7 天内有效）。
小赵→小王「服务器」：/答 1 七点
里正：小赵 来答待答 1 号「服务器几点重启」：
  七点
  同意请发 /通过 3，不同意发 /拒绝 3（7 天内有效）。
小李→里正「待答 2 号」：/答 2
里正：小李 来答待答 2 号「群里几个人」：
  2
  同意请发 /通过 4，不同意发 /拒绝 4（7 天内有效）。
小张：/待答
里正：…
小张→里正「等人答的问题」：/答 2 三个
里正：小张 来答待答 2 号「群里几个人」：
  三个
  同意请发 /通过 5，不同意发 /拒绝 5（7 天内有效）。
小李：服务器在哪
小张→小李「在哪」：/答 上海
里正：你引用的不是待答里的问题。要教新的，发 /教 问题 => 答案。
  用法：/答 [编号] <答案>
  例如：/答 2 在群公告里
管理员：/通过 1
里正：待答 1 号有答案了…
小王：/问 服务器几点重启
里正：五点
  {ANSWER}
小赵→里正「五点」：/答 半夜
里正：你引用的是问答 1 号的答案；要换答案，发 /教 服务器几点重启 => 新答案。
小赵→小王「服务器」：/答 半夜
里正：待答 1 号已经有答案了；要换答案发 /教 服务器几点重启 => 答案。
""")


async def test_nothing_that_is_let_through_is_passed_over_in_silence(stage: HostStage) -> None:
    await stage.play("""
开：问答
小王：/问 怎么联机
里正：…
小李：/答 1 点联机大厅
里正：…
小张：/答 1 点联机大厅
里正：…
小赵：/教 怎么联机 => 点联机大厅
里正：…
管理员：/通过 1
里正：待答 1 号有答案了…
管理员：/通过 2
里正：问答 1 号已经是这样答的，不用再教。
管理员：/通过 3
里正：问答 1 号已经是这样答的，不用再教。
""")


async def test_a_mention_is_no_part_of_a_question(stage: HostStage) -> None:
    await stage.play(f"""
开：问答
管理员：/教 怎么联机 => 点联机大厅
里正：…
小王：/问 @小李 怎么联机
里正：点联机大厅
  {ANSWER}
小王：/问 @小李
里正：没写要问什么。
  用法：/问 <问题>
  例如：/问 怎么申请白名单
小王：/问 [CQ:at,qq=all]
里正：问题里有 [CQ:…] 这样的代码，写成平常的话再发。
  用法：/问 <问题>
  例如：/问 怎么申请白名单
""")


async def test_who_answers_in_private_is_told_where_it_went(stage: HostStage) -> None:
    player = await stage.play("开：问答\n小王：/问 怎么联机\n里正：…\n小李：在\n")
    told, notice = await Recorder(player).whisper("小李", "/答 1 点联机大厅")
    assert told == "1 号交上去了，代管或管理员通过后会在群里说。"
    assert notice.startswith("小李 来答待答 1 号「怎么联机」：\n点联机大厅\n")


@pytest.mark.parametrize("said_before_the_upgrade", [False, True])
async def test_a_notice_is_known_by_what_it_is_about_whatever_its_words(
    stage: HostStage, monkeypatch: pytest.MonkeyPatch, said_before_the_upgrade: bool
) -> None:
    """That it was noted, and that a member has an answer; releases until 0.1 are known by their words."""
    if not said_before_the_upgrade:
        monkeypatch.setattr(texts, "NOT_TAUGHT", "没人教过，先记下（{number}）。\n{how}")
        monkeypatch.setattr(
            texts, "ANSWER_PROPOSED", "{who} 有个答案，{number} 号「{question}」：{answer}{pictures}"
        )
    player = await stage.play("""
开：问答
小王：/问 怎么联机
里正：…
小王：/问 几点开门
里正：…
小李→里正「1」：/答 重启电脑
里正：小李 …
  …
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
""")
    if said_before_the_upgrade:
        await About.filter(feature="member_qa").delete()
    await player.play("""
管理员→里正「小李」：/答 点大厅
里正：待答 1 号有答案了…
管理员→里正「2」：/答 九点
里正：待答 2 号有答案了…
""")
