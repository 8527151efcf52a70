"""Regular expressions that people write: RE2, which nothing makes stall, and what is wrong with one in Chinese."""

from __future__ import annotations

from typing import Any

import re2

from lizheng.grammar import Misread

__all__ = ["compile_pattern", "pattern_options"]

PATTERN_MEMORY = 1 << 20
LACKING = (
    (("(?=", "(?!"), "先行断言 (?=…) (?!…)"),
    (("(?<=", "(?<!"), "后行断言 (?<=…) (?<!…)"),
    (("(?P=", "\\1", "\\2", "\\3", "\\4", "\\5", "\\6", "\\7", "\\8", "\\9", "\\k"), "反向引用 \\1"),
    (("(?>", "++", "*+", "?+"), "独占匹配 (?>…) a++"),
    (("(?(",), "条件分支 (?(1)…)"),
    (("(?#",), "注释 (?#…)"),
)
"""What other engines know and RE2 does not, because it keeps no engine from stalling."""
FAULTS = {
    "missing ]": "少了一个「]」",
    "missing )": "少了一个「)」",
    "unexpected )": "多了一个「)」",
    "missing argument": "重复符号前面没有东西可以重复",
    "no argument": "重复符号前面没有东西可以重复",
    "bad repetition operator": "两个重复符号连在一起了",
    "invalid repetition size": "重复次数太大，最多 1000 次",
    "invalid escape": "有一个不认识的「\\」写法",
    "trailing \\": "最后多了一个「\\」",
    "invalid character class": "方括号里的范围写反了或写错了",
    "invalid named capture": "分组的名字不对",
    "pattern too large": "写得太大了，请拆成几条",
}


def pattern_options() -> Any:
    """Give the options all patterns of people share: no case, no noise, little memory."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY
    return options


def compile_pattern(pattern: str) -> Any:
    """Compile what somebody wrote. Raises `Misread` with what RE2 lacks or what is written wrong."""
    try:
        return re2.compile(pattern, pattern_options())
    except re2.error as error:
        told = error.args[0].decode("utf-8", "replace") if error.args else ""
    if not told.startswith("missing"):
        for marks, name in LACKING:
            if any(mark in pattern for mark in marks):
                raise Misread(f"这里的正则是 RE2，不支持{name}，请换个写法。")
    fault = next((said for start, said in FAULTS.items() if told.startswith(start)), "写法不对")
    raise Misread(f"这个正则{fault}。")
