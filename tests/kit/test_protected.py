"""Whoever is protected is never acted on, whatever people command and rules find; random histories, everything switched on.

The oracle is the log of the calls that reach the endpoint: not one of them aims at somebody who was protected both before
and after the step that caused it.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lizheng import GroupContext
from lizheng.base.roles import Role
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.world.refusal import WorldError
from tests.support.reliability_figures import Note

SIDE_BY_SIDE = 25
STEPS = 8
BOT_ROLE = "admin"
AD = "招网店兼职打字员，一单十元起，日结，加QQ 2847{n}"
ASIDE = ("control", "pending")
"""Features whose commands are said explicitly here: some of them would switch everything off."""


class Street:
    """A group in which everybody who is protected for another reason lives beside two who are not."""

    def __init__(self, stage: HostStage, chance: random.Random) -> None:
        self.stage, self.chance, self.world = stage, chance, stage.world
        self.owner = int(self.world.add_person("群主").user_id)
        self.id = self.world.add_group("受保护", self.owner, bot_role=BOT_ROLE).group_id
        self.tries = 0
        self.spoken: dict[int, tuple[int, str]] = {}

    async def open(self) -> None:
        host = self.stage.host
        await self.stage.introduce(self.id)
        group = host.groups[self.id]
        for feature in host.features.values():
            if not feature.always_on:
                await host.switch(group, feature.id, on=True)
        self.superuser = 99_999
        if self.superuser not in self.world.people:
            self.world.add_person("超管", self.superuser)
        self.world.join(self.id, self.superuser)

        cast = [int(self.world.add_person(f"住户{n}").user_id) for n in range(6)]
        self.cast = cast
        self.admin, self.white, self.robot, self.deputy, self.wang, self.li = cast

    async def people(self) -> None:
        """A history begins with everybody there and in the standing of their name."""
        host, group = self.stage.host, self.stage.host.groups[self.id]
        for person in self.cast:
            if person not in self.names():
                self.world.join(self.id, person)
            self.world.set_role(self.id, person, "admin" if person == self.admin else "member")
        if self.white not in group.whitelist:
            await host.groups.add_standing(self.id, self.white, "whitelist", 0, host.now())
        if self.robot not in group.bots:
            await host.groups.add_standing(self.id, self.robot, "bot", 0, host.now())
        if self.deputy not in group.deputies:
            await host.groups.add_standing(self.id, self.deputy, "deputy", 0, host.now())
        self.before = self.protected()

    def names(self) -> set[int]:
        return set(self.world.group(self.id).members)

    def protected(self) -> set[int]:
        """As QQ and the group's lists have it now."""
        group = self.stage.host.groups[self.id]
        members = self.world.group(self.id).members.values()
        ranked = {member.user_id for member in members if Role.of_qq(member.role.value) >= Role.ADMIN}
        return ranked | set(group.whitelist) | set(group.bots) | {self.superuser, self.world.account}

    # — one step ———————————————————————————————————————————————————————————————————————————

    def target(self) -> int:
        """Mostly somebody protected."""
        present = self.names()
        sheltered = sorted(present & self.protected())
        if self.chance.random() < 0.75:
            self.tries += 1
            return self.chance.choice(sheltered)
        return self.chance.choice(sorted(present))

    def say(self, who: int, text: str, target: int = 0, reply_to: int | None = None) -> None:
        """With every @somebody of the text as a mention of `target`."""
        parts: list[dict[str, Any]] = []
        for part in re.split(r"(@\S+)", text):
            if part.startswith("@"):
                parts.append({"type": "at", "data": {"qq": str(target)}})
            elif part:
                parts.append({"type": "text", "data": {"text": part}})
        try:
            said = self.world.say(self.id, who, parts, reply_to=reply_to)
        except WorldError:
            return
        self.spoken[said] = (who, text)

    def actor(self) -> int:
        boss = (self.owner, self.admin, self.superuser, self.deputy)
        return self.chance.choice([one for one in boss if one in self.names()])

    def command(self, examples: list[str]) -> None:
        self.say(self.actor(), self.chance.choice(examples), self.target())

    def quote(self, examples: list[str]) -> None:
        """A command about the message of somebody protected."""
        theirs = [number for number, (who, _) in self.spoken.items() if who in self.protected()]
        if theirs:
            self.tries += 1
            self.say(self.actor(), self.chance.choice(examples), reply_to=self.chance.choice(theirs[-6:]))

    def misbehave(self, _: list[str]) -> None:
        """An ad, a flood, or the same again, by somebody protected."""
        who = self.target()
        for _time in range(self.chance.choice((1, 1, 4))):
            self.say(who, AD.format(n=self.chance.randint(1000, 9999)))

    def rule(self, _: list[str]) -> None:
        """What a rule of some feature does by itself."""
        host, target = self.stage.host, self.target()
        ctx = GroupContext(host, host.groups[self.id], host.features["probe"])
        theirs = [number for number, (who, _) in self.spoken.items() if who == target]
        deeds: list[Callable[[], Any]] = [
            lambda: ctx.kick(target, "规则"),
            lambda: ctx.mute(target, timedelta(minutes=5), "规则"),
            lambda: ctx.rename(target, "规则改的", "规则"),
        ]
        if theirs:
            deeds.append(lambda: ctx.recall(theirs[-1], target, "规则"))
        self.doing = asyncio.ensure_future(self.chance.choice(deeds)())

    def change(self, _: list[str]) -> None:
        """Somebody's standing changes; the bot hears of it as QQ tells it."""
        person = self.chance.choice((self.wang, self.li, self.admin, self.white))
        if person not in self.names():
            return
        choice = self.chance.randrange(3)
        if choice == 0:
            self.world.set_role(self.id, person, self.chance.choice(("admin", "member")))
        elif choice == 1:
            self.say(self.owner, f"/白名单 {self.chance.choice(('添加', '删除'))} @他", person)
        else:
            self.say(self.owner, self.chance.choice(("/确认", "/通过", "/撤销 3", "/撤销 5")))

    def step(self, examples: dict[str, list[str]]) -> None:
        self.before = self.protected()
        deed = self.chance.choices(
            (self.command, self.quote, self.misbehave, self.rule, self.change), (6, 3, 2, 3, 2)
        )[0]
        deed(examples["quoting" if deed == self.quote else "aiming"])

    def touched(self) -> list[str]:
        """Calls since the last step that aim at somebody protected throughout."""
        sheltered = self.before & self.protected()
        found: list[str] = []
        for call in self.world.api_log:
            params = call.params
            if call.action == "delete_msg":
                who, text = self.spoken.get(params["message_id"], (0, ""))
                if who in sheltered and not text.startswith(
                    "/"
                ):  # one's own order is taken back on one's own word
                    found.append(f"recall {text}")
            elif params.get("group_id") == self.id and params.get("user_id") in sheltered:
                harmless = call.action == "set_group_ban" and not params["duration"]
                if call.action.startswith("set_") and not harmless:
                    found.append(f"{call.action} {params}")
        return found


