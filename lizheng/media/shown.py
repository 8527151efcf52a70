"""How a spreadsheet shows what a cell stores: dates, times, percents and digits by the cell's format. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0", 38: "#,##0", 39: "#,##0.00",
    40: "#,##0.00", **dict.fromkeys((14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 55, 56), "hh:mm"), 22: "yyyy-mm-dd hh:mm", 45: "mm:ss",
    46: "[h]:mm:ss", 47: "mm:ss",
}  # fmt: skip
"""What a format's number means where the file does not say it; those of Chinese editions included."""
_ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]', re.IGNORECASE)
"""Literal text, fillers, colours and conditions, which say nothing of the kind of value."""
_DIGITS = re.compile(r"(?P<whole>[#0,]*)(?P<point>\.(?P<part>[#0?]+))?(?P<percent>\s?%)?")
_AROUND = re.compile(
    r'(?P<before>(?:[¥￥$]|"[^"]{1,10}")?)(?P<digits>[#0,.%\s]+)(?P<after>(?:元|"[^"]{1,10}")?)'
)
LONGEST_DAY = 2_958_466
"""The serial number after 9999-12-31."""


def show(value: str, form: str, *, since_1904: bool = False) -> str:
    """A stored number as its cell shows it; as it is where the format is not understood, or it is no number."""
    try:
        number = float(value)
    except ValueError:
        return value
    if number != number or number in (float("inf"), float("-inf")):
        return value
    bare = _ASIDE.sub("", form.partition(";")[0]).lower()
    if "general" not in bare and re.search(r"[ymdhs年月日时]", bare):
        return _moment(number, bare, since_1904)
    return _number(number, form.partition(";")[0])


def _moment(number: float, form: str, since_1904: bool) -> str:
    """A day as 2026-12-24, a time as 08:00, or both; days in Excel begin in 1900, or 1904 on old Macs."""
    if not 0 <= number < LONGEST_DAY:
        return _plain(number)
    seconds = round(number * 86_400)
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}" + (f":{rest % 60:02}" if rest % 60 else "")
    if "[" in form or not re.search(r"[yd年日]", form):
        if not re.search(r"[hs时]|\[m", form):
            return _day(days, since_1904)  # months alone
        hours = seconds // 3600 if "[" in form else rest // 3600
        return f"{hours:02}{clock[2:]}"
    day = _day(days, since_1904)
    return f"{day} {clock}" if re.search(r"[hs时]", form) and (rest or days) else day


def _day(days: int, since_1904: bool) -> str:
    # Excel believes in a 29 February 1900, so before it the count is one short.
    begin = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if days < 60 else 30)  # noqa: DTZ001
    try:
        return f"{begin + timedelta(days=days):%Y-%m-%d}"
    except OverflowError:
        return str(days)


def _number(number: float, form: str) -> str:
    around = _AROUND.fullmatch(form.replace("\\", "").strip())
    found = _DIGITS.fullmatch(around["digits"].strip()) if around else None
    if around is None or found is None or not (found["whole"] or found["point"]):
        return _plain(number * 100) + "%" if "%" in _ASIDE.sub("", form) else _plain(number)
    most, least = len(found["part"] or ""), (found["part"] or "").count("0")
    value = abs(number) * (100 if found["percent"] else 1)
    text = f"{round(value, 10):{',' if ',' in found['whole'] else ''}.{most}f}"
    whole, _, part = text.partition(".")
    part = part.rstrip("0").ljust(least, "0")
    whole = whole.rjust(found["whole"].count("0"), "0")
    sign = "-" if number < 0 and (whole.strip("0,") or part.strip("0")) else ""
    digits = whole + (f".{part}" if part else "") + ("%" if found["percent"] else "")
    return f"{sign}{around['before']}{digits}{around['after']}".replace('"', "")


def _plain(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else f"{number:.15g}"
