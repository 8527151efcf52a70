"""Broadcasts: which groups they go to, what becomes of each, stopping, recalling, sending once more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from lizheng import (
    Completed,
    Declined,
    GroupContext,
    Role,
    Slot,
    State,
    Urgency,
    Withdrawal,
    atomic,
    next_number,
)
from lizheng.parts.announcements import quiet_until
from lizheng.parts.other_groups import (
    account_in,
    elsewhere,
    groups_of_ours,
    is_connected,
    shown_group,
    why_paused,
)
from lizheng.text import fold
from plugins.broadcast import content, rules, texts
from plugins.broadcast.models import Broadcast, Label, Target
from plugins.broadcast.settings import Settings

DECISION, SEND, SENT, TAKEN_BACK = "broadcast", "send", "sent", "taken_back"
OPEN = ("waiting", "sending")
TRY_AGAIN, PATIENCE = timedelta(minutes=1), timedelta(minutes=30)
"""How often a group that cannot be sent to is looked at again, and for how long."""
RECALLABLE = timedelta(seconds=115)
"""QQ takes messages back for two minutes; the call itself takes a moment."""


# — which groups ———————————————————————————————————————————————————————————————————————————


@dataclass
class Plan:
    """The groups of a broadcast, by number with their names, and why others are left out."""

    groups: dict[int, str] = field(default_factory=dict)
    left_out: dict[str, list[str]] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The others, by reason."""
        if not self.left_out:
            return ""
        reasons = "；".join(
            texts.REASON.format(why=why, count=len(names), names=rules.names_of(names, 3))
            for why, names in self.left_out.items()
        )
        return texts.LEFT_OUT.format(count=sum(map(len, self.left_out.values())), reasons=reasons)


async def owns(there: GroupContext, user_id: int, *, fresh: bool) -> bool:
    """Tell whether somebody is the owner there, as QQ has it. Raises `Declined` while nobody answers."""
    member = await there.member(user_id, fresh=fresh)
    return member is not None and member.role >= Role.OWNER


async def within_reach(ctx: GroupContext, user_id: int) -> list[GroupContext]:
    """The groups somebody may broadcast to: who runs the host to all, others to those that they own."""
    found: list[GroupContext] = []
    for there in groups_of_ours(ctx):
        try:
            if user_id in ctx.superusers or await owns(there, user_id, fresh=False):
                await shown_group(there)
                found.append(there)
        except Declined:
            continue
    return found


async def places(groups: Iterable[GroupContext]) -> list[rules.Place]:
    """These groups with their labels, as they are chosen from."""
    labels: dict[int, set[str]] = {}
    for row in await Label.all():
        labels.setdefault(row.group_id, set()).add(fold(row.word))
    return [
        rules.Place(there.group.id, there.group.name, frozenset(labels.get(there.group.id, ())))
        for there in groups
    ]


async def why_not(
    there: GroupContext, author_id: int, at: datetime, *, upkeep: bool, fresh: bool, but: int = 0
) -> str:
    """Say in Chinese why a group is not sent to at a moment, "" when it is. Raises `Declined` while nobody answers.

    `but` is a target that does not count among today's.
    """
    if not there.is_on(there.feature.id):
        return texts.OFF
    chosen = there.settings(Settings)
    if not (chosen.receives or upkeep):
        return texts.NOT_RECEIVING
    if (account := account_in(there)) is None:
        return texts.NOT_CONNECTED
    if quiet_until(there, at):
        return texts.QUIET
    midnight = there.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    today = Target.filter(group_id=there.group.id, put_at__gte=midnight, id__not=but)
    if (count := await today.filter(state__in=("sending", "done", "unknown")).count()) >= chosen.per_day:
        return texts.ENOUGH.format(count=count)
    me = await there.member(account, fresh=fresh)
    if me is None:
        return texts.NOT_IN
    if me.muted_until > there.now.timestamp():
        return texts.MUTED
    if author_id not in there.superusers and not await owns(there, author_id, fresh=fresh):
        return texts.NOT_OWNER
    return ""


async def plan(
    ctx: GroupContext,
    groups: Iterable[GroupContext],
    author_id: int,
    at: datetime,
    *,
    upkeep: bool,
    fresh: bool = False,
) -> Plan:
    """Divide groups into those that are sent to, from `at` on, and those that are left out.

    With `fresh` everybody's role is read again.
    """
    found = Plan()
    for there in groups:
        try:
            # The last of many may be sent to much later than the first.
            when = max(at, ctx.now) + rules.lasts(len(found.groups) + 1)
            why = await why_not(there, author_id, when, upkeep=upkeep, fresh=fresh)
        except Declined:
            why = texts.NOT_CONNECTED
        if why:
            found.left_out.setdefault(why, []).append(await shown_group(there))
        else:
            found.groups[there.group.id] = await shown_group(there)
    return found


