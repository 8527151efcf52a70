"""Actions that only look."""

import base64
from typing import Any

from lizheng.sandbox.world.faults import FaultKind
from lizheng.sandbox.world.refusal import WorldError
from lizheng.sandbox.world.views import group_info, member_info, shown_role, system_message

from .params import Action, Call

BLANKED = ("join_time", "last_sent_time", "level", "qq_level")
"""Fields of a member list that endpoints leave empty at times."""


def get_login_info(call: Call) -> dict[str, Any]:
    return {"user_id": call.account, "nickname": call.world.people[call.account].nickname}


def get_status(call: Call) -> dict[str, Any]:
    del call
    return {"online": True, "good": True, "stat": {}}


def get_version_info(call: Call) -> dict[str, Any]:
    endpoint = call.world.endpoint
    return {
        "app_name": endpoint.app_name,
        "protocol_version": "v11",
        "app_version": endpoint.app_version,
    }


def get_group_info(call: Call) -> dict[str, Any]:
    return group_info(call.world.group(call.number("group_id")))


def get_group_list(call: Call) -> list[dict[str, Any]]:
    return [group_info(one) for one in call.world.groups.values() if call.account in one.members]


def get_group_member_info(call: Call) -> dict[str, Any]:
    world = call.world
    group, fresh = world.group(call.number("group_id")), call.flag("no_cache")
    world.member(group.group_id, call.account)
    member = world.member(group.group_id, call.number("user_id"))
    role = member.role.value if fresh else shown_role(world, member, "get_group_member_info")
    return member_info(world, group, member, role)


def get_group_member_list(call: Call) -> list[dict[str, Any]]:
    world = call.world
    group, fresh = world.group(call.number("group_id")), call.flag("no_cache")
    world.member(group.group_id, call.account)
    shown = list(group.members.values())
    if stale := world.faults.take(FaultKind.STALE_LIST):
        shown = shown[: max(1, len(shown) - stale.times)]
    rows = [
        member_info(
            world, group, one, one.role.value if fresh else shown_role(world, one, "get_group_member_list")
        )
        for one in shown
    ]
    blank = [name for name in BLANKED if world.faults.take(FaultKind.BLANK, name)]
    return [row | dict.fromkeys(blank, 0) for row in rows]


def get_group_shut_list(call: Call) -> list[dict[str, Any]]:
    world = call.world
    group = world.group(call.number("group_id"))
    return [
        {
            "user_id": one.user_id,
            "nickname": world.people[one.user_id].nickname,
            "shut_up_time": int(one.muted_until),
        }
        for one in group.members.values()
        if one.muted_until > world.now()
    ]


def get_stranger_info(call: Call) -> dict[str, Any]:
    person = call.world.person(call.number("user_id"))
    return {
        "user_id": person.user_id,
        "uid": f"u_{person.user_id}",
        "nickname": person.nickname,
        "age": person.age,
        "sex": person.sex,
        "qqLevel": person.level,
        "level": person.level,
    }


def get_friend_list(call: Call) -> list[dict[str, Any]]:
    people = call.world.people
    return [
        {"user_id": one, "nickname": people[one].nickname, "remark": "", "sex": people[one].sex, "level": 0}
        for one in sorted(call.world.friends)
        if one in people
    ]


def get_group_system_msg(call: Call) -> dict[str, Any]:
    """Requests of the groups this account administers, handled ones with `checked` true; newest first."""
    world, count = call.world, call.number("count", 50)
    joins, invites = [], []
    for request in reversed(world.requests.values()):
        member = world.groups[request.group_id].members.get(call.account)
        if request.kind == "add" and member and member.role.rank:
            joins.append(system_message(world, request))
        elif request.account == call.account:
            invites.append(system_message(world, request))
    joins, invites = joins[:count], invites[:count]
    return {"invited_requests": invites, "InvitedRequest": invites, "join_requests": joins}


def can_send(call: Call) -> dict[str, Any]:
    del call
    return {"yes": True}


def get_image(call: Call) -> dict[str, Any]:
    name = call.string("file", call.params.get("file_id") or "")
    if not name:
        raise WorldError("没有这个文件。", "file not found")
    found = {"file": name, "url": f"{call.world.media_base}/{name}", "file_size": "1024", "file_name": name}
    content = call.world.media.get(name)
    return found if content is None else {**found, "base64": base64.b64encode(content).decode()}


INFO: dict[str, Action] = {
    "get_login_info": get_login_info,
    "get_status": get_status,
    "get_version_info": get_version_info,
    "get_group_info": get_group_info,
    "get_group_list": get_group_list,
    "get_group_member_info": get_group_member_info,
    "get_group_member_list": get_group_member_list,
    "get_group_shut_list": get_group_shut_list,
    "get_stranger_info": get_stranger_info,
    "get_friend_list": get_friend_list,
    "get_group_system_msg": get_group_system_msg,
    "can_send_image": can_send,
    "can_send_record": can_send,
    "get_image": get_image,
}
