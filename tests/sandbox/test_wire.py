"""The wire against a plain WebSocket server that plays the host."""

import asyncio
import contextlib
import itertools
import json
import logging

import pytest
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from lizheng.sandbox.wire import Wire
from lizheng.sandbox.world import World


async def until(condition, within=3.0):
    async with asyncio.timeout(within):
        while True:
            if condition():
                return
            await asyncio.sleep(0.002)


class Host:
    """Keeps what each connection sent, and calls APIs over the newest."""

    def __init__(self):
        self.sockets, self.frames, self.echo = [], asyncio.Queue(), itertools.count()
        self.answers = []

    async def serve(self, socket):
        self.sockets.append(socket)
        with contextlib.suppress(ConnectionClosed):
            async for text in socket:
                frame = json.loads(text)
                if "echo" in frame:
                    self.answers.append(frame)
                else:
                    self.frames.put_nowait(frame)

    async def frame(self):
        return await asyncio.wait_for(self.frames.get(), 3)

    async def call(self, action, **params):
        echo = f"e{next(self.echo)}"
        await self.sockets[-1].send(json.dumps({"action": action, "params": params, "echo": echo}))
        return echo

    async def answer(self, echo, within=3.0):
        await until(lambda: any(one["echo"] == echo for one in self.answers), within)
        return next(one for one in self.answers if one["echo"] == echo)

    async def connections(self, count):
        await until(lambda: len(self.sockets) >= count)


class Line:
    def __init__(self, world, gid, li, host, wire):
        self.world, self.gid, self.li, self.host, self.wire = world, gid, li, host, wire


@pytest.fixture
async def line():
    world = World(lambda: 1_795_000_000.0)
    owner, li = world.add_person("老周"), world.add_person("小李")
    gid = world.add_group("测试群", owner, [li]).group_id
    host = Host()
    async with serve(host.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        wire = Wire(world, f"ws://127.0.0.1:{port}/onebot/v11/ws", "sesame", reconnect=0.05, heartbeat=60)
        await wire.start()
        await wire.ready()
        yield Line(world, gid, li, host, wire)
        await wire.stop()


async def test_it_connects_as_an_endpoint_does(line):
    first = await line.host.frame()
    assert first == {
        "time": 1_795_000_000,
        "self_id": 10001,
        "post_type": "meta_event",
        "meta_event_type": "lifecycle",
        "sub_type": "connect",
    }
    headers = line.host.sockets[0].request.headers
    assert headers["X-Self-ID"] == "10001"
    assert headers["Authorization"] == "Bearer sesame"
    assert headers["X-Client-Role"] == "Universal"
    line.world.say(line.gid, line.li, "你好\ud83d")
    assert (await line.host.frame())["message"][0]["data"]["text"] == "你好\ud83d"


async def test_heartbeats(line):
    line.wire.heartbeat = 0.02
    await line.host.frame()
    await line.host.sockets[0].close()
    await line.host.connections(2)
    beats = [await line.host.frame() for _ in range(3)][1:]
    assert [one["meta_event_type"] for one in beats] == ["heartbeat", "heartbeat"]
    assert beats[0]["status"] == {"online": True, "good": True}


async def test_calls_are_answered_with_their_echo_and_at_the_same_time(line):
    line.world.faults.add("never_answers", "get_status")
    slow = await line.host.call("get_status")
    quick = await line.host.call("send_group_msg", group_id=line.gid, message="你好")
    answer = await line.host.answer(quick)
    assert (answer["status"], answer["retcode"]) == ("ok", 0)
    assert answer["data"]["message_id"] in line.world.messages
    assert not any(one["echo"] == slow for one in line.host.answers)


async def test_bad_frames_do_not_end_it(line):
    for text in ("{", "[]", '"x"', "{}", '{"action": 5}', '{"action":"send_msg","params":7,"echo":{"a":1}}'):
        await line.host.sockets[0].send(text)
    odd = {"user_id": "²", "group_id": [], "message": {"type": "node", "data": {"content": [1]}}}
    await line.host.answer(await line.host.call("send_group_forward_msg", **odd))
    answer = await line.host.answer(await line.host.call("get_login_info"))
    assert answer["data"]["user_id"] == 10001
    assert [one["retcode"] for one in line.host.answers[:6]] == [1400] * 6
    assert line.wire.connections == 1


async def test_a_watcher_that_breaks_does_not_end_it(line):
    line.world.watchers.append(lambda happening: 1 / 0)
    broken = await line.host.call("send_group_msg", group_id=line.gid, message="你好")
    assert (await line.host.answer(broken))["wording"] == "ZeroDivisionError"
    assert (await line.host.answer(await line.host.call("get_status")))["retcode"] == 0


async def test_it_comes_back_and_events_meanwhile_are_lost(line):
    await line.host.frame()
    await line.host.sockets[0].close()
    await until(lambda: not line.wire.connected)
    line.world.say(line.gid, line.li, "没人听见")
    await line.host.connections(2)
    assert (await line.host.frame())["meta_event_type"] == "lifecycle"
    assert line.host.frames.empty()


@pytest.mark.parametrize("done", [True, False])
async def test_drop(line, done):
    line.world.faults.add("drop", "send_group_msg", done=done)
    await line.host.call("send_group_msg", group_id=line.gid, message="你好")
    await line.host.connections(2)
    assert len(line.world.groups[line.gid].messages) == done
    assert line.world.api_log[-1].answer is None
    assert (await line.host.answer(await line.host.call("get_status")))["retcode"] == 0


async def test_half_open(line):
    line.world.faults.add("half_open", "get_status")
    old = line.host.sockets[0]
    lost = await line.host.call("get_status")
    await line.host.connections(2)
    pong = await old.ping()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(pong), 0.1)
    assert old.close_code is None
    assert not any(one["echo"] == lost for one in line.host.answers)
    assert (await line.host.answer(await line.host.call("get_status")))["retcode"] == 0
    await line.wire.stop()
    await asyncio.wait_for(old.wait_closed(), 3)


