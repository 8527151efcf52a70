"""Which feature somebody means."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from lizheng import Misread
from lizheng.grammar.typos import meant
from plugins.control import texts


class Named(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...


N = TypeVar("N", bound=Named)


def named(things: Iterable[N], name: str, what: str = texts.FEATURE, also: Iterable[str] = ()) -> N:
    """The one with this title or id, else the only one with `name` in its title.

    Raises `Misread`, which names what may have been meant, be it one of these or one of `also`; `what` they all are.
    """
    things, name = list(things), name.casefold()
    if not name:
        raise Misread(texts.WHICH)
    for thing in things:
        if name in (thing.title.casefold(), thing.id.casefold()):
            return thing
    near = [thing for thing in things if name in thing.title.casefold()]
    if len(near) == 1:
        return near[0]
    if near:
        titles = "、".join(f"「{thing.title}」" for thing in near[:6])
        raise Misread(texts.SEVERAL.format(name=name[:12], titles=titles))
    close = meant(name, [*(thing.title for thing in things), *also])
    if close:
        titles = "或".join(f"「{title}」" for title in close)
        raise Misread(texts.NEAREST.format(name=name[:12], what=what, titles=titles))
    raise Misread(texts.UNKNOWN.format(name=name[:12], what=what))
