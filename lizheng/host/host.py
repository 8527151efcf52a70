"""The composition root: one object that holds the kit together for one process."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from nonebot import logger
from nonebot.adapters.onebot.v11 import ActionFailed, GroupMessageEvent, MessageEvent, NetworkError
from nonebot.drivers import ASGIMixin, Driver
from pydantic import BaseModel

from lizheng import activity, ledger
from lizheng.acts import decisions
from lizheng.acts.perform import perform
from lizheng.adapter import Access, Adapter, Bot, Capabilities
from lizheng.adapter.errors import NotSent
from lizheng.base import config
from lizheng.base.clock import Clock
from lizheng.base.logs import Masking, configure_logging
from lizheng.base.outcome import Outcome
from lizheng.base.roles import Role
from lizheng.base.version import VERSION
from lizheng.delivery.leases import SingleHost
from lizheng.delivery.outbox import Outbox, Pacing
from lizheng.delivery.schedule import Schedule
from lizheng.dispatch.dispatcher import Dispatcher, install
from lizheng.dispatch.matcher_index import install_index
from lizheng.dispatch.private_chat import PrivateChat
from lizheng.dispatch.short_way import ShortWay
from lizheng.events import FeatureSwitched, GroupEvent, SettingChanged
from lizheng.grammar import Misread
from lizheng.groups.choices import Groups, GroupState
from lizheng.groups.cooldown import Cooldown
from lizheng.groups.members import Roster
from lizheng.groups.survey import Surveys
from lizheng.host import maintenance
from lizheng.host.catch_up import CatchUp
from lizheng.host.startup import Startup
from lizheng.host.takeover import ClusterHost
from lizheng.host.wake import Waker
from lizheng.host.web import Guard, driver_options, mount_status
from lizheng.parts import announcements
from lizheng.plugin.act import Act
from lizheng.plugin.context import Context, GroupContext, is_anonymous
from lizheng.plugin.coverage import Coverage
from lizheng.plugin.feature import Feature, Job, apps_of
from lizheng.plugin.identity import FeatureInfo
from lizheng.plugin.memory import Memory
from lizheng.plugin.refusals import Declined
from lizheng.plugin.services import Proposal, Waiting
from lizheng.registry.access import goes_along, is_on, is_switched_on
from lizheng.registry.command_index import CommandIndex
from lizheng.registry.registry import Registry
from lizheng.registry.settings_reader import SettingsReader
from lizheng.registry.toggles import respect_switches
from lizheng.store import Store, StoreError
from lizheng.store.tables import Pending, Slot
from lizheng.text import fold

QUERY_SECONDS = 2.0
GIVING_UP_SECONDS = 3.0
ASLEEP_PAUSE = timedelta(minutes=1)
"""How long what is due waits for a feature that could not begin."""


class Host:
    """Everything the features share. Made once, after `nonebot.init` and before the plugins are loaded."""

    masking = Masking()
    """What keeps secrets out of the log of this process."""

    @staticmethod
    def prepare() -> dict[str, Any]:
        """Go to the project's root, set the log up, and return what `nonebot.init` is to be given.

        Raises `SystemExit` with a Chinese sentence when the configuration must not start.
        """
        os.chdir(config.ROOT)
        found = config.peek()
        Host.masking = configure_logging(found.log_level, found.secrets())
        return {"driver": "~fastapi", **driver_options(), **config.from_environment()}

    def __init__(self, driver: Driver):
        self.config = config.read(driver.config)
        self.clock = Clock()
        self.zone = ZoneInfo(self.config.timezone)
        self.superusers = self.config.superusers
        own = (
            decisions.feature,
            ledger.feature,
            activity.feature,
            maintenance.feature,
            announcements.feature,
        )
        self.registry = Registry(self.config.command_start - {""}, own)
        self.groups = Groups()
        self.settings_reader = SettingsReader(config.feature_environment(driver.config))
        self.roster = Roster(self.clock, self.query)
        self.surveys = Surveys(self.clock, self.roster, self.query, self._seen_changed)
        self.private = PrivateChat(self, self.registry.commands)
        self.dispatch = Dispatcher(self, self.registry, self.private)
        self.shares = SingleHost()
        self.store: Store | None = None
        self.schedule, self.outbox = self._engines()
        self.startup = Startup(self, self._begun_after_all)
        self.cooldown = Cooldown(self.clock)
        self.memory = Memory()
        self.waker = Waker(self)
        self.catch_up = CatchUp(self, self.dispatch, lambda: self.shares, pace=self.config.pacing != "off")
        self.started_at = self.clock.now()
        sandbox_key = secrets.token_urlsafe(18) if self.config.sandboxed else ""
        self.masking.add(sandbox_key)
        self.access = Access(self.config.onebot_access_token, sandbox_key)
        driver.register_adapter(Adapter, access=self.access)
        if isinstance(driver, ASGIMixin):
            driver.asgi.add_middleware(Guard, hosts=self.config.hosts, access=self.access)
            measures = self.measures if self.config.metrics else None
            mount_status(driver.asgi, self.health, measures, self.access)
        self.adapter = next(a for a in driver._adapters.values() if isinstance(a, Adapter))
        self.adapter.now = lambda: self.clock.now().timestamp()
        install_index()
        self.adapter.short_way = ShortWay(self.dispatch, install(self.dispatch)).take
        respect_switches(self.groups)
        driver.on_startup(self.start)
        driver.on_bot_connect(self._connected)
        driver.on_shutdown(self.stop)

    # — life ———————————————————————————————————————————————————————————————————————————————

    def _engines(self) -> tuple[Schedule, Outbox]:
        """What runs between a start and a stop; each start has its own."""
        pacing = None if self.config.pacing == "off" else Pacing()
        kept = self.store.path.parent if self.store and self.store.path else config.ROOT / "data"
        outbox = Outbox(
            self.clock,
            self._call,
            pacing,
            self.account_for,
            lambda key: self.shares.mine(key),
            pictures=kept / "files" / "outbox",
            shared=self.store is not None and not self.store.is_sqlite,
        )
        schedule = Schedule(self.clock, self.shares)
        outbox.on_told(schedule.wake)
        return schedule, outbox

    async def start(self) -> None:
        """Find the features among NoneBot's plugins, open the database, and take up what was left.

        A feature that cannot begin stays off; a start that fails as a whole closes what it opened, and raises.
        """
        try:
            await self._start()
        except BaseException as error:
            if isinstance(error, Exception):  # the server shows where
                logger.error(
                    "启动失败（{}），数据库已关好。请按下面的错误改正后再启动。", type(error).__name__
                )
            await self._give_up()
            raise

    async def _start(self) -> None:
        self.started_at = self.clock.now()
        self.memory.clear()
        if self.config.pacing == "off":
            logger.warning("PACING=off：发送不限速，只该用于沙盒和测试")
        self.registry.take_in()
        self.store = Store(self.config.database, apps_of(self.features.values()), self.clock)
        try:
            await self.store.open()
        except StoreError as error:
            logger.error("{}", error)
            # The server would repeat it as a traceback.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            raise SystemExit(str(error)) from error
        await self.groups.load()
        await self.dispatch.start()
        self.shares = SingleHost() if self.store.is_sqlite else ClusterHost(self, self.adapter)
        self.schedule, self.outbox = self._engines()
        for feature in self.features.values():
            for job in feature.jobs.values():
                handler = partial(self._run_job, feature, job)
                allowed = partial(self._may_run, feature)
                self.schedule.register(
                    feature.id, job.name, handler, job.late_limit, job.repeats, job.acts, allowed
                )
        await self.outbox.start(alone=self.store.is_sqlite)
        await self.shares.start()
        self.catch_up.start()
        await self.startup.begin()
        await maintenance.plan_nights(self)
        await self.schedule.start()
        self.awaken(group.id for group in self.groups.known() if self.shares.mine(group.id))
        fold("暖")  # builds its tables, which the first message should not wait for
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)

    async def _connected(self, bot: Bot) -> None:
        """An account is there: what waited for it goes out, and the groups it is in are learned."""
        self.outbox.look_again(int(bot.self_id))
        try:
            rows = await self.ask_account(int(bot.self_id), "get_group_list")
        except (NetworkError, ActionFailed) as error:
            logger.warning(
                "lizheng: account {} does not tell its groups: {}", bot.self_id, type(error).__name__
            )
            self.catch_up.connected(int(bot.self_id))
            return
        names = {int(row["group_id"]): str(row.get("group_name") or "") for row in rows or []}
        for group_id, name in names.items():
            self.groups[group_id].name = name
        self.adapter.note_groups(int(bot.self_id), names)
        self.outbox.come_back(names)
        self.shares.wake()
        self.catch_up.connected(int(bot.self_id))

    async def _give_up(self) -> None:
        """Let go of everything a start took, whatever of it there is; a connection left open would keep the process alive."""
        for end in (
            self.startup.stop,
            self.catch_up.stop,
            self.schedule.stop,
            partial(self.outbox.stop, 1.0),
            self.shares.stop,
        ):
            try:
                await asyncio.wait_for(end(), GIVING_UP_SECONDS)
            except Exception:
                logger.exception("lizheng: not everything could be stopped")
        if self.store is not None:
            await self.store.close()
            self.store = None

    async def stop(self) -> None:
        """Finish what runs, within seconds, and close. Intents that were not carried out wait in the database."""
        if self.store is None:
            return
        await self.startup.stop()
        await self.catch_up.stop()
        await self.waker.stop()
        await asyncio.gather(self.adapter.drain(3.0), self.schedule.stop())
        await self.waker.stop()
        await self.outbox.stop(3.0)
        await self.shares.stop()
        self.memory.clear()
        await self.store.close()
        self.store = None

    def forget(self) -> None:
        """Drop what is remembered about the endpoint and its groups, for a start in a world that is new."""
        self.adapter.forget()
        self.roster.clear()
        self.surveys.clear()
        self.private.forget()
        self.cooldown.clear()
        self.memory.clear()
        self.registry.forget()

    def _may_run(self, feature: Feature, slot: Slot) -> bool:
        """Tell whether a due slot may run: its feature is on in the group, or it is the whole host's.

        One whose feature could not begin waits for that, and is not parked.
        """
        return not slot.group_id or is_switched_on(self.groups[slot.group_id], feature)

    def awaken(self, groups: Iterable[int]) -> None:
        """Soon have the features that are on in these groups do what they do when they wake up."""
        self.waker.soon(groups)

    def _begun_after_all(self) -> None:
        """Let a feature that slept look on again, and do what it does when it wakes up."""
        self.registry.forget()
        self.awaken(group.id for group in self.groups.known() if self.shares.mine(group.id))

    async def _run_job(self, feature: Feature, job: Job, slot: Slot) -> datetime | None:
        if feature.asleep:
            return self.clock.now() + ASLEEP_PAUSE
        source = f"slot:{slot.id}:{int(slot.due_at.timestamp())}"
        ctx = GroupContext(self, self.groups[slot.group_id], feature, source=source)
        try:
            following = await job.handler(ctx, slot)
        except (Declined, Misread) as refusal:
            if not slot.group_id:
                raise
            await ctx.say("{sentence}", sentence=str(refusal))
            following = None
        return following if job.nightly is None else maintenance.next_night(self.now(), job.nightly)

    # — what the features ask ——————————————————————————————————————————————————————————————

    @property
    def features(self) -> dict[str, Feature]:
        """The features by id."""
        return self.registry.features

    @property
    def commands(self) -> CommandIndex:
        """The commands by name."""
        return self.registry.commands

    def is_on(self, group: GroupState, feature: FeatureInfo) -> bool:
        """Whether a feature is on in a group, by its own switch or along with others."""
        return is_on(group, feature)

    def read_settings(self, feature: FeatureInfo, group: GroupState) -> BaseModel:
        """What holds in the group, as an instance of the feature's settings model."""
        return self.settings_reader.read(feature, group)

    async def coverage(
        self, group_id: int, since: datetime, until: datetime, *, private: bool = False
    ) -> Coverage:
        """Tell how much of a time was seen of a group; see `GroupContext.gap_covered`."""
        return await self.catch_up.coverage(group_id, since, until, private=private)

    async def perform(self, ctx: GroupContext, act: Act) -> Outcome:
        """Do one act, or say why not; see `acts.perform`."""
        return await perform(ctx, act)

    async def propose(self, ctx: GroupContext, proposal: Proposal) -> Pending:
        """Store a proposal under the group's next number and say it."""
        return await decisions.propose(ctx, proposal)

    async def waiting(self, ctx: GroupContext, kinds: Collection[str], author: int | None) -> list[Waiting]:
        """List what waits for a decision of these names, the newest first."""
        return await decisions.waiting(ctx, kinds, author)

    async def withdraw(self, ctx: GroupContext, number: int) -> None:
        """Take back what the author of `ctx` put up; see `GroupContext.withdraw`."""
        await decisions.withdraw(ctx, number)

    def answering(
        self, hook: object, group: GroupState
    ) -> Iterable[tuple[Feature, Callable[..., Awaitable[Any]]]]:
        """The features that answer a hook in a group, with their handlers."""
        return self.registry.answering(hook, group)

    async def carry_out(self, ctx: GroupContext, called: str) -> None:
        """Run a command for the author of a message; see `Context.carry_out`."""
        assert isinstance(ctx, Context)
        await self.dispatch.carry_out(ctx, called)

    async def tell(self, group: GroupState, happened: GroupEvent, only: FeatureInfo | None = None) -> None:
        """Hand an event to the features that listen to it."""
        await self.dispatch.tell(group, happened, only)

    async def _seen_changed(self, happened: GroupEvent) -> None:
        await self.tell(self.groups[happened.group_id], happened)

    def doubted_until(self, group_id: int) -> datetime:
        """Up to when messages of a group may have been handled by a process that is gone."""
        return self.shares.doubted_until(group_id) or self.started_at

    def now(self) -> datetime:
        return self.clock.now().astimezone(self.zone)

    def accounts(self) -> list[int]:
        """QQ accounts of ours that are connected to this host."""
        return self.adapter.accounts()

    def our_accounts(self) -> Collection[int]:
        """QQ accounts of ours, those connected to other hosts included."""
        return {*self.adapter.accounts(), *self.shares.kin}

    def account_for(self, group_id: int) -> int | None:
        """The account that acts for a group, None while none that can is connected."""
        return self.adapter.account_for(group_id)

    async def query(self, group_id: int, api: str, /, **params: Any) -> Any:
        """Ask the endpoint something about a group, within 2 s. Raises `NetworkError` or `ActionFailed`."""
        account = self.account_for(group_id)
        if account is None:
            raise NotSent("no account for this group is connected")
        return await self.ask_account(account, api, **params)

    async def ask_account(self, account: int, api: str, /, **params: Any) -> Any:
        return await self._call(account, api, {**params, "_timeout": QUERY_SECONDS})

    async def _call(self, account: int, api: str, params: dict[str, Any]) -> Any:
        bot = self.adapter.bots.get(str(account))
        if bot is None:
            raise NotSent(f"account {account} is not connected")
        return await bot.call_api(api, **params)

    async def capabilities(self, group_id: int) -> Capabilities:
        """What the endpoint of this group can see; cautious defaults while none is connected."""
        bot = self.adapter.bots.get(str(self.account_for(group_id)))
        return await bot.capabilities() if isinstance(bot, Bot) else Capabilities()

    def database_name(self) -> str:
        """The kind of database and, for a file, its name; never an address or a password."""
        assert self.store is not None
        return f"SQLite {self.store.path.name}" if self.store.path else "Postgres"

    def role_of(self, group: GroupState, event: MessageEvent) -> Role:
        """The role a message claims; an anonymous one holds none, and nor does a private one by itself."""
        if is_anonymous(event):
            return Role.MEMBER
        claimed = Role.of_qq(event.sender.role or "") if isinstance(event, GroupMessageEvent) else Role.MEMBER
        return self._with_standing(group, event.user_id, claimed)

    def role_unread(self, group: GroupState, event: MessageEvent) -> Role:
        """The role that a message proves while the member list does not answer; a claim only lowers it.

        Who may be settled with, or named, by it is never more than a deputy; a private message proves no membership.
        """
        if is_anonymous(event):
            return Role.MEMBER
        if event.user_id in self.superusers:
            return Role.SUPERUSER
        if not isinstance(event, GroupMessageEvent):
            return Role.MEMBER
        lately = min(Role.of_qq(event.sender.role or ""), self.roster.role_lately(group.id, event.user_id))
        return min(self._with_standing(group, event.user_id, lately), Role.DEPUTY)

    async def role_now(self, group: GroupState, user_id: int) -> Role:
        """The role by the member list at this moment. Raises `NetworkError` when it cannot be read."""
        member = await self.roster.member(group.id, user_id, fresh=True)
        if member is None:
            return Role.SUPERUSER if user_id in self.superusers else Role.MEMBER
        return self._with_standing(group, user_id, member.role)

    def _with_standing(self, group: GroupState, user_id: int, qq: Role) -> Role:
        if user_id in self.superusers:
            return Role.SUPERUSER
        if user_id in group.deputies:
            return max(qq, Role.DEPUTY)
        return qq

    async def switch(self, group: GroupState, switch_id: str, on: bool) -> None:
        """Switch a feature (or, by its `store:` id, another plugin) from the next message on.

        The feature is told while it is on: after it goes on, before it goes off, when those are told that go off with
        it. What goes on wakes up, and with it those that are on with it.
        """
        before = [known for known in self.features.values() if is_on(group, known)]
        feature, time = self.features.get(switch_id), int(self.clock.now().timestamp())
        happened = FeatureSwitched(group.id, 0, 0, time, on=on)
        if feature is not None and not on:
            for going in (feature, *(known for known in before if goes_along(group, known, switch_id))):
                await self.dispatch.tell(group, happened, only=going)
        await self.groups.switch(group.id, switch_id, on)
        if feature is not None and on:
            await self.dispatch.tell(group, happened, only=feature)
        for known in self.features.values():
            if known not in before and is_on(group, known):
                await self.waker.wake(group, known)

    async def change_setting(self, group: GroupState, feature: FeatureInfo, name: str, stored: Any) -> None:
        """Store a setting in its JSON form, None for the default, and tell who listens."""
        await self.groups.set_value(group.id, feature.id, name, stored)
        time = int(self.clock.now().timestamp())
        await self.dispatch.tell(group, SettingChanged(group.id, 0, 0, time, feature=feature.id, name=name))

    def health(self) -> dict[str, Any]:
        """What `/healthz` answers."""
        pending = self.adapter.lanes.pending + self.outbox.pending()
        return {
            "version": VERSION,
            "database": "ok" if self.store is not None else "closed",
            "bots": self.accounts(),
            "pending": pending or int(self.store is not None and not self.idle()),
        }

    def measures(self) -> dict[str, float]:
        """What `/metrics` answers."""
        pending, tasks = self.health()["pending"], len(asyncio.all_tasks())
        return {**self.adapter.counts, "pending": pending, "bots": len(self.accounts()), "tasks": tasks}

    # — idleness ———————————————————————————————————————————————————————————————————————————

    def idle(self) -> bool:
        """Whether everything that has happened so far has been dealt with."""
        engines = self.schedule.idle() and self.outbox.idle() and self.waker.idle() and self.catch_up.idle()
        return self.adapter.lanes.idle() and engines
