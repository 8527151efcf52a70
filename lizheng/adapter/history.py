"""Reading a group's messages back, page by page, from whichever endpoint.

NapCat and LLBot take a message's own number for `message_seq` and need `reverseOrder` to give what came before it;
go-cqhttp and Lagrange take its place in the group and always do. All tell the one that they take in a message's own
`message_seq`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from lizheng.adapter.errors import ActionFailed
from lizheng.adapter.frames import number

PAGE = 100
MOST = 2_000

Ask = Callable[..., Awaitable[Any]]
Pause = Callable[[], Awaitable[object]]


@dataclass
class ReadBack:
    """Messages as the endpoint tells them, oldest first; `whole` when they go back as far as was asked."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    whole: bool = False

    @property
    def oldest(self) -> int:
        """The epoch seconds of the first of them; 0 where there is none."""
        return number(self.messages[0], "time") if self.messages else 0


async def read_back(ask: Ask, group_id: int, since: float, pause: Pause, most: int = MOST) -> ReadBack:
    """Read what was said in a group from `since` (epoch seconds) on, at most so many messages, `pause` before each page.

    It is whole once a message from before `since` was met: a short page alone may only show how little the endpoint
    keeps. Raises what `ask` raises when nobody answers.
    """
    found: list[dict[str, Any]] = []
    known: set[str] = set()
    anchor: dict[str, Any] = {}
    while True:
        await pause()
        try:
            answer = await ask("get_group_msg_history", group_id=group_id, count=PAGE, **anchor)
        except ActionFailed:
            break
        told = answer.get("messages") if isinstance(answer, dict) else None
        page = [one for one in told or [] if isinstance(one, dict) and number(one, "time")]
        new = [one for one in page if str(one.get("message_id")) not in known]
        if not new:
            break
        known.update(str(one.get("message_id")) for one in new)
        found = new + found
        oldest = min(page, key=lambda one: number(one, "time"))
        if number(oldest, "time") < since:
            return ReadBack(_since(found, since), whole=True)
        if len(found) >= most:
            break
        seq = oldest.get("message_seq") or oldest.get("message_id")
        anchor = {"message_seq": seq, "reverseOrder": True, "reverse_order": True}
    return ReadBack(_since(found, since)[-most:])


def _since(found: list[dict[str, Any]], since: float) -> list[dict[str, Any]]:
    kept = [one for one in found if number(one, "time") >= since]
    return sorted(kept, key=lambda one: number(one, "time"))
