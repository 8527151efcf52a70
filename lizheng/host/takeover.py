"""This host's part of what several hosts do together: what it lets in, takes over, and leaves to the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nonebot import logger

from lizheng.adapter import Adapter
from lizheng.base.clock import Clock
from lizheng.delivery.leases import Leases, SingleHost
from lizheng.events import GroupTakenOver
from lizheng.plugin.services import Services

KEPT_SECONDS = 20.0
KEPT_EVENTS = 2_000


@dataclass(frozen=True, slots=True)
class _Waiting:
    account: int
    item: Any
    at: float


class Standby:
    """The latest events of groups where another host acts, in case it has died and they are ours to answer."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._waiting: dict[int, deque[_Waiting]] = {}
        self._count = 0

    def keep(self, key: int, account: int, item: Any) -> None:
        self._waiting.setdefault(key, deque()).append(_Waiting(account, item, self._clock.elapsed()))
        self._count += 1
        self._drop_old(key)
        if self._count > KEPT_EVENTS:
            max(self._waiting.values(), key=len).popleft()
            self._count -= 1

    def take(self, key: int) -> list[_Waiting]:
        """What came in lately, oldest first; it is handed out once."""
        self._drop_old(key)
        found = list(self._waiting.pop(key, ()))
        self._count -= len(found)
        return found

    def places(self) -> list[int]:
        """Where something waits."""
        return list(self._waiting)

    def sweep(self) -> None:
        """Forget what is too old to be answered."""
        for key in self.places():
            self._drop_old(key)
            if not self._waiting[key]:
                del self._waiting[key]

    def _drop_old(self, key: int) -> None:
        waiting, oldest = self._waiting.get(key, deque()), self._clock.elapsed() - KEPT_SECONDS
        while waiting and waiting[0].at < oldest:
            waiting.popleft()
            self._count -= 1


class ClusterHost(SingleHost):
    """One of several hosts on one Postgres. Each group is one host's at a time."""

    def __init__(self, host: Services[Any], adapter: Adapter):
        self._host = host
        self._adapter = adapter
        self._standby = Standby(host.clock)
        self._doubted: dict[int, datetime] = {}
        self._leases = Leases(host.clock, adapter.reach, self._taken, self._lost, self._beaten)

    @property
    def name(self) -> str:
        return self._leases.host

    @property
    def kin(self) -> Collection[int]:
        return self._leases.kin

    def mine(self, key: int) -> bool:
        return not key or self._leases.mine(key)

    def others(self) -> Collection[int]:
        return self._leases.others()

    def doubted_until(self, group_id: int) -> datetime | None:
        return self._doubted.get(group_id)

    def wake(self) -> None:
        self._leases.wake()

    async def start(self) -> None:
        self._adapter.admits = self._admits
        await self._leases.start()
        self._adapter.kin = self._leases.kin

    async def stop(self) -> None:
        await self._leases.stop()
        self._adapter.admits, self._adapter.kin = None, ()

    async def _admits(self, key: int, account: int, item: Any) -> bool:
        """Whether an event is ours to handle; otherwise it is kept for a while."""
        if await self._leases.hold(key, account):
            return True
        self._standby.keep(key, account, item)
        return False

    async def _taken(self, taken: Mapping[int, int]) -> None:
        """Everything that the host before left: rows on their way, slots that ran, events nobody answered."""
        host, now = self._host, self._host.clock.now()
        await host.groups.refresh()
        await host.outbox.take_over(taken)
        await host.schedule.take_over()
        host.schedule.wake()
        for key in taken:
            if key > 0:
                self._doubted[key] = now
                moment = GroupTakenOver(key, user_id=0, operator_id=0, time=int(now.timestamp()))
                await host.tell(host.groups[key], moment)
        host.awaken(key for key in taken if key > 0)
        self._let_in(taken)

    async def _lost(self, keys: Collection[int]) -> None:
        logger.info("lizheng: another host acts for {} from now on", len(keys))
        self._host.outbox.let_go(keys)

    async def _beaten(self) -> None:
        self._adapter.kin = self._leases.kin
        changed = await self._host.groups.refresh()
        self._host.awaken(key for key in changed if self._leases.mine(key))
        self._standby.sweep()
        mine = [key for key in self._standby.places() if self._leases.mine(key)]
        self._let_in(dict.fromkeys(mine, 0))
        if self._leases.unsettled:
            await self._host.outbox.pick_up()
        await self._host.schedule.take_over()

    def _let_in(self, keys: Mapping[int, int]) -> None:
        """Events seen by the account that acted before; another account's do not have the same message ids."""
        for key, before in keys.items():
            for waiting in self._standby.take(key):
                if before in (0, waiting.account):
                    self._adapter.readmit(waiting.item)
