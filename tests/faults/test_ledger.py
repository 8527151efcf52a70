"""Random chat histories about money with kill -9 in between.

Afterwards the books add up, no ad was posted twice, and every payment was written down together with its notice,
which was told once at most: one that a kill caught on its way is not repeated.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from lizheng.base.clock import Clock
from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Entry
from lizheng.messages.templates import plain
from lizheng.sandbox.world.refusal import WorldError
from lizheng.store import Store
from lizheng.store.sql import fetch
from lizheng.store.tables import Outgoing
from tests.support.bot_process import Group, Town
from tests.support.engines import Postgres
from tests.support.reliability_figures import Note

KILLS = 3
STEPS = 12
AD = "招网店兼职打字员，一单十元起，日结，加QQ 28475619"
BOOKED = re.compile(r"A\d+(?:（[^）]*）收齐了| 收到) |收到 (\d+) 笔，")
ORPHANS = (
    'SELECT COUNT(*) AS "n" FROM "lizheng_order" WHERE "used_by" LIKE \'ad-order:%\' AND "used_by" NOT IN '
    '(SELECT "source" FROM "lizheng_outgoing" WHERE "source" IS NOT NULL)'
)


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
        "ad": lambda: group.say(member, f"{AD}{chance.randint(10, 99)}"),
        "packet": lambda: world.red_packet(group.id, member, chance.choice((f"广告A{number}", "恭喜"))),
        "claim": lambda: group.say(member, f"/已发红包 {chance.randint(1, 120)} A{number}"),
        "confirm": lambda: group.say(group.admin, f"/确认收款 A{number}{chance.choice(('', ' 40', ' 200'))}"),
        "quote": lambda: texts and world.say(group.id, group.admin, "收到", reply_to=texts[-1].message_id),
        "recall": lambda: texts and world.recall(texts[-1].message_id, member),
        "refuse": lambda: group.say(group.admin, f"/拒绝收款 A{number}"),
        "refund": lambda: group.say(group.admin, f"/退款 A{number}{chance.choice(('', ' 100'))}"),
        "several": lambda: group.say(group.admin, f"/确认收款 A{number}-A{number + 2}"),
        "waive": lambda: group.say(group.admin, f"/账本 豁免 A{number} 算了"),
        "unwaive": lambda: group.say(group.admin, f"/撤销 {number}"),
        "award": lambda: group.say(group.admin, f"/专属红包 {member} {number} 好"),
        "reward": lambda: world.red_packet(group.id, group.admin, f"奖A{number}"),
        "sent": lambda: group.say(
            group.admin, f"/专属红包 {chance.choice(('已发', '退回', '取消'))} A{number}"
        ),
        "got": lambda: group.say(member, f"/收到 A{number}"),
        "spend": lambda: group.say(group.admin, f"/支出 {number} 茶水{chance.choice(('', ' 垫付'))}"),
        "yes": lambda: group.say(group.admin, "/确认"),
        "cover": lambda: group.say(group.admin, "/公账 补上"),
        "twice": lambda: world.faults.add("duplicate", "message", times=chance.randint(2, 3)),
        "overtaken": lambda: world.faults.add("reorder", "message"),
    }
    weights = {"order": 5, "ad": 2, "packet": 4, "confirm": 5, "quote": 4}
    name = chance.choices(list(choices), [weights.get(name, 1) for name in choices])[0]
    try:
        choices[name]()
    except WorldError:
        return


async def play(folder: Path, histories: int, seed: int, url: str = "") -> int:
    """The entries written. All histories are groups of one host, killed while all of them talk."""
    chance = random.Random(seed)
    town = Town(folder, {"DATABASE_URL": url} if url else None)
    await town.start()
    try:
        groups = [Group(town) for _ in range(histories)]
        for group in groups:
            for title in ("广告识别", "广告税", "账本", "专属红包"):
                group.say(group.owner, f"/开启 {title}")
        await town.settled()
        for _ in range(KILLS):
            for step in range(STEPS):
                for group in groups:
                    act(group, chance)
                await asyncio.sleep(chance.random() * 0.25)
                if step == STEPS // 2:
                    # However slow the machine is, half of each life has been lived; the rest is cut off in its midst.
                    await town.settled(120)
            town.host.kill()
            await town.restart()
        await town.settled()
    finally:
        await town.stop()
    for group in groups:
        ads = [text for text in group.said if text.startswith("【广告】")]
        assert len(ads) == len(set(ads)), "an ad was posted twice"
    store = Store(url or f"sqlite://{folder / 'lizheng.db'}", {}, Clock())
    await store.open()
    try:
        return await _look(groups)
    finally:
        await store.close()


async def _look(groups: list[Group]) -> int:
    assert not await mismatches()
    assert await fetch(ORPHANS) == [{"n": 0}], "a credit was spent and its ad forgotten"

    def payments(text: str) -> int:
        """How many one notice tells of."""
        found = BOOKED.match(text)
        return int(found[1] or 1) if found else 0

    booked = Counter(await Entry.filter(kind="payment").values_list("group_id", flat=True))
    notices: Counter[int] = Counter()
    for row in await Outgoing.filter(api="send_group_msg"):
        notices[row.group_id] += payments(plain(row.params["message"]))
    notices = +notices
    assert notices == booked, "a payment was booked without a notice, or the other way round"
    told = Counter({group.id: sum(map(payments, group.said)) for group in groups})
    assert told <= notices, "a notice was told twice"
    return await Entry.all().count()


async def test_kills_leave_no_discrepancy(tmp_path: Path, figure: Note) -> None:
    entries = await play(tmp_path, 50, seed=1)
    assert entries
    figure("kills", histories=50, entries=entries, wrong=0)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(10))
async def test_many_kills_leave_no_discrepancy(tmp_path: Path, seed: int, figure: Note) -> None:
    entries = await play(tmp_path, 50, seed)
    assert entries
    figure("kills", histories=50, entries=entries, wrong=0)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2))
async def test_many_kills_leave_no_discrepancy_on_postgres(
    postgres: Postgres, tmp_path: Path, seed: int, figure: Note
) -> None:
    url = await postgres.fresh(tmp_path, empty=True)
    entries = await play(tmp_path, 50, seed, url)
    assert entries
    figure("kills postgres", histories=50, entries=entries, wrong=0)
    await postgres.drop(url)
