"""Actions about messages."""

from typing import Any

from lizheng.sandbox.world.refusal import WorldError
from lizheng.sandbox.world.segments import Segment, as_number
from lizheng.sandbox.world.views import message_body, seen_segments

from .params import Action, BadParams, Call

MOST_HISTORY = 200


def _send(call: Call, segments: list[Segment], group_id: int, user_id: int) -> dict[str, Any]:
    world = call.world
    if segments and all(segment["type"] == "node" for segment in segments):
        made, forward_id = world.post_forward(call.account, segments, group_id=group_id, peer_id=user_id)
        return {"message_id": made, "res_id": forward_id, "forward_id": forward_id}
    if group_id:
        return {"message_id": world.post(group_id, call.account, segments).message_id}
    known_from = call.number("group_id", 0)
    return {"message_id": world.post_private(call.account, user_id, segments, known_from).message_id}


def _place(call: Call) -> tuple[int, int]:
    """Where a `send_msg` goes: the group number and 0, or 0 and the user number."""
    kind = call.string("message_type", "")
    if kind == "group" or (not kind and call.params.get("group_id")):
        return call.number("group_id"), 0
    if kind in ("", "private"):
        return 0, call.number("user_id")
    raise BadParams("message_type: Expected group or private")


def send_msg(call: Call) -> dict[str, Any]:
    return _send(call, call.message(), *_place(call))


def send_group_msg(call: Call) -> dict[str, Any]:
    return _send(call, call.message(), call.number("group_id"), 0)


def send_private_msg(call: Call) -> dict[str, Any]:
    return _send(call, call.message(), 0, call.number("user_id"))


def _send_nodes(call: Call, group_id: int, user_id: int) -> dict[str, Any]:
    made, forward_id = call.world.post_forward(call.account, call.nodes(), group_id=group_id, peer_id=user_id)
    return {"message_id": made, "res_id": forward_id, "forward_id": forward_id}


def send_group_forward_msg(call: Call) -> dict[str, Any]:
    return _send_nodes(call, call.number("group_id"), 0)


def send_private_forward_msg(call: Call) -> dict[str, Any]:
    return _send_nodes(call, 0, call.number("user_id"))


def send_forward_msg(call: Call) -> dict[str, Any]:
    return _send_nodes(call, *_place(call))


def delete_msg(call: Call) -> None:
    call.world.recall(call.number("message_id"), call.account)


def get_msg(call: Call) -> dict[str, Any]:
    return message_body(call.world, call.world.message(call.number("message_id")), call.account)


def get_forward_msg(call: Call) -> dict[str, Any]:
    key = call.string("message_id", call.params.get("id") or "")
    world = call.world
    number = as_number(key)
    if number is not None:
        inside = [one["data"].get("id") for one in world.message(number).segments if one["type"] == "forward"]
        key = str(inside[0]) if inside else ""
    nodes = world.forwards.get(key)
    if nodes is None:
        raise WorldError("没有这条合并转发。", "消息不存在")
    return {"messages": [_opened(call, node) for node in nodes]}


def _opened(call: Call, node: dict[str, Any]) -> dict[str, Any]:
    return {
        "self_id": call.account,
        "user_id": node["user_id"],
        "time": int(call.world.now()),
        "sender": {"user_id": node["user_id"], "nickname": node["nickname"], "card": ""},
        "message_type": "group",
        "message_format": "array",
        "post_type": "message",
        "message": node["content"],
        "content": node["content"],
    }


def get_group_msg_history(call: Call) -> dict[str, Any]:
    """Oldest first: from `message_seq` (a message id) on, up to it with `reverseOrder`; else the latest."""
    world, count = call.world, call.number("count", 20)
    group, anchor = world.group(call.number("group_id")), call.number("message_seq", 0)
    world.member(group.group_id, call.account)
    kept = [message for message in group.messages if not message.recalled]
    count = max(0, min(count, MOST_HISTORY))
    if anchor:
        by_seq = world.endpoint.seq_pages_back
        places = [at for at, one in enumerate(kept) if anchor == (one.seq if by_seq else one.message_id)]
        if not places:
            raise WorldError("这条消息不存在。", f"消息{anchor}不存在")
        back = by_seq or call.flag("reverseOrder") or call.flag("reverse_order")
        here = places[0]
        page = kept[max(0, here + 1 - count) : here + 1] if back else kept[here : here + count]
    else:
        page = kept[-count:] if count else []
    return {"messages": [message_body(world, message, call.account) for message in page]}


def get_friend_msg_history(call: Call) -> dict[str, Any]:
    user_id, count = call.number("user_id"), call.number("count", 20)
    both = {user_id, call.account}
    kept = [one for one in call.world.private if {one.user_id, one.peer_id} == both and not one.recalled]
    return {"messages": [message_body(call.world, one, call.account) for one in kept[-count:]]}


def forward_single(call: Call) -> dict[str, Any]:
    message = call.world.message(call.number("message_id"))
    return _send(call, seen_segments(call.world, message), *_place(call))


def set_essence_msg(call: Call) -> None:
    call.world.set_essence(call.number("message_id"), call.account, on=True)


def delete_essence_msg(call: Call) -> None:
    call.world.set_essence(call.number("message_id"), call.account, on=False)


def get_essence_msg_list(call: Call) -> list[dict[str, Any]]:
    world = call.world
    known = [
        world.messages[one] for one in world.group(call.number("group_id")).essence if one in world.messages
    ]
    return [
        {
            "message_id": one.message_id,
            "sender_id": one.user_id,
            "sender_nick": world.display_name(one.group_id, one.user_id),
            "sender_time": int(one.at),
            "content": seen_segments(world, one),
        }
        for one in known
    ]


def nothing(call: Call) -> None:
    """Accepted without any effect the world shows."""
    call.number("message_id", 0)


MESSAGES: dict[str, Action] = {
    "send_msg": send_msg,
    "send_group_msg": send_group_msg,
    "send_private_msg": send_private_msg,
    "send_group_forward_msg": send_group_forward_msg,
    "send_private_forward_msg": send_private_forward_msg,
    "send_forward_msg": send_forward_msg,
    "delete_msg": delete_msg,
    "get_msg": get_msg,
    "get_forward_msg": get_forward_msg,
    "get_group_msg_history": get_group_msg_history,
    "get_friend_msg_history": get_friend_msg_history,
    "forward_group_single_msg": forward_single,
    "forward_friend_single_msg": forward_single,
    "set_essence_msg": set_essence_msg,
    "delete_essence_msg": delete_essence_msg,
    "get_essence_msg_list": get_essence_msg_list,
    "mark_msg_as_read": nothing,
    "mark_group_msg_as_read": nothing,
    "set_msg_emoji_like": nothing,
}
