"""The store: what was committed stays, through kills, migrations and backups; what was not leaves no trace."""

import asyncio
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lizheng.base.clock import Clock
from lizheng.delivery.schedule import Schedule
from lizheng.store import (
    AppModules,
    Store,
    StoreError,
    after_commit,
    atomic,
    files,
    in_atomic,
    make_migrations,
    next_number,
    undetected_changes,
)
from lizheng.store.migrating import KIT_MODULES
from lizheng.store.sql import fetch
from lizheng.store.tables import Outgoing, Record, Slot, Switch
from tests.support.reliability_figures import Note
from tests.support.scripted_endpoint import Peer, outbox_for, quiet, text


def store_at(folder: Path, **apps: AppModules) -> Store:
    return Store(f"sqlite://{folder}/lizheng.db", apps, Clock())


@pytest.fixture
async def store(tmp_path: Path):
    store = store_at(tmp_path)
    await store.open()
    yield store
    await store.close()


@atomic
async def switch(feature: str, *, fail: bool = False) -> None:
    await Switch.create(group_id=1, feature=feature, on=True)
    if fail:
        raise RuntimeError("on purpose")


# — opening ————————————————————————————————————————————————————————————————————————————————


async def test_sqlite_is_opened_safe(store: Store):
    pragmas = {
        name: (await fetch(f"PRAGMA {name}"))[0] for name in ("journal_mode", "synchronous", "busy_timeout")
    }
    assert pragmas["journal_mode"]["journal_mode"] == "wal"
    assert pragmas["synchronous"]["synchronous"] == 2
    assert pragmas["busy_timeout"]["timeout"] == 5000


async def test_a_second_owner_is_refused_by_name(store: Store, tmp_path: Path):
    with pytest.raises(StoreError) as refusal:
        await store_at(tmp_path).open()
    assert "lizheng.db" in str(refusal.value)
    assert str(os.getpid()) in str(refusal.value)
    assert await Switch.all().count() == 0


async def test_another_process_is_refused_and_the_lock_ends_with_its_owner(tmp_path: Path):
    owner = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from lizheng.store.files import OwnerLock;"
            "OwnerLock(Path(sys.argv[1])).acquire(); print('mine', flush=True); sys.stdin.read()",
            str(tmp_path / "lizheng.db"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert owner.stdout is not None
        assert await asyncio.to_thread(owner.stdout.readline) == "mine\n"
        with pytest.raises(StoreError, match=str(owner.pid)):
            await store_at(tmp_path).open()
    finally:
        owner.kill()
        owner.wait()
    store = store_at(tmp_path)
    await store.open()
    await store.close()


def damage_header(path: Path) -> None:
    path.write_bytes(b"not a database at all" + path.read_bytes()[21:])


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def scramble(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))


@pytest.mark.parametrize("harm", [damage_header, truncate, empty, scramble])
async def test_a_damaged_database_is_refused_and_left_alone(tmp_path: Path, harm):
    store = store_at(tmp_path)
    await store.open()
    await store.close()
    path = tmp_path / "lizheng.db"
    harm(path)
    left = path.read_bytes()
    with pytest.raises(StoreError, match="损坏") as refusal:
        await store.open()
    assert path.read_bytes() == left
    assert "移走" in str(refusal.value)


async def test_the_refusal_names_the_newest_backup(tmp_path: Path):
    store = store_at(tmp_path)
    await store.open()
    await store.close()
    (tmp_path / "backups").mkdir()
    for day in ("20261101", "20261120"):
        (tmp_path / "backups" / f"lizheng-{day}-000000.db").touch()
    empty(tmp_path / "lizheng.db")
    with pytest.raises(StoreError, match="lizheng-20261120"):
        await store.open()


async def test_a_database_that_cannot_be_written_is_refused():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = store_at(folder)
        await store.open()
        await store.close()
        (folder / "lizheng.db").chmod(0o444)
        folder.chmod(0o555)
        as_root = os.geteuid() == 0
        if as_root:
            # To root every file is writable, so look at it as nobody.
            os.seteuid(65534)
        try:
            with pytest.raises(StoreError, match="不能写入"):
                files.check(folder / "lizheng.db")
        finally:
            if as_root:
                os.seteuid(0)
            folder.chmod(0o755)


