"""What is done with seasons and cycles: begin, close, deal, judge, pause, end. Every step is one conditional update."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lizheng import Declined, Dimension, GroupContext, atomic, next_number
from lizheng.grammar import say_duration, say_money
from lizheng.ledger import books, desk, orders
from lizheng.ledger.tables import Order
from plugins.homework import rules, texts
from plugins.homework.models import Cycle, Duty, Leave, Participant, Piece, Result, Review, Season
from plugins.homework.rules import GRACE, OWES, Doing, Given, Outcome
from plugins.homework.settings import Settings

REMIND, DUE, JUDGE, DUN, UNPAID, RESUME = "remind", "due", "judge", "dun", "unpaid", "resume"
ASK, PUT_OUT = "judge", "put_out"
AHEAD = (timedelta(hours=24), timedelta(hours=3))
ACTIVE = ("running", "paused", "frozen")
MOST_NAMED = 15
PER_PAGE = 50


# — looking ————————————————————————————————————————————————————————————————————————————————


async def season_of(ctx: GroupContext) -> Season:
    """The season that runs or is paused. Raises `Declined` without one."""
    season = await Season.filter(group_id=ctx.group.id, state__in=ACTIVE).order_by("-number").first()
    if season is None:
        raise Declined(texts.NO_SEASON)
    return season


async def open_cycle(season: Season) -> Cycle | None:
    return await Cycle.filter(season_id=season.id, state="open").order_by("-number").first()


async def cycle_of(season: Season, number: int | None) -> Cycle:
    """The cycle of a number, without one the newest. Raises `Declined` for one that is not there."""
    newest = await Cycle.filter(season_id=season.id).order_by("-number").first()
    assert newest is not None
    if number is None or number == newest.number:
        return newest
    if found := await Cycle.get_or_none(season_id=season.id, number=number):
        return found
    raise Declined(texts.NO_SUCH_CYCLE.format(n=number, now=newest.number))


async def on_roster(cycle: Cycle) -> list[int]:
    """Who is bound by this cycle now."""
    bound = Participant.filter(season_id=cycle.season_id, state="in", since__lte=cycle.number)
    return [person.user_id for person in await bound.order_by("id")]


async def handed_in(cycle: Cycle) -> dict[int, Piece]:
    """Pieces that count, by author, in the order in which they came."""
    return {piece.user_id: piece for piece in await Piece.filter(cycle_id=cycle.id).order_by("id")}


async def tally(cycle: Cycle) -> tuple[int, int]:
    """How many handed in, of how many."""
    bound, pieces = await on_roster(cycle), await handed_in(cycle)
    return len(pieces), len(set(bound) | set(pieces))


async def credit_of(cycle: Cycle, user_id: int) -> tuple[int, int]:
    """How many reviews a member has done and owes in a cycle."""
    duties = {duty.author_id for duty in await Duty.filter(cycle_id=cycle.id, user_id=user_id)}
    owed = cycle.rules["reviews"] if cycle.state == "open" else len(duties)
    mine = await Review.filter(cycle_id=cycle.id, user_id=user_id, counts=True)
    given = [Given(review.author_id, review.early) for review in mine]
    return rules.credit(given, duties, owed), owed


async def is_excused(season: Season, cycle: Cycle, user_id: int) -> bool:
    """Whether somebody has taken leave of a cycle."""
    return await Leave.filter(season_id=season.id, cycle=cycle.number, user_id=user_id).exists()


def say_end(ctx: GroupContext, at: datetime) -> str:
    """A deadline as people say it: the end of a day is its 24:00."""
    local = ctx.local(at)
    if local.hour == local.minute == 0:
        local -= timedelta(minutes=1)
        return f"{local.month} 月 {local.day} 日 24:00"
    return f"{local.month} 月 {local.day} 日 {local:%H:%M}"


def say_subject(cycle: Cycle) -> str:
    if not cycle.subject:
        return ""
    return (texts.SUBJECT_MUST if cycle.must else texts.SUBJECT).format(subject=cycle.subject)


# — beginning ——————————————————————————————————————————————————————————————————————————————


def snapshot(ctx: GroupContext) -> dict[str, Any]:
    """The rules as they are set now, for a cycle to keep."""
    chosen = ctx.settings(Settings)
    return {
        "fine": int(chosen.fine),
        "review_fine": int(chosen.review_fine),
        "account": "income" if chosen.account == "公账" else "shared",
        "reviews": chosen.reviews,
        "least": chosen.least,
        "least_review": chosen.least_review,
        "buffer": chosen.buffer.total_seconds(),
    }


@atomic
async def begin(ctx: GroupContext, title: str, days: int, due: datetime, cycles: int) -> Cycle:
    """Open a season and its first cycle. Raises `Declined` while another one runs."""
    running = await Season.filter(group_id=ctx.group.id, state__in=ACTIVE).first()
    if running is not None:
        raise Declined(texts.RUNNING.format(title=running.title))
    season = await Season.create(
        group_id=ctx.group.id,
        number=await next_number(ctx.group.id, "homework"),
        title=title,
        days=days,
        cycles=cycles,
        created_by=ctx.author_id,
        created_at=ctx.now,
    )
    return await _open(ctx, season, 1, ctx.now, due)


async def _open(ctx: GroupContext, season: Season, number: int, opens: datetime, due: datetime) -> Cycle:
    values = {"group_id": ctx.group.id, "opens_at": opens, "due_at": due, "rules": snapshot(ctx)}
    cycle, _ = await Cycle.get_or_create(values, season_id=season.id, number=number)
    await ctx.call_opened("homework", call_of(cycle), max(1, len(await on_roster(cycle))), at=opens)
    await plan(ctx, cycle)
    return cycle


def call_of(cycle: Cycle) -> str:
    """The key under which members are called to hand in."""
    return f"cycle/{cycle.id}"


async def plan(ctx: GroupContext, cycle: Cycle, *, replace: bool = False) -> None:
    """Have done what is due in a cycle, at its times as they are now."""
    payload = {"cycle": cycle.id}
    if cycle.state == "open":
        for ahead in AHEAD:
            if (at := cycle.due_at - ahead) > ctx.now:
                key = f"{cycle.id}/{ahead // timedelta(hours=1)}"
                await ctx.plan(REMIND, at, key=key, payload=payload, replace=replace)
        await ctx.plan(DUE, cycle.due_at + GRACE, key=str(cycle.id), payload=payload, replace=replace)
    elif cycle.state == "reviewing" and cycle.review_until is not None:
        await ctx.plan(JUDGE, cycle.review_until + GRACE, key=str(cycle.id), payload=payload, replace=replace)


@atomic
async def refresh(ctx: GroupContext) -> bool:
    """Take changed rules over into the running cycle; False when somebody has handed in, and they hold from the next."""
    season = await Season.filter(group_id=ctx.group.id, state__in=ACTIVE).order_by("-number").first()
    cycle = await open_cycle(season) if season is not None else None
    if cycle is None:
        return True
    if await Piece.filter(cycle_id=cycle.id).exists():
        return False
    await Cycle.filter(id=cycle.id, state="open").update(rules=snapshot(ctx))
    return True


# — the deadline ———————————————————————————————————————————————————————————————————————————


@atomic
async def close(ctx: GroupContext, season: Season, cycle: Cycle) -> None:
    """At the deadline: deal the reviews, open the next cycle, tell both. Once."""
    until = cycle.due_at + rules.REVIEWING
    closed = Cycle.filter(id=cycle.id, state="open")
    if not await closed.update(state="reviewing", review_until=until):
        return
    cycle.state, cycle.review_until = "reviewing", until
    await ctx.call_closed(call_of(cycle))
    pieces = await handed_in(cycle)
    bound = set(await on_roster(cycle))
    done, count = len(pieces), len(bound | set(pieces))
    absent = {leave.user_id for leave in await Leave.filter(season_id=season.id, cycle=cycle.number)}
    authors = [user for user in pieces if user in bound and user not in absent]
    past = await _pairs_before(season, cycle)
    recent = {pair for pairs in past[-2:] for pair in pairs}
    dealt = rules.deal(authors, cycle.rules["reviews"], str(cycle.id), recent, rules.mutual_always(past))
    await Duty.bulk_create(
        [
            Duty(
                group_id=ctx.group.id,
                season_id=season.id,
                cycle_id=cycle.id,
                user_id=user,
                author_id=author,
                at=ctx.now,
            )
            for user, whom in dealt.items()
            for author in whom
        ]
    )
    await plan(ctx, cycle)
    following = ""
    if cycle.number < season.cycles:
        due = rules.next_due(cycle.due_at, season.days, ctx.now)
        coming = await _open(ctx, season, cycle.number + 1, cycle.due_at, due)
        following = texts.NEXT.format(
            n=coming.number, due=say_end(ctx, coming.due_at), subject=say_subject(coming)
        )
    owes_reviews = any(dealt.values())
    await ctx.announce(
        f"closed/{cycle.id}",
        texts.CLOSED,
        title=season.title,
        n=cycle.number,
        all=count,
        done=done,
        review=texts.REVIEW_UNTIL.format(until=say_end(ctx, until)) if owes_reviews else "",
        next=following,
    )


async def _pairs_before(season: Season, cycle: Cycle) -> list[set[rules.Pair]]:
    """Who was dealt whose piece in the last three cycles, oldest first."""
    found: list[set[rules.Pair]] = []
    earlier = Cycle.filter(season_id=season.id, number__lt=cycle.number, number__gte=cycle.number - 3)
    for one in await earlier.order_by("number"):
        found.append({(duty.user_id, duty.author_id) for duty in await Duty.filter(cycle_id=one.id)})
    return found


@atomic
async def withdraw(ctx: GroupContext, season: Season, user_id: int, state: str = "out") -> bool:
    """Take somebody off the roster: their duties are free, whoever was to review them gets another piece once."""
    gone = Participant.filter(season_id=season.id, user_id=user_id, state="in")
    if not await gone.update(state=state, left_at=ctx.now):
        return False
    for cycle in await Cycle.filter(season_id=season.id, state="reviewing"):
        reviewed = {(one.user_id, one.author_id) for one in await Review.filter(cycle_id=cycle.id)}
        duties = await Duty.filter(cycle_id=cycle.id)
        pairs = {(duty.user_id, duty.author_id) for duty in duties}
        lost = [
            duty
            for duty in duties
            if user_id in (duty.user_id, duty.author_id) and (duty.user_id, duty.author_id) not in reviewed
        ]
        first = {duty.user_id for duty in lost if duty.author_id == user_id and not duty.again}
        bound = set(await on_roster(cycle))
        authors = [author for author in await handed_in(cycle) if author in bound]
        for reviewer, author in rules.deal_again(user_id, pairs, authors):
            if reviewer in first and reviewer in bound:
                more = {"group_id": ctx.group.id, "season_id": season.id, "again": True, "at": ctx.now}
                await Duty.get_or_create(more, cycle_id=cycle.id, user_id=reviewer, author_id=author)
        await Duty.filter(id__in=[0, *(duty.id for duty in lost)]).delete()
    return True


# — judging ————————————————————————————————————————————————————————————————————————————————


@dataclass(frozen=True)
class Reckoned:
    """How everybody ended a cycle, by user id, as far as is known now."""

    outcomes: Mapping[int, Outcome]

    def those(self, *outcomes: Outcome) -> list[int]:
        return [user for user, outcome in self.outcomes.items() if outcome in outcomes]


async def reckon(season: Season, cycle: Cycle) -> Reckoned:
    pieces = await handed_in(cycle)
    people = await Participant.filter(season_id=season.id, since__lte=cycle.number).order_by("id")
    excused = {leave.user_id for leave in await Leave.filter(season_id=season.id, cycle=cycle.number)}
    duties: dict[int, set[int]] = {}
    for duty in await Duty.filter(cycle_id=cycle.id):
        duties.setdefault(duty.user_id, set()).add(duty.author_id)
    given: dict[int, list[Given]] = {}
    for review in await Review.filter(cycle_id=cycle.id, counts=True):
        given.setdefault(review.user_id, []).append(Given(review.author_id, review.early))
    outcomes: dict[int, Outcome] = {}
    buffer = timedelta(seconds=cycle.rules["buffer"])
    for person in people:
        user, mine = person.user_id, duties.get(person.user_id, set())
        piece = pieces.get(user)
        doing = Doing(
            user,
            piece.at if piece is not None and piece.state != "waiting" else None,
            excused=user in excused or (piece is not None and piece.state == "waiting"),
            left=person.state != "in" and (person.left_at is None or person.left_at <= cycle.due_at),
            owed=0 if person.state != "in" else len(mine),
            credit=rules.credit(given.get(user, []), mine, len(mine)),
        )
        if piece is not None or person.state == "in" or (person.left_at or cycle.due_at) >= cycle.opens_at:
            outcomes[user] = rules.judge(doing, cycle.due_at, buffer)
    return Reckoned(outcomes)


async def judge(ctx: GroupContext, cycle: Cycle, *, spare: bool = False) -> None:
    """Settle a cycle once: results, fines in one message, who is out. With `spare` nobody owes anything."""
    season = await Season.get(id=cycle.season_id)
    found = await reckon(season, cycle)
    await ctx.names_of(found.outcomes)
    await _judge(ctx, season, cycle, found, spare)


@atomic
async def _judge(ctx: GroupContext, season: Season, cycle: Cycle, found: Reckoned, spare: bool) -> None:
    judged = Cycle.filter(id=cycle.id, state__in=("reviewing", "asking"))
    if not await judged.update(state="judged"):
        return
    missed = found.those(Outcome.MISSED)
    outcomes = {
        user: Outcome.EXCUSED if spare and outcome in OWES else outcome
        for user, outcome in found.outcomes.items()
    }
    placed = {} if spare else await _fine(ctx, cycle, outcomes)
    await Result.bulk_create(
        [
            Result(
                group_id=ctx.group.id,
                season_id=season.id,
                cycle_id=cycle.id,
                cycle=cycle.number,
                user_id=user,
                outcome=outcome.value,
                order=placed[user].number if user in placed else 0,
                at=ctx.now,
            )
            for user, outcome in outcomes.items()
        ]
    )
    for user, outcome in outcomes.items():
        if outcome in (Outcome.DONE, Outcome.LATE):
            key = f"done/{cycle.id}/{user}"
            await ctx.deed(user, "homework.done", key=key, dimension=Dimension.CASES)
    out = await put_off(ctx, season, [user for user, outcome in outcomes.items() if outcome in OWES])
    if spare:
        await ctx.say(texts.SPARED, n=cycle.number, count=len(missed))
    else:
        await _tell(ctx, cycle, outcomes, placed, _say_out(ctx, out))
    await _then(ctx, out)
    if cycle.number >= season.cycles and season.state != "ended":
        await end(ctx, season)


async def _fine(ctx: GroupContext, cycle: Cycle, outcomes: Mapping[int, Outcome]) -> dict[int, Order]:
    prices = {Outcome.MISSED: cycle.rules["fine"], Outcome.NO_REVIEW: cycle.rules["review_fine"]}
    owing = [user for user, outcome in outcomes.items() if prices.get(outcome)]
    if not owing or books.are_closed(ctx.group):
        return {}
    dues = [
        orders.Due(
            user,
            prices[outcomes[user]],
            f"作业第 {cycle.number} 期{outcomes[user].value}",
            f"homework:{cycle.id}:{user}",
        )
        for user in owing
    ]
    terms = {"at": ctx.now, "kind": "fine", "account": cycle.rules["account"]}
    placed = await orders.place_many(ctx.group.id, ctx.feature.id, dues, **terms)
    payload = {"cycle": cycle.id}
    await ctx.plan(DUN, ctx.now + ctx.settings(Settings).term, key=str(cycle.id), payload=payload)
    return {order.user_id: order for order in placed}


async def _tell(
    ctx: GroupContext,
    cycle: Cycle,
    outcomes: Mapping[int, Outcome],
    placed: Mapping[int, Order],
    out: str,
) -> None:
    bound = [user for user, outcome in outcomes.items() if outcome is not Outcome.LEFT]
    done = [user for user in bound if outcomes[user] in (Outcome.DONE, Outcome.LATE, Outcome.NO_REVIEW)]
    values = {"n": cycle.number, "all": len(bound), "done": len(done), "out": out}
    if not placed:
        owing = [user for user in bound if outcomes[user] is Outcome.MISSED]
        missed = texts.MISSED.format(names=ctx.names(owing[:MOST_NAMED])) if owing else ""
        await ctx.say(texts.CLEAN, missed=missed, **values)
        return
    lines = [
        texts.FINED_ONE.format(
            name=ctx.who(user),
            outcome=outcomes[user].value,
            number=order.number,
            price=say_money(order.price),
        ).strip()
        for user, order in placed.items()
    ]
    shown = "；".join(lines[:MOST_NAMED])
    more = texts.FINED_MORE.format(count=len(lines)) if len(lines) > MOST_NAMED else ""
    fines = list(placed.values())
    await desk.announce(
        ctx,
        texts.FINED,
        fines,
        count=len(fines),
        lines=shown + more,
        term=say_duration(ctx.settings(Settings).term),
        where=texts.WHERE_TO[cycle.rules["account"]],
        first=fines[0].number,
        **values,
    )
    if more:
        pages = [lines[at : at + PER_PAGE] for at in range(0, len(lines), PER_PAGE)]
        await ctx.forward([(texts.SECTION, _text("\n".join(page))) for page in pages])


def _text(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "data": {"text": text}}]


async def put_off(ctx: GroupContext, season: Season, people: Iterable[int]) -> list[int]:
    """Take those off the roster who owe for the last time; who they are."""
    chosen = ctx.settings(Settings)
    out: list[int] = []
    for user in people:
        results = await Result.filter(season_id=season.id, user_id=user).order_by("cycle")
        history = [Outcome(result.outcome) for result in results]
        extra = sum(result.unpaid for result in results)
        over = rules.is_out(history, extra, chosen.out_after, chosen.out_how)
        if over and (chosen.out_then == "无" or await withdraw(ctx, season, user, "removed")):
            out.append(user)
    return out


def _say_out(ctx: GroupContext, out: list[int]) -> str:
    if not out:
        return ""
    return texts.OUT.format(names=ctx.names(out[:MOST_NAMED]), times=ctx.settings(Settings).out_after)


async def _then(ctx: GroupContext, out: list[int]) -> None:
    # Whom nobody may remove is not on the list either.
    out = [user for user in out if not ctx.why_protected(user, ctx.seen(user))]
    if out and ctx.settings(Settings).out_then == "请出群":
        names = ctx.names(out[:MOST_NAMED])
        await ctx.preview(PUT_OUT, texts.PUT_OUT, payload={"people": out}, key="put_out", names=names)


@atomic
async def unpaid(ctx: GroupContext, cycle: Cycle) -> None:
    """Fines of a cycle that nobody has paid after the reminder count as one miss more, once."""
    season = await Season.get(id=cycle.season_id)
    open_ones = {order.number for order in await orders.open_ones(ctx.group.id, feature=ctx.feature.id)}
    late: list[int] = []
    for result in await Result.filter(cycle_id=cycle.id, unpaid=False, order__gt=0):
        if result.order in open_ones and await Result.filter(id=result.id, unpaid=False).update(unpaid=True):
            late.append(result.user_id)
    if season.state == "ended" or not late:
        return
    out = await put_off(ctx, season, late)
    if out:
        await ctx.say("{out}", out=_say_out(ctx, out).strip())
        await _then(ctx, out)


# — pausing and ending —————————————————————————————————————————————————————————————————————


@atomic
async def pause(ctx: GroupContext, season: Season, state: str = "paused") -> bool:
    """Stop the clock of a season; False when it does not run."""
    running = Season.filter(id=season.id, state="running")
    return bool(await running.update(state=state, paused_at=ctx.now))


@atomic
async def resume(ctx: GroupContext, season: Season) -> Cycle | None:
    """Go on with deadlines moved by the length of the pause; the open cycle, None when nobody had paused it."""
    stopped = Season.filter(id=season.id, state=season.state).exclude(state__in=("running", "ended"))
    if season.paused_at is None or not await stopped.update(state="running", paused_at=None):
        return None
    cycles = await Cycle.filter(season_id=season.id, state__in=("open", "reviewing"))
    ends = [cycle.review_until or cycle.due_at for cycle in cycles]
    moved = rules.moved_by(season.paused_at, ctx.now, ends)
    for cycle in cycles:
        if cycle.review_until is not None:
            cycle.review_until += moved
        else:
            cycle.due_at += moved
        await Cycle.filter(id=cycle.id).update(due_at=cycle.due_at, review_until=cycle.review_until)
        await plan(ctx, cycle, replace=True)
    return next((cycle for cycle in cycles if cycle.state == "open"), None)


@atomic
async def end(ctx: GroupContext, season: Season) -> None:
    """End a season: what is open is dropped, what is being reviewed is judged at its time; tell what became of it."""
    if not await Season.filter(id=season.id).exclude(state="ended").update(state="ended", ended_at=ctx.now):
        return
    for cycle in await Cycle.filter(season_id=season.id, state="open"):
        await Cycle.filter(id=cycle.id).update(state="judged")
        await ctx.call_dropped(call_of(cycle))
        await ctx.unplan(DUE, key=str(cycle.id))
        for ahead in AHEAD:
            await ctx.unplan(REMIND, key=f"{cycle.id}/{ahead // timedelta(hours=1)}")
    kept = await kept_by_all(season)
    graduates = texts.GRADUATES.format(names=ctx.names(kept[:MOST_NAMED])) if kept else ""
    await ctx.say(
        texts.ENDED,
        title=season.title,
        cycles=await Cycle.filter(season_id=season.id, state="judged").count(),
        pieces=await Piece.filter(season_id=season.id).count(),
        reviews=await Review.filter(season_id=season.id, counts=True).count(),
        graduates=graduates,
    )


async def kept_by_all(season: Season) -> list[int]:
    """Who has kept every cycle that was judged."""
    results = await Result.filter(season_id=season.id)
    cycles = {result.cycle_id for result in results}
    kept: dict[int, int] = {}
    for result in results:
        if result.outcome in (Outcome.DONE, Outcome.LATE):
            kept[result.user_id] = kept.get(result.user_id, 0) + 1
    return [user for user, count in kept.items() if cycles and count == len(cycles)]
