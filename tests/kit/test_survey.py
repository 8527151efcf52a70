"""A member list that can be relied on: read twice, counted, shared by whoever asks."""

import asyncio
from datetime import timedelta

import pytest

from lizheng import Declined, Feature, GroupContext, OwnerChanged
from lizheng.base.clock import Clock
from lizheng.base.roles import Role
from lizheng.groups.members import MemberInfo, Roster
from lizheng.groups.survey import APART_SECONDS, Surveys, blank_fields, is_complete
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player


@pytest.mark.parametrize(
    ("listed", "count", "complete"),
    [
        (10, 10, True),
        (8, 10, True),
        (7, 10, False),
        (12, 10, True),
        (1980, 2000, True),
        (5, 0, False),
        (0, 0, False),
    ],
)
def test_complete_is_two_or_one_in_a_hundred(listed: int, count: int, complete: bool) -> None:
    assert is_complete(listed, count) is complete


def test_a_field_that_is_zero_for_too_many_is_off() -> None:
    def people(known: int) -> list[MemberInfo]:
        return [MemberInfo(n, "", "", Role.MEMBER, 1, 1, level=int(n < known), qq_level=1) for n in range(10)]

    assert blank_fields(people(7)) == frozenset()
    assert blank_fields(people(6)) == {"level"}


class Told:
    """What a host's surveys are given, over the feature's context of a stage."""

    def __init__(self, stage: HostStage, player: Player):
        self.stage, self.gid = stage, player.group.group_id
        host = stage.host
        self.ctx = GroupContext(host, host.groups[self.gid], host.features["welcome"])

    def reads(self) -> int:
        return sum(call.action == "get_group_member_list" for call in self.stage.world.api_log)


@pytest.fixture
async def told(stage: HostStage) -> tuple[Told, Player]:
    player = await stage.play("小王：在\n小李：在")
    return Told(stage, player), player


async def test_two_reads_shared_for_five_minutes(told: tuple[Told, Player]) -> None:
    """The first answer is the old list; four ask at once, and two reads serve them all."""
    here, player = told
    here.stage.world.faults.add("stale_list", times=2)
    before = here.reads()
    first, *others = await asyncio.gather(*(here.ctx.survey() for _ in range(4)))
    assert all(one is first for one in others)
    assert here.reads() - before == 2
    assert first.complete
    assert player.person("小李") in first.members
    assert first.owner == player.person("群主")
    await here.stage.move(timedelta(minutes=4))
    assert await here.ctx.survey() is first
    await here.stage.move(timedelta(minutes=1))
    assert await here.ctx.survey() is not first


async def test_a_short_list_is_not_complete_and_blank_fields_are_named(told: tuple[Told, Player]) -> None:
    here, _ = told
    here.stage.world.faults.add("stale_list", count=-1, times=3)
    here.stage.world.faults.add("blank", "level", count=-1)
    survey = await here.ctx.survey()
    assert not survey.complete
    assert "level" in survey.blank
    assert "joined_at" not in survey.blank


async def test_no_answer_is_said(told: tuple[Told, Player]) -> None:
    here, _ = told
    here.stage.world.faults.add("refused", "get_group_member_list")
    with pytest.raises(Declined, match="读不到成员列表"):
        await here.ctx.survey()


async def test_a_new_owner_is_seen_between_two_surveys(told: tuple[Told, Player]) -> None:
    here, player = told
    seen: list[OwnerChanged] = []

    async def heard(ctx: GroupContext, happened: OwnerChanged) -> None:
        seen.append(happened)

    feature = here.stage.host.features["control"]
    assert isinstance(feature, Feature)
    feature.listeners[OwnerChanged] = [heard]
    here.stage.host.registry.forget()
    try:
        await here.ctx.survey()
        here.stage.world.set_role(here.gid, player.person("小王"), "owner")
        await here.stage.move(timedelta(minutes=5))
        await here.ctx.survey()
    finally:
        del feature.listeners[OwnerChanged]
        here.stage.host.registry.forget()
    assert [(one.user_id, one.before) for one in seen] == [(player.person("小王"), player.person("群主"))]


async def test_the_reads_are_three_seconds_apart() -> None:
    clock, at = Clock(), list[float]()

    async def query(group_id: int, api: str, /, **params: object) -> object:
        if api == "get_group_info":
            return {"member_count": 1}
        at.append(clock.elapsed())
        return [{"user_id": 7}]

    async def nobody(happened: object) -> None:
        raise AssertionError

    reading = asyncio.create_task(Surveys(clock, Roster(clock, query), query, nobody).of(1))
    while not at:
        await asyncio.sleep(0)
    clock.move(timedelta(seconds=APART_SECONDS))
    assert (await reading).complete
    assert at[1] - at[0] >= APART_SECONDS
