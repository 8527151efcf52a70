"""Carrying a case out: its slot does the measure, and `measured` is told how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.queryset import QuerySet

from lizheng import Completed, Declined, Feature, GroupContext, Outcome, State, Why, atomic
from lizheng.events import FeatureSwitched, MemberJoined, MemberLeft, MemberMuted
from lizheng.hooks import blacklisted
from lizheng.parts.each_group import groups_of
from plugins.violations import cases, raids, texts
from plugins.violations.cases import ACT, ENFORCE, RECALL, UNDECIDED
from plugins.violations.models import Case
from plugins.violations.settings import Settings
from plugins.violations.telling import plan_telling

MEASURED = "measured"
UNSURE = timedelta(hours=1)
"""After which an act that nobody answered for is said to be unclear; QQ's own notice may still clear it up."""
OFFLINE = timedelta(seconds=30)
GIVE_UP = timedelta(hours=24)
"""How long a measure may come late because QQ could not be reached."""
FLEES = timedelta(days=30)
FLED = "fled"
GATHERING, STAGGER, SHOWN_OUT = timedelta(seconds=3), timedelta(seconds=1), timedelta(seconds=10)
"""After a start; between the member lists of two groups; until who is on the blacklist ought to be out again."""


async def enforce(ctx: GroupContext, slot: Any) -> datetime | None:
    """The slot of a case; returns when to say that its end is unclear, unless it is known by then."""
    case = await Case.get_or_none(id=int(slot.key))
    if case is None or case.state not in cases.COUNTING or case.outcome not in ("due", "queued"):
        return None
    now = ctx.now
    late = now - case.at > GIVE_UP
    try:
        why = await cases.why_spared(ctx, case.user_id)
    except Declined:
        if not late:
            return now + OFFLINE
        await _settle(ctx, case, "not_done", texts.OFFLINE)
        return None
    if case.name == str(case.user_id):  # opened while nobody could be asked
        case.name = ctx.name_of(case.user_id)
        await Case.filter(id=case.id).update(name=case.name)
    if why and case.outcome == "due":
        await _spare(ctx, case, why)
        return None
    if case.measure == "warn":
        await _settle(ctx, case, "done")
        return None
    if case.outcome == "due" and raids.is_over(ctx, case, slot.payload["confirmed"]):
        await raids.put_aside(ctx, case)
        return None
    if case.measure == "mute" and (longer := await _muted_longer(ctx, case)):
        until = cases.mute_end(case, now)
        await _settle(ctx, case, "done", longer, until=until)
        return None
    outcome = await _act(ctx, case, slot.payload)
    if outcome.state is State.UNKNOWN and now - case.at <= UNSURE:
        await Case.filter(id=case.id, outcome="due").update(outcome="queued")
        return case.at + UNSURE + timedelta(seconds=1)
    await _concluded(ctx, case, outcome)
    return None


async def _muted_longer(ctx: GroupContext, case: Case) -> str:
    """That a mute runs, ours or anybody's, which ends later than this case's would; "" when none does."""
    now = ctx.now
    others = Case.filter(group_id=ctx.group.id, user_id=case.user_id, measure="mute", at__gt=now - FLEES)
    ends = [c.until for c in await others.filter(state__in=cases.COUNTING).exclude(id=case.id) if c.until]
    if (member := ctx.seen(case.user_id)) and member.muted_until:
        ends.append(datetime.fromtimestamp(member.muted_until, UTC))
    longest = max(ends, default=now)
    return ctx.why_muted_longer(longest.timestamp(), cases.mute_end(case, now))


async def measured(ctx: GroupContext, done: Completed) -> None:
    """What became of a mute or kick; what nobody knows may still be told by QQ's own notice."""
    case = await Case.get_or_none(id=done.payload["case"], outcome__in=("due", "queued"))
    if case is not None and done.state is not State.UNKNOWN:
        await _concluded(ctx, case, done.outcome)
        await ctx.unplan(ENFORCE, key=str(case.id))


