"""The database of one host, from the lock beside the file to the last connection closed."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nonebot.log import logger
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext
from tortoise.exceptions import DBConnectionError

from lizheng.base.clock import Clock
from lizheng.store import files, migrating, sqlite
from lizheng.store.atomic import after_commit, atomic, in_atomic
from lizheng.store.errors import StoreError
from lizheng.store.migrating import CONNECTION, KIT, KIT_MODULES, AppModules

_PRAGMAS = {"busy_timeout": 5000, "journal_mode": "WAL", "synchronous": "FULL", "foreign_keys": "ON"}


class Store:
    """One database for the whole process, over SQLite or Postgres.

    `apps` maps each feature's label to where its models and migrations are; the kit's own are added. A SQLite file is
    backed up before it is migrated.
    """

    atomic = staticmethod(atomic)
    in_atomic = staticmethod(in_atomic)
    after_commit = staticmethod(after_commit)

    def __init__(self, url: str, apps: Mapping[str, AppModules], clock: Clock) -> None:
        self.url = url
        self.apps = {KIT: KIT_MODULES, **apps}
        self._clock = clock
        self._connection: dict[str, Any] = expand_db_url(url)
        if self.is_sqlite:
            self._connection["engine"] = sqlite.__name__
        self._context: TortoiseContext | None = None
        self._lock: files.OwnerLock | None = None

    @property
    def is_sqlite(self) -> bool:
        return self._connection["engine"].endswith("sqlite")

    @property
    def path(self) -> Path | None:
        """The SQLite file, None for Postgres or a database in memory."""
        if not self.is_sqlite or (name := self._connection["credentials"]["file_path"]) == ":memory:":
            return None
        return Path(name)

    async def open(self) -> None:
        """Lock, check, back up and migrate as needed, and connect. Raises StoreError when refused."""
        path = self.path
        try:
            if path is not None:
                self._lock = files.OwnerLock(path)
                self._lock.acquire()
                await self._prepare_file(path)
            self._context = await self._connect(self._connection, everywhere=True)
            if path is None:
                await self._migrate_in_place(self._context)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close the connections and let the file go."""
        if self._context is not None:
            await self._context.close_connections()
            self._context = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    async def back_up(self) -> Path | None:
        """Copy the file as it is now, while it is in use, and drop what is older than the newest seven; None without a file.

        Raises StoreError when there is no room or no permission.
        """
        if self.path is None:
            return None
        return await asyncio.to_thread(files.back_up, self.path, self._clock.now())

    async def connect(self) -> TortoiseContext:
        """A connection beside the process's own, for whoever closes it: neither locked nor migrated. Raises StoreError."""
        return await self._connect(self._connection, everywhere=False)

    def config(self) -> dict[str, Any]:
        """What Tortoise is initialised with."""
        return migrating.tortoise_config(self._connection, self.apps)

    async def _prepare_file(self, path: Path) -> None:
        migrating.require_packages(self.apps)
        staged = path.with_name(path.name + ".new")
        files.remove(staged)
        if await asyncio.to_thread(path.exists):
            await asyncio.to_thread(files.check, path)
            done = await asyncio.to_thread(files.applied, path)
            if not migrating.pending(self.apps, done):
                return
            backup = await asyncio.to_thread(files.back_up, path, self._clock.now())
            logger.info(f"升级数据库前已备份到 {backup}")
            await asyncio.to_thread(files.copy, path, staged)
        await self._migrate_file(staged)
        await asyncio.to_thread(files.put_in_place, staged, path)

    async def _migrate_file(self, staged: Path) -> None:
        # Foreign keys off: rebuilding a parent table would cascade its children away. Not synced yet: that is
        # done once, when the finished file is put in place.
        connection = {
            "engine": self._connection["engine"],
            "credentials": {
                "file_path": str(staged),
                "foreign_keys": "OFF",
                "journal_mode": "DELETE",
                "synchronous": "OFF",
            },
        }
        context = await self._connect(connection, everywhere=False)
        try:
            await migrating.migrate(context, migrating.tortoise_config(connection, self.apps))
            broken = await context.db(CONNECTION).execute_query_dict("PRAGMA foreign_key_check")
        except Exception as error:
            raise StoreError(f"升级数据库失败（{error}）。原来的数据库没有改动。") from error
        finally:
            await context.close_connections()
        if broken:
            raise StoreError("升级数据库失败（升级后有断开的引用）。原来的数据库没有改动。")

    async def _migrate_in_place(self, context: TortoiseContext) -> None:
        migrating.require_packages(self.apps)
        if migrating.pending(self.apps, await migrating.applied_in(context)):
            await migrating.migrate(context, self.config())

    async def _connect(self, connection: dict[str, Any], *, everywhere: bool) -> TortoiseContext:
        if everywhere and self.is_sqlite:
            connection = {**connection, "credentials": {**connection["credentials"], **_PRAGMAS}}
        context = TortoiseContext()
        try:
            with context:
                await context.init(
                    config=migrating.tortoise_config(connection, self.apps),
                    _enable_global_fallback=everywhere,
                )
            await context.db(CONNECTION).execute_query_dict("SELECT 1")
        except ImportError as error:
            raise StoreError(
                f"缺少连接这种数据库的包（{error.name}）。请先运行 python3 bootstrap.py postgres。"
            ) from error
        except (OSError, DBConnectionError) as error:
            await context.close_connections()
            raise StoreError(
                f"连不上数据库（{error}）。请检查 DATABASE_URL 和数据库服务是否启动。"
            ) from error
        return context
