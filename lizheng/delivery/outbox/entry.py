"""What goes through the outbox: a draft from the caller, an entry inside, a ticket back."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from lizheng.base.outcome import Outcome, State

WAIT_SECONDS = 2.0
NEVER_HELD, NEVER_LAPSES = float("-inf"), float("inf")


class Priority(IntEnum):
    """What goes first when not everything may go: answers to people, then acts, then announcements."""

    REPLY = 0
    ACT = 1
    NOTICE = 2


class Kind(StrEnum):
    """Calls of one kind share their rates."""

    MESSAGE = "message"
    LIGHT = "light"
    KICK = "kick"
    REQUEST = "request"
    OTHER = "other"


KINDS = {
    "send_group_msg": Kind.MESSAGE,
    "send_private_msg": Kind.MESSAGE,
    "send_msg": Kind.MESSAGE,
    "send_group_forward_msg": Kind.MESSAGE,
    "send_private_forward_msg": Kind.MESSAGE,
    "send_forward_msg": Kind.MESSAGE,
    "delete_msg": Kind.LIGHT,
    "set_group_card": Kind.LIGHT,
    "set_group_kick": Kind.KICK,
    "set_group_add_request": Kind.REQUEST,
}


@dataclass(frozen=True, slots=True)
class Then:
    """Who is told how a call ended: a feature's completion of that name, with a payload that is JSON."""

    feature: str
    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message is about: something of a feature's, named by its kind and a number or a text."""

    feature: str
    kind: str
    ref: int | str


@dataclass(frozen=True, slots=True)
class Draft:
    """One call to make.

    `group_id` is the group it belongs to (0 for none), `user_id` the person a private message goes to.
    `source` makes it happen once: a second draft with the same source gets the first one's ticket. `account`
    0 means whoever acts for the group. `author_id` is the person it answers. From `expires_at` on it is not
    sent any more; None waits without end. `then` is told how it ended, once; `about` is kept with the message's id.
    """

    api: str
    params: Mapping[str, Any]
    group_id: int = 0
    user_id: int = 0
    priority: Priority = Priority.REPLY
    feature: str = ""
    record_id: int | None = None
    source: str | None = None
    expires_at: datetime | None = None
    account: int = 0
    author_id: int = 0
    then: Then | None = None
    about: Subject | None = None


@dataclass(slots=True, eq=False)
class Entry:
    """A draft on its way; `text` is its params as JSON until they are written.

    Pictures stand in `params` as names of files; `heavy` is one whose row holds their bytes until it is decided. Then
    a message's `params` go, and `mark` is what it is known by.

    `answer` is the endpoint's data once done (for a message: with `message_id`). `ended_at` is when its end was known, or
    known to stay unknown. `then` and `about` are known to who has put it, in the database to everybody.

    Times that only mean a lapse are seconds of the clock's `elapsed`, which a corrected wall clock does not touch:
    `taken_at` its tokens were taken, `ready_at` it may be tried again, `lapses_at` it is not sent any more. The datetimes
    are for the row.
    """

    api: str
    params: dict[str, Any]
    created_at: datetime
    account: int = 0
    group_id: int = 0
    user_id: int = 0
    priority: int = 0
    feature: str = ""
    record_id: int | None = None
    source: str | None = None
    expires_at: datetime | None = None
    not_before: datetime | None = None
    sent_at: datetime | None = None
    id: int = 0
    state: str = "queued"
    answer: Any = None
    why: str = ""
    decided_at: datetime | None = None
    ended_at: datetime | None = None
    then: Then | None = None
    about: Subject | None = None
    sender: int = 0
    text: str = ""
    tries: int = 0
    mark: str = ""
    heavy: bool = False
    author_id: int = 0
    taken_at: float = 0.0
    ready_at: float = NEVER_HELD
    lapses_at: float = NEVER_LAPSES
    waiters: list[asyncio.Future[None]] = field(default_factory=list)

    @property
    def kind(self) -> Kind:
        return KINDS.get(self.api, Kind.OTHER)

    @property
    def place(self) -> int:
        """The conversation whose order and rates it shares: the group, or the person as a negative number."""
        return -self.user_id if self.user_id and self.kind is Kind.MESSAGE else self.group_id

    @property
    def key(self) -> int:
        """Whose it is to send: the host's that acts for this group, or for minus this account."""
        return self.group_id or -self.account

    @property
    def is_decided(self) -> bool:
        return self.state in ("done", "not_done")

    def outcome(self) -> Outcome:
        """What is known now; UNKNOWN while it is queued, on its way or in doubt."""
        if self.is_decided:
            return Outcome(State(self.state), self.answer, self.why)
        return Outcome(
            State.UNKNOWN, None, self.why or ("还在排队" if self.state == "queued" else "还没有结果")
        )

    def tell(self) -> None:
        """Wake whoever waits for the decision."""
        for waiter in self.waiters:
            _finish(waiter)
        self.waiters.clear()


class Ticket:
    """What `put` gives back: the way to learn what became of the call."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    @property
    def id(self) -> int:
        return self._entry.id

    async def outcome(self, timeout: float = WAIT_SECONDS) -> Outcome:  # noqa: ASYNC109
        """The end of it, or UNKNOWN after `timeout` seconds. Never to be awaited inside an atomic: nothing is
        sent before that commits."""
        entry = self._entry
        if not entry.is_decided and timeout > 0:
            loop = asyncio.get_running_loop()
            waiter: asyncio.Future[None] = loop.create_future()
            entry.waiters.append(waiter)
            timer = loop.call_later(timeout, _finish, waiter)
            try:
                await waiter
            finally:
                timer.cancel()
        return entry.outcome()


def _finish(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def _segment(value: Any) -> Any:
    if hasattr(value, "type") and hasattr(value, "data"):
        return {"type": value.type, "data": value.data}
    raise TypeError(f"{type(value).__name__} cannot be sent")


as_json = json.JSONEncoder(default=_segment).encode
"""Parameters as JSON text, message segments as `{"type", "data"}`. Raises TypeError for anything else."""
