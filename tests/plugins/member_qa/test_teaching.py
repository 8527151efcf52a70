"""What can be taught, by whom, and what is said about the rest."""

from pathlib import Path

import pytest

from lizheng import Misread
from lizheng.plugin.refusals import CannotUndo
from lizheng.sandbox.stage import HostStage
from plugins.member_qa.models import Entry
from plugins.member_qa.rules import read_lesson
from tests.support.admin_actions import undo
from tests.support.recorder import Recorder, picture

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


async def test_a_members_lesson_waits_for_consent(stage: HostStage) -> None:
    await stage.play("""
开：问答
小王：/教 几点开门 => 早上八点
里正：小王 教了一条问答：
  问：几点开门
  答：早上八点
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
小李：/问 几点开门
里正：还没人教过这个，记在待答 1 号了。
  知道的人引用这条发：/答 答案
管理员：/通过 1
里正：记住了，问答 1 号：几点开门
  撤销发 /撤销 1。
小李：/待答
里正：没有等人答的问题。
小李：/问 几点开门
里正：早上八点
  —— 问答 1 号，引用回「有用」或「没用」
小王：/教 几点关门 => 不关门
里正：…
管理员：/拒绝 2 不对
里正：@小王 你教的「几点关门」没有被采用：不对。
设：问答 谁能直接教 所有人
小王：/教 几点关门 => 晚上十点
里正：记住了，问答 2 号：几点关门
  撤销发 /撤销 2。
""")


async def test_ones_own_may_be_forgotten_and_anothers_only_with_the_role(stage: HostStage) -> None:
    player = await stage.play("""
开：问答
设：问答 谁能直接教 所有人
小王：/教 几点开门 => 早上八点
里正：…
小李：/忘记 1
里正：1 号是别人教的，要由他自己或代管以上来删。
小李：/忘记 7
里正：没有问答 7 号。
小李：/忘记 它
里正：…
  用法：/忘记 <编号>
  例如：/忘记 3
小王：/忘记 1
里正：忘掉了问答 1 号：几点开门
  撤销发 /撤销 2。
小王：几点开门
""")
    await undo(stage, player, 2)
    await player.play("""
小王：几点开门
里正：早上八点
  —— 问答 1 号，引用回「有用」或「没用」
管理员：/忘记 1
里正：忘掉了问答 1 号：几点开门
  撤销发 /撤销 3。
""")
    with pytest.raises(CannotUndo):
        await undo(stage, player, 1)


async def test_a_known_question_is_merged_when_its_author_agrees(stage: HostStage) -> None:
    player = await stage.play("""
开：问答
管理员：/教 怎么联机 => 加好友
里正：记住了…
管理员：/教 怎么联机？|咋联机啊 => 点联机大厅
里正：「怎么联机？」已经是问答 1 号了。
  要把答案换成：点联机大厅，问法并到一起吗？
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
小王：怎么联机
里正：加好友
  —— 问答 1 号，引用回「有用」或「没用」
管理员：/确认 1
里正：换好了，问答 1 号现在有 2 种问法。
  撤销发 /撤销 2。
小王：/问 咋联机啊
里正：点联机大厅
  —— 问答 1 号，引用回「有用」或「没用」
小王：/教 怎么联机 => 随便点
里正：…
  确认请发 /确认 2，放弃发 /取消 2（5 分钟内有效）。
小王：/确认 2
里正：小王 教了一条问答：
  问：怎么联机
  答：随便点
  会换掉 1 号现在的答案。
  同意请发 /通过 3，不同意发 /拒绝 3（7 天内有效）。
""")
    await undo(stage, player, 2)
    await player.play("""
小王：/问 怎么联机
里正：加好友
  —— 问答 1 号，引用回「有用」或「没用」
小王：/问答 看 1
里正：1 号 怎么联机
  答：加好友
  管理员 教于 2026-11-18；有用 0，没用 0
  改动：11-18 12:00 管理员 改；11-18 12:00 （未署名） 撤销
""")


