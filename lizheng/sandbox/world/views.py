"""OneBot shapes of what the world holds, as the chosen endpoint shows them."""

from typing import TYPE_CHECKING, Any

from .endpoints import packet_raw, packet_segments
from .faults import FaultKind
from .segments import to_cq
from .state import Group, Member, Message, Request

if TYPE_CHECKING:
    from .core import Core

IMAGE_LIFE = 7200


def shown_role(world: "Core", member: Member, name: str) -> str:
    """The role an endpoint reports; a stale_role fault is used up only where it makes a difference."""
    if member.previous_role is not member.role and world.faults.take(FaultKind.STALE_ROLE, name):
        return member.previous_role.value
    return member.role.value


def sender_of(world: "Core", message: Message) -> dict[str, Any]:
    person = world.people.get(message.user_id)
    sender: dict[str, Any] = {
        "user_id": message.user_id,
        "nickname": person.nickname if person else "",
        "card": "",
    }
    if message.group_id:
        member = world.groups[message.group_id].members.get(message.user_id)
        sender["card"] = member.card if member else ""
        sender["role"] = shown_role(world, member, "event") if member else "member"
    elif message.temp_group:
        sender["group_id"] = message.temp_group
    return sender


def seen_segments(world: "Core", message: Message) -> list[dict[str, Any]]:
    """The segments as the bot gets them: numbers as strings, media with an address that expires."""
    if message.packet is not None:
        return packet_segments(world.endpoint, message.packet, as_text=world.packet_as_text)
    return [_seen(world, message, segment) for segment in message.segments]


def _seen(world: "Core", message: Message, segment: dict[str, Any]) -> dict[str, Any]:
    kind, data = segment["type"], dict(segment["data"])
    for key in ("qq", "id"):
        if key in data:
            data[key] = str(data[key])
    if kind == "mface":
        kind = "image"
        data = {
            "summary": data.get("summary", "[动画表情]"),
            "file": f"{data.get('emoji_id', 'mface')}.gif",
            **data,
        }
    if kind == "file" and (content := world.media.get(str(data.get("file")))) is not None:
        told = {
            "file": data.get("name", data["file"]),
            "file_id": data["file"],
            "file_size": str(len(content)),
        }
        data = {key: value for key, value in data.items() if key != "name"} | told
    if kind in ("image", "record", "video"):
        name = str(data.get("name") or data.get("file") or kind)
        if name.startswith(("base64://", "http", "file:", "data:")):
            name = f"{message.message_id & 0xFFFFFFFF:08X}.{'png' if kind == 'image' else 'bin'}"
        expires = int(message.at) + IMAGE_LIFE
        source = str(data.get("url") or "")
        url = source or f"{world.media_base}/{name}?expires={expires}"
        data = {**data, "file": name, "url": url, "file_size": str(data.get("file_size", 1024))}
        if kind == "image":
            data = {"summary": "", "sub_type": 0, **data}
    return {"type": kind, "data": data}


def message_body(world: "Core", message: Message, account: int) -> dict[str, Any]:
    """The message as `get_msg`, history and events carry it."""
    segments = seen_segments(world, message)
    body: dict[str, Any] = {
        "self_id": account,
        "user_id": message.user_id,
        "time": int(message.at),
        "message_id": message.message_id,
        "message_seq": message.seq if world.endpoint.seq_pages_back else message.message_id,
        "real_id": message.message_id,
        "real_seq": str(message.seq),
        "message_type": "group" if message.group_id else "private",
        "sender": sender_of(world, message),
        "raw_message": to_cq(segments),
        "font": 14,
        "sub_type": "normal" if message.group_id else ("group" if message.temp_group else "friend"),
        "message": segments,
        "message_format": "array",
        "post_type": "message_sent" if message.user_id == account else "message",
    }
    if message.group_id:
        body["group_id"] = message.group_id
        body["group_name"] = world.groups[message.group_id].name
    if message.user_id == account:
        body["target_id"] = message.group_id or message.peer_id
    if message.packet is not None and world.debug_raw and world.endpoint.packet == "empty":
        body["raw"] = packet_raw(message.packet)
    return body


def group_info(group: Group) -> dict[str, Any]:
    return {
        "group_all_shut": -1 if group.mute_all else 0,
        "group_remark": "",
        "group_id": group.group_id,
        "group_name": group.name,
        "member_count": len(group.members),
        "max_member_count": group.max_members,
    }


def member_info(world: "Core", group: Group, member: Member, role: str) -> dict[str, Any]:
    person = world.people[member.user_id]
    return {
        "group_id": group.group_id,
        "user_id": member.user_id,
        "nickname": person.nickname,
        "card": member.card,
        "sex": person.sex,
        "age": person.age,
        "area": "",
        "level": str(member.level),
        "qq_level": person.level,
        "join_time": int(member.join_time),
        "last_sent_time": int(member.last_sent_time),
        "title_expire_time": 0,
        "unfriendly": False,
        "card_changeable": True,
        "is_robot": False,
        "shut_up_timestamp": int(member.muted_until) if member.muted_until > world.now() else 0,
        "role": role,
        "title": member.title,
    }


def request_event(world: "Core", request: Request) -> dict[str, Any]:
    event: dict[str, Any] = {
        "post_type": "request",
        "request_type": "group",
        "sub_type": request.kind,
        "group_id": request.group_id,
        "user_id": request.user_id,
        "comment": request.comment,
        "flag": request.flag,
    }
    if request.kind == "add" and world.endpoint.tells_invitor and request.invitor:
        event["invitor_id"] = request.invitor
    return event


def system_message(world: "Core", request: Request) -> dict[str, Any]:
    """An entry of `get_group_system_msg`. NapCat's `invitor_uin` of a join request is the one who asks."""
    nickname = world.people[request.user_id].nickname
    entry = {
        "request_id": int(request.flag),
        "invitor_uin": request.user_id,
        "invitor_nick": nickname,
        "group_id": request.group_id,
        "message": request.comment,
        "group_name": world.groups[request.group_id].name,
        "checked": request.state != "pending",
        "actor": request.handled_by,
        "requester_nick": nickname,
    }
    if world.endpoint.key != "napcat":
        entry["requester_uin"] = request.user_id
    return entry
