"""The pictures of answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lizheng.grammar import Misread, Other
from lizheng.pictures import keep
from plugins.member_qa import rules, texts

if TYPE_CHECKING:
    from lizheng.context import GroupContext


async def take(ctx: GroupContext, images: Sequence[Other]) -> tuple[str, ...]:
    """Store the pictures and return their names. Raises `Misread` for what is none, `Declined` for one that cannot be had."""
    if any(image.type != "image" for image in images):
        raise Misread(texts.NOT_A_PICTURE)
    if len(images) > rules.MOST_PICTURES:
        raise Misread(texts.TOO_MANY_PICTURES.format(most=rules.MOST_PICTURES))
    return tuple([await keep(ctx, image) for image in images])
