"""Tables of files: cells as they are shown, faults by row, nothing that runs, and all that is written comes back."""

from __future__ import annotations

import asyncio
import io
import sys
import time
from datetime import date, datetime
from datetime import time as clock
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lizheng.grammar import Misread
from lizheng.media import sheets, tables
from lizheng.media.confined import MIB, Confined
from lizheng.media.tables import (
    BadTable,
    Column,
    Day,
    Fault,
    Flag,
    Money,
    NoWriter,
    Read,
    Table,
    Text,
    Values,
    Whole,
    harmless,
    neutral,
    say_faults,
)
from tests.support.workbooks import GOOD, ROW, hostile, packed, xlsx


def paid(row: Values) -> Values:
    if row["金额"] > 1000_00 and not row["备注"]:
        raise Misread("一千元以上要写备注。")
    return row


PAID = Table(
    Column("QQ", Whole(10_000), ("qq号", "号码")),
    Column("金额", Money(), ("金额（元）",)),
    Column("日子", Day(), default=None, missing=True),
    Column("到场", Flag(), default=False, missing=True),
    Column("备注", Text(10), default="", missing=True),
    title="交费",
    make=paid,
    keys=lambda row: [row["QQ"]],
)
WORDS = Table(Column("问题", Text(tables.MOST_CELL)), Column("答案", Text(tables.MOST_CELL), default=""))


def answers(name: str, content: bytes) -> list[tuple[str, str]]:
    return [(row["问题"], row["答案"]) for row in WORDS.read_here(name, content).rows]


# — what is read ———————————————————————————————————————————————————————————————————————————

SHEET = """\
号码,金额（元）,备注,到场,日子,没人认得
10001,8.88,,是,2026/11/18,x
10002,¥1200,,,,
10003,"1,200 元",装修,否,2026年11月18日,
,5,,,,
一二,5,,,,
10004,,,,,
10005,-5,,,,
10001,5,,,,
10006,5,这个备注写得实在太长了,,,

10007,5,,也许,,
10008,5,,,明天,
10009,5,,,2026-02-30,
9,5,,,,
"""
FAULTS = [
    (3, "一千元以上要写备注。"),
    (5, "没有写QQ。"),
    (6, "QQ「一二」"),
    (7, "没有写金额。"),
    (8, "金额「-5」不能是负数"),
    (9, "和第 2 行的QQ一样。"),
    (10, "备注最长 10 个字，这里超过了。"),
    (12, "到场「也许」不清楚，请写 是 或 否。"),
    (13, "日子「明天」不是日期，请写成 2026-11-18。"),
    (14, "日子「2026-02-30」不是日期"),
    (15, "QQ「9」太小，最小是 10000"),
]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
async def test_columns_are_found_by_their_headings_and_faults_told_by_row(codec: str, mark: str) -> None:
    content = SHEET if mark == "," else SHEET.replace('"1,200 元"', "1200").replace(",", mark)
    for read in (
        await PAID.read("a.CSV", content.encode(codec)),
        PAID.read_here("a.csv", content.encode(codec)),
    ):
        day = date(2026, 11, 18)
        assert read.rows == [
            {"QQ": 10001, "金额": 888, "日子": day, "到场": True, "备注": ""},
            {"QQ": 10003, "金额": 120000, "日子": day, "到场": False, "备注": "装修"},
        ]
        told = [(fault.row, fault.why) for fault in read.faults]
        assert [row for row, _ in told] == [row for row, _ in FAULTS]
        for (_, why), (_, begin) in zip(told, FAULTS, strict=True):
            assert why.startswith(begin)


def test_without_headings_columns_stand_as_they_are_declared() -> None:
    assert PAID.read_here("a.csv", b"10001,5\n10002,6,2026-11-18,1").rows == [
        {"QQ": 10001, "金额": 500, "日子": None, "到场": False, "备注": ""},
        {"QQ": 10002, "金额": 600, "日子": date(2026, 11, 18), "到场": True, "备注": ""},
    ]


