"""The scenarios. Hosts are started once and measured in turn, so that a busy machine troubles all alike."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median

from bench.chatter import OWNER, Group, many_groups, small_groups
from bench.endpoint import Endpoint
from bench.figures import Figure
from bench.load import burst, closed_loop, command_loop, open_loop
from bench.process import ROOT, HostDied, HostProcess

_OURS = {"SANDBOX": "off", "PACING": "off", "METRICS": "true", "SUPERUSERS": f'["{OWNER}"]'}
_FOREIGN = {"BENCH_PLUGINS": "bench.foreign60"}


@dataclass(frozen=True)
class Contestant:
    """`speed` is roughly how many times faster than bare, so that each is measured for about as long."""

    settings: dict[str, str]
    ours: bool = False
    all_on: bool = False
    speed: float = 1


CONTESTANTS = {
    "bare": Contestant({}),
    "documented": Contestant({**_FOREIGN, "BENCH_OBSERVERS": "10"}, speed=0.03),
    "commands": Contestant(_FOREIGN, speed=0.05),
    "indexed": Contestant({**_FOREIGN, "BENCH_INDEX": "1"}, speed=2),
    "control": Contestant({}, ours=True, speed=2),
    "all": Contestant({"BENCH_PLUGINS": "bench.echo"}, ours=True, all_on=True, speed=2),
    "all_foreign": Contestant(
        {"BENCH_PLUGINS": "bench.echo bench.foreign60"}, ours=True, all_on=True, speed=2
    ),
}


@dataclass(frozen=True)
class Plan:
    """How much of each scenario; `events` is for a host as fast as bare."""

    rounds: int = 5
    events: int = 600
    commands: int = 100
    seconds: float = 20
    burst: int = 10_000
    starts: int = 3
    groups: int = 500
    soak: int = 0


CI = Plan(rounds=3, events=300, commands=40, seconds=6, burst=1_000, starts=1, groups=0)


class Arena:
    """Starts hosts in folders of their own under `folder`, and says which could not be started."""

    def __init__(self, folder: Path) -> None:
        self.failed: dict[str, str] = {}
        self._folder = folder
        self._numbers = count(1)

    def start(self, name: str) -> HostProcess:
        contestant = CONTESTANTS[name]
        folder = self._folder / f"{name}-{next(self._numbers)}"
        settings = dict(contestant.settings)
        arguments = ["-m", "bench.bare"]
        if contestant.ours:
            arguments = ["-m", "bench.ours"] if "BENCH_PLUGINS" in settings else [str(ROOT / "bot.py")]
            settings |= {**_OURS, "DATABASE_URL": f"sqlite://{folder}/lizheng.db"}
        return HostProcess(name, arguments, folder, settings)

    @asynccontextmanager
    async def running(self, names: Iterable[str], groups: list[Group]) -> AsyncIterator[dict[str, Endpoint]]:
        """Those of the named hosts that could be started, connected and ready."""
        stage: dict[str, Endpoint] = {}
        hosts: list[HostProcess] = []
        try:
            for name in names:
                hosts.append(host := self.start(name))
                try:
                    endpoint = Endpoint(host, groups)
                    stage[name] = await self._welcome(endpoint, CONTESTANTS[name])
                except (HostDied, TimeoutError) as error:
                    self.failed[name] = str(error) or "did not answer in time"
            yield stage
        finally:
            for endpoint in stage.values():
                await endpoint.close()
            for host in hosts:
                await asyncio.to_thread(host.stop)

    @asynccontextmanager
    async def alone(self, name: str, groups: list[Group]) -> AsyncIterator[Endpoint]:
        """One host of its own, not yet connected; when it fails, the body is left and the failure noted."""
        host = self.start(name)
        endpoint = Endpoint(host, groups)
        try:
            yield endpoint
        except (HostDied, TimeoutError) as error:
            self.failed[name] = str(error) or "did not answer in time"
        finally:
            await endpoint.close()
            await asyncio.to_thread(host.stop)

    async def _welcome(self, endpoint: Endpoint, contestant: Contestant) -> Endpoint:
        await endpoint.connect()
        await endpoint.host.quiet()
        if contestant.all_on:
            for group in endpoint.groups[:20]:
                await endpoint.ask("/开启 全部", group)
            await endpoint.host.quiet()
            for group in endpoint.groups[:20]:
                _, answer = await endpoint.echo(group, group.members[1])
                await self._switched_on(answer)
        await endpoint.host.quiet()
        return endpoint

    async def _switched_on(self, answer: asyncio.Future[float]) -> None:
        """A host whose features stayed off would look wonderfully cheap."""
        try:
            await asyncio.wait_for(answer, 10)
        except TimeoutError:
            raise TimeoutError("/开启 全部 did not switch its features on") from None


Readings = dict[str, list[float]]
Measure = Callable[[str, Endpoint], Awaitable[float]]


async def in_turn(stage: dict[str, Endpoint], rounds: int, measure: Measure) -> Readings:
    """`await measure(name, endpoint)` for every host, `rounds` times over."""
    readings: Readings = {name: [] for name in stage}
    for _ in range(rounds):
        for name, endpoint in stage.items():
            readings[name].append(await measure(name, endpoint))
    return readings


def ratio(readings: Readings, name: str, to: str = "bare") -> float:
    """Median of the ratios of each round: what disturbed one round disturbed both sides of it."""
    return median(one / other for one, other in zip(readings[name], readings[to], strict=True))


def _micro(readings: Readings, name: str) -> str:
    return f"{median(readings[name]) * 1e6:,.0f} µs"


CHATTER = (
    ("bare", "闲聊：裸 NoneBot", None),
    ("documented", "闲聊：裸 NoneBot + 60 个 on_command + 10 个 on_message", None),
    ("commands", "闲聊：裸 NoneBot + 60 个 on_command", None),
    ("indexed", "闲聊：同上，用里正的索引", None),
    ("control", "闲聊：里正，只开控制", 0.25),
    ("all", "闲聊：里正，全部功能", 0.5),
    ("all_foreign", "闲聊：里正，全部功能 + 60 个商店 on_command", 0.55),
)


async def chatter(stage: dict[str, Endpoint], plan: Plan) -> list[Figure]:
    async def measure(name: str, endpoint: Endpoint) -> float:
        return await closed_loop(endpoint, max(15, int(plan.events * CONTESTANTS[name].speed)))

    await in_turn(stage, 1, measure)
    costs = await in_turn(stage, plan.rounds, measure)
    figures = [
        Figure(f"chatter.{name}", title, _micro(costs, name), ratio(costs, name), goal=goal)
        for name, title, goal in CHATTER
        if name in costs
    ]
    if "all" in costs and "control" in costs:
        growth = ratio(costs, "all", "control")
        figures.append(Figure("growth.features", "增长：全部功能 ÷ 只开控制", "", growth, goal=1.5))
    if "all" in costs and "all_foreign" in costs:
        growth = ratio(costs, "all_foreign", "all")
        figures.append(Figure("growth.foreign", "增长：再装 60 个商店命令", "", growth, goal=1.1))
    return figures


async def commands(stage: dict[str, Endpoint], plan: Plan) -> list[Figure]:
    fair = {name: stage[name] for name in ("bare", "all") if name in stage}
    costs = await in_turn(fair, plan.rounds, lambda _, endpoint: command_loop(endpoint, plan.commands))
    titles = {"bare": "命令并回复：裸 NoneBot", "all": "命令并回复：里正，全部功能"}
    return [
        Figure(f"command.{n}", titles[n], _micro(costs, n), ratio(costs, n), goal=0.8 if n == "all" else None)
        for n in costs
    ]


async def latency(stage: dict[str, Endpoint], plan: Plan) -> list[Figure]:
    """Reply p99 under load. The yardstick is bare at 20 messages a second."""
    bare = (await open_loop(stage["bare"], 20, plan.seconds)).p99()
    figures = [Figure("p99.bare20", "回复 p99：裸 NoneBot，20 条/秒", f"{bare * 1e3:.1f} ms", 1)]
    for rate, goal in ((20, None), (100, 2)):
        if "all" not in stage:
            continue
        found = await open_loop(stage["all"], rate, plan.seconds)
        raw = f"{found.p99() * 1e3:.1f} ms" + (f"，{found.unanswered} 条未答" if found.unanswered else "")
        title = f"回复 p99：里正，全部功能，{rate} 条/秒"
        figures.append(Figure(f"p99.all{rate}", title, raw, found.p99() / bare, goal=goal))
    return figures


async def bursts(stage: dict[str, Endpoint], plan: Plan) -> list[Figure]:
    figures = []
    for name, goal in (("bare", None), ("all", 0)):
        if name not in stage:
            continue
        found = await burst(stage[name], plan.burst)
        who = "裸 NoneBot" if name == "bare" else "里正，全部功能"
        about = f"{plan.burst:,} 条一次涌入：{who}"
        astray = found.lost + found.out_of_order
        raw = f"{found.seconds:.1f} s，丢 {found.lost}，乱序 {found.out_of_order}"
        figures.append(Figure(f"burst.{name}.astray", f"{about}，丢失与乱序", raw, astray, "条", goal))
        peak = f"峰值 +{found.rss_growth:.0f} MB"
        limit = None if goal is None else 60
        figures.append(Figure(f"burst.{name}.rss", f"{about}，内存", peak, found.rss_growth, "MB", limit))
    return figures


def memory(stage: dict[str, Endpoint]) -> list[Figure]:
    titles = {"bare": "常驻内存：裸 NoneBot", "all": "常驻内存：里正，全部功能"}
    goals = {"all": 120}
    found = {name: stage[name].host.rss() for name in titles if name in stage}
    return [Figure(f"rss.{n}", titles[n], f"{mb:.0f} MB", mb, "MB", goals.get(n)) for n, mb in found.items()]


async def cold_starts(arena: Arena, plan: Plan) -> list[Figure]:
    """Seconds from the command line to a connected endpoint."""
    took: Readings = {"bare": [], "all": []}
    for _ in range(plan.starts):
        for name, seconds in took.items():
            async with arena.alone(name, small_groups()) as endpoint:
                await endpoint.connect()
                seconds.append(time.perf_counter() - endpoint.host.started)
    titles = {"bare": ("冷启动到连上：裸 NoneBot", None), "all": ("冷启动到连上：里正，全部插件", 2.5)}
    return [
        Figure(f"start.{name}", title, f"{median(took[name]):.1f} s", ratio(took, name), goal=goal)
        for name, (title, goal) in titles.items()
        if len(took[name]) == plan.starts
    ]


async def crowd(arena: Arena, plan: Plan) -> list[Figure]:
    """Hundreds of groups: how long until it answers, and how calmly the member lists are fetched."""
    figures = []
    async with arena.alone("all", many_groups(plan.groups)) as endpoint:
        await endpoint.connect()
        await endpoint.ask("/开启 全部", within=60)
        took = time.perf_counter() - endpoint.host.started
        busy = await open_loop(endpoint, 20, plan.seconds)
        raw = f"{took:.1f} s，其间 p99 {busy.p99() * 1e3:.0f} ms，内存 {endpoint.host.rss():.0f} MB"
        figures.append(Figure("crowd.start", f"{plan.groups} 个群：启动到能回话", raw, took, "s", 10))
        lists = endpoint.calls["get_group_member_list"]
        rate = lists / (time.perf_counter() - endpoint.host.started)
        title = f"{plan.groups} 个群：成员列表每秒拉取"
        figures.append(Figure("crowd.lists", title, f"共 {lists} 次", rate, "次/秒"))
    return figures


async def soak(stage: dict[str, Endpoint], plan: Plan) -> list[Figure]:
    if "all" not in stage or not plan.soak:
        return []
    endpoint = stage["all"]
    await closed_loop(endpoint, 5_000)
    host, about = endpoint.host, f"耐久 {plan.soak:,} 条"
    memory, tasks = host.rss(), await asyncio.to_thread(host.tasks)
    await closed_loop(endpoint, plan.soak)
    await host.quiet()
    grown, more = host.rss() - memory, await asyncio.to_thread(host.tasks) - tasks
    return [
        Figure("soak.rss", f"{about}：内存增长", f"{grown:+.1f} MB", grown, "MB", 40),
        Figure("soak.tasks", f"{about}：多出来的任务", f"{tasks} 个，{more:+} 个", more, "个", 3),
    ]


async def everything(arena: Arena, plan: Plan) -> list[Figure]:
    """All scenarios of the plan, in the order of the report."""
    groups = small_groups()
    async with arena.running(CONTESTANTS, groups) as stage:
        figures = await chatter(stage, plan)
        figures += await commands(stage, plan)
        figures += await latency(stage, plan)
        figures += memory(stage)
        figures += await bursts(stage, plan)
        figures += await soak(stage, plan)
    figures += await cold_starts(arena, plan)
    if plan.groups:
        figures += await crowd(arena, plan)
    return figures
