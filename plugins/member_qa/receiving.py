"""The bytes of a file that somebody sent: at the address it came with, else where the endpoint says it is now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng import GroupContext
from lizheng.media.fetch import INLINE, TooBig, Unreachable, fetch

MOST_BYTES = 5 * 1024 * 1024


async def content_of_file(ctx: GroupContext, data: Mapping[str, Any], *, sender: int = 0) -> bytes:
    """Of a file segment, or what a `FileShared` says as one; `sender` is whose private chat it is in, 0 for the group.

    Addresses in messages expire, and which call tells a new one differs by endpoint. Raises `Unreachable` and `TooBig`.
    """
    size = str(data.get("file_size") or data.get("size") or "")
    if size.isdecimal() and len(size) < 19 and int(size) > MOST_BYTES:
        raise TooBig
    loopback = ctx.host.config.sandboxed
    try:
        return await fetch(data, MOST_BYTES, loopback=loopback)
    except Unreachable:
        pass
    file_id = str(data.get("file_id") or data.get("id") or data.get("file") or "")
    ways: dict[str, dict[str, Any]] = {"get_file": {"file": file_id, "file_id": file_id}}
    if sender:
        ways = {"get_private_file_url": {"user_id": sender, "file_id": file_id}, **ways}
    else:
        group = {"group_id": ctx.group.id, "file_id": file_id, "busid": data.get("busid") or 0}
        ways = {"get_group_file_url": group, **ways}
    for api, params in ways.items():
        try:
            told = await ctx.query(api, **params) or {}
            inline = f"{INLINE}{told['base64']}" if told.get("base64") else ""
            return await fetch({"file": inline, "url": told.get("url")}, MOST_BYTES, loopback=loopback)
        except (Unreachable, NetworkError, ActionFailed):
            continue
    raise Unreachable("no endpoint has it any more")
