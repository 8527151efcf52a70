"""The part of reading a table that runs in a child process: rows of text out of a file's bytes.

Everything is counted as it is seen, whatever the file says of itself, so that a small one cannot become a large one.
"""

from __future__ import annotations

import csv
import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Any
from xml.parsers import expat

from lizheng.media.shown import BUILT_IN, show

Row = tuple[int, list[str]]
MOST_ROWS = 20_000
MOST_SEEN_ROWS, MOST_SEEN_CELLS = 100_000, 400_000
MOST_UNPACKED = 60 * 1024 * 1024
MOST_TEXT = 5_000_000
MOST_COLUMNS = 16
LAST_ROW = 1_048_576
CELL = 4000
SAMPLE, SAMPLED_ROWS = 64 * 1024, 200
OLD_KINDS = frozenset({"xls", "et", "ods", "numbers"})
"""Tables too, which their programs can save as one of ours."""
MARKS = ("\t", ",", ";", "，", "；")
"""Of those that fit equally well the first is meant; a tab is seldom typed inside a cell."""
_CONTROL = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PIECE = 256 * 1024


class BadTable(ValueError):
    """The file as a whole cannot be read: why, in a few Chinese words."""


def rows_or_why(content: bytes, kind: str, headings: Collection[str] = ()) -> Iterator[Row | str]:
    """The rows, and the reason as a text where they end because the file is bad."""
    try:
        yield from read_rows(content, kind, headings)
    except BadTable as bad:
        yield str(bad)


def read_rows(content: bytes, kind: str, headings: Collection[str] = ()) -> Iterator[Row]:
    """The rows that say anything, with their numbers in the file from 1. Raises `BadTable`.

    `headings`, in lower case, help to see what stands between the cells of a CSV.
    """
    if kind not in ("csv", "tsv", "txt", "xlsx"):
        raise BadTable("只收 .csv 和 .xlsx" + ("，请在表格软件里另存为 .xlsx" if kind in OLD_KINDS else ""))
    length = taken = 0
    for number, cells in _xlsx(content) if kind == "xlsx" else enumerate(_csv(content, headings), 1):
        if number > MOST_SEEN_ROWS and kind != "xlsx":
            raise BadTable("空行太多，请只留有内容的部分")
        cells = [cell[:CELL] for cell in cells[:MOST_COLUMNS]]
        if not any(cell and not cell.isspace() for cell in cells):
            continue
        taken += 1
        length += sum(map(len, cells))
        if taken > MOST_ROWS + 1 or length > MOST_TEXT:
            raise BadTable(f"最多 {MOST_ROWS} 行" if taken > MOST_ROWS else "字太多了，请分几次导入")
        yield number, cells


# — CSV ————————————————————————————————————————————————————————————————————————————————————


def _csv(content: bytes, headings: Collection[str]) -> Iterator[list[str]]:
    text = _decoded(content)
    csv.field_size_limit(1_000_000)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=mark_of(text, headings))
    except csv.Error as error:
        raise BadTable("不是完好的 CSV") from error


def mark_of(text: str, headings: Collection[str] = ()) -> str:
    """What stands between the cells: the mark under which most rows have several, and the same number of them.

    One under which several `headings` stand in the first row is meant, whatever else is in the file.
    """

    def worth(mark: str) -> tuple[float, float, float]:
        read = csv.reader(io.StringIO(text[:SAMPLE], newline=""), delimiter=mark)
        try:
            rows = [row for row in islice(read, SAMPLED_ROWS) if any(cell.strip() for cell in row)]
        except csv.Error:
            return 0, 0, 0
        if len(text) > SAMPLE and len(rows) > 1:
            rows.pop()  # cut off
        sizes = [len(row) for row in rows]
        named = sum(cell.strip().lower() in headings for cell in rows[0]) if rows else 0
        several = sum(bool(row[0].strip()) and any(cell.strip() for cell in row[1:]) for row in rows)
        alike = max(map(sizes.count, set(sizes)), default=0)
        return named if named > 1 else 0, several / max(len(rows), 1), alike / max(len(rows), 1)

    return max(MARKS, key=worth)


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


