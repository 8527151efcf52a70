"""Tables in and out."""

import asyncio
import csv
import io
import time
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from datetime import time as clock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from plugins.member_qa import tables
from plugins.member_qa.models import Entry
from plugins.member_qa.rules import Lesson
from plugins.member_qa.tables import BadTable
from tests.by_kit import undo
from tests.plugins.member_qa.ear import Ear

TABLE = (
    "问题,答案,关键词\n怎么联机|咋联机,加好友,\n群号,12345,是\n,没有问题,\n怎么联机,又一次,\n几点开门,八点,\n"
)


def xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def bring_in(ear: Ear, name: str, content: bytes) -> str:
    """An admin puts the file into the group's files after asking to."""
    assert "群文件" in await ear.say("管理员", "/问答 导入")
    player = ear.player
    player.world.upload_file(player.group.group_id, player.person("管理员"), name, content)
    await player.stage.settle()
    return ear.last


@pytest.fixture
async def player(stage: HostStage) -> Player:
    return await stage.play("开：问答\n管理员：/问答\n里正：…")


def test_rows_are_read_one_by_one() -> None:
    parsed = tables.read("a.csv", TABLE.encode())
    assert [lesson.questions for lesson in parsed.lessons] == [
        ("怎么联机", "咋联机"),
        ("群号",),
        ("几点开门",),
    ]
    assert [lesson.exact for lesson in parsed.lessons] == [False, True, False]
    assert [(one.row, one.why) for one in parsed.wrong] == [
        (4, "没有写问题。"),
        (5, "和第 2 行的问题一样。"),
    ]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_what_spreadsheets_write_is_read(codec: str) -> None:
    for text in (TABLE, TABLE.replace(",", "\t")):
        assert len(tables.read("a.csv", text.encode(codec)).lessons) == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"not a zip"),
        ("a.csv", b"\xff\xff\xfe\x00\x81"),
        ("a.exe", b"MZ"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 99),
    ],
)
def test_what_is_no_table_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(BadTable):
        tables.read(name, content)


def test_an_xlsx_is_read_without_its_formulas() -> None:
    content = xlsx([["问题", "答案"], ["几点开门", 8], ["算一下", "=1+1"], [None, None], ["价格", 9.5]])
    parsed = tables.read("a.xlsx", content)
    assert [(lesson.question, lesson.answer) for lesson in parsed.lessons] == [
        ("几点开门", "8"),
        ("价格", "9.5"),
    ]
    assert [one.row for one in parsed.wrong] == [3]


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
STRINGS = '{}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>'
ROW = '<row r="{}"><c t="inlineStr"><is><t>{}</t></is></c><c t="inlineStr"><is><t>{}</t></is></c></row>'


def packed(rows: str, strings: str = "") -> bytes:
    """A workbook of these rows, made by hand."""
    parts = {
        "xl/workbook.xml": '<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" Type="http://x/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": SHEET.format(rows),
    }
    if strings:
        parts["xl/sharedStrings.xml"] = strings
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, text)
    return out.getvalue()


GOOD = ROW.format(1, "几点开门", "八点")


def hostile(kind: str) -> bytes:
    if kind == "entities":
        doctype = f'<!DOCTYPE sst [<!ENTITY a "{"哈" * 290}">]>'
        return packed(GOOD, STRINGS.format(doctype, f"<si><t>{'&a;' * 30_000}</t></si>"))
    if kind == "cells":
        return packed("<row>" + "<c/>" * 1_500_000 + "</row>" + GOOD)
    if kind == "strings":
        return packed(GOOD, STRINGS.format("", "<si><t>x</t></si>" * 1_500_000))
    if kind == "rows":
        return packed("<row/>" * 1_500_000 + GOOD)
    return packed(ROW.format(900_000_000_000, "几点关门", "九点") + GOOD.replace('r="1"', 'r="5"'))


async def test_hostile_files_end_soon_while_others_are_read() -> None:
    reader = tables.Reader()
    files = {kind: hostile(kind) for kind in ("entities", "cells", "strings", "rows")}
    began = time.perf_counter()
    bad = [asyncio.create_task(reader.read("a.xlsx", content)) for content in files.values()]
    good = await reader.read("a.csv", TABLE.encode())
    assert len(good.lessons) == 3
    said = [str(one) for one in await asyncio.gather(*bad, return_exceptions=True)]
    assert said == [
        "不是完好的 xlsx",
        "格子太多，请只留有内容的部分",
        "内容太多了，请分几次导入",
        "空行太多，请只留有内容的部分",
    ]
    assert time.perf_counter() - began < 20
    assert await asyncio.to_thread(lambda: 1) == 1


async def test_a_huge_row_number_means_the_next_row() -> None:
    parsed = await tables.Reader().read("a.xlsx", hostile("number"))
    assert [lesson.question for lesson in parsed.lessons] == ["几点关门", "几点开门"]


def test_rows_keep_the_numbers_they_have_in_the_file() -> None:
    rows = GOOD + ROW.format(4, "", "没有问题") + ROW.format(3, "", "倒着数")
    assert [one.row for one in tables.read("a.xlsx", packed(rows)).wrong] == [4, 5]


async def test_a_hostile_file_of_a_member_is_refused_in_the_group(player: Player) -> None:
    ear = Ear(player)
    assert "打不开：不是完好的 xlsx" in await bring_in(ear, "题.xlsx", hostile("entities"))
    player.world.upload_file(player.group.group_id, player.person("管理员"), "题.xlsx", hostile("cells"))
    await player.stage.settle()
    assert "打不开：格子太多" in ear.last


