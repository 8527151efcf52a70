"""Which machines on the internet may be asked for something a member named. Pure."""

from __future__ import annotations

import ipaddress

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
_SPECIAL_V6 = [ipaddress.ip_network(n) for n in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


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
