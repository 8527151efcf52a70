"""When a card is looked at: its owner speaks, joins or leaves, a card notice comes, or a day has passed."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

from lizheng import Context, Feature, GroupContext, Role
from lizheng.events import CardChanged, FeatureSwitched, MemberJoined, MemberLeft, SettingChanged
from lizheng.parts.each_group import in_each_group
from plugins.name_tag import register
from plugins.name_tag.rules import judge_member

KEPT = 50_000
CHECK, TELL = "check", "tell"
DAILY = timedelta(hours=24)
RETRY = timedelta(minutes=10)
GATHERING = timedelta(seconds=3)


class Watcher:
    """Looks at the card of whoever speaks, once per card: one dictionary look-up for those already judged."""

    def __init__(self) -> None:
        self._judged: OrderedDict[tuple[int, int], tuple[int, str]] = OrderedDict()

    async def begin(self, host: Any) -> None:
        self._judged.clear()

    async def look(self, ctx: Context) -> bool:
        sender = ctx.event.sender
        key, mark = (ctx.group.id, ctx.author_id), (ctx.group.revision, sender.card or "")
        if self._judged.get(key) == mark:
            return False
        self._judged[key] = mark
        self._judged.move_to_end(key)
        if len(self._judged) > KEPT:
            self._judged.popitem(last=False)
        await self._judge(ctx, mark[1], sender.nickname or "")
        return False

    async def _judge(self, ctx: Context, card: str, nickname: str) -> None:
        form = register.format_of(ctx)
        if form is None or ctx.role >= Role.ADMIN or ctx.why_protected(ctx.author_id, None):
            return
        if getattr(ctx.event, "anonymous", None):
            return
        fits = judge_member(form, card, nickname).ok
        if fits and await register.has_case(ctx, ctx.author_id):
            await register.look_at(ctx, ctx.author_id, card)
        elif not fits and not await register.EXEMPTS.has(ctx, ctx.author_id):
            await register.open_case(ctx, ctx.author_id)


async def joined(ctx: GroupContext, happened: MemberJoined) -> None:
    if register.format_of(ctx) is None or ctx.why_protected(happened.user_id, None):
        return
    if await register.open_case(ctx, happened.user_id, happened.time):
        await ctx.plan(TELL, ctx.now + GATHERING, gather=True)


async def left(ctx: GroupContext, happened: MemberLeft) -> None:
    await register.close_case(ctx, happened.user_id)


async def card_changed(ctx: GroupContext, happened: CardChanged) -> None:
    ctx.host.roster.forget(ctx.group.id, happened.user_id)
    await register.look_at(ctx, happened.user_id, happened.new)


async def switched(ctx: GroupContext, happened: FeatureSwitched) -> None:
    if happened.on:
        await start_over(ctx)


async def changed(ctx: GroupContext, happened: SettingChanged) -> None:
    if happened.name == "format":
        await start_over(ctx)


async def start_over(ctx: GroupContext) -> None:
    """The rule is new here: everybody gets the grace, and the list is read at once."""
    await register.begin_anew(ctx)
    if register.format_of(ctx) is not None:
        await ctx.plan(CHECK, ctx.now, replace=True)
    else:
        await ctx.unplan(CHECK)


async def check(ctx: GroupContext, slot: Any) -> datetime | None:
    """The periodic look at the whole list."""
    form = register.format_of(ctx)
    if form is None:
        return None
    return ctx.now + (DAILY if await register.take_stock(ctx, form) else RETRY)


def resume(feature: Feature) -> Any:
    """What makes sure, at every start, that the list is looked at in each group that has a format."""

    async def begin(host: Any) -> None:
        await in_each_group(host, feature, _check_soon)

    return begin


async def _check_soon(ctx: GroupContext) -> None:
    if register.format_of(ctx) is not None:
        await ctx.plan(CHECK, ctx.now + GATHERING, replace=True)
