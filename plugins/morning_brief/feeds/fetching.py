"""One GET of a feed: streamed, within limits, from addresses that were checked and to no other."""

from __future__ import annotations

import asyncio
import socket
import ssl
import zlib
from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx

from lizheng.media.addresses import IP, read_ip
from plugins.morning_brief import texts
from plugins.morning_brief.feeds.addresses import (
    Address,
    NotAllowed,
    check_ips,
    check_name,
    follow,
)

AGENT = "Mozilla/5.0 (compatible; Lizheng feed reader)"
WANTED = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHUNK = 64 * 1024
MOST_TRIED = 3


@dataclass(frozen=True)
class Limits:
    """`size` bytes count both as sent and unpacked; `seconds` is the whole way, redirects included."""

    size: int = 5 * 1024 * 1024
    seconds: float = 20.0
    redirects: int = 3


@dataclass(frozen=True)
class Fetched:
    """What a server answered. `content` is None when it has not changed since `etag` and `modified`."""

    content: bytes | None
    content_type: str = ""
    etag: str = ""
    modified: str = ""


class FetchFailed(Exception):
    """The feed could not be had; the text says why in Chinese, for admins."""


class Fetcher:
    """Gets feeds. `exempt` are the private `host:port` this host's owner allows."""

    def __init__(self, exempt: Collection[str] = (), limits: Limits | None = None) -> None:
        self._exempt = exempt
        self._limits = limits or Limits()
        self._tls: ssl.SSLContext | None = None

    async def fetch(self, address: Address, etag: str = "", modified: str = "") -> Fetched:
        """Raises `FetchFailed`, and `NotAllowed` (where the address or a redirect leads inside)."""
        known = {"If-None-Match": etag, "If-Modified-Since": modified}
        headers = {name: value for name, value in known.items() if value}
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await self._follow(address, headers)
        except TimeoutError as error:
            raise FetchFailed(texts.TOO_SLOW.format(seconds=round(self._limits.seconds))) from error

    async def resolve(self, address: Address) -> list[IP]:
        """The addresses of its host, all checked. Raises `FetchFailed` and `NotAllowed`."""
        check_name(address, self._exempt)
        loop = asyncio.get_running_loop()
        try:
            rows = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchFailed(texts.NO_SUCH_HOST) from error
        found = list(dict.fromkeys(read_ip(str(row[4][0])) for row in rows))
        check_ips(found, address, self._exempt)
        return sorted(found, key=lambda ip: ip.version)[:MOST_TRIED]

    async def _follow(self, address: Address, headers: Mapping[str, str]) -> Fetched:
        for _ in range(self._limits.redirects + 1):
            async with AsyncExitStack() as stack:
                response = await self._ask(stack, address, headers)
                location = response.headers.get("location", "")
                if response.status_code not in REDIRECTS or not location:
                    return await self._take(response)
            address = follow(address, location)
        raise FetchFailed(texts.TOO_MANY_REDIRECTS.format(most=self._limits.redirects))

    async def _ask(
        self, stack: AsyncExitStack, address: Address, headers: Mapping[str, str]
    ) -> httpx.Response:
        """Connect to one of the checked addresses, while the request and its certificate keep the name."""
        import httpx  # 16 MB, which a host without feeds does not need

        found = await self.resolve(address)
        if self._tls is None:
            self._tls = await asyncio.to_thread(httpx.create_ssl_context)
        # A client for each request: connections are kept by IP address, whatever name they were made for.
        client = httpx.AsyncClient(verify=self._tls, trust_env=False, timeout=self._limits.seconds)
        await stack.enter_async_context(client)
        sent = {
            **headers,
            "Host": address.netloc,
            "User-Agent": AGENT,
            "Accept": WANTED,
            "Accept-Encoding": "gzip",
        }
        failed: Exception | None = None
        for ip in found:
            request = client.build_request(
                "GET", address.at(ip), headers=sent, extensions={"sni_hostname": address.host}
            )
            try:
                response = await client.send(request, stream=True)
            except httpx.ConnectError as error:
                failed = error
                continue
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                raise FetchFailed(texts.BROKEN_ANSWER) from error
            stack.push_async_callback(response.aclose)
            return response
        raise FetchFailed(texts.NO_CONNECTION) from failed

    async def _take(self, response: httpx.Response) -> Fetched:
        import httpx

        headers = response.headers
        if response.status_code == 304:
            return Fetched(None)
        if response.status_code != 200:
            raise FetchFailed(texts.BAD_STATUS.format(status=response.status_code))
        try:
            if int(headers.get("content-length") or 0) > self._limits.size:
                raise self._too_big()
            content = await self._read(response)
        except (httpx.HTTPError, zlib.error, ValueError) as error:
            raise FetchFailed(texts.BROKEN_ANSWER) from error
        return Fetched(
            content,
            headers.get("content-type", ""),
            headers.get("etag", "")[:255],
            headers.get("last-modified", "")[:255],
        )

    async def _read(self, response: httpx.Response) -> bytes:
        """The body, unpacked by ourselves: a library's decoder would swell a small chunk without end first."""
        coding = response.headers.get("content-encoding", "").strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise FetchFailed(texts.BROKEN_ANSWER)
        unpack = zlib.decompressobj(wbits=47) if coding not in ("", "identity") else None
        size, taken, content = self._limits.size, 0, bytearray()
        async for chunk in response.aiter_raw(CHUNK):
            taken += len(chunk)
            content += unpack.decompress(chunk, size + 1 - len(content)) if unpack else chunk
            if max(taken, len(content)) > size or (unpack and unpack.unconsumed_tail):
                raise self._too_big()
        return bytes(content)

    def _too_big(self) -> FetchFailed:
        return FetchFailed(texts.TOO_BIG.format(size=f"{self._limits.size / 1024 / 1024:g}"))


__all__ = ["FetchFailed", "Fetched", "Fetcher", "Limits", "NotAllowed"]
