"""Every form of every command × role × channel, generated from the manifests: who may, may; the rest change nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from nonebot.adapters.onebot.v11 import NetworkError

from lizheng.base.roles import Role
from lizheng.groups.members import UNREADABLE
from lizheng.plugin.command import Form
from lizheng.plugin.feature import Feature
from lizheng.registry.access import may, opened_with
from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Outgoing, Pending, Record, SettingValue, Standing, Switch
from tests.support.reliability_figures import Note

MINUTE = timedelta(seconds=61)
ANONYMOUS = 80_000_000
ANSWERS = ("send_group_msg", "send_private_msg")


class Place:
    """A group with one person of every role, everything switched on, and what the bot answers there."""

    def __init__(self, stage: HostStage) -> None:
        world = stage.world
        self.stage = stage
        self.people = {
            role: int(world.add_person(role.label).user_id) for role in Role if role < Role.SUPERUSER
        }
        self.people[Role.SUPERUSER] = int(world.add_person("超管", 99_999).user_id)
        self.target = int(world.add_person("小王").user_id)
        people = self.people
        others = (people[Role.MEMBER], people[Role.DEPUTY], people[Role.SUPERUSER], self.target)
        self.id = world.add_group("权限", people[Role.OWNER], others, (people[Role.ADMIN],)).group_id
        self.heard: list[str] = []
        world.watchers.append(self._hear)

    async def open(self) -> None:
        host = self.stage.host
        group = host.groups[self.id]
        await self.stage.introduce(self.id)
        await host.groups.add_standing(self.id, self.people[Role.DEPUTY], "deputy", 0, host.now())
        for feature in host.features.values():
            if not feature.always_on:
                await host.switch(group, feature.id, on=True)
        await self.stage.settle()

    def _hear(self, happening: Any) -> None:
        if happening.kind == "message" and happening.user_id == self.stage.world.account:
            self.heard.append(happening.data["text"])

    def segments(self, example: str) -> list[dict[str, Any]]:
        """The example with its @somebody as a real mention."""
        found: list[dict[str, Any]] = []
        for part in re.split(r"(@\S+)", example):
            if part.startswith("@"):
                found.append({"type": "at", "data": {"qq": str(self.target)}})
            elif part:
                found.append({"type": "text", "data": {"text": part}})
        return found

    async def send(self, channel: str, role: Role, example: str) -> list[str]:
        """Say it, a minute after the last so that a denial is told again; what the bot answered."""
        world = self.stage.world
        await self.stage.move(MINUTE)
        await self.stage.settle()
        self.heard.clear()
        message = self.segments(example)
        if channel == "private":
            world.whisper(self.people[role], message)
        elif channel == "group":
            world.say(self.id, self.people[role], message)
        elif channel == "forged":
            world.tell(world.account, self.forged(role, message))
        else:
            world.tell(world.account, self.anonymous(message))
        await self.stage.settle()
        return list(self.heard)

    def anonymous(self, message: list[dict[str, Any]]) -> dict[str, Any]:
        """A hidden author whose event claims to be the owner's."""
        return {
            "post_type": "message",
            "message_type": "group",
            "sub_type": "anonymous",
            "anonymous": {"id": 7, "name": "大力鬼王", "flag": "x"},
            "group_id": self.id,
            "user_id": ANONYMOUS,
            "message_id": self.stage.world.fresh_message_id(),
            "message": message,
            "raw_message": "",
            "font": 0,
            "sender": {"user_id": ANONYMOUS, "nickname": "匿名", "card": "", "role": "owner"},
        }

    def forged(self, role: Role, message: list[dict[str, Any]]) -> dict[str, Any]:
        """A person's own event that claims they are the owner, as one of somebody just demoted may."""
        user_id = self.people[role]
        return {
            "post_type": "message",
            "message_type": "group",
            "sub_type": "normal",
            "group_id": self.id,
            "user_id": user_id,
            "message_id": self.stage.world.fresh_message_id(),
            "message": message,
            "raw_message": "",
            "font": 0,
            "sender": {"user_id": user_id, "nickname": "某人", "card": "", "role": "owner"},
        }

    def silence(self) -> None:
        """From now on nobody says who is in the group."""
        for api in ("get_group_member_info", "get_group_member_list"):
            self.stage.world.faults.add("refused", api, -1)

    async def state(self) -> list[int]:
        """Sizes of all that a command could change."""
        tables = (Record, Switch, SettingValue, Standing, Pending)
        acts = Outgoing.exclude(api__in=ANSWERS)
        return [await acts.count(), *[await table.all().count() for table in tables]]