async def test_a_newer_database_is_refused(tmp_path: Path):
    store = store_at(tmp_path)
    await store.open()
    await fetch(
        "INSERT INTO tortoise_migrations (app, name, applied_at) "
        "VALUES ('lizheng', '9999_future', '2030-01-01')"
    )
    await store.close()
    with pytest.raises(StoreError, match="比程序新"):
        await store.open()


# — migrating ——————————————————————————————————————————————————————————————————————————————

MODELS_1 = """
from tortoise import fields
from tortoise.models import Model

class Note(Model):
    '''A note; with a semicolon.'''
    id = fields.IntField(primary_key=True)
    text = fields.TextField()
    more = fields.JSONField(default=dict)

    class Meta(Model.Meta):
        table = "{label}_note"
"""


@pytest.fixture
def feature(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A feature with tables of its own, as a package outside the tree."""
    label = f"notes{abs(hash(str(tmp_path))) % 10**8}"
    package = tmp_path / "code" / label
    (package / "migrations").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "migrations" / "__init__.py").touch()
    (package / "models.py").write_text(MODELS_1.format(label=label))
    monkeypatch.syspath_prepend(str(tmp_path / "code"))
    return label, AppModules.of(label)


async def test_the_kits_models_and_migrations_agree():
    assert await undetected_changes({"lizheng": KIT_MODULES}) == []


async def test_an_upgrade_is_backed_up_first_and_keeps_the_rows(tmp_path: Path, feature):
    label, modules = feature
    old = store_at(tmp_path)
    await old.open()
    await Switch.create(group_id=1, feature="welcome", on=True)
    await old.close()
    assert not (tmp_path / "backups").exists(), "a new database needs no backup"
    written = await make_migrations(label, modules)
    assert [path.name for path in written] == ["0001_initial.py"]
    assert "encoder" not in written[0].read_text()

    upgraded = store_at(tmp_path, **{label: modules})
    await upgraded.open()
    assert await Switch.all().count() == 1
    await fetch(f"INSERT INTO {label}_note (text, more) VALUES ('hello', '{{}}')")
    await upgraded.close()
    (backup,) = (tmp_path / "backups").iterdir()
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT feature FROM lizheng_switch").fetchall() == [("welcome",)]
        assert not connection.execute(f"SELECT 1 FROM sqlite_master WHERE name = '{label}_note'").fetchall()

    await upgraded.open()
    await upgraded.close()
    assert len(list((tmp_path / "backups").iterdir())) == 1, "nothing to migrate, nothing to back up"


async def test_the_first_migration_makes_its_package_and_without_one_the_host_says_so(
    tmp_path: Path, feature
):
    label, modules = feature
    package = tmp_path / "code" / label / "migrations"
    (package / "__init__.py").unlink()
    package.rmdir()
    with pytest.raises(StoreError, match=f"还没有迁移：请先运行 python3 -m lizheng migrations {label}$"):
        await store_at(tmp_path, **{label: modules}).open()
    assert not (tmp_path / "lizheng.db").exists()
    assert [path.name for path in await make_migrations(label, modules)] == ["0001_initial.py"]
    assert sorted(path.name for path in package.glob("*.py")) == ["0001_initial.py", "__init__.py"]
    store = store_at(tmp_path, **{label: modules})
    await store.open()
    await store.close()


async def test_only_the_newest_seven_backups_stay(tmp_path: Path, feature):
    label, modules = feature
    old = store_at(tmp_path)
    await old.open()
    await old.close()
    (tmp_path / "backups").mkdir()
    for day in range(10, 20):
        (tmp_path / "backups" / f"lizheng-202601{day}-000000-000000.db").touch()
    (tmp_path / "backups" / "sandbox-20260101-000000-000000.db").touch()
    await make_migrations(label, modules)
    upgraded = store_at(tmp_path, **{label: modules})
    await upgraded.open()
    await upgraded.close()
    names = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert len(names) == 8
    assert names[0].startswith("lizheng-20260114")
    assert names[-1].startswith("sandbox")


async def test_a_migration_that_fails_changes_nothing(tmp_path: Path, feature):
    label, modules = feature
    old = store_at(tmp_path)
    await old.open()
    await Switch.create(group_id=1, feature="welcome", on=True)
    await old.close()
    (path,) = await make_migrations(label, modules)
    path.write_text(
        path.read_text().rstrip().rstrip("]").rstrip()
        + "\n        ops.RunSQL('CREATE nonsense', ''),\n    ]\n"
    )
    before = (tmp_path / "lizheng.db").read_bytes()
    with pytest.raises(StoreError, match="没有改动"):
        await store_at(tmp_path, **{label: modules}).open()
    assert (tmp_path / "lizheng.db").read_bytes() == before
    again = store_at(tmp_path)
    await again.open()
    assert await Switch.all().count() == 1
    await again.close()


async def test_a_crash_while_migrating_leaves_the_old_database(tmp_path: Path):
    (tmp_path / "lizheng.db.new").write_bytes(b"half a migration")
    (tmp_path / "lizheng.db.new-journal").write_bytes(b"")
    store = store_at(tmp_path)
    await store.open()
    assert await Switch.all().count() == 0
    await store.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lizheng.db", "lizheng.db.lock"]


# — transactions ———————————————————————————————————————————————————————————————————————————


async def test_an_atomic_commits_or_leaves_nothing(store: Store):
    await switch("kept")
    with pytest.raises(RuntimeError):
        await switch("lost", fail=True)
    assert await Switch.all().values_list("feature", flat=True) == ["kept"]
    assert not in_atomic()


async def test_an_inner_atomic_belongs_to_the_outer(store: Store):
    told: list[str] = []

    @atomic
    async def both(fail: bool) -> None:
        await switch("inner")
        after_commit(lambda: told.append("committed"))
        assert in_atomic()
        assert not told
        if fail:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await both(True)
    assert await Switch.all().count() == 0
    assert told == []
    await both(False)
    assert await Switch.all().count() == 1
    assert told == ["committed"]


async def test_after_commit_without_a_transaction_runs_at_once(store: Store):
    told: list[str] = []
    after_commit(lambda: told.append("now"))
    assert told == ["now"]


async def test_a_failing_callback_does_not_undo_the_commit(store: Store):
    @atomic
    async def write() -> str:
        await switch("kept")
        after_commit(lambda: 1 / 0)
        return "done"

    assert await write() == "done"
    assert await Switch.all().count() == 1


async def cancel_all(count: int) -> None:
    """Start that many atomics and plain queries and cancel each at another point of its course."""

    @atomic
    async def work(number: int) -> None:
        await Switch.create(group_id=number, feature="a", on=True)
        await Switch.create(group_id=number, feature="b", on=True)

    for start in range(0, count, 8):
        tasks = [asyncio.create_task(work(number)) for number in range(start, min(start + 8, count))]
        for turn, task in enumerate(tasks):
            await asyncio.sleep(0.0002 * ((start + turn) % 7))
            task.cancel()
            task.cancel()
        await asyncio.wait(tasks)
        assert all(task.cancelled() for task in tasks if not task.done() or task.cancelled())


async def test_400_cancellations_neither_lock_nor_halve_anything(store: Store, figure: Note):
    async with asyncio.timeout(60):
        await cancel_all(400)
        await switch("alive")
    rows = await Switch.filter(feature__in=["a", "b"]).values_list("group_id", flat=True)
    assert rows, "at least the late ones were written"
    assert all(rows.count(number) == 2 for number in set(rows))
    figure("cancellations", cancelled=400, locked=0, halved=0)


async def test_a_cancelled_caller_gets_its_cancellation_after_the_commit(store: Store):
    task = asyncio.create_task(switch("kept"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await Switch.filter(feature="kept").count() == 1


async def test_what_could_not_be_committed_is_gone_and_blocks_nothing(store: Store):
    """Here for a reference that is checked at the commit; a full disk fails there as well."""
    await fetch("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    await fetch("CREATE TABLE child (of INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")

    @atomic
    async def orphan() -> None:
        await Switch.create(group_id=1, feature="lost", on=True)
        await fetch("INSERT INTO child VALUES (7)")

    for _ in range(3):
        with pytest.raises(sqlite3.IntegrityError):
            await orphan()
    async with asyncio.timeout(5):
        await switch("kept")
    assert await Switch.all().values_list("feature", flat=True) == ["kept"]


async def test_numbers_are_counted_per_group_and_name_without_a_gap(store: Store):
    assert [await next_number(1, "record") for _ in range(3)] == [1, 2, 3]
    assert await next_number(2, "record") == 1
    assert await next_number(1, "pending") == 1
    many = await asyncio.gather(*(next_number(3, "record") for _ in range(50)))
    assert sorted(many) == list(range(1, 51))

    @atomic
    async def fail() -> None:
        await next_number(1, "record")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await next_number(1, "record") == 4


async def test_what_is_written_is_there_after_reopening(store: Store):
    now = Clock().now()
    await Record.create(group_id=1, number=1, at=now, feature="f", kind="mute", undo={"until": 5})
    await store.close()
    await store.open()
    record = await Record.get(number=1)
    assert record.at == now
    assert record.undo == {"until": 5}


# — Postgres ———————————————————————————————————————————————————————————————————————————————


async def test_postgres_migrates_counts_and_survives_cancellations(on_postgres: Store, figure: Note):
    many = await asyncio.gather(*(next_number(3, "record") for _ in range(50)))
    assert sorted(many) == list(range(1, 51))
    async with asyncio.timeout(60):
        await cancel_all(400)
        await switch("alive")
    rows = await Switch.filter(feature__in=["a", "b"]).values_list("group_id", flat=True)
    assert rows
    assert all(rows.count(number) == 2 for number in set(rows))
    await on_postgres.close()
    await on_postgres.open()
    assert await Switch.filter(feature="alive").count() == 1
    figure("cancellations postgres", cancelled=400, locked=0, halved=0)


async def test_the_outbox_and_the_schedule_work_on_postgres(on_postgres: Store):
    peer = Peer(Clock())
    outbox = outbox_for(peer)
    await outbox.start()
    once = await asyncio.gather(*(outbox.put(text("once", source="event:1")) for _ in range(5)))
    assert len({ticket.id for ticket in once}) == 1
    peer.fates["send_group_msg"] = ["done but unanswered"]
    await outbox.put(text("found"))
    await quiet(outbox)
    await outbox.stop()
    again = outbox_for(peer)
    await again.start()
    await again.stop()
    assert sorted(peer.texts()) == ["found", "once"]
    assert set(await Outgoing.all().values_list("state", flat=True)) == {"done"}

    ran: list[tuple[str, dict]] = []

    async def handler(slot: Slot) -> datetime | None:
        ran.append((slot.key, slot.payload))
        return slot.due_at + timedelta(days=1) if slot.key == "daily" else None

    schedule = Schedule(peer.clock)
    schedule.register("f", "job", handler)
    await schedule.start()
    now = peer.clock.now()
    for key in ("daily", "once"):
        await schedule.plan("f", "job", 1, now, key=key, payload={"key": key})
        await schedule.plan("f", "job", 1, now + timedelta(days=9), key=key)
    async with asyncio.timeout(10):
        await schedule.settle()
    await schedule.stop()
    assert ran == [("daily", {"key": "daily"}), ("once", {"key": "once"})]
    assert (await Slot.get(key="daily")).due_at == now + timedelta(days=1)


# — the drill ——————————————————————————————————————————————————————————————————————————————


async def test_the_automatic_backup_is_put_back_as_the_refusal_says(tmp_path: Path, feature):
    """An upgrade makes the backup, the database breaks, the refusal names file and place, and following it is enough."""
    label, modules = feature
    old = store_at(tmp_path)
    await old.open()
    await Switch.create(group_id=1, feature="welcome", on=True)
    await old.close()
    await make_migrations(label, modules)
    upgraded = store_at(tmp_path, **{label: modules})
    await upgraded.open()
    await upgraded.close()
    path = tmp_path / "lizheng.db"
    truncate(path)
    with pytest.raises(StoreError) as refusal:
        await upgraded.open()
    backup, name = re.search(r"先移走它，再把备份 (\S+) 复制成 (\S+)。", str(refusal.value)).groups()  # type: ignore[union-attr]
    path.rename(tmp_path / "broken")
    shutil.copy(backup, tmp_path / name)
    await upgraded.open()
    assert await Switch.all().values_list("feature", flat=True) == ["welcome"]
    assert await fetch(f"SELECT * FROM {label}_note") == []
    await upgraded.close()


async def test_no_room_for_the_backup_stops_the_upgrade(tmp_path: Path, feature):
    label, modules = feature
    old = store_at(tmp_path)
    await old.open()
    await old.close()
    await make_migrations(label, modules)
    (tmp_path / "backups").write_text("a file where the folder should be")
    before = (tmp_path / "lizheng.db").read_bytes()
    with pytest.raises(StoreError, match="腾出磁盘空间"):
        await store_at(tmp_path, **{label: modules}).open()
    assert (tmp_path / "lizheng.db").read_bytes() == before
