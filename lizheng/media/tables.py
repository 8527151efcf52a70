"""Tables as files, CSV or xlsx: columns are declared, what is wrong is told by row, nothing written is a formula.

What strangers send is read in a child process (`confined`, `sheets`); what its cells mean is read here, in a thread.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar, cast, overload
from weakref import WeakKeyDictionary

from lizheng.grammar import Misread
from lizheng.grammar.money import parse_money
from lizheng.grammar.numbers import parse_int
from lizheng.media import sheets
from lizheng.media.confined import MIB, Confined, Unreadable
from lizheng.media.sheets import MOST_ROWS, BadTable
from lizheng.text import clip, fold, visible

T = TypeVar("T")
Values = dict[str, Any]
"""One row, by the titles of its columns."""
MOST_BYTES = 5 * MIB
MOST_CELL = sheets.CELL
SECONDS, AT_ONCE, MOST_SAID = 10.0, 2, 24 * MIB
SHOWN_FAULTS = 3
_FORMULA = re.compile(r"'*(?:[\s\ufeff]*[=+\-@＝＋－＠]|[ \u3000\ufeff]*[\t\r\n])")
"""What a spreadsheet may run, or would be mistaken for what `neutral` made of that."""
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML or UTF-8 has no place for."""
_YES = frozenset({"是", "1", "yes", "y", "true", "√"})
_NO = frozenset({"否", "0", "no", "n", "false", "×", ""})
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?: 00:00)?")


class NoWriter(BadTable):
    """The package that writes xlsx is not installed; CSV always works."""


# — cells ——————————————————————————————————————————————————————————————————————————————————


def neutral(cell: str) -> str:
    """Return the cell as text that no spreadsheet runs as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def harmless(cell: str) -> str:
    """Return what `neutral` was given."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell[1:]) else cell


class Kind(Protocol):
    """What the cells of a column hold, and how they are written."""

    def read(self, cell: str) -> Any:
        """Return what a cell means, of text without blanks around it. Raises `Misread`."""
        ...

    def write(self, value: Any) -> str | int | Decimal:
        """Return what stands in the cell; text is made safe afterwards."""
        ...


@dataclass(frozen=True)
class Text:
    """Words of at most `most` characters; of a cell 4,000 are read, so with that nothing is too long."""

    most: int = 1000

    def __post_init__(self) -> None:
        if not 0 < self.most <= MOST_CELL:
            raise ValueError(f"a cell is read up to {MOST_CELL} characters")

    def read(self, cell: str) -> str:
        """Raises `Misread` for one that is longer."""
        if len(cell) > self.most:
            raise Misread(f"最长 {self.most} 个字，这里超过了。")
        return cell

    def write(self, value: object) -> str:
        return str(value)


@dataclass(frozen=True)
class Whole:
    """A whole number within `least` and `most`, such as a count or a QQ number."""

    least: int = 0
    most: int = 10**12

    def read(self, cell: str) -> int:
        """Raises `Misread`."""
        # Spreadsheets group digits and add a point to what was computed.
        return parse_int(re.sub(r"(?<=\d),(?=\d{3})|\.0+$", "", cell), self.least, self.most)

    def write(self, value: int) -> int:
        return int(value)


@dataclass(frozen=True)
class Money:
    """An amount in whole fen, from 0.01 to 1,000,000 yuan; written in yuan."""

    def read(self, cell: str) -> int:
        """Raises `Misread`."""
        return parse_money(cell)

    def write(self, value: int) -> Decimal:
        return Decimal(value).scaleb(-2)


@dataclass(frozen=True)
class Flag:
    """是 or 否, and `also` what means 是; when it is `lax`, all the rest means 否."""

    also: Sequence[str] = ()
    lax: bool = False

    def read(self, cell: str) -> bool:
        """Raises `Misread` for what is neither."""
        said = fold(cell)
        if said in _YES or cell.lower() in _YES or said in map(fold, self.also):
            return True
        if self.lax or said in _NO or cell in _NO:
            return False
        raise Misread(f"「{clip(visible(cell), 12)}」不清楚，请写 是 或 否。")

    def write(self, value: object) -> str:
        return "是" if value else "否"


@dataclass(frozen=True)
class Day:
    """A calendar day, as 2026-11-18, 2026/11/18 or 2026年11月18日."""

    def read(self, cell: str) -> date:
        """Raises `Misread`."""
        if found := _DAY.fullmatch(cell):
            try:
                return date(*map(int, found.groups()))
            except ValueError:
                pass
        raise Misread(f"「{clip(visible(cell), 12)}」不是日期，请写成 2026-11-18。")

    def write(self, value: date) -> str:
        return value.isoformat()


NEEDED: Any = object()
TEXT = Text()


