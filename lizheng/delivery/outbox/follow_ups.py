"""What follows a call: who is to be told its end, and what a message is about. Written in the transactions of its row.

Asked for in the transaction that puts the row; carried on in the one that writes the row's end, so that whatever happens
in between, and whichever host it happens to, each follows once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from lizheng.base.outcome import Outcome, State
from lizheng.delivery import slots
from lizheng.delivery.outbox.entry import Entry, Then
from lizheng.store import atomic
from lizheng.store.sql import fetch, fetch_many
from lizheng.store.tables import About, Completion, Outgoing

JOB = "completion/ended"
"""The name of the job by which a feature is told of an end; see `plugin.ends`."""
NOTICE = ("pending", "notice")
"""The feature and the kind of what notices of decisions are about."""

_ASK = (
    'INSERT INTO "lizheng_completion" ("outgoing_id", "record_id", "group_id", "feature", "name", "payload", "state", '
    "\"outcome\", \"why\", \"created_at\") VALUES (?, ?, ?, ?, ?, ?, 'waiting', '', '', ?) "
    'ON CONFLICT DO NOTHING RETURNING "id"'
)
_ABOUT = 'INSERT INTO "lizheng_about" ("outgoing_id", "group_id", "feature", "kind", "ref", "at") VALUES (?, ?, ?, ?, ?, ?)'
# A row that is known to have waited is one that nobody else tells of.
_END = (
    'UPDATE "lizheng_completion" SET "state" = \'ended\', "outcome" = ?, "why" = ?, "message_id" = ?, "ended_at" = ? '
    'WHERE "id" = ? AND "state" = \'waiting\' RETURNING "id"'
)
_SAID = 'UPDATE "lizheng_about" SET "message_id" = ? WHERE "outgoing_id" = ?'


async def ask(entries: Iterable[Entry]) -> None:
    """Write down what is to follow rows that were just inserted."""
    for entry in entries:
        if entry.then is not None:
            await _ask(entry.id, entry.record_id, entry.group_id, entry.then, entry.created_at)
        if (about := entry.about) is not None:
            ref = json.dumps(about.ref)
            values = (entry.id, entry.group_id, about.feature, about.kind, ref, entry.created_at)
            await fetch(_ABOUT, values)


async def _ask(
    outgoing: int | None, record: int | None, group_id: int, then: Then, at: datetime
) -> int | None:
    values = (outgoing, record, group_id, then.feature, then.name, json.dumps(dict(then.payload)), at)
    rows = await fetch(_ASK, values)
    return rows[0]["id"] if rows else None


@atomic
async def join(entry: Entry, then: Then, now: datetime) -> bool:
    """Have the end of a call that is known already followed, unless it is; whether it is told at once."""
    # Locked first: whoever writes the call's end now does so before this looks, or after this is written.
    rows = await fetch(
        'UPDATE "lizheng_outgoing" SET "state" = "state" WHERE "id" = ? RETURNING "id"', (entry.id,)
    )
    number = await _ask(entry.id, entry.record_id, entry.group_id, then, now)
    if number is None or not rows:
        return False
    row = await Outgoing.get(id=entry.id)
    if row.state not in ("done", "not_done"):
        return False
    return await _end(number, then.feature, entry.group_id, row.state, row.why, _message_id(row.answer), now)


@atomic
async def end_at_once(record: int | None, group_id: int, then: Then, outcome: Outcome, now: datetime) -> bool:
    """Tell of an act that never became a call: refused, or only simulated; False when that was told before."""
    number = await _ask(None, record, group_id, then, now)
    state, why = outcome.state.value, outcome.why
    return number is not None and await _end(number, then.feature, group_id, state, why, None, now)


async def about(group_id: int, message_id: int, feature: str, kind: str) -> tuple[str, int | str] | None:
    """What a feature's message is about, of one kind where that is given; None when it is not known to be."""
    found = About.filter(group_id=group_id, message_id=message_id, feature=feature)
    row = await (found.filter(kind=kind) if kind else found).order_by("-id").first()
    return (row.kind, row.ref) if row else None


async def ended(entries: Sequence[Entry]) -> bool:
    """Carry on for rows whose ends are just being written; whether anybody is to be told."""
    final = {entry.id: entry for entry in entries if entry.ended_at is not None}
    if not final:
        return False
    said = [(found, entry.id) for entry in final.values() if (found := _message_id(entry.answer)) is not None]
    if said:
        known = await About.filter(outgoing_id__in=[number for _, number in said], message_id=None)
        numbers = {row.outgoing_id for row in known}
        if rows := [row for row in said if row[1] in numbers]:
            await fetch_many(_SAID, rows)
    told = False
    for row in await Completion.filter(outgoing_id__in=list(final), state="waiting"):
        entry = final[row.outgoing_id or 0]
        assert entry.ended_at is not None
        state = entry.state if entry.is_decided else State.UNKNOWN.value
        message_id = _message_id(entry.answer)
        at = entry.ended_at
        told |= await _end(row.id, row.feature, row.group_id, state, entry.why, message_id, at)
    return told


async def _end(
    number: int, feature: str, group_id: int, state: str, why: str, message_id: int | None, at: datetime
) -> bool:
    if not await fetch(_END, (state, why, message_id, at, number)):
        return False
    payload = {"id": number}
    await slots.plan(
        feature, JOB, group_id, str(number), at, payload, None, replace=False, gather=False, cause=None
    )
    return True


def _message_id(answer: object) -> int | None:
    found = answer.get("message_id") if isinstance(answer, dict) else None
    return int(found) if isinstance(found, int | str) and str(found).lstrip("-").isdecimal() else None
