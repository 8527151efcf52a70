"""What a reader of a drawing reads."""

from __future__ import annotations

import re
import struct
from base64 import b64decode
from html import unescape
from typing import Any

from lizheng.drawing import Sheet
from lizheng.sandbox.stage import HostStage


def written(sheet: Sheet) -> list[str]:
    """The words on it, paragraph by paragraph."""
    lines = re.findall(r"<text [^>]*>(.*?)</text>", sheet.svg())
    return [unescape("".join(re.findall(r"<tspan[^>]*>(.*?)</tspan>", line))) for line in lines]


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def said_last(stage: HostStage) -> list[dict[str, Any]]:
    """The segments of the last message that reached the endpoint."""
    calls = [call for call in stage.world.api_log if call.action in ("send_group_msg", "send_private_msg")]
    return calls[-1].params["message"]


def pictures_in(segments: list[dict[str, Any]]) -> list[bytes]:
    """The images of a message, as bytes."""
    images = [s["data"]["file"] for s in segments if s["type"] == "image"]
    return [b64decode(file.removeprefix("base64://")) for file in images]
