"""Random histories of applications: asked, told again, decided here and on phones, lost lines, restarts."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.world import WorldError
from lizheng.store.tables import Pending
from plugins.join_review.models import Application, Edge

STEPS, PEOPLE = 25, 4
ENDED = ("joined", "refused", "elsewhere", "gone", "expired", "unseen")


class History:
    """One group, a few people who want to come in, and an admin."""

    def __init__(self, stage: HostStage, seed: int):
        self.stage, self.world, self.chance = stage, stage.world, random.Random(seed)
        self.online = True

    async def begin(self) -> None:
        self.player = await self.stage.play("开：入群审核\n管理员：在\n小王：在")
        self.group = self.player.group
        self.admin = self.player.person("管理员")
        self.people = [int(self.world.add_person(f"路人{n}").user_id) for n in range(PEOPLE)]

    async def step(self) -> None:
        often = [self.ask, self.ask, self.ask, self.tell_again, self.say, self.say, self.on_a_phone]
        doing = self.chance.choice([*often, self.leave, self.line, self.restart, self.fault, self.wait])
        with suppress(WorldError):
            await doing()
        await self.stage.settle()

    async def ask(self) -> None:
        answer = self.chance.choice(["求带", "小王介绍", "电商", "", "问题：谁介绍的\n答案：小王"])
        self.world.request_join(self.group.group_id, self.chance.choice(self.people), answer)

    async def tell_again(self) -> None:
        if self.world.requests:
            self.world.remind(self.chance.choice(list(self.world.requests)))

    async def say(self) -> None:
        rows = await Application.filter(number__gt=0)
        number = self.chance.choice(rows).number if rows else 1
        words = self.chance.choice(
            [f"/通过 {number}", f"/拒绝 {number}", f"/入群 已处理 {number}", "/入群 补查"]
        )
        self.world.say(self.group.group_id, self.admin, words)

    async def on_a_phone(self) -> None:
        flag = self.chance.choice(list(self.world.requests) or [""])
        self.world.handle_request(flag, self.admin, approve=self.chance.random() < 0.6)

    async def leave(self) -> None:
        self.world.leave(self.group.group_id, self.chance.choice(self.people))

    async def line(self) -> None:
        self.online = not self.online
        if self.online:
            await self.stage.wire.start()
            await self.stage.wire.ready()
        else:
            await self.stage.wire.stop()

    async def restart(self) -> None:
        await self.stage.restart()
        self.online = True

    async def fault(self) -> None:
        self.world.faults.add(self.chance.choice(["not_let_in", "failed_but_done"]), "set_group_add_request")

    async def wait(self) -> None:
        await self.stage.pass_time(timedelta(minutes=self.chance.choice([1, 5, 11])))

    async def end(self) -> None:
        """Everybody is back, and the list has been read often enough."""
        self.world.faults.clear()
        if not self.online:
            await self.line()
        await self.stage.settle()
        for _ in range(4):
            await self.stage.pass_time(timedelta(minutes=11))
            await self.stage.settle()

    async def check(self) -> None:
        rows = await Application.all()
        waiting = [row for row in rows if row.open_key is not None]
        assert {row.state for row in waiting} <= {"open"}
        assert {row.state for row in rows if row.open_key is None} <= set(ENDED)
        assert not [row.id for row in rows if row.open_key is None and row.flag]
        assert len({row.user_id for row in waiting}) == len(waiting)
        numbers = [row.number for row in rows if row.number]
        assert len(set(numbers)) == len(numbers)
        assert not [row.user_id for row in waiting if row.user_id in self.group.members]
        pending = {one.number for one in await Pending.filter(state="open", kind="join")}
        assert pending == {row.number for row in waiting}
        asking = {one.user_id for one in self.world.requests.values() if one.state == "pending"}
        assert {row.user_id for row in waiting} <= asking
        # Who came in by an application that was made and decided while nobody listened is not known to have come.
        since = {one: self.group.members[one].join_time for one in self.people if one in self.group.members}
        settled = {
            row.user_id
            for row in rows
            if row.state == "joined"
            and row.decided_at
            and row.decided_at.timestamp() >= since.get(row.user_id, 1e12)
        }
        assert {edge.user_id for edge in await Edge.filter(left_at=None)} >= settled


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(n, marks=pytest.mark.nightly) for n in range(3, 60))])
async def test_any_history_ends_well(stage: HostStage, seed: int) -> None:
    history = History(stage, seed)
    await history.begin()
    for _ in range(STEPS):
        await history.step()
    await history.end()
    await history.check()
