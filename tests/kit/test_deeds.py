"""Deeds are written once by key and taken back by key; calls know who answered."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from lizheng import Dimension, GroupContext
from lizheng.host import maintenance
from lizheng.parts.deeds import KEPT, calls_closed, deeds_of, has_deed
from lizheng.sandbox.stage import HostStage
from lizheng.store.deed_tables import Call, Deed, Taker


async def test_deeds_by_key_and_calls_with_takers(stage: HostStage) -> None:
    player = await stage.play("小王：在")
    host, group = stage.host, int(player.group.group_id)
    ctx = GroupContext(host, host.groups[group], host.features["control"])
    other = GroupContext(host, host.groups[group], host.features["ledger"])
    wang, li = player.person("小王"), player.person("小李")
    events = Dimension.EVENTS

    written = await asyncio.gather(
        *(ctx.deed(wang, "event.came", key="came/H3/1", dimension=events) for _ in range(30))
    )
    assert written.count(True) == 1
    assert await other.deed(wang, "event.came", key="came/H3/1", dimension=events, amount=2)
    assert await ctx.deed(li, "event.held", key="held/H3", dimension=events, at=ctx.now - timedelta(days=40))
    since = ctx.now - timedelta(days=1)
    [done] = await deeds_of(ctx, since)
    assert (done.user_id, done.kind, done.dimension, done.amount, done.count) == (
        wang,
        "event.came",
        events,
        3,
        2,
    )
    assert len(await deeds_of(ctx, ctx.now - timedelta(days=60))) == 2
    assert await deeds_of(ctx, since, dimension=Dimension.CASES) == []
    assert await deeds_of(ctx, ctx.now - timedelta(days=60), since, kinds={"event.came"}) == []
    assert await has_deed(ctx, li, "event.held")
    assert not await has_deed(ctx, li, "event.held", since=since)

    assert await ctx.undo_deed("came/H3/1")
    assert not await ctx.undo_deed("came/H3/1")
    assert not await ctx.deed(wang, "event.came", key="came/H3/1", dimension=events)
    assert [one.amount for one in await deeds_of(ctx, since)] == [2]
    assert await Deed.all().count() == 3

    assert await ctx.call_opened("event", "H3", 20)
    assert not await ctx.call_opened("event", "H3", 30)
    joined = await asyncio.gather(*(ctx.call_joined("H3", wang) for _ in range(30)))
    assert joined.count(True) == 1
    assert await ctx.call_joined("H3", li)
    assert await ctx.call_left("H3", li)
    assert not await ctx.call_left("H3", li)
    assert await calls_closed(ctx, since) == []
    assert await ctx.call_closed("H3")
    assert not await ctx.call_closed("H3")
    [call] = await calls_closed(other, since, kinds={"event"})
    assert (call.feature, call.key, call.audience, call.takers) == ("control", "H3", 20, 1)
    await ctx.call_opened("event", "H4", 5)
    await ctx.call_dropped("H4")
    assert await Call.all().count() == 1


async def test_they_are_kept_for_400_days_and_go_when_asked(stage: HostStage) -> None:
    player = await stage.play("小王：在")
    host, group = stage.host, int(player.group.group_id)
    ctx = GroupContext(host, host.groups[group], host.features["control"])
    wang = player.person("小王")
    assert all(keep in maintenance.feature.keeps for keep in KEPT)
    for days in (399, 401):
        at = ctx.now - timedelta(days=days)
        await ctx.deed(wang, "event.came", key=str(days), dimension=Dimension.EVENTS, at=at)
        await ctx.call_opened("event", str(days), 5, at=at)
        await ctx.call_joined(str(days), wang, at=at)
    for keep in KEPT:
        assert await keep.purge(ctx.now, 10_000) == 1
    assert await Deed.all().count() == await Call.all().count() == await Taker.all().count() == 1
    for keep in KEPT:
        going = keep.deletable(group, wang, ctx.now)
        assert going is not None
        await keep.remove(going)
    assert await Deed.all().count() == await Taker.all().count() == 0
