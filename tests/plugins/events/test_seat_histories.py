"""Random histories of one event's seats: never too many sit, nobody is passed over, the books add up."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from lizheng import Declined, GroupContext
from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Order
from lizheng.sandbox.stage import HostStage
from lizheng.store.deed_tables import Taker
from plugins.events import gatherings, rules, seats
from plugins.events.models import Event, Seat
from tests.support.admin_actions import context

PEOPLE = range(70_000_000, 70_000_008)


async def history(ctx: GroupContext, seed: int, steps: int) -> None:
    """Walk through a random one, and check after each step what must hold."""
    dice = Random(seed)
    price = dice.choice([0, 0, 100])
    event = await Event.create(
        group_id=ctx.group.id, number=1000 + seed, organiser_id=1, title="试", seats=dice.randint(1, 4), guests=2,
        waiting=dice.choice([None, 2]), price=price, created_at=ctx.now, closes_at=ctx.now + timedelta(days=2),
        ends_at=ctx.now + timedelta(days=3),
    )  # fmt: skip
    most = event.seats
    for _ in range(steps):
        person = dice.choice(PEOPLE)
        try:
            match dice.randint(0, 8):
                case 0 | 1 | 2 | 3 | 4:
                    guests = dice.choice([None, None, 0, 1, 2])
                    await seats.sign_up(ctx, event.id, person, at=ctx.now, guests=guests)
                case 5 | 6 | 7:
                    await seats.give_up(ctx, event.id, person)
                case _:
                    wanted = dice.randint(1, 5)
                    await gatherings.change(ctx, event.id, seats=wanted)
                    most = max(most, wanted)
        except Declined:
            pass
        await check(event.id, most)
    await gatherings.call_off(ctx, event.id, "完")
    assert await Seat.filter(event_id=event.id, state__in=["taken", "waiting"]).count() == 0
    assert await Order.filter(purpose=f"报名费 H{event.number}", state="open").count() == 0


async def check(event_id: int, most: int) -> None:
    event = await Event.get(id=event_id)
    rows = await seats.in_order(event)
    sitters = [rules.Sitter(one.user_id, 1 + one.guests, one.state == "waiting") for one in rows]
    assert await seats.taken(event) <= most
    assert rules.next_up(event.seats, sitters) == []
    sitting = {one.user_id for one in rows if one.state == "taken"}
    assert {one.user_id for one in await Taker.filter(key=seats.key_of(event))} == sitting
    if event.price:
        owed = await Order.filter(purpose=f"报名费 H{event.number}", state="open")
        assert sorted(one.user_id for one in owed) == sorted(sitting)


async def test_random_histories(stage: HostStage) -> None:
    player = await stage.play("开：报名")
    ctx = context(stage, player, "events")
    for seed in range(4):
        await history(ctx, seed, 15)
    assert await mismatches() == []


@pytest.mark.nightly
async def test_many_long_histories(stage: HostStage) -> None:
    player = await stage.play("开：报名")
    ctx = context(stage, player, "events")
    for seed in range(100, 300):
        await history(ctx, seed, 60)
    assert await mismatches() == []
