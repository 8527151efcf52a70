"""The bytes behind a picture or a file: from anywhere public, within a size."""

import asyncio
import base64
import http.server
import threading
import time
from collections.abc import Iterator

import pytest

from lizheng.media.fetch import TooBig, Unreachable, decode, fetch

CONTENT = b"0123456789" * 100
HUNG_UP = threading.Event()


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", "/ok")
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
