"""Saying together what waits to be said, outside the quiet hours and not too often; see `GroupContext.announce`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from pydantic import BaseModel, Field

from lizheng.events import SettingChanged
from lizheng.grammar import WeeklySpans, parse_weekly
from lizheng.messages.templates import Segment, plain
from lizheng.plugin import announced
from lizheng.plugin.announced import NOTICE, OWNER, Urgency
from lizheng.plugin.context import GroupContext
from lizheng.plugin.feature import Feature
from lizheng.plugin.gathered import DROPPED
from lizheng.store import atomic
from lizheng.store.tables import Gathered, Slot

__all__ = ["Talking", "quiet_until", "talking"]

TOGETHER = timedelta(minutes=10)
"""After one message with notices the next ones wait so long, and are said in one."""
MOST_NOTICES, MOST_CHARACTERS, MOST_MENTIONS = 10, 1500, 20
"""Of one message; what is over goes into the next."""
LOOK_AHEAD = 15
"""Quiet hours that follow on each other, at most."""


class Talking(BaseModel):
    """What a group chooses about what the bot says by itself. A feature's settings model that extends it has the say."""

    quiet: WeeklySpans = Field(
        parse_weekly("每天 23:00-08:00"),
        title="安静时段",
        description="里正自己要说的话，不急的等这段时间过了再说；回答和处理照常。写 无 就是没有。",
        examples=["每天 22:00-次日 07:00"],
    )
    talks: int = Field(
        8,
        ge=0,
        le=100,
        title="每天主动发言",
        description="里正一天最多自己开口几次，0 是不限；满了以后最不急的等明天，要紧的照说。",
    )


def talking(ctx: GroupContext) -> Talking:
    """What holds in this group; the defaults where no feature that is loaded has these settings."""
    for feature in ctx.host.features.values():
        if feature.settings is not None and issubclass(feature.settings, Talking):
            chosen = ctx.host.read_settings(feature, ctx.group)
            assert isinstance(chosen, Talking)
            return chosen
    return Talking.model_validate({})


def after_quiet(quiet: WeeklySpans, at: datetime, zone: tzinfo) -> datetime:
    """The same moment, or when the quiet hours that it lies in are over."""
    for _ in range(LOOK_AHEAD):
        window = quiet.current(at, zone)
        if window is None:
            break
        at = window[1]
    return at


def quiet_until(ctx: GroupContext, at: datetime | None = None) -> datetime | None:
    """When the quiet hours that `at` (by default now) lies in are over, in the host's zone; None outside them."""
    at = at or ctx.now
    end = after_quiet(talking(ctx).quiet, at, ctx.zone)
    return ctx.local(end) if end > at else None


def may_be_said(
    now: datetime,
    chosen: Talking,
    waiting: Collection[Urgency],
    last: datetime | None,
    said_today: int,
) -> datetime:
    """The first moment at which what waits may be said. `now` is local; `last` is when notices were said last.

    What is less urgent goes along with what may be said, as that costs the group no message more.
    """
    zone = now.tzinfo
    assert zone is not None
    at = now
    if last is not None and last <= now < last + TOGETHER:
        at = (last + TOGETHER).astimezone(zone)
    only_low = all(one is Urgency.LOW for one in waiting)
    if only_low and chosen.talks and said_today >= chosen.talks and at.date() == now.date():
        at = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=zone)
    return after_quiet(chosen.quiet, at, zone)


def in_one(notices: Sequence[Sequence[Segment]]) -> int:
    """How many of these, from the first on, one message holds."""
    characters = mentions = 0
    for count, segments in enumerate(notices):
        characters += len(plain(segments))
        mentions += sum(segment["type"] == "at" for segment in segments)
        if count and (count == MOST_NOTICES or characters > MOST_CHARACTERS or mentions > MOST_MENTIONS):
            return count
    return len(notices)


def joined(notices: Sequence[Sequence[Segment]]) -> list[Segment]:
    """One message of several, each on a line of its own."""
    segments: list[Segment] = []
    for number, notice in enumerate(notices):
        between: list[Segment] = [{"type": "text", "data": {"text": "\n"}}] if number else []
        for segment in (*between, *notice):
            if segment["type"] == "text" and segments and segments[-1]["type"] == "text":
                text = segments[-1]["data"]["text"] + segment["data"]["text"]
                segments[-1] = {"type": "text", "data": {"text": text}}
            else:
                segments.append(segment)
    return segments


async def _wanted(ctx: GroupContext) -> tuple[list[Gathered], list[int]]:
    """What waits and is still to be said, oldest first; and the rows that are not: their feature was switched off, there
    is a newer one on the same topic, or it is too late.
    """
    rows = await Gathered.filter(group_id=ctx.group.id, feature=OWNER, name=NOTICE, batch=None).order_by("id")
    newest = {(row.item["feature"], row.item["topic"]): row.id for row in rows}
    now = ctx.now.timestamp()
    wanted = [
        row
        for row in rows
        if ctx.is_on(row.item["feature"])
        and newest[row.item["feature"], row.item["topic"]] == row.id
        and (row.item["until"] or now) >= now
    ]
    kept = {row.id for row in wanted}
    return wanted, [row.id for row in rows if row.id not in kept]


async def say(ctx: GroupContext, slot: Slot) -> datetime | None:
    """Say what waits, as much as one message holds, or wait on; the time of the next look."""
    wanted, dropped = await _wanted(ctx)
    if dropped:
        await Gathered.filter(id__in=dropped).update(batch=DROPPED, done_at=ctx.now)
    if not wanted:
        return None
    here: Any = Gathered.filter(group_id=ctx.group.id, feature=OWNER, batch__gt=DROPPED)
    newest = await here.filter(name=NOTICE).order_by("-done_at").first()
    midnight = ctx.now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = await here.filter(done_at__gte=midnight).distinct().values_list("batch", flat=True)
    urgencies = [Urgency(row.item["urgency"]) for row in wanted]
    at = may_be_said(ctx.now, talking(ctx), urgencies, newest and newest.done_at, len(today))
    if at > ctx.now:
        return at
    count = in_one([row.item["segments"] for row in wanted])
    await _hand_over(ctx, wanted[:count])
    return ctx.now + TOGETHER if count < len(wanted) else None


@atomic
async def _hand_over(ctx: GroupContext, rows: Sequence[Gathered]) -> None:
    """Put them into the outbox as one message, which is written down together with their being said."""
    batch, features = rows[0].id, {row.item["feature"] for row in rows}
    feature = ctx.host.features[features.pop()] if len(features) == 1 else ctx.feature
    speaking = GroupContext(ctx.host, ctx.group, feature, source=f"announced:{batch}")
    await Gathered.filter(id__in=[row.id for row in rows]).update(batch=batch, done_at=ctx.now)
    await speaking.post(joined([row.item["segments"] for row in rows]))


async def _chosen_anew(ctx: GroupContext, happened: SettingChanged) -> None:
    """Quiet hours or the number may have changed: what waits may be said by now."""
    if happened.name in Talking.model_fields:
        await announced.look(ctx)


feature: Feature = Feature(
    __name__, "主动发言", "不急的话攒着一起说，夜里不说。", id=OWNER, always_on=True, hidden=True
)
feature.job(announced.JOB, say, repeats=True)
feature.on(SettingChanged, _chosen_anew, everywhere=True)