def examples_of(stage: HostStage) -> dict[str, list[str]]:
    """From the manifests: what aims at an @, and what is said quoting a message."""
    forms = [
        form
        for feature in stage.host.features.values()
        if feature.id not in ASIDE
        for command in feature.commands
        for form in command.forms
        if form.role > Role.MEMBER
    ]
    aiming = [form.example for form in forms if "@" in form.example]
    aiming += [re.sub(r"@\S+", "@甲 @乙", example) for example in aiming]
    return {"aiming": aiming, "quoting": [form.example for form in forms if "@" not in form.example]}


async def histories(stage: HostStage, count: int, figure: Note) -> None:
    chance = random.Random(count)
    examples = examples_of(stage)
    streets = [Street(stage, chance) for _ in range(min(SIDE_BY_SIDE, count))]
    for street in streets:
        await street.open()
    for _ in range(count // len(streets)):
        for street in streets:
            await street.people()
        await stage.settle()
        for _ in range(STEPS):
            for street in streets:
                street.step(examples)
            await stage.settle()
            for street in streets:
                assert street.touched() == []
            stage.world.api_log.clear()
            await stage.move(timedelta(minutes=3))
        figure("protected", histories=len(streets), tries=0, touched=0)
    figure("protected", histories=0, tries=sum(street.tries for street in streets), touched=0)


async def test_nobody_protected_is_ever_acted_on(stage: HostStage, figure: Note) -> None:
    await histories(stage, 200, figure)


@pytest.mark.nightly
async def test_nobody_protected_is_ever_acted_on_in_ten_thousand_histories(
    stage: HostStage, figure: Note
) -> None:
    await histories(stage, 10_000, figure)
