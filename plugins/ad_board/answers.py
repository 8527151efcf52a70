"""What 广告贴 says when other features ask."""

from __future__ import annotations

from lizheng import GroupContext
from lizheng.hooks import AdOpinion, AdSeen, AdWindow, BriefDay, Forbid, Section
from plugins.ad_board import register, rules, texts


async def opinion(ctx: GroupContext, seen: AdSeen) -> AdOpinion:
    """The hook `ad_opinion`: whatever stands in the group is shown the way here."""
    return Forbid(texts.FORBIDDEN, texts.WAY_OUT)


async def digest(ctx: GroupContext, window: AdWindow) -> str | None:
    """The hook `window_opens`."""
    return rules.digest(await register.board(ctx)) or None


async def section(ctx: GroupContext, day: BriefDay) -> Section | None:
    """The hook `brief_section`."""
    entries = await register.board(ctx)
    return Section(texts.SECTION, rules.section_lines(entries)) if entries else None
