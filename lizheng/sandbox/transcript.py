"""Plays written conversations against the simulated QQ: everything the bot does must be written, and nothing more."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol

from lizheng.grammar import parse_date, parse_duration, parse_time_of_day, say_duration
from lizheng.sandbox.deeds import DEEDS
from lizheng.sandbox.script import BOT, Deed, Header, Speech, Step, matches, read_script
from lizheng.sandbox.wording import Done, Wording
from lizheng.sandbox.world import Happening, World, WorldError
from lizheng.sandbox.world.endpoints import MANNERS
from lizheng.sandbox.world.state import Group, Member, Role

OWNER = "群主"
ADMIN = re.compile(r"^管理员\S?$")
OUTSIDER = re.compile(r"^新人|^小新")
MENTION = re.compile(r"@(\S{1,12}?)(?=[\s，。！、：]|$)")


class Stage(Protocol):
    """What a conversation is played on: a world, the host behind it, and its clock."""

    world: World

    async def settle(self) -> None:
        """Return once the host has dealt with everything that has happened."""
        ...

    async def move(self, delta: timedelta) -> None: ...

    def now(self) -> datetime:
        """The host's time, in its zone."""
        ...

    async def restart(self) -> None: ...

    async def go_away(self, *, host: bool) -> None:
        """Cut the connection, or stop the whole host: what is said meanwhile does not reach it."""
        ...

    async def come_back(self, *, host: bool) -> None: ...

    async def switch_on(self, group_id: int, feature: str) -> None:
        """By id or Chinese title, through the kit."""
        ...

    async def change_setting(self, group_id: int, feature: str, setting: str, value: str) -> None: ...


class Mismatch(AssertionError):
    """What was written and what happened, side by side."""


