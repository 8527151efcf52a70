"""What a handler is given: who, where, when, and the verbs."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo

from nonebot import logger
from nonebot.adapters.onebot.v11 import Message, MessageEvent, NetworkError
from pydantic import BaseModel

from lizheng.base.roles import Role
from lizheng.delivery.outbox import Priority, follow_ups
from lizheng.groups.choices import GroupState
from lizheng.groups.members import UNREADABLE
from lizheng.messages.templates import Segment, compose
from lizheng.plugin import announced, changes, gathered
from lizheng.plugin.announced import Urgency
from lizheng.plugin.coverage import Coverage
from lizheng.plugin.deeds import Deeds
from lizheng.plugin.identity import FeatureInfo
from lizheng.plugin.proposals import Proposals, Quoted
from lizheng.plugin.refusals import Declined
from lizheng.plugin.services import Services
from lizheng.store import atomic
from lizheng.store.tables import Record, Slot

S = TypeVar("S", bound=BaseModel)


class GroupContext(Proposals, Deeds):
    """One feature at work in one group: what jobs, listeners and hook answers are given.

    `author_id` is the person on whose behalf this happens, 0 when it is a rule. `source` names what caused it
    (`message:…`, `slot:…`): everything said and done carries it, so that the same cause never has its effect twice.
    """

    host: Services[GroupContext]

    def __init__(
        self,
        host: Services[GroupContext],
        group: GroupState,
        feature: FeatureInfo,
        *,
        source: str | None = None,
        author_id: int = 0,
        needed_role: Role = Role.MEMBER,
        priority: Priority = Priority.NOTICE,
    ):
        super().__init__(host, group, feature, source=source, author_id=author_id, priority=priority)
        self.needed_role = needed_role

    def settings(self, kind: type[S]) -> S:
        """This feature's settings in this group, as an instance of its settings model."""
        values = self.host.read_settings(self.feature, self.group)
        assert isinstance(values, kind)
        return values

    async def change(
        self, kind: type[S], what: str = "", also: Mapping[str, Any] | None = None, /, **values: Any
    ) -> Record:
        """Change settings of this feature in this group, all or none; the record, which `/撤销` takes back.

        Values are checked as the model wants them; None falls back to the default. `what` is said in the record, by
        default what changed to what. `also` names an undo of the feature's own for what changed beside the settings.
        Whoever listens to `SettingChanged` is told. Not to be called within `@atomic`. Raises `Misread`.
        """
        if self.feature.settings is not kind:
            raise TypeError(f"{kind.__name__} is not the settings model of {self.feature.id}")
        return await changes.change(self, values, what, also)

    def as_feature(self, feature: FeatureInfo) -> Self:
        """Give this very context to another feature: the same person, place and cause."""
        if feature is self.feature:
            return self
        step = self.next_source()
        other = copy(self)
        other.feature, other.source, other._steps = feature, step and f"{step}/{feature.id}", [0]
        other.is_shared = False
        return other

    @property
    def zone(self) -> ZoneInfo:
        """The host's time zone."""
        return self.host.zone

    @property
    def elapsed(self) -> float:
        """Seconds of the host's running clock, from an arbitrary start: a corrected wall clock never moves it back."""
        return self.host.clock.elapsed()

    @property
    def superusers(self) -> frozenset[int]:
        """The QQ numbers of those who run this host."""
        return self.host.superusers

    def is_ours(self, user_id: int) -> bool:
        """Whether this is an account of ours, those connected to other hosts included."""
        return user_id in self.host.our_accounts()

    def under(
        self,
        source: str | None,
        *,
        author_id: int = 0,
        needed_role: Role = Role.MEMBER,
        priority: Priority = Priority.NOTICE,
    ) -> GroupContext:
        """The same feature and place under another cause, with a count of effects of its own."""
        return GroupContext(
            self.host,
            self.group,
            self.feature,
            source=source,
            author_id=author_id,
            needed_role=needed_role,
            priority=priority,
        )

    def in_groups(self) -> list[GroupContext]:
        """This feature in every group where it is on, this one included; without a cause."""
        return [
            GroupContext(self.host, group, self.feature)
            for group in self.host.groups.known()
            if self.host.is_on(group, self.feature)
        ]

    def within(self, feature: FeatureInfo, key: str = "") -> GroupContext:
        """The same place and cause, seen by another feature."""
        step = self.next_source(key)
        inner = GroupContext(
            self.host,
            self.group,
            feature,
            source=step and f"{step}/{feature.id}",
            priority=self.priority,
        )
        inner.cause = self.source
        return inner

    def on_behalf(
        self, feature: FeatureInfo, author_id: int, needed_role: Role, source: str | None
    ) -> GroupContext:
        """The same place, for a feature acting for a person who decided something."""
        ctx = GroupContext(
            self.host,
            self.group,
            feature,
            source=source,
            author_id=author_id,
            needed_role=needed_role,
            priority=Priority.ACT,
        )
        ctx.confirmed = True
        return ctx

    def is_on(self, feature_id: str) -> bool:
        """Whether a feature is loaded and on in this group."""
        feature = self.host.features.get(feature_id)
        return feature is not None and self.host.is_on(self.group, feature)

    def may_kick(self) -> bool:
        """Whether the group has had so few kicks lately that one more needs no person's word."""
        return bool(self.host.outbox.kick_budget_left(self.group.id))

    async def gap_covered(self, since: datetime, until: datetime, *, private: bool = False) -> Coverage:
        """Say whether all that happened here in a time was seen; what was read back after a gap was.

        True once it was; while it `waits`, ask again in half a minute before judging anybody. With `private` it is what
        was written in private, which is never read back.
        """
        return await self.host.coverage(self.group.id, since, until, private=private)

    async def quoted_about(self, kind: str = "") -> tuple[str, int | str] | None:
        """What the quoted message is about, where it is one of this feature's and was said `about` something.

        Of one `kind` only where that is given. Known for 60 days.
        """
        if self.quoted is None or self.quoted.user_id not in {0, *self.host.our_accounts()}:
            return None
        return await follow_ups.about(self.group.id, self.quoted.message_id, self.feature.id, kind)

    # — later ———————————————————————————————————————————————————————————————————————————————

    async def plan(
        self,
        job: str,
        at: datetime,
        *,
        key: str = "",
        payload: Mapping[str, Any] | None = None,
        replace: bool = False,
        gather: bool = False,
    ) -> Slot:
        """Have one of the feature's jobs run at `at`; the slot as it then is.

        The same job, group and key is one slot. Planned again while it waits, it stays as it is; while it runs or once
        it has run it is planned anew, though never twice for one cause (`source`), which may be met again after a
        crash. What is planned while it runs counts when that run has ended, over the next time the run gives. With
        `replace` the new time and payload count in any case; with `gather`, for a job that looks itself at what is new,
        unless it waits: one that runs may have looked already, and so runs once more.

        Raises `ValueError` for a job the feature does not declare.
        """
        if job not in self.feature.job_names:
            raise ValueError(f"{self.feature.id} declares no job {job!r}")
        return await self.host.schedule.plan(
            self.feature.id,
            job,
            self.group.id,
            at,
            key=key,
            payload=dict(payload or {}),
            replace=replace,
            gather=gather,
            cause=self.source,
        )

    async def planned(self, job: str, *, key: str = "") -> Slot | None:
        """What `plan` wrote down: the slot, with `state` and `due_at`; None where there is none."""
        where = {"feature": self.feature.id, "name": job, "group_id": self.group.id, "key": key}
        return await Slot.filter(**where).first()

    async def unplan(self, job: str, *, key: str = "") -> None:
        """Forget a planned job; one that is running just now runs to its end."""
        await self.host.schedule.cancel(self.feature.id, job, self.group.id, key=key)

    async def gather(self, name: str, item: Mapping[str, Any]) -> None:
        """Have an item handled together with others of that name in this group; see `Feature.gather`.

        It is stored within the running atomic, if there is one. Raises `ValueError` for a name not declared.
        """
        if name not in self.feature.gathers:
            raise ValueError(f"{self.feature.id} gathers nothing called {name!r}")
        await gathered.put(self, name, self.feature.gathers[name], item)

    async def announce(
        self,
        topic: str,
        template: str,
        /,
        urgency: Urgency = Urgency.NORMAL,
        *,
        key: str = "",
        until: datetime | None = None,
        about: tuple[str, int | str] | None = None,
        then: str = "",
        payload: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> None:
        """Say in the group what nobody asked for just now: once, together with others, at an hour that suits.

        `HIGH` is said at once. Others are joined into one message with what the features here announce within ten
        minutes, and wait for the end of the quiet hours; `LOW` waits for tomorrow once the bot has spoken often enough
        today. One that waits is not said when a newer one of this feature has the same `topic`, nor when the feature is
        off by then, nor is any after `until`. It is stored within the running atomic, if there is one. `about` and
        `then` (see `say`) are for `HIGH` alone: raises `ValueError` else.
        """
        segments, source = compose(template, values), self.next_source(key)
        if urgency is Urgency.HIGH:
            await self._announce_now(topic, segments, source, until, about, then, payload)
        elif about or then:
            raise ValueError("what is joined with others has no end and no subject of its own")
        else:
            await announced.put(self, topic, segments, urgency, source, until)

    @atomic
    async def _announce_now(
        self,
        topic: str,
        segments: list[Segment],
        source: str | None,
        until: datetime | None,
        about: tuple[str, int | str] | None,
        then: str,
        payload: Mapping[str, Any] | None,
    ) -> None:
        await announced.put(self, topic, segments, Urgency.HIGH, source)
        await self.post(segments, source=source, expires_at=until, about=about, then=then, payload=payload)


@dataclass(frozen=True)
class CommandInfo:
    """The command a message hits: its Chinese name, and the id of the feature that declares it."""

    name: str
    feature_id: str


class _Common:
    """What is known of a message, one for all features at it: above all the author's role, as claimed and by now."""

    __slots__ = ("claimed", "cleared", "confirmed", "role", "succeeded")

    def __init__(self, role: Role):
        self.claimed = self.role = role
        self.confirmed = False
        self.succeeded: bool | None = None
        self.cleared = False


class Context(GroupContext):
    """A message and its author, for commands and observers; each feature has its own.

    `message` is what was said, without the quote and without an @ of the bot at either end; `command` is the command
    it hits, if any, and `succeeded` whether that did what was asked, None before it has ended. `cleared`: its message
    has been taken away; both are the same for all of them. In private, `channel` is `"private"` and `say` answers the
    author alone.
    """

    is_shared = True
    is_late = False
    """Whether it was read back after the host had been away; see `Feature.counts_late`."""

    def __init__(
        self,
        host: Services[GroupContext],
        group: GroupState,
        feature: FeatureInfo,
        event: MessageEvent,
        *,
        role: Role,
        quoted: Quoted | None,
        command: CommandInfo | None = None,
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
        self._common = _Common(role)
        self.quoted = quoted
        self.command = command
        self.answers_to = event.user_id if event.message_type == "private" else 0
        self._siblings: dict[str, Context] = {feature.id: self}

    @property
    def role(self) -> Role:
        """The author's, as claimed by the event until it is confirmed."""
        return self._common.role

    @property
    def succeeded(self) -> bool | None:
        """Whether the command did what was asked, None before it has ended."""
        return self._common.succeeded

    @succeeded.setter
    def succeeded(self, value: bool | None) -> None:
        self._common.succeeded = value

    @property
    def cleared(self) -> bool:
        """Whether the message has been taken away."""
        return self._common.cleared

    @cleared.setter
    def cleared(self, value: bool) -> None:
        self._common.cleared = value

    def seen_by(self, feature: FeatureInfo) -> Context:
        """The context of another feature at this message: its own, with a count of its own, whenever it is asked for."""
        if (sibling := self._siblings.get(feature.id)) is None:
            # Made for every observer of every message: a copy costs a third of being made anew.
            sibling = object.__new__(type(self))
            sibling.__dict__.update(self.__dict__)
            sibling.feature, sibling._steps = feature, [0] if self.is_shared else self._steps
            self._siblings[feature.id] = sibling
        return sibling

    def as_feature(self, feature: FeatureInfo) -> Self:
        """Give this very context to another feature: the same person, place and cause."""
        other = super().as_feature(feature)
        if other is not self:
            other._siblings = {feature.id: other}
        return other

    def count_together(self) -> None:
        """Count the effects of all features as one row, as it was until 0.1: for a message that was begun that way."""
        self.is_shared = False

    async def confirmed_role(self, needed: Role = Role.MEMBER) -> Role:
        """The author's role by the member list now, as the one an event claims may be stale or forged.

        When nobody answers, it is what holds without the list: a superuser's, a deputy's, or a role of that height
        which the list told minutes ago and the event still claims. Raises `Declined` when that is below `needed`
        although the author says, or in private may, hold it.
        """
        known = self._common
        if known.confirmed or is_anonymous(self.event):
            return known.role
        try:
            known.role = await self.host.role_now(self.group, self.author_id)
            known.confirmed = True
        except NetworkError:
            logger.warning("lizheng: the member list of group {} cannot be read", self.group.id)
            known.role = self.host.role_unread(self.group, self.event)
            if known.role < needed and (self.channel == "private" or known.claimed >= needed):
                raise Declined(UNREADABLE) from None
        return self.role

    async def carry_out(self, called: str) -> None:
        """Run a command as if the author had typed it after the prefix. Raises `Misread` and `Declined` as it does, and
        `LookupError` when there is none of that name.
        """
        await self.host.carry_out(self, called)

    @property
    def at(self) -> datetime:
        """When the message was sent, in the host's zone: what decides whether it kept a deadline."""
        return datetime.fromtimestamp(self.event.time, self.host.zone)

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
