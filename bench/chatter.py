"""Who talks in the benchmark, and what they say: made-up groups of made-up people."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from lizheng.base.clock import Clock

ACCOUNT, OWNER = 10001, 20000
_BULKY_GROUP = 2_000

LINES = tuple(Path(__file__).with_name("chatter.txt").read_text(encoding="utf-8").splitlines())
_NICKS = (
    "阿泽", "小鹿", "南风", "老周", "糖糖", "一只猫", "木木", "Leo", "青柠", "半夏", "大鹏", "晚晚", "石头",
    "Kiki", "山竹", "阿May", "北北", "杨树", "豆包爱好者", "鱼香肉丝",
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """`members` are QQ numbers, the owner first."""

    group_id: int
    name: str
    members: tuple[int, ...]


def small_groups(how_many: int = 8, size: int = 20) -> list[Group]:
    """Groups that share no member but the owner."""
    return [_group(number, size) for number in range(how_many)]


def many_groups(how_many: int = 500) -> list[Group]:
    """Groups of 5 to 2,000 members, typically 500."""
    dice = random.Random(500)
    sizes = (min(_BULKY_GROUP, max(5, round(dice.lognormvariate(6.2, 0.8)))) for _ in range(how_many))
    return [_group(number, size) for number, size in enumerate(sizes)]


def _group(number: int, size: int) -> Group:
    first = 1_000_000 + number * _BULKY_GROUP
    return Group(700_000 + number, f"测试群{number + 1}", (OWNER, *range(first, first + size - 1)))


def nick(user_id: int) -> str:
    return _NICKS[user_id % len(_NICKS)] + str(user_id % 97)


class Script:
    """Writes event frames as NapCat sends them; the same seed says the same things in the same order."""

    def __init__(self, groups: list[Group], seed: int = 1) -> None:
        self.groups = groups
        self._dice = random.Random(seed)
        self._ids = count(self._dice.randrange(10**8, 10**9))
        self._clock = Clock()

    def chatter(self, how_many: int) -> Iterator[str]:
        """Ordinary messages by ordinary members of all groups."""
        for _ in range(how_many):
            group = self._dice.choice(self.groups)
            yield self.message(group, self._dice.choice(group.members[1:]), self._body(group))

    def said(self, group: Group, user_id: int, text: str) -> str:
        """A frame with one sentence of plain text."""
        return self.message(group, user_id, [_segment("text", text=text)])

    def message(self, group: Group, user_id: int, body: list[dict[str, Any]]) -> str:
        number = next(self._ids)
        role = "owner" if user_id == OWNER else "member"
        event = {
            "self_id": ACCOUNT,
            "user_id": user_id,
            "time": int(self._clock.now().timestamp()),
            "message_id": number,
            "message_seq": number,
            "real_id": number,
            "message_type": "group",
            "sub_type": "normal",
            "sender": {"user_id": user_id, "nickname": nick(user_id), "card": "", "role": role},
            "raw_message": "".join(s["data"].get("text", f"[CQ:{s['type']}]") for s in body),
            "font": 14,
            "message": body,
            "message_format": "array",
            "post_type": "message",
            "group_id": group.group_id,
            "group_name": group.name,
        }
        return json.dumps(event, ensure_ascii=False)

    def _body(self, group: Group) -> list[dict[str, Any]]:
        text = _segment("text", text=self._dice.choice(LINES))
        kind = self._dice.random()
        if kind < 0.85:
            return [text]
        if kind < 0.91:
            return [text, _segment("face", id=str(self._dice.randrange(200)))]
        if kind < 0.96:
            return [_segment("at", qq=str(self._dice.choice(group.members))), text]
        return [_segment("image", file=f"{self._dice.randrange(16**12):012X}.jpg", url="", file_size="48213")]


def _segment(kind: str, **data: str) -> dict[str, Any]:
    return {"type": kind, "data": data}
