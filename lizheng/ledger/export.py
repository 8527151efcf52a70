"""The journal of a group as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from lizheng.ledger.tables import Entry, Order

HEADINGS = ("流水号", "时间", "类别", "单号", "事由", "成员", "金额（元）", "经手人", "从", "到", "冲销")
KINDS = {"payment": "收款", "use": "使用", "refund": "冲销"}
REFUND = "退款"
SIDES = {"outside": "群外", "member": "成员预付", "income": "收入"}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """As text that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.lstrip(" \n\u3000\ufeff").startswith(FORMULA) else text


async def export(group_id: int, out: Path, zone: ZoneInfo) -> int:
    """Write the group's whole journal, oldest first; the number of entries."""
    entries = await Entry.filter(group_id=group_id).order_by("id")
    orders = {order.id: order for order in await Order.filter(group_id=group_id)}
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        _write(file, entries, orders, zone)
    return len(entries)


def _write(file: TextIO, entries: list[Entry], orders: dict[int, Order], zone: ZoneInfo) -> None:
    writer = csv.writer(file)
    writer.writerow(HEADINGS)
    for entry in entries:
        order = orders[entry.order_id]
        row = (
            entry.id,
            entry.at.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
            REFUND if entry.kind == "refund" and not entry.reverses else KINDS.get(entry.kind, entry.kind),
            f"A{order.number}",
            order.purpose,
            order.user_id,
            f"{entry.amount // 100}.{entry.amount % 100:02d}",
            entry.actor_id,
            SIDES[entry.giver],
            SIDES[entry.taker],
            entry.reverses or "",
        )
        writer.writerow([cell(value) for value in row])
