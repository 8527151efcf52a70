"""The one way to get bytes from the web: streamed, within a policy, from addresses that were checked and no other.

`get` asks for an address, `fetch` and `content_of` for what a segment of a message stands for. Nothing of it runs in the
default thread pool: names are looked up in threads of its own, the rest is the loop's.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
import zlib
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng.media.addresses import (
    IP,
    PORTS,
    Address,
    NotAllowed,
    check_ips,
    check_name,
    follow,
    read_address,
    read_ip,
)

if TYPE_CHECKING:
    import httpx

    from lizheng.plugin.context import GroupContext

SECONDS = 2.0
INLINE = "base64://"
CHUNK = 64 * 1024
MOST_TRIED = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BESIDE = ThreadPoolExecutor(4, "lizheng-fetch")
"""For looking up names, which may hang for a long time, and for what takes the loop too long."""

Cause = Literal["address", "host", "connection", "answer", "status", "redirects", "slow"]


class Unreachable(Exception):
    """The content could not be had. `cause` is what went wrong; `status` the answer's where it is that."""

    def __init__(self, why: str, cause: Cause = "address", status: int = 0) -> None:
        super().__init__(why)
        self.cause: Cause = cause
        self.status = status


class TooBig(Exception):
    """The content is larger than was asked for."""


@dataclass(frozen=True)
class Policy:
    """What may be got, and how.

    `most` bytes count both as sent and as unpacked; `seconds` is the whole way, redirects included. `exempt` are the
    private `host:port` that may be asked nevertheless, with `loopback` all of this machine. `only` are the endings of
    the hosts that may be asked at their usual ports, () for any. `accept` is the content types asked for; with `packed`
    the content may come compressed.
    """

    most: int
    seconds: float = 2.0
    redirects: int = 0
    exempt: Collection[str] = ()
    loopback: bool = False
    only: tuple[str, ...] = ()
    accept: str = "*/*"
    agent: str = "Mozilla/5.0"
    packed: bool = False


@dataclass(frozen=True)
class Fetched:
    """What a server answered. `content` is None when it has not changed since `etag` and `modified`."""

    content: bytes | None
    content_type: str = ""
    etag: str = ""
    modified: str = ""


# — of messages ————————————————————————————————————————————————————————————————————————————————


async def content_of(
    ctx: GroupContext, data: Mapping[str, Any], most: int, *, api: str = "get_image"
) -> bytes:
    """The bytes a segment stands for, from its own address, else from the endpoint by `api`. Raises `Unreachable`
    and `TooBig` (beyond `most` bytes).
    """
    try:
        return await fetch(data, most, loopback=ctx.host.config.sandboxed)
    except Unreachable:
        name = str(data.get("file_id") or data.get("file") or "")
        try:
            answer = await ctx.host.query(ctx.group.id, api, file=name, file_id=name)
        except (NetworkError, ActionFailed) as error:
            raise Unreachable("the endpoint has no such content") from error
        return await _decoded(str((answer or {}).get("base64") or ""), most)


async def fetch(
    data: Mapping[str, Any], most: int, *, loopback: bool = False, only: tuple[str, ...] = ()
) -> bytes:
    """The content behind `file` or `url`, within 2 s. Raises `Unreachable` and `TooBig`.

    Addresses inside this machine or its network are refused, but for this machine itself when `loopback`; with `only`
    every host without one of these endings.
    """
    for source in (str(data.get("file") or ""), str(data.get("url") or "")):
        if source.startswith(INLINE):
            return await _decoded(source.removeprefix(INLINE), most)
    places = [str(data.get(key) or "") for key in ("url", "file")]
    told = next((p for p in places if p.startswith(("http://", "https://"))), None)
    if told is None:
        raise Unreachable("no address")
    policy = Policy(most, SECONDS, loopback=loopback, only=only)
    try:
        fetched = await get(read_address(told, typed=False), policy)
    except NotAllowed as error:
        raise Unreachable(str(error)) from error
    return fetched.content or b""


async def _decoded(text: str, most: int) -> bytes:
    """Like `decode`, beside the loop where it is much."""
    if not CHUNK < len(text) <= _longest(most):
        return decode(text, most)
    return await asyncio.get_running_loop().run_in_executor(_BESIDE, decode, text, most)


def decode(text: str, most: int) -> bytes:
    """Bytes from base64. Raises `Unreachable` for none or broken ones, and `TooBig`."""
    if not text:
        raise Unreachable("no content")
    if len(text) > _longest(most):
        raise TooBig
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Unreachable("broken base64") from error
    if len(content) > most:
        raise TooBig
    return content


def _longest(most: int) -> int:
    return most * 4 // 3 + 4


# — of the web —————————————————————————————————————————————————————————————————————————————————


