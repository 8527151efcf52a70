"""One message or notice to the features that want it. The cost does not grow with the number of plugins.

Our commands stand in a dictionary and our observers in a list per group; NoneBot sees one matcher for all of them.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nonebot import logger
from nonebot.adapters.onebot.v11 import Event, GroupMessageEvent, Message, MessageEvent, MessageSegment
from nonebot.matcher import Matcher

from lizheng.commands import Command, Declined, Form, WrongUse
from lizheng.context import Context, GroupContext, Quoted
from lizheng.echoes import Echoes
from lizheng.events import GroupEvent, GroupMet, MemberJoined, MemberLeft, RoleChanged
from lizheng.feature import Feature
from lizheng.gate import is_on, may
from lizheng.grammar import At, Misread, Other, Text, Token, Words
from lizheng.groups import GroupState
from lizheng.models import Outgoing, Pending, Record
from lizheng.notices import translate
from lizheng.pending import by_quote
from lizheng.pending import feature as pending_feature
from lizheng.roles import Role
from lizheng.text import edit_distance_one, fold_command

if TYPE_CHECKING:
    from lizheng.host import Host

STALE_SECONDS = 60
UNSPACED = ("#", "@")


@dataclass(frozen=True)
class Hit:
    """A message that calls a command: what follows its name, as words."""

    command: Command
    words: Words


class Dispatch:
    """What is called by name, who looks on, and how a hit is run."""

    def __init__(self, host: Host, starts: frozenset[str]):
        self._host = host
        self._starts = tuple(sorted(starts, key=len, reverse=True))
        self._commands: dict[str, Command] = {}
        self._longest = 0
        self._echoes = Echoes()

    def learn(self, features: list[Feature]) -> None:
        """Take in the commands of these features. Raises `ValueError` when two claim one name."""
        commands: dict[str, Command] = {}
        for feature in features:
            for command in feature.commands:
                for name in command.names:
                    other = commands.setdefault(name.casefold(), command)
                    if other is not command:
                        raise ValueError(f"/{name} is claimed by {other.feature.id} and {feature.id}")
        self._commands = commands
        self._longest = max(map(len, commands), default=0)

    def command(self, name: str) -> Command | None:
        return self._commands.get(name.casefold())

    # — finding ————————————————————————————————————————————————————————————————————————————

    def find(self, ctx: Context) -> Hit | None:
        """The command this message calls, by whole name, else by the longest name its argument unmistakably follows."""
        called = self._called(ctx.message)
        if called is None:
            return None
        name, rest = split_name(called)
        if command := self._commands.get(name.casefold()):
            return Hit(command, words_of(rest, ctx.message))
        for length in range(min(len(name) - 1, self._longest), 0, -1):
            command = self._commands.get(name[:length].casefold())
            if command and _unmistakable(name[length:], command, ctx):
                return Hit(command, words_of(called[length:], ctx.message))
        return None

    def command_in(self, text: str) -> Command | None:
        """The command that a text, as somebody sent it, calls by its whole name."""
        called = self._called(Message(MessageSegment.text(text)))
        return self.command(split_name(called)[0]) if called else None

    def looks_called(self, message: Message) -> bool:
        return self._called(message) is not None

    def _called(self, message: Message) -> str | None:
        """The first text after the command prefix, or None when this is no command at all."""
        if not message or message[0].type != "text":
            return None
        raw = message[0].data.get("text", "").lstrip()
        if not raw or (raw[0].isalnum() and raw[0].isascii()):
            return None
        text = fold_command(raw[:400])
        for start in self._starts:
            if text.startswith(start):
                return fold_command(raw)[len(start) :]
        return None

    def nearest(self, name: str, group: GroupState, role: Role) -> str | None:
        """The one name of ours, usable here, that is a single slip away from `name`; None when unsure."""
        near = {
            command.name
            for known, command in self._commands.items()
            if len(known) >= 3 and edit_distance_one(name.casefold(), known)
            if any(may(group, command.feature, form, role).allowed for form in command.forms)
        }
        return near.pop() if len(near) == 1 else None

    # — running ————————————————————————————————————————————————————————————————————————————

    async def message(self, event: MessageEvent) -> bool:
        """Handle a message; True when it was ours and nobody else needs to see it."""
        if isinstance(event, GroupMessageEvent):
            return await self._in_group(event, self._host.groups[event.group_id])
        group = await self._host.private.group_for(event)
        return group is not None and await self._in_group(event, group)

    async def _in_group(self, event: MessageEvent, group: GroupState) -> bool:
        if event.user_id in group.bots:
            return False
        watches = self._host.watches(group)
        quoted = quoted_by(event)
        called = self._called(event.get_message())
        if called is None:
            self._echoes.spoke(group.id, event.user_id)
            if not watches and quoted is None:
                return False
        role = self._host.role_of(group, event)
        ctx = Context(self._host, group, pending_feature, event, role=role, quoted=quoted)
        if event.message_type == "private":
            await ctx.confirmed_role()
        hit = self.find(ctx)
        ctx.command = hit.command if hit else None
        if event.message_type == "group":
            for watch in watches:
                ctx.feature = watch.feature
                if await self._guarded(ctx, watch.handler(ctx)):
                    return True
        if called is not None and self._goes_round(ctx, called):
            return hit is not None
        if hit is not None:
            await self._run(ctx, hit)
            return True
        if quoted is not None:
            ctx.feature = pending_feature
            return bool(await self._guarded(ctx, by_quote(ctx)))
        await self._hint(ctx)
        return False

    def _goes_round(self, ctx: Context, called: str) -> bool:
        now = self._host.clock.elapsed()
        return self._echoes.silenced(ctx.group.id, ctx.author_id, called, now)

    async def _run(self, ctx: Context, hit: Hit) -> None:
        ctx.feature = hit.command.feature
        if await self._ran_before(ctx):
            return
        await self._meet(ctx)
        if self._is_stale(ctx):
            await ctx.note("stale", f"/{hit.command.name} 来得太晚，没有执行")
            return
        await self._guarded(ctx, self._execute(ctx, hit))

    async def _ran_before(self, ctx: Context) -> bool:
        """Whether this command had an effect before a restart: what the adapter remembers ended with that process."""
        if ctx.event.time > self._host.started_at.timestamp():
            return False
        first = f"{ctx.source}#1"
        return (
            await Outgoing.filter(source=first).exists()
            or await Record.filter(source__in=(ctx.source, first)).exists()
            or await Pending.filter(source=first).exists()
        )

    def _is_stale(self, ctx: Context) -> bool:
        return ctx.now.timestamp() - ctx.event.time > STALE_SECONDS

    async def _execute(self, ctx: Context, hit: Hit) -> None:
        forms = hit.command.candidates(hit.words)
        lowest = min(forms, key=lambda form: form.role)
        if not await self._allowed(ctx, lowest):
            return
        form, values = await hit.command.choose(ctx, forms, hit.words)
        if form is not lowest and not await self._allowed(ctx, form):
            return
        ctx.needed_role = form.role
        try:
            await form.handler(ctx, **values)
        except WrongUse:
            raise
        except Misread as misread:
            raise WrongUse(str(misread), form) from misread

    async def _allowed(self, ctx: Context, form: Form) -> bool:
        if form.role > Role.MEMBER and is_on(ctx.group, ctx.feature):
            await ctx.confirmed_role()
        verdict = may(ctx.group, ctx.feature, form, ctx.role)
        if verdict.allowed:
            return True
        topic = f"deny:{verdict.denial}:{ctx.author_id}"
        if verdict.sentence and self._host.now_and_then(ctx.group.id, topic, 60):
            await ctx.say("{sentence}", sentence=verdict.sentence)
        return False

    async def _guarded(self, ctx: Context, work: Any) -> Any:
        """Run a handler: bad input is answered with its sentence, a failure once with the number of its case."""
        try:
            return await work
        except WrongUse as wrong:
            await ctx.say(
                "{sentence}\n用法：{usage}\n例如：{example}",
                sentence=str(wrong),
                usage=wrong.form.usage,
                example=wrong.form.example,
            )
        except (Declined, Misread) as refusal:
            await ctx.say("{sentence}", sentence=str(refusal))
        except Exception as error:
            case = secrets.token_hex(2).upper()
            logger.opt(exception=error).error(
                "lizheng: case {} in {} (group {})", case, ctx.feature.id, ctx.group.id
            )
            if ctx.command is not None:
                await ctx.say("出了点问题，没有完成（编号 {case}）。请把编号告诉管理员。", case=case)
        return None

    async def _hint(self, ctx: Context) -> None:
        called = self._called(ctx.message)
        name = split_name(called)[0] if called else ""
        if len(name) < 3 or self._host.claimed_elsewhere(name):
            return
        near = self.nearest(name, ctx.group, ctx.role)
        if near and self._host.now_and_then(ctx.group.id, "hint", 60):
            await ctx.say("没有「/{name}」，你是不是想发 /{near}？", name=name[:12], near=near)

    # — everything else ————————————————————————————————————————————————————————————————————

    async def notice(self, event: Event) -> None:
        """Tell the features that listen, in groups where they are on."""
        happened = translate(event)
        if happened is None:
            return
        group = self._host.groups[happened.group_id]
        self._keep_roster(happened)
        if isinstance(happened, MemberJoined) and happened.user_id in self._host.accounts():
            ctx = GroupContext(self._host, group, pending_feature, source=f"met:{group.id}")
            await self._meet(ctx)
            return
        await self.tell(group, happened)

    async def tell(self, group: GroupState, happened: GroupEvent, only: Feature | None = None) -> None:
        """Hand an event to its listeners; one that fails is logged and does not stop the others."""
        source = f"{type(happened).__name__}:{group.id}:{happened.user_id}:{happened.time}"
        for feature, handler in self._host.listening(type(happened), group):
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

    def _keep_roster(self, happened: GroupEvent) -> None:
        if isinstance(happened, MemberJoined | MemberLeft | RoleChanged):
            self._host.roster.forget(happened.group_id, happened.user_id)


def split_name(called: str) -> tuple[str, str]:
    """The first word and what follows it."""
    parts = called.split(maxsplit=1)
    if not parts or called[0].isspace():
        return "", called
    return parts[0], parts[1] if len(parts) > 1 else ""


def words_of(first: str, message: Message) -> Words:
    """The words of a command: the rest of its first text, then the other segments."""
    tokens: list[Token] = [Text(first)]
    for segment in message[1:]:
        data = segment.data
        if segment.type == "text":
            tokens.append(Text(data.get("text", "")))
        elif segment.type == "at":
            qq = str(data.get("qq", ""))
            tokens.append(At(int(qq)) if qq.isdecimal() else At("all"))
        else:
            tokens.append(Other(segment.type, dict(data)))
    return Words(tokens)


def _unmistakable(rest: str, command: Command, ctx: Context) -> bool:
    if rest[0] in UNSPACED or rest.isdecimal():
        return True
    if rest[0].isascii() and rest[0].isalpha() and rest[1:].isdecimal():
        return True
    return rest in set(command.known_values(ctx))


def quoted_by(event: MessageEvent) -> Quoted | None:
    """What the message replies to: read by the adapter, or at least its number."""
    if (reply := event.reply) is not None:
        segments = tuple({"type": s.type, "data": dict(s.data)} for s in reply.message)
        return Quoted(int(reply.message_id), int(reply.sender.user_id or 0), segments)
    for segment in event.get_message()[:1]:
        if segment.type == "reply":
            return Quoted(int(segment.data.get("id") or 0))
    return None


class Entry(Matcher):
    """The one matcher NoneBot knows us by: no permission, no rule object, no dependency injection."""

    dispatch: Dispatch

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


def install(dispatch: Dispatch) -> type[Matcher]:
    """Put the entry before every other plugin's matchers; call once per process."""
    entry = type("LizhengEntry", (Entry,), {"dispatch": dispatch})
    return entry.new(type_="", priority=0, block=True)
