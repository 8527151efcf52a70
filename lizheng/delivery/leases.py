"""Several hosts on one database: who acts for which group, and who takes over when one of them is gone.

A host shows that it is alive by moving its row's `alive_until` ahead every `BEAT` seconds. Whoever finds a row past
its time removes it, and with the row every lease of that host ends: the removal and a late sign of life are changes of
one row, so the database decides which came first. A host that could not reach the database for most of `ALIVE`
seconds acts for nobody until it has.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime

from nonebot.log import logger

from lizheng.base.clock import Clock
from lizheng.store import atomic
from lizheng.store.sql import fetch

BEAT = 2.0
ALIVE = 8.0
MARGIN = 1.5
"""Seconds before its time is over from which a host no longer trusts its own leases."""
UNWANTED_BEATS = 3
UNSETTLED = 3 * BEAT

_LIVE = (
    'UPDATE "lizheng_host" SET "alive_until" = clock_timestamp() + ? * interval \'1 second\', "accounts" = ? '
    'WHERE "id" = ? RETURNING "id"'
)
_BE_BORN = (
    'INSERT INTO "lizheng_host" ("alive_until", "accounts", "id") '
    "VALUES (clock_timestamp() + ? * interval '1 second', ?, ?)"
)
_BURY = 'DELETE FROM "lizheng_host" WHERE "alive_until" < clock_timestamp() RETURNING "id"'
_HOSTS = 'SELECT "id", "accounts" FROM "lizheng_host"'
_LEASES = (
    'SELECT "lizheng_lease"."id", "host", "account" FROM "lizheng_lease" '
    'JOIN "lizheng_host" ON "lizheng_host"."id" = "host"'
)
_BEFORE = 'SELECT "id", "account" FROM "lizheng_lease" WHERE "id" IN ({})'
_CLAIM = (
    'INSERT INTO "lizheng_lease" ("id", "host", "account") VALUES {} ON CONFLICT ("id") DO UPDATE '
    'SET "host" = excluded."host", "account" = excluded."account" WHERE "lizheng_lease"."host" = excluded."host" '
    'OR NOT EXISTS (SELECT 1 FROM "lizheng_host" WHERE "lizheng_host"."id" = "lizheng_lease"."host") '
    'RETURNING "id"'
)
_GIVE_BACK = 'DELETE FROM "lizheng_lease" WHERE "host" = ? AND "id" IN ({})'
_LEAVE = 'DELETE FROM "lizheng_host" WHERE "id" = ?'


class SingleHost:
    """One host has the database, a file, to itself."""

    @property
    def name(self) -> str:
        """What this host is known by to the others."""
        return ""

    @property
    def kin(self) -> Collection[int]:
        """QQ accounts of ours that are connected to other hosts."""
        return ()

    def mine(self, key: int) -> bool:
        """Whether this host acts in that group (or, for minus an account, answers what is said to it in private)."""
        return True

    def others(self) -> Collection[int]:
        """Where another living host acts."""
        return ()

    def doubted_until(self, group_id: int) -> datetime | None:
        """Until when commands of the group may have been carried out by a host that acted there before."""
        return None

    def wake(self) -> None:
        """Look at once who acts where, for instance because an account has connected."""

    async def start(self) -> None:
        """Take part from now on."""

    async def stop(self) -> None:
        """Leave everything to the others."""


class Leases:
    """This host's share of the groups. A key is a group, or minus an account for what is said to it in private.

    `wanted()` says where an account of ours could act, as `{key: account}`. `on_taken` is awaited with what became
    ours, each with the account that acted there before (0 for none), `on_lost` with what is no longer; `on_beat` after
    every beat that reached the database.
    """

    def __init__(
        self,
        clock: Clock,
        wanted: Callable[[], Mapping[int, int]],
        on_taken: Callable[[Mapping[int, int]], Awaitable[None]],
        on_lost: Callable[[Collection[int]], Awaitable[None]],
        on_beat: Callable[[], Awaitable[None]],
    ):
        self.host = secrets.token_hex(8)
        self.kin: Collection[int] = ()
        self._clock = clock
        self._woken = asyncio.Event()
        self._wanted, self._on_taken, self._on_lost, self._on_beat = wanted, on_taken, on_lost, on_beat
        self._held: set[int] = set()
        self._others: set[int] = set()
        self._sure_until = self._unsure_at = float("-inf")
        self._company = False
        self._unwanted: dict[int, int] = {}
        self._one_at_a_time = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def mine(self, key: int) -> bool:
        """Whether this host acts there now."""
        return key in self._held and self._clock.ticks() < self._sure_until

    def others(self) -> Collection[int]:
        """Where another living host acts."""
        return self._others

    @property
    def unsettled(self) -> bool:
        """Whether there may be work that nobody has in hand: another host lives, or this one was just now not sure of its own."""
        return self._company or self._clock.ticks() < self._unsure_at + UNSETTLED

    async def start(self) -> None:
        """Be known to the others, then go on beating. Raises what the database raises."""
        await self._beat()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave everything to the others, at once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None
        self._held.clear()
        self._sure_until = float("-inf")
        try:
            await fetch(_LEAVE, (self.host,))
        except Exception:
            logger.exception("lizheng: the other hosts could not be told that this one stops")

    def wake(self) -> None:
        """Beat now, for instance because an account has connected."""
        self._woken.set()

    async def hold(self, key: int, account: int) -> bool:
        """Whether this host acts there; claims it when nobody does."""
        if self.mine(key):
            return True
        if key in self._others:
            return False
        async with self._one_at_a_time:
            if not self.mine(key) and key not in self._others and self._clock.ticks() < self._sure_until:
                await self._claim({key: account})
        return self.mine(key)

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), BEAT)
            self._woken.clear()
            try:
                await self._beat()
                await self._on_beat()
            except Exception:
                logger.exception("lizheng: this host could not show that it is alive, trying again")

    async def _beat(self) -> None:
        async with self._one_at_a_time:
            began = self._clock.ticks()
            wanted = dict(self._wanted())
            accounts = json.dumps(sorted({account for account in wanted.values() if account}))
            if not await fetch(_LIVE, (ALIVE, accounts, self.host)):
                await self._be_born(accounts)
            for buried in await fetch(_BURY):
                logger.warning("lizheng: host {} has been silent and is given up", buried["id"])
            await self._look()
            if self._clock.ticks() >= self._sure_until:
                self._unsure_at = self._clock.ticks()
            self._sure_until = began + ALIVE - MARGIN
            known = self._others | self._held
            free = {key: account for key, account in wanted.items() if key not in known}
            if free:
                await self._claim(free)
            await self._give_back(wanted)

    async def _be_born(self, accounts: str) -> None:
        """Under a new name each time: what was held under the old one may be another's by now."""
        if self._held:
            logger.warning("lizheng: this host had been given up by the others and begins anew")
        self.host = secrets.token_hex(8)
        await fetch(_BE_BORN, (ALIVE, accounts, self.host))

    async def _look(self) -> None:
        hosts = await fetch(_HOSTS)
        self._company = len(hosts) > 1
        self.kin = {
            int(account) for row in hosts if row["id"] != self.host for account in _read(row["accounts"])
        }
        held, others = set[int](), set[int]()
        for row in await fetch(_LEASES):
            (held if row["host"] == self.host else others).add(row["id"])
        lost = self._held - held
        self._held, self._others = held, others
        if lost:
            await self._on_lost(lost)

    async def _claim(self, keys: Mapping[int, int]) -> None:
        took = await self._take(keys)
        new = {key: before for key, before in took.items() if key not in self._held}
        self._held |= took.keys()
        self._others |= keys.keys() - took.keys()
        if new:
            logger.info("lizheng: this host acts for {} more", len(new))
            await self._on_taken(new)

    @atomic
    async def _take(self, keys: Mapping[int, int]) -> dict[int, int]:
        """Those that were nobody's, each with the account that acted there before."""
        places = ", ".join("?" * len(keys))
        before = {row["id"]: row["account"] for row in await fetch(_BEFORE.format(places), [*keys])}
        rows = ", ".join(["(?, ?, ?)"] * len(keys))
        values = [value for key, account in keys.items() for value in (key, self.host, account)]
        return {row["id"]: before.get(row["id"], 0) for row in await fetch(_CLAIM.format(rows), values)}

    async def _give_back(self, wanted: Collection[int]) -> None:
        """What no account of ours has been able to reach for some beats is free for a host that can."""
        self._unwanted = {key: self._unwanted.get(key, 0) + 1 for key in self._held if key not in wanted}
        tired = [key for key, beats in self._unwanted.items() if beats >= UNWANTED_BEATS]
        if tired:
            await fetch(_GIVE_BACK.format(", ".join("?" * len(tired))), (self.host, *tired))
            self._held -= set(tired)
            await self._on_lost(tired)


def _read(value: object) -> list[int]:
    return json.loads(value) if isinstance(value, str) else list(value or ())  # pyright: ignore
