"""Polls as they stand in the database: opened, voted in, closed. Every change is one conditional update."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import F

from lizheng import Declined, GroupContext, InMemory, atomic, next_number
from lizheng.parts.labels import missing
from lizheng.text import clip
from plugins.polls import texts
from plugins.polls.models import Ballot, Poll, Second, SecretBallot, Voter
from plugins.polls.rules import HALF, Opening, Tally, count, numbered
from plugins.polls.settings import Settings

CLOSE, REMIND = "close", "remind"
GRACE = timedelta(seconds=5)
"""A vote of the last second may take so long to reach us."""
CHUNK = 200
SHOWN_KNOWN = 6
LETTER = "T"


class Keys:
    """What makes the veils of secret votes, one key a poll: it lives in memory alone, so that no file can be asked."""

    def __init__(self) -> None:
        self._keys: dict[int, bytes] = {}

    def veil(self, poll_id: int, user_id: int) -> str:
        """Name a voter so that nobody else can."""
        key = self._keys.setdefault(poll_id, secrets.token_bytes(32))
        return hmac.new(key, str(user_id).encode(), hashlib.sha256).hexdigest()

    def forget(self, poll_id: int) -> None:
        """Nobody can change a vote any more."""
        self._keys.pop(poll_id, None)


KEYS = InMemory(Keys)


@dataclass(frozen=True)
class By:
    """Who does something with their vote, as of when, and by what."""

    user_id: int
    at: datetime
    source: str


@dataclass(frozen=True)
class Cast:
    """What a vote did: `changed` where there was one before, `count` people who have voted by now."""

    changed: bool
    count: int


def label(poll: Poll) -> str:
    """`T3`."""
    return f"{LETTER}{poll.number}"


def flags(poll: Poll) -> str:
    """What is special about it, after its deadline."""
    said = texts.SECRET_FLAG if poll.secret else ""
    said += texts.WHO_FLAG.format(who=poll.who) if poll.who else ""
    said += texts.HIDDEN_FLAG if poll.hidden and not poll.secret else ""
    if poll.quorum == HALF:
        return said + texts.HALF_FLAG
    return said + (texts.QUORUM_FLAG.format(count=poll.quorum) if poll.quorum else "")


def how(poll: Poll) -> str:
    """How one votes."""
    if poll.secret:
        return texts.HOW_SECRET.format(label=label(poll))
    if poll.most > 1:
        return texts.HOW_SEVERAL.format(label=label(poll), most=poll.most)
    return texts.HOW.format(label=label(poll))


def until(ctx: GroupContext, poll: Poll) -> str:
    """When it ends, in a few characters."""
    return say_time(ctx, poll.closes_at)


def say_time(ctx: GroupContext, moment: datetime) -> str:
    """An hour today or tomorrow, else a date with it."""
    local, today = ctx.local(moment), ctx.now.date()
    days = (local.date() - today).days
    day = {0: "今天", 1: "明天"}.get(days, f"{local:%m-%d}")
    return f"{day} {local:%H:%M}"


@atomic
async def open_poll(
    ctx: GroupContext,
    opening: Opening,
    closes_at: datetime,
    people: Collection[int],
    poll: Poll | None = None,
) -> Poll:
    """Write it down with everybody who may vote, plan its end, and show it. A proposal becomes a poll."""
    now, group = ctx.now, ctx.group.id
    if poll is None:
        poll = Poll(group_id=group, number=await next_number(group, "poll"), author_id=ctx.author_id)
        poll.source = ctx.source or f"poll:{group}:{poll.number}"
    poll.title, poll.options, poll.most = opening.title, opening.options, opening.most
    poll.secret, poll.hidden, poll.quorum = opening.secret, opening.hidden, opening.quorum
    poll.who = opening.who
    poll.state, poll.opened_at, poll.seen_from, poll.closes_at = "open", now, now, closes_at
    await poll.save()
    in_order = sorted(people)
    for first in range(0, len(in_order), CHUNK):
        chunk = in_order[first : first + CHUNK]
        await Voter.bulk_create(
            [Voter(poll_id=poll.id, group_id=group, user_id=one, ends_at=closes_at) for one in chunk]
        )
    await plan(ctx, poll)
    await ctx.call_opened("poll", label(poll), len(people), at=now)
    await ctx.say(
        texts.OPENED,
        about=("poll", poll.number),
        label=label(poll),
        title=poll.title,
        until=until(ctx, poll),
        flags=flags(poll),
        options=numbered(poll.options),
        how=how(poll),
    )
    return poll


async def plan(ctx: GroupContext, poll: Poll) -> None:
    """Have it closed when it ends, and the group reminded before."""
    await ctx.plan(CLOSE, poll.closes_at + GRACE, key=str(poll.number), replace=True)
    ahead = ctx.settings(Settings).remind
    at = poll.closes_at - ahead
    if ahead and at > max(ctx.now, poll.opened_at + ahead / 2):
        await ctx.plan(REMIND, at, key=str(poll.number), replace=True)
    else:
        await ctx.unplan(REMIND, key=str(poll.number))


async def find(ctx: GroupContext, number: int) -> Poll:
    """The poll of a number. Raises `Declined` with the numbers that there are."""
    poll = await Poll.get_or_none(group_id=ctx.group.id, number=number)
    if poll is None:
        raise missing(LETTER, number, [one.number for one in await current(ctx, "open", "proposed")])
    return poll


async def current(ctx: GroupContext, *states: str) -> list[Poll]:
    """The polls of this group that are open, or of these states, the oldest first."""
    return await Poll.filter(group_id=ctx.group.id, state__in=states or ("open",)).order_by("number")


def refuse_closed(ctx: GroupContext, poll: Poll) -> None:
    """Raises `Declined` for a poll that nobody can vote in any more, or yet."""
    name = label(poll)
    if poll.state == "void":
        raise Declined(texts.IS_VOID.format(label=name))
    if poll.state == "proposed":
        raise Declined(texts.IS_PROPOSAL.format(label=name))
    if poll.state == "closed":
        raise Declined(texts.ENDED.format(label=name, when=say_time(ctx, poll.ended_at or poll.closes_at)))


async def _enter(ctx: GroupContext, poll: Poll, by: By) -> Voter:
    """Have this vote wait for others and for the closing; who votes. Raises `Declined` where they may not."""
    if poll.state == "open" and by.at > poll.closes_at:
        raise Declined(texts.ENDED.format(label=label(poll), when=say_time(ctx, poll.closes_at)))
    if not await Poll.filter(id=poll.id, state="open").update(changes=F("changes") + 1):
        await poll.refresh_from_db()
        refuse_closed(ctx, poll)
    voter = await Voter.get_or_none(poll_id=poll.id, user_id=by.user_id)
    if voter is None and poll.who:
        raise Declined(texts.NOT_MEANT.format(label=label(poll), who=poll.who))
    if voter is None and not ctx.settings(Settings).newcomers:
        raise Declined(texts.CAME_LATER.format(label=label(poll)))
    if voter is None:
        row = {"group_id": poll.group_id, "user_id": by.user_id, "ends_at": poll.closes_at}
        voter = await Voter.create(poll_id=poll.id, **row)
    return voter


@atomic
async def vote(ctx: GroupContext, poll: Poll, choices: list[int], by: By) -> Cast:
    """Count a vote that anybody may know of; the one sent last counts. Raises `Declined`."""
    voter = await _enter(ctx, poll, by)
    new = {"choices": choices, "at": by.at, "source": by.source}
    if voter.voted:
        await Ballot.filter(poll_id=poll.id, user_id=by.user_id, at__lte=by.at).update(**new)
    else:
        whose = {"poll_id": poll.id, "group_id": poll.group_id, "user_id": by.user_id}
        await Ballot.create(**whose, **new, ends_at=poll.closes_at)
        await Voter.filter(id=voter.id).update(voted=True)
    return Cast(voter.voted, await turnout(poll))


@atomic
async def vote_secretly(ctx: GroupContext, poll: Poll, choices: list[int], by: By) -> Cast:
    """Count a vote so that nothing stored tells whose it is. Raises `Declined`."""
    voter = await _enter(ctx, poll, by)
    veil = KEYS.of(ctx).veil(poll.id, by.user_id)
    await _shuffle(poll, veil, choices, known=voter.voted)
    if not voter.voted:
        await Voter.filter(id=voter.id).update(voted=True)
    return Cast(voter.voted, await turnout(poll))


async def _shuffle(poll: Poll, veil: str, choices: list[int] | None, *, known: bool) -> None:
    """Write all votes anew in an order that means nothing, with this one put, changed or taken out."""
    kept = {row.veil: row.choices for row in await SecretBallot.filter(poll_id=poll.id)}
    if known and veil not in kept:
        raise Declined(texts.SECRET_LOST.format(label=label(poll)))
    kept.pop(veil, None)
    if choices is not None:
        kept[veil] = choices
    await SecretBallot.filter(poll_id=poll.id).delete()
    rows = [
        SecretBallot(
            id=secrets.randbits(62) + 1, poll_id=poll.id, veil=one, choices=chosen, ends_at=poll.closes_at
        )
        for one, chosen in kept.items()
    ]
    secrets.SystemRandom().shuffle(rows)
    for first in range(0, len(rows), CHUNK):
        await SecretBallot.bulk_create(rows[first : first + CHUNK])


@atomic
async def withdraw(ctx: GroupContext, poll: Poll, by: By) -> int:
    """Take a vote back; how many are left. Raises `Declined`."""
    voter = await _enter(ctx, poll, by)
    if not voter.voted:
        raise Declined(texts.NOT_VOTED.format(label=label(poll)))
    if poll.secret:
        await _shuffle(poll, KEYS.of(ctx).veil(poll.id, by.user_id), None, known=True)
    else:
        await Ballot.filter(poll_id=poll.id, user_id=by.user_id).delete()
    await Voter.filter(id=voter.id).update(voted=False)
    return await turnout(poll)


async def turnout(poll: Poll) -> int:
    """How many have voted."""
    return await Voter.filter(poll_id=poll.id, voted=True).count()


async def voted_by(poll: Poll) -> list[int]:
    """Who has voted, in the order of their numbers."""
    rows = Voter.filter(poll_id=poll.id, voted=True).order_by("user_id")
    return [row.user_id for row in await rows]


async def voters(poll: Poll) -> int:
    """How many may vote by now."""
    return await Voter.filter(poll_id=poll.id).count()


async def tally(poll: Poll) -> Tally:
    """The sums by now, or once it is closed, those it was closed with."""
    if poll.result is not None:
        stored = poll.result
        return Tally(poll.options, stored["counts"], stored["voted"], stored["voters"], poll.quorum)
    ballots = SecretBallot if poll.secret else Ballot
    chosen = await ballots.filter(poll_id=poll.id).values_list("choices", flat=True)
    counts = count(poll.options, [one for one in chosen if isinstance(one, list)])
    return Tally(poll.options, counts, await turnout(poll), await voters(poll), poll.quorum)


@atomic
async def close(ctx: GroupContext, poll: Poll) -> Tally | None:
    """Close it once; None where somebody has."""
    now = ctx.now
    if not await Poll.filter(id=poll.id, state="open").update(state="closed", ended_at=now):
        return None
    found = await tally(poll)
    shown = {"counts": [*found.counts], "voted": found.voted, "voters": found.voters}
    await Poll.filter(id=poll.id).update(result=shown)
    await end_rows(poll, now)
    # At one moment and in the order of their numbers: who voted when is nobody's business.
    for user_id in await voted_by(poll):
        await ctx.call_joined(label(poll), user_id, at=now)
    await ctx.call_closed(label(poll))
    KEYS.of(ctx).forget(poll.id)
    return found


async def end_rows(poll: Poll, at: datetime) -> None:
    """Have what it keeps of people go so long after this time."""
    for model in (Voter, Ballot, SecretBallot):
        await model.filter(poll_id=poll.id).update(ends_at=at)


@atomic
async def move_end(
    ctx: GroupContext, poll: Poll, closes_at: datetime, *, seen_from: datetime | None = None
) -> bool:
    """Give an open poll another end; False where it is closed by now."""
    values = {"closes_at": closes_at, **({"seen_from": seen_from} if seen_from else {})}
    if not await Poll.filter(id=poll.id, state="open", closes_at=poll.closes_at).update(**values):
        return False
    poll.closes_at = closes_at
    await end_rows(poll, closes_at)
    await plan(ctx, poll)
    return True


@atomic
async def add_options(poll: Poll, options: list[str]) -> bool:
    """Put options behind those there are; False where it has changed meanwhile."""
    changed = Poll.filter(id=poll.id, state="open", changes=poll.changes)
    return bool(await changed.update(options=options, changes=F("changes") + 1))


@atomic
async def left(group_id: int, user_id: int) -> None:
    """Somebody has left: what they chose in open polls does not count, where it can be told whose it is."""
    polls = await Poll.filter(group_id=group_id, state="open")
    plain = [poll.id for poll in polls if not poll.secret]
    await Ballot.filter(poll_id__in=plain, user_id=user_id).delete()
    await Voter.filter(poll_id__in=plain, user_id=user_id).delete()
    unvoted = Voter.filter(
        poll_id__in=[poll.id for poll in polls if poll.secret], user_id=user_id, voted=False
    )
    await unvoted.delete()
    await Second.filter(group_id=group_id, user_id=user_id).delete()


def shown_title(poll: Poll) -> str:
    """A title in a line of a list."""
    return clip(poll.title, 20)
