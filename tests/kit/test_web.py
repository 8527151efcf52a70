"""The guard before every route, and the status pages."""

import httpx
import pytest
from fastapi import FastAPI

from lizheng.adapter import Access
from lizheng.web import Guard, mount_status, prometheus_text, say_where


def _client(health=lambda: {"version": "1"}, hosts=("localhost", "[::1]"), **kwargs) -> httpx.AsyncClient:
    app = FastAPI(openapi_url=None)
    mount_status(app, health, **kwargs)
    app.add_middleware(Guard, hosts=hosts, access=Access("t" * 16))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8080")


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
