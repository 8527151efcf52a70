"""Who joined is written down at once and greeted three seconds later, with whoever joined meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng import Declined, GroupContext, HookFailed, MemberInfo, State, Ticket, atomic
from lizheng.events import MemberJoined
from lizheng.hooks import Newcomer, card_format
from lizheng.messages.templates import compose, fill, mentions
from plugins.welcome import pictures, rules, texts
from plugins.welcome.models import Arrival
from plugins.welcome.settings import Settings

GREET = "greet"
REMEMBERED = timedelta(days=30)
MOST_PRIVATE = 4
"""More newcomers at once get the rules in the group alone: private messages in a row look like spam to QQ."""


@dataclass(frozen=True)
class Guests:
    """Whom one greeting is for, and everybody in the group, if the list could be read."""

    people: list[int]
    raid: bool
    members: dict[int, MemberInfo] | None

    @property
    def first(self) -> int:
        return self.people[0]

    def nickname(self, ctx: GroupContext, user_id: int) -> str:
        known = (self.members or {}).get(user_id)
        return known.nickname if known else ctx.name_of(user_id)


async def joined(ctx: GroupContext, happened: MemberJoined) -> None:
    if happened.user_id not in ctx.group.bots:
        await _remember(ctx, happened)


@atomic
async def _remember(ctx: GroupContext, happened: MemberJoined) -> None:
    """Write the join down and have the newcomers greeted, unless this join waits already or was greeted."""
    own = Arrival.filter(group_id=ctx.group.id, user_id=happened.user_id)
    if await own.filter(greeted_at=None, at__gt=ctx.now - rules.STALE).exists():
        return
    _, new = await Arrival.get_or_create(
        {"at": ctx.now},
        group_id=ctx.group.id,
        user_id=happened.user_id,
        event_time=happened.time,
    )
    if new:
        await ctx.plan(GREET, ctx.now + rules.GATHERING, gather=True)


async def greet(ctx: GroupContext, slot: Any) -> datetime | None:
    """Greet everybody who waits, in one message; in a raid it may come later."""
    arrivals = await Arrival.filter(group_id=ctx.group.id, at__gt=ctx.now - rules.STALE).order_by("id")
    waiting = [a for a in arrivals if a.greeted_at is None]
    if not waiting:
        return None
    plan = rules.plan([rules.Arrival(a.at, a.greeted_at, a.merged) for a in arrivals], ctx.now)
    if plan.later is not None:
        return plan.later
    members = await members_now(ctx)
    people = [a.user_id for a in waiting if members is None or a.user_id in members]
    guests = Guests(people, plan.raid, members)
    parts = await greeting(ctx, guests) if people else []
    for ticket, person in await _send(ctx, [a.id for a in waiting], guests, parts):
        outcome = await ticket.outcome()
        if outcome.state is State.NOT_DONE:
            await ctx.note("private_rules", f"私聊群规没有发成：{outcome.why}", target=person)
    return None


async def members_now(ctx: GroupContext) -> dict[int, MemberInfo] | None:
    """Everyone in the group, None while the list cannot be read."""
    try:
        return await ctx.members()
    except Declined:
        return None


async def greeting(ctx: GroupContext, guests: Guests) -> list[Any]:
    """The parts of the greeting for these people, the picture last."""
    text = ctx.settings(Settings).text
    nicknames = [guests.nickname(ctx, person) for person in guests.people]
    values = {
        "at": mentions(guests.people, rules.MOST_MENTIONS, texts.AND_MORE),
        "昵称": rules.names(nicknames),
        "人数": str(len(guests.members)) if guests.members else "",
        **await surroundings(ctx, text, Newcomer(guests.first, nicknames[0])),
    }
    return [*fill(text, values), *await pictures.current(ctx)]


async def surroundings(ctx: GroupContext, text: str, newcomer: Newcomer) -> dict[str, str]:
    """What the placeholders about the group stand for, as far as `text` asks."""
    return {
        "群名": await _group_name(ctx) if "{群名}" in text else "",
        "群规": ctx.settings(Settings).rules,
        "名片格式": await _card_format(ctx, newcomer) if rules.CARD_FORMAT in text else "",
    }


async def _group_name(ctx: GroupContext) -> str:
    try:
        info = await ctx.query("get_group_info", group_id=ctx.group.id)
    except (NetworkError, ActionFailed):
        return ctx.group.name or "本群"
    return str((info or {}).get("group_name") or ctx.group.name or "本群")


async def _card_format(ctx: GroupContext, newcomer: Newcomer) -> str:
    try:
        return "\n".join(answer.value for answer in await card_format.ask(ctx, newcomer))
    except HookFailed:
        return ""


@atomic
async def _send(
    ctx: GroupContext, arrivals: list[int], guests: Guests, parts: list[Any]
) -> list[tuple[Ticket, int]]:
    """Put out the greeting and close the arrivals in one go; returns what went to whom in private."""
    claimed = await Arrival.filter(id__in=arrivals, greeted_at=None).update(
        greeted_at=ctx.now, merged=guests.raid
    )
    await Arrival.filter(group_id=ctx.group.id, at__lt=ctx.now - REMEMBERED).delete()
    if not claimed or not parts:
        return []
    await ctx.post(compose("{greeting}", {"greeting": parts}))
    chosen = ctx.settings(Settings)
    if not (chosen.private_rules and chosen.rules) or guests.raid or len(guests.people) > MOST_PRIVATE:
        return []
    segments = compose(texts.PRIVATE_RULES, {"rules": chosen.rules})
    return [(await ctx.post(segments, user_id=person), person) for person in guests.people]


async def shows_card_format(ctx: GroupContext, newcomer: Newcomer) -> bool:
    """The hook `greets_with_card_format`."""
    return rules.CARD_FORMAT in ctx.settings(Settings).text
