"""What runs in the child process of `confined`: one function over one heap of bytes, then the end.

Run as a file, without the site and the environment. The packages on the way to the function are set up bare, because
their own `__init__` would load the framework, the database and every plugin.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from types import ModuleType
from typing import Any

OUT_OF_MEMORY = 3
GRACE = 2.0
"""Seconds beyond the deadline after which a child ends by itself, should its parent be gone."""


def main() -> int:
    """Read the order and the bytes, write one JSON value a line; 0 when all of them are there."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no result
    order: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    confine(order["seconds"], order["memory"])
    sys.path[:] = order["path"]
    for name, places in order["packages"].items():
        bare = ModuleType(name)
        bare.__path__ = places
        sys.modules[name] = bare
    module, _, function = order["target"].partition(":")
    try:
        read = getattr(importlib.import_module(module), function)
        for value in read(sys.stdin.buffer.read(), *order["arguments"]):
            out.write(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        out.flush()
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def confine(seconds: float, memory: int) -> None:
    """Bound this process in time, memory and what it may write, as far as the system knows how."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
    try:
        import resource
    except ImportError:
        return
    most = int(seconds + GRACE) + 1
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, most),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 1024 * 1024),  # byte code, which the first run may write
    ):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):
            continue  # macOS does not take every one


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # nothing is worth tidying up, and a heap at its limit may fail at it
