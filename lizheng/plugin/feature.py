"""The manifest: what a plugin declares about itself, read by dispatch, gate, help, settings and docs alike."""

from __future__ import annotations

import importlib.util
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import wraps
from typing import Any, TypeVar, overload

from nonebot.plugin import PluginMetadata
from pydantic import BaseModel

from lizheng.base.roles import Role
from lizheng.events import GroupEvent, SettingChanged
from lizheng.plugin.checks import require
from lizheng.plugin.command import Command
from lizheng.plugin.context import Context, GroupContext
from lizheng.plugin.ends import JOB, CompletionHandler, telling
from lizheng.plugin.expiry import expiry, expiry_of
from lizheng.plugin.gather import GatherHandler, Gathering
from lizheng.plugin.hook import Hook
from lizheng.plugin.identity import Area, FeatureInfo, Recipe
from lizheng.plugin.memory import InMemory
from lizheng.plugin.people import PeopleKind, Resolver
from lizheng.plugin.retention import Keep
from lizheng.plugin.services import Services
from lizheng.plugin.settings import settings_of
from lizheng.plugin.stage import Stage
from lizheng.store import AppModules
from lizheng.store.tables import Pending, Record, Slot

E = TypeVar("E", bound=GroupEvent)
Q = TypeVar("Q")
A = TypeVar("A")
T = TypeVar("T")
Observer = Callable[[Context], Awaitable[bool | None]]
JobHandler = Callable[[GroupContext, Slot], Awaitable[Any]]
StartHandler = Callable[[Services[GroupContext]], Awaitable[None]]
ReadyHandler = Callable[[GroupContext], Awaitable[None]]
OpenHandler = Callable[[GroupContext, datetime], Awaitable[bool]]
TalkFinder = Callable[[int, datetime], Awaitable[tuple[int, datetime] | None]]
TalkHandler = Callable[[Context], Awaitable[None]]


@dataclass(frozen=True)
class Watch:
    """One observer of ordinary messages; lower `order` looks first, of equals the lower feature id."""

    feature: Feature
    handler: Observer
    order: int
    counts_late: str = ""
    """What one message it has taken is called with its measure word, where it also looks at those read back."""


@dataclass(frozen=True)
class Job:
    """Something due at a time. `late_limit`: how late it may still run, after downtime or once its feature, which was
    off when it came due, is switched on again; later it counts as missed.

    One that `repeats` is tried until it succeeds; one that `acts` does not wait for those that only talk; one with
    `nightly` is the whole host's, planned by it every day.
    """

    name: str
    handler: JobHandler
    late_limit: timedelta | None = None
    repeats: bool = False
    nightly: time | None = None
    acts: bool = False


@dataclass(frozen=True)
class Decision:
    """What happens when a pending number is decided. Handlers take `(ctx, pending)`, `answer` also the words."""

    name: str
    approve: Callable[[GroupContext, Pending], Awaitable[None]]
    reject: Callable[[GroupContext, Pending], Awaitable[None]] | None
    answer: Callable[[Context, Pending, str], Awaitable[None]] | None = None
    expired: Callable[[GroupContext, Pending], Awaitable[None]] | None = None
    most_per_member: int = 0
    too_many: str = ""
    check: Callable[[Context, Pending, str, str], Awaitable[None]] | None = None


TOO_MANY = "你已经有 {count} 件在等决定（{numbers}），等有了结果再来。"


@dataclass(frozen=True)
class FirstStep:
    """What a new group is asked when everything is switched on. The answer is what follows `command`.

    `command` has no prefix: `名片格式`, or `设置 广告税 价格`. It is asked while the group has chosen none of these
    `settings`, fields of the feature's model. Steps with the same `topic` are parts of one question.
    """

    question: str
    command: str
    example: str
    order: int
    settings: tuple[str, ...]
    topic: str


