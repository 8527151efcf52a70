"""Keeping a group told: one slot per group looks at each edge of its windows, and says what is due, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from nonebot import logger

from lizheng import GroupContext, HookFailed, atomic
from lizheng.events import FeatureSwitched, SettingChanged
from lizheng.hooks import AdWindow, window_opens
from lizheng.messages.templates import compose
from plugins.ad_window import rules, texts
from plugins.ad_window.models import Announced
from plugins.ad_window.rules import Calendar, Say, Told, Window
from plugins.ad_window.settings import Settings

LOOK = "look"
SETTLING = timedelta(seconds=1)
"""After a change the answer to the command goes first, and several changes are told as one."""


def calendar_of(ctx: GroupContext) -> Calendar:
    """The group's windows as they are set now."""
    chosen = ctx.settings(Settings)
    return Calendar(chosen.spans, ctx.zone, rules.read_days_off(chosen.days_off))


async def woke(ctx: GroupContext) -> None:
    """Have the windows looked at soon; a look that is overdue keeps its time."""
    slot = await ctx.plan(LOOK, ctx.now + SETTLING)
    if slot.due_at > ctx.now + SETTLING:
        await ctx.plan(LOOK, ctx.now + SETTLING, replace=True)


async def changed(ctx: GroupContext, happened: SettingChanged) -> None:
    await ctx.plan(LOOK, ctx.now + SETTLING, replace=True)


async def switched(ctx: GroupContext, happened: FeatureSwitched) -> None:
    if happened.on:
        await ctx.plan(LOOK, ctx.now + SETTLING, replace=True)
        return
    row, _ = await Announced.get_or_create(group_id=ctx.group.id)
    told = _told(row)
    if told.window is not None:
        said = [_marked(ctx, texts.CLOSES_EARLY)] if told.window.closes > ctx.now else []
        await _turn(ctx, row.turn, Told(), said)


async def look(ctx: GroupContext, slot: Any) -> datetime | None:
    """The due slot: say what is due now, and look again at the next edge."""
    row, _ = await Announced.get_or_create(group_id=ctx.group.id)
    before = _told(row)
    now, calendar = ctx.now, calendar_of(ctx)
    current = calendar.current(now)
    told, said = rules.announce(before, current, now, slot.due_at)
    if told != before:
        more = await _digest(ctx, current) if Say.OPEN in said and current else ""
        await _turn(ctx, row.turn, told, [_wording(ctx, one, told, calendar, more) for one in said])
    return rules.next_look(calendar, told, now)


def _told(row: Announced) -> Told:
    if row.opens_at is None or row.closes_at is None:
        return Told()
    return Told(Window(row.opens_at, row.closes_at), row.called)


def _wording(ctx: GroupContext, say: Say, told: Told, calendar: Calendar, more: str) -> list[Any]:
    now = ctx.now
    if say is Say.CLOSE:
        following = calendar.next_after(now)
        if following is None:
            return _marked(ctx, texts.CLOSES_FOR_GOOD)
        return _marked(ctx, texts.CLOSES, following=rules.say_window(following, now))
    assert told.window is not None
    left = told.window.closes - now
    if say is Say.LAST_CALL:
        return _marked(ctx, texts.LAST_CALL, minutes=-(-left // timedelta(minutes=1)))
    until = rules.say_until(told.window.closes, now)
    most = ctx.settings(Settings).per_member
    return _marked(ctx, texts.OPENS, until=until, most=most, more=more and f"\n{more}")


def _marked(ctx: GroupContext, template: str, **values: Any) -> list[Any]:
    """The words, and in dry run that it is one: then no window opens or closes anything."""
    return compose(texts.DRY_RUN + template if ctx.group.dry_run else template, values)


async def _digest(ctx: GroupContext, window: Window) -> str:
    """What other features put under the announcement; an announcement does without one that fails."""
    try:
        answers = await window_opens.ask(ctx, AdWindow(window.opens, window.closes))
    except HookFailed as failed:
        logger.opt(exception=failed).warning("the window of group {} opens without a digest", ctx.group.id)
        return ""
    return "\n".join(answer.value for answer in answers)


@atomic
async def _turn(ctx: GroupContext, turn: int, told: Told, announcements: list[list[Any]]) -> None:
    """Remember what is told and put it out in one go; only one of two looks at the same turn succeeds."""
    window = told.window
    changed = await Announced.filter(group_id=ctx.group.id, turn=turn).update(
        turn=turn + 1,
        opens_at=window and window.opens,
        closes_at=window and window.closes,
        called=told.called,
    )
    if not changed:
        return
    until = ctx.now + rules.LATE_LIMIT
    for number, segments in enumerate(announcements):
        source = f"ad_window:{ctx.group.id}:{turn}:{number}"
        await ctx.post(segments, source=source, expires_at=until)