@dataclass(frozen=True)
class Column:
    """One column: the heading it is written under, other headings it is known by, and what its cells hold.

    An empty cell means `default`, and is a fault where there is none. A first row counts as headings when it names
    every column, save those that may be `missing` from a file.
    """

    title: str
    kind: Kind = TEXT
    also: Sequence[str] = ()
    default: Any = NEEDED
    missing: bool = False

    def read(self, cell: str) -> Any:
        """Return what a cell means. Raises `Misread`."""
        if cell:
            try:
                return self.kind.read(cell)
            except Misread as misread:
                raise Misread(f"{self.title}{misread.sentence}") from misread
        if self.default is NEEDED:
            raise Misread(f"没有写{self.title}。")
        return self.default

    def write(self, value: Any) -> str | int | Decimal:
        """Return what stands in the cell; None leaves it empty."""
        return "" if value is None else self.kind.write(value)


# — tables —————————————————————————————————————————————————————————————————————————————————


@dataclass(frozen=True)
class Fault:
    """A row that cannot be used, by its number in the file from 1, and why, as a Chinese sentence."""

    row: int
    why: str


@dataclass(frozen=True)
class Read(Generic[T]):
    """What a file holds: what was made of its good rows, and the faults of the others, both in the file's order."""

    rows: list[T] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def say_faults(self, most: int = SHOWN_FAULTS) -> str:
        """Return a line that counts the faults and tells the first few, "" where there are none."""
        return say_faults(self.faults, most)


def say_faults(faults: Sequence[Fault], most: int = SHOWN_FAULTS) -> str:
    """Return a line that counts faults and tells the first few: `\\n用不了的 1 行：第 2 行 没有写金额`."""
    if not faults:
        return ""
    told = "；".join(f"第 {one.row} 行 {one.why.rstrip('。')}" for one in faults[:most])
    return f"\n用不了的 {len(faults)} 行：{told}{'…' if len(faults) > most else ''}"


