"""Tables in and out."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lizheng.media import sheets
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from plugins.member_qa import tables
from plugins.member_qa.models import Entry
from plugins.member_qa.rules import Lesson
from plugins.member_qa.tables import TABLE as TABLES
from tests.support.admin_actions import undo
from tests.support.recorder import Recorder
from tests.support.workbooks import hostile, xlsx

TABLE = (
    "问题,答案,关键词\n怎么联机|咋联机,加好友,\n群号,12345,是\n,没有问题,\n怎么联机,又一次,\n几点开门,八点,\n"
)


async def bring_in(recorder: Recorder, name: str, content: bytes) -> str:
    """An admin puts the file into the group's files after asking to."""
    assert "群文件" in await recorder.say("管理员", "/问答 导入")
    player = recorder.player
    player.world.upload_file(player.group.group_id, player.person("管理员"), name, content)
    await player.stage.settle()
    return recorder.last


@pytest.fixture
async def player(stage: HostStage) -> Player:
    return await stage.play("开：问答\n管理员：/问答\n里正：…")


def test_rows_are_read_one_by_one() -> None:
    parsed = TABLES.read_here("a.csv", TABLE.encode())
    assert [lesson.questions for lesson in parsed.rows] == [
        ("怎么联机", "咋联机"),
        ("群号",),
        ("几点开门",),
    ]
    assert [lesson.exact for lesson in parsed.rows] == [False, True, False]
    assert [(one.row, one.why) for one in parsed.faults] == [
        (4, "没有写问题。"),
        (5, "和第 2 行的问题一样。"),
    ]


async def test_a_hostile_file_of_a_member_is_refused_in_the_group(player: Player) -> None:
    recorder = Recorder(player)
    assert "打不开：不是完好的 xlsx" in await bring_in(recorder, "题.xlsx", hostile("entities"))
    player.world.upload_file(player.group.group_id, player.person("管理员"), "题.xlsx", hostile("cells"))
    await player.stage.settle()
    assert "打不开：格子太多" in recorder.last


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_of_an_export_is_a_formula(kind: str) -> None:
    content = TABLES.write_here(kind, tables.table([(1, Lesson(("怎么算",), "=1+1"))]))
    [(_, heading), (_, cells)] = sheets.read_rows(content, kind)
    assert heading == ["问题", "答案", "关键词", "编号"]
    assert cells == ["怎么算", "'=1+1", "", "1"]
    assert TABLES.read_here(f"a.{kind}", content).rows == [Lesson(("怎么算",), "=1+1")]


words = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp")), min_size=1, max_size=30
)


@given(st.lists(st.tuples(words, words, st.booleans()), max_size=6))
def test_what_is_exported_comes_back(rows: list[tuple[str, str, bool]]) -> None:
    from lizheng import Misread
    from plugins.member_qa.rules import make_lesson

    lessons: list[Lesson] = []
    for question, answer, exact in rows:
        try:
            lesson = make_lesson([question.replace("|", "").replace("｜", "")], answer, exact=exact)
        except Misread:
            continue
        if lesson.question[:1] not in "=＝" and not any(lesson.keys & known.keys for known in lessons):
            lessons.append(lesson)
    content = TABLES.write_here("csv", tables.table(enumerate(lessons, 1)))
    assert TABLES.read_here("a.csv", content).rows == lessons


