"""The report as a picture: the days, the hours, the weeks."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from lizheng import Drawing, GroupContext
from lizheng.activity import Hour, reading
from lizheng.drawing import SUBTITLE, TITLE, Sheet
from lizheng.parts.charts import WEEKDAYS, Bars, Heat, Line, Value
from lizheng.text import clip, visible
from plugins.stats import report, weeks
from plugins.stats.figures import Numbers
from plugins.stats.models import Week

MOST_BARS = 14


async def draw(ctx: GroupContext, numbers: Numbers) -> Drawing | None:
    """Draw it; None where the host draws nothing."""
    hours = await reading.hours(ctx, numbers.since, numbers.until)
    rows = await weeks.latest(ctx, 12)
    name = clip(visible(ctx.group.name), 16) or str(ctx.group.id)
    span = report.span_name(numbers.since, numbers.until, ctx.now.date())
    return await as_sheet(name, span, numbers, hours, rows, ctx.now.date()).draw()


def as_sheet(
    name: str, span: str, numbers: Numbers, hours: list[Hour], rows: list[Week], today: date
) -> Sheet:
    """What was not seen is a gap, and so is what is still to come."""
    sheet = Sheet()
    sheet.paragraph(name, TITLE)
    sheet.paragraph(span, SUBTITLE)
    by_day: defaultdict[date, int] = defaultdict(int)
    by_hour: defaultdict[tuple[int, int], int] = defaultdict(int)
    for hour in hours:
        by_day[hour.day] += hour.messages
        by_hour[hour.day.weekday(), hour.hour] += hour.messages
    days = [numbers.since + timedelta(days=n) for n in range(numbers.days)]
    open_days = {day for day in days if day in numbers.unseen or day > today}
    values: list[Value] = [None if day in open_days else float(by_day[day]) for day in days]
    if len(days) <= MOST_BARS:
        Bars(
            "每天几句", [(_label(day, len(days)), value) for day, value in zip(days, values, strict=True)]
        ).on(sheet)
    else:
        Line("每天几句", values, f"{days[0]:%m-%d}", f"{days[-1]:%m-%d}").on(sheet)
    seen = {day.weekday() for day in days if day not in open_days}
    week = [[float(by_hour[day, hour]) if day in seen else None for hour in range(24)] for day in range(7)]
    Heat("什么时候热闹", week).on(sheet)
    if len(rows) > 1:
        active: list[Value] = [float(row.active) if row.seen >= 50 else None for row in rows]
        Line("每周活跃的人", active, f"{rows[0].week:%m-%d}", f"{rows[-1].week:%m-%d}", " 人").on(sheet)
    return sheet


def _label(day: date, count: int) -> str:
    return WEEKDAYS[day.weekday()] if count <= 7 else str(day.day)
