"""Ordering an ad: what it costs, the order, and its end when nobody pays."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from lizheng import Context, Declined, GroupContext, atomic, is_anonymous
from lizheng.events import FeatureSwitched
from lizheng.grammar import say_duration, say_money
from lizheng.grammar.trades import unlawful
from lizheng.hooks import AdSeen, Allow, Violation, ad_opinion, violation
from lizheng.ledger import books, orders
from lizheng.ledger.tables import Order
from lizheng.messages.templates import Mention
from lizheng.parts.command_message import clear, is_cleared
from plugins.ad_tax import paid, texts
from plugins.ad_tax.exempts import EXEMPTS
from plugins.ad_tax.settings import Settings

EXPIRE = "expire"
LONGEST = 1000
MOST_OPEN = 5
RECALLED_BEFORE = timedelta(minutes=15)
"""The order for an ad is opened right after its recall was tried."""


def until(ctx: GroupContext, order: Order) -> str:
    assert order.expires_at is not None
    end = order.expires_at.astimezone(ctx.now.tzinfo)
    return f"{end.month}月{end.day}日 {end:%H:%M} "


async def show(ctx: Context) -> None:
    mine = await orders.credits_of(ctx.group.id, ctx.author_id, ctx.feature.id)
    owed = await orders.open_ones(ctx.group.id, ctx.author_id, ctx.feature.id)
    credit = ""
    if await EXEMPTS.has(ctx, ctx.author_id):
        credit = texts.EXEMPT_RULE
    elif mine:
        credit = texts.CREDITS.format(count=len(mine), numbers=_numbers(mine))
    lines = "；".join(
        texts.OPEN_ONE.format(number=o.number, rest=say_money(o.price - o.paid), until=until(ctx, o))
        for o in owed[:MOST_OPEN]
    )
    await ctx.say(
        texts.RULE,
        price=say_money(ctx.settings(Settings).price),
        credits=credit,
        open=texts.OPEN.format(lines=lines) if lines else "",
    )


def _numbers(found: list[Order]) -> str:
    return "、".join(f"A{order.number}" for order in found[:MOST_OPEN])


# — ordering ———————————————————————————————————————————————————————————————————————————————


async def order(ctx: Context, words: Annotated[str, "内容"]) -> None:
    """Take the words over, or say why not; they do not stand in the group either way."""
    try:
        await _order(ctx, words)
    finally:
        await clear(ctx, texts.RECALL_REASON)


async def _order(ctx: Context, words: str) -> None:
    books.insist(ctx.group)
    if is_anonymous(ctx.event):
        raise Declined(texts.ANONYMOUS)
    if len(words) > LONGEST:
        raise Declined(texts.TOO_LONG.format(limit=LONGEST))
    if trade := unlawful(words):
        raise Declined(texts.UNLAWFUL.format(trade=trade))
    if ctx.channel == "private":
        await ctx.refuse_muted()
    if await EXEMPTS.has(ctx, ctx.author_id) or await _is_free(ctx, words):
        await paid.post(ctx, ctx.author_id, words)
        return
    if await _post_with_credit(ctx, words):
        return
    await _place(ctx, words)


async def _is_free(ctx: Context, words: str) -> bool:
    """Whether somebody else lets it pass for nothing just now, and still does when taken at their word."""
    ad = AdSeen(ctx.author_id, ctx.message_id, words, ctx.event.time, certain=True)
    for said in await ad_opinion.ask(ctx, ad):
        if said.feature == ctx.feature.id or not isinstance(said.value, Allow) or said.value.paid:
            continue
        if said.value.claim is None or await said.value.claim() is not None:
            return True
    return False


@atomic
async def _post_with_credit(ctx: Context, words: str) -> bool:
    source = f"ad-order:{ctx.source}"
    mine = await orders.credits_of(ctx.group.id, ctx.author_id, ctx.feature.id)
    used = await orders.use_any(mine, by=source, at=ctx.now)
    if used is not None:
        await paid.post_for(ctx, used, words, source)
    return used is not None


@atomic
async def _place(ctx: Context, words: str) -> None:
    settings = ctx.settings(Settings)
    mine = await orders.open_ones(ctx.group.id, ctx.author_id, ctx.feature.id)
    if len(mine) >= MOST_OPEN:
        raise Declined(texts.TOO_MANY.format(count=len(mine), numbers=_numbers(mine)))
    placed = await _open(ctx, ctx.author_id, words, f"order:{ctx.source}")
    await ctx.say(
        texts.ORDERED,
        who=Mention(ctx.author_id),
        where=texts.IN_GROUP if ctx.channel == "private" else "",
        aside=texts.ASIDE if is_cleared(ctx) else "",
        number=placed.number,
        price=say_money(placed.price),
        term=say_duration(settings.term),
    )


@atomic
async def _open(ctx: GroupContext, user_id: int, text: str, source: str) -> Order:
    settings = ctx.settings(Settings)
    placed = await orders.place(
        ctx.group.id,
        ctx.feature.id,
        user_id,
        texts.PURPOSE,
        settings.price,
        at=ctx.now,
        expires_at=ctx.now + settings.term,
        text=text,
        source=source,
    )
    assert placed.expires_at is not None
    await ctx.plan(EXPIRE, placed.expires_at, key=str(placed.id), payload={"order": placed.id})
    return placed


@atomic
async def place_unpaid(ctx: GroupContext, user_id: int, source: str) -> Order:
    """The order for an ad that was posted without paying; a member has one of these at a time."""
    for known in await orders.open_ones(ctx.group.id, user_id, ctx.feature.id):
        if not known.text:
            return known
    return await _open(ctx, user_id, "", source)


async def switched(ctx: GroupContext, happened: FeatureSwitched) -> None:
    """What was due while the tax was off is done now: terms that ended, orders that were settled. Going off, posts that
    still wait are taken back.
    """
    if not happened.on:
        await paid.take_back(ctx, texts.SWITCHED_OFF)
        return
    for placed in await orders.open_ones(ctx.group.id, feature=ctx.feature.id):
        end = max(placed.expires_at or ctx.now, ctx.now)
        await ctx.plan(EXPIRE, end, key=str(placed.id), payload={"order": placed.id}, replace=True)
    await paid.catch_up(ctx)


# — its end ————————————————————————————————————————————————————————————————————————————————


async def expire(ctx: GroupContext, slot: Any) -> None:
    """At the end of the term. Nobody has to buy: only an ad that stood all the while, unpaid, has broken a rule."""
    placed = await Order.get(id=slot.payload["order"])
    await orders.expire(placed)
    placed = await Order.get(id=placed.id)
    if placed.state != "expired":
        return
    if placed.paid:
        rest = say_money(placed.price - placed.paid)
        await ctx.say(texts.PARTLY_EXPIRED, number=placed.number, paid=say_money(placed.paid), rest=rest)
    elif not placed.text and await _stood(ctx, placed):
        evidence = texts.VIOLATION.format(number=placed.number)
        await violation.ask(ctx, Violation(placed.user_id, texts.RULE_NAME, evidence))


async def _stood(ctx: GroupContext, placed: Order) -> bool:
    """Whether the ad this order is for was left in the group: QQ refused to take it back."""
    kind, _, cause = (placed.source or "").partition(":")
    if kind != "ad":
        return False
    message_id = int(cause.split(":")[1])
    since = placed.created_at - RECALLED_BEFORE
    states = await ctx.recalls_of(message_id, since)
    return bool(states) and all(state == "not_done" for state in states)
