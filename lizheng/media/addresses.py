"""Which machines on the internet may be asked for something a member named, in whatever spelling. Pure."""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urljoin, urlsplit

Why = Literal["long", "broken", "scheme", "user", "inside", "other"]
IP = ipaddress.IPv4Address | ipaddress.IPv6Address
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
_SPECIAL_V6 = [ipaddress.ip_network(n) for n in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
LONGEST, LONGEST_TOLD = 1000, 8000
"""Characters of an address that a person typed, and of one that an endpoint told."""
PORTS = {"http": 80, "https": 443}
INSIDE = (".localhost", ".local", ".internal", ".lan", ".intranet", ".home.arpa", ".test", ".onion")
_UNFIT = re.compile(r"[\x00-\x20\x7f\\<>\"`{}|^]")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_KEPT = "%/:@!$&'()*+,;=~-._?[]"


def read_ip(text: str) -> IP:
    """An address as `getaddrinfo` tells it, its scope left out. Raises ValueError."""
    return ipaddress.ip_address(text.partition("%")[0])


def is_public(ip: IP) -> bool:
    """Whether an address is out on the internet, with the IPv4 address unwrapped that an IPv6 one may carry.

    The library's own `is_global` is not enough: on 3.11 it lets `64:ff9b::7f00:1` and multicast pass.
    """
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(ip.ipv4_mapped)
        if ip in _TRANSLATED:
            return is_public(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        return ip in _GLOBAL_V6 and not any(ip in net for net in _SPECIAL_V6) and ip.is_global
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)


class NotAllowed(ValueError):
    """An address that is not asked: `why` is `long`, `broken`, `scheme`, `user` (it has one), `inside`, or `other`,
    a public one that this policy leaves out.
    """

    def __init__(self, why: Why) -> None:
        super().__init__("not a public address" if why == "inside" else f"not a web address to ask: {why}")
        self.why = why


@dataclass(frozen=True)
class Address:
    """A web address in parts; `host` is ASCII and lower case, without brackets, `target` the path and query."""

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
        """`host:port`, as settings name it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.target}"

    def at(self, ip: IP) -> str:
        """The URL that asks this very machine, whatever the name may resolve to by then."""
        host = f"[{ip}]" if ip.version == 6 else str(ip)
        return f"{self.scheme}://{host}:{self.port}{self.target}"


def read_address(text: str, *, typed: bool = True) -> Address:
    """Read an address in one spelling. Raises `NotAllowed` for what is no http address.

    One that an endpoint told (not `typed` by a person) may be longer, and have unquoted characters in its path.
    """
    text = text.strip()
    if len(text) > (LONGEST if typed else LONGEST_TOLD):
        raise NotAllowed("long")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise NotAllowed("broken") from error
    if parts.scheme not in PORTS:
        raise NotAllowed("scheme")
    if (typed and _UNFIT.search(text)) or not parts.hostname or port == 0:
        raise NotAllowed("broken")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("user")
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
            raise NotAllowed("broken") from error
    try:
        name = host.encode("idna").decode()
    except UnicodeError as error:
        raise NotAllowed("broken") from error
    if not _NAME.fullmatch(name) or len(name) > 253:
        raise NotAllowed("broken")
    return name.rstrip(".")


def check_name(address: Address, exempt: Collection[str], *, loopback: bool = False) -> None:
    """Refuse what is seen to be inside without asking anybody. Raises `NotAllowed`.

    `exempt` are the `host:port` that this host's owner allows.
    """
    if address.place in exempt:
        return
    host = address.host
    if literal := _literal(host):
        check_ips([literal], address, exempt, loopback=loopback)
    elif not (loopback and host == "localhost") and ("." not in host or host.endswith(INSIDE)):
        raise NotAllowed("inside")


def check_ips(
    found: Collection[IP], address: Address, exempt: Collection[str], *, loopback: bool = False
) -> None:
    """Refuse a host when one of its addresses is not public (or, with `loopback`, this machine). Raises `NotAllowed`."""
    if address.place not in exempt and not all(
        is_public(ip) or (loopback and ip.is_loopback) for ip in found
    ):
        raise NotAllowed("inside")


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
