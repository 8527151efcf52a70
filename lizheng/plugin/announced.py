"""What the bot says by itself: written down, so that it is said together, at an hour when people are awake."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from lizheng.messages.templates import Segment
from lizheng.plugin.speaking import Speaking
from lizheng.store import atomic
from lizheng.store.sql import fetch
from lizheng.store.tables import Gathered

OWNER, JOB = "announcements", "say"
"""The kit's feature that says what waits, and its job."""
NOTICE, SAID = "notice", "said"
"""The names of rows that wait to be said together, and of those that were said at once."""

_PUT = (
    'INSERT INTO "lizheng_gathered" ("feature", "name", "group_id", "item", "at", "source") '
    'VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT ("source") DO NOTHING RETURNING "id"'
)


class Urgency(StrEnum):
    """How long something that the bot says by itself may wait.

    `HIGH` is said at once, whatever the hour. `NORMAL` waits for the end of the quiet hours. `LOW` also waits for
    tomorrow once the bot has said enough today.
    """

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@atomic
async def put(
    ctx: Speaking,
    topic: str,
    segments: list[Segment],
    urgency: Urgency,
    source: str | None,
    until: datetime | None = None,
) -> None:
    """Write a notice down: one that is said at once as such, so that it counts, any other with the slot that says it.

    The same source is written down once.
    """
    now, at_once = ctx.host.clock.now(), urgency is Urgency.HIGH
    item: dict[str, Any] = {"feature": ctx.feature.id, "topic": topic, "urgency": urgency.value}
    if not at_once:
        item |= {"segments": segments, "until": until and until.timestamp()}
    row = (OWNER, SAID if at_once else NOTICE, ctx.group.id, json.dumps(item), now, source)
    rows = await fetch(_PUT, row)
    if rows and at_once:
        await Gathered.filter(id=rows[0]["id"]).update(batch=rows[0]["id"], done_at=now)
    elif rows:
        await look(ctx)


async def look(ctx: Speaking) -> None:
    """Have what waits in this group looked at now; the job itself knows until when it has to wait."""
    await ctx.host.schedule.plan(OWNER, JOB, ctx.group.id, ctx.host.clock.now(), replace=True)
