"""What is said in many groups, or at an hour: words, QQ's faces, and pictures that are files of ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lizheng import Context, Declined, Face, GroupContext, Misread, Words
from lizheng.grammar import Other
from lizheng.media.pictures import get, shown, store
from lizheng.messages.content import opened
from lizheng.messages.templates import Segment
from lizheng.text import clip, visible
from plugins.broadcast import rules, texts

Part = dict[str, str]
MOST_PICTURES = 4
PICTURES = ("png", "jpg", "gif", "webp")


@dataclass(frozen=True)
class Written:
    """What stands behind a command: words and pictures."""

    text: str = ""
    others: tuple[Other, ...] = ()
    label = "<内容>"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Written:
        """Raises `Misread` for what cannot be said again."""
        others = tuple(words.others())
        if any(other.type not in ("image", "face") for other in others):
            raise Misread(texts.ODD)
        return cls(words.rest(), others)


async def take(ctx: Context, text: str, others: Iterable[Other]) -> list[Part]:
    """The parts of what was typed and of what it quotes; pictures are fetched and kept, as links expire.

    Raises `Misread` and `Declined`: for nothing, too much, or what cannot be said again.
    """
    parts: list[Part] = [{"text": text}] if text else []
    images: list[Other] = []
    for other in others:
        _add(parts, images, other.type, dict(other.data))
    if ctx.quoted is not None:
        if parts and ctx.quoted.segments:
            _add_text(parts, "\n")
        await _quoted(ctx, parts, images, ctx.quoted.segments)
    length = sum(len(part.get("text", "")) for part in parts)
    if length > rules.LONGEST:
        raise Misread(texts.TOO_LONG.format(most=rules.LONGEST, length=length))
    if len(images) > MOST_PICTURES:
        raise Misread(texts.TOO_MANY_PICTURES.format(most=MOST_PICTURES, count=len(images)))
    fetched = [await get(ctx, image) for image in images]
    await store(ctx, fetched)
    names = iter(fetched)
    parts = [{"picture": next(names).name} if "picture" in part else part for part in parts]
    if not any(part.get("text", "").strip() or "text" not in part for part in parts):
        raise Misread(texts.EMPTY)
    return parts


def _add(parts: list[Part], images: list[Other], kind: str, data: dict[str, Any]) -> None:
    if kind == "image":
        images.append(Other("image", data))
        parts.append({"picture": ""})
    elif kind == "face":
        parts.append({"face": str(data.get("id") or "0")})
    else:
        raise Misread(texts.ODD)


def _add_text(parts: list[Part], text: str) -> None:
    if parts and "text" in parts[-1]:
        parts[-1] = {"text": parts[-1]["text"] + text}
    else:
        parts.append({"text": text})


async def _quoted(ctx: Context, parts: list[Part], images: list[Other], segments: Sequence[Segment]) -> None:
    """What the quoted message says; a merged forward is laid out, one message a line, as not every client opens one."""
    if not segments:
        raise Declined(texts.QUOTE_UNREAD)
    for segment in segments:
        kind, data = segment["type"], dict(segment["data"])
        if kind == "text":
            _add_text(parts, str(data.get("text") or ""))
        elif kind == "at":
            _add_text(parts, await _mention(ctx, str(data.get("qq") or "")))
        elif kind == "forward":
            inside = await opened(ctx.query, str(data.get("id") or ""))
            if not inside:
                raise Declined(texts.QUOTE_UNREAD)
            for number, message in enumerate(inside):
                if number:
                    _add_text(parts, "\n")
                await _quoted(ctx, parts, images, message)
        elif kind != "reply":
            _add(parts, images, kind, data)


async def _mention(ctx: Context, written: str) -> str:
    """Nobody is called in another group: an @ becomes the name."""
    return f"@{await ctx.names_of([int(written)]) if written.isdecimal() else '全体成员'}"


def values(ctx: GroupContext, parts: Iterable[Part]) -> tuple[list[Any], int]:
    """The parts as values of `say`, and how many pictures are gone."""
    found: list[Any] = []
    lost = 0
    for part in parts:
        if "picture" in part:
            pictures = shown(ctx, [part["picture"]])
            lost += not pictures
            found += pictures
        else:
            found.append(Face(part["face"]) if "face" in part else part["text"])
    return found, lost


def brief(parts: Iterable[Part], most: int = 20) -> str:
    """One short line for a list."""
    line = "".join(part.get("text") or ("[图]" if "picture" in part else "[表情]") for part in parts)
    return clip(visible(line), most)


def pictures_of(rows: Iterable[Sequence[Part]]) -> set[str]:
    """The names of all pictures that these contents speak of."""
    return {part["picture"] for parts in rows for part in parts if "picture" in part}
