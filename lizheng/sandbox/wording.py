"""What happened, in the words of a written conversation; and a whole past as a conversation that can be played again."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lizheng.grammar import say_duration
from lizheng.sandbox.script import BOT, HEADERS
from lizheng.sandbox.world import Happening
from lizheng.sandbox.world.state import Group, Role

SILENT = frozenset({"introduce", "message", "forward", "join"})
"""Told otherwise or by itself: who lets somebody in is told by 同意."""
UNFIT = re.compile(r"[：:【】（）()→「」@\s，。！、…]")
OWNER, ADMIN, NEWCOMER = "群主", "管理员", "新人"
NUMBER = re.compile(r"(?<!\d)\d{6,11}(?!\d)")
LONGEST_NAME = 8
GAP_SECONDS = 60


@dataclass(frozen=True)
class Done:
    """One thing the bot did, as a script would write it; `text` is what is compared."""

    text: str
    speech: bool


class Wording:
    """Names people by `name(user_id)`; `account` is the bot."""

    def __init__(self, account: int, name: Callable[[int], str]):
        self.account = account
        self.name = name

    def done(self, happening: Happening) -> Done | None:
        """What the bot did, None when it was somebody else or nothing to tell."""
        data = happening.data
        if happening.kind in ("message", "forward") and happening.user_id == self.account:
            aside = f"（私聊 {self.name(data['peer_id'])}）" if not happening.group_id else ""
            return Done(f"{BOT}{aside}：{self.plain(data)}", speech=True)
        if happening.operator_id != self.account or happening.kind in SILENT:
            return None
        return Done(f"{BOT} {self._act(happening.kind, self.name(happening.user_id), data)}", speech=False)

    def plain(self, data: dict[str, Any]) -> str:
        """The words of a message, `@名字 ` for a mention, `[图片]` for what is none."""
        parts: list[str] = []
        for segment in data.get("segments") or []:
            if segment["type"] == "text":
                parts.append(segment["data"]["text"])
            elif segment["type"] == "at":
                whom = str(segment["data"]["qq"])
                parts.append(f"@{'全体成员' if whom == 'all' else self.name(int(whom))} ")
            elif segment["type"] == "image":
                parts.append("[图片]")
            elif segment["type"] != "reply":
                parts.append(f"[{segment['type']}]")
        return "".join(parts) or str(data.get("text", ""))

    def _act(self, kind: str, target: str, data: dict[str, Any]) -> str:
        match kind:
            case "mute":
                seconds = data.get("seconds")
                return (
                    f"禁言 {target} {say_duration(timedelta(seconds=seconds))}"
                    if seconds
                    else f"解除禁言 {target}"
                )
            case "kick":
                return f"踢 {target}"
            case "recall":
                return f"撤回 {target}"
            case "card":
                return f"改名片 {target} {data['card']}"
            case "handled":
                return f"{'同意' if data.get('approve') else '拒绝'} {target}"
            case "title":
                return f"头衔 {target} {data.get('title', '')}"
        return f"{kind} {target}"


class Writer:
    """Writes down a group's past. People get names a conversation can use: by role, by nickname, or 新人 from outside."""

    def __init__(self, group: Group, account: int, nicks: Callable[[int], str]):
        self._group, self._nicks = group, nicks
        self._names: dict[int, str] = {account: BOT}
        self._said: dict[int, tuple[int, str]] = {}
        self._wording = Wording(account, self._name)
        self._outside: Collection[int] = ()
        self._first_roles: dict[int, Role] = {}

    def write(self, past: Iterable[Happening]) -> str:
        """The script, oldest first; time that passed is a line of its own, what a script has no words for a remark."""
        past = [one for one in past if one.kind != "introduce"]
        joined = [one.user_id for one in past if one.kind == "join"]
        self._outside = {user_id for user_id in joined if self._came_later(user_id, past)}
        for one in past:
            if one.kind == "role":
                self._first_roles.setdefault(one.user_id, Role(one.data["old"]))
        lines: list[str] = []
        before = past[0].at if past else 0.0
        for happening in past:
            gap = round(happening.at - before)
            if gap >= GAP_SECONDS:
                lines.append(f"【过 {say_duration(timedelta(seconds=gap)).replace(' ', '')}】")
                before = happening.at
            lines += self._lines(happening)
        return "\n".join(lines) + "\n"

    def _came_later(self, user_id: int, past: list[Happening]) -> bool:
        first = next(one for one in past if user_id in (one.user_id, one.operator_id))
        return first.kind in ("join", "request")

    def _lines(self, happening: Happening) -> Iterator[str]:
        if (done := self._wording.done(happening)) is not None:
            # Numbers of people are others each time it is played.
            yield _folded(NUMBER.sub("…", done.text)) if done.speech else f"【{done.text}】"
        elif happening.kind == "message":
            yield _folded(f"{self._speaker(happening)}：{self._wording.plain(happening.data)}")
        elif (deed := self._deed(happening)) is not None:
            yield f"【{deed}】"
        elif happening.operator_id or happening.user_id:
            yield f"# {happening.kind}"
        if message_id := happening.data.get("message_id"):
            self._said[message_id] = (happening.user_id, self._wording.plain(happening.data))

    def _speaker(self, happening: Happening) -> str:
        who = self._name(happening.user_id)
        if not happening.group_id:
            return f"{who}（私聊）"
        quoted = self._said.get(happening.data.get("reply_to") or 0)
        if quoted is None:
            return who
        words = re.split(r"[\n」（：]", quoted[1])[0][:12]
        return f"{who}→{self._name(quoted[0])}" + (f"「{words}」" if words else "")

    def _deed(self, happening: Happening) -> str | None:
        who, data = self._name(happening.user_id), happening.data
        operator = self._name(happening.operator_id) if happening.operator_id else ""
        own = happening.operator_id in (0, happening.user_id)
        match happening.kind:
            case "join":
                return f"{who} 进群 {operator}".rstrip() if not own else f"{who} 进群"
            case "leave":
                return f"{who} 退群"
            case "kick":
                return f"{operator} 踢 {who}"
            case "card" if own:
                return f"{who} 改名片 {data['card']}"
            case "recall" if own:
                return f"{who} 撤回"
            case "packet":
                return f"{who} 发红包 {data.get('wish', '')}".rstrip()
            case "role":
                return f"{who} {'升管理' if data.get('role') == 'admin' else '降成员'}"
            case "request":
                return f"{who} 申请 {data.get('comment', '')}".rstrip()
        return None

    def _name(self, user_id: int) -> str:
        if user_id not in self._names:
            wanted = self._wanted(user_id)
            taken, name, count = {*self._names.values(), *HEADERS}, wanted, 1
            while name in taken:
                count += 1
                name = f"{wanted}{count}"
            self._names[user_id] = name
        return self._names[user_id]

    def _wanted(self, user_id: int) -> str:
        if user_id in self._outside:
            return NEWCOMER
        member = self._group.members.get(user_id)
        role = self._first_roles.get(user_id, member.role if member else Role.MEMBER)
        if role is not Role.MEMBER:
            return OWNER if role is Role.OWNER else ADMIN
        nick = UNFIT.sub("", self._nicks(user_id))[:LONGEST_NAME]
        reserved = nick.startswith((OWNER, ADMIN, NEWCOMER, "小新")) or nick in (BOT, "过", "到", "重启", "")
        return f"成员{nick}"[:LONGEST_NAME] if reserved else nick


def _folded(text: str) -> str:
    first, *rest = re.sub(" {2,}", " ", text).splitlines() or [""]
    return "\n".join([first, *(f"  {line.strip()}" for line in rest if line.strip())])
