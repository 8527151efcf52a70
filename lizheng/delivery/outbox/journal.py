"""The outbox's rows. Many changes share one statement or transaction: every commit costs a disk sync."""

import asyncio
import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from nonebot.log import logger
from tortoise.expressions import Q, Subquery

from lizheng.delivery.outbox import follow_ups
from lizheng.delivery.outbox.entry import KINDS, Entry, Kind
from lizheng.store import atomic
from lizheng.store.sql import fetch, fetch_many
from lizheng.store.tables import Completion, Outgoing

FLUSH_SECONDS = 0.5
BATCH = 200
KEPT = timedelta(days=2)
FUTURE = timedelta(minutes=1)

_COLUMNS = (
    *(
        "account",
        "group_id",
        "user_id",
        "api",
        "params",
        "priority",
        "state",
        "record_id",
        "feature",
        "source",
    ),
    *("created_at", "not_before", "expires_at", "sent_at", "why"),
)
_SENT = (
    *(
        "id",
        "account",
        "group_id",
        "user_id",
        "api",
        "state",
        "created_at",
        "sent_at",
        "decided_at",
        "answer",
    ),
    *("source",),
)
_INTO = f"""INSERT INTO "lizheng_outgoing" ({", ".join(f'"{c}"' for c in _COLUMNS)}) VALUES """
_ROW = f"({', '.join('?' * len(_COLUMNS))})"
_END = ' ON CONFLICT ("source") DO NOTHING RETURNING "id", "source"'
_ONE = _INTO + _ROW + _END
_DECIDE = (
    'UPDATE "lizheng_outgoing" SET "state" = ?, "why" = ?, "answer" = ?, "account" = ?, "sent_at" = ?, '
    '"decided_at" = ?, "not_before" = ? WHERE "id" = ?'
)
_RECORD = (
    'UPDATE "lizheng_record" SET "state" = ?, "why" = ? '
    "WHERE \"id\" = ? AND \"state\" IN ('intended', 'unknown')"
)


Then = Callable[[Entry, bool], None]
Asked = tuple[Entry, Then, asyncio.Future[bool]]


def _nothing(entry: Entry, new: bool) -> None:
    """Nobody else wants to know."""


class Journal:
    """Writes rows down, in the order asked for. Start it before use; `stop` writes what is left.

    `told()` is called once a slot is there that tells somebody of an end.
    """

    def __init__(self, told: Callable[[], object] = lambda: None) -> None:
        self._told = told
        self._inserts: list[Asked] = []
        self._claims: list[Asked] = []
        self._finals: dict[int, Entry] = {}
        self._wake = asyncio.Event()
        self._hurry = False
        self._running: asyncio.Task[None] | None = None
        self._stopping = False
        self._writing = False
        self._timer: asyncio.TimerHandle | None = None
        self.troubled = False
        """Whether a statement failed, so that rows may be written which nobody knows of; to be cleared by who looks."""

    def start(self) -> None:
        self._stopping = False
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Write everything that is left; later inserts fail."""
        self._stopping = True
        self.hurry()
        if self._running is not None:
            await self._running
            self._running = None

    def idle(self) -> bool:
        return not (self._inserts or self._claims or self._finals or self._writing)

    def in_hand(self) -> set[int]:
        """The numbers of those whose states are still to be written."""
        return set(self._finals)

    def hurry(self) -> None:
        """Write the finals now instead of within half a second."""
        if self._finals or self._stopping:
            self._hurry = True
            self._wake.set()

    def insert(self, entry: Entry, then: Then) -> asyncio.Future[bool]:
        """Write a new row together with others'; False when its source is there already.

        `then(entry, new)` is called with it, even when nobody waits any more, and with False on a failure.
        """
        return self._ask(self._inserts, entry, then)

    async def claim(self, entry: Entry) -> bool:
        """Write the intent to send a queued row; False when it is no longer queued (another host took it)."""
        return await self._ask(self._claims, entry, _nothing)

    def decide(self, entry: Entry) -> None:
        """Write the row's state as it is now, soon: at once when an audit record waits for it."""
        self._finals[entry.id] = entry
        awaited = entry.record_id is not None or entry.then is not None or entry.about is not None
        if awaited or entry.state == "queued":
            self.hurry()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.hurry)

    def _ask(self, queue: list[Asked], entry: Entry, then: Then) -> asyncio.Future[bool]:
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if self._running is None:
            answer.set_exception(RuntimeError("the outbox is not running"))
            return answer
        queue.append((entry, then, answer))
        self._wake.set()
        return answer

    async def _run(self) -> None:
        while not (self._stopping and self.idle()):
            await self._wake.wait()
            self._wake.clear()
            inserts, self._inserts = self._inserts[:BATCH], self._inserts[BATCH:]
            claims, self._claims = self._claims[:BATCH], self._claims[BATCH:]
            if self._inserts or self._claims:
                self._wake.set()
            self._writing = True
            if inserts:
                await self._write(inserts, insert_all)
            if self._hurry:
                await self._flush()
            if claims:
                await self._write(claims, claim_rows)
            self._writing = False
            if self._stopping:
                self._wake.set()

    async def _flush(self) -> None:
        self._hurry = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        finals, self._finals = self._finals, {}
        if not finals:
            return
        try:
            if await write_states(list(finals.values())):
                self._told()
        except Exception:
            logger.exception("what became of {} calls could not be written, trying again", len(finals))
            self.troubled = True
            self._finals = finals | self._finals
            if self._stopping:
                self._finals = {}
                return
            self._timer = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.hurry)

    async def _write(self, batch: list[Asked], statement: Any) -> None:
        try:
            written = await statement([entry for entry, *_ in batch])
        except Exception as error:
            self.troubled = True
            if len(batch) > 1:
                for one in batch:
                    await self._write([one], statement)
                return
            entry, then, answer = batch[0]
            then(entry, False)
            if not answer.done():
                answer.set_exception(error)
            return
        for entry, then, answer in batch:
            then(entry, entry in written)
            if not answer.done():
                answer.set_result(entry in written)


