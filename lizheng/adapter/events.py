"""Event models: lenient where endpoints differ, silent about content in the log.

Discriminators are repeated in every class: pydantic takes a field from the first base that has it.
"""

# pyright: reportIncompatibleVariableOverride=false, reportIncompatibleMethodOverride=false

from typing import Any, Literal, Self

from nonebot.adapters.onebot.v11 import event as v11
from nonebot.adapters.onebot.v11.exception import NoLogException
from pydantic import BaseModel, Field, ModelWrapValidatorHandler, ValidationError, model_validator
from typing_extensions import override

from lizheng.adapter.frames import number
from lizheng.adapter.segments import read_message

_ANONYMOUS_ID = 80000000
_OURS = ("to_me", "reply", "truncated", "came_at", "original_message")
"""What is ours to say about a message, whatever an endpoint sends under these names."""
_LOGGED = ("group_id", "user_id", "operator_id", "target_id", "message_id", "duration")


class _Lenient(BaseModel):
    """Leaves out what does not fit and is not needed, so that one odd field does not lose the event."""

    @model_validator(mode="wrap")
    @classmethod
    def ignore_what_does_not_fit(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(values)
        except ValidationError as error:
            if type(values) is not dict:
                raise
            odd = [where["loc"] for where in error.errors(include_url=False, include_context=False)]
        return handler(_without(values, odd))


def _without(values: dict[str, Any], places: list[tuple[int | str, ...]]) -> dict[str, Any]:
    """A copy without the fields at these places, which are at most two deep."""
    kept = dict(values)
    for first, *inner in places:
        inside = kept.get(str(first))
        if inner and type(inside) is dict:
            kept[str(first)] = {key: value for key, value in inside.items() if key != inner[0]}
        else:
            kept.pop(str(first), None)
    return kept


class Spoken(_Lenient, v11.MessageEvent):
    """`truncated` tells that the message was longer than the limits and was cut, `came_at` when it reached us."""

    sub_type: str = "normal"
    raw_message: str = ""
    font: int = 0
    sender: v11.Sender = Field(default_factory=v11.Sender)
    truncated: bool = False
    came_at: float = 0.0

    @model_validator(mode="before")
    @classmethod
    def check_message(cls, values: dict[str, Any]) -> dict[str, Any]:
        values = {key: value for key, value in values.items() if key not in _OURS}
        said = values.get("message")
        if said is None:
            said = values.get("raw_message") if type(values.get("raw_message")) is str else ""
        message, original, cut = read_message(said)
        values["message"], values["original_message"] = message, original
        if cut:
            values["truncated"] = True
        values["message_id"] = number(values, "message_id")
        values["sender"] = tidy_sender(values)
        hidden = values.pop("anonymous", None)
        if hidden:
            told = hidden if type(hidden) is dict else {}
            texts = {key: str(told.get(key) or "") for key in ("name", "flag")}
            values["anonymous"] = {"id": number(told, "id"), **texts}
        return {key: value for key, value in values.items() if value is not None}

    @override
    def get_event_description(self) -> str:
        length = sum(len(segment.data["text"]) for segment in self.original_message if segment.is_text())
        return f"{_ids(self)} length={length}"

    @override
    def get_log_string(self) -> str:
        raise NoLogException


class GroupMessage(Spoken, v11.GroupMessageEvent):
    """A group message; its `raw` (NapCat in debug mode) and other extras stay on it."""

    message_type: Literal["group"]


class PrivateMessage(Spoken, v11.PrivateMessageEvent):
    """A private message."""

    message_type: Literal["private"]


def tidy_sender(values: dict[str, Any]) -> dict[str, Any]:
    """Who sent a message, of what an event or `get_msg` tells, without what does not fit."""
    given = values.get("sender")
    sender = dict(given) if type(given) is dict else {}
    sender["user_id"] = number(sender, "user_id") or number(values, "user_id") or None
    for key in ("level", "title", "card", "nickname"):
        if key in sender and type(sender[key]) is not str:
            sender[key] = None if sender[key] is None else str(sender[key])
    unnamed = values.get("sub_type") == "anonymous" or values.get("user_id") == _ANONYMOUS_ID
    if unnamed or values.get("anonymous"):
        # An anonymous speaker has no standing, whatever role the endpoint reports.
        sender["role"] = "member"
    if type(sender.get("age")) is not int:
        sender.pop("age", None)
    for key in ("role", "sex", "area"):
        if type(sender.get(key)) is not str:
            sender.pop(key, None)
    return sender


def _ids(event: v11.Event) -> str:
    known = ((key, getattr(event, key, None)) for key in _LOGGED)
    return " ".join(f"{key}={value}" for key, value in known if isinstance(value, int))


class Notice(_Lenient, v11.NoticeEvent):
    """Any notice, known or not; who it is about may be 0."""

    user_id: int = 0
    group_id: int = 0
    operator_id: int = 0

    @override
    def get_event_description(self) -> str:
        return _ids(self)

    @override
    def get_user_id(self) -> str:
        return str(self.user_id)

    @override
    def get_session_id(self) -> str:
        return f"group_{self.group_id}_{self.user_id}" if self.group_id else str(self.user_id)

    @override
    def is_tome(self) -> bool:
        return self.user_id == self.self_id


class GroupIncrease(Notice, v11.GroupIncreaseNoticeEvent):
    notice_type: Literal["group_increase"]
    sub_type: str = "approve"


class GroupDecrease(Notice, v11.GroupDecreaseNoticeEvent):
    notice_type: Literal["group_decrease"]
    sub_type: str = "leave"


class GroupAdmin(Notice, v11.GroupAdminNoticeEvent):
    notice_type: Literal["group_admin"]


class GroupBan(Notice, v11.GroupBanNoticeEvent):
    """`duration` in seconds, −1 for the whole group."""

    notice_type: Literal["group_ban"]

    @property
    def whole(self) -> bool:
        """Whether the whole group is meant (`user_id` is 0)."""
        return self.user_id == 0


class GroupRecall(Notice, v11.GroupRecallNoticeEvent):
    notice_type: Literal["group_recall"]


class GroupUpload(Notice, v11.GroupUploadNoticeEvent):
    notice_type: Literal["group_upload"]


class FriendAdd(Notice, v11.FriendAddNoticeEvent):
    notice_type: Literal["friend_add"]


class FriendRecall(Notice, v11.FriendRecallNoticeEvent):
    notice_type: Literal["friend_recall"]


class GroupCard(Notice):
    """A member's card changed; comes only when that member next speaks, and names no operator."""

    notice_type: Literal["group_card"]
    card_new: str = ""
    card_old: str = ""


class Essence(Notice):
    notice_type: Literal["essence"]
    sub_type: str = "add"
    message_id: int = 0
    sender_id: int = 0


class EmojiLike(Notice):
    """Reactions on a message: `likes` holds dicts with `emoji_id` and `count`."""

    notice_type: Literal["group_msg_emoji_like"]
    message_id: int = 0
    likes: list[dict[str, Any]] = Field(default_factory=list)


class Notify(Notice, v11.NotifyEvent):
    """Any `notify` notice without a model of its own (title, gray_tip, input_status, …)."""

    notice_type: Literal["notify"]
    sub_type: str = ""


class Poke(Notice, v11.PokeNotifyEvent):
    notice_type: Literal["notify"]
    group_id: int = 0

    @override
    def is_tome(self) -> bool:
        return self.target_id == self.self_id


class LuckyKing(Notice, v11.LuckyKingNotifyEvent):
    notice_type: Literal["notify"]


class Honor(Notice, v11.HonorNotifyEvent):
    notice_type: Literal["notify"]


class _Request(_Lenient, v11.RequestEvent):
    @model_validator(mode="before")
    @classmethod
    def check_flag(cls, values: dict[str, Any]) -> dict[str, Any]:
        flag = values.get("flag")
        return {**values, "flag": str(flag)} if type(flag) is int else values

    @override
    def get_event_description(self) -> str:
        return _ids(self)


class GroupRequest(_Request, v11.GroupRequestEvent):
    """`invitor_id` is 0 where the endpoint does not tell."""

    request_type: Literal["group"]
    invitor_id: int = 0


class FriendRequest(_Request, v11.FriendRequestEvent):
    request_type: Literal["friend"]


MODELS: tuple[type[v11.Event], ...] = (
    GroupMessage,
    PrivateMessage,
    Notice,
    GroupIncrease,
    GroupDecrease,
    GroupAdmin,
    GroupBan,
    GroupRecall,
    GroupUpload,
    FriendAdd,
    FriendRecall,
    GroupCard,
    Essence,
    EmojiLike,
    Notify,
    Poke,
    LuckyKing,
    Honor,
    GroupRequest,
    FriendRequest,
)
