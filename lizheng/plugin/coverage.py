"""How much of a time the host has seen of a group: what happens while it is away is not told to it later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LEAST_EXTENSION = timedelta(hours=2)


@dataclass(frozen=True)
class Coverage:
    """What was seen between two moments; true when it was all of it.

    `waits`: the account is not connected, or is still reading back, so that more may become known: ask again later.
    `missed` is how much of the time nobody saw.
    """

    waits: bool = False
    missed: timedelta = timedelta()

    def __bool__(self) -> bool:
        return not self.waits and not self.missed

    @property
    def extension(self) -> timedelta:
        """By how much a deadline moves in favour of who may have kept it unseen: what was missed, at least 2 hours."""
        return max(self.missed, LEAST_EXTENSION) if self.missed else timedelta()


Span = tuple[datetime, datetime]


def missed(since: datetime, until: datetime, unseen: list[Span]) -> timedelta:
    """Add up what of a time lies in the unseen spans; what lies in several of them counts once."""
    total, seen_until = timedelta(), since
    for begin, end in sorted(unseen):
        begin, end = max(begin, seen_until), min(end, until)
        if end > begin:
            total += end - begin
            seen_until = end
    return total
