"""Many at once, twice the same, and what a crash leaves."""

from datetime import timedelta

from lizheng.events import MemberJoined
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from plugins.welcome.models import Arrival


class Hall:
    """A group where the greeting is on, and everything the bot says in it."""

    def __init__(self, stage: HostStage, player: Player):
        self.stage, self.player = stage, player
        self.said: list[list[dict]] = []
        stage.world.watchers.append(self._watch)

    @classmethod
    async def open(cls, stage: HostStage) -> "Hall":
        return cls(stage, await stage.play("开：入群欢迎"))

    def _watch(self, happening) -> None:
        if happening.kind == "message" and happening.user_id == self.stage.world.account:
            self.said.append(happening.data["segments"])

    def join(self, count: int, start: int = 0) -> list[int]:
        people = [self.player.person(f"新人{start + i}") for i in range(count)]
        for person in people:
            self.stage.world.join(self.player.group.group_id, person)
        return people

    async def pass_time(self, seconds: float) -> None:
        await self.stage.settle()
        await self.stage.move(timedelta(seconds=seconds))
        await self.stage.settle()

    def mentioned(self) -> list[list[int]]:
        return [[int(s["data"]["qq"]) for s in message if s["type"] == "at"] for message in self.said]


async def test_a_raid_is_greeted_once(stage: HostStage) -> None:
    hall = await Hall.open(stage)
    people = hall.join(12)
    await hall.pass_time(3)
    assert hall.mentioned() == [people]
    await hall.pass_time(60)
    assert len(hall.said) == 1


async def test_one_after_the_other_they_are_greeted_together_every_three_seconds(stage: HostStage) -> None:
    hall = await Hall.open(stage)
    people = []
    for number in range(5):
        people += hall.join(1, number)
        await hall.pass_time(1)
    await hall.pass_time(3)
    assert hall.mentioned() == [people[:3], people[3:]]


async def test_nobody_is_mentioned_twice_and_never_more_than_twenty_at_once(stage: HostStage) -> None:
    hall = await Hall.open(stage)
    people: list[int] = []
    for index in range(4):
        people += hall.join(1, index)
        await hall.pass_time(4)
    assert hall.mentioned() == [[person] for person in people]
    for index in range(10):
        people += hall.join(3, 10 + 3 * index)
        await hall.pass_time(2)
    await hall.pass_time(30)
    raid = hall.mentioned()[4:]
    assert 1 <= len(raid) <= 3
    assert all(len(message) <= 20 for message in raid)
    mentioned = [person for message in hall.mentioned() for person in message]
    assert len(mentioned) == len(set(mentioned))
    assert set(mentioned) <= set(people)
    for message in raid:
        if len(message) == 20:
            break
    else:
        assert set(mentioned) == set(people)


async def test_more_than_twenty_are_counted(stage: HostStage) -> None:
    hall = await Hall.open(stage)
    hall.join(33)
    await hall.pass_time(3)
    (message,) = hall.said
    assert len(hall.mentioned()[0]) == 20
    assert "等 33 位新朋友" in "".join(s["data"].get("text", "") for s in message)


async def test_the_same_event_twice_greets_once_even_after_a_restart(stage: HostStage) -> None:
    hall = await Hall.open(stage)
    (person,) = hall.join(1)
    group = stage.host.groups[hall.player.group.group_id]
    await stage.settle()
    again = MemberJoined(group.id, person, 0, int(stage.now().timestamp()))
    await stage.host.dispatch.tell(group, again)
    await hall.pass_time(3)
    assert hall.mentioned() == [[person]]
    await stage.restart()
    await stage.host.dispatch.tell(stage.host.groups[group.id], again)
    await hall.pass_time(60)
    assert hall.mentioned() == [[person]]


async def test_a_restart_before_the_greeting_does_not_lose_it(stage: HostStage) -> None:
    hall = await Hall.open(stage)
    people = hall.join(2)
    await stage.settle()
    await stage.restart()
    await hall.pass_time(3)
    assert hall.mentioned() == [people]


async def test_who_joins_again_is_greeted_again(stage: HostStage) -> None:
    hall = await Hall.open(stage)
    (person,) = hall.join(1)
    await hall.pass_time(3)
    stage.world.leave(hall.player.group.group_id, person)
    await hall.pass_time(60)
    hall.join(1)
    await hall.pass_time(3)
    assert hall.mentioned() == [[person], [person]]


async def test_who_left_already_is_not_greeted(stage: HostStage) -> None:
    hall = await Hall.open(stage)
    (person,) = hall.join(1)
    stage.world.leave(hall.player.group.group_id, person)
    await hall.pass_time(3)
    assert hall.said == []


async def test_greetings_planned_before_an_upgrade_are_still_said(stage: HostStage) -> None:
    """Each newcomer had a slot of their own then."""
    player = await stage.play("开：入群欢迎\n小一：在\n小二：在\n")
    now, group_id = stage.host.clock.now(), player.group.group_id
    for name in ("小一", "小二"):
        user_id = player.people[name]
        await Arrival.create(group_id=group_id, user_id=user_id, event_time=1, at=now)
        due = now + timedelta(seconds=3)
        await stage.host.schedule.plan("welcome", "greet", group_id, due, key=f"{user_id}:1", cause="old")
    await player.play("""
【小新 进群】
【过 3 秒】
里正：@小一 @小二 @小新 欢迎加入试验群！
【过 1 分】
""")
