"""Opens the sandbox beside a running host: a furnished world, the wire, the chat page."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nonebot.drivers import ASGIMixin, Driver

from lizheng.base.clock import Clock
from lizheng.base.config import ROOT
from lizheng.host.host import Host
from lizheng.sandbox.backstage import Dialogue
from lizheng.sandbox.demo import furnish
from lizheng.sandbox.script import scripts_in
from lizheng.sandbox.site import mount
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.wire import Wire
from lizheng.sandbox.world import World
from lizheng.store import audit

PAUSE_SECONDS = 0.9
FARTHEST = timedelta(days=400)


class HostBackstage:
    """What the page asks of the host. See `backstage.Backstage`."""

    def __init__(self, host: Host, stage: HostStage):
        self.host = host
        self.stage = stage

    async def audit(self, group_id: int, limit: int) -> list[dict[str, Any]]:
        return [
            {
                "number": record.number,
                "at": record.at.timestamp(),
                "text": record.params.get("label") or record.reason or record.kind,
                "state": record.state,
            }
            for record in await audit.recent(group_id, limit)
        ]

    def clock_offset(self) -> float:
        return self.host.clock.offset.total_seconds()

    async def move_clock(self, seconds: float) -> None:
        delta = timedelta(seconds=seconds)
        if not timedelta() <= delta <= FARTHEST:
            raise ValueError("时钟只能往前拨，一次最多 400 天。")
        await self.stage.pass_time(delta)

    async def move_clock_to(self, epoch: float) -> None:
        await self.move_clock((datetime.fromtimestamp(epoch, UTC) - self.host.clock.now()).total_seconds())

    def idle(self) -> bool:
        return self.host.idle()

    def commands(self) -> list[tuple[str, str]]:
        return [(c.name, c.summary) for f in self.host.features.values() for c in f.commands]

    def dialogues(self) -> list[Dialogue]:
        """The conversations of the plugins' READMEs."""
        found: list[Dialogue] = []
        for feature in self.host.features.values():
            readme = ROOT / "plugins" / feature.id / "README.md"
            if readme.is_file():
                found += [
                    Dialogue(f"{feature.title}·{name}", feature.title, script.strip().splitlines())
                    for name, script in scripts_in(readme.read_text("utf-8"))
                ]
        return found

    async def play(self, name: str) -> None:
        dialogue = next((d for d in self.dialogues() if d.name == name), None)
        if dialogue is None:
            raise ValueError("没有这段示例。")
        player = Player(self.stage, title=f"示例：{name}")
        await self.stage.introduce(player.group.group_id)
        await player.perform("\n".join(dialogue.lines), lambda: asyncio.sleep(PAUSE_SECONDS))

    async def reconnect(self) -> None:
        await self.stage.wire.stop()
        await self.stage.wire.start()


def keep_clock(clock: Clock, database: Path) -> None:
    """Go on from where the clock was moved to in an earlier run on this database, and remember every move beside it.

    What is in the database was written by then: from an earlier time its hours would have to pass once more.
    """
    beside = database.with_suffix(".clock")
    if database.is_file():
        with contextlib.suppress(OSError, ValueError, OverflowError):
            clock.move(timedelta(seconds=float(beside.read_text("ascii"))))

    def remember(offset: timedelta) -> None:
        beside.parent.mkdir(parents=True, exist_ok=True)
        partial = beside.with_suffix(".clock.part")
        partial.write_text(f"{offset.total_seconds()!r}\n", "ascii")
        partial.replace(beside)

    clock.on_move = remember


def open_sandbox(host: Host, driver: Driver) -> None:
    """Mount the page, and connect the simulated QQ once the host listens. The address is printed then."""
    assert isinstance(driver, ASGIMixin)
    key, port = host.access.sandbox_key, host.config.port
    keep_clock(
        host.clock, ROOT / (urlsplit(host.config.database).netloc + urlsplit(host.config.database).path)
    )
    world = World(lambda: host.clock.now().timestamp(), sleep=host.clock.sleep)
    wire = Wire(world, f"ws://127.0.0.1:{port}/onebot/v11/ws", key, reconnect=0.3)
    mount(
        driver.asgi, world, HostBackstage(host, HostStage(host, world, wire)), key, port, host.config.timezone
    )
    furnish(world)

    async def connect() -> None:
        await wire.start()
        address = f"http://127.0.0.1:{port}/sandbox/?key={key}"
        sys.stdout.write(f"\n沙盒已打开，用浏览器访问：\n  {address}\n\n")
        sys.stdout.flush()

    driver.on_startup(connect)
    driver.on_shutdown(wire.stop)
