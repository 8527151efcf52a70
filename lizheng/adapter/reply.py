"""Quotes: which message does this one answer."""

from typing import TYPE_CHECKING, Any

from nonebot.adapters.onebot.v11.event import MessageEvent, Reply, Sender
from nonebot.adapters.onebot.v11.exception import OneBotV11AdapterException
from nonebot.adapters.onebot.v11.message import Message, MessageSegment
from pydantic import ValidationError

from lizheng.adapter.recent import Recent
from lizheng.adapter.segments import read_message

if TYPE_CHECKING:
    from lizheng.adapter.bot import Bot

# Shorter than a lane's patience, so that a lost answer does not let the next message overtake.
CAP_SECONDS = 1.5


async def resolve_quote(bot: "Bot", event: MessageEvent, recent: Recent, lane: int) -> None:
    """Move the quote from `event.message` to `event.reply`, so that only the member's own words remain.

    When the quoted message cannot be had, `event.reply` carries its `message_id`, an empty message, an empty
    sender and `resolved=False`; otherwise `resolved=True`.
    """
    index = next((i for i, segment in enumerate(event.message) if segment.type == "reply"), None)
    if index is None:
        return
    message_id = _id(event.message[index])
    found = None
    if message_id is not None:
        found = recent.find(lane, message_id) or await _ask(bot, message_id)
    event.reply = _reply(found, message_id or 0)
    del event.message[index]
    author = event.reply.sender.user_id
    if author is not None:
        if author == event.self_id:
            event.to_me = True
        following = event.message[index] if len(event.message) > index else None
        if following is not None and following.type == "at" and following.data.get("qq") == str(author):
            del event.message[index]
    _tidy(event.message, index)


def _id(segment: MessageSegment) -> int | None:
    text = str(segment.data.get("id", ""))
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 19 else None


async def _ask(bot: "Bot", message_id: int) -> Any:
    try:
        return await bot.call_api("get_msg", message_id=message_id, _timeout=CAP_SECONDS)
    except OneBotV11AdapterException:
        return None


def _reply(found: Any, message_id: int) -> Reply:
    if isinstance(found, dict):
        try:
            return Reply.model_validate(
                {
                    **found,
                    "time": found.get("time") or 0,
                    "message_type": found.get("message_type") or "",
                    "message_id": message_id,
                    "real_id": found.get("real_id") or message_id,
                    "message": read_message(found.get("message"))[0],
                    "sender": found.get("sender") or {},
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
    if len(message) > index and message[index].type == "text":
        message[index].data["text"] = message[index].data["text"].lstrip()
        if not message[index].data["text"]:
            del message[index]
    if not message:
        message.append(MessageSegment.text(""))
