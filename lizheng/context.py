"""What a handler is given: who, where, when, and the verbs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from nonebot import logger
from nonebot.adapters.onebot.v11 import NetworkError
from pydantic import BaseModel

from lizheng import audit
from lizheng.acts import Act, perform
from lizheng.feature import Feature
from lizheng.grammar import say_duration
from lizheng.groups import GroupState
from lizheng.outbox import Draft, Priority, Ticket
from lizheng.outcome import Outcome
from lizheng.pending import propose
from lizheng.roles import Role
from lizheng.speech import Segment, compose

if TYPE_CHECKING:
    from nonebot.adapters.onebot.v11 import Message, MessageEvent

    from lizheng.commands import Command
    from lizheng.host import Host
    from lizheng.models import Pending, Record, Slot

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True)
class Quoted:
    """The message somebody replied to. `user_id` is 0 and `segments` empty when it could not be read."""

    message_id: int
    user_id: int = 0
    segments: tuple[Segment, ...] = ()


class GroupContext:
    """One feature at work in one group: what jobs, listeners and hook answers are given.

    `author_id` is the person on whose behalf this happens, 0 when it is a rule. `source` names what caused it
    (`message:…`, `slot:…`): everything said and done carries it, so that the same cause never has its effect twice.
    """

    quoted: Quoted | None = None
    answers_to = 0
    """Whom `say` answers in private; 0 means the group."""

    def __init__(
        self,
        host: Host,
        group: GroupState,
        feature: Feature,
        *,
        source: str | None = None,
        author_id: int = 0,
        needed_role: Role = Role.MEMBER,
        priority: Priority = Priority.NOTICE,
    ):
        self.host = host
        self.group = group
        self.feature = feature
        self.source = source
        self.author_id = author_id
        self.needed_role = needed_role
        self.priority = priority
        self._steps = 0

    @property
    def now(self) -> datetime:
        """This moment, in the host's time zone."""
        return self.host.now()

    def settings(self, kind: type[S]) -> S:
        """This feature's settings in this group, as an instance of its settings model."""
        values = self.host.settings.read(self.feature, self.group)
        assert isinstance(values, kind)
        return values

    def within(self, feature: Feature) -> GroupContext:
        """The same place and cause, seen by another feature."""
        step = self.next_source()
        return GroupContext(
            self.host,
            self.group,
            feature,
            source=step and f"{step}/{feature.id}",
            priority=self.priority,
        )

    def on_behalf(self, feature: Feature, author_id: int, needed_role: Role, source: str) -> GroupContext:
        """The same place, for a feature acting for a person who decided something."""
        return GroupContext(
            self.host,
            self.group,
            feature,
            source=source,
            author_id=author_id,
            needed_role=needed_role,
            priority=Priority.ACT,
        )

    def next_source(self) -> str | None:
        """A key for the next effect of this cause; the same cause run again counts the same keys."""
        self._steps += 1
        return f"{self.source}#{self._steps}" if self.source else None

    def name_of(self, user_id: int) -> str:
        """The card or nickname last seen, else the number."""
        known = self.host.roster.seen(self.group.id, user_id)
        return known.name if known else str(user_id)

    async def names_of(self, people: Collection[int]) -> str:
        """Their cards or nicknames, joined by 、; asks for those not seen yet."""
        for user_id in people:
            if self.host.roster.seen(self.group.id, user_id) is None:
                with suppress(NetworkError):
                    await self.host.roster.member(self.group.id, user_id)
        return "、".join(map(self.name_of, people))

    async def still_holds_role(self) -> bool:
        """Whether the author has the role this needs according to the member list now. Raises `NetworkError`."""
        if self.needed_role is Role.MEMBER:
            return True
        return await self.host.role_now(self.group, self.author_id) >= self.needed_role

    # — saying ——————————————————————————————————————————————————————————————————————————————

    async def say(self, template: str, /, **values: Any) -> Ticket:
        """Say it in the group; `{name}` in the template stands for a value: text, or a `Mention` or a `Picture`.

        Returns once it is stored, and so will be said; what became of it is the ticket's `outcome()`.
        """
        return await self.post(compose(template, values), user_id=self.answers_to)

    async def tell(self, user_id: int, template: str, /, **values: Any) -> Ticket:
        """Say it to one member in private; many endpoints refuse that between people who are not friends."""
        return await self.post(compose(template, values), user_id=user_id)

    async def tell_once(self, topic: str, template: str, /, **values: Any) -> None:
        """Say it once per group and topic until the host restarts."""
        if self.host.first_time(self.group.id, f"{self.feature.id}:{topic}"):
            # A source of its own: the same cause run again, when this is not said, must count the same keys.
            source = self.source and f"{self.source}/{topic}"
            await self.post(compose(template, values), user_id=self.answers_to, source=source)

    async def post(self, segments: list[Segment], *, user_id: int = 0, source: str | None = None) -> Ticket:
        """Put ready segments into the outbox without waiting; to the group, or to one person in private."""
        where: dict[str, int] = {"user_id": user_id} if user_id else {"group_id": self.group.id}
        return await self.host.outbox.put(
            Draft(
                api="send_private_msg" if user_id else "send_group_msg",
                params={**where, "message": segments},
                group_id=self.group.id,
                user_id=user_id,
                priority=self.priority,
                feature=self.feature.id,
                source=source or self.next_source(),
            )
        )

    async def forward(self, pages: Sequence[tuple[str, list[Segment]]]) -> Ticket:
        """Say several messages as one that opens on a tap: each with the name shown above it, then its segments.

        Not every endpoint can; the ticket's `outcome()` is then NOT_DONE.
        """
        user_id, account = self.answers_to, str(self.host.account_for(self.group.id) or 0)
        where: dict[str, int] = {"user_id": user_id} if user_id else {"group_id": self.group.id}
        nodes = []
        for name, segments in pages:
            # Endpoints know the author by one pair of names or the other.
            data = {"user_id": account, "nickname": name, "uin": account, "name": name, "content": segments}
            nodes.append({"type": "node", "data": data})
        return await self.host.outbox.put(
            Draft(
                api="send_private_forward_msg" if user_id else "send_group_forward_msg",
                params={**where, "messages": nodes},
                group_id=self.group.id,
                user_id=user_id,
                priority=self.priority,
                feature=self.feature.id,
                source=self.next_source(),
            )
        )

    # — acting ——————————————————————————————————————————————————————————————————————————————

    async def kick(self, target: int, reason: str, *, rule: str = "", for_good: bool = False) -> Outcome:
        """Remove a member; `for_good` also refuses later requests. There is no way back, so nothing undoes it."""
        params = {"group_id": self.group.id, "user_id": target, "reject_add_request": for_good}
        return await perform(self, Act("kick", "移出本群", "set_group_kick", params, target, reason, rule))

    async def mute(self, target: int, span: timedelta, reason: str, *, rule: str = "") -> Outcome:
        """Mute a member for up to 30 days, rounded to seconds."""
        params = {"group_id": self.group.id, "user_id": target, "duration": int(span.total_seconds())}
        label = f"禁言 {say_duration(span)}"
        undo = {"name": "unmute", "target": target}
        return await perform(
            self, Act("mute", label, "set_group_ban", params, target, reason, rule, undo=undo)
        )

    async def unmute(self, target: int, reason: str, *, rule: str = "") -> Outcome:
        params = {"group_id": self.group.id, "user_id": target, "duration": 0}
        return await perform(self, Act("unmute", "解除禁言", "set_group_ban", params, target, reason, rule))

    async def recall(self, message_id: int, author_id: int, reason: str, *, rule: str = "") -> Outcome:
        """Take back a member's message. The author may have left meanwhile."""
        params = {"message_id": message_id}
        act = Act("recall", "撤回消息", "delete_msg", params, author_id, reason, rule, may_be_gone=True)
        return await perform(self, act)

    async def rename(
        self, target: int, card: str, reason: str, *, rule: str = "", own: bool = False
    ) -> Outcome:
        """Set a member's card ("" takes it away). `own` when the member asked for it."""
        before = self.host.roster.seen(self.group.id, target)
        params = {"group_id": self.group.id, "user_id": target, "card": card}
        undo = {"name": "rename", "target": target, "card": before.card if before else "", "own": own}
        act = Act(
            "rename",
            f"改名片为「{card}」",
            "set_group_card",
            params,
            target,
            reason,
            rule,
            own=own,
            undo=undo,
        )
        return await perform(self, act)

    async def note(
        self,
        kind: str,
        reason: str,
        *,
        target: int = 0,
        params: Mapping[str, Any] | None = None,
        undo: dict[str, Any] | None = None,
    ) -> Record:
        """Record a change that is not an act in QQ: a switch, a setting, a case. `undo` names one of the feature's undos."""
        return await audit.write(
            self.group.id,
            self.now,
            self.feature.id,
            kind,
            actor_id=self.author_id,
            target_id=target,
            params=dict(params or {}),
            reason=reason,
            undo=undo,
            source=self.source,
        )

    # — later ———————————————————————————————————————————————————————————————————————————————

    async def plan(
        self,
        job: str,
        at: datetime,
        *,
        key: str = "",
        payload: Mapping[str, Any] | None = None,
        replace: bool = False,
    ) -> Slot:
        """Have one of the feature's jobs run at `at`. The same job, group and key is one slot, however often it is planned."""
        return await self.host.schedule.plan(
            self.feature.id, job, self.group.id, at, key=key, payload=dict(payload or {}), replace=replace
        )

    async def unplan(self, job: str, *, key: str = "") -> None:
        await self.host.schedule.cancel(self.feature.id, job, self.group.id, key=key)

    async def preview(
        self, decision: str, template: str, /, *, payload: Mapping[str, Any], **values: Any
    ) -> Pending:
        """Show what would happen under a short number; `/确认` by the same person within 5 minutes does it.

        Made by a rule (no author), any admin confirms, for 24 hours.
        """
        decider, span = ("author", timedelta(minutes=5)) if self.author_id else ("admin", timedelta(hours=24))
        return await propose(
            self,
            decision,
            compose(template, values),
            payload,
            decider,
            span,
            "确认请发 /确认 {n}，放弃发 /取消 {n}（{span}内有效）。",
        )

    async def submit(
        self,
        decision: str,
        template: str,
        /,
        *,
        payload: Mapping[str, Any],
        span: timedelta = timedelta(days=7),
        **values: Any,
    ) -> Pending:
        """Put something before the deputies and admins: `/通过 n`, `/拒绝 n`, or quoting the notice with 同意 or 拒绝."""
        hint = "同意请发 /通过 {n}，不同意发 /拒绝 {n}（{span}内有效）。"
        return await propose(self, decision, compose(template, values), payload, "deputy", span, hint)


