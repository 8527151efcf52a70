"""Proposals: what enough members second goes to the admins, and then to the vote."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from lizheng import Context, Declined, GroupContext, Line, Pending, atomic, next_number
from plugins.polls import polls, texts
from plugins.polls.commands import Number, people
from plugins.polls.jobs import LAPSE
from plugins.polls.models import Poll, Second
from plugins.polls.rules import LONGEST_TITLE, Opening, punishes
from plugins.polls.settings import Settings

LASTS = timedelta(days=7)
DECISION = "proposal"


async def propose(ctx: Context, title: Annotated[str, Line(most=LONGEST_TITLE, what="一句话")]) -> None:
    if punishes(title):
        raise Declined(texts.NO_PUNISHMENT)
    mine = await polls.current(ctx, "proposed")
    own = [poll for poll in mine if poll.author_id == ctx.author_id]
    if len(own) >= ctx.settings(Settings).at_once:
        raise Declined(texts.ONE_AT_A_TIME.format(labels="、".join(map(polls.label, own))))
    await _write_down(ctx, title)


@atomic
async def _write_down(ctx: Context, title: str) -> None:
    number, now = await next_number(ctx.group.id, "poll"), ctx.now
    poll = await Poll.create(
        group_id=ctx.group.id,
        number=number,
        author_id=ctx.author_id,
        title=title,
        options=[texts.FOR, texts.AGAINST, texts.ABSTAIN],
        state="proposed",
        opened_at=now,
        seen_from=now,
        closes_at=now + LASTS,
        source=ctx.source or "",
    )
    await ctx.plan(LAPSE, poll.closes_at, key=str(number))
    needed = ctx.settings(Settings).seconds
    await ctx.say(texts.PROPOSED, label=polls.label(poll), title=title, needed=needed, about=("poll", number))


async def second(ctx: Context, number: Number) -> None:
    poll = await polls.find(ctx, number)
    name = polls.label(poll)
    if poll.state == "open":
        raise Declined(texts.NOT_A_PROPOSAL.format(label=name))
    if poll.state != "proposed":
        polls.refuse_closed(ctx, poll)
    if poll.author_id == ctx.author_id:
        raise Declined(texts.OWN_PROPOSAL)
    count = await _second(ctx, poll)
    needed = ctx.settings(Settings).seconds
    put_up = Poll.filter(id=poll.id, state="proposed", changes=0)
    if count >= needed and await put_up.update(changes=1):
        # From now on it is the decision that ends it.
        await ctx.unplan(LAPSE, key=str(poll.number))
        await ctx.submit(
            DECISION,
            texts.PUT_UP,
            payload={"poll": poll.id},
            key=f"poll/{poll.number}",
            label=name,
            count=count,
            title=poll.title,
        )
    else:
        await ctx.say(texts.SECONDED, label=name, count=count, needed=needed)


@atomic
async def _second(ctx: Context, poll: Poll) -> int:
    whose = {"poll_id": poll.id, "group_id": poll.group_id, "user_id": ctx.author_id}
    _, new = await Second.get_or_create({"at": ctx.at}, **whose)
    if not new:
        raise Declined(texts.SECONDED_BEFORE.format(label=polls.label(poll)))
    return await Second.filter(poll_id=poll.id).count()


async def approved(ctx: GroupContext, pending: Pending) -> None:
    poll = await Poll.get_or_none(id=pending.payload["poll"], state="proposed")
    if poll is None:
        raise Declined(texts.NONE_OPEN)
    opening = Opening(poll.title, [texts.FOR, texts.AGAINST, texts.ABSTAIN])
    await polls.open_poll(ctx, opening, ctx.now + ctx.settings(Settings).span, await people(ctx), poll)


async def rejected(ctx: GroupContext, pending: Pending) -> None:
    mine = Poll.filter(id=pending.payload["poll"], state="proposed")
    poll = await mine.first()
    if poll is not None and await mine.update(
        state="void", ended_at=ctx.now, reason=pending.reason or "没有通过"
    ):
        await ctx.say(texts.DECLINED_PROPOSAL, label=polls.label(poll), reason=pending.reason)


async def undecided(ctx: GroupContext, pending: Pending) -> None:
    mine = Poll.filter(id=pending.payload["poll"], state="proposed")
    poll = await mine.first()
    if poll is not None and await mine.update(state="void", ended_at=ctx.now, reason="没有人决定"):
        await ctx.say(texts.UNDECIDED, label=polls.label(poll))
