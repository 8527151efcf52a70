"""The accounts and the journal: fen moved from one account to another, once per cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lizheng.ledger.tables import Entry, Order
from lizheng.store import in_atomic
from lizheng.store.sql import fetch

MOST_FEN = 1_000_000_000_000_000


class Overdrawn(RuntimeError):
    """A member's account holds less than was to be moved; nothing was."""


@dataclass(frozen=True, order=True)
class Account:
    """`kind` is outside, member, income, shared, advance or short; `user_id` is 0 but for members and advances.

    `shared` is what members gave to everybody at once, as a packet in the group: gone, and no income. `advance` is what
    somebody has paid for the group out of their own pocket, `short` what nobody has owned up to having paid.
    """

    user_id: int
    kind: str


OUTSIDE = Account(0, "outside")
INCOME = Account(0, "income")
SHARED = Account(0, "shared")
SHORT = Account(0, "short")
NEVER_NEGATIVE = ("member", "shared", "advance", "short")
IN_HAND = ("member", "income", "advance", "short")
"""What the group's people hold in their hands: together never negative, or somebody has paid out what was not there."""


def member(user_id: int) -> Account:
    return Account(user_id, "member")


def advance(user_id: int) -> Account:
    return Account(user_id, "advance")


async def move(
    order: Order,
    giver: Account,
    taker: Account,
    amount: int,
    *,
    at: datetime,
    kind: str,
    key: str,
    actor_id: int,
    reverses: int | None = None,
) -> bool:
    """Write one entry and both balances, inside the caller's atomic; False when `key` has been written before.

    Raises `Overdrawn`, and `ValueError` for an amount that is none.
    """
    if not in_atomic():
        raise RuntimeError("money moves inside an atomic")
    if not 0 < amount <= MOST_FEN:
        raise ValueError(f"{amount} fen cannot be moved")
    if not await _write(order, giver, taker, amount, at, kind, key, actor_id, reverses):
        return False
    # One order of locking for all, so that two movements never wait for each other.
    for account, change in sorted([(giver, -amount), (taker, amount)]):
        await _change(order.group_id, account, change)
    return True


async def _write(*values: Any) -> bool:
    order, giver, taker, amount, at, kind, key, actor_id, reverses = values
    rows = await fetch(
        'INSERT INTO "lizheng_entry" ("group_id", "at", "kind", "giver", "giver_id", "taker", "taker_id", '
        '"amount", "order_id", "actor_id", "key", "reverses") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) '
        'ON CONFLICT DO NOTHING RETURNING "id"',
        (
            order.group_id,
            at,
            kind,
            giver.kind,
            giver.user_id,
            taker.kind,
            taker.user_id,
            amount,
            order.id,
            actor_id,
            key,
            reverses,
        ),
    )
    return bool(rows)


async def _change(group_id: int, account: Account, change: int) -> None:
    least = -change if account.kind in NEVER_NEGATIVE else -MOST_FEN
    own = (group_id, account.kind, account.user_id)
    changed = await fetch(
        'UPDATE "lizheng_balance" SET "amount" = "amount" + ? '
        'WHERE "group_id" = ? AND "kind" = ? AND "user_id" = ? AND "amount" >= ? RETURNING "id"',
        (change, *own, least),
    )
    if changed:
        return
    if account.kind in NEVER_NEGATIVE and change < 0:
        raise Overdrawn(f"account {account} of group {group_id}")
    await fetch(
        'INSERT INTO "lizheng_balance" ("group_id", "kind", "user_id", "amount") VALUES (?, ?, ?, ?) '
        'ON CONFLICT ("group_id", "kind", "user_id") DO UPDATE '
        'SET "amount" = "lizheng_balance"."amount" + EXCLUDED."amount" RETURNING "id"',
        (*own, change),
    )


async def hold(group_id: int, *accounts: Account) -> None:
    """Lock accounts before several movements over them, in the order in which all lock."""
    for account in sorted(accounts):
        await fetch(
            'UPDATE "lizheng_balance" SET "amount" = "amount" '
            'WHERE "group_id" = ? AND "kind" = ? AND "user_id" = ? RETURNING "id"',
            (group_id, account.kind, account.user_id),
        )


async def held(group_id: int, *kinds: str) -> int:
    """Add up what the accounts of these kinds hold, in fen."""
    marks = ", ".join("?" for _ in kinds)
    rows = await fetch(
        'SELECT COALESCE(SUM("amount"), 0) AS "amount" FROM "lizheng_balance" '
        f'WHERE "group_id" = ? AND "kind" IN ({marks})',
        (group_id, *kinds),
    )
    return int(rows[0]["amount"])


async def reverse(order: Order, entry: Entry, *, at: datetime, actor_id: int, covered_by: int = 0) -> bool:
    """Write the opposite of an entry; False when that has been done.

    Money that goes back to a member although the group has spent it since comes from somebody's pocket: an advance of
    `covered_by`, or with 0 `short`.
    """
    if entry.giver == OUTSIDE.kind and entry.taker == "member":
        short = entry.amount - await held(order.group_id, *IN_HAND)
        if short > 0:
            cover = f"cover:{entry.id}"
            terms = {"at": at, "kind": "advance", "key": cover, "actor_id": actor_id}
            await move(order, OUTSIDE, advance(covered_by) if covered_by else SHORT, short, **terms)
    return await move(
        order,
        Account(entry.taker_id, entry.taker),
        Account(entry.giver_id, entry.giver),
        entry.amount,
        at=at,
        kind="refund",
        key=f"reverse:{entry.id}",
        actor_id=actor_id,
        reverses=entry.id,
    )


async def standing(order: Order) -> list[Entry]:
    """Return the order's entries that nothing has reversed, newest first."""
    entries = await Entry.filter(order_id=order.id).order_by("-id")
    reversed_ids = {entry.reverses for entry in entries}
    return [entry for entry in entries if entry.reverses is None and entry.id not in reversed_ids]


async def reverse_all(order: Order, *, at: datetime, actor_id: int) -> int:
    """Give back whatever the member has paid on the order, newest first; the fen that went back outside.

    The caller's atomic has changed the order's row before, so that nobody else reverses any of it meanwhile.
    """
    await hold(order.group_id, INCOME, OUTSIDE, SHARED, member(order.user_id))
    back = 0
    for entry in await standing(order):
        if "member" in (entry.giver, entry.taker):
            await reverse(order, entry, at=at, actor_id=actor_id, covered_by=actor_id)
            back += entry.amount * ((entry.giver == OUTSIDE.kind) - (entry.taker == OUTSIDE.kind))
    return back
