"""The job that tells a feature how its act or message ended: the outbox plans its slot together with the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from nonebot import logger

from lizheng.base.outcome import Outcome, State
from lizheng.delivery.outbox.follow_ups import JOB
from lizheng.plugin.completed import Completed
from lizheng.plugin.context import GroupContext
from lizheng.store.tables import Completion, Record, Slot

CompletionHandler = Callable[[GroupContext, Completed], Awaitable[None]]


def telling(handlers: Mapping[str, CompletionHandler]) -> Callable[[GroupContext, Slot], Awaitable[None]]:
    """Make the job of the feature whose completions these are: it runs the one that is named, on behalf of nobody."""

    async def tell(ctx: GroupContext, slot: Slot) -> None:
        row = await Completion.get_or_none(id=slot.payload["id"], state="ended")
        if row is None:
            return
        handler = handlers.get(row.name)
        if handler is None:
            logger.error("lizheng: {} declares no completion {!r} any more", ctx.feature.id, row.name)
        else:
            record = await Record.get_or_none(id=row.record_id) if row.record_id else None
            outcome = Outcome(State(row.outcome), why=row.why)
            done = Completed(outcome, row.payload, record.number if record else 0, row.message_id)
            # Its own source: told again after a crash half-way, it has the same effects once.
            alone = GroupContext(ctx.host, ctx.group, ctx.feature, source=f"completion:{row.id}")
            await handler(alone, done)
        await Completion.filter(id=row.id).update(state="told")
        await ctx.unplan(JOB, key=slot.key)  # of no use any more: there is one for every end

    return tell
