"""Word to the superusers when something is wrong with the host."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lizheng.delivery.outbox import Draft
from lizheng.messages.templates import compose
from lizheng.plugin.context import GroupContext
from lizheng.plugin.services import Services
from lizheng.store.tables import Slot

OWNER = "upkeep"
"""The id of the feature that declares the job; it stands in the slots of every database."""
WARNING = "warning"


async def warn(host: Services[Any], topic: str, words: str) -> None:
    """Tell the superusers in private, as soon as an account is connected that can; of each topic the last words."""
    now, payload = host.clock.now(), {"words": words}
    await host.schedule.plan(OWNER, WARNING, 0, now, key=topic, payload=payload, replace=True)


async def pass_on(ctx: GroupContext, slot: Slot) -> datetime | None:
    """Send a warning whose slot is due."""
    accounts = ctx.host.accounts()
    if not accounts:
        return ctx.now + timedelta(minutes=1)
    said = compose("{words}", slot.payload)
    for superuser in sorted(ctx.host.superusers):
        draft = Draft(
            api="send_private_msg",
            params={"user_id": superuser, "message": said},
            user_id=superuser,
            account=accounts[0],
            feature=ctx.feature.id,
            source=ctx.next_source(),
        )
        await ctx.host.outbox.put(draft)
    return None
