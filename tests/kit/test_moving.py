"""A group moves from SQLite to Postgres: everything or nothing, and life goes on with the next number."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE

from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Entry
from lizheng.plugin.feature import apps_of
from lizheng.store import Store, StoreError, moving
from lizheng.store.sql import fetch
from lizheng.store.tables import Counter, Pending, Record
from tests.support.engines import Postgres

ROOT = Path(__file__).resolve().parents[2]
LIFE = """
开：dues
管理员：/收费 @小王 20 活动费
里正：…
小王：/已发红包 20 A1
里正：…
管理员：/确认收款 A1 20
里正：…
管理员：/收费 @小王 5 茶水费
里正：…
"""


@pytest.fixture
async def target(postgres: Postgres, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty Postgres database."""
    url = await postgres.fresh(tmp_path, empty=True)
    yield url
    await postgres.drop(url)


@pytest.fixture
async def lived(stage: Any) -> AsyncIterator[Any]:
    """A stage on SQLite where something has happened, its host stopped. It may be started again."""
    if not stage.host.store.is_sqlite:
        pytest.skip("the move starts from SQLite")
    pytest.importorskip("plugins.dues")
    player = await stage.play(LIFE)
    stage.group_id = player.group.group_id
    await Record.filter(group_id=stage.group_id).update(reason="零\0结束")
    await stage.wire.stop()
    await stage.host.stop()
    yield stage
    if stage.host.store is None:
        await stage.host.start()
    await stage.wire.start()


def stores(stage: Any, target: str) -> tuple[Store, Store]:
    host = stage.host
    apps = apps_of(host.features.values())
    old, new = (Store(url, apps, host.clock) for url in (host.config.database_url, target))
    EXECUTOR_CACHE.clear()
    return old, new


async def tables_in(target: str, tmp_path: Path, stage: Any) -> int:
    _, new = stores(stage, target)
    context = await new.connect()
    rows = await context.db("default").execute_query_dict(
        "SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = current_schema()"
    )
    await context.close_connections()
    return rows[0]["n"]


async def test_everything_arrives_and_goes_on(lived: Any, target: str) -> None:
    old, new = stores(lived, target)
    with closing(sqlite3.connect(old.path or "")) as database:
        database.execute("UPDATE sqlite_sequence SET seq = 5000 WHERE name = 'lizheng_record'")
        database.commit()
    moved = {one.table: one.rows for one in await moving.move(old, new, mismatches)}
    assert moved["lizheng_entry"] == 1
    assert moved["lizheng_order"] == 2
    assert moved["lizheng_record"] == 1
    EXECUTOR_CACHE.clear()
    before = lived.host.config
    lived.host.config = before.model_copy(update={"database_url": target})
    await lived.host.start()
    assert (await Record.get(group_id=lived.group_id)).reason == "零结束"
    order = await Counter.get(group_id=lived.group_id, name="order")
    assert order.value == 2
    created = await Record.create(group_id=1, number=1, at=lived.host.clock.now(), feature="f", kind="k")
    assert created.id == 5001
    for refused in ('UPDATE "lizheng_entry" SET "amount" = 5', 'DELETE FROM "lizheng_entry"'):
        with pytest.raises(Exception, match="only added to"):
            await fetch(refused)
    with pytest.raises(Exception, match="lizheng_entry_amount"):
        await fetch(
            'INSERT INTO "lizheng_entry" SELECT * FROM (SELECT 99 AS "id", 1 AS "group_id", now() AS "at", '
            "'k' AS kind, 'outside' AS giver, 0 AS gi, 'member' AS taker, 1 AS ti, 0 AS amount, 1 AS o, 0 AS a, "
            "'key' AS key, NULL::bigint AS r) x"
        )
    assert not await mismatches()
    assert await Pending.all().count() == moved["lizheng_pending"]
    assert await Entry.all().count() == 1
    await lived.host.stop()
    lived.host.config = before
    EXECUTOR_CACHE.clear()


async def test_a_target_with_something_in_it_is_refused(lived: Any, target: str, tmp_path: Path) -> None:
    old, new = stores(lived, target)
    context = await new.connect()
    await context.db("default").execute_script('CREATE TABLE "mine" ("id" INT)')
    await context.close_connections()
    with pytest.raises(StoreError, match="目标数据库里已经有东西（mine 等 1 张表）"):
        await moving.move(old, new, mismatches)
    assert await tables_in(target, tmp_path, lived) == 1


