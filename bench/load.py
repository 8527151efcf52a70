"""The three ways to load a host: at its own speed, at a given rate, all at once."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.endpoint import Endpoint

_BATCH = 50


async def closed_loop(endpoint: Endpoint, events: int) -> float:
    """Chatter, a batch whenever the host has finished the one before. Host CPU seconds per event."""
    await endpoint.host.quiet()
    before = endpoint.host.cpu()
    for left in range(events, 0, -_BATCH):
        for frame in endpoint.script.chatter(min(_BATCH, left)):
            await endpoint.send(frame)
        await endpoint.host.quiet()
    return (endpoint.host.cpu() - before) / events


async def command_loop(endpoint: Endpoint, commands: int) -> float:
    """Commands with a reply, one after the other. Host CPU seconds per command."""
    await endpoint.host.quiet()
    before = endpoint.host.cpu()
    for number in range(commands):
        group = endpoint.groups[number % len(endpoint.groups)]
        _, answer = await endpoint.echo(group, group.members[1 + number % 15])
        await asyncio.wait_for(answer, 30)
    await endpoint.host.quiet()
    return (endpoint.host.cpu() - before) / commands


@dataclass
class Latencies:
    """Seconds from the moment a command was due, not from when it could be sent: waiting is not omitted."""

    seconds: list[float] = field(default_factory=list)
    unanswered: int = 0

    def p99(self) -> float:
        return quantile(self.seconds, 0.99)


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("inf")


async def open_loop(endpoint: Endpoint, rate: float, seconds: float, command_every: int = 5) -> Latencies:
    """`rate` messages a second, whatever the host does; each `command_every`-th is a command."""
    measured = Latencies()
    pending: list[tuple[float, asyncio.Future[float]]] = []
    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (ahead := due - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        if number % command_every:
            await endpoint.send(next(endpoint.script.chatter(1)))
        else:
            group = endpoint.groups[number % len(endpoint.groups)]
            _, answer = await endpoint.echo(group, group.members[1])
            pending.append((due, answer))
    await asyncio.wait([answer for _, answer in pending], timeout=30)
    for due, answer in pending:
        if answer.done():
            measured.seconds.append(answer.result() - due)
        else:
            measured.unanswered += 1
    return measured


@dataclass
class Burst:
    seconds: float
    lost: int
    out_of_order: int
    rss_growth: float
    """MB at the peak above what stood before."""


async def burst(endpoint: Endpoint, events: int, command_every: int = 50) -> Burst:
    """Everything at once. Commands are strewn in, so what was lost or overtaken in its group shows."""
    host = endpoint.host
    await host.quiet()
    host.forget_peak()
    rss = host.rss()
    sent: list[tuple[int, str]] = []
    pending: list[asyncio.Future[float]] = []
    endpoint.answered.clear()
    began = time.perf_counter()
    for number, frame in enumerate(endpoint.script.chatter(events)):
        if number % command_every:
            await endpoint.send(frame)
        else:
            group = endpoint.groups[(number // command_every) % len(endpoint.groups)]
            token, answer = await endpoint.echo(group, group.members[1 + number % 15])
            sent.append((group.group_id, token))
            pending.append(answer)
    await asyncio.wait(pending, timeout=240)
    seconds = time.perf_counter() - began
    lost = sum(not answer.done() for answer in pending)
    return Burst(seconds, lost, overtaken(sent, endpoint.answered), host.peak_rss() - rss)


def overtaken(sent: list[tuple[int, str]], answered: list[tuple[int, str]]) -> int:
    """How many answers came after the answer to a later command of the same group."""
    rank = {token: number for number, (_, token) in enumerate(sent)}
    newest: dict[int, int] = {}
    overtaken = 0
    for group_id, token in answered:
        overtaken += rank[token] < newest.get(group_id, -1)
        newest[group_id] = max(rank[token], newest.get(group_id, -1))
    return overtaken
