"""From an endpoint's notices and requests to `lizheng.events`."""

from __future__ import annotations

from typing import Any

from nonebot.adapters.onebot.v11 import Event

from lizheng.events import (
    CardChanged,
    FileShared,
    GroupEvent,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MemberMuted,
    MessageRecalled,
    RoleChanged,
)


def translate(event: Event) -> GroupEvent | None:
    """The kit's event for a group notice or request, None for what it has no word for."""
    kind = getattr(event, "notice_type", None) or getattr(event, "request_type", None)
    group_id = getattr(event, "group_id", 0)
    maker = MAKERS.get(str(kind))
    if maker is None or not group_id:
        return None
    base = {
        "group_id": int(group_id),
        "user_id": int(getattr(event, "user_id", 0) or 0),
        "operator_id": int(getattr(event, "operator_id", 0) or 0),
        "time": int(event.time),
    }
    return maker(event, str(getattr(event, "sub_type", "") or ""), base)


def _joined(event: Any, sub_type: str, base: dict[str, int]) -> GroupEvent:
    return MemberJoined(**base, invited=sub_type == "invite")


def _left(event: Any, sub_type: str, base: dict[str, int]) -> GroupEvent:
    return MemberLeft(**base, kicked=sub_type in ("kick", "kick_me"))


def _card(event: Any, sub_type: str, base: dict[str, int]) -> GroupEvent:
    return CardChanged(
        **base, old=str(getattr(event, "card_old", "")), new=str(getattr(event, "card_new", ""))
    )


def _muted(event: Any, sub_type: str, base: dict[str, int]) -> GroupEvent:
    seconds = int(getattr(event, "duration", 0) or 0)
    return MemberMuted(**base, seconds=0 if sub_type == "lift_ban" else seconds)


def _role(event: Any, sub_type: str, base: dict[str, int]) -> GroupEvent:
    return RoleChanged(**base, admin=sub_type == "set")


def _recalled(event: Any, sub_type: str, base: dict[str, int]) -> GroupEvent:
    return MessageRecalled(**base, message_id=int(getattr(event, "message_id", 0)))


def _shared(event: Any, sub_type: str, base: dict[str, int]) -> GroupEvent | None:
    file = getattr(event, "file", None)
    if file is None:
        return None
    return FileShared(
        **base,
        file_id=str(file.id),
        name=str(file.name),
        size=int(file.size or 0),
        busid=int(file.busid or 0),
    )


def _requested(event: Any, sub_type: str, base: dict[str, int]) -> GroupEvent | None:
    if sub_type != "add":
        return None
    return JoinRequested(
        **base,
        flag=str(getattr(event, "flag", "")),
        comment=str(getattr(event, "comment", "") or ""),
        invitor_id=int(getattr(event, "invitor_id", 0) or 0),
    )


MAKERS = {
    "group_increase": _joined,
    "group_decrease": _left,
    "group_card": _card,
    "group_ban": _muted,
    "group_admin": _role,
    "group_recall": _recalled,
    "group_upload": _shared,
    "group": _requested,
}
