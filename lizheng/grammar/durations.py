"""How long: `10分`, `1h30m`, `一个半小时`."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

from lizheng.grammar.misread import Misread, misread, tight
from lizheng.grammar.numbers import CHINESE, chinese_number

LONGEST = timedelta(days=3650)
_SECONDS = {"周": 604_800, "天": 86_400, "小时": 3600, "刻": 900, "分": 60, "秒": 1}
_NAMES = {
    "周": "星期|礼拜|周|weeks|week|w",
    "天": "天|日|days|day|d",
    "小时": "小时|钟头|时|hours|hour|hrs|hr|h",
    "刻": "刻钟|刻",
    "分": "分钟|分|minutes|minute|mins|min|m",
    "秒": "秒钟|秒|seconds|second|secs|sec|s",
}
_UNIT_OF = {name: unit for unit, names in _NAMES.items() for name in names.split("|")}
_UNIT = "|".join(sorted(_UNIT_OF, key=len, reverse=True))
_PART = re.compile(
    rf"(?P<number>[0-9]{{1,12}}(?:\.[0-9]{{1,6}})?|[{CHINESE}]+)?(?P<each>个)?(?P<half>半个?)?(?P<unit>{_UNIT})"
    rf"(?P<after>半(?![个{CHINESE}]*(?:{_UNIT})))?"
)


def parse_duration(text: str) -> timedelta:
    """A positive length of whole seconds, at most 3650 days; a number without a unit is refused."""
    written = tight(text)
    if re.fullmatch(rf"[0-9.]+|[{CHINESE}]+", written):
        raise misread(text, "缺单位，请写 秒/分/小时/天/周")
    if written.startswith("-"):
        raise misread(text, "不能是负数，请写 10分")
    total, at, last = Fraction(0), 0, float("inf")
    while at < len(written):
        match = _PART.match(written, at)
        if not match:
            raise _nonsense(text)
        unit = _SECONDS[_UNIT_OF[match["unit"]]]
        if unit >= last:
            raise _nonsense(text)
        total += _amount(match, text) * unit
        at, last = match.end(), unit
        if match["after"] and at < len(written):
            raise _nonsense(text)
    if at == 0:
        raise _nonsense(text)
    if total > LONGEST.total_seconds():
        raise misread(text, f"太长，最长 {LONGEST.days} 天")
    seconds = round(total)
    if seconds < 1:
        raise misread(text, "太短，至少 1 秒")
    return timedelta(seconds=seconds)


def _amount(match: re.Match[str], text: str) -> Fraction:
    number, half, after = match["number"], match["half"], match["after"]
    if number is None:
        if not half or after or match["each"]:
            raise _nonsense(text)
        return Fraction(1, 2)
    if number[0].isascii():
        value = Fraction(number)
    else:
        counted = chinese_number(number)
        if counted is None:
            raise _nonsense(text)
        value = Fraction(counted)
    if not half and not after:
        return value
    # 两个半天 may be two half days; 十半小时 and 1.5天半 are slips of the pen.
    if (half and (after or not match["each"] or half != "半" or match["unit"] in "天日")) or "." in number:
        raise _nonsense(text)
    return value + Fraction(1, 2)


def _nonsense(text: str) -> Misread:
    return misread(text, "不是时长，请写 10分 或 1小时")


def say_duration(span: timedelta) -> str:
    """`1 天 2 小时 3 分钟 4 秒`, whole seconds, parts that are zero left out; a past one is `0 秒`."""
    left = max(round(span.total_seconds()), 0)
    said: list[str] = []
    for size, name in ((86_400, "天"), (3600, "小时"), (60, "分钟"), (1, "秒")):
        count, left = divmod(left, size)
        if count:
            said.append(f"{count} {name}")
    return " ".join(said) or "0 秒"
