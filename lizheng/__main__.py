"""`python -m lizheng`: what developers do from a shell."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import keyword
import os
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from lizheng.base.config import ROOT
from lizheng.store import KIT_MODULES, AppModules, make_migrations

if TYPE_CHECKING:
    from lizheng.plugin.feature import Feature

RESERVED = {"lizheng", "pending"}
"""Ids of the kit's own tables and feature."""


def main(arguments: list[str] | None = None) -> int:
    """Returns the process's exit status; a refused request prints one sentence."""
    parser = argparse.ArgumentParser(prog="python -m lizheng", description="里正的开发命令")
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("new", help="照着 plugins/_template 新建一个插件和它的测试")
    new.add_argument("name", help="插件的英文名，也是它的文件名，比如 raffle")
    new.add_argument("--title", default="", help="中文名，默认同英文名")
    new.add_argument("--tables", action="store_true", help="有自己的表：建成文件夹，带 models.py")
    migrations = commands.add_parser("migrations", help="给一个插件（或 lizheng 自己）生成数据库迁移")
    migrations.add_argument("name")
    commands.add_parser("docs", help="重新生成 docs/plugins.md 和 .env.example")
    books = commands.add_parser("ledger", help="把一个群的账本流水导出为 csv 或 xlsx（机器人停着的时候）")
    books.add_argument("--group", type=int, required=True, help="群号")
    books.add_argument("--out", type=Path, required=True, help="写到哪个文件")
    move = commands.add_parser(
        "migrate", help="把停着的 SQLite 数据库整个搬到一个空的 Postgres 库（机器人停着的时候）"
    )
    move.add_argument("target", help="postgres://用户:密码@主机/库；密码也可以放在环境变量 PGPASSWORD 里")
    move.add_argument(
        "--source", default="", help="从哪里搬，默认是 DATABASE_URL，如 sqlite://data/lizheng.db"
    )
    move.add_argument("--leave-behind", action="store_true", help="不搬已经删掉的插件留下的表")
    chosen = parser.parse_args(arguments)
    try:
        _require_a_project()
        if chosen.command == "new":
            done = new_plugin(chosen.name, chosen.title, taken=_taken_names(), tables=chosen.tables)
        elif chosen.command == "docs":
            done = _write_docs()
        elif chosen.command == "ledger":
            done = asyncio.run(_export_ledger(chosen.group, chosen.out))
        elif chosen.command == "migrate":
            done = _move(chosen.target, chosen.source, leave_behind=chosen.leave_behind)
        else:
            done = _make_migrations(chosen.name)
    except ValueError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    sys.stdout.write(f"{done}\n")
    return 0


def new_plugin(
    name: str, title: str = "", root: Path = ROOT, taken: Collection[str] = (), *, tables: bool = False
) -> str:
    """Copy the template to `plugins/<name>.py` and its test to `tests/plugins/<name>/`, and say what to do next.

    With `tables` it becomes the package `plugins/<name>/`, with a module `models`. `taken` are the command names and
    titles in use, in lower case. Raises `ValueError` with a Chinese sentence for a name or title that is taken or
    cannot be one.
    """
    sound = name.isidentifier() and name.isascii() and name.islower() and not keyword.iskeyword(name)
    if not sound or name.startswith("_") or name in RESERVED:
        raise ValueError(f"「{name}」不能做插件名：请用小写英文字母、数字和下划线，字母开头。")
    if title and not re.fullmatch(r"\w{1,12}", title):
        raise ValueError(f"「{title}」不能做中文名：请用 1 到 12 个字，不带空格和标点。")
    tests = f"tests/plugins/{name}"
    for there in (f"plugins/{name}.py", f"plugins/{name}", tests):
        if (root / there).exists():
            raise ValueError(f"{there} 已经有了，换个名字吧。")
    called = title or name
    if called.casefold() in taken:
        raise ValueError(f"「{called}」已经有别的功能或命令在用，请用 --title 换个中文名。")
    written = {f"plugins/{name}.py": "__init__.py", f"{tests}/test_{name}.py": "test_template.py"}
    if tables:
        written = {
            f"plugins/{name}/__init__.py": "with_tables.py",
            f"plugins/{name}/models.py": "models.py",
            f"{tests}/test_{name}.py": "test_with_tables.py",
        }
    for path, template in written.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / "plugins" / "_template" / template).read_text("utf-8")
        (root / path).write_text(text.replace("模板", called).replace("_template", name), "utf-8")
    first = [f"改好表以后写迁移：python3 -m lizheng migrations {name}"] if tables else []
    *others, last = written
    return "\n".join(
        [
            f"建好了 {'、'.join(others)} 和 {last}。",
            *first,
            f"测试：python3 -m tests {tests}",
            f"试用：python3 bot.py，然后在沙盒里发 /开启 {called}，再发 /{called} 你好",
            "改好以后更新文档里的表格：python3 -m lizheng docs",
        ]
    )


