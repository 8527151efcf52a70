"""Tables of questions and answers, as CSV or xlsx: read row by row with what is wrong in each, written without formulas. Pure."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lizheng.grammar import Misread
from lizheng.text import fold
from plugins.member_qa import rules
from plugins.member_qa.rules import Lesson

HEADER = ("问题", "答案", "关键词", "编号")
MOST_ROWS = 20_000
MOST_UNPACKED = 60 * 1024 * 1024
CELL = 4000
DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠")
"""A cell that begins with one of these may be run as a formula by a spreadsheet."""
OLD_KINDS = frozenset({"xls", "et", "ods", "numbers"})
"""Tables too, which their programs can save as one of ours."""
_YES = frozenset({"是", "1", "yes", "y", "true", "√", "关键词"})
_NAMES = {
    "问题": 0,
    "问": 0,
    "question": 0,
    "答案": 1,
    "答": 1,
    "回答": 1,
    "answer": 1,
    "关键词": 2,
    "keyword": 2,
}


class BadTable(ValueError):
    """The file as a whole cannot be read: why, in a few Chinese words."""


class NoReader(BadTable):
    """The package that reads xlsx is not installed."""


@dataclass(frozen=True)
class Wrong:
    """A row that cannot be used, by its number in the file from 1, and why."""

    row: int
    why: str


@dataclass(frozen=True)
class Parsed:
    lessons: list[Lesson]
    wrong: list[Wrong]


def read(name: str, content: bytes) -> Parsed:
    """The lessons of a file, by the kind its name tells. Raises `BadTable`."""
    kind = name.rpartition(".")[2].lower()
    if kind not in ("csv", "tsv", "txt", "xlsx"):
        raise BadTable("只收 .csv 和 .xlsx" + ("，请在表格软件里另存为 .xlsx" if kind in OLD_KINDS else ""))
    rows = _xlsx(content) if kind == "xlsx" else _csv(content)
    return parse(rows)


def parse(rows: Iterable[list[str]]) -> Parsed:
    """Lessons from rows of text; a first row of column names is followed, not taken."""
    places = {0: 0, 1: 1, 2: 2}
    lessons: list[Lesson] = []
    wrong: list[Wrong] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows, 1):
        cells = [harmless(cell).strip() for cell in cells]
        if number == 1 and (named := _columns(cells)):
            places = named
            continue
        if not any(cells):
            continue
        if len(lessons) >= MOST_ROWS:
            raise BadTable(f"最多 {MOST_ROWS} 行")
        try:
            lesson = _lesson(*(_cell(cells, places.get(column)) for column in range(3)))
        except Misread as misread:
            wrong.append(Wrong(number, misread.sentence))
            continue
        earlier = next((seen[key] for key in lesson.keys if key in seen), None)
        if earlier is not None:
            wrong.append(Wrong(number, f"和第 {earlier} 行的问题一样。"))
            continue
        seen.update(dict.fromkeys(lesson.keys, number))
        lessons.append(lesson)
    return Parsed(lessons, wrong)


def _columns(cells: list[str]) -> dict[int, int] | None:
    """Where each column stands, if this row names question and answer."""
    found = {_NAMES[cell.lower()]: place for place, cell in enumerate(cells) if cell.lower() in _NAMES}
    return found if 0 in found and 1 in found else None


def _cell(cells: list[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _lesson(question: str, answer: str, keyword: str) -> Lesson:
    exact = fold(keyword) in _YES
    if question[:1] in ("=", "＝"):
        question, exact = question[1:], True
    return rules.make_lesson(question.replace("｜", "|").split("|"), answer, exact=exact)


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    sample = text[:4096].splitlines()[:5]
    marks = max(",\t;，", key=lambda mark: min((line.count(mark) for line in sample), default=0))
    csv.field_size_limit(1_000_000)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=marks)
    except csv.Error as error:
        raise BadTable("不是完好的 CSV") from error


def _decoded(content: bytes) -> str:
    """Chinese spreadsheets write UTF-8 with a mark, or GB 18030."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    codecs = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for codec in codecs:
        try:
            return content.decode(codec).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise BadTable("不是 UTF-8 也不是 GBK 的文字")


def _xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise NoReader("这台主机没装 openpyxl，请用 .csv") from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
                raise BadTable("解开以后太大了")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for row in book.worksheets[0].iter_rows(values_only=True, max_col=16):
            yield [_shown(cell) for cell in row]
    except BadTable:
        raise
    except Exception as error:
        # Strangers' bytes in a foreign reader, which raises whatever it stumbles over.
        raise BadTable("不是完好的 xlsx") from error


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)[:CELL]


def neutral(cell: str) -> str:
    """The cell as text that no spreadsheet runs."""
    return f"'{cell}" if cell[:1] in DANGEROUS else cell


def harmless(cell: str) -> str:
    """What `neutral` was given."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in DANGEROUS else cell


def table(lessons: Iterable[tuple[int, Lesson]]) -> Iterator[list[str]]:
    """The rows of an export, the column names first."""
    yield list(HEADER)
    for number, lesson in lessons:
        answer = lesson.answer or ("（图片）" if lesson.pictures else "")
        row = ["|".join(lesson.questions), answer, "是" if lesson.exact else "", str(number)]
        yield [neutral(cell) for cell in row]


def write_csv(rows: Iterable[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Iterable[list[str]]) -> bytes:
    """Raises `NoReader` where openpyxl is not installed."""
    try:
        from openpyxl import Workbook
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    except ImportError as error:
        raise NoReader("这台主机没装 openpyxl，请用 .csv") from error
    book = Workbook(write_only=True)
    sheet = book.create_sheet("问答")
    for row in rows:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
