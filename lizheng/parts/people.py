"""Choosing people: who is meant by `@小王`, `H3到场`, `标签:摄影 且 活跃7天`, `全体`, here and now.

`Choosing` reads it as a parameter of a command, `resolve` says who they are, `fits` whether somebody is among them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lizheng.grammar import Misread, Words, parse_duration, parse_who
from lizheng.grammar.who import EVERYBODY, PERSON, Term, Who
from lizheng.groups.members import MemberInfo
from lizheng.plugin.context import Context, GroupContext
from lizheng.plugin.people import PeopleKind
from lizheng.registry.registry import declared

__all__ = ["Choosing", "Term", "Who", "check", "fits", "resolve"]

ACTIVE, STAYED = "活跃", "入群"
UNKNOWN_KIND = "看不懂「{written}」是谁，可以写：{examples}。"


class Choosing(Who):
    """A parameter that takes all that is left as a choice of people: `guests: Choosing`; it is a `Who`."""

    label = "<谁>"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Choosing:
        """Raises `Misread`, also for kinds of people that nobody knows here."""
        found = parse_who(words)
        check(ctx, found)
        return cls(found.choices, found.without)


def check(ctx: GroupContext, who: Who) -> None:
    """Raises `Misread` for a kind that is not known in this group; says which are."""
    known = _kinds(ctx)
    for term in who.terms():
        if term.kind in (PERSON, EVERYBODY) or term.kind in known:
            continue
        if term.kind in (ACTIVE, STAYED):
            _span(term)
            continue
        examples = [
            "@小王",
            *(kind.example for _, kind in known.values()),
            f"{ACTIVE}7天",
            f"{STAYED}30天",
            EVERYBODY,
        ]
        raise Misread(UNKNOWN_KIND.format(written=term.written[:12], examples="、".join(examples[:6])))


async def resolve(ctx: GroupContext, who: Who) -> frozenset[int]:
    """Say who of the group's members are meant, our own accounts and registered bots left out unless named by @.

    Raises `Declined` while the member list cannot be read, `Misread` for a kind that is not known here (any more).
    """
    check(ctx, who)
    members = await ctx.members(fresh=False)
    everybody = {one for one in members if not ctx.is_ours(one) and one not in ctx.group.bots}
    found: set[int] = set()
    for choice in who.choices:
        fitting = set(members)
        for term in choice:
            fitting &= await _of(ctx, term, members, everybody)
        found |= fitting
    for term in who.without:
        found -= await _of(ctx, term, members, everybody)
    return frozenset(found)


async def fits(ctx: GroupContext, who: Who, user_id: int) -> bool:
    """Tell whether a member is among those meant. Raises as `resolve` does."""
    return user_id in await resolve(ctx, who)


async def _of(ctx: GroupContext, term: Term, members: dict[int, MemberInfo], everybody: set[int]) -> set[int]:
    """The members that one term means."""
    if term.kind == PERSON:
        return {term.number} & members.keys()
    if term.kind == EVERYBODY:
        return everybody
    if known := _kinds(ctx).get(term.kind):
        feature, kind = known
        return everybody & set(await kind.resolver(ctx.within(feature, f"who/{term.written}"), term))
    since = ctx.now - _span(term)
    if term.kind == ACTIVE:
        return {one for one in everybody if members[one].last_spoke_at >= since.timestamp()}
    return {one for one in everybody if 0 < members[one].joined_at <= since.timestamp()}


def _span(term: Term) -> timedelta:
    if not term.rest:
        raise Misread(f"「{term.kind}」后面要写多久，例如 {term.kind}7天。")
    return parse_duration(term.rest)


def _kinds(ctx: GroupContext) -> dict[str, tuple[Any, PeopleKind]]:
    """The kinds that features which are on here know; of two the first by id counts."""
    found: dict[str, tuple[Any, PeopleKind]] = {}
    for feature_id in ctx.host.features:
        feature = declared(ctx.host, feature_id)
        if feature is not None and feature.people_kinds and ctx.host.is_on(ctx.group, feature):
            for name, kind in feature.people_kinds.items():
                found.setdefault(name, (feature, kind))
    return found