async def test_what_means_the_same_is_merged_too(stage: HostStage) -> None:
    await stage.play("""
开：问答
管理员：/教 怎么联机 => 点联机大厅
里正：记住了…
管理员：/教 怎么联机 => 点联机大厅
里正：问答 1 号已经是这样答的，不用再教。
管理员：/教 如何联机呀|咋联机 => 点联机大厅
里正：「如何联机呀」已经是问答 1 号了，答案也一样。
  要把 2 种新问法加进去吗？
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
管理员：/确认
里正：换好了，问答 1 号现在有 3 种问法。
  撤销发 /撤销 2。
管理员：/教 怎么取消联机 => 点取消
里正：记住了，问答 2 号：怎么取消联机
  撤销发 /撤销 3。
""")


async def test_what_was_let_through_is_not_swapped_by_its_author(stage: HostStage) -> None:
    await stage.play("""
开：问答
小王：/教 怎么退款 => 找客服
里正：…
管理员：/通过 1
里正：记住了…
小王：/教 怎么退款 => 加我微信
里正：…
  确认请发 /确认 2，放弃发 /取消 2（5 分钟内有效）。
小王：/确认 2
里正：小王 教了一条问答：
  问：怎么退款
  答：加我微信
  会换掉 1 号现在的答案。
  同意请发 /通过 3，不同意发 /拒绝 3（7 天内有效）。
小李：怎么退款
里正：找客服
  —— 问答 1 号，引用回「有用」或「没用」
""")


async def test_all_of_a_lesson_is_seen_before_it_is_let_through(stage: HostStage) -> None:
    long = "慢慢来" * 130 + "加我微信"
    await stage.play(f"""
开：问答
小王：/教 怎么退款|退款要多久|钱什么时候到|大家早上好 => {long}
里正：小王 教了一条问答：
  问：怎么退款 | 退款要多久 | 钱什么时候到 | 大家早上好
  答：{long}
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
小王：/问 几点关门
里正：…
小李：/答 1 {long}
里正：小李 来答待答 1 号「几点关门」：
  {long}
  同意请发 /通过 2，不同意发 /拒绝 2（7 天内有效）。
""")


async def test_a_member_has_a_few_lessons_waiting_and_no_more(stage: HostStage) -> None:
    await stage.play("""
开：问答
小王：/教 几点开门 => 八点
里正：…
小王：/教 几点关门 => 十点
里正：…
小王：/问 在哪停车
里正：…
小王：/答 1 门口
里正：…
小王：/教 哪里吃饭 => 楼下
里正：你有 3 条还在等通过，等它们定了再来。
小王：/答 1 后门
里正：你有 3 条还在等通过，等它们定了再来。
管理员：/拒绝 1
里正：…
小王：/教 哪里吃饭 => 楼下
里正：小王 教了一条问答：…
""")


async def test_no_more_pictures_are_kept_for_a_member_than_lessons(stage: HostStage, tmp_path: Path) -> None:
    player = await stage.play("开：问答\n小王：在\n")
    recorder = Recorder(player)
    for n in range(5):
        await recorder.say("小王", f"/教 第{n}个问题 => 看图", picture(PNG + bytes([n])))
    assert recorder.last == "你有 3 条还在等通过，等它们定了再来。"
    assert len(list(tmp_path.rglob("files/member_qa/*"))) == 3


