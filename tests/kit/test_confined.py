"""Strangers' bytes in a child: whatever it does there, here it is one exception and no stall."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from lizheng.media.confined import MIB, Confined, Unreadable

HERE = "tests.support.child_functions:"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the limits are those of Unix")


async def test_what_a_function_yields_comes_back() -> None:
    content = b"x" * (3 * MIB)
    assert await Confined(f"{HERE}echo")(content, "一", {"n": 1}) == [len(content), ["一", {"n": 1}]]


async def test_a_child_loads_little_and_knows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEBOT_ACCESS_TOKEN", "hush")
    modules, environment = await Confined(f"{HERE}loaded")(b"")
    assert modules == []
    assert not {"ONEBOT_ACCESS_TOKEN", "DATABASE_URL"} & set(environment)


@pytest.mark.parametrize("name", ["fail", "leave", "no_such_function"])
async def test_a_failure_is_one_exception(name: str) -> None:
    with pytest.raises(Unreadable):
        await Confined(f"{HERE}{name}")(b"")
    with pytest.raises(Unreadable):
        await Confined("tests.kit.no_such_module:read")(b"")


@pytest.mark.parametrize("name", ["spin", "swell", "talk"])
async def test_too_much_of_anything_is_an_overrun(name: str) -> None:
    with pytest.raises(Unreadable) as raised:
        await Confined(f"{HERE}{name}", seconds=3.0, memory=96 * MIB, most=MIB)(b"")
    assert raised.value.overran


async def test_loops_hold_up_neither_the_loop_nor_the_pool() -> None:
    spinning = [Confined(f"{HERE}spin", seconds=2.0, at_once=1) for _ in range(8)]
    tasks = [asyncio.create_task(one(b"")) for one in spinning]
    began = time.perf_counter()
    await asyncio.sleep(0.3)
    assert await asyncio.to_thread(lambda: 1) == 1
    assert time.perf_counter() - began < 1.5
    assert all(isinstance(e, Unreadable) for e in await asyncio.gather(*tasks, return_exceptions=True))


async def test_more_calls_than_places_wait_for_their_turn() -> None:
    confined = Confined(f"{HERE}echo", at_once=1)
    assert await asyncio.gather(*(confined(b"ab") for _ in range(4))) == [[2, []]] * 4


async def test_a_cancelled_call_leaves_no_child(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    task = asyncio.create_task(Confined(f"{HERE}whoami")(str(file).encode()))
    async with asyncio.timeout(10):
        while not (file.exists() and file.read_text()):
            await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)
