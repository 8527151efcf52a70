"""A message that came while the host was away, and is handled at its own time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lizheng.delivery.outbox import Ticket
from lizheng.plugin.context import Context


@dataclass(frozen=True)
class Counted:
    """What came of one message: what is `counted` with its measure word, or why its author's did not count."""

    author_id: int
    counted: str = ""
    refused: str = ""


class LateContext(Context):
    """The answer to each is not said: all that was counted is told in one message. What it did is known by its source."""

    is_late = True

    async def say(
        self,
        template: str,
        /,
        *,
        key: str = "",
        about: tuple[str, int | str] | None = None,
        then: str = "",
        payload: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Ticket:
        return await self.post([], key=key, expires_at=self.host.clock.now(), then=then, payload=payload)
