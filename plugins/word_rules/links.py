"""Links: what in a text leads to a web page, and what only looks like it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import re2

_DOMAINS = "com|cn|net|org|top|xyz|cc|vip|io|me|club|shop|site|link|tv|app|info|ltd|fun|icu|live|online|store|co|hk|tw"
LINK = rf"https?://[!-~]*|www\.[!-~]+|[a-z0-9][a-z0-9.-]*\.(?:{_DOMAINS})(?:[/:?][!-~]*|\b)"
_PRODUCTS = (
    "asp.net ado.net vb.net c.net f.net ml.net dot.net json.net math.net rx.net log4.net quartz.net lucene.net "
    "protobuf.net paint.net entity.net akka.net bot.net system.net microsoft.net framework.net core.net "
    "socket.io system.io java.io std.io node.io deno.land crates.io engine.io file.io "
    "read.me about.me call.me help.me trust.me follow.me excuse.me love.me tell.me let.me"
)
PRODUCTS = frozenset(_PRODUCTS.split())
"""Names of software, of files and of English, that end like a site. With a scheme, a path or www. they are links."""
_CODE = (
    "this self super std java javax system sys os log logger console window document user users main test tests app "
    "index style obj object json node vue react redux config item data event props state ctx req res args my"
)
_WORDLIKE = "net io me club shop site link app info fun live online store top"
CODE, WORDLIKE = frozenset(_CODE.split()), frozenset(_WORDLIKE.split())
"""What stands in front where a program names its things, and the endings that are words."""
PROGRAMS = frozenset(("this", "self", "super", "java", "javax", "system", "microsoft", "std"))
"""Those that stand in front of any number of names."""
REVERSED = frozenset(("com", "org", "net", "io", "cn", "me"))
"""`com.tencent.app` is the name of a package: no site begins like this."""


class Span(NamedTuple):
    """Where an address stands in a text, where its host begins, and where its path does."""

    start: int
    end: int
    host: int
    path: int


def _compiled() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    return re2.compile(f"({LINK})", options)


_LINKS = _compiled()
_PATH = re.compile(r"[/?#\\]")


def _links_in(text: str) -> Iterator[tuple[int, str]]:
    """Each link with its place; an e-mail address and a mere name are none."""
    for found in _LINKS.finditer(text):
        link = str(found[1])
        if not text[: found.start()].endswith("@") and not is_name(link):
            yield found.start(), link


def is_name(link: str) -> bool:
    """Whether it is only the name of a thing, which has neither scheme, path, port nor `www.`."""
    bare = link.casefold()
    if "://" in bare or bare.startswith("www.") or _PATH.search(bare) or ":" in bare:
        return False
    labels = bare.split(".")
    if bare in PRODUCTS or labels[0] in REVERSED:
        return True
    if labels[-1] not in WORDLIKE:
        return False
    heads = CODE if len(labels) == 2 else PROGRAMS
    return labels[0] in heads or all(map(str.isdecimal, labels[:-1]))


def addresses_in(text: str) -> list[Span]:
    """Where the addresses of a text stand, in order."""
    spans: list[Span] = []
    for start, link in _links_in(text):
        host = link.find("://") + 3 if "://" in link else 0
        path = _PATH.search(link, host)
        spans.append(
            Span(start, start + len(link), start + host, start + (path.start() if path else len(link)))
        )
    return spans


def hosts_in(text: str) -> Iterable[str]:
    """The hosts of the links in a text, "" for one that cannot be read; an e-mail address is none."""
    for _, link in _links_in(text):
        folded = link.casefold()
        place = _PATH.split(folded.partition("://")[2] or folded.removesuffix("://"))[0]
        yield place.rpartition("@")[2].partition(":")[0]
