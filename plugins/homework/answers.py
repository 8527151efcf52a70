"""What 作业 says when other features ask."""

from __future__ import annotations

from lizheng import GroupContext
from lizheng.hooks import BriefDay, Known, Section
from plugins.homework import cycles, texts
from plugins.homework.models import Cycle, Piece, Season


async def section(ctx: GroupContext, day: BriefDay) -> Section | None:
    """The hook `brief_section`."""
    season = await Season.filter(group_id=ctx.group.id, state="running").first()
    cycle = await cycles.open_cycle(season) if season is not None else None
    if cycle is None:
        return None
    done, count = await cycles.tally(cycle)
    line = texts.SECTION_NOW.format(
        n=cycle.number, done=done, all=count, due=cycles.say_end(ctx, cycle.due_at)
    )
    return Section(texts.SECTION, (line,))


async def known(ctx: GroupContext, user_id: int) -> Known | None:
    """The hook `known`: who has written something here is known by it."""
    piece = await Piece.filter(group_id=ctx.group.id, user_id=user_id).order_by("-id").first()
    if piece is None or not piece.opening:
        return None
    season, cycle = await Season.get(id=piece.season_id), await Cycle.get(id=piece.cycle_id)
    line = texts.KNOWN_LINE.format(title=season.title, n=cycle.number, opening=piece.opening)
    return Known(texts.KNOWN, line)
