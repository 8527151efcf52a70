"""Random histories of the outbox: puts, faults, lost accounts, crashes and time, against what the peer saw, and what those
were told who had asked for the end.
"""

import asyncio
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lizheng.base.clock import Clock
from lizheng.delivery.outbox import Outbox, Then
from lizheng.delivery.outbox.follow_ups import JOB
from lizheng.delivery.schedule import Schedule
from lizheng.store import Store, atomic
from lizheng.store.tables import Completion, Outgoing, Slot
from tests.support.reliability_figures import Note
from tests.support.scripted_endpoint import NOON, Peer, outbox_for, pass_time, quiet, text

FATES = ["ok", "refused", "lost", "done but unanswered", "not sent"]
STEPS = st.one_of(
    st.tuples(st.just("put"), st.integers(1, 3), st.sampled_from(FATES)),
    st.tuples(st.just("put within"), st.integers(1, 3), st.sampled_from(FATES)),
    st.tuples(st.just("tell"), st.none(), st.none()),
    st.tuples(st.just("again"), st.integers(0, 20), st.none()),
    st.tuples(st.just("online"), st.booleans(), st.none()),
    st.tuples(st.just("crash"), st.none(), st.none()),
    st.tuples(st.just("time"), st.integers(1, 40), st.none()),
)


class History:
    """One run; texts are unique, so the peer's history tells how often each arrived."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.outbox = outbox_for(peer)
        self.schedule = Schedule(peer.clock)
        self.sources: dict[str, tuple[int, str]] = {}
        self.told: list[tuple[str, str]] = []

    async def step(self, name: str, first, second) -> None:
        if name in ("put", "put within"):
            source = f"event:{len(self.sources)}"
            self.sources[source] = (first, second)
            await quiet(self.outbox)
            self.peer.fates.setdefault("send_group_msg", []).append(second)
            await (self.put if name == "put" else atomic(self.put))(source)
        elif name == "tell":
            await self.tell()
        elif name == "again" and self.sources:
            await self.put(f"event:{first % len(self.sources)}")
        elif name == "online":
            self.peer.online = first
            self.outbox.wake()
        elif name == "crash":
            # What is decided by now may be written down or not; who was to be told of it is not told yet.
            await crash(self.outbox)
            self.outbox = outbox_for(self.peer)
            await self.outbox.start()
        elif name == "time":
            await pass_time(self.peer.clock, self.outbox, first, step=10)

    async def put(self, source: str) -> None:
        then = Then("probe", "ended", {"source": source})
        await self.outbox.put(text(source, group=self.sources[source][0], source=source, then=then))

    async def tell(self) -> None:
        """Let the schedule run for a moment, then kill it too."""
        self.schedule = Schedule(self.peer.clock)
        self.schedule.register("probe", JOB, self.take, repeats=True)
        await self.schedule.start()
        await self.schedule.settle()
        assert self.schedule._ticker is not None
        self.schedule._ticker.cancel()
        await asyncio.wait({self.schedule._ticker})

    async def take(self, slot: Slot) -> None:
        """A handler whose effect is a row, as a plugin's is: run again after a crash, it has it once."""
        row = await Completion.get(id=slot.payload["id"])
        if await Completion.filter(id=row.id, state="ended").update(state="told"):
            self.told.append((row.payload["source"], row.outcome))

    def check(self, rows: list[Outgoing]) -> None:
        calls = [params["message"][0]["data"]["text"] for _, params in self.peer.sent()]
        arrived = {
            message["message"][0]["data"]["text"]: message["message_id"]
            for messages in self.peer.history.values()
            for message in messages
        }
        assert len(rows) == len(self.sources), "every put is one row, put again or not"
        assert len(calls) == len(set(calls)), "nothing is ever sent twice"
        for row in rows:
            assert row.source is not None
            assert row.state in ("done", "not_done")
            assert (row.state == "done") == (row.source in arrived), f"{row.source} is {row.state}"
            if row.state == "done":
                assert row.answer == {"message_id": arrived[row.source]}
        assert self.outbox.pending() == 0
        assert sorted(self.told) == sorted((row.source, row.state) for row in rows), "everybody is told, once"


async def crash(outbox: Outbox) -> None:
    journal = outbox._journal._running
    tasks = [outbox._sender._task, outbox._reconciler._task, outbox._tidying, *outbox._sender._calls]
    tasks += [*outbox._reconciler._looks, journal]
    for task in tasks:
        if task:
            task.cancel()
    await asyncio.wait([task for task in tasks if task])


async def play(steps: list[tuple]) -> None:
    folder = Path(tempfile.mkdtemp())
    store = Store(f"sqlite://{folder}/lizheng.db", {}, Clock())
    await store.open()
    try:
        peer = Peer(Clock())
        peer.clock.freeze(NOON)
        history = History(peer)
        await history.outbox.start()
        for step in steps:
            await history.step(*step)
        peer.online = True
        history.outbox.wake()
        await pass_time(peer.clock, history.outbox, 90, step=5)
        await history.outbox.stop(1.0)
        await history.tell()
        await history.tell()
        history.check(await Outgoing.all())
    finally:
        await store.close()
        shutil.rmtree(folder, ignore_errors=True)


def histories(figure: Note, examples: int, longest: int) -> None:
    @given(st.lists(STEPS, max_size=longest))
    @example([("put", 1, "ok"), ("crash", None, None)])
    @example([("put", 1, "ok"), ("put", 1, "done but unanswered"), ("crash", None, None), ("again", 0, None)])
    @example(
        [("put", 1, "done but unanswered"), ("time", 5, None), ("crash", None, None), ("tell", None, None)]
    )
    @example([("put within", 1, "refused"), ("tell", None, None), ("again", 0, None), ("crash", None, None)])
    @example([("online", False, None), ("put", 1, "ok"), ("put", 1, "lost"), ("crash", None, None)])
    @settings(max_examples=examples, deadline=timedelta(seconds=60), database=None)
    def each(steps: list[tuple]) -> None:
        asyncio.run(play(steps))
        figure("machine outbox", histories=1, steps=float(len(steps)))

    each()


def test_every_history_ends_with_each_message_sent_at_most_once_and_its_fate_known(figure: Note):
    histories(figure, 15, 15)


@pytest.mark.nightly
def test_many_histories_end_with_each_message_sent_at_most_once(figure: Note):
    histories(figure, 1000, 30)
