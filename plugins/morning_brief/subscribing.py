"""The commands about feeds."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated, Any

from lizheng import Context, Declined, GroupContext, Slot, atomic
from lizheng.grammar import Misread, Words
from lizheng.media.addresses import Address
from plugins.morning_brief import register, texts
from plugins.morning_brief.feeds.addresses import check_name, read_address
from plugins.morning_brief.gathering import Gathering, Rounds
from plugins.morning_brief.models import Item, Subscription

OPEN = "open"
LOOK_SECONDS = 1.5
Number = Annotated[int, "编号"]


class Url(str):
    """A feed's address, whole and checked for what can be seen of it."""

    label = "<RSS 地址>"
    __slots__ = ()

    @staticmethod
    def fits(text: str) -> bool:
        return text.startswith(("http://", "https://"))

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Url:
        if not (text := words.rest()):
            raise Misread(texts.NO_ADDRESS)
        return cls(_checked(ctx, text))


def _checked(ctx: Context, text: str) -> Address:
    address = read_address(text)
    check_name(address, ctx.host.config.feed_hosts)
    return address


class Subscribing:
    """Taking feeds and giving them up."""

    def __init__(self, gathering: Gathering, rounds: Rounds) -> None:
        self._gathering = gathering
        self._rounds = rounds

    async def add(self, ctx: Context, url: Url) -> None:
        address = read_address(url)
        await self._resolve(address)
        taken = await register.subscriptions(ctx.group.id)
        for row, source in taken:
            if source.url == str(address):
                raise Declined(texts.ALREADY.format(number=row.number))
        if len(taken) >= register.MOST_FEEDS:
            raise Declined(texts.TOO_MANY.format(most=register.MOST_FEEDS))
        await _take(ctx, address)

    async def _resolve(self, address: Address) -> None:
        """A name that leads inside is refused here, if the name server answers in time; one that leads nowhere is not."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._gathering.fetcher.look_up(address), LOOK_SECONDS)

    async def remove(self, ctx: Context, number: Number) -> None:
        for row, source in await register.subscriptions(ctx.group.id):
            if row.number == number:
                record = await _give_up(ctx, row, source.url)
                name = register.name_of(source)
                await ctx.say(texts.UNSUBSCRIBED, number=number, name=name, record=record)
                return
        raise Declined(texts.NO_SUBSCRIPTION.format(number=number))

    async def show(self, ctx: Context) -> None:
        taken = await register.subscriptions(ctx.group.id)
        if not taken:
            raise Declined(texts.NO_SUBSCRIPTIONS)
        lines: list[str] = []
        for row, source in taken:
            state = texts.FAILING.format(why=source.why) if source.why else ""
            if source.tried_at is None:
                state = texts.UNTRIED
            name = register.name_of(source)
            lines.append(texts.SUBSCRIPTION.format(number=row.number, name=name, state=state))
        await ctx.say(texts.SUBSCRIPTIONS, count=len(taken), lines="\n".join(lines))

    async def open(self, ctx: GroupContext, slot: Slot) -> None:
        """The due slot right after a subscription: say whether it can be opened."""
        number = int(slot.payload["number"])
        for row, source in await register.subscriptions(ctx.group.id):
            if row.number != number:
                continue
            await self._gathering.refresh(ctx.host, [source], slot.due_at)
            await source.refresh_from_db()
            if source.why:
                await Subscription.filter(id=row.id).update(told_at=ctx.now)
                await ctx.say(texts.NOT_OPENED, number=number, why=source.why)
            else:
                count = await Item.filter(source_id=source.id).count()
                await ctx.say(texts.OPENED, number=number, title=register.name_of(source), count=count)
        await self._rounds.plan(ctx.host)

    async def undo_add(self, ctx: Context, undo: dict[str, Any]) -> None:
        for row, source in await register.subscriptions(ctx.group.id):
            if source.url == undo["url"]:
                await register.unsubscribe(row)

    async def undo_remove(self, ctx: Context, undo: dict[str, Any]) -> None:
        taken = await register.subscriptions(ctx.group.id)
        if all(source.url != undo["url"] for _, source in taken):
            await register.subscribe(ctx.group.id, read_address(undo["url"]), ctx.author_id, undo["number"])


@atomic
async def _take(ctx: Context, address: Address) -> None:
    """Subscribe, record, and have it opened, in one go."""
    row = await register.subscribe(ctx.group.id, address, ctx.author_id)
    undo = {"name": "add", "url": str(address)}
    record = await ctx.note("feed", f"早报订阅 {row.number} 号 {address.host}", undo=undo)
    await ctx.say(texts.SUBSCRIBED, number=row.number, host=address.host, record=record.number)
    await ctx.plan(OPEN, ctx.now, key=str(row.number), payload={"number": row.number}, replace=True)


@atomic
async def _give_up(ctx: Context, row: Subscription, url: str) -> int:
    await register.unsubscribe(row)
    undo = {"name": "remove", "url": url, "number": row.number}
    return (await ctx.note("feed", f"早报退订 {row.number} 号", undo=undo)).number