async def test_double_answer(line):
    line.world.faults.add("double_answer", "get_status")
    echo = await line.host.call("get_status")
    await line.host.answer(await line.host.call("get_login_info"))
    assert [one["echo"] for one in line.host.answers].count(echo) == 2


async def test_two_accounts_on_two_wires(line):
    line.world.add_account(10002)
    line.world.join(line.gid, 10002)
    second = Wire(line.world, line.wire.url, "sesame", account=10002)
    await second.start()
    await second.ready()
    await line.host.connections(2)
    answer = await line.host.answer(await line.host.call("get_login_info"))
    assert answer["data"]["user_id"] == 10002
    line.world.say(line.gid, line.li, "大家好")
    heard = [await line.host.frame() for _ in range(5)]
    assert sorted(one["self_id"] for one in heard if one["post_type"] == "message") == [10001, 10002]
    await second.stop()
    assert len(line.world.outlets) == 1


async def test_a_refusal_is_remembered_and_tried_again():
    async with serve(Host().serve, "127.0.0.1", 0, process_request=lambda c, r: c.respond(403, "")) as server:
        port = server.sockets[0].getsockname()[1]
        wire = Wire(World(lambda: 0.0), f"ws://127.0.0.1:{port}/", reconnect=0.02)
        await wire.start()
        with pytest.raises(TimeoutError):
            await wire.ready(0.2)
        assert "403" in wire.last_error
        await wire.stop()


async def test_no_message_text_is_logged(line, caplog):
    with caplog.at_level(logging.DEBUG):
        line.world.say(line.gid, line.li, "这是秘密")
        await line.host.answer(
            await line.host.call("send_group_msg", group_id=line.gid, message="这也是秘密")
        )
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("lizheng")]
    assert "秘密" not in "".join(ours)


async def test_it_stops_also_while_a_broken_connection_is_being_cleared_away(line):
    begun = asyncio.Event()

    async def slow_to_end(*_):
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.3)

    line.world.act = slow_to_end
    await line.host.call("get_status")
    await begun.wait()
    line.host.sockets[-1].transport.abort()
    await asyncio.sleep(0.1)
    stopping = asyncio.create_task(line.wire.stop())
    done, _ = await asyncio.wait({stopping}, timeout=5)
    assert done
    assert not line.wire.connected
