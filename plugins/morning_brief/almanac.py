"""What day it is: weekday, lunar date, holiday, and whether people work. Pure, but for the tables it reads once.

Workdays come from chinesecalendar, which knows the years whose arrangement has been published. Beyond them a holiday
is what the law says (Regulation on Public Holidays, as of 2025) and weekends are free; a table of the host may say more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar
from cnlunar import Lunar

WEEKDAYS = "一二三四五六日"
FIXED = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
LUNAR = {(1, 1): "春节", (1, 2): "春节", (1, 3): "春节", (5, 5): "端午节", (8, 15): "中秋节"}
FEASTS = {
    **{(1, 1): "春节", (1, 15): "元宵节", (5, 5): "端午节", (7, 7): "七夕", (8, 15): "中秋节"},
    **{(9, 9): "重阳节", (12, 8): "腊八节"},
}
CIVIL = {
    **{(1, 1): "元旦", (3, 8): "妇女节", (5, 1): "劳动节", (5, 4): "青年节", (6, 1): "儿童节"},
    **{(9, 10): "教师节", (10, 1): "国庆节"},
}
NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


@dataclass(frozen=True)
class Day:
    """A day as the brief's head says it. `holiday` names why people are free, `feast` what is celebrated, "" for neither."""

    date: date
    lunar: str
    term: str
    feast: str
    holiday: str
    works: bool
    certain: bool
    """Whether the arrangement of that year is known."""

    @property
    def weekday(self) -> str:
        return f"周{WEEKDAYS[self.date.weekday()]}"

    @property
    def is_made_up(self) -> bool:
        """Whether people work although it is a weekend (调休)."""
        return self.works and self.date.weekday() >= 5


@dataclass(frozen=True)
class Arrangement:
    """Days off with their names, and weekend days on which people work."""

    holidays: Mapping[date, str] = field(default_factory=dict)
    workdays: frozenset[date] = frozenset()

    @property
    def years(self) -> frozenset[int]:
        return frozenset(day.year for day in self.holidays)


def read_arrangement(path: Path) -> Arrangement:
    """The host's own table, `{"holidays": {"2027-02-05": "春节"}, "workdays": ["2027-02-14"]}`; empty without a file.

    Raises `ValueError` for a file that is not of this shape.
    """
    if not path.is_file():
        return Arrangement()
    given = json.loads(path.read_text("utf-8"))
    if not isinstance(given, dict):
        raise ValueError(f"{path.name} is not an object")
    holidays = {date.fromisoformat(day): str(name) for day, name in dict(given.get("holidays", {})).items()}
    return Arrangement(holidays, frozenset(date.fromisoformat(day) for day in given.get("workdays", [])))


@dataclass(frozen=True)
class Almanac:
    """Answers for any date from 1901 to 2100."""

    own: Arrangement = field(default_factory=Arrangement)

    def day(self, when: date) -> Day:
        lunar = _lunar(when)
        holiday, works, certain = self._arranged(when, lunar)
        term = "" if lunar.todaySolarTerms == "无" else lunar.todaySolarTerms
        return Day(when, _say_lunar(lunar), term, _feast(when, lunar), holiday, works, certain)

    def is_workday(self, when: date) -> bool:
        return self._arranged(when, _lunar(when))[1]

    def _arranged(self, when: date, lunar: Lunar) -> tuple[str, bool, bool]:
        """Why it is free, whether people work, whether that is certain."""
        if when in self.own.workdays:
            return "", True, True
        if when in self.own.holidays:
            return self.own.holidays[when], False, True
        try:
            free, name = chinese_calendar.get_holiday_detail(when)
        except NotImplementedError:
            name = _by_law(when, lunar)
            return name, not name and when.weekday() < 5, when.year in self.own.years
        known = _chinese(name) if free and name else ""
        return known, not free, True


def _chinese(name: str) -> str:
    found = next((str(getattr(h, "chinese", "")) for h in chinese_calendar.Holiday if h.value == name), "")
    return NAMES.get(found, found)


def _lunar(when: date) -> Lunar:
    return Lunar(datetime.combine(when, time(12)))


def _is_new_years_eve(when: date) -> bool:
    tomorrow = _lunar(when + timedelta(days=1))
    return (tomorrow.lunarMonth, tomorrow.lunarDay, tomorrow.isLunarLeapMonth) == (1, 1, False)


def _by_law(when: date, lunar: Lunar) -> str:
    if lunar.todaySolarTerms == "清明":
        return "清明节"
    if name := FIXED.get((when.month, when.day)):
        return name
    if not lunar.isLunarLeapMonth and (name := LUNAR.get((lunar.lunarMonth, lunar.lunarDay))):
        return name
    return "除夕" if lunar.lunarMonth == 12 and _is_new_years_eve(when) else ""


def _feast(when: date, lunar: Lunar) -> str:
    if lunar.todaySolarTerms == "清明":
        return "清明节"
    if not lunar.isLunarLeapMonth and (name := FEASTS.get((lunar.lunarMonth, lunar.lunarDay))):
        return name
    if lunar.lunarMonth == 12 and _is_new_years_eve(when):
        return "除夕"
    return CIVIL.get((when.month, when.day), "")


def _say_lunar(lunar: Lunar) -> str:
    """`丙午年十月十一`: the size of the month (大, 小) is left out."""
    month = str(lunar.lunarMonthCn).rstrip("大小")
    return f"{lunar.year8Char}年{month}{lunar.lunarDayCn}"