async def _act(ctx: GroupContext, case: Case, payload: dict[str, Any]) -> Outcome:
    """Its mute or kick; tried again, it is what became of the first."""
    acting = cases.acting_for(ctx, case, confirmed=payload["confirmed"])
    reason = f"{cases.label(case)} {case.reason}"
    named: dict[str, Any] = {"rule": case.rule, "key": ACT, "then": MEASURED, "payload": {"case": case.id}}
    if case.measure == "kick":
        return await acting.kick(case.user_id, reason, **named)
    undo = {"name": cases.UNDO, "case": case.id}
    return await acting.mute(case.user_id, cases.measure_of(case).span, reason, undo=undo, **named)


async def _concluded(ctx: GroupContext, case: Case, outcome: Outcome) -> None:
    if outcome.state is State.DONE and case.measure == "kick":
        await kicked(ctx, case)
    elif outcome.state is State.DONE:
        await _settle(ctx, case, "done", until=cases.mute_end(case, ctx.now))
    elif outcome.state is State.SIMULATED:
        await _settle(ctx, case, "none", telling="no")
    elif outcome.state is State.UNKNOWN:
        await _settle(ctx, case, "unknown", outcome.why)
    elif outcome.why == Why.ASKED:
        await _settle(ctx, case, "asked", outcome.why, telling="no")
    elif why := await _protection(ctx, case):
        await _spare(ctx, case, why)
    else:
        # Nobody is told by a rule over and over that the bot is no admin: the kit has said so once.
        silent = outcome.why == Why.NO_RIGHTS and not case.actor_id
        fled = case.measure == "mute" and await _is_gone(ctx, case.user_id)
        until = cases.mute_end(case, ctx.now) if fled else None
        await _settle(ctx, case, "not_done", outcome.why, until=until, telling="no" if silent else "waiting")


async def _protection(ctx: GroupContext, case: Case) -> str:
    try:
        return await cases.why_spared(ctx, case.user_id)
    except Declined:
        return ""


async def _is_gone(ctx: GroupContext, user_id: int) -> bool:
    try:
        return await ctx.member(user_id) is None
    except Declined:
        return False


async def _spare(ctx: GroupContext, case: Case, why: str) -> None:
    """Somebody who is protected by now is let off, and the case does not count."""
    await _settle(ctx, case, "none", why, state="spared")


@atomic
async def _settle(
    ctx: GroupContext,
    case: Case,
    outcome: str,
    why: str = "",
    *,
    telling: str = "waiting",
    believed: Sequence[str] = (),
    **changes: Any,
) -> bool:
    """Write down how it ended, once; True for whoever was first. `believed` are earlier ends this one corrects."""
    changes = {"outcome": outcome, "why": why, "telling": telling, **changes}
    if not await Case.filter(id=case.id, outcome__in=(*UNDECIDED, *believed)).update(**changes):
        return False
    if telling == "waiting":
        await plan_telling(ctx, case.id)
    return True


# — kicks ——————————————————————————————————————————————————————————————————————————————————


@atomic
async def kicked(ctx: GroupContext, case: Case) -> None:
    """The kick is certain: the farewell, and the messages left behind. Told twice, it happens once."""
    settled = await _settle(ctx, case, "done", believed=["not_done"])
    if settled and ctx.settings(Settings).recall:
        who = {"user": case.user_id, "messages": None, "rule": case.rule}
        await ctx.plan(RECALL, ctx.now, key=f"gone:{case.id}", payload=who)


async def left(ctx: GroupContext, happened: MemberLeft) -> None:
    """QQ's own word that somebody was kicked by us, whatever the call was answered, or after a preview."""
    if not happened.kicked or not (happened.operator_id == 0 or ctx.is_ours(happened.operator_id)):
        return
    since = ctx.now - GIVE_UP
    waiting = Case.filter(group_id=ctx.group.id, user_id=happened.user_id, measure="kick", at__gt=since)
    if case := await waiting.filter(outcome__in=(*UNDECIDED, "not_done")).order_by("-number").first():
        await kicked(ctx, case)


# — mutes ——————————————————————————————————————————————————————————————————————————————————


