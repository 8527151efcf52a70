"""Adding the books up at every start and every night; when they do not, superusers are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lizheng import upkeep
from lizheng.ledger import books

if TYPE_CHECKING:
    from lizheng.context import GroupContext
    from lizheng.host import Host

CHECK = "check"
OFF_BALANCE = "账本对不上，这些群的收付款先停了：\n{lines}\n别的照常。请看日志和备份。"


async def begin(host: Host) -> None:
    """At every start."""
    await _look(host)


async def check(ctx: GroupContext, slot: Any) -> None:
    """Every night."""
    await _look(ctx.host)


async def _look(host: Host) -> None:
    if wrong := await books.check(host.groups):
        await upkeep.warn(host, "books", OFF_BALANCE.format(lines="\n".join(map(str, wrong[:3]))))
