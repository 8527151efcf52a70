"""Waking features up: per group at a start, when they are switched on, and when a group is taken over."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from typing import Any

from nonebot import logger

from lizheng.delivery import slots
from lizheng.groups.choices import GroupState
from lizheng.plugin.context import GroupContext
from lizheng.plugin.feature import Feature
from lizheng.plugin.services import Services
from lizheng.registry.access import is_on
from lizheng.registry.registry import declared


class Waker:
    """Runs what features do when they wake up, one group after the other."""

    def __init__(self, host: Services[Any]):
        self._host = host
        self._waiting: dict[int, None] = {}
        self._task: asyncio.Task[None] | None = None

    def soon(self, groups: Iterable[int]) -> None:
        """Wake every feature that is on in these groups, after whatever is under way."""
        self._waiting.update(dict.fromkeys(groups))
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run())

    def idle(self) -> bool:
        return self._task is None or self._task.done()

    async def stop(self) -> None:
        """Wake nobody any more; what is left is done at the next start."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None

    async def wake(self, group: GroupState, feature: Feature) -> None:
        """Have a feature do what it does when it wakes up in a group, then what is parked there."""
        for handler in feature.ready_hooks:
            # A source of its own each time: waking up again is another cause.
            source = f"ready:{group.id}:{secrets.token_hex(8)}/{feature.id}"
            try:
                await handler(GroupContext(self._host, group, feature, source=source))
            except Exception as error:
                logger.opt(exception=error).error(
                    "lizheng: {} failed to wake up in group {}", feature.id, group.id
                )
        await self._host.schedule.unpark(feature.id, group.id)

    async def _run(self) -> None:
        while self._waiting:
            parked = await self._parked()
            for group_id in list(self._waiting):
                self._waiting.pop(group_id, None)
                group = self._host.groups[group_id]
                for feature in filter(None, (declared(self._host, known) for known in self._host.features)):
                    needed = feature.ready_hooks or (feature.id, group_id) in parked
                    if needed and is_on(group, feature):
                        await self.wake(group, feature)
                # A start in a thousand groups leaves room for messages in between.
                await asyncio.sleep(0)

    async def _parked(self) -> set[tuple[str, int]]:
        try:
            return await slots.parked()
        except Exception as error:
            logger.opt(exception=error).error("lizheng: parked slots could not be read")
            return set()
