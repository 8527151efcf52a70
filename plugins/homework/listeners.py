"""What happens around the homework: members go, messages are taken away, the feature is switched, rules change."""

from __future__ import annotations

from datetime import datetime

from lizheng import Context, Declined, GroupContext, MemberLeft
from lizheng.events import FeatureSwitched, GroupDissolved, MessageRecalled, SettingChanged
from plugins.homework import cycles, decisions, pieces, texts
from plugins.homework.models import Cycle, Piece, Season

WORD = "点评"


async def look(ctx: Context) -> bool | None:
    """点评 with a piece quoted is `/点评`."""
    if ctx.quoted is None or ctx.command is not None:
        return None
    text = ctx.message.extract_plain_text().strip()
    if not text.startswith(WORD):
        return None
    piece = await pieces.quoted_piece(ctx)
    if piece is None:
        return None
    await ctx.names_of([ctx.author_id, piece.user_id])
    try:
        await pieces.review(ctx, piece.user_id, text.removeprefix(WORD).strip(" ：:，,"), piece)
    except Declined as why:
        await ctx.say("{why}", why=str(why))
    return True


async def left(ctx: GroupContext, happened: MemberLeft) -> None:
    """Leaving is no reset: what they owe and missed stays, also when they come back."""
    season = await Season.filter(group_id=ctx.group.id, state__in=cycles.ACTIVE).order_by("-number").first()
    if season is not None:
        await cycles.withdraw(ctx, season, happened.user_id)


async def recalled(ctx: GroupContext, happened: MessageRecalled) -> None:
    """What the author takes back stays a piece, marked; what somebody else takes away waits for a deputy.

    Commands are taken away by nobody's judgement, so only a quoted message is asked about.
    """
    piece = await Piece.filter(group_id=ctx.group.id, message_id=happened.message_id, state="ok").first()
    if piece is None:
        return
    by_author = happened.operator_id in (0, piece.user_id)
    if by_author or piece.command_id == piece.message_id:
        await Piece.filter(id=piece.id, state="ok").update(state="recalled")
        return
    if not await Piece.filter(id=piece.id, state="ok").update(state="waiting"):
        return
    cycle = await Cycle.get(id=piece.cycle_id)
    await ctx.names_of([piece.user_id])
    await ctx.submit(
        decisions.GONE_PIECE,
        texts.QUOTED_GONE,
        payload={"piece": piece.id},
        key=f"piece/{piece.id}",
        name=ctx.who(piece.user_id),
        n=cycle.number,
    )


async def switched(ctx: GroupContext, happened: FeatureSwitched) -> None:
    """Off, the clock stands still; on again it goes on with deadlines moved."""
    season = await Season.filter(group_id=ctx.group.id, state__in=cycles.ACTIVE).order_by("-number").first()
    if season is None:
        return
    if not happened.on:
        await cycles.pause(ctx, season, "frozen")
    elif season.state == "frozen" and (cycle := await cycles.resume(ctx, season)) is not None:
        due = cycles.say_end(ctx, cycle.due_at)
        await ctx.say(texts.RESUMED, title=season.title, n=cycle.number, due=due)


async def changed(ctx: GroupContext, happened: SettingChanged) -> None:
    await cycles.refresh(ctx)


async def dissolved(ctx: GroupContext, happened: GroupDissolved) -> None:
    """There is nobody left to tell."""
    running = Season.filter(group_id=ctx.group.id, state__in=cycles.ACTIVE)
    await running.update(state="ended", ended_at=ctx.now)


async def woke(ctx: GroupContext) -> None:
    """Have planned again whatever is not: nothing that waits is changed."""
    for season in await Season.filter(group_id=ctx.group.id, state="running"):
        for cycle in await Cycle.filter(season_id=season.id, state__in=("open", "reviewing")):
            await cycles.plan(ctx, cycle)


async def is_open(ctx: GroupContext, since: datetime) -> bool:
    """Say whether what is said while nobody listens may be a piece or a review."""
    open_ones = Cycle.filter(group_id=ctx.group.id, state__in=("open", "reviewing"))
    return await open_ones.exists()
