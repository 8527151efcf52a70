"""Dates of feeds, as their authors write them. A form that is not known is no date: nothing is guessed. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo

EARLIEST, LATEST = 1990, 2099
LONGEST = 100
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_WEEKDAY = r"(?:[a-z]{3,9}\.?,?\s+)?"
_OFFSETS = {"z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6}
_OFFSETS |= {"pst": -8, "pdt": -7, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "cet": 1, "cest": 2, "bst": 1}
_HALF = r"(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|am|pm)?"
_CLOCK = (
    rf"{_HALF}\s?(?P<hour>\d{{1,2}})(?:[:时点]\s?(?P<minute>\d{{1,2}})分?(?:[:.]?\s?(?P<second>\d{{1,2}})秒?)?|[时点])"
    r"(?:[.,]\d{1,9})?\s?(?P<later>am|pm)?"
)
_ZONE = r"(?P<zone>z|[a-z]{2,4}|(?:gmt|utc)?\s?[+-]\s?\d{1,2}(?::?\d{2})?)?(?:\s?\([^()]*\))?"
_REST = rf"(?:(?:[t,\s]|(?<=日))\s?(?:\(?(?:星期|周)[一二三四五六日天]\)?\s?)?{_CLOCK}\s?{_ZONE})?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<year>\d{{4}})\s?(?P<mark>[-/.年])\s?(?P<month>\d{{1,2}})\s?(?:(?P=mark)|月)\s?(?P<day>\d{{1,2}})\s?[日号]?"
        rf"\s?(?:\(?(?:星期|周)[一二三四五六日天]\)?)?{_REST}",
        rf"{_WEEKDAY}{_DAY}[\s-]{_MONTH},?[\s-](?P<year>\d{{4}}|\d{{2}}){_REST}",
        rf"{_WEEKDAY}{_MONTH}\s{_DAY},?\s(?P<year>\d{{4}}){_REST}",
        rf"{_WEEKDAY}{_MONTH}\s{_DAY}\s{_CLOCK}\s(?:{_ZONE}\s)?(?P<year>\d{{4}})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        rf"(?:[t\s]?(?P<hour>\d{{2}}):?(?P<minute>\d{{2}})(?::?(?P<second>\d{{2}}))?(?:\.\d{{1,9}})?\s?{_ZONE})?",
    )
)
_SECONDS = re.compile(r"(\d{10})(?:\d{3})?")
_OFFSET = re.compile(r"(?:gmt|utc)?\s?([+-])\s?(\d{1,2}):?(\d{2})?")
_AFTERNOON = frozenset({"下午", "傍晚", "晚上", "pm"})


def read_date(text: str, zone: tzinfo) -> datetime | None:
    """The moment a feed names, in UTC; None for what is not written in a known form, or is no day there is.

    One without an offset is meant in `zone`, where the groups are.
    """
    text = " ".join(unicodedata.normalize("NFKC", text[:LONGEST]).lower().split())
    try:
        if stamp := _SECONDS.fullmatch(text):
            return _within(datetime.fromtimestamp(int(stamp[1]), UTC))
        for form in _FORMS:
            if found := form.fullmatch(text):
                return _within(_moment(found, zone))
    except (ValueError, OverflowError):
        return None
    return None


def _within(moment: datetime) -> datetime | None:
    return moment if EARLIEST <= moment.year <= LATEST else None


def _moment(found: re.Match[str], zone: tzinfo) -> datetime:
    part = found.groupdict()
    year = int(part["year"])
    if len(part["year"]) == 2:
        year += 2000 if year < 70 else 1900
    month = _MONTHS.index(part["name"][:3]) + 1 if part.get("name") else int(part["month"])
    hour, half = int(part["hour"] or 0), part.get("half") or part.get("later")
    if half in _AFTERNOON and hour < 12:
        hour += 12
    elif half in ("am", "凌晨") and hour == 12:
        hour = 0
    day = datetime(year, month, int(part["day"]), tzinfo=_offset(part["zone"], zone))
    minute, second = int(part["minute"] or 0), int(part["second"] or 0)
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError("no time of day")
    # By adding: 24:00 and a leap second belong to the next day or minute.
    return (day + timedelta(hours=hour, minutes=minute, seconds=second)).astimezone(UTC)


def _offset(text: str | None, zone: tzinfo) -> tzinfo:
    """What a zone's name or offset means; an unknown name, or CST, which is China's too, means here."""
    if not text:
        return zone
    if (hours := _OFFSETS.get(text)) is not None:
        return timezone(timedelta(hours=hours))
    if (found := _OFFSET.fullmatch(text)) is None:
        return zone
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-offset if found[1] == "-" else offset)
