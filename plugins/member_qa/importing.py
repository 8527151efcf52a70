"""Many lessons at once: what they would change, and writing them in batches between which others may use the database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lizheng import atomic, next_number
from lizheng.text import fold
from plugins.member_qa import rules
from plugins.member_qa.library import counter_of
from plugins.member_qa.models import Change, Entry, Vote
from plugins.member_qa.rows import Base, Row
from plugins.member_qa.rules import Lesson

BATCH = 200


@dataclass
class Plan:
    """What a table would do: lessons nobody has taught, and known entries that get another answer."""

    new: list[Lesson] = field(default_factory=list)
    changed: list[tuple[Row, Lesson]] = field(default_factory=list)


@dataclass
class Written:
    """What became of it, as the record's way back: ids of new entries, and steps of changed ones."""

    new: list[int] = field(default_factory=list)
    changed: list[tuple[int, int, Row]] = field(default_factory=list)


def plan(lessons: Sequence[Lesson], rows: Sequence[Row]) -> Plan:
    """Compare a table with the entries there are. Pure; thousands take a moment, so run it in a thread."""
    known = {(row["exact"], fold(q)): row for row in rows for q in row["questions"]}
    found = Plan()
    taken: set[int] = set()
    for lesson in lessons:
        row = next((known[lesson.exact, key] for key in lesson.keys if (lesson.exact, key) in known), None)
        if row is None:
            found.new.append(lesson)
            continue
        before = Lesson.of(row)
        kept = Lesson(lesson.questions, lesson.answer, before.pictures, lesson.exact)
        after = rules.merged(before, kept)
        if after != before and row["id"] not in taken:
            taken.add(row["id"])
            found.changed.append((row, after))
    return found


async def write(base: Base, found: Plan, author: int, now: datetime) -> Written:
    """Carry a plan out. Run again after a crash it goes on where it stopped, if it is planned anew before."""
    done = Written()
    for start in range(0, len(found.new), BATCH):
        done.new += await _create(base, found.new[start : start + BATCH], author, now)
        await asyncio.sleep(0)
    for start in range(0, len(found.changed), BATCH):
        done.changed += await _change(found.changed[start : start + BATCH], author, now)
        await asyncio.sleep(0)
    return done


@atomic
async def _create(base: Base, lessons: list[Lesson], author: int, now: datetime) -> list[int]:
    group_id, shelf = base
    last = await next_number(group_id, counter_of(base), len(lessons))
    first = last - len(lessons) + 1
    entries = [
        Entry(
            group_id=group_id,
            shelf=shelf,
            number=number,
            author_id=author,
            created_at=now,
            changed_at=now,
            **lesson.stored(),
        )
        for number, lesson in enumerate(lessons, first)
    ]
    await Entry.bulk_create(entries)
    query = Entry.filter(group_id=group_id, shelf=shelf, number__gte=first, number__lte=last)
    return [int(found) for found in await query.values_list("id", flat=True)]  # pyright: ignore[reportArgumentType]


@atomic
async def _change(steps: list[tuple[Row, Lesson]], author: int, now: datetime) -> list[tuple[int, int, Row]]:
    done: list[tuple[int, int, Row]] = []
    for row, lesson in steps:
        content, version = lesson.stored(), row["version"] + 1
        anew = rules.judged_anew(Lesson.of(row), content)
        changed = await Entry.filter(id=row["id"], version=row["version"]).update(
            version=version, changed_at=now, **content, **anew
        )
        if changed and anew:
            await Vote.filter(entry_id=row["id"]).delete()
        if changed:
            await Change.create(entry_id=row["id"], at=now, by=author, what="导入", content=content)
            done.append((row["id"], version, {**Lesson.of(row).stored(), "forgotten": False}))
    return done


async def take_back(new: Sequence[int]) -> int:
    """Forget what an import added and nobody has changed since; returns how many that were."""
    count = 0
    for start in range(0, len(new), BATCH):
        untouched = Entry.filter(id__in=list(new[start : start + BATCH]), version=1, forgotten=False)
        count += await untouched.update(forgotten=True, version=2)
        await asyncio.sleep(0)
    return count
