"""Which command a message calls: whole names from a dictionary, else the longest name with an unmistakable argument."""

from __future__ import annotations

from dataclasses import dataclass

from nonebot import logger
from nonebot.adapters.onebot.v11 import Message, MessageSegment

from lizheng.base.roles import Role
from lizheng.grammar import At, Other, Text, Token, Words
from lizheng.grammar.typos import meant
from lizheng.groups.choices import GroupState
from lizheng.plugin.command import Command
from lizheng.plugin.context import Context
from lizheng.plugin.feature import Feature
from lizheng.registry.access import may
from lizheng.text import fold_command

CLOSING = "。．.！!？?～~…，,；;、"
"""What may end a sentence: after a bare name it is no part of it."""


@dataclass(frozen=True)
class Match:
    """A message that calls a command: what follows its name, as words."""

    command: Command
    words: Words


class CommandIndex:
    """The commands of all features, by name. `starts` are the prefixes that make a message a command."""

    def __init__(self, starts: frozenset[str]):
        self._starts = tuple(sorted(starts, key=len, reverse=True))
        self._commands: dict[str, Command] = {}
        self._longest = 0

    def learn(self, features: list[Feature]) -> None:
        """Take in the commands of these features; of two that claim one name the first keeps it, which is logged."""
        commands: dict[str, Command] = {}
        for feature in features:
            for command in feature.commands:
                for name in command.names:
                    other = commands.setdefault(name.casefold(), command)
                    if other is not command:
                        logger.error("/{} is claimed by {} and {}", name, other.feature.id, feature.id)
        self._commands = commands
        self._longest = max(map(len, commands), default=0)

    def command(self, name: str) -> Command | None:
        return self._commands.get(name.casefold())

    def find(self, ctx: Context, called: str) -> Match | None:
        """The command that `called` names: by whole name, else by the longest its argument unmistakably follows."""
        name, rest = split_name(called)
        if command := self._commands.get(name.casefold()):
            return Match(command, words_of(rest, ctx.message))
        if not rest and (command := self._commands.get(name.rstrip(CLOSING).casefold())):
            return Match(command, words_of("", ctx.message))
        for length in range(min(len(name) - 1, self._longest), 0, -1):
            command = self._commands.get(name[:length].casefold())
            if command and _unmistakable(name[length:], command, ctx):
                return Match(command, words_of(called[length:], ctx.message))
        return None

    def command_in(self, text: str) -> Command | None:
        """The command that a text, as somebody sent it, calls by its whole name."""
        called = self.called(Message(MessageSegment.text(text)))
        return self.command(split_name(called)[0]) if called else None

    def looks_called(self, message: Message) -> bool:
        return self.called(message) is not None

    def called(self, message: Message) -> str | None:
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

    def nearest(self, name: str, group: GroupState, role: Role) -> list[str]:
        """The commands of ours, usable here, that somebody may have meant who typed `name`; see `slips.meant`."""
        usable = (
            known
            for known, command in self._commands.items()
            if any(may(group, command.feature, form, role).allowed for form in command.forms)
        )
        return list(dict.fromkeys(self._commands[known].name for known in meant(name, usable)))


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
            tokens.append(At(as_number(data.get("qq")) or "all"))
        else:
            tokens.append(Other(segment.type, dict(data)))
    return Words(tokens)


def as_number(given: object) -> int:
    """A number a segment carries; 0 for what is none, or is too large to be one of QQ's."""
    text = str(given)
    return int(text) if len(text) < 19 and text.removeprefix("-").isdecimal() else 0


def _unmistakable(rest: str, command: Command, ctx: Context) -> bool:
    if command.is_argument(rest) or command.sub_word_before_argument(rest.casefold()):
        return True
    return rest in set(command.known_values(ctx))