class Player:
    """One conversation in one group. People come into being when first named: 群主, 管理员…, 新人… (outside), else a member."""

    def __init__(self, stage: Stage, group: Group | None = None, *, title: str = "试验群"):
        self.stage = stage
        self.world = stage.world
        self.people: dict[str, int] = {BOT: self.world.account}
        if group is None:
            owner = self.world.add_person(OWNER)
            group = self.world.add_group(title, owner)
            self.people[OWNER] = int(owner.user_id)
        self.group = group
        self.wording = Wording(self.world.account, self.name)
        self._seen: list[Happening] = []
        self._said: list[tuple[str, int, str]] = []
        self._expected: list[tuple[int, str]] = []

    # — people —————————————————————————————————————————————————————————————————————————————

    def person(self, name: str) -> int:
        """Their QQ number; makes them up when they are new."""
        if name in self.people:
            return self.people[name]
        user_id = int(self.world.add_person(name).user_id)
        self.people[name] = user_id
        if not OUTSIDER.match(name):
            role = Role.ADMIN if ADMIN.match(name) else Role.MEMBER
            self.group.members[user_id] = Member(user_id, role, self.world.now(), previous_role=role)
        return user_id

    def name(self, user_id: int) -> str:
        return next((name for name, known in self.people.items() if known == user_id), str(user_id))

    def last_of(self, name: str, words: str = "") -> int | None:
        """The id of the last message somebody said, with these words in it."""
        return next((i for who, i, said in reversed(self._said) if who == name and words in said), None)

    # — playing ————————————————————————————————————————————————————————————————————————————

    async def play(self, script: str) -> None:
        """Play it to the end. Raises `Mismatch` where the bot does something else than is written."""
        steps = read_script(script)
        self._name_everyone(steps)
        await self.stage.settle()
        with self._watching():
            await self._play(steps, script.strip("\n").splitlines())

    async def perform(self, script: str, pace: Callable[[], Awaitable[None]]) -> None:
        """Play only the people's part, with `pace()` between the steps: a demonstration, nothing is compared."""
        steps = read_script(script)
        self._name_everyone(steps)
        with self._watching():
            for step in steps:
                if not _is_bots(step):
                    await self._do(step)
                    await self.stage.settle()
                    await pace()

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """See and hear what happens; afterwards the bot is behind the endpoint it was behind before."""
        before = self.world.manner
        self.world.watchers.append(self._watch)
        try:
            yield
        finally:
            self.world.watchers.remove(self._watch)
            self.world.manner = before

    async def _play(self, steps: list[Step], lines: list[str]) -> None:
        waiting: list[Step] = []
        position = 0
        for step in steps:
            if _is_bots(step):
                waiting.append(step)
                continue
            self._compare(waiting, lines, position)
            waiting, position = [], step.line
            await self._do(step)
            await self.stage.settle()
        self._compare(waiting, lines, position)

    def _name_everyone(self, steps: list[Step]) -> None:
        for step in steps:
            if not isinstance(step, Header) and step.who:
                self.person(step.who)
            if isinstance(step, Speech) and step.who != BOT:
                for mention in MENTION.finditer(step.text):
                    self.person(mention[1])

    def _watch(self, happening: Happening) -> None:
        if happening.user_id == self.world.account or happening.operator_id == self.world.account:
            self._seen.append(happening)
        if "message_id" in happening.data and happening.kind in ("message", "packet", "forward"):
            words = self.wording.plain(happening.data)
            self._said.append((self.name(happening.user_id), happening.data["message_id"], words))

    def _compare(self, waiting: list[Step], lines: list[str], position: int) -> None:
        happened = [done for seen in self._seen if (done := self.wording.done(seen))]
        self._seen.clear()
        written = [self._written(step) for step in waiting]
        fits = len(happened) == len(written) and all(
            w.speech == h.speech and matches(w.text, h.text) for w, h in zip(written, happened, strict=True)
        )
        if not fits:
            after = lines[position - 1] if position else "(the beginning)"
            shown = "\n".join(f"  {_shown(d)}" for d in happened) or "  (nothing)"
            wanted = "\n".join(f"  {_shown(d)}" for d in written) or "  (nothing)"
            raise Mismatch(f"after line {position}: {after}\nwritten:\n{wanted}\nhappened:\n{shown}")

    def _written(self, step: Step) -> Done:
        if isinstance(step, Speech):
            aside = f"（私聊 {step.to}）" if step.private else ""
            return Done(f"{BOT}{aside}：{step.text}", speech=True)
        assert isinstance(step, Deed)
        words = list(step.words)
        if step.verb == "禁言" and len(words) == 2:
            words[1] = say_duration(parse_duration(words[1]))
        return Done(" ".join([BOT, step.verb, *words]), speech=False)

    # — what people do —————————————————————————————————————————————————————————————————————

    async def _do(self, step: Step) -> None:
        if isinstance(step, Header):
            await self._head(step)
        elif isinstance(step, Speech):
            self._speak(step)
        elif step.verb in ("过", "到"):
            await self.stage.move(self._span(step))
        elif step.verb == "重启":
            await self.stage.restart()
        elif step.verb in ("断线", "停机"):
            await self.stage.go_away(host=step.verb == "停机")
        elif step.verb in ("连上", "开机"):
            await self.stage.come_back(host=step.verb == "开机")
        else:
            self._act(step)

    async def _head(self, header: Header) -> None:
        group_id = self.group.group_id
        if header.name == "开":
            for feature in header.text.replace("、", " ").split():
                await self.stage.switch_on(group_id, feature)
        elif header.name == "端":
            if header.text not in MANNERS:
                raise Mismatch(
                    f"line {header.line}: no endpoint is called {header.text}: {'、'.join(MANNERS)}"
                )
            self.world.manner = MANNERS[header.text]
        else:
            feature, setting, value = header.text.split(maxsplit=2)
            await self.stage.change_setting(group_id, feature, setting, value)

    def _speak(self, step: Speech) -> None:
        who = self.person(step.who)
        if step.private:
            self.world.whisper(who, step.text)
            return
        quoted = None
        if step.quoted:
            quoted = self.last_of(step.quoted, step.which)
            if quoted is None:
                raise Mismatch(f"line {step.line}: {step.quoted} has not said that yet")
        self.world.say(self.group.group_id, who, self._segments(step.text), reply_to=quoted)

    def _segments(self, text: str) -> list[dict[str, Any]]:
        segments: list[dict[str, Any]] = []
        position = 0
        for mention in MENTION.finditer(text):
            if mention[1] not in self.people:
                continue
            segments.append({"type": "text", "data": {"text": text[position : mention.start()]}})
            segments.append({"type": "at", "data": {"qq": str(self.people[mention[1]])}})
            position = mention.end()
        segments.append({"type": "text", "data": {"text": text[position:]}})
        return [s for s in segments if s["type"] != "text" or s["data"]["text"]]

    def _span(self, step: Deed) -> timedelta:
        words = "".join(step.words) if step.verb == "过" else " ".join(step.words)
        if step.verb == "过":
            return parse_duration(words)
        day, _, clock = words.rpartition(" ")
        now = self.stage.now()
        date = parse_date(day, now) if day else now.date()
        target = datetime.combine(date, parse_time_of_day(clock), tzinfo=now.tzinfo)
        return target - now

    def _act(self, step: Deed) -> None:
        deed = DEEDS.get(step.verb)
        if deed is None:
            raise Mismatch(f"line {step.line}: nobody knows how to {step.verb}")
        try:
            deed(self, self.person(step.who), step.words)
        except WorldError as refused:
            raise Mismatch(f"line {step.line}: {refused}") from refused


def _is_bots(step: Step) -> bool:
    return not isinstance(step, Header) and step.who == BOT


def _shown(done: Done) -> str:
    return done.text if done.speech else f"【{done.text}】"
