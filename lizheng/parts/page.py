"""Lists that people leaf through: a page fits a phone, says which of how many it is, and how to see the next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

from lizheng.grammar import Misread, Words, parse_int, tight
from lizheng.plugin.context import Context, GroupContext
from lizheng.plugin.refusals import Declined
from lizheng.text import clip, visible

__all__ = ["FIRST", "Leaf", "Page", "PageNumber"]

R = TypeVar("R")
M = TypeVar("M", bound=Model)
MOST_CHARACTERS = 600
"""Of one message: more is a wall of text on a phone."""
LEAST_OF_A_LINE = 60
"""However many rows somebody asks for: two lines of a phone, in which a row can say what it is."""
MOST_PAGE = 9999
"""Beyond it a number is a QQ number, which has five digits at least."""
MORE = "第 {page}/{pages} 页，看下一页发 {following}"
LAST = "第 {page}/{pages} 页"
NO_SUCH = "没有第 {page} 页，一共 {pages} 页。"


class PageNumber(int):
    """Which page: `2`, `第2页`, `2页`, `第二页`; give the parameter the default `PageNumber(1)`."""

    label = "<页>"
    weak = True

    @staticmethod
    def fits(text: str) -> bool:
        """Tell whether a word can be nothing but a page."""
        return re.fullmatch(r"第?[0-9零一二两三四五六七八九十百]{1,6}页", tight(text)) is not None

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> PageNumber:
        """Raises `Misread`."""
        word = words.word() or ""
        written = re.fullmatch(r"第?([^页第]+)页?", tight(word))
        try:
            return cls(parse_int(written[1] if written else "", 0, MOST_PAGE))
        except Misread:
            raise Misread(f"「{clip(visible(word), 12)}」不是页码，请写成 第2页。") from None


FIRST = PageNumber(1)


@dataclass(frozen=True)
class Leaf(Generic[R]):
    """One page as it was read: its `rows`, and what stands in the message; `lines` is "" when there is nothing at all.

    `more` begins with a line break and is "" when all is shown.
    """

    rows: Sequence[R]
    count: int
    page: int
    pages: int
    lines: str = ""
    more: str = ""

    def __bool__(self) -> bool:
        return self.count > 0

    @property
    def values(self) -> dict[str, Any]:
        """What a template may name."""
        return {
            "count": self.count,
            "page": self.page,
            "pages": self.pages,
            "lines": self.lines,
            "more": self.more,
        }


@dataclass(frozen=True)
class Page:
    """How one list is shown.

    `template` holds `{lines}` and `{more}`, perhaps `{count}`, and other values of `say`; `empty` is said when there is
    nothing, and how to get something. `command` is what shows the first page, the next is that with the page's number
    (or with the number in place of `{page}`). A page has `size` rows, each cut to its share of 600 characters.
    """

    template: str
    empty: str
    command: str
    size: int = field(default=8)

    async def say(
        self,
        ctx: GroupContext,
        rows: Sequence[R] | QuerySet[Any],
        line: Callable[[Any], str],
        page: int = FIRST,
        *,
        command: str = "",
        size: int = 0,
        people: Callable[[Any], Iterable[int]] | None = None,
        **values: Any,
    ) -> Leaf[Any]:
        """Read a page and say it, or that there is nothing; see `read`. `values` go into either template."""
        leaf = await self.read(ctx, rows, line, page, command=command, size=size, people=people)
        template = self.template if leaf else self.empty
        await ctx.say(template, **{**leaf.values, **values})
        return leaf

    async def read(
        self,
        ctx: GroupContext,
        rows: Sequence[R] | QuerySet[Any],
        line: Callable[[Any], str],
        page: int = FIRST,
        *,
        command: str = "",
        size: int = 0,
        people: Callable[[Any], Iterable[int]] | None = None,
    ) -> Leaf[Any]:
        """Read one page. Raises `Declined` for one that is not there.

        Of an ordered query only the page's rows are fetched. `people` are those a row names, who are made known before
        `line` is called, so that it may use `ctx.who`. `command` and `size` stand in for what was declared.
        """
        size = size or self.size
        count = await rows.count() if isinstance(rows, QuerySet) else len(rows)
        pages = max(1, -(-count // size))
        if not 1 <= page <= pages:
            raise Declined(NO_SUCH.format(page=int(page), pages=pages))
        first = (page - 1) * size
        shown: Sequence[Any]
        shown = (
            await rows.offset(first).limit(size) if isinstance(rows, QuerySet) else rows[first : first + size]
        )
        if people is not None:
            await ctx.names_of(
                list(dict.fromkeys(person for row in shown for person in people(row) if person))
            )
        more = self._more(command or self.command, int(page), pages)
        share = max(LEAST_OF_A_LINE, (MOST_CHARACTERS - len(self.template) - len(more)) // size - 1)
        lines = "\n".join(clip(visible(line(row)), share) for row in shown)
        return Leaf(shown, count, int(page), pages, lines, more)

    def _more(self, command: str, page: int, pages: int) -> str:
        if pages == 1:
            return ""
        if page == pages:
            return "\n" + LAST.format(page=page, pages=pages)
        number = str(page + 1)
        following = command.replace("{page}", number) if "{page}" in command else f"{command} {number}"
        return "\n" + MORE.format(page=page, pages=pages, following=following)
