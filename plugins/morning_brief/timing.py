"""When each group's brief is due, and the slot that waits for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nonebot import logger

from lizheng import GroupContext, Services, Slot, data_file
from lizheng.grammar import parse_time_of_day
from lizheng.messages.templates import compose
from plugins.morning_brief import texts
from plugins.morning_brief.almanac import Almanac, read_arrangement
from plugins.morning_brief.rules import Timetable
from plugins.morning_brief.settings import WORKDAYS, Settings

BRIEF, YEAR = "brief", "year"
TABLE = data_file("holidays.json")


class Timing:
    """The calendar of this host, and every group's timetable by it."""

    def __init__(self) -> None:
        self.almanac = Almanac()

    async def begin(self, host: Services[Any]) -> None:
        """Read the host's own table of holidays, if it has one."""
        try:
            self.almanac = Almanac(read_arrangement(TABLE))
        except (OSError, ValueError, TypeError) as error:
            logger.error("lizheng: {} cannot be read: {}", TABLE.name, error)
            self.almanac = Almanac()

    def timetable(self, ctx: GroupContext) -> Timetable:
        chosen = ctx.settings(Settings)
        return Timetable(parse_time_of_day(chosen.at), chosen.days, ctx.zone, self.almanac.is_workday)

    async def plan(self, ctx: GroupContext) -> datetime | None:
        """Have the brief come at its next time, whatever was planned before."""
        due = self.timetable(ctx).next_after(ctx.now)
        if due is None:
            await ctx.unplan(BRIEF)
        else:
            await ctx.plan(BRIEF, due, replace=True)
        return due

    async def resume(self, ctx: GroupContext) -> None:
        """Waking up: a brief that came due meanwhile keeps its time, any other is planned as it is set now."""
        slot = await Slot.get_or_none(feature=ctx.feature.id, name=BRIEF, group_id=ctx.group.id, key="")
        if slot is None or slot.state not in ("waiting", "running") or slot.due_at > ctx.now:
            await self.plan(ctx)

    async def warn(self, ctx: GroupContext, year: int) -> None:
        """Tell the superusers once per year that its arrangement of holidays is not known, if it matters here."""
        if ctx.settings(Settings).days == WORKDAYS:
            await ctx.plan(YEAR, ctx.now, key=str(year), payload={"year": year})


async def tell_year(ctx: GroupContext, slot: Slot) -> None:
    """The due slot of `Timing.warn`."""
    year = slot.payload["year"]
    for superuser in sorted(ctx.superusers):
        said = compose(texts.YEAR_UNKNOWN, {"year": year})
        await ctx.post(said, user_id=superuser, source=f"brief-year:{year}:{superuser}")
