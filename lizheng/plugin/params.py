"""Parameter types of command handlers: how each is read from words, named in usage lines, and refused in Chinese.

A plugin adds its own by giving a class `label` (for the usage line), `async read(ctx, words)` raising `Misread`, and,
when its values may follow a command without a space, `known(ctx)` (a list of them) or `fits(text)` (whether it is one).
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from lizheng.grammar import (
    Misread,
    WeeklySpans,
    Words,
    parse_duration,
    parse_int,
    parse_money,
    parse_on_off,
    parse_weekly,
)
from lizheng.plugin.amounts import Yuan
from lizheng.plugin.context import Context

Read = Callable[[Context, Words], Awaitable[Any]]


class Duration(timedelta):
    """A parameter such as `10分`, `1小时`, `一个半小时`."""


class Word(str):
    """One word, where `str` is all that is left."""

    __slots__ = ()


class Person(int):
    """A QQ number, named by @ or by number or as the quoted author; need not be in the group."""


class People(tuple[int, ...]):
    """One or more QQ numbers, leading or mentioned later, deduplicated; or the quoted author."""

    __slots__ = ()


class Member(int):
    """Like `Person`, but must be in the group now."""


class Members(tuple[int, ...]):
    """Like `People`, but all must be in the group now."""

    __slots__ = ()


MOST_WORDS_OF_A_LENGTH = 6


def _need(words: Words, what: str) -> str:
    if not (word := words.word()):
        raise Misread(f"缺少{what}。")
    return word


def _people(ctx: Context, words: Words) -> list[int]:
    """Those named first; else those mentioned after other words; else the quoted author. Both of these are too many."""
    if found := words.ats():
        return found
    quoted = [ctx.quoted.user_id] if ctx.quoted and ctx.quoted.user_id else []
    later = words.mentioned()
    if later and quoted and quoted[0] in ctx.host.our_accounts():
        quoted = []
    if quoted and later and later != quoted:
        raise Misread("引用了一个人，又 @ 了别人：对谁就把 @ 写在命令后面。")
    if found := words.take_mentioned() or quoted:
        return found
    if words.empty() and _ends_with_us(ctx):
        return [ctx.event.self_id]
    if (word := words.peek()) and not word.isdecimal():
        raise Misread(f"没看出「{word[:12]}」是谁：请 @ 他、写他的 QQ 号，或引用他的消息。")
    raise Misread("没说是谁：请 @ 他、写他的 QQ 号，或引用他的消息。")


def _ends_with_us(ctx: Context) -> bool:
    """Whether the message ends with an @ of the bot, which is taken off as a form of address."""
    said = [s for s in ctx.event.original_message if s.type != "text" or str(s.data.get("text")).strip()]
    return len(said) > 1 and said[-1].type == "at" and str(said[-1].data.get("qq")) == str(ctx.event.self_id)


async def _read_person(ctx: Context, words: Words) -> int:
    person = words.at()
    if person is None:
        person, *others = _people(ctx, words)
        if others:
            raise Misread("一次只能写一个人。")
    return Person(person)


async def _read_people(ctx: Context, words: Words) -> People:
    return People(_people(ctx, words))


async def _present(ctx: Context, people: Iterable[int]) -> None:
    for person in people:
        if await ctx.host.roster.member(ctx.group.id, person) is None:
            raise Misread(f"群里没有 {person} 这个人。")


async def _read_member(ctx: Context, words: Words) -> Member:
    person = await _read_person(ctx, words)
    await _present(ctx, [person])
    return Member(person)


async def _read_members(ctx: Context, words: Words) -> Members:
    people = _people(ctx, words)
    await _present(ctx, people)
    return Members(people)


async def _read_rest(ctx: Context, words: Words) -> str:
    if not (text := words.rest()):
        raise Misread("缺少内容。")
    return text


async def _read_word(ctx: Context, words: Words) -> Word:
    return Word(_need(words, "一个词"))


async def _read_int(ctx: Context, words: Words) -> int:
    return parse_int(_need(words, "数字"))


async def _read_on_off(ctx: Context, words: Words) -> bool:
    return parse_on_off(_need(words, "开或关"))


async def _read_duration(ctx: Context, words: Words) -> timedelta:
    """The longest length that the next words make: `1天 12小时` and `1 小时 30 分` are one each."""
    written = _need(words, "时长")
    span, end, fault = None, words.mark(), Misread("")
    for _ in range(MOST_WORDS_OF_A_LENGTH):
        try:
            span, end = parse_duration(written), words.mark()
        except Misread as misread:
            fault = fault if fault.sentence else misread
        written += words.word() or ""
    words.reset(end)
    if span is None:
        raise fault
    return span


def _is_duration(text: str) -> bool:
    try:
        return parse_duration(text) > timedelta()
    except Misread:
        return False


async def _read_money(ctx: Context, words: Words) -> Yuan:
    return Yuan(parse_money(_need(words, "金额")))


async def _read_weekly(ctx: Context, words: Words) -> WeeklySpans:
    return parse_weekly(await _read_rest(ctx, words))


def _never(text: str) -> bool:
    return False


@dataclass(frozen=True)
class Kind:
    """`fits`: whether a whole word can be nothing but one of these.

    A form of nothing but `weak` ones is the last that a misuse is measured against: few mean a page by words.
    """

    label: str
    read: Read
    known: Callable[[Context], Iterable[str]] = lambda ctx: ()
    fits: Callable[[str], bool] = _never
    weak: bool = False


KINDS: dict[Any, Kind] = {
    str: Kind("<内容>", _read_rest),
    Word: Kind("<词>", _read_word),
    int: Kind("<数字>", _read_int),
    bool: Kind("开|关", _read_on_off, lambda ctx: ("开", "关")),
    Duration: Kind("<时长>", _read_duration, fits=_is_duration),
    timedelta: Kind("<时长>", _read_duration, fits=_is_duration),
    Yuan: Kind("<金额>", _read_money),
    WeeklySpans: Kind("<时段>", _read_weekly),
    Person: Kind("@成员", _read_person),
    People: Kind("@成员…", _read_people),
    Member: Kind("@成员", _read_member),
    Members: Kind("@成员…", _read_members),
}


@dataclass(frozen=True)
class Parameter:
    """One typed parameter of a form. `optional` ones fall back to `default` when nothing is left to read."""

    name: str
    label: str
    kind: Kind
    optional: bool
    default: Any
    takes_quote: bool

    @property
    def usage(self) -> str:
        return f"[{self.label.strip('<>')}]" if self.optional else self.label

    def known(self, ctx: Context) -> Iterable[str]:
        return self.kind.known(ctx)

    async def read(self, ctx: Context, words: Words) -> Any:
        """Raises `Misread` with the sentence to answer."""
        if self.optional and words.empty() and not (self.takes_quote and ctx.quoted):
            return self.default
        if self.optional and self.kind.read is _read_rest:
            return words.rest() or self.default
        return await self.kind.read(ctx, words)


def parameter(declared: inspect.Parameter, hint: Any, where: str) -> Parameter:
    """Turn one annotated handler parameter into its reader; `Annotated[str, "文本"]` names it in the usage line, and
    `Annotated[int, Numbered("W")]` reads it by a kind of `param_kinds`.

    Raises `TypeError`, with `where` the handler stands, for what is no parameter of a command.
    """
    said: list[Any] = []
    named = f"{where}: parameter `{declared.name}`"
    if declared.kind not in (declared.POSITIONAL_OR_KEYWORD, declared.KEYWORD_ONLY):
        raise TypeError(
            f"{named} takes any number of values: name each, or let a last `str` take all that is left"
        )
    if hint is None:
        raise TypeError(f"{named} has no annotation, such as `int` or `str`, to say how it is read")
    if get_origin(hint) is Annotated:
        hint, *said = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        choices = [arg for arg in get_args(hint) if arg is not NoneType]
        if len(choices) > 1:
            raise TypeError(f"{named} is `{hint}`, but is read as one type only: choose one")
        (hint,) = choices
        if get_origin(hint) is Annotated:
            hint, *said = get_args(hint)
    label = next((one for one in said if isinstance(one, str)), "")
    kind = next(filter(None, map(_own_kind, said)), None) or KINDS.get(hint) or _own_kind(hint)
    if kind is None:
        raise TypeError(f"{named} is {hint!r}, which is no type that a parameter can be read as")
    optional = declared.default is not inspect.Parameter.empty
    return Parameter(
        name=declared.name,
        label=f"<{label}>" if label else kind.label,
        kind=kind,
        optional=optional,
        default=declared.default if optional else None,
        takes_quote=hint in (Person, People, Member, Members),
    )


def is_kind(hint: Any) -> bool:
    """Whether an annotation says how a parameter is read."""
    hint, *said = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    return hint in KINDS or any(_own_kind(one) is not None for one in (hint, *said))


def _own_kind(hint: Any) -> Kind | None:
    read: Read | None = getattr(hint, "read", None)
    label = getattr(hint, "label", None)
    if read is None or not isinstance(label, str):
        return None
    return Kind(
        label,
        read,
        getattr(hint, "known", lambda ctx: ()),
        getattr(hint, "fits", _never),
        getattr(hint, "weak", False),
    )
