"""The journal of a group as a table, safe to open in a spreadsheet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lizheng.ledger.tables import Entry, Order
from lizheng.media.tables import Column, Money, Table, Whole

JOURNAL = Table(
    Column("流水号", Whole()),
    Column("时间"),
    Column("类别"),
    Column("单号"),
    Column("事由"),
    Column("成员", Whole()),
    Column("金额（元）", Money()),
    Column("经手人", Whole()),
    Column("从"),
    Column("到"),
    Column("冲销", Whole()),
    title="账本流水",
)
KINDS = {
    "payment": "收款",
    "use": "使用",
    "refund": "冲销",
    "spend": "支出",
    "advance": "垫付",
    "repay": "还垫付",
}
REFUND = "退款"
SIDES = {
    "outside": "群外",
    "member": "成员预付",
    "income": "收入",
    "shared": "发给大家",
    "advance": "垫付",
    "short": "缺口",
}


async def export(group_id: int, out: Path, zone: ZoneInfo) -> int:
    """Write the group's whole journal, oldest first, as xlsx or else CSV by the name; return the number of entries.

    Raises `NoWriter` for xlsx without openpyxl.
    """
    entries = await Entry.filter(group_id=group_id).order_by("id")
    orders = {order.id: order for order in await Order.filter(group_id=group_id)}
    kind = "xlsx" if out.suffix.lower() == ".xlsx" else "csv"
    content = await JOURNAL.write(kind, _rows(entries, orders, zone))
    await asyncio.to_thread(out.write_bytes, content)
    return len(entries)


def _rows(entries: list[Entry], orders: dict[int, Order], zone: ZoneInfo) -> Iterator[tuple[Any, ...]]:
    for entry in entries:
        order = orders[entry.order_id]
        yield (
            entry.id,
            entry.at.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
            REFUND if entry.kind == "refund" and not entry.reverses else KINDS.get(entry.kind, entry.kind),
            f"A{order.number}",
            order.purpose,
            order.user_id,
            entry.amount,
            entry.actor_id,
            SIDES[entry.giver],
            SIDES[entry.taker],
            entry.reverses or None,
        )
