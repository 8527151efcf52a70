"""Counts, lists of numbers, on/off, and labelled numbers such as A12, W3 and #12."""

from __future__ import annotations

import re

from lizheng.grammar.misread import misread, plain, tight

DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True))
UNITS = {"十": 10, "百": 100, "千": 1000}
CHINESE = "零〇一二两三四五六七八九十百千万"
_ON_OFF = {
    **dict.fromkeys(("开", "开启", "打开", "启用", "开着", "是", "对"), True),
    **dict.fromkeys(("on", "yes", "y", "true", "1", "enable", "enabled"), True),
    **dict.fromkeys(("关", "关闭", "关掉", "停", "停用", "禁用", "否", "不"), False),
    **dict.fromkeys(("off", "no", "n", "false", "0", "disable", "disabled"), False),
}


def chinese_number(text: str) -> int | None:
    """The value of a well-formed Chinese numeral below 100,000,000, else None (一百二 is too loose)."""
    text = text.replace("〇", "零").replace("两", "二")
    if not text or any(char not in CHINESE for char in text) or text.count("万") > 1:
        return None
    high, cut, low = text.partition("万")
    value = _below_10000(high) * 10000 + _below_10000(low) if cut else _below_10000(high)
    said = say_chinese(value)
    return value if text in (said, "一" + said if said.startswith("十") else said) else None


def _below_10000(text: str) -> int:
    total, digit = 0, 0
    for char in text:
        if char in UNITS:
            total, digit = total + (digit or (1 if char == "十" else 0)) * UNITS[char], 0
        else:
            digit = DIGITS[char]
    return total + digit


def say_chinese(value: int) -> str:
    """The plain Chinese numeral of 0 ≤ value < 100,000,000 (十二, 一百零二, 两 never used)."""
    if value >= 10000:
        high, low = divmod(value, 10000)
        tail = ("零" if low < 1000 else "") + _say_below_10000(low) if low else ""
        return say_chinese(high) + "万" + tail
    said = _say_below_10000(value) or "零"
    return said[1:] if said.startswith("一十") else said


def _say_below_10000(value: int) -> str:
    said, gap = "", False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, size)
        if digit:
            said += ("零" if gap else "") + "零一二三四五六七八九"[digit] + name
        gap = bool(said) and not digit
    return said


def parse_int(text: str, least: int = 0, most: int = 999_999_999) -> int:
    """A whole number in digits or Chinese numerals, within least…most."""
    written = tight(text)
    if re.fullmatch(r"[+-]?[0-9]{1,18}", written):
        value = int(written)
    else:
        found = chinese_number(written)
        if found is None:
            raise misread(text, "不是整数，请写数字，例如 10")
        value = found
    if value < least:
        raise misread(text, f"太小，最小是 {least}")
    if value > most:
        raise misread(text, f"太大，最大是 {most}")
    return value


def parse_number_list(text: str, most: int = 100) -> list[int]:
    """Numbers such as `1,2、3 5-7 #9`: positive, in the order written, each once, at most `most`."""
    found: dict[int, None] = {}
    for part in re.split(r"[\s,、;.。]+", re.sub(r"\s*([-~至到])\s*", r"\1", plain(text)).strip(" ,、;.。")):
        match = re.fullmatch(r"#?([0-9]{1,9})(?:[-~至到]#?([0-9]{1,9}))?号?", part)
        if not match:
            raise misread(text, "不是编号，请写成 1 2 3 或 5-7")
        first = int(match[1])
        last = int(match[2] or first)
        if first < 1 or last < first:
            raise misread(part, "这样的编号不存在，编号从 1 起")
        if last - first >= most:
            raise misread(part, f"太多，一次最多 {most} 个")
        found.update(dict.fromkeys(range(first, last + 1)))
    if len(found) > most:
        raise misread(text, f"太多，一次最多 {most} 个")
    return list(found)


_LISTED = re.compile(r"[#0-9,、;~至到.。号-]*[0-9]号?[,、;.。]?")


def looks_like_numbers(word: str) -> bool:
    """Tell whether a word is nothing but numbers of a list: `3`, `#3`, `3-8,10`, `3号`."""
    return bool(_LISTED.fullmatch(tight(word)))


def is_range_sign(word: str) -> bool:
    """Tell whether a word is the sign between the two numbers of a range."""
    return tight(word) in ("-", "~", "至", "到")


_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_CHOICE = re.compile(
    r"[(\[]?(?:选|第|no\.?)?([0-9]{1,3}|[零〇一二两三四五六七八九十百]+)(?:个|条|项|号|种)?[)\].、,。:]?"
)


def parse_choice(text: str, most: int) -> int | None:
    """Read which of the choices 1…most is meant: `1`, `１`, `1.`, `(1)`, `①`, `一`, `第一个`, `选1`; None for other words."""
    written = text.strip()
    if re.search(r"\d\s+\d", written):
        return None
    if len(written) == 1 and written in _CIRCLED:
        value: int | None = _CIRCLED.index(written) + 1
    else:
        match = _CHOICE.fullmatch(tight(plain(text)))
        digits = match[1] if match else ""
        value = int(digits) if digits.isdecimal() else chinese_number(digits)
    return value if value is not None and 1 <= value <= most else None


def parse_on_off(text: str) -> bool:
    """True for 开, on, 启用 …; False for 关, off, 停用 …"""
    if (on := _ON_OFF.get(tight(text))) is None:
        raise misread(text, "看不懂，请写 开 或 关")
    return on


def parse_label(text: str, prefix: str, bare: bool | None = None) -> int:
    """The number of a label such as A12, W3 or #12; width, case and spaces do not matter.

    `bare` says whether the number alone will do; by default only where the prefix is "#".
    """
    bare = prefix == "#" if bare is None else bare
    sign = re.escape(prefix.casefold())
    match = re.fullmatch(f"(?:{sign}){'?' if bare else ''}0*([1-9][0-9]{{0,8}})", tight(text))
    if not match:
        raise misread(text, f"不是编号，请写成 {prefix}12")
    return int(match[1])
