"""Kinds of parameters that say more than a type: labelled numbers, several numbers, a short line, a choice.

They stand in the annotation, so that the handler's own type stays plain: `number: Annotated[int, Numbered("W")]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lizheng.grammar import (
    Misread,
    Words,
    is_range_sign,
    looks_like_numbers,
    misread,
    parse_int,
    parse_label,
    parse_number_list,
    plain,
    tight,
)
from lizheng.plugin.context import Context
from lizheng.text import clip, is_blank, visible

WHOLE = frozenset({"全部", "所有", "all"})
MOST_NUMBERS = 100
LONGEST_LINE = 200


@dataclass(frozen=True)
class Numbered:
    """Reads the number of `W12`, `w12`, `Ｗ１２`, `#12`, `12` or `12号` as an `int`; `what` it is called in usage lines."""

    prefix: str = "#"
    what: str = "编号"

    @property
    def label(self) -> str:
        return f"<{self.what}>"

    def fits(self, text: str) -> bool:
        """Tell whether a whole word can be nothing but one of these."""
        return (
            re.fullmatch(f"(?:{re.escape(self.prefix.casefold())}|#)[0-9]{{1,9}}号?", tight(text)) is not None
        )

    async def read(self, ctx: Context, words: Words) -> int:
        """Raises `Misread`."""
        if not (word := words.word()):
            raise Misread(f"缺少{self.what}。")
        return self.parse(word)

    def parse(self, text: str) -> int:
        """Raises `Misread`."""
        bare = tight(text).removesuffix("号")
        if self.prefix != "#" and bare.startswith("#"):
            bare = bare[1:]
        try:
            return parse_label(bare, self.prefix, bare=True)
        except Misread:
            raise misread(text, f"不是{self.what}，请写成 {self.prefix}12") from None


class Numbers(tuple[int, ...]):
    """One or more numbers as written, each once; empty and `everything` for 全部.

    As an annotation it reads `1 3 5-8`, `3-8,10`, `#3、#4`; with `Annotated[Numbers, Several(…)]` labelled ones too.
    """

    everything: bool = False
    label = "<编号…>"
    fits = staticmethod(looks_like_numbers)

    @classmethod
    def all(cls) -> Numbers:
        """Make what 全部 means."""
        found = cls()
        found.everything = True
        return found

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Numbers:
        """Raises `Misread`."""
        return await Several().read(ctx, words)


@dataclass(frozen=True)
class Several:
    """Reads `Numbers`, at most `most`; with a `prefix` also `X3-X8`, with `whole` also 全部.

    It takes the words at the beginning that are numbers and leaves what follows, such as a reason.
    """

    prefix: str = ""
    most: int = MOST_NUMBERS
    whole: bool = False
    what: str = "编号"

    @property
    def label(self) -> str:
        return f"<{self.what}…|全部>" if self.whole else f"<{self.what}…>"

    async def read(self, ctx: Context, words: Words) -> Numbers:
        """Raises `Misread`."""
        if not (first := words.peek()):
            raise Misread(f"缺少{self.what}。")
        if self.whole and tight(first) in WHOLE:
            words.word()
            return Numbers.all()
        if tight(first) in WHOLE:
            raise Misread(f"一次说几个，要写明{self.what}，例如 3-8,10。")
        written = self._written(words)
        if not written:
            try:
                return Numbers((parse_int(first),)) if words.word() else Numbers()
            except Misread:
                raise misread(first, f"不是{self.what}，请写成 1 2 3 或 5-7") from None
        return Numbers(parse_number_list(self._bare(" ".join(written)), self.most))

    def _written(self, words: Words) -> list[str]:
        """Take as many words as are numbers, the sign between two of them included."""
        written: list[str] = []
        end, count = words.mark(), 0
        while word := words.word():
            if looks_like_numbers(self._bare(word)):
                end, count = words.mark(), len(written) + 1
            elif not (written and is_range_sign(word)):
                break
            written.append(word)
        words.reset(end)
        return written[:count]

    def _bare(self, text: str) -> str:
        """Without the prefix before a number."""
        sign = re.escape(self.prefix.casefold())
        return re.sub(rf"{sign}(?=[0-9])", "", plain(text)) if sign else plain(text)


@dataclass(frozen=True)
class Line:
    """Reads all that is left as one line safe to show, of at most `most` characters, and nothing but text."""

    most: int = LONGEST_LINE
    what: str = "内容"

    @property
    def label(self) -> str:
        return f"<{self.what}>"

    async def read(self, ctx: Context, words: Words) -> str:
        """Raises `Misread`."""
        if words.others():
            raise Misread("这里只能写文字，不能带图。")
        text = visible(words.rest())
        if is_blank(text):
            raise Misread("缺少内容。")
        if len(text) > self.most:
            raise Misread(f"太长了，最多 {self.most} 个字，现在是 {len(text)} 个。")
        return text


@dataclass(frozen=True, init=False)
class Choice:
    """Reads one of a few words: `Choice("工作日", "每天", also={"天天": "每天"})`; `also` maps other words to them."""

    options: tuple[str, ...]
    also: dict[str, str] = field(hash=False)

    def __init__(self, *options: str, also: dict[str, str] | None = None):
        """Raises `ValueError` for a word that means none of the options."""
        also = also or {}
        if stray := set(also.values()) - set(options):
            raise ValueError(f"{sorted(stray)} must be among the options of a choice")
        object.__setattr__(self, "options", options)
        object.__setattr__(self, "also", also)

    @property
    def label(self) -> str:
        return f"<{'|'.join(self.options)}>"

    def known(self, ctx: Context) -> Iterable[str]:
        """Give the whole values, which may follow a command without a space."""
        return (*self.options, *self.also)

    async def read(self, ctx: Context, words: Words) -> str:
        """Raises `Misread`."""
        word = words.word() or ""
        meanings: dict[str, Any] = {tight(one): one for one in self.options}
        meanings |= {tight(one): meant for one, meant in self.also.items()}
        if (found := meanings.get(tight(word))) is None:
            told = f"「{clip(visible(word), 12)}」看不懂，" if word else ""
            raise Misread(f"{told}要写{'或'.join(self.options)}。")
        return str(found)
