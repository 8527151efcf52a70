"""The bytes behind a picture or a file: from anywhere public, within a size."""

import asyncio
import base64
import http.server
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from lizheng.media.addresses import NotAllowed, read_address
from lizheng.media.fetch import Policy, TooBig, Unreachable, decode, fetch, get

CONTENT = b"0123456789" * 100
HUNG_UP = threading.Event()


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", "/ok")
            self.end_headers()
            return
        if self.path.startswith("/same"):
            self.send_response(304 if self.headers["If-None-Match"] == '"1"' else 200)
            self.send_header("ETag", '"1"')
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        if self.path.startswith("/drops"):
            self._drip()
            return
        self.wfile.write(CONTENT)

    def _drip(self) -> None:
        try:
            for _ in range(1000):
                self.wfile.write(b"0")
                time.sleep(0.05)
        except OSError:
            HUNG_UP.set()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


async def test_a_file_is_read_where_this_machine_may_be_asked(address: str) -> None:
    assert await fetch({"url": f"{address}/ok?名=题库.csv"}, 1000, loopback=True) == CONTENT


async def test_who_answers_drop_by_drop_is_hung_up_on(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lizheng.media.fetch.SECONDS", 0.3)
    HUNG_UP.clear()
    with pytest.raises(Unreachable):
        await fetch({"url": f"{address}/drops"}, 10_000, loopback=True)
    assert await asyncio.to_thread(HUNG_UP.wait, 2.0)


@pytest.mark.parametrize("path", ["/ok", "/away"])
async def test_this_machine_and_redirects_are_refused(address: str, path: str) -> None:
    with pytest.raises(Unreachable):
        await fetch({"url": address + path}, 1000, loopback=path == "/away")


async def test_what_is_too_big_is_not_read_to_the_end(address: str) -> None:
    with pytest.raises(TooBig):
        await fetch({"file": f"{address}/ok"}, 999, loopback=True)


@pytest.mark.parametrize("file", ["", "x.png", "file:///etc/passwd", "ftp://x/y"])
async def test_only_the_web_is_asked(file: str) -> None:
    with pytest.raises(Unreachable):
        await fetch({"file": file}, 1000, loopback=True)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "[::1]",
        "10.0.0.8",
        "169.254.1.1",
        "2130706433",
        "[64:ff9b::7f00:1]",
        "[::ffff:127.0.0.1]",
    ],
)
async def test_only_public_addresses_are_asked(host: str) -> None:
    with pytest.raises(Unreachable, match=r"public|Errno|not known"):
        await fetch({"url": f"http://{host}/x.png"}, 1000, loopback=False)


def test_what_is_carried_inline_is_decoded_within_the_size() -> None:
    assert decode(base64.b64encode(CONTENT).decode(), 1000) == CONTENT
    with pytest.raises(TooBig):
        decode(base64.b64encode(CONTENT).decode(), 900)
    with pytest.raises(Unreachable):
        decode("?", 1000)


def loose(**more: Any) -> Policy:
    return Policy(**{"most": 1000, "loopback": True, **more})


async def test_what_has_not_changed_is_not_sent(address: str) -> None:
    where = read_address(f"{address}/same")
    first = await get(where, loose())
    assert (first.content, first.content_type, first.etag) == (b"", "text/plain", '"1"')
    assert (await get(where, loose(), etag=first.etag)).content is None


async def test_redirects_are_followed_as_often_as_the_policy_says(address: str) -> None:
    assert (await get(read_address(f"{address}/away"), loose(redirects=1))).content == CONTENT
    with pytest.raises(Unreachable) as none:
        await get(read_address(f"{address}/away"), loose())
    assert none.value.cause == "redirects"


async def test_one_place_inside_may_be_exempt(address: str) -> None:
    where = read_address(f"{address}/ok")
    assert (await get(where, loose(loopback=False, exempt={where.place}))).content == CONTENT
    with pytest.raises(NotAllowed):
        await get(where, loose(loopback=False, exempt={"127.0.0.1:1"}))


@pytest.mark.parametrize(
    "other", ["https://evil.example/.qq.com", "https://qq.com.evil.example/", "https://a.qq.com:8443/"]
)
async def test_a_policy_may_name_the_only_hosts(other: str) -> None:
    with pytest.raises(NotAllowed):
        await get(read_address(other), loose(only=(".qq.com",)))
    with pytest.raises(Unreachable):
        await fetch({"url": other}, 1000, only=(".qq.com",))


@pytest.mark.parametrize("path", ["/ok?a={b}|c d", "/ok/\u9898 \u5e93.csv", "/ok?" + "k" * 3000])
async def test_addresses_that_endpoints_tell_are_not_typed(address: str, path: str) -> None:
    assert await fetch({"url": address + path}, 1000, loopback=True) == CONTENT


async def test_names_that_hang_hold_neither_the_loop_nor_the_default_pool(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on, asked_in = threading.Event(), []

    def hangs(*args: object, **more: object) -> list[object]:
        asked_in.append(threading.current_thread().name)
        go_on.wait(10)
        return []

    monkeypatch.setattr("socket.getaddrinfo", hangs)
    monkeypatch.setattr("lizheng.media.fetch.SECONDS", 0.1)
    try:
        for _ in range(3):
            with pytest.raises(Unreachable):
                await fetch({"url": "http://hangs.example.com/x"}, 1000, loopback=False)
    finally:
        go_on.set()
    assert len(asked_in) == 3
    assert all(name.startswith("lizheng-fetch") for name in asked_in)
