"""A raid: hundreds join within seconds. What an admin orders meanwhile is done at once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Slot
from plugins.violations.models import Case

GUARDED = "开：入群欢迎\n开：名片\n开：广告识别\n开：违规处理\n设：名片 名片格式 城市-行业-昵称\n小王：在\n"
PATIENCE = 600.0


@contextlib.asynccontextmanager
async def running(stage: HostStage) -> AsyncIterator[None]:
    """The stage's clock goes as the machine's does."""

    async def run() -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.02)
            now = time.monotonic()
            stage.host.clock.move(timedelta(seconds=now - last))
            last = now

    ticking = asyncio.create_task(run())
    try:
        yield
    finally:
        ticking.cancel()


async def until(true: Callable[[], Awaitable[bool]]) -> float:
    """Seconds until it is so, looked at often."""
    began = time.monotonic()
    while not await true():
        assert time.monotonic() - began < PATIENCE, "nothing came of it"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


@pytest.mark.parametrize(
    "joins",
    [300, pytest.param(1_000, marks=pytest.mark.nightly), pytest.param(2_000, marks=pytest.mark.nightly)],
)
async def test_an_admins_word_is_carried_out_at_once_in_a_raid(stage: HostStage, joins: int) -> None:
    player = await stage.play(GUARDED)
    world, group = stage.world, player.group
    group.max_members = 5_000
    newcomers = [int(world.add_person(f"客{number}").user_id) for number in range(joins)]
    admin, target = player.person("管理员"), player.people["小王"]
    async with running(stage):
        cpu = time.process_time()
        for place, newcomer in enumerate(newcomers, 1):
            world.join(group.group_id, newcomer)
            if not place % 50:
                await asyncio.sleep(0.05)
        words = [
            {"type": "text", "data": {"text": "/警告 "}},
            {"type": "at", "data": {"qq": str(target)}},
            {"type": "text", "data": {"text": " 吵"}},
        ]
        world.say(group.group_id, admin, words)
        took = await until(lambda: Case.filter(outcome="done").exists())
        assert took < 2.0
        await until(stage_is_quiet(stage))
        spent = time.process_time() - cpu
    await stage.settle()
    assert spent < 0.1 * joins, f"{spent:.1f} s of CPU"
    assert await Slot.filter(name__in=("greet", "tell"), feature__in=("welcome", "name_tag")).count() <= 2


def stage_is_quiet(stage: HostStage) -> Callable[[], Awaitable[bool]]:
    async def quiet() -> bool:
        return stage.host.adapter.lanes.idle() and stage.host.schedule.idle() and stage.wire.idle()

    return quiet
