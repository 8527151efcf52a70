"""The start of the features: each for itself, so that what one cannot read stops neither the host nor the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from nonebot import logger

from lizheng.acts.alerts import warn
from lizheng.plugin.feature import Feature
from lizheng.plugin.services import Services
from lizheng.registry.registry import declared

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0
"""Seconds until a feature that could not begin is tried again; the pause doubles."""
ASLEEP = (
    "「{title}」启动时出错（{error}），先停着，过一会儿自动重试。\n别的功能照常。详情在日志里，请看一眼。"
)


class Startup:
    """Runs the start hooks. A feature whose hook raises is asleep, off in every group, until a later try succeeds."""

    def __init__(self, host: Services[Any], begun: Callable[[], object]) -> None:
        """`begun` is called when a feature that was asleep has begun after all."""
        self._host = host
        self._begun = begun
        self._tries: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Run the hooks of all features; never raises for one of them."""
        for feature in filter(None, map(partial(declared, self._host), self._host.features)):
            feature.asleep = False
            if error := await self._try(feature):
                feature.asleep = True
                told = ASLEEP.format(title=feature.title, error=type(error).__name__)
                await _tell(self._host, f"start:{feature.id}", told)
                again = asyncio.create_task(self._try_again(feature))
                self._tries.add(again)
                again.add_done_callback(self._tries.discard)

    async def stop(self) -> None:
        """Try nothing any more."""
        tries = list(self._tries)
        for again in tries:
            again.cancel()
        if tries:
            await asyncio.wait(tries)

    async def _try(self, feature: Feature) -> Exception | None:
        try:
            for begin in feature.start_hooks:
                await begin(self._host)
        except Exception as error:
            logger.exception("lizheng: {} could not begin, the other features go on", feature.id)
            return error
        return None

    async def _try_again(self, feature: Feature) -> None:
        pause = FIRST_PAUSE
        await self._host.clock.sleep(pause)
        while await self._try(feature):
            pause = min(2 * pause, LONGEST_PAUSE)
            await self._host.clock.sleep(pause)
        feature.asleep = False
        self._begun()
        logger.info("lizheng: {} has begun after all", feature.id)


async def _tell(host: Services[Any], topic: str, words: str) -> None:
    """Have it told; a start that cannot even write that down goes on."""
    with suppress(Exception):
        await warn(host, topic, words)
