"""Which news goes into a brief. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FRESH = timedelta(days=3)
AHEAD = timedelta(hours=1)


@dataclass(frozen=True)
class News:
    """One item as a group may be shown it; `source` is the feed's name. Times are aware."""

    title: str
    link: str
    source: str
    published_at: datetime | None
    first_seen: datetime
    keys: tuple[str, ...]

    @property
    def at(self) -> datetime:
        """When it appeared, as far as that is known."""
        return min(self.published_at or self.first_seen, self.first_seen)


def choose(sources: Sequence[Sequence[News]], shown: Collection[str], most: int, now: datetime) -> list[News]:
    """The newest of each source in turn, up to `most`, leaving out what is old or was shown already.

    Each source lists its news in the order of its feed, which decides between those of one time.
    """
    queues = [
        sorted((n for n in reversed(source) if _is_fresh(n, now)), key=lambda n: n.at) for source in sources
    ]
    known, chosen = set(shown), []
    while len(chosen) < most and any(queues):
        for queue in queues:
            while queue:
                news = queue.pop()
                if known.isdisjoint(news.keys):
                    known.update(news.keys)
                    chosen.append(news)
                    break
            if len(chosen) == most:
                break
    return chosen


def _is_fresh(news: News, now: datetime) -> bool:
    return now - FRESH <= news.at <= now + AHEAD
