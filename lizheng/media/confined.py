"""Reading strangers' bytes in a child process that is bounded in time and memory, one for each call.

A library that loops, swells or crashes over what it was given takes the child with it and nothing else: it holds neither
the loop nor a thread of the pool. Answers come as JSON, so a child that was taken over cannot run anything here.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from lizheng.media.child import OUT_OF_MEMORY

MIB = 1024 * 1024
SECONDS = 10.0
CHILD = Path(__file__).with_name("child.py")
PIECE = 64 * 1024
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")
"""Of the environment; the rest holds passwords."""


class Unreadable(Exception):
    """The bytes could not be read; `overran` when that would have taken too much time or memory."""

    def __init__(self, why: str, *, overran: bool = False) -> None:
        super().__init__(why)
        self.overran = overran


class Confined:
    """A function that is only ever run in a child, named as `module:function`.

    It takes bytes, then what JSON can hold, and yields what JSON can hold. `memory` and `most`, the size of all it yields,
    are in bytes, `seconds` the deadline of one run; `at_once` of them run side by side.
    """

    def __init__(
        self,
        target: str,
        *,
        seconds: float = SECONDS,
        memory: int = 384 * MIB,
        most: int = 4 * MIB,
        at_once: int = 2,
    ) -> None:
        self._target = target
        self._seconds, self._memory, self._most = seconds, memory, most
        self._free = asyncio.Semaphore(at_once)

    async def __call__(self, content: bytes, *arguments: Any) -> list[Any]:
        """What the function yields. Raises `Unreadable` for whatever goes wrong, and for nothing else."""
        order = json.dumps(self._order(arguments)).encode() + b"\n"
        async with self._free:
            try:
                async with asyncio.timeout(self._seconds):
                    said = await _run(order, content, self._most)
            except TimeoutError as error:
                raise Unreadable("out of time", overran=True) from error
            except OSError as error:
                raise Unreadable(f"no child: {error}") from error
        return await _values(said)

    def _order(self, arguments: Sequence[Any]) -> dict[str, Any]:
        module = self._target.partition(":")[0].split(".")
        names = {"lizheng", *(".".join(module[:n]) for n in range(1, len(module)))}
        return {
            "target": self._target,
            "arguments": arguments,
            "seconds": self._seconds,
            "memory": self._memory,
            "path": [place or os.getcwd() for place in sys.path],
            "packages": {name: list(import_module(name).__path__) for name in sorted(names)},
        }


async def _run(order: bytes, content: bytes, most: int) -> bytes:
    """What a child says from beginning to end; it never outlives the call."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-S",
        "-X",
        "utf8",
        str(CHILD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        start_new_session=True,  # Ctrl+C is for the host, which ends its children itself
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        with suppress(ConnectionError):  # one that ends early says why by its code
            child.stdin.write(order)
            child.stdin.write(content)
            await child.stdin.drain()
        child.stdin.close()
        said = bytearray()
        while piece := await child.stdout.read(PIECE):
            said += piece
            if len(said) > most:
                raise Unreadable("says too much", overran=True)
        code = await child.wait()
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    if code:
        # A negative code is a signal's: the limit of the processor, or the system short of memory.
        raise Unreadable(f"child ended with {code}", overran=code == OUT_OF_MEMORY or code < 0)
    return bytes(said)


async def _values(said: bytes) -> list[Any]:
    """The lines, decoded a few at a time, since decoding holds everything else up."""
    values: list[Any] = []
    decoded = 0
    for line in said.splitlines():
        try:
            values.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise Unreadable("no JSON") from error
        decoded += len(line)
        if decoded > PIECE:
            decoded = 0
            await asyncio.sleep(0)
    return values


__all__ = ["MIB", "SECONDS", "Confined", "Unreadable"]
