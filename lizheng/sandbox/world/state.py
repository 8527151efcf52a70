"""The nouns of the world. Times are epoch seconds."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

KEPT_MESSAGES = 2000
CARD_BYTES = 60


class Role(StrEnum):
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        return {"member": 0, "admin": 1, "owner": 2}[self.value]


@dataclass(slots=True)
class Person:
    user_id: int
    nickname: str
    sex: str = "unknown"
    age: int = 0
    level: int = 16

    def __int__(self) -> int:
        return self.user_id

    __index__ = __int__


@dataclass(slots=True)
class Member:
    """`announced_card`: the card endpoints were told; they hear of a change when the member next speaks."""

    user_id: int
    role: Role
    join_time: float
    card: str = ""
    announced_card: str = ""
    previous_role: Role = Role.MEMBER
    title: str = ""
    level: int = 1
    last_sent_time: float = 0.0
    muted_until: float = 0.0


@dataclass(slots=True)
class Message:
    """`group_id` 0: a private message from `user_id` to `peer_id`. `packet` is a red packet's wish."""

    message_id: int
    seq: int
    at: float
    user_id: int
    segments: list[dict[str, Any]]
    group_id: int = 0
    peer_id: int = 0
    temp_group: int = 0
    packet: str | None = None
    recalled: bool = False


@dataclass(slots=True)
class Request:
    """`kind` add: somebody wants in; invite: a bot is invited. `state`: pending, approved, rejected."""

    flag: str
    kind: str
    group_id: int
    user_id: int
    comment: str
    at: float
    invitor: int = 0
    account: int = 0
    state: str = "pending"
    handled_by: int = 0
    reason: str = ""


@dataclass(slots=True)
class SharedFile:
    file_id: str
    name: str
    size: int
    uploader: int
    at: float
    content: bytes | None = None


@dataclass(slots=True)
class Group:
    group_id: int
    name: str
    members: dict[int, Member] = field(default_factory=dict)
    messages: deque[Message] = field(default_factory=deque)
    mute_all: bool = False
    question: str = ""
    max_members: int = 500
    essence: list[int] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    files: OrderedDict[str, SharedFile] = field(default_factory=OrderedDict)
    banned: set[int] = field(default_factory=set)
    next_seq: int = 1

    def __int__(self) -> int:
        return self.group_id

    __index__ = __int__

    @property
    def owner(self) -> int:
        return next((m.user_id for m in self.members.values() if m.role is Role.OWNER), 0)


def fit_card(card: str) -> str:
    """Cut to QQ's 60 UTF-8 bytes, between characters."""
    return card.encode("utf-8", "ignore")[:CARD_BYTES].decode("utf-8", "ignore")
