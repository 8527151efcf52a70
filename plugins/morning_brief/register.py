"""Subscriptions, submissions and what a group has been shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from lizheng import GroupContext, atomic
from lizheng.media.addresses import Address
from plugins.morning_brief.feeds.addresses import read_address
from plugins.morning_brief.feeds.choosing import News
from plugins.morning_brief.models import Brief, Item, Shown, Source, Submission, Subscription, Tally

DECISION = "item"
MOST_FEEDS = 20
MOST_WAITING = 3
PER_BRIEF = 5
KEPT = timedelta(days=60)

Taken = tuple[Subscription, Source]


async def subscriptions(group_id: int) -> list[Taken]:
    """What a group takes, in the order of the numbers."""
    rows = await Subscription.filter(group_id=group_id).order_by("number")
    sources = {s.id: s for s in await Source.filter(id__in=[0, *(row.source_id for row in rows)])}
    return [(row, sources[row.source_id]) for row in rows if row.source_id in sources]


def name_of(source: Source) -> str:
    """How a feed is called in the group: its own name, else its host; never its address, which may hold a key."""
    return source.title or read_address(source.url).host


@atomic
async def subscribe(group_id: int, address: Address, by: int, number: int = 0) -> Subscription:
    """Take a source, under the lowest free number unless one is given that is free; one put aside is tried again."""
    source, _ = await Source.get_or_create(url=str(address))
    await Source.filter(id=source.id).update(overruns=0, aside_until=None)
    used = set(await Subscription.filter(group_id=group_id).values_list("number", flat=True))
    if not number or number in used:
        number = next(n for n in range(1, len(used) + 2) if n not in used)
    return await Subscription.create(group_id=group_id, number=number, source_id=source.id, added_by=by)


@atomic
async def unsubscribe(subscription: Subscription) -> None:
    """Give it up; a source nobody takes any more is forgotten with its items."""
    await subscription.delete()
    if not await Subscription.filter(source_id=subscription.source_id).exists():
        await Item.filter(source_id=subscription.source_id).delete()
        await Source.filter(id=subscription.source_id).delete()


async def news(taken: Sequence[Taken]) -> list[list[News]]:
    """What the sources have, one list for each."""
    found: dict[int, list[News]] = {source.id: [] for _, source in taken}
    names = {source.id: name_of(source) for _, source in taken}
    for row in await Item.filter(source_id__in=[0, *found]).order_by("-id"):
        keys = tuple(map(str, row.keys))
        found[row.source_id].append(
            News(row.title, row.link, names[row.source_id], row.published_at, row.seen_at, keys)
        )
    return list(found.values())


async def shown(group_id: int) -> set[str]:
    return {row.key for row in await Shown.filter(group_id=group_id).only("id", "key")}


async def mark_shown(group_id: int, keys: Iterable[str], day: date) -> None:
    rows = [Shown(group_id=group_id, key=key, day=day) for key in dict.fromkeys(keys)]
    await Shown.bulk_create(rows, ignore_conflicts=True)


async def accepted(group_id: int) -> list[Submission]:
    """What was approved and stood in no brief yet, as much as one brief has room for."""
    return await Submission.filter(group_id=group_id, day=None).order_by("number").limit(PER_BRIEF)


async def take_up(submissions: Collection[int], day: date) -> None:
    await Submission.filter(id__in=[0, *submissions]).update(day=day)


async def waiting(ctx: GroupContext, author_id: int) -> int:
    """How many submissions of a member wait for a decision."""
    return len(await ctx.waiting(DECISION, author=author_id))


async def tally(group_id: int, day: date) -> Tally | None:
    return await Tally.get_or_none(group_id=group_id, day=day)


async def brief(group_id: int, day: date) -> Brief | None:
    return await Brief.get_or_none(group_id=group_id, day=day)


async def forget_old(group_id: int, day: date, now: datetime) -> None:
    """What no later brief than that day's asks for any more: the words at once, the rest after two months."""
    await Brief.filter(group_id=group_id, day__lt=day).update(text="")
    before = (now - KEPT).date()
    for table in (Shown, Tally, Brief):
        await table.filter(group_id=group_id, day__lt=before).delete()
    await Submission.filter(group_id=group_id, day__lt=before).delete()
