"""What each group has chosen: switches, settings, deputies, whitelist, dry run. Read from memory, written through."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast, get_args

from nonebot import logger

from lizheng.store import after_commit, atomic, next_number, readable
from lizheng.store.tables import GroupRow, SettingValue, Standing, Switch

StandingKind = Literal["deputy", "whitelist", "bot"]
"""`bot`: another program's account, which is protected and never listened to."""
STANDINGS: tuple[str, ...] = get_args(StandingKind)


@dataclass(eq=False)
class GroupState:
    """One group as it is now. `settings` holds only what was changed here, as `{(feature, field): stored value}`."""

    id: int
    name: str = ""
    introduced: bool = False
    dry_run: bool = False
    switches: dict[str, bool] = field(default_factory=dict)
    settings: dict[tuple[str, str], Any] = field(default_factory=dict)
    deputies: set[int] = field(default_factory=set)
    whitelist: set[int] = field(default_factory=set)
    bots: set[int] = field(default_factory=set)
    revision: int = 0
    """Grows with every change, so that what was derived from the state can be kept until then."""

    def clear(self) -> None:
        """Forget every choice, to read them again."""
        self.switches, self.settings = {}, {}
        self.deputies, self.whitelist, self.bots = set(), set(), set()
        self.revision += 1

    def standing(self, kind: StandingKind) -> set[int]:
        return {"deputy": self.deputies, "whitelist": self.whitelist, "bot": self.bots}[kind]


class Groups:
    """All groups known to this host. A group nobody has configured costs nothing but its entry here."""

    def __init__(self) -> None:
        self._states: dict[int, GroupState] = {}
        self._seen = 0

    def __getitem__(self, group_id: int) -> GroupState:
        state = self._states.get(group_id)
        if state is None:
            state = self._states[group_id] = GroupState(group_id)
        return state

    def known(self) -> list[GroupState]:
        return list(self._states.values())

    async def load(self) -> None:
        """Read every group's choices; call once, after the store is open."""
        self._states.clear()
        self._seen = 0
        await self._read(None)

    async def _read(self, only: Collection[int] | None) -> None:
        which = {} if only is None else {"group_id__in": [*only]}
        for row in await readable(GroupRow.filter(**which)):
            state = self[row.group_id]
            state.clear()
            self._seen = max(self._seen, row.revision or 0)
            state.name, state.dry_run, state.introduced = row.name, row.dry_run, row.introduced_at is not None
        for switch in await readable(Switch.filter(**which)):
            self[switch.group_id].switches[switch.feature] = switch.on
        for value in await readable(SettingValue.filter(**which)):
            if isinstance(value.value, dict) and "is" in value.value:
                self[value.group_id].settings[value.feature, value.field] = value.value["is"]
            else:
                where = f"{value.feature}.{value.field} of group {value.group_id}"
                logger.error("lizheng: the setting {} cannot be read, the default holds", where)
        for standing in await readable(Standing.filter(**which)):
            if standing.kind in STANDINGS:
                self[standing.group_id].standing(cast(StandingKind, standing.kind)).add(standing.user_id)

    async def refresh(self) -> list[int]:
        """Read again the groups whose choices another host has changed since; which they are."""
        rows = await GroupRow.filter(revision__gt=self._seen).values("group_id", "revision")
        for row in rows:
            self._seen = max(self._seen, row["revision"])
        if changed := [row["group_id"] for row in rows]:
            await self._read(changed)
        return changed

    @atomic
    async def switch(self, group_id: int, feature: str, on: bool) -> None:
        await self._changed(group_id)
        await Switch.update_or_create({"on": on}, group_id=group_id, feature=feature)
        self._take_effect(group_id, lambda state: state.switches.update({feature: on}))

    @atomic
    async def set_value(self, group_id: int, feature: str, name: str, value: Any) -> None:
        """Store a setting's value, in its JSON form; None falls back to the default."""
        await self._changed(group_id)
        if value is None:
            await SettingValue.filter(group_id=group_id, feature=feature, field=name).delete()
            self._take_effect(group_id, lambda state: state.settings.pop((feature, name), None))
        else:
            # In an object: Tortoise takes a string given to a JSON field for JSON already written.
            kept = {"value": {"is": value}}
            await SettingValue.update_or_create(kept, group_id=group_id, feature=feature, field=name)
            self._take_effect(group_id, lambda state: state.settings.update({(feature, name): value}))

    @atomic
    async def set_dry_run(self, group_id: int, on: bool) -> None:
        await self._changed(group_id)
        await GroupRow.filter(group_id=group_id).update(dry_run=on)
        self._take_effect(group_id, lambda state: setattr(state, "dry_run", on))

    @atomic
    async def rename(self, group_id: int, name: str) -> None:
        await self._changed(group_id)
        await GroupRow.filter(group_id=group_id).update(name=name)
        self._take_effect(group_id, lambda state: setattr(state, "name", name))

    @atomic
    async def add_standing(
        self, group_id: int, user_id: int, kind: StandingKind, by: int, at: datetime
    ) -> bool:
        """False when the person had it already."""
        if user_id in self[group_id].standing(kind):
            return False
        await self._changed(group_id)
        await Standing.update_or_create({"by": by, "at": at}, group_id=group_id, user_id=user_id, kind=kind)
        self._take_effect(group_id, lambda state: state.standing(kind).add(user_id))
        return True

    @atomic
    async def remove_standing(self, group_id: int, user_id: int, kind: StandingKind) -> bool:
        """False when the person did not have it."""
        if user_id not in self[group_id].standing(kind):
            return False
        await self._changed(group_id)
        await Standing.filter(group_id=group_id, user_id=user_id, kind=kind).delete()
        self._take_effect(group_id, lambda state: state.standing(kind).discard(user_id))
        return True

    @atomic
    async def introduce(self, group_id: int, at: datetime) -> None:
        """Remember that the bot has introduced itself in this group."""
        self[group_id].introduced = True
        await self._changed(group_id)
        await GroupRow.filter(group_id=group_id, introduced_at=None).update(introduced_at=at)

    def _take_effect(self, group_id: int, change: Callable[[GroupState], object]) -> None:
        """Once it is committed: what a full disk refuses must not hold in memory either."""

        def take_effect() -> None:
            state = self[group_id]
            change(state)
            state.revision += 1

        after_commit(take_effect)

    async def _changed(self, group_id: int) -> None:
        """Let other hosts know. The count is one row, so it grows in the order in which changes are committed."""
        revision = await next_number(0, "revision")
        await GroupRow.update_or_create({"revision": revision}, group_id=group_id)
