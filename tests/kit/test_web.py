"""The guard before every route, and the status pages."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from lizheng.adapter import Access
from lizheng.host.web import Guard, mount_status, prometheus_text, say_where, server_options


def _client(
    health=lambda: {"version": "1"},
    hosts=("localhost", "[::1]"),
    client="127.0.0.1",
    token="t" * 16,
    **kwargs,
) -> httpx.AsyncClient:
    app = FastAPI(openapi_url=None)
    mount_status(app, health, access=Access(token), **kwargs)
    app.add_middleware(Guard, hosts=hosts, access=Access(token))
    transport = httpx.ASGITransport(app, client=(client, 123))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8080")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "LOCALHOST"}, 200),
        ({"Host": "[::1]:99"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "localhost.evil.example"}, 403),
        ({"Host": ""}, 403),
        ({"Origin": "http://localhost:8080"}, 200),
        ({"Origin": "http://localhost:3000"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[bad"}, 403),
        ({"Host": "evil.example", "Authorization": "Bearer " + "t" * 16}, 403),
    ],
)
async def test_foreign_hosts_and_origins(headers, status) -> None:
    async with _client() as client:
        assert (await client.get("/healthz", headers=headers)).status_code == status


@pytest.mark.parametrize("client", ["127.0.0.1", "::1", "127.8.8.8", "::ffff:127.0.0.1"])
async def test_this_machine_is_told_how_the_host_is(client: str) -> None:
    async with _client(client=client) as asking:
        assert (await asking.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    "client", ["10.0.0.9", "172.17.0.1", "203.0.113.7", "fe80::1", "::ffff:10.0.0.9", "nobody"]
)
async def test_others_are_told_only_with_the_token(client: str) -> None:
    async with _client(client=client, metrics=lambda: {"a": 1}) as asking:
        for page in ("/healthz", "/metrics"):
            assert (await asking.get(page)).status_code == 403
            wrong = {"Authorization": "Bearer x"}
            assert (await asking.get(page, headers=wrong)).status_code == 403
            right = {"Authorization": "Bearer " + "t" * 16}
            assert (await asking.get(page, headers=right)).status_code == 200
            assert (await asking.get(f"{page}?access_token={'t' * 16}")).status_code == 200
    async with _client(client=client, token="") as asking:
        assert (await asking.get("/healthz")).status_code == 403


@contextlib.asynccontextmanager
async def _served() -> AsyncIterator[int]:
    app = FastAPI(openapi_url=None)
    mount_status(app, lambda: {"version": "1"})
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        options = server_options() | {"log_config": None, "log_level": "critical"}
        server = uvicorn.Server(uvicorn.Config(app, **options))
        server.install_signal_handlers = lambda: None  # pyright: ignore[reportAttributeAccessIssue]
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        await serving


async def test_a_header_without_end_is_cut_off() -> None:
    async with _served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ")
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 30 * 2**20 and not reader.at_eof():
                writer.write(b"x" * 2**16)
                sent += 2**16
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()
        assert sent < 8 * 2**20
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200


@pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nHost: loc"])
async def test_who_does_not_finish_a_header_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr("lizheng.host.web.HEADER_SECONDS", 0.3)
    async with _served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 3.0) == b""
        writer.close()
        # A header in two parts, and a second request on the same connection, are fine.
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
            await asyncio.sleep(0.1)
            writer.write(b"\r\n")
            assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_a_failing_health_check_is_503_without_details() -> None:
    async def broken() -> dict:
        raise RuntimeError("postgres://u:pw@h")

    async with _client(broken) as client:
        answer = await client.get("/healthz")
    assert (answer.status_code, "pw" in answer.text) == (503, False)


async def test_metrics_are_off_unless_given() -> None:
    async with _client() as client:
        assert (await client.get("/metrics")).status_code == 404
    async with _client(metrics=lambda: {"a b": 1}) as client:
        assert (await client.get("/metrics")).text == "lizheng_a_b 1\n"


def test_prometheus_lines_are_sorted() -> None:
    assert prometheus_text({"b": 2, "a": 0.5}) == "lizheng_a 0.5\nlizheng_b 2\n"


def test_what_to_write_into_the_endpoint_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    say_where("127.0.0.1", 8080)
    assert "  地址 ws://127.0.0.1:8080/onebot/v11/ws\n" in capsys.readouterr().out
    say_where("::1", 8081)
    assert "ws://[::1]:8081/" in capsys.readouterr().out
    say_where("0.0.0.0", 8080)
    assert "ws://这台机器的地址:8080/" in capsys.readouterr().out
