"""A SQLite database as files: one owner at a time, checked before use, backed up, replaced in one step."""

import os
import sqlite3
import sys
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from lizheng.store.errors import StoreError

BACKUPS_KEPT = 7
_HEADER = b"SQLite format 3\0"


class OwnerLock:
    """An operating-system lock on `<database>.lock`; it ends with the process, however that ends."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.path = database.with_name(database.name + ".lock")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises StoreError when another process holds the database or the folder cannot be written."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(
                f"不能写入数据目录 {self.path.parent}（{error.strerror}）。请检查目录权限后再启动。"
            ) from error
        try:
            _lock(descriptor)
        except OSError as error:
            owner = (
                os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() if hasattr(os, "pread") else ""
            )
            os.close(descriptor)
            who = f"（进程 {owner}）" if owner.isdigit() else ""
            raise StoreError(
                f"数据库 {self.database} 正被另一个里正进程使用{who}。"
                "请先停掉那个进程，或用 DATABASE_URL 换一个数据库。"
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def check(database: Path) -> None:
    """Raises StoreError when the file is damaged, no SQLite database or read-only. Changes nothing."""
    hint = _repair_hint(database)
    try:
        with database.open("rb") as file:
            header = file.read(len(_HEADER))
    except OSError as error:
        raise StoreError(f"打不开数据库 {database}（{error.strerror}）。请检查文件权限后再启动。") from error
    if header != _HEADER:
        raise StoreError(f"数据库 {database} 已损坏或被截断，为免丢失数据没有启动。{hint}")
    try:
        with closing(sqlite3.connect(database, isolation_level=None, timeout=5)) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise StoreError(f"数据库 {database} 已损坏，为免丢失数据没有启动。{hint}")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                f"PRAGMA user_version={connection.execute('PRAGMA user_version').fetchone()[0]}"
            )
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"数据库 {database} 不能写入（{error}）。请检查文件和目录的权限、磁盘空间，再启动。"
        ) from error
    except sqlite3.DatabaseError as error:
        raise StoreError(f"数据库 {database} 已损坏，为免丢失数据没有启动。{hint}") from error


def applied(database: Path) -> set[tuple[str, str]]:
    """The migrations recorded in the file, as (label, name)."""
    with closing(sqlite3.connect(database)) as connection:
        table = connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'tortoise_migrations'"
        ).fetchone()
        rows = connection.execute("SELECT app, name FROM tortoise_migrations").fetchall() if table else []
    return set(rows)


def copy(database: Path, target: Path) -> None:
    """Write a complete, compact copy. Raises StoreError when there is no room or no permission."""
    partial = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("VACUUM INTO ?", (str(partial),))
        _sync(partial)
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise StoreError(
            f"备份数据库到 {target} 失败（{error}）。数据库没有改动，请腾出磁盘空间或检查权限。"
        ) from error


def back_up(database: Path, now: datetime) -> Path:
    """Copy the database into the folder `backups` beside it, keeping the newest seven of it. Raises StoreError."""
    target = database.parent / "backups" / f"{database.stem}-{now:%Y%m%d-%H%M%S-%f}{database.suffix}"
    copy(database, target)
    for old in list_backups(database)[:-BACKUPS_KEPT]:
        old.unlink(missing_ok=True)
    return target


def list_backups(database: Path) -> list[Path]:
    """This database's backups, oldest first."""
    backups = database.parent / "backups"
    return sorted(backups.glob(f"{database.stem}-[0-9]*{database.suffix}")) if backups.is_dir() else []


def put_in_place(staged: Path, database: Path) -> None:
    """Replace the database by a finished, closed one; a crash leaves either the old or the new."""
    _sync(staged)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    staged.replace(database)
    _sync(database.parent)


def remove(database: Path) -> None:
    """Delete a database with what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _repair_hint(database: Path) -> str:
    kept = list_backups(database)
    if kept:
        return f"可以先移走它，再把备份 {kept[-1]} 复制成 {database.name}。"
    return f"没有找到备份：可以用 sqlite3 的 .recover 抢救；确定不要旧数据，就把 {database.name} 移走再启动。"


def _sync(path: Path) -> None:
    if sys.platform == "win32" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
