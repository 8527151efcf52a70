"""Who is new here: joined lately, or has hardly said anything since joining."""

from __future__ import annotations

from datetime import datetime, timedelta

from lizheng import Declined, GroupContext, readable
from lizheng.events import MemberJoined, MemberLeft
from plugins.ad_guard.models import Arrival

FIRST_MESSAGES = 3
KEPT = timedelta(days=30)


class Arrivals:
    """Those who joined while the bot looked on; the others are asked about when it matters."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Arrival] = {}

    async def load(self, now: datetime) -> None:
        old = int((now - KEPT).timestamp())
        await Arrival.filter(spoken__gte=FIRST_MESSAGES, joined_at__lt=old).delete()
        self._known = {(row.group_id, row.user_id): row for row in await readable(Arrival.all())}

    async def read_again(self, group_id: int) -> None:
        """What another host has written about a group."""
        for key in [key for key in self._known if key[0] == group_id]:
            del self._known[key]
        for row in await Arrival.filter(group_id=group_id):
            self._known[group_id, row.user_id] = row

    async def joined(self, ctx: GroupContext, happened: MemberJoined) -> None:
        row, _ = await Arrival.update_or_create(
            {"joined_at": happened.time, "spoken": 0}, group_id=ctx.group.id, user_id=happened.user_id
        )
        self._known[ctx.group.id, happened.user_id] = row

    async def left(self, ctx: GroupContext, happened: MemberLeft) -> None:
        if row := self._known.pop((ctx.group.id, happened.user_id), None):
            await row.delete()

    async def speaks(self, group_id: int, user_id: int) -> bool:
        """Count a message; True for the first three of somebody who was seen joining."""
        row = self._known.get((group_id, user_id))
        if row is None or row.spoken >= FIRST_MESSAGES:
            return False
        row.spoken += 1
        await row.save(update_fields=["spoken"])
        return True

    async def joined_lately(self, ctx: GroupContext, user_id: int, days: int) -> bool:
        """Whether the member joined within so many days; asks the endpoint about those not seen joining."""
        row = self._known.get((ctx.group.id, user_id))
        joined_at = row.joined_at if row else 0
        if not joined_at:
            try:
                member = await ctx.member(user_id, fresh=False)
            except Declined:
                return False
            joined_at = member.joined_at if member else 0
        age = ctx.now.timestamp() - joined_at
        return bool(joined_at) and age < timedelta(days=days).total_seconds()
