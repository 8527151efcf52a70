"""Getting the bytes of a picture or a file that a message speaks of: within two seconds, a size, and public addresses."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import http.client
import socket
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, urlsplit

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng.media.addresses import is_public, read_ip

if TYPE_CHECKING:
    from lizheng.plugin.context import GroupContext

SECONDS = 2.0
INLINE = "base64://"
CHUNK = 64 * 1024


class Unreachable(Exception):
    """The content could not be had."""


class TooBig(Exception):
    """The content is larger than was asked for."""


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
        return decode(str((answer or {}).get("base64") or ""), most)


async def fetch(data: Mapping[str, Any], most: int, *, loopback: bool) -> bytes:
    """The content behind `file` or `url`. Raises `Unreachable` and `TooBig`.

    Addresses inside this machine or its network are refused, but for this machine itself when `loopback`.
    """
    for source in (str(data.get("file") or ""), str(data.get("url") or "")):
        if source.startswith(INLINE):
            return decode(source.removeprefix(INLINE), most)
    places = [str(data.get(key) or "") for key in ("url", "file")]
    address = next((p for p in places if p.startswith(("http://", "https://"))), None)
    if address is None:
        raise Unreachable("no address")
    lines: list[socket.socket] = []
    try:
        work = asyncio.to_thread(_download, urlsplit(address), most, loopback, lines)
        return await asyncio.wait_for(work, SECONDS)
    except (TimeoutError, OSError, ValueError, http.client.HTTPException) as error:
        raise Unreachable(str(error)) from error
    finally:
        # A thread cannot be cancelled: one that reads drop by drop would hold its place, and the host's end, for hours.
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def decode(text: str, most: int) -> bytes:
    """Bytes from base64. Raises `Unreachable` for none or broken ones, and `TooBig`."""
    if not text:
        raise Unreachable("no content")
    if len(text) > most * 4 // 3 + 4:
        raise TooBig
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Unreachable("broken base64") from error
    if len(content) > most:
        raise TooBig
    return content


def _download(address: SplitResult, most: int, loopback: bool, lines: list[socket.socket]) -> bytes:
    """One GET of the checked address; redirects are not followed. The open connection is put into `lines`."""
    secure = address.scheme == "https"
    port = address.port or (443 if secure else 80)
    peer = _checked(address.hostname or "", port, loopback)
    with socket.create_connection((peer, port), timeout=SECONDS) as plain:
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(address.hostname or "", port, timeout=SECONDS)
        connection.sock = plain
        if secure:
            connection.sock = ssl.create_default_context().wrap_socket(
                plain, server_hostname=address.hostname, do_handshake_on_connect=False
            )
        lines.append(connection.sock)
        if isinstance(connection.sock, ssl.SSLSocket):
            connection.sock.do_handshake()
        path = quote(address.path or "/", safe="/%") + (
            f"?{quote(address.query, safe='=&%?/:+,')}" if address.query else ""
        )
        connection.request("GET", path, headers={"User-Agent": "Mozilla/5.0", "Accept": "*/*"})
        with connection.getresponse() as answer:
            if answer.status != http.client.OK:
                raise Unreachable(f"status {answer.status}")
            return _read(answer, most)


def _read(answer: http.client.HTTPResponse, most: int) -> bytes:
    content = b""
    while chunk := answer.read(CHUNK):
        content += chunk
        if len(content) > most:
            raise TooBig
    return content


def _checked(host: str, port: int, loopback: bool) -> str:
    """An address of this host that may be asked. Raises `Unreachable` when one of them may not."""
    found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    for text in found:
        ip = read_ip(str(text))
        if not (is_public(ip) or (loopback and ip.is_loopback)):
            raise Unreachable("not a public address")
    return str(min(found, key=str))
