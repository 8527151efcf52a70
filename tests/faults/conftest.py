"""One process for the tests that do not need their own; every test has a group of its own in its world."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.bot_process import Town

WITH_MORE = Path(__file__).resolve().parents[1] / "support" / "bot_with_more.py"

STORE_PLUGIN = """
from nonebot import on_command, on_message
from nonebot.adapters.onebot.v11 import GroupMessageEvent

dice = on_command("掷骰子", priority=5, block=True)
parrot = on_message(priority=50, block=False)

@dice.handle()
async def roll():
    await dice.send("六点")

@parrot.handle()
async def repeat(event: GroupMessageEvent):
    if event.get_plaintext().strip() == "学舌":
        await parrot.send("学舌")
"""


@pytest.fixture(scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    folder = tmp_path_factory.mktemp("faults")
    plugins = folder / "plugins"
    plugins.mkdir()
    (plugins / "dice_of_others.py").write_text(STORE_PLUGIN, "utf-8")
    settings = {"OTHER_PLUGINS": str(plugins), "LOG_LEVEL": "DEBUG"}
    town = Town(folder, settings, WITH_MORE)
    await town.start()
    yield town
    await town.stop()


@pytest.fixture
async def town(running: Town) -> Town:
    """The shared process, up and connected, without faults left by another test."""
    running.world.faults.clear()
    if not running.host.running:
        await running.restart()
    await running.connected()
    return running
