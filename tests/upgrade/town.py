"""The groups of the upgrade's history: opened on a database, spoken to, and what the bot does there as facts.

It uses only what every release since 0.1.0 has, because `make_release` plays it with a release's own code too.
"""

from __future__ import annotations

import dataclasses
import re
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.wire import Wire
from lizheng.sandbox.wording import Wording
from lizheng.sandbox.world import Happening, World
from lizheng.sandbox.world.state import Group, Member, Message, Person, Role

BOT = 10001
SUPERUSER = 99999
MARKET, MAIN, CLUB, GARDEN = 800_001, 800_002, 800_003, 800_004
"""Everything on · a few on, dry run · the guide half-way · nothing on, and another owner."""
GROUPS = {MARKET: "集市", MAIN: "大群", CLUB: "车友会", GARDEN: "花园"}
PEOPLE = {
    "群主": 200_001,
    "管理员": 200_002,
    "小代": 200_003,
    "小白": 200_004,
    "小机": 200_005,
    "小王": 200_006,
    "小李": 200_007,
    "小张": 200_008,
    "小赵": 200_009,
    "小钱": 200_010,
    "小孙": 200_011,
    "小周": 200_012,
    "小吴": 200_013,
    "小郑": 200_014,
    "小冯": 200_015,
    "小陈": 200_016,
    "小褚": 200_017,
    "小卫": 200_018,
    "小蒋": 200_019,
    "小沈": 200_020,
    "小韩": 200_021,
    "小杨": 200_022,
    "路甲": 200_023,
    "路乙": 200_024,
    "路丙": 200_025,
    "路丁": 200_026,
    "路戊": 200_027,
    "路己": 200_028,
    "路庚": 200_029,
    "骗子": 200_031,
    "新人": 200_032,
    "新人乙": 200_033,
    "园丁": 200_041,
    "超级": SUPERUSER,
}
FEED_PORT = 18_977
FEED_PLACE = f"127.0.0.1:{FEED_PORT}"

Deed = dict[str, Any]
"""One thing the bot did: `where` (a group's name, or 私聊 with whom), and `said` or `did`."""


@dataclass
class Town:
    """The stage, and everything the bot did since the last `take`."""

    stage: HostStage
    seen: list[Happening] = field(default_factory=list)
    last_id: int = 0

    @property
    def world(self) -> World:
        return self.stage.world

    def watch(self, happening: Happening) -> None:
        if BOT in (happening.user_id, happening.operator_id):
            self.seen.append(happening)

    def take(self) -> list[Deed]:
        """What the bot did, in its order."""
        wording = Wording(BOT, name_of)
        deeds: list[Deed] = []
        for happening in self.seen:
            done = wording.done(happening)
            if done is None:
                continue
            peer = happening.data.get("peer_id", 0)
            where = GROUPS.get(happening.group_id) or f"私聊 {name_of(peer)}"
            kind = "said" if done.speech else "did"
            words = wording.plain(happening.data) if done.speech else done.text.removeprefix("里正 ")
            if happening.kind == "forward":
                nodes = happening.data.get("nodes") or []
                words = "\n".join(wording.plain({"segments": node["content"]}) for node in nodes)
            deeds.append({"where": where, kind: words})
        self.seen.clear()
        return deeds

    async def say(
        self,
        group_id: int,
        who: str,
        words: str | list[dict[str, Any]],
        expect: str | None = None,
        quoting: int | None = None,
    ) -> list[Deed]:
        """Somebody speaks; what the bot does upon it. `@名字` becomes a mention. Raises unless `expect` is said."""
        segments = mentioned(words) if isinstance(words, str) else words
        self.last_id = self.world.say(group_id, PEOPLE[who], segments, reply_to=quoting)
        return await self._outcome(words, expect)

    async def whisper(self, who: str, words: str, expect: str | None = None) -> list[Deed]:
        self.last_id = self.world.whisper(PEOPLE[who], words)
        return await self._outcome(words, expect)

    async def wait(self, span: timedelta, expect: str | None = None) -> list[Deed]:
        """Time passes, and what is due on the way happens when it is due."""
        await self.stage.pass_time(span)
        return await self._outcome(span, expect)

    async def _outcome(self, words: object, expect: str | None) -> list[Deed]:
        await self.stage.settle()
        deeds = self.take()
        if expect is not None and not any(expect in (d.get("said") or d.get("did") or "") for d in deeds):
            raise AssertionError(f"{words!r}: expected {expect!r}, the bot did {deeds}")
        return deeds

    async def settle(self) -> None:
        await self.stage.settle()
        self.take()

    def last_id_of(self, group_id: int, words: str) -> int:
        """The id of the last message with these words in it, whoever said it."""
        wording = Wording(BOT, name_of)
        for message in reversed(self.world.groups[group_id].messages):
            if words in wording.plain({"segments": message.segments}):
                return message.message_id
        raise LookupError(words)

    def order_of(self, who: str, group_id: int = MARKET) -> str:
        """The number of the last order the bot told somebody of."""
        wording = Wording(BOT, name_of)
        for message in reversed(self.world.groups[group_id].messages):
            words = wording.plain({"segments": message.segments})
            if message.user_id == BOT and f"@{who}" in words and (found := re.search(r"A(\d+)", words)):
                return found[1]
        raise LookupError(who)

    def bot_said(self, group_id: int, words: str) -> int:
        """The id of the bot's last message in a group with these words in it."""
        wording = Wording(BOT, name_of)
        for message in reversed(self.world.groups[group_id].messages):
            if message.user_id == BOT and words in wording.plain({"segments": message.segments}):
                return message.message_id
        raise LookupError(words)


