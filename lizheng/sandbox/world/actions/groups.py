"""Actions that change a group."""

from contextlib import suppress
from typing import Any

from lizheng.sandbox.world.refusal import WorldError

from .params import Action, Call


def set_group_kick(call: Call) -> None:
    """Answers ok even when QQ refused and nothing happened."""
    group_id, user_id = call.number("group_id"), call.number("user_id")
    reject = call.flag("reject_add_request")
    call.world.person(user_id)
    with suppress(WorldError):
        call.world.kick(group_id, user_id, call.account, reject)


def set_group_ban(call: Call) -> None:
    call.world.mute(call.number("group_id"), call.number("user_id"), call.account, call.number("duration", 0))


def set_group_whole_ban(call: Call) -> None:
    call.world.mute_all(call.number("group_id"), call.account, call.flag("enable", True))


def set_group_card(call: Call) -> None:
    call.world.set_card(
        call.number("group_id"), call.number("user_id"), call.string("card", ""), call.account
    )


def set_group_special_title(call: Call) -> None:
    call.world.set_title(
        call.number("group_id"), call.number("user_id"), call.string("special_title", ""), call.account
    )


def set_group_admin(call: Call) -> None:
    role = "admin" if call.flag("enable", True) else "member"
    call.world.set_role(call.number("group_id"), call.number("user_id"), role, call.account)


def set_group_name(call: Call) -> None:
    call.world.set_group_name(call.number("group_id"), call.string("group_name"), call.account)


def set_group_leave(call: Call) -> None:
    group_id = call.number("group_id")
    if call.flag("is_dismiss") and call.world.group(group_id).owner == call.account:
        call.world.dissolve(group_id, call.account)
    else:
        call.world.leave(group_id, call.account)


def set_group_add_request(call: Call) -> None:
    call.world.handle_request(
        call.string("flag"), call.account, call.flag("approve", True), call.string("reason", "")
    )


def group_poke(call: Call) -> None:
    call.world.poke(call.number("group_id"), call.account, call.number("user_id"))


def send_poke(call: Call) -> None:
    if call.params.get("group_id"):
        group_poke(call)
    else:
        call.world.person(call.number("user_id"))


def send_group_notice(call: Call) -> None:
    world, content = call.world, call.string("content")
    group = world.admin(call.number("group_id"), call.account)
    group.notices.append(
        {
            "notice_id": f"n{len(group.notices) + 1}",
            "sender_id": call.account,
            "publish_time": int(world.now()),
            "message": {"text": content, "image": [], "images": []},
        }
    )
    world.happen("notice", group.group_id, call.account, call.account, content=content)


def get_group_notice(call: Call) -> list[dict[str, Any]]:
    return list(call.world.group(call.number("group_id")).notices)


GROUPS: dict[str, Action] = {
    "set_group_kick": set_group_kick,
    "set_group_ban": set_group_ban,
    "set_group_whole_ban": set_group_whole_ban,
    "set_group_card": set_group_card,
    "set_group_special_title": set_group_special_title,
    "set_group_admin": set_group_admin,
    "set_group_name": set_group_name,
    "set_group_leave": set_group_leave,
    "set_group_add_request": set_group_add_request,
    "group_poke": group_poke,
    "send_poke": send_poke,
    "_send_group_notice": send_group_notice,
    "_get_group_notice": get_group_notice,
}
