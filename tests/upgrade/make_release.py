"""Plays the history with the code of a release and writes down what it made, for `test_upgrade`.

To remake the fixture, in a checkout of the release that is to be upgraded from, with the present `.venv`:

    git worktree add ../release v0.1.0
    cd ../release && python …/tests/upgrade/make_release.py

It writes beside itself, named after the release:

- `release-0.1.0.sql.gz`: the database after a clean stop; `release-0.1.0-cut-off.sql.gz`: a minute later, stopped while
  the endpoint did not answer, so that rows wait in the outbox;
- `release-0.1.0.world.json.gz`: what QQ and its people knew then, for both, and the files the database tells of;
- `release-0.1.0.json`: what was left open, and what that release itself did in every scene of `scenes`, each on a copy.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, os.getcwd())  # the release

import tests  # noqa: E402

tests.__path__.append(str(HERE.parent))  # whose own tests know nothing of `tests.upgrade`

from lizheng import __version__, drawing  # noqa: E402
from lizheng.sandbox import testing  # noqa: E402
from tests.upgrade import history, scenes  # noqa: E402
from tests.upgrade import town as stage_of  # noqa: E402

PENDINGS = (
    "SELECT group_id, number, feature, kind, author_id, decider, notice_id FROM lizheng_pending "
    "WHERE state = 'open' ORDER BY group_id, number"
)
SLOTS = (
    "SELECT feature, name, group_id, key, due_at FROM lizheng_slot WHERE state = 'waiting' "
    "ORDER BY due_at, feature, name, group_id, key"
)
UNDOABLE = (
    "SELECT group_id, number, feature, json_extract(undo, '$.name') AS name FROM lizheng_record "
    "WHERE undo IS NOT NULL AND undo != 'null' AND state = 'done' ORDER BY id"
)
OUTGOING = "SELECT group_id, user_id, api, state, source FROM lizheng_outgoing WHERE state NOT IN ('done', 'not_done') ORDER BY id"


def rows(database: Path, query: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


@asynccontextmanager
async def feeds() -> AsyncIterator[None]:
    """A server with one feed, and nothing else."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        status, body = ("200 OK", history.RSS) if b" /feed.xml " in request else ("404 Not Found", b"")
        head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", stage_of.FEED_PORT)
    try:
        yield
    finally:
        server.close()


async def make(folder: Path) -> None:
    host = testing.make_host(project="pyproject.toml")
    drawing.is_installed = lambda: False
    base, database = HERE / f"release-{__version__}", folder / "lizheng.db"
    async with testing.listening(host, f"sqlite://{folder / 'template.db'}") as port:
        async with feeds(), stage_of.opened(host, port, f"sqlite://{database}", testing.NOON) as town:
            await history.play(town)
            at, told = town.stage.now(), stage_of.tell_world(town.world)
        whole = stage_of.dump(database)
        left: dict[str, Any] = {
            "at": at.isoformat(),
            "pendings": rows(database, PENDINGS),
            "slots": rows(database, SLOTS),
            "undoable": rows(database, UNDOABLE),
            "settings": [f.title for f in host.features.values() if f.settings is not None],
        }
        async with stage_of.opened(host, port, f"sqlite://{database}", at, told) as town:
            await history.break_off(town)
            cut_off_told = stage_of.tell_world(town.world)
        cut_off = stage_of.dump(database)
        left["outgoing"] = rows(database, OUTGOING)
        kept = {
            str(path.relative_to(folder)): base64.b64encode(path.read_bytes()).decode()
            for path in sorted((folder / "files").rglob("*"))
            if path.is_file()
        }

        async def copied(scene: scenes.Scene, sql: str, world: dict[str, Any]) -> scenes.Told:
            place = folder / scene.__name__
            shutil.copytree(folder / "files", place / "files")
            stage_of.load(sql, place / "lizheng.db")
            async with stage_of.opened(host, port, f"sqlite://{place / 'lizheng.db'}", at, world) as town:
                return await scene(town, left)

        left["scenes"] = {scene.__name__: await copied(scene, whole, told) for scene in scenes.SCENES}
        left["scenes"]["resumed"] = await copied(scenes.resumed, cut_off, cut_off_told)
    worlds = {"whole": told, "cut_off": cut_off_told, "files": kept}
    _write(base.with_name(f"{base.name}.sql.gz"), whole)
    _write(base.with_name(f"{base.name}-cut-off.sql.gz"), cut_off)
    _write(
        base.with_name(f"{base.name}.world.json.gz"), json.dumps(worlds, ensure_ascii=False, sort_keys=True)
    )
    Path(f"{base}.json").write_text(
        json.dumps(left, ensure_ascii=False, indent=1, sort_keys=False) + "\n", encoding="utf-8"
    )


def _write(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(make(Path(temporary)))
