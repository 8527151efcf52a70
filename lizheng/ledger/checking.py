"""Whether the books agree with themselves."""

from __future__ import annotations

from typing import NamedTuple

from lizheng.store.sql import fetch

_BALANCES = """
SELECT g."group_id", g."kind", g."user_id", SUM(g."amount") AS "should", SUM(g."stored") AS "is" FROM (
  SELECT "group_id", "giver" AS "kind", "giver_id" AS "user_id", -"amount" AS "amount", 0 AS "stored"
    FROM "lizheng_entry"
  UNION ALL SELECT "group_id", "taker", "taker_id", "amount", 0 FROM "lizheng_entry"
  UNION ALL SELECT "group_id", "kind", "user_id", 0, "amount" FROM "lizheng_balance"
) g GROUP BY g."group_id", g."kind", g."user_id" HAVING SUM(g."amount") <> SUM(g."stored")
"""
_ORDERS = """
SELECT o."group_id", o."number", o."kind", o."account", o."state", o."paid", o."price",
  COALESCE(SUM(CASE WHEN e."giver" = 'outside' AND e."taker" = 'member' THEN e."amount"
    WHEN e."giver" = 'member' AND e."taker" = 'outside' THEN -e."amount" END), 0) AS "received",
  COALESCE(SUM(CASE WHEN e."giver" = 'member' AND e."taker" = o."account" THEN e."amount"
    WHEN e."giver" = o."account" AND e."taker" = 'member' THEN -e."amount" END), 0) AS "used",
  COALESCE(SUM(CASE WHEN e."giver" = 'income' AND e."taker" = 'outside' THEN e."amount"
    WHEN e."giver" = 'outside' AND e."taker" = 'income' THEN -e."amount" END), 0) AS "spent"
FROM "lizheng_order" o LEFT JOIN "lizheng_entry" e ON e."order_id" = o."id"
GROUP BY o."id", o."group_id", o."number", o."kind", o."account", o."state", o."paid", o."price"
"""
# What was paid out was there, or is an advance of somebody.
_IN_HAND = """
SELECT "group_id", SUM("amount") AS "amount" FROM "lizheng_balance"
WHERE "kind" IN ('member', 'income', 'advance', 'short') GROUP BY "group_id" HAVING SUM("amount") < 0
"""


class Mismatch(NamedTuple):
    """Something of one group that does not add up; as text it is one Chinese line."""

    group_id: int
    what: str

    def __str__(self) -> str:
        return f"群 {self.group_id} 的{self.what}"


async def mismatches() -> list[Mismatch]:
    """Everything that does not add up, of all groups; empty when all is well."""
    wrong: list[Mismatch] = []
    for row in await fetch(_BALANCES):
        said = f"账户 {row['kind']}/{row['user_id']}：余额 {row['is']} 分，流水合计 {row['should']} 分"
        wrong.append(Mismatch(int(row["group_id"]), said))
    for row in await fetch(_ORDERS):
        if why := _order_is_wrong(row):
            wrong.append(Mismatch(int(row["group_id"]), f" A{row['number']}：{why}"))
    for row in await fetch(_IN_HAND):
        said = f"公账：付出去的比收进来和垫的多 {-int(row['amount'])} 分"
        wrong.append(Mismatch(int(row["group_id"]), said))
    return wrong


def _order_is_wrong(row: dict) -> str:
    state, paid = row["state"], row["paid"]
    if row["kind"] in ("reward", "spending"):
        if paid != row["spent"] or row["received"] or row["used"]:
            return f"记着发了 {paid} 分，流水合计 {row['spent']} 分"
        if (state == "used") != (paid >= row["price"]):
            return f"状态 {state}，发了 {paid} 分，该发 {row['price']} 分"
        return ""
    if row["spent"]:
        return f"是收款，流水却支出 {row['spent']} 分"
    if paid != row["received"]:
        return f"记着收了 {paid} 分，流水合计 {row['received']} 分"
    if row["used"] != (row["price"] if state == "used" else 0):
        return f"状态 {state}，用掉的流水合计 {row['used']} 分"
    if (state in ("settled", "used")) != (paid >= row["price"]):
        return f"状态 {state}，收了 {paid} 分，价格 {row['price']} 分"
    return ""
