"""From a literal template and values to message segments. The only interpolation there is.

A `str` value is text and nothing else: it is never parsed as a CQ code. A template is written by a developer; what
admins write is filled by `fill`, which knows a fixed set of placeholders.
"""

from __future__ import annotations

import string
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from lizheng.grammar import Misread

Segment = dict[str, Any]
_FORMATTER = string.Formatter()


@dataclass(frozen=True)
class Mention:
    """A value that becomes an @."""

    user_id: int


def mentions(people: Iterable[int], most: int = 0, more: str = "") -> list[Any]:
    """An @ of each, with a space after it, as a value of `say`.

    With `most`, so many of them, spaces between them alone, and where there are others `more`, in which `{count}` is
    how many there are in all.
    """
    everybody = list(people)
    parts = [part for person in everybody[: most or None] for part in (Mention(person), " ")]
    if not most:
        return parts
    return [*parts, more.format(count=len(everybody))] if len(everybody) > most else parts[:-1]


@dataclass(frozen=True)
class Face:
    """A value that becomes one of QQ's own small faces."""

    number: str


@dataclass(frozen=True)
class Picture:
    """A value that becomes an image, sent as bytes: no path or address ever reaches the endpoint."""

    path: Path

    def segment(self) -> Segment:
        return _image(self.path.read_bytes())


@dataclass(frozen=True)
class Drawing:
    """A value that becomes an image: the bytes of what the host drew, see `Sheet`."""

    content: bytes

    def segment(self) -> Segment:
        return _image(self.content)


def _image(content: bytes) -> Segment:
    return {"type": "image", "data": {"file": f"base64://{b64encode(content).decode()}"}}


def compose(template: str, values: Mapping[str, Any]) -> list[Segment]:
    """Segments of `template` with `{name}` replaced by values; adjacent texts are merged.

    Raises `KeyError` for a name without a value and `ValueError` for anything but plain `{name}`.
    """
    segments: list[Segment] = []
    for literal, name, spec, conversion in _FORMATTER.parse(template):
        _add_text(segments, literal)
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            raise ValueError(f"a template takes plain {{names}} only, not {name!r}")
        _add(segments, values[name])
    return [s for s in segments if s["type"] != "text" or s["data"]["text"]]


def _add(segments: list[Segment], value: Any) -> None:
    if isinstance(value, Mention):
        segments.append({"type": "at", "data": {"qq": str(value.user_id)}})
    elif isinstance(value, Face):
        segments.append({"type": "face", "data": {"id": value.number}})
    elif isinstance(value, Picture | Drawing):
        segments.append(value.segment())
    elif isinstance(value, list | tuple):
        for part in cast("Iterable[Any]", value):
            _add(segments, part)
    else:
        _add_text(segments, str(value))


def _add_text(segments: list[Segment], text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    if segments and segments[-1]["type"] == "text":
        segments[-1]["data"]["text"] += text
    else:
        segments.append({"type": "text", "data": {"text": text}})


def plain(segments: Iterable[Segment]) -> str:
    """What a person reads of these segments, for logs of tests and comparisons; an @ is `@id`, other things `[type]`."""
    return "".join(map(_plain, segments))


def _plain(segment: Segment) -> str:
    if segment["type"] == "text":
        return str(segment["data"]["text"])
    return f"@{segment['data']['qq']} " if segment["type"] == "at" else f"[{segment['type']}]"


def placeholders(text: str, known: Iterable[str]) -> list[str]:
    """The placeholders an admin's template uses. Raises `Misread` naming the first that is not among `known`."""
    known = list(known)
    found: list[str] = []
    for part in text.split("{")[1:]:
        name, closed, _ = part.partition("}")
        if not closed or name not in known:
            options = "".join(f"{{{k}}}" for k in known)
            raise Misread(f"不认识的占位符「{{{name[:10]}}}」；能用的是 {options}。")
        found.append(name)
    return found


def fill(text: str, values: Mapping[str, Any]) -> list[Any]:
    """An admin's template as parts for a `{…}` value. Lines whose placeholders are all empty disappear."""
    lines: list[list[Any]] = []
    for line in text.splitlines():
        parts, filled, asked = _fill_line(line, values)
        if filled or not asked:
            lines.append(parts)
    joined: list[Any] = []
    for index, parts in enumerate(lines):
        joined.extend(["\n", *parts] if index else parts)
    return joined


def _fill_line(line: str, values: Mapping[str, Any]) -> tuple[list[Any], bool, bool]:
    first, *rest = line.split("{")
    parts: list[Any] = [first]
    filled = asked = False
    for piece in rest:
        name, closed, text = piece.partition("}")
        if not closed or name not in values:
            parts.append("{" + piece)
            continue
        value = values[name]
        asked = True
        filled = filled or bool(value)
        parts += [value, text]
    return parts, filled, asked
