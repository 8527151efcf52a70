"""What can be seen from outside: things that happened in the world, and calls the bot made."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing everybody in the group (or in the private chat, `group_id` 0) can see.

    `kind` is one of message, forward, packet, recall, join, leave, kick, mute, mute_all, card,
    nickname, role, title, essence, reaction, poke, request, invite, handled, file, notice, group_name, gray_tip,
    lucky_king, introduce (a group or person was added). `user_id` is whom it is about (the author, the
    one poked), `operator_id` who did it. `data` is JSON-able; message, forward and packet carry
    `message_id`, `text`, `segments`, `reply_to` and, in private, `peer_id`; forward also `nodes`,
    packet `wish`.
    """

    seq: int
    at: float
    kind: str
    group_id: int = 0
    user_id: int = 0
    operator_id: int = 0
    data: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "seq": self.seq,
            "at": self.at,
            "kind": self.kind,
            "group_id": self.group_id,
            "user_id": self.user_id,
            "operator_id": self.operator_id,
            "data": self.data,
        }


@dataclass(slots=True)
class ApiCall:
    """One call of the bot. `answer` stays None while (or because) nothing was answered."""

    at: float
    action: str
    params: dict[str, Any]
    answer: dict[str, Any] | None = None
    account: int = 0

    def to_dict(self) -> dict[str, Any]:
        return {
            "at": self.at,
            "action": self.action,
            "params": self.params,
            "answer": self.answer,
            "account": self.account,
        }