@pytest.fixture
async def place(stage: HostStage) -> AsyncIterator[Place]:
    """Observers are set aside: what they make of an example is not what is asked here."""
    kept = {f.id: (list(f.watches), list(f.afterwards)) for f in stage.host.features.values()}
    for feature in stage.host.features.values():
        feature.watches.clear()
        feature.afterwards.clear()
    place = Place(stage)
    await place.open()
    yield place
    for feature in stage.host.features.values():
        feature.watches[:], feature.afterwards[:] = kept[feature.id]


@contextmanager
def recorded(forms: list[Form]) -> Iterator[list[Form]]:
    """The forms whose handler was called, instead of calling it."""
    ran: list[Form] = []
    kept = [(form, form.handler) for form in forms]

    def recorder(form: Form) -> Any:
        async def note(ctx: Any, **values: Any) -> None:
            ran.append(form)

        return note

    for form in forms:
        object.__setattr__(form, "handler", recorder(form))
    try:
        yield ran
    finally:
        for form, handler in kept:
            object.__setattr__(form, "handler", handler)


def forms_of(features: dict[str, Feature]) -> list[Form]:
    return [form for f in features.values() for command in f.commands for form in command.forms]


def told(form: Form) -> str:
    return f"{form.usage} 只有{form.role.and_above}能用。"


def cells_of(form: Form, every: bool) -> list[tuple[str, Role]]:
    """Who tries it and where: everybody, or those at the edge, who just may and who just may not."""
    edge = [role for role in Role if every or role in (form.role, form.role - 1)]
    return [
        *((channel, role) for channel in ("group", "private") for role in edge),
        ("anonymous", Role.MEMBER),
    ]


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.nightly)])
async def test_every_form_is_for_its_roles_in_every_channel(place: Place, figure: Note, every: bool) -> None:
    forms = forms_of(place.stage.host.features)
    tried = 0
    wrong: list[str] = []
    reached = 0
    with recorded(forms) as ran:
        for form in forms:
            ran.clear()
            await place.send("group", Role.SUPERUSER, form.example)
            fits = ran == [form]
            reached += fits
            for channel, role in cells_of(form, every):
                tried += 1
                ran.clear()
                before = await place.state()
                heard = await place.send(channel, role, form.example)
                allowed = role >= form.role
                denied = any("能用。" in text and "只有" in text for text in heard)
                good = (
                    ran == [form] and not denied
                    if allowed
                    else form not in ran and heard in [[told(f)] for f in form.command.forms]
                )
                if not fits:
                    good = form not in ran and not (allowed and denied)
                if not good or await place.state() != before:
                    wrong.append(f"{form.example} by {role.name} in {channel}: ran {ran}, heard {heard}")
    assert not wrong, "\n".join(wrong)
    assert reached >= 0.9 * len(forms), f"only {reached} of {len(forms)} examples reach their form"
    figure("permissions", forms=len(forms), cells=tried, wrong=len(wrong))


async def test_the_gate_says_the_same(place: Place) -> None:
    group = place.stage.host.groups[place.id]
    for form in forms_of(place.stage.host.features):
        for role in Role:
            verdict = may(group, form.command.feature, form, role)
            assert verdict.allowed == (role >= form.role)
            assert verdict.sentence == ("" if verdict.allowed else told(form))


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.nightly)])
async def test_what_is_off_runs_for_nobody(place: Place, every: bool) -> None:
    host = place.stage.host
    switchable = {f.id: f for f in host.features.values() if not f.always_on}
    for feature in switchable.values():
        await host.switch(host.groups[place.id], feature.id, on=False)
    forms = forms_of(switchable)
    with recorded(forms) as ran:
        for form in forms if every else {form.command: form for form in forms}.values():
            for channel in ("group", "private"):
                assert await place.send(channel, Role.MEMBER, form.example) == []
                assert await place.send(channel, Role.DEPUTY, form.example) == []
                feature = form.command.feature
                hint = f"「{feature.title}」{opened_with(feature) or '在本群是关的。'}"
                assert [
                    text[: len(hint)] for text in await place.send(channel, Role.ADMIN, form.example)
                ] == [hint]
            assert await place.send("anonymous", Role.MEMBER, form.example) == []
    assert ran == []


