"""What plugins need that look after the others: which features there are, their switches, settings, commands and rows.

`/功能`, `/设置`, `/帮助`, `/自检` and `/我的数据` are written with it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol, cast

from pydantic import BaseModel
from tortoise.queryset import QuerySet

from lizheng.acts.undo import undo_record
from lizheng.adapter.capabilities import Capabilities
from lizheng.groups.choices import StandingKind
from lizheng.plugin.command import Command, Form
from lizheng.plugin.context import Context, GroupContext
from lizheng.plugin.feature import Feature, FirstStep
from lizheng.plugin.retention import Keep, Share, forget, shares
from lizheng.plugin.services import Services
from lizheng.plugin.settings import Setting, settings_of
from lizheng.registry.access import Verdict, is_on, may, opened_with
from lizheng.registry.registry import Registry, declared
from lizheng.registry.retained import kept_by
from lizheng.registry.settings_reader import SettingsReader
from lizheng.registry.toggles import Switchable
from lizheng.store import audit
from lizheng.store.tables import Record, Slot

__all__ = [
    "Administration",
    "Capabilities",
    "FirstStep",
    "Keep",
    "SendingState",
    "Setting",
    "Share",
    "StandingKind",
    "Switchable",
    "Verdict",
    "forget",
    "settings_of",
    "shares",
]


class _Host(Services[GroupContext], Protocol):
    registry: Registry
    settings_reader: SettingsReader

    def database_name(self) -> str: ...


@dataclass(frozen=True)
class SendingState:
    """How sending goes: whether it is paced, how many calls are on their way, and in Chinese why it pauses ("" if not)."""

    paced: bool
    pending: int
    pause: str


class Administration:
    """All features, as seen from one group. Made where it is used: `Administration(ctx).features`."""

    def __init__(self, ctx: GroupContext):
        self._ctx = ctx
        self._host = cast(_Host, ctx.host)
        self._registry = self._host.registry

    # — what there is ————————————————————————————————————————————————————————————————————————

    @property
    def features(self) -> Collection[Feature]:
        """Every feature that is loaded, the kit's own included; those that cannot be switched off first."""
        return self._registry.features.values()

    def feature(self, feature_id: str) -> Feature | None:
        """One feature by its id."""
        return declared(self._host, feature_id)

    def is_on(self, feature: Feature) -> bool:
        """Whether it is on in this group."""
        return is_on(self._ctx.group, feature)

    def opened_with(self, feature: Feature) -> str:
        """How one without a switch of its own comes to be on: `跟着「广告税」一起开，`; "" for any other."""
        return opened_with(feature)

    def switchables(self) -> list[Switchable]:
        """What can be switched here, other people's plugins included."""
        return self._registry.switchables(self._ctx.group)

    async def switch(self, switch_id: str, on: bool) -> None:
        """Switch a feature (or, by its `store:` id, another plugin) from the next message on."""
        await self._host.switch(self._ctx.group, switch_id, on)

    # — commands —————————————————————————————————————————————————————————————————————————————

    def command(self, name: str) -> Command | None:
        """The command of that name or alias."""
        return self._registry.commands.command(name)

    def command_in(self, text: str) -> Command | None:
        """The command that a text, as somebody sent it, calls by its whole name."""
        return self._registry.commands.command_in(text)

    def may(self, ctx: Context, form: Form) -> Verdict:
        """Whether the author of `ctx` may use a form here and now, and what to tell them if not."""
        owner = self._registry.features[form.command.feature.id]
        return may(ctx.group, owner, form, ctx.role)

    def usable_forms(self, ctx: Context, command: Command) -> list[Form]:
        """The forms of a command that the author of `ctx` may use here and now."""
        return [form for form in command.forms if self.may(ctx, form).allowed]

    def usable(self, ctx: Context, feature: Feature) -> list[Command]:
        """The commands of which the author of `ctx` may use at least one form, here and now."""
        shown = (one for one in feature.commands if ctx.channel == "private" or not one.private)
        return [command for command in shown if self.usable_forms(ctx, command)]

    # — settings —————————————————————————————————————————————————————————————————————————————

    def settings(self, feature: Feature) -> list[Setting]:
        """Every setting a feature declares."""
        return settings_of(feature)

    def values(self, feature: Feature) -> BaseModel:
        """What holds here, as an instance of the feature's settings model."""
        return self._host.read_settings(feature, self._ctx.group)

    def default(self, feature: Feature, setting: Setting) -> Any:
        """What holds where a group has chosen nothing."""
        return self._host.settings_reader.default(feature, setting)

    async def change_setting(self, feature: Feature, name: str, stored: Any) -> None:
        """Store a setting in its JSON form, None for the default, and tell the feature."""
        await self._host.change_setting(self._ctx.group, feature, name, stored)

    # — records ——————————————————————————————————————————————————————————————————————————————

    def records(self, target_id: int = 0) -> QuerySet[Record]:
        """The group's newest records first, for a page of them; about one person when `target_id` is given."""
        rows = Record.filter(group_id=self._ctx.group.id).order_by("-number")
        return rows.filter(target_id=target_id) if target_id else rows

    async def record(self, number: int) -> Record | None:
        """One of the group's records by its number."""
        return await audit.find(self._ctx.group.id, number)

    async def undo(self, ctx: Context, record: Record) -> str:
        """Take back what a record is of, on behalf of the author of `ctx`; what holds now, "" where nothing is to be said.

        Raises `CannotUndo`.
        """
        return await undo_record(ctx, record)

    # — the group ————————————————————————————————————————————————————————————————————————————

    async def set_dry_run(self, on: bool) -> None:
        """Begin or end dry run in this group."""
        await self._host.groups.set_dry_run(self._ctx.group.id, on)

    async def add_standing(self, user_id: int, kind: StandingKind) -> bool:
        """Make somebody a deputy, protected, or known as a bot; False when they were already."""
        ctx = self._ctx
        return await self._host.groups.add_standing(ctx.group.id, user_id, kind, ctx.author_id, ctx.now)

    async def remove_standing(self, user_id: int, kind: StandingKind) -> bool:
        """Take it back; False when they were not."""
        return await self._host.groups.remove_standing(self._ctx.group.id, user_id, kind)

    # — how the host is ——————————————————————————————————————————————————————————————————————

    def account(self) -> int | None:
        """The account that acts here, None while none that can is connected."""
        return self._host.account_for(self._ctx.group.id)

    async def capabilities(self) -> Capabilities:
        """What the endpoint of this group can see; cautious defaults while none is connected."""
        return await self._host.capabilities(self._ctx.group.id)

    def database_name(self) -> str:
        """The kind of database and, for a file, its name; never an address or a password."""
        return self._host.database_name()

    def sending(self) -> SendingState:
        """How sending goes, over all groups, and what pauses here."""
        outbox = self._host.outbox
        return SendingState(
            self._host.config.pacing != "off", outbox.pending(), outbox.breaker_state(self._ctx.group.id)
        )

    async def upcoming(self, limit: int) -> list[Slot]:
        """The group's next due jobs, soonest first."""
        return await self._host.schedule.upcoming(self._ctx.group.id, limit)

    @property
    def most_days(self) -> int:
        """How long this host keeps anything about people, in days."""
        return self._host.config.retention_days

    def keeps(self) -> list[Keep]:
        """Everything that all features keep about people."""
        return kept_by(self.features)
