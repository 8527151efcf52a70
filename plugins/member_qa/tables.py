"""Tables of questions and answers, as CSV or xlsx: read row by row with what is wrong in each, written without formulas."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lizheng.grammar import Misread
from lizheng.media.confined import MIB, Confined, Unreadable
from lizheng.text import fold
from plugins.member_qa import rules, sheets
from plugins.member_qa.rules import Lesson
from plugins.member_qa.sheets import MOST_ROWS, BadTable, Row

HEADER = ("问题", "答案", "关键词", "编号")
SECONDS, AT_ONCE, MOST_SAID = 10.0, 2, 24 * MIB
DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠")
"""A cell that begins with one of these may be run as a formula by a spreadsheet."""
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


class NoWriter(BadTable):
    """The package that writes xlsx is not installed."""


@dataclass(frozen=True)
class Wrong:
    """A row that cannot be used, by its number in the file from 1, and why."""

    row: int
    why: str


@dataclass(frozen=True)
class Parsed:
    lessons: list[Lesson]
    wrong: list[Wrong]


class Reader:
    """Reads files that strangers may have made: their bytes in a child, what they say here."""

    def __init__(self) -> None:
        self._rows = Confined(
            f"{sheets.__name__}:rows_or_why", seconds=SECONDS, most=MOST_SAID, at_once=AT_ONCE
        )

    async def read(self, name: str, content: bytes) -> Parsed:
        """The lessons of a file, by the kind its name tells. Raises `BadTable`."""
        try:
            said = await self._rows(content, _kind(name))
        except Unreadable as error:
            raise BadTable("读它太费时间或内存" if error.overran else "里面是坏的") from error
        if said and isinstance(said[-1], str):
            raise BadTable(said[-1])
        return await asyncio.to_thread(parse, said)


def read(name: str, content: bytes) -> Parsed:
    """The lessons of a file of one's own, read in this process. Raises `BadTable`."""
    return parse(sheets.read_rows(content, _kind(name)))


def _kind(name: str) -> str:
    return name.rpartition(".")[2].lower()


def parse(rows: Iterable[Row]) -> Parsed:
    """Lessons from numbered rows of text; a first row of column names is followed, not taken."""
    places = {0: 0, 1: 1, 2: 2}
    lessons: list[Lesson] = []
    wrong: list[Wrong] = []
    seen: dict[str, int] = {}
    for at, (number, cells) in enumerate(rows):
        cells = [harmless(cell).strip() for cell in cells]
        if at == 0 and (named := _columns(cells)):
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
    """Raises `NoWriter` where openpyxl is not installed."""
    try:
        from openpyxl import Workbook
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    except ImportError as error:
        raise NoWriter("这台主机没装 openpyxl，请用 .csv") from error
    book = Workbook(write_only=True)
    sheet = book.create_sheet("问答")
    for row in rows:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
