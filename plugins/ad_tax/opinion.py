"""What the tax thinks of an ad somebody posted."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from lizheng import GroupContext
from lizheng.grammar import say_money
from lizheng.hooks import AdOpinion, AdSeen, Allow, Charge
from lizheng.ledger import books, orders
from lizheng.ledger.tables import Order
from plugins.ad_tax import ordering, paid, texts
from plugins.ad_tax.exempts import EXEMPTS
from plugins.ad_tax.settings import Settings


async def answer(ctx: GroupContext, ad: AdSeen) -> AdOpinion | None:
    """Nothing while the books do not add up."""
    if books.are_closed(ctx.group):
        return None
    if await EXEMPTS.has(ctx, ad.user_id):
        return Allow(texts.EXEMPT)
    price = say_money(ctx.settings(Settings).price)
    way_out = texts.WAY_OUT.format(price=price)
    if await _slots(ctx, ad) or await Order.filter(used_by=_cause(ctx, ad)).exists():
        return Allow(texts.PAID, paid=True, claim=partial(_spend, ctx, ad), way_out=way_out)
    if mine := await orders.credits_of(ctx.group.id, ad.user_id, ctx.feature.id):
        return Charge(0, texts.UNUSED.format(number=mine[0].number), way_out=texts.USE_IT)
    return Charge(
        ctx.settings(Settings).price,
        texts.UNPAID.format(price=price),
        claim=partial(_open, ctx, ad),
        way_out=way_out,
    )


def _cause(ctx: GroupContext, ad: AdSeen) -> str:
    return f"ad:{ctx.group.id}:{ad.message_id}:{ad.at}"


async def _slots(ctx: GroupContext, ad: AdSeen) -> list[Order]:
    """The credits by which the member may post an ad themselves at that moment."""
    return await paid.with_slot(ctx, ad.user_id, datetime.fromtimestamp(ad.at, UTC))


async def _spend(ctx: GroupContext, ad: AdSeen) -> str | None:
    used = await orders.use_any(await _slots(ctx, ad), by=_cause(ctx, ad), at=ctx.now)
    if used is None:
        return None
    left = len(await orders.credits_of(ctx.group.id, ad.user_id, ctx.feature.id))
    return texts.SPENT.format(number=used.number, left=texts.LEFT.format(count=left) if left else "")


async def _open(ctx: GroupContext, ad: AdSeen) -> str:
    order = await ordering.place_unpaid(ctx, ad.user_id, _cause(ctx, ad))
    return texts.UNPAID_ORDER.format(
        price=say_money(order.price - order.paid), number=order.number, until=ordering.until(ctx, order)
    )
