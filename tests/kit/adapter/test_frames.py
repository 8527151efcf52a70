"""FACTS §2.4 and §2.9: nothing a peer sends closes its socket or stalls the host."""

import asyncio
import contextlib
import gc
import json
import random
import time

import pytest
import websockets

from lizheng.adapter.frames import MAX_BYTES, BadFrame, read_frame
from tests.support.fake_endpoint import ME, until
from tests.support.reliability_figures import Note

BAD = {
    "empty": "",
    "empty bytes": b"",
    "not json": "{",
    "garbage bytes": bytes(range(256)),
    "deep list": "[" * 100_000,
    "deep dict": '{"a":' * 5_000 + "1" + "}" * 5_000,
    "deep but parsable": '{"post_type":"message","a":' + "[" * 200 + "]" * 200 + "}",
    "huge echo": '{"echo":' + "9" * 10_000 + "}",
    "huge number": '{"post_type":"message","time":1,"self_id":' + "9" * 4_000 + "}",
    "not a dict": "[1]",
    "null": "null",
    "NaN": '{"post_type":"notice","time":NaN,"self_id":10001}',
    "typeless": '{"post_type":[],"time":1,"self_id":10001}',
    "someone else": '{"post_type":"notice","notice_type":"x","time":1,"self_id":99}',
    "17 MiB": "x" * (17 * 1024 * 1024),
}


async def _survives(station, peer, frames) -> None:
    for frame in frames:
        await peer.send(frame)
    mark = await peer.say("还在")
    assert await until(lambda: any(getattr(e, "message_id", 0) == mark for e in station.handled), 20)


@pytest.mark.parametrize("name", BAD)
async def test_4_a_bad_frame_is_dropped_and_the_socket_lives(station, name) -> None:
    async with station.peer() as peer:
        await _survives(station, peer, [BAD[name]])
        assert station.texts() == ["还在"]
        assert sum(n for key, n in station.adapter.counts.items() if key.startswith("frames_dropped_")) == 1


async def test_4_an_event_that_fits_no_model_is_dropped(station) -> None:
    async with station.peer() as peer:
        broken = [
            peer.message("x", user_id="abc"),
            peer.message("x", group_id=[1]),
            peer.message([{"type": 1}]),
            peer.message(7),
            peer.message("x", message_type="channel"),
        ]
        await _survives(station, peer, broken)
    assert station.texts() == ["还在"]


async def test_4_frames_over_4_mib_are_dropped_and_over_64_mib_close(station) -> None:
    async with station.peer() as peer:
        await _survives(station, peer, [json.dumps(peer.message("x" * MAX_BYTES))])
        assert station.texts() == ["还在"]
        with contextlib.suppress(websockets.ConnectionClosed):
            await peer.send("x" * (65 * 1024 * 1024))
        await asyncio.wait_for(peer.socket.wait_closed(), 20)
    assert await until(lambda: not station.adapter.accounts())


async def test_9_a_hundred_thousand_segments_do_not_stall(station) -> None:
    one = {"type": "text", "data": {"text": "a"}}
    async with station.peer() as peer:
        # Written out beforehand: what the peer takes for it would count as the host's.
        frames = [json.dumps(peer.message([one] * count), ensure_ascii=False) for count in (100_000, 6_000)]
        async with watchdog() as stalls:
            await _survives(station, peer, frames)
    assert max(stalls, default=0) < 0.1
    assert [(len(e.message), e.truncated) for e in station.handled[:-1]] == [(1, True)]


def test_9_what_cannot_be_stored_is_replaced() -> None:
    assert read_frame('{"a":"\\ud83d\\ude00","b":["\\ud83d\\u0000x"]}') == {"a": "😀", "b": ["\ufffdx"]}


def test_9_every_hostile_text_is_judged_quickly() -> None:
    size = MAX_BYTES - 100
    read_frame('{"warm":"up"}')
    hostile = [
        '{"a":[' + "[]," * (size // 3 - 10) + "[]]}",
        '{"a":[' + "0.5," * (size // 4 - 10) + "0]}",
        '{"a":"' + "\\ud83d" * (size // 6 - 10) + '"}',
        '{"a":0.' + "1" * (size - 10) + "}",
        '{"a":' + "1" * (size - 10) + "}",
        " " * size,
    ]
    for text in hostile:
        begun = time.thread_time()
        with pytest.raises(BadFrame):
            read_frame(text)
        assert time.thread_time() - begun < 0.1


class watchdog:
    """Collects how much later than asked the loop came back, in seconds of this thread's own CPU time.

    CPU time, because other processes on the machine make wall time late without the host having stalled.
    """

    async def __aenter__(self) -> list[float]:
        self.stalls: list[float] = []
        self.task = asyncio.create_task(self._watch())
        return self.stalls

    async def _watch(self) -> None:
        while True:
            begun = time.thread_time()
            await asyncio.sleep(0.005)
            self.stalls.append(time.thread_time() - begun)

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()


def _mutant(rng: random.Random, peer) -> str | bytes:
    """A frame that is nearly right: a real event or answer with something spoilt."""
    base = rng.choice(
        [
            peer.message("你好"),
            peer.message([{"type": "reply", "data": {"id": "x"}}, {"type": "at", "data": {"qq": "all"}}]),
            peer.notice("group_ban", duration=-1, operator_id=1, sub_type="ban", user_id=0),
            peer.notice("notify", sub_type="poke", target_id=ME),
            {**peer.notice("x"), "post_type": "request", "request_type": "group", "flag": "f"},
            {"status": "ok", "retcode": 0, "echo": "1", "data": None},
        ]
    )
    junk = [
        None,
        [],
        {},
        "",
        "x" * 5_000,
        -1,
        2**63,
        10**30,
        1.5,
        True,
        "\ud800",
        "\0",
        [[[[]]]],
        {"a": {"b": []}},
    ]
    for _ in range(rng.randint(1, 3)):
        key = rng.choice([*base, "raw", "anonymous", "detail_type", "sub_type"])
        base[key] = rng.choice(junk)
    text = json.dumps(base)
    match rng.randrange(8):
        case 0:
            return text[: rng.randrange(len(text))]
        case 1:
            raw = bytearray(text.encode())
            for _ in range(5):
                raw[rng.randrange(len(raw))] = rng.randrange(256)
            return bytes(raw)
        case 2:
            return rng.randbytes(rng.randint(0, 300))
        case 3:
            return rng.choice([text for name, text in BAD.items() if name != "17 MiB"])
    return text


async def _fuzz(station, count: int, figure: Note) -> None:
    rng = random.Random(20261122)
    async with station.peer() as peer, contextlib.AsyncExitStack() as stack:
        frames = [_mutant(rng, peer) for _ in range(count)]
        # As the host does after loading: a full collection of a test process alone takes 100 ms.
        gc.collect()
        gc.freeze()
        stack.callback(gc.unfreeze)
        stalls = await stack.enter_async_context(watchdog())
        for frame in frames:
            await peer.send(frame)
            await asyncio.sleep(0)
        mark = await peer.say("最后")
        assert await until(lambda: any(getattr(e, "message_id", 0) == mark for e in station.handled), 120)
        assert peer.socket.close_code is None
    assert max(stalls) < 0.1
    figure("frames", frames=count, deaths=0, closed=0, stall=float(max(stalls) * 1000))


async def test_4_fifteen_hundred_fuzzed_frames(station, figure: Note) -> None:
    await _fuzz(station, 1_500, figure)


@pytest.mark.nightly
async def test_4_ten_thousand_fuzzed_frames(station, figure: Note) -> None:
    await _fuzz(station, 10_000, figure)