async def test_a_running_owner_is_refused(lived: Any, target: str, tmp_path: Path) -> None:
    await lived.host.start()
    old, new = stores(lived, target)
    with pytest.raises(StoreError, match="正被另一个里正进程使用"):
        await moving.move(old, new, mismatches)
    await lived.host.stop()
    assert await tables_in(target, tmp_path, lived) == 0


DAMAGES = [
    ("DELETE FROM tortoise_migrations WHERE app = 'lizheng' AND name LIKE '0003%'", "比程序旧"),
    (
        "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('lizheng', '0999_later', '2026-01-01')",
        "比程序新",
    ),
    ('CREATE TABLE "raffle_ticket" ("id" INT); INSERT INTO "raffle_ticket" VALUES (1)', "raffle_ticket"),
    ('UPDATE "lizheng_balance" SET "amount" = "amount" + 1 WHERE "kind" = \'member\'', "账本本来就对不上"),
    (
        "UPDATE \"lizheng_order\" SET \"purpose\" = printf('%.70c', 'x')",
        "lizheng_order 有一行放不进 Postgres",
    ),
]


@pytest.mark.parametrize(("damage", "said"), DAMAGES, ids=[said for _, said in DAMAGES])
async def test_what_is_wrong_is_refused_and_nothing_changes(
    lived: Any, target: str, tmp_path: Path, damage: str, said: str
) -> None:
    old, new = stores(lived, target)
    with closing(sqlite3.connect(old.path or "")) as database:
        undamaged = "\n".join(database.iterdump())
        database.executescript(damage)
        damaged = "\n".join(database.iterdump())
    with pytest.raises(StoreError, match=said):
        await moving.move(old, new, mismatches)
    assert await tables_in(target, tmp_path, lived) == 0
    with closing(sqlite3.connect(old.path or "")) as database:
        assert "\n".join(database.iterdump()) == damaged
        # So that the host can be started again.
        database.executescript("PRAGMA writable_schema = OFF")
    assert undamaged != damaged
    Path(old.path or "").unlink()


async def test_tables_of_deleted_plugins_may_be_left_behind(lived: Any, target: str) -> None:
    old, new = stores(lived, target)
    with closing(sqlite3.connect(old.path or "")) as database:
        database.executescript(
            'CREATE TABLE "raffle_ticket" ("id" INT); INSERT INTO "raffle_ticket" VALUES (1)'
        )
    moved = await moving.move(old, new, mismatches, leave_behind=True)
    assert "raffle_ticket" not in {one.table for one in moved}
    EXECUTOR_CACHE.clear()


async def test_a_row_changed_on_the_way_is_found(lived: Any, target: str, tmp_path: Path) -> None:
    """A trigger stands for whatever might change a row between the two engines."""
    old, new = stores(lived, target)
    inner = moving._copy

    async def spoiled(origin: Any, client: Any, table: Any) -> Any:
        if table.name == "lizheng_order":
            await client.execute_script(
                "CREATE FUNCTION spoil() RETURNS trigger AS $$ BEGIN NEW.purpose := 'x'; RETURN NEW; END $$ "
                "LANGUAGE plpgsql; CREATE TRIGGER spoil BEFORE INSERT ON lizheng_order FOR EACH ROW "
                "EXECUTE FUNCTION spoil()"
            )
        return await inner(origin, client, table)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moving, "_copy", spoiled)
        with pytest.raises(StoreError, match="搬完核对 lizheng_order 不一致（校验和不同）"):
            await moving.move(old, new, mismatches)
    assert await tables_in(target, tmp_path, lived) == 0


async def test_from_a_shell_it_is_one_command(lived: Any, target: str) -> None:
    """The password goes by the environment, and nothing of the address is printed."""
    source = lived.host.config.database_url
    clean = {k: v for k, v in os.environ.items() if k not in ("SANDBOX", "SUPERUSERS", "LOG_LEVEL", "PACING")}
    command = [sys.executable, "-m", "lizheng", "migrate", target, "--source", source]
    clean["PGPASSWORD"] = "a-password"

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, encoding="utf-8")

    ran = await asyncio.to_thread(run)
    assert ran.returncode == 0, ran.stderr
    assert "两边的行数和校验和都一样，账本对得上" in ran.stdout
    again = await asyncio.to_thread(run)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr.startswith("目标数据库里已经有东西")
    assert "a-password" not in ran.stdout + ran.stderr
