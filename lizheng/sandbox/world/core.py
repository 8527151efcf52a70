"""State, set-up and the two ways out: happenings for those who watch, OneBot events for the bot."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from .endpoints import ENDPOINTS, Endpoint, Manner
from .faults import FaultKind, Faults
from .happenings import ApiCall, Happening
from .media import Media
from .refusal import WorldError
from .state import KEPT_MESSAGES, Group, Member, Message, Person, Request, Role

KEPT_CALLS = 10_000
KEPT_PRIVATE = 2_000


class Core:
    """See `World`."""

    def __init__(
        self,
        now: Callable[[], float],
        endpoint: str = "napcat",
        account: int = 10001,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.now = now
        self.sleep = sleep
        self.endpoint: Endpoint = ENDPOINTS[endpoint]
        self.account = account
        self.accounts: list[int] = []
        self.people: dict[int, Person] = {}
        self.groups: dict[int, Group] = {}
        self.friends: set[int] = set()
        self.temp_chats: set[tuple[int, int]] = set()
        self.requests: dict[str, Request] = {}
        self.messages: dict[int, Message] = {}
        self.private: deque[Message] = deque()
        self.forwards: dict[str, list[dict[str, Any]]] = {}
        self.faults = Faults()
        self.media = Media()
        self.api_log: deque[ApiCall] = deque(maxlen=KEPT_CALLS)
        self.outlets: list[Callable[[dict[str, Any]], None]] = []
        self.watchers: list[Callable[[Happening], None]] = []
        self.report_self = False
        self.debug_raw = False
        self.temp_sessions = True
        self.packet_as_text = False
        self.media_base = "http://127.0.0.1:9/media"
        self._happened = 0
        self._made = 0
        self._flags = 0
        self._held: dict[int, list[dict[str, Any]]] = {}
        self.add_account(account, "里正")

    # set-up

    def use_endpoint(self, endpoint: str) -> None:
        """Change which endpoint the bot lives behind (takes effect with the next event or call)."""
        self.endpoint = ENDPOINTS[endpoint]

    @property
    def manner(self) -> Manner:
        """The endpoint, and how it is set up; may be set to one of `MANNERS`."""
        return Manner(self.endpoint, self.debug_raw, self.packet_as_text)

    @manner.setter
    def manner(self, manner: Manner) -> None:
        self.endpoint = manner.endpoint
        self.debug_raw, self.packet_as_text = manner.debug_raw, manner.packet_as_text

    def add_account(self, user_id: int, nick: str = "机器人") -> Person:
        """Another QQ account that is a bot behind an endpoint; it joins groups like any person."""
        self.accounts.append(user_id)
        return self.add_person(nick, user_id)

    def add_person(self, nick: str, user_id: int | None = None) -> Person:
        """Raises ValueError when the number is taken."""
        if user_id is None:
            user_id = max((100_000, *(one for one in self.people if one > 100_000))) + 1
        if user_id in self.people:
            raise ValueError(f"QQ number {user_id} is taken")
        person = self.people[user_id] = Person(user_id, nick)
        self.happen("introduce", user_id=user_id, nickname=nick)
        return person

    def add_group(
        self,
        name: str,
        owner: Person | int,
        members: Iterable[Person | int] = (),
        admins: Iterable[Person | int] = (),
        group_id: int | None = None,
        bot_role: Role | str | None = "admin",
    ) -> Group:
        """Strangers are made up. `bot_role` None: the bot is not in it; owner: `owner` becomes an admin."""
        if group_id is None:
            group_id = max((700_000, *self.groups)) + 1
        if group_id in self.groups:
            raise ValueError(f"group number {group_id} is taken")
        group = self.groups[group_id] = Group(group_id, name)
        roles = {int(one): Role.MEMBER for one in members}
        roles |= {int(one): Role.ADMIN for one in admins}
        roles[int(owner)] = Role.ADMIN if bot_role == "owner" else Role.OWNER
        if bot_role is not None:
            roles[self.account] = Role(bot_role)
        for user_id, role in roles.items():
            if user_id not in self.people:
                self.add_person(f"群友{user_id}", user_id)
            group.members[user_id] = Member(user_id, role, float(int(self.now())), previous_role=role)
        self.happen("introduce", group_id=group_id, name=name, members=list(roles))
        return group

    def befriend(self, user_id: Person | int) -> None:
        """Make somebody a friend of the bot."""
        self.friends.add(int(user_id))

    # look-ups

    def group(self, group_id: int) -> Group:
        """Raises WorldError when there is no such group."""
        group = self.groups.get(int(group_id))
        if group is None:
            raise WorldError("没有这个群。", f"群({group_id})不存在")
        return group

    def member(self, group_id: int, user_id: int) -> Member:
        """Raises WorldError when the group does not exist or the person is not in it."""
        member = self.group(group_id).members.get(int(user_id))
        if member is None:
            raise WorldError("这个人不在群里。", f"群({group_id})成员{user_id}不存在")
        return member

    def person(self, user_id: int) -> Person:
        """Raises WorldError when nobody has this number."""
        person = self.people.get(int(user_id))
        if person is None:
            raise WorldError("没有这个 QQ 号。", "用户不存在")
        return person

    def message(self, message_id: int) -> Message:
        """Raises WorldError when it is unknown, forgotten or recalled."""
        message = self.messages.get(message_id)
        if message is None or message.recalled:
            raise WorldError("这条消息不存在。", "消息不存在")
        return message

    def display_name(self, group_id: int, user_id: int) -> str:
        group = self.groups.get(group_id)
        member = group.members.get(user_id) if group else None
        if member and member.card:
            return member.card
        person = self.people.get(user_id)
        return person.nickname if person else str(user_id)

    # numbers

    def fresh_message_id(self) -> int:
        """Ids look like the hashes endpoints make: any int32 but 0, never in order."""
        self._made += 1
        number = (self._made * 0x9E3779B1) & 0xFFFFFFFF
        return number - (1 << 32) if number >= 1 << 31 else number

    def fresh_flag(self) -> str:
        self._flags += 1
        return str(int(self.now()) * 1_000_000 + self._flags)

    def keep(self, message: Message) -> None:
        """Remember a message; beyond the limit the oldest of its group (or of all private ones) goes."""
        shelf = self.groups[message.group_id].messages if message.group_id else self.private
        limit = KEPT_MESSAGES if message.group_id else KEPT_PRIVATE
        shelf.append(message)
        self.messages[message.message_id] = message
        if len(shelf) > limit:
            del self.messages[shelf.popleft().message_id]

    # the ways out

    def happen(
        self, kind: str, group_id: int = 0, user_id: int = 0, operator_id: int = 0, **data: Any
    ) -> Happening:
        self._happened += 1
        happening = Happening(self._happened, self.now(), kind, group_id, user_id, operator_id, data)
        for watcher in tuple(self.watchers):
            watcher(happening)
        return happening

    def tell(self, account: int, event: dict[str, Any]) -> None:
        """Hand an event to one bot account, through the event faults."""
        event = {"time": int(self.now()), "self_id": account, **event}
        post = event["post_type"]
        detail = event.get(f"{post.removesuffix('_sent')}_type", "")
        names = (post, f"{post}.{detail}", f"{post}.{detail}.{event.get('sub_type', '')}")
        if self.faults.take(FaultKind.REORDER, *names):
            self._held.setdefault(account, []).append(event)
            return
        copies = self.faults.take(FaultKind.DUPLICATE, *names)
        for _ in range(copies.times if copies else 1):
            self._hand_out(event)
        for held in self._held.pop(account, ()):
            self._hand_out(held)

    def tell_group(self, group_id: int, event: dict[str, Any]) -> None:
        """Hand an event to every bot account that is in the group."""
        for account in self.accounts:
            if account in self.groups[group_id].members:
                self.tell(account, {**event, "group_id": group_id})

    def notice(self, group_id: int, notice_type: str, **fields: Any) -> None:
        self.tell_group(group_id, {"post_type": "notice", "notice_type": notice_type, **fields})

    def flush(self) -> None:
        """Deliver the events that a reorder fault still holds back."""
        for held in self._held.values():
            for event in held:
                self._hand_out(event)
        self._held.clear()

    def _hand_out(self, event: dict[str, Any]) -> None:
        for outlet in tuple(self.outlets):
            outlet(event)