def name_of(user_id: int) -> str:
    return next((name for name, known in PEOPLE.items() if known == user_id), str(user_id))


_MENTION = re.compile("@(" + "|".join(sorted(PEOPLE, key=len, reverse=True)) + ")")


def mentioned(words: str) -> list[dict[str, Any]]:
    segments: list[dict[str, Any]] = []
    for place, part in enumerate(_MENTION.split(words)):
        if place % 2:
            segments.append({"type": "at", "data": {"qq": str(PEOPLE[part])}})
        elif part:
            segments.append({"type": "text", "data": {"text": part}})
    return segments


# — opening ————————————————————————————————————————————————————————————————————————————————


@asynccontextmanager
async def opened(
    host: Any, port: int, url: str, at: datetime, told: Mapping[str, Any] | None = None
) -> AsyncIterator[Town]:
    """A host that starts on this database at this time, in the world that was `told` (see `tell_world`), or a new one."""
    places, before = frozenset({FEED_PLACE}), host.config
    host.config = host.config.model_copy(update={"database_url": url, "feed_hosts": places})
    host.clock.offset *= 0
    host.clock.freeze(at.astimezone(UTC))
    host.forget()
    await host.start()
    world = World(lambda: host.clock.now().timestamp(), sleep=host.clock.sleep)
    restore_world(world, told) if told else found_world(world)
    town = Town(
        HostStage(host, world, Wire(world, f"ws://127.0.0.1:{port}/onebot/v11/ws", host.access.sandbox_key))
    )
    world.watchers.append(town.watch)
    await town.stage.wire.start()
    await town.stage.wire.ready()
    await town.stage.settle()
    try:
        yield town
    finally:
        await town.stage.wire.stop()
        await host.stop()
        world.watchers.clear()
        host.config = before


def found_world(world: World) -> None:
    for name, user_id in PEOPLE.items():
        world.add_person(name, user_id)
    crowd = [
        user_id for name, user_id in PEOPLE.items() if name not in ("骗子", "新人", "新人乙", "园丁", "群主")
    ]
    for group_id, title in GROUPS.items():
        owner = PEOPLE["园丁" if group_id == GARDEN else "群主"]
        world.add_group(title, owner, crowd, [PEOPLE["管理员"]], group_id=group_id)


def tell_world(world: World) -> dict[str, Any]:
    """Everything about the simulated QQ that its people would still know after the bot was away, as JSON."""
    return {
        "made": world._made,
        "friends": sorted(world.friends),
        "temp_chats": sorted(world.temp_chats),
        "people": [[one.user_id, one.nickname] for one in world.people.values()],
        "groups": [
            {
                "group_id": group.group_id,
                "name": group.name,
                "next_seq": group.next_seq,
                "banned": sorted(group.banned),
                "members": [dataclasses.asdict(one) for one in group.members.values()],
                "messages": [dataclasses.asdict(one) for one in group.messages],
            }
            for group in world.groups.values()
        ],
        "private": [dataclasses.asdict(one) for one in world.private],
    }


def restore_world(world: World, told: Mapping[str, Any]) -> None:
    for user_id, nickname in told["people"]:
        world.people[user_id] = Person(user_id, nickname)
    for row in told["groups"]:
        group = world.groups[row["group_id"]] = Group(row["group_id"], row["name"])
        group.next_seq, group.banned = row["next_seq"], set(row["banned"])
        for one in row["members"]:
            roles = {"role": Role(one["role"]), "previous_role": Role(one["previous_role"])}
            group.members[one["user_id"]] = Member(**{**one, **roles})
        group.messages = deque(Message(**one) for one in row["messages"])
        world.messages |= {one.message_id: one for one in group.messages}
    world.private = deque(Message(**one) for one in told["private"])
    world.messages |= {one.message_id: one for one in world.private}
    world.friends = set(told["friends"])
    world.temp_chats = {(one, other) for one, other in told["temp_chats"]}
    world._made = told["made"]


# — databases ——————————————————————————————————————————————————————————————————————————————


def dump(database: Path) -> str:
    """The SQLite file as SQL, the last numbers it gave out included."""
    with closing(sqlite3.connect(database)) as connection:
        return "\n".join(connection.iterdump()) + "\n"


def load(sql: str, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(sql)