async def test_an_import_is_shown_confirmed_and_taken_back(stage: HostStage, player: Player) -> None:
    recorder = Recorder(player)
    said = await bring_in(recorder, "题库.csv", TABLE.encode())
    assert "「题库.csv」里有 3 条能用：新的 3 条，要换答案的 0 条。" in said
    assert "第 4 行" in said
    assert not await Entry.all()
    await player.play("""
管理员：/确认
里正：导入好了：新的 3 条，换了答案的 0 条。
  撤销发 /撤销 1。
小王：咋联机
里正：加好友
  —— 问答 1 号，引用回「有用」或「没用」
""")
    assert "都已经有了" in await bring_in(recorder, "题库.csv", TABLE.encode())
    said = await bring_in(recorder, "新.csv", "问题,答案\n怎么联机,找我\n新问题,新答案".encode())
    assert "新的 1 条，要换答案的 1 条" in said
    await player.play("""
管理员：/确认
里正：导入好了：新的 1 条，换了答案的 1 条。
  撤销发 /撤销 2。
小王：/问 怎么联机
里正：找我
  —— 问答 1 号，引用回「有用」或「没用」
""")
    await undo(stage, player, 2)
    await player.play("""
小王：/问 怎么联机
里正：加好友
  —— 问答 1 号，引用回「有用」或「没用」
小王：/问答 新答案
里正：问答里没有找到「新答案」。
""")


async def test_lines_of_a_message_are_imported(stage: HostStage) -> None:
    await stage.play("""
开：问答
小王：/问答 导入
里正：…只有管理员和群主能用。
管理员：/问答 导入 怎么联机 => 加好友
  几点开门 =>
  =群号 => 12345
里正：「这条消息」里有 2 条能用：新的 2 条，要换答案的 0 条。
  用不了的 1 行：第 2 行 没有写答案：文字或图片都行
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
管理员：/确认 1
里正：导入好了：新的 2 条，换了答案的 0 条。
  撤销发 /撤销 1。
小王：群号
里正：12345
""")


async def test_files_nobody_asked_for_are_left_alone(player: Player) -> None:
    recorder = Recorder(player)
    player.world.upload_file(player.group.group_id, player.person("管理员"), "题库.csv", TABLE.encode())
    await player.stage.settle()
    assert not recorder.said
    assert "打不开：只收 .csv 和 .xlsx" in await bring_in(recorder, "病毒.exe", b"MZ")
    assert "太大了" in await bring_in(recorder, "大.csv", b"a" * (5 * 1024 * 1024 + 1))


async def test_an_export_goes_into_the_groups_files(player: Player) -> None:
    await player.play("""
管理员：/问答 导出 csv
里正：还没有人教过。发 /教 问题 => 答案，我就会了。
管理员：/教 怎么联机 => =HYPERLINK("http://x")
里正：记住了…
""")
    player.world.say(player.group.group_id, player.person("管理员"), "/问答 导出 csv")
    await player.stage.settle()
    [shared] = [one for one in player.group.files.values() if one.uploader == player.world.account]
    assert "'=HYPERLINK" in (shared.content or b"").decode("utf-8-sig")


class Pulse:
    """The longest time the loop did not come round, in seconds."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def beat(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.002)
            self.worst = max(self.worst, time.perf_counter() - before - 0.002)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_ten_thousand_rows_do_not_stall_the_loop(player: Player, kind: str) -> None:
    rows = [["问题", "答案"], *([f"第{i}号楼的{i % 97}号门几点开", f"{i % 24} 点"] for i in range(10_000))]
    content = xlsx(rows) if kind == "xlsx" else "\n".join(",".join(map(str, row)) for row in rows).encode()
    recorder, pulse = Recorder(player), Pulse()
    beating = asyncio.create_task(pulse.beat())
    try:
        assert "新的 10000 条" in await bring_in(recorder, f"大.{kind}", content)
        assert "导入好了：新的 10000 条" in await recorder.say("管理员", "/确认")
        assert "5 点" in await recorder.say("小王", "/问 第77号楼的77号门几点开")
        assert "问答共 10000 条（1250/1250 页）" in await recorder.say("小王", "/问答 1250")
        assert "下一页发 /问答 77号门 2" in await recorder.say("小王", "/问答 77号门")
        assert "导出了 10000 条" in await recorder.say("管理员", f"/问答 导出 {kind}")
    finally:
        beating.cancel()
    print(f"longest stall: {pulse.worst * 1000:.0f} ms")  # noqa: T201
    assert pulse.worst < 0.25
