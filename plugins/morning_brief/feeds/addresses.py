"""Which addresses may be asked for a feed. Nothing inside this machine or its network, in whatever spelling. Pure."""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from lizheng.grammar import Misread
from lizheng.media.addresses import IP, is_public
from plugins.morning_brief import texts

LONGEST = 1000
PORTS = {"http": 80, "https": 443}
INSIDE = (".localhost", ".local", ".internal", ".lan", ".intranet", ".home.arpa", ".test", ".onion")
_UNFIT = re.compile(r"[\x00-\x20\x7f\\<>\"`{}|^]")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_KEPT = "%/:@!$&'()*+,;=~-._?[]"


class NotAllowed(Misread):
    """An address nobody may be sent to; the text says why in Chinese."""


@dataclass(frozen=True)
class Address:
    """A feed's address in parts; `host` is ASCII and lower case, without brackets, `target` the path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def netloc(self) -> str:
        """What the Host header says: the port only when it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def place(self) -> str:
        """`host:port`, as `FEED_HOSTS` names it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.target}"

    def at(self, ip: IP) -> str:
        """The URL that asks this very machine, whatever the name may resolve to by then."""
        host = f"[{ip}]" if ip.version == 6 else str(ip)
        return f"{self.scheme}://{host}:{self.port}{self.target}"


def read_address(text: str) -> Address:
    """Raises `NotAllowed` for what is no http address."""
    text = text.strip()
    if len(text) > LONGEST:
        raise NotAllowed(texts.ADDRESS_LONG.format(most=LONGEST, length=len(text)))
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise NotAllowed(texts.ADDRESS_BROKEN) from error
    if parts.scheme not in PORTS:
        raise NotAllowed(texts.ADDRESS_SCHEME)
    if _UNFIT.search(text) or not parts.hostname or port == 0:
        raise NotAllowed(texts.ADDRESS_BROKEN)
    if parts.username is not None or parts.password is not None:
        raise NotAllowed(texts.ADDRESS_USER)
    host = _ascii(parts.hostname)
    target = quote(parts.path or "/", safe=_KEPT) + (
        f"?{quote(parts.query, safe=_KEPT)}" if parts.query else ""
    )
    return Address(parts.scheme, host, port or PORTS[parts.scheme], target)


def follow(address: Address, location: str) -> Address:
    """Where a redirect leads. Raises `NotAllowed`."""
    return read_address(urljoin(str(address), location))


def _ascii(host: str) -> str:
    host = unicodedata.normalize("NFKC", host).lower()
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host.partition("%")[0]))
        except ValueError as error:
            raise NotAllowed(texts.ADDRESS_BROKEN) from error
    try:
        name = host.encode("idna").decode()
    except UnicodeError as error:
        raise NotAllowed(texts.ADDRESS_BROKEN) from error
    if not _NAME.fullmatch(name) or len(name) > 253:
        raise NotAllowed(texts.ADDRESS_BROKEN)
    return name.rstrip(".")


def check_name(address: Address, exempt: Collection[str]) -> None:
    """Refuse what is seen to be inside without asking anybody. Raises `NotAllowed`.

    `exempt` are the `host:port` that this host's owner allows.
    """
    if address.place in exempt:
        return
    host = address.host
    if literal := _literal(host):
        check_ips([literal], address, exempt)
    elif "." not in host or host.endswith(INSIDE):
        raise NotAllowed(texts.ADDRESS_INSIDE)


def check_ips(found: Collection[IP], address: Address, exempt: Collection[str]) -> None:
    """Refuse a host when one of its addresses is not public. Raises `NotAllowed`."""
    if address.place not in exempt and not all(is_public(ip) for ip in found):
        raise NotAllowed(texts.ADDRESS_INSIDE)


def _literal(host: str) -> IP | None:
    """The address a host spells out in numbers, `127.1` and `0x7f000001` included; None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None