def test_headings_that_miss_a_column_are_a_row_like_any_other() -> None:
    assert [fault.row for fault in PAID.read_here("a.csv", "QQ,备注\n10001,x".encode()).faults] == [1, 2]


def test_a_few_faults_are_told_and_all_are_counted() -> None:
    faults = [Fault(row, f"错{row}。") for row in range(2, 7)]
    assert say_faults([]) == Read[int]().say_faults() == ""
    assert say_faults(faults[:1]) == "\n用不了的 1 行：第 2 行 错2"
    assert say_faults(faults) == "\n用不了的 5 行：第 2 行 错2；第 3 行 错3；第 4 行 错4…"


@pytest.mark.parametrize("count", [3, 4])
def test_no_more_rows_than_were_declared(count: int) -> None:
    few = Table(Column("名字"), most=3)
    content = "\n".join(["名字", *map(str, range(count))]).encode()
    if count == 3:
        assert len(few.read_here("a.csv", content).rows) == 3
    else:
        with pytest.raises(BadTable, match="最多 3 行"):
            few.read_here("a.csv", content)


async def test_twenty_thousand_rows_and_five_mebibytes_at_most() -> None:
    names = Table(Column("名字"))
    rows = "名字\n" + "a\n" * tables.MOST_ROWS
    assert len((await names.read("a.csv", rows.encode())).rows) == 20_000
    with pytest.raises(BadTable, match="最多 20000 行"):
        await names.read("a.csv", (rows + "a\n").encode())
    with pytest.raises(BadTable, match="太大了，最大 5 MiB"):
        await names.read("a.csv", b"a" * (5 * MIB + 1))
    with pytest.raises(BadTable, match="太大了，最大 5 MiB"):
        names.read_here("a.csv", b"a" * (5 * MIB + 1))


def test_a_table_that_cannot_be_read_back_is_not_declared() -> None:
    for columns in ((), [Column(f"c{n}") for n in range(17)], (Column("a"), Column("b", also=("A",)))):
        with pytest.raises(ValueError, match="16 columns"):
            Table(*columns)
    with pytest.raises(ValueError, match="4000"):
        Text(4001)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"not a zip"),
        ("a.csv", b"\xff\xff\xfe\x00\x81"),
        ("a.exe", b"MZ"),
        ("a", b"a,b"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 99),
    ],
)
async def test_what_is_no_table_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(BadTable):
        WORDS.read_here(name, content)
    with pytest.raises(BadTable):
        await WORDS.read(name, content)


def test_an_xlsx_is_read_without_its_formulas() -> None:
    content = xlsx([["问题", "答案"], ["几点开门", 8], ["算一下", "=1+1"], [None, None], ["价格", 9.5]])
    assert answers("a.xlsx", content) == [("几点开门", "8"), ("算一下", ""), ("价格", "9.5")]


def test_rows_keep_the_numbers_they_have_in_the_file() -> None:
    rows = GOOD + ROW.format(4, "", "没有问题") + ROW.format(3, "", "倒着数")
    assert [one.row for one in WORDS.read_here("a.xlsx", packed(rows)).faults] == [4, 5]


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
    assert [question for question, _ in answers("a.csv", text.encode())] == ["怎么入群", "几点开门"]


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
    assert [answer for _, answer in answers("a.xlsx", out.getvalue())] == [shown for _, _, shown in cells]


# — hostile files ——————————————————————————————————————————————————————————————————————————


async def test_hostile_files_end_soon_while_others_are_read() -> None:
    files = {kind: hostile(kind) for kind in ("entities", "cells", "strings", "rows")}
    began = time.perf_counter()
    bad = [asyncio.create_task(WORDS.read("a.xlsx", content)) for content in files.values()]
    good = await PAID.read("a.csv", SHEET.encode())
    assert len(good.rows) == 2
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
    read = await WORDS.read("a.xlsx", hostile("number"))
    assert [row["问题"] for row in read.rows] == ["几点关门", "几点开门"]


@given(st.binary(max_size=300), st.sampled_from(["csv", "xlsx"]))
def test_whatever_the_bytes_only_one_exception_comes(content: bytes, kind: str) -> None:
    for one in (content, packed(content.decode("latin-1"))):
        try:
            PAID.read_here(f"a.{kind}", one)
        except BadTable:
            continue


