"""What is said and sent about what is held. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

MOST_KINDS = 4
PAGE_LENGTH = 2500
MOST_PAGES = 40


def say_kinds(counts: Sequence[tuple[str, int]]) -> str:
    """`进群记录 1 条、发送记录 3 条`, the first few of them."""
    told = [f"{what} {count} 条" for what, count in counts[:MOST_KINDS]]
    more = f"等 {len(counts)} 种" if len(counts) > MOST_KINDS else ""
    return "、".join(told) + more


def say_staying(reasons: Sequence[tuple[str, int, str]]) -> str:
    """At most two lines: what stays and why, the weightiest first."""
    told = [f"{what} {count} 条（{why}）" for what, count, why in reasons]
    if len(told) > 3:
        told = [*told[:3], f"还有 {len(reasons) - 3} 种，见 /我的数据"]
    return "；".join(told)


def document(head: Mapping[str, Any], kinds: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Everything as JSON that a person can read, times in the host's zone."""

    def plain(value: Any) -> str:
        if isinstance(value, datetime):
            return value.astimezone(zone).isoformat(timespec="seconds")
        return value.isoformat() if isinstance(value, date) else str(value)

    return json.dumps({**head, "数据": kinds}, ensure_ascii=False, indent=1, default=plain)


def pages(text: str) -> tuple[list[str], bool]:
    """The text in pieces that a message can hold, and whether all of it is in them."""
    pieces = [text[start : start + PAGE_LENGTH] for start in range(0, len(text), PAGE_LENGTH)]
    return pieces[:MOST_PAGES], len(pieces) <= MOST_PAGES
