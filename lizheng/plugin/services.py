"""What a context asks of its host. The host satisfies this by its shape; nothing here knows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

from nonebot.adapters.onebot.v11 import MessageEvent
from pydantic import BaseModel

from lizheng.adapter import Adapter
from lizheng.adapter.capabilities import Capabilities
from lizheng.base.clock import Clock
from lizheng.base.config import HostConfig
from lizheng.base.outcome import Outcome
from lizheng.base.roles import Role
from lizheng.delivery.outbox import Outbox
from lizheng.delivery.schedule import Schedule
from lizheng.events import GroupEvent
from lizheng.groups.choices import Groups, GroupState
from lizheng.groups.cooldown import Cooldown
from lizheng.groups.members import Roster
from lizheng.groups.survey import Surveys
from lizheng.messages.templates import Segment
from lizheng.plugin.act import Act
from lizheng.plugin.coverage import Coverage
from lizheng.plugin.identity import FeatureInfo
from lizheng.plugin.memory import Memory
from lizheng.store import Store
from lizheng.store.tables import Pending

C = TypeVar("C", contravariant=True)
Decider = Literal["author", "deputy", "admin", "person", "two"]


@dataclass(frozen=True)
class Proposal:
    """Something that is to wait for a person's decision.

    `decision` is one that the feature declares, `text` what the group reads, followed by `hint`, in which `{n}` and
    `{span}` stand for the number and the time it waits. `people` decide where the decider is a `person`. `key` names it
    among the effects of its cause. One that is `numbered` is said with its number in front, one that is `quiet` not at
    all: whoever put it up tells of several at once.
    """

    decision: str
    text: list[Segment]
    payload: Mapping[str, Any]
    decider: Decider
    span: timedelta
    hint: str
    people: tuple[int, ...] = ()
    key: str = ""
    numbered: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a person's decision, as it is now. `author_id` is 0 where a rule asked."""

    number: int
    decision: str
    author_id: int
    payload: Mapping[str, Any]
    summary: str
    created_at: datetime
    expires_at: datetime


class Services(Protocol[C]):
    """The parts of a host that contexts and the kit's rooms use; `C` is the context that acts are performed with."""

    adapter: Adapter
    clock: Clock
    zone: ZoneInfo
    config: HostConfig
    superusers: frozenset[int]
    started_at: datetime
    groups: Groups
    roster: Roster
    surveys: Surveys
    cooldown: Cooldown
    memory: Memory
    outbox: Outbox
    schedule: Schedule
    store: Store | None

    @property
    def features(self) -> Mapping[str, FeatureInfo]:
        """The features by id."""
        ...

    def now(self) -> datetime:
        """This moment in the host's zone."""
        ...

    def is_on(self, group: GroupState, feature: FeatureInfo) -> bool:
        """Whether a feature is on in a group, by its own switch or along with others."""
        ...

    def read_settings(self, feature: FeatureInfo, group: GroupState) -> BaseModel:
        """What holds in the group, as an instance of the feature's settings model."""
        ...

    async def change_setting(self, group: GroupState, feature: FeatureInfo, name: str, stored: Any) -> None:
        """Store a setting in its JSON form, None for the default, and tell who listens."""
        ...

    async def switch(self, group: GroupState, switch_id: str, on: bool) -> None:
        """Switch a feature (or, by its `store:` id, another plugin) from the next message on."""
        ...

    def accounts(self) -> list[int]:
        """QQ accounts of ours that are connected to this host."""
        ...

    def our_accounts(self) -> Collection[int]:
        """QQ accounts of ours, those connected to other hosts included."""
        ...

    def account_for(self, group_id: int) -> int | None:
        """The account that acts for a group, None while none that can is connected."""
        ...

    async def query(self, group_id: int, api: str, /, **params: Any) -> Any:
        """Ask the endpoint something about a group, within 2 s. Raises `NetworkError` or `ActionFailed`."""
        ...

    async def ask_account(self, account: int, api: str, /, **params: Any) -> Any:
        """Ask the endpoint of one account, within 2 s. Raises `NetworkError` or `ActionFailed`."""
        ...

    async def capabilities(self, group_id: int) -> Capabilities:
        """What the endpoint of this group can see; cautious defaults while none is connected."""
        ...

    def role_of(self, group: GroupState, event: MessageEvent) -> Role:
        """The role a message claims; an anonymous one holds none."""
        ...

    def role_unread(self, group: GroupState, event: MessageEvent) -> Role:
        """The role that a message proves while the member list does not answer; a claim only lowers it."""
        ...

    async def role_now(self, group: GroupState, user_id: int) -> Role:
        """The role by the member list at this moment. Raises `NetworkError` when it cannot be read."""
        ...

    def doubted_until(self, group_id: int) -> datetime:
        """Up to when messages of a group may have been handled by a process that is gone."""
        ...

    async def coverage(
        self, group_id: int, since: datetime, until: datetime, *, private: bool = False
    ) -> Coverage:
        """Tell how much of a time was seen of a group; see `GroupContext.gap_covered`."""
        ...

    async def perform(self, ctx: C, act: Act) -> Outcome:
        """Do one act, or say why not; see `acts.perform`."""
        ...

    async def propose(self, ctx: C, proposal: Proposal) -> Pending:
        """Store a proposal under the group's next number and say it."""
        ...

    async def waiting(self, ctx: C, kinds: Collection[str], author: int | None) -> list[Waiting]:
        """List what waits for a decision of these names, the newest first."""
        ...

    async def withdraw(self, ctx: C, number: int) -> None:
        """Take back what the author of `ctx` put up; see `GroupContext.withdraw`."""
        ...

    def answering(
        self, hook: object, group: GroupState
    ) -> Iterable[tuple[FeatureInfo, Callable[..., Awaitable[Any]]]]:
        """The features that answer a hook in a group, with their handlers."""
        ...

    async def carry_out(self, ctx: C, called: str) -> None:
        """Run a command for the author of a message; see `Context.carry_out`."""
        ...

    def awaken(self, groups: Iterable[int]) -> None:
        """Soon have the features that are on in these groups do what they do when they wake up."""
        ...

    async def tell(self, group: GroupState, happened: GroupEvent, only: FeatureInfo | None = None) -> None:
        """Hand an event to the features that listen to it."""
        ...