@given(st.binary(max_size=300), st.sampled_from(["csv", "xlsx"]))
def test_whatever_the_bytes_only_one_exception_comes(content: bytes, kind: str) -> None:
    for one in (content, packed(content.decode("latin-1"))):
        try:
            tables.read(f"a.{kind}", one)
        except BadTable:
            continue


@pytest.mark.parametrize(
    "text",
    [
        '问题;答案\n怎么入群;"第一步\n第二步"\n几点开门;早上八点\n',
        "问题;答案\n\n怎么入群;加好友, 然后等\n几点开门;早上八点\n",
        '"怎么入群","第一步; 点这里"\n几点开门,"八点, 九点"\n',
        "怎么入群\t一,二,三\n\n几点开门\t一,二,三\n",
        "问题，答案\n怎么入群，加好友\n\n几点开门，早上八点",
        "问题；答案\n怎么入群；找管理员，别急\n几点开门；早上八点",
    ],
)
def test_the_separator_is_found_by_reading(text: str) -> None:
    lessons = tables.read("a.csv", text.encode()).lessons
    assert [lesson.question for lesson in lessons] == ["怎么入群", "几点开门"]


def test_cells_are_taken_as_they_are_shown() -> None:
    from openpyxl import Workbook

    cells: list[tuple[date | datetime | clock | float | str, str, str]] = [
        (date(2026, 12, 24), "yyyy/m/d", "2026-12-24"),
        (datetime(2026, 12, 24, 18, 30), 'yyyy"年"m"月"d"日" h:mm', "2026-12-24 18:30"),  # noqa: DTZ001
        (clock(8, 0), "h:mm", "08:00"),
        (clock(20, 5, 9), "h:mm:ss AM/PM", "20:05:09"),
        (True, "General", "是"),
        (False, "General", "否"),
        (0.15, "0%", "15%"),
        (0.1525, "0.00%", "15.25%"),
        (0.5, "0.0#%", "50.0%"),
        (8, "General", "8"),
        (9.5, "General", "9.5"),
        (0.1 + 0.2, "General", "0.3"),
        (8, "0.00", "8.00"),
        (1234567.5, "#,##0.00", "1,234,567.50"),
        (88, '"¥"0.00', "¥88.00"),
        (88, '0"元"', "88元"),
        (7, "000", "007"),
        (-3, "0", "-3"),
        (13800001111, "0", "13800001111"),
        (1.5, "[h]:mm", "36:00"),
        ("12-24", "@", "12-24"),
    ]
    book = Workbook()
    sheet = book.worksheets[0]
    for at, (value, form, _) in enumerate(cells, 1):
        sheet.cell(at, 1, f"第{at}个问题是什么")
        sheet.cell(at, 2, value).number_format = form
    out = io.BytesIO()
    book.save(out)
    lessons = tables.read("a.xlsx", out.getvalue()).lessons
    assert [lesson.answer for lesson in lessons] == [shown for _, _, shown in cells]


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]


@pytest.mark.parametrize("answer", DANGEROUS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_of_an_export_is_a_formula(answer: str, kind: str) -> None:
    lesson = Lesson(("怎么算",), answer)
    write = tables.write_csv if kind == "csv" else tables.write_xlsx
    content = write(tables.table([(1, lesson)]))
    if kind == "csv":
        cell = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1][1]
    else:
        from openpyxl import load_workbook

        found = load_workbook(io.BytesIO(content)).worksheets[0].cell(2, 2)
        assert found.data_type == "s"
        cell = str(found.value)
    assert cell == "'" + answer or cell.startswith("'")
    assert tables.read(f"a.{kind}", content).lessons[0].answer == answer.strip()


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
        plain = lesson.question[:1] not in "'=＝" and lesson.answer[:1] != "'"
        if plain and not any(lesson.keys & known.keys for known in lessons):
            lessons.append(lesson)
    content = tables.write_csv(tables.table(enumerate(lessons, 1)))
    assert tables.read("a.csv", content).lessons == lessons


async def test_an_import_is_shown_confirmed_and_taken_back(stage: HostStage, player: Player) -> None:
    ear = Ear(player)
    said = await bring_in(ear, "题库.csv", TABLE.encode())
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
    assert "都已经有了" in await bring_in(ear, "题库.csv", TABLE.encode())
    said = await bring_in(ear, "新.csv", "问题,答案\n怎么联机,找我\n新问题,新答案".encode())
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
    ear = Ear(player)
    player.world.upload_file(player.group.group_id, player.person("管理员"), "题库.csv", TABLE.encode())
    await player.stage.settle()
    assert not ear.said
    assert "打不开：只收 .csv 和 .xlsx" in await bring_in(ear, "病毒.exe", b"MZ")
    assert "太大了" in await bring_in(ear, "大.csv", b"a" * (5 * 1024 * 1024 + 1))


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
    ear, pulse = Ear(player), Pulse()
    beating = asyncio.create_task(pulse.beat())
    try:
        assert "新的 10000 条" in await bring_in(ear, f"大.{kind}", content)
        assert "导入好了：新的 10000 条" in await ear.say("管理员", "/确认")
        assert "5 点" in await ear.say("小王", "/问 第77号楼的77号门几点开")
        assert "问答共 10000 条（1250/1250 页）" in await ear.say("小王", "/问答 1250")
        assert "下一页发 /问答 77号门 2" in await ear.say("小王", "/问答 77号门")
        assert "导出了 10000 条" in await ear.say("管理员", f"/问答 导出 {kind}")
    finally:
        beating.cancel()
    print(f"longest stall: {pulse.worst * 1000:.0f} ms")  # noqa: T201
    assert pulse.worst < 0.25
