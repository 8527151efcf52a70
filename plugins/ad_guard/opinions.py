"""What other features think of an ad: whose opinion holds, and claiming it."""

from __future__ import annotations

from collections.abc import Iterable

from nonebot import logger

from lizheng import GroupContext, HookFailed
from lizheng.hooks import AdOpinion, AdSeen, Allow, Charge, Claim, Forbid, ad_opinion
from plugins.ad_guard import rules, texts
from plugins.ad_guard.rules import Ruling


async def ask(ctx: GroupContext, seen: AdSeen) -> list[AdOpinion]:
    """Every opinion, the one that counts most first. Raises `HookFailed`."""
    return sorted([answer.value for answer in await ad_opinion.ask(ctx, seen)], key=rules.rank)


async def allowed(ctx: GroupContext, opinions: Iterable[AdOpinion]) -> tuple[str, str] | None:
    """The reason of the first Allow that holds, and what claiming it says. Nothing is claimed in dry run."""
    for opinion in opinions:
        if isinstance(opinion, Allow):
            told = "" if ctx.group.dry_run else await _claim(opinion.claim)
            if told is not None:
                return opinion.reason, told
    return None


def welcome(opinions: Iterable[AdOpinion]) -> str | None:
    """The reason of an Allow that costs nothing and uses nothing up; None when there is none."""
    return next((o.reason for o in opinions if isinstance(o, Allow) and o.claim is None), None)


async def rule_on(opinions: list[AdOpinion]) -> Ruling:
    """Who decides that it had to go: the first charge that can be claimed, else the first that forbids."""
    ways = rules.ways_out(opinions)
    for opinion in opinions:
        if isinstance(opinion, Charge):
            try:
                told = await _claim(opinion.claim)
            except HookFailed as failed:
                # It is recalled already, and said so whatever else fails.
                logger.opt(exception=failed).error("lizheng: what an ad costs could not be claimed")
                continue
            if told is not None:
                return Ruling(rules.reason_of(opinion, told), ways)
        elif isinstance(opinion, Forbid):
            return Ruling(rules.reason_of(opinion), ways)
    return Ruling(texts.NOT_ALLOWED, ways)


async def _claim(claim: Claim | None) -> str | None:
    if claim is None:
        return ""
    try:
        return await claim()
    except Exception as error:
        raise HookFailed(ad_opinion.name, "a claim") from error