async def test_in_private_the_member_list_decides(place: Place) -> None:
    """No role is taken from a private event, and a deputy who left the group is nobody."""
    world, host = place.stage.world, place.stage.host
    admin, deputy = place.people[Role.ADMIN], place.people[Role.DEPUTY]
    assert await place.send("private", Role.ADMIN, "/试运行 开") == [
        "试运行已打开：接下来我只说会做什么，不真的动手。发 /试运行 关 恢复。"
    ]
    world.set_role(place.id, admin, "member")
    assert any(
        "只有管理员和群主能用" in text for text in await place.send("private", Role.ADMIN, "/试运行 关")
    )
    assert host.groups[place.id].dry_run
    assert await host.role_now(host.groups[place.id], deputy) is Role.DEPUTY
    world.befriend(deputy)
    world.leave(place.id, deputy)
    assert await host.role_now(host.groups[place.id], deputy) is Role.MEMBER
    assert await place.send("private", Role.DEPUTY, "/记录") == ["我和你没有共同的群，帮不上忙。"]


async def test_a_role_nobody_confirms_is_not_held_in_private(place: Place) -> None:
    place.stage.world.faults.add("drop", "get_group_member_info", -1)
    host = place.stage.host
    with pytest.raises(NetworkError):
        await host.role_now(host.groups[place.id], place.people[Role.OWNER])
    await place.stage.wire.ready()
    await place.send("private", Role.OWNER, "/试运行 开")
    assert not host.groups[place.id].dry_run
    place.stage.world.faults.clear()


async def test_while_the_member_list_does_not_answer_no_claim_is_believed(place: Place) -> None:
    """Whoever claims to be the owner, and whoever is: what takes more than a deputy waits until that can be read."""
    forms = [f for f in forms_of(place.stage.host.features) if Role.MEMBER < f.role < Role.SUPERUSER]
    tried = [("forged", Role.MEMBER), ("group", Role.ADMIN), ("group", Role.OWNER), ("private", Role.OWNER)]
    believed = [("group", Role.SUPERUSER), ("forged", Role.DEPUTY)]
    wrong: list[str] = []
    await place.send("private", Role.OWNER, "/帮助")
    place.stage.host.roster.clear()
    place.silence()
    with recorded(forms) as ran:
        for form in forms:
            for channel, role in tried:
                ran.clear()
                before = await place.state()
                heard = await place.send(channel, role, form.example)
                fair = [[UNREADABLE], []]
                if channel == "group" and role < form.role:
                    fair += [
                        [told(f)] for f in form.command.forms
                    ]  # who claims less than it takes is told so
                if ran or heard not in fair or await place.state() != before:
                    wrong.append(f"{form.example} by {role.name} in {channel}: ran {ran}, heard {heard}")
                if channel != "private" and not heard:
                    wrong.append(f"{form.example} by {role.name} in {channel}: no word")
            for channel, role in believed:
                ran.clear()
                heard = await place.send(channel, role, form.example)
                if form not in ran and role is Role.SUPERUSER and not heard:
                    wrong.append(f"{form.example} by {role.name} in {channel}: ran {ran}, heard {heard}")
                if any(found.role > Role.DEPUTY for found in ran) and role is Role.DEPUTY:
                    wrong.append(f"{form.example} by {role.name} in {channel}: ran {ran}")
    assert not wrong, "\n".join(wrong)


async def test_a_claim_can_only_lower_a_role(place: Place) -> None:
    host, group = place.stage.host, place.stage.host.groups[place.id]
    forms = forms_of(host.features)
    with recorded(forms) as ran:
        await place.send("group", Role.ADMIN, "/记录")
        place.silence()
        ran.clear()
        await place.send("group", Role.ADMIN, "/记录")
        assert ran, (
            "what the list said a minute ago, and the event still says, is enough for a deputy's command"
        )
        ran.clear()
        assert await place.send("group", Role.ADMIN, "/试运行 开") == [UNREADABLE]
        await place.stage.move(MINUTE * 6)
        ran.clear()
        assert await place.send("group", Role.ADMIN, "/记录") == [UNREADABLE]
        assert not ran
    assert not group.dry_run
