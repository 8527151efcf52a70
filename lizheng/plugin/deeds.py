"""Writing down what members did, and which calls they answered; `lizheng.parts.deeds` reads it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from lizheng.plugin.speaking import Speaking
from lizheng.store import atomic
from lizheng.store.deed_tables import Call, Deed, Taker
from lizheng.store.sql import fetch

DAYS = 400
"""For how long deeds and calls are kept: a year can be looked back on."""


class Dimension(StrEnum):
    """Of what use a deed is to the others."""

    WELFARE = "福利"
    NEWS = "信息"
    RESOURCES = "资源"
    CASES = "案例"
    EVENTS = "活动"
    CONTACTS = "链接"


class Deeds(Speaking):
    """The part of a context that remembers deeds and calls. Keys are the feature's own, in this group."""

    async def deed(
        self,
        user_id: int,
        kind: str,
        *,
        key: str,
        dimension: Dimension,
        amount: int = 1,
        at: datetime | None = None,
    ) -> bool:
        """Write down what a member did for the others; False when there is a deed of that key.

        `kind` is named as `event.came`. It happened `at`, by default now. One that was taken back stays so: what
        is done anew has a key of its own. Joins the running atomic.
        """
        rows = await fetch(
            'INSERT INTO "lizheng_deed" ("group_id", "user_id", "feature", "kind", "dimension", "amount", "key", "at") '
            'VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT ("group_id", "feature", "key") DO NOTHING RETURNING "id"',
            (
                self.group.id,
                user_id,
                self.feature.id,
                kind,
                Dimension(dimension).value,
                amount,
                key,
                at or self.host.clock.now(),
            ),
        )
        return bool(rows)

    async def undo_deed(self, key: str) -> bool:
        """Take a deed back, as it was not done after all; False when there is none that counts."""
        own = Deed.filter(group_id=self.group.id, feature=self.feature.id, key=key, reversed_at=None)
        return bool(await own.update(reversed_at=self.host.clock.now()))

    async def call_opened(self, kind: str, key: str, audience: int, *, at: datetime | None = None) -> bool:
        """Write down that members are called to something; False when there is a call of that key.

        `audience` is how many it is meant for: as a rule, the members of the group.
        """
        rows = await fetch(
            'INSERT INTO "lizheng_call" ("group_id", "feature", "kind", "key", "by", "audience", "opened_at") '
            'VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT ("group_id", "feature", "key") DO NOTHING RETURNING "id"',
            (
                self.group.id,
                self.feature.id,
                kind,
                key,
                self.author_id,
                audience,
                at or self.host.clock.now(),
            ),
        )
        return bool(rows)

    async def call_joined(self, key: str, user_id: int, *, at: datetime | None = None) -> bool:
        """Write down that a member answers a call; False for one who has."""
        rows = await fetch(
            'INSERT INTO "lizheng_taker" ("group_id", "feature", "key", "user_id", "at") VALUES (?, ?, ?, ?, ?) '
            'ON CONFLICT ("group_id", "feature", "key", "user_id") DO NOTHING RETURNING "id"',
            (self.group.id, self.feature.id, key, user_id, at or self.host.clock.now()),
        )
        return bool(rows)

    async def call_left(self, key: str, user_id: int) -> bool:
        """Forget that a member answered a call; False for one who had not."""
        own = Taker.filter(group_id=self.group.id, feature=self.feature.id, key=key, user_id=user_id)
        return bool(await own.delete())

    async def call_closed(self, key: str) -> bool:
        """Write down that a call is over, which makes it count; False when it was or there is none."""
        own = Call.filter(group_id=self.group.id, feature=self.feature.id, key=key, closed_at=None)
        return bool(await own.update(closed_at=self.host.clock.now()))

    async def call_dropped(self, key: str) -> None:
        """Forget a call and who answered it, as it came to nothing."""

        @atomic
        async def drop() -> None:
            where = {"group_id": self.group.id, "feature": self.feature.id, "key": key}
            await Call.filter(**where).delete()
            await Taker.filter(**where).delete()

        await drop()
