"""The host's database from a shell, while no host runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import nonebot

from lizheng.base import config
from lizheng.base.clock import Clock
from lizheng.store import AppModules, Store, StoreError

__all__ = ["Shell", "StoreError", "opened"]


@dataclass(frozen=True)
class Shell:
    """What a command in a shell is told of its host."""

    zone: ZoneInfo
    clock: Clock

    def now(self) -> datetime:
        """This moment in the host's zone."""
        return self.clock.now().astimezone(self.zone)


@asynccontextmanager
async def opened(*plugins: str) -> AsyncIterator[Shell]:
    """Open the configured database, with the tables of these plugins beside the kit's, and close it in the end.

    Plugins are named by their modules, such as `plugins.welcome`. Raises `StoreError`, for one when a host is running.
    """
    nonebot.init(**config.from_environment())
    found = config.read(nonebot.get_driver().config)
    clock = Clock()
    apps = {plugin.rpartition(".")[2]: AppModules.of(plugin) for plugin in plugins}
    store = Store(found.database, apps, clock)
    try:
        await store.open()
        yield Shell(ZoneInfo(found.timezone), clock)
    finally:
        await store.close()
