"""Files for 资料: what is kept of one, and those that are waited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lizheng import GroupContext, InMemory
from lizheng.text import clip, visible
from plugins.boards.rules import Parts

WAITING = 600.0
"""Seconds in which a file is waited for after its title was given; a restart forgets it."""


class Awaited:
    """Who has been asked for a file in which group: its title, why people look at it first, and until when."""

    def __init__(self) -> None:
        self._asked: dict[tuple[int, int], tuple[str, str, float]] = {}

    def put(self, ctx: GroupContext, title: str, why: str) -> None:
        """Wait for a file of the author; a newer title counts."""
        now = ctx.elapsed
        self._asked = {key: one for key, one in self._asked.items() if one[2] > now}
        self._asked[ctx.group.id, ctx.author_id] = (title, why, now + WAITING)

    def take(self, ctx: GroupContext, user_id: int) -> tuple[str, str] | None:
        """Give the title and why for which somebody's file was waited for, once."""
        found = self._asked.pop((ctx.group.id, user_id), None)
        return found[:2] if found and found[2] > ctx.elapsed else None


AWAITED = InMemory(Awaited)


def size_of(count: int) -> str:
    """Bytes for people."""
    return f"{count / 1048576:.1f} MiB" if count >= 1048576 else f"{max(count // 1024, 1)} KiB"


def with_file(parts: Parts, data: Mapping[str, Any]) -> Parts:
    """The parts with what a message or a notice says of a file."""
    name = clip(visible(str(data.get("name") or data.get("file_name") or data.get("file") or "")), 60)
    size = str(data.get("file_size") or data.get("size") or "0")
    told = {
        "id": str(data.get("file_id") or data.get("id") or "")[:200],
        "name": name or "文件",
        "size": size_of(int(size) if size.isdecimal() and len(size) < 16 else 0),
    }
    return replace(parts, file=told)
