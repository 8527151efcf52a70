"""What the tests of `confined` have done in a child."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any


def echo(content: bytes, *arguments: Any) -> Iterator[Any]:
    print("noise that is no answer")  # noqa: T201
    yield len(content)
    yield list(arguments)


def loaded(content: bytes) -> Iterator[Any]:
    yield sorted(name for name in ("nonebot", "tortoise", "pydantic", "asyncio") if name in sys.modules)
    yield sorted(os.environ)


def loaded_by(content: bytes, module: str) -> Iterator[Any]:
    importlib.import_module(module)
    heavy = ("nonebot", "tortoise", "pydantic", "asyncio", "lizheng.text", "lizheng.plugin")
    yield sorted(name for name in heavy if name in sys.modules)


def spin(content: bytes) -> Iterator[Any]:
    yield "half an answer"
    while True:
        pass


def swell(content: bytes) -> Iterator[Any]:
    kept = []
    while True:
        kept.append(bytearray(1024 * 1024))
        yield from ()


def talk(content: bytes) -> Iterator[Any]:
    while True:
        yield "x" * 10_000


def fail(content: bytes) -> Iterator[Any]:
    yield 1
    raise KeyError("where")


def leave(content: bytes) -> Iterator[Any]:
    yield 1
    os.kill(os.getpid(), signal.SIGSEGV)


def whoami(content: bytes) -> Iterator[Any]:
    with open(content.decode(), "w") as file:
        file.write(str(os.getpid()))
    yield from spin(content)
