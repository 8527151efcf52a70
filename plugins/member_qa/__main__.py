"""`python -m plugins.member_qa`: entries in and out from a shell, while the bot is not running."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from lizheng.grammar import Misread
from lizheng.media.tables import BadTable
from lizheng.parts.shell import StoreError, opened
from plugins.member_qa import importing
from plugins.member_qa.rows import Base, Row, rows_of
from plugins.member_qa.rules import Lesson, check_set_name
from plugins.member_qa.tables import TABLE, Parsed, table


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m plugins.member_qa", description="导入导出问答（机器人停着的时候）"
    )
    parser.add_argument("what", choices=("import", "export"))
    parser.add_argument("file", type=Path, help=".csv 或 .xlsx")
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--group", type=int, help="群号")
    whose.add_argument("--shared", help="公共题库的名字；群里用 /问答 题库 名字 开 来用它")
    chosen = parser.parse_args(arguments)
    if chosen.shared is not None:
        try:
            check_set_name(chosen.shared)
        except Misread as misread:
            parser.error(misread.sentence)
    base: Base = (0, chosen.shared) if chosen.shared else (chosen.group, "")
    try:
        parsed = (
            TABLE.read_here(chosen.file.name, chosen.file.read_bytes()) if chosen.what == "import" else None
        )
        rows, done = asyncio.run(_with_store(base, parsed))
        told = _told(done, parsed) if parsed and done else _export(chosen.file, rows)
    except (BadTable, StoreError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{told}\n")
    return 0


async def _with_store(base: Base, parsed: Parsed | None) -> tuple[list[Row], importing.Written | None]:
    """The entries there are and, when there is something to import, what became of it."""
    async with opened("plugins.member_qa") as shell:
        rows = await rows_of(base)
        if parsed is None:
            return rows, None
        return rows, await importing.write(base, importing.plan(parsed.rows, rows), 0, shell.now())


def _told(done: importing.Written, parsed: Parsed) -> str:
    wrong = "".join(f"\n第 {one.row} 行：{one.why}" for one in parsed.faults)
    counts = f"新的 {len(done.new)} 条，换了答案的 {len(done.changed)} 条，用不了的 {len(parsed.faults)} 行。"
    return counts + wrong


def _export(file: Path, rows: list[Row]) -> str:
    written = table((row["number"], Lesson.of(row)) for row in rows)
    file.write_bytes(TABLE.write_here("xlsx" if file.suffix == ".xlsx" else "csv", written))
    return f"导出了 {len(rows)} 条到 {file}。"


if __name__ == "__main__":
    sys.exit(main())
