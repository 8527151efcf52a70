"""What 信息板 says when other features ask."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from lizheng import GroupContext
from lizheng.grammar import say_duration
from lizheng.hooks import (
    AdOpinion,
    AdSeen,
    AdWindow,
    Allow,
    BriefDay,
    Figure,
    Forbid,
    Known,
    ReportWeek,
    Section,
)
from lizheng.text import clip
from plugins.boards import items, kinds, rules, texts
from plugins.boards.models import Item, Match
from plugins.boards.rules import COOP, KINDS, NEED, SEEK, Parts
from plugins.boards.settings import Settings

IN_BRIEF, MOST_COMPARED = 3, 600
BRIEF_CUT = time(7, 45)
"""A brief tells of the day before this hour, in which the pairs of the morning are."""


async def opinion(ctx: GroupContext, seen: AdSeen) -> AdOpinion | None:
    """The hook `ad_opinion`: what goes to the board, and what stands there, is no ad; others are shown the way."""
    names = "|".join([texts.BOARD_NAME, *await kinds.all_of(ctx), *(kind.alias for kind in KINDS.values())])
    if rules.posts(seen.text, names):
        return Allow(texts.ALLOWED)
    same = items.live(ctx).filter(author_id=seen.user_id, folded=rules.searchable(seen.text[:MOST_COMPARED]))
    if await same.exists():
        return Allow(texts.ALLOWED)
    name = rules.looks_like(seen.text)
    kind = (await kinds.all_of(ctx)).get(name)
    if kind is None or not kind.on:
        return None
    return Forbid(texts.FORBIDDEN.format(kind=name), texts.WAY_OUT.format(place=kind.place))


async def digest(ctx: GroupContext, window: AdWindow) -> str | None:
    """The hook `window_opens`."""
    on = [name for name, kind in (await kinds.all_of(ctx)).items() if kind.on]
    count = await items.live(ctx).filter(kind__in=on).count()
    return texts.DIGEST.format(count=count) if count else None


async def section(ctx: GroupContext, day: BriefDay) -> Section | None:
    """The hook `brief_section`: what is new since yesterday, and which pairs may suit each other."""
    if not ctx.settings(Settings).in_brief:
        return None
    end = datetime.combine(day.date, BRIEF_CUT, ctx.zone)
    since = end - timedelta(days=1)
    lines: list[str] = []
    for kind in (await kinds.all_of(ctx)).values():
        new = items.live(ctx, kind.name).filter(posted_at__gt=since, posted_at__lte=end).order_by("-number")
        told = [f"X{item.number} {clip(Parts.of(item.parts).line, 30)}" for item in await new.limit(IN_BRIEF)]
        if told and kind.on:
            lines.append(texts.NEW.format(kind=kind.name, items="；".join(told)))
    here = set(await items.live(ctx).values_list("number", flat=True))
    pairs = await Match.filter(group_id=ctx.group.id, at__gt=since, at__lte=end).order_by("id")
    shown = [f"X{pair.one} ↔ X{pair.other}" for pair in pairs if pair.one in here and pair.other in here]
    if shown:
        lines.append(texts.PAIRS.format(pairs="、".join(shown[:IN_BRIEF])))
    return Section(texts.BOARD_NAME, tuple(lines)) if lines else None


async def figures(ctx: GroupContext, week: ReportWeek) -> tuple[Figure, ...] | None:
    """The hook `weekly_report`."""
    start = datetime.combine(week.monday, time(), ctx.zone)
    end = start + timedelta(days=7)
    posted = Item.filter(group_id=ctx.group.id, posted_at__gte=start, posted_at__lt=end)
    posted = posted.filter(state__in=("up", "down"))
    if not (count := await posted.count()):
        return None
    pairs = await Match.filter(group_id=ctx.group.id, at__gte=start, at__lt=end).count()
    done = [word for kind in KINDS.values() for word in kind.done]
    over = Item.filter(group_id=ctx.group.id, state="down", outcome__in=done, until__gte=start, until__lt=end)
    found = [Figure("信息板新上", f"{count} 条"), Figure("信息板配上", f"{pairs} 对")]
    found.append(Figure("信息板办成", f"{await over.count()} 条"))
    needs = await posted.filter(kind=NEED).values_list("posted_at", "answered_at")
    if needs:
        spans = sorted(at - since for since, at in needs if at)
        found.append(Figure("求助有人接", f"{len(spans)}/{len(needs)}"))
        if spans:
            median = spans[len(spans) // 2]
            found.append(
                Figure(
                    "求助多久有人接",
                    say_duration(timedelta(minutes=max(1, median.seconds // 60 + median.days * 1440))),
                )
            )
    return tuple(found)


async def known_for(ctx: GroupContext, user_id: int) -> Known | None:
    """The hook `known`: what somebody has said of themselves on the board."""
    on = [name for name, kind in (await kinds.all_of(ctx)).items() if kind.on and name in (SEEK, COOP)]
    own = items.live(ctx).filter(author_id=user_id, kind__in=on or [""]).order_by("-number")
    item = await own.first()
    return Known(f"{texts.BOARD_NAME}·{item.kind}", Parts.of(item.parts).line) if item else None