# — xlsx ———————————————————————————————————————————————————————————————————————————————————


def _xlsx(content: bytes) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield from _Book(packed).rows()
    except (BadTable, MemoryError):
        raise
    except Exception as error:
        # Strangers' bytes: the unpackers, the parser and the numbers in between raise whatever they stumble over.
        raise BadTable("不是完好的 xlsx") from error


class _Book:
    """The parts of a packed workbook that matter, each read once."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        self._left = MOST_UNPACKED
        self._since_1904 = False
        self._strings: list[str] = []
        self._forms: list[str] = []

    def rows(self) -> Iterator[Row]:
        sheet, parts = self._places()
        names = set(self._packed.namelist())
        if parts["sharedStrings"] in names:
            self._take(parts["sharedStrings"], _Strings(self._strings))
        if parts["styles"] in names:
            styles = _Styles()
            self._take(parts["styles"], styles)
            self._forms = styles.forms()
        reader = _Sheet(self._strings, self._forms, self._since_1904)
        for _ in self._pieces(sheet, reader):
            yield from reader.taken()

    def _places(self) -> tuple[str, dict[str, str]]:
        """Where the first sheet is, and the two parts it draws on."""
        book, related = _Elements("sheet", "workbookPr"), _Elements("Relationship")
        self._take("xl/workbook.xml", book)
        self._take("xl/_rels/workbook.xml.rels", related)
        targets: dict[str, tuple[str, str]] = {}
        parts = {"sharedStrings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}
        for _, one in related.found:
            kind = one.get("Type", "").rpartition("/")[2]
            place = posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/")
            targets[one.get("Id", "")] = kind, place
            if kind in parts:
                parts[kind] = place
        self._since_1904 = any(one.get("date1904") in ("1", "true") for _, one in book.found)
        for name, one in book.found:
            kind, place = targets.get(one.get("id", ""), ("", ""))
            if name == "sheet" and kind == "worksheet":
                return place, parts
        raise BadTable("里面没有表格")

    def _take(self, name: str, reader: _Reader) -> None:
        for _ in self._pieces(name, reader):
            pass

    def _pieces(self, name: str, reader: _Reader) -> Iterator[None]:
        """Feed a part to its reader piece by piece."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = lambda tag, given: reader.start(
            tag.rpartition(" ")[2],
            {key.rpartition(" ")[2]: value for key, value in given.items()} if given else {},
        )
        parser.EndElementHandler = lambda tag: reader.end(tag.rpartition(" ")[2])
        parser.CharacterDataHandler = reader.data
        with self._packed.open(name) as part:
            while piece := part.read(_PIECE):
                self._left -= len(piece)
                if self._left < 0:
                    raise BadTable("解开以后太大了")
                parser.Parse(piece, False)
                yield
        parser.Parse(b"", True)
        yield


def _refuse(*_: Any) -> None:
    raise BadTable("不是完好的 xlsx")


