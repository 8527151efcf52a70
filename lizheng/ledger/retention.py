"""What the ledger keeps about people."""

from __future__ import annotations

from datetime import datetime

from tortoise.expressions import Q

from lizheng.ledger.tables import Balance, Entry, Evidence, Order
from lizheng.plugin.retention import Keep

BOOKS = "账本只增不改，不能抹掉"


def _closed(now: datetime) -> Q:
    return Q(state__in=("used", "expired", "refused", "refunded", "waived"))


KEPT = (
    Keep(
        Order,
        "交费单",
        at="created_at",
        days=180,
        stays="账目要凭它核对，只抹掉办完的单里的文字",
        free=_closed,
        blank={"text": ""},
        lasting=True,
        hidden=("settled_by", "used_by", "reason", "payer_id"),
    ),
    Keep(
        Entry,
        "账本流水",
        person=("giver_id", "taker_id"),
        until="和群的账本一起",
        stays=BOOKS,
        hidden=("actor_id",),
    ),
    Keep(Balance, "账户余额", until="和群的账本一起", stays=BOOKS),
    Keep(
        Evidence,
        "付款凭据",
        at="at",
        days=180,
        stays="账目要凭它核对，只抹掉祝福语",
        free=lambda now: Q(),
        blank={"wish": ""},
        lasting=True,
        hidden=("order_id",),
    ),
)
