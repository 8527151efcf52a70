"""What votes besides the command: quoting with a number, 1️⃣ under the message; and who leaves."""

from __future__ import annotations

from datetime import UTC, datetime

from lizheng import Context, Declined, GroupContext, MemberLeft, Quoted, ReactionChanged
from plugins.polls import commands, polls
from plugins.polls.models import Ballot, Poll, Voter
from plugins.polls.rules import looks_like_choice, reaction_choice

LONGEST = 60


async def quoted(ctx: Context) -> bool:
    """Take what quotes a message about a poll as a vote, if it is one."""
    if ctx.quoted is None or ctx.command is not None:
        return False
    text = ctx.message.extract_plain_text().strip()
    if not text or len(text) > LONGEST:
        return False
    about = await ctx.quoted_about("poll")
    if about is None:
        return False
    poll = await Poll.get_or_none(group_id=ctx.group.id, number=int(about[1]))
    if poll is None or not looks_like_choice(text, poll.options):
        return False
    await commands.cast(ctx, poll, text)
    return True


async def is_open(ctx: GroupContext, since: datetime) -> bool:
    """Whether votes of a time in which nobody listened still count."""
    here = Poll.filter(group_id=ctx.group.id, state__in=("open", "proposed"), closes_at__gt=since)
    return await here.exists()


async def reacted(ctx: GroupContext, happened: ReactionChanged) -> None:
    """Take 1️⃣ under a message about a poll as a vote, and its removal back where that is told."""
    choice = reaction_choice(happened.emoji)
    if choice is None or not happened.user_id or ctx.is_ours(happened.user_id):
        return
    ctx.quoted = Quoted(happened.message_id)
    about = await ctx.quoted_about("poll")
    poll = (
        await Poll.get_or_none(group_id=ctx.group.id, number=int(about[1]), state="open") if about else None
    )
    if poll is None or poll.secret or choice >= len(poll.options):
        return
    at = datetime.fromtimestamp(happened.time, UTC)
    by = polls.By(happened.user_id, at, ctx.source or "")
    try:
        if happened.added:
            await commands.answer(ctx, poll, await polls.vote(ctx, poll, [choice], by), happened.user_id)
        elif await _chose(poll, happened.user_id, choice):
            await polls.withdraw(ctx, poll, by)
    except Declined:
        return  # nobody asked for an answer to an emoji


async def _chose(poll: Poll, user_id: int, choice: int) -> bool:
    """Whether their vote is that emoji's."""
    mine = Ballot.filter(poll_id=poll.id, user_id=user_id, source__startswith="ReactionChanged:")
    return any(ballot.choices == [choice] for ballot in await mine)


async def gone(ctx: GroupContext, happened: MemberLeft) -> None:
    """Who leaves before the end is not counted."""
    if await Voter.filter(group_id=ctx.group.id, user_id=happened.user_id).exists():
        await polls.left(ctx.group.id, happened.user_id)
