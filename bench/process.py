"""A host under measurement: one subprocess, its CPU time and its memory. Linux only."""

import asyncio
import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "bench-only-token-4f1c2a"
_QUIET_SHARE = 0.05
"""Below this share of a core the host counts as having finished its work."""


class HostDied(RuntimeError):
    """The host ended by itself; the message ends with the last lines of its log."""


class HostProcess:
    """`arguments` follow the interpreter; the new `folder` is where it works and keeps its log."""

    def __init__(
        self, name: str, arguments: Sequence[str], folder: Path, settings: Mapping[str, str]
    ) -> None:
        self.name = name
        self.token = TOKEN
        self.port = _free_port()
        self.log = folder / "host.log"
        folder.mkdir(parents=True)
        inherited = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
        environment = {**inherited, "PYTHONPATH": str(ROOT), "PORT": str(self.port), "HOST": "127.0.0.1"}
        environment |= {"LOG_LEVEL": "INFO", "ONEBOT_ACCESS_TOKEN": TOKEN, **settings}
        with self.log.open("wb") as log:
            self.started = time.perf_counter()
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=folder,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        # Linux numbers the CPU clock of another process from its id; it counts all threads, in nanoseconds
        self._clock = (~self._process.pid << 3) | 2

    def check_alive(self) -> None:
        """Raises HostDied when it ended."""
        if self._process.poll() is not None:
            tail = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-4:]
            raise HostDied(f"{self.name} ended with {self._process.returncode}: " + " / ".join(tail))

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def cpu(self) -> float:
        """User and system seconds of all its threads so far."""
        self.check_alive()
        return time.clock_gettime(self._clock)

    def rss(self) -> float:
        """MB now."""
        return self._status("VmRSS")

    def peak_rss(self) -> float:
        """MB at the highest since the start or `forget_peak`."""
        return self._status("VmHWM")

    def tasks(self) -> int:
        """How many asyncio tasks one of our own hosts has, as its /metrics tells with METRICS=true."""
        with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            found = re.search(rb"^lizheng_tasks (\d+)", answer.read(), re.MULTILINE)
        assert found is not None
        return int(found[1])

    def forget_peak(self) -> None:
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    def _status(self, name: str) -> float:
        text = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)
        assert found is not None
        return int(found[1]) / 1024

    async def quiet(self, patience: float = 240) -> None:
        """Return once it sleeps and used next to no CPU, several looks in a row. Raises TimeoutError."""
        async with asyncio.timeout(patience):
            calm, used, at = 0, self.cpu(), time.perf_counter()
            while calm < 4:
                await asyncio.sleep(0.005)
                now_used, now = self.cpu(), time.perf_counter()
                idle = now_used - used < _QUIET_SHARE * (now - at) and not self._wants_cpu()
                calm = calm + 1 if idle else 0
                used, at = now_used, now

    def _wants_cpu(self) -> bool:
        """Whether a thread runs or would run: on a busy machine using no CPU does not mean being done."""
        for thread in Path(f"/proc/{self._process.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                state = (thread / "stat").read_text().rpartition(")")[2].split()[0]
                if state in "RD":
                    return True
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
