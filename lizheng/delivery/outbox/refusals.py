"""What endpoints say when they refuse a call, for people to read. Pure.

The words are those of NapCat and LLBot, which pass on what QQ's own client says.
"""

import re
from collections.abc import Mapping
from typing import Any

KNOWN = (
    (re.compile(r"ERR_NOT_GROUP_ADMIN"), "机器人不是管理员"),
    (re.compile(r"ERR_NOT_GROUP_OWNER"), "要群主才能做"),
    (re.compile(r"cannot \w+ owner"), "对方是群主"),
    (re.compile(r"cannot \w+ admin"), "对方是管理员"),
    (re.compile(r"No such request"), "这条申请已经处理过了"),
    (re.compile(r"recall timeout"), "过了能撤回的时间"),
    (re.compile(r"result: ?120\b"), "QQ 没让发，机器人可能被禁言或限制了"),
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
LONGEST = 200


def in_words(answer: Mapping[str, Any]) -> str:
    """A refusing answer in Chinese: a known cause, its own Chinese words, or its code in brackets."""
    said = str(answer.get("wording") or answer.get("message") or answer.get("msg") or "")[:LONGEST]
    for pattern, words in KNOWN:
        if pattern.search(said):
            return words
    if _CHINESE.search(said):
        return said
    return f"QQ 拒绝了（{said}）" if said else "QQ 拒绝了"
