"""Answers written by a language model, from the group's own entries alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lizheng.context import Context
    from plugins.member_qa.models import Entry


class Writer:
    async def write(self, ctx: Context, question: str, near: list[Entry]) -> bool:
        return False
