"""Who may connect."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

SANDBOX_HINT = (
    "the sandbox is on and only it may connect; set ONEBOT_ACCESS_TOKEN (here and in the endpoint) to end it"
)


@dataclass(frozen=True)
class Access:
    """The secrets a peer must show; both empty means anyone who reaches the port may connect."""

    token: str = field(default="", repr=False)
    sandbox_key: str = field(default="", repr=False)

    def allows(self, shown: str | None) -> bool:
        """Whether `shown` opens the door (constant time)."""
        wanted = self.sandbox_key or self.token
        return not wanted or self._same(shown, wanted)

    def proves(self, shown: str | None) -> bool:
        """Whether `shown` is a real secret, not merely let in because none is set."""
        wanted = self.sandbox_key or self.token
        return bool(wanted) and self._same(shown, wanted)

    def refusal(self, shown: str | None) -> str:
        """Why `shown` was turned away, for the peer and the log; says nothing about the secret."""
        if self.sandbox_key:
            return SANDBOX_HINT
        return "the access token is wrong" if shown else "no access token was given"

    @staticmethod
    def _same(shown: str | None, wanted: str) -> bool:
        return hmac.compare_digest((shown or "").encode(errors="replace"), wanted.encode(errors="replace"))


def shown_secret(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    """The secret a peer presents: `Authorization: Bearer|Token …`, else the query's `access_token`."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if value and scheme.lower() in {"bearer", "token"}:
        return value.strip()
    return query.get("access_token") or None


def read_self_id(value: str | None) -> str | None:
    """A QQ id in canonical digits, or None when it is not one."""
    if value and value.isascii() and value.isdigit() and len(value) <= 18 and int(value) > 0:
        return str(int(value))
    return None
