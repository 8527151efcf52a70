"""Looking up whether a call happened after all. One verifier per API; each only asks the endpoint."""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from lizheng.adapter.errors import ActionFailed
from lizheng.delivery.outbox.entry import Entry

Ask = Callable[..., Awaitable[Any]]
HISTORY = 50
SHORTEST_CUT = 45
"""Bytes of a card above which what is missing at its end was cut off by QQ, whose limit is about 60."""


class Finding(Enum):
    HAPPENED = "happened"
    ABSENT = "absent"
    UNKNOWABLE = "unknowable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What looking showed. ABSENT may still become HAPPENED within seconds; `why` says it in Chinese.

    `spans`: the history that was looked at goes back beyond the sending, so that what it lacks was not delivered, or
    was taken back.
    """

    finding: Finding
    data: Any = None
    why: str = ""
    spans: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One call in doubt. `taken` are message ids that belong to other calls; `now` is the clock's."""

    entry: Entry
    ask: Ask
    now: datetime
    taken: Collection[int] = ()


Verifier = Callable[[Case], Awaitable[Verdict]]
_HAPPENED = Verdict(Finding.HAPPENED)
_UNKNOWABLE = Verdict(Finding.UNKNOWABLE, why="平台没有告诉结果")


async def look(case: Case) -> Verdict:
    """Ask the endpoint. Raises what a call raises when the endpoint cannot be reached or does not answer."""
    verifier = VERIFIERS.get(case.entry.api)
    return await verifier(case) if verifier else _UNKNOWABLE


async def _message(case: Case) -> Verdict:
    entry = case.entry
    sent_at = entry.sent_at
    if sent_at is None:
        return _UNKNOWABLE
    try:
        if entry.user_id:
            answer = await case.ask("get_friend_msg_history", user_id=entry.user_id, count=HISTORY)
        else:
            answer = await case.ask("get_group_msg_history", group_id=entry.group_id, count=HISTORY)
    except ActionFailed:
        return _UNKNOWABLE
    messages = [m for m in (answer or {}).get("messages") or [] if isinstance(m, dict)]
    wanted = entry.mark or mark_of(entry.params)
    told = entry.answer.get("message_id") if isinstance(entry.answer, dict) else None
    for message in messages:
        if told is not None and message.get("message_id") == told:
            return Verdict(Finding.HAPPENED, {"message_id": told})
        if (
            int(message.get("time") or 0) >= int(sent_at.timestamp()) - 2
            and _author(message) == entry.sender
            and message.get("message_id") not in case.taken
            and _digest(signature(message.get("message"))) == wanted
        ):
            return Verdict(Finding.HAPPENED, {"message_id": message.get("message_id")})
    oldest = min((int(m.get("time") or 0) for m in messages), default=0)
    if len(messages) >= HISTORY and oldest > sent_at.timestamp():
        return Verdict(Finding.UNKNOWABLE, why="历史消息已经翻过去了，查不到")
    spans = 0 < oldest < int(sent_at.timestamp())
    return Verdict(Finding.ABSENT, why="历史消息里没有这一条", spans=spans)


async def _kick(case: Case) -> Verdict:
    try:
        info = await _member(case)
    except ActionFailed:
        return _HAPPENED
    if not info:
        return _HAPPENED
    return Verdict(Finding.ABSENT, why="对方还在群里")


async def _mute(case: Case) -> Verdict:
    try:
        info = await _member(case)
    except ActionFailed:
        return _UNKNOWABLE
    until = (info or {}).get("shut_up_timestamp")
    if not isinstance(until, int):
        return _UNKNOWABLE
    entry, now = case.entry, case.now.timestamp()
    duration = int(entry.params.get("duration") or 0)
    if not duration:
        return _HAPPENED if until <= now else Verdict(Finding.ABSENT, why="禁言没有解除")
    end = (entry.sent_at or case.now).timestamp() + duration
    if end <= now:
        return Verdict(Finding.UNKNOWABLE, why="禁言时间已过，查不到")
    return (
        _HAPPENED
        if abs(until - end) <= max(60, duration * 0.1)
        else Verdict(Finding.ABSENT, why="禁言的时间没有改" if until > now else "没有被禁言")
    )


async def _card(case: Case) -> Verdict:
    try:
        info = await _member(case)
    except ActionFailed:
        return _UNKNOWABLE
    if _same_card(str((info or {}).get("card") or ""), str(case.entry.params.get("card") or "")):
        return _HAPPENED
    return Verdict(Finding.ABSENT, why="名片没有改成")


def _same_card(shown: str, asked: str) -> bool:
    """Whether QQ shows what was asked for, which it may have cut and whose blanks it may have changed."""
    shown, asked = "".join(shown.split()), "".join(asked.split())
    return shown == asked or (len(shown.encode()) >= SHORTEST_CUT and asked.startswith(shown))


async def _recall(case: Case) -> Verdict:
    try:
        await case.ask("get_msg", message_id=case.entry.params.get("message_id"))
    except ActionFailed:
        return _HAPPENED
    return Verdict(Finding.ABSENT, why="消息还在")


async def _request(case: Case) -> Verdict:
    try:
        answer = await case.ask("get_group_system_msg")
    except ActionFailed:
        return _UNKNOWABLE
    flag = str(case.entry.params.get("flag"))
    for kind in ("join_requests", "invited_requests", "InvitedRequest"):
        for request in (answer or {}).get(kind) or []:
            if flag in (str(request.get("flag")), str(request.get("request_id"))):
                return _HAPPENED if request.get("checked") else Verdict(Finding.ABSENT, why="申请还没有处理")
    return _UNKNOWABLE


async def _member(case: Case) -> Any:
    params = case.entry.params
    return await case.ask(
        "get_group_member_info", group_id=case.entry.group_id, user_id=params.get("user_id"), no_cache=True
    )


def _author(message: dict[str, Any]) -> int:
    return int((message.get("sender") or {}).get("user_id") or message.get("user_id") or 0)


def mark_of(params: Mapping[str, Any]) -> str:
    """What a message with these parameters is known by, once it is no longer kept: a hash of its signature."""
    return _digest(signature(params.get("message", params.get("messages"))))


def _digest(parts: list[tuple[str, str]]) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def signature(message: Any) -> list[tuple[str, str]]:
    """What two renderings of one message share: text without its edges, mentions, and the kinds of media."""
    if isinstance(message, str):
        message = [{"type": "text", "data": {"text": message}}]
    if isinstance(message, dict):
        message = [message]
    parts: list[tuple[str, str]] = []
    for segment in message or []:
        kind, data = segment.get("type"), segment.get("data") or {}
        if kind == "node":
            return [("forward", "")]
        if kind == "reply":
            continue
        value = str(data.get("text") or "") if kind == "text" else ""
        if kind in ("at", "face"):
            value = str(data.get("qq") or data.get("id") or "")
        if kind == "text" and parts and parts[-1][0] == "text":
            parts[-1] = ("text", parts[-1][1] + value)
        else:
            parts.append((str(kind), value))
    parts = [(kind, " ".join(value.split())) for kind, value in parts]
    return [part for part in parts if part != ("text", "")]


VERIFIERS: dict[str, Verifier] = {
    "send_group_msg": _message,
    "send_private_msg": _message,
    "send_msg": _message,
    "send_group_forward_msg": _message,
    "set_group_kick": _kick,
    "set_group_ban": _mute,
    "set_group_card": _card,
    "delete_msg": _recall,
    "set_group_add_request": _request,
}
