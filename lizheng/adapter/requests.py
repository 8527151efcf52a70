"""An endpoint's list of requests to join, in one shape; see `get_group_system_msg`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lizheng.adapter.frames import number


@dataclass(frozen=True)
class QueuedRequest:
    """A request to join as the endpoint lists it; `decided` when it is over, by `operator_id` where that is told.

    `flag` answers it and is never shown to anyone. `nickname` is "" and `invitor_id` 0 where the endpoint does not say.
    Invitations by members that need approval are listed by none.
    """

    group_id: int
    user_id: int
    flag: str = field(repr=False)
    comment: str = field(repr=False)
    nickname: str = ""
    invitor_id: int = 0
    decided: bool = False
    operator_id: int = 0


class JoinQueue(list[QueuedRequest]):
    """The requests to join one group, and whether those are `whole`: an endpoint tells the last hundred of all groups."""

    def __init__(self, found: Iterable[QueuedRequest] = (), *, whole: bool = False):
        super().__init__(found)
        self.whole = whole


def read_queue(answer: Any) -> list[QueuedRequest]:
    """Read an answer to `get_group_system_msg`; what does not fit is left out.

    NapCat has no `requester_uin`, and who asks in `invitor_uin`; elsewhere that is who invited them.
    """
    rows = answer.get("join_requests") if isinstance(answer, dict) else None
    found: list[QueuedRequest] = []
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict):
            continue
        asker, invitor = number(row, "requester_uin"), number(row, "invitor_uin")
        flag = row.get("request_id") or row.get("flag")
        if not (asker or invitor) or not flag or not number(row, "group_id"):
            continue
        found.append(
            QueuedRequest(
                group_id=number(row, "group_id"),
                user_id=asker or invitor,
                flag=str(flag),
                comment=str(row.get("message") or row.get("comment") or ""),
                nickname=str(row.get("requester_nick") or row.get("invitor_nick") or ""),
                invitor_id=invitor if asker and invitor != asker else 0,
                decided=row.get("checked") is True,
                operator_id=number(row, "actor"),
            )
        )
    return found
