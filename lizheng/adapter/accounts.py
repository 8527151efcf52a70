"""Which of several connected accounts acts for a group."""

from collections.abc import Sequence
from typing import Any

from lizheng.adapter.frames import number


class Accounts:
    """The first account seen in a group acts there until it disconnects."""

    def __init__(self) -> None:
        self._acting: dict[int, int] = {}

    def claim(self, group_id: int, account: int) -> bool:
        """Whether `account` acts for the group, which becomes its own when nobody's."""
        return self._acting.setdefault(group_id, account) == account

    def concerns(self, data: dict[str, Any], group_id: int, account: int) -> bool:
        """Whether an event of a group is this account's to handle.

        What happens to the account itself (made admin, muted, invited, …) always is.
        """
        kind = data["post_type"]
        if kind == "request" and data.get("sub_type") == "invite":
            return True
        if self.claim(group_id, account):
            return True
        return kind == "notice" and account in (number(data, "user_id"), number(data, "target_id"))

    def acting(self, group_id: int, connected: Sequence[int]) -> int | None:
        account = self._acting.get(group_id)
        if account in connected:
            return account
        return connected[0] if len(connected) == 1 else None

    def all(self) -> dict[int, int]:
        """Every group somebody acts for, with the account."""
        return dict(self._acting)

    def release(self, account: int) -> None:
        self._acting = {group: owner for group, owner in self._acting.items() if owner != account}

    def leave(self, group_id: int, account: int) -> None:
        """The account is no longer in the group."""
        if self._acting.get(group_id) == account:
            del self._acting[group_id]

    def clear(self) -> None:
        self._acting.clear()
