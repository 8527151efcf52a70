"""Long histories of one board, drawn at random: what is listed is what a simple model says, whatever came before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from lizheng import MemberJoined, MemberLeft
from lizheng.sandbox.stage import HostStage
from plugins.boards import items, listeners
from plugins.boards.models import Item
from tests.support.admin_actions import context
from tests.support.recorder import Recorder

PEOPLE = ("小王", "小李", "管理员")
DAY = timedelta(days=1)


@dataclass
class Entry:
    """What the model knows of one entry."""

    author: str
    state: str
    until: datetime
    renewed: int = 0
    pending: int = 0


class Board:
    """The model beside the chat: it believes replies of the bot, never its tables."""

    def __init__(self, stage: HostStage, recorder: Recorder, draw: Random, waits: tuple[int, ...]):
        self.stage, self.recorder, self.draw, self.waits = stage, recorder, draw, waits
        self.entries: dict[int, Entry] = {}
        self.left: dict[str, datetime] = {}
        self.gone: dict[str, Any] = {}
        self.pendings = 0

    @property
    def now(self) -> datetime:
        return self.stage.now()

    def live(self) -> set[int]:
        def here(author: str) -> bool:
            return author not in self.left or self.now < self.left[author] + DAY

        return {
            n for n, e in self.entries.items() if e.state == "up" and e.until > self.now and here(e.author)
        }

    async def say(self, who: str, words: str) -> str:
        return await self.recorder.say(who, words)

    async def step(self) -> None:
        who = self.draw.choice(PEOPLE)
        number = self.draw.randint(1, max(len(self.entries), 1))
        if who in self.left:
            await (self.go if self.draw.random() < 0.5 else self.wait)(who, number)
            return
        await self.draw.choice(
            [self.publish, self.publish, self.edit, self.renew, self.down, self.decide, self.go, self.wait]
        )(who, number)

    def stands(self, number: int, author: str, reply: str) -> None:
        """Read off a reply whether an entry came up or waits."""
        if "上了板" in reply:
            self.entries[number] = Entry(author, "up", self.now + 30 * DAY)
        elif "要上合作板" in reply:
            self.pendings += 1
            self.entries[number] = Entry(author, "waiting", self.now + 7 * DAY, pending=self.pendings)

    async def publish(self, who: str, number: int) -> None:
        reply = await self.say(who, f"/合作 发布 找人做第 {len(self.entries)}·{self.draw.random()} 个项目")
        if "上了板" in reply or "要上合作板" in reply:
            assert f"X{len(self.entries) + 1}" in reply
            self.stands(len(self.entries) + 1, who, reply)

    async def edit(self, who: str, number: int) -> None:
        entry = self.entries.get(number)
        reply = await self.say(who, f"/合作 改 {number} 找人改第 {number}·{self.draw.random()} 个项目")
        if entry and "改好了" in reply:
            assert who in (entry.author, "管理员")
            assert entry.state in ("up", "waiting")
        elif entry and "要上合作板" in reply:
            renewed = entry.renewed
            self.stands(number, entry.author, reply)
            self.entries[number].renewed = renewed

    async def renew(self, who: str, number: int) -> None:
        entry = self.entries.get(number)
        if "再放 30 天" in await self.say(who, f"/合作 续 {number}"):
            assert entry
            assert entry.state == "up"
            assert entry.until > self.now - 30 * DAY
            entry.until, entry.renewed = self.now + 30 * DAY, entry.renewed + 1
            assert entry.renewed <= items.LIFE.renewals

    async def down(self, who: str, number: int) -> None:
        entry = self.entries.get(number)
        if f"X{number} 下架了" in await self.say(who, f"/合作 下架 {number}"):
            assert entry
            assert entry.state in ("up", "waiting")
            assert who in (entry.author, "管理员")
            entry.state = "down"

    async def decide(self, who: str, number: int) -> None:
        entry = self.entries.get(number)
        if entry is None or not entry.pending:
            return
        yes = self.draw.random() < 0.7
        reply = await self.say("管理员", f"/{'通过' if yes else '拒绝'} {entry.pending}")
        if "上了板" in reply:
            assert entry.state == "waiting"
            entry.state, entry.until = "up", self.now + 30 * DAY
        elif "没有通过" in reply:
            assert entry.state == "waiting"
            entry.state = "refused"

    async def go(self, who: str, number: int) -> None:
        """Leave, or come back; one admin stays."""
        if who == "管理员":
            return
        player = self.recorder.player
        ctx, person = context(self.stage, player, "boards"), player.person(who)
        where = (player.group.group_id, person, 0, int(self.now.timestamp()))
        if who not in self.left:
            self.gone[who] = player.group.members.pop(person)
            await listeners.left(ctx, MemberLeft(*where))
            self.left[who] = self.now
            return
        player.group.members[person] = self.gone.pop(who)
        await listeners.joined(ctx, MemberJoined(*where))
        back = self.left.pop(who) > self.now - 7 * DAY
        for entry in self.entries.values():
            if entry.author == who and entry.state == "up" and not back:
                entry.state = "down"

    async def wait(self, who: str, number: int) -> None:
        for _ in range(self.draw.choice(self.waits)):  # in steps, so that authors are asked before the end
            await self.stage.move(timedelta(hours=23))
            await self.stage.settle()

    async def agrees(self) -> None:
        """The board shows what the model says, and no row is in a state that cannot be."""
        player = self.recorder.player
        ctx = context(self.stage, player, "boards")
        assert set(await items.live(ctx, "合作").values_list("number", flat=True)) == self.live()
        rows = await Item.all()
        assert {row.number for row in rows} == set(self.entries)
        assert {row.state for row in rows} <= {"up", "waiting", "down", "refused"}
        assert all(row.state == "up" for row in rows if row.asks_at)


async def play(stage: HostStage, seed: int, steps: int, waits: tuple[int, ...]) -> None:
    script = "开：信息板\n设：信息板 每周上限 100\n设：信息板 每人上限 50\n小王：早\n小李：早\n管理员：早\n"
    board = Board(stage, Recorder(await stage.play(script)), Random(seed), waits)
    for _ in range(steps):
        await board.step()
        await board.agrees()


async def test_a_short_history(stage: HostStage) -> None:
    await play(stage, 1, 25, (1, 2))


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(6))
async def test_a_long_history(stage: HostStage, seed: int) -> None:
    await play(stage, 100 + seed, 100, (1, 2, 3, 9))
