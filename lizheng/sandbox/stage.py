"""A host in this process and the simulated QQ on its wire, as one stage for conversations."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta

from lizheng.delivery import slots
from lizheng.host.host import Host
from lizheng.plugin.feature import Feature
from lizheng.plugin.settings import settings_of
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.wire import Wire
from lizheng.sandbox.world import World

STEP_SECONDS = 0.001
QUIET_STEPS = 4
CLAIM_SECONDS = 5.0
MOMENT_SECONDS = 2.0
PATIENCE_SECONDS = 20.0


class HostStage:
    """See `transcript.Stage`. The world lives on the host's clock."""

    def __init__(self, host: Host, world: World, wire: Wire):
        self.host = host
        self.world = world
        self.wire = wire

    async def settle(self) -> None:
        """Return once nothing has been under way for a few turns of the loop, the frames on the socket included."""
        quiet = 0
        while quiet < QUIET_STEPS:
            await asyncio.sleep(STEP_SECONDS)
            busy = not self.host.idle() or not self.wire.idle()
            quiet = 0 if busy else quiet + 1

    async def move(self, delta: timedelta) -> None:
        self.host.clock.move(delta)

    async def pass_time(self, delta: timedelta) -> None:
        """Move like `move`, but stop where something is due and let it happen, as if nobody had been away.

        What keeps the host busy longer than a moment is passed by, as is what comes after `PATIENCE_SECONDS` in all.
        """
        clock = self.host.clock
        end, deadline = clock.now() + delta, clock.ticks() + PATIENCE_SECONDS
        while (due := await slots.following(clock.now())) and due < end and clock.ticks() < deadline:
            clock.move(max(due - clock.now(), timedelta()))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(MOMENT_SECONDS):
                    await self.settle()
        clock.move(max(end - clock.now(), timedelta()))

    def now(self) -> datetime:
        return self.host.now()

    async def restart(self) -> None:
        await self.wire.stop()
        await self.host.stop()
        await self.host.start()
        await self.wire.start()
        await self.wire.ready()
        await self._act_everywhere()

    async def go_away(self, *, host: bool) -> None:
        """Cut the connection, or stop the whole host: what is said meanwhile does not reach it."""
        await self.wire.stop()
        while self.world.account in self.host.adapter.accounts():
            await asyncio.sleep(STEP_SECONDS)
        if host:
            await self.host.stop()

    async def come_back(self, *, host: bool) -> None:
        """Take up again what `go_away` ended."""
        if host:
            await self.host.start()
        await self.wire.start()
        await self.wire.ready()
        await self._act_everywhere()

    async def _act_everywhere(self) -> None:
        """Return once the host acts in every group the bot is in; on a shared database that takes a moment."""
        account = self.world.account
        groups = [group_id for group_id, group in self.world.groups.items() if account in group.members]
        self.host.adapter.note_groups(account, groups)
        self.host.shares.wake()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLAIM_SECONDS):
                while not all(self.host.shares.mine(key) for key in (*groups, -account)):
                    await asyncio.sleep(STEP_SECONDS)

    async def switch_on(self, group_id: int, feature: str) -> None:
        await self.host.switch(self.host.groups[group_id], self._feature(feature).id, on=True)

    async def change_setting(self, group_id: int, feature: str, setting: str, value: str) -> None:
        found = self._feature(feature)
        one = next((s for s in settings_of(found) if setting in (s.name, s.title)), None)
        if one is None:
            known = "、".join(s.title for s in settings_of(found))
            raise LookupError(f"{found.title} has no setting 「{setting}」, but {known or 'none'}")
        await self.host.change_setting(
            self.host.groups[group_id], found, one.name, one.dump(one.parse(value))
        )

    def _feature(self, called: str) -> Feature:
        features = self.host.features.values()
        if found := next((f for f in features if called in (f.id, f.title)), None):
            return found
        known = "、".join(f.title for f in features if not f.always_on)
        raise LookupError(f"no plugin that is loaded has the feature 「{called}」, but {known}")

    async def introduce(self, group_id: int) -> None:
        """Have the host know the group, and get the bot's one introduction over with."""
        await self.host.groups.introduce(group_id, self.host.now())
        await self._act_everywhere()

    async def play(self, script: str) -> Player:
        """Play a conversation in a new group. Raises `Mismatch`."""
        player = Player(self)
        await self.introduce(player.group.group_id)
        await player.play(script)
        return player