async def test_who_is_muted_has_no_lesson_said_in_the_group(stage: HostStage) -> None:
    player = await stage.play("开：问答\n小王：在\n管理员：/教 几点开门 => 八点\n里正：…\n")
    player.group.members[player.person("小王")].muted_until = stage.world.now() + 3600
    await player.play("""
小王（私聊）：/教 怎么领红包 => 加微信领
里正（私聊 小王）：你在群里被禁言了，等解除了再来。
小王（私聊）：/教 几点开门 => 加微信问
里正（私聊 小王）：你在群里被禁言了，等解除了再来。
【过 1 小时】
""")
    notice = (
        "小王 教了一条问答：\n问：怎么领红包\n答：群主发\n同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。"
    )
    assert await Recorder(player).whisper("小王", "/教 怎么领红包 => 群主发") == [
        "1 号交上去了，代管或管理员通过后会在群里说。",
        notice,
    ]


BAD = {
    "怎么联机": "没看到「=>」：它前面写问题，后面写答案。",
    "=> 加好友": "没有写问题。",
    "怎么联机 =>": "没有写答案：文字或图片都行。",
    "？？ => 加好友": "「？？」太短了，问题至少要有 2 个能认的字。",
    "问" * 101 + " => 答": "问题太长了：最多 100 个字，现在 101 个。",
    "怎么联机 => " + "答" * 4400: "答案太长了：最多 1000 个字，现在 4400 个。",
    "[CQ:at,qq=all] => 大家好": "问题里有 [CQ:…] 这样的代码，写成平常的话再发。",
    "怎么进群 => 找 @小李 就行": "教的和答的都不能 @ 人，写名字就行。",
    "|".join(f"问法{i}" for i in range(21)) + " => 答": "一条问答最多 20 种问法。",
}


@pytest.mark.parametrize("words", BAD, ids=lambda words: words[:8])
async def test_bad_lessons_change_nothing(stage: HostStage, words: str) -> None:
    await stage.play(f"""
开：问答
管理员：/教 {words}
里正：{BAD[words]}
  用法：/教 <问题> => <答案>
  例如：…
""")
    assert not await Entry.all()


@pytest.mark.parametrize(
    "text", ["问" * 5000 + " => 答", "问题 => " + "答" * 5000, "=" * 5000, "|" * 5000 + "=>"]
)
def test_five_thousand_characters_are_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(Misread) as refused:
        read_lesson(text)
    assert len(refused.value.sentence) < 60


async def test_codes_in_an_answer_are_only_words(stage: HostStage) -> None:
    await stage.play("""
开：问答
管理员：/教 怎么叫大家 => [CQ:at,qq=all] {answer} 来
里正：记住了…
小王：怎么叫大家
里正：[CQ:at,qq=all] {answer} 来
  —— 问答 1 号，引用回「有用」或「没用」
""")


async def test_a_picture_is_kept_and_said_again(stage: HostStage, tmp_path: Path) -> None:
    player = await stage.play("开：问答\n管理员：/问答\n里正：…")
    recorder = Recorder(player)
    assert "记住了" in await recorder.say("管理员", "/教 校区地图 => 看图", picture(PNG))
    [kept] = tmp_path.rglob("files/member_qa/*")
    assert kept.read_bytes() == PNG
    assert (await recorder.say("小王", "/问 校区地图")).startswith("看图[image]")
    assert "记住了" in await recorder.say("管理员", "/教 校历 =>", picture(PNG))


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ((picture(b"GIF? no"),), "认不出这张图"),
        ((picture(PNG + b"\0" * 2 * 1024 * 1024),), "图太大了"),
        ((picture(PNG),) * 4, "最多带 3 张图"),
        (({"type": "image", "data": {"file": "x.png", "url": "http://127.0.0.1:9/x.png"}},), "没能取到图"),
        (({"type": "record", "data": {"file": "x.amr"}},), "只能有文字和图片"),
    ],
    ids=["no picture", "big", "many", "private address", "voice"],
)
async def test_pictures_that_cannot_be_kept(stage: HostStage, parts: tuple, sentence: str) -> None:
    player = await stage.play("开：问答\n管理员：/问答\n里正：…")
    assert sentence in await Recorder(player).say("管理员", "/教 校区地图 => 看图", *parts)
    assert not await Entry.all()
