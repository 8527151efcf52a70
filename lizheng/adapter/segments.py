"""What an endpoint calls a message, read into NoneBot's `Message` within limits and in linear time."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from nonebot.adapters.onebot.v11.message import Message, MessageSegment
from nonebot.adapters.onebot.v11.utils import unescape

MAX_SEGMENTS = 200
MAX_TEXT = 65_536
MAX_CODED = 131_072
_CQ = re.compile(r"\[CQ:(?P<type>[a-zA-Z0-9-_.]+)(?P<params>(?:,[a-zA-Z0-9-_.]+=[^,\]]*)*),?\]")


def read_message(value: Any) -> tuple[Message, Message, bool]:
    """The message with neighbouring texts merged, as it was sent, and whether something was cut off.

    At most 200 segments and 64 Ki characters of text are read; what is beyond is cut, so that a message
    cannot escape the rules by being long.

    Raises:
        ValueError: not a message.
    """
    cut = isinstance(value, str) and len(value) > MAX_CODED
    if cut:
        value = value[:MAX_CODED]
    segments = list(islice(_segments(value), MAX_SEGMENTS + 1))
    if not segments and isinstance(value, list) and value:
        raise ValueError("not a segment among them")
    cut = cut or len(segments) > MAX_SEGMENTS
    del segments[MAX_SEGMENTS:]
    merged: list[MessageSegment] = []
    texts: list[str] = []
    room = MAX_TEXT
    for segment in segments:
        if segment.type == "text":
            text = segment.data["text"]
            if len(text) > room:
                cut, text = True, text[:room]
                segment.data["text"] = text
            room -= len(text)
            texts.append(text)
            continue
        if texts:
            merged.append(MessageSegment("text", {"text": "".join(texts)}))
            texts = []
        merged.append(MessageSegment(segment.type, dict(segment.data)))
    if texts:
        merged.append(MessageSegment("text", {"text": "".join(texts)}))
    return _message(merged), _message(segments), cut


def _message(segments: list[MessageSegment]) -> Message:
    message = Message()
    list.extend(message, segments)
    return message


def _segments(value: Any) -> Iterator[MessageSegment]:
    if isinstance(value, str):
        return _codes(value)
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        raise ValueError("not a message")
    return (segment for one in value if (segment := _segment(one)) is not None)


def _segment(value: Any) -> MessageSegment | None:
    """None for what is no segment, such as the null that some quotes come with: the rest of the message counts."""
    if isinstance(value, MessageSegment):
        return MessageSegment(value.type, dict(value.data))
    if type(value) is str:
        return MessageSegment("text", {"text": value})
    if type(value) is not dict:
        return None
    kind, data = value.get("type"), value.get("data")
    if type(kind) is not str:
        return None
    if type(data) is not dict:
        data = {}
    if kind == "text":
        text = data.get("text")
        return MessageSegment(kind, {**data, "text": text if type(text) is str else str(text or "")})
    if kind == "at":
        return MessageSegment(kind, {**data, "qq": "" if data.get("qq") is None else str(data["qq"])})
    return MessageSegment(kind, dict(data))


def _codes(text: str) -> Iterator[MessageSegment]:
    """CQ codes as text; every attempt ends at the next `]`, so hostile text stays cheap."""
    position = told = 0
    while (start := text.find("[CQ:", position)) >= 0:
        end = text.find("]", start)
        if end < 0:
            break
        start = text.rfind("[CQ:", start, end) if end - start > 4_096 else start
        match = _CQ.fullmatch(text, start, end + 1)
        if match is None:
            position = start + 4
            continue
        if start > told:
            yield MessageSegment("text", {"text": unescape(text[told:start])})
        pairs = (pair.split("=", 1) for pair in match["params"].split(",") if pair)
        coded = {"type": match["type"], "data": {key: unescape(item) for key, item in pairs}}
        if (segment := _segment(coded)) is not None:
            yield segment
        position = told = end + 1
    if told < len(text):
        yield MessageSegment("text", {"text": unescape(text[told:])})
