"""Cases: opening one, what counts, and taking one back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from lizheng import CannotUndo, Declined, GroupContext, Pending, Record, Role, State, Why, atomic, next_number
from lizheng.hooks import ToBlacklist, put_on_blacklist, take_off_blacklist
from lizheng.parts.measures import Kind, Measure
from plugins.violations import texts
from plugins.violations.ladder import Ladder, parse_ladder
from plugins.violations.models import Case
from plugins.violations.settings import Settings

ACT = "act#1"
"""The name of the measure among the effects of its case, whenever it is tried; in the database since 0.1."""
FEATURE, ENFORCE, RECALL, UNDO, UNDO_PARDON = "violations", "enforce", "recall", "case", "pardon"
COUNTING = ("open", "appealed", "upheld")
"""The states in which a case counts, until it expires."""
STATES = {
    "open": "算数",
    "appealed": "申诉中",
    "upheld": "算数，申诉没通过",
    "pardoned": "已赦免",
    "undone": "已撤销",
    "spared": "已作罢",
}
UNDECIDED = ("due", "queued", "asked", "unknown")
"""The outcomes of a measure that may still be carried out."""


@dataclass(frozen=True)
class Charge:
    """What a case is opened for.

    `measure` None leaves it to the ladder. `recall` are the messages to take back. `confirmed`: a person agreed to
    more than one target, which the kick budget allows. With `bars` they are put on the blacklist: of the groups of
    `owner_id`, or when that is 0 of this group only.
    """

    user_id: int
    reason: str
    evidence: str = ""
    rule: str = ""
    measure: Measure | None = None
    entry: int = 0
    recall: tuple[int, ...] = ()
    confirmed: bool = False
    bars: bool = False
    owner_id: int = 0


def ladder_of(ctx: GroupContext) -> Ladder:
    return parse_ladder(ctx.settings(Settings).ladder)


def label(case: Case) -> str:
    return f"W{case.number}"


def labels(cases: Collection[Case]) -> str:
    return "、".join(map(label, cases))


def measure_of(case: Case) -> Measure:
    return measure_from(case.measure, case.seconds)


def measure_from(kind: str, seconds: int) -> Measure:
    return Measure(cast(Kind, kind), timedelta(seconds=seconds))


def counts(case: Case, now: datetime) -> bool:
    return case.state in COUNTING and case.expires_at > now


def matters(case: Case, now: datetime) -> bool:
    """Whether it counts, or its mute still runs."""
    runs = case.state in COUNTING and case.until is not None and case.until > now
    return runs or counts(case, now)


def state_of(case: Case, now: datetime) -> str:
    """Its state in Chinese, as of now."""
    return STATES[case.state] if counts(case, now) or case.state not in COUNTING else "已过期"


async def find(ctx: GroupContext, number: int) -> Case | None:
    return await Case.get_or_none(group_id=ctx.group.id, number=number)


async def counting(ctx: GroupContext, user_id: int) -> list[Case]:
    """The cases that count against a member now, oldest first."""
    now = ctx.now
    rows = Case.filter(group_id=ctx.group.id, user_id=user_id, state__in=COUNTING, expires_at__gt=now)
    return await rows.order_by("number")


async def pardonable(ctx: GroupContext, user_id: int) -> list[Case]:
    """The cases that count, and those of which only a mute is left."""
    rows = await Case.filter(group_id=ctx.group.id, user_id=user_id, state__in=COUNTING).order_by("number")
    return [case for case in rows if matters(case, ctx.now)]


async def following(ctx: GroupContext, user_id: int) -> Measure:
    """What the next case would bring this member."""
    ladder = ladder_of(ctx)
    return ladder.at(ladder.climb(ladder.stand(case.entry for case in await counting(ctx, user_id))))


async def why_spared(ctx: GroupContext, user_id: int) -> str:
    """Why nobody may act on this person, as the member list says now, "" when they are not protected.

    Raises `Declined` while the list cannot be read.
    """
    return ctx.why_protected(user_id, await ctx.member(user_id))


async def charge(ctx: GroupContext, found: Charge, source: str | None) -> Case | None:
    """Open a case and have its measure carried out; None in dry run, and for those who are protected.

    The same `source` again is the same case.
    """
    try:
        if await why_spared(ctx, found.user_id):
            return None
    except Declined:
        pass  # looked at again before anything is done
    if ctx.group.dry_run:
        measure = found.measure or await _next_measure(ctx, found)
        what = f"{'撤回，' if found.recall else ''}{measure.said}{'，拉黑' if found.bars else ''}"
        await ctx.say(texts.DRY_RUN, name=ctx.name_of(found.user_id), what=what, reason=found.reason)
        return None
    return await open_case(ctx, found, source)


async def _next_measure(ctx: GroupContext, found: Charge) -> Measure:
    ladder = ladder_of(ctx)
    rung = ladder.stand(case.entry for case in await counting(ctx, found.user_id))
    return ladder.at(ladder.climb(rung, found.entry))


@atomic
async def open_case(ctx: GroupContext, found: Charge, source: str | None) -> Case:
    """Write the case down, with the slot that carries it out."""
    if source and (known := await Case.get_or_none(source=source)):
        return known
    # The number is taken first: on Postgres that makes two cases of one group wait for each other.
    number = await next_number(ctx.group.id, FEATURE)
    ladder, now = ladder_of(ctx), ctx.now
    rung = ladder.climb(ladder.stand(case.entry for case in await counting(ctx, found.user_id)), found.entry)
    measure = found.measure or ladder.at(rung)
    case = await Case.create(
        group_id=ctx.group.id,
        number=number,
        user_id=found.user_id,
        name=ctx.name_of(found.user_id),
        at=now,
        actor_id=ctx.author_id,
        rule=found.rule,
        reason=found.reason,
        evidence=found.evidence,
        measure=measure.kind,
        seconds=int(measure.span.total_seconds()),
        rung=rung,
        entry=found.entry,
        expires_at=now + ctx.settings(Settings).decay,
        source=source,
    )
    if found.bars:
        who = ToBlacklist(case.user_id, case.reason, case.actor_id, case.id, found.owner_id)
        await put_on_blacklist.ask(ctx, who, key="blacklist")
    what = texts.CASE_NOTE.format(number=label(case), what=measure.said)
    await ctx.note(
        "case",
        found.reason,
        target=case.user_id,
        params={"label": what},
        undo={"name": UNDO, "case": case.id},
    )
    if found.recall:
        who = {"user": case.user_id, "messages": list(found.recall), "rule": found.rule}
        await ctx.plan(RECALL, now, key=f"hit:{case.id}", payload=who)
    await ctx.plan(ENFORCE, now, key=str(case.id), payload={"confirmed": found.confirmed})
    return case


# — what no longer counts ——————————————————————————————————————————————————————————————————


@atomic
async def set_aside(ctx: GroupContext, cases: Sequence[Case], state: str) -> list[Case]:
    """Let these count no more, with all that still waits because of them; those it was news for."""
    changed: list[Case] = []
    for case in cases:
        rows = Case.filter(id=case.id, state__in=COUNTING)
        if not await rows.update(state=state):
            continue
        changed.append(case)
        case.state = state
        if case.outcome in UNDECIDED:
            await Case.filter(id=case.id, outcome__in=UNDECIDED).update(outcome="none")
        await take_off_blacklist.ask(ctx, case.id, key="blacklist")
        await acting_for(ctx, case, confirmed=False).take_back(ACT)
        waiting = Pending.filter(group_id=ctx.group.id, state="open")
        for pending in await waiting.filter(feature=FEATURE, kind="appeal"):
            if pending.payload["case"] == case.id:
                await Pending.filter(id=pending.id).update(state="cancelled")
    return changed


async def records_of(case: Case) -> list[Record]:
    """Its records: the case itself, and the mute that carried it out."""
    rows = Record.filter(group_id=case.group_id, feature=FEATURE, target_id=case.user_id)
    rows = rows.filter(kind__in=("case", "mute")).order_by("number")
    return [r for r in await rows if isinstance(r.undo, dict) and r.undo.get("case") == case.id]


async def record_of(ctx: GroupContext, number: int) -> Record | None:
    """The record that `/撤销 W3` means."""
    case = await find(ctx, number)
    return next(iter(await records_of(case)), None) if case else None


async def lift_mute(ctx: GroupContext, cases: Sequence[Case], *, wholly: bool = False) -> None:
    """End the mute of these cases; one that counts and ends later goes on.

    Of one that ends sooner what is left goes on, unless it is to end `wholly`. Nobody is ever muted who was not, or
    for longer than they were.
    """
    now = ctx.now
    running = [case for case in cases if case.until is not None and case.until > now]
    for user_id in {case.user_id for case in running}:
        mine = [case for case in running if case.user_id == user_id]
        await Case.filter(id__in=[case.id for case in mine]).update(until=None)
        reason = texts.UNMUTE_REASON.format(numbers=labels(mine))
        others = [c for c in await counting(ctx, user_id) if c.until is not None and c.until > now]
        left = max((c.until for c in others if c.until), default=now)
        if left >= max(case.until for case in mine if case.until):
            continue
        if not others or wholly or not await _is_muted_beyond(ctx, user_id, left):
            await Case.filter(id__in=[case.id for case in others]).update(until=None)
            outcome = await ctx.unmute(user_id, reason)
            if outcome.state is State.NOT_DONE and outcome.why != Why.GONE:
                await ctx.say(texts.STILL_MUTED, name=ctx.name_of(user_id), why=outcome.why)
        else:
            await ctx.mute(user_id, left - now, reason, shorten=True)


async def end_mutes(ctx: GroupContext, user_id: int) -> None:
    """No mute of a case goes on for this member; the cases count as before."""
    await Case.filter(group_id=ctx.group.id, user_id=user_id, measure="mute").update(until=None)


async def _is_muted_beyond(ctx: GroupContext, user_id: int, end: datetime) -> bool:
    """Whether the member list says so: only then is it certain that a shorter mute lets them speak sooner."""
    try:
        member = await ctx.member(user_id)
    except Declined:
        return False
    return member is not None and member.muted_until > end.timestamp()


def refuse_in_dry_run(ctx: GroupContext) -> None:
    """What would be taken back in QQ or in other groups stays until the dry run is over. Raises `CannotUndo`."""
    if ctx.group.dry_run:
        raise CannotUndo(texts.DRY_UNDO)


async def undo_case(ctx: GroupContext, undo: dict[str, Any]) -> None:
    """`/撤销` of a case or of its mute: it counts no more, the mute ends, the blacklist entry goes."""
    refuse_in_dry_run(ctx)
    case = await Case.get(id=undo["case"])
    if not await set_aside(ctx, [case], "undone"):
        raise CannotUndo(f"{label(case)} {STATES[case.state]}")
    ids = [record.id for record in await records_of(case)]
    await Record.filter(id__in=ids, state__in=("done", "unknown")).update(state="undone")
    await lift_mute(ctx, [case], wholly=True)


@atomic
async def pardon(ctx: GroupContext, found: Sequence[Case]) -> tuple[list[Case], int]:
    """Those that were pardoned now, and the number of the record that can be undone."""
    pardoned = await set_aside(ctx, found, "pardoned")
    record = await ctx.note(
        "pardon",
        texts.PARDON_NOTE.format(numbers=labels(pardoned)),
        target=found[0].user_id,
        undo={"name": UNDO_PARDON, "cases": [case.id for case in pardoned]},
    )
    return pardoned, record.number


@atomic
async def reinstate(case_ids: Sequence[int]) -> None:
    """What was pardoned counts again; a mute that was lifted does not come back."""
    await Case.filter(id__in=list(case_ids), state="pardoned").update(state="open")


async def undo_pardon(ctx: GroupContext, undo: dict[str, Any]) -> None:
    await reinstate(undo["cases"])


def acting_for(ctx: GroupContext, case: Case, *, confirmed: bool) -> GroupContext:
    """The context in which this case's measure is carried out: in the name of whoever opened it."""
    role = Role.DEPUTY if case.actor_id else Role.MEMBER
    acting = ctx.on_behalf(ctx.feature, case.actor_id, role, f"{FEATURE}:{case.id}")
    acting.confirmed = confirmed
    return acting


def mute_end(case: Case, now: datetime) -> datetime:
    return now + timedelta(seconds=case.seconds)
