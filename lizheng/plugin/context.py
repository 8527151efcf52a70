"""What a handler is given: who, where, when, and the verbs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo

from nonebot import logger
from nonebot.adapters.onebot.v11 import ActionFailed, Message, MessageEvent, NetworkError
from pydantic import BaseModel

from lizheng.adapter.requests import JoinQueue, read_queue
from lizheng.base.roles import Role
from lizheng.delivery.outbox import Priority, follow_ups
from lizheng.groups.choices import GroupState
from lizheng.groups.members import UNREADABLE, MemberInfo
from lizheng.groups.survey import Survey
from lizheng.messages.templates import Segment, compose
from lizheng.plugin import announced, changes, gathered
from lizheng.plugin.announced import Urgency
from lizheng.plugin.coverage import Coverage
from lizheng.plugin.deeds import Deeds
from lizheng.plugin.deliveries import Deliveries
from lizheng.plugin.identity import FeatureInfo
from lizheng.plugin.refusals import Declined
from lizheng.plugin.services import Decider, Proposal, Services, Waiting
from lizheng.store import atomic
from lizheng.store.tables import Pending, Record, Slot
from lizheng.text import NAME_SHOWN, NO_NAME, clip, is_blank, shown_name, visible

S = TypeVar("S", bound=BaseModel)
NAME_LENGTH, SHORT_NAME = 20, 12
MOST_QUEUED = 100
UNREAD_QUEUE = "现在读不到申请列表，稍后再试。"
SAME_END = timedelta(minutes=1)
"""QQ counts mutes in minutes: what ends within one is the same."""
HOW_TO_CONFIRM = "确认请发 /确认 {n}，放弃发 /取消 {n}（{span}内有效）。"
HOW_TO_DECIDE = "同意请发 /通过 {n}，不同意发 /拒绝 {n}（{span}内有效）。"
HOW_TO_AGREE = "同意请发 /确认 {n}，不同意发 /取消 {n}，别人不能替（{span}内有效）。"
HOW_TO_DECIDE_BY_TWO = "要两位管理员同意：各发一次 /通过 {n}；不同意发 /拒绝 {n}（{span}内有效）。"
HOW_TO_ANSWER = "长按这条选「回复」写下答案；先不定就回「跳过」（或发 /取消 {n}）。"


@dataclass(frozen=True)
class Quoted:
    """The message somebody replied to.

    When it could not be read, `segments` is empty and `user_id` whom the client named as its author by an @, else 0.
    """

    message_id: int
    user_id: int = 0
    segments: tuple[Segment, ...] = ()


class GroupContext(Deliveries, Deeds):
    """One feature at work in one group: what jobs, listeners and hook answers are given.

    `author_id` is the person on whose behalf this happens, 0 when it is a rule. `source` names what caused it
    (`message:…`, `slot:…`): everything said and done carries it, so that the same cause never has its effect twice.
    """

    host: Services[GroupContext]
    quoted: Quoted | None = None

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

    def name_of(self, user_id: int) -> str:
        """The card or nickname last seen, on one line and not too long, else the number."""
        known = self.host.roster.seen(self.group.id, user_id)
        return (clip(visible(known.name), NAME_LENGTH) if known else "") or str(user_id)

    def who(self, user_id: int, *, full: bool = False, strict: bool = False) -> str:
        """Name somebody as last seen so that they are told apart: `小王`, `小王（…4821）`, or the number alone.

        The last four digits follow a name that another one here looks like, that is hidden or shows nothing; with
        `full`, for lists that admins read, they follow every name. `strict` hides more names, see `shown_name`.
        """
        known = self.host.roster.seen(self.group.id, user_id)
        if known is None or known.name == str(user_id):
            return str(user_id)
        name = shown_name(known.name, strict=strict)
        doubtful = is_blank(name) or name != clip(visible(known.name), NAME_SHOWN)
        if full or doubtful or not self.host.roster.is_unique(self.group.id, user_id):
            return f"{NO_NAME if is_blank(name) else name}（…{str(user_id)[-4:]}）"
        return name

    def names(self, people: Collection[int]) -> str:
        """Short ones as last seen, joined by 、, for a sentence that lists many."""
        return "、".join(clip(self.name_of(user_id), SHORT_NAME) for user_id in people)

    async def names_of(self, people: Collection[int]) -> str:
        """Their cards or nicknames, joined by 、; asks for those not seen yet, as long as it is answered."""
        with suppress(NetworkError):
            for user_id in people:
                if self.host.roster.seen(self.group.id, user_id) is None:
                    await self.host.roster.member(self.group.id, user_id)
        return "、".join(map(self.name_of, people))

    # — asking ——————————————————————————————————————————————————————————————————————————————

    async def query(self, api: str, /, **params: Any) -> Any:
        """Ask the endpoint something about this group, within 2 s. Raises `NetworkError` or `ActionFailed`."""
        return await self.host.query(self.group.id, api, **params)

    async def members(self, *, fresh: bool = True) -> dict[int, MemberInfo]:
        """Everyone in the group by QQ number, as of now or, unless `fresh`, at most five minutes ago.

        Raises `Declined` while the list cannot be read: no answer is never an empty group.
        """
        try:
            members = await self.host.roster.members(self.group.id, fresh=fresh)
        except (NetworkError, ActionFailed) as silence:
            raise Declined(UNREADABLE) from silence
        if not members:
            raise Declined(UNREADABLE)
        return members

    async def survey(self) -> Survey:
        """The member list as far as it can be relied on, and whether that is all the way; see `Survey`.

        It is read twice with three seconds between, at most once in five minutes for whoever asks; jobs should ask, and
        no handler that somebody waits for. Raises `Declined` while the list cannot be read.
        """
        try:
            return await self.host.surveys.of(self.group.id)
        except (NetworkError, ActionFailed) as silence:
            raise Declined(UNREADABLE) from silence

    async def join_queue(self) -> JoinQueue:
        """Read the requests to join this group that the endpoint knows, decided ones included, the newest first.

        Raises `Declined` while the endpoint does not answer.
        """
        try:
            found = read_queue(await self.query("get_group_system_msg", count=MOST_QUEUED))
        except (NetworkError, ActionFailed) as silence:
            raise Declined(UNREAD_QUEUE) from silence
        here = [one for one in found if one.group_id == self.group.id]
        return JoinQueue(here, whole=0 < len(found) < MOST_QUEUED)

    async def member(self, user_id: int, *, fresh: bool = True) -> MemberInfo | None:
        """One member as of now or, unless `fresh`, as last seen; None when not in the group.

        Raises `Declined` while the endpoint does not answer.
        """
        try:
            return await self.host.roster.member(self.group.id, user_id, fresh=fresh)
        except NetworkError as silence:
            raise Declined(UNREADABLE) from silence

    def seen(self, user_id: int) -> MemberInfo | None:
        """What is remembered of a member, without asking anyone."""
        return self.host.roster.seen(self.group.id, user_id)

    def why_protected(self, user_id: int, member: MemberInfo | None = None) -> str:
        """Say in Chinese why nobody may act on this person here, "" when they are not protected. Asks no one.

        `member` is the person as the member list has them, for the role; without, a protected role goes unseen.
        """
        if user_id in self.host.our_accounts():
            return "那是里正自己"
        if user_id in self.host.superusers:
            return "他是超级用户，受保护"
        if member is not None and member.role >= Role.ADMIN:
            return f"他是{member.role.label}，受保护"
        if user_id in self.group.whitelist:
            return "他在白名单里，受保护"
        if user_id in self.group.bots:
            return "那是登记过的机器人，受保护"
        return ""

    def is_on(self, feature_id: str) -> bool:
        """Whether a feature is loaded and on in this group."""
        feature = self.host.features.get(feature_id)
        return feature is not None and self.host.is_on(self.group, feature)

    def why_muted_longer(self, muted_until: float, end: datetime) -> str:
        """Say in Chinese that a mute that runs (until epoch seconds) outlasts one to `end`, "" when it does not."""
        if muted_until <= (end + SAME_END).timestamp():
            return ""
        return f"他已经禁言到 {self.local(datetime.fromtimestamp(muted_until, UTC)):%m-%d %H:%M}"

    def may_kick(self) -> bool:
        """Whether the group has had so few kicks lately that one more needs no person's word."""
        return bool(self.host.outbox.kick_budget_left(self.group.id))

    async def gap_covered(self, since: datetime, until: datetime, *, private: bool = False) -> Coverage:
        """Say whether all that happened here in a time was seen; what was read back after a gap was.

        True once it was; while it `waits`, ask again in half a minute before judging anybody. With `private` it is what
        was written in private, which is never read back.
        """
        return await self.host.coverage(self.group.id, since, until, private=private)

    async def role_of(self, user_id: int) -> Role:
        """The role somebody holds by the member list now. Raises `Declined` while the endpoint does not answer."""
        try:
            return await self.host.role_now(self.group, user_id)
        except NetworkError as silence:
            raise Declined(UNREADABLE) from silence

    async def quoted_about(self, kind: str = "") -> tuple[str, int | str] | None:
        """What the quoted message is about, where it is one of this feature's and was said `about` something.

        Of one `kind` only where that is given. Known for 60 days.
        """
        if self.quoted is None or self.quoted.user_id not in {0, *self.host.our_accounts()}:
            return None
        return await follow_ups.about(self.group.id, self.quoted.message_id, self.feature.id, kind)

    async def quoted_pending(self) -> Pending | None:
        """What the quoted message put before people, decided or not, where it is this feature's."""
        if self.quoted is None:
            return None
        about = await follow_ups.about(self.group.id, self.quoted.message_id, *follow_ups.NOTICE)
        here = Pending.filter(group_id=self.group.id, feature=self.feature.id)
        return await here.get_or_none(id=about[1]) if about else None

    async def still_holds_role(self) -> bool:
        """Whether the author has the role this needs according to the member list now. Raises `NetworkError`."""
        if self.needed_role is Role.MEMBER:
            return True
        return await self.host.role_now(self.group, self.author_id) >= self.needed_role

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

    async def preview(
        self, decision: str, template: str, /, *, payload: Mapping[str, Any], key: str = "", **values: Any
    ) -> Pending:
        """Show what would happen under a short number; `/确认` by the same person within 5 minutes does it.

        Made by a rule (no author), any admin confirms, for 24 hours.
        """
        decider: Decider = "author" if self.author_id else "admin"
        span = timedelta(minutes=5) if self.author_id else timedelta(hours=24)
        text = compose(template, values)
        proposal = Proposal(decision, text, payload, decider, span, HOW_TO_CONFIRM, key=key)
        return await self.host.propose(self, proposal)

    async def submit(
        self,
        decision: str,
        template: str,
        /,
        *,
        payload: Mapping[str, Any],
        span: timedelta = timedelta(days=7),
        by: Role = Role.DEPUTY,
        people: Collection[int] = (),
        two: bool = False,
        muted_too: bool = False,
        numbered: bool = False,
        quiet: bool = False,
        key: str = "",
        **values: Any,
    ) -> Pending:
        """Put something before the deputies and admins: `/通过 n`, `/拒绝 n`, or quoting the notice with 同意 or 拒绝.

        With `by` ADMIN the deputies have no say. With `people` these decide and nobody else, by `/确认 n`, `/取消 n` or
        quoting; with `two` it takes two different admins to agree, and one to refuse. The group reads it: from a
        private chat, who is muted may not, but for `muted_too`. With `numbered` the text begins with `3 号 `; with
        `quiet` nothing is said, as the caller tells of several at once. Raises `Declined`, also for one more than a
        member may have waiting.
        """
        if self.answers_to and not muted_too:
            await self.refuse_muted()
        decider: Decider = "admin" if by is Role.ADMIN else "deputy"
        hint = HOW_TO_DECIDE
        if people:
            decider, hint = "person", HOW_TO_AGREE
        elif two:
            decider, hint = "two", HOW_TO_DECIDE_BY_TWO
        text = compose(template, values)
        proposal = Proposal(
            decision,
            text,
            payload,
            decider,
            span,
            hint,
            tuple(people),
            key=key,
            numbered=numbered,
            quiet=quiet,
        )
        return await self.host.propose(self, proposal)

    async def waiting(self, *decisions: str, author: int | None = None) -> list[Waiting]:
        """List what of this feature waits for a decision in this group, the newest first.

        Given names, of these decisions alone; given an `author`, that member's alone.
        """
        return await self.host.waiting(self, decisions, author)

    async def withdraw(self, number: int) -> None:
        """Take back what the author put up and nobody has decided; its `reject` runs, with state `cancelled`.

        Raises `Declined` where this feature has nothing of theirs waiting under that number.
        """
        await self.host.withdraw(self, number)

    async def ask(
        self,
        decision: str,
        template: str,
        /,
        *,
        payload: Mapping[str, Any],
        example: str = "",
        span: timedelta = timedelta(days=1),
        key: str = "",
        **values: Any,
    ) -> Pending:
        """Ask the admins something that they answer in words, by quoting the question; 跳过 or `/取消 n` leaves it.

        The template may name the `example`, which is said again with what was wrong about an answer.
        """
        text = compose(template, {**values, "example": example})
        kept = {**payload, "example": example}
        proposal = Proposal(decision, text, kept, "admin", span, HOW_TO_ANSWER, key=key)
        return await self.host.propose(self, proposal)

    async def take_back(self, key: str) -> bool:
        """Cancel what this cause has put before people under a key, or what its kick of that key was made to ask; whether
        that was still open.
        """
        source = self.next_source(key)
        asked = Pending.filter(source__in=(source, f"{source}#1"), group_id=self.group.id, state="open")
        return bool(source and await asked.update(state="cancelled"))

    async def refuse_muted(self) -> None:
        """Keep who is muted in the group from having words said there by way of a private chat. Raises `Declined`."""
        try:
            member = await self.host.roster.member(self.group.id, self.author_id, fresh=True)
        except NetworkError:
            raise Declined(UNREADABLE) from None
        if member is not None and member.muted_until > self.now.timestamp():
            raise Declined("你在群里被禁言了，等解除了再来。")


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
