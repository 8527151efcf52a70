"""Actions about files: a group's own, and those that messages carry."""

import base64
import binascii
from typing import Any

from lizheng.sandbox.world.refusal import WorldError

from .params import Action, BadParams, Call

INLINE = "base64://"


def _content(call: Call) -> bytes:
    """Only `base64://` brings content along; another `file` is taken as an empty file of that name."""
    source = call.string("file")
    if not source.startswith(INLINE):
        return b""
    try:
        return base64.b64decode(source.removeprefix(INLINE), validate=True)
    except binascii.Error as error:
        raise BadParams("file: bad base64") from error


def upload_group_file(call: Call) -> dict[str, Any]:
    name, content = call.string("name"), _content(call)
    return {"file_id": call.world.upload_file(call.number("group_id"), call.account, name, content)}


def upload_private_file(call: Call) -> dict[str, Any]:
    """The file becomes a message to that person."""
    file = f"{INLINE}{base64.b64encode(_content(call)).decode()}"
    segment = {"type": "file", "data": {"file": file, "name": call.string("name")}}
    made = call.world.post_private(call.account, call.number("user_id"), [segment])
    return {"file_id": made.segments[0]["data"]["file"]}


def get_group_file_url(call: Call) -> dict[str, Any]:
    """Of a file among the group's files, or in a message."""
    file_id = call.string("file_id")
    shared = call.world.group(call.number("group_id")).files.get(file_id)
    if shared is not None:
        return {"url": f"{call.world.media_base}{shared.file_id}?fname={shared.name}"}
    return {"url": _address(call, file_id)}


def get_private_file_url(call: Call) -> dict[str, Any]:
    return {"url": _address(call, call.string("file_id"))}


def get_file(call: Call) -> dict[str, Any]:
    file_id = call.string("file_id", call.params.get("file") or "")
    shared = next((found for one in call.world.groups.values() if (found := one.files.get(file_id))), None)
    content = shared.content if shared else call.world.media.get(file_id)
    if content is None:
        raise WorldError("没有这个文件。", "file not found")
    told = {"file": f"/tmp/{file_id}", "file_size": str(len(content)), "file_name": file_id, "url": ""}
    return {**told, "base64": base64.b64encode(content).decode()}


def _address(call: Call, file_id: str) -> str:
    if call.world.media.get(file_id) is None:
        raise WorldError("没有这个文件。", "文件不存在")
    return f"{call.world.media_base}/{file_id}"


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


FILES: dict[str, Action] = {
    "upload_group_file": upload_group_file,
    "upload_private_file": upload_private_file,
    "get_group_file_url": get_group_file_url,
    "get_private_file_url": get_private_file_url,
    "get_group_root_files": get_group_root_files,
    "get_file": get_file,
}
