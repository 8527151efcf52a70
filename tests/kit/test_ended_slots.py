"""What the nights leave of slots that have run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lizheng.host import maintenance
from lizheng.plugin.retention import Keep
from lizheng.store import Store
from lizheng.store.tables import Slot

NOW = datetime(2026, 11, 28, 4, 40, tzinfo=UTC)
LONG_AGO, LATELY = NOW - timedelta(days=31), NOW - timedelta(days=29)


async def slot(key: str, **values: Any) -> None:
    told = {"state": "done", "done_at": LONG_AGO, "payload": {"id": 1}, "planned_from": "message:1", **values}
    await Slot.create(feature="x", name="y", group_id=1, key=key, due_at=LONG_AGO, **told)


def keeps() -> list[Keep]:
    return [keep for keep in maintenance.feature.keeps if keep.model is Slot]


async def night() -> list[int]:
    return [await keep.purge(NOW, 180) for keep in keeps()]


async def test_slots_that_ran_go_after_thirty_days_and_are_rewritten_once(store: Store) -> None:
    for state in ("done", "missed", "failed"):
        await slot(f"{state} long ago", state=state)
        await slot(f"{state} lately", state=state, done_at=LATELY)
    await slot("waiting", state="waiting", done_at=None)
    await slot("planned by a start", planned_from=None)
    assert sum(await night()) == 4
    left = {row.key: row.payload for row in await Slot.all()}
    assert left == {
        **{f"{state} lately": {"id": 1} for state in ("done", "missed", "failed")},
        "waiting": {"id": 1},
        "planned by a start": {},
    }
    assert sum(await night()) == 0
    await slot("planned empty", planned_from=None, payload={})
    assert sum(await night()) == 0
