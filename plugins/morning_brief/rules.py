"""When a brief is due, and what to do about one whose sending is in doubt. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum

from plugins.morning_brief.settings import NEVER, WORKDAYS

FARTHEST = timedelta(days=40)
"""No holiday is longer, so a workday comes before that."""

IsWorkday = Callable[[date], bool]


@dataclass(frozen=True)
class Timetable:
    """When a group has its briefs; `is_workday` answers for any date."""

    at: time
    days: str
    zone: tzinfo
    is_workday: IsWorkday

    def due(self, day: date) -> datetime | None:
        """The moment a day's brief is due; None when that day has none.

        A time that the clock skips in spring is due right after the gap; of one that comes twice, the first counts.
        """
        if self.days == NEVER or (self.days == WORKDAYS and not self.is_workday(day)):
            return None
        return datetime.combine(day, self.at, self.zone).astimezone(UTC)

    def next_after(self, moment: datetime) -> datetime | None:
        """The first due moment later than this one; None when no brief is ever sent."""
        day = moment.astimezone(self.zone).date()
        for _ in range(FARTHEST.days):
            if (due := self.due(day)) is not None and due > moment:
                return due
            day += timedelta(days=1)
        return None

    def day_of(self, due: datetime) -> date:
        """The day whose brief is due at that moment."""
        return due.astimezone(self.zone).date()

    def look(self, first: datetime, now: datetime, limit: timedelta) -> tuple[list[date], datetime | None]:
        """Of the briefs due from `first` until now: the days that are too late, and when the one was due that is not."""
        missed: list[date] = []
        due = self.next_after(first - timedelta(microseconds=1))
        while due is not None and due < now - limit:
            missed.append(self.day_of(due))
            due = self.next_after(due)
        return missed, due if due is not None and due <= now else None


SETTLING = timedelta(seconds=12)
"""A message may show in the history some seconds after it was sent."""
UNANSWERED = timedelta(seconds=25)
"""One nobody answered for may still be on its way for longer."""
UNWATCHED = timedelta(minutes=10)
"""Who looks later than this cannot say that nobody took the message back."""
MOST_ATTEMPTS = 4
MOST_LOOKS = 3
NOT_DONE_PAUSES = (UNANSWERED, timedelta(seconds=30), timedelta(minutes=5))
"""Before each further attempt at one that was refused, or that nobody answered for and the history lacks."""


class Next(Enum):
    WAIT = "wait"
    OUT = "out"
    AGAIN = "again"
    LOST = "lost"
    DOUBT = "doubt"


@dataclass(frozen=True)
class Seen:
    """What is known of one sending.

    `state` is the call's: queued, sending, unknown, done, not_done. `shown`: whether the group's history has it, None
    when that cannot be told; `spans`: whether that history goes back beyond the sending. `age` is None before it left.
    """

    state: str
    age: timedelta | None = None
    shown: bool | None = None
    spans: bool = False
    recalled: bool = False
    attempt: int = 1
    lied: int = 0
    looks: int = 0
    late: bool = False


def settle(seen: Seen) -> Next:
    """What follows from it. Nothing is sent again but what a history that reaches back far enough does not show."""
    if seen.recalled or seen.shown:
        return Next.OUT
    if seen.age is None:
        return Next.LOST if seen.state == "not_done" else Next.WAIT
    if seen.state == "sending" or seen.age < (UNANSWERED if seen.state == "unknown" else SETTLING):
        return Next.WAIT
    if is_blind(seen):
        return _without_history(seen)
    if seen.state == "done" and seen.age > UNWATCHED:
        return Next.DOUBT
    if seen.late or seen.attempt >= MOST_ATTEMPTS or (seen.state == "done" and seen.lied):
        return Next.LOST
    if seen.state == "not_done" and seen.age < NOT_DONE_PAUSES[seen.attempt - 1]:
        return Next.WAIT
    return Next.AGAIN


def is_blind(seen: Seen) -> bool:
    """Whether the history says nothing about a message that left."""
    return seen.age is not None and (seen.shown is None or not (seen.shown or seen.spans))


def _without_history(seen: Seen) -> Next:
    if seen.looks < MOST_LOOKS and not seen.late:
        return Next.WAIT
    if seen.state == "done":
        return Next.OUT
    return Next.LOST if seen.state == "not_done" else Next.DOUBT


WEEK = timedelta(days=7)


def is_worth_telling(told_at: datetime | None, worked_at: datetime | None, now: datetime) -> bool:
    """Whether admins should hear that a feed fails: the first time, and again once it has worked and a week is over."""
    if told_at is None:
        return True
    return worked_at is not None and worked_at > told_at and now - told_at >= WEEK


MOST_OVERRUNS = 2
ASIDE = timedelta(hours=23)
"""A source that was put aside sits one day's brief out; an hour less, so that it is not two."""


def is_aside(until: datetime | None, now: datetime) -> bool:
    """Whether a source is left alone at this moment."""
    return until is not None and now < until
