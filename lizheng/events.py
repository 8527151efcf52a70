"""What happens in a group besides messages, in one shape for every endpoint.

A feature listens with `feature.on(MemberJoined, handler)`; the handler is `async (ctx: GroupContext, happened) -> None`.
Times are event times in epoch seconds, as the endpoint reported them.
"""

from dataclasses import dataclass, field
from zlib import crc32


@dataclass(frozen=True)
class GroupEvent:
    group_id: int
    user_id: int
    """Whom it is about."""
    operator_id: int
    """Who did it; 0 where the endpoint does not say."""
    time: int

    @property
    def key(self) -> str:
        """What tells this event from others of its kind in the group, short and the same when it is told again."""
        return f"{self.user_id}:{self.time}"


@dataclass(frozen=True)
class MemberJoined(GroupEvent):
    """`operator_id` is who let them in or, when `invited`, mostly who brought them, as far as the endpoint knows.

    The one who brought them may also be an admin who only agreed, so an `invited` by an admin is a weak word.
    """

    invited: bool = False


@dataclass(frozen=True)
class MemberLeft(GroupEvent):
    kicked: bool = False


@dataclass(frozen=True)
class CardChanged(GroupEvent):
    """Comes late: endpoints tell it only when the member next speaks."""

    old: str = ""
    new: str = ""


@dataclass(frozen=True)
class MemberMuted(GroupEvent):
    """`seconds` 0 lifts the mute; -1 with `user_id` 0 is the whole group."""

    seconds: int = 0


@dataclass(frozen=True)
class RoleChanged(GroupEvent):
    admin: bool = False


@dataclass(frozen=True)
class MessageRecalled(GroupEvent):
    message_id: int = 0

    @property
    def key(self) -> str:
        return str(self.message_id)


@dataclass(frozen=True)
class FileShared(GroupEvent):
    """Somebody put a file into the group's files; `size` in bytes. `get_group_file_url` tells where it can be had."""

    file_id: str = ""
    name: str = ""
    size: int = 0
    busid: int = 0

    @property
    def key(self) -> str:
        return f"{super().key}:{crc32(self.file_id.encode())}"


@dataclass(frozen=True)
class JoinRequested(GroupEvent):
    """`flag` answers the request and is never shown to anyone. `invitor_id` is 0 where the endpoint drops it."""

    flag: str = field(default="", repr=False)
    comment: str = field(default="", repr=False)
    invitor_id: int = 0

    @property
    def key(self) -> str:
        return f"{super().key}:{crc32(self.flag.encode())}"


@dataclass(frozen=True)
class ReactionChanged(GroupEvent):
    """Somebody put an emoji under a message, or took it away; `emoji` is QQ's number of it, `count` how many there are.

    `user_id` is 0 where the endpoint does not say who; many tell only what is put under the bot's own messages.
    """

    message_id: int = 0
    emoji: str = ""
    count: int = 0
    added: bool = True

    @property
    def key(self) -> str:
        return f"{super().key}:{self.message_id}:{self.emoji}:{int(self.added)}"


@dataclass(frozen=True)
class EssenceChanged(GroupEvent):
    """A message of `user_id` was made one of the group's best, or is none any more."""

    message_id: int = 0
    added: bool = True

    @property
    def key(self) -> str:
        return f"{super().key}:{self.message_id}:{int(self.added)}"


@dataclass(frozen=True)
class TitleChanged(GroupEvent):
    """The owner gave somebody a special title."""

    title: str = ""


@dataclass(frozen=True)
class GroupRenamed(GroupEvent):
    """The group is called `name` from now on."""

    name: str = ""


@dataclass(frozen=True)
class GroupDissolved(GroupEvent):
    """The group is no more; `user_id` is the account of ours that was in it, for which `MemberLeft` follows."""


@dataclass(frozen=True)
class OwnerChanged(GroupEvent):
    """The group belongs to `user_id` now, and belonged to `before`.

    No endpoint tells it: it is seen when the member list is read twice (`ctx.survey`), and so comes late.
    """

    before: int = 0


@dataclass(frozen=True)
class BotOffline(GroupEvent):
    """QQ has logged the account `user_id` out, which acted for this group; `why` in the endpoint's words."""

    why: str = ""


@dataclass(frozen=True)
class BotSpoke(GroupEvent):
    """A registered bot (`/机器人`) said something: it is no message to the features, which look at people's alone."""

    message_id: int = 0

    @property
    def key(self) -> str:
        return str(self.message_id)


@dataclass(frozen=True)
class GroupMet(GroupEvent):
    """The bot is in this group for the first time it knows of. Told once per group."""


@dataclass(frozen=True)
class GroupTakenOver(GroupEvent):
    """Another host on the same database acted for this group until now: what is kept in memory may be out of date."""


@dataclass(frozen=True)
class FeatureSwitched(GroupEvent):
    """The feature that listens was switched in this group; told to that feature alone."""

    on: bool = False


@dataclass(frozen=True)
class SettingChanged(GroupEvent):
    """A setting was changed in this group: of the feature that listens, or of any where it listens `everywhere`.

    `cause` is the source of what changed it, by which two changes within a second are told apart.
    """

    name: str = ""
    feature: str = ""
    cause: str = ""

    @property
    def key(self) -> str:
        return f"{super().key}:{self.feature}.{self.name}:{crc32(self.cause.encode())}"
