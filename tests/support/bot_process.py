"""The real host as a process of its own, and the simulated QQ connected to it. The world's clock is real time."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from lizheng.base.clock import Clock
from lizheng.sandbox.wire import Wire
from lizheng.sandbox.world import World
from lizheng.sandbox.world.happenings import Happening

ROOT = Path(__file__).resolve().parents[2]
BOT = ROOT / "bot.py"
TOKEN = "faults-only-token-5d2a9"
SUPERUSER = 99999
QUIET = 0.03
"""Seconds without anything under way on either side after which nothing more will come."""
LOST = 0.5
"""The same where frames were lost with a connection, so that counting them does not help."""
NEEDED = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "COVERAGE_PROCESS_CONFIG")
_numbers = itertools.count(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class HostProcess:
    """`python bot.py` (or another `entry`) with a log and a database in `folder`; `settings` is its environment."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None, entry: Path = BOT) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.entry, self.port = folder, entry, free_port()
        self.log = folder / "host.log"
        inherited = {key: os.environ[key] for key in NEEDED if key in os.environ}
        self.environment = {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "ONEBOT_ACCESS_TOKEN": TOKEN,
            "SANDBOX": "off",
            "PACING": "off",
            "SUPERUSERS": json.dumps([str(SUPERUSER)]),
            "DATABASE_URL": f"sqlite://{folder / 'lizheng.db'}",
            "LOG_LEVEL": "INFO",
            "METRICS": "true",
            **(settings or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def launch(self) -> None:
        """Start it without waiting for anything."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(self.entry)],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    async def start(self, within: float = 40.0) -> None:
        """Return once `/healthz` answers. Raises `RuntimeError` with the end of the log when it died instead."""
        self.launch()
        async with asyncio.timeout(within):
            while await self.health() is None:
                if not self.running:
                    raise RuntimeError(f"the host ended: {self.text()[-2000:]}")
                await asyncio.sleep(0.02)

    async def ended(self, within: float = 30.0) -> int:
        """Wait until it has ended by itself; its exit code."""
        assert self._process is not None
        async with asyncio.timeout(within):
            while (code := self._process.poll()) is None:
                await asyncio.sleep(0.01)
        return code

    def kill(self) -> None:
        """What `kill -9` does: no handler runs, nothing is flushed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def freeze(self) -> None:
        """Stop it in its tracks, as a machine that swaps does, until `thaw`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def terminate(self) -> None:
        assert self._process is not None
        self._process.terminate()

    async def health(self) -> dict[str, Any] | None:
        """What `/healthz` says, None while nobody answers."""
        try:
            answer = await http().get(f"http://127.0.0.1:{self.port}/healthz")
        except httpx.HTTPError:
            return None
        return answer.json() if answer.status_code == 200 else None

    async def frames(self) -> int:
        """How many frames it has taken from sockets since it started."""
        answer = await http().get(f"http://127.0.0.1:{self.port}/metrics")
        return next(
            (int(line.split()[1]) for line in answer.text.splitlines() if line.startswith("lizheng_frames ")),
            0,
        )

    def text(self) -> str:
        """Its whole log."""
        return self.log.read_text("utf-8", "replace")


_clients: dict[int, httpx.AsyncClient] = {}


def http() -> httpx.AsyncClient:
    """One client per event loop; building one costs 30 ms."""
    loop = id(asyncio.get_running_loop())
    if loop not in _clients:
        _clients[loop] = httpx.AsyncClient(timeout=10, trust_env=False)
    return _clients[loop]


class Group:
    """A group of the world with an owner, an admin and three members, and what the bot said in it."""

    def __init__(self, town: Town, bot_role: str | None = "admin") -> None:
        world, number = town.world, next(_numbers)
        names = ("群主", "管理员", "小王", "小李", "小张")
        self.owner, self.admin, self.wang, self.li, self.zhang = (
            int(world.add_person(f"{name}{number}").user_id) for name in names
        )
        self.town = town
        made = world.add_group(
            f"群{number}", self.owner, (self.wang, self.li, self.zhang), (self.admin,), bot_role=bot_role
        )
        self.id = made.group_id
        self.said: list[str] = []
        town.groups[self.id] = self

    def say(self, user_id: int, text: str, mentions: tuple[int, ...] = (), after: str = "") -> int:
        """Speak as a member; `mentions` follow `text`, then `after`. Returns the message id."""
        parts: list[dict[str, Any]] = [{"type": "text", "data": {"text": text}}]
        for person in mentions:
            parts += [
                {"type": "at", "data": {"qq": str(person)}},
                {"type": "text", "data": {"text": " "}},
            ]
        if after:
            parts.append({"type": "text", "data": {"text": after}})
        return self.town.world.say(self.id, user_id, parts)

    async def hears(self, part: str, since: int = 0, within: float = 10.0) -> str:
        """Wait until the bot has said something that contains `part`; returns it the moment it is seen."""

        def found() -> str | None:
            return next((text for text in self.said[since:] if part in text), None)

        await self.town.until(lambda: found() is not None, within, f"「{part}」 in {self.said[since:]}")
        return found() or ""

    async def ask(
        self, user_id: int, text: str, mentions: tuple[int, ...] = (), after: str = ""
    ) -> list[str]:
        """Speak, wait until nothing more comes, and return what the bot said meanwhile."""
        before = len(self.said)
        self.say(user_id, text, mentions, after)
        await self.town.settled()
        return self.said[before:]

    async def asks(
        self, user_id: int, text: str, part: str, mentions: tuple[int, ...] = (), after: str = ""
    ) -> str:
        """Speak and return the first answer containing `part`, at once when it is seen."""
        before = len(self.said)
        self.say(user_id, text, mentions, after)
        return await self.hears(part, before)

    def calls(self, action: str) -> list[dict[str, Any]]:
        """Parameters of the bot's calls of one API in this group, in order."""
        return [
            call.params
            for call in self.town.world.api_log
            if call.action == action and call.params.get("group_id") == self.id
        ]


class CountingWire(Wire):
    """Counts the frames it has written."""

    written = 0

    async def _write(self, socket: Any) -> None:
        while True:
            await socket.send(json.dumps(await self._outgoing.get()))
            self.written += 1


class Town:
    """A host process, a world, and the wire between them."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None, entry: Path = BOT) -> None:
        self.host = HostProcess(folder, settings, entry)
        clock = Clock()
        self.world = World(lambda: clock.now().timestamp())
        self.groups: dict[int, Group] = {}
        self.happened: list[Happening] = []
        self._changed = asyncio.Event()
        self.world.watchers.append(self._watch)
        self.wires = [self.wire_for(self.world.account)]

    @property
    def wire(self) -> CountingWire:
        return self.wires[0]

    def hosts(self) -> list[HostProcess]:
        return [self.host]

    def wire_for(self, account: int) -> CountingWire:
        """A wire of an account to the host; not started."""
        url = f"ws://127.0.0.1:{self.host.port}/onebot/v11/ws"
        return CountingWire(self.world, url, TOKEN, account, reconnect=0.05)

    def _watch(self, happening: Happening) -> None:
        self.happened.append(happening)
        group = self.groups.get(happening.group_id)
        if group is not None and happening.kind == "message" and happening.user_id in self.world.accounts:
            group.said.append(happening.data["text"])
        self._changed.set()

    async def until(self, holds: Callable[[], bool], within: float = 10.0, what: str = "") -> None:
        """Wait for something in the world. When it does not come, raises `AssertionError` with `what` and the ends of the logs."""
        try:
            async with asyncio.timeout(within):
                while not holds():
                    self._changed.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), 0.1)
        except TimeoutError:
            ends = "\n".join(f"— {one.log}\n{one.text()[-1500:]}" for one in self.hosts())
            raise AssertionError(f"not within {within} s: {what}\n{ends}") from None

    async def start(self) -> None:
        await self.host.start()
        for wire in self.wires:
            await wire.start()
        await self.connected()

    async def connected(self, within: float = 15.0) -> None:
        """Wait until the host knows every started account."""
        wanted = {wire.account for wire in self.wires}
        async with asyncio.timeout(within):
            while not wanted <= set((await self.host.health() or {}).get("bots", [])):
                await asyncio.sleep(0.01)

    async def restart(self) -> None:
        """Start it again on the same database, after a kill or an end."""
        for wire in self.wires:
            wire.written = 0
        await self.host.start()
        await self.connected()

    async def kill_and_restart(self) -> None:
        self.host.kill()
        await self.restart()

    async def settled(self, within: float = 40.0) -> None:
        """Return once the host has nothing pending and the wire has been quiet for a moment."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(within):
            since, seen, looks = loop.time(), -1, 0
            while True:
                all_taken = await self.host.frames() == sum(wire.written for wire in self.wires)
                health = await self.host.health()
                now = len(self.world.api_log) + len(self.happened) + sum(wire.written for wire in self.wires)
                busy = health is None or health["pending"] or not all(w.idle() for w in self.wires)
                if busy or now != seen:
                    since, seen, looks = loop.time(), now, 0
                looks += 1
                if looks > 2 and loop.time() - since > (QUIET if all_taken else LOST):
                    return
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        for wire in self.wires:
            await wire.stop()
        self.host.kill()
