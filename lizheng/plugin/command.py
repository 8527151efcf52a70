"""Slash commands: their names, their forms, and how a handler's typed parameters become a grammar."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_type_hints

from lizheng.base.roles import Role
from lizheng.grammar import Misread, Words, speaks_for_itself
from lizheng.plugin.checks import place, require_async
from lizheng.plugin.context import Context, GroupContext
from lizheng.plugin.identity import FeatureInfo
from lizheng.plugin.params import Parameter, is_kind, parameter

Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)
CONTEXTS = {"Context": Context, "GroupContext": GroupContext}
"""A handler's module may import its context for type checking only."""
SHOWING = "查看"
"""The sub-word of the form that a bare name means where every form has one."""


@dataclass(frozen=True)
class Form:
    """One way to use a command: a literal sub-word (or none), typed parameters, a role, an example."""

    command: Command
    handler: Handler
    words: tuple[str, ...]
    role: Role
    example: str
    summary: str
    parameters: tuple[Parameter, ...] = field(default=())
    counts_late: str = ""
    """What one use of it is called with its measure word, `份作业`, where it also counts once it is read back."""

    @property
    def usage(self) -> str:
        """The usage line, e.g. `/群规 <文本>`."""
        parts = [f"/{self.command.name}", *self.words[:1], *(p.usage for p in self.parameters)]
        return " ".join(parts)

    def takes_unspaced(self, text: str) -> bool:
        """Whether `text` is unmistakably this form's first argument, those a quote may stand for left out."""
        first = next((p for p in self.parameters if not p.takes_quote), None)
        return bool(text) and first is not None and first.kind.fits(text)

    async def bind(self, ctx: Context, words: Words) -> dict[str, Any]:
        """Read this form's parameters from the words that follow the command and the sub-word.

        Raises `Misread` with the Chinese sentence to answer when they do not fit or something is left over.
        """
        values = {p.name: await p.read(ctx, words) for p in self.parameters}
        if not words.empty():
            raise Misread(f"「{words.rest()[:20]}」是多出来的。")
        return values


