"""Random histories of one group, through the chat and back, against a model of the ladder, decay, appeals and pardons."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lizheng import GroupContext
from lizheng.hooks import Violation, violation
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.store.tables import Pending, Record
from plugins.violations.models import Case
from tests.support.probe_feature import feature as probe
from tests.support.reliability_figures import Note

pytestmark = pytest.mark.skipif(find_spec("plugins.word_rules") is None, reason="no rules")

RUNGS = [("warn", 0), ("mute", 600), ("mute", 86_400), ("kick", 0)]
DECAY = timedelta(days=3)
PAUSE = timedelta(minutes=11)
"""Between any two steps, so that no kick is one too many."""
who, which = st.integers(0, 1), st.integers(0, 9)
STEPS = st.one_of(
    st.tuples(st.sampled_from(["warn", "kick", "report", "again", "offend", "appeal", "forgive"]), who),
    st.tuples(st.just("mute"), who, st.sampled_from([60, 7200])),
    st.tuples(st.sampled_from(["pardon", "undo"]), which),
    st.tuples(st.just("decide"), which, st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 30])),
    st.tuples(st.just("restart")),
)


@dataclass
class Wrong:
    """A case as the model has it."""

    user: int
    at: datetime
    entry: int
    measure: tuple[str, int]
    rung: int
    state: str = "open"
    appealed: bool = False


@dataclass
class Model:
    now: datetime
    cases: list[Wrong] = field(default_factory=list)

    def counts(self, case: Wrong) -> bool:
        return case.state in ("open", "appealed", "upheld") and case.at + DECAY > self.now

    def rung(self, user: int) -> int:
        rung = 0
        for case in self.cases:
            if case.user == user and self.counts(case):
                rung = min(max(rung + 1, case.entry), len(RUNGS))
        return rung

    def add(self, user: int, measure: tuple[str, int] | None = None, entry: int = 0) -> None:
        rung = min(max(self.rung(user) + 1, entry), len(RUNGS))
        self.cases.append(Wrong(user, self.now, entry, measure or RUNGS[rung - 1], rung))

    def end(self, case: Wrong, state: str) -> None:
        if self.counts(case):
            case.state = state

    def appeal(self, user: int) -> None:
        mine = [case for case in self.cases if case.user == user and self.counts(case)]
        fresh = [case for case in mine if not case.appealed]
        if fresh:
            fresh[-1].state, fresh[-1].appealed = "appealed", True

    def decide(self, case: Wrong, yes: bool) -> None:
        """An appeal may be decided after the case has decayed."""
        if case.state == "appealed":
            case.state = "pardoned" if yes else "upheld"


class Chat:
    """The same steps said in a group."""

    def __init__(self, stage: HostStage, player: Player) -> None:
        self.stage, self.player = stage, player
        self.group = player.group.group_id
        self.users = [player.person("小王"), player.person("小李")]
        self.admin = player.person("管理员")
        self.said = 0
        self.reports = 0

    async def say(self, words: str, at: int | None = None) -> None:
        self.said += 1
        segments: list[dict[str, Any]] = [{"type": "text", "data": {"text": words}}]
        if at is not None:
            segments += [
                {"type": "at", "data": {"qq": str(self.users[at])}},
                {"type": "text", "data": {"text": f" 第{self.said}次"}},
            ]
        self.stage.world.say(self.group, self.admin, segments)
        await self.stage.settle()

    async def come_back(self) -> None:
        for user in self.users:
            if user not in self.stage.world.groups[self.group].members:
                self.stage.world.join(self.group, user)
        await self.stage.settle()

    async def report(self, at: int) -> None:
        host = self.stage.host
        ctx = GroupContext(host, host.groups[self.group], probe, source=f"slot:9:{self.reports}")
        await violation.ask(ctx, Violation(self.users[at], "广告", "发了广告"))
        await self.stage.settle()

    async def offend(self, at: int) -> bool:
        """Break the group's own rule; False when they cannot speak."""
        world, member = self.stage.world, self.stage.world.groups[self.group].members[self.users[at]]
        if member.muted_until > world.now():
            return False
        world.say(self.group, self.users[at], f"低价代充{self.said}")
        await self.stage.settle()
        return True

    async def appeal(self, at: int) -> None:
        self.said += 1
        self.stage.world.whisper(self.users[at], f"/申诉 冤枉{self.said}")
        await self.stage.settle()


async def play(stage: HostStage, steps: list[tuple]) -> None:
    player = await stage.play(
        "开：违规规则、违规处理\n设：违规处理 衰减 3天\n小王：在\n小李：在\n管理员：在\n"
    )
    chat, model = Chat(stage, player), Model(stage.host.clock.now())
    await chat.say("/违规规则 添加 关键词 代充 → 第2级 不撤回")
    for step in steps:
        await stage.move(PAUSE)
        await chat.come_back()
        model.now = stage.host.clock.now()
        await STEP[step[0]](chat, model, *step[1:])
        await check(chat, model)


