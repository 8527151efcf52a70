"""What a context says of deliveries: files put up, and what became of what was put under a source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lizheng.delivery.outbox import Draft, Priority, Ticket, Withdrawal
from lizheng.delivery.outbox.verify import Finding
from lizheng.messages.templates import Segment
from lizheng.plugin.verbs import Verbs
from lizheng.store.tables import Outgoing


@dataclass(frozen=True)
class Delivery:
    """What became of one message: `state` is `queued`, or one of `State`.

    `shown` is whether the group has it now, None where that cannot be known; with `spans` the history that was looked
    at goes back beyond the sending, so that what it lacks was not delivered, or was taken back.
    """

    state: str
    message: Sequence[Segment] = ()
    sent_at: datetime | None = None
    shown: bool | None = None
    spans: bool = False


class Deliveries(Verbs):
    """The part of a context that follows what it sends."""

    async def hold_back(self, source: str, why: str) -> Withdrawal:
        """Take back what was put under a source, if it still waits; it ends with the running atomic, if any."""
        return await self.host.outbox.withdraw(source, why)

    async def unsay(
        self,
        message_id: int,
        *,
        key: str = "",
        then: str = "",
        payload: Mapping[str, Any] | None = None,
    ) -> Ticket:
        """Recall a message of the bot's own, which QQ takes back within two minutes; `then` is told whether it did."""
        return await self.host.outbox.put(
            Draft(
                api="delete_msg",
                params={"message_id": message_id},
                group_id=self.group.id,
                priority=Priority.ACT,
                feature=self.feature.id,
                source=self.next_source(key),
                then=self._then(then, payload),
            )
        )

    async def look_up(self, source: str) -> Delivery | None:
        """Say what became of what was put under a source, asking the endpoint; None when there is no such thing.

        An endpoint's ok is not always true: for what must be known better than an answer says.
        """
        found = await self.host.outbox.look_up(source)
        if found is None:
            return None
        entry, verdict = found
        shown = None
        if verdict is not None and verdict.finding is not Finding.UNKNOWABLE:
            shown = verdict.finding is Finding.HAPPENED
        spans = verdict is not None and verdict.spans
        return Delivery(entry.state, entry.params.get("message", []), entry.sent_at, shown, spans)

    async def still_waiting(self) -> list[str]:
        """List the sources of what this feature has put out in this group and is not sent yet."""
        waiting = Outgoing.filter(group_id=self.group.id, feature=self.feature.id, state="queued")
        return [str(source) for source in await waiting.values_list("source", flat=True) if source]

    async def recalls_of(self, message_id: int, since: datetime) -> list[str]:
        """List the states of all recalls of a message in this group since then, by whichever feature."""
        recalls = Outgoing.filter(group_id=self.group.id, api="delete_msg", created_at__gte=since)
        return [row.state for row in await recalls if row.params.get("message_id") == message_id]
