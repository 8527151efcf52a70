"""Quotes: which message does this one answer."""

from collections.abc import Awaitable, Callable
from typing import Any

from nonebot.adapters.onebot.v11.event import GroupMessageEvent, MessageEvent, Reply, Sender
from nonebot.adapters.onebot.v11.exception import OneBotV11AdapterException
from nonebot.adapters.onebot.v11.message import Message, MessageSegment
from pydantic import ValidationError

from lizheng.adapter.events import tidy_sender
from lizheng.adapter.frames import number
from lizheng.adapter.recent import Recent
from lizheng.adapter.segments import read_message

Ask = Callable[..., Awaitable[Any]]
"""Calls the endpoint's API: `ask(api, **params)`."""

# Shorter than a lane's patience, so that a lost answer does not let the next message overtake.
CAP_SECONDS = 1.5


async def resolve_quote(ask: Ask, event: MessageEvent, recent: Recent, lane: int) -> None:
    """Move the quote from `event.message` to `event.reply`, so that only the member's own words remain.

    Some clients put an @ of the quoted author beside the quote: it goes too. When the quoted message cannot be had, or
    is of another conversation, `event.reply` carries its `message_id`, an empty message, `resolved=False` and as its
    sender whom such an @ names, if any; otherwise `resolved=True`.
    """
    index = next((i for i, segment in enumerate(event.message) if segment.type == "reply"), None)
    if index is None:
        return
    message_id = _id(event.message[index])
    found = None
    if message_id is not None:
        found = recent.find(lane, message_id) or await _ask(ask, message_id, event)
    event.reply = _reply(found, message_id or 0)
    del event.message[index]
    author = event.reply.sender.user_id
    beside = _at_beside(event.message, index)
    named = _id(event.message[beside], "qq") if beside is not None else None
    if beside is not None and named and named == (author or named):
        event.reply.sender.user_id = author = named
        del event.message[beside]
        index = min(index, beside)
    if author is not None and author == event.self_id:
        event.to_me = True
    _tidy(event.message, index)


def _at_beside(message: Message, index: int) -> int | None:
    """Where the @ stands that belongs to a quote taken out at `index`: right behind it, else right before it at the start."""
    following = index + 1 if _is_blank(message, index) else index
    if following < len(message) and message[following].type == "at":
        return following
    before = index - 2 if _is_blank(message, index - 1) else index - 1
    return before if before == 0 and message[before].type == "at" else None


def _is_blank(message: Message, index: int) -> bool:
    if not 0 <= index < len(message):
        return False
    return message[index].type == "text" and not message[index].data["text"].strip()


def _id(segment: MessageSegment, key: str = "id") -> int | None:
    text = str(segment.data.get(key, ""))
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 19 else None


async def _ask(ask: Ask, message_id: int, event: MessageEvent) -> Any:
    """The message with this id, None when it cannot be had or is not of the conversation that `event` is of."""
    try:
        found = await ask("get_msg", message_id=message_id, _timeout=CAP_SECONDS)
    except OneBotV11AdapterException:
        return None
    return found if isinstance(found, dict) and _is_said_here(found, event) else None


def _is_said_here(found: dict[str, Any], event: MessageEvent) -> bool:
    """Whether nothing in what `get_msg` answered tells that the message was said elsewhere; endpoints tell more or less."""
    kind, group_id = found.get("message_type"), number(found, "group_id")
    if isinstance(event, GroupMessageEvent):
        if kind == "private" or found.get("group") is False:
            return False
        return group_id in (0, event.group_id)
    if kind == "group" or found.get("group") is True or (group_id and kind != "private"):
        return False
    sender = found.get("sender")
    author = number(sender, "user_id") if isinstance(sender, dict) else number(found, "user_id")
    if author == event.self_id:
        return number(found, "target_id") in (0, event.user_id, event.self_id)
    return author in (0, event.user_id)


def _reply(found: Any, message_id: int) -> Reply:
    if isinstance(found, dict):
        try:
            return Reply.model_validate(
                {
                    **found,
                    "time": number(found, "time"),
                    "message_type": str(found.get("message_type") or ""),
                    "message_id": message_id,
                    "real_id": number(found, "real_id") or message_id,
                    "message": read_message(found.get("message"))[0],
                    "sender": tidy_sender(found),
                    "resolved": True,
                }
            )
        except (ValidationError, ValueError):
            pass
    unknown: dict[str, Any] = {"resolved": False}
    return Reply(
        time=0,
        message_type="",
        message_id=message_id,
        real_id=message_id,
        sender=Sender(),
        message=Message(),
        **unknown,
    )


def _tidy(message: Message, index: int) -> None:
    while len(message) > index and message[index].type == "text":
        message[index].data["text"] = message[index].data["text"].lstrip()
        if message[index].data["text"]:
            break
        del message[index]
    if not message:
        message.append(MessageSegment.text(""))
