"""A web server on the loopback that serves feeds, and whatever else servers do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Answer = Callable[["Asked", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """One request: its path and its headers, names in lower case."""

    path: str
    headers: dict[str, str]


@dataclass
class FeedServer:
    """Answers by path; `asked` is everything that came, in order."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.place}{path}"

    def serve(self, path: str, body: bytes, *headers: str, status: str = "200 OK") -> None:
        """Answer this path with a body, and with `headers` as they are."""

        async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
            head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
            writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
            await writer.drain()

        self.answers[path] = answer

    def redirect(self, path: str, location: str, status: str = "302 Found") -> None:
        self.serve(path, b"", f"Location: {location}", status=status)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            lines = [line.partition(":") for line in head[1:] if line]
            asked = Asked(head[0].split()[1], {name.lower(): value.strip() for name, _, value in lines})
            self.asked.append(asked)
            await self.answers[asked.path](asked, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def feed_server() -> AsyncIterator[FeedServer]:
    server = FeedServer()
    listening = await asyncio.start_server(server._talk, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


def rss(*titles: str, name: str = "小报", encoding: str = "utf-8", date: str = "") -> bytes:
    """A feed with these titles, the first the newest."""
    items = "".join(
        f"<item><title>{title}</title><link>https://news.example/{abs(hash(title))}</link>"
        + (f"<pubDate>{date}</pubDate>" if date else "")
        + "</item>"
        for title in titles
    )
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>{name}</title>'
        f"<link>https://news.example/</link><description>…</description>{items}</channel></rss>"
    )
    return text.encode(encoding, "xmlcharrefreplace")