class Feature(FeatureInfo):
    """One plugin's declaration of itself.

    `module` is the plugin's `__name__`, from which the id comes (`plugins.welcome` → `welcome`) where none is given;
    `title` is the Chinese name people switch on and off, `summary` one sentence. `settings` is a pydantic model whose
    fields each carry a Chinese `title`, a `description` and a default. A feature with `always_on` cannot be switched
    off, one that is `hidden` is not listed. One that `serves` something is on wherever a feature that `needs` it is.
    `area` is where lists show it, `recipes` are the kinds of group it suits. One that is `opt_in` stays off when
    everything is switched on at once: it is switched on by its name or by a recipe.
    """

    def __init__(
        self,
        module: str,
        title: str,
        summary: str,
        *,
        id: str = "",
        settings: type[BaseModel] | None = None,
        always_on: bool = False,
        hidden: bool = False,
        needs: Iterable[str] = (),
        serves: str = "",
        area: Area | None = None,
        recipes: Iterable[Recipe] = (),
        opt_in: bool = False,
    ):
        super().__init__(
            module,
            title,
            summary,
            id=id,
            settings=settings,
            always_on=always_on,
            hidden=hidden,
            needs=needs,
            serves=serves,
            area=area,
            recipes=recipes,
            opt_in=opt_in,
        )
        self.commands: list[Command] = []
        self.watches: list[Watch] = []
        self.afterwards: list[Callable[[Context], Awaitable[None]]] = []
        self.listeners: dict[type[GroupEvent], list[Callable[..., Awaitable[None]]]] = {}
        self.jobs: dict[str, Job] = {}
        self.decisions: dict[str, Decision] = {}
        self.completions: dict[str, CompletionHandler] = {}
        self.undos: dict[str, Callable[[Context, Any], Awaitable[None]]] = {}
        self.undo_labels: dict[str, Callable[[GroupContext, int], Awaitable[Record | None]]] = {}
        self.old_settings: dict[str, Callable[[Any], Mapping[str, Any]]] = {}
        self.hook_answers: dict[object, Callable[..., Awaitable[Any]]] = {}
        self.keeps: list[Keep] = []
        self.people_kinds: dict[str, PeopleKind] = {}
        self.start_hooks: list[StartHandler] = []
        self.ready_hooks: list[ReadyHandler] = []
        self.first_steps: list[FirstStep] = []
        self.late_calls: list[OpenHandler] = []
        self.talks: list[tuple[TalkFinder, TalkHandler]] = []
        settings_of(self)

    def command(
        self,
        name: str,
        summary: str,
        *,
        aliases: Iterable[str] = (),
        role: Role = Role.MEMBER,
        example: str = "",
        private: bool = False,
        veiled: bool = False,
    ) -> Command:
        """Declare a slash command; use the result as a decorator for a command of one form, or give it `.form(…)`s.

        `role` and `example` are the defaults of its forms. One that is `private` is of use in private chats, so that
        `/帮助` does not show it to a group. With `veiled` nothing of what is written down says who used it, see
        `Speaking.hide_author`, and no feature that looks at messages sees it. Raises `ValueError` for a name this
        feature already has.
        """
        command = Command(self, name, summary, tuple(sorted(aliases)), role, example, private, veiled)
        taken = {n for known in self.commands for n in known.names}
        if clash := taken & set(command.names):
            raise ValueError(f"{self.id}: {'、'.join(sorted(clash))} is declared twice")
        self.commands.append(command)
        return command

    def on_message(
        self,
        handler: Observer,
        *,
        stage: Stage = Stage.LOOK,
        order: int | None = None,
        counts_late: str = "",
    ) -> Observer:
        """Look at every message of the groups where this feature is on, commands included (`ctx.command`).

        Returning True ends the message here: no later observer, no command and no other plugin sees it. Earlier
        stages look first, within one the lower feature id. `order` is a bare number in place of a stage, deprecated.
        With `counts_late` it also looks at messages read back, as such a form is run: see `Command.form`.
        """
        require(self.module, handler, "ctx")
        self.watches.append(Watch(self, handler, int(stage) if order is None else order, counts_late))
        return handler

    def after_command(self, handler: Callable[[Context], Awaitable[None]]) -> None:
        """Look at a command in a group once it has ended, whoever's it was: `ctx.succeeded` says how.

        It did not when it was misread, declined, not allowed, too late, one too many, or failed.
        """
        require(self.module, handler, "ctx")
        self.afterwards.append(handler)

    @overload
    def state(self, factory: Callable[[], T]) -> InMemory[T]: ...
    @overload
    def state(self, factory: Callable[[Services[GroupContext]], T]) -> InMemory[T]: ...
    def state(self, factory: Callable[..., T]) -> InMemory[T]:
        """Keep an object in memory from one start of the host to the next; `.of(ctx)` of the result is that object.

        It is made when first asked for, by a factory that takes nothing or the host. At the end of a start its
        `close()` is called, if it has one. Raises `TypeError` for a factory that takes more.
        """
        return InMemory(factory)

    def on(
        self,
        kind: type[E],
        handler: Callable[[GroupContext, E], Awaitable[None]],
        *,
        everywhere: bool = False,
    ) -> None:
        """Listen to one kind of `lizheng.events`; to changed settings of other features only with `everywhere`."""
        require(self.module, handler, "ctx", "happened")
        heard = handler if everywhere or kind is not SettingChanged else _of_its_own(handler)
        self.listeners.setdefault(kind, []).append(heard)

    def on_start(self, handler: StartHandler) -> None:
        """Run once per start of the host, with the host, after the database is open and before messages come.

        When one raises, the feature is off in every group, the others start, and all its hooks are run again later.
        """
        require(self.module, handler, "host")
        self.start_hooks.append(handler)

    def on_ready(self, handler: ReadyHandler) -> None:
        """Run in each group where this feature is on: after a start, when switched on, when a host takes it over.

        Groups come one after the other, beside their messages; one that fails is logged and stops no other. It may
        run again for the same reason. `ctx.source` differs each time, so `ctx.plan` plans what is not waiting.
        """
        require(self.module, handler, "ctx")
        self.ready_hooks.append(handler)

    def job(
        self,
        name: str,
        handler: JobHandler,
        *,
        late_limit: timedelta | None = None,
        repeats: bool = False,
        acts: bool = False,
    ) -> None:
        """Name what `ctx.plan(name, …)` runs when it is due; a returned datetime plans it again.

        One that raises is tried three times more within two minutes, and until it succeeds when it `repeats`;
        `Declined` and `Misread` are said in the group instead, and end it. A group's jobs run one after the other; those
        that `acts`, on people or their messages, do not wait for the rest. What comes due while the feature is off is
        parked: it runs once that is on again, unless it is later than `late_limit` by then.
        """
        require(self.module, handler, "ctx", "slot")
        self.jobs[name] = Job(name, handler, late_limit, repeats, acts=acts)
        self.job_names.add(name)

    def converse(self, find: TalkFinder, handler: TalkHandler) -> None:
        """Hear what is written in private that is no command, from whom this feature has asked something.

        `find(user_id, now)` is the group it is about and since when that waits, None for nobody; of several the one that
        was asked last is answered. What `handler(ctx)` refuses by raising `Declined` or `Misread` is said.
        """
        require(self.module, find, "user_id", "now")
        require(self.module, handler, "ctx")
        self.talks.append((find, handler))

    def counts_late(self, is_open: OpenHandler) -> None:
        """Say where messages count that came while the host was away: `is_open(ctx, since)` tells it of one group.

        Only there the history is read back after a gap of more than 20 seconds, at most 2,000 messages and 24 hours of
        it, and only what is declared with `counts_late` is run, once, at its own time. What was counted is said in one
        message; `ctx.gap_covered` tells whether all of it could be read.
        """
        require(self.module, is_open, "ctx", "since")
        self.late_calls.append(is_open)

    def completion(self, name: str, handler: CompletionHandler) -> None:
        """Name what acts and messages with `then=name` run once their end is known: `handler(ctx, done)`.

        It runs once for each, a crash in between or not, also for what was refused at once or only simulated, and waits
        while the feature is off. One that raises is tried again until it succeeds.
        """
        require(self.module, handler, "ctx", "done")
        self.completions[name] = handler
        self.completion_names.add(name)
        self.job(JOB, telling(self.completions), repeats=True, acts=True)

    def nightly(self, name: str, handler: JobHandler, at: time) -> None:
        """Run `handler(ctx, slot)` once a day for the host as a whole, whatever is on: `ctx.group.id` is 0.

        `at` is in the host's zone. A night that the host slept through is made up for at its next start.
        """
        require(self.module, handler, "ctx", "slot")
        self.jobs[name] = Job(name, handler, repeats=True, nightly=at)
        self.job_names.add(name)

    def gather(
        self,
        name: str,
        handler: GatherHandler,
        *,
        after: timedelta = timedelta(seconds=3),
        quiet: timedelta = timedelta(),
        most: int = 100,
        late_limit: timedelta | None = None,
    ) -> None:
        """Name what is handled together: `handler(ctx, items)` is given what `ctx.gather(name, item)` put.

        The first waits `after` for others; after one hand-over there is none for `quiet`. At most `most` items are
        handed over at a time, oldest first, and none older than `late_limit`. Nothing is lost at a crash: items whose
        hand-over was interrupted are handed over again, under the same `ctx.source`, so what is said is said once.
        """
        require(self.module, handler, "ctx", "items")
        self.job(name, Gathering(name, handler, after, quiet, most, late_limit).run)
        self.gathers[name] = after

    def decision(
        self,
        name: str,
        approve: Callable[[GroupContext, Pending], Awaitable[None]],
        reject: Callable[[GroupContext, Pending], Awaitable[None]] | None = None,
        answer: Callable[[Context, Pending, str], Awaitable[None]] | None = None,
        expired: Callable[[GroupContext, Pending], Awaitable[None]] | None = None,
        most_per_member: int = 0,
        too_many: str = TOO_MANY,
        check: Callable[[Context, Pending, str, str], Awaitable[None]] | None = None,
    ) -> None:
        """Name what `ctx.preview(name, …)`, `ctx.submit(name, …)` and `ctx.ask(name, …)` do once somebody decides.

        What was asked with `ctx.ask` is answered by quoting it: `answer(ctx, pending, words)`, and unless that raises
        `Misread` or `Declined`, `approve` follows. What approve and reject refuse by raising these is said.
        `expired(ctx, pending)` runs when nobody has decided in time. With `most_per_member` one more is refused with
        the sentence `too_many`, in which `{count}` and `{numbers}` stand for what waits.
        `check(ctx, pending, state, words)` runs before it is decided, where it raises `Misread` or `Declined` to refuse
        that; with it `/通过 n` may be followed by words, which like those of `/拒绝 n` are the pending's `reason`.
        """
        for handler, *given in ((approve,), (reject,), (answer, "words"), (expired,)):
            if handler is not None:
                require(self.module, handler, "ctx", "pending", *given)
        if check is not None:
            require(self.module, check, "ctx", "pending", "state", "words")
        decision = Decision(name, approve, reject, answer, expired, most_per_member, too_many, check)
        self.decisions[name] = decision
        if expired is not None:
            self.job(expiry_of(name), expiry(expired))

    def first_step(
        self,
        question: str,
        command: str,
        example: str,
        *,
        order: int,
        settings: Iterable[str] = (),
        topic: str = "",
    ) -> None:
        """Ask a new group for what this feature cannot guess; see `FirstStep`. Lower `order` is asked first.

        Without a `topic` it is a question of its own.
        """
        step = FirstStep(question, command, example, order, tuple(settings), topic or command)
        self.first_steps.append(step)

    def undo(self, name: str, handler: Callable[[Context, Any], Awaitable[None]]) -> None:
        """Name how records whose `undo` is `{"name": name, …}` are reversed; the handler takes `(ctx, undo)`."""
        require(self.module, handler, "ctx", "undo")
        self.undos[name] = handler

    def undo_label(self, letter: str, find: Callable[[GroupContext, int], Awaitable[Record | None]]) -> None:
        """Let `/撤销` take this feature's own numbers, such as W3: `find(ctx, 3)` is the record meant, None for none."""
        require(self.module, find, "ctx", "number")
        self.undo_labels[letter] = find

    def undo_settings(self, name: str, before: Callable[[Any], Mapping[str, Any]]) -> None:
        """Name records of earlier releases whose `undo`, `{"name": name, …}`, holds what settings were.

        `before` reads from it the stored values by field. An undo declared under the same name runs beside it.
        """
        self.old_settings[name] = before

    def answers(self, hook: Hook[Q, A], handler: Callable[[GroupContext, Q], Awaitable[A | None]]) -> None:
        """Answer a hook of the kit wherever this feature is on."""
        require(self.module, handler, "ctx", "question")
        self.hook_answers[hook] = handler

    def people(self, kind: str, resolver: Resolver, *, example: str = "") -> None:
        """Say who people of a kind are, such as `H` for `H3` and `标签` for `标签:摄影`, wherever somebody is chosen.

        `resolver(ctx, term)` gives their QQ numbers, whoever has left among them or not; it raises `Misread` or
        `Declined` for a term that names nobody. Only asked where this feature is on.
        """
        require(self.module, resolver, "ctx", "term")
        self.people_kinds[kind] = PeopleKind(kind, resolver, example or kind)

    def keep(self, *kinds: Keep) -> None:
        """Say what this feature keeps about people: every table with a member's number in it, see `Keep`."""
        self.keeps += kinds

    @property
    def has_tables(self) -> bool:
        """Whether there is a module `models` with Tortoise tables of its own."""
        spec = importlib.util.find_spec(self.module)
        if spec is None or spec.submodule_search_locations is None:
            return False
        return importlib.util.find_spec(f"{self.module}.models") is not None

    @property
    def metadata(self) -> PluginMetadata:
        """What a plugin exposes as `__plugin_meta__`, by which the host finds the feature."""
        usage = "\n".join(form.usage for command in self.commands for form in command.forms)
        return PluginMetadata(
            name=self.title,
            description=self.summary,
            usage=usage or self.summary,
            type="application",
            supported_adapters={"~onebot.v11"},
            extra={"lizheng": self},
        )


def _of_its_own(handler: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @wraps(handler)
    async def heard(ctx: GroupContext, happened: SettingChanged) -> None:
        if happened.feature == ctx.feature.id:
            await handler(ctx, happened)

    return heard


def apps_of(features: Iterable[Feature]) -> dict[str, AppModules]:
    """Where the tables of these features are, by the label Tortoise knows each by."""
    return {feature.id: AppModules.of(feature.module) for feature in features if feature.has_tables}
