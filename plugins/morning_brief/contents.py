"""What stands in a group's brief of a day, put together from everything that is known at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from lizheng import GroupContext
from lizheng.activity import reading
from lizheng.hooks import BriefDay, brief_section
from plugins.morning_brief import page, register, texts
from plugins.morning_brief.almanac import Almanac
from plugins.morning_brief.feeds.choosing import choose
from plugins.morning_brief.page import Page
from plugins.morning_brief.settings import Settings


@dataclass(frozen=True)
class Contents:
    """A page, and what it uses up: keys of news and ids of submissions."""

    page: Page
    keys: tuple[str, ...]
    submissions: tuple[int, ...]


async def put_together(ctx: GroupContext, day: date, almanac: Almanac) -> Contents:
    """The contents as they would be now; nothing is used up by asking."""
    chosen = ctx.settings(Settings)
    group_id = ctx.group.id
    taken = await register.subscriptions(group_id)
    news = choose(await register.news(taken), await register.shown(group_id), chosen.items, ctx.now)
    submissions = await register.accepted(group_id)
    sections = page.news_section(news, links=chosen.links)
    sections += page.submission_section([(one.text, one.who) for one in submissions])
    for answer in await brief_section.gather(ctx, BriefDay(day)):
        sections.append(page.tidy(answer.value))
    closing = await _yesterday(ctx, day) if chosen.numbers else ""
    return Contents(
        Page(*page.head(almanac.day(day)), tuple(sections), closing),
        tuple(key for one in news for key in one.keys),
        tuple(one.id for one in submissions),
    )


async def _yesterday(ctx: GroupContext, day: date) -> str:
    """Say yesterday's numbers; what was counted before the kit counted stands in a table of our own."""
    before = day - timedelta(days=1)
    tally = await register.tally(ctx.group.id, before)
    found = [
        hour for hour in await reading.hours(ctx, before, day) if hour.messages + hour.joined + hour.left
    ]
    if tally is None and not found:
        return ""
    earlier = (tally.messages, tally.joined, tally.left) if tally else (0, 0, 0)
    return texts.YESTERDAY.format(
        messages=earlier[0] + sum(hour.messages for hour in found),
        joined=earlier[1] + sum(hour.joined for hour in found),
        left=earlier[2] + sum(hour.left for hour in found),
    )