def _running(now: datetime) -> QuerySet[Case]:
    return Case.filter(measure="mute", until__gt=now, state__in=cases.COUNTING, at__gt=now - FLEES)


async def came_in(ctx: GroupContext, happened: MemberJoined) -> None:
    """Who is on the blacklist will be shown out, and is muted only should they stay."""
    if await blacklisted.gather(ctx, happened.user_id):
        await plan_muting(ctx, SHOWN_OUT)
    else:
        await mute_again(ctx, happened.user_id)


async def mute_again(ctx: GroupContext, user_id: int) -> None:
    """Who leaves and comes back is muted for what is left of it."""
    now = ctx.now
    case = await _running(now).filter(group_id=ctx.group.id, user_id=user_id).order_by("-until").first()
    if case is not None and case.until is not None and case.until - now >= timedelta(seconds=1):
        await ctx.mute(user_id, case.until - now, texts.MUTE_AGAIN, rule=case.rule)
        await Case.filter(id=case.id, outcome="not_done").update(outcome="done")


async def muted(ctx: GroupContext, happened: MemberMuted) -> None:
    """QQ's own word about a mute: one of ours was done, whatever the call was answered; or somebody else lifted it."""
    now = ctx.now
    ours = ctx.is_ours(happened.operator_id)
    if happened.seconds > 0 and ours:
        waiting = Case.filter(group_id=ctx.group.id, user_id=happened.user_id, measure="mute")
        waiting = waiting.filter(at__gt=now - GIVE_UP, outcome__in=(*UNDECIDED, "not_done"))
        if case := await waiting.filter(seconds=happened.seconds).order_by("-number").first():
            await _settle(ctx, case, "done", until=cases.mute_end(case, now), believed=["not_done"])
    elif happened.user_id and not happened.seconds and not ours:
        mine = _running(now).filter(group_id=ctx.group.id, user_id=happened.user_id)
        await mine.update(until=None)


async def plan_muting(ctx: GroupContext, delay: timedelta) -> None:
    """Have those looked for who left and came back while nobody saw it."""
    await ctx.plan(FLED, ctx.now + delay, replace=True)


async def mute_unseen(ctx: GroupContext, slot: Any) -> datetime | None:
    """The slot: who joined after the mute began is muted for what is left of it. A mute somebody lifted stays lifted."""
    running = await _running(ctx.now).filter(group_id=ctx.group.id).order_by("until")
    if not running:
        return None
    try:
        members = await ctx.members()
    except Declined:
        return ctx.now + OFFLINE
    began = {case.user_id: case.at.timestamp() for case in running}
    for user_id, at in began.items():
        member = members.get(user_id)
        if member and member.joined_at > at and member.muted_until <= ctx.now.timestamp():
            # A source for each: who is still to be muted may differ when this runs again.
            alone = ctx.under(f"{ctx.source}/{user_id}")
            await mute_again(alone, user_id)
    return None


async def resume(ctx: GroupContext) -> None:
    """Have every case that is still due looked at: those whose slot was missed while the feature was off."""
    now = ctx.now
    for case in await Case.filter(group_id=ctx.group.id, outcome__in=("due", "queued")).order_by("number"):
        if now - case.at > GIVE_UP:
            await Case.filter(id=case.id).update(outcome="none", telling="no")
        else:
            await ctx.plan(ENFORCE, now, key=str(case.id), payload={"confirmed": False}, replace=True)


def begin(feature: Feature) -> Any:
    """What has those looked for at a start of the host who fled from a mute that still runs."""

    async def look(host: Any) -> None:
        running = {int(str(n)) for n in await _running(host.now()).values_list("group_id", flat=True)}
        fled = (there for there in groups_of(host, feature) if there.group.id in running)
        for place, ctx in enumerate(fled):
            await plan_muting(ctx, GATHERING + STAGGER * place)

    return look


async def switched(ctx: GroupContext, happened: FeatureSwitched) -> None:
    """What was left undone while it was off."""
    if happened.on:
        await resume(ctx)
        await plan_muting(ctx, timedelta())