class Context(GroupContext):
    """A message and its author, for commands and observers.

    `message` is what was said, without the quote and without an @ of the bot at either end; `command` is the command
    it hits, if any. In private, `channel` is `"private"` and `say` answers the author alone.
    """

    def __init__(
        self,
        host: Host,
        group: GroupState,
        feature: Feature,
        event: MessageEvent,
        *,
        role: Role,
        quoted: Quoted | None,
        command: Command | None = None,
        needed_role: Role = Role.MEMBER,
    ):
        super().__init__(
            host,
            group,
            feature,
            source=f"message:{event.self_id}:{group.id}:{event.message_id}:{event.time}",
            author_id=event.user_id,
            needed_role=needed_role,
            priority=Priority.REPLY,
        )
        self.event = event
        self.role = role
        self.quoted = quoted
        self.command = command
        self.answers_to = event.user_id if event.message_type == "private" else 0
        self._confirmed = False

    async def confirmed_role(self) -> Role:
        """The author's role by the member list now, as an event's may be stale; the claimed one when nobody answers."""
        if not self._confirmed and not is_anonymous(self.event):
            try:
                self.role = await self.host.role_now(self.group, self.author_id)
                self._confirmed = True
            except NetworkError:
                logger.warning("lizheng: the member list of group {} cannot be read", self.group.id)
        return self.role

    @property
    def message(self) -> Message:
        return self.event.get_message()

    @property
    def message_id(self) -> int:
        return self.event.message_id

    @property
    def channel(self) -> str:
        return self.event.message_type


def is_anonymous(event: MessageEvent) -> bool:
    """Whether its author is hidden, and so holds no role."""
    return bool(getattr(event, "anonymous", None)) or event.sub_type == "anonymous"