@pytest.mark.skipif(sys.platform == "win32", reason="the limits are those of Unix")
async def test_the_reader_in_the_child_loads_little() -> None:
    [modules] = await Confined("tests.support.child_functions:loaded_by")(b"", sheets.__name__)
    assert modules == []


# — what is written ————————————————————————————————————————————————————————————————————————

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\nx",
    "＝1+1",
    " =1",
    "\u3000@x",
    "\ufeff=1",
    "'=1",
]


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_is_a_formula(text: str, kind: str) -> None:
    content = WORDS.write_here(kind, [("怎么算", text)])
    [_, (_, cells)] = sheets.read_rows(content, kind)
    assert cells[1] == "'" + text
    if kind == "xlsx":
        from openpyxl import load_workbook

        assert load_workbook(io.BytesIO(content)).worksheets[0].cell(2, 2).data_type == "s"
    assert answers(f"a.{kind}", content) == [("怎么算", text.strip())]


@pytest.mark.parametrize("text", ["", "'", "''", "'x", "x=1", "5-7", "（=1）", "a\n=b"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert neutral(text) == harmless(text) == text


@given(st.text("'=+-@＝\t\r\n \ufeffx1", max_size=6) | st.text(max_size=9))
def test_what_was_made_harmless_is_known_again(text: str) -> None:
    assert harmless(neutral(text)) == text
    assert not neutral(text).lstrip(" \u3000\ufeff").startswith(tuple("=+-@＝＋－＠\t\r\n"))


def test_numbers_stay_numbers_in_a_workbook() -> None:
    from openpyxl import load_workbook

    content = PAID.write_here("xlsx", [(10001, 800, date(2026, 11, 18), True, None)])
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet.title == "交费"
    assert [cell.value for cell in sheet[2]] == [10001, 8, "2026-11-18", "是", None]
    assert sheet.cell(2, 2).number_format == "0.00"
    text = PAID.write_here("csv", [(10001, 800, None, False, "-")]).decode("utf-8-sig")
    assert text == "QQ,金额,日子,到场,备注\r\n10001,8.00,,否,'-\r\n"


def test_characters_that_no_file_may_hold_are_left_out() -> None:
    for kind in ("csv", "xlsx"):
        content = WORDS.write_here(kind, [("a\ud800b\ufffe\x00c\x0b", "_x0041_\rz")])
        assert answers(f"a.{kind}", content) == [("abc", "_x0041_\rz")]


async def test_without_openpyxl_there_is_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(NoWriter, match="没装 openpyxl"):
        await WORDS.write("xlsx", [])
    assert (await WORDS.write("csv", [])).decode("utf-8-sig") == "问题,答案\r\n"


def readable(text: str) -> str:
    return tables._UNWRITABLE.sub("", text).strip()


texts = st.text(max_size=20) | st.text(",;，；\t\"'=|\r\n x_0041", max_size=12)
ROWS = st.lists(
    st.tuples(
        st.integers(10_000, 10**12),
        st.integers(1, 100_000_000),
        st.none() | st.dates(date(1000, 1, 1)),
        st.booleans(),
        texts.map(lambda text: text[:10]),
    ),
    max_size=5,
)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@given(rows=ROWS)
def test_what_is_written_comes_back(kind: str, rows: list[tuple[Any, ...]]) -> None:
    plain = Table(*PAID.columns)
    read = plain.read_here(f"a.{kind}", plain.write_here(kind, rows))
    assert read.faults == []
    assert [tuple(row.values()) for row in read.rows] == [(*row[:4], readable(row[4])) for row in rows]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@given(rows=st.lists(texts, max_size=5))
def test_a_single_column_comes_back(kind: str, rows: list[str]) -> None:
    names = Table(Column("名字"))
    read = names.read_here(f"a.{kind}", names.write_here(kind, [(row,) for row in rows]))
    assert [row["名字"] for row in read.rows] == [text for row in rows if (text := readable(row))]
