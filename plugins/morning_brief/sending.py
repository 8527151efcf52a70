"""One brief per group and day: put together when it is due, written down with its message, then looked after."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from lizheng import GroupContext, Slot, atomic
from lizheng.events import MessageRecalled
from lizheng.grammar import say_duration
from lizheng.messages.templates import Segment, compose
from plugins.morning_brief import picture, register, reporting, rules, texts
from plugins.morning_brief.contents import Contents, put_together
from plugins.morning_brief.gathering import Gathering
from plugins.morning_brief.models import Brief
from plugins.morning_brief.page import Page
from plugins.morning_brief.rules import Next, Seen
from plugins.morning_brief.settings import Settings
from plugins.morning_brief.timing import Timing

SETTLE = "settle"
LOOK_AGAIN = timedelta(seconds=10)
FIRST_LOOK = rules.SETTLING + timedelta(seconds=1)
UNASKED = timedelta(hours=1)
"""Feeds nobody has tried to fetch for so long before a brief (the host was down) are fetched before it goes out."""

MOST_LATE = 60.0
REASONS = 3


def source_of(brief: Brief, attempt: int) -> str:
    return f"brief:{brief.group_id}:{brief.day.isoformat()}:{attempt}"


class Sending:
    """The due slots of briefs."""

    def __init__(self, timing: Timing, gathering: Gathering) -> None:
        self._timing = timing
        self._gathering = gathering

    async def due(self, ctx: GroupContext, slot: Slot) -> datetime | None:
        """Send what is due, report what is too late, and name the next time."""
        table, limit = self._timing.timetable(ctx), ctx.settings(Settings).catch_up
        missed, due = table.look(slot.due_at, ctx.now, limit)
        await give_up(ctx, missed, limit)
        if due is not None and await register.brief(ctx.group.id, table.day_of(due)) is None:
            await self._fetch_late(ctx, due)
            await self._issue(ctx, table.day_of(due), due + limit)
        following = table.next_after(ctx.now)
        if following and not self._timing.almanac.day(table.day_of(following)).certain:
            await self._timing.warn(ctx, table.day_of(following).year)
        return following

    async def _fetch_late(self, ctx: GroupContext, due: datetime) -> None:
        taken = [source for _, source in await register.subscriptions(ctx.group.id)]
        since = due - UNASKED
        if any(source.tried_at is None or source.tried_at < since for source in taken):
            # The brief has waited long enough for its feeds; what is not there by then comes with the next one.
            with suppress(TimeoutError):
                async with asyncio.timeout(MOST_LATE):
                    await self._gathering.refresh(ctx.host, taken, since)

    async def _issue(self, ctx: GroupContext, day: date, until: datetime) -> None:
        contents = await put_together(ctx, day, self._timing.almanac)
        segments = await as_message(ctx, contents.page)
        await _put_out(ctx, day, contents, segments, until)
        await tell_failing(ctx)
        await register.forget_old(ctx.group.id, day, ctx.now)


async def as_message(ctx: GroupContext, page: Page) -> list[Segment]:
    """A picture where the host can draw one and the group wants it, else the text."""
    drawn = await picture.draw(page) if ctx.settings(Settings).picture else None
    return drawn or compose("{text}", {"text": page.text()})


@atomic
async def _put_out(
    ctx: GroupContext, day: date, contents: Contents, segments: list[Segment], until: datetime
) -> None:
    """The day's brief, what it uses up, its message and the look after it: all of it once, or nothing."""
    given = {"text": contents.page.text(), "until": until}
    brief, new = await Brief.get_or_create(given, group_id=ctx.group.id, day=day)
    if not new:
        return
    await register.mark_shown(ctx.group.id, contents.keys, day)
    await register.take_up(contents.submissions, day)
    await _post(ctx, brief, segments)


async def _post(ctx: GroupContext, brief: Brief, segments: list[Segment]) -> None:
    await ctx.post(segments, source=source_of(brief, brief.attempt), expires_at=brief.until)
    day = brief.day.isoformat()
    await ctx.plan(SETTLE, ctx.now + FIRST_LOOK, key=day, payload={"day": day})


