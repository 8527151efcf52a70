"""Windows on the calendar, in words, and what is said when; a model that plays a group's life at random."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lizheng.grammar import Misread, WeeklySpans, parse_weekly
from plugins.ad_window.rules import (
    LAST_CALL,
    LATE_LIMIT,
    Calendar,
    Say,
    Told,
    Window,
    announce,
    next_look,
    read_days_off,
    say_until,
    say_window,
    write_days_off,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def calendar(text: str, days_off: str = "", zone: ZoneInfo = SHANGHAI) -> Calendar:
    return Calendar(parse_weekly(text), zone, read_days_off(days_off))


@pytest.mark.parametrize(
    ("moment", "admitted"),
    [
        ("2026-11-20 17:59:54", False),
        ("2026-11-20 17:59:55", True),
        ("2026-11-20 18:00:00", True),
        ("2026-11-20 19:59:59", True),
        ("2026-11-20 20:00:00", True),
        ("2026-11-20 20:00:05", True),
        ("2026-11-20 20:00:06", False),
        ("2026-11-19 19:00:00", False),
    ],
)
def test_five_seconds_of_grace_at_both_edges(moment: str, admitted: bool) -> None:
    assert bool(calendar("每周五 18:00-20:00").admits(at(moment))) is admitted


def test_between_two_windows_that_touch_the_open_one_counts() -> None:
    spans = calendar("每周五 18:00-20:00；每周五 20:00-21:00")
    for moment, opens in (("2026-11-20 19:59:58", 18), ("2026-11-20 20:00:02", 20)):
        window = spans.admits(at(moment))
        assert window is not None
        assert window.opens.astimezone(SHANGHAI).hour == opens


def test_a_window_across_midnight_belongs_to_the_day_it_begins_on() -> None:
    spans = calendar("每周日 22:00-02:00", days_off="2026-11-23")
    assert spans.admits(at("2026-11-23 01:59:00"))
    assert not calendar("每周日 22:00-02:00", days_off="2026-11-22").admits(at("2026-11-23 01:59:00"))


def test_days_off_are_passed_over() -> None:
    spans = calendar("每周五 18:00-20:00", days_off="2026-11-20至2026-11-30、2026-12-04")
    window = spans.next_after(at("2026-11-18 12:00"))
    assert window is not None
    assert window.opens.astimezone(SHANGHAI).date() == date(2026, 12, 11)
    assert spans.current(at("2026-11-20 19:00")) is None


def test_no_spans_no_window() -> None:
    empty = Calendar(WeeklySpans(()), SHANGHAI)
    assert empty.next_after(at("2026-11-18 12:00")) is None
    assert empty.admits(at("2026-11-18 12:00")) is None
    assert next_look(empty, Told(), at("2026-11-18 12:00")) is None


@pytest.mark.parametrize(
    ("inside", "outside", "hours"),
    [
        # The clock jumps from 02:00 to 03:00: half the window is left.
        ("2026-03-08 03:15", "2026-03-08 03:30", 1),
        # The clock is put back from 02:00 to 01:00: the window lasts an hour longer.
        ("2026-11-01 03:15", "2026-11-01 03:30", 3),
    ],
)
def test_the_wall_clock_decides_when_summer_time_begins_and_ends(
    inside: str, outside: str, hours: int
) -> None:
    spans = calendar("每周日 01:30-03:30", zone=NEW_YORK)
    window = spans.current(at(inside, NEW_YORK))
    assert window is not None
    assert window.closes - window.opens == timedelta(hours=hours)
    assert spans.current(at(outside, NEW_YORK)) is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("2026-10-01", "2026-10-01"),
        ("2026-10-2，2026/10/1", "2026-10-01至2026-10-02"),
        ("2026年10月1日到2026年10月7日；2026-12-31", "2026-10-01至2026-10-07、2026-12-31"),
        ("２０２６－１０－０１", "2026-10-01"),
    ],
)
def test_days_off_are_read_and_written_back(written: str, kept: str) -> None:
    assert write_days_off(read_days_off(written)) == kept
    assert write_days_off(read_days_off(kept)) == kept


@pytest.mark.parametrize(
    "written",
    ["国庆", "2026-13-01", "2026-02-30", "2026-10-07至2026-10-01", "10-01", "2026-01-01至2027-01-01"],
)
def test_days_off_that_make_no_sense(written: str) -> None:
    with pytest.raises(Misread):
        read_days_off(written)


@pytest.mark.parametrize(
    ("spans", "now", "said"),
    [
        ("每周五 18:00-20:00", "2026-11-18 12:00", "11 月 20 日（周五）18:00-20:00"),
        ("每周五 18:00-20:00", "2026-11-19 12:00", "明天 18:00-20:00"),
        ("每周五 18:00-20:00", "2026-11-20 12:00", "今天 18:00-20:00"),
        ("每周五 22:00-02:00", "2026-11-20 12:00", "今天 22:00-次日 02:00"),
        ("每周五 22:00-24:00", "2026-11-20 12:00", "今天 22:00-24:00"),
        ("每周五 18:00-20:00", "2026-12-26 12:00", "2027 年 1 月 1 日（周五）18:00-20:00"),
    ],
)
def test_a_window_in_words(spans: str, now: str, said: str) -> None:
    window = calendar(spans).next_after(at(now))
    assert window is not None
    assert say_window(window, at(now)) == said


def test_an_end_in_words() -> None:
    assert say_until(at("2026-11-20 20:00"), at("2026-11-20 18:00")) == "20:00"
    assert say_until(at("2026-11-21 02:00"), at("2026-11-20 22:00")) == "明天 02:00"


OPENS, CLOSES = at("2026-11-20 18:00"), at("2026-11-20 20:00")
FRIDAY = Window(OPENS, CLOSES)
LONGER = Window(OPENS, at("2026-11-20 21:00"))
EARLIER = Window(at("2026-11-20 17:00"), CLOSES)
SHORT = Window(OPENS, at("2026-11-20 18:15"))
NEXT = Window(CLOSES, at("2026-11-20 22:00"))
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("told", "current", "now", "due", "said"),
    [
        (Told(), FRIDAY, OPENS, OPENS, [Say.OPEN]),
        (Told(), FRIDAY, OPENS + 30 * MINUTE, OPENS, [Say.OPEN]),
        (Told(), FRIDAY, OPENS + 31 * MINUTE, OPENS, []),
        # Set up or moved while it would be open: due counts from the change.
        (Told(), FRIDAY, OPENS + 60 * MINUTE, OPENS + 60 * MINUTE, [Say.OPEN]),
        (Told(FRIDAY), FRIDAY, OPENS + MINUTE, OPENS, []),
        (Told(FRIDAY), FRIDAY, CLOSES - LAST_CALL, CLOSES - LAST_CALL, [Say.LAST_CALL]),
        (Told(FRIDAY, called=True), FRIDAY, CLOSES - MINUTE, CLOSES - MINUTE, []),
        # Down over the beginning, up again within the last ten minutes.
        (Told(), FRIDAY, CLOSES - 5 * MINUTE, OPENS, [Say.LAST_CALL]),
        # Begun within the last ten minutes: the end was just named.
        (Told(), FRIDAY, CLOSES - 5 * MINUTE, CLOSES - 5 * MINUTE, [Say.OPEN]),
        (Told(), SHORT, OPENS + 6 * MINUTE, OPENS, [Say.OPEN]),
        (Told(FRIDAY), None, CLOSES, CLOSES, [Say.CLOSE]),
        (Told(FRIDAY), None, CLOSES + 31 * MINUTE, CLOSES, []),
        (Told(FRIDAY), None, OPENS + MINUTE, OPENS + MINUTE, [Say.CLOSE]),
        (Told(), None, CLOSES, CLOSES, []),
        # The edges were moved while it was open: nothing begins and nothing ends.
        (Told(FRIDAY), LONGER, OPENS + MINUTE, OPENS + MINUTE, []),
        (Told(FRIDAY), EARLIER, OPENS + MINUTE, OPENS + MINUTE, []),
        (Told(FRIDAY, called=True), LONGER, CLOSES + 50 * MINUTE, CLOSES + 50 * MINUTE, [Say.LAST_CALL]),
        # One window follows the other: the new one is told, the end of the old one needs no words.
        (Told(FRIDAY, called=True), NEXT, CLOSES, CLOSES, [Say.OPEN]),
    ],
)
def test_what_is_said(
    told: Told, current: Window | None, now: datetime, due: datetime, said: list[Say]
) -> None:
    after, happened = announce(told, current, now, due)
    assert happened == said
    assert after.window == current
    assert announce(after, current, now, due)[1] == []


EVERY_DAY, FRIDAY_ONLY, SATURDAY_ONLY, MONDAY_TO_FRIDAY = range(7), (4,), (5,), range(5)
SPANS = {
    "每周五 18:00-20:00": [(FRIDAY_ONLY, 18 * 60, 20 * 60)],
    "每天 22:00-02:00": [(EVERY_DAY, 0, 2 * 60), (EVERY_DAY, 22 * 60, 24 * 60)],
    "每周五 18:00-19:00；每周五 19:00-20:00": [(FRIDAY_ONLY, 18 * 60, 20 * 60)],
    "每周六 00:00-24:00": [(SATURDAY_ONLY, 0, 24 * 60)],
    "周一至周五 12:00-12:15": [(MONDAY_TO_FRIDAY, 12 * 60, 12 * 60 + 15)],
}
"""Each with what it means on the wall clock: days of the week and minutes of the day."""
ZONES = [SHANGHAI, NEW_YORK]


class Group(RuleBasedStateMachine):
    """A group whose windows are changed, whose host sleeps, and whose clock jumps.

    The model looks at the wall clock alone. Openings and endings are told once where the host is awake, never late
    where it was not, and what members were told last is true after each look.
    """

    @initialize(
        zone=st.sampled_from(ZONES), spans=st.sampled_from(list(SPANS)), start=st.integers(0, 60 * 24 * 370)
    )
    def begin(self, zone: ZoneInfo, spans: str, start: int) -> None:
        self.spans, self.zone = spans, zone
        self.calendar = calendar(spans, zone=zone)
        self.now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
        self.told = Told()
        self.look_at: datetime | None = self.now
        self.look()

    def look(self) -> list[Say]:
        due = self.look_at
        assert due is not None
        current = self.calendar.current(self.now)
        before = self.told
        self.told, said = announce(before, current, self.now, due)
        for one in said:
            if one is Say.CLOSE:
                assert before.window is not None
                assert not self.is_open(self.now)
                assert self.now <= before.window.closes + LATE_LIMIT
                continue
            assert current is not None
            assert self.is_open(self.now)
            if one is Say.OPEN:
                assert before.window is None or before.window.closes <= self.now
                assert self.now - max(due, current.opens) <= LATE_LIMIT
            else:
                assert current.closes - LAST_CALL <= self.now < current.closes
        self.look_at = next_look(self.calendar, self.told, self.now)
        return said

    def is_open(self, moment: datetime) -> bool:
        wall = moment.astimezone(self.zone)
        minute = wall.hour * 60 + wall.minute
        return any(wall.weekday() in days and start <= minute < end for days, start, end in SPANS[self.spans])

    @rule(minutes=st.integers(1, 60 * 24 * 9), awake=st.booleans())
    def time_passes(self, minutes: int, awake: bool) -> None:
        """Awake, every look happens on time; asleep, only one at the end does."""
        until = self.now + timedelta(minutes=minutes)
        while awake and self.look_at is not None and self.look_at <= until:
            self.now = self.look_at
            assert len(self.look()) == 1, "an edge that is met on time is told, once"
        self.now = until
        if self.look_at is not None and self.look_at <= self.now:
            self.look()

    @rule(spans=st.sampled_from(list(SPANS)))
    def the_windows_change(self, spans: str) -> None:
        self.spans = spans
        self.calendar = calendar(spans, zone=self.zone)
        self.look_at = self.now
        self.look()

    @rule()
    def the_same_look_again(self) -> None:
        """After a crash that lost only the slot's end."""
        assert announce(self.told, self.calendar.current(self.now), self.now, self.now) == (self.told, [])

    @rule(minutes=st.integers(-60 * 24 * 3, 60 * 24 * 3), seconds=st.integers(-70, 70))
    def an_ad_arrives(self, minutes: int, seconds: int) -> None:
        """Of any moment, in any order: it is admitted when within five seconds of an open minute."""
        moment = self.now + timedelta(minutes=minutes, seconds=seconds)
        near = (self.is_open(moment + timedelta(seconds=second)) for second in (-5, 0, 5))
        # At the last second of grace the window has just closed: [opens, closes) with its edge included.
        edge = self.is_open(moment - timedelta(seconds=5, microseconds=1))
        assert bool(self.calendar.admits(moment)) == (any(near) or edge)

    @invariant()
    def members_know_what_is_true(self) -> None:
        if hasattr(self, "calendar"):
            assert self.told.window == self.calendar.current(self.now)
            assert (self.told.window is not None) == self.is_open(self.now)

    @invariant()
    def the_next_look_lies_ahead(self) -> None:
        if hasattr(self, "calendar"):
            assert self.look_at is not None
            assert self.look_at > self.now


TestGroup = Group.TestCase
TestGroup.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
