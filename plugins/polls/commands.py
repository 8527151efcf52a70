"""What `/投票` does: opening, voting, seeing, ending."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, Any

from lizheng import (
    CannotUndo,
    Context,
    Declined,
    Drawing,
    Duration,
    GroupContext,
    Line,
    Misread,
    Numbered,
    Role,
)
from lizheng.grammar import parse_label, parse_who
from lizheng.messages.templates import compose
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.parts.people import resolve
from lizheng.text import clip
from plugins.polls import jobs, polls, texts
from plugins.polls.models import Ballot, Poll, Second
from plugins.polls.picture import drawn
from plugins.polls.rules import (
    LONGEST,
    bars,
    checked_options,
    numbered,
    punishes,
    read_choices,
    read_deadline,
    read_opening,
    say_outcome,
    split_shown,
)
from plugins.polls.settings import Settings

Number = Annotated[int, Numbered("T", "投票号")]
OPENERS = {"成员": Role.MEMBER, "代管": Role.DEPUTY, "管理员": Role.ADMIN}
LIST = Page(texts.LIST, texts.EMPTY, "/投票")
AT_ONCE, WITHIN = 5, 60.0
"""So many votes a minute are answered one by one; the others are told together."""
NAMES_AT_ONCE, NAMES_PER_PAGE = 30, 100
LONGEST_REASON = 100


# — opening ———————————————————————————————————————————————————————————————————————————————


async def open_poll(ctx: Context, text: Annotated[str, "题 选项…"]) -> None:
    chosen = ctx.settings(Settings)
    if ctx.channel == "private":
        raise Declined(texts.IN_GROUP)
    needed = OPENERS[chosen.opener]
    if needed > Role.MEMBER and await ctx.confirmed_role(needed) < needed:
        raise Declined(texts.NOT_OPENER.format(role=chosen.opener, count=chosen.seconds))
    opening = read_opening(text)
    if punishes(opening.title, *opening.options):
        raise Declined(texts.NO_PUNISHMENT)
    closes_at = read_deadline(opening.until, ctx.now) if opening.until else ctx.now + chosen.span
    mine = await Poll.filter(group_id=ctx.group.id, author_id=ctx.author_id, state="open").order_by("number")
    if len(mine) >= chosen.at_once:
        raise Declined(texts.ONE_AT_A_TIME.format(labels="、".join(map(polls.label, mine))))
    await polls.open_poll(ctx, opening, closes_at, await meant(ctx, opening.who))


async def meant(ctx: Context, who: str) -> Collection[int]:
    """Who may vote, as of now. Raises `Declined` for nobody, `Misread` for what is no choice of people."""
    if not who:
        return await people(ctx)
    found = await resolve(ctx, parse_who(who))
    if not found:
        raise Declined(texts.NOBODY_MEANT.format(who=who))
    return found


async def people(ctx: GroupContext) -> list[int]:
    """Everybody who is in the group now, but for accounts of ours and other bots."""
    members = await ctx.members()
    return [one for one in members if not ctx.is_ours(one) and one not in ctx.group.bots]


# — voting ————————————————————————————————————————————————————————————————————————————————


async def vote(ctx: Context, words: Annotated[str, "T号 选哪项"]) -> None:
    poll, text = await which(ctx, words)
    if not text:
        await show_one(ctx, poll)
        return
    await cast(ctx, poll, text)


async def which(ctx: Context, words: str) -> tuple[Poll, str]:
    """The poll that words begin with, or the only one there is, and what stands behind. Raises `Declined`."""
    first, _, rest = words.strip().partition(" ")
    try:
        return await polls.find(ctx, parse_label(first, "T", bare=bool(rest.strip()))), rest.strip()
    except Misread:
        pass
    current = await polls.current(ctx)
    if len(current) == 1:
        return current[0], words.strip()
    if not current:
        raise Declined(texts.NONE_OPEN)
    labels = "、".join(map(polls.label, current[: polls.SHOWN_KNOWN]))
    raise Declined(texts.WHICH.format(labels=labels, first=polls.label(current[0])))


def by(ctx: Context) -> polls.By:
    """Who sent this message, when."""
    return polls.By(ctx.author_id, ctx.at, ctx.source or "")


async def cast(ctx: Context, poll: Poll, text: str) -> None:
    """Count a vote and say so."""
    polls.refuse_closed(ctx, poll)
    if poll.secret:
        await _cast_secretly(ctx, poll, text)
        return
    done = await polls.vote(ctx, poll, read_choices(text, poll.options, poll.most), by(ctx))
    await answer(ctx, poll, done, ctx.author_id)


async def answer(ctx: GroupContext, poll: Poll, done: polls.Cast, user_id: int) -> None:
    """Say that a vote has come: each of the first, the others together."""
    template = texts.CHANGED if done.changed else texts.GOT
    is_late = isinstance(ctx, Context) and ctx.is_late  # then all are told in one message anyway
    if (
        ctx.answers_to
        or is_late
        or any(ctx.now_and_then(f"{poll.id}:{turn}", WITHIN) for turn in range(AT_ONCE))
    ):
        await ctx.names_of([user_id])
        about = ("poll", poll.number)
        await ctx.say(template, who=ctx.who(user_id), count=done.count, about=about)
    else:
        await ctx.gather("votes", {"poll": poll.number})


async def tell_votes(ctx: GroupContext, items: list[dict[str, Any]]) -> None:
    """Say how many votes have come meanwhile."""
    for number in dict.fromkeys(item["poll"] for item in items):
        poll = await Poll.get_or_none(group_id=ctx.group.id, number=number, state="open")
        if poll is not None:
            new = sum(item["poll"] == number for item in items)
            count = await polls.turnout(poll)
            await ctx.say(texts.GOT_MORE, label=polls.label(poll), new=new, count=count, key=f"more/{number}")


async def _cast_secretly(ctx: Context, poll: Poll, text: str) -> None:
    name = polls.label(poll)
    if ctx.channel != "private":
        raise Declined(texts.SECRET_IN_PRIVATE.format(label=name))
    choices = read_choices(text, poll.options, poll.most, secret=True)
    done = await polls.vote_secretly(ctx, poll, choices, by(ctx))
    template = texts.SECRET_CHANGED if done.changed else texts.SECRET_GOT
    await ctx.say(template, label=name, count=done.count)


async def withdraw(ctx: Context, number: Number) -> None:
    poll = await polls.find(ctx, number)
    polls.refuse_closed(ctx, poll)
    count = await polls.withdraw(ctx, poll, by(ctx))
    await ctx.say(texts.WITHDRAWN, label=polls.label(poll), count=count)


# — seeing ————————————————————————————————————————————————————————————————————————————————


async def show(ctx: Context) -> None:
    current = await polls.current(ctx, "open", "proposed")
    if len(current) == 1:
        await show_one(ctx, current[0])
    else:
        await _list(ctx, current, FIRST)


async def see(ctx: Context, number: Number) -> None:
    await show_one(ctx, await polls.find(ctx, number))


async def _list(ctx: Context, current: list[Poll], page: PageNumber) -> None:
    counts = {poll.id: await polls.turnout(poll) for poll in current if poll.state == "open"}
    seconds = {poll.id: await Second.filter(poll_id=poll.id).count() for poll in current}

    def line(poll: Poll) -> str:
        values = {"label": polls.label(poll), "title": polls.shown_title(poll)}
        if poll.state == "proposed":
            return texts.LINE_PROPOSAL.format(**values, count=seconds[poll.id])
        return texts.LINE.format(**values, until=polls.until(ctx, poll), count=counts[poll.id])

    await LIST.say(ctx, current, line, page)


async def pages(ctx: Context, page: PageNumber = FIRST) -> None:
    await _list(ctx, await polls.current(ctx, "open", "proposed"), page)


async def show_one(ctx: Context, poll: Poll) -> None:
    """Say how a poll stands; of a hidden or secret one that is open only how many have voted."""
    values: dict[str, Any] = {"label": polls.label(poll), "title": poll.title, "about": ("poll", poll.number)}
    if poll.state == "void":
        await ctx.say(texts.SHOWN_VOID, **values, reason=poll.reason)
    elif poll.state == "proposed":
        count = await Second.filter(poll_id=poll.id).count()
        await ctx.say(texts.SHOWN_PROPOSAL, **values, count=count, needed=ctx.settings(Settings).seconds)
    elif poll.state == "closed":
        outcome = say_outcome(await polls.tally(poll), secret=poll.secret)
        await ctx.say(texts.SHOWN_OVER, **values, outcome=outcome, picture=await _picture(poll))
    else:
        found = await polls.tally(poll)
        by_reaction = Ballot.filter(poll_id=poll.id, source__startswith="ReactionChanged:")
        note = texts.BY_REACTION.format(label=polls.label(poll)) if await by_reaction.exists() else ""
        await ctx.say(
            texts.SHOWN,
            **values,
            until=polls.until(ctx, poll),
            flags=polls.flags(poll),
            options=numbered(poll.options) if poll.hidden or poll.secret else bars(found),
            count=found.voted,
            voters=found.voters,
            how=polls.how(poll),
            note=note,
            picture="" if poll.hidden or poll.secret else await _picture(poll),
        )


async def _picture(poll: Poll) -> Drawing | str:
    found = await polls.tally(poll)
    return await drawn(poll.title, found) if split_shown(poll.secret, found.voted) else ""


async def names(ctx: Context, number: Number) -> None:
    """Who chose what, where everybody may know."""
    poll = await polls.find(ctx, number)
    name = polls.label(poll)
    if poll.secret:
        raise Declined(texts.NAMES_SECRET.format(label=name))
    if poll.hidden and poll.state == "open":
        raise Declined(texts.NAMES_HIDDEN.format(label=name))
    ballots = await Ballot.filter(poll_id=poll.id).order_by("at")
    if not ballots:
        raise Declined(texts.NAMES_NONE.format(label=name))
    many = len(ballots) > NAMES_AT_ONCE
    if not many:
        await ctx.names_of([ballot.user_id for ballot in ballots])
    leaves: list[tuple[str, list[Any]]] = []
    for place, option in enumerate(poll.options):
        who = [ballot.user_id for ballot in ballots if place in ballot.choices]
        title = texts.NAMES_TITLE.format(option=clip(option, 12), count=len(who))
        for first in range(0, len(who) or 1, NAMES_PER_PAGE):
            page = who[first : first + NAMES_PER_PAGE]
            # Telling apart who is called alike costs a look at everybody for each name.
            said = ctx.names(page) if many else "、".join(map(ctx.who, page))
            leaves.append((title, compose("{names}", {"names": said or "没有人"})))
    if many:
        await ctx.forward(leaves)
        return
    lines = "\n".join(f"{title}：{said[0]['data']['text']}" for title, said in leaves)
    await ctx.say(texts.NAMES, label=name, lines=lines)


# — changing and ending ————————————————————————————————————————————————————————————————————


async def require_owner(ctx: Context, author_id: int) -> None:
    """Raises `Declined` unless it is the author's or an admin asks."""
    if ctx.author_id != author_id and await ctx.confirmed_role(Role.ADMIN) < Role.ADMIN:
        raise Declined(texts.NOT_YOURS)


