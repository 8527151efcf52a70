"""Actions that change a group."""

import base64
import binascii
from contextlib import suppress
from typing import Any

from lizheng.sandbox.world.refusal import WorldError

from .params import Action, BadParams, Call


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


def upload_group_file(call: Call) -> dict[str, Any]:
    """Only `base64://` brings content along; another `file` is taken as an empty file of that name."""
    source, content = call.string("file"), b""
    if source.startswith("base64://"):
        try:
            content = base64.b64decode(source.removeprefix("base64://"), validate=True)
        except binascii.Error as error:
            raise BadParams("file: bad base64") from error
    name = call.string("name")
    return {"file_id": call.world.upload_file(call.number("group_id"), call.account, name, content)}


def get_group_file_url(call: Call) -> dict[str, Any]:
    shared = call.world.group(call.number("group_id")).files.get(call.string("file_id"))
    if shared is None:
        raise WorldError("没有这个文件。", "文件不存在")
    return {"url": f"{call.world.media_base}{shared.file_id}?fname={shared.name}"}


def get_group_root_files(call: Call) -> dict[str, Any]:
    group = call.world.group(call.number("group_id"))
    files = [
        {
            "group_id": group.group_id,
            "file_id": one.file_id,
            "file_name": one.name,
            "busid": 102,
            "file_size": one.size,
            "upload_time": int(one.at),
            "uploader": one.uploader,
        }
        for one in group.files.values()
    ]
    return {"files": files, "folders": []}


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
    "upload_group_file": upload_group_file,
    "get_group_file_url": get_group_file_url,
    "get_group_root_files": get_group_root_files,
}