class Command:
    """A name members type after the slash. Made by `Feature.command`."""

    def __init__(
        self,
        feature: FeatureInfo,
        name: str,
        summary: str,
        aliases: tuple[str, ...],
        role: Role,
        example: str,
        private: bool = False,
        veiled: bool = False,
    ):
        self.feature = feature
        self.name = name
        self.summary = summary
        self.aliases = aliases
        self.role = role
        self.example = example
        self.private = private
        """Of use in private chats alone: a group is not shown it."""
        self.veiled = veiled
        """Nothing that is written down says who used it."""
        self.forms: list[Form] = []

    def __repr__(self) -> str:
        return f"Command(/{self.name})"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

    def __call__(self, handler: H) -> H:
        """Decorate the handler of a command that has one form."""
        self.form(handler)
        return handler

    def form(
        self,
        handler: Handler,
        *,
        word: str = "",
        role: Role | None = None,
        example: str = "",
        summary: str = "",
        counts_late: str = "",
    ) -> Command:
        """Add a form and return the command, so that forms can be chained.

        `word` is a literal sub-word, with its synonyms after `|` (`"添加|加"`), or two (`"免税 添加"`). Parameters come
        from the handler's annotations after `ctx`. Raises `TypeError` for a handler or an annotation that cannot be
        used, and `ValueError` for a form that must be given something and has no example.

        A form with `counts_late`, which is what one of it is called with its measure word (`份作业`), is also run for
        messages that came while the host was away, at their own time (`ctx.at`): only what affects its author alone and
        may happen twice. See `Feature.counts_late`.
        """
        words = tuple(w for w in word.split("|") if w)
        parameters = _parameters(self.feature.module, handler)
        bare = " ".join([f"/{self.name}", *words[:1]])
        if not (words and all(parameter.optional for parameter in parameters)):
            example = example or self.example  # else that would be of another form
        form = Form(
            command=self,
            handler=handler,
            words=words,
            role=self.role if role is None else role,
            example=example or bare,
            summary=summary or self.summary,
            parameters=parameters,
            counts_late=counts_late,
        )
        if counts_late and form.role > Role.MEMBER:
            raise ValueError(f"{place(self.feature.module, handler)}: what counts late is for every member")
        if not (example or all(parameter.optional for parameter in parameters)):
            where = place(self.feature.module, handler)
            raise ValueError(f"{where}: `{form.usage}` needs an `example`, which is shown to who misuses it")
        self.forms.append(form)
        return self

    def known_values(self, ctx: Context) -> Iterator[str]:
        """Whole values that may follow the name without a space: sub-words, and what first parameters list."""
        for form in self.forms:
            yield from form.words
            if not form.words and form.parameters:
                yield from form.parameters[0].known(ctx)

    def sub_word_before_argument(self, text: str) -> str | None:
        """The sub-word that `text` begins with, when what follows it speaks for itself: `通过` in `通过3`."""
        known = sorted({word for form in self.forms for word in form.words}, key=len, reverse=True)
        return next((w for w in known if text.startswith(w) and self.is_argument(text[len(w) :], w)), None)

    def is_argument(self, text: str, word: str = "") -> bool:
        """Whether `text` may follow the name, or this sub-word of it, without a space."""
        forms = [form for form in self.forms if (word in form.words if word else not form.words)]
        return speaks_for_itself(text) or any(form.takes_unspaced(text) for form in forms)

    def candidates(self, words: Words) -> list[Form]:
        """The forms these words may mean: those whose sub-word comes next (which is then taken), else the others."""
        mark = words.mark()
        first = (words.word() or "").casefold()
        after = words.mark()
        if second := (words.word() or "").casefold():
            if named := [f for f in self.forms if f"{first} {second}" in f.words]:
                return named
            words.reset(after)
        if first and (named := [f for f in self.forms if first in f.words]):
            return named
        words.reset(mark)
        if (word := self.sub_word_before_argument(first)) and words.take(word):
            return [f for f in self.forms if word in f.words]
        plain = [f for f in self.forms if not f.words]
        if not plain and words.empty():
            plain = [f for f in self.forms if SHOWING in f.words]
        if not plain:
            options = "、".join(f.words[0] for f in self.forms if f.words)
            raise WrongUse(f"「/{self.name}」后面要跟：{options}。", self.forms[0])
        return plain

    async def choose(self, ctx: Context, forms: list[Form], words: Words) -> tuple[Form, dict[str, Any]]:
        """Bind the first of `forms` that fits. Raises `Misread` of the form that came closest."""
        bare = words.empty()
        forms = sorted(forms, key=lambda f: bool(f.parameters) == bare)
        failed: list[tuple[Misread, Form]] = []
        for form in forms:
            mark = words.mark()
            try:
                return form, await form.bind(ctx, words)
            except Misread as misread:
                failed.append((misread, form))
                words.reset(mark)
        strong = (pair for pair in failed if any(not p.kind.weak for p in pair[1].parameters))
        misread, form = next(strong, None) or next((pair for pair in failed if pair[1].parameters), failed[0])
        raise WrongUse(str(misread), form, misread.example) from misread


def _parameters(module: str, handler: Handler) -> tuple[Parameter, ...]:
    """Those after `ctx`. Raises `TypeError`."""
    where = place(module, handler)
    require_async(module, handler)
    try:
        hints = get_type_hints(handler, localns=CONTEXTS, include_extras=True)
    except NameError as error:
        raise TypeError(f"{where}: {error}; an annotation of a parameter is needed at run time") from error
    declared = list(inspect.signature(handler).parameters.values())
    if not declared or is_kind(hints.get(declared[0].name)):
        raise TypeError(f"{where} must take `ctx: Context` first")
    return tuple(parameter(p, hints.get(p.name), where) for p in declared[1:])


class WrongUse(Misread):
    """What was wrong, and the form it was measured against."""

    def __init__(self, sentence: str, form: Form, example: str = ""):
        super().__init__(sentence, example or form.example)
        self.form = form
