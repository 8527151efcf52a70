"""The host's database from a shell, while no host runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import nonebot

from lizheng.base import config
from lizheng.base.clock import Clock
from lizheng.base.config import HostConfig
from lizheng.store import AppModules, Store


@asynccontextmanager
async def opened(apps: Mapping[str, AppModules]) -> AsyncIterator[HostConfig]:
    """Open the configured database, with these features' tables beside the kit's, and close it in the end.

    Gives the configuration. Raises `StoreError`, for one when a host is running.
    """
    nonebot.init(**config.from_environment())
    found = config.read(nonebot.get_driver().config)
    store = Store(found.database, apps, Clock())
    try:
        await store.open()
        yield found
    finally:
        await store.close()
