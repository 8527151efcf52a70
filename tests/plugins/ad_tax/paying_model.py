"""What orders, packets, claims and an admin's words should come to, in a group of its own: the model that histories are held to.

Times are minutes since the history began, amounts yuan. Every method returns nothing; what counts is what is there afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PRICE = 100
TERM = 24 * 60
LATE = 3 * 24 * 60
SLOT = 10
MOST_OPEN = 5
WISHED = {"NapCat debug", "go-cqhttp", "SnowLuma", "SnowLuma 文字"}
"""The forms of a packet that tell its title."""
EMPTY = {"NapCat"}
"""The form that is a message without anything in it."""


@dataclass
class Due:
    """One order; `slot` is until when its owner may post an ad by it."""

    user: str
    text: str
    expires: int
    state: str = "open"
    paid: int = 0
    slot: int = -1

    @property
    def payable(self) -> bool:
        return self.state in ("open", "expired")


@dataclass
class Shown:
    """Something that looks like a payment, and the order it is bound to."""

    user: str
    order: int | None
    amount: int | None = None
    booked: bool = False


@dataclass
class Model:
    form: str
    now: int = 0
    orders: list[Due] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    """The ads the bot has put into the group."""
    welcome: int = 0
    """The ads of members that were left where they were."""

    # — members ————————————————————————————————————————————————————————————————————————————

    def order(self, user: str, text: str) -> None:
        if credit := self._first(self._credits(user)):
            credit.state = "used"
            self.posted.append(text)
        elif len(self._open(user)) < MOST_OPEN:
            self.orders.append(Due(user, text, self.now + TERM))

    def ad(self, user: str) -> None:
        mine = self._credits(user)
        if credit := self._first([n for n in mine if self.orders[n].slot >= self.now]):
            credit.state = "used"
            self.welcome += 1
        elif not mine and not any(not self.orders[n].text for n in self._open(user)):
            self.orders.append(Due(user, "", self.now + TERM))

    def packet(self, user: str, number: int) -> None:
        """`number` in its title, 0 for none."""
        bound = self._bind(user, number if self.form in WISHED else 0)
        if bound is not None or self.form not in EMPTY or self._open(user):
            self.shown.append(Shown(user, bound))

    def claim(self, user: str, number: int, amount: int | None) -> None:
        order = number - 1 if 0 < number <= len(self.orders) else None
        bound = self._bind(user, 0) if not number else order
        if bound is not None and self.orders[bound].payable:
            self.shown.append(Shown(user, bound, amount))

    # — admins —————————————————————————————————————————————————————————————————————————————

    def confirm(self, admin: str, number: int, amount: int | None) -> None:
        if 0 < number <= len(self.orders):
            self._book(admin, number - 1, amount)

    def quote(self, admin: str, which: int, amount: int | None) -> None:
        seen = self.shown[which]
        open_ones = self._open(seen.user)
        order = seen.order if seen.order is not None else open_ones[0] if len(open_ones) == 1 else None
        if order is None or seen.booked:
            return
        if amount is None and seen.amount is not None:
            amount = min(seen.amount, PRICE - self.orders[order].paid)
        seen.booked = self._book(admin, order, amount)

    def _book(self, admin: str, index: int, amount: int | None) -> bool:
        order = self.orders[index]
        if not order.payable or order.user == admin:
            return False
        order.paid = PRICE if amount is None else order.paid + amount
        if order.paid >= PRICE:
            order.state = "settled"
            order.slot = -1 if order.text else self.now + SLOT
            if order.text:
                order.state = "used"
                self.posted.append(order.text)
        return True

    def refuse(self, admin: str, number: int) -> None:
        if 0 < number <= len(self.orders):
            order = self.orders[number - 1]
            if order.payable and not order.paid and order.user != admin:
                order.state = "refused"

    def refund(self, admin: str, number: int, amount: int | None) -> None:
        if not 0 < number <= len(self.orders) or self.orders[number - 1].user == admin:
            return
        order = self.orders[number - 1]
        if order.paid and amount in (None, order.paid):
            order.state, order.paid = "refunded", 0
        elif amount is not None and order.paid - amount >= (1 if order.payable else PRICE):
            order.paid -= amount

    # — time ———————————————————————————————————————————————————————————————————————————————

    def wait(self, minutes: int) -> None:
        self.now += minutes
        for order in self.orders:
            if order.state == "open" and order.expires <= self.now:
                order.state = "expired"

    # — who has what ———————————————————————————————————————————————————————————————————————

    def _open(self, user: str) -> list[int]:
        return [n for n, order in enumerate(self.orders) if order.user == user and order.state == "open"]

    def _credits(self, user: str) -> list[int]:
        return [n for n, order in enumerate(self.orders) if order.user == user and order.state == "settled"]

    def _first(self, found: list[int]) -> Due | None:
        return self.orders[found[0]] if found else None

    def _bind(self, user: str, number: int) -> int | None:
        if 0 < number <= len(self.orders) and self.orders[number - 1].payable:
            return number - 1
        mine = self._open(user) or [
            n
            for n, order in enumerate(self.orders)
            if order.user == user and order.state == "expired" and order.expires > self.now - LATE
        ]
        return mine[0] if len(mine) == 1 else None
