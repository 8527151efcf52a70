"""From an endpoint's notices and requests to `lizheng.events`."""

from __future__ import annotations

from typing import Any

from nonebot.adapters.onebot.v11 import Event

from lizheng.events import (
    CardChanged,
    EssenceChanged,
    FileShared,
    GroupDissolved,
    GroupEvent,
    GroupRenamed,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MemberMuted,
    MessageRecalled,
    ReactionChanged,
    RoleChanged,
    TitleChanged,
)

OFFLINE = "bot_offline"
"""The notice that QQ has logged an account out; it names no group."""


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
    if sub_type == "disband":
        return _dissolved(event, sub_type, base)
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


def _dissolved(event: Any, sub_type: str, base: dict[str, int]) -> GroupEvent:
    # LLBot says who did it in `user_id`, NapCat whom it befell: it befalls the account that is told.
    by = base["operator_id"] or (base["user_id"] if base["user_id"] != event.self_id else 0)
    return GroupDissolved(**{**base, "user_id": int(event.self_id), "operator_id": by})


def _reacted(event: Any, sub_type: str, base: dict[str, int]) -> GroupEvent | None:
    likes = [one for one in getattr(event, "likes", None) or [] if isinstance(one, dict)]
    if not likes:
        return None
    return ReactionChanged(
        **base,
        message_id=int(getattr(event, "message_id", 0) or 0),
        emoji=str(likes[0].get("emoji_id") or ""),
        count=_number(likes[0].get("count")),
        added=getattr(event, "is_add", True) is not False and sub_type != "remove",
    )


def _number(told: Any) -> int:
    return int(told) if str(told or "").isdecimal() else 0


def _essence(event: Any, sub_type: str, base: dict[str, int]) -> GroupEvent:
    author = int(getattr(event, "sender_id", 0) or 0) or base["user_id"]
    number = int(getattr(event, "message_id", 0) or 0)
    return EssenceChanged(**{**base, "user_id": author}, message_id=number, added=sub_type != "delete")


def _notify(event: Any, sub_type: str, base: dict[str, int]) -> GroupEvent | None:
    if sub_type == "title":
        return TitleChanged(**base, title=str(getattr(event, "title", "") or ""))
    name = str(getattr(event, "name_new", "") or "")
    if sub_type == "group_name" and name:
        return GroupRenamed(
            **{**base, "user_id": 0, "operator_id": base["operator_id"] or base["user_id"]}, name=name
        )
    return None


MAKERS = {
    "group_increase": _joined,
    "group_decrease": _left,
    "group_card": _card,
    "group_ban": _muted,
    "group_admin": _role,
    "group_recall": _recalled,
    "group_upload": _shared,
    "group_dismiss": _dissolved,
    "group_msg_emoji_like": _reacted,
    "essence": _essence,
    "notify": _notify,
    "group": _requested,
}
