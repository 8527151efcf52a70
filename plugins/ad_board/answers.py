"""What 广告贴 says when other features ask."""

from __future__ import annotations

from lizheng.context import GroupContext
from lizheng.grammar import Misread
from lizheng.hooks import AdOpinion, AdSeen, AdWindow, Allow, BriefDay, Forbid, Section
from plugins.ad_board import register, rules, texts


async def opinion(ctx: GroupContext, seen: AdSeen) -> AdOpinion:
    """The hook `ad_opinion`: a message that submits may stay, if it can; anything else is shown the way here."""
    if await _submits(ctx, seen):
        return Allow(texts.SUBMITTING)
    return Forbid(texts.FORBIDDEN, texts.WAY_OUT)


async def _submits(ctx: GroupContext, seen: AdSeen) -> bool:
    content = rules.submission(seen.text, ctx.host.config.command_start)
    if content is None:
        return False
    for pending in await register.waiting(ctx, author_id=seen.user_id):
        return pending.payload["message_id"] == seen.message_id
    try:
        return not await register.why_not(ctx, seen.user_id, rules.check_text(content))
    except Misread:
        return False


async def digest(ctx: GroupContext, window: AdWindow) -> str | None:
    """The hook `window_opens`."""
    return rules.digest(await register.board(ctx)) or None


async def section(ctx: GroupContext, day: BriefDay) -> Section | None:
    """The hook `brief_section`."""
    entries = await register.board(ctx)
    return Section(texts.SECTION, rules.section_lines(entries)) if entries else None