async def get(address: Address, policy: Policy, *, etag: str = "", modified: str = "") -> Fetched:
    """Ask for an address, given `etag` and `modified` of an earlier answer only for what has changed since.

    Raises `Unreachable`, `TooBig`, and `NotAllowed` where the address or a redirect leads to what may not be asked.
    """
    known = {"If-None-Match": etag, "If-Modified-Since": modified}
    headers = {
        "User-Agent": policy.agent,
        "Accept": policy.accept,
        "Accept-Encoding": "gzip" if policy.packed else "identity",
        **{name: value for name, value in known.items() if value},
    }
    _check(address, policy)
    if not _prepared.cache_info().currsize:  # once, and no part of anybody's time
        await asyncio.get_running_loop().run_in_executor(_BESIDE, _prepared)
    try:
        async with asyncio.timeout(policy.seconds):
            return await _follow(address, policy, headers)
    except TimeoutError as error:
        raise Unreachable("took too long", "slow") from error


async def resolve(address: Address, policy: Policy) -> list[IP]:
    """The addresses of its host that are asked, all checked. Raises `Unreachable` and `NotAllowed`."""
    _check(address, policy)
    look_up = partial(socket.getaddrinfo, address.host, address.port, type=socket.SOCK_STREAM)
    try:
        rows = await asyncio.get_running_loop().run_in_executor(_BESIDE, look_up)
    except (OSError, UnicodeError) as error:
        raise Unreachable("no such host", "host") from error
    found = list(dict.fromkeys(read_ip(str(row[4][0])) for row in rows))
    check_ips(found, address, policy.exempt, loopback=policy.loopback)
    return sorted(found, key=lambda ip: ip.version)[:MOST_TRIED]


def _check(address: Address, policy: Policy) -> None:
    if policy.only and not (address.host.endswith(policy.only) and address.port in PORTS.values()):
        raise NotAllowed("other")
    check_name(address, policy.exempt, loopback=policy.loopback)


@cache
def _prepared() -> ssl.SSLContext:
    """Load the client, 16 MB that a host which fetches nothing does not need, and the certificates."""
    import httpx

    return httpx.create_ssl_context()


async def _follow(address: Address, policy: Policy, headers: Mapping[str, str]) -> Fetched:
    for _ in range(policy.redirects + 1):
        async with AsyncExitStack() as stack:
            response = await _ask(stack, address, policy, headers)
            location = response.headers.get("location", "")
            if response.status_code not in REDIRECTS or not location:
                return await _take(response, policy)
        address = follow(address, location)
    raise Unreachable("redirected too often", "redirects")


async def _ask(
    stack: AsyncExitStack, address: Address, policy: Policy, headers: Mapping[str, str]
) -> httpx.Response:
    """Connect to one of the checked addresses, while the request and its certificate keep the name."""
    import httpx

    found = await resolve(address, policy)
    # A client for each request: connections are kept by IP address, whatever name they were made for.
    client = httpx.AsyncClient(verify=_prepared(), trust_env=False, timeout=policy.seconds)
    await stack.enter_async_context(client)
    sent = {**headers, "Host": address.netloc}
    failed: Exception | None = None
    for ip in found:
        try:
            request = client.build_request(
                "GET", address.at(ip), headers=sent, extensions={"sni_hostname": address.host}
            )
            response = await client.send(request, stream=True)
        except httpx.ConnectError as error:
            failed = error
            continue
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unreachable("broken answer", "answer") from error
        stack.push_async_callback(response.aclose)
        return response
    raise Unreachable("no connection", "connection") from failed


async def _take(response: httpx.Response, policy: Policy) -> Fetched:
    import httpx

    headers, status = response.headers, response.status_code
    if status == 304:
        return Fetched(None)
    if status != 200:
        raise Unreachable(f"status {status}", "status", status)
    try:
        if int(headers.get("content-length") or 0) > policy.most:
            raise TooBig
        content = await _read(response, policy.most)
    except (httpx.HTTPError, zlib.error, ValueError) as error:
        raise Unreachable("broken answer", "answer") from error
    return Fetched(
        content,
        headers.get("content-type", ""),
        headers.get("etag", "")[:255],
        headers.get("last-modified", "")[:255],
    )


async def _read(response: httpx.Response, most: int) -> bytes:
    """The body, unpacked by ourselves: a library's decoder would swell a small chunk without end first."""
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise Unreachable("unknown packing", "answer")
    unpack = zlib.decompressobj(wbits=47) if coding not in ("", "identity") else None
    taken, content = 0, bytearray()
    async for chunk in response.aiter_raw(CHUNK):
        taken += len(chunk)
        content += unpack.decompress(chunk, most + 1 - len(content)) if unpack else chunk
        if max(taken, len(content)) > most or (unpack and unpack.unconsumed_tail):
            raise TooBig
    return bytes(content)
