"""What happens to polls and surveys when their time comes."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from lizheng import Coverage, Declined, GroupContext, Slot, Urgency, say_duration
from plugins.polls import polls, surveys, texts
from plugins.polls.models import Poll, Survey
from plugins.polls.picture import drawn
from plugins.polls.polls import GRACE
from plugins.polls.rules import say_outcome, split_shown

LAPSE = "lapse"
UNANSWERED = timedelta(hours=2)
"""Whose private vote got no answer notices, and votes again: of a secret poll only the last hours must have been seen."""
ASK_AGAIN = timedelta(seconds=30)


async def close(ctx: GroupContext, slot: Slot) -> datetime | None:
    """Close a poll and say what came of it, once everything that counts is known."""
    poll = await Poll.get_or_none(group_id=ctx.group.id, number=int(slot.key), state="open")
    if poll is None:
        return None
    if poll.closes_at + GRACE > ctx.now:
        return poll.closes_at + GRACE
    since = max(poll.seen_from, poll.closes_at - UNANSWERED) if poll.secret else poll.seen_from
    cover = await ctx.gap_covered(since, poll.closes_at, private=poll.secret)
    if cover.waits:
        return ctx.now + ASK_AGAIN
    if not cover:
        return await _wait_for_the_unseen(ctx, poll, cover)
    await _let_go(ctx, poll)
    await end(ctx, poll)
    return None


async def _let_go(ctx: GroupContext, poll: Poll) -> None:
    """Take the votes out of those who have left without our being told."""
    if poll.secret:
        return
    with suppress(Declined):  # the list cannot be read: all are taken for members
        members = await ctx.members()
        for user_id in await polls.voted_by(poll):
            if user_id not in members and await ctx.member(user_id) is None:
                await polls.left(ctx.group.id, user_id)


async def _wait_for_the_unseen(ctx: GroupContext, poll: Poll, cover: Coverage) -> datetime | None:
    """Nobody loses a vote because we were away: the end moves by as much, once for each gap."""
    closes_at = ctx.now + cover.extension
    if await polls.move_end(ctx, poll, closes_at, seen_from=ctx.now):
        minutes = timedelta(minutes=max(1, cover.missed // timedelta(minutes=1)))
        await ctx.announce(
            f"poll:{poll.number}",
            texts.EXTENDED_BY_GAP,
            Urgency.HIGH,
            key=f"gap:{int(closes_at.timestamp())}",
            about=("poll", poll.number),
            gap=say_duration(minutes),
            label=polls.label(poll),
            when=polls.until(ctx, poll),
        )
    return closes_at + GRACE


async def end(ctx: GroupContext, poll: Poll) -> bool:
    """Close it and say the result; False where somebody has."""
    found = await polls.close(ctx, poll)
    if found is None:
        return False
    await ctx.announce(
        f"poll:{poll.number}",
        texts.RESULT,
        Urgency.HIGH,
        key=f"result:{poll.number}",
        about=("poll", poll.number),
        label=polls.label(poll),
        title=poll.title,
        outcome=say_outcome(found, secret=poll.secret),
        picture=await drawn(poll.title, found) if split_shown(poll.secret, found.voted) else "",
    )
    return True


async def remind(ctx: GroupContext, slot: Slot) -> None:
    """Say how long it still lasts and how many have voted, never who has not."""
    poll = await Poll.get_or_none(group_id=ctx.group.id, number=int(slot.key), state="open")
    if poll is None or poll.closes_at <= ctx.now:
        return
    await ctx.announce(
        f"poll:{poll.number}",
        texts.REMIND,
        label=polls.label(poll),
        title=poll.title,
        until=poll.closes_at,
        when=polls.until(ctx, poll),
        count=await polls.turnout(poll),
        voters=await polls.voters(poll),
    )


async def lapse(ctx: GroupContext, slot: Slot) -> None:
    """A proposal that too few have seconded is let be."""
    mine = Poll.filter(group_id=ctx.group.id, number=int(slot.key), state="proposed")
    if await mine.update(state="void", ended_at=ctx.now, reason="附议不够"):
        await ctx.say(texts.LAPSED, label=f"{polls.LETTER}{slot.key}")


async def close_survey(ctx: GroupContext, slot: Slot) -> datetime | None:
    """Close a survey and say how many have filled it in."""
    survey = await Survey.get_or_none(group_id=ctx.group.id, number=int(slot.key), state="open")
    if survey is None:
        return None
    if survey.closes_at > ctx.now:
        return survey.closes_at
    await surveys.end(ctx, survey)
    return None