class Table(Generic[T]):
    """A kind of table that comes and goes as a file.

    `make` turns a row's values, by title, into what the plugin wants, and raises `Misread` for a row that is wrong as a
    whole. Two rows with one of the same `keys` are one too many: the later is a fault that tells of `same`.
    """

    @overload
    def __init__(
        self: Table[Values],
        *columns: Column,
        title: str = ...,
        keys: Callable[[Values], Iterable[Hashable]] | None = ...,
        same: str = ...,
        most: int = ...,
    ) -> None: ...
    @overload
    def __init__(
        self,
        *columns: Column,
        make: Callable[[Values], T],
        title: str = ...,
        keys: Callable[[T], Iterable[Hashable]] | None = ...,
        same: str = ...,
        most: int = ...,
    ) -> None: ...
    def __init__(
        self,
        *columns: Column,
        make: Callable[[Values], Any] = dict,
        title: str = "表格",
        keys: Callable[[Any], Iterable[Hashable]] | None = None,
        same: str = "",
        most: int = MOST_ROWS,
    ) -> None:
        """Raises `ValueError` for no columns, more than 16, or two headings alike."""
        names = [name.lower() for column in columns for name in (column.title, *column.also)]
        if not 0 < len(columns) <= sheets.MOST_COLUMNS or len(set(names)) < len(names):
            raise ValueError(f"{title}: from 1 to {sheets.MOST_COLUMNS} columns, no heading twice")
        self.columns = columns
        self.title = title
        self._make, self._keys, self._same = make, keys, same or columns[0].title
        self._most = min(most, MOST_ROWS)
        self._names = {
            name.lower(): at for at, column in enumerate(columns) for name in (column.title, *column.also)
        }
        self._needed = {at for at, column in enumerate(columns) if not column.missing}

    # — in —————————————————————————————————————————————————————————————————————————————————

    async def read(self, name: str, content: bytes) -> Read[T]:
        """Read a file that anybody may have made, of the kind its name tells. Raises `BadTable`.

        At most 5 MiB and 20,000 rows; in a child process, within ten seconds.
        """
        self._check_size(content)
        try:
            said = await _confined()(content, _kind(name), sorted(self._names))
        except Unreadable as error:
            raise BadTable("读它太费时间或内存" if error.overran else "里面是坏的") from error
        if said and isinstance(said[-1], str):
            raise BadTable(said[-1])
        return await asyncio.to_thread(self.parse, said)

    def read_here(self, name: str, content: bytes) -> Read[T]:
        """Read a file of one's own, in this process. Raises `BadTable`."""
        self._check_size(content)
        return self.parse(sheets.read_rows(content, _kind(name), sorted(self._names)))

    def parse(self, rows: Iterable[sheets.Row]) -> Read[T]:
        """Read numbered rows of text; a first row of headings is followed, not taken. Raises `BadTable`."""
        places = {at: at for at in range(len(self.columns))}
        found = Read[T]()
        seen: dict[Hashable, int] = {}
        for at, (number, raw) in enumerate(rows):
            cells = [harmless(cell).strip() for cell in raw]
            if at == 0 and (named := self._headings(cells)):
                places = named
                continue
            if not any(cells):
                continue
            if len(found.rows) >= self._most:
                raise BadTable(f"最多 {self._most} 行")
            try:
                made = self._made(cells, places)
            except Misread as misread:
                found.faults.append(Fault(number, misread.sentence))
                continue
            keys = list(self._keys(made)) if self._keys else []
            earlier = next((seen[key] for key in keys if key in seen), None)
            if earlier is not None:
                found.faults.append(Fault(number, f"和第 {earlier} 行的{self._same}一样。"))
                continue
            seen.update(dict.fromkeys(keys, number))
            found.rows.append(made)
        return found

    def _check_size(self, content: bytes) -> None:
        if len(content) > MOST_BYTES:
            raise BadTable(f"太大了，最大 {MOST_BYTES // MIB} MiB")

    def _headings(self, cells: list[str]) -> dict[int, int] | None:
        """Where each column stands, if this row names all that are needed."""
        found = {
            self._names[cell.lower()]: at for at, cell in enumerate(cells) if cell.lower() in self._names
        }
        return found if found.keys() >= self._needed else None

    def _made(self, cells: list[str], places: Mapping[int, int]) -> T:
        values: Values = {}
        for at, column in enumerate(self.columns):
            place = places.get(at, len(cells))
            values[column.title] = column.read(cells[place] if place < len(cells) else "")
        return cast(T, self._make(values))

    # — out ————————————————————————————————————————————————————————————————————————————————

    async def write(self, kind: str, rows: Iterable[Sequence[Any]]) -> bytes:
        """Write a file in a thread; see `write_here`. `rows` may be a generator, which then runs there."""
        return await asyncio.to_thread(self.write_here, kind, rows)

    def write_here(self, kind: str, rows: Iterable[Sequence[Any]]) -> bytes:
        """Write `csv` or `xlsx`: the headings, then each row's values in the order of the columns, None for empty.

        Text is never a formula. Raises `NoWriter` where openpyxl, which xlsx needs, is not installed.
        """
        cells = (
            [_safe(column.write(value)) for column, value in zip(self.columns, row, strict=True)]
            for row in rows
        )
        if kind == "xlsx":
            return self._xlsx(cells)
        out = io.StringIO(newline="")
        # Nothing tells a reader that there is a single column, unless its cells are quoted.
        quoting = csv.QUOTE_ALL if len(self.columns) == 1 else csv.QUOTE_MINIMAL
        writer = csv.writer(out, quoting=quoting)
        writer.writerow([column.title for column in self.columns])
        writer.writerows(cells)
        return out.getvalue().encode("utf-8-sig")

    def _xlsx(self, rows: Iterable[Sequence[str | int | Decimal]]) -> bytes:
        try:
            from openpyxl import Workbook
            from openpyxl.cell import WriteOnlyCell
        except ImportError as error:
            raise NoWriter("这台主机没装 openpyxl，请用 .csv") from error
        book = Workbook(write_only=True)
        sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\']", "", self.title)[:31] or "表格")

        def cell(value: str | int | Decimal) -> Any:
            if isinstance(value, Decimal):
                amount = WriteOnlyCell(sheet, float(value))
                amount.number_format = "0.00"
                return amount
            return _escaped(value) if isinstance(value, str) else value

        sheet.append([column.title for column in self.columns])
        for row in rows:
            sheet.append([cell(value) for value in row])
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()


def _safe(value: str | int | Decimal) -> str | int | Decimal:
    return neutral(_UNWRITABLE.sub("", value)) if isinstance(value, str) else value


def _escaped(text: str) -> str:
    """As xlsx spells it: what looks like the escape of a character, and a carriage return, would come back another."""
    return re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text).replace("\r", "_x000D_")


def _kind(name: str) -> str:
    return name.rpartition(".")[2].lower()


_readers: WeakKeyDictionary[asyncio.AbstractEventLoop, Confined] = WeakKeyDictionary()


def _confined() -> Confined:
    """The one way to the child of this loop: however many tables there are, few files are read at a time."""
    loop = asyncio.get_running_loop()
    if loop not in _readers:
        target = f"{sheets.__name__}:rows_or_why"
        _readers[loop] = Confined(target, seconds=SECONDS, most=MOST_SAID, at_once=AT_ONCE)
    return _readers[loop]


__all__ = [
    "MOST_BYTES",
    "MOST_CELL",
    "MOST_ROWS",
    "BadTable",
    "Column",
    "Day",
    "Fault",
    "Flag",
    "Kind",
    "Money",
    "NoWriter",
    "Read",
    "Table",
    "Text",
    "Values",
    "Whole",
    "harmless",
    "neutral",
    "say_faults",
]