async def check(chat: Chat, model: Model) -> None:
    rows = await Case.filter(group_id=chat.group).order_by("number")
    assert [
        (chat.users.index(r.user_id), (r.measure, r.seconds), r.rung, r.state, r.appealed) for r in rows
    ] == [(c.user, c.measure, c.rung, c.state, c.appealed) for c in model.cases]
    assert all(row.outcome in ("done", "none") for row in rows)
    world = chat.stage.world
    for user in chat.users:
        member = world.groups[chat.group].members.get(user)
        running = [r for r in rows if r.user_id == user and r.until and r.until > model.now]
        if member is not None and not any(r.state in ("open", "appealed", "upheld") for r in running):
            assert member.muted_until <= world.now(), "nothing that counts keeps them silent"
    if model.cases and rows[-1].at == model.now and rows[-1].outcome == "done":
        last = rows[-1]
        member = world.groups[chat.group].members.get(last.user_id)
        assert (member is None) == (last.measure == "kick")
        if member is not None and last.measure == "mute" and last.state == "open":
            assert round(member.muted_until - world.now()) >= last.seconds, "a longer one is never shortened"


# — the steps ——————————————————————————————————————————————————————————————————————————————


async def _warn(chat: Chat, model: Model, user: int) -> None:
    await chat.say("/警告 ", at=user)
    model.add(user)


async def _mute(chat: Chat, model: Model, user: int, seconds: int) -> None:
    chat.said += 1
    await chat.say(f"/禁言 {chat.users[user]} {seconds}秒 第{chat.said}次")
    model.add(user, ("mute", seconds))


async def _kick(chat: Chat, model: Model, user: int) -> None:
    await chat.say("/踢 ", at=user)
    model.add(user, ("kick", 0))


async def _report(chat: Chat, model: Model, user: int) -> None:
    chat.reports += 1
    await chat.report(user)
    model.add(user)


async def _again(chat: Chat, model: Model, user: int) -> None:
    """The same report of the same cause, as after a crash."""
    chat.reports += 1
    await chat.report(user)
    await chat.report(user)
    model.add(user)


async def _offend(chat: Chat, model: Model, user: int) -> None:
    if await chat.offend(user):
        model.add(user, entry=2)


async def _appeal(chat: Chat, model: Model, user: int) -> None:
    await chat.appeal(user)
    model.appeal(user)


async def _forgive(chat: Chat, model: Model, user: int) -> None:
    await chat.say("/赦免 " + str(chat.users[user]))
    for case in model.cases:
        if case.user == user:
            model.end(case, "pardoned")


async def _pardon(chat: Chat, model: Model, number: int) -> None:
    await chat.say(f"/赦免 W{number + 1}")
    if number < len(model.cases):
        model.end(model.cases[number], "pardoned")


async def _undo(chat: Chat, model: Model, number: int) -> None:
    case = await Case.get_or_none(group_id=chat.group, number=number + 1)
    record = await Record.filter(group_id=chat.group, kind="case").order_by("number").offset(number).first()
    if case is None or record is None:
        return
    await chat.say(f"/撤销 {record.number}")
    if model.cases[number].state in ("open", "appealed", "upheld"):
        model.cases[number].state = "undone"


async def _decide(chat: Chat, model: Model, number: int, yes: bool) -> None:
    if number >= len(model.cases):
        return
    case = await Case.get(group_id=chat.group, number=number + 1)
    for pending in await Pending.filter(group_id=chat.group, kind="appeal", state="open"):
        if pending.payload["case"] == case.id:
            await chat.say(f"/{'通过' if yes else '驳回'} {pending.number}")
            model.decide(model.cases[number], yes)


async def _wait(chat: Chat, model: Model, hours: int) -> None:
    await chat.stage.move(timedelta(hours=hours))
    await chat.stage.settle()
    model.now = chat.stage.host.clock.now()


async def _restart(chat: Chat, model: Model) -> None:
    await chat.stage.restart()
    await chat.stage.settle()


STEP: dict[str, Callable[..., Any]] = {
    "warn": _warn,
    "mute": _mute,
    "kick": _kick,
    "report": _report,
    "again": _again,
    "offend": _offend,
    "appeal": _appeal,
    "forgive": _forgive,
    "pardon": _pardon,
    "undo": _undo,
    "decide": _decide,
    "wait": _wait,
    "restart": _restart,
}


async def play_histories(stage: HostStage, figure: Note, examples: int, longest: int) -> None:
    """Hypothesis runs in a thread and has each history played in this loop, a group for each."""
    loop = asyncio.get_running_loop()

    @settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(st.lists(STEPS, max_size=longest))
    @example([("warn", 0), ("warn", 0), ("appeal", 0), ("decide", 1, True), ("warn", 0)])
    @example(
        [("offend", 0), ("wait", 30), ("offend", 0), ("wait", 30), ("again", 0), ("undo", 1), ("warn", 0)]
    )
    @example([("mute", 0, 7200), ("kick", 0), ("restart",), ("forgive", 0), ("warn", 0), ("pardon", 0)])
    @example([("warn", 0)] * 5)
    @example([("warn", 0), ("wait", 30), ("wait", 30), ("wait", 30), ("warn", 0)])
    @example([("warn", 0), ("appeal", 0), ("decide", 0, False), ("warn", 0), ("mute", 0, 7200), ("undo", 2)])
    @example([("mute", 0, 7200), ("appeal", 0), ("decide", 0, True)])
    @example([("warn", 0), ("warn", 0), ("appeal", 0), ("appeal", 0)])
    def histories(steps: list[tuple]) -> None:
        asyncio.run_coroutine_threadsafe(play(stage, steps), loop).result()
        figure("machine ladder", histories=1, steps=float(len(steps)))

    await asyncio.to_thread(histories)


async def test_random_histories_match_the_model(stage: HostStage, figure: Note) -> None:
    await play_histories(stage, figure, 10, 12)


@pytest.mark.nightly
async def test_many_random_histories_match_the_model(stage: HostStage, figure: Note) -> None:
    await play_histories(stage, figure, 1000, 30)
