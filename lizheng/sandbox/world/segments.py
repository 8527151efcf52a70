"""OneBot message segments and their CQ-code form."""

import re
from collections.abc import Iterable
from typing import Any

Segment = dict[str, Any]

_CQ = re.compile(r"\[CQ:([A-Za-z0-9_.-]+)((?:,[^,\[\]]+)*)\]")
_NUMBER = re.compile(r"-?[0-9]+")
_LABELS = {
    "image": "[图片]",
    "mface": "[动画表情]",
    "face": "[表情]",
    "record": "[语音]",
    "video": "[视频]",
    "file": "[文件]",
    "json": "[卡片消息]",
    "xml": "[卡片消息]",
    "markdown": "[Markdown]",
    "forward": "[聊天记录]",
    "node": "[聊天记录]",
    "redbag": "[红包]",
    "red_packet": "[红包]",
    "music": "[音乐]",
    "contact": "[名片]",
    "dice": "[骰子]",
    "rps": "[猜拳]",
    "poke": "[戳一戳]",
    "location": "[位置]",
    "share": "[分享]",
}
KNOWN = frozenset({"text", "at", "reply", *_LABELS})


def text(words: str) -> Segment:
    return {"type": "text", "data": {"text": words}}


def escape(value: str, *, in_code: bool = False) -> str:
    value = value.replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;")
    return value.replace(",", "&#44;") if in_code else value


def unescape(value: str) -> str:
    return value.replace("&#44;", ",").replace("&#91;", "[").replace("&#93;", "]").replace("&amp;", "&")


def to_cq(segments: Iterable[Segment]) -> str:
    """The `raw_message` of these segments."""
    parts = []
    for segment in segments:
        data = segment["data"]
        if segment["type"] == "text":
            parts.append(escape(str(data.get("text", ""))))
            continue
        pairs = "".join(
            f",{key}={escape(str(value), in_code=True)}"
            for key, value in data.items()
            if not isinstance(value, (list, dict)) and value is not None
        )
        parts.append(f"[CQ:{segment['type']}{pairs}]")
    return "".join(parts)


def from_cq(message: str) -> list[Segment]:
    """Parse CQ codes, as every endpoint does with a message sent as a string."""
    segments: list[Segment] = []
    end = 0
    for match in _CQ.finditer(message):
        if match.start() > end:
            segments.append(text(unescape(message[end : match.start()])))
        pairs = (pair.partition("=") for pair in match[2].split(",") if pair)
        segments.append({"type": match[1], "data": {key: unescape(value) for key, _, value in pairs}})
        end = match.end()
    if end < len(message):
        segments.append(text(unescape(message[end:])))
    return segments


def to_plain(segments: Iterable[Segment]) -> str:
    """What a person reads; the quote itself is left out."""
    parts = []
    for segment in segments:
        kind, data = segment["type"], segment["data"]
        if kind == "text":
            parts.append(str(data.get("text", "")))
        elif kind == "at":
            parts.append(
                "@全体成员" if str(data.get("qq")) == "all" else f"@{data.get('name') or data.get('qq')}"
            )
        elif kind != "reply":
            parts.append(_LABELS.get(kind, f"[{kind}]"))
    return "".join(parts)


def as_number(value: object) -> int | None:
    """A whole number written as such or as a string of at most 20 digits."""
    if isinstance(value, str) and len(value) <= 20 and _NUMBER.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def quoted(segments: Iterable[Segment]) -> int | None:
    """The id of the message these segments quote."""
    for segment in segments:
        if segment["type"] == "reply":
            return as_number(segment["data"].get("id"))
    return None
