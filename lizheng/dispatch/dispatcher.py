"""One message or notice to the features that want it. The cost does not grow with the number of plugins.

Our commands stand in a dictionary and our observers in a list per group; NoneBot sees one matcher for all of them.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any, cast

from nonebot import logger
from nonebot.adapters.onebot.v11 import Event, GroupMessageEvent, MessageEvent, NetworkError
from nonebot.matcher import Matcher
from tortoise.expressions import Q

from lizheng.acts.decision_replies import by_quote
from lizheng.acts.decisions import feature as pending_feature
from lizheng.acts.perform import NO_RIGHTS_TOPIC
from lizheng.base.roles import Role
from lizheng.dispatch.late import Counted, LateContext
from lizheng.dispatch.loop_guard import LoopGuard
from lizheng.dispatch.notices import OFFLINE, translate
from lizheng.dispatch.ourselves import heed
from lizheng.dispatch.private_chat import PrivateChat
from lizheng.events import (
    BotOffline,
    BotSpoke,
    GroupDissolved,
    GroupEvent,
    GroupMet,
    GroupRenamed,
    MemberJoined,
    MemberLeft,
    RoleChanged,
)
from lizheng.grammar import Misread, Text, Words
from lizheng.groups.choices import GroupState
from lizheng.plugin.command import Form, WrongUse
from lizheng.plugin.context import CommandInfo, Context, GroupContext, Quoted
from lizheng.plugin.feature import Feature, TalkHandler
from lizheng.plugin.identity import FeatureInfo
from lizheng.plugin.refusals import Declined
from lizheng.plugin.services import Services
from lizheng.registry.access import is_on, may
from lizheng.registry.command_index import CLOSING, Match, split_name
from lizheng.registry.registry import Registry, claimed_elsewhere, declared
from lizheng.store.tables import Outgoing, Pending, Record

STALE_SECONDS = 60
MOST_WAITING = 3
"""Answers to one member that may wait in a group."""


class Dispatcher:
    """Who looks on at a message, and how a command is run."""

    def __init__(self, host: Services[GroupContext], registry: Registry, private: PrivateChat):
        self._host = host
        self._registry = registry
        self._private = private
        self._commands = registry.commands
        self._echoes = LoopGuard()
        self._has_old_keys = False

    async def start(self) -> None:
        """Learn whether messages were handled by a release that counted the effects of all features together."""
        old = Q(source__startswith="message:", source__endswith="#1") & ~Q(source__contains="/")
        self._has_old_keys = (
            await Outgoing.filter(old).exists()
            or await Record.filter(old).exists()
            or await Pending.filter(old).exists()
        )

    async def message(self, event: MessageEvent) -> bool:
        """Handle a message; True when it was ours and nobody else needs to see it."""
        if isinstance(event, GroupMessageEvent):
            self._host.outbox.come_back((event.group_id,))
            return await self._in_group(event, self._host.groups[event.group_id])
        is_talk = self._commands.called(event.get_message()) is None and not self._private.asks(event.user_id)
        if is_talk and await self._converse(event):
            return True
        group = await self._private.group_for(event)
        return group is not None and await self._in_group(event, group)

    async def _in_group(self, event: MessageEvent, group: GroupState) -> bool:
        if event.user_id in group.bots:
            spoke = BotSpoke(group.id, event.user_id, 0, int(event.time), event.message_id)
            await self.tell(group, spoke)
            return False
        watches = self._registry.watches(group)
        quoted = quoted_by(event)
        called = self._commands.called(event.get_message())
        if called is None:
            self._echoes.spoke(group.id, event.user_id)
            if not watches and quoted is None:
                return False
        role = self._host.role_of(group, event)
        ctx = Context(self._host, group, pending_feature, event, role=role, quoted=quoted)
        if self._has_old_keys and self._is_doubted(ctx) and await self._begun_before_upgrade(ctx):
            ctx.count_together()
        if event.message_type == "private":
            ctx.place = f"【{group.name or group.id}】" if self._private.shares_several(event.user_id) else ""
            await ctx.confirmed_role()
        hit = self._commands.find(ctx, called) if called is not None else None
        ctx.command = CommandInfo(hit.command.name, hit.command.feature.id) if hit else None
        # What somebody says behind a veil is nobody else's to look at, let alone to keep.
        hidden = hit is not None and hit.command.veiled and is_on(group, hit.command.feature)
        if event.message_type == "group" and not hidden:
            for watch in watches:
                own = ctx.seen_by(watch.feature)
                if await self._guarded(own, watch.handler(own)):
                    return True
        if called is not None and self._goes_round(ctx, called):
            await self._look_back(ctx, hit, succeeded=None if hidden else False)
            return hit is not None
        if hit is not None:
            own = ctx.seen_by(hit.command.feature)
            if hit.command.veiled:
                own.hide_author()
            ran = await self._run(own, hit)
            await self._look_back(ctx, hit, succeeded=None if hidden else ran)
            return True
        if quoted is not None:
            return bool(await self._guarded(ctx, by_quote(ctx)))
        if called is not None:
            await self._hint(ctx, called)
        return False

    async def _converse(self, event: MessageEvent) -> bool:
        """Hand what somebody writes in private to the feature that asked them last; False when none waits for it."""
        waiting: list[tuple[datetime, GroupState, Feature, TalkHandler]] = []
        for feature in filter(None, map(partial(declared, self._host), self._host.features)):
            for find, handler in feature.talks:
                if (found := await find(event.user_id, self._host.now())) is not None:
                    group = self._host.groups[found[0]]
                    if is_on(group, feature):
                        waiting.append((found[1], group, feature, handler))
        if not waiting:
            return False
        _, group, feature, handler = max(waiting, key=lambda one: one[0])
        ctx = Context(self._host, group, feature, event, role=Role.MEMBER, quoted=quoted_by(event))
        ctx.place = f"【{group.name or group.id}】" if self._private.shares_several(event.user_id) else ""
        if not await self._ran_before(ctx):
            ctx.asker_id = ctx.author_id
            await self._guarded(ctx, handler(ctx))
        return True

    def _goes_round(self, ctx: Context, called: str) -> bool:
        now = self._host.clock.elapsed()
        return self._echoes.silenced(ctx.group.id, ctx.author_id, called, now)

    async def _look_back(self, ctx: Context, hit: Match | None, succeeded: bool | None) -> None:
        """Show a command that has ended to those who look at how it did; None is not known any more."""
        if hit is None or succeeded is None or ctx.event.message_type != "group":
            return
        ctx.succeeded = succeeded
        for feature, handler in self._registry.looking_back(ctx.group):
            own = ctx.seen_by(feature)
            await self._guarded(own, handler(own), silent=True)

    async def _run(self, ctx: Context, hit: Match) -> bool | None:
        """Whether it did what was asked; None for one that ran before a restart."""
        self._host.roster.meet(ctx.group.id, ctx.event.sender)
        if await self._ran_before(ctx):
            return None
        await self._meet(ctx)
        if self._is_stale(ctx):
            await ctx.note("stale", f"/{hit.command.name} 来得太晚，没有执行")
            return False
        ctx.asker_id = ctx.author_id
        if await self._is_hasty(ctx):
            return False
        return bool(await self._guarded(ctx, self._execute(ctx, hit)))

    async def _ran_before(self, ctx: Context) -> bool:
        """Whether this command had an effect before a restart: what the adapter remembers ended with that process."""
        return self._is_doubted(ctx) and await self._has_effects(ctx)

    async def _has_effects(self, ctx: Context) -> bool:
        """Whether this feature has answered or done anything for this message."""
        scope = ctx.scope
        own = Q(source=scope) | Q(source__startswith=f"{scope}.") | Q(source__startswith=f"{scope}/")
        return (
            await Outgoing.filter(own).exists()
            or await Record.filter(own).exists()
            or await Pending.filter(own | Q(decided_from=ctx.source)).exists()
            or await self._begun_before_upgrade(ctx)
        )

    def _is_doubted(self, ctx: Context) -> bool:
        """Whether a process that is gone may have handled this message."""
        return ctx.event.time <= self._host.doubted_until(ctx.group.id).timestamp()

    async def _begun_before_upgrade(self, ctx: Context) -> bool:
        """Whether it has effects under the keys of until 0.1, which counted all features together."""
        first = f"{ctx.source}#1"
        return (
            await Outgoing.filter(source=first).exists()
            or await Record.filter(source__in=(ctx.source, first)).exists()
            or await Pending.filter(source=first).exists()
        )

    def _is_stale(self, ctx: Context) -> bool:
        """Whether it was old when it reached us; how long we kept it waiting does not count."""
        came_at = getattr(ctx.event, "came_at", 0.0) or ctx.now.timestamp()
        return came_at - ctx.event.time > STALE_SECONDS

    async def _is_hasty(self, ctx: Context) -> bool:
        """Whether a member has more answers waiting than anybody reads; told once a minute."""
        waiting = self._host.outbox.waiting(ctx.group.id, ctx.author_id)
        if waiting < MOST_WAITING or ctx.role > Role.MEMBER:
            return False
        if self._host.cooldown.now_and_then(ctx.group.id, f"hasty:{ctx.author_id}", STALE_SECONDS):
            await ctx.say("太快了，前面的还没回完。等一分钟再发。")
        else:
            await ctx.stay_silent()
        return True

    async def _execute(self, ctx: Context, hit: Match) -> bool:
        """True once it is done; False when the author may not."""
        forms = hit.command.candidates(hit.words)
        lowest = min(forms, key=lambda form: form.role)
        if not await self._allowed(ctx, lowest):
            return False
        form, values = await hit.command.choose(ctx, forms, hit.words)
        if form is not lowest and not await self._allowed(ctx, form):
            return False
        ctx.needed_role = form.role
        try:
            await form.handler(ctx, **values)
        except WrongUse:
            raise
        except Misread as misread:
            raise WrongUse(str(misread), form, misread.example) from misread
        return True

    async def late(self, event: GroupMessageEvent) -> Counted | None:
        """Run a message that was read back, by those that count late; None when nobody does, or did before."""
        group = self._host.groups[event.group_id]
        if event.user_id in group.bots:
            return None
        called = self._commands.called(event.get_message())
        role = self._host.role_of(group, event)
        ctx = LateContext(self._host, group, pending_feature, event, role=role, quoted=quoted_by(event))
        hit = self._commands.find(ctx, called) if called is not None else None
        ctx.command = CommandInfo(hit.command.name, hit.command.feature.id) if hit else None
        for watch in self._registry.watches(group):
            if watch.counts_late:
                own = ctx.seen_by(watch.feature)
                if (
                    found := await self._run_late(own, _running(watch.handler(own)), watch.counts_late)
                ) is not None:
                    return found
        if hit is None or not is_on(group, hit.command.feature):
            return None
        own = ctx.seen_by(hit.command.feature)
        try:
            form, values = await hit.command.choose(own, hit.command.candidates(hit.words), hit.words)
        except Misread:
            return None
        if not form.counts_late or not may(group, own.feature, form, ctx.role).allowed:
            return None

        async def run() -> bool:
            await form.handler(own, **values)
            return True

        return await self._run_late(own, run(), form.counts_late)

    async def _run_late(
        self, ctx: Context, work: Coroutine[Any, Any, bool | None], noun: str
    ) -> Counted | None:
        if await self._has_effects(ctx):
            work.close()
            return None
        self._host.roster.meet(ctx.group.id, ctx.event.sender)
        try:
            if not await work:
                return None
        except (Declined, Misread) as refusal:
            await ctx.stay_silent()
            return Counted(ctx.author_id, refused=str(refusal))
        except Exception as error:
            logger.opt(exception=error).error(
                "lizheng: {} failed on a message read back (group {})", ctx.feature.id, ctx.group.id
            )
            return None
        await ctx.stay_silent()
        return Counted(ctx.author_id, counted=noun)

    async def carry_out(self, ctx: Context, called: str) -> None:
        """Run a command for the author of another message; see `Context.carry_out`."""
        name, words = split_name(called)
        command = self._commands.command(name)
        if command is None:
            raise LookupError(name)
        own = ctx.seen_by(command.feature)
        own.asker_id = ctx.asker_id
        await self._execute(own, Match(command, Words([Text(words)])))

    async def _allowed(self, ctx: Context, form: Form) -> bool:
        if form.role > Role.MEMBER and is_on(ctx.group, ctx.feature):
            try:
                await ctx.confirmed_role(form.role)
            except Declined as unread:
                await self._deny(ctx, f"unread:{form.command.name}", str(unread))
                return False
        verdict = may(ctx.group, ctx.feature, form, ctx.role)
        if verdict.allowed:
            return True
        await self._deny(ctx, f"{verdict.denial}:{form.command.name}", verdict.sentence)
        return False

    async def _deny(self, ctx: Context, why: str, sentence: str) -> None:
        """Say it to each once a minute."""
        if sentence and self._host.cooldown.now_and_then(ctx.group.id, f"deny:{why}:{ctx.author_id}", 60):
            await ctx.say("{sentence}", sentence=sentence)
        else:
            await ctx.stay_silent()

    async def _guarded(self, ctx: Context, work: Any, *, silent: bool = False) -> Any:
        """Run a handler: bad input is answered with its sentence, a failure once with the number of its case.

        A `silent` one fails into the log alone.
        """
        try:
            return await work
        except WrongUse as wrong:
            await ctx.say(
                "{sentence}\n用法：{usage}\n例如：{example}",
                sentence=str(wrong),
                usage=wrong.form.usage,
                example=wrong.example,
            )
        except (Declined, Misread) as refusal:
            # Without a sentence it was said elsewhere, or is not to be said at all.
            await (ctx.say("{sentence}", sentence=str(refusal)) if str(refusal) else ctx.stay_silent())
        except NetworkError as silence:
            logger.warning("lizheng: {} (group {}) had no answer: {}", ctx.feature.id, ctx.group.id, silence)
            if _is_its_command(ctx) and not silent:
                await ctx.say("QQ 那边没有回话，没有完成，过一会儿再试。")
        except Exception as error:
            case = secrets.token_hex(2).upper()
            logger.opt(exception=error).error(
                "lizheng: case {} in {} (group {})", case, ctx.feature.id, ctx.group.id
            )
            if _is_its_command(ctx) and not silent:
                await ctx.say("出了点问题，没有完成（编号 {case}）。请把编号告诉管理员。", case=case)
        return None

    async def _hint(self, ctx: Context, called: str) -> None:
        """Name what somebody may have meant, to each once a minute; what nobody of ours is called like stays silent."""
        name = split_name(called)[0].rstrip(CLOSING)
        if claimed_elsewhere(name):
            return
        near = self._commands.nearest(name, ctx.group, ctx.role)
        if not near:
            return
        if self._host.cooldown.now_and_then(ctx.group.id, f"hint:{ctx.author_id}", 60):
            names = " 或 ".join(f"/{one}" for one in near)
            await ctx.say("没有「/{name}」，你是不是想发 {names}？", name=name[:12], names=names)

    # — everything else ————————————————————————————————————————————————————————————————————

    async def notice(self, event: Event) -> None:
        """Tell the features that listen, in groups where they are on."""
        if getattr(event, "notice_type", "") == OFFLINE:
            await self._logged_out(event)
            return
        happened = translate(event)
        if happened is None:
            return
        group = self._host.groups[happened.group_id]
        if isinstance(happened, GroupRenamed):
            group.name = happened.name
        elif isinstance(happened, GroupDissolved):
            await self.tell(group, happened)
            happened = MemberLeft(group.id, happened.user_id, happened.operator_id, happened.time)
        if isinstance(happened, MemberJoined | MemberLeft):
            there = isinstance(happened, MemberJoined)
            self._private.moved(happened.group_id, happened.user_id, there=there)
        if isinstance(happened, MemberJoined | RoleChanged):
            self._host.roster.forget(happened.group_id, happened.user_id)
        if isinstance(happened, RoleChanged) and happened.user_id in self._host.our_accounts():
            self._host.cooldown.forget(group.id, NO_RIGHTS_TOPIC)
        await heed(self._host, happened)
        if isinstance(happened, MemberJoined) and happened.user_id in self._host.accounts():
            ctx = GroupContext(self._host, group, pending_feature, source=f"met:{group.id}")
            await self._meet(ctx)
            return
        await self.tell(group, happened)
        if isinstance(happened, MemberLeft):
            self._host.roster.forget(happened.group_id, happened.user_id)

    async def _logged_out(self, event: Event) -> None:
        why, account = str(getattr(event, "message", "") or ""), int(event.self_id)
        groups = [group for group, acting in self._host.adapter.reach().items() if acting == account]
        for group_id in groups:
            if group_id > 0:
                happened = BotOffline(group_id, account, 0, int(event.time), why=why)
                await self.tell(self._host.groups[group_id], happened)

    async def tell(self, group: GroupState, happened: GroupEvent, only: FeatureInfo | None = None) -> None:
        """Hand an event to its listeners; one that fails is logged and does not stop the others."""
        source = f"{type(happened).__name__}:{group.id}:{happened.key}"
        for feature, handler in self._registry.listening(type(happened), group):
            if only is not None and feature is not only:
                continue
            name = getattr(handler, "__name__", "")
            ctx = GroupContext(self._host, group, feature, source=f"{source}/{feature.id}.{name}")
            try:
                await handler(ctx, happened)
            except Exception as error:
                logger.opt(exception=error).error(
                    "lizheng: {} failed on {}", feature.id, type(happened).__name__
                )

    async def _meet(self, ctx: GroupContext) -> None:
        """Told before it is written down, under a source that never changes: killed in between, it is still said once."""
        if ctx.group.introduced:
            return
        ctx.group.introduced = True
        await self.tell(ctx.group, GroupMet(ctx.group.id, user_id=0, operator_id=0, time=0))
        await self._host.groups.introduce(ctx.group.id, ctx.now)
        self._host.awaken([ctx.group.id])


def _running(work: Awaitable[bool | None]) -> Coroutine[Any, Any, bool | None]:
    """What an `async` handler gave: handlers are checked to be such when they are declared."""
    return cast("Coroutine[Any, Any, bool | None]", work)


def _is_its_command(ctx: Context) -> bool:
    """Whether the feature at work is the one whose command was sent: what only looks on fails in silence."""
    return ctx.command is not None and ctx.command.feature_id == ctx.feature.id


def quoted_by(event: MessageEvent) -> Quoted | None:
    """What the message replies to, as the adapter has read it; at least its number."""
    if (reply := event.reply) is None:
        return None
    segments = tuple({"type": s.type, "data": dict(s.data)} for s in reply.message)
    return Quoted(int(reply.message_id), int(reply.sender.user_id or 0), segments)


class Entry(Matcher):
    """The one matcher NoneBot knows us by: no permission, no rule object, no dependency injection."""

    dispatch: Dispatcher

    @classmethod
    async def check_perm(cls, bot: Any, event: Any, stack: Any = None, dependency_cache: Any = None) -> bool:
        return True

    @classmethod
    async def check_rule(
        cls, bot: Any, event: Any, state: Any, stack: Any = None, dependency_cache: Any = None
    ) -> bool:
        """True, which ends the event's way, when the message was ours."""
        if isinstance(event, MessageEvent):
            return await cls.dispatch.message(event)
        await cls.dispatch.notice(event)
        return False

    async def run(
        self, bot: Any, event: Any, state: Any, stack: Any = None, dependency_cache: Any = None
    ) -> None:
        """Nothing is left to do: the message was handled while it was matched."""


def install(dispatch: Dispatcher) -> type[Matcher]:
    """Put the entry before every other plugin's matchers; call once per process."""
    entry = type("LizhengEntry", (Entry,), {"dispatch": dispatch})
    return entry.new(type_="", priority=0, block=True)
