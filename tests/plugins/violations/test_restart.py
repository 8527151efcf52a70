"""What runs over time is all there after a restart: measures not yet carried out, mutes, appeals, decay."""

from datetime import timedelta

import pytest

from lizheng import GroupContext
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.world import Happening
from plugins.violations import cases, feature
from plugins.violations.cases import Charge
from plugins.violations.ladder import WARN, Measure
from plugins.violations.models import Case
from tests.support.reliability_figures import Note

HOUR = timedelta(hours=1)


class Crowd:
    """A group with `count` members, and the feature at work in it."""

    def __init__(self, stage: HostStage, player: Player, count: int) -> None:
        self.stage, self.group_id = stage, player.group.group_id
        self.people = [int(stage.world.add_person(f"成员{n}").user_id) for n in range(count)]
        for person in self.people:
            stage.world.join(self.group_id, person)

    async def charge(self, measure: Measure) -> None:
        host = self.stage.host
        for person in self.people:
            source = f"test:{measure.written}:{person}"
            ctx = GroupContext(host, host.groups[self.group_id], feature, source=source)
            assert await cases.charge(ctx, Charge(person, "广告", measure=measure), source)

    def muted_for(self) -> list[int]:
        """The seconds everybody is still muted for."""
        world = self.stage.world
        members = world.groups[self.group_id].members
        return [round(members[person].muted_until - world.now()) for person in self.people]


async def crowd_of(stage: HostStage, count: int) -> Crowd:
    player = await stage.play("开：违规处理\n设：违规处理 衰减 2天\n")
    player.group.max_members = 5_000
    crowd = Crowd(stage, player, count)
    await stage.settle()
    return crowd


async def measures_survive(stage: HostStage, count: int) -> None:
    crowd = await crowd_of(stage, count)
    await stage.wire.stop()
    await crowd.charge(Measure("mute", HOUR))
    assert await Case.filter(outcome="due").count() == count
    await stage.restart()
    await stage.move(timedelta(seconds=30))
    await stage.settle()
    assert crowd.muted_for() == [3600] * count
    assert await Case.filter(outcome="done", telling="told").count() == count


async def mutes_survive(stage: HostStage, count: int) -> None:
    crowd = await crowd_of(stage, count)
    await crowd.charge(Measure("mute", HOUR))
    await stage.settle()
    for person in crowd.people:
        stage.world.leave(crowd.group_id, person)
    await stage.settle()
    await stage.restart()
    await stage.move(HOUR / 4)
    for person in crowd.people:
        stage.world.join(crowd.group_id, person)
    await stage.settle()
    assert crowd.muted_for() == [2700] * count


async def appeals_and_decay_survive(stage: HostStage, count: int) -> None:
    crowd = await crowd_of(stage, count)
    await crowd.charge(WARN)
    await stage.settle()
    for person in crowd.people:
        stage.world.whisper(person, "/申诉 不是我")
        await stage.settle()
    assert await Case.filter(state="appealed").count() == count
    await stage.move(timedelta(days=2) - HOUR)
    await stage.restart()
    host = stage.host
    ctx = GroupContext(host, host.groups[crowd.group_id], feature)
    assert [len(await cases.counting(ctx, person)) for person in crowd.people] == [1] * count
    await stage.move(HOUR)
    await stage.settle()
    assert [len(await cases.counting(ctx, person)) for person in crowd.people] == [0] * count
    await stage.restart()
    await stage.move(timedelta(days=5))
    await stage.settle()
    assert await Case.filter(state="open", appealed=False).count() == count


KINDS = (measures_survive, mutes_survive, appeals_and_decay_survive)


@pytest.mark.parametrize("kind", KINDS)
async def test_all_of_them_are_there_after_a_restart(stage: HostStage, kind, figure: Note) -> None:
    await kind(stage, 25)
    figure("deadlines of cases", kept=25, planned=25)


@pytest.mark.nightly
@pytest.mark.parametrize("kind", KINDS)
async def test_a_thousand_of_a_thousand(stage: HostStage, kind, figure: Note) -> None:
    await kind(stage, 1000)
    figure("deadlines of cases", kept=1000, planned=1000)


async def test_a_case_is_told_once_however_often_its_slot_runs(stage: HostStage) -> None:
    crowd = await crowd_of(stage, 1)
    said: list[Happening] = []
    stage.world.watchers.append(said.append)
    await crowd.charge(WARN)
    await stage.settle()
    await crowd.charge(WARN)
    case = await Case.get()
    host = stage.host
    ctx = GroupContext(host, host.groups[crowd.group_id], feature)
    await ctx.plan(
        cases.ENFORCE, host.clock.now(), key=str(case.id), payload={"confirmed": False}, replace=True
    )
    await stage.settle()
    await stage.restart()
    await stage.settle()
    assert len([one for one in said if one.kind == "message"]) == 1
