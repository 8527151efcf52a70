"""When briefs are due, in every zone and through every jump of the clock; and what follows a sending in doubt."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from plugins.morning_brief.almanac import Almanac, Arrangement, read_arrangement
from plugins.morning_brief.page import head
from plugins.morning_brief.rules import Next, Seen, Timetable, is_worth_telling, settle

LIMIT = timedelta(hours=3)


def table(zone: str = "Asia/Shanghai", at: str = "08:00", days: str = "每天") -> Timetable:
    return Timetable(time.fromisoformat(at), days, ZoneInfo(zone), Almanac().is_workday)


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "at", "after", "due"),
    [
        ("Asia/Shanghai", "08:00", "2026-11-18T12:00", "2026-11-19T08:00+08:00"),
        ("Asia/Shanghai", "08:00", "2026-11-18T07:59", "2026-11-18T08:00+08:00"),
        ("Asia/Shanghai", "08:00", "2026-11-18T08:00", "2026-11-19T08:00+08:00"),
        ("Asia/Shanghai", "00:00", "2026-12-31T23:59", "2027-01-01T00:00+08:00"),
        ("Asia/Kathmandu", "08:00", "2026-11-18T12:00", "2026-11-19T08:00+05:45"),
        ("Pacific/Kiritimati", "08:00", "2026-11-18T12:00", "2026-11-19T08:00+14:00"),
        ("Pacific/Apia", "08:00", "2011-12-29T12:00", "2011-12-31T08:00+14:00"),
        # the clock goes forward: 02:30 does not exist on 29 March, and is due right after the gap
        ("Europe/Berlin", "02:30", "2026-03-28T12:00", "2026-03-29T03:30+02:00"),
        ("Europe/Berlin", "02:30", "2026-03-29T03:30", "2026-03-30T02:30+02:00"),
        ("Europe/Berlin", "08:00", "2026-03-28T12:00", "2026-03-29T08:00+02:00"),
        # the clock goes back: 02:30 comes twice on 25 October, and the first counts
        ("Europe/Berlin", "02:30", "2026-10-24T12:00", "2026-10-25T02:30+02:00"),
        ("Europe/Berlin", "02:30", "2026-10-25T02:45", "2026-10-26T02:30+01:00"),
        ("America/New_York", "08:00", "2026-10-31T12:00", "2026-11-01T08:00-05:00"),
        ("Australia/Lord_Howe", "02:15", "2026-10-03T12:00", "2026-10-04T02:45+11:00"),
    ],
)
def test_the_next_brief(zone: str, at: str, after: str, due: str) -> None:
    assert table(zone, at).next_after(local(after, zone)) == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    "zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
)
@pytest.mark.parametrize("at", ["00:00", "01:59", "02:00", "02:30", "03:00", "08:00", "23:59"])
def test_every_day_of_a_year_has_exactly_one(zone: str, at: str) -> None:
    timetable, moment, days = table(zone, at), local("2026-01-01", zone) - timedelta(minutes=1), []
    for _ in range(365):
        due = timetable.next_after(moment)
        assert due is not None
        assert due > moment
        days.append(timetable.day_of(due))
        moment = due
    assert days == [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


def test_workdays_follow_the_published_arrangement() -> None:
    timetable, moment, days = table(days="工作日"), local("2026-09-18T12:00"), []
    while (due := timetable.next_after(moment)) and due < local("2026-10-13"):
        days.append(timetable.day_of(due))
        moment = due
    # 20 September and 10 October are worked; 25–27 September and 1–7 October are free
    free = {date(2026, 9, 25), date(2026, 9, 26), date(2026, 9, 27), date(2026, 9, 19)}
    free |= {date(2026, 10, n) for n in (1, 2, 3, 4, 5, 6, 7, 11)}
    every = {date(2026, 9, 19) + timedelta(days=n) for n in range(24)}
    assert set(days) == every - free
    assert date(2026, 9, 20) in days
    assert table(days="不发").next_after(moment) is None


@pytest.mark.parametrize(
    ("first", "now", "missed", "due"),
    [
        # on time, late, at the very limit, just beyond it
        ("2026-11-19T08:00", "2026-11-19T08:00", [], "2026-11-19T08:00"),
        ("2026-11-19T08:00", "2026-11-19T10:59", [], "2026-11-19T08:00"),
        ("2026-11-19T08:00", "2026-11-19T11:00", [], "2026-11-19T08:00"),
        ("2026-11-19T08:00", "2026-11-19T11:00:01", ["2026-11-19"], None),
        # five days away, back within today's limit or not
        (
            "2026-11-19T08:00",
            "2026-11-23T09:00",
            ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"],
            "2026-11-23T08:00",
        ),
        ("2026-11-19T08:00", "2026-11-20T07:59", ["2026-11-19"], None),
        # the clock was set back after the slot had been planned
        ("2026-11-19T08:00", "2026-11-18T23:00", [], None),
        # the setting was moved while the host was away: nothing was due yet
        ("2026-11-19T07:00", "2026-11-19T07:30", [], None),
        ("2026-11-19T07:00", "2026-11-19T08:30", [], "2026-11-19T08:00"),
    ],
)
def test_after_a_time_away(first: str, now: str, missed: list[str], due: str | None) -> None:
    found = table().look(local(first), local(now), LIMIT)
    assert found == ([date.fromisoformat(day) for day in missed], local(due) if due else None)


S, M, H = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("seen", "then"),
    [
        (Seen("queued"), Next.WAIT),
        (Seen("not_done"), Next.LOST),
        (Seen("sending", 5 * M, shown=False, spans=True), Next.WAIT),
        (Seen("sending", 1 * S, shown=True), Next.OUT),
        (Seen("unknown", 13 * S, shown=False, spans=True), Next.WAIT),
        (Seen("unknown", 26 * S, shown=False, spans=True), Next.AGAIN),
        (Seen("unknown", 26 * S, shown=False, spans=False), Next.WAIT),
        (Seen("unknown", 26 * S, shown=False, spans=False, looks=3), Next.DOUBT),
        (Seen("unknown", 26 * S, shown=None, looks=3), Next.DOUBT),
        (Seen("unknown", 26 * S, shown=None, looks=0, late=True), Next.DOUBT),
        (Seen("unknown", 26 * S, shown=False, spans=True, attempt=4), Next.LOST),
        (Seen("unknown", 26 * S, shown=False, spans=True, late=True), Next.LOST),
        (Seen("unknown", 26 * S, shown=True), Next.OUT),
        (Seen("done", 5 * S, shown=False, spans=True), Next.WAIT),
        (Seen("done", 13 * S, shown=True), Next.OUT),
        (Seen("done", 13 * S, shown=None), Next.WAIT),  # one look that fails says nothing
        (Seen("done", 13 * S, shown=None, looks=3), Next.OUT),
        (Seen("done", 13 * S, shown=False, spans=False, looks=3), Next.OUT),
        (Seen("done", 13 * S, shown=False, spans=True), Next.AGAIN),
        (Seen("done", 13 * S, shown=False, spans=True, lied=1), Next.LOST),
        (Seen("done", 13 * S, shown=False, spans=True, recalled=True), Next.OUT),
        (Seen("done", 1 * H, shown=False, spans=True), Next.DOUBT),
        (Seen("not_done", 13 * S, shown=False, spans=True), Next.WAIT),
        (Seen("not_done", 26 * S, shown=False, spans=True), Next.AGAIN),
        (Seen("not_done", 26 * S, shown=False, spans=True, attempt=2), Next.WAIT),
        (Seen("not_done", 13 * S, shown=True), Next.OUT),
        (Seen("not_done", 16 * S, shown=None, looks=3), Next.LOST),
    ],
)
def test_what_follows_a_sending(seen: Seen, then: Next) -> None:
    assert settle(seen) is then


@pytest.mark.parametrize(
    ("day", "lines"),
    [
        ("2026-11-19", ("早报 11 月 19 日 周四", "农历丙午年十月十一")),
        ("2026-11-22", ("早报 11 月 22 日 周日", "农历丙午年十月十四，小雪")),
        ("2026-02-14", ("早报 2 月 14 日 周六", "农历乙巳年腊月廿七，周末调休，今天上班")),
        ("2026-02-16", ("早报 2 月 16 日 周一", "农历乙巳年腊月廿九，除夕，今天放假")),
        ("2026-02-20", ("早报 2 月 20 日 周五", "农历丙午年正月初四，春节，今天放假")),
        ("2026-04-05", ("早报 4 月 5 日 周日", "农历丙午年二月十八，清明节，今天放假")),
        ("2026-08-19", ("早报 8 月 19 日 周三", "农历丙午年七月初七，七夕")),
        ("2025-07-26", ("早报 7 月 26 日 周六", "农历乙巳年闰六月初二")),
        ("2025-10-06", ("早报 10 月 6 日 周一", "农历乙巳年八月十五，中秋节，今天放假")),
        ("2027-02-06", ("早报 2 月 6 日 周六", "农历丁未年正月初一，春节，今天放假")),
    ],
)
def test_the_head_of_a_brief(day: str, lines: tuple[str, str]) -> None:
    assert head(Almanac().day(date.fromisoformat(day))) == lines


def test_years_without_an_arrangement_fall_back_on_weekends_and_the_law() -> None:
    almanac = Almanac()
    free = [n for n in range(365) if not almanac.is_workday(date(2027, 1, 1) + timedelta(days=n))]
    days = {date(2027, 1, 1) + timedelta(days=n) for n in free}
    weekdays = sorted(day for day in days if day.weekday() < 5)
    assert [f"{day:%m-%d}" for day in weekdays] == [
        "01-01",  # 元旦
        "02-05",  # 除夕; 初一 and 初二 are a weekend
        "02-08",  # 初三
        "04-05",  # 清明
        "06-09",  # 端午
        "09-15",  # 中秋
        "10-01",  # 国庆
    ]
    assert not almanac.day(date(2027, 1, 4)).certain
    assert almanac.day(date(2026, 12, 31)).certain


def test_the_hosts_own_table_goes_first(tmp_path: Path) -> None:
    path = tmp_path / "holidays.json"
    assert read_arrangement(path) == Arrangement()
    path.write_text(json.dumps({"holidays": {"2027-02-09": "春节"}, "workdays": ["2027-02-13"]}), "utf-8")
    almanac = Almanac(read_arrangement(path))
    assert almanac.day(date(2027, 2, 9)).holiday == "春节"
    assert almanac.is_workday(date(2027, 2, 13))
    assert almanac.day(date(2027, 3, 1)).certain
    for broken in ("[]", "{", '{"holidays": {"tomorrow": "x"}}'):
        path.write_text(broken, "utf-8")
        with pytest.raises(ValueError, match=r".+"):
            read_arrangement(path)


def test_a_failing_feed_is_told_again_only_after_it_worked_and_a_week() -> None:
    now = datetime(2026, 11, 19, tzinfo=UTC)
    day = timedelta(days=1)
    assert is_worth_telling(None, None, now)
    assert not is_worth_telling(now - 30 * day, None, now)
    assert not is_worth_telling(now - 30 * day, now - 31 * day, now)
    assert is_worth_telling(now - 8 * day, now - 1 * day, now)
    assert not is_worth_telling(now - 6 * day, now - 1 * day, now)
