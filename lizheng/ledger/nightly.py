"""Adding the books up at every start and every night; when they do not, superusers are told."""

from __future__ import annotations

from typing import Any

from lizheng.acts.alerts import warn
from lizheng.ledger import books
from lizheng.plugin.context import GroupContext
from lizheng.plugin.services import Services
from lizheng.store.tables import Slot

CHECK = "check"
OFF_BALANCE = "账本对不上，这些群的收付款先停了：\n{lines}\n别的照常。请看日志和备份。"


async def begin(host: Services[Any]) -> None:
    """At every start."""
    await _look(host)


async def check(ctx: GroupContext, slot: Slot) -> None:
    """Every night."""
    await _look(ctx.host)


async def _look(host: Services[Any]) -> None:
    if wrong := await books.check(host.groups):
        await warn(host, "books", OFF_BALANCE.format(lines="\n".join(map(str, wrong[:3]))))