async def insert_rows(entries: Sequence[Entry]) -> set[Entry]:
    """Insert them in one statement, giving each its id; those whose source was new."""
    values: list[Any] = []
    for e in entries:
        values += (
            e.account,
            e.group_id,
            e.user_id,
            e.api,
            e.text,
            e.priority,
            e.state,
            e.record_id,
        )
        values += (e.feature, e.source, e.created_at, e.not_before, e.expires_at, e.sent_at, e.why)
    many = len(entries) > 1
    rows = await fetch(_INTO + ", ".join([_ROW] * len(entries)) + _END if many else _ONE, values)
    by_source = {row["source"]: row["id"] for row in rows if row["source"] is not None}
    others = iter(sorted(row["id"] for row in rows if row["source"] is None))
    written: set[Entry] = set()
    for entry in entries:
        number = next(others, None) if entry.source is None else by_source.pop(entry.source, None)
        if number is not None:
            entry.id, entry.text = number, ""
            written.add(entry)
    return written


async def insert_all(entries: Sequence[Entry]) -> set[Entry]:
    """Insert them together with what is to follow them; those whose source was new."""
    if all(entry.then is None and entry.about is None for entry in entries):
        return await insert_rows(entries)
    return await _insert_followed(entries)


@atomic
async def _insert_followed(entries: Sequence[Entry]) -> set[Entry]:
    written = await insert_rows(entries)
    await follow_ups.ask(entry for entry in entries if entry in written)
    return written


async def claim_rows(entries: Sequence[Entry]) -> set[Entry]:
    """Mark queued rows as being sent; those that still were queued."""
    by_moment: dict[tuple[int, datetime | None], list[Entry]] = {}
    for entry in entries:
        by_moment.setdefault((entry.account, entry.sent_at), []).append(entry)
    claimed: set[Entry] = set()
    for (account, sent_at), some in by_moment.items():
        rows = await fetch(
            'UPDATE "lizheng_outgoing" SET "state" = \'sending\', "account" = ?, "sent_at" = ? '
            f'WHERE "state" = \'queued\' AND "id" IN ({", ".join("?" * len(some))}) RETURNING "id"',
            (account, sent_at, *(entry.id for entry in some)),
        )
        taken = {row["id"] for row in rows}
        claimed.update(entry for entry in some if entry.id in taken)
    return claimed


@atomic
async def write_states(entries: Sequence[Entry]) -> bool:
    """Bring rows, and the audit records that wait for them, to the entries' present states; whether somebody is to be
    told of an end.
    """
    await fetch_many(
        _DECIDE,
        [
            (
                *(e.state, e.why, None if e.answer is None else json.dumps(e.answer), e.account, e.sent_at),
                *(e.decided_at, e.not_before, e.id),
            )
            for e in entries
        ],
    )
    if slimmed := [(e.text, e.id) for e in entries if e.heavy and e.text]:
        await fetch_many('UPDATE "lizheng_outgoing" SET "params" = ? WHERE "id" = ?', slimmed)
    records = [
        (e.state, e.why, e.record_id) for e in entries if e.record_id is not None and e.state != "queued"
    ]
    if records:
        await fetch_many(_RECORD, records)
    return await follow_ups.ended(entries)


