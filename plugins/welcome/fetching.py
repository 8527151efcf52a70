"""Getting the bytes of a picture an endpoint speaks of, within two seconds and two MiB."""

from __future__ import annotations

import asyncio
import base64
import binascii
import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

MOST_BYTES = 2 * 1024 * 1024
SECONDS = 2.0
INLINE = "base64://"
CHUNK = 64 * 1024


class Unreachable(Exception):
    """The picture could not be had."""


class TooBig(Exception):
    """The picture is larger than `MOST_BYTES`."""


async def fetch(data: Mapping[str, Any], *, loopback: bool) -> bytes:
    """The content an image segment stands for. Raises `Unreachable` and `TooBig`.

    Addresses inside this machine or its network are refused, but for this machine itself when `loopback`.
    """
    for source in (str(data.get("file") or ""), str(data.get("url") or "")):
        if source.startswith(INLINE):
            return decode(source.removeprefix(INLINE))
    places = [str(data.get(key) or "") for key in ("url", "file")]
    address = next((p for p in places if p.startswith(("http://", "https://"))), None)
    if address is None:
        raise Unreachable("no address")
    try:
        return await asyncio.wait_for(asyncio.to_thread(_download, urlsplit(address), loopback), SECONDS)
    except (TimeoutError, OSError, ValueError, http.client.HTTPException) as error:
        raise Unreachable(str(error)) from error


def decode(text: str) -> bytes:
    """Bytes from base64. Raises `Unreachable` for none or broken ones, and `TooBig`."""
    if not text:
        raise Unreachable("no content")
    if len(text) > MOST_BYTES * 4 // 3 + 4:
        raise TooBig
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Unreachable("broken base64") from error
    if len(content) > MOST_BYTES:
        raise TooBig
    return content


def _download(address: SplitResult, loopback: bool) -> bytes:
    """One GET of the checked address; redirects are not followed."""
    secure = address.scheme == "https"
    port = address.port or (443 if secure else 80)
    peer = _checked(address.hostname or "", port, loopback)
    with socket.create_connection((peer, port), timeout=SECONDS) as plain:
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(address.hostname or "", port, timeout=SECONDS)
        context = ssl.create_default_context() if secure else None
        connection.sock = context.wrap_socket(plain, server_hostname=address.hostname) if context else plain
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        connection.request("GET", path, headers={"User-Agent": "Mozilla/5.0", "Accept": "image/*"})
        with connection.getresponse() as answer:
            if answer.status != http.client.OK:
                raise Unreachable(f"status {answer.status}")
            return _read(answer)


def _read(answer: http.client.HTTPResponse) -> bytes:
    content = b""
    while chunk := answer.read(CHUNK):
        content += chunk
        if len(content) > MOST_BYTES:
            raise TooBig
    return content


def _checked(host: str, port: int, loopback: bool) -> str:
    """An address of this host that may be asked. Raises `Unreachable` when one of them may not."""
    found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    for text in found:
        address = ipaddress.ip_address(str(text).partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        translated = address.version == 6 and address in ipaddress.ip_network("64:ff9b::/96")
        if not ((address.is_global and not translated) or (loopback and address.is_loopback)):
            raise Unreachable("not a public address")
    return str(min(found, key=str))