async def tell_failing(ctx: GroupContext) -> None:
    """Say once which feeds fail; again only after a week in which they worked at least once."""
    now = ctx.now
    failing = [
        (row, source)
        for row, source in await register.subscriptions(ctx.group.id)
        if source.why and rules.is_worth_telling(row.told_at, source.fetched_at, now)
    ]
    if not failing:
        return
    for row, _ in failing:
        row.told_at = now
        await row.save(update_fields=["told_at"])
    by_why: dict[str, list[int]] = {}
    for row, source in failing:
        by_why.setdefault(source.why, []).append(row.number)
    told = [
        texts.FEEDS_FAIL.format(numbers="、".join(map(str, numbers)), why=why)
        for why, numbers in list(by_why.items())[:REASONS]
    ]
    if more := sum(len(numbers) for numbers in list(by_why.values())[REASONS:]):
        told.append(texts.MORE_FAIL.format(count=more))
    await ctx.say(texts.FEED_FAILS, failing="；".join(told))


# — what became of it ——————————————————————————————————————————————————————————————————————


async def settle(ctx: GroupContext, slot: Slot) -> datetime | None:
    """The due slot that looks after one brief until it is known to be out, or not."""
    day = date.fromisoformat(slot.payload["day"])
    brief = await register.brief(ctx.group.id, day)
    if brief is None or brief.state != "sending":
        return None
    seen, message = await _look(ctx, brief)
    following = rules.settle(seen)
    if following is Next.OUT:
        await Brief.filter(id=brief.id).update(state="out", why="")
        return None
    if following is Next.WAIT:
        await Brief.filter(id=brief.id).update(looks=brief.looks + rules.is_blind(seen))
        return ctx.now + LOOK_AGAIN
    if following is Next.AGAIN:
        await _send_again(ctx, brief, message, lied=seen.state == "done")
        return ctx.now + FIRST_LOOK
    await _lost(ctx, brief, _why(seen, following))
    return None


async def _look(ctx: GroupContext, brief: Brief) -> tuple[Seen, list[Segment]]:
    found = await ctx.look_up(source_of(brief, brief.attempt))
    if found is None:
        return Seen("unknown", rules.UNWATCHED, looks=rules.MOST_LOOKS), []
    now = ctx.now
    seen = Seen(
        state=found.state,
        age=now - found.sent_at if found.sent_at else None,
        shown=found.shown,
        spans=found.spans,
        recalled=brief.recalled,
        attempt=brief.attempt,
        lied=brief.lied,
        looks=brief.looks,
        late=now >= brief.until,
    )
    return seen, list(found.message)


@atomic
async def _send_again(ctx: GroupContext, brief: Brief, message: list[Segment], *, lied: bool) -> None:
    """Under a source of its own, and only if nobody has done so meanwhile."""
    attempt = brief.attempt + 1
    changed = await Brief.filter(id=brief.id, attempt=brief.attempt, state="sending").update(
        attempt=attempt, lied=brief.lied + lied, looks=0
    )
    if changed:
        brief.attempt = attempt
        await ctx.post(message, source=source_of(brief, attempt), expires_at=brief.until)


def _why(seen: Seen, following: Next) -> str:
    if following is Next.DOUBT:
        return texts.MISSED_UNKNOWN
    return texts.MISSED_LIED if seen.state == "done" else texts.MISSED_LATE


@atomic
async def _lost(ctx: GroupContext, brief: Brief, why: str) -> None:
    if await Brief.filter(id=brief.id, state="sending").update(state="missed", why=why):
        await reporting.missed(ctx, [brief.day], why)


@atomic
async def give_up(ctx: GroupContext, days: list[date], limit: timedelta) -> None:
    """Days whose briefs nobody sent while the host was away; reported together, once."""
    why = texts.MISSED_DOWN.format(limit=say_duration(limit))
    new = []
    for day in days:
        given: dict[str, Any] = {"text": "", "state": "missed", "until": ctx.now, "why": why}
        _, created = await Brief.get_or_create(given, group_id=ctx.group.id, day=day)
        if created:
            new.append(day)
    if new:
        await reporting.missed(ctx, new, why)


async def recalled(ctx: GroupContext, happened: MessageRecalled) -> None:
    """Somebody takes a message of the bot back: a brief that is then missing was seen, and is not sent again."""
    if ctx.is_ours(happened.user_id):
        await Brief.filter(group_id=ctx.group.id, state="sending").update(recalled=True)
