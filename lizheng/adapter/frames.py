"""One frame of text into one dict, or a reason why not. Pure.

`json.loads` holds the interpreter lock for its whole run, so a thread would not keep the loop alive: what
bounds the stall is counting the brackets and commas first, which is a scan at memory speed.
"""

import json
import re
from typing import Any

MAX_BYTES = 4 * 1024 * 1024
MAX_CONTAINERS = 20_000
MAX_COMMAS = 120_000
MAX_SURROGATES = 20_000
MAX_DEPTH = 64
_LIMIT = 2**63
_LONE = re.compile("[\ud800-\udfff]")


class BadFrame(ValueError):
    """A frame that is dropped; the text is a short name of the reason, never content."""


def _number(text: str) -> float:
    if len(text) > 64:
        raise BadFrame("number")
    return float(text)


def _constant(_: str) -> float:
    raise BadFrame("number")


_decoder = json.JSONDecoder(parse_float=_number, parse_constant=_constant)


def read_frame(raw: str | bytes) -> dict[str, Any]:
    """The JSON object in a frame.

    Lone surrogates become U+FFFD and NULs vanish, because neither can be stored or sent on.

    Raises:
        BadFrame: too large, too deep, too many parts, not JSON, not an object.
    """
    text = _text(raw)
    containers = text.count("{") + text.count("[")
    if len(text) > 65_536 and (containers > MAX_CONTAINERS or text.count(",") > MAX_COMMAS):
        raise BadFrame("parts")
    surrogates = text.count("\\ud") + text.count("\\uD")
    if surrogates > MAX_SURROGATES:
        raise BadFrame("parts")
    try:
        data = _decoder.decode(text)
    except RecursionError:
        raise BadFrame("depth") from None
    except BadFrame:
        raise
    except ValueError:
        raise BadFrame("json") from None
    if type(data) is not dict:
        raise BadFrame("object")
    if containers > MAX_DEPTH and not _shallow(data):
        raise BadFrame("depth")
    if surrogates or "\\u0000" in text:
        data = _clean(data)
    return data


def _text(raw: str | bytes) -> str:
    if not raw:
        raise BadFrame("empty")
    if len(raw) > MAX_BYTES:
        raise BadFrame("size")
    if isinstance(raw, bytes):
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise BadFrame("encoding") from None
    if len(raw) > MAX_BYTES // 4 and len(raw.encode(errors="replace")) > MAX_BYTES:
        raise BadFrame("size")
    return raw


def _shallow(data: dict[str, Any]) -> bool:
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return True
    return False


def _clean(value: Any) -> Any:
    if type(value) is str:
        if "\0" in value:
            value = value.replace("\0", "")
        try:
            value.encode()
        except UnicodeEncodeError:
            # Pairs were joined while parsing, so whatever surrogate is left stands alone.
            return _LONE.sub("\N{REPLACEMENT CHARACTER}", value)
        return value
    if type(value) is list:
        return [_clean(item) for item in value]
    if type(value) is dict:
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value


def check_event(data: dict[str, Any], self_id: int) -> None:
    """Refuse what no handler should see.

    Raises:
        BadFrame: no usable type or time, meant for another account, or an integer outside 64 bits.
            A time with a fraction or in digits becomes whole seconds.
    """
    time = data.get("time")
    if type(time) is float and abs(time) < _LIMIT:
        data["time"] = int(time)
    elif type(time) is str:
        data["time"] = number(data, "time") or None
    if type(data["post_type"]) is not str or type(data.get("time")) is not int:
        raise BadFrame("event")
    own = data.get("self_id")
    if own != self_id and str(own) != str(self_id):
        raise BadFrame("self_id")
    for value in data.values():
        if type(value) is int and not -_LIMIT <= value < _LIMIT:
            raise BadFrame("number")


def number(data: dict[str, Any], key: str) -> int:
    """An integer field, 0 when absent; digits in a string count as well."""
    value = data.get(key)
    if type(value) is int:
        return value
    return int(value) if type(value) is str and value.isdecimal() and len(value) < 19 else 0


def lane_of(data: dict[str, Any]) -> int:
    """The queue an event belongs to: the group, else minus the user, 0 for what concerns the account."""
    if data["post_type"] == "meta_event":
        return 0
    return number(data, "group_id") or -number(data, "user_id")


def queue_of(data: dict[str, Any]) -> int | tuple[int, str]:
    """Behind which events one waits: its lane's, but who comes and goes holds no message up."""
    lane = lane_of(data)
    if data["post_type"] == "notice" and data.get("notice_type") in ("group_increase", "group_decrease"):
        return lane, "members"
    return lane


def event_key(data: dict[str, Any]) -> tuple[Any, ...] | None:
    """What makes two deliveries the same event; None for events that may repeat (meta)."""
    kind = data["post_type"]
    if kind == "meta_event":
        return None
    if message_id := kind in ("message", "message_sent") and data.get("message_id"):
        return (str(data["self_id"]), str(message_id), data["time"], lane_of(data), number(data, "user_id"))
    told = tuple((key, value) for key, value in sorted(data.items()) if type(value) in (int, str, bool))
    file = data.get("file")
    # Somebody may put two files into a group within one second.
    return (*told, ("file", str(file.get("id")))) if type(file) is dict else told