# — beginning ——————————————————————————————————————————————————————————————————————————————


@atomic
async def begin(
    ctx: GroupContext, source: str, payload: dict[str, Any], groups: dict[int, str], at: datetime
) -> Broadcast | None:
    """Write down a broadcast with the groups it goes to, and when it is each one's turn; None where that was done."""
    if await Broadcast.filter(source=source).exists():
        return None
    cast = await Broadcast.create(
        number=await next_number(0, "broadcast"),
        group_id=ctx.group.id,
        author_id=ctx.author_id,
        content=payload["content"],
        upkeep=payload["upkeep"],
        aside=payload["aside"],
        at=ctx.now,
        source=source,
    )
    turns = rules.offsets(len(groups), Random(cast.id))
    await Target.bulk_create(
        [
            Target(broadcast_id=cast.id, group_id=group_id, name=name, at=at + offset)
            for (group_id, name), offset in zip(groups.items(), turns, strict=True)
        ]
    )
    for target in await Target.filter(broadcast_id=cast.id):
        await _plan(ctx, target)
    await ctx.note("broadcast", f"广播 {cast.number} 号到 {len(groups)} 个群")
    return cast


async def _plan(ctx: GroupContext, target: Target) -> None:
    there = elsewhere(ctx, target.group_id, f"cast:{target.id}:{target.attempt}")
    await there.plan(SEND, target.at, key=str(target.id), payload={"target": target.id})


# — sending ————————————————————————————————————————————————————————————————————————————————


async def send(ctx: GroupContext, slot: Slot) -> datetime | None:
    """It is a group's turn: send, say why not, or look again in a minute."""
    target = await Target.get_or_none(id=slot.payload["target"], state="waiting")
    cast = target and await Broadcast.get_or_none(id=target.broadcast_id)
    if target is None or cast is None:
        return None
    why = why_paused(ctx)
    if why:
        await _tell_pause(ctx, cast, why)
    try:
        refusal = "" if why else await _refusal(ctx, cast, target)
    except Declined:
        refusal, why = "", texts.NOT_CONNECTED
    if why and ctx.now - target.at < PATIENCE:
        return ctx.now + TRY_AGAIN
    if why or refusal:
        await settle(ctx, [target.id], "not_done", refusal or texts.TOO_LATE)
    else:
        await _put(ctx, cast, target)
    return None


async def _refusal(ctx: GroupContext, cast: Broadcast, target: Target) -> str:
    if account_in(ctx) is None:
        if is_connected(ctx):
            return texts.NOT_IN
        raise Declined(texts.NOT_CONNECTED)
    if content.values(elsewhere(ctx, cast.group_id), cast.content)[1]:
        return texts.PICTURE_LOST
    return await why_not(ctx, cast.author_id, ctx.now, upkeep=cast.upkeep, fresh=True, but=target.id)


@atomic
async def _put(ctx: GroupContext, cast: Broadcast, target: Target) -> None:
    waiting = Target.filter(id=target.id, state="waiting", attempt=target.attempt)
    if not await waiting.update(state="sending", why="", put_at=ctx.now):
        return
    values, _ = content.values(elsewhere(ctx, cast.group_id), cast.content)
    source = source_of(target)
    there = elsewhere(ctx, ctx.group.id, source, cast.author_id)
    await there.note("broadcast", f"广播 {cast.number} 号", key="note")
    await there.announce(
        source,
        "{content}",
        Urgency.HIGH,
        key="said",
        content=values,
        until=ctx.now + PATIENCE,
        then=SENT,
        payload={"target": target.id, "attempt": target.attempt},
    )


def source_of(target: Target) -> str:
    """Name what is sent to one group, once for each attempt."""
    return f"cast:{target.id}:{target.attempt}"


async def sent(ctx: GroupContext, done: Completed) -> None:
    """It is known what became of one group's message, for good."""
    rows = Target.filter(id=done.payload["target"], attempt=done.payload["attempt"], state="sending")
    await rows.update(state=done.state.value, why=done.why[:255], message_id=done.message_id)
    await finish(ctx, done.payload["target"])


async def settle(ctx: GroupContext, targets: Iterable[int], state: str, why: str) -> int:
    """Say of groups whose turn has not come how they ended; of how many that was true."""
    ids = list(targets)
    changed = await Target.filter(id__in=[0, *ids], state="waiting").update(state=state, why=why)
    if changed:
        await finish(ctx, ids[0])
    return changed


async def switched_off(ctx: GroupContext) -> None:
    """The group leaves the broadcasts whose turn has not come."""
    for target in await Target.filter(group_id=ctx.group.id, state="waiting"):
        await settle(ctx, [target.id], "not_done", texts.OFF_MIDWAY)