async def find_by_source(source: str) -> Entry | None:
    """What was once put under a source."""
    row = await Outgoing.get_or_none(source=source)
    return _entry(row) if row else None


async def unfinished(now: datetime, keys: Collection[int] | None = None) -> list[Entry]:
    """Rows that are queued, on their way, in doubt for less than a day or while somebody waits to be told, oldest first:
    all, or those of `keys`.
    """
    awaited = Subquery(Completion.filter(state="waiting").exclude(outgoing_id=None).values("outgoing_id"))
    recent = Q(state="unknown") & (Q(sent_at__gte=now - timedelta(days=1)) | Q(id__in=awaited))
    rows = await Outgoing.filter(Q(state__in=("queued", "sending")) | recent, *_of(keys)).order_by("id")
    return [_entry(row) for row in rows]


@atomic
async def withdraw(source: str, why: str, at: datetime) -> str | None:
    """End a call that is still queued, within the running transaction; the state its row had, None when there is none.

    Whoever waits for its end is told in the same transaction.
    """
    row = await Outgoing.get_or_none(source=source)
    if row is None or row.state != "queued":
        return row.state if row else None
    gone = await fetch(
        'UPDATE "lizheng_outgoing" SET "state" = \'not_done\', "why" = ?, "decided_at" = ? '
        'WHERE "id" = ? AND "state" = \'queued\' RETURNING "id"',
        (why, at, row.id),
    )
    if not gone:
        return "sending"
    entry = _entry(row)
    entry.state, entry.why, entry.decided_at, entry.ended_at = "not_done", why, at, at
    await follow_ups.ended([entry])
    return "queued"


async def withdrawn_why(number: int) -> str | None:
    """Why a row that could not be claimed was ended, None when another host has it."""
    row = await Outgoing.get_or_none(id=number)
    return row.why if row is not None and row.state == "not_done" else None


async def begun() -> list[Entry]:
    """Rows that are queued or on their way, oldest first."""
    return [_entry(row) for row in await Outgoing.filter(state__in=("queued", "sending")).order_by("id")]


async def queued(before: datetime) -> list[Entry]:
    """Rows written before then (or in a future, by a clock since set back) that nobody has begun to send, oldest first."""
    written = Q(created_at__lt=before) | Q(created_at__gt=before + FUTURE)
    rows = await Outgoing.filter(written, state="queued").order_by("id")
    return [_entry(row) for row in rows]


async def sent_since(moment: datetime, keys: Collection[int] | None = None) -> list[Entry]:
    """Rows sent since then, in the order they were sent, without what they said: all, or those of `keys`."""
    rows = Outgoing.filter(*_of(keys), sent_at__gte=moment).order_by("sent_at", "id").only(*_SENT)
    return [Entry(params={}, **{name: getattr(row, name) for name in _SENT}) for row in await rows]


def _of(keys: Collection[int] | None) -> list[Q]:
    if keys is None:
        return []
    groups, accounts = [key for key in keys if key > 0], [-key for key in keys if key < 0]
    return [Q(group_id__in=[*groups, -1]) | Q(group_id=0, account__in=[*accounts, -1])]


async def waiting_params() -> list[Any]:
    """The parameters of all that is still to be sent."""
    rows = Outgoing.filter(state__in=("queued", "sending"))
    return list(await rows.values_list("params", flat=True))


async def purge(now: datetime) -> None:
    """Delete messages decided more than two days ago; acts and what is in doubt stay."""
    messages = [api for api, kind in KINDS.items() if kind is Kind.MESSAGE]
    await Outgoing.filter(
        state__in=("done", "not_done"), decided_at__lt=now - KEPT, api__in=messages
    ).delete()


def _entry(row: Outgoing) -> Entry:
    return Entry(
        api=row.api,
        params=row.params,
        created_at=row.created_at,
        account=row.account,
        group_id=row.group_id,
        user_id=row.user_id,
        priority=row.priority,
        feature=row.feature,
        record_id=row.record_id,
        source=row.source,
        expires_at=row.expires_at,
        not_before=row.not_before,
        sent_at=row.sent_at,
        id=row.id,
        state=row.state,
        answer=row.answer,
        why=row.why,
        decided_at=row.decided_at,
    )
