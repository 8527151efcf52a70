"""One GET of a feed by the kit's fetcher: this feature's limits, and its sentences for admins."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

from lizheng.media.addresses import Address
from lizheng.media.fetch import Fetched, Policy, TooBig, Unreachable, get, resolve
from plugins.morning_brief import texts
from plugins.morning_brief.feeds.addresses import NotAllowed, explained

POLICY = Policy(
    most=5 * 1024 * 1024,
    seconds=20.0,
    redirects=3,
    accept="application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5",
    agent="Mozilla/5.0 (compatible; Lizheng feed reader)",
    packed=True,
)


class FetchFailed(Exception):
    """The feed could not be had; the text says why in Chinese, for admins."""


class Fetcher:
    """Gets feeds. `exempt` are the private `host:port` this host's owner allows."""

    def __init__(self, exempt: Collection[str] = (), policy: Policy = POLICY) -> None:
        self._policy = replace(policy, exempt=exempt)

    async def fetch(self, address: Address, etag: str = "", modified: str = "") -> Fetched:
        """Raises `FetchFailed`, and `NotAllowed` (where the address or a redirect leads inside)."""
        try:
            with explained():
                return await get(address, self._policy, etag=etag, modified=modified)
        except TooBig as error:
            size = f"{self._policy.most / 1024 / 1024:g}"
            raise FetchFailed(texts.TOO_BIG.format(size=size)) from error
        except Unreachable as error:
            raise FetchFailed(self._said(error)) from error

    async def look_up(self, address: Address) -> None:
        """Refuse a name that leads inside, if the name server knows it. Raises `NotAllowed`."""
        with suppress(Unreachable), explained():
            await resolve(address, self._policy)

    def _said(self, error: Unreachable) -> str:
        return {
            "slow": texts.TOO_SLOW.format(seconds=round(self._policy.seconds)),
            "host": texts.NO_SUCH_HOST,
            "connection": texts.NO_CONNECTION,
            "status": texts.BAD_STATUS.format(status=error.status),
            "redirects": texts.TOO_MANY_REDIRECTS.format(most=self._policy.redirects),
        }.get(error.cause, texts.BROKEN_ANSWER)


__all__ = ["POLICY", "FetchFailed", "Fetched", "Fetcher", "NotAllowed"]