async def counts(cast_id: int) -> dict[str, int]:
    """How many groups of a broadcast are in which state."""
    states = [row.state for row in await Target.filter(broadcast_id=cast_id).only("state")]
    return {state: states.count(state) for state in (*OPEN, "done", "not_done", "unknown")}


@atomic
async def finish(ctx: GroupContext, target_id: int) -> None:
    """Tell the author how it ended, once the last group has."""
    target = await Target.get(id=target_id)
    found = await counts(target.broadcast_id)
    if found["waiting"] or found["sending"]:
        return
    if not await Broadcast.filter(id=target.broadcast_id, told=False, state="open").update(told=True):
        return
    cast = await Broadcast.get(id=target.broadcast_id)
    rest = ""
    if found["not_done"]:
        rest += texts.ENDED_NOT.format(count=found["not_done"])
    if found["unknown"]:
        rest += texts.ENDED_UNKNOWN.format(count=found["unknown"])
    hint = texts.ENDED_HINT.format(number=cast.number) if rest else ""
    values = {"number": cast.number, "done": found["done"], "rest": rest, "hint": hint}
    await _tell_author(ctx, cast, f"ended:{target_id}:{target.attempt}", texts.ENDED, **values)


async def _tell_pause(ctx: GroupContext, cast: Broadcast, why: str) -> None:
    @atomic
    async def tell() -> None:
        if await Broadcast.filter(id=cast.id, pause_told=False).update(pause_told=True):
            await _tell_author(ctx, cast, "paused", texts.PAUSED, number=cast.number, why=why.rstrip("。"))

    await tell()


async def _tell_author(ctx: GroupContext, cast: Broadcast, what: str, template: str, **values: Any) -> None:
    home = elsewhere(ctx, cast.group_id, f"cast:{cast.id}:{what}")
    if cast.aside:
        await home.tell(cast.author_id, template, **values)
    else:
        await home.announce(f"cast/{cast.number}", template, **values)


# — stopping, recalling, sending once more —————————————————————————————————————————————————


async def stop(ctx: GroupContext, cast: Broadcast) -> int:
    """Send to no more groups: neither to those whose turn has not come, nor what still waits to go out; to how many."""
    mine = Target.filter(broadcast_id=cast.id)
    if not await mine.filter(state__in=OPEN).exists():
        return 0
    if await Broadcast.filter(id=cast.id, state="open").update(state="stopped"):
        await ctx.note("broadcast", f"停下广播 {cast.number} 号")
    count = await mine.filter(state="waiting").update(state="not_done", why=texts.STOPPED_WHY)
    for target in await mine.filter(state="sending"):
        source = f"{source_of(target)}/said"
        if await ctx.hold_back(source, texts.STOPPED_WHY) is Withdrawal.TAKEN_BACK:
            count += 1
    return count


async def recall(ctx: GroupContext, cast: Broadcast) -> tuple[int, int]:
    """Take back what is young enough; how many that are, and how many are too old."""
    count = late = 0
    for target in await Target.filter(
        broadcast_id=cast.id, state="done", recall="", message_id__not_isnull=True
    ):
        if target.put_at is None or target.put_at < ctx.now - RECALLABLE:
            late += 1
        else:
            count += await _take_back(ctx, target)
    if count:
        await ctx.note("broadcast", f"撤回广播 {cast.number} 号")
    return count, late


@atomic
async def _take_back(ctx: GroupContext, target: Target) -> int:
    changed = await Target.filter(id=target.id, recall="").update(recall="asked")
    if changed and target.message_id:
        there = elsewhere(ctx, target.group_id, f"{source_of(target)}:recall")
        await there.unsay(target.message_id, key="recall", then=TAKEN_BACK, payload={"target": target.id})
    return changed


async def taken_back(ctx: GroupContext, done: Completed) -> None:
    """It is known whether one group's message is gone."""
    state = done.state if done.state is not State.SIMULATED else State.NOT_DONE
    await Target.filter(id=done.payload["target"], recall="asked").update(recall=state.value)


@atomic
async def again(ctx: GroupContext, cast: Broadcast) -> int:
    """Have another try at the groups that were not sent to, never at those of which nobody knows; at how many."""
    rows = await Target.filter(broadcast_id=cast.id, state="not_done").order_by("id")
    for target, offset in zip(rows, rules.offsets(len(rows), Random(cast.id)), strict=True):
        target.state, target.attempt, target.at = "waiting", target.attempt + 1, ctx.now + offset
        await target.save(update_fields=["state", "attempt", "at"])
        await _plan(ctx, target)
    if rows:
        await Broadcast.filter(id=cast.id).update(state="open", told=False, pause_told=False)
        await ctx.note("broadcast", f"广播 {cast.number} 号再发 {len(rows)} 个群")
    return len(rows)
