"""A service that speaks the OpenAI chat API over real HTTP, and says what a test has it say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class ModelStub:
    """`say` turns the conversation it is sent into an answer; `status` and `delay` are how it fails."""

    say: Callable[[list[dict]], str]
    status: int = 200
    delay: float = 0.0
    raw: bytes | None = None
    heads: list[str] = field(default_factory=list)
    asked: list[list[dict]] = field(default_factory=list)
    address: str = ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        body = json.loads(await reader.readexactly(length))
        self.heads.append(head)
        self.asked.append(body["messages"])
        await asyncio.sleep(self.delay)
        said = {"choices": [{"message": {"role": "assistant", "content": self.say(body["messages"])}}]}
        content = self.raw if self.raw is not None else json.dumps(said).encode()
        writer.write(
            f"HTTP/1.1 {self.status} OK\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n".encode()
        )
        writer.write(content)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(say: Callable[[list[dict]], str]) -> AsyncIterator[ModelStub]:
    stub = ModelStub(say)
    server = await asyncio.start_server(stub._serve, "127.0.0.1", 0)
    stub.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server:
        yield stub
