"""Kinds of people that a feature knows, for `标签:摄影` and `H3` wherever somebody says who is meant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from lizheng.grammar.who import Term
from lizheng.plugin.context import GroupContext

Resolver = Callable[[GroupContext, Term], Awaitable[Collection[int]]]


@dataclass(frozen=True)
class PeopleKind:
    """How a feature's kind is written, with an `example`, and who they are now."""

    kind: str
    resolver: Resolver
    example: str
