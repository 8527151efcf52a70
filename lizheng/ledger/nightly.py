"""Adding the books up at every start and every night; when they do not, superusers are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lizheng import upkeep

if TYPE_CHECKING:
    from lizheng.context import GroupContext
    from lizheng.host import Host

CHECK = "check"
OFF_BALANCE = "账本对不上，收付款先停了：\n{lines}\n别的功能照常。请看日志和备份。"


async def begin(host: Host) -> None:
    """At every start."""
    await _look(host)


async def check(ctx: GroupContext, slot: Any) -> None:
    """Every night."""
    await _look(ctx.host)


async def _look(host: Host) -> None:
    if not await host.books.check():
        await upkeep.warn(host, "books", OFF_BALANCE.format(lines="\n".join(host.books.wrong[:3])))
