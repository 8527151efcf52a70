"""Endpoints deliver an event twice, late and out of order; what comes of it is what comes of each event once, as first seen.

Each history is played in two groups with the same cast: in one every event arrives one to five times, neighbours exchanged
and repetitions scattered over what follows; in the other each arrives once, in the order of the first arrivals. What the bot
said and did, the records and who is there must be the same. Half way the host is restarted, so that some repetitions
reach a process that has never seen the event.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.world.happenings import Happening
from lizheng.sandbox.world.refusal import WorldError
from lizheng.store.tables import Pending, Record
from tests.support.reliability_figures import Note

SIDE_BY_SIDE = 30
EVENTS = 12
CAST = ("群主", "管理员", "小王", "小李", "小张", "小赵")
TEXTS = (
    ("管理员", "/试禁 @小王 10分 刷屏"),
    ("管理员", "/试禁 @小李 1小时"),
    ("管理员", "/试踢 @小赵 广告"),
    ("管理员", "/试踢 @小王 @小李"),
    ("管理员", "/试改 @小张 新名片"),
    ("管理员", "/确认"),
    ("管理员", "/通过"),
    ("管理员", "/拒绝 1"),
    ("管理员", "/撤销 1"),
    ("管理员", "/试运行 开"),
    ("管理员", "/试运行 关"),
    ("管理员", "/设置 试探 价格 7"),
    ("管理员", "/设置 试探 价格 9"),
    ("群主", "/代管 添加 @小李"),
    ("群主", "/代管 删除 @小李"),
    ("群主", "/白名单 添加 @小张"),
    ("小李", "/试禁 @小王 5分"),
    ("小王", "/试投 第一句"),
    ("小张", "/试投 第二句"),
    ("小王", "/试价 3"),
    ("小张", "/试价 八块"),
    ("小张", "/试排 10分 起床"),
    ("小李", "早上好"),
    ("小王", "/白明单"),
)


class Place:
    """One of the two groups, and what was seen there, with names in place of numbers."""

    def __init__(self, stage: HostStage) -> None:
        self.stage, self.world = stage, stage.world
        people = {name: int(self.world.add_person(name).user_id) for name in CAST}
        owner, admin, *others = people.values()
        self.people = people
        self.names = {number: name for name, number in people.items()}
        self.id = self.world.add_group("两处", owner, others, (admin,)).group_id
        self.seen: list[str] = []
        self.events: list[dict[str, Any]] = []

    def name(self, user_id: int) -> str:
        return self.names.get(user_id, "")

    def neutral(self, text: str) -> str:
        for number, name in self.names.items():
            text = text.replace(str(number), name)
        return text

    def watch(self, happened: Happening) -> None:
        bot = self.world.account
        if happened.group_id != self.id or bot not in (happened.user_id, happened.operator_id):
            return
        detail = happened.data.get("text", "") or happened.data.get("seconds", "")
        self.seen.append(f"{happened.kind} {self.name(happened.user_id)} {self.neutral(str(detail))}")

    def make(self, who: str, text: str) -> dict[str, Any] | None:
        """Somebody says it; the event for the bot, which does not hear of it yet. None when they are gone or muted."""
        parts: list[dict[str, Any]] = []
        for word in text.split(" "):
            known = self.people.get(word.removeprefix("@")) if word.startswith("@") else None
            if known is not None:
                parts.append({"type": "at", "data": {"qq": str(known)}})
            parts.append({"type": "text", "data": {"text": " " if known is not None else f"{word} "}})
        caught: list[dict[str, Any]] = []
        outlets = self.world.outlets[:]
        self.world.outlets[:] = [caught.append]
        try:
            self.world.say(self.id, self.people[who], parts)
        except WorldError:
            return None
        finally:
            self.world.outlets[:] = outlets
        return caught[0]

    async def records(self) -> list[tuple[Any, ...]]:
        rows = await Record.filter(group_id=self.id).order_by("number")
        return [
            (r.number, r.feature, r.kind, self.name(r.target_id), r.state, self.name(r.actor_id))
            for r in rows
        ]

    def members(self) -> list[tuple[str, str, bool]]:
        now = self.world.now()
        return sorted(
            (self.name(m.user_id), m.card, m.muted_until > now)
            for m in self.world.group(self.id).members.values()
        )


def arrivals(chance: random.Random, count: int) -> list[int]:
    """Numbers of events in the order they arrive: neighbours exchanged, each one to five times."""
    keys = [(index + chance.choice((0.0, 0.0, 0.0, 1.5)), index) for index in range(count)]
    for index in range(count):
        for _ in range(chance.choice((0, 0, 1, 2, 4))):
            keys.append((index + 1.6 + chance.random() * 4, index))
    return [index for _, index in sorted(keys)]


class Pair:
    """One history in its two groups."""

    def __init__(self, stage: HostStage, chance: random.Random) -> None:
        self.stage = stage
        self.once, self.often = Place(stage), Place(stage)
        self.texts = [chance.choice(TEXTS) for _ in range(EVENTS)]
        self.order = arrivals(chance, EVENTS)
        self.events: dict[int, tuple[dict[str, Any] | None, dict[str, Any] | None]] = {}

    async def open(self) -> None:
        for place in (self.once, self.often):
            await self.stage.introduce(place.id)
            await self.stage.switch_on(place.id, "probe")
            self.stage.world.watchers.append(place.watch)

    def close(self) -> None:
        for place in (self.once, self.often):
            self.stage.world.watchers.remove(place.watch)

    def deliver(self, position: int, hand_out: Callable[[dict[str, Any]], None]) -> int:
        """The event at this position of the arrivals; how often it was handed out."""
        if position >= len(self.order):
            return 0
        index = self.order[position]
        if index not in self.events:
            self.events[index] = (self.once.make(*self.texts[index]), self.often.make(*self.texts[index]))
            if self.events[index][0] is not None:
                hand_out(self.events[index][0] or {})
        again = self.events[index][1]
        if again is not None:
            hand_out(dict(again))
        return 1

    async def compare(self) -> None:
        told = "\n".join(f"{who}：{text}" for who, text in self.texts) + f"\n{self.order}"
        assert self.often.seen == self.once.seen, told
        assert await self.often.records() == await self.once.records(), told
        assert self.often.members() == self.once.members(), told


async def histories(stage: HostStage, count: int, figure: Note) -> None:
    chance = random.Random(count)
    for _ in range(count // SIDE_BY_SIDE):
        pairs = [Pair(stage, chance) for _ in range(SIDE_BY_SIDE)]
        for pair in pairs:
            await pair.open()
        longest = max(len(pair.order) for pair in pairs)
        delivered = 0
        for position in range(longest):
            if position == longest // 2:
                await stage.restart()
                stage.host.adapter._seen.clear()  # as in a new process, which has seen nothing yet
            for pair in pairs:
                delivered += pair.deliver(position, stage.wire._take)
            await stage.settle()
        await stage.move(timedelta(minutes=11))
        await stage.settle()
        for pair in pairs:
            pair.close()
            await pair.compare()
        assert sum(len(pair.once.seen) for pair in pairs) > SIDE_BY_SIDE * EVENTS // 2, (
            "hardly anything happened"
        )
        figure(
            "deliveries",
            histories=SIDE_BY_SIDE,
            events=SIDE_BY_SIDE * EVENTS,
            deliveries=delivered,
            different=0,
        )


async def test_what_comes_twice_and_out_of_order_has_the_effect_of_once(
    stage: HostStage, figure: Note
) -> None:
    await histories(stage, SIDE_BY_SIDE, figure)


@pytest.mark.nightly
async def test_what_comes_twice_has_the_effect_of_once_in_a_thousand_histories(
    stage: HostStage, figure: Note
) -> None:
    await histories(stage, 1020, figure)


async def test_a_decision_that_comes_again_after_a_restart_decides_nothing_else(stage: HostStage) -> None:
    """`/通过` without a number means what waits: told once more, it must not let the next one through."""
    place = Place(stage)
    await stage.introduce(place.id)
    await stage.switch_on(place.id, "probe")
    stage.world.watchers.append(place.watch)
    again: list[dict[str, Any]] = []
    for who, text in (("小王", "/试投 第一句"), ("管理员", "/通过"), ("小李", "/试投 第二句")):
        event = place.make(who, text)
        assert event is not None
        stage.wire._take(dict(event))
        again.append(event)
        await stage.settle()
    said = list(place.seen)
    await stage.restart()
    stage.host.adapter._seen.clear()
    for event in again:
        stage.wire._take(dict(event))
        await stage.settle()
    stage.world.watchers.remove(place.watch)
    assert place.seen == said
    assert await Pending.filter(group_id=place.id).order_by("number").values_list("state", flat=True) == [
        "approved",
        "open",
    ]


@pytest.mark.parametrize("silent_because", ["told a moment ago", "off here"])
async def test_what_was_refused_in_silence_is_not_done_when_it_comes_again_after_a_restart(
    stage: HostStage, silent_because: str
) -> None:
    """Whoever sent it may have been given the role since, or the feature been switched on."""
    place = Place(stage)
    await stage.introduce(place.id)
    if silent_because == "told a moment ago":
        await stage.switch_on(place.id, "probe")
        sent = place.make("小李", "/试禁 @小王 5分"), place.make("小李", "/试禁 @小张 5分")
    else:
        sent = (place.make("小王", "/试价 3"),)
    for event in sent:
        assert event is not None
        stage.wire._take(dict(event))
        await stage.settle()
    granted = place.make("群主", "/代管 添加 @小李")
    assert granted is not None
    stage.wire._take(granted)
    await stage.switch_on(place.id, "probe")
    await stage.settle()
    await stage.restart()
    stage.host.adapter._seen.clear()
    stage.world.watchers.append(place.watch)
    for event in sent:
        assert event is not None
        stage.wire._take(dict(event))
        await stage.settle()
    stage.world.watchers.remove(place.watch)
    assert place.seen == []
    assert not any(muted for *_, muted in place.members())