async def _open(ctx: Context, number: int) -> Poll:
    poll = await polls.find(ctx, number)
    await require_owner(ctx, poll.author_id)
    polls.refuse_closed(ctx, poll)
    return poll


async def add_options(ctx: Context, number: Number, text: Annotated[str, "选项…"]) -> None:
    poll = await _open(ctx, number)
    if await polls.turnout(poll) and await ctx.confirmed_role(Role.ADMIN) < Role.ADMIN:
        raise Declined(texts.ADD_AFTER_VOTE)
    added = [
        part for part in re.split(r"[|｜\n]" if re.search(r"[|｜\n]", text) else r"\s+", text) if part.strip()
    ]
    options = checked_options(added, poll.options)
    if punishes(*options):
        raise Declined(texts.NO_PUNISHMENT)
    if not await polls.add_options(poll, options):
        raise Declined(texts.JUST_DONE.format(label=polls.label(poll)))
    shown = numbered(options).split("\u3000")[len(poll.options) :]
    await ctx.say(
        texts.ADDED, label=polls.label(poll), added="\u3000".join(shown), about=("poll", poll.number)
    )


async def end(ctx: Context, number: Number) -> None:
    poll = await _open(ctx, number)
    if not await jobs.end(ctx, poll):
        raise Declined(texts.JUST_DONE.format(label=polls.label(poll)))


