"""FACTS §2.1–2.3: who may come in, and what there is to come into."""

import asyncio
import json

import httpx
import pytest
import websockets

from tests.support.fake_endpoint import ME, TOKEN, until


async def _refused(station, **options) -> websockets.Response:
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with station.peer(**options):
            pass
    return caught.value.response


@pytest.mark.parametrize("path", ["/onebot/v11/", "/onebot/v11/http", "/onebot/v11/http/", "/onebot/v11/ws"])
async def test_1_no_http_route_takes_events(station, path) -> None:
    async with station.peer() as peer, httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{station.port}{path}"
        answer = await client.post(url, json=peer.message("/禁言"), headers={"X-Self-ID": str(ME)})
        await station.quiet()
    assert answer.status_code in (404, 405)
    assert station.handled == []


@pytest.mark.parametrize("path", ["/onebot/v11/", "/onebot/v11/ws", "/onebot/v11/ws/"])
async def test_1_every_socket_path_wants_the_token(station, path) -> None:
    assert (await _refused(station, path=path, token=None)).status_code == 403
    assert (await _refused(station, path=path, token=TOKEN + "x")).status_code == 403
    async with station.peer(path=path):
        assert station.adapter.accounts() == [ME]


async def test_1_the_token_may_come_in_the_query_as_endpoints_send_it(station) -> None:
    async with station.peer(token=None, path=f"/onebot/v11/ws?access_token={TOKEN}"):
        assert station.adapter.accounts() == [ME]


async def test_1_the_only_routes_are_sockets_and_status(station) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{station.port}") as client:
        for path in ("/docs", "/redoc", "/openapi.json", "/", "/onebot", "/onebot/v12/"):
            assert (await client.get(path)).status_code == 404


async def test_2_a_forged_post_makes_no_ghost_bot(station) -> None:
    async with httpx.AsyncClient() as client:
        await client.post(
            f"http://127.0.0.1:{station.port}/onebot/v11/",
            headers={"X-Self-ID": str(ME), "Authorization": f"Bearer {TOKEN}"},
            json={"time": 1, "self_id": ME, "post_type": "meta_event", "meta_event_type": "heartbeat"},
        )
    assert station.driver.bots == {}
    async with station.peer() as peer:
        await peer.say("在")
        await station.quiet()
    assert station.texts() == ["在"]


async def test_2_the_newest_connection_wins_and_no_ghost_stays(station) -> None:
    async with station.peer() as old:
        bot = station.adapter.bots[str(ME)]
        old.answers["get_status"] = None
        call = asyncio.create_task(bot.call_api("get_status"))
        assert await until(lambda: old.calls)
        async with station.peer() as new:
            with pytest.raises(Exception, match="replaced"):
                await asyncio.wait_for(call, 1)
            assert await until(lambda: old.socket.close_code is not None, 2)
            assert station.adapter.bots[str(ME)] is not bot
            await new.say("新的")
            await station.quiet()
            assert station.adapter.accounts() == [ME]
            assert await bot.call_api("get_status") is None
            assert [call["action"] for call in new.calls] == ["get_status"]
    assert await until(lambda: not station.driver.bots)
    assert station.texts() == ["新的"]


async def test_2_a_stranger_cannot_replace_the_connection(station) -> None:
    async with station.peer() as peer:
        assert (await _refused(station, token="wrong")).status_code == 403
        await peer.say("还在")
        await station.quiet()
    assert station.texts() == ["还在"]


@pytest.mark.parametrize("self_id", ["", "abc", "-1", "1e5", "10001 ", "0", "9" * 30])
async def test_2_only_digits_name_an_account(station, self_id) -> None:
    headers = {"X-Self-ID": self_id, "Authorization": f"Bearer {TOKEN}"}
    url = f"ws://127.0.0.1:{station.port}/onebot/v11/ws"
    if self_id.strip().isdigit() and 0 < int(self_id) < 10**18:
        return
    with pytest.raises(websockets.InvalidStatus):
        async with websockets.connect(url, additional_headers=headers):
            pass
    assert station.driver.bots == {}


async def test_3_a_foreign_host_is_refused(station) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{station.port}") as client:
        assert (await client.get("/healthz", headers={"Host": "evil.example"})).status_code == 403
        assert (await client.get("/healthz", headers={"Host": "localhost:1"})).status_code == 200
    with pytest.raises(websockets.InvalidStatus):
        async with websockets.connect("ws://evil.example/onebot/v11/ws", host="127.0.0.1", port=station.port):
            pass


async def test_3_the_valid_token_may_come_under_any_host(station) -> None:
    headers = {"X-Self-ID": str(ME), "Authorization": f"Bearer {TOKEN}"}
    where = {"host": "127.0.0.1", "port": station.port, "additional_headers": headers}
    async with websockets.connect("ws://bot.example/onebot/v11/ws", **where):
        assert station.adapter.accounts() == [ME]


async def test_3_a_foreign_origin_is_refused_even_with_the_token(station) -> None:
    for origin in ("http://evil.example", "http://127.0.0.1:1", "null"):
        assert (await _refused(station, origin=origin)).status_code == 403
    async with station.peer(origin=f"http://127.0.0.1:{station.port}"):
        assert station.adapter.accounts() == [ME]


async def test_the_sandbox_lets_nobody_else_in_and_hints_at_the_token(sandboxed, caplog) -> None:
    from nonebot.log import logger

    lines: list[str] = []
    sink = logger.add(lambda line: lines.append(str(line)), level="WARNING", format="{message}")
    try:
        assert (await _refused(sandboxed, token=TOKEN)).status_code == 403
    finally:
        logger.remove(sink)
    assert any("ONEBOT_ACCESS_TOKEN" in line for line in lines)
    assert TOKEN not in "".join(lines)
    async with sandboxed.peer(token="sandbox-key-123456"):
        assert sandboxed.adapter.accounts() == [ME]


async def test_health_and_metrics(station) -> None:
    async with (
        station.peer() as peer,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{station.port}") as client,
    ):
        await peer.say("一")
        await station.quiet()
        assert json.loads((await client.get("/healthz")).text)["bots"] == [ME]
        assert "lizheng_events 1" in (await client.get("/metrics")).text.splitlines()