def _require_a_project() -> None:
    if not (ROOT / "bot.py").is_file():
        raise ValueError(f"{ROOT} 里没有 bot.py：请在里正的文件夹里运行。")


def _taken_names() -> set[str]:
    features = _load_features()
    names = {name for f in features for c in f.commands for name in c.names}
    return {name.casefold() for name in (*names, *(f.title for f in features), *(f.id for f in features))}


def _load_features() -> list[Feature]:
    from lizheng.cli import pages as manual  # loads NoneBot, which the other commands do without

    os.environ.setdefault("LOG_LEVEL", "WARNING")
    return manual.load_features()


def _make_migrations(name: str) -> str:
    if name == "lizheng":
        modules = KIT_MODULES
    else:
        modules = AppModules.of(f"plugins.{name}")
        try:
            importlib.import_module(modules.models[0])
        except ImportError as error:
            if error.name in (f"plugins.{name}", modules.models[0]) and isinstance(
                error, ModuleNotFoundError
            ):
                raise ValueError(f"找不到 {modules.models[0]}：这个插件没有 models.py。") from error
            raise ValueError(f"plugins.{name} 载入不了，先改好再来：{error}") from error
    written = asyncio.run(make_migrations(name, modules))
    return "\n".join(str(path.relative_to(ROOT)) for path in written) or "没有要迁移的改动。"


def _write_docs() -> str:
    from lizheng.cli import pages as manual

    pages = manual.pages(_load_features())
    for path, text in pages.items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_text(text, "utf-8")
    return "\n".join(pages)


async def _export_ledger(group_id: int, out: Path) -> str:
    from lizheng.ledger import export  # loads what the other commands do without
    from lizheng.parts.shell import StoreError, opened

    try:
        async with opened() as shell:
            count = await export.export(group_id, out, shell.zone)
    except (StoreError, OSError) as error:
        raise ValueError(str(error)) from error
    return f"导出了 {count} 条流水到 {out}。"


def _move(target: str, source: str, *, leave_behind: bool) -> str:
    features = _load_features()
    import nonebot

    from lizheng.base import config
    from lizheng.base.clock import Clock
    from lizheng.ledger.checking import mismatches
    from lizheng.plugin.feature import apps_of
    from lizheng.store import Store, StoreError, moving

    apps = apps_of(features)
    source = source or config.read(nonebot.get_driver().config).database_url
    for url, scheme, name in ((source, "sqlite://", "来源"), (target, "postgres://", "目标")):
        if not url.startswith(scheme):
            raise ValueError(f"{name}要以 {scheme} 开头；来源可以用 --source 写明。")
    old, new = (Store(url, apps, Clock()) for url in (source, target))
    try:
        moved = asyncio.run(moving.move(old, new, mismatches, leave_behind=leave_behind))
    except (StoreError, OSError) as error:
        raise ValueError(str(error)) from error
    lines = [f"  {one.table:<28}{one.rows:>9} 行  {one.checksum}" for one in moved]
    rows = sum(one.rows for one in moved)
    return "\n".join(
        [
            *lines,
            f"搬好了：{len(moved)} 张表，{rows} 行，两边的行数和校验和都一样，账本对得上。",
            f"把 .env 里的 DATABASE_URL 换成新的再启动；{source.removeprefix('sqlite://')} 没有动，确认没问题后再收起来。",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
