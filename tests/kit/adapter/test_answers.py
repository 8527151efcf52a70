"""FACTS §2.5–2.6: answers belong to the connection that was asked, and say what they say."""

import asyncio

import pytest

from lizheng.adapter import ActionFailed, NotSent, Unanswered
from tests.support.fake_endpoint import ME, until
from tests.support.reliability_figures import Note

OK = {"status": "ok", "retcode": 0}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({**OK, "data": {"a": 1}}, None),
        ({"status": "failed", "retcode": 1400}, ActionFailed),
        ({"status": "failed", "retcode": 0}, ActionFailed),
        ({"status": "ok", "retcode": 1200}, ActionFailed),
        ({"retcode": 1404, "data": None}, ActionFailed),
        ({"status": "failed", "retcode": 1200, "message": "ERR_NOT_GROUP_ADMIN"}, ActionFailed),
        ({"status": "failed", "retcode": 1200, "message": "Timeout: NTEvent sendMsg"}, Unanswered),
        ({"status": "failed", "retcode": 1200, "wording": "Timeout: NTEvent sendMsg"}, Unanswered),
        ({"status": "async", "retcode": 1}, Unanswered),
        ({"status": "async", "retcode": 0}, Unanswered),
        ({"retcode": 0, "data": 1}, Unanswered),
        ({"status": "ok", "retcode": "0"}, Unanswered),
        ({"status": "ok"}, Unanswered),
        ({"data": {"message_id": 1}}, Unanswered),
        ({}, Unanswered),
    ],
)
async def test_6_answers_are_read_strictly(station, answer, outcome) -> None:
    async with station.peer() as peer:
        peer.answers["send_msg"] = answer
        call = station.adapter.bots[str(ME)].call_api("send_msg", message="x")
        if outcome is None:
            assert await call == {"a": 1}
        else:
            with pytest.raises(outcome):
                await call


async def test_6_silence_and_lost_connections(station, figure: Note) -> None:
    async with station.peer() as peer:
        bot = station.adapter.bots[str(ME)]
        peer.answers["send_msg"] = None
        with pytest.raises(Unanswered):
            await bot.call_api("send_msg", message="x", _timeout=0.1)
        assert peer.calls[0]["params"] == {"message": "x"}
        call = asyncio.create_task(bot.call_api("send_msg", message="y"))
        assert await until(lambda: len(peer.calls) == 2)
        closed = asyncio.get_running_loop().time()
        await peer.socket.close()
        with pytest.raises(Unanswered):
            await asyncio.wait_for(call, 1)
        figure("disconnected", seconds=asyncio.get_running_loop().time() - closed)
    with pytest.raises(NotSent):
        await bot.call_api("send_msg", message="z")


async def test_6_what_is_not_json_is_not_sent(station) -> None:
    async with station.peer() as peer:
        with pytest.raises(NotSent):
            await station.adapter.bots[str(ME)].call_api("send_msg", message=object())
        assert peer.calls == []


async def test_6_a_cancelled_call_leaves_nothing_behind(station) -> None:
    async with station.peer() as peer:
        bot = station.adapter.bots[str(ME)]
        peer.answers["send_msg"] = None
        call = asyncio.create_task(bot.call_api("send_msg"))
        assert await until(lambda: peer.calls)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await peer.send({**OK, "echo": peer.calls[0]["echo"]})
        assert await bot.call_api("get_status") is None
        assert station.adapter.counts["answers_unwanted"] == 1


async def test_5_another_connection_cannot_answer(station) -> None:
    async with station.peer() as mine, station.peer(10002) as other:
        mine.answers["get_status"] = None
        bot = station.adapter.bots[str(ME)]
        call = asyncio.create_task(bot.call_api("get_status"))
        assert await until(lambda: mine.calls)
        echo = mine.calls[0]["echo"]
        for forged in (echo, "1", 1, None, [], {"a": 1}):
            await other.send({**OK, "data": "forged", "echo": forged})
        await other.send({**OK, "data": "forged"})
        await asyncio.sleep(0.1)
        assert not call.done()
        await mine.send({**OK, "data": "mine", "echo": echo})
        assert await call == "mine"


async def test_5_echoes_are_not_guessable(station) -> None:
    async with station.peer() as mine, station.peer(10002) as other:
        await station.adapter.bots[str(ME)].call_api("get_status")
        await station.adapter.bots["10002"].call_api("get_status")
        first, second = mine.calls[0]["echo"], other.calls[0]["echo"]
    assert first[:16] != second[:16]
    assert len(first) > 16


async def test_4_one_answer_delivered_twice_is_harmless(station) -> None:
    async with station.peer() as peer:
        peer.times = 2
        bot = station.adapter.bots[str(ME)]
        for _ in range(3):
            assert await bot.call_api("get_status") is None
        await peer.say("还在")
        await station.quiet()
    assert station.texts() == ["还在"]


async def test_quirks_come_from_the_version(station) -> None:
    async with station.peer() as peer:
        peer.answers["get_version_info"] = {**OK, "data": {"app_name": "NapCat.Onebot", "app_version": "4.8"}}
        bot = station.adapter.bots[str(ME)]
        assert (await bot.capabilities()).endpoint == "napcat"
        assert (await bot.capabilities()).red_packet == "empty"
        assert len(peer.calls) == 1
