"""Random chat histories about money with kill -9 in between: afterwards the books add up and no ad was posted twice."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lizheng.clock import Clock
from lizheng.ledger.checking import mismatches
from lizheng.sandbox.world.refusal import WorldError
from lizheng.store import Store
from tests.faults.process import Group, Town

KILLS = 3
STEPS = 12


def act(group: Group, chance: random.Random) -> None:
    """One thing somebody says or does."""
    world = group.town.world
    member = chance.choice((group.wang, group.li))
    number = chance.randint(1, 4)
    texts = [
        message
        for message in world.messages.values()
        if message.group_id == group.id and message.user_id == member
    ]
    choices = {
        "order": lambda: group.say(member, f"/广告 内容{chance.random()}"),
        "packet": lambda: world.red_packet(group.id, member, chance.choice((f"广告A{number}", "恭喜"))),
        "claim": lambda: group.say(member, f"/已发红包 {chance.randint(1, 120)} A{number}"),
        "confirm": lambda: group.say(group.admin, f"/确认收款 A{number}{chance.choice(('', ' 40', ' 200'))}"),
        "quote": lambda: texts and world.say(group.id, group.admin, "收到", reply_to=texts[-1].message_id),
        "recall": lambda: texts and world.recall(texts[-1].message_id, member),
        "refuse": lambda: group.say(group.admin, f"/拒绝收款 A{number}"),
        "refund": lambda: group.say(group.admin, f"/退款 A{number}"),
    }
    weights = {"order": 5, "packet": 4, "confirm": 5, "quote": 4}
    name = chance.choices(list(choices), [weights.get(name, 1) for name in choices])[0]
    try:
        choices[name]()
    except WorldError:
        return


async def play(folder: Path, histories: int, seed: int) -> int:
    """The entries written. All histories are groups of one host, killed while all of them talk."""
    chance = random.Random(seed)
    town = Town(folder)
    await town.start()
    try:
        groups = [Group(town) for _ in range(histories)]
        for group in groups:
            for title in ("广告税", "账本"):
                group.say(group.owner, f"/开启 {title}")
        await town.settled()
        for _ in range(KILLS):
            for _ in range(STEPS):
                for group in groups:
                    act(group, chance)
                await asyncio.sleep(chance.random() * 0.25)
            town.host.kill()
            await town.restart()
        await town.settled()
    finally:
        await town.stop()
    for group in groups:
        ads = [text for text in group.said if text.startswith("【广告】")]
        assert len(ads) == len(set(ads)), "an ad was posted twice"
    return await _look(folder / "lizheng.db")


async def _look(path: Path) -> int:
    store = Store(f"sqlite://{path}", {}, path.parent, Clock())
    await store.open()
    try:
        assert not await mismatches()
    finally:
        await store.close()
    with closing(sqlite3.connect(path)) as database:
        orphans = (
            "SELECT COUNT(*) FROM lizheng_order WHERE used_by LIKE 'ad-order:%' "
            "AND used_by NOT IN (SELECT source FROM lizheng_outgoing WHERE source IS NOT NULL)"
        )
        assert database.execute(orphans).fetchone() == (0,), "a credit was spent and its ad forgotten"
        return database.execute("SELECT COUNT(*) FROM lizheng_entry").fetchone()[0]


async def test_kills_leave_no_discrepancy(tmp_path: Path) -> None:
    assert await play(tmp_path, 5, seed=1) > 0


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(10))
async def test_many_kills_leave_no_discrepancy(tmp_path: Path, seed: int) -> None:
    assert await play(tmp_path, 50, seed) > 0