async def extend(ctx: Context, number: Number, span: Duration) -> None:
    poll = await _open(ctx, number)
    closes_at = poll.closes_at + span
    if closes_at - poll.opened_at > LONGEST:
        raise Declined(f"最长 {LONGEST.days} 天。")
    if not await polls.move_end(ctx, poll, closes_at):
        raise Declined(texts.JUST_DONE.format(label=polls.label(poll)))
    await ctx.say(texts.EXTENDED, label=polls.label(poll), until=polls.until(ctx, poll))


async def void(
    ctx: Context, number: Number, reason: Annotated[str, Line(most=LONGEST_REASON, what="理由")]
) -> None:
    poll = await polls.find(ctx, number)
    await require_owner(ctx, poll.author_id)
    if poll.state != "proposed":
        polls.refuse_closed(ctx, poll)
    mine = Poll.filter(id=poll.id, state=poll.state)
    if not await mine.update(state="void", ended_at=ctx.now, reason=reason):
        raise Declined(texts.JUST_DONE.format(label=polls.label(poll)))
    name = polls.label(poll)
    undo = {"name": "void", "poll": poll.id, "state": poll.state}
    record = await ctx.note("void", texts.VOID_NOTE.format(label=name), undo=undo, key=f"void/{poll.number}")
    await ctx.say(texts.VOIDED, label=name, reason=reason, record=record.number)


async def undo_void(ctx: Context, undo: dict[str, Any]) -> None:
    poll = await Poll.get_or_none(id=undo["poll"], group_id=ctx.group.id)
    if poll is None or poll.state != "void" or poll.closes_at <= ctx.now:
        raise CannotUndo(texts.TOO_LATE_TO_UNVOID)
    await Poll.filter(id=poll.id, state="void").update(state=undo["state"], ended_at=None, reason="")
    await poll.refresh_from_db()
    if poll.state == "open":
        await polls.plan(ctx, poll)
    await ctx.say(texts.UNVOIDED, label=polls.label(poll), until=polls.until(ctx, poll))
