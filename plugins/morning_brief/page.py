"""A brief as a page: what stands where. Text and picture say the same, as both are made of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lizheng.hooks import Section
from lizheng.text import clip, visible
from plugins.morning_brief import texts
from plugins.morning_brief.almanac import Day
from plugins.morning_brief.feeds.choosing import News

LINE_LENGTH = 100
MOST_LINES = 6


@dataclass(frozen=True)
class Page:
    """`title` and `subtitle` are its head, `closing` its last line; either of the latter may be ""."""

    title: str
    subtitle: str
    sections: tuple[Section, ...] = ()
    closing: str = ""

    def text(self) -> str:
        parts = [self.title]
        if self.subtitle:
            parts.append(self.subtitle)
        for section in self.sections:
            parts += [f"【{section.title}】", *section.lines]
        if self.closing:
            parts.append(self.closing)
        return "\n".join(parts)


def head(day: Day) -> tuple[str, str]:
    """The two first lines: date and weekday; lunar date, solar term, feast, and what is special about the day."""
    title = texts.TITLE.format(month=day.date.month, day=day.date.day, weekday=day.weekday)
    names = [day.term if day.term not in day.feast else "", day.feast or day.holiday]
    said = [texts.LUNAR.format(lunar=day.lunar), *filter(None, names)]
    if day.holiday:
        said.append(texts.OFF_TODAY)
    elif day.is_made_up:
        said.append(texts.MADE_UP)
    return title, "，".join(said)


def news_section(news: Sequence[News], *, links: bool) -> list[Section]:
    lines: list[str] = []
    for n, one in enumerate(news, 1):
        lines.append(texts.NEWS_LINE.format(n=n, title=one.title, source=one.source))
        if links and one.link:
            lines.append(one.link)
    return [Section(texts.NEWS, tuple(lines))] if lines else []


def submission_section(submissions: Sequence[tuple[str, str]]) -> list[Section]:
    """From (text, author's name)."""
    lines = tuple(texts.SUBMISSION_LINE.format(text=text, who=who) for text, who in submissions)
    return [Section(texts.SUBMITTED_ITEMS, lines)] if lines else []


def tidy(section: Section) -> Section:
    """Another feature's paragraph, cut to what has room."""
    lines = tuple(clip(visible(line), LINE_LENGTH) for line in section.lines[:MOST_LINES])
    return Section(clip(visible(section.title), 20), lines)