class _Reader:
    """What is told of the elements of one part, by their local names."""

    def start(self, tag: str, given: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...


class _Elements(_Reader):
    """The attributes of a few elements."""

    def __init__(self, *tags: str) -> None:
        self._tags = tags
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag in self._tags and len(self.found) < 10_000:
            self.found.append((tag, given))


class _Styles(_Reader):
    """Which format the cells of each style are shown in."""

    def __init__(self) -> None:
        self._codes = dict(BUILT_IN)
        self._ids: list[int] = []
        self._inside = False

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "numFmt" and len(self._codes) < 10_000:
            self._codes[int(given.get("numFmtId", "0"))] = given.get("formatCode", "")[:200]
        elif tag == "cellXfs":
            self._inside = True
        elif tag == "xf" and self._inside and len(self._ids) < 100_000:
            self._ids.append(int(given.get("numFmtId", "0")))

    def end(self, tag: str) -> None:
        self._inside = self._inside and tag != "cellXfs"

    def forms(self) -> list[str]:
        return [self._codes.get(number, "") for number in self._ids]


class _Texts(_Reader):
    """Collects the text of `t` elements that are not aids to pronunciation, as far as a cell has room."""

    def __init__(self) -> None:
        self._taken: list[str] = []
        self._room = CELL
        self._within: set[str] = set()

    def start(self, tag: str, given: dict[str, str]) -> None:
        self._within.add(tag)

    def end(self, tag: str) -> None:
        self._within.discard(tag)

    def data(self, text: str) -> None:
        if self._room > 0 and self._wanted(self._within):
            self._taken.append(text[: self._room])
            self._room -= len(text)

    def _wanted(self, within: set[str]) -> bool:
        return "t" in within and "rPh" not in within

    def _text(self) -> str:
        text = "".join(self._taken)
        self._taken.clear()
        self._room = CELL
        return _CONTROL.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class _Strings(_Texts):
    """The texts that cells name by their number."""

    def __init__(self, strings: list[str]) -> None:
        super().__init__()
        self._strings = strings
        self._length = 0

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "si":
            text = self._text()
            self._strings.append(text)
            self._length += len(text)
            if len(self._strings) > MOST_SEEN_CELLS or self._length > 4 * MOST_TEXT:
                raise BadTable("内容太多了，请分几次导入")


class _Sheet(_Texts):
    """The rows of a sheet. What they say of their number counts only as far as it can be true."""

    def __init__(self, strings: list[str], forms: list[str], since_1904: bool) -> None:
        super().__init__()
        self._strings, self._forms, self._since_1904 = strings, forms, since_1904
        self._rows: list[Row] = []
        self._row: list[str] = []
        self._number = self._seen_rows = self._seen_cells = 0
        self._place, self._kind, self._form = 0, "n", ""
        self._handlers: dict[str, Callable[[dict[str, str]], None]] = {"row": self._begin, "c": self._cell}

    def taken(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, tag: str, given: dict[str, str]) -> None:
        super().start(tag, given)
        if handler := self._handlers.get(tag):
            handler(given)

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "row":
            self._rows.append((self._number, self._row))
        elif tag == "c" and (text := self._text()) and self._place <= MOST_COLUMNS:
            self._row += [""] * (self._place - len(self._row))
            self._row[self._place - 1] = self._shown(text)

    def _begin(self, given: dict[str, str]) -> None:
        self._seen_rows += 1
        if self._seen_rows > MOST_SEEN_ROWS:
            raise BadTable("空行太多，请只留有内容的部分")
        said = given.get("r", "")
        number = int(said) if said.isdecimal() and len(said) < 9 else 0
        self._number = number if self._number < number <= LAST_ROW else self._number + 1
        self._row, self._place = [], 0

    def _cell(self, given: dict[str, str]) -> None:
        self._seen_cells += 1
        if self._seen_cells > MOST_SEEN_CELLS:
            raise BadTable("格子太多，请只留有内容的部分")
        letters = given.get("r", "")[:4].rstrip("0123456789").upper()
        self._place = _column(letters) if letters.isascii() and letters.isalpha() else self._place + 1
        self._kind = given.get("t", "n")
        style = given.get("s", "")
        known = style.isdecimal() and len(style) < 7 and int(style) < len(self._forms)
        self._form = self._forms[int(style)] if known else ""

    def _wanted(self, within: set[str]) -> bool:
        return "v" in within or super()._wanted(within)

    def _shown(self, text: str) -> str:
        if self._kind == "s":
            at = int(text)
            return self._strings[at] if 0 <= at < len(self._strings) else ""
        if self._kind == "b":
            return "否" if text.strip() in ("0", "false") else "是"
        if self._kind == "d":
            return text.replace("T00:00:00", "").replace("T", " ")
        return show(text, self._form, since_1904=self._since_1904) if self._kind == "n" else text


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
