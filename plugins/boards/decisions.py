"""What people decide: entries that wait, files that are said to be gone; and thanks."""

from __future__ import annotations

from lizheng import Context, Declined, GroupContext, Mention, Pending
from lizheng.text import clip
from plugins.boards import items, kinds, orders, rules, texts
from plugins.boards.models import Item
from plugins.boards.rules import LIBRARY, Kind, Parts

ITEM, DEAD = "item", "dead"


async def submit(ctx: GroupContext, item: Item, kind: Kind, why: str) -> None:
    """Put an entry before the deputies, with what speaks against it."""
    await ctx.names_of([ctx.author_id])
    payload = {"id": item.id, "version": item.version}
    pending = await ctx.submit(
        ITEM,
        texts.SUBMITTED,
        payload=payload,
        who=ctx.who(ctx.author_id),
        kind=kind.name,
        number=item.number,
        text=clip(rules.masked(item.text), 80),
        why=why,
    )
    if ctx.answers_to:
        await ctx.say(texts.SUBMITTED_ASIDE, number=item.number, pending=pending.number)


async def withdraw(ctx: Context, item: Item) -> None:
    """Take back what waits about an entry, as it has changed; what an admin changed is refused when it is decided."""
    for waiting in await ctx.waiting(ITEM, author=ctx.author_id):
        if waiting.payload.get("id") == item.id:
            await ctx.withdraw(waiting.number)


async def _meant(ctx: GroupContext, pending: Pending) -> tuple[Item, Kind]:
    """The entry as it was put before people. Raises `Declined` when it is another by now."""
    item = await Item.get_or_none(
        id=pending.payload["id"], version=pending.payload["version"], state="waiting"
    )
    kind = (await kinds.all_of(ctx)).get(item.kind) if item else None
    if item is None or kind is None:
        raise Declined(texts.TOO_LATE)
    return item, kind


async def approved(ctx: GroupContext, pending: Pending) -> None:
    item, kind = await _meant(ctx, pending)
    if not await items.put_up(ctx, item, kind):
        raise Declined(texts.TOO_LATE)
    await items.call(ctx, item)
    suiting = rules.say_suiting(await items.match(ctx, item))
    line, days = Parts.of(item.parts).line, rules.days_of(kind)
    await ctx.say(
        texts.APPROVED,
        about=(ITEM, item.number),
        who=Mention(item.author_id),
        number=item.number,
        kind=kind.name,
        days=days,
        line=line,
        suiting=suiting,
    )


async def rejected(ctx: GroupContext, pending: Pending) -> None:
    if pending.state == "cancelled":
        return
    item, _ = await _meant(ctx, pending)
    if await items.refuse(ctx, item):
        await orders.give_back(ctx, item)
        reason = f"：{pending.reason}" if pending.reason else ""
        await ctx.say(
            texts.REJECTED, who=Mention(item.author_id), number=item.number, reason=reason.rstrip("。")
        )


async def submit_dead(ctx: Context, item: Item) -> None:
    """Ask for a file or a link to be taken away."""
    title = Parts.of(item.parts).title
    await ctx.submit(DEAD, texts.SAID_DEAD, payload={"id": item.id}, number=item.number, title=title)


async def dead_confirmed(ctx: GroupContext, pending: Pending) -> None:
    own = Item.filter(id=pending.payload["id"], kind=LIBRARY, state="up")
    if not await own.update(state="down", outcome=texts.DEAD, until=ctx.now):
        raise Declined(texts.TOO_LATE)
    item = await Item.get(id=pending.payload["id"])
    await ctx.say(texts.TAKEN_AWAY, number=item.number)
